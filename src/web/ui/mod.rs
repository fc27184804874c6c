//! How pages look: the frame around them, what they are built of, icons and charts.
//!
//! All of it is pure: values go in, markup comes out. Nothing here knows HTTP, the store or a feature. Texts are
//! escaped by the templates; the only way around that is a `Markup` that somebody else built by templates.
//!
//! What holds everywhere, because the pages' content policy forbids anything else: no `style` attribute, no inline
//! handler, nothing from elsewhere. Colours and sizes that come from data are attributes of SVG, amounts are `<meter>`
//! and `<progress>`. Every form and every link works without script; what only a script can do is `hidden` with
//! `data-script`, and the script shows it.
//!
//! | attribute | what the script does with it |
//! | --- | --- |
//! | `data-region`, `data-topics`, `data-fragment`, `data-held` | a part of the page that is brought up to date (`live.js`) |
//! | `data-says` | read aloud once when it is new in a region (`live.js`) |
//! | `data-key`, `data-go`, `data-search` | what a key presses, where `g` and a letter lead, what `/` is (`keys.js`) |
//! | `data-guard`, `data-quiet` | warn of unsaved changes; send buttons without leaving the page (`forms.js`) |
//! | a field `ask`, `data-expect`, `data-counts` | ask first; wait for the right name; count letters (`forms.js`) |
//! | `data-mirrors`, `data-empty` | shows what is typed into the field of this id, or this where nothing is (`forms.js`) |
//! | `data-opens`, `data-copy`, `data-for` | opens a dialog, copies, goes away after so many seconds (`forms.js`) |
//! | `data-form` on `<time>` | `moment`, `clock`, `relative` or `since`, in the browser's zone (`times.js`) |

mod chrome;

pub mod charts;
pub mod components;
pub mod icons;
pub mod layout;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
