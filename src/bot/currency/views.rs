//! What people read of the server's currency when something of it moves. Pure: read models in, drafts out.

use crate::discord::Draft;
use crate::features::currency::model::GiftTold;
use crate::flows::currency_given::Moved;
use crate::flows::daily_claimed::Claimed;
use crate::kernel::amount::Amount;
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::text::{MomentStyle, escape, mention, moment};
use crate::money::Money;

/// The answer to `/daily`.
pub fn claimed(Claimed { entry, next, money }: &Claimed) -> Draft {
    let [came, has] = [Amount::ZERO.clamped_change(entry.delta), entry.after].map(|amount| money.of(amount));
    Draft::text(format!(
        "🎁 You get {} and have {} now. The next reward is there {}.",
        came.markdown(NO_COMMANDS),
        has.markdown(NO_COMMANDS),
        moment(*next, MomentStyle::Relative)
    ))
}

/// The answer to `/give`, which both read: what moved, and what each of them has now (`T-CUR-18`).
pub fn given(Moved { sent, received, money }: &Moved) -> Draft {
    let amount = money.of(Amount::ZERO.clamped_change(received.delta)).markdown(NO_COMMANDS);
    let [from, to] = [mention(sent.user), mention(received.user)];
    Draft::text(format!(
        "🤝 {from} gave {to} {amount}. {from} has **{}** left, {to} has **{}** now.",
        sent.after, received.after
    ))
}

/// What the receiver is told by direct message, with the name of the server.
pub fn received(told: &GiftTold, money: &Money, place: Option<&str>) -> Draft {
    let [amount, after] = [told.amount, told.after].map(|amount| money.of(amount).markdown(NO_COMMANDS));
    let place = place.map(|name| format!(" in **{}**", escape(name))).unwrap_or_default();
    Draft::text(format!("🤝 {} gave you {amount}{place}. You have {after} now.", mention(told.from)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::tests::{definitions, messages_of};
    use crate::features::coins::model::{Currency, EntryKind, LedgerEntry};
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;
    use crate::kernel::time::Timestamp;
    use crate::money::Money;

    fn entry(user: u64, before: u32, delta: i64, kind: EntryKind) -> LedgerEntry {
        let before = Amount::of(before);
        LedgerEntry {
            currency: Currency::Server,
            user: UserId::new(user),
            delta,
            before,
            after: before.clamped_change(delta),
            kind,
            reason: String::new(),
            actor: Actor::Member(UserId::new(1)),
            at: Timestamp::from_millis(1_763_756_100_000),
        }
    }

    #[test]
    fn what_moved_is_told_with_what_there_is_now_and_pings_nobody() {
        let money = Money { name: "*big* cookies".to_owned(), one: String::new(), symbol: "🍪".to_owned() };
        let next = Timestamp::from_millis(1_763_842_500_000);
        let claimed_now = Claimed { entry: entry(1, 1_150, 100, EntryKind::Daily), next, money: money.clone() };
        let (sent, received) =
            (entry(1, 1_250, -50, EntryKind::TransferSend), entry(2, 0, 50, EntryKind::TransferReceive));
        let told = GiftTold { from: sent.user, to: received.user, amount: Amount::of(50), after: Amount::of(50) };
        let shown = [
            claimed(&claimed_now),
            self::received(&told, &money, Some("Night *Owls*")),
            given(&Moved { sent, received, money }),
        ];
        insta::assert_snapshot!(messages_of(shown), @r"
        🎁 You get **100** \*big\* cookies and have **1,250** \*big\* cookies now. The next reward is there <t:1763842500:R>.
        🤝 <@1> gave you **50** \*big\* cookies in **Night \*Owls\***. You have **50** \*big\* cookies now.
        🤝 <@1> gave <@2> **50** \*big\* cookies. <@1> has **1,200** left, <@2> has **50** now.
        ");
    }

    #[test]
    fn the_commands_are_those_that_people_were_promised() {
        insta::assert_snapshot!(definitions(&super::super::FACE.all_commands(false)), @"
        /daily – Claim your daily reward (everyone)
        /give – Give currency to someone (everyone)
            user 6 required
            amount 4 required
        ");
    }
}
