//! Links that sign in once: made by `/dashboard`, or by `greenroom admin link`.
//!
//! Opening one only tells whose it is, because previews of links open them, too; its button uses it up.

use std::convert::Infallible;
use std::str::FromStr;

use futures_util::future::join_all;
use maud::html;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::discord::standing;
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::ids::{GuildId, UserId};
use crate::signin::Person;
use crate::signin::link::{self, LinkRefusal, Purpose};
use crate::signin::scope::Scope;
use crate::signin::session::Door;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown, again};
use crate::web::segments::{One, Segment};
use crate::web::sign_in::{Proven, SignedInView};
use crate::web::ui::components::{Button, Form};

/// The code in a link's address.
#[derive(Clone, Debug)]
pub struct Code(String);

impl FromStr for Code {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Segment for Code {
    const NAME: &'static str = "code";
}

impl Code {
    /// By what it is known here. What is no code of ours is the digest of nothing that was ever given away.
    fn digest(&self) -> Digest {
        SecretBytes::parse(&self.0).map_or_else(|| Digest::of(self.0.as_bytes()), |secret| secret.digest())
    }
}

/// Says whose link it is.
pub struct LinkPage;

impl Page for LinkPage {
    const NAME: &'static str = "signin.link_page";
    const ABOUT: &'static str = "Says whose link it is, with the button that uses it.";
    const PATHS: &'static [&'static str] = &["/in/{code}"];
    const WHO: Who = Who::Anyone;
    const STILL: Option<&'static str> = Some("It asks once whether somebody wants to sign in.");

    type Path = One<Code>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("code", samples.link.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let One(code) = &seen.path;
        let (digest, now) = (code.digest(), seen.now);
        let found = web.look("link", move |read| link::look(read, digest, now)).await?;
        lets_in(web, &found.purpose)?;
        let whose = match &found.purpose {
            Purpose::SignIn { name, .. } | Purpose::Operator { name } => name.clone(),
            Purpose::FirstRun => "the operator".to_owned(),
        };
        let is_standing = web.settings.is_standing(digest);
        let lasting =
            if is_standing { "It works again and again, as long as the demo goes on." } else { "It works once." };
        let (action, sealed) = (format!("/in/{}", code.0), seen.seal("link"));
        // Whoever is signed in already sends what shows that the form is ours; nobody else has that.
        let seal = seen.visitor.somebody().map(|_| sealed.seal());
        let form = Form { seal, ..Form::unsealed(&action) };
        let main = html! {
            section.card {
                p { "This link is for " strong { (whose) } ". " (lasting) }
                (form.around(&html! { (Button::main(&format!("Sign in as {whose}"))) }))
            }
        };
        Ok(Shown::bare("Sign in", main))
    }
}

/// Uses a link.
pub struct UseLink;

/// Nothing beside the code.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct Press {}

impl Endpoint for UseLink {
    const NAME: &'static str = "signin.use_link";
    const ABOUT: &'static str = "Signs in with a link, which is used up by that.";
    const DOORS: Doors = Doors::post(&["/api/auth/link/{code}"]).form("/in/{code}", again::<LinkPage>);
    const WHO: Who = Who::Anyone;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::SignIn;

    type Path = One<Code>;
    type Query = Nothing;
    type Body = Option<Press>;
    type Answer = SignedInView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("code", samples.link.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SignedInView>, Problem> {
        let One(code) = &asked.path;
        let digest = code.digest();
        let used = if web.settings.is_standing(digest) {
            let now = asked.now;
            web.look("link", move |read| link::look(read, digest, now)).await?
        } else {
            web.bot.store.write("link_used", move |tx| link::redeem(tx, digest)).await?
        };
        lets_in(web, &used.purpose)?;
        let (proven, to) = match used.purpose {
            Purpose::SignIn { user, name, guild } => {
                let (guilds, avatar) = web.guilds_of(user, guild).await;
                let to = web.first_page(user, guild).await;
                (Proven { person: Person::Member { user }, name, avatar, guilds, door: Door::Link }, to)
            }
            Purpose::Operator { name } => {
                let person = Person::Operator { name: name.clone() };
                (Proven { person, name, avatar: None, guilds: Vec::new(), door: Door::Link }, "/".to_owned())
            }
            Purpose::FirstRun => return Err(Problem::NotFound),
        };
        let signed_in = web.begin_session(proven, &asked.visitor, &asked.headers, asked.origin).await?;
        Ok(Answered::from(signed_in.view()).with_cookies(signed_in.cookies).leading_to(to))
    }
}

/// Refuses the link of an operator who is let in no more.
fn lets_in(web: &Web, purpose: &Purpose) -> Result<(), LinkRefusal> {
    let is_let_in = match purpose {
        Purpose::Operator { name } => web.settings.lets_in(&Person::Operator { name: name.clone() }),
        Purpose::SignIn { .. } | Purpose::FirstRun => true,
    };
    if is_let_in { Ok(()) } else { Err(LinkRefusal::Gone) }
}

/// Servers that are asked about for somebody who signs in by a link: a bot at home is in a few.
const MOST_ASKED: usize = 25;

impl Web {
    /// In which servers of ours somebody is, and their picture. The one in which they asked for the link comes first to be
    /// asked about; where the bot is in very many, not all are.
    async fn guilds_of(&self, user: UserId, first: GuildId) -> (Vec<GuildId>, Option<String>) {
        let mut ours: Vec<GuildId> = self.bot.standings.guilds_of_bot().into_iter().map(|guild| guild.id).collect();
        ours.sort_by_key(|guild| *guild != first);
        ours.truncate(MOST_ASKED);
        let asked = ours.iter().map(|guild| self.bot.standings.of(&self.bot, *guild, user));
        let mut found = (Vec::new(), None);
        for (guild, asked) in ours.iter().zip(join_all(asked).await) {
            if let standing::Asked::Is(standing) = asked {
                found.0.push(*guild);
                found.1 = found.1.or(standing.avatar);
            }
        }
        found
    }

    /// Where a link leads: those who work in its server to its pages, everybody else to their own.
    async fn first_page(&self, user: UserId, guild: GuildId) -> String {
        if guild == GuildId::INSTANCE {
            return "/".to_owned();
        }
        let rank = self.rank(&Person::Member { user }, guild).await.unwrap_or_default();
        let works_there = rank.reaches(Who::Viewer) || rank.reaches(Who::Reviewer);
        if works_there { format!("/g/{guild}") } else { "/me".to_owned() }
    }
}
