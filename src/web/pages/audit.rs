//! What happened in a server, with filters that stand in the address.

use maud::{Markup, html};

use crate::activity::{Activity, ActivityId, Subject};
use crate::discord::references::Server;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::store::{Selected, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::audit::{AuditQuery, SubjectView};
use crate::web::api::settings::of_key;
use crate::web::endpoint::{Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::places::{drawn_text, who};
use crate::web::push::about::ACTIVITY;
use crate::web::ui::components::{Choice, Column, Empty, Field, Paging, Row, Select, Table, filters, moment};

/// The page.
pub struct AuditPage;

/// What is on it.
struct View {
    /// Without its query.
    page: String,
    query: AuditQuery,
    found: Selected<(ActivityId, Activity)>,
    kinds: Vec<&'static str>,
    line: fn(&Activity) -> Option<String>,
    you: Actor,
}

impl Page for AuditPage {
    const NAME: &'static str = "audit.page";
    const ABOUT: &'static str = "Shows what happened in a server: who did what, what was before and what is after.";
    const PATHS: &'static [&'static str] = &["/g/{server}/audit"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[ACTIVITY];

    type Path = ();
    type Query = AuditQuery;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, query) = (seen.guild, seen.query.clone());
        let places = web.places(guild).await;
        let view = View {
            page: format!("/g/{guild}/audit"),
            query: seen.query.clone(),
            found: web.look("audit", move |read| query.look(read, guild)).await?,
            kinds: (web.bot.words.kinds)(),
            line: web.bot.words.line,
            you: seen.visitor.actor(),
        };
        Ok(Shown::new("Audit", page(&view, places.as_deref())))
    }
}

fn page(view: &View, places: Option<&Server>) -> Markup {
    let next = view.found.next.as_ref().map(|next| view.address(&next.to_string()));
    let first = (!view.query.after.is_empty()).then(|| view.address(""));
    let paging =
        Paging { first: first.as_deref(), next: next.as_deref(), is_partial: view.query.is_partial(&view.found) };
    html! {
        (view.filters())
        @if view.found.rows.is_empty() && next.is_none() {
            (Empty {
                title: "Nothing here.",
                text: "Whatever somebody changes in this server is told here, for as long as Activity Kept says.",
                action: Some((&view.page, "Show everything")),
            })
        } @else {
            (view.table(places))
        }
        (paging)
    }
}

impl View {
    /// The same filters, behind another place.
    fn address(&self, after: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let [kind, actor, subject] = [&self.query.kind, &self.query.actor, &self.query.subject].map(String::as_str);
        for (name, value) in [("kind", kind), ("actor", actor), ("subject", subject), ("after", after)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{}?{}", self.page, query.finish())
    }

    fn filters(&self) -> Markup {
        let all = std::iter::once(Choice::new("", "Everything"));
        let kinds: Vec<Choice<'_>> = all.chain(self.kinds.iter().map(|kind| Choice::new(kind, kind))).collect();
        let (actor, subject) = (self.query.actor.as_str(), self.query.subject.as_str());
        filters(
            &self.page,
            &html! {
                (Select { chosen: &self.query.kind, ..Select::new("kind", "What", &kinds) })
                (Field { value: actor, hint: Some("A member's id, operator, live or system."), ..Field::new("actor", "By whom") })
                (Field { value: subject, hint: Some("An id, a song, a setting, a handle."), ..Field::new("subject", "About") })
            },
        )
    }

    fn table(&self, places: Option<&Server>) -> Markup {
        let columns = [Column::words("When"), Column::words("Who"), Column::words("What"), Column::words("Kind")];
        let row = |(id, activity): &(ActivityId, Activity)| Row {
            id: Some(id.to_string()),
            cells: vec![
                moment(id.moment()),
                html! { (who(activity.actor, self.you)) },
                self.told(activity, places),
                html! { code { (activity.kind) } },
            ],
        };
        let rows: Vec<Row> = self.found.rows.iter().map(row).collect();
        html! { (Table { caption: "What happened", list: Some("audit"), columns: &columns, rows: &rows }) }
    }

    /// It in words, and what was before and is after.
    fn told(&self, activity: &Activity, places: Option<&Server>) -> Markup {
        let subject = activity.subject.as_ref().map(SubjectView::of);
        let [before, after] = [&activity.before, &activity.after].map(|value| in_words(activity, value.as_deref()));
        html! {
            @match (self.line)(activity) {
                Some(line) => (drawn_text(places, &line)),
                None => {
                    @if let Some(subject) = subject { (subject.kind) " " (subject.id) } @else { (activity.kind) }
                }
            }
            @if activity.before != activity.after {
                p.hint { (drawn_text(places, &before)) " → " (drawn_text(places, &after)) }
            }
        }
    }
}

/// A value as people read it on Discord: that of a setting by its setting, any other as it stands.
fn in_words(activity: &Activity, value: Option<&str>) -> String {
    match &activity.subject {
        Some(Subject::Setting(key)) => match of_key(key) {
            Some(listed) => listed.setting.in_words(value),
            None => value.unwrap_or("nothing").to_owned(),
        },
        _ => value.unwrap_or("nothing").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::UserId;
    use crate::web::ui::testing::lines;

    fn view(rows: Vec<(ActivityId, Activity)>, query: AuditQuery) -> View {
        View {
            page: "/g/5/audit".to_owned(),
            query,
            found: Selected { rows, next: None, looked_at: 1 },
            kinds: vec!["settings.changed"],
            line: |activity| (activity.kind == "settings.changed").then(|| "⚙️ <@7> changed **<b>**.".to_owned()),
            you: Actor::Operator,
        }
    }

    fn activity(kind: &str, key: &str) -> (ActivityId, Activity) {
        let activity = Activity {
            kind: kind.to_owned(),
            actor: Actor::Member(UserId::new(7)),
            subject: Some(Subject::Setting(key.to_owned())),
            before: Some("true".to_owned()),
            after: Some("false".to_owned()),
            details: "null".to_owned(),
        };
        (ActivityId::new(1_795_292_100_000_000), activity)
    }

    #[test]
    fn each_entry_says_when_who_what_and_what_was_before() {
        let query = AuditQuery { kind: "settings.changed".to_owned(), ..AuditQuery::default() };
        let drawn = lines(&page(&view(vec![activity("settings.changed", "submissions_open")], query), None));
        assert!(drawn.contains("21 Nov 2026, 20:15 UTC") && drawn.contains("member 7"), "{drawn}");
        assert!(drawn.contains("<strong>&lt;b&gt;</strong>"), "{drawn}");
        assert!(drawn.contains(r#"<p class="hint">Yes → No</p>"#), "{drawn}");
        assert!(drawn.contains(r#"<option value="settings.changed" selected>"#), "{drawn}");
        let silent = lines(&page(&view(vec![activity("prefix.changed", "prefix")], AuditQuery::default()), None));
        assert!(silent.contains("setting prefix") && silent.contains("true → false"), "{silent}");
    }

    #[test]
    fn the_next_page_has_the_same_filters_and_an_empty_one_says_so() {
        let query = AuditQuery { actor: "7 & 8".to_owned(), after: "b1".to_owned(), ..AuditQuery::default() };
        let view = view(Vec::new(), query);
        assert_eq!(view.address("c2"), "/g/5/audit?actor=7+%26+8&after=c2");
        let drawn = lines(&page(&view, None));
        assert!(drawn.contains("Nothing here.") && drawn.contains("First"), "{drawn}");
    }
}
