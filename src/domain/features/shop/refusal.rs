//! What the shop refuses, and what would work.

use super::model::Stock;
use super::rules::{LARGEST_PRICE, LEAST_CODE, LONGEST_CODE, MOST_AT_ONCE, MOST_CODES, MOST_HOURS, MOST_ITEMS};
use crate::kernel::amount::Amount;
use crate::kernel::ids::RoleId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::{refusals, sentence};

refusals! {
    /// What is refused of items, purchases and refunds.
    pub enum ShopRefusal {
        /// The server has no such item.
        NoSuchItem => "shop.no_such_item" as NotThere,
            "There is no such item in this server. {/shop view} lists what there is.";
        /// It is switched off.
        NotForSale(name: String) => "shop.not_for_sale", "**{name}** is not for sale at the moment.";
        /// Its role cannot be given.
        Withheld(name: String) => "shop.withheld",
            "**{name}** is not for sale at the moment: I cannot give its role. The team knows.";
        /// Its buyer is not in its server, from which a direct message came.
        NotThere => "shop.not_there" as NotAllowed, "You are not in that server any more.";
        /// It costs something else than what was asked.
        AnotherPrice(name: String) => "shop.another_price",
            "**{name}** has another price by now. Please look at it in the shop.";
        /// It is sold later.
        NotYet {
            /// What it is called.
            name: String,
            /// From when on.
            from: Timestamp,
        } => "shop.not_yet", "**{name}** is for sale from {from} on.";
        /// It was sold.
        Over {
            /// What it is called.
            name: String,
            /// Until when.
            until: Timestamp,
        } => "shop.over", "**{name}** was for sale until {until}.";
        /// No number of pieces that can be bought at once (`D-43`).
        Quantity => "shop.quantity" as NotValid, "Please say how many: a whole number from 1 to {most}.",
            most = MOST_AT_ONCE;
        /// There is none left.
        SoldOut(name: String) => "shop.sold_out", "**{name}** is sold out.";
        /// There are fewer left.
        TooFew {
            /// What it is called.
            name: String,
            /// How many there are.
            left: u32,
        } => "shop.too_few", "There are only **{left}** of **{name}** left.";
        /// The member bought as many as one may.
        Limit {
            /// What it is called.
            name: String,
            /// How many one may buy.
            limit: u32,
            /// How many more.
            left: u32,
        } => "shop.limit", "Each member may buy **{limit}** of **{name}**, and {rest}.",
            name, limit, rest = rest(*left);
        /// Only members with a role may buy it.
        NeedsRole {
            /// What it is called.
            name: String,
            /// Which role.
            role: RoleId,
        } => "shop.needs_role" as NotAllowed, "**{name}** is for members with the role {role}.";
        /// It gives a role for good, which the member has bought before.
        AlreadyYours(name: String) => "shop.already_yours", "**{name}** gives its role for good, so one is enough.";
        /// It costs more than any balance can hold.
        BeyondAll => "shop.beyond_all" as NotValid, "So many cost more than any balance can hold.";
        /// It costs more than there is (`T-SHP-05`).
        CannotAfford {
            /// What all of it costs.
            total: Sentence,
            /// What there is.
            balance: Sentence,
            /// How much more is needed.
            missing: Sentence,
        } => "shop.cannot_afford", "That costs {total}, and you have {balance}: {missing} more are needed.";
        /// The member has fewer of it.
        NotHeld {
            /// What it is called.
            name: String,
            /// How many there are.
            held: u32,
        } => "shop.not_held", "{has} **{name}**.", has = has(*held), name;
        /// It cannot be used up.
        NotConsumable(name: String) => "shop.not_consumable", "**{name}** is kept, and cannot be used up.";
        /// There is no such purchase.
        NoSuchPurchase => "shop.no_such_purchase" as NotThere, "There is no such purchase in this server.";
        /// Somebody else bought it.
        NotYours => "shop.not_yours" as NotAllowed, "Somebody else bought that.";
        /// It was given back before.
        AlreadyRefunded => "shop.already_refunded", "That was given back already, and the money returned.";
        /// A code gave it, so there is no money to return.
        WasAGift => "shop.was_a_gift", "That came from a code and cost nothing, so there is nothing to return.";
        /// The buyer was erased, so there is nobody to whom the money could return.
        BuyerErased => "shop.buyer_erased",
            "The data of the buyer were erased, so nobody is there to whom the money could return. An order of theirs can be \
            handed over, which closes it.";
        /// The time for giving it back is over.
        TooLate(until: Timestamp) => "shop.too_late",
            "That could be given back until {until}. Please ask a moderator.";
        /// Somebody of the team handed it over.
        WasHandedOver => "shop.was_handed_over", "That was handed over already. Please ask a moderator.";
        /// Some of it was used up.
        UsedUp {
            /// How many.
            used: u32,
            /// Of how many.
            quantity: u32,
        } => "shop.used_up", "**{used}** of **{quantity}** were used up already, so it cannot be given back.";
        /// The role that it gave has ended.
        RoleEnded(until: Timestamp) => "shop.role_ended",
            "Its role ended on {until}, so it is used up and cannot be given back.";
        /// It is no order that waits.
        NotWaiting => "shop.not_waiting", "That order does not wait any more: it was handed over or given back.";
        /// The stock is any number.
        EndlessStock(name: String) => "shop.endless_stock",
            "There is any number of **{name}**, so nothing can be added or subtracted. Set a number first.";
        /// There are fewer than are to go.
        BelowZero {
            /// What it is called.
            name: String,
            /// How many there are.
            left: u32,
        } => "shop.below_zero", "There are **{left}** of **{name}**, so fewer than that many can go.";
        /// No number that a stock can be.
        NotAStock => "shop.not_a_stock" as NotValid,
            "A stock is a number from 0 to {most}, or -1 for any number.", most = Amount::of(Stock::MOST);
        /// An item without a name.
        NoName => "shop.no_name" as NotValid, "An item needs a name.";
        /// What is no emoji.
        NotAnEmoji => "shop.not_an_emoji" as NotValid, "The emoji has to be one emoji, such as 🍪 or one of this server.";
        /// A price above what one may cost.
        Price => "shop.price" as NotValid, "A price is a whole number from 0 to {most}.", most = LARGEST_PRICE;
        /// It would end before it begins.
        EndsTooSoon => "shop.ends_too_soon" as NotValid, "It has to be for sale until later than from when on.";
        /// A role that lasts for no time, or for too long.
        Hours => "shop.hours" as NotValid, "A role lasts from 1 to {most} hours, or for good.", most = MOST_HOURS;
        /// A limit of none.
        PerMember => "shop.per_member" as NotValid, "The limit for each member has to be 1 or more.";
        /// An item that is to give a role, and none was named.
        NoRole => "shop.no_role" as NotValid, "Please say which role it gives.";
        /// What is neither yes nor no.
        YesOrNo => "shop.yes_or_no" as NotValid, "Please say `yes` or `no`.";
        /// No number of minutes.
        Minutes => "shop.minutes" as NotValid, "Please say for how many minutes it may be given back, or `none` for as long as the server says.";
        /// There are as many items as there may be.
        Full => "shop.full", "There are {most} items, and there is no room for more. Remove one first.", most = MOST_ITEMS;
        /// Somebody else changed it while the form was filled in.
        ChangedMeanwhile(name: String) => "shop.changed_meanwhile",
            "**{name}** was changed by somebody else meanwhile. Look at it again, and save what you still want.";
        /// It is another by now than what is to be taken back.
        ChangedSince(name: String) => "shop.changed_since", "**{name}** was changed since, so that cannot be undone.";
        /// There is no such change, or it is not kept any more.
        NoSuchChange => "shop.no_such_change" as NotThere, "That change is not kept any more.";
        /// No channel was chosen in which items are shown.
        NoChannel => "shop.no_channel", "There is no shop channel yet: {/shop-admin channel} sets it.";
    }
}

