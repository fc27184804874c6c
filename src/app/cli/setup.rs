//! `greenroom setup` and `greenroom setup-link`: setting Greenroom up for whoever is at its machine, as over SSH.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use rustix::fs::{Access, access};
use serde_json::json;
use tokio::runtime::Runtime;

use super::Options;
use super::admin::address_of;
use crate::app::config::web::Web;
use crate::app::config::{simulator_of, table};
use crate::app::control::{self, Silence};
use crate::app::exit::{CommandResult, Stop, print, tell};
use crate::app::first_run::account::{Account, token_in};
use crate::app::first_run::address_with;
use crate::app::first_run::code::Code;
use crate::app::maintenance::{self, Unfulfilled};
use crate::app::operation::{IssueSetupLink, TakeToken, TokenTaken};
use crate::app::signals::Signals;
use crate::app::web::secrets;
use crate::app::{run, terminal};
use crate::catalogue::CATALOGUE;
use crate::discord::rest::Endpoint;
use crate::kernel::secret::Secret;
use crate::kernel::time::Clock;

/// How somebody comes to a token.
const HOW_TO_GET_ONE: &str = "\
Open https://discord.com/developers/applications, choose New Application, and go to the page Bot.
Switch on two privileged intents there: Server Members and Message Content. Then press Reset Token, and copy the token.";

/// How often Discord is asked whether the bot is in a server.
const EVERY: Duration = Duration::from_secs(5);

/// Options of `setup`.
#[derive(Args, Clone, Copy, Debug)]
pub struct SetupArgs {
    /// Do not wait until the bot is in a server
    #[arg(long)]
    pub no_wait: bool,
}

/// Options of `setup-link`.
#[derive(Args, Clone, Copy, Debug)]
pub struct SetupLinkArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Asks for the token, tries it, keeps it, and waits until the bot is in a server.
pub fn run(options: &Options, args: SetupArgs) -> CommandResult {
    let storage = options.start()?;
    require_place(&storage.data_dir)?;
    let sources = options.sources();
    let endpoint = simulator_of(&sources)?.map_or(Endpoint::Discord, Endpoint::Simulated);
    let runtime = run::runtime()?;
    tell(HOW_TO_GET_ONE);
    let Some((token, account)) = ask(&runtime, &endpoint, &storage.data_dir)? else {
        tell(
            "Somebody has given a token meanwhile, in the browser or in another terminal: go on there. Nothing was changed here.",
        );
        return Ok(());
    };
    print(&format!("The token is that of {}.", account.name));
    secrets::keep(&storage.data_dir, secrets::DISCORD_TOKEN, &token)
        .map_err(|error| Stop::storage(&secrets::folder(&storage.data_dir), &error))?;
    if table::DISCORD_BOT_TOKEN.names().any(|name| sources.names(name)) {
        tell(
            "The environment, or the file of variables, names another token, which wins: take DISCORD_BOT_TOKEN out there.",
        );
    }
    let (next, served_at) = Next::after_keeping(&storage.data_dir);
    next.tell();
    print(&intent("Server Members", account.sees_members, &account));
    print(&intent("Message Content", account.sees_messages, &account));
    if account.wants_code_grant {
        print(&format!(
            "Requires OAuth2 Code Grant is ON, so Discord refuses every invitation: switch it off at {}.",
            account.page_of_intents()
        ));
    }
    print(&format!("Invite the bot: {}", account.invitation()));
    let way_in = options.load_web().ok().and_then(|web| way_in(served_at, &web));
    if args.no_wait {
        tell_way_in(way_in.as_deref());
        return Ok(());
    }
    let mut signals = run::listen(&runtime)?;
    let seen = runtime.block_on(first_server(&token, &endpoint, account, &mut signals));
    match seen {
        Some(name) => print(&format!("The bot is in {name}. {}", next.to_begin())),
        None => tell(&format!(
            "The bot is in no server yet. The token is kept; invite the bot with the address above. {}",
            next.to_begin()
        )),
    }
    tell_way_in(way_in.as_deref());
    Ok(())
}

fn tell_way_in(way_in: Option<&str>) {
    if let Some(way_in) = way_in {
        print(way_in);
    }
}

/// Where the web is, and how somebody signs in there; `None` where there is to be none. A process that serves it knows where.
fn way_in(served_at: Option<String>, web: &Web) -> Option<String> {
    let address = served_at.or_else(|| web.bind.map(|_| address_of(web)))?;
    let how = if web.operator.may_sign_in {
        "`greenroom admin link` prints a link that signs you in there, and /dashboard in your server answers with one"
    } else {
        "/dashboard in your server answers with a link that signs you in there"
    };
    Some(format!("The web is at {address}: {how}."))
}

/// Refuses where nothing can be kept, before somebody gives a token, which Discord shows once.
fn require_place(data_dir: &Path) -> Result<(), Stop> {
    if !data_dir.is_dir() {
        return Ok(());
    }
    let may = access(data_dir, Access::WRITE_OK | Access::EXEC_OK);
    may.map_err(|error| maintenance::by_owner(Stop::storage(data_dir, &error.into()), data_dir))
}

/// What follows from a token that was kept.
#[derive(Clone, Copy)]
enum Next {
    /// A Greenroom that waited for it starts its bot.
    Starts,
    /// A bot that runs goes on with the token that it has.
    RunsOn,
    /// Somebody has to start the bot.
    Nobody,
}

