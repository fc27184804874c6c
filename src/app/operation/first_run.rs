//! What commands ask of a process that waits to be set up: another code, and to take the token that they kept.
//!
//! Neither code nor token is a part of the request: of the code only its digest comes here, and the token is in the data folder.

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::{ExitCode, Stop};
use crate::app::first_run::{TOKEN_KEPT, waits_at};
use crate::app::web::served_at;
use crate::catalogue::Catalogue;
use crate::kernel::digest::Digest;
use crate::kernel::time::Timestamp;
use crate::signin::link::{self, Purpose};
use crate::store::Store;

/// Give a code that lets somebody in, in place of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueSetupLink {
    /// By what the code is known.
    pub digest: Digest,
}

/// The code works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupLinkIssued {
    /// Up to when it works.
    pub expires: Timestamp,
    /// Where the pages are, without a slash at the end.
    pub address: String,
}

impl IssueSetupLink {
    /// Why there is no code: nobody waits for it.
    pub fn nobody_waits() -> Stop {
        Stop::new(
            ExitCode::Configuration,
            "No Greenroom waits here to be set up. Without a token, `greenroom` prints a link by itself when it starts; where \
             the bot runs already, `greenroom admin link` signs you in.",
        )
    }
}

impl Operation for IssueSetupLink {
    const NAME: &'static str = "setup_link";
    const OUTCOME: &'static str = "setup_link_issued";
    type Outcome = SetupLinkIssued;

    fn run(&self, store: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<SetupLinkIssued, Stop> {
        let Some(address) = waits_at() else { return Err(Self::nobody_waits()) };
        let digest = self.digest;
        let issued =
            store.write_blocking("setup_link_issued", move |tx| link::issue(tx, digest, &Purpose::FirstRun))?;
        Ok(SetupLinkIssued { expires: issued.expires, address })
    }
}

/// Take the token that was kept just now in the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeToken {}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenTaken {
    /// Whether the process waited for one, so that its bot starts with it; one that runs goes on with its own.
    pub waited: bool,
    /// Where the web is or will be, without a slash at the end; `None` where there is none.
    #[serde(default)]
    pub address: Option<String>,
}

impl Operation for TakeToken {
    const NAME: &'static str = "take_token";
    const OUTCOME: &'static str = "token_taken";
    type Outcome = TokenTaken;

    fn run(&self, _: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<TokenTaken, Stop> {
        let waits_at = waits_at();
        let waited = waits_at.is_some();
        if waited {
            TOKEN_KEPT.notify_one();
        }
        // The bot has the port of the pages that waited.
        Ok(TokenTaken { waited, address: waits_at.or_else(served_at) })
    }
}
