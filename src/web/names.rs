//! What the people, songs, channels and roles of a server are called on one page: the only way in which a number becomes a
//! name there.
//!
//! Whoever draws a page collects what its sentences name from the page's own snapshot ([`Names::of`]), lets Discord name the
//! members of whom nothing is stored ([`Web::named`]), and draws each sentence by [`Names::drawn`]. Members are called as
//! everywhere ([`known_members::called`]); where two of a page have the same name, the end of their number tells them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maud::{Markup, PreEscaped, html};

use super::Web;
use super::access::Rank;
use super::page::Page;
use super::pages::members::{MemberPage, member_address, song_address};
use super::places::name_of;
use crate::activity;
use crate::discord::references::Server;
use crate::features::queue::model::{PublicId, Song};
use crate::features::{queue, setup};
use crate::flows::known_members;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::{Mention, Piece, Sentence, Slot};
use crate::kernel::text::html as escaped;
use crate::signin::session;
use crate::store::Read;

/// Members for whom Discord is asked for one page.
const ASKED: usize = 200;
/// Servers in which somebody is looked for of whom a page of no server speaks.
const SERVERS: usize = 100;
/// Digits of a number that tell two members of one name apart.
const TELLING: usize = 4;

/// What everything on a page is called.
#[derive(Clone, Default)]
pub struct Names {
    guild: GuildId,
    /// Who looks, where they are a member.
    you: Option<UserId>,
    /// Whether the cards of members are closed to whoever looks.
    has_no_cards: bool,
    members: BTreeMap<UserId, String>,
    songs: BTreeMap<PublicId, String>,
    /// Whether a channel or a role is named.
    has_places: bool,
    places: Option<Arc<Server>>,
}

impl Names {
    /// What is stored of those that these sentences name, and of whoever did something.
    pub fn of<'s>(
        read: &dyn Read,
        guild: GuildId,
        sentences: impl IntoIterator<Item = &'s Sentence>,
        actors: impl IntoIterator<Item = Actor>,
    ) -> Result<Self> {
        let mut users: BTreeSet<UserId> = actors.into_iter().filter_map(member).collect();
        let mut numbers: BTreeSet<PublicId> = BTreeSet::new();
        let mut has_places = false;
        for sentence in sentences {
            sentence.visit(&mut |piece| match piece {
                Piece::Mention(Mention::User(user)) => users.extend([user]),
                Piece::Mention(_) => has_places = true,
                Piece::Text(text) => numbers.extend(songs_in(text)),
            });
        }
        let mut names = Self { guild, has_places, ..Self::default() };
        for user in users {
            names.members.insert(user, known_members::called(read, guild, user)?);
        }
        for number in numbers {
            if let Some(entry) = queue::queries::song(read, guild, number)? {
                names.songs.insert(number, entry.song.title);
            }
        }
        Ok(names)
    }

    /// With those of members of whom a page of no server speaks: as their sessions have them, else as some server knows them.
    pub fn of_any_server(mut self, read: &dyn Read) -> Result<Self> {
        let servers = setup::queries::known(read)?;
        for (user, name) in &mut self.members {
            let mut known = session::name_of(read, *user)?;
            for server in servers.iter().copied().take(SERVERS) {
                if known.is_some() {
                    break;
                }
                let called = known_members::called(read, server, *user)?;
                known = Some(called).filter(|called| *called != user.to_string() && called != Song::ERASED);
            }
            if let Some(known) = known {
                *name = known;
            }
        }
        Ok(self)
    }

    /// For a member, whom a page calls "you".
    #[must_use]
    pub fn seen_by(self, you: Actor) -> Self {
        Self { you: member(you), ..self }
    }

    /// For somebody of this rank, whom no name leads to a card that is closed to them.
    #[must_use]
    pub fn read_by(self, rank: Rank) -> Self {
        Self { has_no_cards: !rank.reaches(MemberPage::WHO), ..self }
    }

    /// A sentence on the page.
    pub fn drawn(&self, sentence: &Sentence) -> Markup {
        PreEscaped(sentence.html_by(&|piece| match piece {
            Piece::Text(text) => self.with_songs(text),
            Piece::Mention(mention) => self.mention(mention),
        }))
    }

    /// A sentence on the page that names its songs itself.
    pub fn drawn_as_it_is(&self, sentence: &Sentence) -> Markup {
        PreEscaped(sentence.html_by(&|piece| match piece {
            Piece::Text(text) => escaped(text).into_owned(),
            Piece::Mention(mention) => self.mention(mention),
        }))
    }

    fn mention(&self, mention: Mention) -> String {
        match mention {
            Mention::User(user) => self.member(user).into_string(),
            mention => mention.to_sentence().html(&|mention| name_of(self.places.as_deref(), mention)),
        }
    }

    /// A sentence as plain text.
    pub fn text(&self, sentence: &Sentence) -> String {
        sentence.text_by(&|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Mention(Mention::User(user)) => self.called(user),
            Piece::Mention(mention) => {
                let sign = if matches!(mention, Mention::Channel(_)) { '#' } else { '@' };
                let name = name_of(self.places.as_deref(), mention);
                name.map_or_else(|| mention.to_string(), |name| format!("{sign}{name}"))
            }
        })
    }

    /// Whoever did something, before what they did.
    pub fn who(&self, actor: Actor) -> Markup {
        self.drawn(&activity::called(actor))
    }

    /// A member, by a name that leads to their card.
    pub fn member(&self, user: UserId) -> Markup {
        if self.you == Some(user) {
            return html! { "you" };
        }
        html! {
            @if self.has_no_cards || self.guild == GuildId::INSTANCE { (self.called(user)) } @else {
                a href=(member_address(self.guild, user)) { (self.called(user)) }
            }
            @if self.is_shared(user) { " " span.hint { "…" (ending(user)) } }
        }
    }

    fn called(&self, user: UserId) -> String {
        self.members.get(&user).cloned().unwrap_or_else(|| user.to_string())
    }

    /// Whether somebody else on this page has the same name.
    fn is_shared(&self, user: UserId) -> bool {
        let Some(name) = self.members.get(&user).map(|name| name.to_lowercase()) else { return false };
        self.members.iter().any(|(other, called)| *other != user && called.to_lowercase() == name)
    }

    /// A text in which the numbers of songs have their titles, and lead to their stories.
    fn with_songs(&self, text: &str) -> String {
        let (mut drawn, mut rest) = (String::new(), text);
        while let Some((before, number, after)) = song_in(rest) {
            drawn.push_str(&escaped(before));
            let title = number.parse::<PublicId>().ok().and_then(|song| self.songs.get(&song));
            let song = html! {
                @if let Some(title) = title {
                    a href=(song_address(self.guild, number.trim_start_matches('#'))) { (number) " " (title) }
                } @else { (number) }
            };
            drawn.push_str(&song.into_string());
            rest = after;
        }
        drawn.push_str(&escaped(rest));
        drawn
    }
}

