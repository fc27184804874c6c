//! The parts of a frame: what stands above, beside and below the content of a page.

use maud::{Markup, html};

use super::components::{CSRF, Form, face};
use super::icons::{Icon, icon};
use super::layout::{Crumb, Frame, GuildNav, KEYS_OFF, NavGroup, NavItem, Theme, Viewer};

/// How many pages have a place at the bottom of a narrow screen; the fifth place opens the rest.
const AT_THE_BOTTOM: usize = 4;

/// Above a page: the server, search, whether the page is live, who looks at it.
pub(super) fn header(frame: &Frame<'_>) -> Markup {
    html! {
        header.top {
            @if let Some(guild) = &frame.guild { (switcher(guild)) } @else { (brand()) }
            @if frame.palette().is_some() { (search()) }
            (sign(frame))
            @if let Some(viewer) = &frame.viewer { (account(viewer)) }
        }
    }
}

/// Above a bare page.
pub(super) fn bare_header(frame: &Frame<'_>) -> Markup {
    html! {
        header.top { (brand()) (sign(frame)) }
    }
}

fn brand() -> Markup {
    html! {
        a.brand href="/" { "Greenroom" }
    }
}

/// The server, and behind a fold the others. A fold works everywhere without script.
fn switcher(guild: &GuildNav<'_>) -> Markup {
    html! {
        details.menu {
            summary { (face(guild.id.get(), guild.name, guild.picture)) span.name { (guild.name) } (icon(Icon::Down)) }
            nav.sheet aria-label="Servers" {
                ul {
                    @for server in guild.servers {
                        li {
                            a href={ "/g/" (server.id) "/" } aria-current=[(server.id == guild.id).then_some("true")] {
                                (face(server.id.get(), server.name, server.picture)) (server.name)
                            }
                        }
                    }
                    li { a href="/" { (icon(Icon::Menu)) "All servers" } }
                }
            }
        }
    }
}

/// Opens the palette, which needs script.
fn search() -> Markup {
    html! {
        button.find type="button" data-palette data-script hidden {
            (icon(Icon::Search)) span { "Search" } kbd aria-hidden="true" { "Ctrl K" }
        }
    }
}

/// Whether the page is live; the script knows.
fn sign(frame: &Frame<'_>) -> Markup {
    html! {
        @if frame.live.is_some() { p.sign #sign data-state="off" hidden { span {} } }
    }
}

fn account(viewer: &Viewer<'_>) -> Markup {
    let key = format!("{}-out", viewer.key);
    html! {
        details.menu.account {
            summary {
                (face(seed_of(viewer.name), viewer.name, viewer.avatar))
                span.name { (viewer.name) }
            }
            nav.sheet aria-label="You" {
                ul {
                    li { a href="/me" { (icon(Icon::Person)) "My page" } }
                    li { a href="/me/sessions" { (icon(Icon::Key)) "Where I am signed in" } }
                    li {
                        (Form::new("/sign-out", viewer.seal(&key)).around(&html! {
                            button.link type="submit" { (icon(Icon::SignOut)) "Sign out" }
                        }))
                    }
                }
            }
        }
    }
}

/// A number for the colour of somebody of whom only the name is known.
fn seed_of(name: &str) -> u64 {
    name.chars().fold(0, |sum, letter| sum + u64::from(u32::from(letter)))
}

/// Beside a page: the modules in their groups.
pub(super) fn side(guild: &GuildNav<'_>) -> Markup {
    html! {
        nav.side aria-label="Modules" { (modules(guild, &letters(guild.items))) }
    }
}

/// Below a page on a narrow screen: the first pages and a sheet with all.
pub(super) fn bottom(guild: &GuildNav<'_>) -> Markup {
    html! {
        nav.bottom aria-label="Modules, short" {
            @for item in guild.items.iter().take(AT_THE_BOTTOM) { (link(item, None)) }
            details.menu.more {
                summary { (icon(Icon::More)) span.name { "More" } }
                // The letters are given once: at the side.
                div.sheet { (modules(guild, &vec![None; guild.items.len()])) }
            }
        }
    }
}

/// All pages in their groups, each with the letter that leads there behind `g`.
fn modules(guild: &GuildNav<'_>, letters: &[Option<char>]) -> Markup {
    html! {
        @for group in NavGroup::ALL {
            @if guild.items.iter().any(|item| item.group == group) {
                p.group { (group.label()) }
                ul {
                    @for (item, letter) in guild.items.iter().zip(letters) {
                        @if item.group == group { li { (link(item, *letter)) } }
                    }
                }
            }
        }
    }
}

fn link(item: &NavItem<'_>, letter: Option<char>) -> Markup {
    html! {
        a href=(item.href) aria-current=[item.is_current.then_some("page")] data-go=[letter] {
            (icon(item.icon)) span.name { (item.label) }
        }
    }
}

/// For each page the letter that leads to it: the first of its name that no page before it has.
fn letters(items: &[NavItem<'_>]) -> Vec<Option<char>> {
    let mut taken = Vec::with_capacity(items.len());
    for item in items {
        let mut letters =
            item.label.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase());
        let letter = letters.find(|letter| !taken.contains(&Some(*letter)));
        taken.push(letter);
    }
    taken
}

/// The page itself under its heading.
pub(super) fn content(frame: &Frame<'_>, main: &Markup) -> Markup {
    html! {
        main #main tabindex="-1" {
            (crumbs(frame.crumbs))
            (notices(frame))
            div.head {
                h1 { @if let Some(face) = frame.face { (face) " " } (frame.title) }
                @if let Some(actions) = frame.actions { div.actions { (actions) } }
            }
            (main)
        }
    }
}

