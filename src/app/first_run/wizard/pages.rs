//! What is seen of each step. Values go in, markup comes out.

use maud::{Markup, PreEscaped, html};

use super::course::{Announcement, FormError, InPlace, Step, Summary};
use super::upload;
use crate::app::first_run::account::Account;
use crate::kernel::time::Timestamp;
use crate::web::ui::components::{
    Button, Card, Choice, Field, Form, Input, Notice, Seal, Select, Tone, badge, code, moment, spelled,
};

/// Where applications are made, and tokens.
const PORTAL: &str = "https://discord.com/developers/applications";
/// Where the button is sent that leads to the step before.
const BACK: &str = "/setup/back";
/// The steps that people count.
const STEPS: [&str; 4] = ["Begin", "Password", "Token", "Invite"];

/// A page.
pub(super) struct Shown {
    /// Its heading.
    pub(super) title: &'static str,
    /// Its content.
    pub(super) main: Markup,
}

/// What pages need beside the step.
pub(super) struct About<'a> {
    /// What their forms carry.
    pub(super) seal: Seal<'a>,
    /// The operator's name.
    pub(super) operator: &'a str,
    /// The snapshots that are here, the newest first.
    pub(super) snapshots: &'a [String],
    /// What the store holds that is here, as people count it.
    pub(super) counts: &'a [(&'static str, u64)],
    /// Where copies of them go.
    pub(super) target: Option<&'a str>,
    /// The backup that was chosen last from a list.
    pub(super) chosen: &'a str,
    /// What was wrong.
    pub(super) wrong: Option<&'a FormError>,
}

impl<'a> About<'a> {
    /// A form of the page.
    fn form(&self, action: &'a str, content: &Markup) -> Markup {
        Form::new(action, self.seal).around(content)
    }

    /// A form that is a button.
    fn button(&self, action: &'a str, button: Button<'_>) -> Markup {
        self.form(action, &html! { (button) })
    }
}

/// What a page says above everything of what was asked for last; what is wrong with a field stands beside it.
pub(super) fn notice(told: &Announcement) -> Option<Notice> {
    match told {
        Announcement::FormError(wrong) => wrong.field.is_empty().then(|| bad(&wrong.sentence)),
        Announcement::Restored(in_place) => Some(Notice::new(Tone::Good, restored(in_place))),
    }
}

/// That something was not done.
pub(super) fn bad(sentence: &str) -> Notice {
    Notice::new(Tone::Bad, spelled(sentence))
}

/// What was restored, from when, and where that is which was here before.
fn restored(InPlace { summary, snapshot, kept }: &InPlace) -> Markup {
    html! {
        (summary.name) " is restored, with " (summary.rows) " rows. "
        @if let Some(at) = made_at(summary) { "Everything is as it was " (moment(at)) ". " }
        @if let Some(kept) = kept { "The store of before is " code { (kept) } " in the data folder" }
        @if let Some(snapshot) = snapshot { ", and its snapshot " code { (snapshot) } }
        @if kept.is_some() { "." } @else { "There was nothing here before." }
    }
}

fn made_at(summary: &Summary) -> Option<Timestamp> {
    Timestamp::from_rfc3339(&summary.taken_at).filter(|_| summary.is_snapshot)
}

/// What is wrong with a field.
fn wrong_in<'a>(wrong: Option<&'a FormError>, field: &str) -> Option<&'a str> {
    wrong.filter(|wrong| wrong.field == field).map(|wrong| wrong.sentence.as_str())
}

/// The page that asks for the code, or shows that it has one: to open an address must not use it up, because previews of links
/// do that.
pub(super) fn door(code: Option<&str>, ways: &[String], wrong: Option<&FormError>) -> Shown {
    let form = Form::unsealed("/setup/enter");
    let hint = "Greenroom printed it when it started: 20 letters and digits.";
    let main = html! {
        section.card.wizard {
            p { "Nobody has given this Greenroom a bot yet. You can do so here, if you can see what it printed." }
            (form.around(&html! {
                @if let Some(code) = code {
                    input type="hidden" name="code" value=(code);
                } @else {
                    (Field {
                        input: Input::Code,
                        hint: Some(hint),
                        error: wrong_in(wrong, "code"),
                        is_required: true,
                        ..Field::new("code", "Code")
                    })
                }
                (Button::main("Set Greenroom up"))
            }))
        }
        details {
            summary { "From another machine" }
            @for way in ways { p { (way) } }
        }
    };
    Shown { title: "Set Greenroom up", main: focused(main) }
}

