//! A bounded memory of ids.

use std::collections::{HashSet, VecDeque};

/// The last ids that came by.
#[derive(Default)]
pub(super) struct Seen {
    order: VecDeque<u64>,
    ids: HashSet<u64>,
}

impl Seen {
    /// More than Discord repeats after a resume.
    const MOST: usize = 8192;

    /// Whether this is the first time, as far as the memory goes.
    pub(super) fn is_new(&mut self, id: u64) -> bool {
        if !self.ids.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > Self::MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }

    /// Whether the id is remembered.
    pub(super) fn knows(&self, id: u64) -> bool {
        self.ids.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_and_the_memory_is_bounded() {
        let mut seen = Seen::default();
        assert!(seen.is_new(1));
        assert!(!seen.is_new(1));
        for id in 2..20_000 {
            assert!(seen.is_new(id));
        }
        assert_eq!((seen.ids.len(), seen.order.len()), (Seen::MOST, Seen::MOST));
    }
}
