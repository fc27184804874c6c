//! What counts in every server that does not say otherwise (`T-API-42`, `T-API-43`), and what the process was told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::access::Level;
use crate::features;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::settings::{Listed, SettingRefusal, Wanted, change_all, wanted};
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::api::settings::{Values, WAS, typed_of};
use crate::web::endpoint::{Asked, Door, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::instance::Variable;
use crate::web::page::again;
use crate::web::pages::InstanceSettingsPage;

/// A setting and what counts where a server does not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DefaultView {
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub title: &'static str,
    /// What it does.
    pub about: String,
    /// What counts, as people read it.
    pub value: String,
    /// Whether this instance has a value of its own, beside that of the program.
    pub is_own: bool,
    /// What it can be.
    pub allowed: String,
}

/// The settings that an instance can have a value for: those that name nothing in one server, and that no server has to decide itself.
pub fn listed() -> impl Iterator<Item = &'static Listed> {
    let all = features::ALL.iter().flat_map(|feature| feature.settings);
    all.filter(|listed| listed.command.is_none() && listed.needs.is_none() && !listed.names_many && !listed.is_of_each)
}

/// What counts where servers do not say otherwise.
pub fn defaults(read: &dyn Read) -> Result<Vec<DefaultView>> {
    let view = |listed: &'static Listed| -> Result<DefaultView> {
        Ok(DefaultView {
            key: listed.setting.key(),
            title: listed.title,
            about: Sentence::read(listed.about).plain(),
            value: Sentence::read(&listed.setting.shown(read, GuildId::INSTANCE)?).plain(),
            is_own: listed.setting.is_own(read, GuildId::INSTANCE)?,
            allowed: Sentence::read(&listed.setting.allowed()).plain(),
        })
    };
    listed().map(view).collect()
}

/// All of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DefaultsView {
    /// Each of them.
    pub settings: Vec<DefaultView>,
}

impl DefaultsView {
    /// What of them counts for whoever changes them.
    const REVISION: RevisionOf = |_, read, _, _| Ok(Revision::of(&Self { settings: defaults(read)? }));
}

/// Lists the defaults.
pub struct GlobalSettings;

impl Endpoint for GlobalSettings {
    const NAME: &'static str = "instance.settings";
    const ABOUT: &'static str = "Tells what counts in every server that does not say otherwise.";
    const DOORS: Doors = Doors::get(&["/api/settings"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = Some(DefaultsView::REVISION);
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-42"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = DefaultsView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<DefaultsView>, Problem> {
        Ok(DefaultsView { settings: web.look("defaults", defaults).await? }.into())
    }
}

/// Changes defaults.
pub struct SetGlobalSettings;

/// New values. A program names them in `settings`, or one by `key` and `value`; a form sends each under its key, beside what it
/// showed (`was.` and the key), or in `reset` the key of one whose value goes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct DefaultsBody(Values);

/// New values, as people type them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct NamedDefaults {
    /// The values by the keys of their settings; what is left out stays.
    pub settings: BTreeMap<String, String>,
    /// The key of one setting, as a form sends it.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

/// Programs are told of what they are to send.
impl PartialSchema for DefaultsBody {
    fn schema() -> RefOr<Schema> {
        NamedDefaults::schema()
    }
}

impl ToSchema for DefaultsBody {}

impl DefaultsBody {
    /// All values that are to be changed, by the keys of their settings; `null` is that of the program again.
    fn values(&self) -> BTreeMap<String, Value> {
        let Self(sent) = self;
        let text = |name: &str| sent.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(key) = text("reset") {
            return BTreeMap::from([(key, Value::Null)]);
        }
        let named = sent.get("settings").and_then(Value::as_object).into_iter().flatten();
        let mut values: BTreeMap<String, Value> = named.map(|(key, value)| (key.clone(), value.clone())).collect();
        if let Some(key) = text("key") {
            values.insert(key, sent.get("value").cloned().unwrap_or_else(|| Value::String(String::new())));
        }
        // What else stands in a form is none of them.
        let of_form = sent.iter().filter(|(name, _)| setting_called(name).is_ok());
        values.extend(of_form.map(|(key, value)| (key.clone(), value.clone())));
        values
    }

