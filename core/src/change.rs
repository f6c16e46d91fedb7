//! What must become true in the store, each with the guard that it stands on.

mod account_edit;
mod key;

pub use account_edit::AccountEdit;
pub use key::KeyChange;

use crate::account::{AccountRole, AccountStatus, NewAccount};
use crate::application::{Application, ApplicationPatch};
use crate::audit::chain::Place;
use crate::audit::seal::Seal;
use crate::data::{DataKey, DataOwner, NewDatum};
use crate::id::{ApplicationId, SessionId, UserId};
use crate::login::MfaLogin;
use crate::mail::Notice;
use crate::mfa::{RecoveryDigest, SealedSecret, TotpStep};
use crate::password::{PasswordHash, StoredHash};
use crate::permission::{Role, RoleName};
use crate::restore::AfterRestore;
use crate::role::Assignment;
use crate::secret::TokenDigest;
use crate::session::{Pair, Session};
use crate::throttle::GuessSubject;
use crate::time::Timestamp;
use crate::token::{ActionPurpose, MailedToken};

/// One thing to make true. All changes of a decision are stored in one transaction; where a guard does not
/// hold none is, and the host decides anew on what is stored now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// There is a new account. Guard: its username and e-mail address are free and its
    /// application is there.
    CreateAccount(Box<NewAccount>),
    /// The account has other names or addresses. What was mailed to another address is good for nothing, nor is it
    /// mailed any more. Guard: it is active, its password's hash is still the one that
    /// the edit stands on, and its new username and e-mail address are free.
    EditAccount(Box<AccountEdit>),
    /// The account has another password: of its sessions only one stays, its devices are no longer known, no log-in
    /// of it waits for a second factor, and no mailed token sets another. Guard: it is active and its hash is still `from`.
    SetPassword {
        /// Whose.
        user: UserId,
        /// The hash that it had.
        from: StoredHash,
        /// The hash of the new password.
        to: PasswordHash,
        /// The session that stays; `None` where none does.
        except: Option<SessionId>,
        /// When.
        at: Timestamp,
    },
    /// The account has another status, no log-in of it waits for a second factor, and nothing that was mailed to it is
    /// good any more. Guard: its status is still `from`,
    /// and an admin stays who is active.
    SetStatus {
        /// Whose.
        user: UserId,
        /// The status that it had.
        from: AccountStatus,
        /// Its status from now on.
        to: AccountStatus,
        /// When.
        at: Timestamp,
    },
    /// The account has another role. Guard: its role is still `from`, and an admin stays who is active.
    SetRole {
        /// Whose.
        user: UserId,
        /// The role that it had.
        from: AccountRole,
        /// Its role from now on.
        to: AccountRole,
        /// When.
        at: Timestamp,
    },
    /// One more guess at `subject`, or mail to it, counts. Guard: fewer than `limit` since `window_start`.
    CountGuess {
        /// At what.
        subject: GuessSubject,
        /// How many are looked at.
        limit: u32,
        /// When.
        at: Timestamp,
        /// Older guesses no longer count.
        window_start: Timestamp,
    },
    /// The newest guess at `subject` no longer counts: its password was right, though it opened nothing.
    TakeBackGuess {
        /// At what.
        subject: GuessSubject,
    },
    /// No guess at `subject` counts any more.
    ClearGuesses {
        /// At what.
        subject: GuessSubject,
    },
    /// There is a new session, and of the user's sessions only the newest
    /// [`SESSIONS_PER_USER`](crate::session::SESSIONS_PER_USER) stay. Guard: its user is active, the
    /// password's hash is still the one that was checked, and a second factor was shown if and only if one is on.
    OpenSession {
        /// The session.
        session: Box<Session>,
        /// The hash that the password was held against.
        checked_hash: StoredHash,
    },
    /// Another pair of the session's tokens is out. Guard: `from` is still the number of the one that is.
    RotatePair {
        /// The session.
        session: SessionId,
        /// The number of the pair that is replaced.
        from: u32,
        /// The new pair. The session was used when it was given.
        to: Pair,
        /// Whether an access token still buys a new pair.
        bearer_refresh: bool,
    },
    /// No access token buys a new pair any more in this session.
    RefuseBearers {
        /// The session.
        session: SessionId,
    },
    /// The session was used.
    NoteUse {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// The session has ended, whether or not it had before.
    EndSession {
        /// The session.
        session: SessionId,
    },
    /// The user's sessions have ended.
    EndSessions {
        /// Whose.
        user: UserId,
        /// The one that stays; `None` where none does.
        except: Option<SessionId>,
    },
    /// The user has been logged in from a device that knows a token with this digest. Of the user's devices
    /// only the newest [`DEVICES_PER_USER`](crate::session::DEVICES_PER_USER) stay known.
    RememberDevice {
        /// Of the device's token.
        digest: TokenDigest,
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// The account's password has another hash. Guard: the one it had is still `from`.
    ReplaceHash {
        /// Whose.
        user: UserId,
        /// The hash that was checked.
        from: StoredHash,
        /// The new hash of the same password.
        to: PasswordHash,
    },
    /// The owner of the session has proved anew who they are, with a second factor.
    Reauthenticate {
        /// The session.
        session: SessionId,
        /// When.
        at: Timestamp,
    },
    /// One more code of a second factor was shown. Guard: fewer than
    /// [`WRONG_CODES_LIMIT`](crate::throttle::WRONG_CODES_LIMIT) wrong ones in a row, or the newest was
    /// [`CODE_LOCK_SECS`](crate::throttle::CODE_LOCK_SECS) ago; and fewer than
    /// [`IN_A_ROW_LIMIT`](crate::throttle::IN_A_ROW_LIMIT) since the last right one.
    CountCode {
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// The user has a second factor that counts once a code of it was shown; another that waits for that is
    /// forgotten. Guard: the user is active and none is on.
    ProposeFactor {
        /// Whose.
        user: UserId,
        /// Its secret.
        secret: SealedSecret,
        /// When.
        at: Timestamp,
    },
    /// The second factor is on, and this step's code is used. Guard: it is the one that waits for that.
    EnableFactor {
        /// Whose.
        user: UserId,
        /// Its secret.
        secret: SealedSecret,
        /// The step whose code was shown.
        step: TotpStep,
        /// When.
        at: Timestamp,
    },
    /// The codes of this step and of all before it are used. Guard: the factor is on and no such code was used
    /// before.
    UseStep {
        /// Whose.
        user: UserId,
        /// The factor's secret.
        secret: SealedSecret,
        /// The step.
        step: TotpStep,
    },
    /// The recovery code is used. Guard: it was not.
    UseRecoveryCode {
        /// Whose.
        user: UserId,
        /// Of the code.
        digest: RecoveryDigest,
    },
    /// These are the user's recovery codes, and no others are.
    ReplaceRecoveryCodes {
        /// Whose.
        user: UserId,
        /// Of the codes.
        digests: Vec<RecoveryDigest>,
    },
    /// The user has no second factor, no recovery codes and no log-in that waits for them.
    RemoveFactor {
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// A log-in waits for its second factor; of the user's only the newest
    /// [`MFA_LOGINS_PER_USER`](crate::login::MFA_LOGINS_PER_USER) do. Guard: the user is active, the factor on and the
    /// password's hash still the one that was checked.
    OpenMfaLogin {
        /// The log-in.
        login: Box<MfaLogin>,
        /// When.
        at: Timestamp,
    },
    /// One more code that was shown for this log-in was wrong. Guard: it still waits, and fewer than
    /// [`WRONG_CODES_LIMIT`](crate::throttle::WRONG_CODES_LIMIT) were.
    CountWrongCode {
        /// Of its token.
        digest: TokenDigest,
    },
    /// The log-in no longer waits for its second factor. Guard: it did.
    EndMfaLogin {
        /// Of its token.
        digest: TokenDigest,
    },
    /// A device is no longer known.
    ForgetDevice {
        /// Of the device's token.
        digest: TokenDigest,
    },
    /// The token is good once, and a mail with it is queued. Of the user's tokens for the same purpose only the newest
    /// [`ACTION_TOKENS_PER_USER`](crate::token::ACTION_TOKENS_PER_USER) stay good. Guard: an active account has the
    /// address.
    MailToken(Box<MailedToken>),
    /// Nothing: what [`Change::MailToken`] writes is written and taken back.
    RehearseMail(Box<MailedToken>),
    /// A mail of this is queued to the address that the account has when it comes to this change; past
    /// [`NOTICES_LIMIT`](crate::mail::NOTICES_LIMIT) of one kind within an hour none is.
    Notify {
        /// Whose.
        user: UserId,
        /// What it tells.
        notice: Notice,
        /// When.
        at: Timestamp,
    },
    /// The token is used, and so are all others of its user for the same purpose. Guard: it was good for this at `at`.
    SpendActionToken {
        /// Of the token.
        digest: TokenDigest,
        /// What it was good for.
        purpose: ActionPurpose,
        /// When.
        at: Timestamp,
    },
    /// The account's address is verified. Guard: it is this one, and the account is active.
    VerifyEmail {
        /// Whose.
        user: UserId,
        /// The address.
        email: String,
        /// When.
        at: Timestamp,
    },
    /// The user has no second factor that was turned on, or waits to be, while the address was not verified.
    RemoveUnverifiedFactor {
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// Somebody tries to send the mail, and has it alone until then. Guard: it waits, and was tried as often as they
    /// think.
    ClaimMail {
        /// Which.
        id: i64,
        /// How often it was tried before.
        attempts: u32,
        /// Until when.
        until: Timestamp,
    },
    /// The mail waits for its next attempt, unless somebody else tries it by now.
    RetryMail {
        /// Which.
        id: i64,
        /// How often it was tried.
        attempts: u32,
        /// When that is due.
        due_at: Timestamp,
    },
    /// The mail was sent; its token is forgotten.
    FinishMail {
        /// Which.
        id: i64,
        /// When.
        at: Timestamp,
    },
    /// The mail is not tried any more; its token is forgotten. Guard: it waited.
    GiveUpMail {
        /// Which.
        id: i64,
        /// When.
        at: Timestamp,
    },
    /// There is a new application. Guard: its id is free.
    CreateApplication(Box<Application>),
    /// The application has another name or status. Guard: it is there.
    UpdateApplication {
        /// Which.
        id: ApplicationId,
        /// What of it.
        patch: Box<ApplicationPatch>,
    },
    /// The application is gone, and with it its sessions, roles, assignments and data. Its users belong to `default`.
    /// Guard: it is there.
    DeleteApplication {
        /// Which.
        id: ApplicationId,
    },
    /// The application has this role, in place of any other of its name. Guard: the application is there.
    DefineRole {
        /// Which application.
        application: ApplicationId,
        /// The role.
        role: Box<Role>,
    },
    /// The application no longer has this role, and nobody holds it. Who thereby no longer belongs to the application
    /// has no session there. Guard: the role is there.
    DeleteRole {
        /// Which application.
        application: ApplicationId,
        /// Which role.
        role: RoleName,
    },
    /// The user holds a role. Guard: not before, and user, application and role are there.
    AssignRole {
        /// Who holds what.
        assignment: Box<Assignment>,
        /// Since when.
        at: Timestamp,
    },
    /// The user no longer holds a role, and where that means not to belong to the application any more, has no session
    /// there. Guard: the user holds it.
    RevokeRole {
        /// Who holds what.
        assignment: Box<Assignment>,
    },
    /// A value is kept, in place of any other of its key. Guard: there is room for it.
    StoreDatum {
        /// Whose, and of which application.
        owner: Box<DataOwner>,
        /// The value and its key.
        datum: Box<NewDatum>,
        /// When.
        at: Timestamp,
    },
    /// Nothing is kept under the key. Guard: something was.
    DeleteDatum {
        /// Whose, and of which application.
        owner: Box<DataOwner>,
        /// Under what.
        key: DataKey,
    },
    /// The audit is sealed up to here. Guard: no newer row is sealed already.
    SealAudit(Seal),
    /// Rows of the audit are no longer kept here, since they are in an archive. Guard: those up to `from` are not kept
    /// already, and no others.
    ArchiveAudit {
        /// The newest row of the archive before; [`Place::START`] where there is none.
        from: Place,
        /// The newest row of this one.
        to: Place,
    },
    /// What tokens of the user say in `grants` that were issued by then may no longer be so.
    OutdateGrants {
        /// Whose.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// The same of all tokens for an application.
    OutdateRoles {
        /// Which.
        application: ApplicationId,
        /// When.
        at: Timestamp,
    },
    /// Nothing is known any more of what ended or changed so long ago that no token is left of which it could matter.
    ForgetEnded {
        /// When.
        at: Timestamp,
    },
    /// The database is a copy from an earlier time. No session is left in it, no log-in that waits, no device that is known,
    /// no token that was mailed nor a mail that carries one; codes of second factors are used up to a step; tokens from
    /// before are outdated wherever they are verified. Recovery codes are kept, or are gone and their owners told.
    AfterRestore(AfterRestore),
    /// Something of the keys that sign tokens, and of what is sealed.
    Key(KeyChange),
}

impl Change {
    /// Whether it may queue a mail. One that is taken back counts as well, so that whoever sends mails does as much about
    /// an address of nobody.
    pub const fn concerns_mail(&self) -> bool {
        matches!(
            self,
            Change::MailToken(_) | Change::RehearseMail(_) | Change::Notify { .. } | Change::AfterRestore(_)
        )
    }
}
