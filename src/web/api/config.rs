//! The configuration of a server as the two seeds see it: one stored, two views (`C-76`).
//!
//! Seed 001's has its features inside and is set by PUT; seed 002's is flat, with decimals, and set by PATCH. Both take in
//! only what is sent, and refuse what they do not know. What a view shows and nobody can set, such as the name of the server,
//! may be sent back as it came and does nothing.

use serde_json::{Map, Value, json};

use super::settings::{ChangesView, Values, Wishes, all, json_of, level_of, save, unknown};
use crate::access::Level;
use crate::activity::{self, Filter};
use crate::discord::standing::GuildOfBot;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, MessageId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::settings::{Listed, NONE, SETTING_CHANGED, to_come};
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};

/// A key of a view.
struct Key {
    /// How the view calls it; with a point for what stands inside of something.
    name: &'static str,
    /// The key of the setting.
    setting: &'static str,
    /// How its value looks there.
    form: Form,
}

/// How a value looks in a view.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the setting has it.
    Plain,
    /// A decimal, kept in hundredths.
    Hundredths,
    /// The first of several.
    First,
}

const fn key(name: &'static str, setting: &'static str) -> Key {
    Key { name, setting, form: Form::Plain }
}

const fn same(name: &'static str) -> Key {
    key(name, name)
}

/// Seed 001's keys (`T-CFG-02`).
const OF_TASKS: &[Key] = &[
    same("prefix"),
    same("currency_name"),
    same("currency_symbol"),
    same("admin_roles"),
    same("moderator_roles"),
    key("log_channel", "log_channel_id"),
    key("welcome_channel", "welcome_channel_id"),
    key("features.currency", "features.currency"),
    key("features.tasks", "features.tasks"),
    key("features.moderation", "features.moderation"),
    same("task_channel_id"),
    key("global_shop", "features.global_shop"),
    key("global_tasks", "features.global_tasks"),
    same("shop_channel_id"),
];
/// What its view shows beside them.
const SHOWN_OF_TASKS: [&str; 6] = ["server_name", "member_count", "icon_url", "owner_id", "created_at", "success"];

/// Seed 002's keys (`S-DB-03`).
const OF_COMMUNITY: &[Key] = &[
    same("prefix"),
    same("log_channel_id"),
    Key { form: Form::First, ..key("mod_role_id", "moderator_roles") },
    key("automod_enabled", "features.automod"),
    same("automod_spam_enabled"),
    Key { form: Form::Hundredths, ..same("automod_caps_threshold") },
    same("automod_links_enabled"),
    same("automod_badwords_patterns"),
    same("escalation_warn_threshold"),
    same("escalation_timeout_threshold"),
    same("escalation_kick_threshold"),
    same("escalation_ban_threshold"),
    same("warning_decay_days"),
    key("xp_enabled", "features.xp"),
    same("xp_cooldown_seconds"),
    Key { form: Form::Hundredths, ..same("xp_multiplier") },
];
/// What its view shows beside them.
const SHOWN_OF_COMMUNITY: [&str; 3] = ["guild_id", "created_at", "updated_at"];

/// The setting of a key, of a feature or of one to come.
fn listed(key: &str) -> Option<&'static Listed> {
    all().chain(to_come::LISTED).find(|listed| listed.setting.key() == key)
}

impl Key {
    fn value(&self, read: &dyn Read, guild: GuildId) -> Result<Value> {
        let Some(listed) = listed(self.setting) else { return Ok(Value::Null) };
        let value = json_of(&listed.setting.control(), &listed.setting.typed(read, guild)?);
        Ok(match self.form {
            Form::Plain => value,
            Form::Hundredths => value.as_f64().map_or(Value::Null, |hundredths| json!(hundredths / 100.0)),
            Form::First => value.get(0).cloned().unwrap_or_default(),
        })
    }

    /// What is sent for it, as its setting takes it; `now` is what its setting is.
    fn taken(&self, sent: &Value, now: &Value) -> Result<Value, Sentence> {
        match self.form {
            Form::Plain => Ok(sent.clone()),
            Form::Hundredths => hundredths(sent),
            Form::First => Ok(with_first(sent, now)),
        }
    }
}

