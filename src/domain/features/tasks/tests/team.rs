//! What the team does with tasks: it makes, changes and deletes them, and takes a change back.

use super::{ADMIN, ANN, BEN, CHANNEL, HOUR, claims, code, edits, jobs_of, makes, task, wanted};
use crate::activity::{self, Filter, Subject};
use crate::covers;
use crate::features::tasks::claims::{self as operations, HandedIn};
use crate::features::tasks::editing::{Field, TaskPatch};
use crate::features::tasks::model::{PROOF_POST, ProofFile, TASK_POST, Task, TaskId, TaskRole, TaskStatus};
use crate::features::tasks::{queries, service, settings};
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{AttachmentId, MessageId, RoleId, UserId};

#[test]
fn every_field_can_be_changed_and_a_change_taken_back_that_nobody_changed_since() {
    covers!("T-TSK-02", "T-TSK-04");
    let store = TestStore::new();
    store.write(|tx| service::add_category(tx, GUILD, ADMIN, " Art ")).unwrap();
    assert_eq!(code(store.write(|tx| service::add_category(tx, GUILD, ADMIN, "art"))), "tasks.category_there");
    assert_eq!(code(store.write(|tx| service::add_category(tx, GUILD, ADMIN, "general"))), "tasks.category_there");
    let id = makes(&store, wanted("Greet", 100, 24, 5));
    let before = task(&store, id);
    let cases = [
        (Field::Name, "Welcome"),
        (Field::Description, "Two\nlines"),
        (Field::Reward, "1,250"),
        (Field::DurationHours, "72"),
        (Field::MaxClaims, "-1"),
        (Field::Category, "ART"),
        (Field::RoleName, "44:Helper"),
        (Field::ChannelId, "<#8>"),
        (Field::ExpiresAt, "2026-01-01T00:00:00Z"),
        (Field::Status, "completed"),
    ];
    for (field, typed) in cases {
        edits(&store, id, field, typed).unwrap();
    }
    let changed = task(&store, id);
    assert_eq!(changed.revision, 11);
    assert_eq!(changed.role, Some(TaskRole { id: Some(RoleId::new(44)), name: "Helper".to_owned(), by: ADMIN }));
    assert_eq!((changed.category.as_str(), changed.reward, changed.channel.get()), ("Art", Amount::of(1_250), 8));
    let about = Filter { subject: Some(Subject::Task(id.get())), ..Filter::default() };
    let acts = store.read(|read| activity::newest(read, GUILD, &about, None, 100)).rows;
    let acts: Vec<_> = acts.into_iter().filter(|(_, act)| act.kind == "tasks.changed").map(|(act, _)| act).collect();
    assert_eq!(acts.len(), 10);
    let first = *acts.last().unwrap();
    edits(&store, id, Field::Name, "Hello").unwrap();
    assert_eq!(store.read(|read| service::undoable(read, GUILD, first)), None);
    assert_eq!(code(store.write(move |tx| service::undo_edit(tx, GUILD, ADMIN, first))), "tasks.cannot_undo");
    edits(&store, id, Field::Name, "Welcome").unwrap();
    for act in acts {
        store.write(move |tx| service::undo_edit(tx, GUILD, ADMIN, act)).unwrap();
    }
    let after = task(&store, id);
    assert_eq!(Task { revision: before.revision, job: before.job, ..after }, before);
    let stale = store.write(move |tx| {
        service::edit(tx, GUILD, ADMIN, (id, Some(1)), &TaskPatch { reward: Some(5), ..TaskPatch::default() })
    });
    assert_eq!(code(stale), "tasks.changed_since");
    store.write(|tx| service::remove_category(tx, GUILD, ADMIN, "ART")).unwrap();
    assert_eq!(store.read(|read| queries::categories(read, GUILD)), ["General"]);
    store.check();
}

#[test]
fn a_task_never_has_fewer_places_than_are_taken_and_ends_in_no_past() {
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, 5));
    claims(&store, ANN, id).unwrap();
    claims(&store, BEN, id).unwrap();
    assert_eq!(code(edits(&store, id, Field::MaxClaims, "1")), "tasks.places_taken");
    edits(&store, id, Field::MaxClaims, "2").unwrap();
    store.advance(HOUR * 10);
    assert_eq!(code(edits(&store, id, Field::DurationHours, "10")), "tasks.ends_in_the_past");
    store.write(move |tx| service::expire(tx, GUILD, ADMIN, id)).unwrap();
    store.advance(HOUR * 20);
    assert_eq!(code(edits(&store, id, Field::Status, "active")), "tasks.ends_in_the_past");
    store
        .write(move |tx| {
            let patch = Field::DurationHours.change("48")?.and(Field::Status.change("Active")?);
            service::edit(tx, GUILD, ADMIN, (id, None), &patch)
        })
        .unwrap();
    assert_eq!(task(&store, id).status, TaskStatus::Active);
    store.check();
}

