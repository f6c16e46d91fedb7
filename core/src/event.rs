//! What happened, for the log and the audit: names of users by number, never a password, token or address.

use crate::id::{ApplicationId, UserId};
use crate::permission::RoleName;
use crate::rejection::Code;
use crate::role::Assignment;

/// Something worth telling the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody registered.
    AccountRegistered,
    /// A log-in was finished.
    LoginSucceeded {
        /// Whose.
        user: UserId,
    },
    /// A log-in was refused.
    LoginFailed {
        /// Whose name was tried; `None` for a name of nobody.
        user: Option<UserId>,
        /// The reason as it was, which the answer may not tell.
        reason: LoginFailure,
    },
    /// A password that was to prove anew that a signed-in user is there was refused.
    ReauthenticationFailed {
        /// Who is signed in.
        user: UserId,
        /// The reason.
        reason: LoginFailure,
    },
    /// A session's pair of tokens was not replaced.
    RefreshRefused {
        /// Whose; `None` where that is not known.
        user: Option<UserId>,
        /// The reason.
        code: Code,
    },
    /// A user ended one session or all.
    LoggedOut {
        /// Who.
        user: UserId,
    },
    /// The password of a log-in was right and the second factor is awaited.
    SecondFactorAwaited {
        /// Whose.
        user: UserId,
    },
    /// A second factor was turned on.
    SecondFactorEnabled {
        /// Whose.
        user: UserId,
    },
    /// A second factor was turned off.
    SecondFactorDisabled {
        /// Whose.
        user: UserId,
    },
    /// A recovery code was spent.
    RecoveryCodeUsed {
        /// Whose.
        user: UserId,
    },
    /// The recovery codes were replaced by new ones.
    RecoveryCodesReplaced {
        /// Whose.
        user: UserId,
    },
    /// A code of a second factor was refused.
    SecondFactorRefused {
        /// Whose.
        user: UserId,
        /// Who showed it; `None` at a log-in, where only the password was right.
        by: Option<UserId>,
        /// The reason.
        code: Code,
    },
    /// The stored hash of a password was replaced by one of the present cost.
    PasswordRehashed {
        /// Whose.
        user: UserId,
    },
    /// A user set another password.
    PasswordChanged {
        /// Who.
        user: UserId,
    },
    /// A user set another e-mail address.
    EmailChanged {
        /// Who.
        user: UserId,
    },
    /// Somebody asked for a mail that verifies an address.
    VerificationRequested {
        /// Whose address it is; `None` where it is nobody's.
        user: Option<UserId>,
    },
    /// Somebody asked for a mail that resets a password.
    PasswordResetRequested {
        /// Whose address it is; `None` where it is nobody's.
        user: Option<UserId>,
    },
    /// A mail that was asked for is not sent.
    MailWithheld {
        /// Whose address it is; `None` where it is nobody's.
        user: Option<UserId>,
        /// The reason.
        code: Code,
    },
    /// A user showed that the e-mail address is theirs.
    EmailVerified {
        /// Who.
        user: UserId,
    },
    /// A user set another password by a mailed token.
    PasswordReset {
        /// Who.
        user: UserId,
    },
    /// A token was shown as one that was mailed, and was refused.
    ActionTokenRefused {
        /// The reason.
        code: Code,
    },
    /// A user changed something of their profile.
    ProfileUpdated {
        /// Who.
        user: UserId,
    },
    /// An account was deleted.
    AccountDeleted {
        /// Whose.
        user: UserId,
        /// By whom.
        by: UserId,
    },
    /// An account was suspended.
    AccountSuspended {
        /// Whose.
        user: UserId,
        /// By whom.
        by: UserId,
    },
    /// A suspended or deleted account is active again.
    AccountRestored {
        /// Whose.
        user: UserId,
        /// By whom.
        by: UserId,
    },
    /// Somebody became an admin.
    AdminAppointed {
        /// Who; `None` where the account is made with it and has no number yet.
        user: Option<UserId>,
        /// By whom; `None` where the operator did it.
        by: Option<UserId>,
    },
    /// Somebody is no longer an admin.
    AdminDismissed {
        /// Who.
        user: UserId,
        /// By whom.
        by: UserId,
    },
    /// A token was refused although its signature held.
    AccessRefused {
        /// Whose token it was; `None` where it names nobody who could be a user.
        user: Option<UserId>,
        /// The reason.
        code: Code,
    },
    /// An admin made an application.
    ApplicationCreated {
        /// Which.
        application: ApplicationId,
        /// Who.
        by: UserId,
    },
    /// An admin gave an application another name or status.
    ApplicationChanged {
        /// Which.
        application: ApplicationId,
        /// Who.
        by: UserId,
    },
    /// An admin deleted an application and all that was its own.
    ApplicationDeleted {
        /// Which.
        application: ApplicationId,
        /// Who.
        by: UserId,
    },
    /// An admin said what a role may do.
    RoleDefined {
        /// Of which application.
        application: ApplicationId,
        /// Which.
        role: RoleName,
        /// Who.
        by: UserId,
    },
    /// An admin deleted a role.
    RoleDeleted {
        /// Of which application.
        application: ApplicationId,
        /// Which.
        role: RoleName,
        /// Who.
        by: UserId,
    },
    /// An admin gave a user a role.
    RoleAssigned {
        /// Who holds what.
        assignment: Box<Assignment>,
        /// Who did it.
        by: UserId,
    },
    /// An admin took a role from a user.
    RoleRevoked {
        /// Who held what.
        assignment: Box<Assignment>,
        /// Who did it.
        by: UserId,
    },
    /// Another key signs tokens.
    SigningKeyReplaced,
    /// A key is known no more, and its tokens are refused.
    SigningKeyWithdrawn,
    /// What is sealed was sealed anew, under another root secret.
    RootSecretReplaced,
    /// An earlier copy of the database was put in its place, and what could have been used up since was voided.
    DatabaseRestored,
    /// Rows of the audit were taken out, since they are in an archive.
    AuditArchived,
}

