//! What people read about coins. Pure: read models in, drafts out.

pub mod boards;
pub mod economy;

use serenity::all::{ButtonStyle, Colour};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

use super::components::{HISTORY, OWN_HISTORY, WHERE_FROM};
use crate::discord::Draft;
use crate::features::coins::model::{CoinsRefusal, Earning, EntryId, LedgerEntry};
use crate::features::coins::queries::{HistoryPage, HistoryRow, Purse};
use crate::features::coins::service::Removed;
use crate::flows::skip_bought::SkipBought;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::kernel::text::{MomentStyle, escape, mention, moment, truncate};
use crate::money::Money;

/// The colour of everything about coins.
const COLOUR: Colour = Colour::new(0x00D4_AF37);
/// A reason longer than this is cut in a list: ten rows fit into one embed however they are escaped.
const SHORT: usize = 80;
/// Most characters of a choice that Discord shows.
const CHOICE: usize = 100;

/// The answer to `/balance` (`D-03`, `C-02`): Luxury Coins, the server's currency where it has one, and points. Whose balance is
/// their own gets the button to what it is made of.
pub fn balance(
    name: &str,
    purse: &Purse,
    server: Option<&(Amount, Money)>,
    earning: &Earning,
    buy_skip: &str,
    is_own: bool,
) -> Draft {
    let missing = purse.skip_price.clamped_change(purse.luxury.get().saturating_neg());
    let skip = match (purse.is_on, missing) {
        (false, _) => String::new(),
        (true, Amount::ZERO) => format!(" (enough for a skip: {buy_skip})"),
        (true, missing) => format!(" ({missing} more for a skip)"),
    };
    let how = if purse.is_on { earning.to_sentence() } else { CoinsRefusal::SwitchedOff.sentence() };
    let how = how.markdown(NO_COMMANDS);
    let server = server.map_or_else(String::new, |(amount, money)| {
        format!("💰 {}: **{}**\n", money.to_sentence().markdown(NO_COMMANDS), escape(&money.short(*amount)))
    });
    let text = format!(
        "🪙 Luxury Coins: **{}**{skip}\n{server}⭐ Engagement points: **{}**\n\n{how}\nEngagement points come from what you do on \
         the live. They order the Free line, and are used up when a song of yours is played from there.",
        purse.luxury, purse.points
    );
    let title = format!("Balance of {}", escape(name));
    let draft = Draft::embed(CreateEmbed::new().title(title).colour(COLOUR).description(text));
    if !is_own {
        return draft;
    }
    let button = CreateButton::new(WHERE_FROM.with(&())).label("Where from?").style(ButtonStyle::Secondary);
    draft.row(CreateActionRow::Buttons(vec![button]))
}

/// The answer to `/buy-skip`.
pub fn skip_bought(bought: &SkipBought) -> Draft {
    let song = &bought.moved.entry.song;
    Draft::text(format!(
        "🥉 {} **{} – {}** moved from **{}** to **{}**. It cost **{} Luxury Coins**, you have **{}** left.",
        song.public_id,
        escape(&truncate(&song.artist, SHORT)),
        escape(&truncate(&song.title, SHORT)),
        bought.moved.from,
        bought.moved.entry.place.line,
        bought.price,
        bought.left
    ))
}

/// The answer to `/coins` `view`.
pub fn viewed(user: UserId, purse: &Purse) -> Draft {
    let Purse { luxury, points, .. } = purse;
    Draft::text(format!("{} has **{luxury} Luxury Coins** and **{points}** engagement points.", mention(user)))
}

/// The answer to `/coins` `add`.
pub fn added(entry: &LedgerEntry) -> Draft {
    let amount = size(entry.delta);
    Draft::text(format!("🪙 {} gets **{amount} Luxury Coins**{}", mention(entry.user), now_has(entry)))
}

/// The answer to `/coins` `remove`: what was really taken (`C-08`).
pub fn removed(removed: &Removed) -> Draft {
    let Removed { entry, requested } = removed;
    let taken = size(entry.delta);
    let instead =
        if taken < *requested { format!(" instead of {requested}: that is all there was.") } else { ".".into() };
    Draft::text(format!(
        "🪙 **{taken} Luxury Coins** are taken from {}{instead} The balance is **{}** now, it was **{}**.",
        mention(entry.user),
        entry.after,
        entry.before
    ))
}

