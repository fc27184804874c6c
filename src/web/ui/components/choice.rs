//! Choosing instead of typing: a list, a tick, radio buttons.

use maud::{Markup, Render, html};

use super::field::About;

/// One of several possibilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// What the form sends.
    pub value: &'a str,
    /// What a person reads.
    pub label: &'a str,
}

impl<'a> Choice<'a> {
    /// A possibility.
    pub const fn new(value: &'a str, label: &'a str) -> Self {
        Self { value, label }
    }
}

/// One of a list that opens.
#[derive(Clone, Copy, Debug)]
pub struct Select<'a> {
    /// Under which name the form sends it.
    pub name: &'a str,
    /// What stands above it.
    pub label: &'a str,
    /// Its id, where two forms of one page have a field of this name.
    pub id: Option<&'a str>,
    /// What there is to choose from.
    pub choices: &'a [Choice<'a>],
    /// The value that is chosen; the first choice where none has it.
    pub chosen: &'a str,
    /// What helps to choose.
    pub hint: Option<&'a str>,
    /// What is wrong with the choice.
    pub error: Option<&'a str>,
}

impl<'a> Select<'a> {
    /// A list of which the first choice is taken.
    pub const fn new(name: &'a str, label: &'a str, choices: &'a [Choice<'a>]) -> Self {
        Self { name, label, id: None, choices, chosen: "", hint: None, error: None }
    }
}

impl Render for Select<'_> {
    fn render(&self) -> Markup {
        let about = About::new(self.id, self.name, self.label, self.hint, self.error);
        about.around(&html! {
            select id=(about.id) name=(self.name) aria-describedby=[about.described_by()]
                aria-invalid=[about.invalid()] {
                @for choice in self.choices {
                    option value=(choice.value) selected[choice.value == self.chosen] { (choice.label) }
                }
            }
        })
    }
}

/// Several of a list.
#[derive(Clone, Copy, Debug)]
pub struct Several<'a> {
    /// Under which name the form sends each of them.
    pub name: &'a str,
    /// What stands above it.
    pub label: &'a str,
    /// What there is to choose from.
    pub choices: &'a [Choice<'a>],
    /// The values that are chosen.
    pub chosen: &'a [&'a str],
    /// What is sent where none is chosen, and beside those that are.
    pub none: &'a str,
    /// What helps to choose.
    pub hint: Option<&'a str>,
    /// What is wrong with the choice.
    pub error: Option<&'a str>,
}

/// As many lines as are seen of a list at once.
const SEEN_OF_SEVERAL: usize = 6;

impl Render for Several<'_> {
    fn render(&self) -> Markup {
        let about = About::new(None, self.name, self.label, self.hint, self.error);
        about.around(&html! {
            input type="hidden" name=(self.name) value=(self.none);
            select id=(about.id) name=(self.name) multiple size=(self.choices.len().clamp(2, SEEN_OF_SEVERAL))
                aria-describedby=[about.described_by()] aria-invalid=[about.invalid()] {
                @for choice in self.choices {
                    option value=(choice.value) selected[self.chosen.contains(&choice.value)] { (choice.label) }
                }
            }
        })
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug)]
pub struct Checkbox<'a> {
    /// Under which name the form sends it.
    pub name: &'a str,
    /// What is sent where it is ticked; nothing is sent otherwise.
    pub value: &'a str,
    /// What stands beside it.
    pub label: &'a str,
    /// Its id, where several ticks of one page have this name.
    pub id: Option<&'a str>,
    /// What it brings about.
    pub hint: Option<&'a str>,
    /// Whether it is ticked.
    pub is_ticked: bool,
}

impl<'a> Checkbox<'a> {
    /// A tick that is not set and sends `true`.
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, value: "true", label, id: None, hint: None, is_ticked: false }
    }
}

impl Render for Checkbox<'_> {
    fn render(&self) -> Markup {
        let about = About::new(self.id, self.name, self.label, self.hint, None);
        html! {
            div.tick {
                input id=(about.id) type="checkbox" name=(self.name) value=(self.value)
                    aria-describedby=[about.described_by()] checked[self.is_ticked];
                label for=(about.id) { (self.label) }
                (about.hint())
            }
        }
    }
}

