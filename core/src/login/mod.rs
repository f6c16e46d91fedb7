//! Log-in: two decisions around one costly check.
//!
//! The host loads the account that the name belongs to and asks [`admit`], which counts the guess before
//! anything is looked at. It then has the password held against [`hash_to_check`] and asks [`decide`].

mod form;
mod pace;
mod second_factor;
#[cfg(test)]
mod tests;

pub use form::{Identifier, Login, LoginForm, RequestedApplication};
pub use pace::failure_pace;
pub use second_factor::{
    FinishStanding, MFA_LOGIN_TTL_SECS, MFA_LOGINS_PER_USER, MfaLogin, admit_token, finish,
};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::{Account, AccountStatus};
use crate::application::{Application, ApplicationStatus};
use crate::change::Change;
use crate::decision::Decision;
use crate::event::{Event, LoginFailure};
use crate::id::{ApplicationId, SessionId, TokenId};
use crate::mail::Notice;
use crate::mfa::FactorStanding;
use crate::network::Network;
use crate::password::{PasswordHash, StoredHash};
use crate::permission::Role;
use crate::policy::Policy;
use crate::rejection::{Code, Fault, Rejection};
use crate::secret::{Secret, TokenDigest};
use crate::session::{Client, Pair, Session};
use crate::throttle::{Guess, GuessSubject, Tally};
use crate::time::Timestamp;
use crate::token::{AccessClaims, RefreshKey};

/// What a right password has come to.
#[derive(Debug, Clone)]
pub enum Progress {
    /// The log-in is finished.
    Finished(Box<LoggedIn>),
    /// It waits for the second factor.
    SecondFactorAwaited {
        /// Stands for this log-in, and opens nothing without a code.
        mfa_token: Secret<String>,
    },
}

/// What a finished log-in gives.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// Who logged in.
    pub account: Account,
    /// What the access token will say. The host signs it.
    pub claims: AccessClaims,
    /// Good for one new pair of tokens.
    pub refresh_token: Secret<String>,
    /// When the session ends, whatever happens.
    pub session_ends: Timestamp,
    /// Tells the device again at the next log-in. It opens nothing by itself.
    pub device_token: Secret<String>,
}

/// The randomness of one log-in, from the host.
#[derive(Debug, Clone)]
pub struct LoginEntropy {
    /// Becomes the session's id.
    pub session: [u8; 16],
    /// Becomes the token's id.
    pub jti: [u8; 16],
    /// Becomes the device token.
    pub device: Secret<[u8; 32]>,
    /// Becomes the token of a log-in that waits for its second factor.
    pub mfa: Secret<[u8; 32]>,
}

/// What the store says of a log-in.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account that the name belongs to; `None` for a name of nobody.
    pub account: Option<Account>,
    /// Whether the device token is one of that account's.
    pub device_known: bool,
    /// Whether the account was ever known on any device, and so was logged in to before. It may be known on none by now,
    /// since another password has all forgotten.
    pub had_device: bool,
    /// What there is of its second factor.
    pub factor: FactorStanding,
    /// The application asked for, or the one the account registered with; `None` where there is none.
    pub application: Option<Application>,
    /// The roles that the account holds in that application; with any, it belongs to it.
    pub roles: Vec<Role>,
}

impl Standing {
    /// What is enough to count a guess and to refuse a wrong password: who has the name. The rest is looked up once the
    /// password is right; before that, whatever is read for an account alone would tell by its time that there is one.
    pub fn of_name(account: Option<Account>, device_known: bool) -> Self {
        Self {
            account,
            device_known,
            had_device: false,
            factor: FactorStanding::default(),
            application: None,
            roles: Vec::new(),
        }
    }

    /// The guess that this log-in is, from `network`, which is `None` where addresses are not counted. A known device
    /// has a count of its own, so that strangers who use the account's up do not shut its owner out.
    pub fn guess(&self, login: &Login, network: Option<Network>) -> Guess {
        match &self.account {
            None => Guess::new(GuessSubject::of_name(login.identifier.as_str()), None, network),
            Some(account) => {
                let device = login.device_digest().filter(|_| self.device_known);
                Guess::new(GuessSubject::Account(account.id), device, network)
            }
        }
    }
}

