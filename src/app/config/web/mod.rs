//! The web: where it listens, under which names, who its operator is, and its secrets.

mod variables;

use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use url::Url;

pub(super) use variables::{
    ADMIN_PASSWORD, ADMIN_USERNAME, API_BASE_URL, API_BIND, API_HOSTS, API_PORT, CSRF_SECRET, DISCORD_CLIENT_ID,
    DISCORD_CLIENT_SECRET, DISCORD_REDIRECT_URI, JWT_SECRET, LOCAL_ADMIN, STREAM_LIMIT, TRUSTED_PROXIES,
};

use super::discord::Access;
use super::platform;
use super::reader::Reader;
use super::table::Variable;
use crate::kernel::refusal::Refuse;
use crate::kernel::secret::Secret;
use crate::kernel::text::one_line;
use crate::web::access::{Network, Proxies, check};
use crate::web::settings::OAuth;

/// Behind the base address: where Discord sends people back to.
const CALLBACK: &str = "/api/auth/callback";
/// The shortest secret that signs something, in bytes.
const SHORTEST_KEY: usize = 32;
/// The longest secret, in bytes.
const LONGEST_SECRET: usize = 4_096;
/// The longest name of an operator, in characters.
const LONGEST_NAME: usize = 32;

/// The settings that concern the web.
#[derive(Clone, Debug)]
pub struct Web {
    /// Where to listen; `None` for no web.
    pub bind: Option<IpAddr>,
    /// On which port.
    pub port: u16,
    /// Whether somebody chose the port, so that no other one will do.
    pub is_port_chosen: bool,
    /// The address that people open, without a path.
    pub base_url: Option<Url>,
    /// More names under which it answers, in small letters.
    pub hosts: Vec<String>,
    /// Whose word counts for where a request comes from.
    pub proxies: Proxies,
    /// The operator.
    pub operator: Operator,
    /// What signs access cookies, where somebody chose it.
    pub jwt_secret: Option<Secret>,
    /// What signs forms, where somebody chose it.
    pub csrf_secret: Option<Secret>,
    /// What signing in with Discord needs; `None` where that is not set up.
    pub oauth: Option<OAuth>,
    /// How many streams there may be at the same time.
    pub streams: usize,
}

/// Whoever runs this Greenroom (`C-71`).
#[derive(Clone, Debug)]
pub struct Operator {
    /// Whether they may sign in.
    pub may_sign_in: bool,
    /// Their name.
    pub name: String,
    /// Their password, where the configuration has it.
    pub password: Option<Secret>,
}

/// What is read in this area.
pub(super) const VARIABLES: &[&Variable] = &[
    &API_BIND,
    &API_PORT,
    &API_BASE_URL,
    &API_HOSTS,
    &TRUSTED_PROXIES,
    &STREAM_LIMIT,
    &ADMIN_USERNAME,
    &ADMIN_PASSWORD,
    &LOCAL_ADMIN,
    &JWT_SECRET,
    &CSRF_SECRET,
    &DISCORD_CLIENT_ID,
    &DISCORD_CLIENT_SECRET,
    &DISCORD_REDIRECT_URI,
];

/// Reads this area. Who the bot is tells the number of its application.
pub(super) fn read(reader: &mut Reader<'_>, access: &Access) -> Web {
    let (bind, port) = read_place(reader);
    let base_url = reader.parse(&API_BASE_URL, base_url);
    Web {
        bind,
        port: port.unwrap_or(3_000),
        is_port_chosen: port.is_some() && reader.is_set(&API_PORT),
        hosts: reader.parse(&API_HOSTS, hosts).unwrap_or_default(),
        proxies: Proxies(reader.parse(&TRUSTED_PROXIES, networks).unwrap_or_default()),
        operator: Operator {
            may_sign_in: reader.switch(&LOCAL_ADMIN),
            name: reader.parse(&ADMIN_USERNAME, name).unwrap_or_default(),
            password: reader.secret(&ADMIN_PASSWORD, check_password),
        },
        jwt_secret: reader.secret(&JWT_SECRET, check_key),
        csrf_secret: reader.secret(&CSRF_SECRET, check_key),
        oauth: read_oauth(reader, access, base_url.as_ref()),
        streams: usize::try_from(reader.whole(&STREAM_LIMIT)).unwrap_or_default(),
        base_url,
    }
}

