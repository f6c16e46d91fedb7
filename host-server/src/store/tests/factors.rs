//! What every database must do with second factors.

use countersign_core::change::Change;
use countersign_core::id::{ApplicationId, UserId};
use countersign_core::login::{MFA_LOGINS_PER_USER, MfaLogin};
use countersign_core::mfa::{
    RecoveryCode, RecoveryDigest, RecoveryKey, SealedSecret, StoredFactor, TotpStep,
};
use countersign_core::secret::TokenDigest;
use countersign_core::session::Session;
use countersign_core::throttle::{
    CODE_LOCK_SECS, GUESS_WINDOW_SECS, GuessSubject, IN_A_ROW_LIMIT, WRONG_CODES_LIMIT, WrongCodes,
};
use countersign_core::time::Timestamp;

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, new_account, open_session, password_hash, session, temporary_file};

const DONE: Committed = Committed::Applied { created: None };
const STEP: TotpStep = TotpStep::new(56_666_666);

contract! {
    a_factor_waits_until_it_is_turned_on,
    a_secret_that_was_replaced_turns_nothing_on,
    a_step_is_used_once_and_never_after_a_later_one,
    a_recovery_code_is_used_once_and_only_by_its_owner,
    new_recovery_codes_take_the_place_of_the_old,
    nothing_is_left_of_a_factor_that_is_removed,
    codes_are_counted_up_to_the_lock_and_one_at_a_time_after_it,
    of_codes_in_a_row_a_hundred_are_looked_at_however_long_it_takes,
    a_session_is_opened_by_a_second_factor_only_where_one_is_on,
    a_log_in_waits_and_is_finished_once,
    a_log_in_waits_only_for_a_factor_that_is_on_and_the_checked_hash,
    a_token_takes_five_wrong_codes,
    only_the_newest_log_ins_wait,
    whatever_ends_all_sessions_ends_the_waiting_too,
    a_code_makes_the_session_a_fresh_one,
}

fn secret(text: &str) -> SealedSecret {
    SealedSecret::stored(format!("v1.{text}"))
}

fn digest(user: UserId, code: u8) -> RecoveryDigest {
    RecoveryKey::new(&[7; 32]).digest(user, &RecoveryCode::from_entropy([code; 10]))
}

fn propose(user: UserId, text: &str) -> Change {
    Change::ProposeFactor { user, secret: secret(text), at: NOW }
}

fn enable(user: UserId, text: &str) -> Change {
    Change::EnableFactor { user, secret: secret(text), step: STEP, at: NOW.plus_secs(9) }
}

fn use_step(user: UserId, text: &str, steps: i64) -> Change {
    Change::UseStep { user, secret: secret(text), step: TotpStep::new(STEP.number() + steps) }
}

fn mfa_login(user: UserId, number: u128, expires_at: Timestamp) -> MfaLogin {
    MfaLogin {
        digest: TokenDigest::of(&number.to_be_bytes()),
        user,
        application: ApplicationId::default_application(),
        device: Some(TokenDigest::of(b"device")),
        checked_hash: password_hash(0).into(),
        expires_at,
        wrong_codes: 0,
    }
}

fn wait(user: UserId, number: u128) -> Change {
    Change::OpenMfaLogin { login: Box::new(mfa_login(user, number, NOW.plus_secs(300))), at: NOW }
}

impl Store {
    async fn does(&self, change: Change) -> bool {
        self.commit(&[change]).await.unwrap() == DONE
    }

    async fn with_factor(&self, name: &str) -> UserId {
        let user = self.create(new_account(name)).await.unwrap();
        assert_eq!(self.commit(&[propose(user, "a"), enable(user, "a")]).await.unwrap(), DONE);
        user
    }

    fn is_marked(&self, user: UserId) -> bool {
        self.account(user).unwrap().unwrap().mfa_enabled
    }
}

