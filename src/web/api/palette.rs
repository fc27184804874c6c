//! Where Ctrl+K leads: pages, members, songs, items of the shop, tasks, entries of the ledger and settings, by their names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::discord::standing::GuildOfBot;
use crate::features::coins::queries::entry_called;
use crate::features::queue::queries::{Wanted, select};
use crate::features::shop::model::{Item, ItemId};
use crate::features::tasks::queries::choices;
use crate::features::{self, currency, shop};
use crate::flows::known_members;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Rank, Who};
use crate::web::address::address;
use crate::web::answer::{Answered, Problem};
use crate::web::api::tasks::task_address;
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};
use crate::web::music::song::numbered;
use crate::web::page::Page;
use crate::web::pages::shop::ItemPage;
use crate::web::pages::songs::SongPage;
use crate::web::pages::{EntryPage, MemberPage, NAVIGATION, TaskPage, instance};

/// Things of one kind that are offered.
const OF_A_KIND: usize = 8;
/// A text longer than this names nothing.
const LONGEST: usize = 100;

/// Finds places to go.
pub struct Palette;

/// What is typed.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PaletteQuery {
    /// A part of a name, or a number.
    pub q: String,
}

impl PaletteQuery {
    /// What was typed, in small letters; nothing where nothing can be called so.
    fn typed(&self) -> Option<String> {
        let typed = self.q.trim().to_lowercase();
        (!typed.is_empty() && typed.chars().count() <= LONGEST).then_some(typed)
    }
}

/// Places to go.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct PaletteView {
    /// The places, the likeliest first.
    pub items: Vec<FoundView>,
    /// Whether there is more that is called so than was looked at or is offered.
    pub partial: bool,
}

/// A place to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundView {
    /// Its address.
    pub href: String,
    /// Its name.
    pub label: String,
    /// What it is: `page`, `server`, `member`, `song`, `item`, `task`, `entry` or `setting`.
    pub kind: &'static str,
}

