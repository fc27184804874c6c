//! The servers of whoever looks.

use maud::html;

use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown, servers_of};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{code, face};

/// The servers.
pub struct ServersPage;

impl Page for ServersPage {
    const NAME: &'static str = "servers.page";
    const ABOUT: &'static str = "Lists the servers of whoever looks.";
    const PATHS: &'static [&'static str] = &["/", "/index.html"];
    const WHO: Who = Who::SignedIn;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

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
                        li { a href={ "/g/" (id) } { (face(id.get(), name, web.icon(*id).as_deref())) span { (name) } } }
                    }
                }
            }
        };
        let actions = seen.visitor.is_operator().then(|| html! { a.button href="/instance" { "This Greenroom" } });
        Ok(Shown { actions, ..Shown::new("Your servers", main) })
    }
}