/// A decimal with up to two digits behind its point, in hundredths.
fn hundredths(sent: &Value) -> Result<Value, Sentence> {
    if sent.is_null() {
        return Ok(Value::Null);
    }
    let text = sent.as_str().map_or_else(|| sent.to_string(), str::to_owned);
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let is_decimal =
        part.len() <= 2 && [whole, part].iter().all(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number = format!("{whole}{part:0<2}").parse::<u64>().ok().filter(|_| is_decimal && !whole.is_empty());
    number
        .map(|number| json!(number))
        .ok_or_else(|| Sentence::words("A number with up to two digits behind its point."))
}

/// Several, with another first one, or without theirs.
fn with_first(first: &Value, now: &Value) -> Value {
    let others = now.as_array().into_iter().flatten().skip(1);
    let first = Some(first).filter(|first| !first.is_null());
    let all: Vec<&Value> = first.into_iter().chain(others.filter(|other| Some(*other) != first)).collect();
    if all.is_empty() { json!(NONE) } else { json!(all) }
}

/// Puts a value into a view, inside of something where its name says so.
fn put(view: &mut Values, name: &str, value: Value) {
    match name.split_once('.') {
        Some((outer, inner)) => {
            let outer = view.entry(outer.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(fields) = outer {
                fields.insert(inner.to_owned(), value);
            }
        }
        None => drop(view.insert(name.to_owned(), value)),
    }
}

/// What was sent, each value under its whole name.
fn flat(body: &Values) -> Values {
    let mut flat = Values::new();
    for (name, value) in body.iter() {
        match value {
            Value::Object(fields) => {
                flat.extend(fields.iter().map(|(inner, value)| (format!("{name}.{inner}"), value.clone())));
            }
            value => drop(flat.insert(name.clone(), value.clone())),
        }
    }
    flat
}

/// A view of what the settings are.
fn view(read: &dyn Read, guild: GuildId, keys: &[Key]) -> Result<Values> {
    let mut view = Values::new();
    for key in keys {
        put(&mut view, key.name, key.value(read, guild)?);
    }
    Ok(view)
}

/// The configuration as seed 001 sees it.
fn of_tasks(web: &Web, read: &dyn Read, guild: GuildId) -> Result<Values> {
    let mut view = view(read, guild, OF_TASKS)?;
    of_server(&mut view, guild, web.bot.standings.guild_of_bot(guild));
    Ok(view)
}

/// The configuration as seed 002 sees it. When it was changed last is known as long as activities are kept.
fn of_community(read: &dyn Read, guild: GuildId) -> Result<Values> {
    let mut view = view(read, guild, OF_COMMUNITY)?;
    let changes = Filter { kind: Some(SETTING_CHANGED.name()), ..Filter::default() };
    let last = activity::newest(read, guild, &changes, None, 1)?.rows.first().map(|(id, _)| id.moment().rfc3339());
    view.insert("guild_id".to_owned(), json!(guild.to_string()));
    view.insert("created_at".to_owned(), json!(created(guild)));
    view.insert("updated_at".to_owned(), json!(last));
    Ok(view)
}

/// When a server was made: every id of Discord begins with its time.
fn created(guild: GuildId) -> String {
    MessageId::new(guild.get()).moment().rfc3339()
}

/// What is wished by a body in the names of a view. `now` is what the settings are.
fn wishes(body: &Values, keys: &'static [Key], shown: &[&str], now: &Values, level: Level) -> Wishes {
    let mut wishes = Wishes::default();
    for (name, sent) in flat(body).iter().filter(|(name, _)| !shown.contains(&name.as_str())) {
        let found = keys.iter().find(|key| key.name == name).and_then(|key| Some((key, listed(key.setting)?)));
        let Some((key, listed)) = found else {
            wishes.refuse(name, unknown(name, keys.iter().map(|key| key.name)).sentence());
            continue;
        };
        let now = now.get(key.setting).cloned().unwrap_or_default();
        match key.taken(sent, &now) {
            // What is sent as it is, whoever may not change it may send, too.
            Ok(taken) if taken == now => {}
            Ok(taken) => wishes.add(name, listed, level, &taken, None),
            Err(wrong) => wishes.refuse(name, wrong),
        }
    }
    wishes
}

/// What the settings of a view are, by their own keys.
async fn now(web: &Web, guild: GuildId, keys: &'static [Key]) -> Result<Values, Problem> {
    let looked = web.look("config_now", move |read| {
        let mut now = Values::new();
        for key in keys {
            if let Some(listed) = listed(key.setting) {
                let value = json_of(&listed.setting.control(), &listed.setting.typed(read, guild)?);
                now.insert(key.setting.to_owned(), value);
            }
        }
        Ok(now)
    });
    Ok(looked.await?)
}

/// What seed 001's view shows of the server itself.
fn of_server(view: &mut Values, guild: GuildId, named: Option<GuildOfBot>) {
    let members = named.as_ref().and_then(|named| named.members);
    let icon = named.as_ref().and_then(|named| named.icon.as_deref());
    let icon = icon.map(|icon| format!("https://cdn.discordapp.com/icons/{guild}/{icon}.png"));
    let owner = named.as_ref().and_then(|named| named.owner).map(|owner| owner.to_string());
    view.insert("server_name".to_owned(), json!(named.map(|named| named.name)));
    view.insert("icon_url".to_owned(), json!(icon));
    view.insert("owner_id".to_owned(), json!(owner));
    view.insert("created_at".to_owned(), json!(created(guild)));
    view.insert("member_count".to_owned(), json!(members));
}

/// The configuration, as seed 001 sees it.
pub struct Config;

impl Endpoint for Config {
    const NAME: &'static str = "config.get";
    const ABOUT: &'static str = "Gives the configuration of a server.";
    const DOORS: Doors = Doors::get(&["/api/{server}/config"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = Some(|web, read, guild, _| Ok(Revision::of(&of_tasks(web, read, guild)?)));
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-46", "T-CFG-02"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = Values;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Values>, Problem> {
        let (bot, guild) = (web.clone(), asked.guild);
        Ok(web.look("config", move |read| of_tasks(&bot, read, guild)).await?.into())
    }
}

/// Changes the configuration, as seed 001 does.
pub struct ChangeConfig;

impl Endpoint for ChangeConfig {
    const NAME: &'static str = "config.put";
    const ABOUT: &'static str = "Changes what is sent of the configuration of a server.";
    const DOORS: Doors = Doors::put(&["/api/{server}/config"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = Some(|web, read, guild, _| Ok(Revision::of(&of_tasks(web, read, guild)?)));
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-47", "T-PRM-04"];

    type Path = ();
    type Query = Nothing;
    type Body = Values;
    type Answer = ChangesView;

    fn sample(_: &Samples) -> Sample {
        Sample {
            body: Some(json!({ "currency_name": "cookies", "features": { "moderation": false } })),
            ..Sample::default()
        }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let now = now(web, asked.guild, OF_TASKS).await?;
        let wishes = wishes(&asked.body, OF_TASKS, &SHOWN_OF_TASKS, &now, level_of(asked.rank, Self::WHO));
        save(web, &asked, wishes).await
    }
}

/// The configuration, as seed 002 sees it.
pub struct GuildConfig;

impl Endpoint for GuildConfig {
    const NAME: &'static str = "guilds.config";
    const ABOUT: &'static str = "Gives the configuration of a server.";
    const DOORS: Doors = Doors::get(&["/api/guilds/{server}/config"]);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = Some(|_, read, guild, _| Ok(Revision::of(&of_community(read, guild)?)));
    const REQUIREMENTS: &'static [&'static str] = &[];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = Values;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Values>, Problem> {
        let guild = asked.guild;
        Ok(web.look("config", move |read| of_community(read, guild)).await?.into())
    }
}

/// Changes the configuration, as seed 002 does.
pub struct ChangeGuildConfig;

impl Endpoint for ChangeGuildConfig {
    const NAME: &'static str = "guilds.change_config";
    const ABOUT: &'static str = "Changes what is sent of the configuration of a server.";
    const DOORS: Doors = Doors::patch(&["/api/guilds/{server}/config"]);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = Some(|_, read, guild, _| Ok(Revision::of(&of_community(read, guild)?)));
    const REQUIREMENTS: &'static [&'static str] = &[];

    type Path = ();
    type Query = Nothing;
    type Body = Values;
    type Answer = ChangesView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(json!({ "prefix": "?", "xp_multiplier": 1.5 })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let now = now(web, asked.guild, OF_COMMUNITY).await?;
        let wishes = wishes(&asked.body, OF_COMMUNITY, &SHOWN_OF_COMMUNITY, &now, level_of(asked.rank, Self::WHO));
        save(web, &asked, wishes).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_view_is_a_setting() {
        for key in OF_TASKS.iter().chain(OF_COMMUNITY) {
            assert!(listed(key.setting).is_some(), "{}", key.name);
        }
    }

    #[test]
    fn decimals_are_kept_in_hundredths() {
        let taken = |sent: Value| hundredths(&sent).ok();
        for (sent, kept) in [(json!(0.7), 70), (json!(1), 100), (json!("1.25"), 125), (json!(0), 0), (json!(0.05), 5)] {
            assert_eq!(taken(sent.clone()), Some(json!(kept)), "{sent}");
        }
        for sent in [json!(0.755), json!(-1), json!("x"), json!(".5"), json!([]), json!(true), json!("1e2")] {
            assert_eq!(taken(sent.clone()), None, "{sent}");
        }
    }

    #[test]
    fn the_moderators_role_of_one_view_is_the_first_of_the_other() {
        let now = json!(["1", "2", "3"]);
        assert_eq!(with_first(&json!("5"), &now), json!(["5", "2", "3"]));
        assert_eq!(with_first(&json!("2"), &now), json!(["2", "3"]));
        assert_eq!(with_first(&Value::Null, &now), json!(["2", "3"]));
        assert_eq!(with_first(&Value::Null, &json!(["1"])), json!("none"));
    }

    #[test]
    fn what_stands_inside_of_something_is_put_and_read_there() {
        let mut view = Values::new();
        put(&mut view, "prefix", json!("!"));
        put(&mut view, "features.tasks", json!(true));
        put(&mut view, "features.currency", json!(false));
        assert_eq!(json!(view), json!({ "prefix": "!", "features": { "tasks": true, "currency": false } }));
        assert_eq!(flat(&view).len(), 3);
        assert_eq!(flat(&view).get("features.tasks"), Some(&json!(true)));
    }
}
