//! Tokens of the API, with which a program does what its maker may do, as far as their scopes and servers go.
//!
//! A token is never more than its maker is at that moment; that is asked where it is used. It is shown once, known by its digest,
//! and called by its number after that.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::activity::{TOKEN_MADE, TOKEN_REVOKED, TokenSummary};
use super::over::End;
use super::scope::Scopes;
use super::{ENDED, Person, Place, SEEN_EVERY, place};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, ErasureAction, Index, Read, Record, Table, Tx};
use crate::{id_type, refusals};

/// The most tokens of one person.
const MOST: usize = 25;
/// The most servers of one token.
const MOST_GUILDS: usize = 100;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// Tokens that are looked at for those of one server.
const LOOKED_AT: usize = 5_000;
/// How long a token works where nothing is said, and at the longest and shortest.
const USUAL: Duration = Duration::from_hours(90 * 24);
const LONGEST: Duration = Duration::from_hours(365 * 24);
const SHORTEST: Duration = Duration::from_hours(1);

id_type!(
    /// The number of a token: 1, 2, 3 …
    TokenId
);

pub(super) static TOKENS: Table<Place, Token> = Table::new("signin.tokens", &[&BY_MAKER, &BY_END])
    .erasing(|_, token, erasure| ErasureAction::delete_if(token.maker.is_member(erasure.member)));
static BY_MAKER: Index<(GuildId, UserId, TokenId, Digest), Place, Token> =
    Index::new("signin.tokens_by_maker", |(guild, digest), token| {
        Some((*guild, token.maker.number(), token.number, *digest))
    });
pub(super) static BY_END: Index<End, Place, Token> =
    Index::new("signin.tokens_by_end", |(guild, digest), token| Some((*guild, token.expires, *digest)));

/// A token of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its number.
    pub number: TokenId,
    /// What its maker calls it.
    pub name: String,
    /// Who made it, and as whom it acts.
    pub maker: Person,
    /// In which servers it may be used; none for all that its maker may.
    pub guilds: Vec<GuildId>,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub made_at: Timestamp,
    /// Up to when it works.
    pub expires: Timestamp,
    /// When it was last used, give or take five minutes.
    pub last_used: Option<Timestamp>,
}

impl Record for Token {}

/// A token that somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who makes it.
    pub maker: Person,
    /// What it is called.
    pub name: String,
    /// In which servers it may be used; none for all that its maker may.
    pub guilds: Vec<GuildId>,
    /// What it may be used for.
    pub scopes: Scopes,
    /// How long it works, where that is said.
    pub lasts: Option<Duration>,
}

refusals! {
    /// What is refused of tokens.
    pub enum TokenRefusal {
        /// There are as many as there may be.
        Full => "signin.too_many_tokens", "You have {most} API tokens, and there is no room for more. Take one away first.",
            most = MOST;
        /// It is called nothing.
        NoName => "signin.no_token_name" as NotValid, "A token needs a name, by which you know it later.";
        /// It could do nothing.
        NoScope => "signin.no_token_scope" as NotValid, "A token needs at least one thing that it may be used for.";
        /// It would be of too many servers.
        ManyServers => "signin.many_token_servers" as NotValid,
            "A token is for {most} servers at most, or for all of yours.", most = MOST_GUILDS;
        /// It would work for too short or too long.
        BadSpan => "signin.bad_token_span" as NotValid, "A token works for an hour at least and for a year at most.";
        /// There is no such token.
        NoneSuch => "signin.no_such_token" as NotThere, "You have no such token. It was taken away, or has ended.";
        /// No token that names the server has this number.
        NotOfServer => "signin.no_such_server_token" as NotThere,
            "No token that names this server has that number. One for all servers of its maker is taken away by them alone.";
    }
}

impl Token {
    /// Whether it may be used in a server, as far as the token says.
    pub fn is_for(&self, guild: GuildId) -> bool {
        self.guilds.is_empty() || self.guilds.contains(&guild)
    }

    /// Whether it is to be written that it was used.
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        self.last_used.is_none_or(|last| now.since(last) >= SEEN_EVERY)
    }

    fn told(&self) -> TokenSummary {
        let scopes = self.scopes.iter().map(|scope| scope.to_string()).collect();
        TokenSummary { number: self.number.get(), name: self.name.clone(), scopes }
    }
}

