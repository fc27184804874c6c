//! The first page of a server as people see it.

use super::*;
use crate::access::Level;
use crate::features::queue::model::Line;
use crate::kernel::amount::Amount;
use crate::web::music::testing::{AT, hostile, song};
use crate::web::ui::testing::{has_handler, lines};

fn quiet() -> Home {
    Home {
        guild: GuildId::new(5),
        pending: 0,
        proofs: 0,
        orders: 0,
        given_up: (0, None),
        alike: Vec::new(),
        forgotten: 0,
        steps: Vec::new(),
        is_open: true,
        now: None,
        followed: Followed::default(),
        gifts: Amount::ZERO,
        sent: 12,
        played: 3,
        waiting: 0,
    }
}

const VIEWER: Rank = Rank { level: Some(Level::Viewer), is_reviewer: false };
const ADMIN: Rank = Rank { level: Some(Level::Admin), is_reviewer: false };

fn nothing_wrong() -> OpenIssues {
    OpenIssues { problems: Vec::new(), names: Names::default(), lacks_intents: false, backup: Backup::NotTold }
}

#[test]
fn orders_that_wait_are_told_to_whoever_hands_them_over() {
    let home = Home { orders: 2, ..quiet() };
    let moderator = Rank { level: Some(Level::Moderator), is_reviewer: false };
    let page = attention(&home, &nothing_wrong(), moderator).into_string();
    assert!(page.contains(r#"<a href="/g/5/shop/orders">2 orders wait to be handed over</a>"#), "{page}");
    assert!(!attention(&home, &nothing_wrong(), VIEWER).into_string().contains("orders"));
}

#[test]
fn where_all_is_well_nothing_needs_anybody() {
    insta::assert_snapshot!(lines(&attention(&quiet(), &nothing_wrong(), VIEWER)), @r#"
    <section class="card" aria-labelledby="attention">
    <h2 id="attention">Needs attention</h2>
    <p>
    <span class="badge good">[icon]Nothing needs you at the moment.</span>
    </p>
    </section>
    "#);
}

#[test]
fn that_no_songs_are_taken_is_told_to_everybody_who_looks() {
    let told = "No songs are taken now.";
    let seen = |is_open| {
        let home = Home { is_open, ..quiet() };
        [lines(&playing(&home, false)), lines(&for_members(GuildId::new(5), false, (is_open, true)))]
    };
    assert!(seen(false).iter().all(|seen| seen.contains(told)) && !seen(true).iter().any(|seen| seen.contains(told)));
}

#[test]
fn only_who_can_do_something_about_what_was_not_sent_is_led_there() {
    let home = Home { given_up: (2, Some(AT)), ..quiet() };
    let seen = |rank| lines(&attention(&home, &nothing_wrong(), rank));
    assert!(seen(ADMIN).contains(r#"<a href="/g/5/unsent">"#));
    assert!(!seen(Rank { level: Some(Level::Viewer), is_reviewer: true }).contains("/unsent"));
}

#[test]
fn what_needs_somebody_is_told_with_the_way_there() {
    let alike = vec![("Clearing a posted song away".to_owned(), 1, "The bot lacks a permission there.")];
    let home = Home { pending: 2, given_up: (1, Some(AT)), alike, ..quiet() };
    let wrong = OpenIssues { lacks_intents: true, backup: Backup::Old(None), ..nothing_wrong() };
    insta::assert_snapshot!(lines(&attention(&home, &wrong, Rank { is_reviewer: true, ..ADMIN })), @r#"
    <section class="card" aria-labelledby="attention">
    <h2 id="attention">Needs attention</h2>
    <ul>
    <li>
    <a href="/g/5/desk">2 songs wait for a reviewer</a>
    </li>
    <li>
    <span class="badge warn">[icon]Given up</span> 1 thing was not sent to Discord this week, the last <time datetime="2026-11-21T20:15:00Z" data-form="relative">21 Nov 2026, 20:15 UTC</time>. Clearing a posted song away, 1×: The bot lacks a permission there. <a href="/g/5/unsent">See what, and try again</a>
    </li>
    <li>
    <span class="badge bad">[icon]Deaf</span> Discord does not tell the bot what people write. Switch Message Content on, where its token is made.</li>
    <li>
    <span class="badge bad">[icon]Backup</span> There is no backup yet. <a href="/instance/backups">To the backups</a>
    </li>
    </ul>
    <p>
    <a class="button" href="/g/5/desk">To the desk</a>
    </p>
    </section>
    "#);
    let page = attention(&Home { pending: 1, ..quiet() }, &nothing_wrong(), VIEWER).into_string();
    assert!(page.contains("href=\"/g/5/songs?line=Pending+Skips\">1 song waits for a reviewer"), "{page}");
    let page = attention(&home, &wrong, VIEWER).into_string();
    assert!(page.contains("1 thing was") && !page.contains("/audit"), "nobody is led where they may not go: {page}");
}

#[test]
fn a_lacking_right_means_on_the_web_what_it_means_on_discord() {
    use crate::features::submissions::settings::LISTED;
    use crate::kernel::ids::ChannelId;
    use crate::references::{Declared, Needs, Reference, Subject};

    let listed = LISTED.iter().find(|listed| listed.setting.key() == "submission_channel_id").unwrap();
    let lacking = |missing| BrokenReference {
        reference: Reference {
            declared: Declared { subject: Subject::Setting(listed), needs: listed.needs.unwrap() },
            target: Target::Channel(ChannelId::new(7)),
        },
        trouble: ReferenceFault::Lacks(missing),
    };
    let told = |missing| in_words(&lacking(missing)).to_string();
    let wanted = told(Needs::MANAGE);
    assert!(
        wanted.contains("Messages with songs are not deleted there.") && !wanted.contains("cannot be taken"),
        "{wanted}"
    );
    assert!(told(Needs::WRITE).contains("Songs cannot be taken there as they should."));
}

#[test]
fn a_new_server_is_told_what_to_do_until_all_of_it_is_done() {
    let step = |what, is_done| Step { what, is_done };
    let begun = vec![step(ToDo::ChooseChannel, true), step(ToDo::ChooseReviewers, false), step(ToDo::PlaySong, false)];
    let page = set_up(&Home { steps: begun, ..quiet() }, ADMIN).into_string();
    assert!(page.contains("Getting started: 1 of 3 done"), "{page}");
    assert!(page.contains("href=\"/g/5/settings/music#f-reviewer_role_id\">Choose who reviews"), "{page}");
    assert!(!page.contains("#f-submission_channel_id"), "what is done leads nowhere: {page}");
    assert!(page.contains("Play a song") && !page.contains("/desk"), "and nobody where they may not go: {page}");
    assert_eq!(set_up(&Home { steps: vec![step(ToDo::PlaySong, true)], ..quiet() }, ADMIN).into_string(), "");
}

#[test]
fn songs_that_have_waited_for_long_are_told() {
    let page = attention(&Home { forgotten: 2, ..quiet() }, &nothing_wrong(), VIEWER).into_string();
    assert!(page.contains("href=\"/g/5/songs\">2 songs have waited for more than a week"), "{page}");
}

#[test]
fn a_backup_is_old_after_a_day_and_two_hours() {
    let hours = |hours: u64| AT.after(Duration::from_hours(hours));
    assert_eq!(Backup::of(Some(AT), hours(26)), Backup::Fresh(AT));
    assert_eq!(Backup::of(Some(AT), hours(27)), Backup::Old(Some(AT)));
    assert_eq!(Backup::of(None, AT), Backup::Old(None));
}

#[test]
fn members_are_led_to_their_own_page() {
    let page = for_members(GuildId::new(5), false, (true, true)).into_string();
    assert!(page.contains("href=\"/me/5\"") && page.contains("href=\"/me/5/shop\""), "{page}");
    assert!(!page.contains("desk"), "{page}");
    assert!(!for_members(GuildId::new(5), false, (true, false)).into_string().contains("shop"));
    assert!(for_members(GuildId::new(5), true, (true, true)).into_string().contains("href=\"/g/5/desk\""));
}

#[test]
fn what_plays_leads_to_its_story_and_texts_of_people_are_text() {
    let home = Home { now: Some(song(7, "Kites", Line::SongsPlayed)), ..quiet() };
    let page = playing(&home, false).into_string();
    assert!(page.contains("<a href=\"/g/5/songs/000007\">Ann – Kites</a> by ann"), "{page}");
    let home = Home { now: Some(hostile(Line::SongsPlayed)), ..quiet() };
    let page = playing(&home, false).into_string();
    assert!(!page.contains("<img") && !has_handler(&page), "{page}");
}

#[test]
fn what_happened_last_is_told_by_names_and_leads_to_all_of_it() {
    use crate::activity::ActivityId;
    use crate::kernel::ids::UserId;

    let (ann, kim) = (UserId::new(7), UserId::new(8));
    let sentence = crate::sentence!("{ann} gave {kim} 50 Luxury Coins: birthday", ann, kim);
    let happened = [Happened { id: ActivityId::at(AT), sentence, change: None }];
    let names = Names::sample(GuildId::new(5), &[(7, "ann"), (8, "kim")], &[]);
    insta::assert_snapshot!(lines(&latest(GuildId::new(5), &happened, &names)), @r#"
    <section class="card" aria-labelledby="latest">
    <h2 id="latest">What happened last</h2>
    <ol class="history">
    <li>
    <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time> <span class="what">
    <a href="/g/5/members/7">ann</a> gave <a href="/g/5/members/8">kim</a> 50 Luxury Coins: birthday</span>
    </li>
    </ol>
    <p>
    <a href="/g/5/audit">All of it</a>
    </p>
    </section>
    "#);
}