/// The answer to `/coins` `undo`.
pub fn undone(id: EntryId, entry: &LedgerEntry) -> Draft {
    let text = format!("↩️ Entry **{id}** of {} is undone: **{}**", mention(entry.user), signed(entry.delta));
    Draft::text(format!("{text}{} What was bought with it stays as it is.", now_has(entry)))
}

fn now_has(entry: &LedgerEntry) -> String {
    format!(". The balance is **{}** now, it was **{}**.", entry.after, entry.before)
}

/// The entries of whoever asks, in plain words.
pub fn own_history(page: &HistoryPage) -> Draft {
    let row =
        |row: &HistoryRow| format!("{}{}", line(&row.entry), if row.undone_by.is_some() { " · undone" } else { "" });
    listing("Where your Luxury Coins come from", page, |before| OWN_HISTORY.with(&before), row)
}

/// The entries of a member with their numbers, for administrators.
pub fn history(page: &HistoryPage) -> Draft {
    listing("Luxury Coins, entry by entry", page, |before| HISTORY.with(&(page.user, before)), staff_line)
}

/// An entry with its number and all that is known of it, for those who run the server.
fn staff_line(row: &HistoryRow) -> String {
    let mut text = format!("`{}` {}", row.id, line(&row.entry));
    match row.entry.actor {
        Actor::Member(actor) if actor != row.entry.user => text.push_str(&format!(" · by {}", mention(actor))),
        Actor::Operator => text.push_str(" · by the operator"),
        Actor::Member(_) | Actor::Live | Actor::System => {}
    }
    if let Some(requested) = row.requested {
        text.push_str(&format!(" · {requested} asked for"));
    }
    if let Some(by) = row.undone_by {
        text.push_str(&format!(" · undone by `{by}`"));
    }
    text
}

/// Rows of a page with the balance above, and buttons to other pages where there are any.
fn listing(
    title: &str,
    page: &HistoryPage,
    custom_id: impl Fn(Option<EntryId>) -> String,
    row: impl Fn(&HistoryRow) -> String,
) -> Draft {
    let mut text = format!("{} · balance **{}**\n", mention(page.user), page.balance);
    for entry in &page.rows {
        text.push_str(&row(entry));
        text.push('\n');
    }
    if page.rows.is_empty() {
        text.push_str("Nothing came and nothing went so far.");
    }
    let draft = Draft::embed(CreateEmbed::new().title(title).colour(COLOUR).description(text));
    if page.is_latest && page.older_than.is_none() {
        return draft;
    }
    let button = |label: &str, before: Option<EntryId>, leads_nowhere: bool| {
        CreateButton::new(custom_id(before)).label(label).style(ButtonStyle::Secondary).disabled(leads_nowhere)
    };
    // Both ids must differ also where a button leads nowhere, and no entry has the last number.
    let older = page.older_than.unwrap_or(EntryId::new(u64::MAX));
    draft.row(CreateActionRow::Buttons(vec![
        button("◀ Latest", None, page.is_latest),
        button("Older ▶", Some(older), page.older_than.is_none()),
    ]))
}

/// An entry in one line: how much, what for, what the balance was then, and when.
fn line(entry: &LedgerEntry) -> String {
    let (kind, why) = entry.parts();
    let why = escape(&truncate(&why, SHORT));
    let words = match kind {
        Some(kind) if why.is_empty() => kind.to_owned(),
        Some(kind) => format!("{kind}: {why}"),
        None => why,
    };
    format!(
        "**{}** {} · then **{}** · {}",
        signed(entry.delta),
        words,
        entry.after,
        moment(entry.at, MomentStyle::Relative)
    )
}

/// An entry in the list that appears while its number is typed. Discord shows it as plain text.
pub fn entry_choice(id: EntryId, entry: &LedgerEntry) -> String {
    truncate(&format!("{id} · {} · {}", signed(entry.delta), entry.in_words()), CHOICE)
}

/// How much came or went, without the sign.
fn size(delta: i64) -> Amount {
    Amount::ZERO.clamped_change(delta.saturating_abs())
}

