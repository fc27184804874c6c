//! Whose data the rows of a table are, and taking them out: what a server left behind, and what tells of one member.
//!
//! Every table says once what becomes of a row when a member is erased ([`Table::erasing`]), or that it holds nothing of
//! members ([`Table::without_members`]). What others need stays under a pseudonym: a ledger still adds up, a song that was
//! played still was. A table that says neither is found by a test.
//!
//! Invariants: a row and its index entries go together, at every moment; erasing is one transaction; nothing of another
//! guild is read or written.

use std::collections::BTreeMap;

use serde_json::Value;

use super::codec::Record;
use super::error::StoreError;
use super::facade::Store;
use super::key::{Key, encode};
use super::read::{Read, page, walk};
use super::schema::last_id;
use super::span::{ByteSpan, Direction};
use super::table::Table;
use super::tx::Tx;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};

/// The sequence of each guild from which pseudonyms come.
pub const PSEUDONYMS: &str = "pseudonyms";

/// The last number of a guild that may stand for somebody who was erased there; all up to it are such numbers.
pub fn last_pseudonym(read: &dyn Read, guild: GuildId) -> Result<UserId> {
    Ok(UserId::new(last_id(read, guild, PSEUDONYMS)?))
}

/// Whether a number stands for somebody who was erased.
pub fn is_pseudonym(read: &dyn Read, guild: GuildId, user: UserId) -> Result<bool> {
    Ok(user.get() > 0 && user <= last_pseudonym(read, guild)?)
}

/// Whose data are taken out, and what is put in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// In which guild.
    pub guild: GuildId,
    /// Who.
    pub member: UserId,
    /// Who the member becomes where a row has to stay. It is nobody's id on Discord.
    pub pseudonym: UserId,
    /// The numbers of the accounts elsewhere that are the member's, under which rows know them as well.
    pub accounts: Vec<u64>,
}

impl Erasure {
    /// The pseudonym for the member, and everybody else as they are.
    pub fn of(&self, user: UserId) -> UserId {
        if user == self.member { self.pseudonym } else { user }
    }

    /// Whether an account is the member's.
    pub fn owns(&self, account: u64) -> bool {
        self.accounts.contains(&account)
    }
}

/// What becomes of a row when a member is erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasureAction<K, V> {
    /// It tells nothing of the member.
    Keep,
    /// It goes.
    Delete,
    /// This row, without the member, takes its place.
    Replace(K, V),
}

impl<K: PartialEq + Clone, V: PartialEq + Clone> ErasureAction<K, V> {
    /// What a row becomes that is the same but for the member: [`ErasureAction::Keep`] where nothing differs.
    pub fn from(before: (&K, &V), key: K, row: V) -> Self {
        if *before.0 == key && *before.1 == row { Self::Keep } else { Self::Replace(key, row) }
    }

    /// The row goes where `is_theirs`.
    pub fn delete_if(is_theirs: bool) -> Self {
        if is_theirs { Self::Delete } else { Self::Keep }
    }
}

/// Tells what becomes of a row.
pub type Erase<K, V> = fn(&K, &V, &Erasure) -> ErasureAction<K, V>;

/// What a table says of members.
pub(super) enum Personal<K: 'static, V: 'static> {
    Unsaid,
    Nothing,
    Rows(Erase<K, V>),
}

/// The largest number that every reader of JSON keeps whole.
const LARGEST: u64 = (1 << 53) - 1;

/// Numbers that some readers of JSON would round, as Discord's ids are, become texts.
fn readable(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(readable).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, field)| (name, readable(field))).collect(),
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if size.is_some_and(|size| size > LARGEST) {
                Value::String(number.to_string())
            } else {
                Value::Number(number)
            }
        }
        other => other,
    }
}

/// Rows that go in one transaction when a guild is removed: few enough that nobody waits for it.
const REMOVED_AT_ONCE: usize = 500;

/// How often rows are looked for that came while others were erased.
const ROUNDS: u32 = 8;

impl Store {
    /// Removes every row of a guild, a few in each transaction so that others are not held up. Answers how many went.
    ///
    /// What a crash leaves is removed by the next call. Blocks; for a blocking thread.
    pub fn remove_guild_blocking(&self, guild: GuildId) -> Result<u64> {
        if guild == GuildId::INSTANCE {
            return Err(Error::failed("what belongs to all servers is not removed with one"));
        }
        let mut removed = 0;
        for table in self.schema().tables_of_guilds() {
            loop {
                let part =
                    self.write_blocking("remove_guild", move |tx| table.remove_rows(tx, guild, REMOVED_AT_ONCE))?;
                removed += part as u64;
                if part < REMOVED_AT_ONCE {
                    break;
                }
            }
        }
        Ok(removed)
    }

