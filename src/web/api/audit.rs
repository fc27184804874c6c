//! What happened in a server: who did what, what was before and what is after.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::activity::{Activity, ActivityId, Door, DoorKind, Subject, newest_where};
use crate::features::queue::model::PublicId;
use crate::features::{Domain, queue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read, Selected};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::api::settings::named;
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};
use crate::web::filter;
use crate::web::happened::Happened;
use crate::web::names::Names;

/// Entries on a page where nothing is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AuditQuery {
    /// Those of this kind: `settings.changed`.
    pub kind: String,
    /// Those of this cause: a member by id, name or TikTok handle, or `operator`, `live` or `system`.
    pub actor: String,
    /// Those about this: a member by id, name or TikTok handle, the id of a channel, the number of a song, the key or
    /// the name of a setting, the name of a live.
    pub subject: String,
    /// Those by this door: `page`, `api`, `token`, `discord`, or what a token is called.
    pub door: String,
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
    /// By which door they came: `page`, `api`, `token`, or on Discord `command`, `component`, `modal` or `message`. Nothing for
    /// what the program did by itself, and for what happened before this was noted.
    pub door: Option<&'static str>,
    /// What that token, command, button or form is called.
    pub door_name: Option<String>,
    /// Whom or what it is about.
    pub subject: Option<SubjectView>,
    /// What was before, as it is stored.
    pub before: Option<String>,
    /// What is after, as it is stored.
    pub after: Option<String>,
    /// What else is known of it.
    pub details: Value,
    /// It in words, with the names of people and songs.
    pub text: String,
}

/// Whom or what something is about.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectView {
    /// `member`, `song`, `channel`, `setting`, `handle`, `item` or `task`.
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
            Subject::Item(item) => ("item", item.to_string()),
            Subject::Task(task) => ("task", task.to_string()),
        };
        Self { kind, id }
    }
}

/// Which entries, understood.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    kind: Option<String>,
    actor: Option<Actor>,
    subject: Option<About>,
    door: Option<ByDoor>,
    after: Option<Cursor>,
    limit: usize,
}

/// By which door whoever acted is to have come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ByDoor {
    /// One of these.
    OneOf(&'static [DoorKind]),
    /// The token that is called so.
    Token(String),
}

/// The words for doors in a filter.
pub const DOORS: [(&str, &[DoorKind]); 4] = [
    ("page", &[DoorKind::Page]),
    ("api", &[DoorKind::Api]),
    ("token", &[DoorKind::Token]),
    ("discord", &[DoorKind::Command, DoorKind::Component, DoorKind::Modal, DoorKind::Message]),
];

impl ByDoor {
    /// What a filter says; nothing where it is empty.
    fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let known = DOORS.iter().find(|(word, _)| word.eq_ignore_ascii_case(typed));
        match known {
            Some((_, kinds)) => Some(Self::OneOf(kinds)),
            None => (!typed.is_empty()).then(|| Self::Token(typed.to_lowercase())),
        }
    }

    fn fits(&self, door: &Door) -> bool {
        match self {
            Self::OneOf(kinds) => kinds.contains(&door.kind),
            Self::Token(name) => {
                door.kind == DoorKind::Token && door.name.as_ref().is_some_and(|is| is.to_lowercase() == *name)
            }
        }
    }
}

/// The door by which whoever caused something came.
pub fn door_of(activity: &Activity) -> Option<Door> {
    activity.door.as_deref().and_then(Door::read)
}

/// A door as people read it.
pub fn door_in_words(door: &Door) -> String {
    let name = door.name.as_deref().unwrap_or_default();
    match door.kind {
        DoorKind::Page => "page".to_owned(),
        DoorKind::Api => "API".to_owned(),
        DoorKind::Token => format!("token {name}"),
        DoorKind::Command => format!("/{name}"),
        DoorKind::Component => "button on Discord".to_owned(),
        DoorKind::Modal => "form on Discord".to_owned(),
        DoorKind::Message => "message on Discord".to_owned(),
    }
}

/// What entries are to be about.
#[derive(Clone, Debug, Default)]
struct About {
    /// A number, key or name as it stands in an entry.
    id: String,
    /// A member who is called so.
    member: Option<UserId>,
    /// A song of this number.
    song: Option<u64>,
    /// Whether nobody is called so: then it is the name of something else, or of nothing.
    is_nobody: bool,
}

/// What has been found.
pub type Found = Selected<(ActivityId, Activity)>;

