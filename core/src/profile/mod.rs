//! What people change of their own accounts: names, addresses and the password.
//!
//! Another password or e-mail address wants proof that the owner is there ([`reauthenticate`]): a log-in not long
//! ago, the `current_password`, or a `password` that is the account's already. That last one is a guess at the password
//! like the other, counted on the session. Where nothing else proves the owner it stays counted unless it is right; where
//! something does, it is taken back as soon as the answer does not tell whether it was right.

mod form;
#[cfg(test)]
mod tests;

pub use form::{AskedPassword, Edit, ProfileForm, ProfileUpdate, StoredProfile, TypedPassword};

use crate::account::Account;
use crate::change::{AccountEdit, Change};
use crate::decision::Decision;
use crate::event::{Event, LoginFailure};
use crate::lifecycle::still_there;
use crate::login::PasswordCheck;
use crate::mail::{Notice, Occasion, RecentMails};
use crate::password::{Password, PasswordHash, StoredHash};
use crate::policy::Policy;
use crate::reauthenticate::{self, Proof};
use crate::rejection::{Code, Fault, Rejection};
use crate::session::Session;
use crate::throttle::Guess;
use crate::time::Timestamp;
use crate::token::MailedToken;
use crate::username::Username;

/// What the store says of an update.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The session that asks.
    pub session: Session,
    /// Its user's account.
    pub account: Account,
    /// Whether another account has the username, in any letter case.
    pub username_taken: bool,
    /// Whether another account has the e-mail address.
    pub email_taken: bool,
    /// The mails with a token that count for the new e-mail address at the moment; none where there is no new one.
    pub recent_mails: RecentMails,
}

/// What the passwords of an update turned out to be.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The hash that they were held against.
    checked: StoredHash,
    /// That one of them is the account's; `None` where `password` alone came and is another.
    proof: Option<Proof>,
    /// Whether the `password` is the account's already.
    password_is_current: bool,
    /// The guess that the check of `password` still counts as, since it came alone; `None` where it did not.
    counted: Option<Guess>,
}

impl Evidence {
    /// The `current_password` of this update is the one of `checked`.
    pub fn of_current_password(update: &ProfileUpdate, proof: Proof, checked: StoredHash) -> Self {
        let current = update.current_password.as_ref().map(TypedPassword::prepare);
        let password_is_current =
            update.password.as_ref().is_some_and(|asked| Some(asked.typed.prepare()) == current);
        Self { checked, proof: Some(proof), password_is_current, counted: None }
    }

    /// The `password` came alone, was counted as this guess, and was held against the account's hash.
    pub fn of_password(account: &Account, guess: Guess, check: PasswordCheck) -> Self {
        let proof = reauthenticate::by_check(account, &check);
        Self { checked: check.checked, proof, password_is_current: proof.is_some(), counted: Some(guess) }
    }
}

/// How far an update has come.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Its passwords have to be held against the account's hash. Then it is decided again.
    CheckPasswords,
    /// This password has to be hashed. Then it is decided again.
    HashPassword(Password),
    /// It is done, and this is the account.
    Done(Box<Account>),
}

