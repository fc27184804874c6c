//! The settings of a server, and those of the instance, which count where a server has none of its own (`T-API-42`,
//! `T-API-43`).
//!
//! What is sent is a value for each setting by its key; `null` takes the server's own value away. With `was.` before a key
//! stands what somebody was shown: a setting that is something else by now is then not changed, and nothing else either.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::access::Level;
use crate::activity::{self, ActivityId, Subject};
use crate::discord::channel_setting::require_named;
use crate::discord::references;
use crate::features;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::{Sentence, Slot};
use crate::kernel::text::{self, one_line};
use crate::references::{Problem as Trouble, told};
use crate::settings::{
    Change, Changed, Control, Listed, NONE, NewValue, SETTING_CHANGED, SettingRefusal, Wanted, change, change_all, undo,
    wanted,
};
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Rank, Who};
use crate::web::answer::{Answered, Given, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::AreaPage;
use crate::web::segments::{One, Segment};
use crate::web::ui::components::{CSRF, IDEMPOTENCY_KEY, REVISION};

/// Stands before a key: what its setting was when somebody was shown it.
pub const WAS: &str = "was.";
/// What stands in forms beside the settings.
const OF_EVERY_FORM: [&str; 4] = [CSRF, IDEMPOTENCY_KEY, REVISION, "back"];

/// Values by the keys of settings.
pub type Values = BTreeMap<String, Value>;

/// Every setting that administrators see, in the order of the features.
pub fn all() -> impl Iterator<Item = &'static Listed> {
    features::ALL.iter().flat_map(|feature| feature.settings)
}

/// The setting of a key.
pub fn of_key(key: &str) -> Option<&'static Listed> {
    all().find(|listed| listed.setting.key() == key)
}

/// What does not work of what a server has set, as far as is known.
pub fn known_troubles(web: &Web, read: &dyn Read, guild: GuildId) -> Result<Vec<Trouble>> {
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

/// What somebody typed as JSON.
pub fn json_of(control: &Control, typed: &str) -> Value {
    match control {
        Control::Switch => json!(typed == "true"),
        Control::Number(_) => typed.parse::<u64>().map_or_else(|_| json!(typed), |number| json!(number)),
        Control::Channel | Control::Role if typed == NONE => Value::Null,
        Control::Channels | Control::Roles if typed == NONE => json!([]),
        Control::Channels | Control::Roles => json!(typed.split_whitespace().collect::<Vec<_>>()),
        Control::Lines => json!(typed.lines().collect::<Vec<_>>()),
        Control::Channel | Control::Role | Control::Choice(_) | Control::Text => json!(typed),
    }
}

/// A value of JSON as somebody would type it; `Ok(None)` for `null`.
pub fn typed_of(control: &Control, value: &Value) -> Result<Option<String>, Sentence> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(is_on) => Ok(is_on.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Sentence::words("A value is a text, a number, true or false, or a list of those."))
        }
    };
    match value {
        Value::Null => Ok(None),
        Value::Array(values) => {
            let chosen = values.iter().map(text).collect::<Result<Vec<_>, _>>()?;
            Ok(Some(control.typed(&chosen)))
        }
        one => Ok(Some(control.typed(&[text(one)?]))),
    }
}

impl SettingView {
    fn of(read: &dyn Read, guild: GuildId, listed: &'static Listed, level: Level, troubles: &[Trouble]) -> Result<Self> {
        let (setting, control) = (listed.setting, listed.setting.control());
        let own = troubles.iter().filter(|trouble| trouble.reference.declared.key() == setting.key());
        Ok(Self {
            key: setting.key(),
            title: listed.title,
            about: Sentence::read(listed.about).to_string(),
            area: listed.area.to_string(),
            value: json_of(&control, &setting.typed(read, guild)?),
            shown: Sentence::read(&setting.shown(read, guild)?).to_string(),
            default: json_of(&control, &setting.typed(read, GuildId::INSTANCE)?),
            is_own: setting.is_own(read, guild)?,
            allowed: setting.allowed(),
            may_change: listed.require(level).is_ok(),
            command: listed.command.map(|command| command.to_sentence().to_string()),
            problems: own.map(|trouble| Sentence::read(&references::sentence(trouble)).to_string()).collect(),
        })
    }
}

