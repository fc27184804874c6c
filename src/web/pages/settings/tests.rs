//! What the pages of settings show.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::web::answer::Refill;
use crate::web::ui::components::Seal;
use crate::web::ui::testing::lines;

const GUILD: GuildId = GuildId::new(5);
const SEAL: Seal<'_> = Seal { csrf: "t0ken", key: "k3y" };

fn places() -> Server {
    let guild = json!({
        "id": "5", "owner_id": "2", "roles": [{"id": "7", "name": "<Crew>", "permissions": "0", "position": 1}],
    });
    let channels = json!([{"id": "6", "type": 0, "name": "songs"}]);
    Server::read(&guild, &channels, &json!({"roles": []}), 9).unwrap()
}

fn row(key: &str, typed: &str) -> Row {
    let listed = all().find(|listed| listed.setting.key() == key).unwrap();
    Row {
        listed,
        typed: typed.to_owned(),
        shown: typed.to_owned(),
        default: "0".to_owned(),
        is_own: false,
        may_change: true,
        troubles: Vec::new(),
    }
}

fn drawn(rows: Vec<Row>, refill: Option<&Refill>) -> String {
    let (view, places) = (View { guild: GUILD, rows, past: Vec::new(), names: Names::default() }, places());
    let known = Known { places: Some(&places) };
    lines(&form::form(&view, Area::Music, &known, refill, SEAL))
}

