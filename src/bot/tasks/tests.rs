//! What people read of tasks.

use super::views::{self, admin};
use crate::bot::tests::message_of;
use crate::discord::Draft;
use crate::features::tasks::claims::Claimed;
use crate::features::tasks::editing::Field;
use crate::features::tasks::model::{
    Claim, ClaimId, ClaimState, Counts, Deed, Happening, KnownClaim, KnownTask, News, Proof, ProofFile, ProvenBy,
    Repeats, Task, TaskId, TaskRole, TaskStatus,
};
use crate::features::tasks::queries::{OwnClaim, Page};
use crate::flows::task_reviewed::Accepted;
use crate::jobs::JobId;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{AttachmentId, ChannelId, GuildId, MessageId, RoleId, UserId};
use crate::kernel::time::Timestamp;
use crate::money::Money;

const AT: Timestamp = Timestamp::from_millis(1_763_756_100_000);
const ANN: UserId = UserId::new(7);
const MOD: Actor = Actor::Member(UserId::new(8));
const GUILD: GuildId = GuildId::new(5);

fn money() -> Money {
    Money { name: "*cookies*".to_owned(), one: String::new(), symbol: "🍪".to_owned() }
}

fn task() -> KnownTask {
    let counts = Counts { in_progress: 2, submitted: 1, accepted: 1, rejected: 0 };
    let task = Task {
        name: "Greet @everyone *now*".to_owned(),
        description: "Say **hello**\nhttps://docs.example/a_b".to_owned(),
        reward: Amount::of(1_250),
        duration_hours: 48,
        status: TaskStatus::Active,
        created: AT,
        created_by: MOD,
        expires_at: AT,
        channel: ChannelId::new(3),
        max_claims: Some(10),
        counts,
        assigned: Vec::new(),
        category: "General".to_owned(),
        role: Some(TaskRole { id: Some(RoleId::new(44)), name: "Helper".to_owned(), by: MOD }),
        revision: 1,
        is_going: false,
        job: JobId::default(),
        repeats: Repeats::Never,
        round: 0,
        next_round: None,
        proven_by: ProvenBy::Review,
    };
    KnownTask { id: TaskId::new(12), task }
}

fn claim(state: ClaimState) -> KnownClaim {
    let file = ProofFile {
        name: "a_b.png".to_owned(),
        bytes: 5,
        channel: ChannelId::new(3),
        message: MessageId::new(77),
        attachment: AttachmentId::new(78),
        url: "https://cdn.example/a_b.png".to_owned(),
        digest: None,
    };
    let claim = Claim {
        task: TaskId::new(12),
        user: ANN,
        state,
        claimed_at: AT,
        deadline: AT,
        proof: Some(Proof { content: "Done *all* @here".to_owned(), files: vec![file], submitted_at: AT }),
        completed_at: (state == ClaimState::Accepted).then_some(AT),
        notes: if state == ClaimState::Submitted { String::new() } else { "too *dark*".to_owned() },
        reviewer: (state != ClaimState::Submitted).then_some(MOD),
        paid: if state == ClaimState::Accepted { Amount::of(1_250) } else { Amount::ZERO },
        job: JobId::default(),
        round: 0,
        proven_by: ProvenBy::Review,
        progress: 0,
        counted_at: None,
        rejected_at: None,
    };
    KnownClaim { id: ClaimId::new(1), claim }
}

fn own(state: ClaimState) -> OwnClaim {
    OwnClaim { task: task(), claim: claim(state) }
}

fn claimed(state: ClaimState) -> Claimed {
    Claimed { task: task(), claim: claim(state) }
}

/// What a message says has all of these, and pings nobody.
fn says(draft: Draft, parts: &[&str]) {
    let shown = message_of(draft);
    for part in parts {
        assert!(shown.contains(part), "{part:?} is not in\n{shown}");
    }
    assert!(!shown.contains("pings"), "{shown}");
}

#[test]
fn a_task_says_what_it_is_worth_and_how_many_may_still_claim_it() {
    crate::covers!("T-HLP-13", "T-TSK-08");
    let open = task();
    says(
        views::task(&open, &money()),
        &[
            r"╒ 📋 Greet @(invisible)everyone \*now\*",
            "Say \\*\\*hello\\*\\*",
            r"Reward: **1,250** \*cookies\*",
            "Your time: 2 days from your claim",
            "Places: 4 of 10 taken",
            "Can be claimed until: <t:1763756100:f> (<t:1763756100:R>)",
            "Role: <@&44>",
            "╘ Task 12 · open",
            "[Claim Task] task:claim:12",
        ],
    );
    let full = Task { max_claims: Some(4), ..open.task.clone() };
    let full = KnownTask { task: full, ..open.clone() };
    says(views::task(&full, &money()), &["all places are taken", "[Claim Task] task:claim:12 (disabled)"]);
    let over = Task { status: TaskStatus::Expired, reward: Amount::ZERO, max_claims: None, ..open.task.clone() };
    let over = KnownTask { task: over, ..open };
    says(
        views::task(&over, &money()),
        &["Task 12 · over", "(disabled)", "4 taken, any number", "Reward: Nothing but thanks"],
    );
}