/// Makes a token.
pub fn issue(tx: &Tx<'_>, digest: Digest, wanted: &Wanted) -> Result<Token> {
    let lasts = wanted.lasts.unwrap_or(USUAL);
    let name = one_line(&wanted.name, LONGEST_NAME);
    admit(tx, wanted, &name, lasts)?;
    let mut guilds = wanted.guilds.clone();
    guilds.sort_unstable();
    guilds.dedup();
    let token = Token {
        number: TokenId::new(tx.next_id(GuildId::INSTANCE, "signin.tokens")?),
        name,
        maker: wanted.maker.clone(),
        guilds,
        scopes: wanted.scopes,
        made_at: tx.now(),
        expires: tx.now().after(lasts),
        last_used: None,
    };
    TOKENS.insert(tx, &place(digest), &token)?;
    token.maker.did(TOKEN_MADE.with(token.told())).note(tx, GuildId::INSTANCE)?;
    Ok(token)
}

fn admit(read: &dyn Read, wanted: &Wanted, name: &str, lasts: Duration) -> Result<()> {
    let refusal = if name.is_empty() {
        TokenRefusal::NoName
    } else if wanted.scopes.is_empty() {
        TokenRefusal::NoScope
    } else if wanted.guilds.len() > MOST_GUILDS {
        TokenRefusal::ManyServers
    } else if !(SHORTEST..=LONGEST).contains(&lasts) {
        TokenRefusal::BadSpan
    } else if rows_of(read, &wanted.maker)?.len() >= MOST {
        TokenRefusal::Full
    } else {
        return Ok(());
    };
    Err(refusal.into())
}

/// The token of a digest, where it works at this moment.
pub fn by_digest(read: &dyn Read, digest: Digest, now: Timestamp) -> Result<Option<Token>> {
    Ok(TOKENS.get(read, &place(digest))?.filter(|token| token.expires > now))
}

/// Notes that a token was used. Nothing is written within five minutes of the last time.
pub fn touch(tx: &Tx<'_>, digest: Digest) -> Result<()> {
    match by_digest(tx, digest, tx.now())? {
        Some(token) if token.is_to_be_touched(tx.now()) => {
            TOKENS.put(tx, &place(digest), &Token { last_used: Some(tx.now()), ..token })
        }
        _ => Ok(()),
    }
}

/// The tokens of a person that work at this moment, in the order in which they were made.
pub fn list_of(read: &dyn Read, maker: &Person, now: Timestamp) -> Result<Vec<Token>> {
    Ok(rows_of(read, maker)?.into_iter().map(|(_, token)| token).filter(|token| token.expires > now).collect())
}

/// Takes a token of a person away.
pub fn revoke(tx: &Tx<'_>, maker: &Person, number: TokenId) -> Result<Token> {
    let found = rows_of(tx, maker)?.into_iter().find(|(_, token)| token.number == number);
    let (digest, token) = found.ok_or(TokenRefusal::NoneSuch)?;
    TOKENS.remove(tx, &place(digest))?;
    tx.publish(ENDED, GuildId::INSTANCE);
    maker.did(TOKEN_REVOKED.with(token.told())).note(tx, GuildId::INSTANCE)?;
    Ok(token)
}

