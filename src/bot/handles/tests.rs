//! What people read of handles, and the commands.

use super::{FACE, views};
use crate::bot::tests::{definitions, text_of};
use crate::features::handles::code::Code;
use crate::features::handles::model::{
    Account, HandleRefusal, OpenCode, ProofEffect, ProofNotice, RenameNotice, RenamedTo,
};
use crate::features::testing::said;
use crate::flows::handle_links::{LinkAnswer, LinkGone, LinkMade, ProofWanted};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;

const ANN: UserId = UserId::new(1);

fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
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
    let told = |what| views::proof_told(&ProofNotice { user, handle: handle.clone(), what });
    let texts = [
        views::link_answer(&LinkAnswer::NeedsProof(wanted(Some(Handle::parse("night_owl").unwrap())))),
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
fn who_owns_an_account_of_another_name_reads_that_nothing_is_lost() {
    let told = |what| views::rename_told(&RenameNotice { user: ANN, before: handle("dj_ann_"), what });
    let texts = [told(RenamedTo::Known(handle("ann_live"))), told(RenamedTo::NotSeenYet(handle("ann_b")))];
    insta::assert_snapshot!(texts.map(text_of).join("\n"), @r"
    🔁 Your linked TikTok account **@dj\_ann\_** is called **@ann\_live** now. The link, its points and its watch time stay with it; you have nothing to do.
    🔁 **@dj\_ann\_** belongs to another TikTok account now. Your link and its points stay with the account that you had linked. Its new name is known as soon as it does something on the live.
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