#[test]
fn a_proof_has_the_buttons_of_the_review_while_it_waits_for_one() {
    crate::covers!("T-HLP-15", "T-TSK-14");
    says(
        views::proof(GUILD, &own(ClaimState::Submitted), &money()),
        &[
            r"Done \*all\* @(invisible)here",
            "Member: <@7>",
            "State: Waiting for a review",
            "https://discord.com/channels/5/3/77",
            "[Accept] task:accept:12:7:1",
            "[Reject] task:reject:12:7:1",
            "[Ask for more] task:ask:12:7",
        ],
    );
    let states = [
        (ClaimState::Accepted, "✅ Accepted by <@8>"),
        (ClaimState::Rejected, "❌ Rejected by <@8>\ntoo \\*dark\\*"),
        (ClaimState::InProgress, "❔ More was asked for by <@8>"),
        (ClaimState::Expired, "Expired"),
    ];
    for (state, expected) in states {
        let shown = message_of(views::proof(GUILD, &own(state), &money()));
        assert!(shown.contains(expected) && !shown.contains("task:accept"), "{shown}");
    }
}

#[test]
fn a_member_is_told_what_becomes_of_a_task() {
    let told = |what| {
        let news = News { user: ANN, task: "Greet *me*".to_owned(), what };
        views::news(&news, &money(), "</task_submit:1>")
    };
    says(
        told(Happening::Accepted { paid: Amount::of(5) }),
        &[r"✅ Your proof for **Greet \*me\*** was accepted. You get **5** \*cookies\*."],
    );
    says(told(Happening::Accepted { paid: Amount::ZERO }), &["was accepted."]);
    says(
        told(Happening::Rejected { reason: "too *dark*".to_owned(), until: AT, from: None }),
        &[r"was rejected: too \*dark\*", "</task_submit:1> until <t:1763756100:f>"],
    );
    says(told(Happening::Asked { question: "who?".to_owned(), until: AT }), &["asks for more", "who?"]);
    says(
        told(Happening::Reconsidered { taken: Amount::of(5) }),
        &["is taken back", "waits for a review again", "The **5**", "are taken back until then"],
    );
    assert!(!message_of(told(Happening::Reconsidered { taken: Amount::ZERO })).contains("until then"));
    says(told(Happening::Assigned), &["was assigned to you", "`/claim`"]);
}

#[test]
fn whatever_is_done_with_a_task_is_answered() {
    says(views::claimed(&claimed(ClaimState::InProgress), "</task_submit:1>"), &["is yours", "</task_submit:1>"]);
    insta::assert_snapshot!(message_of(views::kept_files(ANN)), @"📎 Handed in by <@7>");
    insta::assert_snapshot!(message_of(views::submitted(&claimed(ClaimState::Submitted))), @r"📨 Your proof for **Greet @(invisible)everyone \*now\*** is handed in and waits for a review. I tell you what becomes of it.");
    says(views::abandoned(&claimed(ClaimState::Abandoned)), &["Its place is free again"]);
    says(views::rejected(&claimed(ClaimState::Rejected)), &["❌ Rejected: <@7>"]);
    says(views::asked(&claimed(ClaimState::InProgress)), &["❔ <@7> is asked"]);
    let accepted = Accepted { claimed: claimed(ClaimState::Accepted), entry: None };
    says(
        views::accepted(&accepted, &money()),
        &[r"✅ Accepted: <@7> gets **1,250** \*cookies\*", "The role **Helper** comes along."],
    );
    says(admin::created(&task(), &money()), &["📋 Task **12** is made", "It is posted in <#3>"]);
    says(admin::edited(&task(), Field::RoleName), &["The role of task **12** is `Helper` now."]);
    says(admin::deleted(&task()), &["is deleted"]);
    says(admin::reposted(&task()), &["is posted again in <#3>"]);
    says(admin::expired(&task()), &["2 claims go on until their own deadlines."]);
    says(admin::assigned(&task(), ANN), &["is assigned to <@7>"]);
    says(admin::category_added("*Art*"), &[r"**\*Art\***"]);
    says(admin::category_removed("Art"), &["**Art** is gone"]);
    says(admin::settings(&[("Tasks Enabled", "Yes".to_owned())]), &["**Tasks Enabled**: Yes"]);
}