/// Decides an update as far as can be. `evidence` is what its passwords turned out to be, `None` where none were
/// looked at yet; `new_hash` is the hash of its password, `None` while there is none. `verification` is
/// what is mailed to its e-mail address, `None` where it names none.
///
/// ```
/// # use countersign_core::account::{Account, AccountRole, NewAccount};
/// # use countersign_core::email::Email;
/// # use countersign_core::id::{ApplicationId, SessionId, TokenId, UserId};
/// # use countersign_core::password::{Argon2Cost, PasswordHash};
/// # let account = NewAccount {
/// #     username: None, email: Email::parse("ada@example.com").unwrap(), name: None, first_name: None,
/// #     last_name: None, phone: None, role: AccountRole::Admin, email_verified: false,
/// #     application: ApplicationId::default_application(),
/// #     password_hash: PasswordHash::decoy(Argon2Cost::default()).into(), created_at: Timestamp::from_secs(0),
/// # }.stored_as(UserId::new(7));
/// # use countersign_core::session::{Client, Pair, Session};
/// # use countersign_core::token::RefreshKey;
/// # let (id, application) = (SessionId::from_bytes([1; 16]), ApplicationId::default_application());
/// # let logged_in = Timestamp::from_secs(1_700_000_000);
/// # let (pair, _) = Pair::new(&RefreshKey::new(&[7; 32]), id, 0, TokenId::from_bytes([2; 16]), (logged_in, logged_in));
/// # let session = Session {
/// #     id, user: account.id, application, created_at: logged_in, auth_time: logged_in,
/// #     last_used_at: logged_in, expires_at: logged_in.plus_secs(86_400), second_factor: false, pair,
/// #     replaced: None, bearer_refresh: true, client: Client::default(),
/// # };
/// use countersign_core::mail::RecentMails;
/// use countersign_core::policy::Policy;
/// use countersign_core::profile::{ProfileForm, ProfileUpdate, Progress, Standing, decide};
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
///
/// let form = ProfileForm { email: "augusta@example.com".into(), ..ProfileForm::default() };
/// let update = ProfileUpdate::parse(&form, &account, 8).unwrap();
/// let recent_mails = RecentMails::default();
/// let standing = Standing { session, account, username_taken: false, email_taken: false, recent_mails };
/// let at = |now| decide(&update, &standing, None, None, None, &Policy::default(), now).outcome;
///
/// let soon = standing.session.auth_time.plus_secs(60);
/// assert!(matches!(at(soon), Ok(Progress::Done(account)) if account.email == "augusta@example.com"));
/// let late = standing.session.auth_time.plus_secs(3_600);
/// assert_eq!(at(late).map_err(|rejection| rejection.code).err(), Some(Code::ReauthenticationRequired));
/// ```
pub fn decide(
    update: &ProfileUpdate,
    standing: &Standing,
    evidence: Option<&Evidence>,
    new_hash: Option<&PasswordHash>,
    verification: Option<&MailedToken>,
    policy: &Policy,
    now: Timestamp,
) -> Decision<Progress> {
    let account = &standing.account;
    if let Err(rejection) = still_there(account) {
        return Decision::refuse(rejection);
    }
    // The hash may have been replaced while the passwords were being checked.
    let evidence = evidence.filter(|evidence| evidence.checked == account.password_hash);
    if evidence.is_none() && (update.password.is_some() || update.current_password.is_some()) {
        return Decision::grant(Progress::CheckPasswords);
    }
    let counted = evidence.and_then(|evidence| evidence.counted.as_ref());
    let settled = |decision: Decision<_>| match counted {
        Some(guess) => decision.with_changes(guess.take_back()),
        None => decision,
    };

    let password_is_current = evidence.is_some_and(|evidence| evidence.password_is_current);
    let asked = update.password.as_ref();
    let other_password = asked.filter(|_| !password_is_current);
    let edit = edit_of(update, account, now);
    if other_password.is_some() || edit.email.is_some() {
        let proof = evidence.and_then(|evidence| evidence.proof);
        if let Err(rejection) = reauthenticate::require(account, &standing.session, proof, policy, now) {
            let refused = Decision::refuse(rejection);
            let event = reauthenticate::failed(account, LoginFailure::WrongPassword);
            return if counted.is_some() { refused.with_event(event) } else { refused };
        }
    }
    let new_password = match other_password.map(|asked| &asked.new) {
        None => None,
        Some(Ok(password)) => Some(password),
        // The guess stays counted: this tells that it was wrong.
        Some(Err(fault)) => return Decision::refuse(Rejection::validation(vec![fault.clone()])),
    };
    let mut faults = Vec::new();
    if let Some(AskedPassword { new: Err(fault), .. }) = asked
        && fault.code == Code::PasswordIsIdentity
        && (edit.username.is_some() || edit.email.is_some())
    {
        // A new name may not be the password either.
        faults.push(fault.clone());
    } else {
        if edit.username.is_some() && standing.username_taken {
            faults.push(Fault::new("username", Code::UsernameTaken, "This username is already taken."));
        }
        if edit.email.is_some() && standing.email_taken {
            let message = "This e-mail address is already registered.";
            faults.push(Fault::new("email", Code::EmailTaken, message));
        }
    }
    if !faults.is_empty() {
        return settled(Decision::refuse(Rejection::validation(faults)));
    }
    match (new_password, new_hash) {
        (Some(password), None) => Decision::grant(Progress::HashPassword(password.clone())),
        (Some(_), Some(hash)) => settled(changed(standing, edit, Some(hash), verification, now)),
        (None, _) => settled(changed(standing, edit, None, verification, now)),
    }
}

