//! What people read of lists over several currencies, and of what is done with the server's own. Pure: read models in, drafts out.

use serenity::builder::{CreateEmbed, CreateEmbedFooter};

use super::{COLOUR, line, size, staff_line};
use crate::discord::Draft;
use crate::discord::paging::buttons_to;
use crate::features::coins::check::Validated;
use crate::features::coins::model::{Called, LedgerEntry};
use crate::features::coins::queries::HistoryRow;
use crate::features::coins::queries::numbered::Numbered;
use crate::features::coins::queries::ranking::{Ranking, Standing};
use crate::features::coins::service::Removed;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::kernel::text::{escape, mention, truncate};
use crate::money::Money;

/// Findings that are told; the others are counted.
const MOST_FINDINGS: usize = 10;
/// The longest finding.
const LONGEST_FINDING: usize = 150;

/// The answer to `/transactions`: entries of whoever asks, in plain words.
pub fn transactions(page: &Numbered, called: &Called, button: impl Fn(u64) -> String) -> Draft {
    let title = format!("Your transactions of {}", in_markdown(called));
    listing(title, page, called, button, |row| {
        format!("{}{}", line(&row.entry), if row.undone_by.is_some() { " · undone" } else { "" })
    })
}

/// The answer to `/currency-admin history`: the same with numbers, for those who run the server.
pub fn history(page: &Numbered, money: &Money, button: impl Fn(u64) -> String) -> Draft {
    listing("Transactions, one by one".to_owned(), page, &Called::Own(money.clone()), button, staff_line)
}

/// The answer to `/leaderboard`, with the place of whoever asks.
pub fn leaderboard(ranking: &Ranking, called: &Called, asking: UserId, button: impl Fn(u64) -> String) -> Draft {
    let mut text = String::new();
    for (place, holder) in (ranking.first..).zip(&ranking.rows) {
        let amount = match called {
            Called::Own(money) => escape(&money.short(holder.amount)),
            Called::Everywhere(_) => holder.amount.to_string(),
        };
        text.push_str(&format!("**{place}.** {} · **{amount}**\n", mention(holder.user)));
    }
    if ranking.rows.is_empty() {
        text.push_str("Nobody has any so far.\n");
    }
    // Whoever hides is not named here, for everybody reads it.
    if let Standing::At(place, amount) = ranking.own {
        text.push_str(&format!("\n{} is at place **{place}** with **{amount}**.", mention(asking)));
    }
    let members = if ranking.members == 1 { "member" } else { "members" };
    let footer = format!("Page {} of {}   {} {members}", ranking.page, ranking.pages, ranking.members);
    let title = format!("Leaderboard: {}", in_markdown(called));
    let embed = CreateEmbed::new().title(title).colour(COLOUR).description(text).footer(CreateEmbedFooter::new(footer));
    Draft::embed(embed).rows(buttons_to(button, ranking.page, ranking.page < ranking.pages))
}

/// The answer to a change of a balance, and of another with it where both are halves of one transfer.
pub fn changed(entry: &LedgerEntry, other: Option<&LedgerEntry>, money: &Money) -> Draft {
    let lines: Vec<_> = std::iter::once(entry).chain(other).map(|entry| change(entry, money)).collect();
    Draft::text(lines.join("\n"))
}

/// The answer to `/currency-admin remove`: what was really taken (`C-08`).
pub fn removed(Removed { entry, requested }: &Removed, money: &Money) -> Draft {
    let is_less = size(entry.delta) < *requested;
    let instead = if is_less { format!(" {requested} were asked for: that is all there was.") } else { String::new() };
    Draft::text(format!("{}{instead}", change(entry, money)))
}

/// The answer to `/currency-admin validate` for one member.
pub fn validated(user: UserId, validated: Option<&Validated>, money: &Money) -> Draft {
    let Some(validated) = validated else { return Draft::text(format!("{} has no account.", mention(user))) };
    let Validated { entries, expected, actual, broken_at, .. } = validated;
    let verdict = if validated.is_valid() { "✅" } else { "⚠️" };
    let broken = broken_at.map_or_else(String::new, |id| {
        format!(" Entry **{id}** is the first that does not go on where the one before it ended.")
    });
    Draft::text(format!(
        "{verdict} {} has **{actual}** {}, and {entries} entries add up to **{expected}**.{broken}",
        mention(user),
        in_markdown(money)
    ))
}

