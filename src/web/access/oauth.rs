//! What is asked of Discord when somebody signs in there (`OAuth2`, `S-SEC-03`): the code that they bring is exchanged for a
//! token, with that the account and its servers are read, and at once it is given back. So there is nothing here to steal or
//! to renew: rights are asked with the bot's own token.
//!
//! Beside the application's secret we show that it was us who began (PKCE, RFC 7636, S256), so a code that somebody else
//! catches is worth nothing. Bodies are forms: Discord takes no JSON there.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::http::{Client, Request, RequestError};
use crate::kernel::digest::Digest;
use crate::kernel::error::Error;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::secret::Secret;
use crate::kernel::text::one_line;
use crate::refusals;
use crate::web::answer::Problem;
use crate::web::settings::OAuth;

/// What is asked to be read: who somebody is, and in which servers.
const SCOPES: &str = "identify guilds";
/// How long each answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes: 200 servers have some 60,000.
const MOST_BYTES: u64 = 1 << 20;
/// Servers on one page of the list, and the most pages: nobody is in so many.
const PAGE: usize = 200;
const MOST_PAGES: usize = 5;
/// The longest name of an account, and of its picture, in characters.
const LONGEST_NAME: usize = 100;
const LONGEST_PICTURE: usize = 64;

/// The Discord on which somebody signs in, for our application.
pub struct SignInAtDiscord<'a> {
    /// The one HTTP client.
    pub client: &'a Client,
    /// Where Discord is.
    pub base: &'a str,
    /// Our application.
    pub application: &'a OAuth,
    /// Where people come back to, as it is registered there, letter by letter.
    pub redirect: String,
}

/// Who somebody is, as Discord says.
#[derive(Debug)]
pub struct Account {
    /// Their account.
    pub user: UserId,
    /// Its name, cleaned to one line, not escaped.
    pub name: String,
    /// The hash of its picture.
    pub avatar: Option<String>,
    /// All of their servers.
    pub guilds: Vec<GuildId>,
}

refusals! {
    /// Why somebody is not signed in by Discord.
    pub enum OAuthRefusal {
        /// It did not begin here, or is over.
        NotBegun => "auth.not_begun" as NotAllowed, "That did not begin in this browser within the last ten minutes. Please \
            sign in once more. If Discord's app comes back to another browser each time, type {/dashboard} in your server: it \
            gives you a link.";
        /// They said no.
        Denied => "auth.denied" as NotAllowed, "Nothing happened: you did not let Discord tell who you are.";
        /// Discord does not take the code.
        CodeRefused => "auth.code_refused" as NotAllowed, "Discord does not know that sign-in any more. Please begin anew.";
        /// Discord does not take our secret.
        NotOurs => "auth.not_ours", "Discord does not accept this Greenroom's application. Whoever runs it has to look at \
            `DISCORD_CLIENT_SECRET`. Until then, type {/dashboard} in your server.";
    }
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
}

#[derive(Deserialize)]
struct DiscordUser {
    id: String,
    username: String,
    avatar: Option<String>,
}

/// Of a server only its number counts here; what somebody may there is asked anew each time.
#[derive(Deserialize)]
struct Server {
    id: String,
}

