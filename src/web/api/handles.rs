//! TikTok handles: whose they are, their points, linking and freeing them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::activity::ActivityId;
use crate::features::handles::model::{Account, HandleRefusal, KnownAccount};
use crate::features::handles::queries::{self, Whose};
use crate::flows::handle_links;
use crate::flows::known_members;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::live::Handle;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::page::again;
use crate::web::pages::HandlesPage;
use crate::web::segments::One;

/// Handles on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most handles on a page.
const MOST: usize = 200;

/// Which handles.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct HandlesQuery {
    /// How they begin.
    pub q: Option<String>,
    /// `linked` for those of members, `free` for those of nobody; all without it.
    pub whose: Option<String>,
    /// Those of one member, by id, name or TikTok handle.
    pub member: Option<String>,
    /// Where the page before ended, as it said in `next`.
    pub after: Option<String>,
    /// How many; 50, and 200 at most.
    pub limit: Option<usize>,
}

/// Handles that were found.
#[derive(Debug, Default)]
pub struct Found {
    /// The handles of this page, each with the name of the member who has it.
    pub handles: Vec<(Account, Option<String>)>,
    /// Where the next page goes on.
    pub next: Option<Cursor>,
}

/// Which handles, understood.
#[derive(Clone, Debug)]
pub struct Wanted {
    q: String,
    whose: Whose,
    /// Of one member.
    user: Option<UserId>,
    after: Option<Cursor>,
    limit: usize,
}

impl HandlesQuery {
    /// Understands it, but for the member; says which fields make no sense.
    fn understood(&self) -> Result<Wanted, Problem> {
        let whose = |whose: &str| match whose {
            "all" => Some(Whose::All),
            "linked" => Some(Whose::Linked),
            "free" => Some(Whose::Free),
            _ => None,
        };
        let takes = || Sentence::words("It is linked or free, or nothing for all of them.");
        Ok(Wanted {
            q: self.q.clone().unwrap_or_default(),
            whose: filter::read("whose", self.whose.as_deref(), whose, takes)?.unwrap_or(Whose::All),
            user: None,
            after: filter::place(self.after.as_deref())?,
            limit: filter::limit(self.limit, PAGE, 1..=MOST)?,
        })
    }

    /// Understands it, with the member whom it names.
    pub async fn wanted(&self, web: &Web, guild: GuildId) -> Result<Wanted, Problem> {
        let wanted = self.understood()?;
        Ok(Wanted { user: web.whom(guild, "member", self.member.as_deref()).await?, ..wanted })
    }
}

impl Wanted {
    /// The same from another place on.
    pub(super) fn from(self, after: Option<Cursor>, limit: usize) -> Self {
        Self { after, limit, ..self }
    }
}

/// Looks handles up.
pub fn find(read: &dyn Read, guild: GuildId, wanted: &Wanted) -> Result<Found> {
    let Wanted { q, whose, user, after, limit } = wanted;
    let named = |account: Account| -> Result<(Account, Option<String>)> {
        let name = account.linked.map(|user| known_members::called(read, guild, user)).transpose()?;
        Ok((account, name))
    };
    if let Some(user) = user {
        // A member has a few, which are all shown.
        let theirs =
            if matches!(whose, Whose::Free) { Vec::new() } else { queries::linked_handles(read, guild, *user)? };
        let begins = q.trim().trim_start_matches('@').to_lowercase();
        let fitting = theirs.into_iter().filter(|account| account.handle.as_str().starts_with(&begins));
        return Ok(Found { handles: fitting.map(named).collect::<Result<_>>()?, next: None });
    }
    let found = queries::listed(read, guild, q, *whose, after.clone(), *limit)?;
    let accounts = found.rows.into_iter().map(|KnownAccount { account, .. }| account);
    Ok(Found { handles: accounts.map(named).collect::<Result<_>>()?, next: found.next })
}

