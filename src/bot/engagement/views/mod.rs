//! What people read about their gifts, and after a live. Pure.

mod report;

pub use report::{chart, chart_in_words, report};

use crate::discord::Draft;
use crate::features::engagement::model::SongLifted;
use crate::kernel::text::{escape, truncate};

/// A title longer than this is cut.
const SHORT: usize = 80;

/// The direct message to a submitter whose song was lifted (`D-10`).
pub fn lifted(lifted: &SongLifted) -> Draft {
    let SongLifted { number, title, line, .. } = lifted;
    let title = escape(&truncate(title, SHORT));
    Draft::text(format!("🎁 Your song {number} **{title}** moved to **{line}**. Thank you for the gifts!"))
}
