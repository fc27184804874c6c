//! Servers follow the catalogue, some offers in each transaction.

use super::model::Part;
use super::tables;
use crate::features::{Due, Upkeep};
use crate::flows::offers_followed;

/// Takes over what changed in the catalogue, or takes it away where a server follows it no more.
pub static FOLLOWED: Upkeep = Upkeep {
    name: "offers_followed",
    due: |read, at| {
        let servers = tables::guilds(read)?.into_iter();
        let subjects = [Part::Items, Part::Tasks].map(subject);
        Ok(servers.flat_map(|guild| subjects.map(|subject| Due { guild, subject, at })).collect())
    },
    is_due: |read, due| offers_followed::is_due(read, due.guild, part(due.subject)),
    step: |tx, due, _| Ok(offers_followed::step(tx, due.guild, part(due.subject))?.then_some(0)),
};

const fn subject(part: Part) -> u64 {
    match part {
        Part::Items => 0,
        Part::Tasks => 1,
    }
}

const fn part(subject: u64) -> Part {
    if subject == 0 { Part::Items } else { Part::Tasks }
}