impl AuditQuery {
    /// Understands it; says which field makes no sense.
    pub async fn wanted(&self, web: &Web, guild: GuildId) -> Result<Wanted, Problem> {
        let known = Domain::kinds_told(guild);
        let no_kind = || Sentence::words("There is no such kind of activity.");
        let is_known = |kind: &str| known.contains(&kind).then(|| kind.to_owned());
        Ok(Wanted {
            kind: filter::read("kind", Some(&self.kind), is_known, no_kind)?,
            after: filter::place(Some(&self.after))?,
            limit: filter::limit(self.limit, USUAL, 1..=MOST)?,
            actor: match self.actor.trim().to_lowercase().as_str() {
                "operator" => Some(Actor::Operator),
                "live" => Some(Actor::Live),
                "system" | "greenroom" => Some(Actor::System),
                _ => web.whom(guild, "actor", Some(&self.actor)).await?.map(Actor::Member),
            },
            subject: self.about(web, guild).await?,
            door: ByDoor::read(&self.door),
        })
    }

    /// What they are to be about: a number as it is, the number of a song, the key of a setting, or a name.
    async fn about(&self, web: &Web, guild: GuildId) -> Result<Option<About>, Problem> {
        let id = self.subject.trim();
        if id.is_empty() {
            return Ok(None);
        }
        let about = About { id: id.trim_start_matches('@').to_lowercase(), ..About::default() };
        if let Some(public) = id.parse::<PublicId>().ok().filter(|_| id.starts_with('#') || id.len() == 6) {
            let entry = web.look("song", move |read| queue::queries::song(read, guild, public)).await?;
            return Ok(Some(About { song: entry.map(|entry| entry.id.get()), ..about }));
        }
        if let Some(listed) = named(id) {
            return Ok(Some(About { id: listed.setting.key().to_lowercase(), ..about }));
        }
        match web.whom(guild, "subject", Some(id)).await {
            Ok(member) => Ok(Some(About { member, ..about })),
            Err(Problem::Fields(_)) => Ok(Some(About { is_nobody: true, ..about })),
            Err(problem) => Err(problem),
        }
    }
}

impl About {
    fn fits(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Member(user) if self.member == Some(*user) => true,
            Subject::Song(song) if self.song == Some(*song) => true,
            subject => SubjectView::of(subject).id.to_lowercase() == self.id,
        }
    }
}

impl Wanted {
    fn matches(&self, activity: &Activity) -> bool {
        self.kind.as_ref().is_none_or(|kind| activity.kind == *kind)
            && self.actor.is_none_or(|actor| activity.actor == actor)
            && self.subject.as_ref().is_none_or(|about| activity.subject.as_ref().is_some_and(|is| about.fits(is)))
            && self.door.as_ref().is_none_or(|by| door_of(activity).is_some_and(|door| by.fits(&door)))
    }

    /// A page of what is wanted.
    pub fn look(&self, read: &dyn Read, guild: GuildId) -> Result<Found> {
        newest_where(read, guild, self.after.clone(), self.limit, |activity| self.matches(activity))
    }

    /// The same from another place on.
    pub(super) fn from(self, after: Option<Cursor>, limit: usize) -> Self {
        Self { after, limit, ..self }
    }

    /// A page of what is wanted, and the same for programs, in words with the names of people and songs.
    pub(super) async fn told(&self, web: &Web, guild: GuildId) -> Result<(Found, Vec<AuditEntryView>)> {
        let wanted = self.clone();
        let look = move |read: &dyn Read| {
            let found = wanted.look(read, guild)?;
            let told = Happened::all(read, guild, &found.rows)?;
            let names = Names::of(read, guild, told.iter().map(|one| &one.sentence), [])?;
            Ok((found, told, names))
        };
        let (found, told, names) = web.look("audit", look).await?;
        let names = web.named(names).await;
        let entries = found.rows.iter().zip(&told);
        let entries =
            entries.map(|((id, activity), told)| AuditEntryView::of(*id, activity.clone(), names.text(&told.sentence)));
        let entries = entries.collect();
        Ok((found, entries))
    }

    /// Whether the search was stopped before this page was full.
    pub fn is_partial(&self, found: &Found) -> bool {
        found.next.is_some() && found.rows.len() < self.limit
    }

    /// Refuses a name that is nobody's and of nothing that was found either.
    pub fn require_meaning(&self, found: &Found) -> Result<(), Problem> {
        let is_nobody = self.subject.as_ref().is_some_and(|about| about.is_nobody);
        if is_nobody && self.after.is_none() && found.rows.is_empty() && found.next.is_none() {
            let why = "Nobody is called so, and no setting, song or live has that name.";
            return Err(Problem::field("subject", Sentence::words(why)));
        }
        Ok(())
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
        Ok(AuditView::of(web, asked.guild, &asked.query).await?.into())
    }
}

