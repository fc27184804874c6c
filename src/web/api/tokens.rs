//! Tokens of the API: a program shows one, and may what its maker may at that moment, as far as its scopes and servers go.

use std::time::Duration;

use maud::html;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::digest::SecretBytes;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::meant;
use crate::sentence;
use crate::signin::Person;
use crate::signin::scope::{Scope, Scopes};
use crate::signin::token::{self, Token, TokenId, Wanted};
use crate::web::Web;
use crate::web::access::{Limit, Via, Who};
use crate::web::answer::{Answered, Given, Problem};
use crate::web::endpoint::{Asked, Door, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::SessionsPage;
use crate::web::segments::{One, Segment};
use crate::web::ui::components::{Notice, Tone, code};
use crate::web::visitor::TOKEN_SIGN;

const DAY: Duration = Duration::from_hours(24);

impl Segment for TokenId {
    const NAME: &'static str = "token";
}

/// Several tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensView {
    /// Each of them, in the order in which they were made.
    pub tokens: Vec<TokenView>,
}

/// A token, without what it is shown by.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Its number.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// In which servers; none for all of its maker's.
    pub servers: Vec<String>,
    /// When it was made.
    pub made_at: String,
    /// Up to when it works.
    pub expires: String,
    /// When it was last used, give or take five minutes.
    pub last_used: Option<String>,
}

impl TokenView {
    pub(super) fn of(token: &Token) -> Self {
        Self {
            id: token.number.to_string(),
            name: token.name.clone(),
            scopes: token.scopes.iter().map(|scope| scope.to_string()).collect(),
            servers: token.guilds.iter().map(ToString::to_string).collect(),
            made_at: token.made_at.rfc3339(),
            expires: token.expires.rfc3339(),
            last_used: token.last_used.map(greenroom_base::kernel::time::Timestamp::rfc3339),
        }
    }
}

/// The tokens of somebody.
pub struct Tokens;

impl Endpoint for Tokens {
    const NAME: &'static str = "tokens.list";
    const ABOUT: &'static str = "Lists the tokens that whoever asks has made.";
    const DOORS: Doors = Doors::get(&["/api/auth/tokens"]);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = TokensView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TokensView>, Problem> {
        let (person, now) = (person_of(&asked)?, asked.now);
        let found = web.look(Self::NAME, move |read| token::list_of(read, &person, now)).await?;
        Ok(TokensView { tokens: found.iter().map(TokenView::of).collect() }.into())
    }
}

/// Makes a token.
pub struct MakeToken;

/// A token that somebody wants.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct TokenWanted {
    /// What it is called.
    pub name: String,
    /// What it may be used for: `read`, `queue`, `economy`, `tasks`, `shop`, `words`, `settings`, `export`, `instance`.
    pub scopes: Vec<String>,
    /// In which servers, by their numbers; none for all of its maker's.
    pub servers: Vec<String>,
    /// How many days it works: 90 unless something else is said, 365 at most.
    pub days: Option<Typed>,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeView {
    /// What it is shown by. It is told this once, and is known nowhere afterwards.
    pub token: Option<String>,
    /// The rest of it.
    pub made: TokenView,
}

impl Endpoint for MakeToken {
    const NAME: &'static str = "tokens.make";
    const ABOUT: &'static str = "Makes a token, and tells once by what it is shown.";
    const DOORS: Doors = Doors::post(&["/api/auth/tokens"]).form("/me/tokens", again::<SessionsPage>);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = TokenWanted;
    type Answer = MadeView;

    fn sample(_: &Samples) -> Sample {
        let body = serde_json::json!({ "name": "my bot", "scopes": ["read"] });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<MadeView>, Problem> {
        let wanted = wanted(&asked)?;
        // What reaches beyond servers, or outlives the token that asks for it, is for whoever proves that it is them.
        let is_by_token = matches!(asked.visitor.somebody().map(|somebody| &somebody.via), Some(Via::Token { .. }));
        if wanted.scopes.has(Scope::Instance) || is_by_token {
            web.needs_proof(&asked).await?;
        }
        let secret = SecretBytes::new(crate::kernel::secret::random());
        let digest = secret.digest();
        // What is kept for a repeat is without the secret.
        let made = web.change(&asked, move |tx, _| {
            Ok(MadeView { token: None, made: TokenView::of(&token::issue(tx, digest, &wanted)?) })
        });
        let mut answered = made.await?;
        if let Given::Now(made) = &mut answered.value {
            let text = format!("{TOKEN_SIGN}{}", secret.text().expose());
            if asked.door == Door::Form {
                let notice = html! { "This is your token. Copy it now: it is shown this once. " (code(&text)) };
                web.notices.leave(&asked.visitor, Notice::new(Tone::Good, notice));
            }
            made.token = Some(text);
        }
        Ok(answered)
    }
}

fn wanted(asked: &Asked<MakeToken>) -> Result<Wanted, Problem> {
    let TokenWanted { name, scopes, servers, days } = &asked.body;
    let guilds = servers.iter().map(|server| server.parse::<u64>().ok().filter(|number| *number > 0).map(GuildId::new));
    let guilds: Option<Vec<GuildId>> = guilds.collect();
    Ok(Wanted {
        maker: person_of(asked)?,
        name: name.clone(),
        guilds: guilds.ok_or_else(|| Problem::field("servers", Sentence::words("A server is named by its number.")))?,
        scopes: scopes_of(scopes)?,
        lasts: days.as_ref().filter(|days| !days.is_empty()).map(lasting).transpose()?,
    })
}

/// How long so many days are.
fn lasting(days: &Typed) -> Result<Duration, Problem> {
    let days = days.whole().and_then(|days| u32::try_from(days).ok());
    let wrong = || Problem::field("days", Sentence::words("A token works for a whole number of days, 365 at most."));
    days.map(|days| DAY.saturating_mul(days)).ok_or_else(wrong)
}

fn scopes_of(names: &[String]) -> Result<Scopes, Problem> {
    let read = |name: &String| {
        name.parse::<Scope>().map_err(|_| {
            let known = ["read", "queue", "economy", "tasks", "shop", "words", "settings", "export", "instance"];
            let meant = meant(known, name).map(|meant| sentence!(" Did you mean `{meant}`?", meant));
            let name = name.clone();
            Problem::field("scopes", sentence!("A token cannot be for {name}.{meant}", name, meant))
        })
    };
    names.iter().map(read).collect()
}

fn person_of<E: Endpoint>(asked: &Asked<E>) -> Result<Person, Problem> {
    Ok(asked.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone())
}

/// Takes a token away.
pub struct RevokeToken;

impl Endpoint for RevokeToken {
    const NAME: &'static str = "tokens.revoke";
    const ABOUT: &'static str = "Takes a token away; whoever shows it is nobody from then on.";
    const DOORS: Doors =
        Doors::delete(&["/api/auth/tokens/{token}"]).form("/me/tokens/{token}/revoke", again::<SessionsPage>);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<TokenId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = TokenView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("token", samples.token.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TokenView>, Problem> {
        let (person, One(number)) = (person_of(&asked)?, asked.path);
        let revoked = web.change(&asked, move |tx, _| Ok(TokenView::of(&token::revoke(tx, &person, number)?)));
        Ok(revoked.await?.saying(Sentence::words("That token opens nothing any more.")))
    }
}
