//! Names the requirements that a test proves: `covers!("M-QUE-11", "M-QUE-14")` in the test's body.
//!
//! The macro leaves nothing in the program. `tests/it/spec.rs` reads it in the sources and compares it with
//! `tests/spec/requirements.tsv`: a requirement that is marked done needs a test, and an id that a test names must exist.

/// Names the rows of the requirement table that the surrounding test proves.
#[macro_export]
macro_rules! covers {
    ($($id:literal),+ $(,)?) => {
        const _: &[&str] = &[$($id),+];
    };
}