/// The answer to `/currency-admin validate` for all.
pub fn checked(findings: &[String]) -> Draft {
    if findings.is_empty() {
        return Draft::text("✅ Every balance is what its entries add up to.");
    }
    let mut lines = vec!["⚠️ Not every balance is what its entries add up to:".to_owned()];
    let told = findings.iter().take(MOST_FINDINGS);
    lines.extend(told.map(|finding| format!("- {}", escape(&truncate(finding, LONGEST_FINDING)))));
    if findings.len() > MOST_FINDINGS {
        lines.push(format!("and {} more.", findings.len() - MOST_FINDINGS));
    }
    Draft::text(lines.join("\n"))
}

/// The answer to `/currency-admin name`.
pub fn named(money: &Money) -> Draft {
    let (name, symbol) = (in_markdown(money), escape(&money.symbol));
    Draft::text(format!("🪙 The currency of this server is called **{name}** now, in short **{symbol}**."))
}

fn change(entry: &LedgerEntry, money: &Money) -> String {
    let verb = if entry.delta < 0 { "loses" } else { "gets" };
    let amount = money.of(size(entry.delta)).markdown(NO_COMMANDS);
    let LedgerEntry { user, before, after, .. } = entry;
    format!("🪙 {} {verb} {amount}. The balance is **{after}** now, it was **{before}**.", mention(*user))
}

fn in_markdown(called: &impl Slot) -> String {
    called.to_sentence().markdown(NO_COMMANDS)
}

