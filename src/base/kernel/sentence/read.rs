//! Reading what was written for Discord back into a sentence, so that it can be drawn elsewhere.
//!
//! Some words are kept, or made, as a message on Discord has them: a line of the debug channel, the value of a setting. This
//! reads the marks that our own writers make: `**bold**`, `` `code` ``, mentions, moments, commands to click on, addresses
//! between `<` and `>`, and a backslash before a mark that means nothing. Everything else is text as it stands; whatever it
//! holds, a surface escapes it.

use super::{Mention, Part, Sentence};
use crate::kernel::ids::{ChannelId, RoleId, UserId};
use crate::kernel::text::MomentStyle;
use crate::kernel::time::Timestamp;

/// Stands in texts for Discord where two marks would have an effect together.
const BREAKER: char = '\u{200B}';

impl Sentence {
    /// Reads a text for Discord that we wrote.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { rest: text, parts: Vec::new(), plain: String::new() };
        reader.read_all();
        Self(reader.parts)
    }
}

struct Reader<'t> {
    rest: &'t str,
    parts: Vec<Part>,
    plain: String,
}

impl<'t> Reader<'t> {
    fn read_all(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            let text = self.rest;
            let after = text.get(first.len_utf8()..).unwrap_or_default();
            let marked = match first {
                '*' => bold(text),
                '`' => code(after),
                '<' => drawn(after),
                _ => None,
            };
            match marked {
                Some((part, behind)) => self.take(part, behind),
                None => self.take_sign(first, after),
            }
        }
        self.end_plain();
    }

    fn take(&mut self, part: Part, behind: &'t str) {
        self.end_plain();
        self.parts.push(part);
        self.rest = behind;
    }

    fn take_sign(&mut self, sign: char, after: &'t str) {
        self.rest = after;
        match (sign, after.chars().next()) {
            ('\\', Some(mark)) if mark.is_ascii_punctuation() => {
                self.plain.push(mark);
                self.rest = after.get(1..).unwrap_or_default();
            }
            (BREAKER, _) => {}
            (sign, _) => self.plain.push(if sign.is_control() { ' ' } else { sign }),
        }
    }

    fn end_plain(&mut self) {
        if !self.plain.is_empty() {
            self.parts.push(Part::Typed(std::mem::take(&mut self.plain)));
        }
    }
}

fn bold(text: &str) -> Option<(Part, &str)> {
    let (bold, behind) = split_unescaped(text.strip_prefix("**")?, "**")?;
    if bold.is_empty() { None } else { Some((Part::Bold(Sentence::read(bold)), behind)) }
}

fn code(inner: &str) -> Option<(Part, &str)> {
    let (code, behind) = inner.split_once('`').filter(|(code, _)| !code.is_empty())?;
    let code = code.chars().filter(|sign| *sign != BREAKER && !sign.is_control()).collect();
    Some((Part::Code(code), behind))
}

/// What Discord draws for itself.
fn drawn(inner: &str) -> Option<(Part, &str)> {
    let (inside, behind) = inner.split_once('>')?;
    let part = mention(inside).or_else(|| moment(inside)).or_else(|| command(inside)).or_else(|| address(inside))?;
    Some((part, behind))
}

/// `@5`, `#6` or `@&7`.
fn mention(inside: &str) -> Option<Part> {
    let number = |digits: &str| digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let mention = if let Some(digits) = inside.strip_prefix("@&") {
        Mention::Role(RoleId::new(number(digits)?))
    } else if let Some(digits) = inside.strip_prefix('@') {
        Mention::User(UserId::new(number(digits)?))
    } else {
        Mention::Channel(ChannelId::new(number(inside.strip_prefix('#')?)?))
    };
    Some(Part::Mention(mention))
}

/// `t:1500:R`
fn moment(inside: &str) -> Option<Part> {
    let (seconds, style) = inside.strip_prefix("t:")?.split_once(':')?;
    let style = match style {
        "t" => MomentStyle::ShortTime,
        "f" => MomentStyle::ShortDateTime,
        "R" => MomentStyle::Relative,
        _ => return None,
    };
    let millis = seconds.parse::<i64>().ok()?.checked_mul(1_000)?;
    Some(Part::Moment(Timestamp::from_millis(millis), style))
}

