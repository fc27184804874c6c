//! Tells what servers have set that refers to something on Discord.

use serde::{Deserialize, Serialize};

use super::Operation;
use crate::app::exit::Stop;
use crate::bot;
use crate::catalogue::Catalogue;
use crate::kernel::ids::GuildId;
use crate::references::Target;
use crate::store::Store;

/// Tell what servers have set that refers to something on Discord.
// With braces, because a struct without them is no object in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListReferences {}

/// What servers have set that refers to something on Discord.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceList {
    /// All of it.
    pub set: Vec<SetReference>,
}

/// Something that a server has set, and what it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetReference {
    /// The server.
    pub guild: GuildId,
    /// The stable name of what is set.
    pub key: String,
    /// What it refers to.
    pub target: Target,
}

impl Operation for ListReferences {
    const NAME: &'static str = "references";
    const OUTCOME: &'static str = "references";
    type Outcome = ReferenceList;

    fn run(&self, store: &Store, _: Catalogue, _: &mut dyn FnMut(String)) -> Result<ReferenceList, Stop> {
        let catalogue = bot::references();
        let set = store.read_blocking("references", |read| {
            let mut set = Vec::new();
            for guild in catalogue.guilds(read)? {
                let of_guild = catalogue.of_guild(read, guild)?.into_iter().map(|reference| SetReference {
                    guild,
                    key: reference.declared.key().to_owned(),
                    target: reference.target,
                });
                set.extend(of_guild);
            }
            Ok(set)
        })?;
        Ok(ReferenceList { set })
    }
}
