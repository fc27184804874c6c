//! Posts beside a Discord of a few lines: whatever happens in whatever order, there is one message in the end, or none.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::model::{Outcome, Place, Step, Sync, WhenGone};
use super::{PostKind, PostState, SEND, service, tables};
use crate::features::testing::{GUILD, TestStore};
use crate::jobs::{self, Run};
use crate::kernel::ids::{ChannelId, MessageId};

mod waiting;

static ITEM: PostKind = PostKind::new("test.item", WhenGone::Recreate);
static TASK: PostKind = PostKind::new("test.task", WhenGone::Orphan);

const HERE: ChannelId = ChannelId::new(70);
const THERE: ChannelId = ChannelId::new(71);
const TEN_MINUTES: Duration = Duration::from_mins(10);

/// The kind of a row: even ones are items, odd ones are tasks.
fn kind(row: u64) -> &'static PostKind {
    if row.is_multiple_of(2) { &ITEM } else { &TASK }
}

/// What goes wrong in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Nothing,
    /// Discord refuses it.
    Refused,
    /// Discord does not answer.
    Silence,
    /// Discord did it, and the program is killed before it knows.
    Killed,
    /// The same, and Discord has forgotten the name of the post when the program is back.
    KilledForLong,
}

#[derive(Clone, Debug)]
struct Message {
    row: u64,
    text: u64,
    name: Option<String>,
}

/// The store, Discord, and the rows that posts follow, each with the text that it is to show.
struct World {
    store: TestStore,
    discord: BTreeMap<(ChannelId, MessageId), Message>,
    rows: BTreeMap<u64, (u64, ChannelId)>,
    posted: u64,
}

impl World {
    fn new() -> Self {
        Self { store: TestStore::new(), discord: BTreeMap::new(), rows: BTreeMap::new(), posted: 0 }
    }

    fn wants(&mut self, row: u64, channel: ChannelId) {
        let (text, at) = self.rows.entry(row).or_insert((0, channel));
        (*text, *at) = (*text + 1, channel);
        self.store.write(move |tx| kind(row).wanted(tx, GUILD, row, channel)).unwrap();
    }

    fn withdraws(&mut self, row: u64) {
        self.rows.remove(&row);
        self.store.write(move |tx| kind(row).withdrawn(tx, GUILD, row)).unwrap();
    }

    fn again(&self, row: u64) {
        self.store.write(move |tx| kind(row).again(tx, GUILD, row)).unwrap();
    }

    /// Somebody deletes the messages of a row; the gateway tells of it, or was away.
    fn deletes(&mut self, row: u64, is_told: bool) {
        let gone: Vec<_> = self.discord.iter().filter(|(_, message)| message.row == row).map(|(at, _)| *at).collect();
        for (channel, message) in gone {
            self.discord.remove(&(channel, message));
            if is_told {
                self.store.write(move |tx| service::lost(tx, GUILD, channel, Some(&[message]))).unwrap();
            }
        }
    }

    fn state(&self, row: u64) -> Option<PostState> {
        self.store.read(|read| kind(row).state(read, GUILD, row))
    }

    fn sync(&self, row: u64) -> Option<Sync> {
        self.state(row).map(|state| state.sync)
    }

    fn jobs(&self) -> Vec<Run> {
        let due = self.store.read(|read| jobs::due_by(read, self.store.now(), 1_000));
        due.into_iter().filter(|run| run.job.kind == SEND.name()).collect()
    }

    /// How many messages of a row are there.
    fn messages(&self, row: u64) -> usize {
        self.discord.values().filter(|message| message.row == row).count()
    }

