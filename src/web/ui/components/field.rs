//! Inputs with their label, hint and error. Hint and error are tied to the input, so that whoever listens hears them
//! with it; what was typed stays where an error is.

use maud::{Markup, Render, html};

use super::value::spelled;
use crate::web::ui::icons::{Icon, icon};

/// What an input takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line of text.
    Text,
    /// A password. What was typed is never sent back.
    Password,
    /// A whole number: written as text, because a wheel of the mouse should not change a price.
    Number,
    /// An address on the web.
    Address,
    /// What is looked for; `/` goes to it.
    Search,
    /// A day.
    Day,
    /// A day and a time of day.
    Moment,
    /// A code from a message.
    Code,
}

impl Input {
    const fn kind(self) -> &'static str {
        match self {
            Self::Text | Self::Number | Self::Code => "text",
            Self::Password => "password",
            Self::Address => "url",
            Self::Search => "search",
            Self::Day => "date",
            Self::Moment => "datetime-local",
        }
    }

    fn mode(self) -> Option<&'static str> {
        (self == Self::Number).then_some("numeric")
    }
}

/// A line that somebody fills in.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Under which name the form sends it.
    pub name: &'a str,
    /// What stands above it.
    pub label: &'a str,
    /// Its id, where two forms of one page have a field of this name.
    pub id: Option<&'a str>,
    /// What it takes.
    pub input: Input,
    /// What stands in it.
    pub value: &'a str,
    /// What helps to fill it in.
    pub hint: Option<&'a str>,
    /// What is wrong with what was typed.
    pub error: Option<&'a str>,
    /// What a browser may fill in by itself, such as `username`; nothing by default.
    pub autocomplete: &'a str,
    /// The most characters.
    pub most: Option<u32>,
    /// What is counted, behind the input: `cookies`.
    pub unit: Option<&'a str>,
    /// Whether it has to be filled in.
    pub is_required: bool,
}

impl<'a> Field<'a> {
    /// An empty line of text.
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self {
            name,
            label,
            id: None,
            input: Input::Text,
            value: "",
            hint: None,
            error: None,
            autocomplete: "off",
            most: None,
            unit: None,
            is_required: false,
        }
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let about = About::new(self.id, self.name, self.label, self.hint, self.error);
        let value = (self.input != Input::Password && !self.value.is_empty()).then_some(self.value);
        let number = if self.input == Input::Number { "number" } else { "text" };
        about.around(&html! {
            span.control {
                input class=(number) id=(about.id) name=(self.name) type=(self.input.kind()) value=[value]
                    inputmode=[self.input.mode()] autocomplete=(self.autocomplete) maxlength=[self.most]
                    aria-describedby=[about.described_by()] aria-invalid=[about.invalid()]
                    data-search[self.input == Input::Search] required[self.is_required];
                @if let Some(unit) = self.unit { span.unit { (unit) } }
            }
            (counter(&about.id, self.most))
        })
    }
}

/// Several lines that somebody fills in.
#[derive(Clone, Copy, Debug)]
pub struct TextArea<'a> {
    /// Under which name the form sends it.
    pub name: &'a str,
    /// What stands above it.
    pub label: &'a str,
    /// Its id, where two forms of one page have a field of this name.
    pub id: Option<&'a str>,
    /// What stands in it.
    pub value: &'a str,
    /// What helps to fill it in.
    pub hint: Option<&'a str>,
    /// What is wrong with what was typed.
    pub error: Option<&'a str>,
    /// The most characters.
    pub most: Option<u32>,
    /// How many lines are seen.
    pub rows: u32,
    /// Whether it has to be filled in.
    pub is_required: bool,
}

impl<'a> TextArea<'a> {
    /// An empty text of four lines.
    pub const fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, id: None, value: "", hint: None, error: None, most: None, rows: 4, is_required: false }
    }
}

impl Render for TextArea<'_> {
    fn render(&self) -> Markup {
        let about = About::new(self.id, self.name, self.label, self.hint, self.error);
        about.around(&html! {
            textarea id=(about.id) name=(self.name) rows=(self.rows) maxlength=[self.most]
                aria-describedby=[about.described_by()] aria-invalid=[about.invalid()] required[self.is_required] {
                // A browser drops the first line break; one more keeps what was typed as it is.
                "\n" (self.value)
            }
            (counter(&about.id, self.most))
        })
    }
}

