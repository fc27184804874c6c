//! What a server reads when the bot joins it, and administrators about the settings.

use super::components::{Note, offered};
use super::views::{self, Form, Place, Shown, Undo, Warnings};
use crate::bot::tests::{message_of, messages_of};
use crate::discord::debug_channel::Cleaned;
use crate::features::{coins, queue};
use crate::kernel::ids::ChannelId;
use crate::references::{BrokenReference, Declared, Needs, Reference, ReferenceFault, Subject, Target};
use crate::settings::{Change, Listed};

/// Administrators lack nothing.
const ALL: u64 = u64::MAX;
/// All but Administrator and Add Reactions.
const NO_REACTIONS: u64 = ALL & !(1 << 3) & !(1 << 6);
/// All but Administrator, Add Reactions and Manage Channels.
const NO_CHANNELS: u64 = NO_REACTIONS & !Needs::CHANNELS;

const CHANNEL: ChannelId = ChannelId::new(78);

/// The channels of an evening: one works, one lacks a permission, one is gone, the others are not set.
fn places() -> Vec<Place> {
    let states = [Some(Some(0)), Some(Some(Needs::SEND)), Some(None), None, None, None, None];
    let places = offered().into_iter().zip(77..).zip(states);
    places
        .map(|((offered, channel), missing)| Place {
            offered,
            chosen: missing.map(|_| ChannelId::new(channel)),
            missing,
        })
        .collect()
}

/// "Now Playing Channel".
fn channel_setting() -> &'static Listed {
    &queue::settings::LISTED[0]
}

/// "Price of a Skip", which `/show-settings` leaves out.
fn price() -> &'static Listed {
    &coins::settings::LISTED[1]
}

fn problem() -> BrokenReference {
    let listed = channel_setting();
    let declared = Declared { subject: Subject::Setting(listed), needs: listed.needs.unwrap() };
    let reference = Reference { declared, target: Target::Channel(CHANNEL) };
    BrokenReference { reference, trouble: ReferenceFault::Lacks(Needs::SEND) }
}

/// What counts in a server: a channel in which something is missing, a switch, and a number.
fn settings() -> Vec<Shown> {
    let shown = |listed, value: &str, is_own| {
        Shown { listed, value: value.to_owned(), is_own, marks: Vec::new() }.with(&[problem()])
    };
    vec![
        shown(channel_setting(), "<#78>", true),
        shown(&coins::settings::LISTED[0], "Yes", false),
        shown(price(), "1000", false),
    ]
}

