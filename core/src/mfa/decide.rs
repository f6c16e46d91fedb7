//! What a user does with the second factor of their own account.

use super::{
    FactorStanding, RecoveryCode, RecoveryEntropy, RecoveryKey, SealedSecret, ShownCode, StoredFactor,
};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::id::{SessionId, UserId};
use crate::mail::Notice;
use crate::reauthenticate::Proof;
use crate::rejection::{Code, Rejection};
use crate::time::Timestamp;

/// Decides whether a new secret waits to be confirmed. `stored` is what there is, `None` where there is nothing.
///
/// ```
/// use countersign_core::id::UserId;
/// use countersign_core::mfa::{SealedSecret, propose};
/// use countersign_core::policy::Policy;
/// use countersign_core::reauthenticate;
/// use countersign_core::time::Timestamp;
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let proof = reauthenticate::by_auth_time(now, &Policy::default(), now).ok_or("just now")?;
/// let secret = SealedSecret::stored("v1.…".to_owned());
/// assert!(propose(UserId::new(7), proof, None, secret, now).outcome.is_ok());
/// # Ok::<(), &str>(())
/// ```
pub fn propose(
    user: UserId,
    _proof: Proof,
    stored: Option<&StoredFactor>,
    secret: SealedSecret,
    now: Timestamp,
) -> Decision<()> {
    if stored.is_some_and(|factor| factor.enabled_at.is_some()) {
        return Decision::refuse(Rejection::of(Code::MfaAlreadyEnabled));
    }
    Decision::grant(()).with_change(Change::ProposeFactor { user, secret, at: now })
}

/// What a code that was shown in a session has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The factor is on, and these are its recovery codes.
    TurnedOn(Vec<RecoveryCode>),
    /// It was on.
    Shown,
}

/// New recovery codes, before they are anybody's.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// What they are made of.
    pub entropy: &'a RecoveryEntropy,
    /// What they are kept under.
    pub key: &'a RecoveryKey,
}

impl Renewal<'_> {
    fn of(self, user: UserId) -> (Vec<RecoveryCode>, Change) {
        let codes = RecoveryCode::all_from_entropy(self.entropy);
        let digests = codes.iter().map(|code| self.key.digest(user, code)).collect();
        (codes, Change::ReplaceRecoveryCodes { user, digests })
    }
}

/// Decides what a code does that is shown in a session: it turns on the factor that waits for it, or else proves
/// anew that the owner is there.
pub fn confirm(
    user: UserId,
    session: SessionId,
    shown: &ShownCode,
    standing: &FactorStanding,
    renewal: Renewal<'_>,
    now: Timestamp,
) -> Decision<Confirmed> {
    let Some(factor) = &standing.factor else {
        return Decision::refuse(Rejection::of(Code::MfaNotEnabled));
    };
    if standing.enabled().is_some() {
        return show(user, session, shown, standing, now).and_then(|()| Decision::grant(Confirmed::Shown));
    }
    // Recovery codes are given when the factor is turned on, so none can do it.
    let right = match shown {
        ShownCode::Totp(code) => factor.verify(code, now),
        ShownCode::Recovery(_) | ShownCode::Impossible => None,
    };
    standing.count(user, Some(user), right, now).and_then(|step| {
        let secret = factor.stored.secret.clone();
        let (codes, replaced) = renewal.of(user);
        Decision::grant(Confirmed::TurnedOn(codes))
            .with_change(Change::EnableFactor { user, secret, step, at: now })
            .with_change(replaced)
            .with_change(Change::Notify { user, notice: Notice::SecondFactorEnabled, at: now })
            .with_event(Event::SecondFactorEnabled { user })
    })
}

/// Decides whether a code proves anew that the owner of the session is there.
pub fn show(
    user: UserId,
    session: SessionId,
    shown: &ShownCode,
    standing: &FactorStanding,
    now: Timestamp,
) -> Decision<()> {
    spend(user, shown, standing, now)
        .and_then(|()| Decision::grant(()).with_change(Change::Reauthenticate { session, at: now }))
}

/// Decides whether the second factor is turned off.
pub fn disable(user: UserId, shown: &ShownCode, standing: &FactorStanding, now: Timestamp) -> Decision<()> {
    spend(user, shown, standing, now).and_then(|()| {
        Decision::grant(())
            .with_change(Change::RemoveFactor { user, at: now })
            .with_change(Change::Notify { user, notice: Notice::SecondFactorDisabled, at: now })
            .with_event(Event::SecondFactorDisabled { user })
    })
}

/// Decides whether new recovery codes take the place of the old ones.
pub fn renew_recovery_codes(
    user: UserId,
    _proof: Proof,
    shown: &ShownCode,
    standing: &FactorStanding,
    renewal: Renewal<'_>,
    now: Timestamp,
) -> Decision<Vec<RecoveryCode>> {
    spend(user, shown, standing, now).and_then(|()| {
        let (codes, replaced) = renewal.of(user);
        Decision::grant(codes)
            .with_change(replaced)
            .with_change(Change::Notify { user, notice: Notice::RecoveryCodesReplaced, at: now })
            .with_event(Event::RecoveryCodesReplaced { user })
    })
}

/// Uses up a code of a factor that is on.
fn spend(user: UserId, shown: &ShownCode, standing: &FactorStanding, now: Timestamp) -> Decision<()> {
    match standing.enabled() {
        Some(factor) => standing.spend(user, Some(user), factor, shown, now),
        None => Decision::refuse(Rejection::of(Code::MfaNotEnabled)),
    }
}
