//! The endpoints that change settings: several at once, back to the default, and back to what was.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::values::Values;
use super::wishes::{ChangesView, Wishes, page_of, save, saying, unknown};
use super::{SettingsView, all, level_of, named, of_key};
use crate::access::Level;
use crate::activity::{self, Activity, ActivityId, Subject};
use crate::discord::channel_setting::require_named;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::{Area, Listed, NONE, NewValue, SETTING_CHANGED, SettingRefusal, act_of, change, undo, undo_all};
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::{AreaPage, SettingsPage};
use crate::web::segments::{One, Segment};

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
    const REVISION: Option<RevisionOf> = Some(SettingsView::REVISION);
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
    const REVISION: Option<RevisionOf> = Some(SettingsView::REVISION);

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
        let listed = named(key).ok_or_else(|| unknown(key, all().map(|listed| listed.setting.key())))?;
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
    const REVISION: Option<RevisionOf> = Some(SettingsView::REVISION);

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
        let found = found.ok_or(SettingRefusal::NoSuchChange)?;
        let listed = listed_of(&found, level_of(asked.rank, Self::WHO))?;
        let lacking = lacking(web, guild, &[(listed, &found)]).await?;
        let undone = web.change(&asked, move |tx, actor| {
            let change = undo(tx, guild, actor, listed, id)?;
            ChangesView::of_one(tx, guild, listed, change)
        });
        Ok(saying(undone.await?, guild, &lacking)
            .leading_to(undone_from(&asked).unwrap_or_else(|| page_of(guild, listed))))
    }
}

/// Takes everything back that somebody changed at once.
pub struct UndoAct;

impl Endpoint for UndoAct {
    const NAME: &'static str = "settings.undo_act";
    const ABOUT: &'static str =
        "Takes a change of a setting back with all that were made at once with it, but for what was changed since.";
    const DOORS: Doors = Doors::post(&["/api/{server}/settings/acts/{change}/undo"])
        .form("/g/{server}/settings/acts/{change}/undo", again::<SettingsPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ChangesView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("change", samples.change.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ChangesView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let mut act = web.look("setting_act", move |read| act_of(read, guild, id)).await?;
        // What no list shows was changed on a page of its own, by another act.
        act.retain(|(_, found)| is_of_a_list(found));
        let level = level_of(asked.rank, Self::WHO);
        let listed = act.iter().map(|(_, found)| Ok((listed_of(found, level)?, found)));
        let listed = listed.collect::<Result<Vec<_>, Problem>>()?;
        if listed.is_empty() {
            return Err(SettingRefusal::NoSuchChange.into());
        }
        let lacking = lacking(web, guild, &listed).await?;
        let changes: Vec<_> = listed.iter().zip(&act).map(|((listed, _), (id, _))| (*listed, *id)).collect();
        let undone = web.change(&asked, move |tx, actor| {
            let taken_back = undo_all(tx, guild, actor, &changes)?;
            ChangesView::of_undo(tx, guild, &taken_back)
        });
        Ok(saying(undone.await?, guild, &lacking)
            .leading_to(undone_from(&asked).unwrap_or_else(|| format!("/g/{guild}/settings"))))
    }
}

/// The page of settings or of access on which somebody pressed the button that takes a change back: they look at it still.
fn undone_from<E: Endpoint>(asked: &Asked<E>) -> Option<String> {
    let page = asked.page_before()?;
    let path = page.split('?').next()?.strip_prefix(&format!("/g/{}/", asked.guild))?;
    let is_area = |area: &str| area.parse::<Area>().is_ok();
    let is_page = matches!(path, "settings" | "access") || path.strip_prefix("settings/").is_some_and(is_area);
    is_page.then_some(page)
}

/// Whether a change is of a setting that a list shows.
pub(in crate::web) fn is_of_a_list(found: &Activity) -> bool {
    matches!(&found.subject, Some(Subject::Setting(key)) if of_key(key).is_some())
}

/// The setting that a change is of, for whoever may change it.
fn listed_of(found: &Activity, level: Level) -> Result<&'static Listed, Problem> {
    let listed = match &found.subject {
        Some(Subject::Setting(key)) if found.kind == SETTING_CHANGED.name() => of_key(key),
        _ => None,
    };
    let listed = listed.ok_or(SettingRefusal::NoSuchChange)?;
    listed.require(level)?;
    Ok(listed)
}

/// What the bot will lack once changes are taken back, as sentences. Refuses what the server has no more.
async fn lacking(web: &Web, guild: GuildId, changes: &[(&'static Listed, &Activity)]) -> Result<String, Problem> {
    let before = |found: &Activity| found.before.clone().unwrap_or_else(|| NONE.to_owned());
    let names_something =
        |(listed, found): &&(&'static Listed, &Activity)| !listed.setting.targets_typed(&before(found)).is_empty();
    let named: Vec<_> = changes.iter().filter(names_something).collect();
    if named.is_empty() {
        return Ok(String::new());
    }
    let server = web.ask_places(guild).await?;
    let lacks = named.into_iter().map(|(listed, found)| require_named(&server, listed, &before(found)));
    Ok(lacks.collect::<Result<Vec<_>>>()?.concat())
}
