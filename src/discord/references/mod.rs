//! Whether what a server has set works, where that refers to something on Discord ([`references`](crate::references)).
//!
//! There is one check of it ([`Server::problems`]). Commands, `/selfheal` and the doctor show the same problems in the same
//! words.
//!
//! | file | for |
//! | --- | --- |
//! | `server` | what the bot may do where, computed from what Discord tells of a server |
//! | `words` | what is wrong, in words, and the names of permissions |
//! | `structures` | that channels or roles are others by now |
//! | `watch` | when is looked: after a change on Discord, after a job that was given up, when asked |

mod server;
mod structures;
mod watch;
mod words;

pub use server::{Channel, Role, Server};
pub use structures::Structures;
pub use watch::{Watch, known, look_or_known, run, trouble_with};
pub use words::{mark, names_of, permissions, sentence};
