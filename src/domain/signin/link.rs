//! Links that sign in: for a member who asked for one on Discord, and for whoever runs Greenroom.
//!
//! To open a link shows whom it is for, and uses nothing up: those who look at links before people do must not. Only the button
//! behind it does. A new link takes the place of the one before.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::activity::{LINK_ISSUED, LinkRecipient};
use super::over::End;
use super::{Person, Place, place};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::store::{Direction, ErasureAction, Index, Read, Record, Table, Tx};

/// How long a link works.
const LASTS: Duration = Duration::from_mins(10);
/// How long the first one works, by which Greenroom is set up.
const FIRST_LASTS: Duration = Duration::from_mins(30);
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 100;

pub(super) static LINKS: Table<Place, Link> = Table::new("signin.links", &[&BY_HOLDER, &BY_END])
    .erasing(|_, link, erasure| ErasureAction::delete_if(link.purpose.holder() == erasure.member));
static BY_HOLDER: Index<(GuildId, UserId, Digest), Place, Link> =
    Index::new("signin.links_by_holder", |(guild, digest), link| Some((*guild, link.purpose.holder(), *digest)));
pub(super) static BY_END: Index<End, Place, Link> =
    Index::new("signin.links_by_end", |(guild, digest), link| Some((*guild, link.expires, *digest)));

/// A link that was not used yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// When it was given.
    pub made_at: Timestamp,
    /// Up to when it works.
    pub expires: Timestamp,
}

impl Record for Link {}

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A member signs in.
    SignIn {
        /// Who.
        user: UserId,
        /// What they are called.
        name: String,
        /// The server in which they asked for it.
        guild: GuildId,
    },
    /// Somebody sets Greenroom up.
    FirstRun,
    /// An operator signs in without the password.
    Operator {
        /// Who.
        name: String,
    },
}

refusals! {
    /// Why a link does not work.
    pub enum LinkRefusal {
        /// It was used, or is too old.
        Gone => "signin.link_gone" as NotThere,
            "This link does not work any more: it was used, a newer one was asked for, or it is too old. Ask for another one.";
        /// It is somebody else's.
        Others => "signin.link_of_others" as NotAllowed,
            "This link is for somebody else, so it does not prove that it is you. Ask for one of your own.";
    }
}

impl Purpose {
    /// By whom links are found; nobody's number for those that are no member's.
    const fn holder(&self) -> UserId {
        match self {
            Self::SignIn { user, .. } => *user,
            Self::FirstRun | Self::Operator { .. } => UserId::new(0),
        }
    }

    /// Whether it is for this person.
    fn is_for(&self, person: &Person) -> bool {
        match (self, person) {
            (Self::SignIn { user, .. }, Person::Member { user: other }) => user == other,
            (Self::Operator { name }, Person::Operator { name: other }) => name == other,
            _ => false,
        }
    }

    /// Whether a link takes the place of one for this.
    fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (Self::SignIn { user, .. }, Self::SignIn { user: other, .. }) => user == other,
            (one, other) => one == other,
        }
    }

    const fn lasts(&self) -> Duration {
        match self {
            Self::FirstRun => FIRST_LASTS,
            Self::SignIn { .. } | Self::Operator { .. } => LASTS,
        }
    }

    fn told(&self) -> LinkRecipient {
        match self {
            Self::SignIn { user, .. } => LinkRecipient::Member(*user),
            Self::FirstRun => LinkRecipient::FirstRun,
            Self::Operator { name } => LinkRecipient::Operator(name.clone()),
        }
    }
}

/// Gives a link, in place of the one before.
pub fn issue(tx: &Tx<'_>, digest: Digest, purpose: &Purpose) -> Result<Link> {
    take_back(tx, purpose)?;
    let link = Link { purpose: cleaned(purpose), made_at: tx.now(), expires: tx.now().after(purpose.lasts()) };
    LINKS.insert(tx, &place(digest), &link)?;
    let told = LINK_ISSUED.with(purpose.told());
    let told = match purpose {
        Purpose::SignIn { user, .. } => Person::Member { user: *user }.did(told),
        Purpose::FirstRun | Purpose::Operator { .. } => told,
    };
    told.note(tx, GuildId::INSTANCE)?;
    Ok(link)
}