impl Next {
    /// Tells whoever has the data folder that there is a token; with where they serve the web.
    fn after_keeping(data_dir: &Path) -> (Self, Option<String>) {
        match control::ask(data_dir, &TakeToken {}, &mut |_| {}) {
            Ok(Ok(TokenTaken { waited: true, address })) => (Self::Starts, address),
            Ok(Ok(TokenTaken { waited: false, address })) => (Self::RunsOn, address),
            Err(Silence::NobodyListens) => (Self::Nobody, None),
            // Also one that cannot say so: it has the folder.
            _ => (Self::RunsOn, None),
        }
    }

    fn tell(self) {
        match self {
            Self::Starts => tell("The Greenroom that waits here to be set up starts with it now."),
            Self::RunsOn => tell(
                "The Greenroom that runs here goes on with the token that it has. Stop it and start it again, and it takes this one.",
            ),
            Self::Nobody => {}
        }
    }

    /// How somebody begins whose bot is in a server.
    const fn to_begin(self) -> &'static str {
        match self {
            Self::Starts => "Type /setup there.",
            Self::RunsOn => "Start Greenroom again, and type /setup there.",
            Self::Nobody => "Start it with `greenroom`, and type /setup there.",
        }
    }
}

/// Asks until Discord knows the token; whoever is not at a terminal is asked once. `None` where somebody else gives one
/// meanwhile, as in the browser.
fn ask(runtime: &Runtime, endpoint: &Endpoint, data_dir: &Path) -> Result<Option<(Secret, Account)>, Stop> {
    let given = || secrets::given(data_dir, secrets::DISCORD_TOKEN);
    let before = given();
    loop {
        let typed = terminal::secret_while("Bot token (nothing is shown): ", "token", || given() == before)?;
        let Some(typed) = typed else { return Ok(None) };
        let token = token_in(typed.expose());
        match runtime.block_on(Account::of(&token, endpoint)) {
            Ok(account) => return Ok(Some((token, account))),
            Err(unknown) if unknown.is_for_token() && terminal::is_somebody_there() => tell(&unknown.sentence),
            Err(unknown) => return Err(Stop::new(unknown.code, unknown.sentence)),
        }
    }
}

fn intent(name: &str, is_on: bool, account: &Account) -> String {
    if is_on {
        return format!("The intent {name} is on.");
    }
    let page = account.page_of_intents();
    format!(
        "The intent {name} is OFF: switch it on at {page}, Privileged Gateway Intents. The bot runs without, but songs that are \
             posted as messages are not noticed."
    )
}

/// The name of the first server that the bot is in; `None` where somebody does not want to wait any more.
async fn first_server(
    token: &Secret,
    endpoint: &Endpoint,
    mut account: Account,
    signals: &mut Signals,
) -> Option<String> {
    if account.servers.is_empty() {
        tell("Waiting until it is in a server; Ctrl-C ends this.");
    }
    loop {
        if let Some(name) = account.servers.first() {
            return Some(name.clone());
        }
        let clock = Clock::system();
        tokio::select! {
            () = signals.told_to_stop() => return None,
            () = clock.sleep(EVERY) => {}
        }
        // What Discord does not answer now is asked again.
        if let Ok(seen) = Account::of(token, endpoint).await {
            account = seen;
        }
    }
}

/// Prints another link to the pages that set Greenroom up.
pub fn link(options: &Options, args: SetupLinkArgs) -> CommandResult {
    let storage = options.start()?;
    let code = Code::new();
    let operation = IssueSetupLink { digest: code.digest() };
    let issued = maintenance::attempt(&storage, CATALOGUE, &operation, &mut tell).map_err(|why| match why {
        Unfulfilled::NoStore => IssueSetupLink::nobody_waits(),
        why => why.told(&storage.data_dir),
    })?;
    let link = address_with(&issued.address, &code);
    if args.json {
        print(&json!({ "link": link, "expires": issued.expires.rfc3339() }).to_string());
    } else {
        print(&link);
        tell(&format!(
            "It opens the pages that set Greenroom up, once, up to {}. The address that was printed before works no more.",
            issued.expires.strftime("%H:%M UTC on %-d %b %Y")
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::sources::{Origin, Sources};

    fn told(served_at: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let with = |all: Sources, (name, value): &(&str, &str)| all.with(Origin::Environment, name, *value);
        let web = Web::load(&variables.iter().fold(Sources::default(), with)).unwrap();
        way_in(served_at.map(str::to_owned), &web)
    }

    #[test]
    fn the_way_in_is_told_as_it_is_configured_or_as_the_web_is_served() {
        let link = "`greenroom admin link` prints a link that signs you in there, and /dashboard in your server answers with one.";
        let at = |address: &str| Some(format!("The web is at {address}: {link}"));
        assert_eq!(told(Some("http://127.0.0.1:3001"), &[("API_BIND", "off")]), at("http://127.0.0.1:3001"));
        assert_eq!(told(None, &[("API_BIND", "0.0.0.0"), ("API_PORT", "4102")]), at("http://127.0.0.1:4102"));
        assert_eq!(told(None, &[("API_BASE_URL", "https://green.example")]), at("https://green.example"));
        assert_eq!(told(None, &[("API_BIND", "off")]), None);
        let without = told(None, &[("LOCAL_ADMIN", "off")]).unwrap();
        assert!(!without.contains("admin link") && without.contains("/dashboard in your server"), "{without}");
    }
}
