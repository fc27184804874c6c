//! The messages that a session took: what comes again is no new event.
//!
//! A live tells the same message more than once: after a reconnect it repeats what it told before, and frames are sent
//! again. Streaks are no help there and do not need it, because each step of one is a message of its own.
//!
//! At least the last 8,192 messages of a session are remembered; what is repeated is always the end of what was told.
//! They lie in chunks in the order in which they came. A batch looks once through all chunks for what it brings, and what it
//! takes goes into the newest; the oldest are dropped. All of it is written in the transaction of what the messages brought
//! about, so it survives a restart, and it is forgotten with the session.

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
    /// The number of the oldest chunk.
    oldest: u64,
    /// The number of the newest chunk.
    newest: u64,
    /// How many messages are in it.
    in_newest: usize,
}

impl Memory {
    /// Looks up which of the messages that a batch brings were taken before.
    pub fn load(read: &dyn Read, guild: GuildId, session: SessionId, coming: &BTreeSet<MessageId>) -> Result<Self> {
        let mut memory = Self::default();
        // Numbers grow with time: what is older than all that is coming need not be looked for.
        let (Some(first), Some(last)) = (coming.first(), coming.last()) else { return Ok(memory) };
        let mut oldest = None;
        tables::MESSAGES.for_each(read, (guild, session), |(.., number), chunk| {
            let known = chunk.ids.iter().filter(|id| (first..=last).contains(id) && coming.contains(id));
            memory.taken.extend(known);
            oldest = oldest.or(Some(number));
            (memory.newest, memory.in_newest) = (number, chunk.ids.len());
            Ok(())
        })?;
        memory.oldest = oldest.unwrap_or(0);
        Ok(memory)
    }

    /// The number of the oldest chunk that is remembered, as far as messages were looked up.
    pub const fn oldest(&self) -> u64 {
        self.oldest
    }

    /// Takes a message; false when it was taken before.
    pub fn take(&mut self, tx: &Tx<'_>, guild: GuildId, session: SessionId, id: MessageId) -> Result<bool> {
        if !self.taken.insert(id) {
            return Ok(false);
        }
        if self.in_newest >= MessageChunk::MOST {
            (self.newest, self.in_newest) = (self.newest + 1, 0);
            self.forget_oldest(tx, guild, session)?;
        }
        self.in_newest += 1;
        let newest = (guild, session, self.newest);
        tables::MESSAGES.change(tx, &newest, MessageChunk::default, |chunk| chunk.ids.push(id))?;
        Ok(true)
    }

    fn forget_oldest(&mut self, tx: &Tx<'_>, guild: GuildId, session: SessionId) -> Result<()> {
        let first_kept = self.newest.saturating_sub(MOST_CHUNKS);
        while self.oldest < first_kept {
            tables::MESSAGES.remove(tx, &(guild, session, self.oldest))?;
            self.oldest += 1;
        }
        Ok(())
    }
}
