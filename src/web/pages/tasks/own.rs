//! What a member has of tasks, and may claim, on their own page.

use maud::{Markup, html};

use super::one::tone;
use super::{amount, kind};
use crate::features::tasks::model::{ClaimState, KnownTask, ProvenBy};
use crate::features::tasks::queries::OwnClaim;
use crate::features::tasks::rules::LONGEST_PROOF;
use crate::money::Money;
use crate::web::api::tasks::own::OwnTasks;
use crate::web::page::{Page, Seen};
use crate::web::ui::components::{Button, Empty, Form, TextArea, badge, relative};

/// The tasks of a member on a page of theirs.
pub(in crate::web::pages) fn section<P: Page>(seen: &Seen<P>, own: &OwnTasks, money: &Money) -> Markup {
    let (open, past): (Vec<&OwnClaim>, Vec<&OwnClaim>) =
        own.claims.iter().partition(|own| own.claim.claim.state.is_open());
    html! {
        section.card #tasks {
            h2 { "Your tasks" }
            @if open.is_empty() && own.open.is_empty() && past.is_empty() {
                (Empty { title: "No tasks yet.", text: "When the server has a task for you, you can claim it here or on Discord.", action: None })
            }
            @for own in &open { (claim(seen, own, money)) }
            @if !own.open.is_empty() {
                h3 { "You can claim" }
                ul.found { @for known in &own.open { (offer(seen, known, money)) } }
            }
            @if !past.is_empty() {
                details {
                    summary { "What became of the others" }
                    ul {
                        @for own in &past {
                            li {
                                (badge(tone(own.claim.claim.state), own.claim.claim.state.in_words())) " "
                                (own.task.task.name)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A claim that is open, with what can be done with it.
fn claim<P: Page>(seen: &Seen<P>, own: &OwnClaim, money: &Money) -> Markup {
    let (id, task, claim) = (own.task.id, &own.task.task, &own.claim.claim);
    let at = |act: &str| format!("/me/{}/tasks/{id}/{act}", seen.guild);
    let (submit, abandon) = (at("submit"), at("abandon"));
    // What was typed stands again in the form that was sent.
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&submit));
    let typed = refill.and_then(|refill| refill.value("text")).unwrap_or_default();
    let wrong = refill.and_then(|refill| refill.wrong("text"));
    let (of_submit, of_abandon) = (seen.seal(&format!("submit-{id}")), seen.seal(&format!("abandon-{id}")));
    let field = format!("f-text-{id}");
    let asked = format!("Give {} up? Your place is free again, and what you handed in goes.", task.name);
    html! {
        article.task {
            h3 { (task.name) " " (badge(tone(claim.state), claim.state.in_words())) }
            p.written { (task.description) }
            p.hint {
                "Reward: " (amount(money, task.reward))
                @if claim.state.waits_for_proof() {
                    @match claim.proven_by.progress(claim.progress) {
                        Some(progress) => { " · " (progress) ", until " (relative(claim.deadline)) }
                        None => { " · hand it in " (relative(claim.deadline)) }
                    }
                }
            }
            @if !claim.notes.is_empty() { p { strong { "The reviewer: " } (claim.notes) } }
            @if claim.proven_by != ProvenBy::Review && claim.state.waits_for_proof() {
                p { "It proves itself: nothing is to be handed in." }
            } @else if claim.state == ClaimState::Submitted {
                @if let Some(proof) = &claim.proof {
                    p { "You handed in: " @if proof.content.is_empty() { "files" } @else { "“" (proof.content) "”" } }
                }
            } @else {
                (Form::new(&submit, of_submit.seal()).around(&html! {
                    (TextArea {
                        id: Some(&field),
                        value: typed,
                        error: wrong.as_deref(),
                        hint: Some("Files are handed in on Discord by /task_submit."),
                        most: u32::try_from(LONGEST_PROOF).ok(),
                        ..TextArea::new("text", "What you did")
                    })
                    (Button { about: Some(&task.name), ..Button::main("Hand it in") })
                }))
            }
            (Form { confirm: Some(&asked), ..Form::new(&abandon, of_abandon.seal()) }
                .around(&html! { (Button { about: Some(&task.name), ..Button::plain("Give it up") }) }))
        }
    }
}

/// A task that can be claimed.
fn offer<P: Page>(seen: &Seen<P>, KnownTask { id, task }: &KnownTask, money: &Money) -> Markup {
    let action = format!("/me/{}/tasks/{id}/claim", seen.guild);
    let sealed = seen.seal(&format!("claim-{id}"));
    html! {
        li {
            strong { (task.name) } " " span.hint {
                "reward: " (amount(money, task.reward)) " · ends " (relative(task.expires_at)) (kind(task))
            }
            p.written { (task.description) }
            (Form::new(&action, sealed.seal()).around(&html! {
                (Button { about: Some(&task.name), ..Button::plain("Claim it") })
            }))
        }
    }
}