/// The tokens that name a server and work at this moment, by their numbers; 5,000 tokens are looked at.
pub fn naming(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<Token>> {
    let named = rows_naming(read, guild)?.into_iter().map(|(_, token)| token);
    let mut found: Vec<Token> = named.filter(|token| token.expires > now).collect();
    found.sort_by_key(|token| token.number);
    Ok(found)
}

/// Takes a server away from a token that names it, at the word of who runs the server. One that names no other goes.
pub fn withdraw(tx: &Tx<'_>, guild: GuildId, number: TokenId, by: Actor) -> Result<Token> {
    let found = rows_naming(tx, guild)?.into_iter().find(|(_, token)| token.number == number);
    let (digest, mut token) = found.ok_or(TokenRefusal::NotOfServer)?;
    token.guilds.retain(|named| *named != guild);
    if token.guilds.is_empty() {
        TOKENS.remove(tx, &place(digest))?;
    } else {
        TOKENS.put(tx, &place(digest), &token)?;
    }
    tx.publish(ENDED, GuildId::INSTANCE);
    let withdrawn = TOKEN_REVOKED.with(token.told());
    token.maker.did(withdrawn).by(by).note(tx, guild)?;
    Ok(token)
}

fn rows_naming(read: &dyn Read, guild: GuildId) -> Result<Vec<(Digest, Token)>> {
    let rows = TOKENS.page(read, GuildId::INSTANCE, Direction::Forward, LOOKED_AT)?;
    Ok(rows
        .into_iter()
        .map(|((_, digest), token)| (digest, token))
        .filter(|(_, token)| token.guilds.contains(&guild))
        .collect())
}

/// Takes all tokens of a person away.
pub(super) fn revoke_all_of(tx: &Tx<'_>, maker: &Person) -> Result<()> {
    tx.publish(ENDED, GuildId::INSTANCE);
    rows_of(tx, maker)?.into_iter().try_for_each(|(digest, _)| TOKENS.remove(tx, &place(digest)).map(drop))
}

/// All rows of a person, whether or not they work, by their numbers.
fn rows_of(read: &dyn Read, maker: &Person) -> Result<Vec<(Digest, Token)>> {
    let mut found = Vec::new();
    for (.., digest) in BY_MAKER.page(read, (GuildId::INSTANCE, maker.number()), Direction::Forward, usize::MAX)? {
        let token = TOKENS.get(read, &place(digest))?.filter(|token| token.maker == *maker);
        found.extend(token.map(|token| (digest, token)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::scope::Scope;
    use super::*;
    use crate::features::testing::{TestStore, said};

    #[test]
    fn a_server_is_taken_away_from_a_token_that_names_it_and_the_last_one_ends_it() {
        let (store, here, there) = (TestStore::new(), GuildId::new(5), GuildId::new(6));
        let wanted = |guilds: Vec<GuildId>| Wanted {
            maker: ann(),
            name: "a bot".to_owned(),
            guilds,
            scopes: [Scope::Read].into_iter().collect(),
            lasts: None,
        };
        let [both, all] = [wanted(vec![here, there]), wanted(Vec::new())];
        let number = store.write(move |tx| Ok(issue(tx, code(1), &both)?.number)).unwrap();
        let of_all = store.write(move |tx| Ok(issue(tx, code(2), &all)?.number)).unwrap();
        let names = |guild| store.read(move |read| naming(read, guild, Timestamp::from_millis(0))).len();
        assert_eq!((names(here), names(there)), (1, 1));
        let owner = Actor::Member(UserId::new(9));
        let take = |guild, number| store.write(move |tx| withdraw(tx, guild, number, owner).map(drop));
        take(here, number).unwrap();
        assert_eq!((names(here), names(there)), (0, 1));
        assert_eq!(take(here, number).unwrap_err().to_string(), take(here, of_all).unwrap_err().to_string());
        take(there, number).unwrap();
        assert_eq!(store.read(|read| rows_of(read, &ann())).len(), 1, "that for all servers stays");
    }

    const DAYS: fn(u64) -> Duration = |days| Duration::from_hours(24 * days);

    fn ann() -> Person {
        Person::Member { user: UserId::new(701_234_567_890_123_451) }
    }

    fn operator(name: &str) -> Person {
        Person::Operator { name: name.to_owned() }
    }

    fn code(number: u8) -> Digest {
        Digest::of(&[number])
    }

    fn wanted(maker: Person) -> Wanted {
        let scopes = [Scope::Read, Scope::Queue].into_iter().collect();
        Wanted { maker, name: " my\u{202E}  bot ".to_owned(), guilds: Vec::new(), scopes, lasts: None }
    }

    fn makes(store: &TestStore, number: u8, wanted: Wanted) -> Result<Token> {
        store.write(move |tx| issue(tx, code(number), &wanted))
    }

    fn works(store: &TestStore, number: u8) -> bool {
        let now = store.now();
        store.read(|read| by_digest(read, code(number), now)).is_some()
    }

    fn numbers(store: &TestStore, maker: &Person) -> Vec<u64> {
        let now = store.now();
        store.read(|read| list_of(read, maker, now)).iter().map(|token| token.number.get()).collect()
    }

    #[test]
    fn a_token_is_found_by_its_digest_and_works_for_90_days_or_as_long_as_was_said() {
        let store = TestStore::new();
        let token = makes(&store, 1, wanted(ann())).unwrap();
        let guilds = [6, 5, 6].map(GuildId::new).to_vec();
        let short = makes(&store, 2, Wanted { guilds, lasts: Some(DAYS(1)), ..wanted(ann()) }).unwrap();
        assert_eq!((token.name.as_str(), token.expires), ("my bot", store.now().after(DAYS(90))));
        assert!(token.is_for(GuildId::new(5)) && token.is_for(GuildId::new(7)));
        assert_eq!(short.guilds, [5, 6].map(GuildId::new));
        assert!(short.is_for(GuildId::new(5)) && !short.is_for(GuildId::new(7)));
        let now = store.now();
        assert_eq!(store.read(|read| by_digest(read, code(1), now)), Some(token));
        assert!(!works(&store, 3));
        store.advance(DAYS(1));
        assert_eq!((works(&store, 1), works(&store, 2), numbers(&store, &ann())), (true, false, vec![1]));
        store.advance(DAYS(89));
        assert!(!works(&store, 1));
        store.check();
    }

    #[test]
    fn its_use_is_written_once_in_five_minutes() {
        let store = TestStore::new();
        makes(&store, 1, wanted(ann())).unwrap();
        let used = |store: &TestStore| {
            let now = store.now();
            store.write(|tx| touch(tx, code(1))).unwrap();
            store.read(|read| by_digest(read, code(1), now)).unwrap().last_used.unwrap()
        };
        let first = store.now();
        assert_eq!(used(&store), first);
        store.advance(Duration::from_secs(299));
        assert_eq!(used(&store), first);
        store.advance(Duration::from_secs(1));
        assert_eq!(used(&store), store.now());
        store.write(|tx| touch(tx, code(2))).unwrap();
        store.check();
    }

    #[test]
    fn what_no_token_can_be_is_refused() {
        let store = TestStore::new();
        let refused = |change: fn(&mut Wanted)| {
            let mut wanted = wanted(ann());
            change(&mut wanted);
            said(makes(&store, 1, wanted).unwrap_err())
        };
        let refused = [
            refused(|wanted| wanted.name = "\u{200B} ".to_owned()),
            refused(|wanted| wanted.scopes = Scopes::default()),
            refused(|wanted| wanted.guilds = (1..=101).map(GuildId::new).collect()),
            refused(|wanted| wanted.lasts = Some(DAYS(365) + Duration::from_secs(1))),
            refused(|wanted| wanted.lasts = Some(Duration::from_secs(3_599))),
        ];
        insta::assert_snapshot!(refused.join("\n"), @"
        A token needs a name, by which you know it later.
        A token needs at least one thing that it may be used for.
        A token is for 100 servers at most, or for all of yours.
        A token works for an hour at least and for a year at most.
        A token works for an hour at least and for a year at most.
        ");
        for (number, lasts) in [(1, DAYS(365)), (2, SHORTEST)] {
            makes(&store, number, Wanted { lasts: Some(lasts), ..wanted(ann()) }).unwrap();
        }
    }

    #[test]
    fn a_person_has_25_and_takes_only_their_own_away() {
        let store = TestStore::new();
        for number in 1..=25 {
            makes(&store, number, wanted(operator("admin"))).unwrap();
        }
        let full = makes(&store, 26, wanted(operator("admin"))).unwrap_err();
        insta::assert_snapshot!(said(full), @"You have 25 API tokens, and there is no room for more. Take one away first.");
        makes(&store, 27, wanted(operator("other"))).unwrap();
        makes(&store, 28, wanted(ann())).unwrap();
        for (maker, number) in [(ann(), 3), (operator("other"), 3), (operator("admin"), 26), (ann(), 99)] {
            let refused = store.write(move |tx| revoke(tx, &maker, TokenId::new(number))).unwrap_err();
            assert_eq!(refused.code(), "signin.no_such_token");
        }
        let revoked = store.write(|tx| revoke(tx, &operator("admin"), TokenId::new(3))).unwrap();
        assert_eq!(revoked.number.get(), 3);
        assert!(!works(&store, 3) && works(&store, 4));
        makes(&store, 26, wanted(operator("admin"))).unwrap();
        assert_eq!(numbers(&store, &operator("admin")).len(), 25);
        store.write(|tx| revoke_all_of(tx, &operator("admin"))).unwrap();
        assert_eq!((numbers(&store, &operator("admin")), numbers(&store, &operator("other"))), (vec![], vec![26]));
        store.check();
    }
}