async fn a_factor_waits_until_it_is_turned_on(store: Store) {
    let user = store.create(new_account("Ada")).await.unwrap();
    assert!(store.does(propose(user, "a")).await);
    let waits =
        StoredFactor { secret: secret("a"), enabled_at: None, last_step: None, address_verified: false };
    assert_eq!(store.factor(user).unwrap(), Some(waits));
    assert!(!store.is_marked(user));
    assert!(!store.does(use_step(user, "a", 1)).await);

    assert!(store.does(enable(user, "a")).await);
    let on = StoredFactor {
        secret: secret("a"),
        enabled_at: Some(NOW.plus_secs(9)),
        last_step: Some(STEP),
        address_verified: false,
    };
    assert_eq!(store.factor(user).unwrap(), Some(on.clone()));
    assert!(store.is_marked(user));
    // Neither turned on twice nor replaced.
    assert!(!store.does(enable(user, "a")).await);
    assert!(!store.does(propose(user, "b")).await);
    assert_eq!(store.factor(user).unwrap(), Some(on));
    assert!(!store.does(propose(UserId::new(99), "a")).await, "nobody has none");
}

async fn a_secret_that_was_replaced_turns_nothing_on(store: Store) {
    let user = store.create(new_account("Ada")).await.unwrap();
    assert!(store.does(propose(user, "a")).await);
    assert!(store.does(propose(user, "b")).await);
    assert!(!store.does(enable(user, "a")).await);
    assert!(!store.is_marked(user));
    assert!(store.does(enable(user, "b")).await);
}

async fn a_step_is_used_once_and_never_after_a_later_one(store: Store) {
    let user = store.with_factor("Ada").await;
    assert!(!store.does(use_step(user, "a", 0)).await, "it turned the factor on");
    assert!(store.does(use_step(user, "a", 2)).await);
    for steps in [1, 2] {
        assert!(!store.does(use_step(user, "a", steps)).await, "{steps}");
    }
    assert!(!store.does(use_step(user, "b", 3)).await, "another secret's");
    assert!(store.does(use_step(user, "a", 3)).await);
}

async fn a_recovery_code_is_used_once_and_only_by_its_owner(store: Store) {
    let user = store.with_factor("Ada").await;
    let other = store.with_factor("Grace").await;
    let code = digest(user, 1);
    assert!(store.does(Change::ReplaceRecoveryCodes { user, digests: vec![code, digest(user, 2)] }).await);
    assert!(store.recovery_code_known(user, &code).unwrap());
    assert!(!store.recovery_code_known(other, &code).unwrap());
    assert!(!store.does(Change::UseRecoveryCode { user: other, digest: code }).await);
    assert!(store.does(Change::UseRecoveryCode { user, digest: code }).await);
    assert!(!store.does(Change::UseRecoveryCode { user, digest: code }).await);
    assert!(!store.recovery_code_known(user, &code).unwrap());
    assert!(store.recovery_code_known(user, &digest(user, 2)).unwrap());
}

async fn new_recovery_codes_take_the_place_of_the_old(store: Store) {
    let user = store.with_factor("Ada").await;
    for codes in [[1, 2], [2, 3]] {
        let digests = codes.map(|code| digest(user, code)).to_vec();
        assert!(store.does(Change::ReplaceRecoveryCodes { user, digests }).await);
    }
    let known = [1, 2, 3].map(|code| store.recovery_code_known(user, &digest(user, code)).unwrap());
    assert_eq!(known, [false, true, true]);
}

async fn nothing_is_left_of_a_factor_that_is_removed(store: Store) {
    let user = store.with_factor("Ada").await;
    store.does(Change::ReplaceRecoveryCodes { user, digests: vec![digest(user, 1)] }).await;
    assert!(store.does(wait(user, 1)).await);
    let at = NOW.plus_secs(77);
    assert!(store.does(Change::RemoveFactor { user, at }).await);
    assert_eq!(store.factor(user).unwrap(), None);
    assert!(!store.recovery_code_known(user, &digest(user, 1)).unwrap());
    assert_eq!(store.mfa_login(mfa_login(user, 1, NOW).digest).unwrap(), None);
    assert!(!store.is_marked(user));
    assert_eq!(store.account(user).unwrap().unwrap().updated_at, at);
}

