//! Blocks of a page: cards of facts, tabs, the history of a thing, parts that stay up to date.

use maud::{Markup, Render, html};

use super::form::{Form, Seal};
use super::value::moment;
use crate::kernel::time::Timestamp;
use crate::web::ui::icons::{Icon, icon};

/// What is known of one thing, fact by fact.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// What it is about.
    pub title: &'a str,
    /// The facts: what it is called and what it is.
    pub facts: &'a [(&'a str, Markup)],
}

impl Render for Card<'_> {
    fn render(&self) -> Markup {
        html! {
            section.card {
                h2 { (self.title) }
                dl { @for (name, fact) in self.facts { div { dt { (name) } dd { (fact) } } } }
            }
        }
    }
}

/// One of several views of the same thing.
#[derive(Clone, Copy, Debug)]
pub struct Tab<'a> {
    /// Its address.
    pub href: &'a str,
    /// What it shows.
    pub label: &'a str,
    /// Whether it is the one that is seen.
    pub is_current: bool,
}

/// The views of a thing, as links: each has an address of its own.
pub fn tabs(label: &str, tabs: &[Tab<'_>]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            @for tab in tabs { a href=(tab.href) aria-current=[tab.is_current.then_some("page")] { (tab.label) } }
        }
    }
}

/// Something that happened to a thing.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, by name.
    pub who: Markup,
    /// What it was: `Price 90 → 100`.
    pub what: Markup,
    /// Where the form that takes it back is sent.
    pub undo: Option<String>,
    /// Why it cannot be taken back, where that is so.
    pub note: Option<String>,
    /// What else there is to see of it, behind a fold.
    pub more: Option<Markup>,
}

/// What happened to a thing, the latest first. Without a seal, for whoever may not change it, nothing is taken back.
pub fn history(events: &[Event], seal: Option<Seal<'_>>) -> Markup {
    html! {
        ol.history {
            @for (place, event) in events.iter().enumerate() {
                li {
                    (moment(event.at)) " "
                    strong { (event.who) } " "
                    span.what { (event.what) }
                    @if let Some(note) = &event.note { span.hint { (note) } }
                    @if let (Some(action), Some(seal)) = (&event.undo, seal) { (undo(action, seal, place)) }
                    @if let Some(more) = &event.more { details.compare { summary { "Compare" } (more) } }
                }
            }
        }
    }
}

/// The button that takes an event back. Each has a key of its own: two of them are two changes.
fn undo(action: &str, seal: Seal<'_>, place: usize) -> Markup {
    let key = format!("{}-{place}", seal.key);
    let form = Form { is_quiet: true, ..Form::new(action, Seal { key: &key, ..seal }) };
    form.around(&html! {
        button.link type="submit" { (icon(Icon::Undo)) "Undo" }
    })
}

/// A part of a page that is brought up to date while somebody looks. It holds buttons, but never a field in which
/// somebody types.
#[derive(Clone, Copy, Debug)]
pub struct Region<'a> {
    /// Its name in the stream: `queue.board.123`. Nothing else of the page has it.
    pub name: &'a str,
    /// For what is different for each person or filter: the topics at whose change the page asks for it anew.
    pub topics: &'a [&'a str],
    /// Where it is asked for; `None` for the page itself.
    pub fragment: Option<&'a str>,
    /// Whether it stays as it is, and what is new is only told.
    pub is_held: bool,
}

impl<'a> Region<'a> {
    /// A part that is the same for everybody of a level and comes with the stream.
    pub const fn shared(name: &'a str) -> Self {
        Self { name, topics: &[], fragment: None, is_held: false }
    }

    /// The part around what it holds now.
    pub fn around(&self, content: &Markup) -> Markup {
        let topics = (!self.topics.is_empty()).then(|| self.topics.join(" "));
        html! {
            div.region data-region=(self.name) data-topics=[topics] data-fragment=[self.fragment]
                data-held=[self.is_held.then_some("")] { (content) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_card_names_its_facts() {
        let facts = [("Joined", html! { "2024-03" }), ("Balance", html! { "340" })];
        insta::assert_snapshot!(lines(&Card { title: "mei", facts: &facts }.render()), @r#"
        <section class="card">
        <h2>mei</h2>
        <dl>
        <div>
        <dt>Joined</dt>
        <dd>2024-03</dd>
        </div>
        <div>
        <dt>Balance</dt>
        <dd>340</dd>
        </div>
        </dl>
        </section>
        "#);
    }

    #[test]
    fn a_tab_is_a_link_and_says_whether_it_is_seen() {
        let views = [
            Tab { href: "?view=open", label: "Open", is_current: true },
            Tab { href: "?view=done", label: "Done", is_current: false },
        ];
        insta::assert_snapshot!(lines(&tabs("Tasks", &views)), @r#"
        <nav class="tabs" aria-label="Tasks">
        <a href="?view=open" aria-current="page">Open</a>
        <a href="?view=done">Done</a>
        </nav>
        "#);
    }

    #[test]
    fn the_history_takes_back_what_can_be_taken_back_and_says_why_the_rest_cannot() {
        let event = |what: &str, undo: Option<&str>, note: Option<&str>| Event {
            at: Timestamp::from_millis(1_795_292_100_000),
            who: html! { "ann" },
            what: html! { (what) },
            undo: undo.map(str::to_owned),
            note: note.map(str::to_owned),
            more: None,
        };
        let events =
            [event("Price 90 → 100", Some("/g/5/undo/7"), None), event("Stock 50 → 44", None, Some("changed since"))];
        let seal = Seal { csrf: "t0ken", key: "k3y" };
        assert!(!history(&events, None).into_string().contains("<form"));
        insta::assert_snapshot!(lines(&history(&events, Some(seal))), @r#"
        <ol class="history">
        <li>
        <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time> <strong>ann</strong> <span class="what">Price 90 → 100</span>
        <form method="post" action="/g/5/undo/7" data-quiet>
        <input type="hidden" name="csrf" value="t0ken">
        <input type="hidden" name="idempotency_key" value="k3y-0">
        <button class="link" type="submit">[icon]Undo</button>
        </form>
        </li>
        <li>
        <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time> <strong>ann</strong> <span class="what">Stock 50 → 44</span>
        <span class="hint">changed since</span>
        </li>
        </ol>
        "#);
    }

    #[test]
    fn a_part_that_stays_up_to_date_has_its_name_and_what_it_hears_of() {
        let shared = Region::shared("queue.board.5").around(&html! { "1" }).into_string();
        assert_eq!(shared, r#"<div class="region" data-region="queue.board.5">1</div>"#);
        let own = Region {
            topics: &["shop.changed", "inventory.changed"],
            fragment: Some("/g/5/shop?sort=price&part=items"),
            ..Region::shared("shop.items.5")
        };
        let drawn = own.around(&html! { "1" }).into_string();
        assert!(drawn.contains(r#"data-topics="shop.changed inventory.changed""#), "{drawn}");
        assert!(drawn.contains(r#"data-fragment="/g/5/shop?sort=price&amp;part=items""#), "{drawn}");
        assert!(!drawn.contains("data-held"), "{drawn}");
        let held = Region { is_held: true, ..own }.around(&html! { "1" }).into_string();
        assert!(held.contains("data-held=\"\""), "{held}");
    }
}
