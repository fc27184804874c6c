//! Gifts that an interruption hid (`C-29`).
//!
//! After a reconnect TikTok tells some of what happened before. It is no list of what was missed: it holds things from
//! before the session and what was told already, and it lacks much. So of all history only a gift is paid, and only when
//! its own time lies between the last sign of life and the reconnect of this session, and its message is a new one. A
//! streak over both sides of the gap is paid once in all, because its steps carry the whole count.
//!
//! Nobody is paid twice: the rule is looked at only while every message of the session since that gap is remembered.

use super::Batch;
use crate::kernel::error::Result;
use crate::live::{LiveEvent, Occurrence};

impl Batch<'_, '_> {
    /// Something that the live tells of the time before we came in: its person is known from now on. A gift that an
    /// interruption hid is paid, at its own moment.
    pub(super) fn history(&mut self, event: &LiveEvent) -> Result<()> {
        if let (Occurrence::Gifted(viewer, gift), Some(made_at), Some(_)) = (&event.what, event.made_at, event.id)
            && self.recorder.was_hidden(made_at)?
            && let Some(somebody) = self.resolve(viewer, made_at)?
        {
            self.effects.hidden += 1;
            return self.gift_of(somebody.id, viewer, gift, made_at);
        }
        self.effects.history += 1;
        match event.what.viewer() {
            Some(viewer) => self.resolve(viewer, event.at).map(drop),
            None => Ok(()),
        }
    }
}