/// How much came or went: `+1,000`, `-5`.
fn signed(delta: i64) -> String {
    format!("{}{}", if delta < 0 { '-' } else { '+' }, size(delta))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{Currency, EntryKind};
    use crate::kernel::text::discord_len;
    use crate::kernel::time::Timestamp;

    /// The text of the only embed of a draft.
    fn described(draft: Draft) -> String {
        let message = serde_json::to_value(draft.into_message()).unwrap();
        message["embeds"][0]["description"].as_str().unwrap().to_owned()
    }

    fn row(number: u64, delta: i64, kind: EntryKind, reason: &str) -> HistoryRow {
        let before = Amount::of(5_000);
        let entry = LedgerEntry {
            currency: Currency::Luxury,
            user: UserId::new(1),
            delta,
            before,
            after: before.clamped_change(delta),
            kind,
            reason: reason.into(),
            actor: Actor::Member(UserId::new(u64::MAX)),
            at: Timestamp::from_millis(1_763_756_100_000),
        };
        HistoryRow { id: EntryId::new(number), entry, requested: None, undone_by: None }
    }

    fn page(rows: Vec<HistoryRow>) -> HistoryPage {
        HistoryPage { user: UserId::new(1), balance: Amount::of(4_030), rows, is_latest: true, older_than: None }
    }

    #[test]
    fn a_balance_reads_so() {
        let purse =
            Purse { luxury: Amount::of(250), points: Amount::of(1_234), is_on: true, skip_price: Amount::of(1_000) };
        let earning = Earning { per_hundred_gifted: 0, minutes_per_coin: 30 };
        insta::assert_snapshot!(described(balance("ann", &purse, None, &earning, "/buy-skip", true)), @"
        🪙 Luxury Coins: **250** (750 more for a skip)
        ⭐ Engagement points: **1,234**

        You earn Luxury Coins on the live, with a linked TikTok handle: **1** for each 30 minutes that you watch.
        Engagement points come from what you do on the live. They order the Free line, and are used up when a song of yours is played from there.
        ");
    }

    #[test]
    fn a_history_reads_so_for_members_and_for_administrators() {
        let mut rows = vec![
            row(12, -1_000, EntryKind::BuySkip, "10 Skip for #012345 Ann – *Light*"),
            row(9, -30, EntryKind::AdminRemove, "a mistake"),
        ];
        rows[0].undone_by = Some(EntryId::new(13));
        rows[1].requested = Some(Amount::of(50));
        let page = page(rows);
        let shown = |draft| described(draft).replace('\u{200b}', "(invisible)");
        insta::assert_snapshot!(shown(own_history(&page)), @r"
        <@1> · balance **4,030**
        **-1,000** a skip: 10 Skip for \#012345 Ann – \*Light\* · then **4,000** · <t:1763756100:R> · undone
        **-30** taken by an administrator: a mistake · then **4,970** · <t:1763756100:R>
        ");
        insta::assert_snapshot!(shown(history(&page)), @r"
        <@1> · balance **4,030**
        `12` **-1,000** a skip: 10 Skip for \#012345 Ann – \*Light\* · then **4,000** · <t:1763756100:R> · by <@18446744073709551615> · undone by `13`
        `9` **-30** taken by an administrator: a mistake · then **4,970** · <t:1763756100:R> · by <@18446744073709551615> · 50 asked for
        ");
        insta::assert_snapshot!(described(own_history(&HistoryPage { rows: Vec::new(), ..page })), @r"
        <@1> · balance **4,030**
        Nothing came and nothing went so far.
        ");
    }

    #[test]
    fn a_page_fits_into_an_embed_whatever_the_reasons_are() {
        for reason in ["*", "@", "\\", "🎁", "<@1>", "`", "- ", "https://a.b "] {
            let rows = (0..10).map(|number| {
                let mut row = row(u64::MAX - number, -5_000, EntryKind::AdminSet, &reason.repeat(200));
                row.entry.after = Amount::MAX;
                row.requested = Some(Amount::MAX);
                row.undone_by = Some(EntryId::new(u64::MAX));
                row
            });
            let text = described(history(&page(rows.collect())));
            assert!(discord_len(&text) <= 4_096, "{} for {reason:?}", discord_len(&text));
        }
    }
}
