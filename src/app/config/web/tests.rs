//! What is read of the web, and what is wrong with it.

use super::*;
use crate::app::config::sources::{Origin, Sources};
use crate::app::config::{Config, logging::LogFormat};
use crate::covers;

fn environment(pairs: &[(&str, &str)]) -> Sources {
    pairs.iter().fold(Sources::default(), |sources, (name, value)| sources.with(Origin::Environment, name, *value))
}

fn config(pairs: &[(&str, &str)]) -> Config {
    Config::load(&environment(pairs)).unwrap()
}

fn web(pairs: &[(&str, &str)]) -> Web {
    config(pairs).web
}

fn problem(pairs: &[(&str, &str)]) -> String {
    Config::load(&environment(pairs)).unwrap_err().each().collect::<Vec<_>>().join("\n")
}

fn token(application: &str) -> String {
    format!("{}.abcdef.{}", BASE64_STANDARD_NO_PAD.encode(application), "x".repeat(38))
}

#[test]
fn without_any_setting_it_is_for_this_machine() {
    let web = web(&[]);
    assert_eq!((web.bind, web.port, web.is_port_chosen), (Some(IpAddr::V4(Ipv4Addr::LOCALHOST)), 3_000, false));
    assert_eq!((web.base_url, web.hosts.len(), web.proxies, web.streams), (None, 0, Proxies::default(), 1_000));
    assert!(web.operator.may_sign_in && web.operator.name == "admin" && web.operator.password.is_none());
    assert!(web.jwt_secret.is_none() && web.csrf_secret.is_none() && web.oauth.is_none());
}

#[test]
fn it_listens_where_the_variables_say() {
    covers!("S-ENV-04");
    let place = |bind: &str, port: &str| {
        let web = web(&[("API_BIND", bind), ("API_PORT", port)]);
        (web.bind.map(|address| address.to_string()), web.port, web.is_port_chosen)
    };
    let on = |bind: &str| Some(bind.to_owned());
    assert_eq!(place("0.0.0.0", "8080"), (on("0.0.0.0"), 8_080, true));
    assert_eq!(place("::1", "3000"), (on("::1"), 3_000, true));
    assert_eq!(place("LocalHost", ""), (on("127.0.0.1"), 3_000, false));
    assert_eq!(place("Off", ""), (None, 3_000, false));
    // What Kubernetes says of a Service that happens to be called so.
    assert_eq!(place("", "tcp://10.43.0.17:80"), (on("127.0.0.1"), 3_000, false));
}

#[test]
fn lists_of_names_and_networks_are_read_with_whatever_space_is_between() {
    let web = web(&[("API_HOSTS", "Pi.lan, green-room.example.com"), ("TRUSTED_PROXIES", "127.0.0.1 ,10.0.0.0/8")]);
    assert_eq!(web.hosts, ["pi.lan", "green-room.example.com"]);
    let networks: Vec<Network> = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().unwrap()).into();
    assert_eq!(web.proxies, Proxies(networks));
}

#[test]
fn only_addresses_of_the_web_with_nothing_behind_them_are_the_one_that_people_open() {
    for (text, shown) in [
        ("https://greenroom.example.com", "https://greenroom.example.com/"),
        ("https://Greenroom.example.com:443/", "https://greenroom.example.com/"),
        ("http://192.168.0.4:3000", "http://192.168.0.4:3000/"),
        ("http://[::1]:3000", "http://[::1]:3000/"),
    ] {
        assert_eq!(base_url(text).map(String::from).as_deref(), Some(shown), "{text}");
    }
    for text in [
        "greenroom.example.com",
        "ftp://greenroom.example.com",
        "https://greenroom.example.com/panel",
        "https://greenroom.example.com/?a=b",
        "https://greenroom.example.com/#a",
        "https://ann@greenroom.example.com",
        "https://ann:word@greenroom.example.com",
        "https://",
    ] {
        assert_eq!(base_url(text), None, "{text}");
    }
}

