//! A look at the target that is set now: what is there, and whether it is what is here. Changes nothing.
//!
//! Another bot may copy to the same place, and what it has there is no copy of ours. Ours is what carries the mark of this store,
//! as the bot noted it; before it noted one, what is here as well or what the note of the target names. Lengths of all our copies
//! are compared, and of the newest one that is here as well the bytes: from a folder all, up to a limit, and over the network the
//! beginning, which holds the sums of everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::timeout;

use super::mark::CopyName;
use super::note::{mark_in, status_in};
use super::remote::{Remote, Stored, beginning_of};
use super::{Target, listed};
use crate::app::backup::folder::{Dated, Folder};
use crate::app::backup::label::Label;
use crate::app::backup::retention::is_ahead;
use crate::kernel::time::Timestamp;

/// A target that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(25);

/// What was found at a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The newest of our snapshots there; one of the future, from a clock that was wrong, is none.
    pub newest: Option<Label>,
    /// The newest snapshot there, where none there is ours.
    pub foreign: Option<Label>,
    /// The newest snapshot here, where it is not there.
    pub missing: Option<Label>,
    /// A copy that is another file than was sent, and how it differs.
    pub differing: Option<(Label, String)>,
}

/// Looks at a target. Answers in words why it cannot be looked at.
pub async fn look(target: &Target, folder: &Folder, now: Timestamp) -> Result<Look, String> {
    let looked = timeout(PATIENCE, look_patiently(target, folder, now)).await;
    looked.unwrap_or_else(|_| Err(format!("it does not answer within {} seconds", PATIENCE.as_secs())))
}

async fn look_patiently(target: &Target, folder: &Folder, now: Timestamp) -> Result<Look, String> {
    let remote = Remote::new(target)?;
    let here = folder.snapshots().map_err(|error| error.to_string())?;
    let here: BTreeMap<Label, Dated> =
        here.into_iter().filter_map(|snapshot| Some((Label::of(snapshot.name())?, snapshot))).collect();
    let is_true = |label: &Label| !is_ahead(label.at, now);
    let noted = status_in(folder, target).and_then(|status| Label::of(&status.newest?));
    let mark = mark_in(folder);
    let is_ours = |name: &CopyName| match mark {
        Some(mark) => name.mark == Some(mark),
        None => name.mark.is_none() && (here.contains_key(&name.label) || noted == Some(name.label)),
    };
    let (mut ours, mut others) = (BTreeMap::new(), BTreeSet::new());
    for (name, stored) in listed(&remote).await?.unwrap_or_default() {
        if is_ours(&name) {
            ours.insert(name.label, stored);
        } else {
            others.insert(name.label);
        }
    }
    let newest = ours.keys().rev().copied().find(is_true);
    let foreign = others.iter().rev().copied().find(is_true).filter(|_| newest.is_none());
    let missing = here.keys().rev().copied().find(is_true).filter(|label| !ours.contains_key(label));
    let differing = match of_wrong_length(&here, &ours) {
        Some(differing) => Some(differing),
        None => of_other_bytes(&remote, &here, &ours).await?,
    };
    Ok(Look { newest, foreign, missing, differing })
}

fn of_wrong_length(here: &BTreeMap<Label, Dated>, there: &BTreeMap<Label, Stored>) -> Option<(Label, String)> {
    there.iter().rev().find_map(|(label, stored)| {
        let (expected, found) = (here.get(label)?.path.metadata().ok()?.len(), stored.bytes?);
        (expected != found).then(|| (*label, format!("it has {found} bytes instead of {expected}")))
    })
}

/// Compares the newest copy of what is here as well.
async fn of_other_bytes(
    remote: &Remote,
    here: &BTreeMap<Label, Dated>,
    there: &BTreeMap<Label, Stored>,
) -> Result<Option<(Label, String)>, String> {
    let both = here.iter().rev().find_map(|(label, snapshot)| Some((label, snapshot, there.get(label)?)));
    let Some((label, snapshot, stored)) = both else { return Ok(None) };
    let most = remote.compared();
    let found = remote.beginning_of(&stored.name, most).await?;
    let expected = beginning_of(&snapshot.path, most).await.map_err(|error| error.to_string())?;
    Ok((found != expected).then(|| (*label, "it holds other bytes".to_owned())))
}