#[test]
fn the_form_tells_how_each_channel_stands_and_offers_what_to_do() {
    let undo = Undo { page: 0, offered: offered()[0], before: None, now: Some(ChannelId::new(77)) };
    let note = Note { text: "✅ **Submissions** is in <#77>.".to_owned(), undo: Some(undo) };
    let form = Form { places: places(), page: 0, note, granted: NO_REACTIONS };
    insta::assert_snapshot!(message_of(views::form(&form)), @"
    ✅ **Submissions** is in <#77>.
    ╒ The channels of your evenings
    ✅ **Submissions**: <#77> – where members submit their songs
    ⚠️ **Now playing**: <#78>, where I lack **Send Messages** – where each song is announced that begins to play
    ⚠️ **Live queue**: the channel is gone – where everybody sees the queue
    ➖ **Reviewer's desk**: not set – where reviewers run the show by buttons
    ➖ **Bookmarks**: not set – where songs are copied that you bookmark
    ➖ **Debug**: not set – where your team reads about gifts, coins, links and trouble
    ➖ **Metrics of a live**: not set – where the figures of a live are posted after it
    Missing permissions: Please give me: Add Reactions
    What to do: Pick the channels below. Nothing but **Submissions** is needed; what is picked counts at once.
    {Submissions} setup:choose:0:submissions
      77 is chosen
    {Now playing} setup:choose:0:now_playing
      78 is chosen
    {Live queue} setup:choose:0:live_queue
    {Reviewer's desk} setup:choose:0:desk
    [More channels (1 of 2)] setup:page:1
    [Make the missing ones for me] setup:make:0
    [Undo] setup:undo:0:submissions:0:77
    ");
}

#[test]
fn a_form_in_which_all_is_chosen_tells_how_to_begin() {
    let places = places().into_iter().map(|place| Place { chosen: Some(CHANNEL), missing: Some(Some(0)), ..place });
    let form = Form { places: places.collect(), page: 9, note: Note::default(), granted: ALL };
    let shown = message_of(views::form(&form));
    let behind_the_list: Vec<_> = shown.lines().skip_while(|line| !line.starts_with("What to do")).collect();
    insta::assert_snapshot!(behind_the_list.join("\n"), @"
    What to do: All is chosen. `/open-submissions` begins, `/next` plays, `/help` shows the rest.
    {Bookmarks} setup:choose:1:bookmarks
      78 is chosen
    {Debug} setup:choose:1:debug
      78 is chosen
    {Metrics of a live} setup:choose:1:metrics
      78 is chosen
    [More channels (2 of 2)] setup:page:0
    ");
}

#[test]
fn what_is_missing_is_told_for_the_server_and_for_each_channel() {
    let some = || places().into_iter().take(2).collect::<Vec<_>>();
    let shown = [views::missing(NO_CHANNELS, &some()), views::missing(ALL, &some())];
    insta::assert_snapshot!(messages_of(shown), @"
    ⚠️ I lack in this server: Manage Channels, Add Reactions. Give them to my role in its settings.
    ✅ **Submissions**: <#77> – where members submit their songs
    ⚠️ **Now playing**: <#78>, where I lack **Send Messages** – where each song is announced that begins to play
    ✅ I have every permission that I need in this server.
    ✅ **Submissions**: <#77> – where members submit their songs
    ⚠️ **Now playing**: <#78>, where I lack **Send Messages** – where each song is announced that begins to play
    ");
}

#[test]
fn a_server_or_its_owner_is_greeted() {
    let shown = [views::greeting(&[]), views::greeting_to_owner(&["View Channel", "Send Messages"])];
    insta::assert_snapshot!(messages_of(shown), @"
    ╒ Hello! I keep the queue of your music reviews.
    **1.** An administrator uses `/setup` and chooses the channels.
    **2.** Members submit with `/submit`, `/submitfile` or a message in the submissions channel.
    **3.** `/next` plays the next song. `/tiktok connect` follows a live, if you have one.
    `/help` shows all commands.
    [Choose the channels] setup:open
    [What is missing?] setup:missing
    I may not write in any channel of your server, so I write to you.
    ╒ Hello! I keep the queue of your music reviews.
    **1.** An administrator uses `/setup` and chooses the channels.
    **2.** Members submit with `/submit`, `/submitfile` or a message in the submissions channel.
    **3.** `/next` plays the next song. `/tiktok connect` follows a live, if you have one.
    `/help` shows all commands.
    Missing permissions: Please give me: View Channel, Send Messages
    ");
}

#[test]
fn the_settings_are_shown_with_what_does_not_work() {
    let warnings = Warnings { missing: vec!["Add Reactions"], lacks_intents: true };
    insta::assert_snapshot!(message_of(views::overview(&settings(), warnings, &[problem()])), @"
    ╒ Settings
    Now Playing Channel: <#78> ⚠️ I lack **Send Messages** there
    Economy System Enabled: Yes
    Missing permissions: Please give me: Add Reactions
    Does not work: ⚠️ I lack **Send Messages** in <#78>, which is the **Now Playing Channel**. What plays is not announced. Please give me that there.
    Missing intents: Message Content and Server Members are off, so songs that are posted as messages are not noticed. Whoever runs me can switch them on at https://discord.com/developers/applications, and `greenroom doctor` says more.
    ");
    insta::assert_snapshot!(message_of(views::list(&settings(), "All settings")), @"
    ╒ All settings
    Now Playing Channel: <#78> ⚠️ I lack **Send Messages** there: `now_playing_channel_id` Where `/next` announces the song.
    Economy System Enabled: Yes: `features.luxury` Whether Luxury Coins are earned and spent; the server's own currency has a switch of its own.
    Price of a Skip: 1000: `skip_price` How many Luxury Coins a skip costs.
    ");
    insta::assert_snapshot!(message_of(views::all(&settings())), @"
    Choose an `area` to see what each of its settings is and does, or ask for one by `/config get`.
    ╒ Music
    `now_playing_channel_id` Now Playing Channel ⚠️ I lack **Send Messages** there
    ╒ Economy
    `features.luxury` Economy System Enabled
    `skip_price` Price of a Skip
    ");
}

#[test]
fn one_setting_is_shown_with_how_it_is_changed() {
    let settings = settings();
    let change = |before: Option<&str>, after: Option<&str>| {
        let [before, after] = [before, after].map(|value| value.map(ToOwned::to_owned));
        views::changed(price(), &Change { before, after })
    };
    let shown = [
        views::details(&settings[0]),
        views::details(&settings[2]),
        change(Some("1000"), Some("800")),
        change(Some("800"), Some("800")),
        change(Some("800"), None),
    ];
    insta::assert_snapshot!(messages_of(shown), @"
    **Now Playing Channel** (`now_playing_channel_id`) is **<#78>**, chosen for this server.
    Where `/next` announces the song. Changed by `/setnowplayingchannel`.
    ⚠️ I lack **Send Messages** there.
    **Price of a Skip** (`skip_price`) is **1000**, the default.
    How many Luxury Coins a skip costs. It can be a whole number from 1 to 1000000.
    **Price of a Skip** is now **800**; it was **1000**.
    **Price of a Skip** is **800**, as it was.
    **Price of a Skip** is now **1000**; it was **800**.
    ");
}

#[test]
fn a_cleaned_debug_channel_is_told_with_how_much_went() {
    let cleaned = |messages, is_more| views::cleaned(&Cleaned { channel: CHANNEL, messages, is_more });
    insta::assert_snapshot!(messages_of([cleaned(0, false), cleaned(1, false), cleaned(200, true)]), @"
    🧹 There is no line of mine in <#78>.
    🧹 1 message of mine in <#78> is deleted.
    🧹 200 messages of mine in <#78> are deleted. There may be more: use the command again.
    ");
}
