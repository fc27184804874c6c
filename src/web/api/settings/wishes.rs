//! What somebody wants of several settings: read as a whole, saved as a whole, and told.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::values::{Values, WAS, typed_of};
use super::{all, of_key};
use crate::access::Level;
use crate::activity::{self, Subject};
use crate::discord::channel_setting::require_named;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::{self, one_line};
use crate::settings::{
    Change, Changed, Listed, NONE, SETTING_CHANGED, SettingRefusal, TakenBack, Wanted, change_all, wanted,
};
use crate::store::Read;
use crate::web::Web;
use crate::web::answer::{Answered, Given, Problem};
use crate::web::endpoint::{Asked, Endpoint};
use crate::web::ui::components::{CSRF, IDEMPOTENCY_KEY, REVISION, SURE};

/// What stands in forms beside the settings.
const OF_EVERY_FORM: [&str; 5] = [CSRF, IDEMPOTENCY_KEY, REVISION, SURE, "back"];

/// What was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangesView {
    /// Each setting that is something else now.
    pub changed: Vec<ChangedView>,
    /// Each that was to be as before, and stays because somebody changed it since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<LeftView>,
}

/// A setting that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftView {
    /// Its key.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is, as people read it.
    pub now: String,
    /// The same, with what it names, for a page.
    #[serde(skip)]
    pub words: Sentence,
}

/// A setting that is something else now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
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
    /// What it is, with what it names, for a page.
    #[serde(skip)]
    pub words: Sentence,
}

impl ChangesView {
    /// What was changed just now in this transaction.
    pub fn of(read: &dyn Read, guild: GuildId, changed: &[Changed]) -> Result<Self> {
        let view = |Changed { listed, change }: &Changed| -> Result<ChangedView> {
            let words = |stored: Option<&str>| Sentence::read(&listed.setting.in_words(stored));
            let key = listed.setting.key();
            let is_it = |noted: &activity::Activity| {
                noted.kind == SETTING_CHANGED.name() && noted.subject == Some(Subject::Setting(key.to_owned()))
            };
            let newest = activity::newest_where(read, guild, None, 1, is_it)?.rows;
            Ok(ChangedView {
                key,
                title: listed.title,
                before: words(change.before.as_deref()).plain(),
                after: words(change.after.as_deref()).plain(),
                words: words(change.after.as_deref()),
                change: newest.first().map(|(id, _)| id.to_string()).unwrap_or_default(),
            })
        };
        Ok(Self { changed: changed.iter().map(view).collect::<Result<_>>()?, left: Vec::new() })
    }

    /// The same of what was taken back.
    pub(super) fn of_undo(read: &dyn Read, guild: GuildId, taken_back: &TakenBack) -> Result<Self> {
        let view = |listed: &&'static Listed| -> Result<LeftView> {
            let words = Sentence::read(&listed.setting.shown(read, guild)?);
            Ok(LeftView { key: listed.setting.key(), title: listed.title, now: words.plain(), words })
        };
        let left = taken_back.left.iter().map(view).collect::<Result<_>>()?;
        Ok(Self { left, ..Self::of(read, guild, &taken_back.changed)? })
    }

    /// The same of one that may have been changed.
    pub(super) fn of_one(read: &dyn Read, guild: GuildId, listed: &'static Listed, change: Change) -> Result<Self> {
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

/// Settings of which a notice says what they are; of more it says how many there are.
const TOLD: usize = 3;

impl ChangesView {
    /// What a page says of it.
    pub fn in_words(&self) -> Sentence {
        let told = |one: &ChangedView| {
            crate::sentence!("**{title}** is {after} now.", title = one.title, after = one.words.clone())
        };
        let done = match self.changed.as_slice() {
            [] => crate::sentence!("Everything is as it was."),
            [one] => told(one),
            many => {
                let all = crate::sentence!("{count} settings are changed.", count = many.len());
                let each: &[ChangedView] = if many.len() > TOLD { &[] } else { many };
                each.iter().map(told).fold(all, |said, next| crate::sentence!("{said} {next}", said, next))
            }
        };
        self.left.iter().fold(done, |said, LeftView { title, words, .. }| {
            let (title, now) = (*title, words.clone());
            crate::sentence!("{said} **{title}** was changed since: it stays at {now}.", said, title, now)
        })
    }

    /// Where the form is sent that takes all of it back; nothing where nothing was changed.
    pub fn undo_address(&self, guild: GuildId) -> Option<String> {
        match self.changed.as_slice() {
            [one] => of_key(one.key).map(|listed| undo_address(guild, listed, &one.change)),
            changed => changed.last().map(|last| act_address(guild, &last.change)),
        }
    }
}

/// With what a page says of it.
pub(super) fn saying(answered: Answered<ChangesView>, guild: GuildId, lacking: &str) -> Answered<ChangesView> {
    let Given::Now(view) = &answered.value else { return answered };
    let notice = view.in_words();
    let notice = match lacking.trim() {
        "" => notice,
        lacking => crate::sentence!("{notice} {lacking}", notice, lacking = Sentence::read(lacking)),
    };
    let undo = view.undo_address(guild);
    Answered { undo, ..answered.saying(notice) }
}

/// The page of a setting.
pub fn page_of(guild: GuildId, listed: &Listed) -> String {
    format!("/g/{guild}/settings/{}", listed.area)
}

/// Where the form is sent that takes a change back.
pub fn undo_address(guild: GuildId, listed: &Listed, change: &str) -> String {
    format!("{}/changes/{change}/undo", page_of(guild, listed))
}

/// Where the form is sent that takes a change back, with all that were made at once with it.
pub fn act_address(guild: GuildId, change: &str) -> String {
    format!("/g/{guild}/settings/acts/{change}/undo")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
}