async fn codes_are_counted_up_to_the_lock_and_one_at_a_time_after_it(store: Store) {
    let user = store.with_factor("Ada").await;
    let count = |secs| Change::CountCode { user, at: NOW.plus_secs(secs) };
    for number in 0..i64::from(WRONG_CODES_LIMIT) {
        assert!(store.does(count(number)).await, "{number}");
    }
    let last = i64::from(WRONG_CODES_LIMIT) - 1;
    let wrong = |secs| store.wrong_codes(user, NOW.plus_secs(secs)).unwrap();
    let newest = Some(NOW.plus_secs(last));
    let in_a_row = WRONG_CODES_LIMIT;
    assert_eq!(wrong(last), WrongCodes { count: WRONG_CODES_LIMIT, newest, in_a_row });
    // What the guard says and what core says are the same, to the second.
    for secs in [last, last + 1, last + CODE_LOCK_SECS - 1] {
        assert!(wrong(secs).wait_secs(NOW.plus_secs(secs)).is_some(), "{secs}");
        assert!(!store.does(count(secs)).await, "{secs}");
    }
    let over = last + CODE_LOCK_SECS;
    assert_eq!(wrong(over).wait_secs(NOW.plus_secs(over)), None);
    assert!(store.does(count(over)).await);
    assert!(!store.does(count(over)).await, "one, and the lock is on again");

    let much_later = over + GUESS_WINDOW_SECS;
    let in_a_row = WRONG_CODES_LIMIT + 1;
    assert_eq!(wrong(much_later), WrongCodes { in_a_row, ..WrongCodes::default() });
    assert!(store.does(count(much_later)).await);
    let codes = GuessSubject::SecondFactor(user);
    assert!(store.does(Change::ClearGuesses { subject: codes.clone() }).await);
    assert_eq!(wrong(much_later), WrongCodes { in_a_row: in_a_row + 1, ..WrongCodes::default() });
    assert!(store.does(Change::ClearGuesses { subject: codes.in_a_row() }).await);
    assert_eq!(wrong(much_later), WrongCodes::default());
}

async fn of_codes_in_a_row_a_hundred_are_looked_at_however_long_it_takes(store: Store) {
    let user = store.with_factor("Ada").await;
    let other = store.with_factor("Grace").await;
    let hours_later = |hours: u32| NOW.plus_secs(i64::from(hours) * GUESS_WINDOW_SECS);
    for hour in 0..IN_A_ROW_LIMIT {
        assert!(store.does(Change::CountCode { user, at: hours_later(hour) }).await, "{hour}");
    }
    let at = hours_later(10_000);
    assert_eq!(store.wrong_codes(user, at).unwrap().wait_secs(at), Some(3_600));
    assert!(!store.does(Change::CountCode { user, at }).await);
    assert!(store.does(Change::CountCode { user: other, at }).await);
    let subject = GuessSubject::SecondFactor(user).in_a_row();
    assert!(store.does(Change::ClearGuesses { subject }).await);
    assert!(store.does(Change::CountCode { user, at }).await);
}

async fn a_session_is_opened_by_a_second_factor_only_where_one_is_on(store: Store) {
    let with = store.with_factor("Ada").await;
    let without = store.create(new_account("Grace")).await.unwrap();
    for (number, user, second_factor, opens) in
        [(1, with, false, false), (2, with, true, true), (3, without, true, false), (4, without, false, true)]
    {
        let session = Session { second_factor, ..session(user, number) };
        assert_eq!(store.does(open_session(session)).await, opens, "{number}");
    }
}

async fn a_log_in_waits_and_is_finished_once(store: Store) {
    let user = store.with_factor("Ada").await;
    let expected = mfa_login(user, 1, NOW.plus_secs(300));
    assert!(store.does(wait(user, 1)).await);
    assert_eq!(store.mfa_login(expected.digest).unwrap(), Some(expected.clone()));
    let no_device = MfaLogin { device: None, ..mfa_login(user, 2, NOW.plus_secs(300)) };
    assert!(store.does(Change::OpenMfaLogin { login: Box::new(no_device.clone()), at: NOW }).await);
    assert_eq!(store.mfa_login(no_device.digest).unwrap(), Some(no_device));

    assert!(store.does(Change::EndMfaLogin { digest: expected.digest }).await);
    assert!(!store.does(Change::EndMfaLogin { digest: expected.digest }).await);
    assert_eq!(store.mfa_login(expected.digest).unwrap(), None);
}

