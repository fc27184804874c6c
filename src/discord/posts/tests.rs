//! Posts of two trial kinds on the simulated Discord, job by job: what Discord shows, and what the store says of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serenity::builder::{CreateActionRow, CreateButton};

use super::*;
use crate::catalogue::CATALOGUE;
use crate::discord::bot::{Clients, Shown};
use crate::discord::display::Displays;
use crate::discord::draft::Enclosed;
use crate::discord::rest::{self, Endpoint, Rest};
use crate::http::oembed::Titles;
use crate::jobs::{self, Run, Setback};
use crate::kernel::dice::Seed;
use crate::kernel::ids::{AttachmentId, UserId};
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::posts::{SEND, WhenGone};
use crate::references::Catalogue;
use crate::sim::{
    Fault, FileSpec, GuildIds, GuildSpec, Id, MessageSpec, OverwriteSpec, Permissions, SeenMessage, Sim, SimOptions,
};
use crate::store::{Options, Record, Store, StoreLocation, Table, Tx};
use crate::tiktok::{Client, ClientSettings};

static ITEM: PostKind = PostKind::new("trial.item", WhenGone::Recreate);
static TASK: PostKind = PostKind::new("trial.task", WhenGone::Orphan);

/// Rows that posts follow.
static ROWS: Table<(GuildId, u64), Row> = Table::new("trial.rows", &[]).without_members();

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    text: String,
    /// Channel, message and number of a file that belongs to it.
    file: Option<(u64, u64, u64)>,
}

impl Record for Row {}

fn draw(read: &dyn Read, guild: GuildId, row: u64) -> Result<Option<Draft>> {
    let Some(Row { text, file }) = ROWS.get(read, &(guild, row))? else { return Ok(None) };
    let draft = Draft::text(text);
    Ok(Some(match file {
        Some((channel, message, id)) => draft.enclosing(Enclosed {
            name: "proof.png".to_owned(),
            url: String::new(),
            kept_in: Some((ChannelId::new(channel), MessageId::new(message), AttachmentId::new(id))),
        }),
        None => draft.row(CreateActionRow::Buttons(vec![CreateButton::new(format!("trial:buy:{row}")).label("Buy")])),
    }))
}

static ITEMS: Posted = Posted { kind: &ITEM, draw };
static TASKS: Posted = Posted { kind: &TASK, draw };

/// A bot without a gateway in a guild of its own: the test does its jobs, and tells it what the gateway would.
struct House {
    sim: Sim,
    hand: ClockHand,
    bot: Bot,
    ids: GuildIds,
    guild: GuildId,
}