/// What happened to the instance.
pub struct InstanceAudit;

impl Endpoint for InstanceAudit {
    const NAME: &'static str = "instance.audit";
    const ABOUT: &'static str = "Lists what happened to this Greenroom as a whole, the latest first: sign-ins, refused tries, wrong \
                                 passwords, tokens, backups.";
    const DOORS: Doors = Doors::get(&["/api/audit"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = AuditQuery;
    type Body = ();
    type Answer = AuditView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "kind=signin.refused", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<AuditView>, Problem> {
        Ok(AuditView::of(web, GuildId::INSTANCE, &asked.query).await?.into())
    }
}

impl AuditView {
    async fn of(web: &Web, guild: GuildId, query: &AuditQuery) -> Result<Self, Problem> {
        let wanted = query.wanted(web, guild).await?;
        let (found, entries) = wanted.told(web, guild).await?;
        wanted.require_meaning(&found)?;
        let partial = wanted.is_partial(&found);
        Ok(Self { entries, next: found.next.map(|next| next.to_string()), partial })
    }
}

impl AuditEntryView {
    fn of(id: ActivityId, activity: Activity, text: String) -> Self {
        let door = door_of(&activity);
        Self {
            id: id.to_string(),
            at: id.moment().rfc3339(),
            actor: activity.actor.to_string(),
            door: door.as_ref().map(|door| door.kind.word()),
            door_name: door.and_then(|door| door.name),
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

    fn changed() -> Activity {
        Activity {
            kind: "settings.changed".to_owned(),
            actor: Actor::Member(UserId::new(7)),
            subject: Some(Subject::Setting("skip_price".to_owned())),
            before: Some("5".to_owned()),
            after: Some("3".to_owned()),
            details: "null".to_owned(),
            door: Some("token my bot".to_owned()),
        }
    }

    #[test]
    fn every_filter_has_to_let_an_entry_through() {
        let about = |id: &str, member: Option<u64>| {
            Some(About { id: id.to_owned(), member: member.map(UserId::new), ..About::default() })
        };
        let wanted = |kind: Option<&str>, actor: Option<Actor>, subject: Option<About>| Wanted {
            kind: kind.map(str::to_owned),
            actor,
            subject,
            ..Wanted::default()
        };
        let ann = Actor::Member(UserId::new(7));
        for (wanted, lets_through) in [
            (wanted(None, None, None), true),
            (wanted(Some("settings.changed"), Some(ann), about("skip_price", None)), true),
            (wanted(Some("coins.posted"), None, None), false),
            (wanted(None, Some(Actor::Operator), None), false),
            (wanted(None, None, about("max_active_submissions", None)), false),
            (wanted(None, None, about("ann", Some(7))), false),
        ] {
            assert_eq!(wanted.matches(&changed()), lets_through, "{wanted:?}");
        }
        for (typed, fits) in
            [("token", true), ("My Bot", true), ("page", false), ("discord", false), ("bot", false), ("", true)]
        {
            let wanted = Wanted { door: ByDoor::read(typed), ..Wanted::default() };
            assert_eq!(wanted.matches(&changed()), fits, "{typed}");
        }
        let unknown = Activity { door: None, ..changed() };
        assert!(!Wanted { door: ByDoor::read("page"), ..Wanted::default() }.matches(&unknown));
        let member = |user| Subject::Member(UserId::new(user));
        let ann = about("ann", Some(7)).unwrap();
        assert!(ann.fits(&member(7)) && !ann.fits(&member(8)));
        assert!(About { song: Some(3), ..About::default() }.fits(&Subject::Song(3)));
    }

    #[test]
    fn an_entry_says_who_did_what_in_values_and_in_words() {
        let entry = AuditEntryView::of(ActivityId::new(1_000_000), changed(), "ann changed it.".to_owned());
        let told = serde_json::to_string_pretty(&entry).unwrap();
        insta::assert_snapshot!(told, @r#"
        {
          "id": "1000000",
          "at": "1970-01-01T00:00:01Z",
          "kind": "settings.changed",
          "actor": "7",
          "door": "token",
          "door_name": "my bot",
          "subject": {
            "kind": "setting",
            "id": "skip_price"
          },
          "before": "5",
          "after": "3",
          "details": null,
          "text": "ann changed it."
        }
        "#);
    }
}