async fn a_log_in_waits_only_for_a_factor_that_is_on_and_the_checked_hash(store: Store) {
    let without = store.create(new_account("Grace")).await.unwrap();
    assert!(store.does(propose(without, "a")).await);
    assert!(!store.does(wait(without, 1)).await);
    let user = store.with_factor("Ada").await;
    let open = |login| Change::OpenMfaLogin { login: Box::new(login), at: NOW };
    let login = mfa_login(user, 1, NOW.plus_secs(300));
    assert!(!store.does(open(MfaLogin { checked_hash: password_hash(1).into(), ..login.clone() })).await);
    let nowhere = ApplicationId::parse("nowhere").unwrap();
    assert!(!store.does(open(MfaLogin { application: nowhere, ..login.clone() })).await);
    store.write("UPDATE users SET status = 'suspended'").await;
    assert!(!store.does(open(login)).await);
}

async fn a_token_takes_five_wrong_codes(store: Store) {
    let user = store.with_factor("Ada").await;
    let digest = mfa_login(user, 1, NOW).digest;
    assert!(!store.does(Change::CountWrongCode { digest }).await);
    store.does(wait(user, 1)).await;
    for number in 1..=WRONG_CODES_LIMIT {
        assert!(store.does(Change::CountWrongCode { digest }).await);
        assert_eq!(store.mfa_login(digest).unwrap().unwrap().wrong_codes, number);
    }
    assert!(!store.does(Change::CountWrongCode { digest }).await);
}

async fn only_the_newest_log_ins_wait(store: Store) {
    let user = store.with_factor("Ada").await;
    let other = store.with_factor("Grace").await;
    assert!(store.does(wait(other, 100)).await);
    let most = u128::from(MFA_LOGINS_PER_USER);
    for number in 0..=most {
        let login = mfa_login(user, number, NOW.plus_secs(300 + number as i64));
        assert!(store.does(Change::OpenMfaLogin { login: Box::new(login), at: NOW }).await);
    }
    let waits = |number| store.mfa_login(mfa_login(user, number, NOW).digest).unwrap().is_some();
    assert!(!waits(0));
    assert!((1..=most).all(waits));
    assert!(waits(100), "another's is not counted");
    // The next log-in, whosever it is, forgets those that no longer wait.
    let at = NOW.plus_secs(1_000);
    let login = mfa_login(other, 101, at.plus_secs(300));
    assert!(store.does(Change::OpenMfaLogin { login: Box::new(login), at }).await);
    assert_eq!(store.count("SELECT count(*) FROM mfa_logins"), 1);
}

async fn whatever_ends_all_sessions_ends_the_waiting_too(store: Store) {
    let user = store.with_factor("Ada").await;
    let other = store.with_factor("Grace").await;
    for (user, number) in [(user, 1), (other, 2)] {
        assert!(store.does(wait(user, number)).await);
    }
    assert!(store.does(Change::EndSessions { user, except: Some(session(user, 1).id) }).await);
    assert_eq!(store.mfa_login(mfa_login(user, 1, NOW).digest).unwrap(), None);
    assert!(store.mfa_login(mfa_login(other, 2, NOW).digest).unwrap().is_some());
}

async fn a_code_makes_the_session_a_fresh_one(store: Store) {
    let user = store.create(new_account("Ada")).await.unwrap();
    let opened = session(user, 1);
    let id = opened.id;
    let at = NOW.plus_secs(500);
    assert!(!store.does(Change::Reauthenticate { session: id, at }).await);
    assert!(store.does(open_session(opened.clone())).await);
    assert!(store.does(Change::Reauthenticate { session: id, at }).await);
    let expected = Session { auth_time: at, second_factor: true, ..opened };
    assert_eq!(store.session_with_account(id).unwrap().unwrap().session, expected);
}