impl House {
    async fn new() -> Self {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_795_291_200_000));
        let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand.clone()))).await.unwrap();
        let spec = GuildSpec {
            name: "Night Owls".to_owned(),
            channels: vec!["shop".into(), "tasks".into()],
            members: vec!["ann".into()],
            ..GuildSpec::default()
        };
        let ids = sim.create_guild(spec).await.unwrap();
        let mut schema = (CATALOGUE.schema)();
        schema.tables.push(&ROWS);
        let options = Options::new(clock.clone(), Seed::fixed(7));
        let store = Store::open(&StoreLocation::Memory, options, schema).unwrap();
        let endpoint = Endpoint::Simulated(sim.discord_url());
        let files = rest::connect(&sim.bot_token(), &endpoint).unwrap().files;
        let rest = Rest::new(&sim.bot_token(), &endpoint, files.clone(), clock.clone());
        let live = Client::new(ClientSettings::default(), clock.clone()).unwrap();
        let clients = Clients { rest, files, titles: Titles::new(None).unwrap(), live };
        let (displays, references) = (Displays::new(Vec::new()), Catalogue::new([], []));
        let posts = Posts::new([&ITEMS, &TASKS]);
        let shown = Shown { displays, posts, promises: Vec::new(), references, switch_of: |_| None };
        let bot = Bot::new(store, clock, clients, shown);
        bot.remember_own_user(UserId::new(sim.bot().get()));
        let guild = GuildId::new(ids.guild.get());
        Self { sim, hand, bot, ids, guild }
    }

    fn channel(&self, name: &str) -> ChannelId {
        ChannelId::new(self.ids.channel(name).get())
    }

    async fn write(&self, operation: impl Fn(&Tx<'_>) -> Result<()> + Send + 'static) {
        self.bot.store.write("trial", operation).await.unwrap();
    }

    /// A row says this, and is to be shown in a channel.
    async fn shows(&self, kind: &'static PostKind, row: u64, text: &str, channel: &str) {
        self.shows_row(kind, row, Row { text: text.to_owned(), file: None }, channel).await;
    }

    async fn shows_row(&self, kind: &'static PostKind, row: u64, content: Row, channel: &str) {
        let (guild, channel) = (self.guild, self.channel(channel));
        self.write(move |tx| {
            ROWS.put(tx, &(guild, row), &content)?;
            kind.wanted(tx, guild, row, channel)
        })
        .await;
    }

    async fn withdraws(&self, kind: &'static PostKind, row: u64) {
        let guild = self.guild;
        self.write(move |tx| {
            ROWS.remove(tx, &(guild, row))?;
            kind.withdrawn(tx, guild, row)
        })
        .await;
    }

    async fn again(&self, kind: &'static PostKind, row: u64) {
        let guild = self.guild;
        self.write(move |tx| kind.again(tx, guild, row).map(drop)).await;
    }

    fn jobs(&self) -> Vec<Run> {
        let now = self.bot.clock.now();
        let due = self.bot.store.read_blocking("due", |read| jobs::due_by(read, now, 100)).unwrap();
        due.into_iter().filter(|run| run.job.kind == SEND.name()).collect()
    }

    /// Does what is due, each job once; what comes again stays.
    async fn works(&self) -> Vec<Setback> {
        let mut setbacks = Vec::new();
        for run in self.jobs() {
            let (guild, id) = (run.guild, run.id);
            match (SEND_HANDLER.run)(&self.bot, run).await {
                Ok(()) => self.write(move |tx| jobs::tables::remove(tx, guild, id)).await,
                Err(setback) => setbacks.push(setback),
            }
        }
        setbacks
    }

    async fn all_work(&self) {
        for _ in 0..10 {
            let setbacks = self.works().await;
            assert!(setbacks.is_empty(), "{setbacks:?}");
            if self.jobs().is_empty() {
                return;
            }
        }
        panic!("the jobs never end");
    }

    fn state(&self, kind: &'static PostKind, row: u64) -> Option<PostState> {
        let guild = self.guild;
        self.bot.store.read_blocking("state", |read| kind.state(read, guild, row)).unwrap()
    }

    fn sync(&self, kind: &'static PostKind, row: u64) -> Option<Sync> {
        self.state(kind, row).map(|state| state.sync)
    }

    fn messages(&self, channel: &str) -> Vec<SeenMessage> {
        self.sim.look(|discord| discord.messages(self.ids.channel(channel)))
    }

    fn texts(&self, channel: &str) -> Vec<String> {
        self.messages(channel).iter().map(|message| message.content().to_owned()).collect()
    }

    /// The gateway tells of deleted messages, or of a channel that is gone.
    async fn hears(&self, channel: &str, messages: Option<Vec<Id>>) {
        let messages = messages.map(|all| all.iter().map(|message| MessageId::new(message.get())).collect());
        let deletion = Deletion { guild: self.guild, channel: self.channel(channel), messages };
        deleted(&self.bot, &deletion).await.unwrap();
    }

    async fn fails(&self, method: &str, status: u16, code: u64, times: u64) {
        let fault = Fault {
            method: Some(method.to_owned()),
            path: Some("/messages".to_owned()),
            status: Some(status),
            code: Some(code),
            times,
            ..Fault::default()
        };
        self.sim.faults(fault).await;
    }
}

#[tokio::test]
async fn a_message_is_posted_edited_moved_and_deleted_with_its_row() {
    let house = House::new().await;
    house.shows(&ITEM, 1, "Cookie, 5 left", "shop").await;
    house.all_work().await;
    let [ref posted] = house.messages("shop")[..] else { panic!("one message") };
    let message = posted.id();
    let state = house.state(&ITEM, 1).unwrap();
    assert_eq!((state.sync, state.message.map(MessageId::get)), (Sync::Synced, Some(message.get())));
    house.shows(&ITEM, 1, "Cookie, 4 left", "shop").await;
    house.all_work().await;
    let [ref edited] = house.messages("shop")[..] else { panic!("one message") };
    assert_eq!((edited.id(), edited.content()), (message, "Cookie, 4 left"));
    house.shows(&ITEM, 1, "Cookie, 4 left", "tasks").await;
    house.all_work().await;
    assert_eq!((house.texts("shop"), house.texts("tasks")), (vec![], vec!["Cookie, 4 left".to_owned()]));
    house.withdraws(&ITEM, 1).await;
    house.all_work().await;
    assert_eq!((house.state(&ITEM, 1), house.texts("tasks")), (None, vec![]));
}

#[tokio::test]
async fn what_has_not_changed_is_not_edited() {
    let house = House::new().await;
    for _ in 0..3 {
        house.shows(&ITEM, 1, "Cookie", "shop").await;
        house.all_work().await;
    }
    let requests = house.sim.requests(0).await;
    assert!(requests.iter().all(|request| request.method != "PATCH"));
    assert_eq!(house.sync(&ITEM, 1), Some(Sync::Synced));
}

