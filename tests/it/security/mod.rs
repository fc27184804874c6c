//! What must not happen, whatever people type or Discord sends: pings, broken layouts, data of another server, double
//! answers, crashes.

mod guilds;
mod layout;
mod malformed;
mod pings;
mod replays;