#[test]
fn the_operator_has_a_name_and_a_password_that_is_not_tried_first() {
    covers!("T-ENV-05");
    let set = [("ADMIN_USERNAME", "boss"), ("ADMIN_PASSWORD", "correct horse battery"), ("LOCAL_ADMIN", "off")];
    let config = config(&set);
    let operator = &config.web.operator;
    assert_eq!((operator.name.as_str(), operator.may_sign_in), ("boss", false));
    assert_eq!(operator.password.as_ref().map(Secret::expose), Some("correct horse battery"));
    assert!(!format!("{config:?}").contains("horse"));
    insta::assert_snapshot!(problem(&[("ADMIN_PASSWORD", "hunter2")]), @"ADMIN_PASSWORD is not taken: A password needs 12 characters at least. A few words in a row are easy to remember and hard to guess");
    let common = problem(&[("ADMIN_PASSWORD", "Password-2026!")]);
    assert!(common.contains("tried first") && !common.contains("2026"), "{common}");
    let long = problem(&[("ADMIN_USERNAME", &"a".repeat(33))]);
    assert!(long.ends_with("but must be a name of up to 32 characters"), "{long}");
}

#[test]
fn a_secret_that_signs_is_long_and_has_two_names() {
    covers!("T-ENV-04");
    let key = "0123456789abcdef0123456789abcdef";
    let both = web(&[("JWT_SECRET_KEY", key), ("CSRF_SECRET", key)]);
    assert_eq!(both.jwt_secret.as_ref().map(Secret::expose), Some(key));
    assert_eq!(both.csrf_secret.as_ref().map(Secret::expose), Some(key));
    let short = problem(&[("JWT_SECRET", &key[1..])]);
    insta::assert_snapshot!(short, @"JWT_SECRET is no key, which has from 32 to 4096 bytes; make one by `openssl rand -base64 48`, or leave it out, and Greenroom makes its own");
}

#[test]
fn people_can_sign_in_with_discord_where_secret_and_address_are_set() {
    covers!("T-ENV-02", "S-ENV-01");
    let secret = ("DISCORD_CLIENT_SECRET", "abcdefghijklmnopqrstuvwxyz012345");
    let base = ("API_BASE_URL", "https://yourdomain.com");
    let redirect = ("DISCORD_REDIRECT_URI", "https://yourdomain.com/api/auth/callback");
    let id = ("DISCORD_APPLICATION_ID", "701234567890123451");
    let token = token("701234567890123452");
    let token = ("DISCORD_TOKEN", token.as_str());
    let client = |pairs: &[(&str, &str)]| web(pairs).oauth.map(|oauth| oauth.client_id);
    assert_eq!(client(&[secret, base, redirect, id, token]).as_deref(), Some("701234567890123451"));
    assert_eq!(client(&[secret, base, token]).as_deref(), Some("701234567890123452"), "the token tells it");
    assert_eq!(client(&[base, redirect, id, token]), None);
    let notices = |pairs: &[(&str, &str)]| config(pairs).notices;
    assert_eq!(
        notices(&[secret, token]),
        ["nobody can sign in with Discord: set API_BASE_URL beside DISCORD_CLIENT_SECRET"]
    );
    assert_eq!(
        notices(&[secret, base]),
        ["nobody can sign in with Discord: set DISCORD_CLIENT_ID beside DISCORD_CLIENT_SECRET"]
    );
    for other in ["https://yourdomain.com/callback", "http://yourdomain.com/api/auth/callback", "https://evil.example"]
    {
        let told = problem(&[base, ("DISCORD_REDIRECT_URI", other)]);
        assert!(told.ends_with("but must be API_BASE_URL with /api/auth/callback behind it"), "{told}");
    }
    assert!(problem(&[redirect]).starts_with("DISCORD_REDIRECT_URI is"), "there is no address to be the same");
}

#[test]
fn in_production_the_log_is_for_machines_and_nothing_can_be_made_up() {
    covers!("T-ENV-06");
    let format = |pairs: &[(&str, &str)]| config(pairs).logging.format;
    let production = ("ENVIRONMENT", "Production");
    assert_eq!(format(&[production]), LogFormat::Json);
    assert_eq!(format(&[production, ("LOG_FORMAT", "text")]), LogFormat::Text);
    assert_eq!(format(&[("ENVIRONMENT", "staging")]), LogFormat::Text);
    let told = problem(&[production, ("DEBUG", "on")]);
    insta::assert_snapshot!(told, @"DEBUG is on, and ENVIRONMENT says production: gifts that somebody makes up would count as real ones");
    assert!(config(&[("ENVIRONMENT", "development"), ("DEBUG", "on")]).community.live_rehearsal);
}
