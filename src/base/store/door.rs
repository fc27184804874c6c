//! By which door somebody came for whom something is written.
//!
//! Where people come in says so once, around all that it does for them ([`through`]). Whatever is written meanwhile carries it
//! into its transaction ([`Tx::door`](super::Tx::door)), so no operation has to hand it on. What is done later, or by the
//! program itself, came by none.

use std::sync::Arc;

tokio::task_local! {
    static DOOR: Arc<str>;
}

/// Does something for somebody who came by this door.
pub async fn through<F: Future>(door: &str, serving: F) -> F::Output {
    DOOR.scope(Arc::from(door), serving).await
}

/// The door by which whoever is served came.
pub(super) fn present() -> Option<Arc<str>> {
    DOOR.try_with(Arc::clone).ok()
}