refusals! {
    /// What is refused of codes.
    pub enum CodeRefusal {
        /// What was typed is no code.
        NoSuchCode => "shop.no_such_code" as NotThere, "That is no code of this server, or it cannot be redeemed any more.";
        /// Letters that no code has.
        NotACode => "shop.not_a_code" as NotValid, "A code has {least} to {most} letters and digits.",
            least = LEAST_CODE, most = LONGEST_CODE;
        /// It is used up, was revoked, or its time is over.
        Over => "shop.code_over", "That code cannot be redeemed any more: it is used up, or its time is over.";
        /// Too many wrong codes were typed.
        TooManyGuesses(until: Timestamp) => "shop.too_many_guesses" as TooOften,
            "You typed too many codes that do not exist. Please try again after {until}.";
        /// The member redeemed it before.
        AlreadyRedeemed => "shop.already_redeemed", "You redeemed that code already.";
        /// A text that can be no code.
        BadText => "shop.bad_code" as NotValid,
            "A code has {least} to {most} letters and digits. Leave it out, and I draw one.",
            least = LEAST_CODE, most = LONGEST_CODE;
        /// There is another with this text.
        Taken => "shop.code_taken", "There is such a code already.";
        /// A code that nobody could redeem.
        NoUses => "shop.code_of_no_uses" as NotValid, "Please say how many members may redeem it: 1 or more.";
        /// A code that gives nothing.
        GivesNothing => "shop.code_of_nothing" as NotValid, "Please say what the code gives: an amount or an item.";
        /// It would end before it begins.
        EndsTooSoon => "shop.code_ends_too_soon" as NotValid, "The end of a code has to be in the future.";
        /// There are as many as there may be.
        Full => "shop.codes_full", "There are {most} open codes, and there is no room for more. Revoke one first.", most = MOST_CODES;
        /// The server has no such code.
        NoneSuch => "shop.code_none_such" as NotThere, "There is no such code in this server.";
    }
}

fn rest(left: u32) -> Sentence {
    match left {
        0 => Sentence::words("you have had them"),
        left => sentence!("you may have **{left}** more", left),
    }
}

fn has(held: u32) -> Sentence {
    match held {
        0 => Sentence::words("You have no"),
        held => sentence!("You have only **{held}** of", held),
    }
}
