//! Brings a copy back, for somebody who has nothing but the target.
//!
//! Whose copies they are is not asked: a new machine has no mark yet by which it would know its own. What a copy holds is looked
//! at where it is tried out.

use std::fs::File;

use super::mark::CopyName;
use super::remote::Remote;
use super::{Target, listed};

/// The names of the copies at a target, the newest first.
pub async fn names(target: &Target) -> Result<Vec<String>, String> {
    let found = listed(&Remote::new(target)?).await?.unwrap_or_default();
    Ok(found.into_values().rev().map(|stored| stored.name).collect())
}

/// Writes a copy to a file that is open. Answers in words why it cannot be had.
pub async fn fetch(target: &Target, name: &str, to: File) -> Result<(), String> {
    if CopyName::of(name).is_none() {
        return Err("it is no name of a copy".to_owned());
    }
    Remote::new(target)?.get(name, to).await
}
