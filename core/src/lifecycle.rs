//! What becomes of an account as a whole: suspended, restored, deleted, made an admin. Every one of them keeps its
//! names, and one admin always stays who can use the admin routes.

use crate::account::{Account, AccountRole, AccountStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::id::UserId;
use crate::rejection::{Code, Fault, Rejection};
use crate::time::Timestamp;

/// The fields of an admin's change as they came.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct UserPatchForm<'a> {
    pub status: Field<'a>,
    pub role: Field<'a>,
}

/// What an admin changes of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UserPatch {
    /// Never [`AccountStatus::Deleted`], for which there is a deletion; `None` where it stays.
    pub status: Option<AccountStatus>,
    /// `None` where it stays.
    pub role: Option<AccountRole>,
}

impl UserPatch {
    /// Reads a form. What is absent, empty or `null` stays as it is.
    ///
    /// ```
    /// use countersign_core::account::AccountStatus;
    /// use countersign_core::lifecycle::{UserPatch, UserPatchForm};
    ///
    /// let form = UserPatchForm { status: "suspended".into(), ..UserPatchForm::default() };
    /// let patch = UserPatch { status: Some(AccountStatus::Suspended), role: None };
    /// assert_eq!(UserPatch::parse(&form), Ok(patch));
    ///
    /// let form = UserPatchForm { status: "deleted".into(), role: "owner".into() };
    /// assert_eq!(UserPatch::parse(&form).map_err(|faults| faults.len()), Err(2));
    /// ```
    ///
    /// # Errors
    /// Every field that holds another word than the ones it takes.
    pub fn parse(form: &UserPatchForm<'_>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut read = |field: &Field<'_>, name, message: &'static str| match field.optional(name) {
            Ok(text) => text.map(|text| (text.to_owned(), Fault::new(name, Code::InvalidFormat, message))),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let status = read(&form.status, "status", "The status is active or suspended.");
        let role = read(&form.role, "role", "The role is user or admin.");
        let settable =
            |word: &str| AccountStatus::parse(word).filter(|status| *status != AccountStatus::Deleted);
        let status = word(&mut faults, status, settable);
        let role = word(&mut faults, role, AccountRole::parse);
        if faults.is_empty() { Ok(Self { status, role }) } else { Err(faults) }
    }
}

fn word<T>(
    faults: &mut Vec<Fault>,
    read: Option<(String, Fault)>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let (text, fault) = read?;
    let parsed = parse(&text);
    if parsed.is_none() {
        faults.push(fault);
    }
    parsed
}

/// What the store says of the user.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account.
    pub account: Account,
    /// Whether there is another active admin.
    pub another_admin: bool,
}

/// Decides what the admin `by` changes of a user. A suspended user has no sessions, and a user who was deleted and is
/// restored logs in anew.
///
/// ```
/// # use countersign_core::account::{Account, AccountRole, NewAccount};
/// # use countersign_core::email::Email;
/// # use countersign_core::id::{ApplicationId, UserId};
/// # use countersign_core::password::{Argon2Cost, PasswordHash};
/// # let account = NewAccount {
/// #     username: None, email: Email::parse("ada@example.com").unwrap(), name: None, first_name: None,
/// #     last_name: None, phone: None, role: AccountRole::Admin, email_verified: false,
/// #     application: ApplicationId::default_application(),
/// #     password_hash: PasswordHash::decoy(Argon2Cost::default()).into(), created_at: Timestamp::from_secs(0),
/// # }.stored_as(UserId::new(7));
/// use countersign_core::lifecycle::{Standing, UserPatch, change};
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let demote = UserPatch { role: Some(AccountRole::User), status: None };
/// let by = account.id;
/// let standing = Standing { account, another_admin: false };
/// let refused = change(standing.clone(), demote, by, now).outcome.map_err(|rejection| rejection.code);
/// assert_eq!(refused.err(), Some(Code::LastAdmin));
///
/// let standing = Standing { another_admin: true, ..standing };
/// assert_eq!(change(standing, demote, by, now).outcome.map(|after| after.role), Ok(AccountRole::User));
/// ```
pub fn change(standing: Standing, patch: UserPatch, by: UserId, now: Timestamp) -> Decision<Account> {
    let before = standing.account.clone();
    let after = Account {
        status: patch.status.unwrap_or(before.status),
        role: patch.role.unwrap_or(before.role),
        ..before
    };
    become_so(standing, after, by, now)
}

/// Decides that the admin `by` deletes a user. To delete one who is deleted already changes nothing. The sessions stay
/// stored, so that they can be told from those that were ended before, and let nobody in any more.
pub fn delete(standing: Standing, by: UserId, now: Timestamp) -> Decision<Account> {
    let after = Account { status: AccountStatus::Deleted, ..standing.account.clone() };
    become_so(standing, after, by, now)
}

/// Decides that a user deletes their own account.
pub fn delete_own(standing: Standing, now: Timestamp) -> Decision<Account> {
    match still_there(&standing.account) {
        Ok(()) => {
            let by = standing.account.id;
            delete(standing, by, now)
        }
        Err(rejection) => Decision::refuse(rejection),
    }
}

