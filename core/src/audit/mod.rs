//! The audit: what happened, who did it to whom, from where, and how it ended, in rows that hang together.
//!
//! A row is made of an [`Event`] and of nothing else that anybody typed but for the `User-Agent`, so that no password,
//! token, code or name can get into it. Each row's link hashes the row and the link before ([`chain`]): whoever edits,
//! removes or moves one has to make every later link anew, and the [`seal`] over the newest, which takes a key that is
//! not in the store.

pub mod chain;
pub mod seal;

use self::chain::Place;
use crate::change::Change;
use crate::decision::Decision;
use crate::event::{Event, LoginFailure};
use crate::id::UserId;
use crate::rejection::Code;
use crate::session::Client;
use crate::time::Timestamp;

/// From where somebody came with which request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// The address and the program.
    pub client: Client,
    /// What the log calls the request; `None` where it was no request.
    pub request_id: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// What, by the event's stable word.
    pub event: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, by a stable word; `None` where it did not.
    pub reason: Option<String>,
    /// Who did it; `None` where nobody had proved who they are.
    pub actor: Option<UserId>,
    /// To whom; `None` where it is about no user, or about a name of nobody.
    pub subject: Option<UserId>,
    /// In which application; `None` where it is about none.
    pub application: Option<String>,
    /// With which role; `None` where it is about none.
    pub role: Option<String>,
    /// From where.
    pub origin: Origin,
}

/// How something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It was refused.
    Failure,
}

impl Outcome {
    /// The stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Success => "success",
            Outcome::Failure => "failure",
        }
    }

    /// The outcome of this word; `None` for any other.
    pub fn parse(word: &str) -> Option<Self> {
        [Outcome::Success, Outcome::Failure].into_iter().find(|outcome| outcome.as_str() == word)
    }
}

impl Record {
    /// The row that an event comes to; `None` where the log alone is told ([`Event::is_audited`]).
    ///
    /// ```
    /// use countersign_core::audit::{Origin, Outcome, Record};
    /// use countersign_core::event::{Event, LoginFailure};
    /// use countersign_core::id::UserId;
    /// use countersign_core::time::Timestamp;
    ///
    /// let ada = UserId::new(7);
    /// let event = Event::LoginFailed { user: Some(ada), reason: LoginFailure::WrongPassword };
    /// let row = Record::of(&event, &Origin::default(), Timestamp::from_secs(1_700_000_000)).unwrap();
    /// assert_eq!((row.event.as_str(), row.reason.as_deref()), ("login_failed", Some("wrong_password")));
    /// // Whoever it was has not shown to be Ada.
    /// assert_eq!((row.actor, row.subject, row.outcome), (None, Some(ada), Outcome::Failure));
    /// ```
    pub fn of(event: &Event, origin: &Origin, at: Timestamp) -> Option<Self> {
        event.is_audited().then(|| Self {
            at,
            event: event.name().to_owned(),
            outcome: if event.reason().is_none() { Outcome::Success } else { Outcome::Failure },
            reason: event.reason().map(str::to_owned),
            actor: event.actor(),
            subject: event.user(),
            application: event.application().map(|application| application.as_str().to_owned()),
            role: event.role().map(|role| role.as_str().to_owned()),
            origin: origin.clone(),
        })
    }

    /// The same row once the account has its number, where it is about the account that the same commit makes.
    pub fn about_created(mut self, user: Option<UserId>) -> Self {
        let of_created = [Event::AccountRegistered, Event::AdminAppointed { user: None, by: None }];
        if self.subject.is_none() && of_created.iter().any(|event| self.event == event.name()) {
            self.subject = user;
        }
        self
    }
}

/// Takes the rows after `from` up to `to` out, which are in an archive. The row that tells of it is one of the chain, so
/// that rows which are gone are told from rows which somebody removed.
///
/// ```
/// use countersign_core::audit::archive;
/// use countersign_core::audit::chain::Place;
///
/// let decision = archive(Place::START, Place { number: 9, ..Place::START });
/// assert_eq!(decision.events[0].name(), "audit_archived");
/// ```
pub fn archive(from: Place, to: Place) -> Decision<()> {
    Decision::grant(()).with_change(Change::ArchiveAudit { from, to }).with_event(Event::AuditArchived)
}

impl Event {
    /// Whether the audit keeps it. What anybody can have refused again and again without anything being counted or
    /// changed is told to the log alone: kept, it would fill the disk. So are guesses past their limit, at passwords, codes
    /// and mailed tokens; those within it are counted, and kept.
    pub const fn is_audited(&self) -> bool {
        match self {
            Event::AccessRefused { .. } | Event::MailWithheld { .. } => false,
            Event::LoginFailed { reason, .. } | Event::ReauthenticationFailed { reason, .. } => {
                !matches!(reason, LoginFailure::LockedOut)
            }
            Event::RefreshRefused { code, .. } => matches!(code, Code::TokenReused),
            Event::SecondFactorRefused { code, .. } | Event::ActionTokenRefused { code } => {
                !matches!(code, Code::TooManyAttempts)
            }
            _ => true,
        }
    }

