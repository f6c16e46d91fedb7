//! The second half of a log-in: the code, after the password.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Admitted, LoggedIn, LoginContext, LoginEntropy, PasswordCheck, Progress, open_session};
use crate::account::{Account, AccountStatus};
use crate::application::{Application, ApplicationStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::{Event, LoginFailure};
use crate::id::{ApplicationId, UserId};
use crate::mfa::{FactorStanding, ShownCode};
use crate::password::StoredHash;
use crate::permission::Role;
use crate::rejection::{Code, Rejection};
use crate::secret::{Secret, TokenDigest};
use crate::throttle::{Guess, GuessSubject, WRONG_CODES_LIMIT};
use crate::time::Timestamp;

/// Seconds in which a log-in waits for its second factor: time to find the telephone, little to find the token.
pub const MFA_LOGIN_TTL_SECS: i64 = 300;

/// Log-ins of one user that wait at once; one more forgets the one that is over first.
pub const MFA_LOGINS_PER_USER: u32 = 10;

/// A log-in that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaLogin {
    /// Of the token that stands for it.
    pub digest: TokenDigest,
    /// Whose.
    pub user: UserId,
    /// What its tokens will be for.
    pub application: ApplicationId,
    /// The device it came from; `None` where that is not known.
    pub device: Option<TokenDigest>,
    /// The hash that its password was held against.
    pub checked_hash: StoredHash,
    /// From when on it no longer waits.
    pub expires_at: Timestamp,
    /// The wrong codes that were shown for it.
    pub wrong_codes: u32,
}

/// What the store says of a log-in that waits.
#[derive(Debug, Clone)]
pub struct FinishStanding {
    /// The log-in.
    pub login: MfaLogin,
    /// Its user's account.
    pub account: Account,
    /// Its application.
    pub application: Application,
    /// The roles that the account holds there.
    pub roles: Vec<Role>,
    /// The second factor.
    pub factor: FactorStanding,
    /// Whether the account was ever known on any device, and so was logged in to before. It may be known on none by now,
    /// since another password has all forgotten.
    pub had_device: bool,
}

/// A log-in whose password was right.
pub(super) struct Awaited {
    pub(super) account: Account,
    pub(super) application: ApplicationId,
    pub(super) device: Option<TokenDigest>,
    pub(super) guess: Guess,
    pub(super) check: PasswordCheck,
}

/// Has it wait for the second factor. Its password was no wrong guess, and its weak hash is replaced here, since it
/// is not seen again.
pub(super) fn wait(awaited: Awaited, entropy: &LoginEntropy, now: Timestamp) -> Decision<Progress> {
    let Awaited { account, application, device, guess, check } = awaited;
    let user = account.id;
    let mfa_token = Secret::new(URL_SAFE_NO_PAD.encode(entropy.mfa.expose()));
    let mut decision = Decision::grant(());
    let mut checked_hash = check.checked;
    if let Some(to) = check.rehashed {
        let from = std::mem::replace(&mut checked_hash, StoredHash::from(to.clone()));
        decision = decision
            .with_change(Change::ReplaceHash { user, from, to })
            .with_event(Event::PasswordRehashed { user });
    }
    let login = MfaLogin {
        digest: TokenDigest::of(mfa_token.expose().as_bytes()),
        user,
        application,
        device,
        checked_hash,
        expires_at: now.plus_secs(MFA_LOGIN_TTL_SECS),
        wrong_codes: 0,
    };
    decision
        .with_change(Change::OpenMfaLogin { login: Box::new(login), at: now })
        .with_changes(guess.take_back())
        .with_event(Event::SecondFactorAwaited { user })
        .and_then(|()| Decision::grant(Progress::SecondFactorAwaited { mfa_token }))
}

/// Whether a log-in still waits for a code. `standing` is what the store holds under the token, `None` where it holds
/// nothing. One that has seen too many wrong codes is done with; while its account's lock is on, it is told of that.
pub fn admit_token(standing: Option<FinishStanding>, now: Timestamp) -> Decision<FinishStanding> {
    let user = standing.as_ref().map(|standing| standing.account.id);
    let refuse = |rejection: Rejection| {
        let reason = LoginFailure::Refused(rejection.code);
        Decision::refuse(rejection).with_event(Event::LoginFailed { user, reason })
    };
    match standing {
        Some(standing) if standing.waits(now) => {
            if standing.login.wrong_codes < WRONG_CODES_LIMIT {
                return Decision::grant(standing);
            }
            match standing.factor.wrong_codes.wait_secs(now) {
                Some(secs) => refuse(Rejection::retry_after(Code::TooManyAttempts, secs)),
                None => refuse(Rejection::of(Code::MfaTokenInvalid)),
            }
        }
        _ => refuse(Rejection::of(Code::MfaTokenInvalid)),
    }
}

impl FinishStanding {
    fn waits(&self, now: Timestamp) -> bool {
        now < self.login.expires_at
            && self.login.user == self.account.id
            && self.login.checked_hash == self.account.password_hash
            && self.account.status == AccountStatus::Active
            && self.factor.enabled().is_some()
    }
}

/// Decides whether the code finishes the log-in. The device is told a new token: of its old one only the digest is
/// known by now.
pub fn finish(
    standing: Option<FinishStanding>,
    shown: &ShownCode,
    entropy: &LoginEntropy,
    context: LoginContext<'_>,
) -> Decision<LoggedIn> {
    let now = context.now;
    admit_token(standing, now).and_then(|standing| {
        let FinishStanding { login, account, application, roles, factor, had_device } = standing;
        let user = Some(account.id);
        let refuse = |code| {
            Decision::refuse(Rejection::of(code))
                .with_event(Event::LoginFailed { user, reason: LoginFailure::Refused(code) })
        };
        if context.policy.require_verified_email && !account.email_verified {
            return refuse(Code::EmailNotVerified);
        }
        if application.status == ApplicationStatus::Disabled {
            return refuse(Code::ApplicationDisabled);
        }
        let Some(enabled) = factor.enabled() else { return refuse(Code::MfaTokenInvalid) };
        let digest = login.digest;
        let decision = factor
            .spend(account.id, None, enabled, shown, now)
            .and_then(|()| finished(login, account, roles, had_device, entropy, context));
        match &decision.outcome {
            Err(rejection) if rejection.code == Code::InvalidCode => {
                decision.with_change(Change::CountWrongCode { digest })
            }
            _ => decision,
        }
    })
}

fn finished(
    login: MfaLogin,
    account: Account,
    roles: Vec<Role>,
    had_device: bool,
    entropy: &LoginEntropy,
    context: LoginContext<'_>,
) -> Decision<LoggedIn> {
    let guess = Guess::new(GuessSubject::Account(account.id), login.device, context.network);
    let admitted = Admitted {
        account,
        application: login.application,
        roles,
        guess,
        checked: login.checked_hash,
        known_device: None,
        is_told_of: had_device && login.device.is_none(),
        second_factor: true,
    };
    let mut decision = Decision::grant(()).with_change(Change::EndMfaLogin { digest: login.digest });
    if let Some(digest) = login.device {
        decision = decision.with_change(Change::ForgetDevice { digest });
    }
    decision.and_then(|()| open_session(admitted, None, entropy, context))
}