impl SignInAtDiscord<'_> {
    /// The address at which somebody is asked.
    pub fn address(&self, state: &Secret, verifier: &Secret) -> Result<String, Error> {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Digest::of(verifier.expose().as_bytes()).bytes());
        let fields = [
            ("client_id", self.application.client_id.as_str()),
            ("redirect_uri", self.redirect.as_str()),
            ("response_type", "code"),
            ("scope", SCOPES),
            ("state", state.expose()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let url = Url::parse_with_params(&format!("{}/oauth2/authorize", self.base), fields);
        url.map(String::from).map_err(Error::failed)
    }

    /// Who brought this code. The token that reads it is given back whatever comes of it.
    pub async fn account(&self, code: &str, verifier: &Secret) -> Result<Account, Problem> {
        let token = Secret::new(self.exchange(code, verifier).await?.access_token);
        let read = self.read(&token).await;
        self.give_back(&token).await;
        read
    }

    async fn exchange(&self, code: &str, verifier: &Secret) -> Result<TokenResponse, Problem> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect.as_str()),
            ("code_verifier", verifier.expose()),
        ];
        let (status, body) = self.ask(self.post("token", &form)).await?;
        match status {
            StatusCode::OK => json(&body),
            StatusCode::UNAUTHORIZED => {
                tracing::error!("Discord does not accept DISCORD_CLIENT_ID with DISCORD_CLIENT_SECRET");
                Err(OAuthRefusal::NotOurs.into())
            }
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                tracing::warn!(%status, "Discord refused the code of a sign-in");
                Err(OAuthRefusal::CodeRefused.into())
            }
            status => Err(away(status)),
        }
    }

    async fn read(&self, token: &Secret) -> Result<Account, Problem> {
        let told: DiscordUser = self.get("users/@me", token).await?;
        let number = told.id.parse().map_err(|_| Error::failed("Discord names somebody without a number"))?;
        let is_plain = |picture: &String| {
            picture.len() <= LONGEST_PICTURE && picture.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        Ok(Account {
            user: UserId::new(number),
            name: one_line(&told.username, LONGEST_NAME),
            avatar: told.avatar.filter(is_plain),
            guilds: self.guilds(token).await?,
        })
    }

    /// The servers of somebody, by their numbers.
    async fn guilds(&self, token: &Secret) -> Result<Vec<GuildId>, Problem> {
        let mut found = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let after = found.last().copied().unwrap_or(0_u64);
            let page: Vec<Server> = self.get(&format!("users/@me/guilds?limit={PAGE}&after={after}"), token).await?;
            found.extend(page.iter().filter_map(|server| server.id.parse::<u64>().ok()));
            if page.len() < PAGE {
                break;
            }
        }
        Ok(found.into_iter().map(GuildId::new).collect())
    }

    /// Nobody needs the token any more. Where Discord does not hear of it, it ends by itself within a week.
    async fn give_back(&self, token: &Secret) {
        let form = [("token", token.expose()), ("token_type_hint", "access_token")];
        match self.ask(self.post("token/revoke", &form)).await {
            Ok((status, _)) if status.is_success() => {}
            Ok((status, _)) => tracing::warn!(%status, "Discord did not take a token back"),
            Err(_) => tracing::warn!("Discord did not hear that a token is given back"),
        }
    }

    fn post(&self, what: &str, form: &[(&str, &str)]) -> Request {
        let (number, secret) = (&self.application.client_id, self.application.client_secret.expose());
        let request = self.client.request(Method::POST, format!("{}/api/oauth2/{what}", self.base));
        request.with(|builder| builder.basic_auth(number, Some(secret)).form(form))
    }

    async fn get<T: DeserializeOwned>(&self, what: &str, token: &Secret) -> Result<T, Problem> {
        let request = self.client.get(format!("{}/api/v10/{what}", self.base));
        let (status, body) = self.ask(request.with(|builder| builder.bearer_auth(token.expose()))).await?;
        if status.is_success() { json(&body) } else { Err(away(status)) }
    }

    async fn ask(&self, request: Request) -> Result<(StatusCode, Vec<u8>), Problem> {
        let sent = async {
            let response = request.with(|builder| builder.timeout(PATIENCE)).send().await?;
            let status = response.status();
            Ok::<_, RequestError>((status, response.body(MOST_BYTES).await?.unwrap_or_default()))
        };
        sent.await.map_err(|error| {
            tracing::warn!(%error, "Discord was not reached for a sign-in");
            Problem::DiscordUnavailable
        })
    }
}

/// Discord answers, and nothing that helps.
fn away(status: StatusCode) -> Problem {
    tracing::warn!(%status, "Discord could not be asked who signs in");
    Problem::DiscordUnavailable
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // What came may be a token, so the error does not show it.
    serde_json::from_slice(body).map_err(|_| Error::failed("Discord answered a sign-in with something unknown").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Reach;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_address_asks_for_what_is_read_and_has_the_challenge_of_the_verifier() {
        let client = Client::new(Reach::ThisMachine, PATIENCE).unwrap();
        let application = OAuth { client_id: "77".to_owned(), client_secret: Secret::new("never seen") };
        let discord = SignInAtDiscord {
            client: &client,
            base: "https://discord.com",
            application: &application,
            redirect: "https://green.example/api/auth/callback".to_owned(),
        };
        let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        insta::assert_snapshot!(
            discord.address(&Secret::new("st-ate"), &verifier).unwrap(),
            @"https://discord.com/oauth2/authorize?client_id=77&redirect_uri=https%3A%2F%2Fgreen.example%2Fapi%2Fauth%2Fcallback&response_type=code&scope=identify+guilds&state=st-ate&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        );
    }
}