    /// Who did it, as far as they have proved who they are; `None` for everybody else.
    pub fn actor(&self) -> Option<UserId> {
        match self {
            Event::AdminAppointed { by, .. } | Event::SecondFactorRefused { by, .. } => *by,
            // Only the password was right, by which a weak hash is replaced too.
            Event::SecondFactorAwaited { .. } | Event::PasswordRehashed { .. } => None,
            Event::AccountRegistered
            | Event::LoginFailed { .. }
            | Event::VerificationRequested { .. }
            | Event::PasswordResetRequested { .. }
            | Event::RefreshRefused { .. } => None,
            event => event.admin().or_else(|| event.user()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ApplicationId;

    const ADA: UserId = UserId::new(1);
    const ADMIN: UserId = UserId::new(2);
    const AT: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn row(event: &Event) -> Option<Record> {
        Record::of(event, &Origin::default(), AT)
    }

    #[test]
    fn an_admin_is_the_actor_of_what_is_done_to_others() {
        let done = row(&Event::AccountSuspended { user: ADA, by: ADMIN }).unwrap();
        assert_eq!((done.actor, done.subject, done.outcome), (Some(ADMIN), Some(ADA), Outcome::Success));
        let application = ApplicationId::default_application();
        let made = row(&Event::ApplicationCreated { application, by: ADMIN }).unwrap();
        assert_eq!((made.actor, made.subject), (Some(ADMIN), None));
        assert_eq!(made.application.as_deref(), Some("default"));
    }

    #[test]
    fn who_does_something_to_their_own_account_is_both() {
        for event in [
            Event::LoginSucceeded { user: ADA },
            Event::PasswordChanged { user: ADA },
            Event::AccountDeleted { user: ADA, by: ADA },
        ] {
            let row = row(&event).unwrap();
            assert_eq!((row.actor, row.subject), (Some(ADA), Some(ADA)), "{event:?}");
        }
    }

    #[test]
    fn what_can_be_repeated_for_nothing_is_not_kept() {
        let refused = |reason| Event::LoginFailed { user: Some(ADA), reason };
        assert!(row(&refused(LoginFailure::LockedOut)).is_none());
        assert!(row(&refused(LoginFailure::WrongPassword)).is_some());
        assert!(row(&Event::AccessRefused { user: Some(ADA), code: Code::TokenExpired }).is_none());
        let refresh = |code| Event::RefreshRefused { user: Some(ADA), code };
        assert!(row(&refresh(Code::SessionEnded)).is_none());
        assert!(row(&refresh(Code::TokenReused)).is_some());
    }

    #[test]
    fn guesses_are_kept_as_far_as_they_are_counted() {
        let password = |reason| Event::ReauthenticationFailed { user: ADA, reason };
        let code = |code| Event::SecondFactorRefused { user: ADA, by: Some(ADA), code };
        let token = |code| Event::ActionTokenRefused { code };
        for (within, past) in [
            (password(LoginFailure::WrongPassword), password(LoginFailure::LockedOut)),
            (code(Code::InvalidCode), code(Code::TooManyAttempts)),
            (token(Code::InvalidToken), token(Code::TooManyAttempts)),
        ] {
            assert_eq!(row(&within).map(|row| row.outcome), Some(Outcome::Failure), "{within:?}");
            assert_eq!(row(&past), None, "{past:?}");
        }
    }

    #[test]
    fn whoever_shows_a_password_alone_is_nobody_and_whoever_is_signed_in_is_somebody() {
        let code = Code::InvalidCode;
        for (event, actor) in [
            (Event::SecondFactorAwaited { user: ADA }, None),
            (Event::PasswordRehashed { user: ADA }, None),
            (Event::SecondFactorRefused { user: ADA, by: None, code }, None),
            (Event::SecondFactorRefused { user: ADA, by: Some(ADA), code }, Some(ADA)),
            (Event::ReauthenticationFailed { user: ADA, reason: LoginFailure::WrongPassword }, Some(ADA)),
        ] {
            let row = row(&event).unwrap();
            assert_eq!((row.actor, row.subject), (actor, Some(ADA)), "{event:?}");
        }
    }

    #[test]
    fn a_new_account_is_named_by_the_number_it_gets_and_nothing_else_is() {
        let registered = row(&Event::AccountRegistered).unwrap();
        assert_eq!(registered.about_created(Some(ADA)).subject, Some(ADA));
        let first_admin = row(&Event::AdminAppointed { user: None, by: None }).unwrap();
        let first_admin = first_admin.about_created(Some(ADA));
        assert_eq!((first_admin.actor, first_admin.subject), (None, Some(ADA)));
        let another = row(&Event::AdminAppointed { user: Some(ADA), by: Some(ADMIN) }).unwrap();
        let another = another.about_created(Some(UserId::new(3)));
        assert_eq!((another.actor, another.subject), (Some(ADMIN), Some(ADA)));
        let unknown = Event::LoginFailed { user: None, reason: LoginFailure::UnknownName };
        assert_eq!(row(&unknown).unwrap().about_created(Some(ADA)).subject, None);
    }
}
