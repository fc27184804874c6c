//! What happened in a server: who did what, what was before and what is after.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::activity::{Activity, ActivityId, Subject, newest_where};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read, Selected};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};

/// Entries on a page where nothing is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuditQuery {
    /// Those of this kind: `settings.changed`.
    pub kind: String,
    /// Those of this cause: the id of a member, `operator`, `live` or `system`.
    pub actor: String,
    /// Those about this: the id of a member or channel, the number of a song, the key of a setting, the name of a handle.
    pub subject: String,
    /// Behind the page that ended with this.
    pub after: String,
    /// So many; 50 by default, 200 at most.
    pub limit: Option<usize>,
}

/// Entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    /// Each of them, the latest first.
    pub entries: Vec<AuditEntryView>,
    /// Where the next page goes on; nothing where there is none.
    pub next: Option<String>,
    /// Whether the search was stopped before the page was full.
    pub partial: bool,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    /// Its number.
    pub id: String,
    /// When.
    pub at: String,
    /// What kind of thing.
    pub kind: String,
    /// Who caused it: the id of a member, `operator`, `live` or `system`.
    pub actor: String,
    /// Whom or what it is about.
    pub subject: Option<SubjectView>,
    /// What was before, as it is stored.
    pub before: Option<String>,
    /// What is after, as it is stored.
    pub after: Option<String>,
    /// What else is known of it.
    pub details: Value,
    /// It in words, where there are any.
    pub text: Option<String>,
}

/// Whom or what something is about.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectView {
    /// `member`, `song`, `channel`, `setting` or `handle`.
    pub kind: &'static str,
    /// By what it is known.
    pub id: String,
}

impl SubjectView {
    /// Of a subject.
    pub fn of(subject: &Subject) -> Self {
        let (kind, id) = match subject {
            Subject::Member(user) => ("member", user.to_string()),
            Subject::Song(song) => ("song", song.to_string()),
            Subject::Channel(channel) => ("channel", channel.to_string()),
            Subject::Setting(key) => ("setting", key.clone()),
            Subject::Handle(handle) => ("handle", handle.as_str().to_owned()),
        };
        Self { kind, id }
    }
}

impl AuditQuery {
    fn matches(&self, activity: &Activity) -> bool {
        let is_any = |wanted: &str| wanted.trim().is_empty();
        let subject = || activity.subject.as_ref().map(|subject| SubjectView::of(subject).id);
        (is_any(&self.kind) || activity.kind == self.kind.trim())
            && (is_any(&self.actor) || activity.actor.to_string() == self.actor.trim())
            && (is_any(&self.subject) || subject().is_some_and(|id| id == self.subject.trim().trim_start_matches('@')))
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }

    /// A page of what is wanted.
    pub fn look(&self, read: &dyn Read, guild: GuildId) -> Result<Selected<(ActivityId, Activity)>> {
        let after = if self.after.is_empty() { None } else { Some(self.after.parse::<Cursor>()?) };
        newest_where(read, guild, after, self.limit(), |activity| self.matches(activity))
    }

    /// Whether the search was stopped before this page was full.
    pub fn is_partial(&self, found: &Selected<(ActivityId, Activity)>) -> bool {
        found.next.is_some() && found.rows.len() < self.limit()
    }
}

/// What happened in a server.
pub struct Audit;

impl Endpoint for Audit {
    const NAME: &'static str = "audit.list";
    const ABOUT: &'static str = "Lists what happened in a server, the latest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/audit"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = AuditQuery;
    type Body = ();
    type Answer = AuditView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "kind=settings.changed", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<AuditView>, Problem> {
        let (guild, query, words) = (asked.guild, asked.query.clone(), web.bot.words);
        let looked = web.look("audit", move |read| {
            let found = query.look(read, guild)?;
            let partial = query.is_partial(&found);
            let next = found.next.map(|next| next.to_string());
            let view = |(id, activity): (ActivityId, Activity)| AuditEntryView::of(id, activity, words.line);
            Ok(AuditView { entries: found.rows.into_iter().map(view).collect(), next, partial })
        });
        Ok(looked.await?.into())
    }
}

impl AuditEntryView {
    fn of(id: ActivityId, activity: Activity, line: fn(&Activity) -> Option<String>) -> Self {
        let text = line(&activity).map(|line| Sentence::read(&line).plain());
        Self {
            id: id.to_string(),
            at: id.moment().rfc3339(),
            actor: activity.actor.to_string(),
            subject: activity.subject.as_ref().map(SubjectView::of),
            details: serde_json::from_str(&activity.details).unwrap_or_default(),
            kind: activity.kind,
            before: activity.before,
            after: activity.after,
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;

    fn changed() -> Activity {
        Activity {
            kind: "settings.changed".to_owned(),
            actor: Actor::Member(UserId::new(7)),
            subject: Some(Subject::Setting("skip_price".to_owned())),
            before: Some("5".to_owned()),
            after: Some("3".to_owned()),
            details: "null".to_owned(),
        }
    }

    #[test]
    fn every_filter_has_to_let_an_entry_through() {
        let query = |kind: &str, actor: &str, subject: &str| AuditQuery {
            kind: kind.to_owned(),
            actor: actor.to_owned(),
            subject: subject.to_owned(),
            ..AuditQuery::default()
        };
        for (wanted, lets_through) in [
            (query("", "", ""), true),
            (query("settings.changed", " 7 ", "skip_price"), true),
            (query("settings", "", ""), false),
            (query("", "operator", ""), false),
            (query("", "", "max_active_submissions"), false),
            (query("settings.changed", "8", "skip_price"), false),
        ] {
            assert_eq!(wanted.matches(&changed()), lets_through, "{wanted:?}");
        }
    }

    #[test]
    fn an_entry_says_who_did_what_in_values_and_in_words() {
        let entry =
            AuditEntryView::of(ActivityId::new(1_000_000), changed(), |_| Some("⚙️ <@7> **changed** it".to_owned()));
        let told = serde_json::to_string_pretty(&entry).unwrap();
        insta::assert_snapshot!(told, @r#"
        {
          "id": "1000000",
          "at": "1970-01-01T00:00:01Z",
          "kind": "settings.changed",
          "actor": "7",
          "subject": {
            "kind": "setting",
            "id": "skip_price"
          },
          "before": "5",
          "after": "3",
          "details": null,
          "text": "⚙️ user 7 changed it"
        }
        "#);
    }
}
