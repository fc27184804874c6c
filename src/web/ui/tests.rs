//! What holds of all pages: the documents as people get them, what the content policy forbids, and colours that can be
//! told apart by whoever sees little of them.

use maud::{Markup, html};

use super::charts::{Chart, Series, Sparkline};
use super::components::{
    Button, Card, Cell, Checkbox, Choice, Dialog, Empty, Event, Field, Form, Input, Meter, Notice, Paging, Radios,
    Region, Row, Seal, Select, Tab, Table, TextArea, Tile, Tone, acts, avatar, badge, code, colour_of, error_summary,
    filters, history, key_hint, moment, opener, progress, tabs, type_the_name,
};
use super::icons::{Icon, icon};
use super::layout::{
    Crumb, Frame, GuildNav, LiveRegions, NavGroup, NavItem, Server, Theme, Viewer, bare, frame, overlay,
};
use super::testing::{has_handler, lines};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::web::assets::{Assets, SCRIPT, STYLES};

/// What every text in these tests is: it would be seen if one were not escaped.
const HOSTILE: &str = "<img src=x onerror=\"alert(1)\">";
const SEAL: Seal<'_> = Seal { csrf: "t0ken", key: "k3y" };
const OWL: GuildId = GuildId::new(5);

fn items() -> [NavItem<'static>; 3] {
    [
        NavItem { href: "/g/5/", label: "Home", icon: Icon::Home, group: NavGroup::Show, is_current: true },
        NavItem { href: "/g/5/shop", label: "Shop", icon: Icon::Shop, group: NavGroup::Economy, is_current: false },
        NavItem {
            href: "/g/5/audit",
            label: "Audit",
            icon: Icon::History,
            group: NavGroup::Community,
            is_current: false,
        },
    ]
}

