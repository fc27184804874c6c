//! What Discord says of a token: which bot it is, what that may see, and in which servers it is.

use serde_json::Value;

use crate::app::config::discord::check_token;
use crate::app::doctor::ask::{AskError, Asker};
use crate::app::doctor::discord::{MEMBERS, MESSAGE_CONTENT};
use crate::app::exit::ExitCode;
use crate::discord::invitation;
use crate::discord::rest::Endpoint;
use crate::kernel::secret::Secret;
use crate::kernel::text::one_line;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 60;

/// A bot, as Discord tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Account {
    /// The number of its application.
    pub(in crate::app) application: u64,
    /// Its name.
    pub(in crate::app) name: String,
    /// Whether the intent Server Members is on.
    pub(in crate::app) sees_members: bool,
    /// Whether the intent Message Content is on.
    pub(in crate::app) sees_messages: bool,
    /// Whether its owner wants a code for each invitation (*Requires `OAuth2` Code Grant*), which nobody gives: with that on,
    /// Discord refuses every invitation.
    pub(in crate::app) wants_code_grant: bool,
    /// The names of its servers, up to 200.
    pub(in crate::app) servers: Vec<String>,
}

/// Why a token leads to no bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct Unknown {
    /// With which code a command ends for it.
    pub(in crate::app) code: ExitCode,
    /// What is so, and what to do about it.
    pub(in crate::app) sentence: String,
}

impl Account {
    /// Tries a token.
    pub(in crate::app) async fn of(token: &Secret, endpoint: &Endpoint) -> Result<Self, Unknown> {
        if let Err(statement) = check_token(token.expose()) {
            return Err(Unknown { code: ExitCode::Configuration, sentence: format!("What you gave {statement}.") });
        }
        let asker = Asker::new(token.expose(), endpoint)
            .map_err(|error| Unknown { code: ExitCode::Failed, sentence: format!("TLS cannot be set up: {error}.") })?;
        let body = asker.get("/applications/@me").await.map_err(Unknown::of)?.body;
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let flags = body.get("flags").and_then(Value::as_u64).unwrap_or_default();
        Ok(Self {
            application: text("id").parse().unwrap_or_default(),
            name: one_line(text("name"), LONGEST_NAME),
            sees_members: flags & MEMBERS != 0,
            sees_messages: flags & MESSAGE_CONTENT != 0,
            wants_code_grant: body.get("bot_require_code_grant").and_then(Value::as_bool).unwrap_or_default(),
            servers: servers(&asker).await,
        })
    }

    /// The address that invites it, with the least rights that it needs.
    pub(in crate::app) fn invitation(&self) -> String {
        invitation::link(self.application)
    }

    /// The page on which its intents are switched on.
    pub(in crate::app) fn page_of_intents(&self) -> String {
        format!("https://discord.com/developers/applications/{}/bot", self.application)
    }
}

/// The token in what somebody pasted: without whatever stands around it, such as quotes, the word `Bot` or the name of its
/// variable. Where there is none it is what was pasted, so that somebody reads what that seems to be.
pub(in crate::app) fn token_in(pasted: &str) -> Secret {
    let is_around = |sign: char| !sign.is_ascii_alphanumeric() && !matches!(sign, '.' | '-' | '_');
    let token = pasted.split(is_around).find(|part| check_token(part).is_ok()).map(str::to_owned);
    // A token that a mail or a narrow window broke into lines.
    let bare = || pasted.split_whitespace().collect::<String>().trim_matches(['"', '\'', '`', ',', ';']).to_owned();
    let token = token.or_else(|| Some(bare()).filter(|token| check_token(token).is_ok()));
    Secret::new(token.unwrap_or_else(|| pasted.trim_matches(['"', '\'', '`', ' ', '\t', '\r', '\n']).to_owned()))
}

/// The names of the servers; none where Discord does not tell.
async fn servers(asker: &Asker) -> Vec<String> {
    let Ok(answer) = asker.get("/users/@me/guilds?limit=200").await else { return Vec::new() };
    let servers = answer.body.as_array().into_iter().flatten();
    servers.filter_map(|server| server.get("name")?.as_str()).map(|name| one_line(name, LONGEST_NAME)).collect()
}

