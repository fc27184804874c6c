//! What people read of reminders, and the commands.

use super::*;
use crate::bot::tests::{definitions, text_of};
use crate::features::reminders::service::ReminderRefusal;
use crate::features::testing::said;
use crate::jobs::JobId;
use crate::kernel::calendar::Zone;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::discord_len;
use crate::kernel::time::Timestamp;
use crate::kernel::when::{When, WhenRefusal};
use crate::profile::MemberZone;

const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);

fn when(typed: &str) -> When {
    When::parse(typed, &Zone::named("Europe/Berlin").unwrap(), NOW).unwrap()
}

fn reminder(typed: &str, text: &str) -> Reminder {
    let When { at, every, zone } = when(typed);
    Reminder {
        user: UserId::new(7),
        channel: ChannelId::new(8),
        text: text.to_owned(),
        due: at,
        every,
        zone: zone.to_string(),
        made_at: NOW,
        state: State::Open,
        job: JobId::new(9),
    }
}

fn described(draft: Draft) -> String {
    let message = serde_json::to_value(draft.into_message()).unwrap();
    message["embeds"][0]["description"].as_str().unwrap().to_owned()
}

#[test]
fn a_reminder_reads_so_when_it_is_set_when_it_comes_and_late() {
    let set = |typed: &str, is_own| {
        let planned = MemberZone { zone: Zone::named("Europe/Berlin").unwrap(), is_own };
        (ReminderId::new(3), when(typed), planned)
    };
    let due = |text: &str, is_late| due_view((GuildId::new(5), ReminderId::new(3)), &reminder("10m", text), is_late);
    let texts = [
        set_view(&set("monday 6pm", true), "</profile:1>"),
        set_view(&set("every weekday 8:30", false), "</profile:1>"),
        set_view(&set("18:00 Tokyo", false), "</profile:1>"),
        due("water the *plants*", false),
        due("water the plants", true),
    ];
    insta::assert_snapshot!(texts.map(text_of).join("\n"), @r"
    ⏰ Reminder **3** comes <t:1795453200:R>, <t:1795453200:f>: `Monday 23 November 2026, 18:00 in Europe/Berlin`.
    ⏰ Reminder **3** comes <t:1795419000:R>, <t:1795419000:f>: `every weekday, 08:30 in Europe/Berlin`. Not your time zone? </profile:1> sets yours.
    ⏰ Reminder **3** comes <t:1795338000:R>, <t:1795338000:f>: `Sunday 22 November 2026, 18:00 in Asia/Tokyo`.
    ⏰ <@7> water the \*plants\*
    ⏰ <@7> water the plants
    -# Late: it was due <t:1795291800:f>, and I could not tell you then.
    ");
}

#[test]
fn a_list_reads_so_and_fits_into_a_message_whatever_is_in_it() {
    let mut lost = reminder("10m", "call @everyone");
    lost.state = State::Undelivered;
    let found = [(ReminderId::new(2), lost), (ReminderId::new(3), reminder("every mon 18:00", "review night"))];
    insta::assert_snapshot!(described(list_view(&found)).replace('\u{200b}', "(invisible)"), @"
    **2** · <t:1795291800:f> · ⚠️ could not be delivered · call @(invisible)everyone
    **3** · <t:1795453200:f> · every Monday, 18:00 · review night
    ");
    let long = reminder("every mon tue wed thu fri sat 18:00", &"*@1 ".repeat(500));
    let many: Vec<_> = (1..=40).map(|number| (ReminderId::new(u64::MAX - number), long.clone())).collect();
    let message = serde_json::to_value(list_view(&many).into_message()).unwrap();
    assert!(discord_len(message["embeds"][0]["description"].as_str().unwrap()) <= DESCRIPTION);
    assert_eq!(message["components"][0]["components"][0]["options"].as_array().unwrap().len(), 25);
    assert_eq!(text_of(list_view(&[])), "You have no reminders. `/remind me` sets one.");
    for text in ["*".repeat(500), "@1".repeat(250), "🎶".repeat(500), format!("https://a/{}", "@1".repeat(245))] {
        let shown = text_of(due_view((GuildId::new(5), ReminderId::new(3)), &reminder("10m", &text), true));
        assert!(discord_len(&shown) <= 2_000, "{}", discord_len(&shown));
    }
}

#[test]
fn what_was_cancelled_reads_so() {
    let shown = ["tomorrow 9:00", "every mon 18:00"].map(|typed| {
        let found = reminder(typed, "review *night*");
        text_of(cancelled_view(ReminderId::new(3), &found))
    });
    insta::assert_snapshot!(shown.join("\n"), @"
    🗑️ Cancelled: `3 · Sunday 22 November 2026, 09:00 · review *night*`.
    🗑️ Cancelled: `3 · Monday 23 November 2026, 18:00 · every Monday, 18:00 · review *night*`. It does not come again.
    ");
}

#[test]
fn links_can_be_clicked_when_it_comes_and_all_else_is_text() {
    let found = reminder("10m", "**pay** https://a.example/bill_7, @everyone [free](https://b.example)");
    let shown = text_of(due_view((GuildId::new(5), ReminderId::new(3)), &found, false));
    insta::assert_snapshot!(shown.replace('\u{200b}', "(invisible)"), @r"
    ⏰ <@7> \*\*pay\*\* <https://a.example/bill_7>, @(invisible)everyone \[free\]\(<https://b.example>\)
    ");
}

#[test]
fn a_refusal_says_what_would_work() {
    let refusals: [Error; 6] = [
        WhenRefusal::Unclear { typed: "*soon*".to_owned() }.into(),
        WhenRefusal::Passed { at: NOW }.into(),
        ReminderRefusal::OutOfReach.into(),
        ReminderRefusal::Full.into(),
        ReminderRefusal::NoneSuch.into(),
        ReminderRefusal::NotYours.into(),
    ];
    insta::assert_snapshot!(refusals.map(said).join("\n"), @r"
    I cannot tell which moment **\*soon\*** is. Write it like `in 2h30m`, `tomorrow 9:00`, `monday 6pm`, `24 dec 18:00`, `2026-12-24` or `every weekday 8:30`.
    That was <t:1795291200:f>. Write a moment to come, like `in 2h30m`, `tomorrow 9:00` or `24 dec 18:00`.
    A reminder comes in a minute at the earliest and in 366 days at the latest: `10m`, `tomorrow 9:00`, `24 dec`.
    You have 25 open reminders, and there is no room for more. **/remind cancel** takes one away.
    You have no such reminder, or it came more than a week ago. **/remind list** shows yours.
    That reminder is somebody else's, and only they can put it off. **/remind me** sets one for you.
    ");
}

#[test]
fn each_way_to_put_off_is_understood_as_a_moment() {
    for until in SNOOZES {
        assert!(when(until).at > NOW && !until.contains(':'), "{until}");
    }
}

#[test]
fn the_commands_are_those_that_people_were_promised() {
    insta::assert_snapshot!(definitions(&FACE.all_commands(false)), @"
    /remind – Reminders for yourself (everyone)
        me 1
        list 1
        cancel 1
    ");
}
