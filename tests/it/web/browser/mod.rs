//! Pages in a real browser: Chromium, driven by `tests/browser/driver.mjs`.
//!
//! `tests/run` runs these tests where Chromium and node are there, and says so where they are not; `cargo test` alone leaves
//! them out. Nothing of what they need is needed to build Greenroom or to run it.

mod between;
mod desk;
mod driver;
mod followed;
mod journeys;
mod laid_out;
mod overlays;
mod pages;
mod reviews;
mod shopping;
mod standing;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use self::driver::Browser;
use super::ground::WebWorld;
use super::person::Person;

/// A world, and a browser that looks at it.
pub struct BrowserWorld {
    ground: WebWorld,
    browser: Arc<Browser>,
}

/// A window with cookies of its own.
pub struct Screen {
    browser: Arc<Browser>,
    number: u64,
}

/// How a screen is.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub width: u32,
    pub is_dark: bool,
    pub has_script: bool,
    /// Whether it is touched, and has no keys.
    pub has_touch: bool,
    /// What somebody wants to move.
    pub motion: Motion,
    /// How much larger somebody has made everything.
    pub zoom: u32,
}

/// What somebody wants to move on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Any,
    Little,
}

/// A desk, with everything on.
pub const WIDE: View =
    View { width: 1280, is_dark: false, has_script: true, has_touch: false, motion: Motion::Any, zoom: 1 };
/// The narrowest phone, at night.
pub const NARROW: View = View { width: 320, is_dark: true, ..WIDE };
/// A phone in somebody's hand.
pub const PHONE: View = View { width: 360, has_touch: true, ..WIDE };
/// The same without script.
pub const WITHOUT_SCRIPT: View = View { has_script: false, ..NARROW };

/// Where something lies on the screen, in points of the page.
#[derive(Clone, Copy, Debug)]
pub struct Lies {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
    pub wide: f64,
    pub high: f64,
}

/// How a page lies on the screen, and what had to be fetched for it, in bytes as they were sent.
#[derive(Clone, Debug)]
pub struct Measure {
    pub wide: u64,
    pub room: u64,
    pub shifted: f64,
    /// What moved, from where to where.
    pub moved: Vec<String>,
    pub requests: u64,
    pub bytes: u64,
    pub script: u64,
}

impl BrowserWorld {
    /// Two servers, as they are without any setting.
    pub async fn start() -> Self {
        Self::before(WebWorld::start().await)
    }

    /// The same with the pages of a whole process.
    pub async fn of_a_process() -> Self {
        Self::before(WebWorld::of_a_process().await)
    }

    /// A browser in front of a world.
    pub fn before(ground: WebWorld) -> Self {
        let browser = Arc::new(Browser::start(&ground));
        Self { ground, browser }
    }

    /// A screen for somebody, with the cookies that they have.
    pub fn screen(&self, person: &Person<'_>, view: View) -> Screen {
        let kept = ["access", "refresh", "theme", "keys"].map(|name| (name, person.cookie(name)));
        let cookies = kept.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
        let asked = json!({
            "do": "screen", "origin": self.browser.origin, "width": view.width, "dark": view.is_dark,
            "script": view.has_script, "touch": view.has_touch, "calm": view.motion == Motion::Little, "zoom": view.zoom, "cookies": Value::Object(cookies.collect()),
        });
        let number = self.browser.ask(&asked).unwrap().as_u64().unwrap();
        Screen { browser: Arc::clone(&self.browser), number }
    }

    /// The screen of somebody who signed in, on a page.
    #[track_caller]
    pub fn shows(&self, name: &str, view: View, path: &str) -> Screen {
        let screen = self.screen(&self.signed_in(name), view);
        screen.go(path);
        screen
    }

    /// The browser closes, and everybody goes home; fails where the world is not clean.
    pub async fn end(self) {
        self.browser.close();
        self.ground.end().await;
    }
}

impl Deref for BrowserWorld {
    type Target = WebWorld;

    fn deref(&self) -> &WebWorld {
        &self.ground
    }
}

impl DerefMut for BrowserWorld {
    fn deref_mut(&mut self) -> &mut WebWorld {
        &mut self.ground
    }
}

impl Screen {
    #[track_caller]
    fn does(&self, verb: &str, more: Value) -> Value {
        let mut asked = more;
        asked["do"] = json!(verb);
        asked["screen"] = json!(self.number);
        self.browser.ask(&asked).unwrap_or_else(|error| panic!("{error}\non {}", self.page()))
    }

