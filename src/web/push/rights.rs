//! Whether somebody may listen, and may still: asked at the start, each minute, and when anything tells that it may be over.

use std::collections::BTreeMap;

use super::open::Opened;
use super::places::Holder;
use crate::discord::standing::Change;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::settings;
use crate::signin::scope::Scope;
use crate::signin::{self, session, token};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::{Rank, Somebody, Verdict, Via, Visitor, Who};
use crate::web::answer::Problem;

/// By what right somebody listens.
pub(super) enum Right {
    /// By what they are in servers.
    Person(Box<Rights>),
    /// By an address that is open to whoever has it.
    Address(Opened),
}

/// Who listens, to what.
pub(super) struct Rights {
    visitor: Visitor,
    somebody: Somebody,
    sign_in: SignIn,
    wanted: BTreeMap<GuildId, Vec<Who>>,
}

/// By what somebody is signed in.
#[derive(Clone, Copy)]
enum SignIn {
    /// A session, which goes on under other ids: what they have in common.
    Family(Digest),
    /// A token.
    Token(Digest),
}

/// Whether somebody may listen at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// They may; as long as they are signed in, where they have to be: up to then.
    May(Option<Timestamp>),
    /// They are signed in no more.
    SignedOut,
    /// They are not, or no more, what this is for.
    NotFor(Who),
    /// The address opens nothing, or nothing any more.
    Closed,
}

impl Right {
    /// What tells by its change that the right may be over.
    pub(super) fn guards(&self) -> Vec<(GuildId, Topic)> {
        match self {
            Self::Person(rights) => {
                let of_servers = rights.wanted.keys().map(|guild| (*guild, settings::CHANGED));
                of_servers.chain([(GuildId::INSTANCE, signin::ENDED)]).collect()
            }
            Self::Address(opened) => vec![(opened.guild(), settings::CHANGED)],
        }
    }

    /// Whether a change of standings may concern it.
    pub(super) fn is_concerned_by(&self, change: &Change) -> bool {
        match self {
            Self::Person(rights) => rights.are_concerned_by(change),
            // It does not matter who anybody is there, but whether we are.
            Self::Address(opened) => change.guild == opened.guild() && change.user.is_none(),
        }
    }

    /// Asks. Where Discord says nothing, nobody knows.
    pub(super) async fn look(&self, web: &Web) -> Result<Look, Problem> {
        match self {
            Self::Person(rights) => rights.look(web).await,
            Self::Address(opened) => Ok(if opened.is_open(web).await? { Look::May(None) } else { Look::Closed }),
        }
    }

    /// Who takes a place by it.
    pub(super) fn holder(&self) -> Holder {
        match self {
            Self::Person(rights) => {
                let (Via::Session(key) | Via::Shown(key) | Via::Token { key, .. }) = &rights.somebody.via;
                Holder::Session(*key)
            }
            Self::Address(opened) => opened.holder(),
        }
    }
}

impl Rights {
    /// The rights of a visitor who wants to listen to what is for these, in these servers.
    pub(super) async fn of(web: &Web, visitor: &Visitor, wanted: BTreeMap<GuildId, Vec<Who>>) -> Result<Self, Problem> {
        let somebody = visitor.somebody().ok_or(Problem::Unauthenticated)?.clone();
        let sign_in = match somebody.via {
            Via::Token { key, .. } => SignIn::Token(key),
            Via::Session(sid) | Via::Shown(sid) => {
                let now = web.bot.clock.now();
                let found = web.look("session", move |read| session::of(read, sid, now)).await?;
                SignIn::Family(found.ok_or(Problem::Unauthenticated)?.family)
            }
        };
        Ok(Self { visitor: visitor.clone(), somebody, sign_in, wanted })
    }

    fn are_concerned_by(&self, change: &Change) -> bool {
        let user = self.visitor.user();
        self.wanted.contains_key(&change.guild) && change.user.is_none_or(|changed| Some(changed) == user)
    }

    async fn look(&self, web: &Web) -> Result<Look, Problem> {
        let Some(ends) = self.end_of_sign_in(web).await? else { return Ok(Look::SignedOut) };
        for (guild, all) in &self.wanted {
            let of_guild = Some(*guild).filter(|guild| *guild != GuildId::INSTANCE);
            let rank = match of_guild {
                Some(guild) => web.rank(&self.somebody.person, guild).await?,
                None => Rank::default(),
            };
            let may = |who: &&Who| who.verdict(&self.visitor, rank, Scope::Read, of_guild) == Verdict::Yes;
            if let Some(who) = all.iter().find(|who| !may(who)) {
                return Ok(Look::NotFor(*who));
            }
        }
        Ok(Look::May(Some(ends)))
    }

    async fn end_of_sign_in(&self, web: &Web) -> Result<Option<Timestamp>> {
        let (sign_in, now) = (self.sign_in, web.bot.clock.now());
        let end = web.look("sign_in", move |read| match sign_in {
            SignIn::Family(family) => session::end_of_family(read, family, now),
            SignIn::Token(key) => Ok(token::by_digest(read, key, now)?.map(|token| token.expires)),
        });
        end.await
    }
}
