//! Which Discord the bot talks to, and as whom.

use url::Url;

use crate::http::is_loopback;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::secret::Secret;

use super::reader::Reader;
use super::table::{DEBUG_CHANNEL_ID, DISCORD_API_URL, DISCORD_BOT_TOKEN, GUILD_ID};

/// The settings that concern Discord.
#[derive(Clone, Debug)]
pub struct Discord {
    /// How the bot gets in.
    pub access: Access,
    /// The server whose commands are registered first, and at once (`M-ENV-03`, `C-50`).
    pub fast_sync_guild: Option<GuildId>,
    /// The default debug channel of the server that it belongs to (`M-ENV-04`, `C-50`).
    pub debug_channel: Option<ChannelId>,
}

/// How the bot gets into Discord.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nobody gave a token.
    Missing,
    /// The real Discord.
    Real {
        /// The bot's token.
        token: Secret,
    },
    /// A simulator on this machine. The real token stays out of it, so there is none here.
    Simulated {
        /// The simulator's base address without a slash at the end: `http://127.0.0.1:8080`.
        url: String,
    },
}

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> Discord {
    Discord {
        access: read_access(reader),
        fast_sync_guild: reader.id::<u64>(&GUILD_ID).map(GuildId::new),
        debug_channel: reader.id::<u64>(&DEBUG_CHANNEL_ID).map(ChannelId::new),
    }
}

fn read_access(reader: &mut Reader<'_>) -> Access {
    if reader.is_set(&DISCORD_API_URL) {
        if reader.is_set(&DISCORD_BOT_TOKEN) {
            reader.notice("DISCORD_API_URL is set, so the bot's token is not used".to_owned());
        }
        let url = reader.parse(&DISCORD_API_URL, loopback_base).unwrap_or_default();
        return Access::Simulated { url };
    }
    match reader.secret(&DISCORD_BOT_TOKEN, check_token) {
        Some(token) => Access::Real { token },
        None => Access::Missing,
    }
}

/// The base of an address on this machine; `None` for anything else.
pub(super) fn loopback_base(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (is_loopback(&url) && is_web && is_bare && url.password().is_none())
        .then(|| url.as_str().trim_end_matches('/').to_owned())
}

/// A light check, for tokens that were copied wrongly; whether Discord takes it only Discord knows.
pub(in crate::app) fn check_token(token: &str) -> Result<(), String> {
    if token.starts_with("Bot ") {
        return Err("begins with \"Bot \"; leave that word out".to_owned());
    }
    let parts: Vec<&str> = token.split('.').collect();
    let is_part = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
    };
    if parts.len() == 3 && parts.iter().all(is_part) && (50..=200).contains(&token.len()) {
        return Ok(());
    }
    let instead = other_than_token(token);
    Err(format!("{instead}; copy the token from Bot, Reset Token, at https://discord.com/developers/applications"))
}

/// What somebody seems to have copied in the place of a token.
fn other_than_token(text: &str) -> &'static str {
    let all = |is_of: fn(&u8) -> bool| text.bytes().all(|byte| is_of(&byte));
    let is_url_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    match text.len() {
        0 => "is empty",
        _ if text.starts_with("mfa.") => {
            "does not look like a bot token but like that of a person's account, with which no bot may sign in"
        }
        _ if text.starts_with("https://") || text.starts_with("http://") => {
            "does not look like a bot token but like an address"
        }
        15..=20 if all(u8::is_ascii_digit) => {
            "does not look like a bot token but like an id, as an application and a server have one"
        }
        32 if all(is_url_sign) => {
            "does not look like a bot token but like a client secret, which is on the page OAuth2"
        }
        64 if all(u8::is_ascii_hexdigit) => {
            "does not look like a bot token but like a public key, which is on the page General Information"
        }
        _ => "does not look like a bot token, which is three parts with dots between and at least 50 characters",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_addresses_on_this_machine_are_accepted() {
        for (text, base) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9:1/", "http://127.9.9.9:1"),
            ("https://localhost:8443", "https://localhost:8443"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(loopback_base(text).as_deref(), Some(base), "{text}");
        }
        for text in [
            "https://discord.com",
            "http://0.0.0.0:1",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://127.0.0.1@evil.example",
            "http://user:word@127.0.0.1",
            "http://127.0.0.1/api",
            "http://127.0.0.1/?a=b",
            "ws://127.0.0.1:1",
            "127.0.0.1:8080",
            "",
        ] {
            assert_eq!(loopback_base(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_that_was_copied_wrongly_is_noticed() {
        let good = format!("{}.abcdef.{}", "M".repeat(26), "x".repeat(38));
        assert_eq!(check_token(&good), Ok(()));
        for bad in [format!("Bot {good}"), format!("\"{good}\""), "short.a.b".to_owned(), good.replace('.', " ")] {
            let statement = check_token(&bad).unwrap_err();
            assert!(!statement.contains(&good), "{statement}");
        }
    }

    #[test]
    fn whoever_copied_something_else_is_told_what_it_seems_to_be() {
        for (copied, words) in [
            ("", "is empty;"),
            ("1123456789012345678", "like an id"),
            ("abcdefghijklmnopqrstuvwxyz-_0123", "like a client secret, which is on the page OAuth2"),
            (&"0123456789abcdef".repeat(4), "like a public key"),
            ("mfa.abcdefghijklmnopqrstuvwxyz0123456789", "like that of a person's account"),
            ("https://discord.com/oauth2/authorize?client_id=1123456789012345678", "like an address"),
            ("two words", "which is three parts with dots between"),
        ] {
            let statement = check_token(copied).unwrap_err();
            assert!(
                statement.contains(words) && statement.contains("copy the token from Bot"),
                "{copied}: {statement}"
            );
        }
    }
}
