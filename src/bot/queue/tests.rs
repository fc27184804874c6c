//! What people read of songs and lines.

use std::time::Duration;

use serenity::builder::{CreateActionRow, CreateEmbed};

use super::views;
use crate::bot::tests::songs::{NUMBER, entry, entry_of_file, lost_entry};
use crate::bot::tests::{message_of, messages_of, visible};
use crate::discord::Draft;
use crate::features::queue::model::{Entry, Line};
use crate::features::queue::queries::{OwnPage, QueuePage, Row, Standing};
use crate::features::queue::service::{Moved, Played};
use crate::kernel::ids::ChannelId;

fn standing(ahead: u64, minutes: Option<u64>) -> Standing {
    Standing { ahead: Some(ahead), wait: minutes.map(Duration::from_mins) }
}

fn row(entry: Entry, ahead: u64, minutes: Option<u64>) -> Row {
    Row { entry, standing: Some(standing(ahead, minutes)) }
}

fn page() -> QueuePage {
    QueuePage {
        now_playing: Some(entry(Line::SongsPlayed)),
        rows: vec![row(entry(Line::Skip5), 0, Some(5)), row(lost_entry(Line::Free), 1, None)],
        own: Some(row(lost_entry(Line::Free), 1, None)),
        page: 1,
        pages: 2,
        counts: vec![(Line::Skip5, 1), (Line::Free, 11), (Line::PendingSkips, 0)],
    }
}

fn empty_page() -> QueuePage {
    QueuePage { now_playing: None, rows: Vec::new(), own: None, page: 1, pages: 1, counts: Vec::new() }
}

