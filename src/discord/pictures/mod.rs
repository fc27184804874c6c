//! Pictures of members and servers, from Discord's file servers, for whoever shows them elsewhere.
//!
//! A picture is named by a number and by the hash that Discord told with it ([`Picture`]), and is fetched from the one host of
//! Discord that has them: nothing that a visitor typed decides where the bot goes.
//!
//! # Invariants
//! - At most 256 KiB and five seconds each, eight at once; a redirect is no picture.
//! - The first bytes say what it is, whatever the other side calls it ([`Kind`]).
//! - What is kept is kept in memory, 4 MiB of it; what nobody asked for the longest time goes first.
//! - Whoever asks for a picture that is being fetched waits for the same one. What could not be had is not asked for again
//!   within a minute.

mod kind;
mod shelf;

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::bot::Bot;
use super::standing::picture;
use crate::kernel::ids::{GuildId, UserId};
use shelf::Shelf;

pub use kind::Kind;

/// The longest picture, in bytes.
const LONGEST: u64 = 256 << 10;
/// What is kept at most, in bytes.
const KEPT: usize = 4 << 20;
/// How many are fetched at once.
const AT_ONCE: usize = 8;
/// How large pictures are asked for, in pixels: twice what a page shows.
const SIDE: u32 = 64;

/// A picture on Discord's file servers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Picture {
    whose: Whose,
    hash: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Account(UserId),
    Guild(GuildId),
}

/// A picture that is here.
pub struct Image {
    /// What it is.
    pub kind: Kind,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What is kept of pictures.
pub struct Pictures {
    shelf: Shelf,
    at_once: Semaphore,
}

impl Picture {
    /// The picture of an account; `None` for a hash that none has.
    pub fn of_account(user: UserId, hash: &str) -> Option<Self> {
        Some(Self { whose: Whose::Account(user), hash: picture(Some(hash))? })
    }

    /// The picture of a server, likewise.
    pub fn of_guild(guild: GuildId, hash: &str) -> Option<Self> {
        Some(Self { whose: Whose::Guild(guild), hash: picture(Some(hash))? })
    }

    /// Where it is, behind the name of the host.
    fn path(&self) -> String {
        match self.whose {
            Whose::Account(user) => format!("/avatars/{user}/{}.png?size={SIDE}", self.hash),
            Whose::Guild(guild) => format!("/icons/{guild}/{}.png?size={SIDE}", self.hash),
        }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

impl Default for Pictures {
    fn default() -> Self {
        Self { shelf: Shelf::new(KEPT), at_once: Semaphore::new(AT_ONCE) }
    }
}

impl Pictures {
    /// A picture; `None` where it cannot be had, or is none.
    pub async fn get(&self, bot: &Bot, picture: &Picture) -> Option<Arc<Image>> {
        self.shelf.get(picture, &bot.clock, self.fetch(bot, picture)).await
    }

    async fn fetch(&self, bot: &Bot, picture: &Picture) -> Option<Arc<Image>> {
        let _place = self.at_once.acquire().await.ok()?;
        match bot.rest.picture(&picture.path(), LONGEST).await {
            Ok(Some(bytes)) => Kind::of(&bytes).map(|kind| Arc::new(Image { kind, bytes })),
            Ok(None) => {
                tracing::debug!(?picture, "a picture is too large");
                None
            }
            Err(error) => {
                tracing::debug!(?picture, %error, "a picture cannot be had");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_of_a_number_and_a_plain_hash() {
        let of = |hash| Picture::of_account(UserId::new(7), hash);
        assert_eq!(of("a_0f1e").unwrap().path(), "/avatars/7/a_0f1e.png?size=64");
        assert_eq!(Picture::of_guild(GuildId::new(5), "0f1e").unwrap().path(), "/icons/5/0f1e.png?size=64");
        for hostile in ["", "..", "a/b", "a?b", "a%2fb", "a#b", "ä", &"a".repeat(65)] {
            assert!(of(hostile).is_none(), "{hostile}");
        }
    }
}
