//! The settings of a server, and those of the instance, which count where a server has none of its own (`T-API-42`,
//! `T-API-43`).
//!
//! What is sent is a value for each setting by its key; `null` takes the server's own value away. With `was.` before a key
//! stands what somebody was shown: a setting that is something else by now is then not changed, and nothing else either.
//!
//! | file | for |
//! | --- | --- |
//! | `values` | values as JSON, and as somebody would type them |
//! | `wishes` | what somebody wants of several settings, and what comes of it |
//! | [`change`] | the endpoints that change settings |

pub mod change;
mod values;
mod wishes;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Level;
use crate::discord::references;
use crate::features;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::references::{BrokenReference, told};
use crate::settings::Listed;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Rank, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing};

pub use values::{Values, WAS, json_of, typed_of};
pub use wishes::{ChangedView, ChangesView, Wishes, act_address, page_of, save, undo_address, unknown};

/// Every setting that administrators see, in the order of the features.
pub fn all() -> impl Iterator<Item = &'static Listed> {
    features::ALL.iter().flat_map(|feature| feature.settings)
}

/// The setting of a key.
pub fn of_key(key: &str) -> Option<&'static Listed> {
    all().find(|listed| listed.setting.key() == key)
}

/// The setting that somebody names: by its key, or as pages call it.
pub fn named(typed: &str) -> Option<&'static Listed> {
    let typed = typed.trim();
    of_key(typed).or_else(|| all().find(|listed| listed.title.to_lowercase() == typed.to_lowercase()))
}

/// What does not work of what a server has set, as far as is known.
pub fn known_troubles(web: &Web, read: &dyn Read, guild: GuildId) -> Result<Vec<BrokenReference>> {
    if !told::is_any(read, guild)? {
        return Ok(Vec::new());
    }
    told::known(read, guild, &web.bot.references.of_guild(read, guild)?)
}

/// Settings.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView {
    /// Each of them.
    pub settings: Vec<SettingView>,
}

/// A setting as it counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingView {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does.
    pub about: String,
    /// What it is about: `music`, `economy` or `general`.
    pub area: String,
    /// The value that counts.
    pub value: Value,
    /// The same as people read it.
    pub shown: String,
    /// What counts without a value of the server's own.
    pub default: Value,
    /// Whether the server has a value of its own.
    pub is_own: bool,
    /// What it can be, as the end of a sentence.
    pub allowed: String,
    /// Whether whoever asks may change it.
    pub may_change: bool,
    /// The command that sets it, too.
    pub command: Option<String>,
    /// What does not work of it.
    pub problems: Vec<String>,
}

impl SettingView {
    fn of(
        read: &dyn Read,
        guild: GuildId,
        listed: &'static Listed,
        level: Level,
        troubles: &[BrokenReference],
    ) -> Result<Self> {
        let (setting, control) = (listed.setting, listed.setting.control());
        let own = troubles.iter().filter(|trouble| trouble.reference.declared.key() == setting.key());
        Ok(Self {
            key: setting.key(),
            title: listed.title,
            about: Sentence::read(listed.about).plain(),
            area: listed.area.to_string(),
            value: json_of(&control, &setting.typed(read, guild)?),
            shown: Sentence::read(&setting.shown(read, guild)?).plain(),
            default: json_of(&control, &setting.typed(read, GuildId::INSTANCE)?),
            is_own: setting.is_own(read, guild)?,
            allowed: Sentence::read(&setting.allowed()).plain(),
            may_change: listed.require(level).is_ok(),
            command: listed.command.map(|command| command.to_sentence().plain()),
            problems: own.map(|trouble| Sentence::read(&references::sentence(trouble)).plain()).collect(),
        })
    }
}

/// What somebody is on the ladder of a server; the operator has all of it.
pub fn level_of(rank: Rank, who: Who) -> Level {
    if who == Who::Instance { Level::Owner } else { rank.level.unwrap_or(Level::Member) }
}

impl SettingsView {
    /// What of a server's settings counts for whoever changes them.
    pub const REVISION: RevisionOf =
        |web, read, guild, rank| Ok(Revision::of(&Self::of(web, read, guild, level_of(rank, Settings::WHO))?));

    /// Those of a server, for somebody of this level.
    fn of(web: &Web, read: &dyn Read, guild: GuildId, level: Level) -> Result<Self> {
        let troubles = known_troubles(web, read, guild)?;
        let settings = all().map(|listed| SettingView::of(read, guild, listed, level, &troubles));
        Ok(Self { settings: settings.collect::<Result<_>>()? })
    }
}

/// The settings of a server.
pub struct Settings;

impl Endpoint for Settings {
    const NAME: &'static str = "settings.list";
    const ABOUT: &'static str =
        "Lists the settings of a server, with what they are, can be, and what does not work of them.";
    const DOORS: Doors = Doors::get(&["/api/{server}/settings"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const REQUIREMENTS: &'static [&'static str] = &["T-CFG-01", "S-CFG-01"];
    const REVISION: Option<RevisionOf> = Some(SettingsView::REVISION);

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = SettingsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SettingsView>, Problem> {
        let (guild, level, catalogue) = (asked.guild, level_of(asked.rank, Self::WHO), web.clone());
        Ok(web.look("settings", move |read| SettingsView::of(&catalogue, read, guild, level)).await?.into())
    }
}