#[test]
fn lists_have_their_pages() {
    let open: Vec<_> = (1..=25).map(|id| KnownTask { id: TaskId::new(id), ..task() }).collect();
    let page = Page::of(open, 2);
    assert_eq!((page.rows.len(), page.page, page.pages, page.all), (10, 2, 3, 25));
    says(
        views::list(&page, Some("Art"), 3, &money()),
        &[
            "╒ Open tasks · Art",
            "`11` **Greet",
            "[◀ Previous] tasks:list:3:1",
            "[Next ▶] tasks:list:3:3",
            "Page 2 of 3",
        ],
    );
    says(views::list(&Page::of(Vec::new(), 9), None, 0, &money()), &["Nothing is open right now.", "Page 1 of 1"]);
    says(
        views::mine(&Page::of(vec![own(ClaimState::Rejected), own(ClaimState::Accepted)], 1)),
        &["rejected, again until <t:1763756100:R>: too \\*dark\\*", "✅ accepted <t:1763756100:R>"],
    );
    says(views::mine(&Page::of(Vec::new(), 1)), &["You have claimed nothing yet."]);
    let waiting = (own(ClaimState::Submitted), Some((ChannelId::new(3), MessageId::new(99))));
    says(admin::pending(GUILD, &Page::of(vec![waiting], 1)), &["<@7>", "[proof](https://discord.com/channels/5/3/99)"]);
    let info = views::info(&task(), Some(&claim(ClaimState::Rejected)), &money());
    says(info, &["You: rejected, again until", "[Claim Task] task:claim:12"]);
}

#[test]
fn the_longest_texts_fit_into_a_message() {
    let long = |length: usize| "*".repeat(length);
    let mut known = task();
    known.task.name = long(90);
    known.task.description = long(2_000);
    let mut own = OwnClaim { task: known.clone(), claim: claim(ClaimState::Submitted) };
    if let Some(proof) = &mut own.claim.claim.proof {
        proof.content = long(1_500);
    }
    let drafts = [
        views::task(&known, &money()),
        views::proof(GUILD, &own, &money()),
        views::list(&Page::of(vec![known; 10], 1), None, 0, &money()),
    ];
    for draft in drafts {
        let message = serde_json::to_value(draft.into_message()).unwrap();
        let embed = &message["embeds"][0];
        assert!(embed["title"].as_str().unwrap().chars().count() <= 256);
        assert!(embed["description"].as_str().unwrap().chars().count() <= 4_096);
    }
}

#[test]
fn a_task_says_when_it_comes_again_and_by_what_it_proves_itself() {
    let mut known = task();
    let proven_by = ProvenBy::Deeds(Deed::Message(ChannelId::new(77)), 20);
    known.task.repeats = Repeats::Daily;
    known.task.next_round = Some(AT);
    known.task.expires_at = AT.after(std::time::Duration::from_hours(24));
    known.task.proven_by = proven_by;
    says(
        views::task(&known, &money()),
        &["Repeats: each day, again <t:1763756100:R>", "Proves itself by: 20 messages in <#77>"],
    );
    known.task.status = TaskStatus::Expired;
    assert!(!message_of(views::task(&known, &money())).contains("again"), "what is over comes no more");
    let mut own = claim(ClaimState::InProgress);
    own.claim.proven_by = proven_by;
    own.claim.progress = 12;
    says(
        views::mine(&Page::of(vec![OwnClaim { task: task(), claim: own.clone() }], 1)),
        &["12 of 20 messages in <#77>, due <t:1763756100:R>"],
    );
    says(
        views::claimed(&Claimed { task: task(), claim: own }, "/task_submit"),
        &["It proves itself: do 20 messages in <#77> until", "you are paid at once"],
    );
}

#[test]
fn whoever_is_rejected_reads_from_when_on_they_can_try_again() {
    let told = |from: Timestamp| {
        let what = Happening::Rejected { reason: "too dark".to_owned(), until: AT, from: Some(from) };
        let news = News { user: ANN, task: "Greet".to_owned(), what };
        views::news(&news, &money(), "/task_submit")
    };
    let minute = std::time::Duration::from_mins(1);
    says(told(AT.before(minute)), &["You can hand in another one with /task_submit from <t:1763756040:f>"]);
    says(told(AT.after(minute)), &["You can claim it again at <t:1763756160:f>"]);
}
