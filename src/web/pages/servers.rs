//! The servers of whoever looks, and the first page of each.

use maud::html;

use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown, servers_of};
use crate::web::ui::components::{avatar, code};

/// The servers.
pub struct ServersPage;

impl Page for ServersPage {
    const NAME: &'static str = "servers.page";
    const ABOUT: &'static str = "Lists the servers of whoever looks.";
    const PATHS: &'static [&'static str] = &["/", "/index.html"];
    const WHO: Who = Who::SignedIn;

    type Path = ();
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let servers = servers_of(web, &seen.visitor);
        let main = html! {
            @if servers.is_empty() {
                section.card {
                    p { "None of your servers is here yet. Invite Greenroom to one, and type " (code("/dashboard")) " there." }
                }
            } @else {
                ul.servers {
                    @for (id, name) in &servers {
                        li { a href={ "/g/" (id) } { (avatar(id.get(), name)) span { (name) } } }
                    }
                }
            }
        };
        let actions = seen.visitor.is_operator().then(|| html! { a.button href="/instance" { "This Greenroom" } });
        Ok(Shown { actions, ..Shown::new("Your servers", main) })
    }
}

/// The first page of a server.
pub struct Home;

impl Page for Home {
    const NAME: &'static str = "servers.home";
    const ABOUT: &'static str = "Shows what a server needs now.";
    const PATHS: &'static [&'static str] = &["/g/{server}"];
    const WHO: Who = Who::Member;

    type Path = ();
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let name = web.bot.standings.guild_of_bot(seen.guild).map(|guild| guild.name).unwrap_or_default();
        Ok(Shown::new(name, html! { p { "Nothing needs you at the moment." } }))
    }
}