    /// What stands around the values and is nothing that could be meant, and what it has to be.
    fn of_another_kind(&self) -> Option<(&'static str, &'static str)> {
        let sent = |name: &str| self.0.get(name).filter(|sent| !sent.is_null());
        if sent("settings").is_some_and(|sent| !sent.is_object()) {
            return Some(("settings", "These are values by the keys of their settings."));
        }
        let name = ["key", "reset"].into_iter().find(|name| sent(name).is_some_and(|sent| !sent.is_string()))?;
        Some((name, "This is the key of a setting, as a text."))
    }

    /// What a form showed of a setting.
    fn shown(&self, key: &str) -> Option<&str> {
        self.0.get(&format!("{WAS}{key}"))?.as_str()
    }

    /// A name that a program sent, and that is neither of these nor of a setting.
    fn unknown(&self) -> Option<&str> {
        let mut names = self.0.keys().map(String::as_str);
        let is_known =
            |name: &str| ["settings", "key", "value", "reset"].contains(&name) || setting_called(name).is_ok();
        names.find(|name| !is_known(name))
    }

    /// What is wanted; for what cannot be, why, by its key.
    fn wanted(&self) -> (Vec<Wanted>, BTreeMap<String, SettingRefusal>) {
        let (mut all, mut wrong) = (Vec::new(), BTreeMap::new());
        for (key, value) in self.values() {
            match read_one(&key, &value, self.shown(&key)) {
                Ok(wanted) => all.extend(wanted),
                Err(refusal) => drop(wrong.insert(key, refusal)),
            }
        }
        (all, wrong)
    }
}

/// What somebody wants of a setting; nothing where they left it as it was shown.
fn read_one(key: &str, value: &Value, shown: Option<&str>) -> Result<Option<Wanted>, SettingRefusal> {
    let listed = setting_called(key)?;
    let not_allowed = |_| SettingRefusal::NotAllowed { title: listed.title, allowed: listed.setting.allowed() };
    let typed = typed_of(&listed.setting.control(), value).map_err(not_allowed)?;
    wanted(listed, Level::Owner, typed.as_deref(), shown)
}

/// The setting of a key.
fn setting_called(key: &str) -> Result<&'static Listed, SettingRefusal> {
    let found = listed().find(|listed| listed.setting.key() == key);
    found.ok_or_else(|| SettingRefusal::Unknown { typed: key.to_owned(), meant: None })
}

impl Endpoint for SetGlobalSettings {
    const NAME: &'static str = "instance.set_settings";
    const ABOUT: &'static str = "Changes what counts in every server that does not say otherwise.";
    const DOORS: Doors = Doors::put(&["/api/settings"]).form("/instance/settings", again::<InstanceSettingsPage>);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = Some(DefaultsView::REVISION);
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-43"];

    type Path = ();
    type Query = Nothing;
    type Body = DefaultsBody;
    type Answer = DefaultsView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "key": "skip_price", "value": "1000" });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<DefaultsView>, Problem> {
        let (wanted, wrong) = asked.body.wanted();
        if let Some((name, words)) = asked.body.of_another_kind() {
            return Err(Problem::field(name, Sentence::words(words)));
        }
        if let Some(name) = asked.body.unknown().filter(|_| asked.door == Door::Api) {
            let refusal = SettingRefusal::Unknown { typed: name.to_owned(), meant: None };
            return Err(Problem::field(name, refusal.sentence()));
        }
        let is_unknown = wrong.values().any(|refusal| matches!(refusal, SettingRefusal::Unknown { .. }));
        if is_unknown || (asked.door == Door::Form && !wrong.is_empty()) {
            let told = wrong.into_iter().map(|(key, refusal)| (key, refusal.sentence()));
            return Err(Problem::Fields(told.collect()));
        }
        if let Some(refusal) = wrong.into_values().next() {
            return Err(refusal.into());
        }
        let change = web.change(&asked, move |tx, by| {
            change_all(tx, GuildId::INSTANCE, by, &wanted)?;
            Ok(DefaultsView { settings: defaults(tx)? })
        });
        let told =
            |_: &DefaultsView| Sentence::words("That counts from now on, in every server that does not say otherwise.");
        Ok(change.await?.telling(told).leading_to("/instance/settings"))
    }
}

/// What the process was told.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigurationView {
    /// Each variable.
    pub variables: Vec<VariableView>,
}