    /// Where it is and what stands there, for a report.
    fn page(&self) -> String {
        let look = |verb: &str| self.browser.ask(&json!({ "do": verb, "screen": self.number })).unwrap_or_default();
        format!("{}: {}", look("where"), look("text"))
    }

    /// Goes to a page; gives its status and type.
    #[track_caller]
    pub fn go(&self, path: &str) -> (u64, String) {
        let answer = self.does("go", json!({ "path": self.browser.path(path) }));
        (answer["status"].as_u64().unwrap(), answer["type"].as_str().unwrap().to_owned())
    }

    /// The path of the page, with what stands behind it.
    pub fn place(&self) -> String {
        let address = self.does("where", json!({}));
        address.as_str().unwrap().strip_prefix(&self.browser.origin).unwrap().to_owned()
    }

    /// All text that is seen.
    pub fn text(&self) -> String {
        self.does("text", json!({})).as_str().unwrap().to_owned()
    }

    /// The colour of a point, where a ground of this colour lies behind the page.
    #[track_caller]
    pub fn point(&self, (x, y): (u32, u32), ground: [u8; 3]) -> [u8; 3] {
        let seen = self.does("point", json!({ "x": x, "y": y, "ground": ground }));
        serde_json::from_value(seen).unwrap()
    }

    /// Waits until this text is seen.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        self.does("see", json!({ "text": text }));
    }

    /// Waits until this was told to whoever listens.
    #[track_caller]
    pub fn hears(&self, text: &str) {
        self.does("hear", json!({ "text": text }));
    }

    /// Waits until it is on the page of this path.
    #[track_caller]
    pub fn arrives(&self, path: &str) {
        self.does("arrive", json!({ "path": self.browser.path(path) }));
    }

    /// Goes back to the page before.
    pub fn goes_back(&self) {
        self.does("back", json!({}));
    }

    /// Presses what is called so, with the pointer.
    #[track_caller]
    pub fn clicks(&self, role: &str, name: &str) {
        self.does("click", json!({ "role": role, "name": name }));
    }

    /// Presses what is called so, with a finger.
    #[track_caller]
    pub fn taps(&self, role: &str, name: &str) {
        self.does("tap", json!({ "role": role, "name": name }));
    }

    /// Opens the fold with this label, with a finger.
    #[track_caller]
    pub fn unfolds(&self, label: &str) {
        self.does("unfold", json!({ "label": label }));
    }

    /// Unfolds everything in the content of the page but its menus.
    pub fn unfolds_all(&self) {
        self.does("unfold_all", json!({}));
    }

    /// Goes to the end of the page.
    pub fn goes_to_the_end(&self) {
        self.does("end", json!({}));
    }

    /// Where what is called so lies on the screen.
    #[track_caller]
    pub fn lies(&self, role: &str, name: &str) -> Lies {
        let lies = self.does("lies", json!({ "role": role, "name": name }));
        let of = |side: &str| lies[side].as_f64().unwrap();
        let (left, top, right, bottom) = (of("left"), of("top"), of("right"), of("bottom"));
        Lies { left, top, right, bottom, wide: of("wide"), high: of("high") }
    }

    /// What can be pressed in the content of the page and is lower than a finger needs.
    pub fn too_low(&self, least: u32) -> Vec<String> {
        strings(&self.does("low", json!({ "least": least })))
    }

    /// Numbers, moments and states that do not stand on one line.
    pub fn torn(&self) -> Vec<String> {
        strings(&self.does("torn", json!({})))
    }

    /// What can be pressed or filled in, and lies behind a bar that stays in sight when it is scrolled to.
    pub fn covered(&self) -> Vec<String> {
        strings(&self.does("covered", json!({})))
    }

    /// The window is this wide from now on.
    pub fn is_resized_to(&self, width: u32) {
        self.does("resize", json!({ "width": width }));
    }

    /// A finger on a point of the screen.
    pub fn taps_at(&self, x: f64, y: f64) {
        self.does("touch", json!({ "x": x, "y": y }));
    }

    /// How many of what a selector finds are seen.
    pub fn shown(&self, selector: &str) -> u64 {
        self.does("shown", json!({ "selector": selector })).as_u64().unwrap()
    }

    /// What moves on the page.
    pub fn moving(&self) -> Vec<String> {
        strings(&self.does("moving", json!({})))
    }

    /// Fills in the field with this label.
    #[track_caller]
    pub fn fills(&self, label: &str, text: &str) {
        self.does("fill", json!({ "label": label, "text": text }));
    }

    /// What stands in the field with this label.
    #[track_caller]
    pub fn value(&self, label: &str) -> String {
        self.does("value", json!({ "label": label })).as_str().unwrap().to_owned()
    }

    /// Another tab of the same browser, with the same cookies.
    pub fn tab(&self) -> Self {
        let number = self.does("tab", json!({})).as_u64().unwrap();
        Self { browser: Arc::clone(&self.browser), number }
    }

    /// The network goes, or is there again.
    pub fn offline(&self, on: bool) {
        self.does("offline", json!({ "on": on }));
    }

    /// What a stream brings is kept back on the way, or is not any more.
    pub fn muffles(&self, on: bool) {
        self.does("muffle", json!({ "on": on }));
    }

    /// So many seconds go by in which the page does not run; then somebody looks again.
    pub fn sleeps(&self, seconds: u32) {
        self.does("sleep", json!({ "seconds": seconds }));
    }

    /// The browser takes the page out of its memory.
    pub fn restores(&self) {
        self.does("restore", json!({}));
    }

    /// From the next page on the browser has nothing that one of some years ago had not.
    pub fn forgets_what_is_new(&self) {
        self.does("forget", json!({}));
    }

    /// Something in the browser translates the page.
    pub fn translates(&self) {
        self.does("translate", json!({}));
    }

    /// Fields in which a phone would make the page larger when somebody types.
    pub fn small(&self) -> Vec<String> {
        strings(&self.does("small", json!({})))
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.does("cookie", json!({ "name": name })).as_str().map(str::to_owned)
    }

    /// Presses a key, such as `Tab` or `Control+k`.
    #[track_caller]
    pub fn presses(&self, key: &str) {
        self.does("press", json!({ "key": key }));
    }

    /// Types, where the focus is.
    #[track_caller]
    pub fn types(&self, text: &str) {
        self.does("type", json!({ "text": text }));
    }

    /// Presses Tab until the focus is on what is called so, as whoever has no pointer would.
    #[track_caller]
    pub fn tabs_to(&self, called: &str) {
        let mut passed = Vec::new();
        for _ in 0..100 {
            self.presses("Tab");
            let focused = self.focused();
            if focused == called {
                return;
            }
            passed.push(focused);
        }
        panic!("Tab never comes to {called:?}, but to {passed:?}");
    }

    /// What has the focus: its role, or tag, and its name.
    pub fn focused(&self) -> String {
        self.does("focused", json!({})).as_str().unwrap().to_owned()
    }

    /// What went wrong since the last time: on the console, by the policy, on the network.
    pub fn troubles(&self) -> Vec<String> {
        strings(&self.does("troubles", json!({})))
    }

    /// The boxes that a page opened to ask or to tell.
    pub fn dialogs(&self) -> Vec<String> {
        strings(&self.does("dialogs", json!({})))
    }

    /// What hinders people, by WCAG 2.2 A and AA as far as a program can tell.
    pub fn audit(&self) -> Vec<String> {
        strings(&self.does("audit", json!({})))
    }

    /// The forms that cannot be sent as they are seen.
    pub fn stuck(&self) -> Vec<String> {
        strings(&self.does("stuck", json!({})))
    }

    /// How the page lies and what it weighs.
    pub fn measure(&self) -> Measure {
        let measured = self.does("measure", json!({}));
        let number = |name: &str| measured[name].as_u64().unwrap();
        Measure {
            wide: number("wide"),
            room: number("room"),
            shifted: measured["shifted"].as_f64().unwrap(),
            moved: strings(&measured["moved"]),
            requests: number("requests"),
            bytes: number("bytes"),
            script: number("script"),
        }
    }

    /// Writes a picture of the whole page to `target/pages`, to be looked at.
    pub fn shot(&self, name: &str) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("pages");
        std::fs::create_dir_all(&target).unwrap();
        self.does("shot", json!({ "path": target.join(format!("{name}.png")) }));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.browser.ask(&json!({ "do": "close", "screen": self.number }));
        }
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