    /// Takes out of every table what tells of a member. Answers how many rows that were.
    ///
    /// Blocks; for a blocking thread. Finding the rows holds nobody up; they are changed in one transaction.
    pub fn erase_member_blocking(&self, erasure: &Erasure) -> Result<u64> {
        let mut erased = 0;
        for _ in 0..ROUNDS {
            let found = self.read_blocking("find_member", |read| {
                let mut found = Vec::new();
                for table in self.schema().tables_of_guilds() {
                    let keys = table.find_member(read, erasure)?;
                    if !keys.is_empty() {
                        found.push((table, keys));
                    }
                }
                Ok(found)
            })?;
            if found.is_empty() {
                return Ok(erased);
            }
            let erasure = erasure.clone();
            erased += self.write_blocking("erase_member", move |tx| {
                found.iter().try_fold(0, |sum, (table, keys)| Ok(sum + table.erase_rows(tx, &erasure, keys)?))
            })?;
        }
        Err(Error::failed("rows of the member keep coming: is the member active at the moment?"))
    }
}

impl Store {
    /// All rows of a guild that tell of a member, by their tables: those that an erasure would take out or change, one for
    /// one. Tables without any are left out.
    ///
    /// Blocks; for a blocking thread.
    pub fn told_of_member_blocking(&self, erasure: &Erasure) -> Result<BTreeMap<&'static str, Vec<Value>>> {
        self.read_blocking("tell_member", |read| {
            let mut told = BTreeMap::new();
            for table in self.schema().tables_of_guilds() {
                let rows = table.tell_member(read, erasure)?;
                if !rows.is_empty() {
                    told.insert(table.name(), rows);
                }
            }
            Ok(told)
        })
    }
}

impl<K: Key, V: Record> Table<K, V> {
    fn action(&self, key: &K, row: &V, erasure: &Erasure) -> ErasureAction<K, V> {
        match self.personal() {
            Personal::Rows(action) => action(key, row, erasure),
            Personal::Nothing | Personal::Unsaid => ErasureAction::Keep,
        }
    }

    /// The encoded keys of the rows that tell of a member.
    pub(super) fn rows_telling_of(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Vec<u8>>> {
        let mut found = Vec::new();
        if matches!(self.personal(), Personal::Rows(_)) {
            walk(read, self.raw(), ByteSpan::beginning_with(encode(&erasure.guild)), |key, value| {
                let (decoded, row) = self.decode(key, value)?;
                if !matches!(self.action(&decoded, &row, erasure), ErasureAction::Keep) {
                    found.push(key.to_vec());
                }
                Ok::<_, StoreError>(())
            })?;
        }
        Ok(found)
    }

    /// The rows that tell of a member, as JSON.
    pub(super) fn told_of(&self, read: &dyn Read, erasure: &Erasure) -> Result<Vec<Value>> {
        let mut told = Vec::new();
        if matches!(self.personal(), Personal::Rows(_)) {
            walk(read, self.raw(), ByteSpan::beginning_with(encode(&erasure.guild)), |key, value| {
                let (decoded, row) = self.decode(key, value)?;
                if !matches!(self.action(&decoded, &row, erasure), ErasureAction::Keep) {
                    told.push(serde_json::to_value(&row).map(readable).map_err(Error::failed)?);
                }
                Ok::<_, Error>(())
            })?;
        }
        Ok(told)
    }

    /// Does to the rows at these keys what becomes of them. Answers how many were changed.
    pub(super) fn erase(&self, tx: &Tx<'_>, erasure: &Erasure, keys: &[Vec<u8>]) -> Result<u64> {
        let mut erased = 0;
        let mut renamed = Vec::new();
        for bytes in keys {
            let read: &dyn Read = tx;
            // Somebody may have removed it meanwhile.
            let Some(value) = read.get(self.raw(), bytes)? else { continue };
            let (key, row) = self.decode(bytes, &value)?;
            match self.action(&key, &row, erasure) {
                ErasureAction::Keep => continue,
                ErasureAction::Delete => drop(self.remove(tx, &key)?),
                ErasureAction::Replace(other, row) if other == key => self.put(tx, &key, &row)?,
                ErasureAction::Replace(other, row) => {
                    self.remove(tx, &key)?;
                    renamed.push((other, row));
                }
            }
            erased += 1;
        }
        // Only now are the unique entries of what went free.
        renamed.iter().try_for_each(|(key, row)| self.put(tx, key, row))?;
        Ok(erased)
    }

    /// Removes up to `limit` rows of a guild. Answers how many went.
    pub(super) fn remove_some(&self, tx: &Tx<'_>, guild: GuildId, limit: usize) -> Result<usize> {
        let of_guild = ByteSpan::beginning_with(encode(&guild));
        let rows = page(tx, self.raw(), &of_guild, Direction::Forward, limit, |key, value| self.decode(key, value))?;
        for (key, row) in &rows {
            self.take_out(tx, key, row)?;
        }
        Ok(rows.len())
    }
}
