//! What people read of the way to the web pages.

use crate::discord::Draft;

/// The answer to `/dashboard`. A button would not do: Discord takes no address for one that has no dot in it, such as
/// `localhost`.
pub fn link(address: &str) -> Draft {
    Draft::text(format!(
        "Your link to the web pages:\n<{address}>\nIt signs **you** in, so give it to nobody. It works once, for 10 minutes; a \
         new one takes its place."
    ))
}
