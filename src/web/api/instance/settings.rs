//! What counts in every server that does not say otherwise (`T-API-42`, `T-API-43`), and what the process was told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::settings::{Listed, SettingRefusal};
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
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
    pub about: &'static str,
    /// What counts, as people read it.
    pub value: String,
    /// Whether this instance has a value of its own, beside that of the program.
    pub is_own: bool,
    /// What it can be.
    pub allowed: String,
}

/// The settings that an instance can have a value for: those that name nothing in one server.
fn listed() -> impl Iterator<Item = &'static Listed> {
    let all = features::ALL.iter().flat_map(|feature| feature.settings);
    all.filter(|listed| listed.command.is_none() && listed.needs.is_none() && !listed.names_many)
}

/// What counts where servers do not say otherwise.
pub fn defaults(read: &dyn Read) -> Result<Vec<DefaultView>> {
    let view = |listed: &'static Listed| -> Result<DefaultView> {
        Ok(DefaultView {
            key: listed.setting.key(),
            title: listed.title,
            about: listed.about,
            value: listed.setting.shown(read, GuildId::INSTANCE)?,
            is_own: listed.setting.is_own(read, GuildId::INSTANCE)?,
            allowed: listed.setting.allowed(),
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

/// Lists the defaults.
pub struct GlobalSettings;

impl Endpoint for GlobalSettings {
    const NAME: &'static str = "instance.settings";
    const ABOUT: &'static str = "Tells what counts in every server that does not say otherwise.";
    const DOORS: Doors = Doors::get(&["/api/settings"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-42"];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = DefaultsView;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<DefaultsView>, Problem> {
        Ok(DefaultsView { settings: web.look("defaults", defaults).await? }.into())
    }
}

/// Changes defaults.
pub struct SetGlobalSettings;

/// New values, as people type them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DefaultsBody {
    /// The values by the keys of their settings; what is left out stays.
    pub settings: BTreeMap<String, String>,
    /// The key of one setting, as a form sends it.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
}

impl DefaultsBody {
    /// All values that are to be changed.
    fn values(self) -> BTreeMap<String, String> {
        let Self { mut settings, key, value } = self;
        settings.extend(key.map(|key| (key, value.unwrap_or_default())));
        settings
    }
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
        let values = asked.body.clone().values();
        let change = web.change(&asked, move |tx, by| {
            for (key, typed) in &values {
                setting_called(key)?.change(tx, GuildId::INSTANCE, by, typed)?;
            }
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

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn run(web: &Web, _: Asked<Self>) -> Result<Answered<ConfigurationView>, Problem> {
        let variables = (web.instance.operations()?.configuration)();
        Ok(ConfigurationView { variables: variables.into_iter().map(Into::into).collect() }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::queries::skip_price;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    #[test]
    fn a_default_counts_in_servers_that_say_nothing_of_their_own() {
        let store = TestStore::new();
        let change = |key: &'static str, typed: &'static str| {
            store.write(move |tx| setting_called(key)?.change(tx, GuildId::INSTANCE, Actor::Operator, typed).map(drop))
        };
        change("skip_price", "750").unwrap();
        assert_eq!(store.read(|read| skip_price(read, GUILD)).get(), 750);
        let all = store.read(defaults);
        let price = all.iter().find(|view| view.key == "skip_price").unwrap();
        assert!(price.is_own && price.value.contains("750"), "{price:?}");
        assert_eq!(change("skip_price", "free").unwrap_err().code(), "setting.not_allowed");
        assert_eq!(change("no_such_key", "1").unwrap_err().code(), "setting.unknown");
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

    #[test]
    fn a_form_sends_one_setting_and_json_any_number() {
        let one = DefaultsBody { key: Some("a".to_owned()), value: Some("1".to_owned()), ..DefaultsBody::default() };
        assert_eq!(one.values(), BTreeMap::from([("a".to_owned(), "1".to_owned())]));
        assert!(DefaultsBody::default().values().is_empty());
    }
}
