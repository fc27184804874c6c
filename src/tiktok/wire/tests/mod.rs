//! What frames tell, from bytes that were built by number.

pub(crate) mod encode;

mod drift;
mod events;
mod frames;
mod hostile;
mod payloads;

use encode::{Fields, batch, message};

use super::{FetchResult, Message, Observed};
use crate::live::event::{AccountNumber, Viewer};
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
    let number = AccountNumber::new(7_012_345_678_901_234_567);
    Viewer { number, level: Some(17), ..Viewer::named(Handle::parse("ann").unwrap()) }
}

fn ignored(method: &str) -> Observed {
    Observed::Ignored { method: method.to_owned() }
}

fn anonymous(method: &str) -> Observed {
    Observed::Anonymous { method: method.to_owned() }
}
