//! Tokens of programs that name a server, as who runs it sees them: whose they are, what they may, and their end there.

use serde::Serialize;
use utoipa::ToSchema;

use super::tokens::TokenView;
use crate::flows::known_members;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::signin::Person;
use crate::signin::scope::Scope;
use crate::signin::token::{self, Token, TokenId};
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::AccessPage;
use crate::web::segments::One;

/// A token that names a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgramView {
    /// The token; of its servers this one alone is told.
    pub token: TokenView,
    /// Whose it is, as they are known here; `the operator` for whoever runs Greenroom.
    pub maker: String,
}

/// Tokens that name a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgramsView {
    /// Each of them, in the order in which they were made.
    pub programs: Vec<ProgramView>,
}

impl ProgramView {
    fn of(read: &dyn Read, guild: GuildId, token: &Token) -> Result<Self> {
        let maker = match &token.maker {
            Person::Operator { .. } => "the operator".to_owned(),
            Person::Member { user } => known_members::called(read, guild, *user)?,
        };
        let here = Token { guilds: vec![guild], ..token.clone() };
        Ok(Self { token: TokenView::of(&here), maker })
    }

    /// Those of a server.
    pub fn all(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<Self>> {
        token::naming(read, guild, now)?.iter().map(|token| Self::of(read, guild, token)).collect()
    }
}

/// Lists tokens that name a server.
pub struct Programs;

impl Endpoint for Programs {
    const NAME: &'static str = "access.programs";
    const ABOUT: &'static str = "Lists the tokens of programs that name a server, with whose they are.";
    const DOORS: Doors = Doors::get(&["/api/{server}/access/tokens"]);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ProgramsView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ProgramsView>, Problem> {
        let (guild, now) = (asked.guild, asked.now);
        let programs = web.look(Self::NAME, move |read| ProgramView::all(read, guild, now)).await?;
        Ok(ProgramsView { programs }.into())
    }
}

/// Takes a server away from a token that names it.
pub struct WithdrawProgram;

impl Endpoint for WithdrawProgram {
    const NAME: &'static str = "access.withdraw";
    const ABOUT: &'static str = "Takes a server away from a token that names it; one that names no other ends.";
    const DOORS: Doors = Doors::delete(&["/api/{server}/access/tokens/{token}"])
        .form("/g/{server}/access/tokens/{token}/withdraw", again::<AccessPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Settings;
    const LIMIT: Limit = Limit::Changes;

    type Path = One<TokenId>;
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = ProgramView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("token", samples.server_token.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ProgramView>, Problem> {
        let (guild, One(number)) = (asked.guild, asked.path);
        let withdrawn = web.change(&asked, move |tx, by| {
            let token = token::withdraw(tx, guild, number, by)?;
            ProgramView::of(tx, guild, &token)
        });
        let said = Sentence::words("That token opens nothing in this server any more.");
        Ok(withdrawn.await?.saying(said).leading_to(format!("/g/{guild}/access")))
    }
}