/// One of a few that are all seen.
#[derive(Clone, Copy, Debug)]
pub struct Radios<'a> {
    /// Under which name the form sends it.
    pub name: &'a str,
    /// The question.
    pub label: &'a str,
    /// What there is to choose from.
    pub choices: &'a [Choice<'a>],
    /// The value that is chosen.
    pub chosen: &'a str,
    /// What helps to choose.
    pub hint: Option<&'a str>,
    /// What is wrong with the choice.
    pub error: Option<&'a str>,
}

impl<'a> Radios<'a> {
    /// A question to which nothing is chosen yet.
    pub const fn new(name: &'a str, label: &'a str, choices: &'a [Choice<'a>]) -> Self {
        Self { name, label, choices, chosen: "", hint: None, error: None }
    }
}

impl Render for Radios<'_> {
    fn render(&self) -> Markup {
        let about = About::new(None, self.name, self.label, self.hint, self.error);
        html! {
            fieldset.radios aria-describedby=[about.described_by()] {
                legend { (self.label) }
                (about.hint())
                @for choice in self.choices {
                    span.radio {
                        input id={ (about.id) "-" (choice.value) } type="radio" name=(self.name) value=(choice.value)
                            checked[choice.value == self.chosen];
                        label for={ (about.id) "-" (choice.value) } { (choice.label) }
                    }
                }
                (about.error())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    const LINKS: [Choice<'_>; 2] = [Choice::new("tell", "Tell"), Choice::new("delete", "Delete")];

    #[test]
    fn a_list_shows_what_is_chosen() {
        let links = Select { chosen: "delete", ..Select::new("links", "Links elsewhere", &LINKS) };
        insta::assert_snapshot!(lines(&links.render()), @r#"
        <div class="field">
        <label for="f-links">Links elsewhere</label>
        <select id="f-links" name="links">
        <option value="tell">Tell</option>
        <option value="delete" selected>Delete</option>
        </select>
        </div>
        "#);
    }

    #[test]
    fn of_a_list_several_are_chosen_and_none_is_sent_as_well() {
        let links = Several {
            name: "links",
            label: "Links",
            choices: &LINKS,
            chosen: &["delete"],
            none: "none",
            hint: None,
            error: None,
        };
        insta::assert_snapshot!(lines(&links.render()), @r#"
        <div class="field">
        <label for="f-links">Links</label>
        <input type="hidden" name="links" value="none">
        <select id="f-links" name="links" multiple size="2">
        <option value="tell">Tell</option>
        <option value="delete" selected>Delete</option>
        </select>
        </div>
        "#);
    }

    #[test]
    fn a_tick_says_what_it_brings_about() {
        let ping = Checkbox { hint: Some("312 members"), is_ticked: true, ..Checkbox::new("ping", "Ping everyone") };
        insta::assert_snapshot!(lines(&ping.render()), @r#"
        <div class="tick">
        <input id="f-ping" type="checkbox" name="ping" value="true" aria-describedby="f-ping-hint" checked>
        <label for="f-ping">Ping everyone</label>
        <p class="hint" id="f-ping-hint">312 members</p>
        </div>
        "#);
    }

    #[test]
    fn radio_buttons_are_one_question() {
        let links = Radios { chosen: "tell", error: Some("Choose one."), ..Radios::new("links", "Links", &LINKS) };
        insta::assert_snapshot!(lines(&links.render()), @r#"
        <fieldset class="radios" aria-describedby="f-links-error">
        <legend>Links</legend>
        <span class="radio">
        <input id="f-links-tell" type="radio" name="links" value="tell" checked>
        <label for="f-links-tell">Tell</label>
        </span>
        <span class="radio">
        <input id="f-links-delete" type="radio" name="links" value="delete">
        <label for="f-links-delete">Delete</label>
        </span>
        <p class="error" id="f-links-error">[icon]<span>Choose one.</span>
        </p>
        </fieldset>
        "#);
    }
}
