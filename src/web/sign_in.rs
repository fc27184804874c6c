//! Signing in, whichever way: a new session with its cookies, and none of the one before.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use super::access::{ACCESS, Name, Origin, REFRESH, Via, Visitor, jwt};
use super::answer::Problem;
use super::endpoint::{Asked, Endpoint};
use super::visitor::text_of;
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::secret::random;
use crate::kernel::time::Timestamp;
use crate::signin::Person;
use crate::signin::session::{self, Door, Session, ShownGuild, SignIn};

/// Somebody who has proved who they are.
pub struct Proven {
    /// Who.
    pub person: Person,
    /// Their name, to be shown.
    pub name: String,
    /// The hash of their picture on Discord.
    pub avatar: Option<String>,
    /// Their servers, to be shown.
    pub guilds: Vec<GuildId>,
    /// How.
    pub door: Door,
}

/// A session that was begun or goes on, with what the browser keeps of it.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The access token.
    pub access: String,
    /// What renews it.
    pub refresh: String,
    /// Both, as cookies.
    pub cookies: Vec<String>,
}

/// Who somebody is, for programs (`D-95`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserView {
    /// The id of the account on Discord; the name of an operator.
    pub id: String,
    /// Their name.
    pub username: String,
    /// `operator`, or `member` for everybody whom Discord knows; what they may is told by each server.
    pub role: &'static str,
}

/// What a browser keeps of a session that goes on under another id; what renews it stays as it is.
pub struct Renamed {
    /// Its id.
    pub sid: Digest,
    /// The access token.
    pub access: String,
    /// The same, as a cookie.
    pub cookie: String,
}

/// What a sign-in answers (`D-95`).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedInView {
    /// For the header `Authorization: Bearer …`.
    pub access_token: String,
    /// For `/api/auth/refresh`, once.
    pub refresh_token: String,
    /// `Bearer`.
    pub token_type: &'static str,
    /// For how many seconds the access counts.
    pub expires_in: u64,
    /// Who it is.
    pub user: UserView,
}

impl UserView {
    /// Of a person.
    pub fn of(person: &Person, name: &str) -> Self {
        let (id, role) = match person {
            Person::Operator { name } => (name.clone(), "operator"),
            Person::Member { user } => (user.to_string(), "member"),
        };
        Self { id, username: name.to_owned(), role }
    }
}

impl SignedIn {
    /// As programs read it.
    pub fn view(&self) -> SignedInView {
        SignedInView {
            access_token: self.access.clone(),
            refresh_token: self.refresh.clone(),
            token_type: "Bearer",
            expires_in: ACCESS.as_secs(),
            user: UserView::of(&self.session.person, &self.session.name),
        }
    }
}

impl Web {
    /// Begins a session. The one that the browser had ends with it.
    pub async fn begin_session(
        &self,
        proven: Proven,
        visitor: &Visitor,
        headers: &HeaderMap,
        origin: Origin,
    ) -> Result<SignedIn> {
        let (sid, refresh) = (SecretBytes::new(random()), SecretBytes::new(random()));
        let named = |id: GuildId| self.bot.standings.guild_of_bot(id);
        let guilds = proven.guilds.iter().filter_map(|id| named(*id));
        let sign_in = SignIn {
            sid: sid.digest(),
            refresh: refresh.digest(),
            person: proven.person,
            name: proven.name,
            avatar: proven.avatar,
            door: proven.door,
            agent: browser(headers),
            address: origin.address,
            guilds: guilds.map(|guild| ShownGuild { id: guild.id, name: guild.name, icon: guild.icon }).collect(),
            replaces: session_shown(visitor),
        };
        let session = self.bot.store.write("session_begun", move |tx| session::begin(tx, &sign_in)).await?;
        if let Some(before) = session_shown(visitor) {
            self.kept.follow(before, sid.digest());
        }
        Ok(self.signed_in(session, sid.digest(), &refresh))
    }

