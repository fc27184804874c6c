//! What is done for posts by itself, after a while: what failed is tried again, and what may be gone is looked for.

use super::*;
use crate::activity::{self, ActivityId};
use crate::posts::{FAILED, LOOK, looks};

#[test]
fn what_is_refused_is_tried_by_itself_after_longer_and_longer_waits() {
    let mut world = World::new();
    world.wants(2, HERE);
    world.works(Fault::Refused, None);
    for minutes in [10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440] {
        assert_eq!(world.sync(2), Some(Sync::Failed));
        world.store.advance(Duration::from_secs(60 * minutes - 1));
        world.sweeps();
        assert!(world.jobs().is_empty(), "not before {minutes} minutes");
        world.store.advance(Duration::from_secs(1));
        world.sweeps();
        assert_eq!(world.jobs().len(), 1, "after {minutes} minutes");
        world.works(Fault::Refused, None);
    }
    assert_eq!(failures(&world), 1, "the team is told once");
    world.store.advance(Duration::from_hours(24));
    world.sweeps();
    world.all_work();
    assert_eq!(world.sync(2), Some(Sync::Synced));
    // What was well is told anew, and its waits begin anew.
    world.wants(2, HERE);
    world.works(Fault::Refused, None);
    let state = world.state(2).unwrap();
    assert!(state.reason.is_some_and(|reason| reason.ends_with("its message shows how it was before.")));
    world.store.advance(TEN_MINUTES);
    world.sweeps();
    assert_eq!((world.jobs().len(), failures(&world)), (1, 2));
}

/// How often the team was told that something failed.
fn failures(world: &World) -> usize {
    let all = world.store.read(|read| activity::since(read, GUILD, ActivityId::new(0), 1_000));
    all.iter().filter(|(_, activity)| FAILED.details(activity).is_some()).count()
}

#[test]
fn each_channel_with_messages_is_looked_at_every_ten_minutes_and_soon_after_a_start() {
    let mut world = World::new();
    let looks = |world: &World| {
        let at = world.store.now();
        for guild in world.store.read(|read| looks::guilds(read, at)) {
            world.store.write(move |tx| looks::stage(tx, guild, at)).unwrap();
        }
        let due = world.store.read(|read| jobs::due_by(read, at, 100));
        due.into_iter().filter(|run| run.job.kind == LOOK.name()).collect::<Vec<Run>>()
    };
    let done = |world: &World, run: Run, channel: ChannelId, at: Option<MessageId>| {
        let (guild, id) = (run.guild, run.id);
        world.store.write(move |tx| jobs::tables::remove(tx, guild, id)).unwrap();
        world.store.write(move |tx| looks::ended(tx, GUILD, channel, at)).unwrap();
    };
    world.wants(2, HERE);
    world.all_work();
    assert_eq!(looks(&world).len(), 0);
    world.store.advance(TEN_MINUTES);
    let run = looks(&world).remove(0);
    assert_eq!(looks(&world).len(), 1, "one look at a time");
    let there = world.store.read(|read| looks::messages(read, GUILD, HERE));
    assert_eq!(there.len(), 1);
    done(&world, run, HERE, None);
    world.store.advance(Duration::from_secs(599));
    assert_eq!(looks(&world).len(), 0);
    // The bot comes back: nobody told it what was deleted.
    world.store.write(|tx| looks::soon(tx, GUILD)).unwrap();
    let run = looks(&world).remove(0);
    // A look that did not reach the end goes on from there with the next sweep.
    let beyond = MessageId::new(there[0].get() + 1);
    done(&world, run, HERE, Some(beyond));
    assert_eq!(world.store.read(|read| looks::messages(read, GUILD, HERE)), []);
    let run = looks(&world).remove(0);
    done(&world, run, HERE, None);
    assert_eq!(world.store.read(|read| looks::messages(read, GUILD, HERE)), there);
    // Nothing is looked at where nothing is.
    world.withdraws(2);
    world.all_work();
    world.store.advance(TEN_MINUTES);
    let run = looks(&world).remove(0);
    done(&world, run, HERE, None);
    world.store.advance(TEN_MINUTES);
    assert_eq!(looks(&world).len(), 0);
}