/// The page of a step.
pub(super) fn step(step: &Step, about: &About<'_>) -> Shown {
    let (at, title, main) = match step {
        Step::Begin => (0, "Begin", begin(about)),
        Step::Copies(names) => (0, "Choose a copy", copies(names, about)),
        Step::Working(words) => (0, "One moment", working(words)),
        Step::Confirm(tried) => (0, "Is this the backup?", confirm(&tried.summary, about)),
        Step::Password { has_one } => (1, "Choose a password", password(*has_one, about)),
        Step::Token => (2, "Give the bot's token", token(about)),
        Step::Invite(account) => (3, "Invite the bot", invite(account, about)),
        Step::Started(account) => (STEPS.len(), "Greenroom starts", started(account)),
    };
    let main = html! {
        ol.steps {
            @for (place, name) in STEPS.iter().enumerate() {
                li.done[place < at] aria-current=[(place == at).then_some("step")] { (name) }
            }
        }
        div.wizard { (main) }
    };
    Shown { title, main: focused(main) }
}

/// A page on which the first field that is wrong has the focus as it is loaded.
fn focused(main: Markup) -> Markup {
    let invalid = " aria-invalid=\"true\"";
    PreEscaped(main.into_string().replacen(invalid, &format!("{invalid} autofocus"), 1))
}

/// The page that says what is not possible.
pub(super) fn problem(sentence: &Markup) -> Shown {
    let main = html! {
        p { (sentence) }
        p { a.button href="/setup" { "Back" } }
    };
    Shown { title: "That did not work", main }
}

fn begin(about: &About<'_>) -> Markup {
    let snapshots: Vec<Choice<'_>> = about.snapshots.iter().map(|name| Choice::new(name, name)).collect();
    let upload = Form { has_file: true, ..Form::new("/setup/upload", about.seal) };
    html! {
        section.card {
            @if about.counts.iter().all(|(_, count)| *count == 0) {
                h2 { "Start new" }
                p { "For a server that has never had Greenroom." }
                (about.button("/setup/new", Button::main("Start new")))
            } @else {
                h2 { "Go on with what is here" }
                p { "The data folder has a store already. It stays as it is, and is brought up to date." }
                ul { @for (name, count) in about.counts { li { (name) ": " (count) } } }
                (about.button("/setup/new", Button::main("Go on with it")))
            }
        }
        section.card {
            h2 { "Restore a backup" }
            p { "It is read from front to back and shown to you before anything is changed." }
            (upload.around(&file(about)))
            @if !snapshots.is_empty() {
                (about.form("/setup/take", &html! {
                    (Select { id: Some("f-snapshot"), chosen: about.chosen, ..Select::new(upload::FIELD, "A snapshot in the data folder", &snapshots) })
                    (Button::plain("Look at it"))
                }))
            }
            @if let Some(target) = about.target {
                p { "Copies were sent to " strong { (target) } "." }
                (about.button("/setup/copies", Button::plain("Look for copies there")))
            }
        }
    }
}

fn file(about: &About<'_>) -> Markup {
    let error = wrong_in(about.wrong, upload::FIELD);
    html! {
        div.field {
            label for="f-backup" { "A file" }
            p.hint id="f-backup-hint" { "A snapshot, or the greenroom.redb of a stopped bot." }
            input id="f-backup" type="file" name=(upload::FIELD) accept=".redb" required
                aria-describedby={ "f-backup-hint" @if error.is_some() { " f-backup-error" } }
                aria-invalid=[error.map(|_| "true")];
            @if let Some(error) = error { p.error id="f-backup-error" { (spelled(error)) } }
        }
        (Button::plain("Send it and look at it"))
    }
}

fn copies(names: &[String], about: &About<'_>) -> Markup {
    let choices: Vec<Choice<'_>> = names.iter().map(|name| Choice::new(name, name)).collect();
    html! {
        section.card {
            p { "The newest is the first. Several bots may copy to one place: what a copy holds is shown before it counts." }
            (about.form("/setup/take", &html! {
                (Select { chosen: about.chosen, ..Select::new(upload::FIELD, "Copy", &choices) })
                (Button::main("Fetch it and look at it"))
            }))
            (about.button(BACK, Button::plain("Back to the beginning")))
        }
    }
}

fn working(words: &str) -> Markup {
    html! {
        section.card {
            p role="status" { (words) " That can take some minutes, and goes on when you close this page." }
            p.hint { "This page looks again by itself." }
            p { a.button href="/setup" { "See whether it is done" } }
        }
    }
}

fn confirm(summary: &Summary, about: &About<'_>) -> Markup {
    let made = if let Some(at) = made_at(summary) {
        moment(at)
    } else {
        html! { "it does not say: a store that was copied while no bot ran" }
    };
    let mut facts = vec![("Made", made), ("By Greenroom", html! { (summary.greenroom) })];
    facts.extend(summary.counts.iter().map(|(name, number)| (*name, html! { (number) })));
    facts.push(("rows in all", html! { (summary.rows) }));
    html! {
        (Card { title: &summary.name, facts: &facts })
        p { "It is whole, and everything in it fits together. What is in the data folder now stays there, under another name." }
        (about.button("/setup/restore", Button::main("Restore it")))
        (about.button(BACK, Button::plain("Choose another one")))
    }
}