/// What the host gives besides.
#[derive(Debug, Clone, Copy)]
pub struct LoginContext<'a> {
    /// The settings.
    pub policy: &'a Policy,
    /// The `iss` of the token.
    pub issuer: &'a str,
    /// Makes the refresh token.
    pub refresh_key: &'a RefreshKey,
    /// Who asks.
    pub client: &'a Client,
    /// Where guesses are counted besides the account; `None` where addresses are not counted.
    pub network: Option<Network>,
    /// When.
    pub now: Timestamp,
}

/// How the password's check came out.
#[derive(Debug, Clone)]
pub struct PasswordCheck {
    /// The hash that it was held against.
    pub checked: StoredHash,
    /// Whether it matches.
    pub matches: bool,
    /// The password's hash at the present cost; `None` unless it matches and the stored one is weaker.
    pub rehashed: Option<PasswordHash>,
}

/// Whether one more guess may be made, from the counters alone: names of nobody are counted alike, so the
/// answer tells nothing of whether an account exists.
pub fn admit(standing: &Standing, guess: &Guess, tallies: &[Tally], now: Timestamp) -> Decision<()> {
    match guess.admit(tallies, now) {
        Ok(counted) => Decision::grant(()).with_changes(counted),
        Err(secs) => {
            let user = standing.account.as_ref().map(|account| account.id);
            Decision::refuse(Rejection::retry_after(Code::TooManyAttempts, secs))
                .with_event(Event::LoginFailed { user, reason: LoginFailure::LockedOut })
        }
    }
}

/// The hash to hold the password against: the account's own, or for a name of nobody one that nothing
/// matches and that costs the same. A deleted account has that one too: were its own matched, what a right password
/// leads to (more is looked up, a weak hash is made anew) would show that it was right.
pub fn hash_to_check(account: Option<&Account>, policy: &Policy) -> StoredHash {
    account.filter(|account| account.status != AccountStatus::Deleted).map_or_else(
        || StoredHash::from(PasswordHash::decoy(policy.argon2)),
        |account| account.password_hash.clone(),
    )
}

/// Decides the log-in once the password was checked. What a wrong password may tell (nothing) comes before
/// what the right one may (suspension, verification, membership). Of a wrong one no more is looked at than
/// [`Standing::of_name`] says.
pub fn decide(
    login: &Login,
    standing: Standing,
    check: PasswordCheck,
    entropy: &LoginEntropy,
    context: LoginContext<'_>,
) -> Decision<Progress> {
    let guess = standing.guess(login, context.network);
    let user = standing.account.as_ref().map(|account| account.id);
    let wrong = |reason| {
        Decision::refuse(Rejection::of(Code::InvalidCredentials))
            .with_event(Event::LoginFailed { user, reason })
    };

    let Some(account) = standing.account else { return wrong(LoginFailure::UnknownName) };
    if account.status == AccountStatus::Deleted {
        return wrong(LoginFailure::Deleted);
    }
    // The hash may have been replaced while this one was being checked.
    if !check.matches || check.checked != account.password_hash {
        return wrong(LoginFailure::WrongPassword);
    }
    // From here on the password is right, so this was no wrong guess, whatever stands in its way.
    let refused = |rejection: Rejection, code| {
        Decision::refuse(rejection)
            .with_changes(guess.take_back())
            .with_event(Event::LoginFailed { user, reason: LoginFailure::Refused(code) })
    };
    let refuse = |code| refused(Rejection::of(code), code);
    if account.status == AccountStatus::Suspended {
        return refuse(Code::AccountSuspended);
    }
    if context.policy.require_verified_email && !account.email_verified {
        return refuse(Code::EmailNotVerified);
    }
    let Some(application) = standing.application else {
        let fault = Fault::new("application_id", Code::UnknownApplication, "There is no such application.");
        return refused(Rejection::validation(vec![fault]), Code::UnknownApplication);
    };
    if application.status == ApplicationStatus::Disabled {
        return refuse(Code::ApplicationDisabled);
    }
    if !account.belongs_to(&application.id, !standing.roles.is_empty()) {
        return refuse(Code::NotAMember);
    }
    let second_factor = match (standing.factor.enabled(), &login.second_factor) {
        (None, _) => Decision::grant(false),
        (Some(factor), Some(shown)) => {
            let spent = standing.factor.spend(account.id, None, factor, shown, context.now);
            spent.and_then(|()| Decision::grant(true))
        }
        (Some(_), None) => {
            let device = login.device_digest().filter(|_| standing.device_known);
            let awaited =
                second_factor::Awaited { account, application: application.id, device, guess, check };
            return second_factor::wait(awaited, entropy, context.now);
        }
    };
    let (at_account, at_address) = (guess.take_back_at_account(), guess.take_back_at_address());
    let decided = second_factor.and_then(|second_factor| {
        let known_device = login.device_token.clone().filter(|_| standing.device_known);
        let PasswordCheck { checked, rehashed, .. } = check;
        let admitted = Admitted {
            account,
            guess,
            checked,
            is_told_of: standing.had_device && known_device.is_none(),
            known_device,
            second_factor,
            application: application.id,
            roles: standing.roles,
        };
        open_session(admitted, rehashed, entropy, context)
    });
    let decided = if decided.outcome.is_err() {
        decided.with_changes(at_account)
    } else {
        decided.with_changes(at_address)
    };
    decided.and_then(|logged_in| Decision::grant(Progress::Finished(Box::new(logged_in))))
}