/// The link of a code, without using it up.
pub fn look(read: &dyn Read, digest: Digest, now: Timestamp) -> Result<Link> {
    let found = LINKS.get(read, &place(digest))?.filter(|link| link.expires > now);
    Ok(found.ok_or(LinkRefusal::Gone)?)
}

/// The link for a purpose, if one works.
pub fn working(read: &dyn Read, purpose: &Purpose, now: Timestamp) -> Result<Option<Link>> {
    for (.., digest) in BY_HOLDER.page(read, (GuildId::INSTANCE, purpose.holder()), Direction::Forward, usize::MAX)? {
        let found = LINKS.get(read, &place(digest))?;
        let found = found.filter(|link| link.expires > now && purpose.replaces(&link.purpose));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Uses a link up. Of two who do, one is refused.
pub fn redeem(tx: &Tx<'_>, digest: Digest) -> Result<Link> {
    let link = look(tx, digest, tx.now())?;
    LINKS.remove(tx, &place(digest))?;
    Ok(link)
}

/// Uses a link up of whoever is known already, by which they prove that it is them. Refuses somebody else's, which stays.
pub fn redeem_for(tx: &Tx<'_>, digest: Digest, person: &Person) -> Result<Link> {
    look_for(tx, digest, person, tx.now())?;
    redeem(tx, digest)
}

/// The link of a code, which has to be this person's, without using it up.
pub fn look_for(read: &dyn Read, digest: Digest, person: &Person, now: Timestamp) -> Result<Link> {
    let link = look(read, digest, now)?;
    if link.purpose.is_for(person) { Ok(link) } else { Err(LinkRefusal::Others.into()) }
}

/// Takes the link for a purpose away, if there is one.
pub fn take_back(tx: &Tx<'_>, purpose: &Purpose) -> Result<()> {
    for (.., digest) in BY_HOLDER.page(tx, (GuildId::INSTANCE, purpose.holder()), Direction::Forward, usize::MAX)? {
        let earlier = LINKS.get(tx, &place(digest))?;
        if earlier.is_some_and(|earlier| purpose.replaces(&earlier.purpose)) {
            LINKS.remove(tx, &place(digest))?;
        }
    }
    Ok(())
}

fn cleaned(purpose: &Purpose) -> Purpose {
    match purpose {
        Purpose::SignIn { user, name, guild } => {
            Purpose::SignIn { user: *user, name: one_line(name, LONGEST_NAME), guild: *guild }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{TestStore, said};

    const ANN: UserId = UserId::new(701_234_567_890_123_451);

    fn for_ann() -> Purpose {
        Purpose::SignIn { user: ANN, name: " Ann\u{202E} ".to_owned(), guild: GuildId::new(5) }
    }

    fn code(number: u8) -> Digest {
        Digest::of(&[number])
    }

    fn issues(store: &TestStore, number: u8, purpose: Purpose) -> Link {
        store.write(move |tx| issue(tx, code(number), &purpose)).unwrap()
    }

    fn works(store: &TestStore, number: u8) -> bool {
        let now = store.now();
        store.read(|read| Ok(look(read, code(number), now).is_ok()))
    }

    #[test]
    fn a_link_is_looked_at_as_often_as_wanted_and_used_once() {
        let store = TestStore::new();
        let link = issues(&store, 1, for_ann());
        assert!(matches!(&link.purpose, Purpose::SignIn { name, .. } if name == "Ann"), "{link:?}");
        assert_eq!(store.read(|read| look(read, code(1), link.made_at)), link);
        assert_eq!(store.read(|read| look(read, code(1), link.made_at)), link);
        assert_eq!(store.write(|tx| redeem(tx, code(1))).unwrap(), link);
        let refused = store.write(|tx| redeem(tx, code(1))).unwrap_err();
        insta::assert_snapshot!(said(refused), @"This link does not work any more: it was used, a newer one was asked for, or it is too old. Ask for another one.");
        let made_up = store.write(|tx| redeem(tx, code(2))).unwrap_err();
        assert_eq!(made_up.code(), "signin.link_gone");
        store.check();
    }

    #[test]
    fn a_link_proves_only_that_it_is_the_one_whom_it_is_for() {
        let store = TestStore::new();
        issues(&store, 1, for_ann());
        let ann = Person::Member { user: ANN };
        let others = [Person::Member { user: UserId::new(2) }, Person::Operator { name: "Ann".to_owned() }];
        for other in others {
            let refused = store.write(move |tx| redeem_for(tx, code(1), &other)).unwrap_err();
            assert_eq!(refused.code(), "signin.link_of_others");
        }
        let used = |store: &TestStore, by: Person| store.write(move |tx| redeem_for(tx, code(1), &by));
        assert!(used(&store, ann.clone()).is_ok());
        assert_eq!(used(&store, ann).unwrap_err().code(), "signin.link_gone");
        issues(&store, 2, Purpose::FirstRun);
        let refused = store.write(|tx| redeem_for(tx, code(2), &Person::Operator { name: "admin".to_owned() }));
        assert_eq!(refused.unwrap_err().code(), "signin.link_of_others");
        store.check();
    }

    #[test]
    fn of_two_who_use_a_link_one_is_refused() {
        let store = TestStore::new();
        issues(&store, 1, for_ann());
        let both = store.write(|tx| {
            let first = redeem(tx, code(1)).is_ok();
            Ok((first, tx.step(|tx| redeem(tx, code(1)))?.is_ok()))
        });
        assert_eq!(both.unwrap(), (true, false));
    }

    #[test]
    fn a_link_works_for_ten_minutes_and_the_first_of_all_for_thirty() {
        let store = TestStore::new();
        issues(&store, 1, for_ann());
        issues(&store, 2, Purpose::Operator { name: "admin".to_owned() });
        issues(&store, 3, Purpose::FirstRun);
        store.advance(Duration::from_secs(599));
        assert!([1, 2, 3].iter().all(|number| works(&store, *number)));
        store.advance(Duration::from_secs(1));
        assert_eq!([1, 2, 3].map(|number| works(&store, number)), [false, false, true]);
        let refused = store.write(|tx| redeem(tx, code(1))).unwrap_err();
        assert_eq!(refused.code(), "signin.link_gone");
        store.advance(Duration::from_mins(20));
        assert!(!works(&store, 3));
    }

    #[test]
    fn a_new_link_takes_the_place_of_the_one_before_and_of_no_other() {
        let store = TestStore::new();
        let ben = Purpose::SignIn { user: UserId::new(2), name: "Ben".to_owned(), guild: GuildId::new(5) };
        let operator = |name: &str| Purpose::Operator { name: name.to_owned() };
        issues(&store, 1, for_ann());
        issues(&store, 2, ben);
        issues(&store, 3, operator("admin"));
        issues(&store, 4, operator("other"));
        issues(&store, 5, Purpose::FirstRun);
        issues(&store, 6, Purpose::SignIn { user: ANN, name: "Ann".to_owned(), guild: GuildId::new(6) });
        issues(&store, 7, operator("admin"));
        issues(&store, 8, Purpose::FirstRun);
        let still: Vec<u8> = (1..=8).filter(|number| works(&store, *number)).collect();
        assert_eq!(still, [2, 4, 6, 7, 8]);
        let is_there = |store: &TestStore, purpose: Purpose| {
            let now = store.now();
            store.read(move |read| working(read, &purpose, now)).is_some()
        };
        assert!(is_there(&store, Purpose::FirstRun) && is_there(&store, operator("other")));
        assert!(!is_there(&store, operator("nobody")));
        store.advance(FIRST_LASTS);
        assert!(!is_there(&store, Purpose::FirstRun));
        store.check();
    }
}
