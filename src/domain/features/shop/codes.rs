//! Codes that the team gives away: made, revoked, looked up, and limits on guessing.
//!
//! A code that is drawn has 16 characters of 22, so nobody guesses one; one that the team words itself has at least
//! [`LEAST_CODE`](super::rules::LEAST_CODE). Whoever types [`MOST_GUESSES`] codes within an hour that do not exist types none
//! until that hour is over. The flow `code_redeemed` gives what a code gives.

use rand::Rng;

use super::activity::{CODE_MADE, CODE_REDEEMED, CODE_REVOKED, CodeNoted};
use super::model::{Code, CodeGift, CodeId};
use super::refusal::{CodeRefusal, ShopRefusal};
use super::rules::{GUESSING, MOST_AT_ONCE, MOST_CODES, MOST_GUESSES, code_text};
use super::tables::{self, Guesses};
use crate::activity::Subject;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::remembered::{self, Limit};
use crate::store::{Read, Tx};

/// What a drawn code is made of: no vowels, so that it is no word, and nothing that is mistaken for another character.
const ALPHABET: &[u8; 22] = b"3479BCDFGHJKMNPQRTVWXZ";
/// Characters of a drawn code.
const DRAWN: usize = 16;

/// A code that somebody of the team wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// What is typed; drawn where it is nothing.
    pub text: Option<String>,
    /// What it gives.
    pub gives: CodeGift,
    /// How many members may redeem it.
    pub most: u32,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Makes a code. That what it gives can be given is looked at when it is redeemed; here only that there is such an item, and that
/// nothing is known to be in the way of its role. That role stays the promise of whoever made the item.
pub fn make(tx: &Tx<'_>, guild: GuildId, by: Actor, wanted: &NewCode) -> Result<(CodeId, Code)> {
    match wanted.gives {
        CodeGift::Currency(Amount::ZERO) | CodeGift::Item(_, 0) => return Err(CodeRefusal::GivesNothing.into()),
        CodeGift::Item(_, quantity) if quantity > MOST_AT_ONCE => return Err(ShopRefusal::Quantity.into()),
        CodeGift::Currency(_) => {}
        CodeGift::Item(item, _) => super::rules::can_give_its_role(&super::service::item(tx, guild, item)?)?,
    }
    if wanted.most == 0 {
        return Err(CodeRefusal::NoUses.into());
    }
    if wanted.until.is_some_and(|until| until <= tx.now()) {
        return Err(CodeRefusal::EndsTooSoon.into());
    }
    if tables::open_codes(tx, guild, MOST_CODES)?.len() >= MOST_CODES {
        return Err(CodeRefusal::Full.into());
    }
    let worded = wanted.text.as_deref().map(code_text).transpose()?;
    if let Some(text) = &worded
        && tables::code_of(tx, guild, text)?.is_some()
    {
        return Err(CodeRefusal::Taken.into());
    }
    let id = CodeId::new(tx.next_id(guild, "shop.codes")?);
    let text = match worded {
        Some(text) => text,
        None => draw(tx, guild, id)?,
    };
    let (gives, most, until) = (wanted.gives, wanted.most, wanted.until);
    let code =
        Code { text, gives, most, used: 0, until, made_by: by, made_at: tx.now(), revoked_at: None, used_up_at: None };
    put(tx, guild, id, &code)?;
    CODE_MADE.with(noted(tx, guild, id, &code)?).by(by).note(tx, guild)?;
    Ok((id, code))
}

/// A code that no other of the guild is.
fn draw(tx: &Tx<'_>, guild: GuildId, id: CodeId) -> Result<String> {
    let mut dice = tx.dice("shop.code", (guild, id));
    loop {
        let drawn = (0..DRAWN).filter_map(|_| ALPHABET.get(dice.random_range(0..ALPHABET.len())).copied());
        let text: String = drawn.map(char::from).collect();
        if tables::code_of(tx, guild, &text)?.is_none() {
            return Ok(text);
        }
    }
}

/// Revokes a code: nobody redeems it any more.
pub fn revoke(tx: &Tx<'_>, guild: GuildId, by: Actor, id: CodeId) -> Result<Code> {
    let open = tables::CODES.get(tx, &(guild, id))?.filter(|code| code.revoked_at.is_none());
    let code = Code { revoked_at: Some(tx.now()), ..open.ok_or(CodeRefusal::NoneSuch)? };
    put(tx, guild, id, &code)?;
    CODE_REVOKED.with(noted(tx, guild, id, &code)?).by(by).note(tx, guild)?;
    Ok(code)
}

