//! `/transactions` and `/leaderboard`: lists over several currencies, page by page.
//!
//! What is about the server's currency is refused where that is switched off; the rest goes on.

use poise::ChoiceParameter;
use serenity::all::CreateAutocompleteResponse;
use strum::{Display, EnumString, VariantArray};

use super::views;
use crate::discord::access::Access;
use crate::discord::choice::{choice, offer, value_in};
use crate::discord::component::{Acknowledge, Button, Part};
use crate::discord::{Bot, Caller, Context, Draft, answer, answer_publicly};
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::coins::queries::numbered::{Numbered, numbered};
use crate::features::coins::queries::{self, ranking};
use crate::features::currency::settings::SWITCH;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::money::{self, Money};
use crate::refusals;
use crate::store::Read;

/// Another page of the entries of whoever clicks: of which currency, of which kind, which page.
pub static TRANSACTIONS: Button<(History, OfKind, u64)> =
    Button::new("coins:transactions", Access::Everyone, Acknowledge::Update, |bot, click| {
        let (history, OfKind(kind), page) = click.arguments;
        Box::pin(own_entries(bot, click.caller, Some(history), kind, page))
    });

/// Another page of a leaderboard that a member asked for, who alone turns it.
pub static LEADERBOARD: Button<(UserId, Board, u64)> =
    Button::new("coins:leaderboard", Access::Everyone, Acknowledge::Update, |bot, click| {
        let (owner, board, page) = click.arguments;
        Box::pin(async move {
            if owner != click.caller.user {
                return Err(BoardRefusal::NotYours.into());
            }
            standings(bot, click.caller, Some(board), page).await
        })
    });

refusals! {
    /// Why a list is not shown.
    enum BoardRefusal {
        /// Somebody else asked for it.
        NotYours => "coins.not_your_board" as NotAllowed,
            "Somebody else asked for this leaderboard. {/leaderboard} shows you one of your own.";
        /// There are no such entries.
        NoSuchKind => "coins.no_such_kind" as NotValid,
            "There is no such type of transaction. Choose one from the list that appears while you type.";
    }
}

/// The currencies whose entries members look through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ChoiceParameter, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum History {
    /// The server's own.
    #[name = "server"]
    Server,
    /// Luxury Coins.
    #[name = "luxury"]
    Luxury,
}

/// The leaderboards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ChoiceParameter, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Board {
    /// The server's own currency.
    #[name = "currency"]
    Currency,
    /// Luxury Coins.
    #[name = "luxury"]
    Luxury,
    /// Engagement points.
    #[name = "points"]
    Points,
}

impl Part for History {}
impl Part for Board {}

/// A kind of entries, or all of them, in a custom id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfKind(pub Option<EntryKind>);

/// What stands for all kinds.
const ALL_KINDS: &str = "all";

impl std::fmt::Display for OfKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.map_or(ALL_KINDS, EntryKind::name))
    }
}

impl std::str::FromStr for OfKind {
    type Err = <EntryKind as std::str::FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == ALL_KINDS { Ok(Self(None)) } else { text.parse().map(|kind| Self(Some(kind))) }
    }
}

impl Part for OfKind {}

impl History {
    const fn currency(self) -> Currency {
        match self {
            Self::Server => Currency::Server,
            Self::Luxury => Currency::Luxury,
        }
    }
}

impl Board {
    const fn currency(self) -> Currency {
        match self {
            Self::Currency => Currency::Server,
            Self::Luxury => Currency::Luxury,
            Self::Points => Currency::Points,
        }
    }
}

/// What a member has of the server's currency, and what that is called; nothing where it is switched off.
pub(super) fn of_server(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<(Amount, Money)>> {
    if !SWITCH.setting.get(read, guild)? {
        return Ok(None);
    }
    Ok(Some((queries::balance(read, guild, Currency::Server, user)?, money::of(read, guild)?)))
}

/// Show your transaction history
#[poise::command(slash_command, guild_only)]
pub(super) async fn transactions(
    ctx: Context<'_>,
    #[description = "Of which currency"] currency: Option<History>,
    #[description = "Of one type"]
    #[rename = "type"]
    #[autocomplete = "complete_kind"]
    kind: Option<String>,
    #[description = "Page"]
    #[min = 1]
    page: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let kind = kind.map(|typed| value_in(&typed).parse().map_err(|_| BoardRefusal::NoSuchKind)).transpose()?;
    answer(ctx, own_entries(ctx.data(), caller, currency, kind, page.map_or(1, u64::from))).await
}

/// Show a leaderboard
#[poise::command(slash_command, guild_only)]
pub(super) async fn leaderboard(
    ctx: Context<'_>,
    #[description = "Of what"]
    #[rename = "type"]
    board: Option<Board>,
    #[description = "Page"]
    #[min = 1]
    page: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    answer_publicly(ctx, standings(ctx.data(), caller, board, page.map_or(1, u64::from))).await
}

#[expect(clippy::unused_async, reason = "autocomplete functions are asynchronous")]
async fn complete_kind(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let typed = typed.to_lowercase();
    let shown = |kind: &EntryKind| format!("{} – {}", kind.name(), kind.in_words());
    let fitting = EntryKind::VARIANTS.iter().filter(|kind| shown(kind).contains(&typed));
    offer(fitting.map(|kind| choice(shown(kind), kind.name())))
}

async fn own_entries(
    bot: &Bot,
    caller: Caller,
    history: Option<History>,
    kind: Option<EntryKind>,
    page: u64,
) -> Result<Draft> {
    let Caller { guild, user, .. } = caller;
    let found = move |read: &dyn Read| {
        let history = match history {
            None if SWITCH.setting.get(read, guild)? => History::Server,
            Some(History::Server) => SWITCH.require_on(read, guild).map(|()| History::Server)?,
            None | Some(History::Luxury) => History::Luxury,
        };
        let page = numbered(read, guild, (history.currency(), user), kind, page)?;
        Ok((history, page, queries::called(read, guild, history.currency())?))
    };
    let (history, page, called) = bot.store.read("transactions", found).await?;
    let button = |to| TRANSACTIONS.with(&(history, OfKind(kind), to));
    Ok(views::boards::transactions(&page, &called, button))
}

async fn standings(bot: &Bot, caller: Caller, board: Option<Board>, page: u64) -> Result<Draft> {
    let Caller { guild, user, .. } = caller;
    let found = move |read: &dyn Read| {
        let board = match board {
            None if SWITCH.setting.get(read, guild)? => Board::Currency,
            None => Board::Luxury,
            Some(Board::Currency) => SWITCH.require_on(read, guild).map(|()| Board::Currency)?,
            Some(board) => board,
        };
        let ranking = ranking::page(read, guild, board.currency(), user, page)?;
        Ok((board, ranking, queries::called(read, guild, board.currency())?))
    };
    let (board, ranking, called) = bot.store.read("leaderboard", found).await?;
    let button = |to| LEADERBOARD.with(&(user, board, to));
    Ok(views::boards::leaderboard(&ranking, &called, user, button))
}

/// The entries of a member by page, with what the currency is called.
pub(super) async fn entries_of(bot: &Bot, guild: GuildId, user: UserId, page: u64) -> Result<(Numbered, Money)> {
    let found = move |read: &dyn Read| {
        Ok((numbered(read, guild, (Currency::Server, user), None, page)?, money::of(read, guild)?))
    };
    bot.store.read("currency_history", found).await
}
