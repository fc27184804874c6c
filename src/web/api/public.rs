//! What a server shows to people who are not signed in, as its owner and its administrators set it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::features::public::model::{Goal, Measure, NamesShown, PublicName, PublicRefusal};
use crate::features::public::queries::Chosen;
use crate::features::public::{queries, service};
use crate::kernel::digest::SecretBytes;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::secret::random;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::{Read, Tx};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, Revision, RevisionOf};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::PublicPage;

/// What is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicView {
    /// The name of the queue, in `/q/{name}`; nobody finds it without one.
    pub name: Option<String>,
    /// How names of members are shown: `full`, `initials` or `hidden`.
    pub names: &'static str,
    /// Whether the overlays can be opened by somebody who has their address.
    pub has_overlay: bool,
    /// What the overlay `goal` counts: `likes`, `coins` or `follows`.
    pub goal_of: Option<&'static str>,
    /// How much of it is wanted.
    pub goal: Option<u32>,
}

/// What of it counts for whoever changes it.
const REVISION: Option<RevisionOf> = Some(|_, read, guild, _| Ok(Revision::of(&view(read, guild)?)));

fn view(read: &dyn Read, guild: GuildId) -> Result<PublicView> {
    queries::chosen(read, guild).map(|chosen| PublicView::of(&chosen))
}

impl PublicView {
    /// What a server chose.
    pub fn of(chosen: &Chosen) -> Self {
        Self {
            name: chosen.name.as_ref().map(ToString::to_string),
            names: chosen.names_shown.word(),
            has_overlay: chosen.has_overlay,
            goal_of: chosen.goal.map(|goal| goal.of.word()),
            goal: chosen.goal.map(|goal| goal.wanted),
        }
    }
}

fn page_of(guild: GuildId) -> String {
    format!("/g/{guild}/public")
}

/// A refusal of what was typed, at its field.
fn at<T>(field: &str, read: Result<T, PublicRefusal>) -> Result<T, Problem> {
    read.map_err(|refusal| match Error::from(refusal) {
        Error::Refused(refusal) => Problem::field(field, refusal.sentence),
        failed @ Error::Failed(_) => failed.into(),
    })
}

/// What is shown.
pub struct Public;

impl Endpoint for Public {
    const NAME: &'static str = "public.view";
    const ABOUT: &'static str = "Tells what the server shows to people who are not signed in.";
    const DOORS: Doors = Doors::get(&["/api/{server}/public"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const REVISION: Option<RevisionOf> = REVISION;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = PublicView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PublicView>, Problem> {
        let guild = asked.guild;
        Ok(web.look("public", move |read| view(read, guild)).await?.into())
    }
}

/// The name of the queue, and how names of members are shown.
pub struct SetPublic;

/// How the queue is shown to everybody.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Showing {
    /// The name of the queue: 3 to 32 letters from a to z, digits and `-`; empty for none.
    pub name: String,
    /// How names of members are shown: `full`, `initials` or `hidden`.
    pub names: String,
}

impl Endpoint for SetPublic {
    const NAME: &'static str = "public.set";
    const ABOUT: &'static str = "Gives the queue a name under which anybody finds it, or takes it away, and says how names of members are shown.";
    const DOORS: Doors = Doors::put(&["/api/{server}/public"]).form("/g/{server}/public", again::<PublicPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = REVISION;

    type Path = ();
    type Query = Nothing;
    type Body = Showing;
    type Answer = PublicView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "name": "night-owl", "names": "initials" });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PublicView>, Problem> {
        let guild = asked.guild;
        let typed = asked.body.name.trim();
        let name = (!typed.is_empty()).then(|| at("name", typed.parse::<PublicName>())).transpose()?;
        let names = at("names", asked.body.names.parse::<NamesShown>().map_err(|_| PublicRefusal::NoSuchWay))?;
        let set = web.change(&asked, move |tx, by| {
            service::set_name(tx, guild, by, name.as_ref())?;
            service::set_names_shown(tx, guild, by, names)?;
            view(tx, guild)
        });
        Ok(set.await?.saying(sentence!("That is what everybody sees now.")).leading_to(page_of(guild)))
    }
}