/// Where to listen, if anywhere, and on which port.
fn read_place(reader: &mut Reader<'_>) -> (Option<IpAddr>, Option<u16>) {
    let bind = |text: &str| match text {
        _ if text.eq_ignore_ascii_case("off") => Some(None),
        _ if text.eq_ignore_ascii_case("localhost") => Some(Some(IpAddr::V4(Ipv4Addr::LOCALHOST))),
        _ => text.parse::<IpAddr>().ok().map(Some),
    };
    // Beside a Service called `api`, Kubernetes says its address under this name, which chooses nothing here.
    let port = |text: &str| match text.parse::<u16>() {
        Ok(port) if port > 0 => Some(Some(port)),
        _ => platform::is_address(text).then_some(None),
    };
    (reader.parse(&API_BIND, bind).flatten(), reader.parse(&API_PORT, port).flatten())
}

fn read_oauth(reader: &mut Reader<'_>, access: &Access, base_url: Option<&Url>) -> Option<OAuth> {
    let chosen = reader.id::<u64>(&DISCORD_CLIENT_ID);
    let secret = reader.secret(&DISCORD_CLIENT_SECRET, check_client_secret);
    let redirect = base_url.and_then(|base| base.join(CALLBACK).ok());
    let is_ours = |text: &str| (Url::parse(text).ok()? == *redirect.as_ref()?).then_some(());
    reader.parse(&DISCORD_REDIRECT_URI, is_ours);
    let secret = secret?;
    let client_id = chosen.or_else(|| application_of(access));
    match (client_id, base_url) {
        (Some(client_id), Some(_)) => Some(OAuth { client_id: client_id.to_string(), client_secret: secret }),
        (None, Some(_)) => {
            reader.notice(
                "nobody can sign in with Discord: set DISCORD_CLIENT_ID beside DISCORD_CLIENT_SECRET".to_owned(),
            );
            None
        }
        (_, None) => {
            reader.notice("nobody can sign in with Discord: set API_BASE_URL beside DISCORD_CLIENT_SECRET".to_owned());
            None
        }
    }
}

/// The number of the application: a bot's token begins with it, in base64.
fn application_of(access: &Access) -> Option<u64> {
    let Access::Real { token } = access else { return None };
    let (first, _) = token.expose().split_once('.')?;
    let id = BASE64_STANDARD_NO_PAD.decode(first.trim_end_matches('=')).ok()?;
    std::str::from_utf8(&id).ok()?.parse().ok()
}

/// An address of the web without anything behind its port.
fn base_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let has_login = !url.username().is_empty() || url.password().is_some();
    (is_web && is_bare && !has_login).then_some(url)
}

fn hosts(text: &str) -> Option<Vec<String>> {
    let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
    names.map(|name| is_host_name(&name).then_some(name)).collect()
}

/// Whether a text may be the name of a machine. One of digits and points alone is an address, and those need not be named.
pub(in crate::app) fn is_host_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_plain && (1..=63).contains(&part.len()) && !part.starts_with('-') && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn networks(text: &str) -> Option<Vec<Network>> {
    text.split(',').map(|network| network.trim().parse().ok()).collect()
}

fn name(text: &str) -> Option<String> {
    (one_line(text, LONGEST_NAME) == text).then(|| text.to_owned())
}

fn check_password(password: &str) -> Result<(), String> {
    check(&Secret::new(password)).map_err(|refusal| {
        let sentence = refusal.sentence().to_string();
        format!("is not taken: {}", sentence.trim_end_matches('.'))
    })
}

fn check_key(key: &str) -> Result<(), String> {
    if (SHORTEST_KEY..=LONGEST_SECRET).contains(&key.len()) {
        return Ok(());
    }
    Err(format!(
        "is no key, which has from {SHORTEST_KEY} to {LONGEST_SECRET} bytes; make one by `openssl rand -base64 48`, or leave \
         it out, and Greenroom makes its own"
    ))
}

/// A light check; whether Discord takes it only Discord knows.
fn check_client_secret(secret: &str) -> Result<(), String> {
    if (16..=512).contains(&secret.len()) && secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err("does not look like a client secret, which is one word of 32 letters and digits; make a new one at \
         https://discord.com/developers/applications, your application, OAuth2, Reset Secret"
        .to_owned())
}

#[cfg(test)]
mod tests;
