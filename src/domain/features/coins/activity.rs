//! What is noted of coins.

use serde::{Deserialize, Serialize};

use super::model::{Currency, EntryKind};
use crate::activity::{ActivityKind, ChangeType, Noted, Thing};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::sentence::{Numbered, Sentence, Slot};
use crate::sentence;

/// A balance changed. About the member; before and after are the balance.
pub static POSTED: ActivityKind<Posted> =
    ActivityKind::new("coins.posted", |told| if told.is_for_team() { labelled(told) } else { posted(told) })
        .called("A balance changed")
        .heard_as(Thing::Balance, ChangeType::Update);

/// Old entries left the ledger.
pub static ARCHIVED: ActivityKind<Archived> =
    ActivityKind::new("coins.archived", archived).called("Old entries were archived");

/// What left the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// How many entries.
    pub entries: u64,
    /// The day before which they were made, as `2026-09-01`.
    pub before: String,
    /// Whether they are kept in the archive.
    pub is_kept: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "kinds are given such functions")]
fn archived(told: &Noted<'_, Archived>) -> Option<Sentence> {
    let Archived { entries, before, is_kept } = &told.details;
    let entries = Amount::ZERO.clamped_change(i64::try_from(*entries).unwrap_or(i64::MAX));
    let (by, before) = (told.by(), before.clone());
    let told = if *is_kept {
        sentence!("{by} archived {entries} entries of the ledger of before {before}.", by, entries, before)
    } else {
        sentence!("{by} deleted {entries} entries of the ledger of before {before}.", by, entries, before)
    };
    Some(told.signed("🗄️"))
}

/// An entry of the ledger, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The key of the currency.
    pub currency: String,
    /// What the entry stands for.
    pub kind: EntryKind,
    /// How much came or went.
    pub delta: i64,
    /// Why, in one line that is not too long; the ledger has it whole.
    pub reason: String,
    /// What was asked for, where that was more.
    pub requested: Option<Amount>,
    /// What the server called its own currency then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called: Option<String>,
}

impl Posted {
    /// What the currency is called; one that this program does not know yet by its key.
    fn currency(&self) -> Sentence {
        if let Some(called) = &self.called {
            return called.to_sentence();
        }
        Currency::of_key(&self.currency).map_or_else(|| self.currency.to_sentence(), |known| known.to_sentence())
    }
}

/// With the labels that the team searches for (`M-ECO-09`, `C-07`).
fn labelled(told: &Noted<'_, Posted>) -> Option<Sentence> {
    let Posted { kind, delta, reason, requested, .. } = &told.details;
    let member = told.member()?;
    let by = match told.actor() {
        Actor::Member(by) if by != member => Some(sentence!(" · by {by}", by)),
        Actor::Operator => Some(sentence!(" · by the operator")),
        Actor::Member(_) | Actor::Live | Actor::System => None,
    };
    let labels = sentence!(
        "{currency} · {user_id} {user} · operation `{kind}` · amount `{delta}` · reason {reason} · \
         {before_balance} `{before}` · {after_balance} `{after}`{requested}{by}",
        currency = told.details.currency(),
        user_id = "user_id",
        user = Numbered(member),
        kind = kind.name(),
        delta = format!("{delta:+}"),
        reason,
        before_balance = "before_balance",
        before = told.before()?.to_owned(),
        after_balance = "after_balance",
        after = told.after()?.to_owned(),
        requested = requested.map(|amount| sentence!(" · requested `{amount}`", amount = amount.get())),
        by,
    );
    Some(labels.signed("🪙"))
}

/// As everybody else reads it.
fn posted(told: &Noted<'_, Posted>) -> Option<Sentence> {
    let Posted { kind, delta, reason, requested, .. } = &told.details;
    let (by, user, currency) = (told.by(), told.member()?, told.details.currency());
    let amount = Amount::ZERO.clamped_change(delta.saturating_abs());
    let is_own = told.actor() == Actor::Member(user);
    let whom = if is_own { Sentence::words("themselves") } else { user.to_sentence() };
    let requested = requested.map(|amount| sentence!(" ({amount} were asked for)", amount));
    Some(match kind {
        EntryKind::AdminAdd => {
            sentence!("{by} gave {whom} {amount} {currency}: {reason}", by, whom, amount, currency, reason)
        }
        EntryKind::AdminRemove => sentence!(
            "{by} took {amount} {currency} from {whom}{requested}: {reason}",
            by,
            amount,
            currency,
            whom,
            requested,
            reason
        ),
        EntryKind::BuySkip => {
            sentence!("{user} paid {amount} {currency} for a skip: {reason}", user, amount, currency, reason)
        }
        _ => {
            let verb = if *delta < 0 { "lost" } else { "got" };
            let what = kind.in_words();
            let by = match told.actor() {
                Actor::Member(_) | Actor::Operator if !is_own => Some(sentence!(" through {by}", by)),
                _ => None,
            };
            sentence!(
                "{user} {verb} {amount} {currency}{by} ({what}): {reason}",
                user,
                verb,
                amount,
                currency,
                by,
                what,
                reason
            )
        }
    })
}