/// `/tiktok connect:7`
fn command(inside: &str) -> Option<Part> {
    let (name, id) = inside.strip_prefix('/')?.split_once(':')?;
    let is_name =
        !name.is_empty() && name.chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_' | ' '));
    (is_name && id.parse::<u64>().is_ok()).then(|| Part::Code(format!("/{name}")))
}

/// An address for which Discord shows no preview.
fn address(inside: &str) -> Option<Part> {
    let is_address =
        inside.starts_with("https://") && !inside.contains(|sign: char| sign.is_whitespace() || sign.is_control());
    is_address.then(|| Part::Typed(inside.to_owned()))
}

/// Splits at the first `mark` that has no backslash before it.
fn split_unescaped<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let mut is_escaped = false;
    for (place, sign) in text.char_indices() {
        let rest = text.get(place..)?;
        if !is_escaped && let Some(behind) = rest.strip_prefix(mark) {
            return Some((text.get(..place)?, behind));
        }
        is_escaped = sign == '\\' && !is_escaped;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::sentence::NO_COMMANDS;
    use crate::kernel::text;

    fn html(text: &str) -> String {
        let names = |mention| (mention == Mention::Channel(ChannelId::new(6))).then(|| "songs".to_owned());
        Sentence::read(text).html(&names)
    }

    #[test]
    fn what_we_write_for_discord_is_drawn_on_a_page() {
        assert_eq!(
            html("⚙️ <@5> changed **Debug Channel** from Not set to <#6>, see `before_balance` <t:1:R>."),
            "⚙️ <span class=\"mention\">user 5</span> changed <strong>Debug Channel</strong> from Not set to \
             <span class=\"mention\">#songs</span>, see <code>before_balance</code> \
             <time datetime=\"1970-01-01T00:00:01Z\">1 Jan 1970, 00:00 UTC</time>."
        );
        assert_eq!(
            html("</tiktok connect:7> by <@&8>"),
            "<code>/tiktok connect</code> by <span class=\"mention\">role 8</span>"
        );
        assert_eq!(html("see <https://a.example/?a=1&b=2>."), "see https://a.example/?a=1&amp;b=2.");
        assert_eq!(html("a_b * c\nd"), "a_b * c d", "one mark alone is text");
        assert_eq!(html("**a\\*\\*b** c"), "<strong>a**b</strong> c");
    }

    #[test]
    fn a_mark_without_its_end_is_text() {
        for (written, shown) in [
            ("**bold", "**bold"),
            ("`code", "`code"),
            ("<#6", "&lt;#6"),
            (
                "<@x> <#> <t:x:R> <t:1:Z> </a:b> <b>",
                "&lt;@x&gt; &lt;#&gt; &lt;t:x:R&gt; &lt;t:1:Z&gt; &lt;/a:b&gt; &lt;b&gt;",
            ),
            ("****", "****"),
            ("``", "``"),
            ("\\", "\\"),
        ] {
            assert_eq!(html(written), shown, "{written}");
        }
    }

    proptest! {
        #[test]
        fn what_somebody_typed_and_we_escaped_is_read_as_they_typed_it(typed in "[^\u{200B}]{0,40}") {
            let typed = text::one_line(&typed, usize::MAX);
            prop_assert_eq!(Sentence::read(&text::escape(&typed)).to_string(), typed);
        }

        #[test]
        fn whatever_is_read_is_never_an_element_of_its_own(written in r"[*`<>@#&/:\\a1 tR'\x22]{0,40}") {
            let drawn = html(&written);
            let rest = ["strong", "code", "span", "time"].iter().fold(drawn.clone(), |drawn, name| {
                let closed = drawn.replace(&format!("</{name}>"), "").replace(&format!("<{name}>"), "");
                closed.replace("<span class=\"mention\">", "")
            });
            let without_times = rest.split("<time datetime=\"").map(|part| part.split_once("\">").map_or(part, |(_, after)| after));
            let rest: String = without_times.collect();
            prop_assert!(!rest.contains(['<', '>', '"', '\'']), "{}", drawn);
        }

        #[test]
        fn reading_breaks_over_nothing_and_gives_one_line(written in any::<String>()) {
            let read = Sentence::read(&written);
            prop_assert!(!read.to_string().contains(char::is_control));
            let _ = read.markdown(NO_COMMANDS);
        }
    }
}
