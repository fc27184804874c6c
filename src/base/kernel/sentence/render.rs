//! How a sentence looks on each surface.

use std::fmt;

use super::{Part, Sentence};
use crate::kernel::ids::{ChannelId, CommandId, RoleId, UserId};
use crate::kernel::text::{self, html, separates_ping};

/// The id under which Discord registered a command, by the command's full name; `None` where that is not known.
pub type CommandIds<'a> = &'a dyn Fn(&str) -> Option<CommandId>;

/// For sentences that name no command to click on.
pub const NO_COMMANDS: CommandIds<'static> = &|_| None;

/// A piece of a sentence that a surface may draw in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'s> {
    /// Words, whoever wrote them.
    Text(&'s str),
    /// Somebody or something on Discord.
    Mention(Mention),
}

/// Somebody or something that Discord draws by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention {
    /// A member.
    User(UserId),
    /// A channel.
    Channel(ChannelId),
    /// A role.
    Role(RoleId),
}

impl Mention {
    /// What stands before its name where people read it.
    const fn sign(self) -> char {
        match self {
            Self::User(_) | Self::Role(_) => '@',
            Self::Channel(_) => '#',
        }
    }

    fn markdown(self) -> String {
        match self {
            Self::User(user) => text::mention(user),
            Self::Channel(channel) => text::channel(channel),
            Self::Role(role) => text::role(role),
        }
    }
}

/// For whoever knows no names.
impl fmt::Display for Mention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::Channel(channel) => write!(f, "channel {channel}"),
            Self::Role(role) => write!(f, "role {role}"),
        }
    }
}

/// Plain text on one line, for the log and the command line. What is to be typed keeps its quotation marks.
impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(words),
            Part::Typed(text) => f.write_str(text),
            Part::Code(code) => write!(f, "`{code}`"),
            Part::Bold(bold) => bold.fmt(f),
            Part::Link(address) => f.write_str(address),
            Part::Command(name) => write!(f, "/{name}"),
            Part::Mention(mention) => mention.fmt(f),
            Part::Numbered(user) => Mention::User(*user).fmt(f),
            Part::Moment(at, _) => f.write_str(&at.rfc3339()),
            Part::Sign(_) => Ok(()),
            Part::Kept(_, read) => read.fmt(f),
        })
    }
}

