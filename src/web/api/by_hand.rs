//! Coins that are given and taken by hand: what is asked before, what is done, and what a page says of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::EntryView;
use super::members::by_name;
use crate::features::coins::model::Currency;
use crate::features::coins::rules;
use crate::features::coins::service::Order;
use crate::flows::{coins_by_hand, known_members};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::MemberPage;
use crate::web::segments::One;
use crate::web::ui::components::counted;

/// Gives or takes Luxury Coins.
pub struct ByHand;

/// What is done to the coins of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// They get some.
    Give,
    /// Some are taken, as many as there are.
    Take,
}

/// How many, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ByHandBody {
    /// Whether they are given or taken. It is never guessed: a slip would do the opposite.
    pub act: Act,
    /// How many; 1 or more.
    #[serde(default)]
    pub amount: Option<Typed>,
    /// Why; it stands in the ledger.
    #[serde(default)]
    pub reason: String,
}

impl Endpoint for ByHand {
    const NAME: &'static str = "members.coins";
    const ABOUT: &'static str = "Gives a member Luxury Coins, or takes some.";
    const DOORS: Doors = Doors::post(&["/api/{server}/members/{member}/coins"])
        .form("/g/{server}/members/{member}/coins", again::<MemberPage>);
    const WHO: Who = Who::Administrator;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Balances;

    type Path = One<UserId>;
    type Query = Nothing;
    type Body = ByHandBody;
    type Answer = EntryView;