/// Several handles.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandlesView {
    /// Those of this page.
    pub items: Vec<HandleView>,
    /// What to ask for as `after` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A handle.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct HandleView {
    /// The handle, without `@`.
    pub handle: String,
    /// The id of the member who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The name by which they are known here best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Its points.
    pub points: i64,
    /// Whether the member proved that it is theirs.
    pub verified: bool,
    /// When it became known.
    pub first_seen: String,
    /// When it last did something on the live.
    pub last_seen: String,
    /// The name of the member from whom this request took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
    /// The number of the change that this request made, by which it can be undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}

impl HandleView {
    /// A handle, with the name of whose it is.
    pub(super) fn of(account: &Account, user_name: Option<String>) -> Self {
        Self {
            handle: account.handle.as_str().to_owned(),
            user_id: account.linked.map(|user| user.to_string()),
            user_name,
            points: account.points.get(),
            verified: account.is_verified(),
            first_seen: account.first_seen.rfc3339(),
            last_seen: account.last_seen.rfc3339(),
            former_name: None,
            change: None,
        }
    }
}

/// Lists handles.
pub struct Handles;

impl Endpoint for Handles {
    const NAME: &'static str = "handles.list";
    const ABOUT: &'static str = "Lists the TikTok handles that are known here, with whose they are.";
    const DOORS: Doors = Doors::get(&["/api/{server}/handles"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = HandlesQuery;
    type Body = ();
    type Answer = HandlesView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "q=a&whose=free", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<HandlesView>, Problem> {
        let guild = asked.guild;
        let wanted = asked.query.wanted(web, guild).await?;
        let Found { handles, next } = web.look("handles", move |read| find(read, guild, &wanted)).await?;
        let items = handles.into_iter().map(|(account, name)| HandleView::of(&account, name)).collect();
        Ok(HandlesView { items, next: next.map(|next| next.to_string()) }.into())
    }
}

/// A handle and a member.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct LinkBody {
    /// The handle, with or without `@`, or the address of its profile.
    pub handle: String,
    /// The member, by id, or by their whole name or TikTok handle.
    pub member: String,
}

impl LinkBody {
    /// Both, where they can be read and somebody is called so.
    async fn read(&self, web: &Web, guild: GuildId) -> Result<(Handle, UserId), Problem> {
        let refused = |reason| Problem::field("handle", HandleRefusal::NotAHandle(reason).sentence());
        let handle = Handle::typed(&self.handle).map_err(refused)?;
        Ok((handle, self.whose(web, guild).await?))
    }

    /// The same of a link that there is: its handle may be a former name.
    async fn read_linked(&self, web: &Web, guild: GuildId) -> Result<(Handle, UserId), Problem> {
        match Handle::former_typed(&self.handle) {
            Some(former) => Ok((former, self.whose(web, guild).await?)),
            None => self.read(web, guild).await,
        }
    }

