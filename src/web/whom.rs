//! Whom a filter or a form names: members are known by their numbers, and people know each other by names and TikTok handles.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::Web;
use super::answer::{Ambiguous, Candidate, Problem, Refill};
use super::names::ending;
use super::ui::components::{Choice, Field, Select};
use crate::activity;
use crate::flows::known_members::{self, Meant};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::store::Read;

/// The field of a form in which somebody names a member; `refill` is the form where it was not taken. Where several could be meant, it is a list of them.
pub fn member_field(refill: Option<&Refill>, field: &'static str, label: &str) -> Markup {
    let wrong = refill.and_then(|refill| refill.wrong(field));
    let error = wrong.as_deref();
    let ambiguous = refill.and_then(|refill| refill.ambiguous.as_ref());
    if let Some(Ambiguous { candidates, .. }) = ambiguous.filter(|ambiguous| ambiguous.field == field) {
        let labels: Vec<String> = candidates.iter().map(Candidate::in_words).collect();
        let choices = candidates.iter().zip(&labels).map(|(candidate, label)| Choice::new(&candidate.id, label));
        // Nobody is chosen for whoever only presses the button once more.
        let choices: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Choose a member")).chain(choices).collect();
        return html! { (Select { error, ..Select::new(field, label, &choices) }) };
    }
    let value = refill.and_then(|refill| refill.value(field)).unwrap_or_default();
    html! { (Field { value, hint: Some(HINT), error, is_required: true, ..Field::new(field, label) }) }
}

impl Candidate {
    /// What tells them apart from others of the same name, in one line.
    fn in_words(&self) -> String {
        let end = self.id.parse::<UserId>().map(ending).unwrap_or_default();
        let handle = self.handle.as_ref().map(|handle| format!(" · @{handle}")).unwrap_or_default();
        format!("{}{handle} …{end}", self.name)
    }
}

/// What fields say that take a member.
pub const HINT: &str = "A name, a TikTok handle or an id";
/// A longer text names nobody, in characters.
const LONGEST: usize = 100;
/// Members who are offered where several could be meant.
const OFFERED: usize = 10;
/// Activities in which whoever acted is looked for, and people of them for whom Discord is asked.
const ACTIVITIES: usize = 500;
const ASKED: usize = 20;

impl Web {
    /// The member whom a field of a filter names, by number, mention, name, `@name` or TikTok handle; nothing where it is
    /// empty. A part of a name is enough where one alone has it. Whoever acted here of late is found by their name on Discord
    /// as well.
    pub async fn whom(
        &self,
        guild: GuildId,
        field: &'static str,
        typed: Option<&str>,
    ) -> Result<Option<UserId>, Problem> {
        self.named_by(guild, field, typed, true).await
    }

    /// The same for a field of what changes something: a part of a name changes nothing, and offers those who have it.
    pub async fn whom_exactly(
        &self,
        guild: GuildId,
        field: &'static str,
        typed: Option<&str>,
    ) -> Result<Option<UserId>, Problem> {
        self.named_by(guild, field, typed, false).await
    }

    async fn named_by(
        &self,
        guild: GuildId,
        field: &'static str,
        typed: Option<&str>,
        takes_a_part: bool,
    ) -> Result<Option<UserId>, Problem> {
        let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else { return Ok(None) };
        let nobody = || Problem::field(field, Sentence::words("Nobody who is known here is called so."));
        if typed.chars().count() > LONGEST {
            return Err(nobody());
        }
        let wanted = typed.to_owned();
        let mut meant = self.look("whom", move |read| known_members::meant(read, guild, &wanted)).await?;
        if meant == Meant::Nobody {
            meant = self.of_those_who_acted(guild, typed).await?;
        }
        let users = match meant {
            Meant::One(user) => return Ok(Some(user)),
            Meant::Nobody => return Err(nobody()),
            Meant::Alike(users) => match users.as_slice() {
                [user] if takes_a_part => return Ok(Some(*user)),
                _ => users,
            },
            Meant::Several(users) => users,
        };
        let candidates = self.look("candidates", move |read| candidates(read, guild, &users)).await?;
        Err(Problem::Ambiguous(Ambiguous { field, candidates }))
    }

    /// Who of those of whom nothing but deeds is stored is called so on Discord.
    async fn of_those_who_acted(&self, guild: GuildId, typed: &str) -> Result<Meant> {
        let strangers = self.look("strangers", move |read| strangers(read, guild)).await?;
        let called = self.called_on_discord(guild, &strangers).await;
        let wanted = typed.trim_start_matches('@').to_lowercase();
        let of = |fits: &dyn Fn(&str) -> bool| -> Vec<UserId> {
            let called = called.iter().filter(|(_, name)| fits(&name.to_lowercase()));
            called.map(|(user, _)| *user).collect()
        };
        Ok(Meant::of(of(&|name| name == wanted), of(&|name| name.contains(&wanted))))
    }
}

/// Members who acted of late, and of whom no name is stored.
fn strangers(read: &dyn Read, guild: GuildId) -> Result<Vec<UserId>> {
    let mut strangers = Vec::new();
    let mut met = BTreeSet::new();
    for (_, activity) in activity::newest_where(read, guild, None, ACTIVITIES, |_| true)?.rows {
        let Actor::Member(user) = activity.actor else { continue };
        if strangers.len() < ASKED && met.insert(user) && known_members::called(read, guild, user)? == user.to_string()
        {
            strangers.push(user);
        }
    }
    Ok(strangers)
}

fn candidates(read: &dyn Read, guild: GuildId, users: &[UserId]) -> Result<Vec<Candidate>> {
    let candidate = |user: &UserId| {
        let member = known_members::one(read, guild, *user)?;
        let handle = member.handles.first().map(|account| account.handle.shown().into_owned());
        Ok(Candidate { id: user.to_string(), name: member.called(), handle })
    };
    users.iter().take(OFFERED).map(candidate).collect()
}
