//! What frames tell, from bytes that were built by number.

pub(crate) mod encode;

mod drift;
mod events;
mod frames;
mod hostile;
mod payloads;

use encode::{Fields, batch, message};

use super::{FetchResult, Message, Observed};
use crate::live::event::Viewer;
use crate::live::handle::Handle;

/// The messages in a batch of these.
fn decoded(messages: &[Fields]) -> Vec<Message> {
    FetchResult::decode(&batch(messages).bytes()).unwrap().messages
}

/// What the only message of a batch tells.
fn told(method: &str, payload: &Fields) -> Observed {
    let mut messages = decoded(&[message(1, method, payload)]);
    assert_eq!(messages.len(), 1);
    messages.remove(0).what
}

/// A person with the level that [`encode::user`] gives everybody.
fn ann() -> Viewer {
    Viewer { handle: Handle::parse("ann").unwrap(), level: Some(17) }
}

fn ignored(method: &str) -> Observed {
    Observed::Ignored { method: method.to_owned() }
}

fn anonymous(method: &str) -> Observed {
    Observed::Anonymous { method: method.to_owned() }
}
