//! Who comes in, from where, how often, and what they may.

mod cookies;
mod csrf;
pub mod jwt;
mod limits;
mod oauth;
mod origin;
mod passwords;
mod proxies;
mod refused;
mod who;

pub use cookies::{ACCESS, Name, REFRESH, REFRESH_PATH};
pub use csrf::Csrf;
pub use limits::{Caller, Limit, Limits, SignIns, TooOften};
pub use oauth::{Account, OAuthRefusal, SignInAtDiscord};
pub use origin::{Hosts, Sender, sender};
pub use passwords::{PasswordRefusal, Passwords, check};
pub use proxies::{Network, Origin, Proxies, place};
pub use refused::RefusedTries;
pub use who::{Rank, Somebody, Verdict, Via, Visitor, Who};
