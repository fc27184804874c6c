//! The servers that the bot is in.

use maud::{Markup, html};

use super::shown;
use crate::kernel::ids::GuildId;
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::instance::servers::{ServerOfBot, servers};
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Table, face, number};

/// The page.
pub struct InstanceServersPage;

impl Page for InstanceServersPage {
    const NAME: &'static str = "instance.servers_page";
    const ABOUT: &'static str = "Lists the servers that the bot is in, with how much is stored of each.";
    const PATHS: &'static [&'static str] = &["/instance/servers"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let servers = servers(web).await?;
        let picture = |guild| web.icon(guild);
        Ok(shown("/instance/servers", &list(&servers, &picture, &|server| leave(seen, server))))
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
}