    /// Does the first job that is due, as `discord::posts` does; `meanwhile` happens between each look and what comes of it.
    fn works(&mut self, fault: Fault, meanwhile: Option<u64>) {
        let Some(run) = self.jobs().into_iter().next() else { return };
        let id = SEND.payload(&run).unwrap();
        for _ in 0..10 {
            let Some(post) = self.store.read(|read| service::waiting(read, GUILD, id, run.id)) else { break };
            let wanted = self.rows.get(&post.row).copied();
            if let Some(row) = meanwhile
                && let Some((_, channel)) = self.rows.get(&row)
            {
                self.wants(row, *channel);
            }
            let step = post.step();
            if step == Step::Nothing {
                assert!(self.store.write(move |tx| service::is_idle(tx, GUILD, id, run.id)).unwrap());
                break;
            }
            let outcome = match fault {
                Fault::Refused => {
                    Outcome::Refused { reason: "No.".to_owned(), is_barred: true, revision: post.revision }
                }
                Fault::Silence => Outcome::Later("Silence.".to_owned()),
                _ => {
                    let (text, channel, row) = (wanted.map_or(0, |(text, _)| text), post.channel, post.row);
                    let Some(outcome) =
                        self.does(run.id, (id, row), step, (text, channel, post.revision), post.shown.as_deref())
                    else {
                        continue;
                    };
                    if matches!(fault, Fault::Killed | Fault::KilledForLong) {
                        if fault == Fault::KilledForLong {
                            self.discord.values_mut().for_each(|message| message.name = None);
                        }
                        return;
                    }
                    outcome
                }
            };
            let comes_again = matches!(outcome, Outcome::Later(_));
            let goes_on = self.store.write(move |tx| service::took(tx, GUILD, id, outcome.clone())).unwrap();
            if comes_again {
                return;
            }
            if !goes_on {
                break;
            }
        }
        self.store.write(move |tx| jobs::tables::remove(tx, GUILD, run.id)).unwrap();
    }

    /// What Discord does. `None` where something else is wanted by now.
    fn does(
        &mut self,
        job: jobs::JobId,
        (id, row): (super::PostId, u64),
        step: Step,
        (text, channel, revision): (u64, ChannelId, u64),
        shown: Option<&str>,
    ) -> Option<Outcome> {
        let at = |place: Place| (place.channel, place.message);
        Some(match step {
            Step::Nothing | Step::Remove => Outcome::NotFound,
            Step::Seek(begun) => self.found(row, begun.channel).map_or(Outcome::NotFound, Outcome::Found),
            Step::Delete(place) => {
                self.discord.remove(&at(place));
                Outcome::Deleted(place)
            }
            Step::Edit(place) if shown == Some(text.to_string().as_str()) => {
                Outcome::Shown { place, shown: text.to_string(), revision }
            }
            Step::Edit(place) => match self.discord.get_mut(&at(place)) {
                Some(message) => {
                    message.text = text;
                    Outcome::Shown { place, shown: text.to_string(), revision }
                }
                None => Outcome::Gone(place),
            },
            Step::Post(begun) => {
                if begun.is_some()
                    && let Some(place) = self.found(row, channel)
                {
                    return Some(Outcome::Found(place));
                }
                let begin = move |tx: &crate::store::Tx<'_>| service::begin(tx, GUILD, id, job, channel, "mark");
                let name = self.store.write(begin).unwrap()?;
                let same = self.discord.iter().find(|(_, message)| message.name.as_ref() == Some(&name));
                if let Some(((channel, message), _)) = same {
                    return Some(Outcome::Found(Place { channel: *channel, message: *message }));
                }
                self.posted += 1;
                let place = Place { channel, message: MessageId::new(self.posted) };
                self.discord.insert(at(place), Message { row, text, name: Some(name) });
                Outcome::Shown { place, shown: text.to_string(), revision }
            }
        })
    }

    /// A message of a row in a channel that no post knows.
    fn found(&self, row: u64, channel: ChannelId) -> Option<Place> {
        let there = self.discord.iter().filter(|((at, _), message)| *at == channel && message.row == row);
        let unknown = |message| self.store.read(|read| Ok(!tables::is_known(read, GUILD, channel, message)?));
        let mut there = there.map(|((_, message), _)| *message);
        there.find(|message| unknown(*message)).map(|message| Place { channel, message })
    }

    /// What comes every half minute.
    fn sweeps(&self) {
        let at = self.store.now();
        let guilds = self.store.read(|read| service::guilds_to_try(read, at));
        for guild in guilds {
            while self.store.write(move |tx| service::try_again(tx, guild, at)).unwrap() {}
        }
    }

    fn all_work(&mut self) {
        for _ in 0..200 {
            if self.jobs().is_empty() {
                return;
            }
            self.works(Fault::Nothing, None);
        }
        panic!("the jobs never end");
    }
}