/// What somebody is on the ladder of a server; the operator has all of it.
pub fn level_of(rank: Rank, who: Who) -> Level {
    if who == Who::Instance { Level::Owner } else { rank.level.unwrap_or(Level::Member) }
}

async fn looked_at(web: &Web, guild: GuildId, level: Level) -> Result<Answered<SettingsView>, Problem> {
    let catalogue = web.clone();
    let looked = web.look("settings", move |read| {
        let troubles = known_troubles(&catalogue, read, guild)?;
        all().map(|listed| SettingView::of(read, guild, listed, level, &troubles)).collect::<Result<Vec<_>>>()
    });
    Ok(SettingsView { settings: looked.await? }.into())
}

/// The settings of a server.
pub struct Settings;

impl Endpoint for Settings {
    const NAME: &'static str = "settings.list";
    const ABOUT: &'static str = "Lists the settings of a server, with what they are, can be, and what does not work of them.";
    const DOORS: Doors = Doors::get(&["/api/{server}/settings"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;
    const REQUIREMENTS: &'static [&'static str] = &["T-CFG-01", "S-CFG-01"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = SettingsView;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SettingsView>, Problem> {
        looked_at(web, asked.guild, level_of(asked.rank, Self::WHO)).await
    }
}

/// The settings of the instance.
pub struct InstanceSettings;

impl Endpoint for InstanceSettings {
    const NAME: &'static str = "settings.instance";
    const ABOUT: &'static str = "Lists what counts in servers that have no value of their own.";
    const DOORS: Doors = Doors::get(&["/api/settings"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-42"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = SettingsView;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SettingsView>, Problem> {
        looked_at(web, asked.guild, level_of(asked.rank, Self::WHO)).await
    }
}

/// What was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangesView {
    /// Each setting that is something else now.
    pub changed: Vec<ChangedView>,
}

/// A setting that is something else now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangedView {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it was, as people read it.
    pub before: String,
    /// What it is, as people read it.
    pub after: String,
    /// Under which number the change can be undone.
    pub change: String,
}

impl ChangesView {
    /// What was changed just now in this transaction.
    pub fn of(read: &dyn Read, guild: GuildId, changed: &[Changed]) -> Result<Self> {
        let view = |Changed { listed, change }: &Changed| {
            let words = |stored: Option<&str>| Sentence::read(&listed.setting.in_words(stored)).to_string();
            let key = listed.setting.key();
            let is_it = |noted: &activity::Activity| {
                noted.kind == SETTING_CHANGED.name() && noted.subject == Some(Subject::Setting(key.to_owned()))
            };
            let newest = activity::newest_where(read, guild, None, 1, is_it)?.rows;
            Ok(ChangedView {
                key,
                title: listed.title,
                before: words(change.before.as_deref()),
                after: words(change.after.as_deref()),
                change: newest.first().map(|(id, _)| id.to_string()).unwrap_or_default(),
            })
        };
        Ok(Self { changed: changed.iter().map(view).collect::<Result<_>>()? })
    }

