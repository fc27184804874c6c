//! The endpoints that change settings: several at once, back to the default, and back to what was.

use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::values::Values;
use super::wishes::{ChangesView, Wishes, page_of, save, saying, unknown};
use super::{SettingsView, all, level_of, of_key};
use crate::activity::{self, ActivityId, Subject};
use crate::discord::channel_setting::require_named;
use crate::kernel::error::Result;
use crate::settings::{NONE, NewValue, SETTING_CHANGED, SettingRefusal, change, undo};
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::AreaPage;
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