fn viewer(name: &'static str) -> Viewer<'static> {
    Viewer { mark: "m4rk", name, avatar: None, csrf: "t0ken", key: "k3y" }
}

/// A document without the digest in its addresses, and the part of it that a test is about.
fn part(document: &str, assets: &Assets, from: &str, to: &str) -> String {
    let document = document.replace(assets.digest(), "{digest}").replace(assets.icon(), "{icon}");
    let start = document.find(from).unwrap_or_else(|| panic!("no {from} in {document}"));
    let end = start + document[start..].find(to).unwrap() + to.len();
    lines(&maud::PreEscaped(document[start..end].to_owned()))
}

#[test]
fn a_page_stands_in_its_frame() {
    let assets = Assets::new();
    let (items, servers) = (items(), [Server { id: OWL, name: "Night Owl", picture: None }]);
    let notices = [Notice { undo: Some("/g/5/undo/7".to_owned()), ..Notice::new(Tone::Good, html! { "Saved." }) }];
    let page = Frame {
        here: "/g/5/?tab=all",
        viewer: Some(viewer("ann")),
        guild: Some(GuildNav { id: OWL, name: "Night Owl", picture: None, servers: &servers, items: &items }),
        crumbs: &[Crumb { href: "/g/5/shop", label: "Shop" }],
        notices: &notices,
        theme: Theme::Dark,
        live: Some(LiveRegions { address: "/live?region=home.attention.5&region=desk.now.5", revision: "a1b2.17" }),
        has_keys: false,
        ..Frame::new(&assets, "Cookie")
    };
    let document = frame(&page, &html! { h2 { "Stock" } });
    insta::assert_snapshot!(part(&document, &assets, "<!DOCTYPE", "</head>"), @r#"
    <!DOCTYPE html>
    <html lang="en" data-theme="dark" data-keys="off" data-server="5" data-palette="/g/5/palette" data-live="/live?region=home.attention.5&amp;region=desk.now.5" data-revision="a1b2.17" data-viewer="m4rk">
    <head>
    <meta charset="utf-8">
    <title>Cookie · Night Owl · Greenroom</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="csrf" content="t0ken">
    <link rel="icon" type="image/svg+xml" href="{icon}">
    <link rel="stylesheet" href="/assets/{digest}/styles.css">
    <script type="module" blocking="render" src="/assets/{digest}/script.js">
    </script>
    <link rel="modulepreload" href="/assets/{digest}/forms.js">
    <link rel="modulepreload" href="/assets/{digest}/keys.js">
    <link rel="modulepreload" href="/assets/{digest}/live.js">
    <link rel="modulepreload" href="/assets/{digest}/session.js">
    <link rel="modulepreload" href="/assets/{digest}/times.js">
    </head>
    "#);
    insta::assert_snapshot!(part(&document, &assets, "<nav class=\"side\"", "</nav>"), @r#"
    <nav class="side" aria-label="Modules">
    <p class="group">Show</p>
    <ul>
    <li>
    <a href="/g/5/" aria-current="page" data-go="h">[icon]<span class="name">Home</span>
    </a>
    </li>
    </ul>
    <p class="group">Economy</p>
    <ul>
    <li>
    <a href="/g/5/shop" data-go="s">[icon]<span class="name">Shop</span>
    </a>
    </li>
    </ul>
    <p class="group">Community</p>
    <ul>
    <li>
    <a href="/g/5/audit" data-go="a">[icon]<span class="name">Audit</span>
    </a>
    </li>
    </ul>
    </nav>
    "#);
    insta::assert_snapshot!(part(&document, &assets, "<main", "</main>"), @r#"
    <main id="main" tabindex="-1">
    <nav class="crumbs" aria-label="Above this page">
    <ol>
    <li>
    <a href="/g/5/shop">Shop</a>
    </li>
    </ol>
    </nav>
    <div id="notices">
    <div class="notice good" role="status" data-for="30">[icon]<p>Saved.</p>
    <form method="post" action="/g/5/undo/7" data-quiet>
    <input type="hidden" name="csrf" value="t0ken">
    <input type="hidden" name="idempotency_key" value="k3y-undo0">
    <button class="link" type="submit" data-key="u" aria-keyshortcuts="u">[icon]Undo<kbd aria-hidden="true">u</kbd>
    </button>
    </form>
    </div>
    </div>
    <div class="head">
    <h1>Cookie</h1>
    </div>
    <h2>Stock</h2>
    </main>
    "#);
    insta::assert_snapshot!(part(&document, &assets, "<form class=\"theme\"", "</form>"), @r#"
    <form class="theme" method="post" action="/theme">
    <input type="hidden" name="csrf" value="t0ken">
    <input type="hidden" name="back" value="/g/5/?tab=all">
    <fieldset>
    <legend class="heard">Theme</legend>
    <button class="link" type="submit" name="theme" value="system" aria-pressed="false">[icon]<span>system</span>
    </button>
    <button class="link" type="submit" name="theme" value="light" aria-pressed="false">[icon]<span>light</span>
    </button>
    <button class="link" type="submit" name="theme" value="dark" aria-pressed="true">[icon]<span>dark</span>
    </button>
    </fieldset>
    </form>
    "#);
}

#[test]
fn every_document_has_one_heading_its_landmarks_and_a_way_past_them() {
    let assets = Assets::new();
    let (items, servers) = (items(), [Server { id: OWL, name: "Night Owl", picture: None }]);
    let guild = Some(GuildNav { id: OWL, name: "Night Owl", picture: None, servers: &servers, items: &items });
    let plain = Frame::new(&assets, "Sign in");
    let full = Frame { viewer: Some(viewer("ann")), guild, ..plain };
    let main = html! { p { "x" } };
    for document in [frame(&full, &main), frame(&Frame { guild: None, ..full }, &main), bare(&plain, &main)] {
        assert!(document.starts_with("<!DOCTYPE html><html lang=\"en\""), "{document}");
        for (tag, times) in [
            ("<h1>", 1),
            ("<main ", 1),
            ("<header ", 1),
            ("<footer ", 1),
            ("href=\"#main\"", 1),
            ("id=\"main\"", 1),
            ("aria-live=\"polite\"", 1),
        ] {
            assert_eq!(document.matches(tag).count(), times, "{tag} in {document}");
        }
        assert!(!document.contains("data-live"), "a page without regions asks for no stream: {document}");
    }
    let bare = bare(&plain, &main);
    assert!(!bare.contains("<nav") && !bare.contains("csrf"), "{bare}");
}

#[test]
fn an_overlay_is_its_content_and_nothing_else() {
    let assets = Assets::new();
    let live = Some(LiveRegions { address: "/o/secret/now/live", revision: "a1b2.17" });
    let document = overlay(&assets, "Now playing", live, &html! { p { "Ann – First Light" } });
    assert!(document.contains("data-live=\"/o/secret/now/live\" data-revision=\"a1b2.17\""), "{document}");
    assert!(document.contains("<noscript><meta http-equiv=\"refresh\" content=\"15\"></noscript>"), "{document}");
    assert!(document.ends_with("<body><main><p>Ann – First Light</p></main></body></html>"), "{document}");
    for other in [SCRIPT, STYLES] {
        assert!(!document.contains(&format!("/{other}\"")), "{other} is for browsers of today");
    }
}

#[test]
fn a_theme_is_known_by_its_word() {
    for theme in Theme::ALL {
        assert_eq!(Theme::parse(theme.word()), Some(theme));
    }
    assert_eq!(Theme::parse("sepia"), None);
    assert_eq!(Theme::default(), Theme::System);
}

/// One of each component, with a text in every place that could not be worse.
fn everything(places: &[String]) -> Markup {
    let choices = [Choice::new(HOSTILE, HOSTILE)];
    let row = Row { id: Some(HOSTILE.to_owned()), cells: vec![Cell::words(HOSTILE, html! { (HOSTILE) })] };
    let hint = Some(HOSTILE);
    let series = [Series { label: HOSTILE, values: &[1] }];
    let chart = Chart { id: "chart", title: HOSTILE, about: HOSTILE, axis: HOSTILE, places, series: &series };
    let event = Event {
        at: Timestamp::from_millis(0),
        who: html! { (HOSTILE) },
        what: html! { (HOSTILE) },
        undo: Some(HOSTILE.to_owned()),
        note: Some(HOSTILE.to_owned()),
        more: Some(html! { (HOSTILE) }),
    };
    html! {
        (Field { hint, error: hint, unit: hint, value: HOSTILE, input: Input::Search, ..Field::new(HOSTILE, HOSTILE) })
        (TextArea { hint, error: hint, value: HOSTILE, ..TextArea::new(HOSTILE, HOSTILE) })
        (Select { hint, error: hint, chosen: HOSTILE, ..Select::new(HOSTILE, HOSTILE, &choices) })
        (Checkbox { hint, ..Checkbox::new(HOSTILE, HOSTILE) })
        (Radios { hint, error: hint, ..Radios::new(HOSTILE, HOSTILE, &choices) })
        (Form { confirm: hint, revision: hint, ..Form::new(HOSTILE, SEAL) }.around(&filters(HOSTILE, &acts(SEAL))))
        (Button { act: hint, about: hint, sends: Some((HOSTILE, HOSTILE)), ..Button::danger(HOSTILE) })
        (error_summary(&[(HOSTILE, HOSTILE)]))
        (type_the_name(HOSTILE, Some(HOSTILE)))
        (Dialog { id: HOSTILE, title: HOSTILE }.around(&opener(HOSTILE, HOSTILE)))
        (Notice { undo: Some(HOSTILE.to_owned()), ..Notice::new(Tone::Bad, html! { (HOSTILE) }) }.draw(Some(SEAL)))
        (Table::new(HOSTILE, hint, [row]))
        (Paging { first: hint.map(str::to_owned), next: hint.map(str::to_owned), is_partial: true })
        (Empty { title: HOSTILE, text: HOSTILE, action: Some((HOSTILE, HOSTILE)) })
        (badge(Tone::Quiet, HOSTILE))
        (moment(Timestamp::from_millis(0)))
        (Meter { label: HOSTILE, value: 1, most: 2 })
        (progress(HOSTILE, 1, None))
        (Tile { note: hint, href: hint, ..Tile::new(HOSTILE, HOSTILE) })
        (avatar(1, HOSTILE))
        (code(HOSTILE))
        (key_hint(&[HOSTILE]))
        (Card { title: HOSTILE, facts: &[(HOSTILE, html! { (HOSTILE) })] })
        (tabs(HOSTILE, &[Tab { href: HOSTILE, label: HOSTILE, is_current: true }]))
        (history(&[event], Some(SEAL)))
        (Region { topics: &[HOSTILE], fragment: hint, ..Region::shared(HOSTILE) }.around(&chart.bars()))
        (chart.lines())
        (Sparkline { about: HOSTILE, values: &[1] })
        (icon(Icon::Home))
    }
}

#[test]
fn nothing_on_a_page_needs_what_the_policy_forbids() {
    let assets = Assets::new();
    let places = [HOSTILE.to_owned()];
    let page = Frame {
        here: HOSTILE,
        viewer: Some(viewer(HOSTILE)),
        crumbs: &[Crumb { href: HOSTILE, label: HOSTILE }],
        live: Some(LiveRegions { address: HOSTILE, revision: HOSTILE }),
        ..Frame::new(&assets, HOSTILE)
    };
    let main = everything(&places);
    for document in [frame(&page, &main), bare(&page, &main), overlay(&assets, HOSTILE, page.live, &main)] {
        assert!(document.contains("&lt;img src=x"), "the texts are there");
        for forbidden in [HOSTILE, "<img src=x", "style=\"", "http:", "https:", "<style", "javascript:"] {
            assert!(!document.contains(forbidden), "{forbidden}");
        }
        assert!(!has_handler(&document), "an inline handler");
        // The only script is the one with an address.
        assert_eq!(document.matches("<script").count(), 1);
        let script =
            ["type=\"module\" blocking=\"render\"", "defer"].map(|how| format!("<script {how} src=\"/assets/"));
        assert!(script.iter().any(|script| document.contains(script)));
    }
}

/// A colour of the sheet, light and dark.
fn token(sheet: &str, name: &str) -> [String; 2] {
    let value = sheet.split_once(&format!("--{name}: light-dark(")).unwrap_or_else(|| panic!("no {name}")).1;
    let (light, dark) = value.split_once(')').unwrap().0.split_once(", ").unwrap();
    [light.to_owned(), dark.to_owned()]
}

/// How light a colour is, as WCAG 2.2 has it.
fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn parts(colour: &str) -> [f64; 3] {
    let part = |at: usize| f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
    [part(1), part(3), part(5)]
}

#[test]
fn every_colour_can_be_read_on_its_ground() {
    let assets = Assets::new();
    let sheet = String::from_utf8(assets.find("", STYLES).unwrap().asset.bytes.to_vec()).unwrap();
    for (colour, ground, least) in [
        ("text", "ground", 15.0),
        ("text", "surface", 13.5),
        ("muted", "ground", 6.5),
        ("muted", "surface", 6.5),
        ("line", "ground", 3.4),
        ("line", "surface", 3.4),
        ("accent", "ground", 5.9),
        ("accent", "surface", 5.9),
        ("good", "ground", 5.75),
        ("warn", "ground", 5.75),
        ("bad", "ground", 5.75),
        ("info", "ground", 5.75),
        ("good", "surface", 5.75),
        ("warn", "surface", 5.75),
        ("bad", "surface", 5.75),
        ("info", "surface", 5.75),
        ("on-accent", "accent", 5.75),
        ("on-accent", "bad", 5.75),
    ] {
        for (colour_is, ground_is) in token(&sheet, colour).iter().zip(token(&sheet, ground)) {
            let is = contrast(parts(colour_is), parts(&ground_is));
            assert!(is >= least, "{colour} on {ground} is {is:.2}");
        }
    }
}

#[test]
fn white_letters_can_be_read_on_every_avatar() {
    for id in 0..360 {
        let colour = colour_of(id);
        let hue: f64 = colour.strip_prefix("hsl(").unwrap().strip_suffix(",45%,30%)").unwrap().parse().unwrap();
        // One channel of HSL with a saturation of 45 % and a lightness of 30 %.
        let channel = |turn: f64| {
            let at = (turn + hue / 30.0) % 12.0;
            0.30 - 0.45 * 0.30 * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0)
        };
        let is = contrast([channel(0.0), channel(8.0), channel(4.0)], [1.0; 3]);
        assert!(is >= 4.5, "{colour} is {is:.2}");
    }
}