    /// What the browser keeps of a session.
    pub fn signed_in(&self, session: Session, sid: Digest, refresh: &SecretBytes) -> SignedIn {
        let now = self.bot.clock.now();
        let access = jwt::write(&self.settings.jwt_key, claims(&session, sid, now));
        let refresh = refresh.text().expose().to_owned();
        let is_https = self.settings.is_https();
        // The cookie outlives what is in it: whoever still has one may have what renews it.
        let cookies =
            vec![Name::Access.set(&access, REFRESH, is_https), Name::Refresh.set(&refresh, REFRESH, is_https)];
        SignedIn { session, access, refresh, cookies }
    }

    /// Notes that whoever has a session just proved who they are, and gives it another id (`prove`).
    pub async fn prove_session(&self, sid: Digest) -> Result<Option<Renamed>> {
        let other = SecretBytes::new(random()).digest();
        let session = self.bot.store.write("session_proven", move |tx| session::prove(tx, sid, other)).await?;
        self.kept.follow(sid, other);
        Ok(session.map(|session| {
            let access = jwt::write(&self.settings.jwt_key, claims(&session, other, self.bot.clock.now()));
            let cookie = Name::Access.set(&access, REFRESH, self.settings.is_https());
            Renamed { sid: other, access, cookie }
        }))
    }

    /// Whether somebody proved of late, in the session that they show, that it is them. A token proves nothing.
    pub async fn is_proven(&self, visitor: &Visitor, now: Timestamp) -> Result<bool> {
        let Some(sid) = session_shown(visitor) else { return Ok(false) };
        let found = self.look("session", move |read| session::of(read, sid, now)).await?;
        Ok(found.is_some_and(|session| session.is_proven_within(FRESH_PROOF, now)))
    }

    /// Refuses whoever did not prove of late that it is them. A form leads to where they do, and back.
    pub async fn needs_proof<E: Endpoint>(&self, asked: &Asked<E>) -> Result<(), Problem> {
        if self.is_proven(&asked.visitor, asked.now).await? { Ok(()) } else { Err(Problem::ProofNeeded) }
    }

    /// What makes a browser forget a session.
    pub fn signed_out(&self) -> Vec<String> {
        let is_https = self.settings.is_https();
        [Name::Access, Name::Refresh].map(|name| name.drop(is_https)).into()
    }
}

fn claims(session: &Session, sid: Digest, now: Timestamp) -> jwt::Claims {
    let user = UserView::of(&session.person, &session.name);
    jwt::Claims {
        sid: text_of(sid),
        user_id: user.id,
        username: user.username,
        discriminator: "0".to_owned(),
        avatar: session.avatar.clone(),
        guilds: session.guilds.iter().map(|guild| guild.id.to_string()).collect(),
        iat: now.seconds(),
        exp: now.after(ACCESS).seconds().min(session.expires.seconds()),
    }
}

/// The session that somebody shows, if it is one.
pub fn session_shown(visitor: &Visitor) -> Option<Digest> {
    match visitor.somebody()?.via {
        Via::Session(sid) | Via::Shown(sid) => Some(sid),
        Via::Token { .. } => None,
    }
}

/// A browser in words, as a list of sessions shows it.
fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let first_of = |known: &[(&str, &'static str)], other: &'static str| {
        known.iter().find(|(sign, _)| agent.contains(sign)).map_or(other, |(_, name)| *name)
    };
    // The order counts: what came later names what it descends from, too.
    let program = first_of(
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
            ("curl", "curl"),
        ],
        "A browser",
    );
    let system = first_of(
        &[
            ("Android", "Android"),
            ("iPhone", "an iPhone"),
            ("iPad", "an iPad"),
            ("Windows", "Windows"),
            ("Mac OS X", "a Mac"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ],
        "some machine",
    );
    format!("{program} on {system}")
}

/// How long a fresh proof counts for what needs one.
pub const FRESH_PROOF: Duration = Duration::from_mins(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_in_a_few_words() {
        let told = |agent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, agent.parse().unwrap());
            browser(&headers)
        };
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1";
        assert_eq!(told(chrome), "Chrome on Linux");
        assert_eq!(told(phone), "Safari on an iPhone");
        assert_eq!(told("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0"), "Edge on Windows");
        assert_eq!(told("something else"), "A browser on some machine");
        assert_eq!(browser(&HeaderMap::new()), "A browser on some machine");
    }
}
