//! Another code for whoever sets Greenroom up: only the process that waits for that can give one.
//!
//! The code itself is no part of the request; the command makes it, and only its digest comes here.

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::{ExitCode, Stop};
use crate::app::first_run::waits_at;
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