#[test]
fn a_form_sends_what_was_shown_beside_what_is_chosen() {
    let form = drawn(vec![row("max_active_submissions", "3")], None);
    assert!(form.contains(r#"<form method="post" action="/g/5/settings/music" data-guard>"#), "{form}");
    assert!(form.contains(r#"<input type="hidden" name="was.max_active_submissions" value="3">"#), "{form}");
    assert!(form.contains(r#"name="max_active_submissions" type="text" value="3""#), "{form}");
    assert!(form.contains("It can be a whole number from 0 to 1000; 0 is any number."), "{form}");
    assert!(!form.contains("Reset"), "nothing of its own is to be reset: {form}");
}

#[test]
fn each_kind_of_setting_has_a_control_of_its_own() {
    let switch = drawn(vec![row("submissions_open", "true")], None);
    assert!(switch.contains(r#"<input type="hidden" name="submissions_open" value="false">"#), "{switch}");
    assert!(switch.contains(r#"type="checkbox" name="submissions_open" value="true""#), "{switch}");
    assert!(switch.contains(" checked>"), "{switch}");
    assert!(switch.contains("also <code>/open-submissions</code> and <code>/close-submissions</code>"), "{switch}");

    let choice = drawn(vec![row("offchannel_links", "delete")], None);
    assert!(choice.contains(r#"type="radio" name="offchannel_links" value="delete" checked"#), "{choice}");

    let channel = drawn(vec![row("submission_channel_id", "6")], None);
    assert!(channel.contains(r#"<option value="none">Not set</option>"#), "{channel}");
    assert!(channel.contains(r#"<option value="6" selected>#songs</option>"#), "{channel}");

    let roles = drawn(vec![row("admin_roles", "7 8")], None);
    assert!(roles.contains(r#"<option value="7" selected>@&lt;Crew&gt;</option>"#), "{roles}");
    assert!(roles.contains(r#"<option value="8" selected>8 (gone)</option>"#), "what is gone is not lost: {roles}");
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() {
    let refill = Refill {
        typed: BTreeMap::from([("max_active_submissions".to_owned(), vec!["many".to_owned()])]),
        fields: BTreeMap::from([(
            "max_active_submissions".to_owned(),
            crate::kernel::sentence::Sentence::words("It can be a whole number."),
        )]),
        ..Refill::default()
    };
    let form = drawn(vec![row("max_active_submissions", "3")], Some(&refill));
    assert!(form.contains(r#"value="many""#) && form.contains("It can be a whole number."), "{form}");
    assert!(form.contains(r#"name="was.max_active_submissions" value="3""#), "{form}");
}

#[test]
fn whoever_may_not_change_a_setting_sees_it_and_who_may() {
    let form = drawn(vec![Row { may_change: false, is_own: true, ..row("admin_roles", "7") }], None);
    assert!(!form.contains(r#"name="admin_roles""#) && !form.contains("Reset"), "{form}");
    assert!(form.contains("is for the owner of this server to change."), "{form}");
}

#[test]
fn what_is_set_works_or_says_what_is_missing() {
    let broken =
        Row { troubles: vec!["⚠️ I lack **Send Messages** in <#6>.".to_owned()], ..row("debug_channel_id", "6") };
    let (view, places) =
        (View { guild: GUILD, rows: vec![broken], past: Vec::new(), names: Names::default() }, places());
    let known = Known { places: Some(&places) };
    let told = lines(&state(&view, &known));
    assert!(told.contains("<strong>Send Messages</strong>") && told.contains("#songs"), "{told}");
    assert!(lines(&areas(&view)).contains("1 does not work"));
    let works =
        View { guild: GUILD, rows: vec![row("debug_channel_id", "6")], past: Vec::new(), names: Names::default() };
    assert!(lines(&state(&works, &known)).contains("Everything that is set here works."));
    assert!(lines(&works.rows[0].state()).contains("works"));
}

#[test]
fn a_setting_is_found_by_words_of_its_name_its_key_and_its_description() {
    let rows = vec![row("max_active_submissions", "3"), row("skip_price", "1000")];
    let view = View { guild: GUILD, rows, past: Vec::new(), names: Names::default() };
    let known = Known { places: None };
    let one = lines(&found(&view, &known, "luxury COST"));
    assert!(one.contains("/g/5/settings/economy#f-skip_price") && !one.contains("max_active"), "{one}");
    assert!(lines(&found(&view, &known, "no such thing")).contains("No setting is called so."));
}

#[test]
fn the_history_can_be_taken_back_as_long_as_nothing_changed_since() {
    let listed = row("max_active_submissions", "3").listed;
    let past = vec![Past::sample(listed, 9, true), Past::sample(listed, 8, false)];
    let view = View { guild: GUILD, rows: Vec::new(), past, names: Names::sample(GUILD, &[(7, "ann")], &[]) };
    let history = lines(&past::history(&view, SEAL));
    assert!(history.contains(r#"action="/g/5/settings/music/changes/9/undo""#), "{history}");
    assert!(!history.contains("changes/8/undo") && history.contains("changed since"), "{history}");
    assert!(
        history.contains("Songs per Member 5 → 3") && history.contains(r#"<a href="/g/5/members/7">ann</a>"#),
        "{history}"
    );
}

#[test]
fn what_was_changed_at_once_is_one_row_with_one_way_back() {
    let listed = row("max_active_submissions", "3").listed;
    let act = |id| Past::sample(listed, id, true).of_act(9);
    let view = View {
        guild: GUILD,
        rows: Vec::new(),
        past: vec![act(9), act(8), Past::sample(listed, 7, true)],
        names: Names::default(),
    };
    let history = lines(&past::history(&view, SEAL));
    assert_eq!(history.matches("<li>").count(), 2, "{history}");
    assert!(history.contains(r#"action="/g/5/settings/acts/9/undo""#), "{history}");
    assert!(history.contains(r#"action="/g/5/settings/music/changes/7/undo""#), "{history}");
    assert!(!history.contains("changes/8/undo") && !history.contains("changes/9/undo"), "{history}");
    assert!(history.contains("Undo takes back all 2"), "{history}");
}

#[test]
fn what_was_changed_at_once_stays_one_row_when_a_part_of_it_was_changed_since() {
    let listed = row("max_active_submissions", "3").listed;
    let act = |id, is_undoable| Past::sample(listed, id, is_undoable).of_act(9);
    let history_of = |past: Vec<Past>| {
        let view = View { guild: GUILD, rows: Vec::new(), past, names: Names::default() };
        lines(&past::history(&view, SEAL))
    };
    let part = history_of(vec![act(9, true), act(8, false)]);
    assert_eq!(part.matches("<li>").count(), 1, "{part}");
    assert!(part.contains(r#"action="/g/5/settings/acts/9/undo""#), "{part}");
    assert!(part.contains("Undo takes back 1 of 2; changed since, and left as it is: Songs per Member"), "{part}");
    let none = history_of(vec![act(9, false), act(8, false)]);
    assert!(!none.contains("/undo") && none.contains("changed since: cannot be undone"), "{none}");
}

#[test]
fn what_is_longer_than_a_line_or_changed_since_is_compared() {
    let listed = row("max_active_submissions", "3").listed;
    let long = Past::sample(listed, 9, true).long("be kind\nno <b>links</b>", "be kind\nlinks are welcome");
    let view = View {
        guild: GUILD,
        rows: Vec::new(),
        past: vec![long, Past::sample(listed, 8, false)],
        names: Names::default(),
    };
    let history = lines(&past::history(&view, SEAL));
    assert_eq!(history.matches("<summary>Compare</summary>").count(), 2, "{history}");
    assert!(history.contains("<del>no &lt;b&gt;links&lt;/b&gt;</del>"), "{history}");
    assert!(history.contains("<ins>links are welcome</ins>") && history.contains("be kind</p>"), "{history}");
    assert!(history.contains("Now") && history.contains("<ins>4</ins>"), "{history}");
    let short = View { past: vec![Past::sample(listed, 7, true)], ..view };
    assert!(!lines(&past::history(&short, SEAL)).contains("Compare"));
}