    fn of_one(read: &dyn Read, guild: GuildId, listed: &'static Listed, change: Change) -> Result<Self> {
        let changed: Vec<Changed> = change.is_any().then_some(Changed { listed, change }).into_iter().collect();
        Self::of(read, guild, &changed)
    }
}

/// What somebody wants of several settings, and what cannot be, under the names under which it was sent.
#[derive(Default)]
pub struct Wishes {
    wishes: Vec<Wish>,
    wrong: BTreeMap<String, Sentence>,
}

struct Wish {
    name: String,
    wanted: Wanted,
    typed: String,
}

impl Wishes {
    /// Those of a body.
    pub fn of(body: &Values, level: Level) -> Self {
        let mut wishes = Self::default();
        let sent = body.iter().filter(|(name, _)| !name.starts_with(WAS) && !OF_EVERY_FORM.contains(&name.as_str()));
        for (name, value) in sent {
            match of_key(name) {
                Some(listed) => {
                    let shown = body.get(&format!("{WAS}{name}")).and_then(Value::as_str);
                    wishes.add(name, listed, level, value, shown);
                }
                None => wishes.refuse(name, unknown(name, all().map(|listed| listed.setting.key())).sentence()),
            }
        }
        wishes
    }

    /// One more.
    pub fn add(&mut self, name: &str, listed: &'static Listed, level: Level, value: &Value, shown: Option<&str>) {
        let typed = match typed_of(&listed.setting.control(), value) {
            Ok(typed) => typed,
            Err(wrong) => return self.refuse(name, wrong),
        };
        match wanted(listed, level, typed.as_deref(), shown) {
            Ok(Some(wanted)) => {
                let typed = typed.unwrap_or_else(|| NONE.to_owned());
                self.wishes.push(Wish { name: name.to_owned(), wanted, typed });
            }
            Ok(None) => {}
            Err(refusal) => self.refuse(name, refusal.sentence()),
        }
    }

    /// That something cannot be.
    pub fn refuse(&mut self, name: &str, wrong: Sentence) {
        self.wrong.insert(name.to_owned(), wrong);
    }

    /// What is wanted, where all of it can be, and what the bot will lack then, as sentences. Refuses what the server has not.
    async fn checked(mut self, web: &Web, guild: GuildId) -> Result<(Vec<Wanted>, String), Problem> {
        let mut lacking = String::new();
        let names_something = |wish: &Wish| !wish.wanted.listed.setting.targets_typed(&wish.typed).is_empty();
        if self.wishes.iter().any(names_something) {
            if guild == GuildId::INSTANCE {
                return Err(Problem::Unreadable(Sentence::words("A channel or a role belongs to one server.")));
            }
            let server = web.ask_places(guild).await?;
            for wish in &self.wishes {
                match require_named(&server, wish.wanted.listed, &wish.typed) {
                    Ok(lacks) => lacking.push_str(&lacks),
                    Err(Error::Refused(refusal)) => {
                        self.wrong.insert(wish.name.clone(), refusal.sentence);
                    }
                    Err(failed) => return Err(failed.into()),
                }
            }
        }
        if !self.wrong.is_empty() {
            return Err(Problem::Fields(self.wrong));
        }
        Ok((self.wishes.into_iter().map(|wish| wish.wanted).collect(), lacking))
    }
}

/// That there is no setting of a name.
pub fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> SettingRefusal {
    SettingRefusal::Unknown { typed: one_line(name, 64), meant: text::meant(known, name) }
}

/// Changes what is wanted, all of it in one transaction.
pub async fn save<E>(web: &Web, asked: &Asked<E>, wishes: Wishes) -> Result<Answered<ChangesView>, Problem>
where
    E: Endpoint<Answer = ChangesView>,
{
    let guild = asked.guild;
    let (wanted, lacking) = wishes.checked(web, guild).await?;
    let change = web.change(asked, move |tx, actor| {
        let changed = change_all(tx, guild, actor, &wanted)?;
        ChangesView::of(tx, guild, &changed)
    });
    Ok(saying(change.await?, guild, &lacking))
}

/// With what a page says of it.
fn saying(answered: Answered<ChangesView>, guild: GuildId, lacking: &str) -> Answered<ChangesView> {
    let Given::Now(view) = &answered.value else { return answered };
    let notice = match view.changed.as_slice() {
        [] => crate::sentence!("Everything is as it was."),
        [one] => crate::sentence!("**{title}** is {after} now.", title = one.title, after = one.after.clone()),
        many => crate::sentence!("{count} settings are changed.", count = many.len()),
    };
    let notice = match lacking.trim() {
        "" => notice,
        lacking => crate::sentence!("{notice} {lacking}", notice, lacking = Sentence::read(lacking)),
    };
    let undo = match view.changed.as_slice() {
        [one] => of_key(one.key).map(|listed| undo_address(guild, listed, &one.change)),
        _ => None,
    };
    let answered = answered.saying(notice);
    match undo {
        Some(undo) => answered.undone_by(undo),
        None => answered,
    }
}

/// The page of a setting.
pub fn page_of(guild: GuildId, listed: &Listed) -> String {
    format!("/g/{guild}/settings/{}", listed.area)
}

/// Where the form is sent that takes a change back.
pub fn undo_address(guild: GuildId, listed: &Listed, change: &str) -> String {
    format!("{}/changes/{change}/undo", page_of(guild, listed))
}

/// Changes settings of a server.
pub struct ChangeSettings;

impl Endpoint for ChangeSettings {
    const NAME: &'static str = "settings.change";
    const ABOUT: &'static str = "Changes settings of a server: all that are sent, or none where one cannot be so.";
    const DOORS: Doors =
        Doors::patch(&["/api/{server}/settings"]).form("/g/{server}/settings/{area}", again::<AreaPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REQUIREMENTS: &'static [&'static str] = &["T-CFG-01", "S-CFG-01"];

