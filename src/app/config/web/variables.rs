//! The variables of the web.

use crate::app::config::table::{Variable, VariableKind};

pub(in crate::app::config) const API_BIND: Variable = Variable::new(
    "API_BIND",
    VariableKind::Bind,
    "Where the web is served: an address of this machine, 0.0.0.0 for all that it has, off for nowhere.",
)
.or("127.0.0.1");

pub(in crate::app::config) const API_PORT: Variable = Variable::new(
    "API_PORT",
    VariableKind::Port,
    "The port of the web. Where it is not set and 3000 is taken, the next free one of ten is, and the log says which.",
)
.or("3000");

pub(in crate::app::config) const API_BASE_URL: Variable = Variable::new(
    "API_BASE_URL",
    VariableKind::BaseUrl,
    "The address by which people reach the web, where that is another one: https://greenroom.example.com.",
);

pub(in crate::app::config) const API_HOSTS: Variable = Variable::new(
    "API_HOSTS",
    VariableKind::HostNames,
    "More names under which the web answers. It always does under that of API_BASE_URL, the machine's own, localhost,\n\
     and its addresses.",
);

pub(in crate::app::config) const TRUSTED_PROXIES: Variable = Variable::new(
    "TRUSTED_PROXIES",
    VariableKind::Networks,
    "The proxies in front of the web, which tell by X-Forwarded-For who asks. Nobody else is believed that.",
);

pub(in crate::app::config) const STREAM_LIMIT: Variable = Variable::new(
    "STREAM_LIMIT",
    VariableKind::Whole { least: 1, most: 5_000, unit: "streams", raised: false },
    "How many pages are kept up to date at the same time. More of them ask again and again instead.",
)
.or("1000");

pub(in crate::app::config) const ADMIN_USERNAME: Variable =
    Variable::new("ADMIN_USERNAME", VariableKind::Name, "The name with which the operator of this Greenroom signs in.")
        .or("admin");

pub(in crate::app::config) const ADMIN_PASSWORD: Variable = Variable::new(
    "ADMIN_PASSWORD",
    VariableKind::Secret,
    "The operator's password, at least 12 characters. Only its hash is kept. `greenroom admin link` works without one.",
);

pub(in crate::app::config) const LOCAL_ADMIN: Variable = Variable::new(
    "LOCAL_ADMIN",
    VariableKind::Switch,
    "Whether the operator may sign in, by password or by link. They see every server.",
)
.or("true");

pub(in crate::app::config) const JWT_SECRET: Variable = Variable::new(
    "JWT_SECRET",
    VariableKind::Secret,
    "Signs the cookies of whoever is signed in. Where it is not set, one is made and kept in the data folder.",
)
.also(&["JWT_SECRET_KEY"]);

pub(in crate::app::config) const CSRF_SECRET: Variable = Variable::new(
    "CSRF_SECRET",
    VariableKind::Secret,
    "Signs the forms of our pages. Where it is not set, one is made and kept in the data folder.",
);

pub(in crate::app::config) const DISCORD_CLIENT_ID: Variable = Variable::new(
    "DISCORD_CLIENT_ID",
    VariableKind::Id,
    "The number of your application. The bot's token tells it, so it seldom has to be set.",
)
.also(&["DISCORD_APPLICATION_ID"]);

pub(in crate::app::config) const DISCORD_CLIENT_SECRET: Variable = Variable::new(
    "DISCORD_CLIENT_SECRET",
    VariableKind::Secret,
    "Lets people sign in with Discord, where API_BASE_URL is set as well: your application, OAuth2, Reset Secret.\n\
     Add API_BASE_URL with /api/auth/callback behind it as a redirect on that page.",
);

pub(in crate::app::config) const DISCORD_REDIRECT_URI: Variable = Variable::new(
    "DISCORD_REDIRECT_URI",
    VariableKind::Callback,
    "Need not be set: it is API_BASE_URL with /api/auth/callback behind it, and nothing else is accepted.",
);