fn crumbs(crumbs: &[Crumb<'_>]) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label="Above this page" {
                ol { @for crumb in crumbs { li { a href=(crumb.href) { (crumb.label) } } } }
            }
        }
    }
}

fn notices(frame: &Frame<'_>) -> Markup {
    html! {
        div #notices {
            @for (place, notice) in frame.notices.iter().enumerate() {
                @match &frame.viewer {
                    Some(viewer) => { (notice.draw(Some(viewer.seal(&format!("{}-undo{place}", viewer.key))))) }
                    None => { (notice.draw(None)) }
                }
            }
        }
    }
}

/// Below a page: the version, the theme, and for whoever is signed in whether single keys do something.
pub(super) fn footer(frame: &Frame<'_>) -> Markup {
    html! {
        footer.foot {
            p { "Greenroom " (env!("CARGO_PKG_VERSION")) }
            form.theme method="post" action="/theme" {
                @if let Some(viewer) = &frame.viewer { input type="hidden" name=(CSRF) value=(viewer.csrf); }
                input type="hidden" name="back" value=(frame.here);
                fieldset {
                    legend.heard { "Theme" }
                    @for theme in Theme::ALL { (choice(theme, theme == frame.theme)) }
                }
            }
            @if let Some(viewer) = &frame.viewer { (keys(frame, viewer)) }
        }
    }
}

/// Whoever speaks to a computer, or hits keys by mistake, switches single keys off.
fn keys(frame: &Frame<'_>, viewer: &Viewer<'_>) -> Markup {
    let (word, label) =
        if frame.has_keys { (KEYS_OFF, "Switch single keys off") } else { ("on", "Switch single keys on") };
    html! {
        form.theme method="post" action="/theme" {
            input type="hidden" name=(CSRF) value=(viewer.csrf);
            input type="hidden" name="back" value=(frame.here);
            button.link type="submit" name="keys" value=(word) { (label) }
        }
    }
}

fn choice(theme: Theme, is_chosen: bool) -> Markup {
    html! {
        button.link type="submit" name="theme" value=(theme.word()) aria-pressed=(is_chosen) {
            (icon(theme.icon())) span { (theme.word()) }
        }
    }
}

/// Where the script says what happened, for whoever listens.
pub(super) fn said() -> Markup {
    html! {
        p.heard #said role="status" aria-live="polite" {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_a_letter_of_its_own_while_there_are_some() {
        let items = ["Songs", "Shop", "Settings", "Live", "OS", "os"].map(|label| NavItem {
            href: "/",
            label,
            icon: Icon::Home,
            group: NavGroup::Show,
            is_current: false,
        });
        assert_eq!(letters(&items), [Some('s'), Some('h'), Some('e'), Some('l'), Some('o'), None]);
    }
}
