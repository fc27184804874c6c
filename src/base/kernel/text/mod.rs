//! Text that is safe to show, and lengths as Discord counts them.
//!
//! What a person typed goes through two gates. On its way in, [`one_line`] or [`paragraph`] takes away everything that
//! cannot be seen, turns the direction of the text around or hangs over its neighbours. On its way out, the writer for
//! the place escapes it: [`escape`] or [`escape_around_links`] where Discord reads Markdown, [`code_table`] and
//! [`code_block`] in a code block, [`html`] in a page, [`csv_text`] in a CSV file. Stored text is cleaned and never escaped.

mod clean;
mod formats;
mod length;
mod markdown;
mod markup;
mod near;
mod number;
mod table;
mod typed;
mod unicode;

pub use clean::{one_line, paragraph};
pub use formats::{csv_text, hex, html};
pub use length::{discord_len, truncate};
pub(in crate::kernel) use markdown::separates_ping;
pub use markdown::{code, code_block, escape, escape_around_links};
pub use markup::{MomentStyle, channel, command, mention, message_link, moment, names_member, role};
pub use near::meant;
pub use number::whole_number;
pub use table::code_table;
pub use typed::typed_name;