/// The code that somebody typed, where they may redeem it. `None` where there is no such code, or it is over: that is a wrong
/// guess ([`guessed`]). Refuses who guessed too often, and who redeemed it before.
pub fn find(
    read: &dyn Read,
    guild: GuildId,
    user: UserId,
    typed: &str,
    now: Timestamp,
) -> Result<Option<(CodeId, Code)>> {
    if let Some(guesses) = guesses(read, guild, user, now)?
        && guesses.wrong >= MOST_GUESSES
    {
        return Err(CodeRefusal::TooManyGuesses(guesses.since.after(GUESSING)).into());
    }
    // What can be no code at all is no guess.
    let text = code_text(typed).map_err(|_| CodeRefusal::NotACode)?;
    let Some((id, code)) = tables::code_of(read, guild, &text)? else { return Ok(None) };
    if tables::REDEEMED.contains(read, &(guild, id, user))?
        || remembered::of(read, guild, user, Limit::Code(id.get()))?.is_some()
    {
        return Err(CodeRefusal::AlreadyRedeemed.into());
    }
    // Whoever comes too late has not guessed, either.
    if !code.is_open(now) {
        return Err(CodeRefusal::Over.into());
    }
    Ok(Some((id, code)))
}

/// Notes that a member typed a code that does not exist.
pub fn guessed(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    let known = guesses(tx, guild, user, tx.now())?;
    let Guesses { since, wrong } = known.unwrap_or(Guesses { since: tx.now(), wrong: 0 });
    tables::GUESSES.put(tx, &(guild, user), &Guesses { since, wrong: wrong.saturating_add(1) })
}

/// The wrong codes of a member that count at a moment, also those of before they were erased.
pub fn guesses(read: &dyn Read, guild: GuildId, user: UserId, now: Timestamp) -> Result<Option<Guesses>> {
    let counts = |guesses: &Guesses| now < guesses.since.after(GUESSING);
    let own = tables::GUESSES.get(read, &(guild, user))?.filter(counts);
    if own.is_some() {
        return Ok(own);
    }
    let before = remembered::of(read, guild, user, Limit::Guesses)?;
    Ok(before.map(|mark| Guesses { since: mark.at, wrong: mark.count }).filter(counts))
}

/// Notes that a member redeemed a code, which is used up by one.
pub fn redeemed(tx: &Tx<'_>, guild: GuildId, user: UserId, id: CodeId, code: &Code) -> Result<()> {
    let used = code.used.saturating_add(1);
    let code = Code { used, used_up_at: (used >= code.most).then(|| tx.now()), ..code.clone() };
    put(tx, guild, id, &code)?;
    tables::REDEEMED.insert(tx, &(guild, id, user), &tx.now())?;
    let noted = noted(tx, guild, id, &code)?;
    CODE_REDEEMED.with(noted).by(Actor::Member(user)).of(Subject::Member(user)).note(tx, guild)
}

/// What a member got by a code was taken back, because its role could not be given: they may redeem it once more.
pub fn taken_back(tx: &Tx<'_>, guild: GuildId, user: UserId, id: CodeId) -> Result<()> {
    if tables::REDEEMED.remove(tx, &(guild, id, user))?.is_none() {
        return Ok(());
    }
    let Some(code) = tables::CODES.get(tx, &(guild, id))? else { return Ok(()) };
    put(tx, guild, id, &Code { used: code.used.saturating_sub(1), used_up_at: None, ..code })
}

/// Whether what somebody typed is a code for an item that gives a role.
pub fn gives_role(read: &dyn Read, guild: GuildId, typed: &str) -> Result<bool> {
    let Ok(text) = code_text(typed) else { return Ok(false) };
    match tables::code_of(read, guild, &text)? {
        Some((_, Code { gives: CodeGift::Item(item, _), .. })) => super::queries::gives_role(read, guild, item),
        _ => Ok(false),
    }
}

fn put(tx: &Tx<'_>, guild: GuildId, id: CodeId, code: &Code) -> Result<()> {
    tables::CODES.put(tx, &(guild, id), code)?;
    tx.publish(tables::CHANGED, guild);
    Ok(())
}

fn noted(read: &dyn Read, guild: GuildId, id: CodeId, code: &Code) -> Result<CodeNoted> {
    let (currency, item) = match code.gives {
        CodeGift::Currency(amount) => (Some(amount), None),
        CodeGift::Item(item, quantity) => {
            (None, tables::ITEMS.get(read, &(guild, item))?.map(|item| (item.name, quantity)))
        }
    };
    Ok(CodeNoted { code: id, currency, item, most: code.most })
}
