//! Forms, what each changing one carries, and what belongs to sending: buttons, the summary of errors, the ask before.
//!
//! A form that changes something carries the session's token against forged requests and a key of its own, so that a
//! double click does its work once; where it edits a record, also the revision that was shown. Parts of a page that are
//! drawn once for everybody can hold neither: their buttons belong to the form [`acts`], which stands outside of them.

use maud::{Markup, Render, html};

use crate::web::ui::icons::{Icon, icon};

/// The field with the session's token.
pub const CSRF: &str = "csrf";
/// The field with the key of this one sending.
pub const IDEMPOTENCY_KEY: &str = "idempotency_key";
/// The field with the revision of the record that the form edits, as `If-Match` would have it.
pub const REVISION: &str = "revision";
/// The field with what a person is asked before the form counts. With script it is asked above the page and not sent on a
/// yes; where it is sent, a page asks (see `crate::web::page::question`).
pub const ASK: &str = "ask";
/// The field that stands in the form of such a page: whoever sends it has said yes, and is not asked once more.
pub const SURE: &str = "sure";
/// The field with the page from which a form was sent, where it says so itself.
pub const BACK: &str = "back";
/// The id of the form to which buttons belong that stand in no form.
pub const ACTS: &str = "acts";

/// What every changing form carries.
#[derive(Clone, Copy, Debug)]
pub struct Seal<'a> {
    /// The session's token, padded anew for this page.
    pub csrf: &'a str,
    /// Chance, for this form of this page alone.
    pub key: &'a str,
}

impl Render for Seal<'_> {
    fn render(&self) -> Markup {
        html! {
            input type="hidden" name=(CSRF) value=(self.csrf);
            input type="hidden" name=(IDEMPOTENCY_KEY) value=(self.key);
        }
    }
}

/// A form that changes something.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Where it is sent.
    pub action: &'a str,
    /// What shows that the page was ours; none before somebody is signed in.
    pub seal: Option<Seal<'a>>,
    /// The revision of the record that is edited.
    pub revision: Option<&'a str>,
    /// Its id, for buttons outside of it.
    pub id: Option<&'a str>,
    /// What a person is asked before it is sent.
    pub confirm: Option<&'a str>,
    /// Whether leaving the page with unsaved changes is warned of, and Ctrl+S sends it.
    pub is_guarded: bool,
    /// Whether the script sends it without leaving the page.
    pub is_quiet: bool,
    /// Whether it holds a file.
    pub has_file: bool,
}

impl<'a> Form<'a> {
    /// A plain form of somebody who is signed in.
    pub const fn new(action: &'a str, seal: Seal<'a>) -> Self {
        Self { seal: Some(seal), ..Self::unsealed(action) }
    }

    /// A form of somebody who is not signed in: there is no session whose token it could carry.
    pub const fn unsealed(action: &'a str) -> Self {
        Self {
            action,
            seal: None,
            revision: None,
            id: None,
            confirm: None,
            is_guarded: false,
            is_quiet: false,
            has_file: false,
        }
    }

    /// The form around its fields and buttons.
    pub fn around(&self, content: &Markup) -> Markup {
        html! {
            form method="post" action=(self.action) id=[self.id]
                enctype=[self.has_file.then_some("multipart/form-data")]
                data-guard[self.is_guarded] data-quiet[self.is_quiet] {
                @if let Some(seal) = &self.seal { (seal) }
                @if let Some(revision) = self.revision { input type="hidden" name=(REVISION) value=(revision); }
                @if let Some(asked) = self.confirm { input type="hidden" name=(ASK) value=(asked); }
                (content)
            }
        }
    }
}

/// The bar with the button of a long form, which stays in sight wherever one is in the form.
pub fn save_bar(buttons: &Markup) -> Markup {
    html! {
        div.save { (buttons) }
    }
}

