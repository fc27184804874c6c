//! The lines of the debug channel as the team reads them.

use super::*;
use crate::activity::program::{
    BACKUP_LEFT_OUT, Backup, COPIES_FAIL, COPIES_WORK, DISK_FILLS, EXPORTED, LeftOut, SNAPSHOT_DAMAGED,
};
use crate::activity::{ActivityKind, Happened, Subject, TEAM_TOLD};
use crate::display::{Finding, HEALED, PLACED};
use crate::features::coins::activity::{POSTED, Posted};
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::desk::activity::{DEAD_LINK_REMOVED, DEAD_LINK_TAKEN_BACK, Refund};
use crate::features::engagement::activity::{
    GIFT_UNPRICED, GIFTS_LIFTED, Lifted, Missed, REPORT_MISSED, ReportMissed, Unpriced,
};
use crate::features::handles::activity::{LINKED, Link, PROVEN, RENAMED, UNLINKED};
use crate::features::handles::model::{RenameNotice, RenamedTo};
use crate::features::queue::activity::PUT_BACK;
use crate::features::submissions::activity::{FILE_IN_PLACE, LEFT_IN_HISTORY, Left};
use crate::features::testing::{GUILD, TestStore};
use crate::features::tiktok::activity::{
    CONNECTED, CONNECTION_LOST, Deed, Ending, LEFT, RECORDING_STOPPED, REFUSED, SIMULATED, STOPPED, SimulatedEvent,
};
use crate::jobs::unsent::{DISMISSED, LOST, Lost, TRIED_AGAIN, Unsent};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::live::Handle;
use crate::settings::SETTING_CHANGED;

const BY: Actor = Actor::Member(UserId::new(1));
const USER: UserId = UserId::new(2);

fn owl() -> Subject {
    Subject::Handle(Handle::parse("night_owl").unwrap())
}

/// The line of something that happened; "-" where there is none.
fn said<D: serde::Serialize + Clone + Send + Sync + 'static>(happened: Happened<D>) -> String {
    let store = TestStore::new();
    store.write(move |tx| happened.clone().note(tx, GUILD)).unwrap();
    let noted = store.read(|read| crate::activity::newest(read, GUILD, &crate::activity::Filter::default(), None, 1));
    line(&noted.rows[0].1).unwrap_or_else(|| "-".to_owned())
}

