//! Verifies every index and every invariant of the store.
//!
//! Damage is what it looks for: what cannot be read is a finding, and the rest is verified all the same.

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::Stop;
use crate::catalogue::Catalogue;
use crate::store::{Store, StoreError};

/// Verify every index and every invariant of the store.
// With braces, because a struct without them is no object in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckStore {}

/// The store was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What is wrong with it, one sentence each; empty when all is well.
    pub findings: Vec<String>,
}

impl Operation for CheckStore {
    const NAME: &'static str = "check";
    const OUTCOME: &'static str = "checked";
    type Outcome = Checked;

    fn run(&self, store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String)) -> Result<Checked, Stop> {
        progress("comparing every index with its table".to_owned());
        let mut findings: Vec<_> = store.check_blocking()?.iter().map(ToString::to_string).collect();
        progress("verifying the invariants of the features".to_owned());
        for check in (catalogue.checks)() {
            let verified = store.read_blocking("check", |read| check(read, &mut |violation| findings.push(violation)));
            match verified {
                Ok(()) => {}
                Err(error) if StoreError::of(&error) == Some(&StoreError::Closed) => return Err(error.into()),
                Err(error) => {
                    let why = StoreError::of(&error).and_then(StoreError::damage).unwrap_or_else(|| error.to_string());
                    findings.push(format!("the invariants of the features cannot be verified further: {why}"));
                }
            }
        }
        Ok(Checked { findings })
    }
}
