//! Looks at the memory of the machine, and of the container where there is one.

use super::finding::Finding;
use super::id::Id;
use crate::app::machine::{self, Memory};

/// With less than this available something will be ended soon.
const LEAST_AVAILABLE: u64 = 64 << 20;
/// A machine with less should have swap.
const LITTLE: u64 = 1 << 30;
/// A container that may use less is too small for a busy evening.
const SMALL_LIMIT: u64 = 128 << 20;

/// Looks at it. Nothing is said where the system does not tell.
pub(super) fn examine() -> Option<Finding> {
    machine::memory().map(|memory| judge(memory, machine::memory_limit()))
}

fn judge(memory: Memory, limit: Option<u64>) -> Finding {
    let Memory { total, available, swap, swap_free } = memory;
    let id = Id::Memory;
    let mib = |bytes: u64| bytes >> 20;
    if let Some(limit) = limit.filter(|limit| *limit < SMALL_LIMIT) {
        let sentence = format!("The bot may use {} MiB of memory only; a busy evening can take more.", mib(limit));
        return Finding::warning(id, sentence, "Give the container, or the service, 128 MiB or more.");
    }
    if available < LEAST_AVAILABLE && swap_free < LEAST_AVAILABLE {
        let sentence = format!(
            "The machine has hardly any memory left: {} MiB, and {} MiB of swap.",
            mib(available),
            mib(swap_free)
        );
        let fix =
            "End other programs, or add swap: when the memory is used up the system ends a program, perhaps the bot.";
        return Finding::warning(id, sentence, fix);
    }
    if swap > 0 && swap_free < swap / 10 {
        let sentence =
            format!("The swap of the machine is nearly full: {} of {} MiB are free.", mib(swap_free), mib(swap));
        return Finding::warning(id, sentence, "End other programs: a machine that swaps answers slowly.");
    }
    if total < LITTLE && swap == 0 {
        let sentence = format!("The machine has little memory, {} MiB, and no swap.", mib(total));
        let fix = "Add swap, such as a file of 512 MiB or zram: otherwise the system ends a program when another one needs more.";
        return Finding::warning(id, sentence, fix);
    }
    Finding::ok(id, format!("There is memory: {} MiB are available.", mib(available)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::doctor::Level;

    #[test]
    fn little_memory_is_told_where_nothing_stands_in_for_it() {
        let mib = |mib: u64| mib << 20;
        let memory = |total, available, swap, swap_free| Memory {
            total: mib(total),
            available: mib(available),
            swap: mib(swap),
            swap_free: mib(swap_free),
        };
        for (memory, limit, level, words) in [
            (memory(8_000, 6_000, 0, 0), None, Level::Ok, "6000 MiB are available"),
            (memory(8_000, 6_000, 0, 0), Some(mib(512)), Level::Ok, "available"),
            (memory(8_000, 6_000, 0, 0), Some(mib(64)), Level::Warning, "may use 64 MiB"),
            (memory(8_000, 20, 0, 0), None, Level::Warning, "hardly any memory left"),
            (memory(8_000, 20, 2_000, 1_900), None, Level::Ok, "available"),
            (memory(8_000, 900, 2_000, 100), None, Level::Warning, "swap of the machine is nearly full"),
            (memory(460, 200, 0, 0), None, Level::Warning, "and no swap"),
            (memory(460, 200, 512, 500), None, Level::Ok, "available"),
        ] {
            let found = judge(memory, limit);
            assert!(found.level == level && found.sentence.contains(words), "{found}");
        }
    }
}