impl Sentence {
    /// For programs, which draw nothing: plain text on one line without any mark of Discord's. What is to be typed stands
    /// between quotation marks.
    pub fn plain(&self) -> String {
        self.text_by(&|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Mention(mention) => mention.to_string(),
        })
    }

    /// The same for whoever writes text and mentions in their own way.
    pub fn text_by(&self, write: &dyn Fn(Piece<'_>) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => write(Piece::Text(words)),
            Part::Typed(typed) => write(Piece::Text(typed)),
            Part::Mention(mention) => write(Piece::Mention(*mention)),
            Part::Numbered(user) => write(Piece::Mention(Mention::User(*user))),
            Part::Bold(inner) | Part::Kept(_, inner) => inner.text_by(write),
            Part::Code(code) => format!("“{code}”"),
            Part::Link(_) | Part::Command(_) | Part::Moment(..) | Part::Sign(_) => Self(vec![part.clone()]).to_string(),
        };
        self.0.iter().map(part).collect()
    }

    /// For a message on Discord.
    pub fn markdown(&self, ids: CommandIds<'_>) -> String {
        let mut drawn = String::new();
        self.draw_markdown(&mut drawn, ids, false);
        drawn
    }

    fn draw_markdown(&self, drawn: &mut String, ids: CommandIds<'_>, is_bold: bool) {
        for part in &self.0 {
            let part = match part {
                Part::Bold(bold) => {
                    // A second pair of stars would end what is bold.
                    let stars = if is_bold { "" } else { "**" };
                    drawn.push_str(stars);
                    bold.draw_markdown(drawn, ids, true);
                    drawn.push_str(stars);
                    continue;
                }
                Part::Words(words) => words.to_string(),
                Part::Typed(typed) => text::escape(typed),
                Part::Code(code) => text::code(code),
                Part::Link(address) => format!("<{address}>"),
                Part::Command(name) => text::command(name, ids(name)),
                Part::Mention(mention) => mention.markdown(),
                Part::Numbered(user) => format!("{} `{user}`", text::mention(*user)),
                Part::Sign(sign) => format!("{sign} "),
                Part::Kept(text, _) => text.clone(),
                Part::Moment(at, style) => text::moment(*at, *style),
            };
            // Each part names nobody; two side by side must not do so either.
            drawn.push_str(separates_ping(drawn, &part));
            drawn.push_str(&part);
        }
    }

    /// For the content of an HTML page, with the names that the page knows; without `@` and `#`.
    pub fn html(&self, name_of: &dyn Fn(Mention) -> Option<String>) -> String {
        self.html_by(&|piece| match piece {
            Piece::Text(text) => html(text).into_owned(),
            Piece::Mention(mention) => {
                let name = name_of(mention);
                let name = name.map_or_else(|| mention.to_string(), |name| format!("{}{name}", mention.sign()));
                format!("<span class=\"mention\">{}</span>", html(&name))
            }
        })
    }

    /// For the content of an HTML page that draws text and mentions in its own way. What `draw` gives is HTML, in which
    /// it has escaped everything.
    pub fn html_by(&self, draw: &dyn Fn(Piece<'_>) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => draw(Piece::Text(words)),
            Part::Typed(typed) => draw(Piece::Text(typed)),
            Part::Code(code) => format!("<code>{}</code>", html(code)),
            Part::Bold(bold) => format!("<strong>{}</strong>", bold.html_by(draw)),
            Part::Kept(_, read) => read.html_by(draw),
            Part::Link(address) => format!("<a href=\"{0}\">{0}</a>", html(address)),
            Part::Command(name) => format!("<code>/{}</code>", html(name)),
            Part::Mention(mention) => draw(Piece::Mention(*mention)),
            Part::Numbered(user) => draw(Piece::Mention(Mention::User(*user))),
            Part::Sign(_) => String::new(),
            // As other moments of a page; its script writes it in the zone of the browser.
            Part::Moment(at, _) => {
                format!("<time datetime=\"{}\">{}</time>", at.rfc3339(), at.strftime("%-d %b %Y, %H:%M UTC"))
            }
        };
        self.0.iter().map(part).collect()
    }

    /// What it says and whom it names, piece by piece: for whoever looks up what these are called.
    pub fn visit(&self, visitor: &mut dyn FnMut(Piece<'_>)) {
        for part in &self.0 {
            match part {
                Part::Words(words) => visitor(Piece::Text(words)),
                Part::Typed(typed) => visitor(Piece::Text(typed)),
                Part::Mention(mention) => visitor(Piece::Mention(*mention)),
                Part::Numbered(user) => visitor(Piece::Mention(Mention::User(*user))),
                Part::Bold(inner) | Part::Kept(_, inner) => inner.visit(visitor),
                Part::Code(_) | Part::Link(_) | Part::Command(_) | Part::Moment(..) | Part::Sign(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::sentence::Numbered;
    use crate::kernel::text::MomentStyle;
    use crate::kernel::time::Timestamp;
    use crate::sentence;

    /// A sentence with everything in it, around what somebody typed.
    fn everything(typed: &str) -> Sentence {
        let typed = typed.to_owned();
        let (user, channel, role) = (UserId::new(5), ChannelId::new(6), RoleId::new(7));
        let soon = Sentence::moment(Timestamp::from_millis(1_500), MomentStyle::Relative);
        sentence!(
            "{user} & {role}: **{typed}** costs {amount} in {channel}. {/buy-skip} or `/find {typed}` {soon}, see \
             <https://a.example/?a=1&b=2>.",
            user,
            role,
            typed,
            amount = Amount::of(1_500),
            channel,
            soon,
        )
    }

    #[test]
    fn each_surface_draws_the_same_sentence_in_its_own_way() {
        let sentence = everything("a_song");
        let ids = |name: &str| (name == "buy-skip").then(|| CommandId::new(9));
        assert_eq!(
            sentence.markdown(&ids),
            r"<@5> & <@&7>: **a\_song** costs 1,500 in <#6>. </buy-skip:9> or `/find a_song` <t:1:R>, see <https://a.example/?a=1&b=2>."
        );
        assert_eq!(
            sentence.to_string(),
            "user 5 & role 7: a_song costs 1,500 in channel 6. /buy-skip or `/find a_song` 1970-01-01T00:00:01.5Z, see \
             https://a.example/?a=1&b=2."
        );
        assert_eq!(
            sentence.plain(),
            "user 5 & role 7: a_song costs 1,500 in channel 6. /buy-skip or “/find a_song” 1970-01-01T00:00:01.5Z, see \
             https://a.example/?a=1&b=2."
        );
        let names = |mention| (mention == Mention::Channel(ChannelId::new(6))).then(|| "<songs>".to_owned());
        assert_eq!(
            sentence.html(&names),
            "<span class=\"mention\">user 5</span> &amp; <span class=\"mention\">role 7</span>: <strong>a_song</strong> \
             costs 1,500 in <span class=\"mention\">#&lt;songs&gt;</span>. <code>/buy-skip</code> or <code>/find \
             a_song</code> <time datetime=\"1970-01-01T00:00:01.5Z\">1 Jan 1970, 00:00 UTC</time>, see \
             <a href=\"https://a.example/?a=1&amp;b=2\">https://a.example/?a=1&amp;b=2</a>."
        );
    }

    #[test]
    fn a_surface_draws_text_and_mentions_in_its_own_way_wherever_they_stand() {
        let user = UserId::new(5);
        let sentence = sentence!("{user} and **{user}** use `/x`", user);
        let write = |piece: Piece<'_>| match piece {
            Piece::Text(text) => text.to_uppercase(),
            Piece::Mention(_) => "ann".to_owned(),
        };
        assert_eq!(sentence.text_by(&write), "ann AND ann USE “/x”");
        assert_eq!(sentence.html_by(&write), "ann AND <strong>ann</strong> USE <code>/x</code>");
        let mut named = 0;
        sentence.visit(&mut |piece| named += usize::from(matches!(piece, Piece::Mention(Mention::User(_)))));
        assert_eq!(named, 2);
    }

    #[test]
    fn what_a_team_searches_for_on_discord_stands_there_alone() {
        let (user, kept) = (Numbered(UserId::new(5)), Sentence::kept("see </queue:7> in <#6>"));
        let sentence = sentence!("{user}: {kept}", user, kept).signed("🔗");
        assert_eq!(sentence.markdown(NO_COMMANDS), "🔗 <@5> `5`: see </queue:7> in <#6>");
        assert_eq!(sentence.to_string(), "user 5: see `/queue` in channel 6");
        assert_eq!(sentence.plain(), "user 5: see “/queue” in channel 6");
        let names =
            |mention: Mention| Some(if mention == Mention::User(UserId::new(5)) { "ann" } else { "songs" }.to_owned());
        assert_eq!(
            sentence.html(&names),
            "<span class=\"mention\">@ann</span>: see <code>/queue</code> in <span class=\"mention\">#songs</span>"
        );
        let mut named = 0;
        sentence.visit(&mut |piece| named += usize::from(matches!(piece, Piece::Mention(_))));
        assert_eq!(named, 2);
    }

    #[test]
    fn what_somebody_typed_is_text_on_every_surface() {
        let draw = |typed: &str| {
            let typed = typed.to_owned();
            let sentence = sentence!("No **{typed}**.", typed);
            [sentence.markdown(NO_COMMANDS), sentence.to_string(), sentence.html(&|_| None)]
        };
        for (typed, drawn) in [
            ("**x** _y_", [r"No **\*\*x\*\* \_y\_**.", "No **x** _y_.", "No <strong>**x** _y_</strong>."]),
            ("</submit:1>", [r"No **\<\/submit\:1\>**.", "No </submit:1>.", "No <strong>&lt;/submit:1&gt;</strong>."]),
            ("@everyone", ["No **@\u{200B}everyone**.", "No @everyone.", "No <strong>@everyone</strong>."]),
            ("<@5>", ["No **\\<@\u{200B}5\\>**.", "No <@5>.", "No <strong>&lt;@5&gt;</strong>."]),
            ("a\n# b\u{1B}[0m\u{202E}", [r"No **a \# b\[0m**.", "No a # b[0m.", "No <strong>a # b[0m</strong>."]),
            ("<b>\"'&", [r#"No **\<b\>"'&**."#, "No <b>\"'&.", "No <strong>&lt;b&gt;&quot;&#39;&amp;</strong>."]),
            ("{x} {/a}", [r"No **{x} {\/a}**.", "No {x} {/a}.", "No <strong>{x} {/a}</strong>."]),
        ] {
            assert_eq!(draw(typed), drawn, "{typed}");
        }
    }

    #[test]
    fn two_parts_name_nobody_together() {
        for (first, second, drawn) in [
            ("me@", "everyone", "Ask me@\u{200B}everyone"),
            ("@Every", "One", "Ask @Every\u{200B}One"),
            ("@every", "day", "Ask @everyday"),
            ("@everyone", "!", "Ask @\u{200B}everyone!"),
            ("<@", "5>", "Ask \\<@\u{200B}5\\>"),
        ] {
            let (first, second) = (first.to_owned(), second.to_owned());
            assert_eq!(sentence!("Ask {first}{second}", first, second).markdown(NO_COMMANDS), drawn);
        }
        let name = "here".to_owned();
        assert_eq!(sentence!("Ask @{name}", name).markdown(NO_COMMANDS), "Ask @\u{200B}here");
    }

    /// What people type to get more than text.
    fn hostile() -> impl Strategy<Value = String> {
        r"([-+*_~|`><#\[\]():/@&!.\\ \n{}a1é'\x22]|@everyone|@here|@every|one|re|<@1>|</submit:1>|https://|<script>|&lt;|discord\.gg/){0,30}"
    }

    proptest! {
        #[test]
        fn what_somebody_typed_is_never_a_mention_or_markup(one in hostile(), two in hostile()) {
            let line = |typed: &str| text::one_line(typed, usize::MAX);
            let (first, second) = (text::escape(&line(&one)), text::escape(&line(&two)));
            let code = text::code(&format!("x {}", line(&two)));
            let drawn = sentence!("No **{one}**, {one}{two}: `x {two}`.", one, two).markdown(NO_COMMANDS);
            let expected = format!("No **{first}**, {first}{second}: {code}.");
            prop_assert_eq!(drawn.replace('\u{200B}', ""), expected.replace('\u{200B}', ""));
            prop_assert_eq!(code.matches('`').count(), 2, "{}", drawn);
            let lower = drawn.to_lowercase();
            for trap in ["@everyone", "@here", "@1", "@&", "@!"] {
                prop_assert!(!lower.contains(trap), "{} in {}", trap, drawn);
            }
        }

        #[test]
        fn what_somebody_typed_is_never_an_element(typed in hostile()) {
            let drawn = everything(&typed).html(&|_| Some(typed.clone()));
            let ours = everything("").html(&|_| Some(String::new()));
            for mark in ['<', '>', '"', '\''] {
                prop_assert_eq!(drawn.matches(mark).count(), ours.matches(mark).count(), "{}", drawn);
            }
        }

        #[test]
        fn what_somebody_typed_takes_one_line_in_a_log(typed in any::<String>()) {
            prop_assert!(!everything(&typed).to_string().contains(char::is_control));
        }
    }
}
