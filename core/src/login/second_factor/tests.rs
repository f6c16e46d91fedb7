use super::super::tests::{entropy, in_context, login, right, standing};
use super::super::{Login, Standing, decide};
use super::*;
use crate::mail::Notice;
use crate::mfa::TotpCode;
use crate::password::{Argon2Cost, PasswordHash};
use crate::policy::Policy;
use crate::samples::{self, NOW, account, application};
use crate::throttle::WrongCodes;

fn locked() -> WrongCodes {
    WrongCodes { count: WRONG_CODES_LIMIT, newest: Some(NOW.plus_secs(-60)), in_a_row: WRONG_CODES_LIMIT }
}

/// The code of the sample's factor at [`NOW`], or another.
fn code(right: bool) -> ShownCode {
    let text = if right { samples::CODE } else { "000000" };
    ShownCode::Totp(TotpCode::parse(text).unwrap())
}

fn on() -> FactorStanding {
    FactorStanding { factor: Some(samples::factor(true)), ..FactorStanding::default() }
}

fn progress(shown: Option<ShownCode>, factor: FactorStanding) -> Decision<Progress> {
    let login = Login { second_factor: shown, ..login() };
    let standing = Standing { factor, ..standing(Some(account())) };
    in_context(&Policy::default(), |context| decide(&login, standing, right(), &entropy(), context))
}

fn waiting() -> FinishStanding {
    let login = MfaLogin {
        digest: TokenDigest::of(b"mfa"),
        user: account().id,
        application: application().id,
        device: None,
        checked_hash: account().password_hash,
        expires_at: NOW.plus_secs(1),
        wrong_codes: 0,
    };
    FinishStanding {
        login,
        account: account(),
        application: application(),
        roles: Vec::new(),
        factor: on(),
        had_device: false,
    }
}

fn finished(standing: FinishStanding, shown: &ShownCode) -> Decision<LoggedIn> {
    in_context(&Policy::default(), |context| finish(Some(standing), shown, &entropy(), context))
}

fn taken_back_at_account() -> [Change; 2] {
    let ada = GuessSubject::Account(account().id);
    [ada.clone(), ada.in_a_row()].map(|subject| Change::TakeBackGuess { subject })
}

fn refusal<T: std::fmt::Debug>(decision: &Decision<T>) -> Code {
    decision.outcome.as_ref().unwrap_err().code
}

#[test]
fn without_a_code_the_log_in_waits_and_its_guess_is_taken_back() {
    let decision = progress(None, on());
    let Ok(Progress::SecondFactorAwaited { mfa_token }) = &decision.outcome else { panic!("{decision:?}") };
    let [Change::OpenMfaLogin { login, at: NOW }, taken_back @ ..] = &decision.changes[..] else {
        panic!("{:?}", decision.changes)
    };
    assert_eq!(login.digest, TokenDigest::of(mfa_token.expose().as_bytes()));
    assert_eq!(login.expires_at, NOW.plus_secs(300));
    assert_eq!((login.user, login.wrong_codes), (account().id, 0));
    assert_eq!(*taken_back, taken_back_at_account());
}

#[test]
fn a_weak_hash_is_replaced_before_the_log_in_waits_under_the_new_one() {
    let to = PasswordHash::decoy(Argon2Cost::new(8, 1, 1).unwrap());
    let check = PasswordCheck { rehashed: Some(to.clone()), ..right() };
    let standing = Standing { factor: on(), ..standing(Some(account())) };
    let decision =
        in_context(&Policy::default(), |context| decide(&login(), standing, check, &entropy(), context));
    let [Change::ReplaceHash { to: replaced, .. }, Change::OpenMfaLogin { login, .. }, ..] =
        &decision.changes[..]
    else {
        panic!("{:?}", decision.changes)
    };
    assert_eq!((replaced, &login.checked_hash), (&to, &StoredHash::from(to.clone())));
}

#[test]
fn the_right_code_finishes_the_log_in_at_once() {
    let decision = progress(Some(code(true)), on());
    let Ok(Progress::Finished(logged_in)) = &decision.outcome else { panic!("{decision:?}") };
    assert_eq!(logged_in.claims.amr, ["pwd", "otp", "mfa"]);
    assert!(decision.changes.iter().any(|change| matches!(change, Change::UseStep { .. })));
    let opened = decision.changes.iter().find_map(|change| match change {
        Change::OpenSession { session, .. } => Some(session.second_factor),
        _ => None,
    });
    assert_eq!(opened, Some(true));
}

#[test]
fn a_wrong_code_is_counted_apart_from_passwords() {
    let decision = progress(Some(code(false)), on());
    assert_eq!(refusal(&decision), Code::InvalidCode);
    let user = account().id;
    let counted = vec![Change::CountCode { user, at: NOW }];
    assert_eq!(decision.changes, [counted, taken_back_at_account().to_vec()].concat());
}