impl Endpoint for Palette {
    const NAME: &'static str = "palette.find";
    const ABOUT: &'static str = "Finds pages, members, songs, items, tasks, entries and settings of a server by name; for the operator those of the instance, too.";
    const DOORS: Doors = Doors::get(&["/g/{server}/palette"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = PaletteQuery;
    type Body = ();
    type Answer = PaletteView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "q=led", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PaletteView>, Problem> {
        let (guild, rank) = (asked.guild, asked.rank);
        let Some(typed) = asked.query.typed() else { return Ok(PaletteView::default().into()) };
        let mut found = PaletteView { items: pages(guild, rank, &typed), partial: false };
        if asked.visitor.is_operator() {
            found.items.extend(pages_of_instance(&typed));
        }
        let settings = if rank.reaches(Who::Admin) { settings(guild, &typed) } else { PaletteView::default() };
        found.add(web.look("palette", move |read| stored(read, guild, rank, &typed)).await?);
        found.add(settings);
        Ok(found.into())
    }
}

/// The same where the operator is in no server.
pub struct InstancePalette;

impl InstancePalette {
    /// Where it is asked.
    pub const PATH: &'static str = "/instance/palette";
}

impl Endpoint for InstancePalette {
    const NAME: &'static str = "palette.find_in_instance";
    const ABOUT: &'static str = "Finds pages of the instance and servers by name.";
    const DOORS: Doors = Doors::get(&[Self::PATH]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = PaletteQuery;
    type Body = ();
    type Answer = PaletteView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "q=back", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<PaletteView>, Problem> {
        let Some(typed) = asked.query.typed() else { return Ok(PaletteView::default().into()) };
        let mut found = PaletteView { items: pages_of_instance(&typed), partial: false };
        found.add(servers(&web.bot.standings.guilds_of_bot(), &typed));
        Ok(found.into())
    }
}

impl PaletteView {
    /// With what was found elsewhere behind it.
    fn add(&mut self, other: Self) {
        self.items.extend(other.items);
        self.partial |= other.partial;
    }
}

/// The pages of the operator, with a word before them: a server has some of the same name.
fn pages_of_instance(typed: &str) -> Vec<FoundView> {
    let place = |(href, label): &(&str, &str)| FoundView {
        href: (*href).to_owned(),
        label: format!("Instance: {label}"),
        kind: "page",
    };
    instance::PAGES.iter().map(place).filter(|page| page.label.to_lowercase().contains(typed)).collect()
}

/// Servers of the bot by their names or numbers.
fn servers(servers: &[GuildOfBot], typed: &str) -> PaletteView {
    let is_called_so =
        |server: &&GuildOfBot| server.name.to_lowercase().contains(typed) || server.id.to_string() == typed;
    let mut found = servers.iter().filter(is_called_so);
    let place = |server: &GuildOfBot| FoundView {
        href: format!("/g/{}", server.id),
        label: server.name.clone(),
        kind: "server",
    };
    let items = found.by_ref().take(OF_A_KIND).map(place).collect();
    PaletteView { items, partial: found.next().is_some() }
}

fn pages(guild: GuildId, rank: Rank, typed: &str) -> Vec<FoundView> {
    let entries = NAVIGATION.iter().filter(|entry| rank.reaches(entry.who));
    let named = entries.filter(|entry| entry.label.to_lowercase().contains(typed));
    let place = |label: &str, path: &str| FoundView {
        href: format!("/g/{guild}{path}"),
        label: label.to_owned(),
        kind: "page",
    };
    named.map(|entry| place(entry.label, entry.path)).collect()
}

/// Members, songs, tasks and entries, from one snapshot: those of which somebody of this rank may open the page.
fn stored(read: &dyn Read, guild: GuildId, rank: Rank, typed: &str) -> Result<PaletteView> {
    let (mut items, mut partial) = (Vec::new(), false);
    if rank.reaches(MemberPage::WHO) {
        let found = known_members::matching(read, guild, typed, OF_A_KIND + 1)?;
        partial |= found.is_partial || found.members.len() > OF_A_KIND;
        for user in found.members.into_iter().take(OF_A_KIND) {
            let label = known_members::called(read, guild, user)?;
            items.push(FoundView { href: format!("/g/{guild}/members/{user}"), label, kind: "member" });
        }
    }
    if rank.reaches(SongPage::WHO) {
        let called = Wanted { text: Some(typed.to_owned()), ..Wanted::default() };
        let found = select(read, guild, &called, None, OF_A_KIND)?;
        partial |= found.next.is_some();
        for song in found.rows.into_iter().map(|entry| entry.song) {
            let href = format!("/g/{guild}/songs/{}", song.public_id.digits());
            let label = numbered(&song);
            items.push(FoundView { href, label, kind: "song" });
        }
    }
    if rank.reaches(ItemPage::WHO) {
        let mut found = items_called(read, guild, typed)?.into_iter();
        let place = |(id, item): (ItemId, Item)| FoundView {
            href: format!("/g/{guild}/shop/{id}"),
            label: item.name,
            kind: "item",
        };
        items.extend(found.by_ref().take(OF_A_KIND).map(place));
        partial |= found.next().is_some();
    }
    if rank.reaches(TaskPage::WHO) {
        let mut found = choices(read, guild, typed)?;
        partial |= found.len() > OF_A_KIND;
        found.truncate(OF_A_KIND);
        items.extend(found.into_iter().map(|(id, label)| FoundView {
            href: task_address(guild, id),
            label,
            kind: "task",
        }));
    }
    if rank.reaches(EntryPage::WHO)
        && let Some((id, _)) = entry_called(read, guild, typed)?
    {
        items.push(FoundView { href: format!("/g/{guild}/ledger/{id}"), label: format!("Entry {id}"), kind: "entry" });
    }
    Ok(PaletteView { items, partial })
}

/// Items of the shop whose name holds what was typed, or that have it as their number; nothing where there is no shop.
fn items_called(read: &dyn Read, guild: GuildId, typed: &str) -> Result<Vec<(ItemId, Item)>> {
    if !currency::queries::is_on(read, guild)? {
        return Ok(Vec::new());
    }
    let mut found = shop::queries::list(read, guild, &shop::queries::Wanted::default())?;
    found.retain(|listed| listed.item.name.to_lowercase().contains(typed) || listed.id.to_string() == typed);
    Ok(found.into_iter().map(|listed| (listed.id, listed.item)).collect())
}

/// Settings by their title or key.
fn settings(guild: GuildId, typed: &str) -> PaletteView {
    let listed = features::ALL.iter().flat_map(|feature| feature.settings);
    let mut named = listed.filter(|listed| {
        listed.title.to_lowercase().contains(typed) || listed.setting.key().to_lowercase().contains(typed)
    });
    let place = |title: &str, key: &str| FoundView {
        href: address(&format!("/g/{guild}/settings"), &[("q", Some(key))]),
        label: title.to_owned(),
        kind: "setting",
    };
    let items = named.by_ref().take(OF_A_KIND).map(|listed| place(listed.title, listed.setting.key())).collect();
    PaletteView { items, partial: named.next().is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Level;
    use crate::features::coins::model::{Currency, EntryId, EntryKind, Posting};
    use crate::features::coins::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;

    fn labels(items: &[FoundView]) -> Vec<String> {
        items.iter().map(|item| format!("{} {}", item.kind, item.label)).collect()
    }

    #[test]
    fn pages_are_offered_to_those_who_may_open_them() {
        let of = |level| Rank { level: Some(level), is_reviewer: false };
        assert_eq!(labels(&pages(GUILD, of(Level::Viewer), "ledg")), ["page Ledger"]);
        assert!(pages(GUILD, of(Level::Member), "ledg").is_empty());
    }

    #[test]
    fn members_and_entries_are_found_by_their_numbers() {
        let store = TestStore::new();
        let (kind, reason, actor) = (EntryKind::AdminAdd, "quiz".to_owned(), Actor::System);
        let posting = Posting { currency: Currency::Luxury, user: UserId::new(1), delta: 5, kind, reason, actor };
        store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
        let viewer = Rank { level: Some(Level::Viewer), is_reviewer: false };
        let found = store.read(|read| stored(read, GUILD, viewer, "1"));
        assert_eq!(labels(&found.items), ["member 1", "entry Entry 1"]);
        let name =
            store.read(|read| Ok(entry_called(read, GUILD, "1")?.unwrap().1.transaction_id(GUILD, EntryId::new(1))));
        let found = store.read(|read| stored(read, GUILD, viewer, &name));
        assert_eq!(labels(&found.items), ["entry Entry 1"]);
        assert!(store.read(|read| stored(read, GUILD, viewer, "zzz")).items.is_empty());
        for is_reviewer in [false, true] {
            let other = Rank { level: Some(Level::Member), is_reviewer };
            assert!(
                store.read(|read| stored(read, GUILD, other, "1")).items.is_empty(),
                "their pages are not for them"
            );
        }
    }

    #[test]
    fn settings_are_found_by_title_and_by_key() {
        let by_key = settings(GUILD, "skip_price").items;
        assert_eq!(by_key.first().map(|place| place.href.as_str()), Some("/g/5/settings?q=skip_price"));
        let title = by_key.first().map(|place| place.label.to_lowercase()).unwrap();
        assert!(settings(GUILD, &title).items.contains(&by_key[0]));
    }

    #[test]
    fn where_more_is_called_so_than_is_offered_the_answer_says_so() {
        let all = settings(GUILD, "e");
        assert_eq!((all.items.len(), all.partial), (OF_A_KIND, true));
        assert!(!settings(GUILD, "skip_price").partial && !settings(GUILD, "zzz").partial);
    }

    #[test]
    fn pages_of_the_instance_are_told_apart_from_those_of_a_server() {
        assert_eq!(labels(&pages_of_instance("instance: set")), ["page Instance: Settings"]);
        assert_eq!(labels(&pages_of_instance("backup")), ["page Instance: Backups"]);
        assert!(pages_of_instance("zzz").is_empty());
    }
}
