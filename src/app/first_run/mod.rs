//! Setting Greenroom up where nobody gave it a token yet: in the browser, and the same in the terminal.
//!
//! **In the browser.** `greenroom` without a token serves the pages of [`wizard`] alone, under the settings of the web, and prints
//! their address with a [`code`]. Whoever has the code is let in, once; a new one is printed when it ran out, and by
//! `greenroom setup-link`. With a token, wherever it is named, there is no wizard.
//!
//! **In the terminal.** `greenroom setup` asks the same, for a machine that one reaches over SSH; a wizard that waits meanwhile
//! notices, and goes on as the bot.
//!
//! Both try the token at once ([`account`]) and keep it in the folder `secrets` of the data folder, never in the store, so no
//! snapshot has it. The configuration reads it there, after everything else that may name a token.

pub(super) mod account;
pub(super) mod code;
mod reach;
pub(super) mod wizard;

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Somebody has kept a token in the data folder of this process, which may wait for one.
pub(super) static TOKEN_KEPT: Notify = Notify::const_new();

/// Where this process waits to be set up, as people open it. The operation that gives another code answers with it.
static WAITS_AT: Mutex<Option<String>> = Mutex::new(None);

/// Where this process waits to be set up, without a slash at the end; `None` where it does not.
pub(super) fn waits_at() -> Option<String> {
    WAITS_AT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// While this is held, the process waits to be set up.
struct Waits;

impl Waits {
    fn at(address: String) -> Self {
        *WAITS_AT.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
        Self
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        *WAITS_AT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The address that opens the pages once.
pub(super) fn address_with(address: &str, code: &code::Code) -> String {
    format!("{address}/setup/{}", code.text())
}
