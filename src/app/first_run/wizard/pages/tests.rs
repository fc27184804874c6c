//! What is seen of the steps.

use super::*;
use crate::web::ui::testing::{has_handler, lines};

const SEAL: Seal<'_> = Seal { csrf: "t0ken", key: "k3y" };

fn account() -> Account {
    Account {
        application: 5,
        name: "<b>Night Owl</b>".to_owned(),
        sees_members: true,
        sees_messages: false,
        wants_code_grant: false,
        servers: Vec::new(),
    }
}

fn drawn(of: &Step, wrong: Option<&FormError>) -> String {
    let snapshots = ["greenroom-20261121-200000.redb".to_owned()];
    let about = About {
        seal: SEAL,
        operator: "admin",
        snapshots: &snapshots,
        counts: &[("songs", 0)],
        target: Some("the bucket b"),
        chosen: "",
        wrong,
    };
    lines(&step(of, &about).main)
}

#[test]
fn every_form_of_every_step_carries_its_token_and_texts_are_escaped() {
    let steps = [
        Step::Begin,
        Step::Copies(vec!["<i>".to_owned()]),
        Step::Password { has_one: true },
        Step::Token,
        Step::Invite(account()),
        Step::Started(account()),
    ];
    for page in steps.iter().map(|step| drawn(step, None)) {
        assert_eq!(page.matches("<form").count(), page.matches("name=\"csrf\" value=\"t0ken\"").count(), "{page}");
        assert!(!page.contains("<b>") && !page.contains("<i>"), "{page}");
        assert!(!page.contains(" style=") && !has_handler(&page), "{page}");
    }
}

#[test]
fn an_intent_that_is_off_leads_to_the_page_where_it_is_switched_on() {
    let page = drawn(&Step::Invite(account()), None);
    assert!(page.contains("https://discord.com/developers/applications/5/bot"), "{page}");
    assert!(page.contains("client_id=5&amp;scope=bot+applications.commands"), "{page}");
    let all_on = Account { sees_messages: true, servers: vec!["Night Owl".to_owned()], ..account() };
    let page = drawn(&Step::Invite(all_on), None);
    assert!(!page.contains("applications/5/bot") && page.contains("In Night Owl."), "{page}");
}

#[test]
fn what_would_make_the_invitation_fail_is_told_beside_it() {
    let page = drawn(&Step::Invite(Account { wants_code_grant: true, ..account() }), None);
    assert!(page.contains("Requires OAuth2 Code Grant is on"), "{page}");
    assert!(!drawn(&Step::Invite(account()), None).contains("Code Grant"));
}

#[test]
fn each_step_behind_the_first_leads_back() {
    for step in [Step::Copies(Vec::new()), Step::Password { has_one: false }, Step::Token, Step::Invite(account())] {
        let page = drawn(&step, None);
        assert!(page.contains("action=\"/setup/back\""), "{page}");
    }
    for step in [Step::Begin, Step::Started(account())] {
        assert!(!drawn(&step, None).contains("/setup/back"));
    }
}

#[test]
fn a_restore_is_told_with_its_moment_and_with_what_is_kept_of_the_store_of_before() {
    let summary = Summary {
        name: "<a>.redb".to_owned(),
        taken_at: "2026-11-21T20:15:00Z".to_owned(),
        greenroom: "0.1.0".to_owned(),
        is_snapshot: true,
        rows: 12,
        counts: Vec::new(),
    };
    let nothing_before = InPlace { summary, snapshot: None, kept: None };
    let told = restored(&nothing_before).into_string();
    for part in
        ["&lt;a&gt;.redb is restored, with 12 rows", "<time datetime=\"2026-11-21T20:15:00Z\"", "nothing here before"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    let both = InPlace { snapshot: Some("b.redb".to_owned()), kept: Some("c.redb".to_owned()), ..nothing_before };
    let told = restored(&both).into_string();
    assert!(told.contains("b.redb") && told.contains("c.redb") && !told.contains("nothing here before"), "{told}");
}

#[test]
fn a_store_that_is_here_already_is_told_and_not_called_new() {
    let about =
        |counts| About { seal: SEAL, operator: "admin", snapshots: &[], counts, target: None, chosen: "", wrong: None };
    let page = lines(&step(&Step::Begin, &about(&[("songs", 7)])).main);
    assert!(page.contains("songs: 7") && !page.contains("Start new"), "{page}");
    assert!(lines(&step(&Step::Begin, &about(&[("songs", 0)])).main).contains("Start new"));
}

#[test]
fn what_is_wrong_with_a_field_stands_beside_it() {
    let wrong = FormError::of_field("password", "It is too short.");
    let page = drawn(&Step::Password { has_one: false }, Some(&wrong));
    assert!(page.contains("id=\"f-password-error\"") && page.contains("It is too short."), "{page}");
    assert_eq!(page.matches("autofocus").count(), 1, "{page}");
    assert!(!page.contains("f-again-error") && !page.contains("/setup/keep"), "{page}");
}
