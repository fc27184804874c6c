//! What the bot shows of itself on Discord.

use maud::{Markup, html};

use super::shown;
use crate::presence::{self, LONGEST_TEXT, Presence};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Revision};
use crate::web::api::instance::presence::PresenceView;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Choice, Field, Form, Radios, Select};

/// The page.
pub struct StatusPage;

impl Page for StatusPage {
    const NAME: &'static str = "instance.status_page";
    const ABOUT: &'static str = "Changes what the bot shows of itself on Discord.";
    const PATHS: &'static [&'static str] = &["/instance/status"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let presence = web.look("presence", presence::of_instance).await?;
        let seal = seen.seal("status");
        let now = PresenceView::from(presence.clone());
        let revision = Revision::of(&now);
        let form = Form {
            revision: Some(revision.in_form(seen.refill.as_ref())),
            ..Form::new("/instance/status", seal.seal())
        };
        let [status, kind, message] = ["status", "type", "message"].map(|field| seen.typed(field));
        let theirs = [("status", now.status), ("type", now.kind), ("message", now.message.as_str())];
        let theirs: Vec<String> =
            theirs.into_iter().filter_map(|(field, present)| seen.theirs(field, present)).collect();
        let wrong = seen.wrong("message").or_else(|| (!theirs.is_empty()).then(|| theirs.join(" ")));
        let main = form.around(&fields(&presence, [status, kind, message], wrong.as_deref()));
        Ok(shown("/instance/status", &main))
    }
}

fn fields(presence: &Presence, typed: [Option<&str>; 3], wrong: Option<&str>) -> Markup {
    let [status, kind, message] = typed;
    let (status_now, kind_now): (&'static str, &'static str) = (presence.status.into(), presence.kind.into());
    let statuses = [
        Choice::new("online", "Online"),
        Choice::new("idle", "Idle"),
        Choice::new("dnd", "Do not disturb"),
        Choice::new("invisible", "Invisible"),
    ];
    let kinds = [
        Choice::new("custom", "Nothing"),
        Choice::new("playing", "Playing"),
        Choice::new("listening", "Listening to"),
        Choice::new("watching", "Watching"),
        Choice::new("competing", "Competing in"),
    ];
    html! {
        (Radios { chosen: status.unwrap_or(status_now), ..Radios::new("status", "The bot is", &statuses) })
        (Select { chosen: kind.unwrap_or(kind_now), ..Select::new("type", "Before the text", &kinds) })
        (Field {
            value: message.unwrap_or(&presence.message),
            hint: Some("Stands below the bot's name; nothing where it is empty."),
            error: wrong,
            most: u32::try_from(LONGEST_TEXT).ok(),
            ..Field::new("message", "Text")
        })
        (Button::main("Save"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presence::{Status, Type};

    #[test]
    fn the_form_shows_what_counts_now_and_what_was_typed_in_its_place() {
        let presence = Presence { status: Status::Idle, kind: Type::Watching, message: "the live".to_owned() };
        let drawn = fields(&presence, [None, None, None], None).into_string();
        assert!(drawn.contains(r#"value="idle" checked"#) && drawn.contains(r#"value="watching" selected"#), "{drawn}");
        assert!(drawn.contains(r#"value="the live""#), "{drawn}");
        let again = fields(&presence, [Some("dnd"), None, Some("<b>")], Some("Too long.")).into_string();
        assert!(
            again.contains(r#"value="dnd" checked"#) && again.contains("&lt;b&gt;") && again.contains("Too long."),
            "{again}"
        );
    }
}
