//! The variables of the web.

use crate::app::config::table::{Kind, Variable};

/// Where to listen.
pub(in crate::app::config) const API_BIND: Variable = Variable {
    name: "API_BIND",
    aliases: &[],
    kind: Kind::Bind,
    default: Some("127.0.0.1"),
    help: "Where the web is served: an address of this machine, 0.0.0.0 for all that it has, off for nowhere.",
};

/// On which port.
pub(in crate::app::config) const API_PORT: Variable = Variable {
    name: "API_PORT",
    aliases: &[],
    kind: Kind::Port,
    default: Some("3000"),
    help: "The port of the web. Where it is not set and 3000 is taken, the next free one of ten is, and the log says which.",
};

/// The address that people open.
pub(in crate::app::config) const API_BASE_URL: Variable = Variable {
    name: "API_BASE_URL",
    aliases: &[],
    kind: Kind::BaseUrl,
    default: None,
    help: "The address by which people reach the web, where that is another one: https://greenroom.example.com.",
};

/// Other names of ours.
pub(in crate::app::config) const API_HOSTS: Variable = Variable {
    name: "API_HOSTS",
    aliases: &[],
    kind: Kind::HostNames,
    default: None,
    help: "More names under which the web answers. It always does under that of API_BASE_URL, the machine's own, localhost,\n\
           and its addresses.",
};

/// Who stands before us.
pub(in crate::app::config) const TRUSTED_PROXIES: Variable = Variable {
    name: "TRUSTED_PROXIES",
    aliases: &[],
    kind: Kind::Networks,
    default: None,
    help: "The proxies in front of the web, which tell by X-Forwarded-For who asks. Nobody else is believed that.",
};

/// How many may watch.
pub(in crate::app::config) const STREAM_LIMIT: Variable = Variable {
    name: "STREAM_LIMIT",
    aliases: &[],
    kind: Kind::Whole { least: 1, most: 5_000, unit: "streams", raised: false },
    default: Some("1000"),
    help: "How many pages are kept up to date at the same time. More of them ask again and again instead.",
};

/// The name of the operator.
pub(in crate::app::config) const ADMIN_USERNAME: Variable = Variable {
    name: "ADMIN_USERNAME",
    aliases: &[],
    kind: Kind::Name,
    default: Some("admin"),
    help: "The name with which the operator of this Greenroom signs in.",
};

/// The password of the operator.
pub(in crate::app::config) const ADMIN_PASSWORD: Variable = Variable {
    name: "ADMIN_PASSWORD",
    aliases: &[],
    kind: Kind::Secret,
    default: None,
    help: "The operator's password, at least 12 characters. Only its hash is kept. `greenroom admin link` works without one.",
};

/// Whether the operator may sign in.
pub(in crate::app::config) const LOCAL_ADMIN: Variable = Variable {
    name: "LOCAL_ADMIN",
    aliases: &[],
    kind: Kind::Switch,
    default: Some("true"),
    help: "Whether the operator may sign in, by password or by link. They see every server.",
};

/// What signs access cookies.
pub(in crate::app::config) const JWT_SECRET: Variable = Variable {
    name: "JWT_SECRET",
    aliases: &["JWT_SECRET_KEY"],
    kind: Kind::Secret,
    default: None,
    help: "Signs the cookies of whoever is signed in. Where it is not set, one is made and kept in the data folder.",
};

/// What signs forms.
pub(in crate::app::config) const CSRF_SECRET: Variable = Variable {
    name: "CSRF_SECRET",
    aliases: &[],
    kind: Kind::Secret,
    default: None,
    help: "Signs the forms of our pages. Where it is not set, one is made and kept in the data folder.",
};

/// The number of the application on Discord.
pub(in crate::app::config) const DISCORD_CLIENT_ID: Variable = Variable {
    name: "DISCORD_CLIENT_ID",
    aliases: &["DISCORD_APPLICATION_ID"],
    kind: Kind::Id,
    default: None,
    help: "The number of your application. The bot's token tells it, so it seldom has to be set.",
};

/// The application's secret.
pub(in crate::app::config) const DISCORD_CLIENT_SECRET: Variable = Variable {
    name: "DISCORD_CLIENT_SECRET",
    aliases: &[],
    kind: Kind::Secret,
    default: None,
    help: "Lets people sign in with Discord, where API_BASE_URL is set as well: your application, OAuth2, Reset Secret.\n\
           Add API_BASE_URL with /api/auth/callback behind it as a redirect on that page.",
};

/// Where Discord sends people back to.
pub(in crate::app::config) const DISCORD_REDIRECT_URI: Variable = Variable {
    name: "DISCORD_REDIRECT_URI",
    aliases: &[],
    kind: Kind::Callback,
    default: None,
    help: "Need not be set: it is API_BASE_URL with /api/auth/callback behind it, and nothing else is accepted.",
};