/// Nothing is called synced while Discord has nothing of it.
#[tokio::test]
async fn what_discord_does_not_do_is_pending_or_failed_with_a_reason_and_works_later() {
    crate::covers!("T-ERR-07");
    for (status, code, expected, said) in [
        (503, 0, Sync::PendingSync, "does not answer"),
        (500, 0, Sync::PendingSync, "does not answer"),
        (401, 0, Sync::PendingSync, "token"),
        (403, 50_013, Sync::Failed, "Send Messages"),
        (403, 50_001, Sync::Failed, "Send Messages"),
        (404, 10_003, Sync::Failed, "channel is gone"),
        (400, 50_035, Sync::Failed, "refuses what it says"),
    ] {
        let house = House::new().await;
        house.fails("POST", status, code, 1).await;
        house.shows(&ITEM, 1, "Cookie", "shop").await;
        let setbacks = house.works().await;
        let state = house.state(&ITEM, 1).unwrap();
        assert_eq!((state.sync, state.message), (expected, None), "{status} {code}");
        assert!(state.reason.as_ref().is_some_and(|reason| reason.contains(said)), "{:?}", state.reason);
        assert!(house.messages("shop").is_empty());
        if expected == Sync::PendingSync {
            assert!(matches!(setbacks[..], [Setback::Unanswered { .. }]), "its job comes again: {setbacks:?}");
        } else {
            assert!(setbacks.is_empty() && house.jobs().is_empty());
            house.again(&ITEM, 1).await;
        }
        house.all_work().await;
        assert_eq!((house.sync(&ITEM, 1), house.texts("shop").len()), (Some(Sync::Synced), 1), "{status} {code}");
    }
}

#[tokio::test]
async fn an_edit_that_fails_keeps_the_message_and_says_so() {
    let house = House::new().await;
    house.shows(&TASK, 1, "Draw an owl", "tasks").await;
    house.all_work().await;
    for (status, code, expected) in
        [(503, 0, Sync::PendingSync), (429, 30_046, Sync::PendingSync), (400, 50_035, Sync::Failed)]
    {
        house.fails("PATCH", status, code, 1).await;
        house.shows(&TASK, 1, &format!("Draw two owls, {code}"), "tasks").await;
        house.works().await;
        let state = house.state(&TASK, 1).unwrap();
        assert_eq!((state.sync, state.message.is_some()), (expected, true), "{code}");
        house.again(&TASK, 1).await;
        house.all_work().await;
        assert_eq!(house.texts("tasks"), [format!("Draw two owls, {code}")]);
    }
}

#[tokio::test]
async fn a_message_that_somebody_deletes_is_recreated_or_orphaned_at_once() {
    let house = House::new().await;
    house.shows(&ITEM, 1, "Cookie", "shop").await;
    house.shows(&TASK, 1, "Draw an owl", "tasks").await;
    house.all_work().await;
    for is_heard in [true, false] {
        for channel in ["shop", "tasks"] {
            let gone: Vec<Id> = house.messages(channel).iter().map(SeenMessage::id).collect();
            house.sim.delete_messages(house.ids.channel(channel), &gone).await;
            if is_heard {
                house.hears(channel, Some(gone)).await;
            }
        }
        if !is_heard {
            house.shows(&ITEM, 1, "Cookie, 1 left", "shop").await;
            house.shows(&TASK, 1, "Draw two owls", "tasks").await;
        }
        house.all_work().await;
        assert_eq!((house.sync(&ITEM, 1), house.texts("shop").len()), (Some(Sync::Synced), 1));
        let task = house.state(&TASK, 1).unwrap();
        assert_eq!((task.sync, task.message), (Sync::Orphaned, None));
        house.again(&TASK, 1).await;
        house.all_work().await;
        assert_eq!((house.sync(&TASK, 1), house.texts("tasks").len()), (Some(Sync::Synced), 1));
    }
    for channel in ["shop", "tasks"] {
        house.sim.delete_channel(house.ids.guild, house.ids.channel(channel)).await.unwrap();
        house.hears(channel, None).await;
    }
    house.all_work().await;
    let item = house.state(&ITEM, 1).unwrap();
    assert_eq!((item.sync, item.message, house.sync(&TASK, 1)), (Sync::Failed, None, Some(Sync::Orphaned)));
}

