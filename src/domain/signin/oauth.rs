//! Where a sign-in by Discord began. It comes back with the same state, to the same browser, once and within ten minutes.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::over::End;
use super::{Place, place};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::secret::Secret;
use crate::kernel::time::Timestamp;
use crate::store::{Index, Record, Table, Tx};

/// How long somebody has to sign in on Discord.
const LASTS: Duration = Duration::from_mins(10);

/// Nobody is known yet when one begins.
pub(super) static STATES: Table<Place, State> = Table::new("signin.states", &[&BY_END]).without_members();
pub(super) static BY_END: Index<End, Place, State> =
    Index::new("signin.states_by_end", |(guild, digest), state| Some((*guild, state.expires, *digest)));

/// A sign-in that began.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// By which we prove to Discord that it was us who began (PKCE). It has to be kept as it is, and is worth nothing without the
    /// code that only the browser brings.
    verifier: String,
    /// The page to which it leads.
    pub next: Option<String>,
    browser: Digest,
    expires: Timestamp,
}

impl Record for State {}

impl State {
    /// By which we prove to Discord that it was us who began.
    pub fn verifier(&self) -> Secret {
        Secret::new(self.verifier.as_str())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("next", &self.next).field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Notes that a sign-in began in a browser, which is known by something of its own.
pub fn begin(tx: &Tx<'_>, state: Digest, browser: Digest, verifier: &Secret, next: Option<&str>) -> Result<()> {
    let verifier = verifier.expose().to_owned();
    let begun = State { verifier, next: next.map(ToOwned::to_owned), browser, expires: tx.now().after(LASTS) };
    STATES.insert(tx, &place(state), &begun)
}

/// The sign-in that came back to a browser, which is used up by that. `None` where it began elsewhere, too long ago, or never;
/// then it may still come back to the right one.
pub fn take(tx: &Tx<'_>, state: Digest, browser: Digest) -> Result<Option<State>> {
    let is_theirs = |begun: &State| begun.browser == browser && begun.expires > tx.now();
    let Some(begun) = STATES.get(tx, &place(state))?.filter(is_theirs) else { return Ok(None) };
    STATES.remove(tx, &place(state))?;
    Ok(Some(begun))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::TestStore;

    fn digest(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }

    fn begun() -> TestStore {
        let store = TestStore::new();
        store
            .write(|tx| {
                begin(tx, digest("state"), digest("hers"), &Secret::new("a verifier"), Some("/g/5"))?;
                begin(tx, digest("other"), digest("hers"), &Secret::new("another"), None)
            })
            .unwrap();
        store
    }

    fn taken(store: &TestStore, state: &'static str, browser: &'static str) -> Option<State> {
        store.write(move |tx| take(tx, digest(state), digest(browser))).unwrap()
    }

    #[test]
    fn a_sign_in_comes_back_once_and_only_to_the_browser_in_which_it_began() {
        let store = begun();
        assert_eq!(taken(&store, "state", "another"), None);
        assert_eq!(taken(&store, "made up", "hers"), None);
        let state = taken(&store, "state", "hers").unwrap();
        assert_eq!((state.verifier().expose(), state.next.as_deref()), ("a verifier", Some("/g/5")));
        assert!(!format!("{state:?}").contains("a verifier"), "{state:?}");
        assert_eq!(taken(&store, "state", "hers"), None);
        assert!(taken(&store, "other", "hers").is_some());
        store.check();
    }

    #[test]
    fn after_ten_minutes_it_comes_too_late() {
        let store = begun();
        store.advance(Duration::from_secs(599));
        assert!(taken(&store, "state", "hers").is_some());
        store.advance(Duration::from_secs(1));
        assert_eq!(taken(&store, "other", "hers"), None);
    }
}
