//! Every decision about links.

use super::model::{Account, HandleRefusal};
use crate::kernel::ids::UserId;
use crate::live::Handle;

/// Most handles that one member may have. A list of them fits one autocomplete answer and one message.
pub const MOST_HANDLES: usize = 25;

/// Who asks for a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRequest {
    /// The member, for themselves.
    Own {
        /// Whether handles that were never seen may be linked (`M-LNK-09`).
        any_allowed: bool,
    },
    /// An administrator, for someone: the handle need not have been seen, and may be someone else's (`M-LNK-05`, `D-15`).
    Admin,
}

/// Whether `user`, who has `owned` handles, may have this one. `account` is what is known of it.
pub fn may_link(
    request: LinkRequest,
    handle: &Handle,
    account: Option<&Account>,
    user: UserId,
    owned: usize,
) -> Result<(), HandleRefusal> {
    let handle = || handle.clone();
    match (request, account, account.and_then(|account| account.linked)) {
        (LinkRequest::Own { .. }, _, Some(owner)) if owner == user => {
            Err(HandleRefusal::AlreadyYours { handle: handle() })
        }
        (LinkRequest::Own { .. }, _, Some(_)) => Err(HandleRefusal::SomeoneElses { handle: handle() }),
        (LinkRequest::Own { any_allowed: false }, None, _) => Err(HandleRefusal::NeverSeen { handle: handle() }),
        (LinkRequest::Admin, _, Some(owner)) if owner == user => {
            Err(HandleRefusal::AlreadyTheirs { handle: handle(), user })
        }
        _ if owned >= MOST_HANDLES => Err(HandleRefusal::TooMany { most: MOST_HANDLES }),
        _ => Ok(()),
    }
}

/// Whether `user`, who has `owned` handles, may have this one by proving on a live that it is theirs. `account` is what is
/// known of it.
///
/// A link that nobody proved gives way to a proof, also where an administrator made it; one that was proven does not. A
/// handle need not have been seen before: it is seen when it types the code (`D-16`).
pub fn may_prove(handle: &Handle, account: Option<&Account>, user: UserId, owned: usize) -> Result<(), HandleRefusal> {
    let is_verified = account.is_some_and(Account::is_verified);
    match account.and_then(|account| account.linked) {
        Some(owner) if owner == user && is_verified => Err(HandleRefusal::AlreadyYours { handle: handle.clone() }),
        Some(owner) if owner == user => Ok(()),
        Some(_) if is_verified => Err(HandleRefusal::SomeoneElses { handle: handle.clone() }),
        _ if owned >= MOST_HANDLES => Err(HandleRefusal::TooMany { most: MOST_HANDLES }),
        _ => Ok(()),
    }
}

/// Whether a handle that is linked to `owner` belongs to `user`, so that the link can go.
pub fn is_linked_to(owner: Option<UserId>, user: UserId) -> bool {
    owner == Some(user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::refusal::Refuse;
    use crate::kernel::sentence::NO_COMMANDS;
    use crate::kernel::time::Timestamp;

    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);

    fn account(linked: Option<UserId>) -> Account {
        let moment = Timestamp::from_micros(0);
        let handle = Handle::parse("ann_live").unwrap();
        Account {
            handle,
            first_seen: moment,
            last_seen: moment,
            linked,
            points: Amount::ZERO,
            level: None,
            verified_at: None,
        }
    }

    #[test]
    fn who_may_link_what() {
        crate::covers!("M-LNK-01", "M-LNK-05", "M-LNK-08");
        const OWN: LinkRequest = LinkRequest::Own { any_allowed: false };
        const ANY: LinkRequest = LinkRequest::Own { any_allowed: true };
        let (free, anns, bobs) = (account(None), account(Some(ANN)), account(Some(BOB)));
        let cases = [
            (OWN, Some(&free), 0, Ok(())),
            (OWN, Some(&free), MOST_HANDLES - 1, Ok(())),
            (OWN, Some(&free), MOST_HANDLES, Err("handles.too_many")),
            (OWN, None, 0, Err("handles.never_seen")),
            (OWN, Some(&anns), 1, Err("handles.already_yours")),
            (OWN, Some(&bobs), 0, Err("handles.someone_elses")),
            (ANY, None, 0, Ok(())),
            (ANY, Some(&bobs), 0, Err("handles.someone_elses")),
            (LinkRequest::Admin, None, 0, Ok(())),
            (LinkRequest::Admin, Some(&bobs), 0, Ok(())),
            (LinkRequest::Admin, Some(&anns), 1, Err("handles.already_theirs")),
            (LinkRequest::Admin, None, MOST_HANDLES, Err("handles.too_many")),
        ];
        for (request, account, owned, expected) in cases {
            let handle = Handle::parse("ann_live").unwrap();
            let verdict = may_link(request, &handle, account, ANN, owned).map_err(|refusal| refusal.code());
            assert_eq!(verdict, expected, "{request:?} of {account:?} with {owned} handles");
        }
    }

    #[test]
    fn a_proof_wins_over_every_link_but_a_verified_one() {
        let verified = |user| Account { verified_at: Some(Timestamp::from_micros(1)), ..account(Some(user)) };
        let (free, anns, bobs) = (account(None), account(Some(ANN)), account(Some(BOB)));
        let (anns_verified, bobs_verified) = (verified(ANN), verified(BOB));
        let cases = [
            (None, 0, Ok(())),
            (Some(&free), 0, Ok(())),
            (Some(&bobs), 0, Ok(())),
            (Some(&bobs_verified), 0, Err("handles.someone_elses")),
            (Some(&anns), 1, Ok(())),
            (Some(&anns), MOST_HANDLES, Ok(())),
            (Some(&anns_verified), 1, Err("handles.already_yours")),
            (Some(&free), MOST_HANDLES, Err("handles.too_many")),
            (Some(&bobs), MOST_HANDLES, Err("handles.too_many")),
            (None, MOST_HANDLES, Err("handles.too_many")),
        ];
        for (account, owned, expected) in cases {
            let handle = Handle::parse("ann_live").unwrap();
            let verdict = may_prove(&handle, account, ANN, owned).map_err(|refusal| refusal.code());
            assert_eq!(verdict, expected, "{account:?} with {owned} handles");
        }
    }

    #[test]
    fn a_refusal_names_no_owner() {
        let handle = Handle::parse("ann_live").unwrap();
        let refusal =
            may_link(LinkRequest::Own { any_allowed: true }, &handle, Some(&account(Some(BOB))), ANN, 0).unwrap_err();
        insta::assert_snapshot!(
            refusal.sentence().markdown(NO_COMMANDS),
            @r"**@ann\_live** is linked to someone else. If it is yours, please ask an administrator."
        );
    }
}
