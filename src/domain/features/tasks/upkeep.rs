//! What is over ends, and what repeats begins its next round, also where its alarm was missed: the program stood still, or such things did not end by themselves for a while
//! (`D-51`, `D-97`).

use super::{claims, service, settings, tables};
use crate::features::{Due, Upkeep};

/// Tasks or claims that end in one step.
const AT_ONCE: usize = 50;

/// The sweep.
pub static OVERDUE: Upkeep = Upkeep {
    name: "tasks_overdue",
    due: |read, at| Ok(Due::in_guilds(tables::guilds(read)?, at)),
    is_due: |read, due| {
        let is_over = !tables::ended_by(read, due.guild, due.at, 1)?.is_empty()
            || !tables::late_by(read, due.guild, due.at, 1)?.is_empty();
        let has_turned = !tables::turned_by(read, due.guild, due.at, 1)?.is_empty();
        Ok(has_turned || (is_over && settings::ENDS_BY_ITSELF.get(read, due.guild)?))
    },
    step: |tx, due, _| {
        let (tasks, late) =
            (tables::ended_by(tx, due.guild, due.at, AT_ONCE)?, tables::late_by(tx, due.guild, due.at, AT_ONCE)?);
        let mut is_any = false;
        for id in tables::turned_by(tx, due.guild, due.at, AT_ONCE)? {
            is_any |= service::turn(tx, due.guild, id)?;
        }
        for id in tasks {
            is_any |= service::run_out(tx, due.guild, id)?;
        }
        for id in late {
            is_any |= claims::run_out(tx, due.guild, id)?;
        }
        Ok(is_any.then_some(0))
    },
};