impl Unknown {
    /// Whether another token may help.
    pub(in crate::app) fn is_for_token(&self) -> bool {
        self.code != ExitCode::Failed
    }

    fn of(trouble: AskError) -> Self {
        let code = if trouble == AskError::Unauthorized { ExitCode::TokenRefused } else { ExitCode::Failed };
        let sentence = match trouble {
            AskError::Unauthorized => {
                "Discord does not know this token: it was reset, or it is not that of a bot but of a person's account. Press \
                Reset Token on the page Bot of your application, and copy the new one."
                    .to_owned()
            }
            AskError::Unreachable(cause) => format!("Discord cannot be reached: {cause}. {}", cause.remedy()),
            AskError::TimedOut => {
                "Discord does not answer in time. Look at the network of this machine, and try again.".to_owned()
            }
            AskError::Banned => {
                "Discord refuses the address of this machine, as it does for hours after too many wrong requests. \
                Wait some hours, or use another host."
                    .to_owned()
            }
            AskError::Limited(wait) => format!("Discord wants {wait} seconds of rest. Wait, and try again."),
            AskError::Status(status @ 500..) => format!("Discord is in trouble: it answers {status}. Try again soon."),
            AskError::Status(status) => format!(
                "What answers is not Discord, or not as Discord does (status {status}): a proxy, or a network that wants you to \
                sign in first. Look at the network of this machine, and try again."
            ),
        };
        Self { code, sentence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkw.abcdef.abcdefghijklmnopqrstuvwxyzabcdefghij_-";

    #[test]
    fn a_token_is_found_in_what_somebody_pasted() {
        for pasted in [
            TOKEN.to_owned(),
            format!(" {TOKEN}\n"),
            format!("\"{TOKEN}\""),
            format!("Bot {TOKEN}"),
            format!("DISCORD_BOT_TOKEN='{TOKEN}'"),
            format!("export DISCORD_TOKEN = \"{TOKEN}\";"),
            format!("bot {TOKEN}"),
            format!("Authorization: Bot {TOKEN}"),
            format!("Token: <{TOKEN}>,"),
            format!("\u{feff}{TOKEN}\u{a0}"),
            TOKEN.replace(".abcdef.", ".abc\r\n  def."),
        ] {
            assert_eq!(token_in(&pasted).expose(), TOKEN, "{pasted:?}");
        }
        assert_eq!(token_in("two words").expose(), "two words");
    }

    #[tokio::test]
    async fn what_is_no_token_is_not_even_sent_and_is_not_repeated() {
        let nowhere = Endpoint::Simulated("http://127.0.0.1:9".to_owned());
        for wrong in ["", "two words", &format!("Bot {TOKEN}"), "hunter2.hunter2.hunter2"] {
            let unknown = Account::of(&Secret::new(wrong), &nowhere).await.unwrap_err();
            assert!(unknown.is_for_token() && unknown.sentence.starts_with("What you gave "), "{unknown:?}");
            assert!(!unknown.sentence.contains("hunter2") && !unknown.sentence.contains(TOKEN), "{unknown:?}");
        }
    }

    #[test]
    fn whatever_keeps_an_answer_away_is_told_with_what_to_do() {
        for (trouble, words, is_for_token) in [
            (AskError::Unauthorized, "Press Reset Token", true),
            (AskError::Limited(7), "wants 7 seconds of rest. Wait, and try again.", false),
            (AskError::Banned, "Wait some hours", false),
            (AskError::TimedOut, "Look at the network", false),
            (AskError::Status(503), "Discord is in trouble: it answers 503. Try again soon.", false),
            (AskError::Status(200), "not as Discord does (status 200)", false),
            (AskError::Status(407), "a proxy", false),
        ] {
            let unknown = Unknown::of(trouble);
            assert!(unknown.sentence.contains(words), "{trouble:?}: {}", unknown.sentence);
            assert_eq!(unknown.is_for_token(), is_for_token, "{trouble:?}");
        }
    }

    #[tokio::test]
    async fn a_discord_that_is_not_there_is_no_fault_of_the_token() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let unknown =
            Account::of(&Secret::new(TOKEN), &Endpoint::Simulated(format!("http://{nobody}"))).await.unwrap_err();
        assert!(!unknown.is_for_token() && unknown.sentence.starts_with("Discord cannot be reached: "), "{unknown:?}");
    }
}