    fn sample(samples: &Samples) -> Sample {
        Sample {
            path: vec![("member", samples.member.clone())],
            body: Some(serde_json::json!({ "act": "give", "amount": 5, "reason": "won the quiz" })),
            ..Sample::default()
        }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let (guild, One(user), act) = (asked.guild, asked.path, asked.body.act);
        // What cannot be read is told when it is done.
        let amount = asked.body.amount.as_ref().and_then(|typed| i64::try_from(typed.whole()?).ok());
        let Ok(amount) = rules::typed_amount(amount) else { return Ok(None) };
        let mut member = web.look("member", move |read| known_members::one(read, guild, user)).await?;
        by_name(web, guild, std::slice::from_mut(&mut member)).await;
        Ok(is_meant(act, amount, member.luxury, &member.called()))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EntryView>, Problem> {
        let (guild, One(user), ByHandBody { act, amount, reason }) = (asked.guild, asked.path, asked.body.clone());
        let amount = amount.and_then(|typed| i64::try_from(typed.whole()?).ok());
        let amount = rules::typed_amount(amount).map_err(|refusal| Problem::field("amount", refusal.sentence()))?;
        let reason = rules::required_reason(&reason).map_err(|refusal| Problem::field("reason", refusal.sentence()))?;
        // From whoever left something may still be taken.
        if act == Act::Give {
            web.require_receiver(guild, "member", user).await?;
        }
        let change = web.change(&asked, move |tx, actor| {
            let order = Order { currency: Currency::Luxury, user, reason: reason.clone(), actor };
            match act {
                Act::Give => coins_by_hand::add(tx, guild, &order, amount).map(drop)?,
                Act::Take => coins_by_hand::remove(tx, guild, &order, amount).map(drop)?,
            }
            EntryView::latest(tx, guild)
        });
        let answered = web.done_with_names(guild, change.await?).await;
        let answered = answered.telling(changed).undone_at(|entry| entry.undo_form(guild));
        Ok(answered.leading_to(format!("/g/{guild}/members/{user}")))
    }
}

/// What somebody is asked before so many coins are given or taken that it may be a slip; nothing below that.
fn is_meant(act: Act, amount: Amount, has: Amount, user: &str) -> Option<Sentence> {
    let beside = beside(amount, has, user, &Sentence::words(Currency::Luxury.name()))?;
    match act {
        Act::Give => Some(sentence!("{beside} Give **{amount} Luxury Coins**?", beside, amount)),
        // Where nothing is, nothing is taken.
        Act::Take if has == Amount::ZERO => None,
        Act::Take if amount >= has => Some(sentence!("{beside} Take all **{has} Luxury Coins**?", beside, has)),
        Act::Take => Some(sentence!("{beside} Take **{amount} Luxury Coins**?", beside, amount)),
    }
}

/// How so much stands beside what somebody has of a currency of this name, where it is so much that it may be a slip.
pub(super) fn beside(amount: Amount, has: Amount, user: &str, name: &Sentence) -> Option<Sentence> {
    let (times, user, name) = (rules::unusual_times(amount, has)?, user.to_owned(), name.clone());
    Some(match times {
        _ if has == Amount::ZERO => sentence!("**{user}** has no {name} so far.", user, name),
        0 | 1 => sentence!("**{user}** has **{has} {name}**.", user, has, name),
        times => sentence!(
            "That is **{times}** what **{user}** has.",
            times = Sentence::words(counted(times, "time", "times")),
            user
        ),
    })
}

/// What a page says of a balance that changed by hand: by how much, and what there is now.
pub(super) fn changed(entry: &EntryView) -> Sentence {
    let amount = |number: i64| Amount::ZERO.clamped_change(number.saturating_abs());
    let (user, said, after) = (entry.user_name.clone(), entry.said.clone(), amount(entry.after));
    match entry.requested.map(amount) {
        Some(requested) => sentence!(
            "**{user}** lost **{said}** and has **{after}** now. That was all there was of the {requested} asked for.",
            user,
            said,
            after,
            requested
        ),
        None if entry.amount < 0 => sentence!("**{user}** lost **{said}** and has **{after}** now.", user, said, after),
        None => sentence!("**{user}** got **{said}** and has **{after}** now.", user, said, after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_of_a_change_tells_what_there_is_now() {
        let ann = || "<ann>".to_owned();
        let said = |said: &str| EntryView { user_name: ann(), said: said.to_owned(), ..EntryView::default() };
        let taken = EntryView { amount: -30, before: 30, ..said("30 Luxury Coins") };
        insta::assert_snapshot!(changed(&taken).to_string(), @"<ann> lost 30 Luxury Coins and has 0 now.");
        let less = EntryView { requested: Some(1_000), ..taken };
        insta::assert_snapshot!(changed(&less).to_string(), @"<ann> lost 30 Luxury Coins and has 0 now. That was all there was of the 1,000 asked for.");
        let given = EntryView { amount: 29_999_999, before: 1, after: 30_000_000, ..said("29,999,999 Luxury Coins") };
        insta::assert_snapshot!(changed(&given).to_string(), @"<ann> got 29,999,999 Luxury Coins and has 30,000,000 now.");
    }

    #[test]
    fn what_may_be_a_slip_is_asked_about_and_what_is_usual_is_not() {
        let asked = |act, amount, has| {
            let (amount, has) = (Amount::of(amount), Amount::of(has));
            is_meant(act, amount, has, "<ann>").map(|asked| asked.plain())
        };
        assert_eq!(
            asked(Act::Give, 29_999_999, 600_000).as_deref(),
            Some("That is 49 times what <ann> has. Give 29,999,999 Luxury Coins?")
        );
        assert_eq!(
            asked(Act::Give, 29_999_999, 1).as_deref(),
            Some("That is 29,999,999 times what <ann> has. Give 29,999,999 Luxury Coins?")
        );
        assert_eq!(
            asked(Act::Give, 10_000, 0).as_deref(),
            Some("<ann> has no Luxury Coins so far. Give 10,000 Luxury Coins?")
        );
        assert_eq!(
            asked(Act::Give, 1_000_000, 1_000_000).as_deref(),
            Some("<ann> has 1,000,000 Luxury Coins. Give 1,000,000 Luxury Coins?")
        );
        assert_eq!(
            asked(Act::Take, 50_000, 1_000).as_deref(),
            Some("That is 50 times what <ann> has. Take all 1,000 Luxury Coins?")
        );
        for (act, amount, has) in
            [(Act::Give, 9_999, 0), (Act::Give, 50_000, 6_000), (Act::Take, 50_000, 0), (Act::Take, 50_000, 40_000)]
        {
            assert_eq!(asked(act, amount, has), None, "{act:?} {amount} of {has}");
        }
    }
}