/// A log-in to which nothing is wanting.
struct Admitted {
    account: Account,
    application: ApplicationId,
    /// Those that the account holds there.
    roles: Vec<Role>,
    /// The guess that it was.
    guess: Guess,
    /// The hash that the password was held against.
    checked: StoredHash,
    /// The token of a device that is known already; `None` where it is told a new one.
    known_device: Option<Secret<String>>,
    /// Whether its owner is told that a device is new.
    is_told_of: bool,
    second_factor: bool,
}

fn open_session(
    admitted: Admitted,
    rehashed: Option<PasswordHash>,
    entropy: &LoginEntropy,
    context: LoginContext<'_>,
) -> Decision<LoggedIn> {
    let LoginContext { policy, issuer, refresh_key, client, now, .. } = context;
    let Admitted { account, application, roles, guess, checked, known_device, is_told_of, second_factor } =
        admitted;
    let user = account.id;
    let id = SessionId::from_bytes(entropy.session);
    let expires_at = now.plus_secs(i64::from(policy.refresh_token_ttl_secs));
    let times = Pair::times(policy, now, expires_at);
    let (pair, refresh_token) = Pair::new(refresh_key, id, 0, TokenId::from_bytes(entropy.jti), times);
    let session = Session {
        id,
        user,
        application,
        created_at: now,
        auth_time: now,
        last_used_at: now,
        expires_at,
        second_factor,
        pair,
        replaced: None,
        bearer_refresh: true,
        client: client.clone(),
    };
    let claims = session.claims(issuer, &roles);
    let new_device = known_device.is_none();
    let device_token =
        known_device.unwrap_or_else(|| Secret::new(URL_SAFE_NO_PAD.encode(entropy.device.expose())));
    let digest = TokenDigest::of(device_token.expose().as_bytes());

    let logged_in = LoggedIn { account, claims, refresh_token, session_ends: expires_at, device_token };
    let mut decision = Decision::grant(logged_in)
        .with_change(Change::OpenSession { session: Box::new(session), checked_hash: checked.clone() })
        .with_changes(guess.clear_at_account())
        .with_event(Event::LoginSucceeded { user });
    if is_told_of {
        let notice = Notice::NewDevice(client.clone());
        decision = decision.with_change(Change::Notify { user, notice, at: now });
    }
    if new_device {
        decision = decision.with_change(Change::RememberDevice { digest, user, at: now });
    }
    if let Some(to) = rehashed {
        decision = decision
            .with_change(Change::ReplaceHash { user, from: checked, to })
            .with_event(Event::PasswordRehashed { user });
    }
    decision
}
