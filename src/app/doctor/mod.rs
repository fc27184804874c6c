//! `greenroom doctor`: looks at everything that the bot depends on, and says what is wrong and what to do about it.
//!
//! | looked at | by |
//! | --- | --- |
//! | the configuration | reading it as `run` does |
//! | token, intents, clock, commands, a ban of the address | [`discord`], asking Discord |
//! | permissions and the role in each server | [`guilds`], asking Discord |
//! | the channels and roles that servers have set | [`references`], asking whoever holds the store, and Discord |
//! | room, kind and rights of the data folder | [`folder`] |
//! | memory and swap | [`memory`] |
//! | the snapshots in it, the last rehearsal of a restore | [`backups`] |
//! | copies of the snapshots elsewhere | [`off_site`] |
//! | who holds the store, whether it is sound | [`store`] |
//! | the port, the address and the passwords of the web | [`web`] |
//! | TikTok and the sign service | [`tiktok`] |
//!
//! Rules: each look has a time limit and a bounded number of requests, and they go on side by side; what cannot be looked
//! at is a finding and no failure. Ids of findings are part of the interface and never change their meaning. No sentence
//! holds a secret, and names that others chose are cleaned. Nothing that somebody stored is changed. Where no bot holds the
//! store it is opened to be verified, and that writes to its file, as every start of the bot does: that it was opened is
//! noted, a store that was not closed in order is repaired, missing tables are made, and one of an older version is brought
//! up to date. A small file is written to the data folder, or to the folder where it will be made, and removed.

pub(super) mod ask;
mod backups;
pub(super) mod discord;
mod finding;
mod folder;
mod guilds;
mod id;
mod memory;
mod off_site;
mod references;
mod store;
mod tiktok;
mod web;

pub(super) use finding::sentence;
pub use finding::{Finding, Level};
pub use id::Id;

use serde_json::json;

use super::cli::{DoctorArgs, Options};
use super::config::Config;
use super::exit::{CommandResult, ExitCode, Stop, print};
use super::{run, telemetry};
use crate::web::instance;
use finding::{summary, told};

/// Looks at everything and prints it; stops with [`ExitCode::ProblemsFound`] where there is an error.
pub fn run(options: &Options, args: DoctorArgs) -> CommandResult {
    let findings = match options.load_config() {
        Ok(config) => {
            telemetry::start(&config.logging)?;
            let runtime = run::runtime()?;
            let findings = runtime.block_on(examine(&config));
            // A look that hangs must not keep the doctor.
            runtime.shutdown_background();
            findings
        }
        Err(problems) => {
            let fix = "Correct it; `greenroom man` explains every variable. The rest is looked at then.";
            problems.each().map(|problem| Finding::error(Id::Config, sentence(&problem), fix)).collect()
        }
    };
    if args.json {
        print(&json!({ "findings": findings }).to_string());
    } else {
        print(&told(&findings));
    }
    let summary = summary(&findings);
    if findings.iter().any(|finding| finding.level == Level::Error) {
        return Err(Stop::new(ExitCode::ProblemsFound, format!("Found: {}.", summary.unwrap_or_default())));
    }
    if !args.json {
        print(&summary.map_or_else(
            || "All is well.".to_owned(),
            |found| format!("Nothing keeps the bot from working; {found}."),
        ));
    }
    Ok(())
}

/// The same from inside the running bot, for a page of the operator. Blocks, and so wants a thread that may.
pub(super) fn from_inside(config: &Config, runtime: &tokio::runtime::Handle) -> Vec<instance::Finding> {
    let findings = runtime.block_on(examine(config));
    let told = |Finding { id, level, sentence, fix }: Finding| {
        let level = match level {
            Level::Ok => instance::Level::Ok,
            Level::Note => instance::Level::Note,
            Level::Warning => instance::Level::Warning,
            Level::Error => instance::Level::Error,
        };
        instance::Finding { id: id.name().to_owned(), level, sentence, fix }
    };
    findings.into_iter().map(told).collect()
}

/// Looks at everything side by side; the findings come in the order of the table above.
async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![Finding::ok(Id::Config, "The configuration can be read.")];
    findings.extend(config.notices.iter().map(|notice| Finding::note(Id::Notice, sentence(notice))));
    // The store is opened by one look at a time.
    let of_store = async { (store::examine(&config.storage).await, references::examine(config).await) };
    let (discord, folder, backups, off_site, (store, references), web, tiktok) = tokio::join!(
        discord::examine(&config.discord, config.community.live_rehearsal),
        folder::examine(&config.storage),
        backups::examine(&config.storage),
        off_site::examine(config),
        of_store,
        web::examine(config),
        tiktok::examine(&config.live)
    );
    findings.extend(
        discord
            .into_iter()
            .chain(references)
            .chain(folder)
            .chain(memory::examine())
            .chain(backups)
            .chain(off_site)
            .chain(store)
            .chain(web)
            .chain(tiktok),
    );
    findings
}