/// Another address of the overlays.
pub struct OpenOverlay;

/// The address of the overlays, told once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OverlayView {
    /// What stands before `/now`, `/next`, `/queue` and `/goal`.
    pub address: String,
}

impl Endpoint for OpenOverlay {
    const NAME: &'static str = "public.open_overlay";
    const ABOUT: &'static str =
        "Makes a secret address of the overlays, which is told once; the one before opens nothing any more.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/overlay"]).form("/g/{server}/public/overlay", again::<PublicPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = OverlayView;

    // Without the key of a repeat: the answer is a secret, which is kept nowhere. Of two addresses the later one counts.
    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OverlayView>, Problem> {
        let (guild, by) = (asked.guild, asked.visitor.actor());
        let secret = SecretBytes::new(random());
        let digest = secret.digest();
        let open = move |tx: &Tx<'_>| service::set_overlay(tx, guild, by, Some(&digest));
        web.bot.store.write(Self::NAME, open).await?;
        let address = web.settings.link(&format!("/o/{}", secret.text().expose()));
        let shown = address.clone();
        let said = sentence!(
            "Paste this address into OBS as a browser source, with `/now`, `/next`, `/queue` or `/goal` at its end: \
             `{shown}`. It is told only now.",
            shown
        );
        Ok(Answered::from(OverlayView { address }).saying(said).leading_to(page_of(guild)))
    }
}

/// No overlays any more.
pub struct CloseOverlay;

impl Endpoint for CloseOverlay {
    const NAME: &'static str = "public.close_overlay";
    const ABOUT: &'static str = "Closes the overlays: their address opens nothing any more.";
    const DOORS: Doors =
        Doors::delete(&["/api/{server}/overlay"]).form("/g/{server}/public/overlay/close", again::<PublicPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = REVISION;

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = PublicView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PublicView>, Problem> {
        let guild = asked.guild;
        let close = web.change(&asked, move |tx, by| {
            service::set_overlay(tx, guild, by, None)?;
            view(tx, guild)
        });
        Ok(close.await?.saying(sentence!("The overlays are closed.")).leading_to(page_of(guild)))
    }
}

/// What the overlay `goal` shows.
pub struct SetGoal;

/// A goal of the live.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct GoalBody {
    /// What is counted: `likes`, `coins` or `follows`.
    pub of: String,
    /// How much of it is wanted; empty for no goal.
    pub wanted: Typed,
}

impl GoalBody {
    fn goal(&self) -> Result<Option<Goal>, Problem> {
        if self.wanted.is_empty() {
            return Ok(None);
        }
        let number = self.wanted.whole().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        let wanted = at("wanted", number.ok_or(PublicRefusal::NotAGoal))?;
        let of = at("of", self.of.parse::<Measure>().map_err(|_| PublicRefusal::NotAGoal))?;
        Ok(Some(Goal { of, wanted }))
    }
}

impl Endpoint for SetGoal {
    const NAME: &'static str = "public.goal";
    const ABOUT: &'static str = "Says what the overlay `goal` measures the live against, or that there is no goal.";
    const DOORS: Doors =
        Doors::put(&["/api/{server}/overlay/goal"]).form("/g/{server}/public/goal", again::<PublicPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;
    const REVISION: Option<RevisionOf> = REVISION;

    type Path = ();
    type Query = Nothing;
    type Body = GoalBody;
    type Answer = PublicView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "of": "likes", "wanted": "5000" });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PublicView>, Problem> {
        let (guild, goal) = (asked.guild, asked.body.goal()?);
        let set = web.change(&asked, move |tx, by| {
            service::set_goal(tx, guild, by, goal)?;
            view(tx, guild)
        });
        let said = if let Some(goal) = goal {
            sentence!("The goal is {wanted} {of}.", wanted = goal.wanted, of = goal.of.word())
        } else {
            sentence!("There is no goal any more.")
        };
        Ok(set.await?.saying(said).leading_to(page_of(guild)))
    }
}
