//! What the pages and the API of the music review look up: read models of one snapshot. No markup, no decision.
//!
//! | file | for |
//! | --- | --- |
//! | `song` | a song as the API tells it |
//! | `search` | which songs a list is asked for |
//! | `story` | what became of one song |
//! | `desk` | what a reviewer needs to run the show |
//! | `board` | what everybody may see |

pub mod board;
pub mod desk;
pub mod search;
pub mod song;
pub mod story;
#[cfg(test)]
pub(crate) mod testing;

use crate::features::queue::model::PublicId;
use crate::web::segments::Segment;

/// `{song}` in a path is the number that people use.
impl Segment for PublicId {
    const NAME: &'static str = "song";
}
