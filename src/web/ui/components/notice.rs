//! What a page tells about what just happened, with the button that takes it back.

use maud::{Markup, html};

use super::form::{Form, Seal};
use super::value::Tone;
use crate::web::ui::icons::{Icon, icon};

/// For how many seconds a notice of what was done stands there. The history has its undo for ever.
const STANDS: u32 = 30;
/// The key that takes back what the page told last.
const UNDO: char = 'u';

/// Something to tell.
#[derive(Clone, Debug)]
pub struct Notice {
    /// How good or bad it is.
    pub kind: Tone,
    /// What is told.
    pub text: Markup,
    /// Where the form that takes it back is sent.
    pub undo: Option<String>,
    /// Whether it tells only that something was done: it is in sight wherever the page is, and goes by itself.
    pub passes: bool,
}

impl Notice {
    /// Something to tell that nobody takes back, and that stays until the next page.
    pub const fn new(kind: Tone, text: Markup) -> Self {
        Self { kind, text, undo: None, passes: false }
    }

    /// The notice on a page; without a seal, for whoever is not signed in, it has no undo.
    pub fn draw(&self, seal: Option<Seal<'_>>) -> Markup {
        let undo = self.undo.as_deref().zip(seal);
        let role = if self.kind == Tone::Bad { "alert" } else { "status" };
        html! {
            div class={ "notice " (self.kind.class()) } role=(role) data-for=[(self.passes || undo.is_some()).then_some(STANDS)] {
                (icon(self.kind.icon()))
                p { (self.text) }
                @if let Some((action, seal)) = undo {
                    (Form { is_quiet: true, ..Form::new(action, seal) }.around(&html! {
                        button.link type="submit" data-key=(UNDO) aria-keyshortcuts=(UNDO) {
                            (icon(Icon::Undo)) "Undo" kbd aria-hidden="true" { (UNDO) }
                        }
                    }))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_change_can_be_taken_back_where_it_is_told() {
        let text = html! { "Price of " strong { "Cookie" } " is 120." };
        let notice = Notice { undo: Some("/g/5/undo/77".to_owned()), ..Notice::new(Tone::Good, text) };
        insta::assert_snapshot!(lines(&notice.draw(Some(Seal { csrf: "t0ken", key: "k3y" }))), @r#"
        <div class="notice good" role="status" data-for="30">[icon]<p>Price of <strong>Cookie</strong> is 120.</p>
        <form method="post" action="/g/5/undo/77" data-quiet>
        <input type="hidden" name="csrf" value="t0ken">
        <input type="hidden" name="idempotency_key" value="k3y">
        <button class="link" type="submit" data-key="u" aria-keyshortcuts="u">[icon]Undo<kbd aria-hidden="true">u</kbd>
        </button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn what_was_done_is_in_sight_for_a_while_also_where_it_cannot_be_taken_back() {
        let told = |passes| lines(&Notice { passes, ..Notice::new(Tone::Good, html! { "Done." }) }.draw(None));
        assert!(told(true).contains(r#"data-for="30""#), "{}", told(true));
        assert!(!told(false).contains("data-for"), "a secret that is shown once stays");
    }

    #[test]
    fn a_failure_is_told_at_once_and_stays() {
        let notice = Notice::new(Tone::Bad, html! { "Not saved: 7F3A09C1." });
        insta::assert_snapshot!(lines(&notice.draw(None)), @r#"
        <div class="notice bad" role="alert">[icon]<p>Not saved: 7F3A09C1.</p>
        </div>
        "#);
    }
}
