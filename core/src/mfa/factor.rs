//! A second factor as the store holds it, and what a code is to it.

use std::fmt;

use super::{RecoveryDigest, ShownCode, TotpCode, TotpSecret, TotpStep};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::id::UserId;
use crate::mail::Notice;
use crate::rejection::{Code, Rejection};
use crate::throttle::{FromAddress, GuessSubject, WrongCodes};
use crate::time::Timestamp;

/// The secret of a second factor as the store keeps it. Each sealing gives another text, so it also names the
/// factor that a change is meant for.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(String);

impl SealedSecret {
    /// The text that the store holds. Whether it opens is seen when it is opened.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret([redacted])")
    }
}

/// A second factor as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFactor {
    /// Its secret, sealed.
    pub secret: SealedSecret,
    /// Since when it is on; `None` while no code of it was shown.
    pub enabled_at: Option<Timestamp>,
    /// The newest step whose code was used; `None` while none was.
    pub last_step: Option<TotpStep>,
    /// Whether the account's e-mail address was verified when it was turned on; false while it is not on.
    pub address_verified: bool,
}

impl StoredFactor {
    /// Whether it is on and somebody may have turned it on who did not own the account's address: a stranger who
    /// registered it first.
    pub fn may_be_a_strangers(&self) -> bool {
        self.enabled_at.is_some() && !self.address_verified
    }
}

/// A second factor, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// As the store holds it.
    pub stored: StoredFactor,
    /// Its secret.
    pub secret: TotpSecret,
}

/// What the store says of a user's second factor when a code is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactorStanding {
    /// The factor; `None` where there is none, not even one that is not on yet.
    pub factor: Option<Factor>,
    /// The digest of the recovery code that is shown, where it is one of the user's; `None` otherwise.
    pub recovery: Option<RecoveryDigest>,
    /// The wrong codes before this one.
    pub wrong_codes: WrongCodes,
    /// What was guessed from where it is shown. Not counted of a log-in that shows its code along, for that was counted
    /// there with its password, nor of a device that the account knows.
    pub from_address: FromAddress,
}

impl FactorStanding {
    /// The factor where it is on.
    pub(crate) fn enabled(&self) -> Option<&Factor> {
        self.factor.as_ref().filter(|factor| factor.stored.enabled_at.is_some())
    }

    /// Decides whether the code is one of a factor that is on, and uses it up. `by` is who shows it in their session; `None`
    /// at a log-in.
    pub(crate) fn spend(
        &self,
        user: UserId,
        by: Option<UserId>,
        factor: &Factor,
        shown: &ShownCode,
        now: Timestamp,
    ) -> Decision<()> {
        let right = match shown {
            ShownCode::Totp(code) => factor.verify(code, now).map(|step| {
                let secret = factor.stored.secret.clone();
                Decision::grant(()).with_change(Change::UseStep { user, secret, step })
            }),
            ShownCode::Recovery(_) => self.recovery.map(|digest| {
                Decision::grant(())
                    .with_change(Change::UseRecoveryCode { user, digest })
                    .with_change(Change::Notify { user, notice: Notice::RecoveryCodeUsed, at: now })
                    .with_event(Event::RecoveryCodeUsed { user })
            }),
            ShownCode::Impossible => None,
        };
        self.count(user, by, right, now).and_then(|used| used)
    }

    /// Counts a code, which is right where there is a `right` that it comes to; such a one ends the row of wrong
    /// ones. While a lock is on, the factor's or the address's, right and wrong are the same.
    pub(super) fn count<T>(
        &self,
        user: UserId,
        by: Option<UserId>,
        right: Option<T>,
        now: Timestamp,
    ) -> Decision<T> {
        let refuse = |rejection: Rejection| {
            let code = rejection.code;
            Decision::refuse(rejection).with_event(Event::SecondFactorRefused { user, by, code })
        };
        if let Some(secs) = self.wrong_codes.wait_secs(now).max(self.from_address.wait_secs(now)) {
            return refuse(Rejection::retry_after(Code::TooManyAttempts, secs));
        }
        let counted = Change::CountCode { user, at: now };
        match right {
            Some(right) => {
                let codes = GuessSubject::SecondFactor(user);
                Decision::grant(right)
                    .with_change(counted)
                    .with_change(Change::ClearGuesses { subject: codes.clone() })
                    .with_change(Change::ClearGuesses { subject: codes.in_a_row() })
                    .with_changes(self.from_address.right(now))
            }
            None => refuse(Rejection::of(Code::InvalidCode))
                .with_change(counted)
                .with_changes(self.from_address.count(now)),
        }
    }
}

impl Factor {
    /// The step whose code this is; `None` for a wrong or used one.
    pub(super) fn verify(&self, code: &TotpCode, now: Timestamp) -> Option<TotpStep> {
        self.secret.verify(code, now, self.stored.last_step)
    }
}