    async fn whose(&self, web: &Web, guild: GuildId) -> Result<UserId, Problem> {
        let member = web.whom_exactly(guild, "member", Some(&self.member)).await?;
        let nobody = || Problem::field("member", Sentence::words("Please say whose it is."));
        member.ok_or_else(nobody)
    }
}

/// Where the forms of this page lead to.
fn leads_to(guild: GuildId, handle: &str) -> String {
    format!("/g/{guild}/handles?q={handle}")
}

/// What a handle is now.
fn shown(read: &dyn Read, guild: GuildId, account: &Account) -> Result<HandleView> {
    let name = account.linked.map(|user| known_members::called(read, guild, user)).transpose()?;
    Ok(HandleView::of(account, name))
}

/// The same behind a change that was made to a link of this member.
fn changed(read: &dyn Read, guild: GuildId, account: &Account, user: UserId) -> Result<HandleView> {
    let change = handle_links::latest_change(read, guild, user)?.map(|change| change.to_string());
    Ok(HandleView { change, ..shown(read, guild, account)? })
}

/// What a page says of a handle whose link was changed, with the way to take that back.
fn telling(answered: Answered<HandleView>, guild: GuildId, user: Option<String>) -> Answered<HandleView> {
    let undo = answered.value.now().and_then(|view| view.change.as_ref());
    let undo = undo.map(|change| format!("/g/{guild}/handles/changes/{change}/undo"));
    Answered { undo, ..answered.telling(|view| in_words(view, user)) }
}

/// What somebody is called beside their handles: whose a handle is, a handle does not tell.
async fn person(web: &Web, guild: GuildId, user: UserId) -> Result<String> {
    if let Some(name) = web.look("member", move |read| known_members::one(read, guild, user)).await?.name {
        return Ok(name);
    }
    let on_discord = web.called_on_discord(guild, &[user]).await.pop();
    Ok(on_discord.map_or_else(|| user.to_string(), |(_, name)| name))
}

fn in_words(view: &HandleView, user: Option<String>) -> Sentence {
    let handle = format!("@{}", Handle::shown_of(&view.handle));
    match (user, view.former_name.clone()) {
        (Some(user), Some(former)) => {
            sentence!(
                "**{handle}** went from **{former}** to **{user}**, with its engagement points.",
                handle,
                former,
                user
            )
        }
        (Some(user), None) => sentence!("**{handle}** is linked to **{user}** now.", handle, user),
        (None, _) => sentence!("**{handle}** is nobody's now. It keeps its engagement points.", handle),
    }
}

/// Links a handle to a member.
pub struct LinkHandle;

impl Endpoint for LinkHandle {
    const NAME: &'static str = "handles.link";
    const ABOUT: &'static str =
        "Links a TikTok handle to a member, also one that was never seen or is somebody else's.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/handles/link"]).form("/g/{server}/handles/link", again::<HandlesPage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = LinkBody;
    type Answer = HandleView;

    fn sample(samples: &Samples) -> Sample {
        // Another one for each request, because a link is made once.
        let body = serde_json::json!({ "handle": format!("new.{}", samples.song), "member": samples.member });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let guild = asked.guild;
        let (handle, user) = asked.body.read(web, guild).await?;
        let account = web.look("handle", move |read| queries::account(read, guild, &handle)).await?;
        let former = account.as_ref().and_then(|account| account.linked).filter(|former| *former != user);
        let Some((account, former)) = account.zip(former) else { return Ok(None) };
        let (former, user) = (person(web, guild, former).await?, person(web, guild, user).await?);
        Ok(Some(sentence!(
            "**{handle}** is linked to **{former}**. Link it to **{user}** instead? Its engagement points go with it.",
            handle = account.handle,
            former,
            user
        )))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<HandleView>, Problem> {
        let guild = asked.guild;
        let (handle, user) = asked.body.read(web, guild).await?;
        web.require_member(guild, "member", user).await?;
        let leads_to = leads_to(guild, handle.as_str());
        let linked = handle.clone();
        let account = web.look("handle", move |read| queries::account(read, guild, &linked)).await?;
        let former = match account.and_then(|account| account.linked) {
            Some(former) => Some((former, person(web, guild, former).await?)),
            None => None,
        };
        let name = person(web, guild, user).await?;
        let change = web.change(&asked, move |tx, by| {
            let link = handle_links::admin_link(tx, guild, by, user, &handle)?;
            let called = |user: UserId| match &former {
                Some((former, name)) if *former == user => Ok(name.clone()),
                _ => known_members::called(tx, guild, user),
            };
            let former_name = link.former.map(called).transpose()?;
            Ok(HandleView { former_name, ..changed(tx, guild, &link.account, user)? })
        });
        Ok(telling(change.await?, guild, Some(name)).leading_to(leads_to))
    }
}

/// Takes a link away.
pub struct FreeHandle;

impl Endpoint for FreeHandle {
    const NAME: &'static str = "handles.free";
    const ABOUT: &'static str = "Takes a TikTok handle away from the member who has it; it keeps its points.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/handles/free"]).form("/g/{server}/handles/free", again::<HandlesPage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = LinkBody;
    type Answer = HandleView;

    fn sample(samples: &Samples) -> Sample {
        // Linked to the member, beside the song.
        let body = serde_json::json!({ "handle": format!("own.{}", samples.song), "member": samples.member });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<HandleView>, Problem> {
        let guild = asked.guild;
        let (handle, user) = asked.body.read_linked(web, guild).await?;
        let leads_to = leads_to(guild, handle.as_str());
        let change = web.change(&asked, move |tx, by| {
            let link = handle_links::admin_unlink(tx, guild, by, user, &handle)?;
            changed(tx, guild, &link.account, user)
        });
        Ok(telling(change.await?, guild, None).leading_to(leads_to))
    }
}

/// Takes a change of a link back.
pub struct UndoLink;

impl Endpoint for UndoLink {
    const NAME: &'static str = "handles.undo";
    const ABOUT: &'static str = "Takes a change of a link by an administrator back, as long as nothing else changed it since: the \
                                 handle is whose it was before, or nobody's.";
    const DOORS: Doors = Doors::post(&["/api/{server}/handles/changes/{change}/undo"])
        .form("/g/{server}/handles/changes/{change}/undo", again::<HandlesPage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<ActivityId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = HandleView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("change", samples.link_change.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<HandleView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let change = web.change(&asked, move |tx, by| {
            let account = handle_links::undo(tx, guild, by, id)?;
            shown(tx, guild, &account)
        });
        let undone = change.await?;
        let user = undone.value.now().and_then(|view| view.user_id.as_ref()?.parse().ok());
        let name = match user {
            Some(user) => Some(person(web, guild, user).await?),
            None => None,
        };
        let undone = telling(undone, guild, name);
        let leads_to = undone.value.now().map(|view| leads_to(guild, &view.handle));
        Ok(undone.leading_to(leads_to.unwrap_or_else(|| format!("/g/{guild}/handles"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
    use crate::features::testing::{GUILD, TestStore};

    #[test]
    fn handles_are_found_by_how_they_begin_and_by_whose_they_are() {
        let store = TestStore::new();
        store.write(|tx| ALLOW_ANY_HANDLE_LINKING.set(tx, GUILD, &true)).unwrap();
        for (user, handle) in [(1, "ann"), (2, "anton"), (1, "bea")] {
            let handle = Handle::parse(handle).unwrap();
            store.write(move |tx| handle_links::link(tx, GUILD, UserId::new(user), &handle).map(drop)).unwrap();
        }
        store
            .write(|tx| handle_links::unlink(tx, GUILD, UserId::new(2), &Handle::parse("anton").unwrap()).map(drop))
            .unwrap();
        let found = |q: &str, whose: &str, limit: usize| {
            let query = HandlesQuery {
                q: Some(q.to_owned()),
                whose: Some(whose.to_owned()),
                limit: Some(limit),
                ..HandlesQuery::default()
            };
            let wanted = query.understood().unwrap();
            let found = store.read(|read| find(read, GUILD, &wanted));
            let handles: Vec<_> = found.handles.iter().map(|(account, _)| account.handle.as_str().to_owned()).collect();
            (handles.join(" "), found.next.is_some())
        };
        assert_eq!(found("", "", 10), ("ann anton bea".to_owned(), false));
        assert_eq!(found("@AN", "", 10), ("ann anton".to_owned(), false));
        assert_eq!(found("an", "free", 10), ("anton".to_owned(), false));
        assert_eq!(found("", "linked", 1), ("ann".to_owned(), true));
        assert_eq!(found("no handle", "", 10), (String::new(), false));
        let of = |user: u64, q: &str| {
            let query = HandlesQuery { q: Some(q.to_owned()), ..HandlesQuery::default() };
            let wanted = Wanted { user: Some(UserId::new(user)), ..query.understood().unwrap() };
            let found = store.read(|read| find(read, GUILD, &wanted));
            found.handles.iter().map(|(account, _)| account.handle.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!([of(1, ""), of(1, "@b"), of(2, "")], ["ann bea", "bea", ""]);
    }
}