#[test]
fn while_the_lock_is_on_the_right_code_is_refused_unseen() {
    let locked = FactorStanding { wrong_codes: locked(), ..on() };
    let decision = progress(Some(code(true)), locked.clone());
    assert_eq!(decision.outcome.unwrap_err(), Rejection::retry_after(Code::TooManyAttempts, 840));
    let waiting = FinishStanding { factor: locked, ..waiting() };
    assert_eq!(refusal(&finished(waiting, &code(true))), Code::TooManyAttempts);
}

#[test]
fn a_code_where_no_factor_is_on_means_nothing() {
    let pending = FactorStanding { factor: Some(samples::factor(false)), ..on() };
    for factor in [FactorStanding::default(), pending] {
        let decision = progress(Some(code(false)), factor);
        let Ok(Progress::Finished(logged_in)) = &decision.outcome else { panic!("{decision:?}") };
        assert_eq!(logged_in.claims.amr, ["pwd"]);
    }
}

#[test]
fn a_token_and_the_right_code_open_the_session_that_the_log_in_asked_for() {
    let old = TokenDigest::of(b"a device");
    let mut standing = waiting();
    standing.login.device = Some(old);
    let decision = finished(standing, &code(true));
    let logged_in = decision.outcome.as_ref().unwrap();
    assert_eq!(logged_in.claims.amr, ["pwd", "otp", "mfa"]);
    for change in [
        Change::EndMfaLogin { digest: TokenDigest::of(b"mfa") },
        Change::ClearGuesses { subject: GuessSubject::SecondFactor(account().id) },
        Change::ClearGuesses { subject: GuessSubject::Device(old) },
        Change::ClearGuesses { subject: GuessSubject::Account(account().id).in_a_row() },
        Change::ForgetDevice { digest: old },
    ] {
        assert!(decision.changes.contains(&change), "{change:?} in {:?}", decision.changes);
    }
    let used = decision.changes.iter().filter(|change| matches!(change, Change::UseStep { .. })).count();
    let opened =
        decision.changes.iter().filter(|change| matches!(change, Change::OpenSession { .. })).count();
    assert_eq!((used, opened), (1, 1));
}

#[test]
fn a_wrong_code_counts_on_the_token_and_on_the_factor() {
    let decision = finished(waiting(), &code(false));
    assert_eq!(refusal(&decision), Code::InvalidCode);
    let digest = TokenDigest::of(b"mfa");
    let user = account().id;
    assert_eq!(decision.changes, [Change::CountCode { user, at: NOW }, Change::CountWrongCode { digest }]);
}

#[test]
fn a_token_is_void_once_anything_it_stood_on_has_changed() {
    let with = |change: fn(&mut FinishStanding)| {
        let mut standing = waiting();
        change(&mut standing);
        let decision = finished(standing, &code(true));
        assert_eq!(decision.changes, []);
        refusal(&decision)
    };
    let void = Code::MfaTokenInvalid;
    assert_eq!(with(|standing| standing.login.expires_at = NOW), void);
    assert_eq!(with(|standing| standing.login.wrong_codes = WRONG_CODES_LIMIT), void);
    assert_eq!(with(|standing| standing.login.user = UserId::new(8)), void);
    assert_eq!(with(|standing| standing.account.status = AccountStatus::Suspended), void);
    assert_eq!(with(|standing| standing.account.status = AccountStatus::Deleted), void);
    assert_eq!(with(|standing| standing.factor.factor = Some(samples::factor(false))), void);
    assert_eq!(with(|standing| standing.factor.factor = None), void);
    let changed = with(|standing| {
        let cost = crate::password::Argon2Cost::new(8, 1, 1).unwrap();
        standing.account.password_hash = PasswordHash::decoy(cost).into();
    });
    assert_eq!(changed, void);
    let disabled = with(|standing| standing.application.status = ApplicationStatus::Disabled);
    assert_eq!(disabled, Code::ApplicationDisabled);
    let strict = Policy { require_verified_email: true, ..Policy::default() };
    let unverified = in_context(&strict, |context| finish(Some(waiting()), &code(true), &entropy(), context));
    assert_eq!(refusal(&unverified), Code::EmailNotVerified);
    let gone = in_context(&Policy::default(), |context| finish(None, &code(true), &entropy(), context));
    assert_eq!(refusal(&gone), void);
}

#[test]
fn a_token_that_saw_five_wrong_codes_is_told_of_the_lock_while_that_is_on() {
    let mut standing = waiting();
    standing.login.wrong_codes = WRONG_CODES_LIMIT;
    standing.factor.wrong_codes = locked();
    assert_eq!(refusal(&admit_token(Some(standing), NOW)), Code::TooManyAttempts);
}

#[test]
fn a_device_that_was_known_by_its_token_is_no_new_one() {
    let told = |device, had_device| {
        let mut standing = FinishStanding { had_device, ..waiting() };
        standing.login.device = device;
        let changes = finished(standing, &code(true)).changes;
        changes.iter().any(|change| matches!(change, Change::Notify { notice: Notice::NewDevice(_), .. }))
    };
    let device = Some(TokenDigest::of(b"device"));
    assert!(told(None, true));
    assert!(!told(device, true));
    assert!(!told(None, false));
}
