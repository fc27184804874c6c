//! What a server shows to everybody, and what it does not.

use super::model::{Goal, Measure, NamesShown, OverlayKey, PublicName};
use super::{queries, service};
use crate::activity::{self, Filter};
use crate::features::testing::{GUILD, TestStore, said};
use crate::kernel::actor::Actor;
use crate::kernel::digest::SecretBytes;
use crate::kernel::ids::{GuildId, UserId};
use crate::settings::SETTING_CHANGED;

const OWNER: Actor = Actor::Member(UserId::new(1));
const OTHER: GuildId = GuildId::new(6);

fn name(text: &str) -> PublicName {
    text.parse().unwrap()
}

#[test]
fn a_name_fits_into_an_address() {
    assert_eq!(name(" Night-Owl ").as_str(), "night-owl");
    for wrong in ["", "ab", "-owl", "owl-", "night owl", "night_owl", "öwl", "a/b", &"a".repeat(33)] {
        assert!(wrong.parse::<PublicName>().is_err(), "{wrong}");
    }
}

#[test]
fn two_servers_never_have_one_name_and_a_name_that_was_given_up_is_free() {
    let store = TestStore::new();
    store.write(|tx| service::set_name(tx, GUILD, OWNER, Some(&name("night-owl")))).unwrap();
    assert_eq!(store.read(|read| queries::server_called(read, &name("night-owl"))), Some(GUILD));
    let taken = store.write(|tx| service::set_name(tx, OTHER, OWNER, Some(&name("night-owl")))).unwrap_err();
    insta::assert_snapshot!(said(taken), @"Another server here has that name. Please choose another.");
    store.write(|tx| service::set_name(tx, GUILD, OWNER, Some(&name("night-owl")))).unwrap();
    store.write(|tx| service::set_name(tx, GUILD, OWNER, None)).unwrap();
    assert_eq!(store.read(|read| queries::server_called(read, &name("night-owl"))), None);
    store.write(|tx| service::set_name(tx, OTHER, OWNER, Some(&name("night-owl")))).unwrap();
    assert_eq!(store.read(|read| queries::server_called(read, &name("night-owl"))), Some(OTHER));
    let still = |guild| store.read(|read| queries::is_called(read, guild, &name("night-owl")));
    assert_eq!([still(GUILD), still(OTHER)], [false, true]);
}

#[test]
fn what_is_chosen_is_noted_as_every_setting_is_and_only_where_it_changed() {
    let store = TestStore::new();
    for _ in 0..2 {
        store.write(|tx| service::set_name(tx, GUILD, OWNER, Some(&name("night-owl")))).unwrap();
        store.write(|tx| service::set_names_shown(tx, GUILD, OWNER, NamesShown::Hidden)).unwrap();
        let goal = Goal { of: Measure::Likes, wanted: 500 };
        store.write(move |tx| service::set_goal(tx, GUILD, OWNER, Some(goal))).unwrap();
    }
    let noted = store.read(|read| activity::newest(read, GUILD, &Filter::default(), None, 10)).rows;
    assert!(noted.iter().all(|(_, noted)| noted.kind == SETTING_CHANGED.name() && noted.actor == OWNER), "{noted:?}");
    let changes: Vec<_> =
        noted.iter().rev().map(|(_, noted)| (noted.before.as_deref(), noted.after.as_deref())).collect();
    let expected = [(None, Some("night-owl")), (Some("initials"), Some("hidden")), (None, Some("likes 500"))];
    assert_eq!(changes, expected);
}

#[test]
fn an_overlay_is_opened_by_its_last_secret_alone_and_only_the_digest_is_kept() {
    let store = TestStore::new();
    let [first, second] = [SecretBytes::new([1; 32]), SecretBytes::new([2; 32])].map(|secret| secret.digest());
    let opens = |digest| store.read(|read| queries::server_of_overlay(read, &digest));
    assert_eq!(opens(first), None);
    store.write(move |tx| service::set_overlay(tx, GUILD, OWNER, Some(&first))).unwrap();
    assert_eq!(opens(first), Some(GUILD));
    store.write(move |tx| service::set_overlay(tx, GUILD, OWNER, Some(&second))).unwrap();
    assert_eq!((opens(first), opens(second)), (None, Some(GUILD)));
    let still = |guild, digest| store.read(|read| queries::is_opened_by(read, guild, &digest));
    assert_eq!([still(GUILD, first), still(GUILD, second), still(OTHER, second)], [false, true, false]);
    store.write(|tx| service::set_overlay(tx, GUILD, OWNER, None)).unwrap();
    assert_eq!(opens(second), None);
    let told = store.read(|read| activity::newest(read, GUILD, &Filter::default(), None, 10)).rows;
    let key = OverlayKey::of(&second).to_string();
    assert!(told.len() == 3 && told.iter().all(|(_, what)| !format!("{what:?}").contains(&key)), "{told:?}");
}

#[test]
fn names_are_shown_as_the_server_says() {
    let shown = |name: &str| [NamesShown::Full, NamesShown::Initials, NamesShown::Hidden].map(|way| way.show(name));
    assert_eq!(shown("ann lee van dyke"), [Some("ann lee van dyke".to_owned()), Some("A.L.".to_owned()), None]);
    assert_eq!(shown("*7 x*"), [Some("*7 x*".to_owned()), Some("7.X.".to_owned()), None]);
    assert_eq!(shown("~"), [Some("~".to_owned()), None, None]);
}

#[test]
fn a_goal_comes_back_as_it_was_stored_and_what_is_none_does_not() {
    let store = TestStore::new();
    let goal = Goal { of: Measure::Coins, wanted: 5_000 };
    store.write(move |tx| service::set_goal(tx, GUILD, OWNER, Some(goal))).unwrap();
    assert_eq!(store.read(|read| queries::chosen(read, GUILD)).goal, Some(goal));
    for wrong in ["", "coins", "coins 0", "coins -1", "likes 1 2", "songs 5"] {
        assert!(wrong.parse::<Goal>().is_err(), "{wrong}");
    }
}