impl Web {
    /// The same names, with those of members of whom nothing is stored and of channels and roles, as Discord tells them.
    pub async fn named(&self, names: Names) -> Names {
        let Names { guild, mut members, .. } = names;
        let unnamed: Vec<UserId> = members
            .iter()
            .filter(|(user, name)| **name == user.to_string())
            .map(|(user, _)| *user)
            .take(ASKED)
            .collect();
        members.extend(self.called_on_discord(guild, &unnamed).await);
        let places = if names.has_places { self.places(guild).await } else { None };
        Names { members, places, ..names }
    }

    /// The names of whoever and whatever these sentences mention. Nothing is looked up where they mention nothing; what cannot
    /// be looked up keeps its number.
    pub async fn mentioned(&self, guild: GuildId, sentences: Vec<Sentence>) -> Names {
        let mut is_any = false;
        for sentence in &sentences {
            sentence.visit(&mut |piece| is_any |= matches!(piece, Piece::Mention(_)));
        }
        if !is_any {
            return Names::default();
        }
        match self.look("mentioned", move |read| Names::of(read, guild, &sentences, [])).await {
            Ok(names) => self.named(names).await,
            Err(_) => Names::default(),
        }
    }

    /// What members are called on Discord, as far as it says so.
    pub(super) async fn called_on_discord(&self, guild: GuildId, users: &[UserId]) -> Vec<(UserId, String)> {
        let told = self.bot.standings.people(&self.bot, guild, users).await.into_iter();
        told.filter_map(|(user, told)| Some((user, told.face?.name))).collect()
    }
}

/// The member who did something, where one did.
const fn member(actor: Actor) -> Option<UserId> {
    match actor {
        Actor::Member(user) => Some(user),
        Actor::Live | Actor::System | Actor::Operator => None,
    }
}

/// The end of a number, which tells its member apart from others of the same name.
pub(super) fn ending(user: UserId) -> String {
    let digits = user.to_string();
    digits.get(digits.len().saturating_sub(TELLING)..).unwrap_or_default().to_owned()
}