#[test]
fn a_deleted_task_vanishes_at_once_its_messages_go_and_then_its_rows() {
    covers!("T-SYN-11", "T-SYN-12", "T-SYN-13", "T-HLP-16");
    let store = TestStore::new();
    let id = makes(&store, wanted("Greet", 100, 24, -1));
    let file = ProofFile {
        name: "a.png".to_owned(),
        bytes: 5,
        channel: CHANNEL,
        message: MessageId::new(77),
        attachment: AttachmentId::new(78),
        url: String::new(),
        digest: None,
    };
    let members: Vec<UserId> = (1..=250).map(|number| UserId::new(700_000_000_000_000_000 + number)).collect();
    for user in &members {
        claims(&store, *user, id).unwrap();
    }
    let (user, handed_in) = (members[0], HandedIn { content: String::new(), files: vec![file.clone(), file] });
    store.write(move |tx| operations::submit(tx, GUILD, user, id, &handed_in)).unwrap();
    store.write(move |tx| service::delete(tx, GUILD, ADMIN, id)).unwrap();
    assert_eq!(code(claims(&store, ANN, id)), "tasks.no_such_task");
    assert_eq!(store.read(|read| queries::count(read, GUILD, TaskStatus::Active)), 0);
    assert!(store.read(|read| queries::own_claims(read, GUILD, user)).is_empty());
    let mut steps = 0;
    while store.read(|read| queries::even_if_going(read, GUILD, id)).is_some() {
        store.write(move |tx| service::clear(tx, GUILD, id)).unwrap();
        steps += 1;
    }
    assert_eq!(steps, 4, "a few claims at a time, and the task last");
    assert_eq!(jobs_of(&store, "outbox.delete"), 1, "each message once");
    let gone = store.read(|read| Ok((TASK_POST.state(read, GUILD, id.get())?, PROOF_POST.state(read, GUILD, 1)?)));
    assert_eq!(gone, (None, None), "nothing of them was posted yet");
    store.write(move |tx| service::clear(tx, GUILD, id)).unwrap();
    store.check();
}

#[test]
fn what_cannot_be_a_task_is_refused() {
    let store = TestStore::new();
    let cases: [(TaskPatch, &str); 12] = [
        (TaskPatch { name: Some("\u{200b} ".to_owned()), ..wanted("", 1, 1, 1) }, "tasks.no_name"),
        (TaskPatch { name: Some("x".repeat(91)), ..wanted("", 1, 1, 1) }, "tasks.too_long"),
        (TaskPatch { description: Some(String::new()), ..wanted("a", 1, 1, 1) }, "tasks.no_description"),
        (wanted("a", -1, 1, 1), "tasks.not_a_reward"),
        (wanted("a", 1 << 53, 1, 1), "tasks.not_a_reward"),
        (wanted("a", 1, 0, 1), "tasks.not_a_duration"),
        (wanted("a", 1, 8_761, 1), "tasks.not_a_duration"),
        (wanted("a", 1, 1, 0), "tasks.not_a_place_count"),
        (wanted("a", 1, 1, -2), "tasks.not_a_place_count"),
        (TaskPatch { category: Some("Nowhere".to_owned()), ..wanted("a", 1, 1, 1) }, "tasks.no_such_category"),
        (TaskPatch { channel: None, ..wanted("a", 1, 1, 1) }, "tasks.no_channel"),
        (TaskPatch { reward: None, ..wanted("a", 1, 1, 1) }, "tasks.not_a_reward"),
    ];
    for (wanted, expected) in cases {
        let refused = store.write(move |tx| service::create(tx, GUILD, ADMIN, &wanted));
        assert_eq!(code(refused), expected);
    }
    for wanted in [wanted("a", (1 << 53) - 1, 8_760, 1), wanted("b", 0, 1, -1)] {
        makes(&store, wanted);
    }
    store.write(|tx| settings::SWITCH.setting.set(tx, GUILD, &false)).unwrap();
    assert_eq!(code(store.write(|tx| service::create(tx, GUILD, ADMIN, &wanted("a", 1, 1, 1)))), "feature.off");
    assert_eq!(code(claims(&store, ANN, TaskId::new(1))), "feature.off");
    store.check();
}
