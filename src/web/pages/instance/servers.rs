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
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Column, Empty, Form, Row, Table, face, moment, number};

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

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

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
    let columns = [
        Column::words("Server"),
        Column::numbers("Songs"),
        Column::numbers("Entries"),
        Column::numbers("Lives"),
        Column::words("Leave"),
    ];
    let row = |server: &ServerOfBot| {
        let id = server.id.parse::<GuildId>().unwrap_or_default();
        let picture = picture(id);
        let cells = vec![
            html! { (face(id.get(), &server.name, picture.as_deref())) " " a href={ "/g/" (server.id) } { (server.name) } " " span.hint { (server.id) } },
            whole(server.songs),
            whole(server.entries),
            whole(server.sessions),
            leave(server),
        ];
        Row { id: Some(server.id.clone()), cells }
    };
    let rows: Vec<Row> = servers.iter().map(row).collect();
    html! {
        (Table { caption: "Servers", list: Some("servers"), columns: &columns, rows: &rows })
        p.hint { "All songs, entries of the ledger and sessions of lives that there ever were." }
    }
}

/// The servers that the bot left, with the moment at which nothing of them is stored any more.
fn gone(departed: &[DepartedServer]) -> Markup {
    let columns = [
        Column::words("Server"),
        Column::numbers("Songs"),
        Column::numbers("Entries"),
        Column::numbers("Lives"),
        Column::words("Goes"),
    ];
    let row = |server: &DepartedServer| Row {
        id: Some(server.id.clone()),
        cells: vec![
            html! { (server.id) },
            whole(server.songs),
            whole(server.entries),
            whole(server.sessions),
            html! { @if let Some(at) = Timestamp::from_rfc3339(&server.goes_at) { (moment(at)) } },
        ],
    };
    let rows: Vec<Row> = departed.iter().map(row).collect();
    html! {
        section {
            h2 { "The bot is in these no more" }
            p { "What is stored of them goes 30 days after it was noticed that the bot left, or was thrown out. Whoever invites it \
                again before then finds everything as it was." }
            (Table { caption: "Servers that the bot left", list: None, columns: &columns, rows: &rows })
        }
    }
}

fn whole(count: u64) -> Markup {
    html! { (number(i64::try_from(count).unwrap_or(i64::MAX))) }
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
