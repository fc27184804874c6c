//! What the domain declares is done, by one alone.

use crate::bot::{displays, job_handlers};
use crate::features;
use crate::features::desk::model::{MAIN, PENDING};
use crate::features::displays::model::LIVE_QUEUE;

#[test]
fn each_kind_of_job_has_one_handler() {
    let mut declared: Vec<_> = features::ALL.iter().flat_map(|feature| feature.jobs).map(|kind| kind.name()).collect();
    let mut handled: Vec<_> = job_handlers().iter().map(|handler| handler.kind).collect();
    declared.sort_unstable();
    handled.sort_unstable();
    assert_eq!(handled, declared);
}

#[test]
fn each_display_has_a_name_that_is_listed_as_stored() {
    let mut names: Vec<_> = displays().iter().map(|kind| kind.name).collect();
    names.sort_unstable();
    assert_eq!(names, [LIVE_QUEUE, MAIN, PENDING]);
}