#[test]
fn a_coin_operation_is_told_with_its_labels_and_with_who_did_it_for_somebody_else() {
    crate::covers!("M-ECO-09");
    let coins = |kind: EntryKind, delta: i64, reason: &str, requested: Option<Amount>| {
        let currency = Currency::Luxury.key().to_owned();
        let posted = POSTED.with(Posted { currency, kind, delta, reason: reason.to_owned(), requested, called: None });
        posted.of(Subject::Member(USER)).changing("5".to_owned(), (5 + delta).to_string())
    };
    let lines = [
        said(coins(EntryKind::AdminAdd, 7, "won *the* quiz @everyone", None).by(BY)),
        said(coins(EntryKind::AdminRemove, -5, "spam", Some(Amount::of(80))).by(BY)),
        said(coins(EntryKind::Gift, 100, "Rose ×1 by @ann_", None).by(Actor::Live)),
        said(coins(EntryKind::BuySkip, -1, "5 Skip", None).by(Actor::Member(USER))),
    ];
    insta::assert_snapshot!(lines.join("\n").replace('\u{200b}', "(invisible)"), @r"
    🪙 Luxury Coins · user_id <@2> `2` · operation `admin_add` · amount `+7` · reason won \*the\* quiz @(invisible)everyone · before_balance `5` · after_balance `12` · by <@1>
    🪙 Luxury Coins · user_id <@2> `2` · operation `admin_remove` · amount `-5` · reason spam · before_balance `5` · after_balance `0` · requested `80` · by <@1>
    🪙 Luxury Coins · user_id <@2> `2` · operation `gift` · amount `+100` · reason Rose ×1 by @ann\_ · before_balance `5` · after_balance `105`
    🪙 Luxury Coins · user_id <@2> `2` · operation `buy_skip` · amount `-1` · reason 5 Skip · before_balance `5` · after_balance `4`
    ");
}

#[test]
fn gifts_that_lift_a_song_are_told_with_the_lines_before_and_after() {
    crate::covers!("M-TIK-23");
    let lifted = Lifted { user: USER, coins: Amount::of(29_999), number: "#012345".to_owned(), gift: None };
    let lifted = GIFTS_LIFTED.with(lifted).by(Actor::Live).of(Subject::Song(7));
    insta::assert_snapshot!(
        said(lifted.changing("Free".to_owned(), "25+ Skip".to_owned())),
        @"🎁 29,999 gifted coins of <@2> `2` lifted #012345 from Free to 25+ Skip"
    );
}

#[test]
fn a_gift_that_nobody_can_price_is_told_so_that_somebody_pays_by_hand() {
    let lines = [("Lion *x*", 7), ("", 901)].map(|(gift, id)| {
        let told = GIFT_UNPRICED.with(Unpriced { gift: gift.to_owned(), id, count: 3 });
        said(told.by(Actor::Live).of(Subject::Handle(Handle::parse("dj_ann").unwrap())))
    });
    assert!(lines[0].starts_with(r"🎁 A gift that I cannot price: **Lion \*x\*** ×3 by **@dj\_ann**."), "{}", lines[0]);
    assert!(lines[1].starts_with(r"🎁 A gift that I cannot price: number 901 ×3 by **@dj\_ann**."), "{}", lines[1]);
}

#[test]
fn a_link_is_told_with_whose_it_was_and_what_the_handle_holds() {
    crate::covers!("M-LNK-07");
    let link = |former: Option<UserId>, was_verified: bool| {
        let handle = Handle::parse("dj_ann").unwrap();
        Link { handle, former, was_verified, points: Amount::of(40) }
    };
    let (former, of) = (Some(UserId::new(3)), Subject::Member(USER));
    let lines = [
        said(LINKED.with(link(None, false)).by(BY).of(of.clone())),
        said(LINKED.with(link(former, true)).by(BY).of(of.clone())),
        said(UNLINKED.with(link(None, false)).by(BY).of(of.clone())),
        said(UNLINKED.with(link(None, true)).by(BY).of(of.clone())),
        said(PROVEN.with(link(None, false)).by(Actor::Live).of(of.clone())),
        said(PROVEN.with(link(former, false)).by(Actor::Live).of(of)),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    🔗 <@1> linked **@dj\_ann** to <@2> `2` · points `40`
    🔗 <@1> linked **@dj\_ann** from <@3> `3` to <@2> `2` · points `40` · this replaces a verified link
    🔗 <@1> unlinked **@dj\_ann** from <@2> `2` · points `40`
    🔗 <@1> unlinked **@dj\_ann** from <@2> `2` · points `40` · the link was verified
    ✅ <@2> `2` proved on the live that **@dj\_ann** is theirs · points `40`
    ✅ <@2> `2` proved on the live that **@dj\_ann** is theirs · it was linked to <@3> `3`, not verified · points `40`
    ");
}

#[test]
fn a_live_is_told_from_its_connection_to_its_end() {
    let lines = [
        said(CONNECTED.with(()).by(Actor::Live).of(owl())),
        said(CONNECTION_LOST.with(()).by(Actor::Live).of(owl())),
        said(REFUSED.with("TikTok asks for a sign-in.".to_owned()).of(owl())),
        said(STOPPED.with(Ending::LiveEnded).of(owl())),
        said(STOPPED.with(Ending::NotLive).of(owl())),
        said(STOPPED.with(Ending::Refused(Some("It is private.".to_owned()))).of(owl())),
        said(STOPPED.with(Ending::Refused(None)).of(owl())),
        said(LEFT.with(()).by(BY).of(owl())),
        said(RECORDING_STOPPED.with("no *space*".to_owned()).of(owl())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    🟢 Connected to the live of **@night\_owl**.
    🟠 The connection to the live of **@night\_owl** was lost. Connecting again.
    🟡 **@night\_owl**: TikTok asks for a sign-in.
    🏁 The live of **@night\_owl** is over. `/tiktok connect` follows the next one.
    ⚪ **@night\_owl** is not live, and nobody wanted to wait.
    🔴 **@night\_owl** is not followed any more: It is private.
    🔴 **@night\_owl** is not followed any more: it was refused.
    ⏹️ <@1> disconnected from **@night\_owl**.
    📼 The recording of the live of **@night\_owl** stopped: no \*space\*. The live itself goes on.
    ");
}

#[test]
fn a_report_that_is_missed_is_told_with_what_would_help() {
    let channel = ChannelId::new(5);
    let missed = [Missed::WithoutPicture, Missed::ChannelGone, Missed::Forbidden, Missed::Unanswered, Missed::Rejected];
    let lines = missed.map(|because| said(REPORT_MISSED.with(ReportMissed { channel, because }).of(owl())));
    insta::assert_snapshot!(lines.join("\n"), @r"
    ⚠️ The report of the live of **@night\_owl** in <#5> is without its picture: I need **Attach Files** there.
    ⚠️ The report of the live of **@night\_owl** could not be posted in <#5>: the channel is gone. Please choose another with `/setup-post-live-metrics`.
    ⚠️ The report of the live of **@night\_owl** could not be posted in <#5>: I need **View Channel**, **Send Messages**, **Embed Links** and **Attach Files** there.
    ⚠️ The report of the live of **@night\_owl** could not be posted in <#5>: Discord could not take it several times.
    ⚠️ The report of the live of **@night\_owl** could not be posted in <#5>: Discord did not accept it; the log says why.
    ");
}

#[test]
fn a_dead_link_is_told_with_what_was_given_back() {
    let (gifted, luxury) = (Some(Amount::of(1_500)), Some(Amount::of(1_000)));
    let lines = [(None, None), (gifted, None), (None, luxury), (gifted, luxury)].map(|(gifted, luxury)| {
        let refund = Refund { user: USER, number: "#012345".to_owned(), gifted, luxury, given: None };
        let removed = DEAD_LINK_REMOVED.with(refund).by(BY).of(Subject::Song(7));
        said(removed.changing("5 Skip".to_owned(), "Removed".to_owned()))
    });
    insta::assert_snapshot!(lines.join("\n"), @"
    🔗 <@1> `1` removed #012345 from 5 Skip as a dead link: nothing was to be given back
    🔗 <@1> `1` removed #012345 from 5 Skip as a dead link: 1,500 gifted coins of <@2> `2` wait for another song
    🔗 <@1> `1` removed #012345 from 5 Skip as a dead link: 1,000 Luxury Coins of <@2> `2` are given back
    🔗 <@1> `1` removed #012345 from 5 Skip as a dead link: 1,500 gifted coins of <@2> `2` wait for another song, and 1,000 Luxury Coins are given back
    ");
}

#[test]
fn a_dead_link_that_is_taken_back_is_told_with_what_is_taken_again() {
    let (gifted, luxury) = (Some(Amount::of(1_500)), Some(Amount::of(1_000)));
    let lines = [(None, None), (gifted, None), (None, luxury), (gifted, luxury)].map(|(gifted, luxury)| {
        let refund = Refund { user: USER, number: "#012345".to_owned(), gifted, luxury, given: None };
        let taken_back = DEAD_LINK_TAKEN_BACK.with(refund).by(BY).of(Subject::Song(7));
        said(taken_back.changing("Removed".to_owned(), "5 Skip".to_owned()))
    });
    insta::assert_snapshot!(lines.join("\n"), @"
    🔗 <@1> `1` took the dead link of #012345 back, which is in 5 Skip again: nothing was to be taken again
    🔗 <@1> `1` took the dead link of #012345 back, which is in 5 Skip again: 1,500 gifted coins of <@2> `2` count for it again
    🔗 <@1> `1` took the dead link of #012345 back, which is in 5 Skip again: 1,000 Luxury Coins of <@2> `2` are taken again
    🔗 <@1> `1` took the dead link of #012345 back, which is in 5 Skip again: 1,500 gifted coins of <@2> `2` count for it again, and 1,000 Luxury Coins are taken again
    ");
}

#[test]
fn a_new_name_is_told_with_what_becomes_of_the_link() {
    let name = |name: &str| Handle::parse(name).unwrap();
    let lines = [RenamedTo::Known(name("barn_owl")), RenamedTo::NotSeenYet(name("tawny_owl"))].map(|what| {
        let renamed = RENAMED.with(RenameNotice { user: USER, before: name("night_owl"), what });
        said(renamed.by(Actor::Live).of(Subject::Member(USER)))
    });
    insta::assert_snapshot!(lines.join("\n"), @r"
    🔁 **@night\_owl** of <@2> `2` is called **@barn\_owl** now. The link follows the account.
    🔁 **@night\_owl** belongs to another TikTok account now. The link of <@2> `2` stays with theirs, whose new name is known as soon as it comes to the live.
    ");
}

#[test]
fn what_is_made_up_is_told_with_who_did_it() {
    let by = Some("@ann_live".to_owned());
    let simulated = |deed: Deed, by: Option<String>| said(SIMULATED.with(SimulatedEvent { deed, by }).by(BY));
    let lines = [
        simulated(Deed::Gifted { count: 3, unit_coins: 500 }, by.clone()),
        simulated(Deed::Liked(40), by),
        simulated(Deed::Viewers(120), None),
        simulated(Deed::Ended, None),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    🧪 <@1> simulated a gift of 3 × 500 coins by **@ann\_live**
    🧪 <@1> simulated 40 likes by **@ann\_live**
    🧪 <@1> simulated 120 viewers
    🧪 <@1> simulated the end of the live
    ");
}

#[test]
fn what_was_left_in_a_channel_is_told_with_how_much() {
    let left = |songs: usize, is_cut: bool| {
        said(LEFT_IN_HISTORY.with(Left { songs, is_cut }).of(Subject::Channel(ChannelId::new(5))))
    };
    insta::assert_snapshot!([left(0, true), left(1, false), left(2, true)].join("\n"), @"
    📭 I looked at what was posted in <#5> while I was away. I read the newest 100 messages; there are more before them.
    📭 I looked at what was posted in <#5> while I was away. One message with a song is older than an hour and stays where it is; its author may post it again.
    📭 I looked at what was posted in <#5> while I was away. 2 messages with songs are older than an hour and stay where they are; their authors may post them again. I read the newest 100 messages; there are more before them.
    ");
}

#[test]
fn a_file_that_stays_with_its_author_is_told_when_its_song_is_taken() {
    let told = said(FILE_IN_PLACE.with("#012345".to_owned()).of(Subject::Channel(ChannelId::new(5))));
    assert!(
        told.contains("is larger than I may post in <#5>, so the song lives in its author's message there."),
        "{told}"
    );
}

#[test]
fn a_setting_is_told_by_its_title_and_with_values_as_people_read_them() {
    let changed = |key: &str, before: Option<&str>, after: Option<&str>| {
        let subject = Subject::Setting(key.to_owned());
        let [before, after] = [before, after].map(|value| value.map(ToOwned::to_owned));
        said(SETTING_CHANGED.with(()).by(BY).of(subject).changing(before, after))
    };
    let lines = [
        changed("debug_channel_id", None, Some("5")),
        changed("max_active_submissions", Some("0"), Some("2")),
        changed("features.luxury", Some("true"), Some("false")),
        changed("reviewer_role_id", Some("7"), None),
        changed("embed_configs", Some(r#"{"page_size":10}"#), Some(r#"{"page_size":15}"#)),
        changed("activity_days", Some("90"), Some("30")),
        changed("of_another_program", Some("1"), Some("2")),
        changed("public_queue_name", None, Some("night-owl")),
        changed("public_queue_name", Some("night-owl"), Some("owl")),
        changed("public_queue_name", Some("owl"), None),
        changed("overlay_goal", None, Some("coins 5000")),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    ⚙️ <@1> changed Debug Channel from Not set to <#5>.
    ⚙️ <@1> changed Songs per Member from any number to 2.
    ⚙️ <@1> changed Economy System Enabled from Yes to No.
    ⚙️ <@1> changed Reviewer Role from <@&7> to Not set.
    ⚙️ <@1> changed Songs per Page from 10 to 15.
    ⚙️ <@1> changed Activity Kept from 90 days to 30 days.
    -
    🌐 <@1> opened the queue to everybody, under the name `night-owl`.
    🌐 <@1> changed the name under which everybody sees the queue from `night-owl` to `owl`.
    🌐 <@1> closed the queue to everybody; its name was `owl`.
    -
    ");
}

#[test]
fn what_the_operator_does_is_told_as_theirs() {
    let member = || Subject::Member(USER);
    let currency = Currency::Luxury.key().to_owned();
    let kind = EntryKind::AdminAdd;
    let coins =
        POSTED.with(Posted { currency, kind, delta: 7, reason: "a prize".to_owned(), requested: None, called: None });
    let link =
        || Link { handle: Handle::parse("dj_ann").unwrap(), former: None, was_verified: false, points: Amount::ZERO };
    let refund = Refund { user: USER, number: "#012345".to_owned(), gifted: None, luxury: None, given: None };
    let removed = DEAD_LINK_REMOVED.with(refund).of(Subject::Song(7));
    let days = || Subject::Setting("activity_days".to_owned());
    let lines = [
        said(coins.by(Actor::Operator).of(member()).changing("5".to_owned(), "12".to_owned())),
        said(LINKED.with(link()).by(Actor::Operator).of(member())),
        said(UNLINKED.with(link()).by(Actor::Operator).of(member())),
        said(removed.by(Actor::Operator).changing("5 Skip".to_owned(), "Removed".to_owned())),
        said(LEFT.with(()).by(Actor::Operator).of(owl())),
        said(SETTING_CHANGED.with(()).by(Actor::Operator).of(days()).changing("90".to_owned(), "30".to_owned())),
        said(SETTING_CHANGED.with(()).by(Actor::System).of(days()).changing("90".to_owned(), "30".to_owned())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    🪙 Luxury Coins · user_id <@2> `2` · operation `admin_add` · amount `+7` · reason a prize · before_balance `5` · after_balance `12` · by the operator
    🔗 The operator linked **@dj\_ann** to <@2> `2` · points `0`
    🔗 The operator unlinked **@dj\_ann** from <@2> `2` · points `0`
    🔗 The operator removed #012345 from 5 Skip as a dead link: nothing was to be given back
    ⏹️ The operator disconnected from **@night\_owl**.
    ⚙️ The operator changed Activity Kept from 90 days to 30 days.
    -
    ");
}

#[test]
fn displays_that_somebody_puts_moves_or_takes_away_are_told_with_where() {
    let placed = |before: Option<&str>, after: Option<&str>| {
        let [before, after] = [before, after].map(|channel| channel.map(ToOwned::to_owned));
        said(PLACED.with("live queue".to_owned()).by(BY).changing(before, after))
    };
    let lines = [placed(None, Some("5")), placed(Some("5"), Some("6")), placed(Some("6"), None), placed(None, None)];
    insta::assert_snapshot!(lines.join("\n"), @"
    ⚙️ <@1> put the live queue into <#5>.
    ⚙️ <@1> moved the live queue from <#5> to <#6>.
    ⚙️ <@1> took the live queue out of <#6>.
    -
    ");
}

#[test]
fn a_channel_that_is_left_reads_where_the_lines_go() {
    let left = |now: Option<u64>, by: Actor| {
        leaving(&Leaving { channel: ChannelId::new(5), now: now.map(ChannelId::new), by })
    };
    insta::assert_snapshot!([left(Some(6), BY), left(None, BY), left(None, Actor::System)].join("\n"), @"
    👋 The lines for your team now go to <#6>: <@1> chose that.
    👋 The lines for your team are switched off: <@1> chose that.
    👋 The lines for your team are switched off.
    ");
}

#[test]
fn what_happens_to_the_program_is_told_with_what_becomes_of_it() {
    let left_out = |backup: Backup, is_disk_full: bool| said(BACKUP_LEFT_OUT.with(LeftOut { backup, is_disk_full }));
    let lines = [
        left_out(Backup::Points, true),
        left_out(Backup::Snapshot, false),
        left_out(Backup::Rehearsal, false),
        said(SNAPSHOT_DAMAGED.with(())),
        said(COPIES_FAIL.with(())),
        said(COPIES_WORK.with(())),
        said(DISK_FILLS.with("300 MiB are free, and 512 MiB should be".to_owned())),
        said(HEALED.with(Finding::Reposted { title: "live queue".into(), channel: ChannelId::new(5) })),
        said(TEAM_TOLD.with("⚠️ The **Debug Channel** is gone.".to_owned())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @"
    🗄️ The hourly backup of the points was left out: the disk is full. I try again every hour, and tell it once.
    🗄️ The daily snapshot of the store was left out: it failed; my log says why. I try again every hour, and tell it once.
    🗄️ The monthly rehearsal of a restore was left out: it failed; my log says why. I try again every hour, and tell it once.
    🗄️ The newest snapshot is damaged and was put aside. I make another one; the disk may be failing.
    🗄️ The snapshots cannot be copied elsewhere; my log says why. I try again, and tell it once.
    🗄️ Copying the snapshots elsewhere works again.
    💾 The disk of my data has little room: 300 MiB are free, and 512 MiB should be. When it is full I can store nothing more; please make some.
    🔧 The message of the live queue in <#5> was gone. It is posted again.
    ⚠️ The **Debug Channel** is gone.
    ");
}

#[test]
fn what_somebody_takes_along_and_does_with_what_was_not_sent_is_told() {
    assert_eq!(said(EXPORTED.with("ledger".to_owned()).by(BY)), "📤 <@1> took along the ledger as a file.");
    let lost = Unsent { kind: "submissions.look_again".to_owned() };
    let given_up = Lost { kind: lost.kind.clone(), reason: "Missing *Permissions* (403 Forbidden).".to_owned() };
    let lines = [
        said(LOST.with(given_up)),
        said(TRIED_AGAIN.with(lost.clone()).by(BY)),
        said(DISMISSED.with(lost).by(Actor::Operator)),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    📮 **Looking again at a message with a song** did not work: Missing \*Permissions\* \(403 Forbidden\); see **Not sent to Discord** on my web page, where it can be tried again
    📮 <@1> is trying once more what could not be sent: **Looking again at a message with a song**
    📮 The operator dismissed what could not be sent: **Looking again at a message with a song**
    ");
}

#[test]
fn a_kind_of_another_program_and_one_for_pages_alone_have_no_line() {
    static UNKNOWN: ActivityKind<()> = ActivityKind::new("test.unknown", |_| None);
    assert_eq!(said(UNKNOWN.with(())), "-");
    let [before, after] = ["5 Skip", "Free"].map(|line| Some(line.to_owned()));
    assert_eq!(said(PUT_BACK.with(()).by(BY).of(Subject::Song(7)).changing(before, after)), "-");
}