#[test]
fn a_row_is_posted_edited_and_deleted_and_its_post_goes_last() {
    let mut world = World::new();
    world.wants(2, HERE);
    assert_eq!((world.sync(2), world.messages(2)), (Some(Sync::PendingSync), 0));
    world.all_work();
    let state = world.state(2).unwrap();
    assert_eq!((state.sync, state.channel, state.message), (Sync::Synced, HERE, Some(MessageId::new(1))));
    world.wants(2, HERE);
    assert_eq!(world.sync(2), Some(Sync::PendingSync));
    world.all_work();
    assert_eq!((world.messages(2), world.posted), (1, 1), "it is edited");
    world.withdraws(2);
    assert_eq!(world.sync(2), Some(Sync::PendingSync), "the message is still there");
    world.all_work();
    assert_eq!((world.state(2), world.messages(2)), (None, 0));
    world.wants(4, HERE);
    world.withdraws(4);
    assert_eq!(world.state(4), None, "nothing was there");
    world.all_work();
    assert_eq!(world.messages(4), 0);
    world.store.check();
}

#[test]
fn many_changes_are_one_edit_and_one_that_comes_meanwhile_is_another() {
    crate::covers!("T-ADV-11");
    let mut world = World::new();
    for _ in 0..20 {
        world.wants(2, HERE);
    }
    assert_eq!(world.jobs().len(), 1);
    world.works(Fault::Nothing, Some(2));
    assert_eq!((world.sync(2), world.jobs().len()), (Some(Sync::PendingSync), 1), "what was drawn is old");
    world.works(Fault::Nothing, None);
    assert_eq!((world.sync(2), world.jobs().len()), (Some(Sync::Synced), 0));
    assert_eq!(world.discord.values().next().unwrap().text, 21);
}

#[test]
fn a_message_that_was_deleted_is_posted_anew_or_orphaned_as_its_kind_says() {
    for is_told in [true, false] {
        let mut world = World::new();
        for row in [2, 3] {
            world.wants(row, HERE);
        }
        world.all_work();
        for row in [2, 3] {
            world.deletes(row, is_told);
            if !is_told {
                // Nobody heard of it: the next edit finds that it is gone.
                world.wants(row, HERE);
            }
        }
        world.all_work();
        assert_eq!((world.sync(2), world.messages(2)), (Some(Sync::Synced), 1));
        let orphan = world.state(3).unwrap();
        assert_eq!((orphan.sync, orphan.message, world.messages(3)), (Sync::Orphaned, None, 0));
        assert!(orphan.reason.is_some());
        world.wants(3, HERE);
        world.all_work();
        assert_eq!(world.sync(3), Some(Sync::Orphaned), "nobody asked for another one");
        world.again(3);
        world.all_work();
        assert_eq!((world.sync(3), world.messages(3)), (Some(Sync::Synced), 1));
        world.store.check();
    }
}

#[test]
fn a_message_moves_with_its_channel_and_goes_with_it() {
    let mut world = World::new();
    for row in [2, 3] {
        world.wants(row, HERE);
    }
    world.all_work();
    for row in [2, 3] {
        world.wants(row, THERE);
    }
    assert_eq!(world.state(2).unwrap().message, None, "there is none where it is wanted");
    world.all_work();
    assert!(world.discord.keys().all(|(channel, _)| *channel == THERE) && world.discord.len() == 2);
    world.discord.clear();
    world.store.write(|tx| service::lost(tx, GUILD, THERE, None)).unwrap();
    assert_eq!((world.sync(2), world.sync(3)), (Some(Sync::PendingSync), Some(Sync::Orphaned)));
}

#[test]
fn what_is_not_answered_is_pending_and_what_is_refused_failed_with_the_reason_and_told_once() {
    crate::covers!("T-SYN-28");
    let mut world = World::new();
    world.wants(2, HERE);
    world.works(Fault::Silence, None);
    let state = world.state(2).unwrap();
    assert_eq!((state.sync, state.reason.as_deref()), (Sync::PendingSync, Some("Silence.")));
    assert_eq!(world.jobs().len(), 1, "its job comes again");
    // Without a job, the sweep sees to it, once ten minutes have passed.
    let job = world.jobs()[0].id;
    world.store.write(move |tx| jobs::tables::remove(tx, GUILD, job)).unwrap();
    world.store.advance(Duration::from_secs(599));
    world.sweeps();
    assert!(world.jobs().is_empty());
    world.store.advance(Duration::from_secs(1));
    world.sweeps();
    world.sweeps();
    assert_eq!(world.jobs().len(), 1);
    world.wants(4, HERE);
    for _ in 0..2 {
        world.works(Fault::Refused, None);
    }
    for row in [2, 4] {
        let state = world.state(row).unwrap();
        assert_eq!((state.sync, state.reason.as_deref()), (Sync::Failed, Some("No.")));
    }
    assert_eq!(world.store.read(|read| tables::by_state(read)), [("pending_sync", 0), ("orphaned", 0), ("failed", 2)]);
    world.store.write(|tx| service::again_where(tx, GUILD, &|channel| channel == THERE)).unwrap();
    assert!(world.jobs().is_empty(), "their channel refuses them as before");
    world.store.write(|tx| service::again_where(tx, GUILD, &|channel| channel == HERE)).unwrap();
    world.all_work();
    assert_eq!((world.sync(2), world.sync(4)), (Some(Sync::Synced), Some(Sync::Synced)));
}

