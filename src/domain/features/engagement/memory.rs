//! The messages that a session took, in hand while a batch of live events is written: what comes again is no new event.
//!
//! A live tells the same message more than once: after a reconnect it repeats what it told before, and frames are sent
//! again. Streaks are no help there and do not need it, because each step of one is a message of its own.
//!
//! At least the last 8,192 messages of a session are remembered; what is repeated is always the end of what was told.
//! They lie in chunks in the order in which they came. A batch reads all chunks, writes the newest, and drops the oldest.
//! The memory is written in the transaction of what the messages brought about, so it survives a restart, and it is
//! forgotten with the session.

use std::collections::BTreeSet;

use super::model::{MessageChunk, SessionId};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::live::MessageId;
use crate::store::{Read, Tx};

/// Chunks that are full; the newest comes on top of them.
const MOST_CHUNKS: u64 = 32;

/// What a session remembers, as far as a batch needs it.
#[derive(Default)]
pub struct Memory {
    /// Of the messages of this batch, those that were taken, before it or in it.
    taken: BTreeSet<MessageId>,
    /// The number of the oldest chunk, as stored.
    oldest: u64,
    /// The chunks to be written, the newest last, and the number of the newest.
    chunks: Vec<MessageChunk>,
    newest: u64,
    is_changed: bool,
}

impl Memory {
    /// Looks up which of the messages that a batch brings were taken before.
    pub fn load(read: &dyn Read, guild: GuildId, session: SessionId, coming: &BTreeSet<MessageId>) -> Result<Self> {
        let mut memory = Self::default();
        // Numbers grow with time: what is older than all that is coming need not be looked for.
        let (Some(first), Some(last)) = (coming.first(), coming.last()) else { return Ok(memory) };
        let mut newest = None;
        tables::MESSAGES.for_each(read, (guild, session), |(.., number), chunk| {
            let known = chunk.ids.iter().filter(|id| (first..=last).contains(id) && coming.contains(id));
            memory.taken.extend(known);
            memory.oldest = if newest.is_none() { number } else { memory.oldest };
            newest = Some((number, chunk));
            Ok(())
        })?;
        if let Some((number, chunk)) = newest {
            memory.newest = number;
            memory.chunks.push(chunk);
        }
        Ok(memory)
    }

    /// The number of the oldest chunk that is remembered, as far as messages were looked up.
    pub const fn oldest(&self) -> u64 {
        self.oldest
    }

    /// Takes a message; false when it was taken before.
    pub fn take(&mut self, id: MessageId) -> bool {
        if !self.taken.insert(id) {
            return false;
        }
        self.is_changed = true;
        match self.chunks.last_mut() {
            Some(newest) if newest.ids.len() < MessageChunk::MOST => newest.ids.push(id),
            newest => {
                self.newest += u64::from(newest.is_some());
                self.chunks.push(MessageChunk { ids: vec![id] });
            }
        }
        true
    }

    /// Writes what was taken, and forgets the oldest.
    pub fn save(self, tx: &Tx<'_>, guild: GuildId, session: SessionId) -> Result<()> {
        if !self.is_changed {
            return Ok(());
        }
        let first_kept = self.newest.saturating_sub(MOST_CHUNKS);
        for (number, chunk) in (0..=self.newest).rev().zip(self.chunks.iter().rev()) {
            if number >= first_kept {
                tables::MESSAGES.put(tx, &(guild, session, number), chunk)?;
            }
        }
        (self.oldest..first_kept)
            .try_for_each(|number| tables::MESSAGES.remove(tx, &(guild, session, number)).map(drop))
    }
}
