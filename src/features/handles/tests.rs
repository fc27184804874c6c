//! Searches, what is known of a handle, and what people read.

use super::code::Code;
use super::model::{Account, Activity, HandleRefusal, KnownAccount, OpenCode, ProofEffect, ProofTold};
use super::{check, queries, service, tables};
use crate::bot::handles::{FACE, views};
use crate::features::tests::{GUILD, TestStore, definitions, said, text_of};
use crate::flows::handle_links::{LinkGone, LinkMade, ProofWanted};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;

const ANN: UserId = UserId::new(1);

fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
}

fn see(store: &TestStore, names: &'static [&'static str]) {
    store
        .write(move |tx| {
            for name in names {
                service::seen(tx, GUILD, &handle(name), tx.now())?;
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_handle_becomes_known_once_by_what_it_does() {
    crate::covers!("M-LNK-03", "M-DB-03");
    let store = TestStore::new();
    let early = Timestamp::from_micros(1_000_000);
    let late = Timestamp::from_micros(9_000_000);
    let known = store
        .write(move |tx| {
            let known = service::seen(tx, GUILD, &handle("ann"), early)?;
            assert_eq!(service::seen(tx, GUILD, &handle("@ANN"), late)?, known);
            let activity = Activity { at: late, level: Some(12), points: Amount::of(3) };
            let known = service::record_activity(tx, GUILD, &known, &activity)?;
            let activity = Activity { at: early, level: None, points: Amount::of(4) };
            service::record_activity(tx, GUILD, &known, &activity)
        })
        .unwrap();
    let account = known.account;
    assert_eq!(
        (account.first_seen, account.last_seen),
        (early, late),
        "an event that comes late does not turn time back"
    );
    assert_eq!((account.level, account.points, account.linked), (Some(12), Amount::of(7), None));
    assert_eq!(
        store.read(|read| queries::account(read, GuildId::new(6), &handle("ann"))),
        None,
        "not in another guild"
    );
    store.check();
}

#[test]
fn handles_are_searched_by_their_beginning_from_two_characters_on() {
    crate::covers!("M-LNK-04", "M-CMD-34", "M-CMD-35", "M-CMD-36", "M-DB-19", "M-DB-20", "M-DB-21");
    let store = TestStore::new();
    see(&store, &["bass.ann", "bass.bob", "basil", "cello", "b_s"]);
    store.write(|tx| service::link(tx, GUILD, ANN, &handle("bass.ann"))).unwrap();
    store.write(|tx| service::link(tx, GUILD, ANN, &handle("cello"))).unwrap();
    let all = |typed: &str| store.read(|read| queries::matching(read, GUILD, typed));
    let free = |typed: &str| store.read(|read| queries::matching_unlinked(read, GUILD, typed));
    let own = |typed: &str| store.read(|read| queries::matching_of(read, GUILD, ANN, typed));
    for typed in ["", "b", "@b", " ", "b%", "ba*", "ba'--"] {
        assert_eq!((all(typed), free(typed)), (vec![], vec![]), "{typed:?}");
    }
    assert_eq!(all("@Bas"), ["basil", "bass.ann", "bass.bob"]);
    assert_eq!(free("bas"), ["basil", "bass.bob"]);
    assert_eq!(all("b_"), ["b_s"], "an underscore stands for itself");
    assert_eq!(own(""), ["bass.ann", "cello"]);
    assert_eq!(own("c"), ["cello"]);
    assert_eq!(store.read(|read| queries::matching(read, GuildId::new(6), "bas")), Vec::<String>::new());
}

#[test]
fn a_search_offers_25_handles() {
    let store = TestStore::new();
    store
        .write(|tx| {
            (10..60)
                .try_for_each(|number| service::seen(tx, GUILD, &handle(&format!("dj{number}")), tx.now()).map(drop))
        })
        .unwrap();
    assert_eq!(store.read(|read| queries::matching(read, GUILD, "dj")).len(), 25);
    assert_eq!(store.read(|read| queries::matching_unlinked(read, GUILD, "dj")).len(), 25);
}

#[test]
fn a_reset_takes_the_points_of_all_handles_of_a_member_and_of_nobody_else() {
    let store = TestStore::new();
    see(&store, &["ann", "ann.two", "bob"]);
    store
        .write(|tx| {
            for name in ["ann", "ann.two", "bob"] {
                let known = service::seen(tx, GUILD, &handle(name), tx.now())?;
                service::add_points(tx, GUILD, known.id, Amount::of(9))?;
            }
            service::link(tx, GUILD, ANN, &handle("ann"))?;
            service::link(tx, GUILD, ANN, &handle("ann.two"))?;
            service::reset_points_of(tx, GUILD, ANN)
        })
        .unwrap();
    let points = |name: &str| store.read(|read| queries::account(read, GUILD, &handle(name))).unwrap().points.get();
    assert_eq!((points("ann"), points("ann.two"), points("bob")), (0, 0, 9));
    assert_eq!(store.read(|read| queries::points_held(read, GUILD, ANN)), Amount::ZERO);
    assert_eq!(store.read(|read| queries::first_linked(read, GUILD, ANN)), Some(handle("ann")));
    assert_eq!(store.read(|read| check::check(read, GUILD)), Vec::<String>::new());
}

#[test]
fn the_answers_read_well_and_escape_the_handle() {
    crate::covers!("M-CMD-07");
    let moment = Timestamp::from_millis(1_763_756_100_000);
    let account = |points| Account {
        handle: handle("dj_ann_"),
        first_seen: moment,
        last_seen: moment,
        linked: Some(ANN),
        points: Amount::of(points),
        level: None,
        verified_at: None,
    };
    let former = Some(UserId::new(2));
    let made = LinkMade { account: account(40), former, was_verified: false, points: Amount::of(1_240) };
    let gone = LinkGone { account: account(40), was_verified: false, points: Amount::of(1_200) };
    let answers = [
        views::linked(&made),
        views::unlinked(&gone),
        views::admin_linked(&made, ANN),
        views::admin_linked(&LinkMade { former: None, ..made.clone() }, ANN),
        views::admin_unlinked(&gone, ANN),
        views::admin_linked(&LinkMade { was_verified: true, ..made.clone() }, ANN),
        views::own_handles(&[account(40), Account { verified_at: Some(moment), ..account(0) }], "</link-tiktok:1>"),
        views::own_handles(&[], "</link-tiktok:1>"),
    ];
    let texts: Vec<String> = answers.into_iter().map(text_of).collect();
    insta::assert_snapshot!(texts.join("\n"), @r"
    🔗 **@dj\_ann\_** is linked to you. You have **1,240** engagement points now.
    **@dj\_ann\_** is no longer linked to you and keeps its 40 points. You have **1,200** engagement points now.
    🔗 **@dj\_ann\_** is linked to <@1>. It was linked to <@2> before.
    🔗 **@dj\_ann\_** is linked to <@1>.
    **@dj\_ann\_** is no longer linked to <@1>.
    🔗 **@dj\_ann\_** is linked to <@1>. It was linked to <@2> before, who had proven that it is theirs.
    **Your TikTok handles**
    **@dj\_ann\_** · 40 points · last seen <t:1763756100:R>
    **@dj\_ann\_** · 0 points · last seen <t:1763756100:R> · ✅ verified
    You have no linked TikTok handle. Use </link-tiktok:1> to link one.
    ");
}

#[test]
fn who_has_to_prove_a_handle_reads_what_to_type_and_later_what_came_of_it() {
    let (handle, user) = (handle("dj_ann_"), ANN);
    let code = Code::try_from(String::from("BKQ7RX")).unwrap();
    let until = Timestamp::from_millis(1_763_756_100_000);
    let wanted = |live| ProofWanted { open: OpenCode { handle: handle.clone(), code: code.clone(), until }, live };
    let told = |what| views::proof_told(&ProofTold { user, handle: handle.clone(), what });
    let texts = [
        views::proof_wanted(&wanted(Some(Handle::parse("night_owl").unwrap()))),
        views::proof_wanted(&wanted(None)),
        told(ProofEffect::Verified(Amount::of(1_240))),
        told(ProofEffect::Lost(Amount::of(3))),
        told(ProofEffect::Refused(said(HandleRefusal::TooMany { most: 25 }.into()))),
    ];
    insta::assert_snapshot!(texts.map(text_of).join("\n"), @r"
    🔑 Is **@dj\_ann\_** yours? Then write this code in the chat of the live of **@night\_owl**, with that TikTok account:
    # `BKQ7RX`
    It counts once, and ends <t:1763756100:R>. You will get a direct message when **@dj\_ann\_** is linked.
    🔑 Is **@dj\_ann\_** yours? Then write this code in the live chat, with that TikTok account:
    # `BKQ7RX`
    It counts once, and ends <t:1763756100:R>. You will get a direct message when **@dj\_ann\_** is linked.
    I see no live at the moment: the code counts only while the host is live and I am connected.
    ✅ **@dj\_ann\_** is linked to you and verified. You have **1,240** engagement points now.
    🔗 **@dj\_ann\_** is no longer linked to you: someone else proved on the live that it is theirs. Its points went with it. You have **3** engagement points now.
    Your code came from **@dj\_ann\_**, but it was not linked to you. A member can link up to 25 handles. Unlink one first. Then ask for a new code.
    ");
}

#[test]
fn the_check_finds_marks_and_codes_that_cannot_be() {
    let store = TestStore::new();
    see(&store, &["ann", "bob"]);
    store
        .write(|tx| {
            service::open_code(tx, GUILD, ANN, &handle("bob"))?;
            for name in ["ann", "bob"] {
                let known = service::seen(tx, GUILD, &handle(name), tx.now())?;
                let linked = (name == "bob").then_some(UserId::new(2));
                let account = Account { verified_at: Some(tx.now()), linked, ..known.account };
                tables::set(tx, GUILD, &KnownAccount { id: known.id, account })?;
            }
            Ok(())
        })
        .unwrap();
    insta::assert_snapshot!(store.read(|read| check::check(read, GUILD)).join("\n"), @"
    @ann is verified and linked to nobody
    user 1 has a code for @bob, which is verified
    ");
}

#[test]
fn the_commands_are_those_of_the_catalogue() {
    crate::covers!("M-CMD-05", "M-CMD-06", "M-CMD-07", "M-CMD-29", "M-CMD-30", "M-CMD-34", "M-CMD-35", "M-CMD-36");
    insta::assert_snapshot!(definitions(&FACE.all_commands(false)), @"
    /link-tiktok – Link a TikTok handle to your Discord account (everyone)
        handle 3 required autocomplete
    /unlink-tiktok – Remove one of your TikTok links (everyone)
        handle 3 required autocomplete
    /my-tiktok-handles – Show your linked TikTok handles (everyone)
    /admin-link – Force-link a TikTok handle to a user (administrators)
        user 6 required
        handle 3 required autocomplete
    /admin-unlink – Force-unlink a TikTok handle from a user (administrators)
        user 6 required
        handle 3 required autocomplete
    ");
}