#[tokio::test]
async fn a_deletion_that_is_heard_of_before_the_message_is_known_counts() {
    let house = House::new().await;
    house.shows(&TASK, 1, "Draw an owl", "tasks").await;
    house.all_work().await;
    let message = house.messages("tasks")[0].id();
    house.shows(&TASK, 1, "Draw two owls", "tasks").await;
    // As if it came between Discord's answer and the row.
    let deletion = Deletion {
        guild: house.guild,
        channel: house.channel("tasks"),
        messages: Some(vec![MessageId::new(message.get())]),
    };
    house.bot.posts.note_gone(&deletion);
    house.works().await;
    assert_eq!(house.sync(&TASK, 1), Some(Sync::Orphaned));
}

#[tokio::test]
async fn a_program_that_ends_between_the_post_and_the_row_finds_its_message_again() {
    for waited in [Duration::ZERO, Duration::from_hours(1)] {
        let house = House::new().await;
        house.shows(&ITEM, 1, "Cookie, 5 left", "shop").await;
        let [ref run] = house.jobs()[..] else { panic!("one job") };
        let (guild, job, channel) = (house.guild, run.id, house.channel("shop"));
        let id = SEND.payload(run).unwrap();
        let drawn = house.bot.store.read_blocking("draw", |read| draw(read, guild, 1)).unwrap().unwrap();
        let mark = search::mark_of(&drawn).unwrap();
        let begin = move |tx: &Tx<'_>| service::begin(tx, guild, id, job, channel, &mark);
        let name = house.bot.store.write("begin", begin).await.unwrap().unwrap();
        house.bot.post_once(channel, drawn, name).await.unwrap();
        // Here it ends. When it is back, something else is to be shown.
        house.hand.advance(waited);
        house.shows(&ITEM, 1, "Cookie, 4 left", "shop").await;
        house.all_work().await;
        assert_eq!(
            (house.texts("shop"), house.sync(&ITEM, 1)),
            (vec!["Cookie, 4 left".to_owned()], Some(Sync::Synced))
        );
    }
}

#[tokio::test]
async fn a_withdrawn_message_that_may_not_be_deleted_now_goes_later() {
    let house = House::new().await;
    house.shows(&ITEM, 1, "Cookie", "shop").await;
    house.all_work().await;
    let hidden = |allow, deny| OverwriteSpec { target: "bot".to_owned(), allow, deny };
    let shop = house.ids.channel("shop");
    house.sim.set_overwrite(shop, hidden(Permissions::NONE, Permissions::VIEW_CHANNEL)).await.unwrap();
    house.withdraws(&ITEM, 1).await;
    house.all_work().await;
    assert_eq!((house.sync(&ITEM, 1), house.texts("shop").len()), (Some(Sync::Failed), 1));
    house.sim.set_overwrite(shop, hidden(Permissions::VIEW_CHANNEL, Permissions::NONE)).await.unwrap();
    let guild = house.guild;
    house.write(move |tx| service::again_where(tx, guild, &|_| true)).await;
    house.all_work().await;
    assert_eq!((house.state(&ITEM, 1), house.texts("shop")), (None, vec![]));
}

#[tokio::test]
async fn a_file_is_posted_along_and_stays_when_the_message_is_edited() {
    let house = House::new().await;
    let proof = FileSpec::bytes("owl.png", "image/png", b"an owl");
    let (channel, user) = (house.ids.channel("tasks"), house.ids.member("ann"));
    let spec = MessageSpec { channel, user, attachments: vec![proof], ..MessageSpec::default() };
    let sent = house.sim.post_message(spec).await.unwrap();
    let file = house.messages("tasks")[0].attachments()[0]["id"].as_str().unwrap().parse().unwrap();
    let row = |text: &str| Row { text: text.to_owned(), file: Some((channel.get(), sent.get(), file)) };
    house.shows_row(&TASK, 1, row("Pending"), "shop").await;
    house.all_work().await;
    house.shows_row(&TASK, 1, row("Accepted"), "shop").await;
    house.all_work().await;
    let [ref shown] = house.messages("shop")[..] else { panic!("one message") };
    assert_eq!((shown.content(), shown.attachments().len()), ("Accepted", 1));
    assert_eq!(shown.attachments()[0]["filename"], "proof.png");
}

#[tokio::test]
async fn whoever_changed_a_row_waits_until_its_message_shows_that() {
    let house = House::new().await;
    house.shows(&ITEM, 1, "Cookie", "shop").await;
    let (settled, ()) = tokio::join!(settled(&house.bot, house.guild, &ITEM, 1), house.all_work());
    assert_eq!(settled.unwrap().map(|state| state.sync), Some(Sync::Synced));
    house.withdraws(&ITEM, 1).await;
    let (settled, ()) = tokio::join!(super::settled(&house.bot, house.guild, &ITEM, 1), house.all_work());
    assert_eq!(settled.unwrap(), None);
}