/// What the update changes besides the password.
fn edit_of(update: &ProfileUpdate, account: &Account, now: Timestamp) -> AccountEdit {
    let new_username = |username: &&Username| Some(username.as_str()) != account.username.as_deref();
    AccountEdit {
        user: account.id,
        checked_hash: account.password_hash.clone(),
        username: update.username.as_ref().filter(new_username).cloned(),
        email: update.email.as_ref().filter(|email| email.as_str() != account.email).cloned(),
        name: changing(&update.name, &account.name, |name| name.as_str()),
        first_name: changing(&update.first_name, &account.first_name, |name| name.as_str()),
        last_name: changing(&update.last_name, &account.last_name, |name| name.as_str()),
        phone: changing(&update.phone, &account.phone, |phone| phone.as_str()),
        at: now,
    }
}

/// The same edit, which keeps what would become what it is.
fn changing<T: Clone>(edit: &Edit<T>, stored: &Option<String>, text: fn(&T) -> &str) -> Edit<T> {
    let after = match edit {
        Edit::Keep => return Edit::Keep,
        Edit::Clear => None,
        Edit::Set(value) => Some(text(value)),
    };
    if after == stored.as_deref() { Edit::Keep } else { edit.clone() }
}

fn changed(
    standing: &Standing,
    edit: AccountEdit,
    new_hash: Option<&PasswordHash>,
    verification: Option<&MailedToken>,
    now: Timestamp,
) -> Decision<Progress> {
    let Standing { session, account: before, recent_mails, .. } = standing;
    let user = before.id;
    let edited = edit.applied_to(before.clone());
    let (new_email, profile) = (edited.email != before.email, edited != *before);
    let mut after = edited;
    if profile || new_hash.is_some() {
        after.updated_at = now;
    }
    if let Some(hash) = new_hash {
        after.password_hash = StoredHash::from(hash.clone());
    }
    let mut decision = Decision::grant(Progress::Done(Box::new(after)));
    // Told before the address is another, so that it reaches whoever had the account until now.
    let tell = |notice| Change::Notify { user, notice, at: now };
    if new_hash.is_some() {
        decision = decision.with_change(tell(Notice::PasswordChanged));
    }
    if new_email {
        decision = decision.with_change(tell(Notice::EmailChanged));
    }
    if profile {
        decision = decision
            .with_change(Change::EditAccount(Box::new(edit)))
            .with_event(Event::ProfileUpdated { user });
    }
    if new_email {
        decision = decision.with_event(Event::EmailChanged { user });
    }
    // Whoever changes it to and fro does not fill a stranger's mailbox.
    if new_email
        && let Some(token) = verification
        && let Some(counted) = recent_mails.count(Occasion::NewAddress, &token.to, now)
    {
        decision = decision.with_changes(counted).with_change(Change::MailToken(Box::new(token.clone())));
    }
    if let Some(to) = new_hash {
        let from = before.password_hash.clone();
        decision = decision
            .with_change(Change::SetPassword {
                user,
                from,
                to: to.clone(),
                except: Some(session.id),
                at: now,
            })
            .with_event(Event::PasswordChanged { user });
    }
    decision
}
