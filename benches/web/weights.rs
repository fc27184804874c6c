//! What pages weigh, packed as a browser is sent them: at the first visit with everything that they need, and later alone.
//! Bodies are counted, without their heads; the browser tests hold the whole to the same numbers.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::http::StatusCode;
use greenroom::web::endpoint::Door;
use greenroom::web::table::{router, routes};

use super::drawn::{asked, shown_to};
use super::ground::Ground;
use super::people::Session;
use super::support::fill::{song, submitter};
use super::support::progress;
use super::support::report::Report;

/// What a page may weigh that is opened first; of that the script, and what it may weigh later.
const FIRST: usize = 60 * 1024;
const SCRIPT: usize = 20 * 1024;
const LATER: usize = 12 * 1024;
/// Requests of a first visit.
const REQUESTS: usize = 8;

/// What one page weighs.
struct Weight {
    path: String,
    alone: usize,
    files: BTreeMap<String, usize>,
}

impl Weight {
    fn first(&self) -> usize {
        self.alone + self.files.values().sum::<usize>()
    }

    fn script(&self) -> usize {
        self.files.iter().filter(|(name, _)| name.ends_with("js")).map(|(_, bytes)| bytes).sum()
    }

    fn requests(&self) -> usize {
        1 + self.files.len()
    }
}

pub async fn measure(ground: &Ground, report: &mut Report) {
    progress("weights of pages");
    // The operator sees every page, with all that is on it.
    let (routes, sessions) = (router(&ground.web), ground.operators().await);
    let mut weights = Vec::new();
    for (number, path) in pages(ground).into_iter().enumerate() {
        weights.extend(weigh(&routes, &sessions[number % sessions.len()], path).await);
    }
    let pages = weights.len();
    let [first, later] = ["first", "later"].map(|visit| format!("{visit} visit of the heaviest of {pages} pages"));
    tell(&weights, &first, FIRST, kilobytes, Weight::first, report);
    tell(&weights, "the script of a first visit", SCRIPT, kilobytes, Weight::script, report);
    tell(&weights, "requests of a first visit", REQUESTS, |number| number.to_string(), Weight::requests, report);
    tell(&weights, &later, LATER, kilobytes, |page| page.alone, report);
}

/// The largest of a figure, with the page that has it.
fn tell(
    weights: &[Weight],
    what: &str,
    most: usize,
    written: impl Fn(usize) -> String,
    figure: impl Fn(&Weight) -> usize,
    report: &mut Report,
) {
    let heaviest = weights.iter().max_by_key(|page| figure(page)).unwrap();
    let found = figure(heaviest);
    let measured = format!("{} ({})", written(found), heaviest.path);
    report.target(what, &format!("{} at most", written(most)), measured, found <= most);
}

fn kilobytes(bytes: usize) -> String {
    format!("{}.{} KiB", bytes / 1_024, bytes % 1_024 * 10 / 1_024)
}

/// The pages of the table, of which everything is there that their paths name.
fn pages(ground: &Ground) -> Vec<String> {
    let named = [
        ("{server}", ground.guild.to_string()),
        ("{member}", submitter(7).to_string()),
        ("{song}", song(7).public_id.digits()),
        ("{entry}", "7".to_owned()),
        ("{area}", "economy".to_owned()),
        ("{subject}", "instance".to_owned()),
    ];
    let of_pages = routes().filter(|route| route.doors.door == Door::Page).flat_map(|route| route.doors.paths);
    let paths = of_pages.map(|path| named.iter().fold((*path).to_owned(), |path, (name, is)| path.replace(name, is)));
    paths.filter(|path| !path.contains('{')).collect()
}

/// What a page weighs; nothing where there is no page, as where nothing was handed in by a process.
async fn weigh(routes: &Router, session: &Session, path: String) -> Option<Weight> {
    let (status, page) = asked(routes, session, &path, 0, false).await;
    let page = String::from_utf8(page).ok().filter(|page| page.starts_with("<!DOCTYPE html>"))?;
    if status != StatusCode::OK {
        return None;
    }
    let alone = shown_to(routes, session, &path, 0, true).await.len();
    let mut files = BTreeMap::new();
    for file in files_of(&page) {
        let bytes = shown_to(routes, session, &file, 0, true).await.len();
        files.insert(file, bytes);
    }
    Some(Weight { path, alone, files })
}

/// The files that a page names.
fn files_of(page: &str) -> BTreeSet<String> {
    let named = page.match_indices("\"/assets/").filter_map(|(at, _)| page[at + 1..].split('"').next());
    named.map(str::to_owned).collect()
}
