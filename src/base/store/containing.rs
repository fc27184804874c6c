//! Panics that end what met them and nothing else: redb panics over a damaged page that makes no sense.
//!
//! Whoever catches one tells of the damage in words. So the place in redb, which helps nobody, is no error of its own in the
//! log ([`is_told_in_words`]); a mistake of ours that is caught the same way is one.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::thread;

thread_local! {
    /// How many calls of [`caught`] the thread is in.
    static CATCHING: Cell<u32> = const { Cell::new(0) };
}

/// What `work` gives, or what it panicked with. What it worked on has to be given up then.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> thread::Result<T> {
    CATCHING.set(CATCHING.get().saturating_add(1));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    CATCHING.set(CATCHING.get().saturating_sub(1));
    outcome
}

/// Whether a panic of this thread, at this place, is one of redb that the store catches. For whoever logs panics.
pub fn is_told_in_words(place: Option<&Location<'_>>) -> bool {
    CATCHING.get() > 0 && place.is_some_and(|place| is_of_redb(place.file()))
}

/// The sources of a crate lie in a folder with its name, behind which the version may stand.
fn is_of_redb(file: &str) -> bool {
    file.split(['/', '\\']).any(|folder| folder == "redb" || folder.starts_with("redb-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_redb_says_while_it_is_caught_is_told_in_words_elsewhere() {
        for file in ["/root/.cargo/registry/src/index-1/redb-4.4.0/src/tree.rs", "vendor/redb/src/db.rs"] {
            assert!(is_of_redb(file), "{file}");
        }
        for file in ["src/store/read.rs", "/srv/credb-1/src/lib.rs", "redb.rs", ""] {
            assert!(!is_of_redb(file), "{file}");
        }
        let here = Some(Location::caller());
        assert!(!caught(|| is_told_in_words(here)).unwrap(), "a mistake of ours");
    }

    #[test]
    fn a_panic_is_caught_at_any_depth_and_none_is_expected_afterwards() {
        let outer = caught(|| caught::<()>(|| panic!("a page is torn")).is_err() && CATCHING.get() == 1);
        assert!(outer.unwrap());
        assert!(caught::<()>(|| panic!("a page is torn")).is_err());
        assert_eq!(CATCHING.get(), 0);
    }
}