#[test]
fn a_kill_between_the_post_and_the_row_leads_to_one_message() {
    for fault in [Fault::Killed, Fault::KilledForLong] {
        let mut world = World::new();
        world.wants(3, HERE);
        world.works(fault, None);
        assert_eq!((world.sync(3), world.messages(3)), (Some(Sync::PendingSync), 1));
        world.wants(3, HERE);
        world.all_work();
        assert_eq!((world.sync(3), world.messages(3), world.posted), (Some(Sync::Synced), 1, 1));
        world.wants(5, HERE);
        world.works(fault, None);
        world.withdraws(5);
        world.all_work();
        assert_eq!((world.state(5), world.messages(5)), (None, 0), "nothing is left behind");
    }
}

/// Something that happens to one of four rows.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Wanted(u64, bool),
    Withdrawn(u64),
    Again(u64),
    Deleted(u64, bool),
    Work(Fault, Option<u64>),
    Sweep,
}

fn happening() -> impl Strategy<Value = Happening> {
    let row = || 2..6_u64;
    let fault = prop_oneof![
        4 => Just(Fault::Nothing),
        1 => Just(Fault::Refused),
        1 => Just(Fault::Silence),
        1 => Just(Fault::Killed),
        1 => Just(Fault::KilledForLong),
    ];
    prop_oneof![
        4 => (row(), any::<bool>()).prop_map(|(row, is_there)| Happening::Wanted(row, is_there)),
        1 => row().prop_map(Happening::Withdrawn),
        1 => row().prop_map(Happening::Again),
        1 => (row(), any::<bool>()).prop_map(|(row, is_told)| Happening::Deleted(row, is_told)),
        6 => (fault, proptest::option::of(row())).prop_map(|(fault, row)| Happening::Work(fault, row)),
        1 => Just(Happening::Sweep),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_there_is_one_message_in_the_end_or_none(
        happenings in proptest::collection::vec(happening(), 1..60),
    ) {
        let mut world = World::new();
        for happening in happenings {
            match happening {
                Happening::Wanted(row, is_there) => world.wants(row, if is_there { THERE } else { HERE }),
                Happening::Withdrawn(row) => world.withdraws(row),
                Happening::Again(row) => world.again(row),
                Happening::Deleted(row, is_told) => world.deletes(row, is_told),
                Happening::Work(fault, meanwhile) => world.works(fault, meanwhile),
                Happening::Sweep => {
                    world.store.advance(TEN_MINUTES);
                    world.sweeps();
                }
            }
        }
        // Everything works again, what failed is tried once more, and what nobody heard of is found by a change.
        world.all_work();
        for row in 2..6 {
            if world.sync(row) == Some(Sync::Failed) {
                world.again(row);
            }
            if let Some((_, channel)) = world.rows.get(&row).copied() {
                world.wants(row, channel);
            }
        }
        world.store.advance(TEN_MINUTES);
        world.sweeps();
        world.all_work();
        for row in 2..6 {
            let (messages, wanted) = (world.messages(row), world.rows.get(&row).copied());
            match (world.state(row), wanted) {
                (None, None) => prop_assert_eq!(messages, 0),
                (Some(state), Some((text, channel))) if state.sync == Sync::Synced => {
                    prop_assert_eq!(messages, 1);
                    let message = state.message.and_then(|message| world.discord.get(&(channel, message)));
                    prop_assert_eq!(message.map(|message| message.text), Some(text));
                }
                (Some(state), Some(_)) => {
                    prop_assert_eq!((state.sync, state.message, row % 2), (Sync::Orphaned, None, 1));
                    prop_assert_eq!(messages, 0);
                }
                odd => prop_assert!(false, "{} is {:?}", row, odd),
            }
        }
        world.store.check();
    }
}