/// Rows of a page with the balance above, and buttons to other pages where there are any.
fn listing(
    title: String,
    page: &Numbered,
    called: &Called,
    button: impl Fn(u64) -> String,
    row: impl Fn(&HistoryRow) -> String,
) -> Draft {
    let mut text = format!("{} · balance **{}** {}\n", mention(page.user), page.balance, in_markdown(called));
    for entry in &page.rows {
        text.push_str(&row(entry));
        text.push('\n');
    }
    if page.rows.is_empty() {
        text.push_str("Nothing is on this page.");
    }
    let footer = CreateEmbedFooter::new(format!("Page {}", page.page));
    let embed = CreateEmbed::new().title(title).colour(COLOUR).description(text).footer(footer);
    Draft::embed(embed).rows(buttons_to(button, page.page, page.has_more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::tests::{message_of, messages_of};
    use crate::features::coins::economy::Holder;
    use crate::features::coins::model::{Currency, EntryId, EntryKind};
    use crate::kernel::actor::Actor;
    use crate::kernel::amount::Amount;
    use crate::kernel::text::discord_len;
    use crate::kernel::time::Timestamp;

    const ANN: UserId = UserId::new(1);

    fn cookies() -> Money {
        Money { name: "*big* cookies".to_owned(), one: String::new(), symbol: "🍪".to_owned() }
    }

    fn entry(delta: i64, kind: EntryKind, reason: &str) -> LedgerEntry {
        let before = Amount::of(500);
        LedgerEntry {
            currency: Currency::Server,
            user: ANN,
            delta,
            before,
            after: before.clamped_change(delta),
            kind,
            reason: reason.to_owned(),
            actor: Actor::Member(UserId::new(9)),
            at: Timestamp::from_millis(1_763_756_100_000),
        }
    }

    fn page(rows: Vec<HistoryRow>) -> Numbered {
        let balance = Amount::of(450);
        Numbered { user: ANN, currency: Currency::Server, balance, rows, page: 2, has_more: true }
    }

    fn row(delta: i64, kind: EntryKind, reason: &str) -> HistoryRow {
        let entry = entry(delta, kind, reason);
        HistoryRow { id: EntryId::new(12), entry, requested: Some(Amount::of(60)), undone_by: Some(EntryId::new(13)) }
    }

    #[test]
    fn entries_read_so_for_members_and_for_those_who_run_the_server() {
        let page = page(vec![row(-50, EntryKind::TransferSend, "Gave to *ben* (2)")]);
        let shown = [
            transactions(&page, &Called::Own(cookies()), |to| format!("own:{to}")),
            history(&page, &cookies(), |to| format!("history:{to}")),
            transactions(&Numbered { rows: vec![], page: 1, has_more: false, ..page }, &Called::Own(cookies()), |_| {
                String::new()
            }),
        ];
        insta::assert_snapshot!(messages_of(shown), @r"
        ╒ Your transactions of \*big\* cookies
        <@1> · balance **450** \*big\* cookies
        **-50** gave to \*ben\* · then **450** · <t:1763756100:R> · undone
        ╘ Page 2
        [◀ Previous] own:1
        [Next ▶] own:3
        ╒ Transactions, one by one
        <@1> · balance **450** \*big\* cookies
        `12` **-50** gave to \*ben\* · then **450** · <t:1763756100:R> · by <@9> · 60 asked for · undone by `13`
        ╘ Page 2
        [◀ Previous] history:1
        [Next ▶] history:3
        ╒ Your transactions of \*big\* cookies
        <@1> · balance **450** \*big\* cookies
        Nothing is on this page.
        ╘ Page 1
        ");
    }

    #[test]
    fn a_leaderboard_tells_the_place_of_whoever_asks_and_not_that_somebody_hides() {
        let rows =
            [(7, 900), (8, 20)].map(|(user, amount)| Holder { user: UserId::new(user), amount: Amount::of(amount) });
        let own = Standing::At(25, Amount::of(3));
        let ranking = Ranking { page: 2, pages: 3, members: 25, first: 11, rows: rows.into(), own };
        let shown = |ranking: &Ranking| {
            message_of(leaderboard(ranking, &Called::Everywhere(Currency::Luxury), ANN, |to| format!("board:{to}")))
        };
        insta::assert_snapshot!(shown(&ranking), @"
        ╒ Leaderboard: Luxury Coins
        **11.** <@7> · **900**
        **12.** <@8> · **20**

        <@1> is at place **25** with **3**.
        ╘ Page 2 of 3   25 members
        [◀ Previous] board:1
        [Next ▶] board:3
        ");
        let hidden = Ranking { own: Standing::Hidden, ..ranking.clone() };
        assert!(!shown(&hidden).contains("<@1>"));
        let nobody = Ranking { page: 1, pages: 1, members: 0, first: 1, rows: vec![], own: Standing::Nowhere };
        insta::assert_snapshot!(shown(&nobody), @"
        ╒ Leaderboard: Luxury Coins
        Nobody has any so far.
        ╘ Page 1 of 1   0 members
        ");
    }

    #[test]
    fn what_is_done_by_hand_is_answered_with_the_balance() {
        let taken = |requested| Removed {
            entry: entry(-500, EntryKind::AdminRemove, "a mistake"),
            requested: Amount::of(requested),
        };
        let right = Validated { currency: Currency::Server, entries: 3, expected: 500, actual: 500, broken_at: None };
        let wrong = Validated { actual: 501, broken_at: Some(EntryId::new(2)), ..right };
        let findings: Vec<_> = (0..12).map(|user| format!("user {user} has *1* coins")).collect();
        let shown = [
            changed(&entry(5, EntryKind::AdminAdd, "quiz"), None, &cookies()),
            changed(&entry(5, EntryKind::Rollback, ""), Some(&entry(-5, EntryKind::Rollback, "")), &cookies()),
            removed(&taken(500), &cookies()),
            removed(&taken(900), &cookies()),
            validated(ANN, Some(&right), &cookies()),
            validated(ANN, Some(&wrong), &cookies()),
            checked(&[]),
            checked(&findings[10..]),
            named(&cookies()),
        ];
        insta::assert_snapshot!(messages_of(shown), @r"
        🪙 <@1> gets **5** \*big\* cookies. The balance is **505** now, it was **500**.
        🪙 <@1> gets **5** \*big\* cookies. The balance is **505** now, it was **500**.
        🪙 <@1> loses **5** \*big\* cookies. The balance is **495** now, it was **500**.
        🪙 <@1> loses **500** \*big\* cookies. The balance is **0** now, it was **500**.
        🪙 <@1> loses **500** \*big\* cookies. The balance is **0** now, it was **500**. 900 were asked for: that is all there was.
        ✅ <@1> has **500** \*big\* cookies, and 3 entries add up to **500**.
        ⚠️ <@1> has **501** \*big\* cookies, and 3 entries add up to **500**. Entry **2** is the first that does not go on where the one before it ended.
        ✅ Every balance is what its entries add up to.
        ⚠️ Not every balance is what its entries add up to:
        - user 10 has \*1\* coins
        - user 11 has \*1\* coins
        🪙 The currency of this server is called **\*big\* cookies** now, in short **🍪**.
        ");
        assert!(message_of(checked(&findings)).ends_with("and 2 more."));
    }

    #[test]
    fn a_page_fits_into_an_embed_whatever_was_written() {
        let money = Money { name: "*".repeat(32), one: String::new(), symbol: "*".repeat(8) };
        for reason in ["*", "@", "\\", "🎁", "<@1>", "https://a.b "] {
            let rows = (0..10).map(|_| row(-50, EntryKind::AdminSet, &reason.repeat(200))).collect();
            let message = history(&page(rows), &money, |to| to.to_string()).into_message();
            let message = serde_json::to_value(message).unwrap();
            let text = message["embeds"][0]["description"].as_str().unwrap();
            assert!(discord_len(text) <= 4_096, "{} for {reason:?}", discord_len(text));
        }
    }
}
