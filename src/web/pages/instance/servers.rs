//! The servers that the bot is in, and those that it left.

use maud::{Markup, html};

use super::shown;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::servers::{DepartedServer, ServerOfBot, ServersOfBot, servers};
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Table, face, moment, number};

/// The page.
pub struct InstanceServersPage;

impl Page for InstanceServersPage {
    const NAME: &'static str = "instance.servers_page";
    const ABOUT: &'static str =
        "Lists the servers that the bot is in, and those that it left, with how much is stored of each.";
    const PATHS: &'static [&'static str] = &["/instance/servers"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let ServersOfBot { servers, departed } = servers(web).await?;
        let picture = |guild| web.icon(guild);
        let main = html! {
            (list(&servers, &picture, &|server| leave(seen, server)))
            @if !departed.is_empty() { (gone(&departed)) }
        };
        Ok(shown("/instance/servers", &main))
    }
}

fn list(
    servers: &[ServerOfBot],
    picture: &dyn Fn(GuildId) -> Option<String>,
    leave: &dyn Fn(&ServerOfBot) -> Markup,
) -> Markup {
    if servers.is_empty() {
        let text = "The log says at the start how the bot is invited.";
        return html! { (Empty { title: "The bot is in no server.", text, action: Some(("/instance/log", "To the log")) }) };
    }
    let row = |server: &ServerOfBot| {
        let id = server.id.parse::<GuildId>().unwrap_or_default();
        let picture = picture(id);
        let cells = vec![
            Cell::words(
                "Server",
                html! { (face(id.get(), &server.name, picture.as_deref())) " " a href={ "/g/" (server.id) } { (server.name) } " " span.hint { (server.id) } },
            ),
            Cell::numbers("Songs", html! { (number(server.songs)) }),
            Cell::numbers("Entries", html! { (number(server.entries)) }),
            Cell::numbers("Lives", html! { (number(server.sessions)) }),
            Cell::words("Leave", leave(server)),
        ];
        Row { id: Some(server.id.clone()), cells }
    };
    html! {
        (Table::new("Servers", Some("servers"), servers.iter().map(row)))
        p.hint { "All songs, entries of the ledger and sessions of lives that there ever were." }
    }
}

/// The servers that the bot left, with the moment at which nothing of them is stored any more.
fn gone(departed: &[DepartedServer]) -> Markup {
    let row = |server: &DepartedServer| Row {
        id: Some(server.id.clone()),
        cells: vec![
            Cell::words("Server", html! { (server.id) }),
            Cell::numbers("Songs", html! { (number(server.songs)) }),
            Cell::numbers("Entries", html! { (number(server.entries)) }),
            Cell::numbers("Lives", html! { (number(server.sessions)) }),
            Cell::words("Goes", html! { @if let Some(at) = Timestamp::from_rfc3339(&server.goes_at) { (moment(at)) } }),
        ],
    };
    html! {
        section {
            h2 { "The bot is in these no more" }
            p { "What is stored of them goes 30 days after it was noticed that the bot left, or was thrown out. Whoever invites it \
                again before then finds everything as it was." }
            (Table::new("Servers that the bot left", None, departed.iter().map(row)))
        }
    }
}

fn leave(seen: &Seen<InstanceServersPage>, server: &ServerOfBot) -> Markup {
    let action = format!("/instance/servers/{}/leave", server.id);
    let seal = seen.seal(&format!("leave-{}", server.id));
    let form = Form {
        confirm: Some("Let the bot leave this server? What is stored stays; somebody there has to invite it again."),
        ..Form::new(&action, seal.seal())
    };
    form.around(&html! { (Button::danger("Leave")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_is_named_with_how_much_is_stored_of_it() {
        let server =
            ServerOfBot { id: "81".to_owned(), name: "<Owl>".to_owned(), songs: 1_500, ..ServerOfBot::default() };
        let drawn = list(&[server], &|_| None, &|_| html! {}).into_string();
        assert!(drawn.contains(r#"<a href="/g/81">&lt;Owl&gt;</a>"#) && drawn.contains("1,500"), "{drawn}");
        assert!(list(&[], &|_| None, &|_| html! {}).into_string().contains("The bot is in no server."));
    }

    #[test]
    fn a_server_that_was_left_has_the_moment_at_which_its_data_go() {
        let goes_at = Timestamp::from_millis(1_795_292_100_000).rfc3339();
        let server = DepartedServer { id: "81".to_owned(), songs: 1_500, goes_at, ..DepartedServer::default() };
        let drawn = gone(&[server]).into_string();
        assert!(drawn.contains("1,500") && drawn.contains("<time") && drawn.contains("21 Nov 2026"), "{drawn}");
        assert!(!drawn.contains("/g/81"), "nobody may look into it: {drawn}");
    }
}
