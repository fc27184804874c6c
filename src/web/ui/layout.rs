//! Whole documents: a page in its frame, a bare page, an overlay.
//!
//! | document | for | has |
//! | --- | --- | --- |
//! | [`frame`] | whoever is signed in | servers to switch to, modules on the left or, below 720 px, at the bottom |
//! | [`bare`] | sign-in, first run, errors, public pages | name, content, foot |
//! | [`overlay`] | OBS | the content on a ground that is seen through |
//!
//! The frame draws the one `h1`: the title of the page. Its content begins with `h2`.

use maud::{DOCTYPE, Markup, html};
use strum::{EnumString, IntoStaticStr};

use super::chrome;
use super::components::{Notice, Seal};
use super::icons::Icon;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::web::assets::{Assets, MODULES, OVERLAY_SCRIPT, OVERLAY_STYLES, SCRIPT, STYLES};

/// So often, in seconds, an overlay without script is loaded anew.
const OVERLAY_REFRESH: u8 = 15;

/// What stands around a page.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// Where sheet and script are.
    pub assets: &'a Assets,
    /// What the page is about; its heading.
    pub title: &'a str,
    /// The picture beside the heading.
    pub face: Option<&'a Markup>,
    /// The address of the page, path and query: where the choice of a theme comes back to.
    pub here: &'a str,
    /// Who looks at it; nobody before sign-in.
    pub viewer: Option<Viewer<'a>>,
    /// The server that it belongs to.
    pub guild: Option<GuildNav<'a>>,
    /// Where places to go are found by name, on a page of no server; one of a server has that server's.
    pub palette: Option<&'a str>,
    /// The pages above it, from the top.
    pub crumbs: &'a [Crumb<'a>],
    /// Links and buttons beside the heading.
    pub actions: Option<&'a Markup>,
    /// What just happened.
    pub notices: &'a [Notice],
    /// Which colours it has.
    pub theme: Theme,
    /// The stream that brings its regions up to date.
    pub live: Option<LiveRegions<'a>>,
    /// When the page was drawn.
    pub now: Option<Timestamp>,
    /// Until when the viewer's session lasts, unless it is renewed. The script sees to that.
    pub session_ends: Option<Timestamp>,
    /// Whether single keys do something. Whoever speaks to a computer switches them off.
    pub has_keys: bool,
}

impl<'a> Frame<'a> {
    /// Where the palette asks, where the page has one.
    pub(super) fn palette(&self) -> Option<String> {
        let of_server = self.guild.as_ref().map(|guild| format!("/g/{}/palette", guild.id));
        of_server.or_else(|| self.palette.map(str::to_owned))
    }

    /// A page that nobody is signed in to see and that stays as it is.
    pub const fn new(assets: &'a Assets, title: &'a str) -> Self {
        Self {
            assets,
            title,
            face: None,
            here: "/",
            viewer: None,
            guild: None,
            palette: None,
            crumbs: &[],
            actions: None,
            notices: &[],
            theme: Theme::System,
            live: None,
            now: None,
            session_ends: None,
            has_keys: true,
        }
    }
}

/// Who looks at a page.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// Tells them from others who sign in by the same browser, and nothing else.
    pub mark: &'a str,
    /// Their name.
    pub name: &'a str,
    /// A picture of theirs on this server; initials stand in for it.
    pub avatar: Option<&'a str>,
    /// The session's token, padded anew for this page.
    pub csrf: &'a str,
    /// Chance of this page; the keys of the frame's own forms are made from it.
    pub key: &'a str,
}

impl<'a> Viewer<'a> {
    /// What a form of the page carries; `key` is that form's own.
    pub const fn seal(&self, key: &'a str) -> Seal<'a> {
        Seal { csrf: self.csrf, key }
    }
}

/// The server of a page and where one may go in it.
#[derive(Clone, Copy, Debug)]
pub struct GuildNav<'a> {
    /// Its id.
    pub id: GuildId,
    /// Its name.
    pub name: &'a str,
    /// Where its picture is.
    pub picture: Option<&'a str>,
    /// The servers that the viewer may see, this one among them.
    pub servers: &'a [Server<'a>],
    /// The pages that the viewer may open. On a narrow screen the first four have a place at the bottom.
    pub items: &'a [NavItem<'a>],
}

/// A server to switch to.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Its id.
    pub id: GuildId,
    /// Its name.
    pub name: &'a str,
    /// Where its picture is.
    pub picture: Option<&'a str>,
}

/// The groups of modules, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum NavGroup {
    /// The music review.
    Show,
    /// Currency, shop, tasks.
    Economy,
    /// Everything else of a server.
    Community,
}

impl NavGroup {
    /// All groups, from top to bottom.
    pub const ALL: [Self; 3] = [Self::Show, Self::Economy, Self::Community];

    /// What stands above the group.
    pub fn label(self) -> &'static str {
        self.into()
    }
}

