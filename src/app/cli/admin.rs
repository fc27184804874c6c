//! `greenroom admin`: the way in for the operator of the web, for whoever may read the data folder.

use std::net::{IpAddr, Ipv4Addr};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Options, fulfil};
use crate::app::config::storage::Storage;
use crate::app::config::web::Web;
use crate::app::exit::{CommandResult, ExitCode, Stop, print, tell};
use crate::app::operation::{IssueLink, LinkIssued, PasswordSet, SetPassword};
use crate::app::web::address_of as local_address;
use crate::app::{run, terminal};
use crate::kernel::digest::SecretBytes;
use crate::kernel::refusal::Refuse;
use crate::kernel::secret::{Secret, random};
use crate::web::access::{Passwords, check};

/// What can be done for the operator.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Admin {
    /// Print a link that signs the operator in on the web, once and within minutes
    Link(AdminLinkArgs),
    /// Give the operator of the web another password: typed twice, or the first line of standard input
    Password,
}

/// Options of `admin link`.
#[derive(Args, Clone, Copy, Debug)]
pub struct AdminLinkArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Does it, in this process or in the running bot.
pub fn run(options: &Options, what: Admin) -> CommandResult {
    let (storage, web) = (options.start()?, options.load_web()?);
    if !web.operator.may_sign_in {
        let message = "LOCAL_ADMIN is off, so the web has no operator. Set it to on first.";
        return Err(Stop::new(ExitCode::Configuration, message));
    }
    match what {
        Admin::Link(args) => link(&storage, &web, args),
        Admin::Password => password(&storage, &web),
    }
}

fn link(storage: &Storage, web: &Web, args: AdminLinkArgs) -> CommandResult {
    let code = SecretBytes::new(random());
    let operator = web.operator.name.clone();
    // For an operator without a password: one that nobody knows.
    let hash = hash_of(SecretBytes::new(random()).text())?;
    let LinkIssued { is_first, expires, address, waits } =
        fulfil(storage, &IssueLink { operator: operator.clone(), digest: code.digest(), hash })?;
    let is_served = address.is_some();
    let link = format!("{}/in/{}", address.unwrap_or_else(|| address_of(web)), code.text().expose());
    if args.json {
        let report = json!({
            "link": link, "operator": operator, "is_first": is_first, "expires": expires.rfc3339(),
            "is_served": is_served && !waits, "is_waiting": waits,
        });
        print(&report.to_string());
        return Ok(());
    }
    print(&link);
    tell(&format!("It signs in as {operator}, once, up to {}.", expires.strftime("%H:%M UTC on %-d %b %Y")));
    if is_first {
        tell("There is no password yet; `greenroom admin password` sets one.");
    }
    if waits {
        tell(
            "Greenroom waits to be set up there, and the link opens nothing before that is done: `greenroom setup-link` prints \
             the way in.",
        );
    }
    if !is_served {
        tell("No bot serves the web of this data folder at the moment: start it before then.");
    }
    Ok(())
}

/// Where the web would be served by these settings, without a slash at the end.
pub(super) fn address_of(web: &Web) -> String {
    match &web.base_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => local_address(web.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), web.port),
    }
}

fn password(storage: &Storage, web: &Web) -> CommandResult {
    let password = terminal::new_password()?;
    check(&password).map_err(|refusal| Stop::new(ExitCode::Configuration, refusal.sentence().to_string()))?;
    let operator = web.operator.name.clone();
    let operation = SetPassword { operator: operator.clone(), hash: hash_of(password)? };
    let PasswordSet { is_first } = fulfil(storage, &operation)?;
    if is_first {
        print(&format!("{operator} has a password now."));
    } else {
        print(&format!("{operator} has another password now, and is signed out everywhere."));
    }
    if web.operator.password.is_some() {
        tell(
            "ADMIN_PASSWORD is set and counts again from the next start on: change it there as well, or leave it out.",
        );
    }
    Ok(())
}

fn hash_of(password: Secret) -> Result<String, Stop> {
    Ok(run::runtime()?.block_on(Passwords::default().hash(password))?)
}
