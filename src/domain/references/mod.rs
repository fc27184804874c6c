//! What a server has set that refers to something on Discord: what it needs there, and what the team was told of it.
//!
//! A channel or role that was chosen may be deleted later, and a permission may be taken away; then something does not
//! happen any more, and nobody hears why (`C-137`). So there is one list of what a server has set ([`Catalogue::of_guild`]: settings
//! that name channels or roles, and live displays), and one place that remembers what the team was told ([`told`]): each
//! trouble is told once, and once more when it comes back after it was mended. A setting may have something staged where the
//! messages of its channel can be taken and answered again (`Listed::once_mended`). Whether it works is looked at by
//! `discord::references`.
//!
//! | file | for |
//! | --- | --- |
//! | `needs` | what the bot needs in a channel for what it does there |
//! | `catalogue` | what refers to something: declared by settings and displays |
//! | `problem` | what is wrong with one of them |
//! | [`told`] | what the team was told, and what waits until an administrator comes |
//!
//! Tables: `references.told`, `references.notices`.

mod catalogue;
mod needs;
mod problem;
pub mod told;

pub use catalogue::{Catalogue, Declared, Reference, Subject, Target};
pub use needs::{Needs, Want};
pub use problem::{BrokenReference, ReferenceFault};