/// Whether the account is still one whose owner may act, as it was when the request came.
///
/// # Errors
/// `user_not_found` where it was deleted since, `session_ended` where it was suspended.
pub(crate) fn still_there(account: &Account) -> Result<(), Rejection> {
    match account.status {
        AccountStatus::Active => Ok(()),
        AccountStatus::Deleted => Err(Rejection::of(Code::UserNotFound)),
        AccountStatus::Suspended => Err(Rejection::of(Code::SessionEnded)),
    }
}

/// Makes `after` of the account. Of it only role and status are asked.
fn become_so(standing: Standing, mut after: Account, by: UserId, now: Timestamp) -> Decision<Account> {
    let Standing { account: before, another_admin } = standing;
    let is_admin =
        |account: &Account| account.role == AccountRole::Admin && account.status == AccountStatus::Active;
    if is_admin(&before) && !is_admin(&after) && !another_admin {
        return Decision::refuse(Rejection::of(Code::LastAdmin));
    }
    let user = before.id;
    let (mut changes, mut events) = (Vec::new(), Vec::new());
    if after.role != before.role {
        changes.push(Change::SetRole { user, from: before.role, to: after.role, at: now });
        events.push(match after.role {
            AccountRole::Admin => Event::AdminAppointed { user: Some(user), by: Some(by) },
            AccountRole::User => Event::AdminDismissed { user, by },
        });
    }
    if after.status != before.status {
        changes.push(Change::SetStatus { user, from: before.status, to: after.status, at: now });
        // Those of a deleted user stay, so that they can be told from those that were ended before.
        if after.status != AccountStatus::Deleted {
            changes.push(Change::EndSessions { user, except: None });
        }
        events.push(match after.status {
            AccountStatus::Active => Event::AccountRestored { user, by },
            AccountStatus::Suspended => Event::AccountSuspended { user, by },
            AccountStatus::Deleted => Event::AccountDeleted { user, by },
        });
        after.deleted_at = (after.status == AccountStatus::Deleted).then_some(now);
    }
    if !changes.is_empty() {
        after.updated_at = now;
    }
    Decision { outcome: Ok(after), changes, events }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{NOW, account};

    const BY: UserId = UserId::new(1);

    fn standing(role: AccountRole, status: AccountStatus, another_admin: bool) -> Standing {
        let deleted_at = (status == AccountStatus::Deleted).then_some(NOW);
        Standing { account: Account { role, status, deleted_at, ..account() }, another_admin }
    }

    fn patch(status: Option<AccountStatus>, role: Option<AccountRole>) -> UserPatch {
        UserPatch { status, role }
    }

    #[test]
    fn the_last_admin_stays_one() {
        let last = || standing(AccountRole::Admin, AccountStatus::Active, false);
        let refused = |decision: Decision<Account>| {
            assert_eq!((&decision.changes[..], &decision.events[..]), (&[][..], &[][..]));
            decision.outcome.map_err(|rejection| rejection.code).err() == Some(Code::LastAdmin)
        };
        assert!(refused(delete(last(), BY, NOW)));
        assert!(refused(change(last(), patch(Some(AccountStatus::Suspended), None), BY, NOW)));
        assert!(refused(change(last(), patch(None, Some(AccountRole::User)), BY, NOW)));

        let granted = |standing: Standing, patch| change(standing, patch, BY, NOW).outcome.is_ok();
        assert!(granted(last(), patch(Some(AccountStatus::Active), Some(AccountRole::Admin))));
        let demote = patch(None, Some(AccountRole::User));
        assert!(granted(standing(AccountRole::Admin, AccountStatus::Active, true), demote));
        assert!(granted(standing(AccountRole::Admin, AccountStatus::Suspended, false), demote));
    }

    #[test]
    fn every_way_out_of_an_account_but_its_deletion_ends_the_sessions() {
        use AccountStatus::{Active, Deleted, Suspended};
        for (from, to, ends) in [
            (Active, Suspended, true),
            (Deleted, Active, true),
            (Deleted, Suspended, true),
            (Suspended, Active, true),
            (Active, Active, false),
            (Deleted, Deleted, false),
            (Active, Deleted, false),
            (Suspended, Deleted, false),
        ] {
            let standing = standing(AccountRole::User, from, true);
            let decision = match to {
                Deleted => delete(standing, BY, NOW.plus_secs(9)),
                to => change(standing, patch(Some(to), None), BY, NOW.plus_secs(9)),
            };
            let user = account().id;
            let all = Change::EndSessions { user, except: None };
            assert_eq!(decision.changes.contains(&all), ends, "{from:?} {to:?}");
            let set = Change::SetStatus { user, from, to, at: NOW.plus_secs(9) };
            assert_eq!(decision.changes.contains(&set), from != to, "{from:?} {to:?}");
            let after = decision.outcome.unwrap();
            assert_eq!(after.deleted_at.is_some(), to == Deleted, "{from:?} {to:?}");
            assert_eq!(after.updated_at, if from == to { NOW } else { NOW.plus_secs(9) });
        }
    }
}
