//! Work that the operator asks for and that takes a while: one at a time, with its progress and what came of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::InstanceRefusal;
use crate::kernel::time::{Clock, Timestamp};

/// What is being done, or was last. Clones share it.
#[derive(Clone, Default)]
pub struct Works(Arc<Mutex<Option<Work>>>);

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What is done: "A snapshot".
    pub what: String,
    /// How far it is, in a short line.
    pub line: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended, and how: a sentence, about what came of it or what went wrong.
    pub end: Option<(Timestamp, Result<String, String>)>,
}

impl Works {
    /// Begins to do something on a thread of its own. Refuses while something else is done.
    pub fn begin(
        &self,
        clock: &Clock,
        what: String,
        act: impl FnOnce(&mut dyn FnMut(String)) -> Result<String, String> + Send + 'static,
    ) -> Result<(), InstanceRefusal> {
        let mut now = self.lock();
        if now.as_ref().is_some_and(|work| work.end.is_none()) {
            return Err(InstanceRefusal::Busy);
        }
        *now = Some(Work { what, line: String::new(), begun: clock.now(), end: None });
        drop(now);
        let (works, clock) = (self.clone(), clock.clone());
        tokio::spawn(async move {
            let told = works.clone();
            let doing = tokio::task::spawn_blocking(move || act(&mut |line| told.tell(line)));
            // A panic is in the log already.
            let broke_off = |_| Err("It broke off; the log says where.".to_owned());
            works.end(clock.now(), doing.await.unwrap_or_else(broke_off));
        });
        Ok(())
    }

    /// What is being done, or was last.
    pub fn now(&self) -> Option<Work> {
        self.lock().clone()
    }

    fn tell(&self, line: String) {
        if let Some(work) = self.lock().as_mut() {
            work.line = line;
        }
    }

    fn end(&self, at: Timestamp, outcome: Result<String, String>) {
        if let Some(work) = self.lock().as_mut() {
            work.end = Some((at, outcome));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Work>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::kernel::refusal::Refuse;

    async fn ended(works: &Works) -> Result<String, String> {
        loop {
            if let Some((_, outcome)) = works.now().and_then(|work| work.end) {
                return outcome;
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn one_thing_is_done_at_a_time_and_it_is_seen_how_far_it_is() {
        let (works, clock) = (Works::default(), Clock::system());
        let (go_on, wait) = mpsc::channel::<()>();
        let (say, said) = tokio::sync::oneshot::channel();
        let act = move |progress: &mut dyn FnMut(String)| {
            progress("half".to_owned());
            let _ = say.send(());
            let _ = wait.recv();
            Ok("It is there.".to_owned())
        };
        works.begin(&clock, "A snapshot".to_owned(), act).unwrap();
        said.await.unwrap();
        assert_eq!(works.now().map(|work| (work.what, work.line)), Some(("A snapshot".to_owned(), "half".to_owned())));
        let other = works.begin(&clock, "Another".to_owned(), |_| Ok(String::new())).unwrap_err();
        assert_eq!(other.code(), "instance.busy");
        go_on.send(()).unwrap();
        assert_eq!(ended(&works).await, Ok("It is there.".to_owned()));
        works.begin(&clock, "Another".to_owned(), |_| panic!("a mistake")).unwrap();
        assert_eq!(ended(&works).await, Err("It broke off; the log says where.".to_owned()));
    }
}
