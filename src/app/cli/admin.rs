//! `greenroom admin`: the way in for the operator of the web, for whoever may read the data folder.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Options, fulfil};
use crate::app::config::Config;
use crate::app::exit::{CommandResult, ExitCode, Stop, print, tell};
use crate::app::operation::{IssueLink, LinkIssued, PasswordSet, SetPassword};
use crate::app::{run, terminal};
use crate::kernel::digest::SecretBytes;
use crate::kernel::refusal::Refuse;
use crate::kernel::secret::random;
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
    let config = options.start()?;
    if !config.web.operator.may_sign_in {
        let message = "LOCAL_ADMIN is off, so the web has no operator. Set it to on first.";
        return Err(Stop::new(ExitCode::Configuration, message));
    }
    match what {
        Admin::Link(args) => link(&config, args),
        Admin::Password => password(&config),
    }
}

fn link(config: &Config, args: AdminLinkArgs) -> CommandResult {
    let code = SecretBytes::new(random());
    let operator = config.web.operator.name.clone();
    let LinkIssued { sets_up, expires, address } =
        fulfil(config, &IssueLink { operator: operator.clone(), digest: code.digest() })?;
    let is_served = address.is_some();
    let link = format!("{}/in/{}", address.unwrap_or_else(|| address_of(config)), code.text().expose());
    if args.json {
        let report = json!({
            "link": link, "operator": operator, "sets_up": sets_up, "expires": expires.rfc3339(), "is_served": is_served,
        });
        print(&report.to_string());
        return Ok(());
    }
    print(&link);
    if sets_up {
        tell(&format!("It opens once, up to {}, and leads to the choice of a password.", expires.rfc3339()));
    } else {
        tell(&format!("It signs in as {operator}, once, up to {}.", expires.rfc3339()));
    }
    if !is_served {
        tell("No bot serves the web of this data folder at the moment: start it before then.");
    }
    Ok(())
}

/// Where the web would be served by these settings, without a slash at the end.
fn address_of(config: &Config) -> String {
    match (&config.web.base_url, config.web.bind) {
        (Some(url), _) => url.as_str().trim_end_matches('/').to_owned(),
        (None, Some(ip)) => crate::app::web::address_of(ip, config.web.port),
        (None, None) => format!("http://127.0.0.1:{}", config.web.port),
    }
}

fn password(config: &Config) -> CommandResult {
    let password = terminal::new_password()?;
    check(&password).map_err(|refusal| Stop::new(ExitCode::Configuration, refusal.sentence().to_string()))?;
    let hash = run::runtime()?.block_on(Passwords::default().hash(password))?;
    let operator = config.web.operator.name.clone();
    let PasswordSet { is_first } = fulfil(config, &SetPassword { operator: operator.clone(), hash })?;
    if is_first {
        print(&format!("{operator} has a password now."));
    } else {
        print(&format!("{operator} has another password now, and is signed out everywhere."));
    }
    if config.web.operator.password.is_some() {
        tell(
            "ADMIN_PASSWORD is set and counts again from the next start on: change it there as well, or leave it out.",
        );
    }
    Ok(())
}
