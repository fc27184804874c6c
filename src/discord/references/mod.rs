//! What a server has set that refers to something on Discord, and whether it still works.
//!
//! A channel or role that was chosen may be deleted later, and a permission may be taken away; then something does not
//! happen any more, and nobody hears why (`C-137`). So there is one list of what a server has set ([`Catalogue::of_guild`]: settings
//! that name channels or roles, and live displays), one check of it ([`Server::problems`]), and one place that remembers
//! what the team was told ([`told`]): each trouble is told once, and once more when it comes back after it was mended. A
//! setting may have something staged where the messages of its channel can be taken and answered again
//! (`Listed::once_mended`).
//! Commands, `/selfheal` and the doctor show the same problems in the same words.
//!
//! | file | for |
//! | --- | --- |
//! | `needs` | what the bot needs in a channel for what it does there, and the names of permissions |
//! | `catalogue` | what refers to something: declared by settings and displays |
//! | `server` | what the bot may do where, computed from what Discord tells of a server |
//! | `problem` | what is wrong with one of them, in words |
//! | [`told`] | what the team was told, and what waits until an administrator comes |
//! | `watch` | when is looked: after a change on Discord, after a job that was given up, when asked |
//!
//! Tables: `references.told`, `references.notices`.

mod catalogue;
mod needs;
mod problem;
mod server;
pub mod told;
mod watch;

pub use catalogue::{Catalogue, Declared, Reference, Subject, Target};
pub use needs::{Needs, Want, names_of, permissions};
pub use problem::{Problem, Trouble};
pub use server::{Channel, Server};
pub use watch::{Watch, known, look, run, trouble_with};