/// The empty form to which buttons belong that stand in no form: see [`Button::act`].
pub fn acts(seal: Seal<'_>) -> Markup {
    html! {
        form id=(ACTS) method="post" action="" data-quiet hidden { (seal) }
    }
}

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// What somebody came for; one of a form.
    Main,
    /// One of several ways.
    Plain,
    /// It cannot be taken back.
    Danger,
    /// The same, where somebody was asked already and this is the answer.
    Sure,
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Self::Main => "button main",
            Self::Plain => "button",
            Self::Danger => "button danger",
            Self::Sure => "button main danger",
        }
    }
}

/// A button that sends a form.
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    /// What it does, as a verb.
    pub label: &'a str,
    /// What it does that to, for whoever hears the page and not what stands around the button.
    pub about: Option<&'a str>,
    /// How much it asks for attention.
    pub weight: Weight,
    /// A picture before the words.
    pub icon: Option<Icon>,
    /// A field that it sends: name and value.
    pub sends: Option<(&'a str, &'a str)>,
    /// The address to which the form [`acts`] is sent; `None` for a button inside its own form.
    pub act: Option<&'a str>,
    /// The single key that presses it.
    pub key: Option<char>,
}

impl<'a> Button<'a> {
    /// The button that somebody came for.
    pub const fn main(label: &'a str) -> Self {
        Self { label, about: None, weight: Weight::Main, icon: None, sends: None, act: None, key: None }
    }

    /// One of several ways.
    pub const fn plain(label: &'a str) -> Self {
        Self { weight: Weight::Plain, ..Self::main(label) }
    }

    /// What cannot be taken back.
    pub const fn danger(label: &'a str) -> Self {
        Self { weight: Weight::Danger, ..Self::main(label) }
    }
}

impl Render for Button<'_> {
    fn render(&self) -> Markup {
        let (name, value) = self.sends.unzip();
        html! {
            button class=(self.weight.class()) type="submit" name=[name] value=[value] form=[self.act.map(|_| ACTS)]
                formaction=[self.act] data-key=[self.key] aria-keyshortcuts=[self.key] {
                @if let Some(picture) = self.icon { (icon(picture)) }
                (self.label)
                @if let Some(about) = self.about { span.heard { " " (about) } }
                @if let Some(key) = self.key { kbd aria-hidden="true" { (key) } }
            }
        }
    }
}

/// What is wrong with a form, above it: the id of each field and what is said there. It gets the focus; nothing is
/// shown where nothing is wrong.
pub fn error_summary(errors: &[(&str, &str)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.summary #errors role="alert" tabindex="-1" autofocus {
                h2 {
                    @if errors.len() == 1 { "One thing is not right yet" }
                    @else { (errors.len()) " things are not right yet" }
                }
                ul {
                    @for (id, message) in errors { li { a href={ "#" (id) } { (message) } } }
                }
            }
        }
    }
}

/// A form that only asks: its fields stand in the address, so a view can be sent to somebody.
pub fn filters(action: &str, fields: &Markup) -> Markup {
    html! {
        form.filters method="get" action=(action) role="search" {
            (fields)
            button.button type="submit" { "Show" }
        }
    }
}

/// What has to be typed before something that cannot be taken back; `typed` is what was typed before, if anything was.
pub fn type_the_name(name: &str, typed: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="f-confirm" { "Type " strong { (name) } " to confirm" }
            input id="f-confirm" type="text" name="confirm" autocomplete="off" autocapitalize="none" spellcheck="false"
                data-expect=(name) value=[typed] required;
        }
    }
}

/// Something that opens above the page.
#[derive(Clone, Copy, Debug)]
pub struct Dialog<'a> {
    /// Its id, which its [`opener`] names.
    pub id: &'a str,
    /// What it is about.
    pub title: &'a str,
}

impl Dialog<'_> {
    /// The dialog around its content, closed at first. It closes with Escape, too, and gives the focus back.
    pub fn around(&self, content: &Markup) -> Markup {
        html! {
            dialog id=(self.id) aria-labelledby={ (self.id) "-title" } {
                h2 id={ (self.id) "-title" } { (self.title) }
                (content)
                form method="dialog" { button.button type="submit" { "Close" } }
            }
        }
    }
}

