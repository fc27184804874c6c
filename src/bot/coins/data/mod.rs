//! `/data`: what those who run a server do with all that is stored of it (`T-API-16` to `T-API-21`, `T-API-45`).
//!
//! The export is that of every feature, the accounts are the currency's, the archive is the ledger's. What takes something away shows
//! first how much it would be, and does it by a button below that; rights are asked again there.

pub mod commands;
pub mod components;
pub mod export;
pub mod views;
