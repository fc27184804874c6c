//! What reviewers read, and what submitters are told of a song that could not be heard.

use super::renders;
use super::views::{self, Intent, Listed};
use crate::bot::tests::songs::{ANN, NUMBER, entry, entry_of_file, lost_entry};
use crate::bot::tests::{message_of, messages_of, visible};
use crate::discord::display::{DisplayKind, Shown};
use crate::display::DisplayId;
use crate::features::desk::model::DeadLink;
use crate::features::queue::model::{Entry, Line, Seen};
use crate::features::queue::queries::{LinePage, QueuePage, Record, Standing};
use crate::features::queue::service::Moved;
use crate::features::testing::TestStore;
use crate::flows::dead_link_removed::Refunded;
use crate::kernel::amount::Amount;
use crate::kernel::ids::GuildId;

const GUILD: GuildId = GuildId::new(5);
const SHOWN: Shown = Shown { guild: GUILD, display: DisplayId::new(3), page: 1 };

fn page(now_playing: Option<Entry>, pages: u64, counts: Vec<(Line, u64)>) -> QueuePage {
    QueuePage { now_playing, rows: Vec::new(), own: None, page: 1, pages, counts }
}

#[test]
fn the_reviewer_queue_shows_what_plays_and_what_comes() {
    let rows = [Listed { entry: entry(Line::Skip5), place: Some(1), points: Amount::of(1) }];
    let page_with = page(Some(entry(Line::SongsPlayed)), 2, vec![(Line::Skip5, 1), (Line::Free, 10)]);
    insta::assert_snapshot!(message_of(views::main(SHOWN, &page_with, &rows)), @r"
    ╒ 🎛️ Reviewer queue
    🎶 **Now playing** #012345 **\*Ann\* – Light @(invisible)everyone**
    1. ⚡ #012345 \*Ann\* – Light @(invisible)everyone: 5 Skip · ann\_b · @dj\_ann\_ · 1 point · <t:1763756100:R>
    [YouTube](<https://youtu.be/dQw4w9WgXcQ>)
    > Be \*kind\*! \# \[no\]\(link\)
    ╘ Page 1 of 2   ⚡ 1  🆓 10
    {Choose a song} desk:pick:5
      012345 = #012345 *Ann* – Light @everyone (⚡ 5 Skip · ann_b)
    [Approve…] desk:approve:5:3:1
    [Remove…] desk:remove:5:3:1
    [⏭ Next song] desk:next:5:012345
    [◀ Previous] display:team:back:5:3:1 (disabled)
    [🔄 Refresh] display:team:same:5:3:1
    [▶ Next] display:team:on:5:3:2
    ");
    insta::assert_snapshot!(message_of(views::main(SHOWN, &page(None, 1, Vec::new()), &[])), @"
    ╒ 🎛️ Reviewer queue
    Nothing plays.
    The queue is empty.
    ╘ Page 1 of 1
    [Approve…] desk:approve:5:3:1 (disabled)
    [Remove…] desk:remove:5:3:1 (disabled)
    [⏭ Next song] desk:next:5:none (disabled)
    [🔄 Refresh] display:team:same:5:3:1
    ");
}

#[test]
fn the_messages_of_the_desk_begin_without_songs() {
    let store = TestStore::new();
    let drawn = |kind: &DisplayKind| message_of(store.read(|read| (kind.render)(read, SHOWN)));
    assert_eq!(drawn(&renders::MAIN), message_of(views::main(SHOWN, &page(None, 1, Vec::new()), &[])));
    let none = LinePage { songs: Vec::new(), page: 1, pages: 1, total: 0 };
    assert_eq!(drawn(&renders::PENDING), message_of(views::pending(SHOWN, &none, &[])));
}

#[test]
fn the_pending_skips_say_what_is_to_be_done_with_them() {
    let page = |total| LinePage { songs: Vec::new(), page: 1, pages: 1, total };
    let rows = [Listed { entry: entry_of_file(Line::PendingSkips), place: None, points: Amount::of(1_240) }];
    insta::assert_snapshot!(message_of(views::pending(SHOWN, &page(1), &rows)), @r"
    ╒ ⏳ Pending skips
    One song waits for a reviewer. **Approve…** puts it into the line that was paid for.
    ⏳ #012345 \*Ann\* – Light @(invisible)everyone: Pending Skips · ann\_b · @dj\_ann\_ · 1,240 points · <t:1763756100:R>
    [Song\_1.mp3](<https://discord.com/channels/5/6/7>)
    > Be \*kind\*! \# \[no\]\(link\)
    ╘ Page 1 of 1
    {Choose a song} desk:pick:5
      012345 = #012345 *Ann* – Light @everyone (⏳ Pending Skips · ann_b)
    [Approve…] desk:approve:5:3:1
    [Remove…] desk:remove:5:3:1
    [🔄 Refresh] display:team:same:5:3:1
    ");
    let described = |total| message_of(views::pending(SHOWN, &page(total), &[])).lines().nth(1).unwrap().to_owned();
    insta::assert_snapshot!([described(0), described(2)].join("\n"), @"
    No song waits for a reviewer.
    2 songs wait for a reviewer. **Approve…** puts one into the line that was paid for.
    ");
}

#[test]
fn a_reviewer_is_asked_which_song_and_into_which_line() {
    let song = entry(Line::PendingSkips);
    let seen = Seen { song: NUMBER, line: Line::PendingSkips };
    let shown = [
        views::which(GUILD, Intent::Approve, std::slice::from_ref(&song)),
        views::which(GUILD, Intent::Remove, &[lost_entry(Line::Free)]),
        views::which(GUILD, Intent::Remove, &[]),
        views::which_tier(GUILD, &song, seen),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    Which song do you want to approve?
    {Choose a song} desk:approve_song:5
      012345:6 = #012345 *Ann* – Light @everyone (⏳ Pending Skips · ann_b)
    Which song do you want to remove?
    {Choose a song} desk:remove_song:5
      000007:5 = #000007 مرحبا – <@2> `x` (🆓 Free · sami)
    No song is on this page any more.
    Into which line does #012345 **\*Ann\* – Light @(invisible)everyone** go?
    {Approve to…} desk:tier:5:012345:6
      0 = 🔥 25+ Skip
      1 = 🥇 20 Skip
      2 = 🥈 15 Skip
      3 = 🥉 10 Skip
      4 = ⚡ 5 Skip
    ");
}

#[test]
fn the_panel_shows_all_that_is_known_of_a_song() {
    let details = views::Details {
        entry: entry(Line::Skip5),
        standing: Some(Standing { ahead: Some(0), wait: None }),
        is_playing: false,
        record: Record { before: 2, played: 1 },
        points: Amount::of(1_240),
        luxury: Amount::of(30),
        gifted: Some(Amount::of(1_500)),
    };
    insta::assert_snapshot!(message_of(views::panel(GUILD, &details)), @r"
    ╒ ⚡ \*Ann\* – Light @(invisible)everyone
    Song: #012345
    Line: ⚡ 5 Skip, place **1**
    Waiting since: <t:1763756100:f> (<t:1763756100:R>)
    Submitted by: <@1> · @dj\_ann\_
    Songs: 2 before this, 1 played
    Points: 1,240
    Luxury Coins: 30
    Lifted by: 1,500 gifted coins
    Listen: [YouTube](<https://youtu.be/dQw4w9WgXcQ>)
    Note: Be \*kind\*!
    \# \[no\]\(link\)
    {Approve to…} desk:tier:5:012345:4
      0 = 🔥 25+ Skip
      1 = 🥇 20 Skip
      2 = 🥈 15 Skip
      3 = 🥉 10 Skip
    {Move to…} desk:move:5:012345:4
      0 = 🔥 25+ Skip
      1 = 🥇 20 Skip
      2 = 🥈 15 Skip
      3 = 🥉 10 Skip
      5 = 🆓 Free
      6 = ⏳ Pending Skips
    [🎶 Play now] desk:play:5:012345:4
    [⏳ Hold] desk:hold:5:012345:4
    [❌ Remove] desk:out:5:012345:4
    [🔗 Dead link] desk:dead:5:012345:4
    [🔖 Bookmark] queue:bookmark:012345
    ");
}

#[test]
fn the_panel_of_a_removed_song_offers_what_is_possible() {
    let details = views::Details {
        entry: lost_entry(Line::Removed),
        standing: None,
        is_playing: false,
        record: Record { before: 0, played: 0 },
        points: Amount::ZERO,
        luxury: Amount::ZERO,
        gifted: None,
    };
    let shown = message_of(views::panel(GUILD, &details));
    let without_choices: Vec<_> = shown.lines().filter(|line| !line.starts_with("  ")).collect();
    insta::assert_snapshot!(without_choices.join("\n"), @r"
    ╒ ❌ مرحبا – \<@(invisible)2\> \`x\`
    Song: #000007
    Line: ❌ Removed
    Submitted: <t:1763756100:f> (<t:1763756100:R>)
    Submitted by: <@2>
    Songs: their first, 0 played
    Points: 0
    Luxury Coins: 0
    Listen: ⚠️ Song\_1.mp3 is gone: somebody deleted the message with the file. Ask for it again.
    {Approve to…} desk:tier:5:000007:8
    {Move to…} desk:move:5:000007:8
    [🎶 Play now] desk:play:5:000007:8 (disabled)
    [⏳ Hold] desk:hold:5:000007:8
    [❌ Remove] desk:out:5:000007:8 (disabled)
    [🔗 Dead link] desk:dead:5:000007:8 (disabled)
    [🔖 Bookmark] queue:bookmark:000007
    ");
}

#[test]
fn what_a_reviewer_did_is_told() {
    let refunded = |gifted: Option<u32>, luxury: Option<u32>| {
        let moved = Moved { entry: entry(Line::Removed), from: Line::Skip5 };
        views::refunded(&Refunded { moved, gifted: gifted.map(Amount::of), luxury: luxury.map(Amount::of) })
    };
    let lines = [
        views::moved(&entry(Line::Skip5), Line::PendingSkips),
        views::played(&entry(Line::SongsPlayed).song, Line::Free),
        views::played(&lost_entry(Line::SongsPlayed).song, Line::Free),
        refunded(Some(1_500), Some(1_000)),
        refunded(None, None),
    ];
    insta::assert_snapshot!(visible(&lines.join("\n")), @r"
    ⚡ #012345 **\*Ann\* – Light @(invisible)everyone** moved from **Pending Skips** to **5 Skip**.
    🎶 #012345 **\*Ann\* – Light @(invisible)everyone** plays now, from **Free**.
    🎶 #000007 **مرحبا – \<@(invisible)2\> \`x\`** plays now, from **Free**. ⚠️ Its file is gone: somebody deleted the message.
    ❌ #012345 **\*Ann\* – Light @(invisible)everyone** is removed as a dead link. 1,500 gifted coins are given back to <@1>: they wait for another song on this live. <@1> has 1,000 Luxury Coins back.
    ❌ #012345 **\*Ann\* – Light @(invisible)everyone** is removed as a dead link. There was nothing to give back.
    ");
}

#[test]
fn a_submitter_reads_that_a_song_could_not_be_played() {
    let told = |gifted: Option<u32>, luxury: Option<u32>| DeadLink {
        user: ANN,
        number: NUMBER.to_string(),
        title: "*Light*".to_owned(),
        gifted: gifted.map(Amount::of),
        luxury: luxury.map(Amount::of),
        channel: None,
        is_taken_back: false,
    };
    let shown = [views::dead_link(&told(Some(1_500), Some(1_000))), views::dead_link_in_channel(&told(None, None))];
    insta::assert_snapshot!(messages_of(shown), @r"
    🔗 Your song #012345 **\*Light\*** could not be played: its link or file does not work. You have your **1,000 Luxury Coins** back. Your **1,500 gifted coins** count for your next song on this live. You are welcome to send the song again with one that works.
    <@1> 🔗 Your song #012345 **\*Light\*** could not be played: its link or file does not work. You are welcome to send the song again with one that works.
    pings <@1>
    ");
}

#[test]
fn a_submitter_reads_that_a_song_is_no_dead_link_after_all() {
    let told = |gifted: Option<u32>, luxury: Option<u32>| DeadLink {
        user: ANN,
        number: NUMBER.to_string(),
        title: "*Light*".to_owned(),
        gifted: gifted.map(Amount::of),
        luxury: luxury.map(Amount::of),
        channel: None,
        is_taken_back: true,
    };
    let shown = [views::dead_link(&told(Some(1_500), Some(1_000))), views::dead_link_in_channel(&told(None, None))];
    insta::assert_snapshot!(messages_of(shown), @r"
    🔗 Your song #012345 **\*Light\*** is back in its place: its link or file works after all. Your **1,000 Luxury Coins** are paid for it again. Your **1,500 gifted coins** count for it again.
    <@1> 🔗 Your song #012345 **\*Light\*** is back in its place: its link or file works after all.
    pings <@1>
    ");
}