/// A variable.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariableView {
    /// Its name.
    pub name: String,
    /// Its value, without secrets; nothing where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who says so.
    pub origin: String,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

impl From<Variable> for VariableView {
    fn from(Variable { name, value, origin, problems }: Variable) -> Self {
        Self { name, value, origin, problems }
    }
}

/// Tells what the process was told.
pub struct Configuration;

impl Endpoint for Configuration {
    const NAME: &'static str = "instance.configuration";
    const ABOUT: &'static str = "Tells the variables of the process, who says so, and no secret.";
    const DOORS: Doors = Doors::get(&["/api/instance/configuration"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ConfigurationView;

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<ConfigurationView>, Problem> {
        let variables = (web.instance.operations()?.configuration)();
        Ok(ConfigurationView { variables: variables.into_iter().map(Into::into).collect() }.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::features::coins::queries::skip_price;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    /// What comes of a body, as JSON would be read.
    fn sent(store: &TestStore, body: serde_json::Value) -> Result<(), SettingRefusal> {
        let body: DefaultsBody = serde_json::from_value(body).unwrap();
        let (wanted, wrong) = body.wanted();
        if let Some(refusal) = wrong.into_values().next() {
            return Err(refusal);
        }
        store.write(move |tx| change_all(tx, GuildId::INSTANCE, Actor::Operator, &wanted).map(drop)).unwrap();
        Ok(())
    }

    #[test]
    fn a_default_counts_in_servers_that_say_nothing_of_their_own() {
        let store = TestStore::new();
        sent(&store, json!({ "settings": { "skip_price": "750" } })).unwrap();
        assert_eq!(store.read(|read| skip_price(read, GUILD)).get(), 750);
        let all = store.read(defaults);
        let price = all.iter().find(|view| view.key == "skip_price").unwrap();
        assert!(price.is_own && price.value.contains("750"), "{price:?}");
        sent(&store, json!({ "key": "skip_price", "value": "800" })).unwrap();
        assert_eq!(store.read(|read| skip_price(read, GUILD)).get(), 800);
        let refused = |body| sent(&store, body).unwrap_err().code();
        assert_eq!(refused(json!({ "settings": { "skip_price": "free" } })), "setting.not_allowed");
        assert_eq!(refused(json!({ "key": "no_such_key", "value": "1" })), "setting.unknown");
        sent(&store, json!({ "reset": "skip_price" })).unwrap();
        assert!(!store.read(defaults).iter().any(|view| view.key == "skip_price" && view.is_own));
    }

    #[test]
    fn a_name_that_is_no_setting_is_found_in_what_a_program_sends() {
        let unknown = |body: Value| serde_json::from_value::<DefaultsBody>(body).unwrap().unknown().map(str::to_owned);
        assert_eq!(unknown(json!({ "nope": 1 })).as_deref(), Some("nope"));
        assert_eq!(unknown(json!({ "settings": {}, "key": "a", "value": "b", "skip_price": "7" })), None);
    }

    #[test]
    fn a_form_sends_all_of_a_group_and_changes_what_somebody_changed_in_it() {
        let store = TestStore::new();
        let price = store.read(|read| listed_price().setting.typed(read, GuildId::INSTANCE));
        let form = json!({
            "csrf": "x", "idempotency_key": "y", "was.skip_price": price, "skip_price": price,
            "features.luxury": ["false", "true"], "was.features.luxury": "false",
        });
        let form: DefaultsBody = serde_json::from_value(form).unwrap();
        let (wanted, wrong) = form.wanted();
        let keys: Vec<_> = wanted.iter().map(|wanted| wanted.listed.setting.key()).collect();
        assert_eq!((keys, wrong.len()), (vec!["features.luxury"], 0));
    }

    fn listed_price() -> &'static Listed {
        setting_called("skip_price").unwrap()
    }

    #[test]
    fn what_names_something_in_one_server_has_no_default() {
        let store = TestStore::new();
        let keys: Vec<_> = store.read(defaults).into_iter().map(|view| view.key).collect();
        assert!(
            keys.contains(&"skip_price") && !keys.contains(&"debug_channel_id") && !keys.contains(&"admin_roles"),
            "{keys:?}"
        );
    }
}