/// The button that opens a [`Dialog`]; browsers of today do so without script.
pub fn opener(dialog: &str, label: &str) -> Markup {
    html! {
        button.button type="button" command="show-modal" commandfor=(dialog) data-opens=(dialog) { (label) }
    }
}

#[cfg(test)]
mod tests {
    use maud::PreEscaped;

    use super::*;
    use crate::web::ui::testing::lines;

    const SEAL: Seal<'_> = Seal { csrf: "t0ken", key: "k3y" };

    fn nothing() -> Markup {
        PreEscaped(String::new())
    }

    #[test]
    fn a_changing_form_carries_its_token_its_key_and_its_revision() {
        let form = Form { revision: Some("12"), is_guarded: true, ..Form::new("/g/5/shop/1", SEAL) };
        insta::assert_snapshot!(lines(&form.around(&Button::main("Save").render())), @r#"
        <form method="post" action="/g/5/shop/1" data-guard>
        <input type="hidden" name="csrf" value="t0ken">
        <input type="hidden" name="idempotency_key" value="k3y">
        <input type="hidden" name="revision" value="12">
        <button class="button main" type="submit">Save</button>
        </form>
        "#);
    }

    #[test]
    fn a_form_before_sign_in_carries_nothing() {
        let form = Form { seal: None, has_file: true, ..Form::new("/sign-in", SEAL) };
        let drawn = form.around(&nothing()).into_string();
        assert_eq!(drawn, r#"<form method="post" action="/sign-in" enctype="multipart/form-data"></form>"#);
    }

    #[test]
    fn a_button_in_a_shared_part_of_a_page_belongs_to_the_form_outside_of_it() {
        let next = Button {
            act: Some("/g/5/desk/next"),
            key: Some('n'),
            icon: Some(Icon::Next),
            sends: Some(("song", "127626")),
            ..Button::main("Next")
        };
        insta::assert_snapshot!(lines(&next.render()), @r#"
        <button class="button main" type="submit" name="song" value="127626" form="acts" formaction="/g/5/desk/next" data-key="n" aria-keyshortcuts="n">[icon]Next<kbd aria-hidden="true">n</kbd>
        </button>
        "#);
        insta::assert_snapshot!(lines(&acts(SEAL)), @r#"
        <form id="acts" method="post" action="" data-quiet hidden>
        <input type="hidden" name="csrf" value="t0ken">
        <input type="hidden" name="idempotency_key" value="k3y">
        </form>
        "#);
    }

    #[test]
    fn what_is_wrong_is_said_above_the_form_and_leads_to_its_field() {
        assert_eq!(error_summary(&[]).into_string(), "");
        let wrong = [("f-price", "A price is 0 or more."), ("f-name", "Give it a name.")];
        insta::assert_snapshot!(lines(&error_summary(&wrong)), @r##"
        <div class="summary" id="errors" role="alert" tabindex="-1" autofocus>
        <h2>2 things are not right yet</h2>
        <ul>
        <li>
        <a href="#f-price">A price is 0 or more.</a>
        </li>
        <li>
        <a href="#f-name">Give it a name.</a>
        </li>
        </ul>
        </div>
        "##);
    }

    #[test]
    fn a_dialog_is_opened_by_its_button_and_closed_by_its_own() {
        let dialog = Dialog { id: "keys", title: "Keys" };
        insta::assert_snapshot!(lines(&html! { (opener("keys", "List of keys")) (dialog.around(&nothing())) }), @r#"
        <button class="button" type="button" command="show-modal" commandfor="keys" data-opens="keys">List of keys</button>
        <dialog id="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <form method="dialog">
        <button class="button" type="submit">Close</button>
        </form>
        </dialog>
        "#);
    }

    #[test]
    fn a_name_has_to_be_typed_as_it_is() {
        let drawn = type_the_name("Night <Owl>", None).into_string();
        assert!(drawn.contains(r#"data-expect="Night &lt;Owl&gt;""#), "{drawn}");
        assert!(drawn.contains(r#"autocomplete="off" autocapitalize="none" spellcheck="false""#), "{drawn}");
        assert!(filters("/g/5/songs", &nothing()).into_string().contains(r#"method="get""#));
    }
}