/// Why a log-in, or a password that is asked for again, failed, in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailure {
    /// No account has this name.
    UnknownName,
    /// The account was deleted.
    Deleted,
    /// The password is another.
    WrongPassword,
    /// The limit of wrong passwords is reached.
    LockedOut,
    /// The password was right, but the log-in is refused for this reason.
    Refused(Code),
}

macro_rules! names {
    ($($event:ident = $word:literal,)+) => {
        /// The stable words of all events.
        pub const NAMES: &[&str] = &[$($word),+];

        impl Event {
            /// The event's stable word.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Event::$event { .. } => $word,)+
                }
            }
        }
    };
}

names! {
    AccountRegistered = "account_registered",
    LoginSucceeded = "login_succeeded",
    LoginFailed = "login_failed",
    ReauthenticationFailed = "reauthentication_failed",
    RefreshRefused = "refresh_refused",
    LoggedOut = "logged_out",
    SecondFactorAwaited = "second_factor_awaited",
    SecondFactorEnabled = "second_factor_enabled",
    SecondFactorDisabled = "second_factor_disabled",
    RecoveryCodeUsed = "recovery_code_used",
    RecoveryCodesReplaced = "recovery_codes_replaced",
    SecondFactorRefused = "second_factor_refused",
    PasswordRehashed = "password_rehashed",
    PasswordChanged = "password_changed",
    EmailChanged = "email_changed",
    VerificationRequested = "verification_requested",
    PasswordResetRequested = "password_reset_requested",
    MailWithheld = "mail_withheld",
    EmailVerified = "email_verified",
    PasswordReset = "password_reset",
    ActionTokenRefused = "action_token_refused",
    ProfileUpdated = "profile_updated",
    AccountDeleted = "account_deleted",
    AccountSuspended = "account_suspended",
    AccountRestored = "account_restored",
    AdminAppointed = "admin_appointed",
    AdminDismissed = "admin_dismissed",
    AccessRefused = "access_refused",
    ApplicationCreated = "application_created",
    ApplicationChanged = "application_changed",
    ApplicationDeleted = "application_deleted",
    RoleDefined = "role_defined",
    RoleDeleted = "role_deleted",
    RoleAssigned = "role_assigned",
    RoleRevoked = "role_revoked",
    SigningKeyReplaced = "signing_key_replaced",
    SigningKeyWithdrawn = "signing_key_withdrawn",
    RootSecretReplaced = "root_secret_replaced",
    DatabaseRestored = "database_restored",
    AuditArchived = "audit_archived",
}