    type Path = ();
    type Query = Nothing;
    type Body = Values;
    type Answer = ChangesView;

    fn sample(_: &Samples) -> Sample {
        let path = vec![("area", "economy".to_owned())];
        Sample { path, body: Some(json!({ "skip_price": "900" })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let wishes = Wishes::of(&asked.body, level_of(asked.rank, Self::WHO));
        save(web, &asked, wishes).await
    }
}

/// Changes settings of the instance.
pub struct ChangeInstanceSettings;

impl Endpoint for ChangeInstanceSettings {
    const NAME: &'static str = "settings.change_instance";
    const ABOUT: &'static str = "Changes what counts in servers that have no value of their own.";
    const DOORS: Doors = Doors::put(&["/api/settings"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-43"];

    type Path = ();
    type Query = Nothing;
    type Body = Values;
    type Answer = ChangesView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(json!({ "skip_price": 1100 })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let wishes = Wishes::of(&asked.body, level_of(asked.rank, Self::WHO));
        save(web, &asked, wishes).await
    }
}

/// Takes the server's own value of a setting away.
pub struct ResetSetting;

/// Which setting.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Reset {
    /// Its key.
    pub key: String,
}

impl Endpoint for ResetSetting {
    const NAME: &'static str = "settings.reset";
    const ABOUT: &'static str = "Takes the server's own value of a setting away, so that the default counts again.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/settings/reset"]).form("/g/{server}/settings/{area}/reset", again::<AreaPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Reset;
    type Answer = ChangesView;

    fn sample(_: &Samples) -> Sample {
        let path = vec![("area", "economy".to_owned())];
        Sample { path, body: Some(json!({ "key": "skip_price" })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let (guild, key) = (asked.guild, asked.body.key.as_str());
        let listed = of_key(key).ok_or_else(|| unknown(key, all().map(|listed| listed.setting.key())))?;
        listed.require(level_of(asked.rank, Self::WHO))?;
        let reset = web.change(&asked, move |tx, actor| {
            let change = change(tx, guild, actor, listed.setting, &NewValue::Default)?;
            ChangesView::of_one(tx, guild, listed, change)
        });
        Ok(saying(reset.await?, guild, "").leading_to(page_of(guild, listed)))
    }
}

impl Segment for ActivityId {
    const NAME: &'static str = "change";
}

/// Takes a change of a setting back.
pub struct UndoSetting;

impl Endpoint for UndoSetting {
    const NAME: &'static str = "settings.undo";
    const ABOUT: &'static str = "Takes a change of a setting back, unless something else has changed it since.";
    const DOORS: Doors = Doors::post(&["/api/{server}/settings/changes/{change}/undo"])
        .form("/g/{server}/settings/{area}/changes/{change}/undo", again::<AreaPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ChangesView;

    fn sample(samples: &Samples) -> Sample {
        let path = vec![("area", "economy".to_owned()), ("change", samples.change.clone())];
        Sample { path, ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let found = web.look("setting_change", move |read| activity::get(read, guild, id)).await?;
        let found = found.filter(|found| found.kind == SETTING_CHANGED.name());
        let listed = found.as_ref().and_then(|found| match &found.subject {
            Some(Subject::Setting(key)) => of_key(key),
            _ => None,
        });
        let listed = listed.ok_or(SettingRefusal::NoSuchChange)?;
        listed.require(level_of(asked.rank, Self::WHO))?;
        let before = found.and_then(|found| found.before).unwrap_or_else(|| NONE.to_owned());
        let lacking = if listed.setting.targets_typed(&before).is_empty() {
            String::new()
        } else {
            let server = web.ask_places(guild).await?;
            require_named(&server, listed, &before)?
        };
        let undone = web.change(&asked, move |tx, actor| {
            let change = undo(tx, guild, actor, listed, id)?;
            ChangesView::of_one(tx, guild, listed, change)
        });
        Ok(saying(undone.await?, guild, &lacking).leading_to(page_of(guild, listed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Limits;

    #[test]
    fn values_are_json_of_their_kind_and_come_back_as_somebody_would_type_them() {
        for (control, typed, value) in [
            (Control::Switch, "true", json!(true)),
            (Control::Number(Limits::ANY), "15", json!(15)),
            (Control::Choice(vec!["a", "b"]), "a", json!("a")),
            (Control::Channel, "5", json!("5")),
            (Control::Roles, "1 2", json!(["1", "2"])),
            (Control::Roles, "none", json!([])),
            (Control::Lines, "a b\nc", json!(["a b", "c"])),
        ] {
            assert_eq!(json_of(&control, typed), value, "{typed}");
            assert_eq!(typed_of(&control, &value), Ok(Some(typed.to_owned())), "{value}");
        }
        assert_eq!(json_of(&Control::Role, "none"), Value::Null);
        assert_eq!(typed_of(&Control::Role, &Value::Null), Ok(None));
        assert!(typed_of(&Control::Text, &json!({})).is_err());
    }

    #[test]
    fn each_setting_that_cannot_be_so_is_told_under_its_name() {
        let body = json!({
            "csrf": "x", "back": "/", "skip_price": "many", "skip_prise": "5", "features.luxury": "false",
            "was.features.luxury": "true", "watch_minutes": "30", "was.watch_minutes": "30", "admin_roles": ["5"],
        });
        let body: Values = serde_json::from_value(body).unwrap();
        let Wishes { wishes, wrong } = Wishes::of(&body, Level::Admin);
        let wanted: Vec<&str> = wishes.iter().map(|wish| wish.name.as_str()).collect();
        assert_eq!(wanted, ["features.luxury"]);
        let wrong: Vec<String> = wrong.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        insta::assert_snapshot!(wrong.join("\n"), @r"
        admin_roles: Admin Roles is for the owner of this server to change.
        skip_price: Price of a Skip can be a whole number from 1 to 1000000.
        skip_prise: There is no setting `skip_prise`. Did you mean `skip_price`? Choose one from the list that appears while you type.
        ");
    }

    #[test]
    fn a_form_is_read_into_values_of_one_and_of_several() {
        let form: Values = serde_html_form::from_bytes(b"a=1&b=none&b=2&b=3").unwrap();
        assert_eq!(form, serde_json::from_value(json!({ "a": "1", "b": ["none", "2", "3"] })).unwrap());
    }
}