/// The first number of a song in a text, `#012345`, with what stands around it.
pub(super) fn song_in(text: &str) -> Option<(&str, &str, &str)> {
    let is_number = |at: usize| {
        let digits = text.get(at + 1..at + 7)?;
        let goes_on = text.get(at + 7..)?.starts_with(|next: char| next.is_ascii_digit());
        (digits.bytes().all(|byte| byte.is_ascii_digit()) && !goes_on).then_some(at)
    };
    let at = text.match_indices('#').find_map(|(at, _)| is_number(at))?;
    Some((text.get(..at)?, text.get(at..at + 7)?, text.get(at + 7..)?))
}

/// Every number of a song in a text.
fn songs_in(text: &str) -> Vec<PublicId> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some((_, number, after)) = song_in(rest) {
        found.extend(number.parse::<PublicId>().ok());
        rest = after;
    }
    found
}

#[cfg(test)]
impl Names {
    /// Names of a server for the tests of pages.
    pub(super) fn sample(guild: GuildId, members: &[(u64, &str)], songs: &[(u32, &str)]) -> Self {
        let members = members.iter().map(|(user, name)| (UserId::new(*user), (*name).to_owned())).collect();
        let songs = songs.iter().map(|(song, title)| (PublicId::new(*song), (*title).to_owned())).collect();
        Self { guild, members, songs, ..Self::default() }
    }

    /// The same with the channels and roles of a server.
    pub(super) fn with_places(self, places: Server) -> Self {
        Self { places: Some(Arc::new(places)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::ChannelId;
    use crate::sentence;

    const GUILD: GuildId = GuildId::new(5);
    const ANN: UserId = UserId::new(81_234);

    #[test]
    fn a_number_of_a_song_is_found_where_it_is_one() {
        let found = |text| song_in(text).map(|(_, number, _)| number.to_owned());
        for (text, number) in [
            ("10 Skip for #012345 Ann – Light", Some("#012345")),
            ("#1 and then #127626", Some("#127626")),
            ("#1276267", None),
            ("#12", None),
            ("##", None),
            ("#ä1234567", None),
            ("", None),
        ] {
            assert_eq!(found(text).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn members_and_songs_have_their_names_and_lead_to_their_pages() {
        let names = Names::sample(GUILD, &[(81_234, "<ann>"), (7, "kim")], &[(12_345, "Light & Dark")]);
        let sentence = sentence!("{user} moved {song}", user = ANN, song = "#012345 and #999999".to_owned());
        insta::assert_snapshot!(names.drawn(&sentence).into_string(), @r##"<a href="/g/5/members/81234">&lt;ann&gt;</a> moved <a href="/g/5/songs/012345">#012345 Light &amp; Dark</a> and #999999"##);
        assert_eq!(names.text(&sentence), "<ann> moved #012345 and #999999");
        let yours = names.seen_by(Actor::Member(ANN));
        assert!(yours.drawn(&sentence).into_string().starts_with("you moved"));
    }

    #[test]
    fn two_of_one_name_are_told_apart_by_the_end_of_their_numbers_and_others_are_not() {
        let names = Names::sample(GUILD, &[(81_234, "Ann"), (95_678, "ann"), (7, "kim")], &[]);
        let drawn = |user: u64| names.member(UserId::new(user)).into_string();
        assert_eq!(drawn(81_234), r#"<a href="/g/5/members/81234">Ann</a> <span class="hint">…1234</span>"#);
        assert_eq!(drawn(95_678), r#"<a href="/g/5/members/95678">ann</a> <span class="hint">…5678</span>"#);
        assert_eq!(drawn(7), r#"<a href="/g/5/members/7">kim</a>"#);
        assert_eq!(drawn(8), r#"<a href="/g/5/members/8">8</a>"#, "of whom nothing is known");
    }

    #[test]
    fn channels_have_their_names_where_discord_told_them() {
        let guild = serde_json::json!({ "id": "5", "owner_id": "2", "roles": [] });
        let channels = serde_json::json!([{ "id": "6", "type": 0, "name": "songs" }]);
        let places = Server::read(&guild, &channels, &serde_json::json!({ "roles": [] }), 9).unwrap();
        let names = Names::sample(GUILD, &[], &[]).with_places(places);
        let sentence = sentence!("in {here} or {there}", here = ChannelId::new(6), there = ChannelId::new(7));
        assert_eq!(names.text(&sentence), "in #songs or channel 7");
        assert!(names.drawn(&sentence).into_string().contains("<span class=\"mention\">#songs</span>"));
    }
}
