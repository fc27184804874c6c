//! The queue as everybody sees it, and what overlays show. Pure.

use std::time::Duration;

use maud::{Markup, html};

use crate::web::music::board::{Board, Own, Progress, Shown};
use crate::web::ui::components::{lasts, number};

/// The queue.
pub(in crate::web) fn board(board: &Board) -> Markup {
    let more = board.waiting.saturating_sub(board.coming.len() as u64);
    html! {
        section.card aria-labelledby="now" {
            h2 #now { "Now playing" }
            @match &board.now {
                Some(now) => { p { strong { (now.name) } (by(now)) } }
                None => { p { "Nothing plays." } }
            }
        }
        @if let Some(song) = &board.own { (own(song)) }
        section aria-labelledby="coming" {
            h2 #coming { "Coming up" }
            @if board.coming.is_empty() {
                p { "The queue is empty. Be the first: type " code { "/submit" } " in the server." }
            } @else {
                ol.board { @for (place, song) in (1_u64..).zip(&board.coming) { (row(place, song)) } }
            }
            @if more > 0 { p.hint { "And " (number(more)) " more." } }
            p.hint { @if board.is_open { "Songs are taken now." } @else { "No songs are taken now." } }
        }
    }
}

fn own(song: &Own) -> Markup {
    html! {
        section.card aria-labelledby="own" {
            h2 #own { "Your song" }
            p { strong { (song.name) } }
            p.hint {
                @match song.place {
                    Some(place) => { "Place " (place) }
                    None => { "It waits for a reviewer." }
                }
                @if let Some(minutes) = song.minutes { " · ~" (lasts(Duration::from_mins(minutes))) }
            }
        }
    }
}

fn row(place: u64, song: &Shown) -> Markup {
    html! {
        li class=[song.is_own.then_some("own")] {
            span.number { (place) }
            span {
                @if let Some(line) = song.line { (line.emoji()) " " span.heard { (line.name()) " " } }
                (song.name) (by(song))
                @if song.is_own { span.hint { " yours" } }
            }
            span.hint { @if let Some(minutes) = song.minutes { "~" (lasts(Duration::from_mins(minutes))) } }
        }
    }
}

fn by(song: &Shown) -> Markup {
    html! { @if let Some(by) = &song.by { " · " (by) } }
}

/// What plays, over a picture: nothing where nothing plays.
pub(in crate::web) fn now(now: Option<&Shown>) -> Markup {
    html! {
        @if let Some(song) = now {
            p.song { (song.name) }
            @if let Some(by) = &song.by { p { (by) } }
        }
    }
}

/// The next song, over a picture.
pub(in crate::web) fn next(board: &Board) -> Markup {
    html! {
        @if let Some(song) = board.coming.first() { p { "Next: " (song.name) (by(song)) } }
    }
}

/// The next songs, over a picture.
pub(in crate::web) fn queue(board: &Board) -> Markup {
    const SHOWN: usize = 5;
    html! {
        @if !board.coming.is_empty() {
            ol { @for (place, song) in (1_u64..).zip(board.coming.iter().take(SHOWN)) { li { (place) " " (song.name) } } }
        }
    }
}

/// How far the goal is, over a picture: nothing where there is none.
pub(in crate::web) fn goal(progress: Option<&Progress>) -> Markup {
    html! {
        @if let Some(Progress { goal, reached }) = progress {
            @let wanted = u64::from(goal.wanted);
            p { (number(*reached)) " of " (number(wanted)) " " (goal.of.word()) }
            progress max=(wanted) value=((*reached).min(wanted)) aria-label=(goal.of.word()) {}
        }
    }
}

#[cfg(test)]
mod tests;