#[test]
fn a_song_has_a_name_and_stands_somewhere() {
    let free = entry(Line::Free);
    let words = [
        views::name(&free.song),
        views::standing(&free, Some(standing(2, Some(12)))),
        views::standing(&free, Some(standing(0, None))),
        views::standing(&entry(Line::PendingSkips), Some(Standing { ahead: None, wait: None })),
        views::standing(&entry(Line::SongsPlayed), None),
        views::standing(&entry(Line::Removed), None),
        views::wait(Duration::ZERO),
        views::wait(Duration::from_secs(3_661)),
    ];
    insta::assert_snapshot!(visible(&words.join("\n")), @r"
    **\*Ann\* – Light @(invisible)everyone**
    🆓 Free, place **3**, about 12 minutes
    🆓 Free, place **1**
    ⏳ Pending Skips, waits for a reviewer
    ✅ Songs Played <t:1763756100:R>
    ❌ Removed
    about a minute
    about 1 h 02 min
    ");
}

#[test]
fn a_file_that_is_gone_is_told_to_the_team_and_to_whoever_sent_it() {
    let song = entry_of_file(Line::Free).song;
    let words = [
        views::gone("Song.mp3"),
        views::file_lost(&song),
        views::send_again(&song, true),
        views::send_again(&song, false),
    ];
    insta::assert_snapshot!(visible(&words.join("\n")), @r"
    ⚠️ Song.mp3 is gone: somebody deleted the message with the file. Ask for it again.
    ⚠️ The file of #012345 **\*Ann\* – Light @(invisible)everyone** from <@1> · @dj\_ann\_ is gone: somebody deleted the message that held it. Ask for it again, or take the song out by `/remove`.
    ⚠️ The file of your song #012345 **\*Ann\* – Light @(invisible)everyone** is gone: somebody deleted the message that held it. Please send the same file again: your song keeps its number and its place.
    ⚠️ The file of your song #012345 **\*Ann\* – Light @(invisible)everyone** is gone: somebody deleted the message that held it. Please send it again.
    ");
}

#[test]
fn the_queue_shows_its_lines_and_the_song_of_whoever_asks() {
    insta::assert_snapshot!(message_of(views::queue(&page())), @r"
    ╒ Queue
    🎶 **Now playing** #012345 **\*Ann\* – Light @(invisible)everyone**

    ⚡ **5 Skip**
    `  1.` #012345 **\*Ann\* – Light @(invisible)everyone** · ann\_b · @dj\_ann\_ · about 5 minutes
    🆓 **Free**
    `  2.` #000007 **مرحبا – \<@(invisible)2\> \`x\`** · sami · ⚠️ no file

    **Yours** #000007 **مرحبا – \<@(invisible)2\> \`x\`** · 🆓 Free, place **2**
    ╘ Page 1 of 2   ⚡ 1  🆓 11
    [◀ Previous] queue:page:0 (disabled)
    [Next ▶] queue:page:2
    ");
    insta::assert_snapshot!(message_of(views::queue(&empty_page())), @"
    ╒ Queue
    The queue is empty. Be the first!
    ╘ Page 1 of 1
    ");
}

#[test]
fn the_live_queue_tells_whether_songs_are_taken() {
    let shown = [
        Draft::embed(views::live_queue(&empty_page(), "🔴 Closed")),
        Draft::embed(CreateEmbed::new().footer(views::queue_footer(&page()))),
    ];
    insta::assert_snapshot!(messages_of(shown), @"
    ╒ 🎧 Live queue
    The queue is empty. Be the first!
    Submissions: 🔴 Closed
    ╘ Page 1 of 1
    ╘ Page 1 of 2   ⚡ 1  🆓 11
    ");
}

#[test]
fn a_member_sees_their_songs() {
    let own = |rows: Vec<Row>, page, total| {
        let page = OwnPage { rows, page, pages: page, total };
        views::own_songs(&page, "</submit:1>")
    };
    let played = Row { entry: entry(Line::SongsPlayed), standing: None };
    let shown = [
        own(vec![row(entry(Line::Free), 2, Some(90)), played.clone()], 2, 12),
        own(vec![played], 1, 1),
        own(Vec::new(), 1, 0),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    ╒ Your submissions
    #012345 **\*Ann\* – Light @(invisible)everyone**
    └ 🆓 Free, place **3**, about 1 h 30 min
    #012345 **\*Ann\* – Light @(invisible)everyone**
    └ ✅ Songs Played <t:1763756100:R>
    ╘ Page 2 of 2   12 songs
    [◀ Previous] queue:own:1
    [Next ▶] queue:own:3 (disabled)
    ╒ Your submissions
    #012345 **\*Ann\* – Light @(invisible)everyone**
    └ ✅ Songs Played <t:1763756100:R>
    ╘ Page 1 of 1   1 song
    You have not submitted a song yet. Use </submit:1> to submit one.
    ");
}

#[test]
fn a_song_that_plays_is_shown_with_what_comes_after_it() {
    let played = Played { entry: entry(Line::SongsPlayed), from: Line::Skip5 };
    let upcoming = [lost_entry(Line::Free), entry_of_file(Line::Free)];
    let trouble = ["⚠️ I lack **Send Messages** in <#5>.".to_owned()];
    insta::assert_snapshot!(message_of(views::playing(&played, &upcoming, &trouble)), @r"
    ╒ 🎶 \*Ann\* – Light @(invisible)everyone
    Song: #012345
    From: ⚡ 5 Skip
    Submitted by: <@1> · @dj\_ann\_
    Listen: [YouTube](<https://youtu.be/dQw4w9WgXcQ>)
    Note: Be \*kind\*!
    \# \[no\]\(link\)
    Not announced: ⚠️ I lack **Send Messages** in <#5>.
    Coming up: Next: 🆓 #000007 **مرحبا – \<@(invisible)2\> \`x\`**
    Next but one: 🆓 #012345 **\*Ann\* – Light @(invisible)everyone**
    [🔖 Bookmark] queue:bookmark:012345
    ");
    let played = Played { entry: lost_entry(Line::SongsPlayed), from: Line::Free };
    insta::assert_snapshot!(message_of(views::playing(&played, &[], &[])), @r"
    ╒ 🎶 مرحبا – \<@(invisible)2\> \`x\`
    Song: #000007
    From: 🆓 Free
    Submitted by: <@2>
    Listen: ⚠️ Song\_1.mp3 is gone: somebody deleted the message with the file. Ask for it again.
    Coming up: Nothing – this was the last song.
    [🔖 Bookmark] queue:bookmark:000007
    ");
}

#[test]
fn a_song_is_announced_and_bookmarked() {
    let song = entry_of_file(Line::SongsPlayed).song;
    let button = CreateActionRow::Buttons(vec![views::bookmark_button(NUMBER)]);
    let shown = [
        views::now_playing(&entry(Line::SongsPlayed).song),
        Draft::default().row(button),
        views::bookmark(&song),
        views::bookmarked(NUMBER, ChannelId::new(5)),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    🎶 Now Playing: **\*Ann\* – Light @(invisible)everyone** (submitted by <@1>)
    [YouTube](<https://youtu.be/dQw4w9WgXcQ>)
    pings <@1>
    [🔖 Bookmark] queue:bookmark:012345
    🔖 #012345 **\*Ann\* – Light @(invisible)everyone**
    Submitted by <@1> · @dj\_ann\_
    [Song\_1.mp3](https://cdn.discordapp.com/attachments/6/8/Song_1.mp3)
    > Be \*kind\*! \# \[no\]\(link\)
    🔖 **#012345** is copied to <#5>.
    ");
}

#[test]
fn what_was_moved_is_told_with_both_lines() {
    let moved = Moved { entry: entry(Line::Skip5), from: Line::Free };
    let shown = [
        views::moved(&moved, Some(standing(0, None))),
        views::moved(&Moved { entry: entry(Line::Removed), from: Line::Free }, None),
        views::cleared(0),
        views::cleared(1),
        views::cleared(1_200),
    ];
    insta::assert_snapshot!(messages_of(shown), @r"
    #012345 **\*Ann\* – Light @(invisible)everyone** moved from **Free** to ⚡ 5 Skip, place **1**.
    #012345 **\*Ann\* – Light @(invisible)everyone** moved from **Free** to ❌ Removed.
    The Free line is empty already.
    One song moved from **Free** to **Removed**.
    1200 songs moved from **Free** to **Removed**.
    ");
}