/// A page to go to.
#[derive(Clone, Copy, Debug)]
pub struct NavItem<'a> {
    /// Its address.
    pub href: &'a str,
    /// Its name.
    pub label: &'a str,
    /// Its picture.
    pub icon: Icon,
    /// Where it stands.
    pub group: NavGroup,
    /// Whether it is the page that is seen, or above it.
    pub is_current: bool,
}

/// A page above the one that is seen.
#[derive(Clone, Copy, Debug)]
pub struct Crumb<'a> {
    /// Its address.
    pub href: &'a str,
    /// Its title.
    pub label: &'a str,
}

/// The stream of a page.
#[derive(Clone, Copy, Debug)]
pub struct LiveRegions<'a> {
    /// Its address with all regions of the page: `/live?region=queue.board.123`.
    pub address: &'a str,
    /// The revision that was noted before the page's snapshot was taken. The script sends it as `since`.
    pub revision: &'a str,
}

/// Which colours pages have. A cookie holds it, so a page is right from its first moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Theme {
    /// Those of the system.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All themes, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As the cookie and the sheet name it.
    pub fn word(self) -> &'static str {
        self.into()
    }

    /// The theme of this name.
    pub fn parse(word: &str) -> Option<Self> {
        word.parse().ok()
    }

    pub(super) const fn icon(self) -> Icon {
        match self {
            Self::System => Icon::Screen,
            Self::Light => Icon::Sun,
            Self::Dark => Icon::Moon,
        }
    }
}

/// What the cookie and the page say where single keys do nothing.
pub const KEYS_OFF: &str = "off";

/// A page in its frame.
pub fn frame(frame: &Frame<'_>, main: &Markup) -> String {
    let class = if frame.guild.is_some() { "framed" } else { "framed alone" };
    let body = html! {
        body class=(class) {
            a.skip href="#main" { "Skip to the content" }
            (chrome::header(frame))
            @if let Some(guild) = &frame.guild { (chrome::side(guild)) }
            (chrome::content(frame, main))
            (chrome::footer(frame))
            @if let Some(guild) = &frame.guild { (chrome::bottom(guild)) }
            (chrome::said())
        }
    };
    document(frame, &body)
}

/// A page without modules and menus.
pub fn bare(frame: &Frame<'_>, main: &Markup) -> String {
    let body = html! {
        body.bare {
            a.skip href="#main" { "Skip to the content" }
            (chrome::bare_header(frame))
            (chrome::content(frame, main))
            (chrome::footer(frame))
            (chrome::said())
        }
    };
    document(frame, &body)
}

/// The content alone, on a ground that is seen through. `title` is what a list of sources shows. It has a sheet and a script of
/// its own, because the browser inside of OBS may be years old; without script it is loaded anew from time to time.
pub fn overlay(assets: &Assets, title: &str, live: Option<LiveRegions<'_>>, main: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" data-live=[live.map(|live| live.address)] data-revision=[live.map(|live| live.revision)] {
            head {
                meta charset="utf-8";
                title { (title) }
                noscript { meta http-equiv="refresh" content=(OVERLAY_REFRESH); }
                link rel="icon" type="image/svg+xml" href=(assets.icon());
                link rel="stylesheet" href=(assets.href(OVERLAY_STYLES));
                script defer src=(assets.href(OVERLAY_SCRIPT)) {}
            }
            body { main { (main) } }
        }
    };
    page.into_string()
}

fn document(frame: &Frame<'_>, body: &Markup) -> String {
    let guild = frame.guild.as_ref();
    let page = html! {
        (DOCTYPE)
        html lang="en" data-theme=(frame.theme.word()) data-keys=[(!frame.has_keys).then_some(KEYS_OFF)]
            data-server=[guild.map(|guild| guild.id)]
            data-palette=[frame.palette()]
            data-live=[frame.live.map(|live| live.address)] data-revision=[frame.live.map(|live| live.revision)]
            data-now=[frame.now.map(Timestamp::rfc3339)]
            data-viewer=[frame.viewer.map(|viewer| viewer.mark)]
            data-session=[frame.session_ends.map(Timestamp::rfc3339)] {
            head {
                meta charset="utf-8";
                title { (frame.title) @if let Some(guild) = guild { " · " (guild.name) } " · Greenroom" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some(viewer) = &frame.viewer { meta name="csrf" content=(viewer.csrf); }
                (files(frame.assets))
            }
            (body)
        }
    };
    page.into_string()
}

/// What a browser fetches beside the page. The modules are named, so that it need not read one to learn of the next.
fn files(assets: &Assets) -> Markup {
    html! {
        link rel="icon" type="image/svg+xml" href=(assets.icon());
        link rel="stylesheet" href=(assets.href(STYLES));
        // A page is shown when its times and buttons are as they stay: nothing moves under a finger.
        script type="module" blocking="render" src=(assets.href(SCRIPT)) {}
        @for module in MODULES { link rel="modulepreload" href=(assets.href(module)); }
    }
}