fn password(has_one: bool, about: &About<'_>) -> Markup {
    let form = about.form(
        "/setup/password",
        &html! {
            input type="hidden" name="username" value=(about.operator) autocomplete="username";
            (Field {
                input: Input::Password,
                hint: Some("At least 12 characters. A few words in a row are easy to remember."),
                error: wrong_in(about.wrong, "password"),
                autocomplete: "new-password",
                is_required: true,
                ..Field::new("password", "Password")
            })
            (Field {
                input: Input::Password,
                error: wrong_in(about.wrong, "again"),
                autocomplete: "new-password",
                is_required: true,
                ..Field::new("again", "Once more")
            })
            (Button::main("Take this password"))
        },
    );
    html! {
        section.card {
            p { "With it you sign in as " strong { (about.operator) } ", the operator: somebody who sees every server. It works also \
                when Discord does not." }
            (form)
            @if has_one {
                p { "There is an operator already. Keep the password if you know it; choose another one if not." }
                (about.button("/setup/keep", Button::plain("Keep the one that is there")))
            }
        }
        (about.button(BACK, Button::plain("Back to the beginning")))
    }
}

fn token(about: &About<'_>) -> Markup {
    html! {
        section.card {
            ol {
                li { "Open " (elsewhere(PORTAL, "Discord's Developer Portal")) ", choose New Application, and go to the page Bot." }
                li { "Below Privileged Gateway Intents, switch on Server Members Intent and Message Content Intent, and save." }
                li { "Press Reset Token, and copy the token. Discord shows it once." }
            }
            (token_form(about, "Try it"))
        }
        (about.button(BACK, Button::plain("Back")))
    }
}

fn token_form(about: &About<'_>, label: &str) -> Markup {
    about.form(
        "/setup/token",
        &html! {
            (Field {
                input: Input::Password,
                hint: Some("It is tried at once, and kept in the data folder for its user alone."),
                error: wrong_in(about.wrong, "token"),
                is_required: true,
                ..Field::new("token", "Token")
            })
            (Button::main(label))
        },
    )
}

fn invite(account: &Account, about: &About<'_>) -> Markup {
    let is_all_on = account.sees_members && account.sees_messages;
    html! {
        section.card {
            p { "The token is that of " strong { (account.name) } "." }
            ul {
                li { (intent(account.sees_members, "Server Members Intent")) }
                li { (intent(account.sees_messages, "Message Content Intent")) }
            }
            @if !is_all_on {
                p { "Without both, songs that are posted as messages are not noticed. Switch them on below Privileged Gateway \
                    Intents on " (elsewhere(&account.page_of_intents(), "the page Bot of your application")) ", and save there." }
            }
        }
        section.card {
            h2 { "Invite it" }
            p { (elsewhere(&account.invitation(), "Invite the bot to your server")) ", with the least rights that it needs." }
            @if account.wants_code_grant {
                p { (badge(Tone::Bad, "in the way")) " Discord refuses every invitation as long as Requires OAuth2 Code Grant is on. \
                    Switch it off on " (elsewhere(&account.page_of_intents(), "the page Bot of your application")) ", and save there." }
            }
            @if account.servers.is_empty() {
                p { (badge(Tone::Quiet, "in no server yet")) }
            } @else {
                p { (badge(Tone::Good, "is there")) " In " (account.servers.join(", ")) "." }
            }
            (about.button("/setup/look", Button::plain("Look again")))
        }
        (about.button("/setup/start", Button::main("Start the bot")))
        details open[wrong_in(about.wrong, "token").is_some()] {
            summary { "Another token" }
            (token_form(about, "Try this one"))
        }
        (about.button(BACK, Button::plain("Back to the token")))
    }
}

fn intent(is_on: bool, name: &str) -> Markup {
    let (tone, state) = if is_on { (Tone::Good, "on") } else { (Tone::Bad, "off") };
    html! { (badge(tone, state)) " " (name) }
}

fn started(account: &Account) -> Markup {
    html! {
        section.card {
            p { strong { (account.name) } " comes online within seconds." }
            @if account.servers.is_empty() {
                p { (elsewhere(&account.invitation(), "Invite the bot to your server")) " first." }
            }
            p { "Then type " (code("/dashboard")) " in your server: it answers you alone, with a link to these pages. "
                (code("/setup")) " chooses the channels of an evening." }
            p { a.button href="/" { "Open Greenroom" } }
        }
    }
}

/// A link to a page of Discord's, which opens beside this one.
fn elsewhere(href: &str, label: &str) -> Markup {
    html! { a href=(href) target="_blank" rel="noreferrer" { (label) } }
}

#[cfg(test)]
mod tests;