/// What every field says of itself.
pub(super) struct About<'a> {
    pub(super) id: String,
    label: &'a str,
    hint: Option<&'a str>,
    error: Option<&'a str>,
}

impl<'a> About<'a> {
    pub(super) fn new(
        id: Option<&str>,
        name: &str,
        label: &'a str,
        hint: Option<&'a str>,
        error: Option<&'a str>,
    ) -> Self {
        Self { id: id.map_or_else(|| format!("f-{name}"), str::to_owned), label, hint, error }
    }

    /// The ids of hint and error, for `aria-describedby`.
    pub(super) fn described_by(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let error = self.error.map(|_| format!("{}-error", self.id));
        let ids: Vec<_> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// For `aria-invalid`.
    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.map(|_| "true")
    }

    /// Label, hint, control and error, in the order in which they are read.
    pub(super) fn around(&self, control: &Markup) -> Markup {
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                (self.hint())
                (control)
                (self.error())
            }
        }
    }

    pub(super) fn hint(&self) -> Markup {
        html! {
            @if let Some(hint) = self.hint { p.hint id={ (self.id) "-hint" } { (spelled(hint)) } }
        }
    }

    pub(super) fn error(&self) -> Markup {
        html! {
            @if let Some(error) = self.error {
                p.error id={ (self.id) "-error" } { (icon(Icon::Bad)) span { (spelled(error)) } }
            }
        }
    }
}

/// How many characters there may be; the script counts those that there are.
fn counter(id: &str, most: Option<u32>) -> Markup {
    html! {
        @if let Some(most) = most { p.count data-counts=(id) { "at most " (most) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_field_is_tied_to_its_label_its_hint_and_its_error() {
        let price = Field {
            input: Input::Number,
            value: "-1",
            hint: Some("What one costs."),
            error: Some("A price is 0 or more."),
            unit: Some("cookies"),
            is_required: true,
            ..Field::new("price", "Price")
        };
        insta::assert_snapshot!(lines(&price.render()), @r#"
        <div class="field">
        <label for="f-price">Price</label>
        <p class="hint" id="f-price-hint">What one costs.</p>
        <span class="control">
        <input class="number" id="f-price" name="price" type="text" value="-1" inputmode="numeric" autocomplete="off" aria-describedby="f-price-hint f-price-error" aria-invalid="true" required>
        <span class="unit">cookies</span>
        </span>
        <p class="error" id="f-price-error">[icon]<span>A price is 0 or more.</span>
        </p>
        </div>
        "#);
    }

    #[test]
    fn a_password_is_never_sent_back() {
        let field = Field {
            input: Input::Password,
            value: "hunter2 hunter2",
            autocomplete: "current-password",
            ..Field::new("password", "Password")
        };
        let drawn = field.render().into_string();
        assert!(!drawn.contains("hunter2"), "{drawn}");
        assert!(drawn.contains(r#"autocomplete="current-password""#), "{drawn}");
    }

    #[test]
    fn what_was_typed_stays_text() {
        let typed = "\"><script>alert(1)</script>";
        let field = Field { value: typed, error: Some(typed), ..Field::new("a", typed) };
        let area = TextArea { value: "\n</textarea><b>", most: Some(100), ..TextArea::new("b", "About") };
        assert!(!field.render().into_string().contains("<script"));
        insta::assert_snapshot!(lines(&area.render()), @r#"
        <div class="field">
        <label for="f-b">About</label>
        <textarea id="f-b" name="b" rows="4" maxlength="100">

        &lt;/textarea&gt;&lt;b&gt;</textarea>
        <p class="count" data-counts="f-b">at most 100</p>
        </div>
        "#);
    }

    #[test]
    fn two_fields_of_one_name_have_ids_of_their_own() {
        let field = Field { id: Some("give-amount"), hint: Some("Now 5."), ..Field::new("amount", "Amount") };
        let drawn = field.render().into_string();
        assert!(drawn.contains(r#"for="give-amount""#) && drawn.contains(r#"id="give-amount-hint""#), "{drawn}");
    }
}