impl Event {
    /// The user it is about; `None` where that is nobody or not yet known.
    pub fn user(&self) -> Option<UserId> {
        match *self {
            Event::AccountRegistered | Event::ActionTokenRefused { .. } => None,
            Event::LoginSucceeded { user }
            | Event::ReauthenticationFailed { user, .. }
            | Event::LoggedOut { user }
            | Event::SecondFactorAwaited { user }
            | Event::SecondFactorEnabled { user }
            | Event::SecondFactorDisabled { user }
            | Event::RecoveryCodeUsed { user }
            | Event::RecoveryCodesReplaced { user }
            | Event::SecondFactorRefused { user, .. }
            | Event::PasswordRehashed { user }
            | Event::PasswordChanged { user }
            | Event::EmailChanged { user }
            | Event::EmailVerified { user }
            | Event::PasswordReset { user }
            | Event::ProfileUpdated { user }
            | Event::AccountDeleted { user, .. }
            | Event::AccountSuspended { user, .. }
            | Event::AccountRestored { user, .. }
            | Event::AdminDismissed { user, .. } => Some(user),
            Event::LoginFailed { user, .. }
            | Event::VerificationRequested { user }
            | Event::PasswordResetRequested { user }
            | Event::MailWithheld { user, .. }
            | Event::AdminAppointed { user, .. }
            | Event::RefreshRefused { user, .. }
            | Event::AccessRefused { user, .. } => user,
            Event::RoleAssigned { ref assignment, .. } | Event::RoleRevoked { ref assignment, .. } => {
                Some(assignment.user)
            }
            Event::ApplicationCreated { .. }
            | Event::ApplicationChanged { .. }
            | Event::ApplicationDeleted { .. }
            | Event::RoleDefined { .. }
            | Event::RoleDeleted { .. }
            | Event::SigningKeyReplaced
            | Event::SigningKeyWithdrawn
            | Event::RootSecretReplaced
            | Event::DatabaseRestored
            | Event::AuditArchived => None,
        }
    }

    /// The admin who did it; `None` where it was no admin's doing.
    pub fn admin(&self) -> Option<UserId> {
        match *self {
            // Anybody may delete their own.
            Event::AccountDeleted { user, by } => Some(by).filter(|by| *by != user),
            Event::AdminAppointed { by, .. } => by,
            Event::AccountSuspended { by, .. }
            | Event::AccountRestored { by, .. }
            | Event::AdminDismissed { by, .. }
            | Event::ApplicationCreated { by, .. }
            | Event::ApplicationChanged { by, .. }
            | Event::ApplicationDeleted { by, .. }
            | Event::RoleDefined { by, .. }
            | Event::RoleDeleted { by, .. }
            | Event::RoleAssigned { by, .. }
            | Event::RoleRevoked { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The application it is about; `None` where it is about none.
    pub fn application(&self) -> Option<&ApplicationId> {
        match self {
            Event::ApplicationCreated { application, .. }
            | Event::ApplicationChanged { application, .. }
            | Event::ApplicationDeleted { application, .. }
            | Event::RoleDefined { application, .. }
            | Event::RoleDeleted { application, .. } => Some(application),
            Event::RoleAssigned { assignment, .. } | Event::RoleRevoked { assignment, .. } => {
                Some(&assignment.application)
            }
            _ => None,
        }
    }

    /// The role it is about; `None` where it is about none.
    pub fn role(&self) -> Option<&RoleName> {
        match self {
            Event::RoleDefined { role, .. } | Event::RoleDeleted { role, .. } => Some(role),
            Event::RoleAssigned { assignment, .. } | Event::RoleRevoked { assignment, .. } => {
                Some(&assignment.role)
            }
            _ => None,
        }
    }

    /// The reason's stable word; `None` where nothing was refused.
    pub fn reason(&self) -> Option<&'static str> {
        match *self {
            Event::LoginFailed { reason, .. } | Event::ReauthenticationFailed { reason, .. } => {
                Some(reason.as_str())
            }
            Event::RefreshRefused { code, .. }
            | Event::MailWithheld { code, .. }
            | Event::ActionTokenRefused { code }
            | Event::SecondFactorRefused { code, .. }
            | Event::AccessRefused { code, .. } => Some(code.as_str()),
            _ => None,
        }
    }
}

impl LoginFailure {
    /// The stable word for logs.
    pub fn as_str(self) -> &'static str {
        match self {
            LoginFailure::UnknownName => "unknown_name",
            LoginFailure::Deleted => "deleted",
            LoginFailure::WrongPassword => "wrong_password",
            LoginFailure::LockedOut => "locked_out",
            LoginFailure::Refused(code) => code.as_str(),
        }
    }
}
