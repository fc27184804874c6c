//! Following a TikTok live: who is followed in each server, and the connection that brings the live in.
//!
//! **What administrators see.** `/tiktok connect` follows a name, now or as soon as it goes live; `/tiktok status` says
//! how it stands, `/tiktok disconnect` ends it. The debug channel hears when a live is connected, lost, refused, over.
//!
//! **Rules.** A server follows one name at a time; many servers may follow the same one, over one connection. What is
//! followed is stored, so a restart goes on (`M-TIK-04`). A person's word and the end of the live end it; anything else
//! leads to another try (`M-TIK-05`, `M-TIK-19`). What the live tells is counted only for servers that still follow it.
//!
//! **How it is built.** `bot::tiktok::intake` keeps one task for each followed name. The task steps `live::following`, dials
//! with the client of `src/tiktok`, and hands what it hears to the flow `followed_live`, in order and in batches.
//! What a server counted is recorded as a show file in the data folder, unless `record_lives` is off; `intake::recording`
//! has the rules. `/tiktok simulate` is there for rehearsals only (`DEBUG`), and makes events up.
//! **Table.** `tiktok.follows`. **Topic.** `tiktok.changed`.

pub mod activity;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod tables;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    topics: &[tables::CHANGED],
    activities: activity::KINDS,
    refusals: &[model::TiktokRefusal::ROWS],
    ..Domain::named("tiktok")
};
