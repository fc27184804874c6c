//! The setting of the desk.

use crate::access::REVIEWER_ROLE;
use crate::references::Needs;
use crate::settings::{Area, Listed};

/// Who reviews, as administrators meet it.
pub const LISTED: &[Listed] = &[Listed::new(
    &REVIEWER_ROLE,
    Area::Music,
    "Reviewer Role",
    "The role whose members may use the reviewer's desk, beside the administrators.",
)
.needing(&REVIEWER_NEEDS)];

static REVIEWER_NEEDS: Needs = Needs::only_that_it_is_there("Only administrators are reviewers now.");
