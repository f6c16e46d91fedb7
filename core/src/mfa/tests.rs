use super::*;
use crate::change::Change;
use crate::decision::Decision;
use crate::field::Field;
use crate::id::{SessionId, UserId};
use crate::mail::Notice;
use crate::policy::Policy;
use crate::reauthenticate::{self, Proof};
use crate::rejection::{Code, Rejection};
use crate::samples::{self, NOW};
use crate::secret::Secret;
use crate::throttle::{GuessSubject, WRONG_CODES_LIMIT, WrongCodes};
use crate::time::Timestamp;

const ADA: UserId = UserId::new(7);
const SESSION: SessionId = SessionId::from_bytes([1; 16]);

fn proof() -> Proof {
    reauthenticate::by_auth_time(NOW, &Policy::default(), NOW).unwrap()
}

fn standing(on: bool) -> FactorStanding {
    FactorStanding { factor: Some(samples::factor(on)), ..FactorStanding::default() }
}

fn right() -> ShownCode {
    ShownCode::Totp(TotpCode::parse(samples::CODE).unwrap())
}

fn wrong() -> ShownCode {
    ShownCode::Totp(TotpCode::parse("000000").unwrap())
}

fn recovery() -> (ShownCode, RecoveryDigest) {
    let code = RecoveryCode::from_entropy([1; 10]);
    let digest = RecoveryKey::new(&[7; 32]).digest(ADA, &code);
    (ShownCode::Recovery(code), digest)
}

fn confirmed(shown: &ShownCode, standing: &FactorStanding) -> Decision<Confirmed> {
    let entropy = Secret::new(std::array::from_fn(|place| place as u8));
    let renewal = Renewal { entropy: &entropy, key: &RecoveryKey::new(&[7; 32]) };
    confirm(ADA, SESSION, shown, standing, renewal, NOW)
}

fn code<T: std::fmt::Debug>(decision: &Decision<T>) -> Code {
    decision.outcome.as_ref().unwrap_err().code
}

/// The owner is told of this.
fn tell(notice: Notice) -> Change {
    Change::Notify { user: ADA, notice, at: NOW }
}

/// The changes that every right code comes with.
fn counted() -> Vec<Change> {
    let codes = GuessSubject::SecondFactor(ADA);
    let cleared = [codes.clone(), codes.in_a_row()].map(|subject| Change::ClearGuesses { subject });
    [vec![Change::CountCode { user: ADA, at: NOW }], cleared.to_vec()].concat()
}

/// Those of a right code, and then these.
fn counted_and(changes: impl IntoIterator<Item = Change>) -> Vec<Change> {
    counted().into_iter().chain(changes).collect()
}

#[test]
fn another_secret_takes_the_place_of_one_that_waits_but_not_of_one_that_is_on() {
    let secret = SealedSecret::stored("new".to_owned());
    let propose = |stored: Option<&StoredFactor>| propose(ADA, proof(), stored, secret.clone(), NOW);
    let proposed = [Change::ProposeFactor { user: ADA, secret: secret.clone(), at: NOW }];
    assert_eq!(propose(None).changes, proposed);
    assert_eq!(propose(Some(&samples::factor(false).stored)).changes, proposed);
    let refused = propose(Some(&samples::factor(true).stored));
    assert_eq!((code(&refused), refused.changes), (Code::MfaAlreadyEnabled, Vec::new()));
}

#[test]
fn the_first_right_code_turns_the_factor_on_and_gives_ten_codes() {
    let decision = confirmed(&right(), &standing(false));
    let Ok(Confirmed::TurnedOn(codes)) = &decision.outcome else { panic!("{decision:?}") };
    assert_eq!(codes.len(), RECOVERY_CODES);
    let (before, after) = decision.changes.split_at(counted().len());
    let [Change::EnableFactor { step, .. }, Change::ReplaceRecoveryCodes { digests, .. }, told] = after
    else {
        panic!("{:?}", decision.changes)
    };
    assert_eq!(before, counted());
    assert_eq!(*told, tell(Notice::SecondFactorEnabled));
    assert_eq!(*step, TotpStep::at(NOW));
    let key = RecoveryKey::new(&[7; 32]);
    assert_eq!(*digests, codes.iter().map(|code| key.digest(ADA, code)).collect::<Vec<_>>());
    assert!(digests.iter().all(|digest| digests.iter().filter(|other| *other == digest).count() == 1));
}

#[test]
fn a_recovery_code_turns_nothing_on() {
    let (shown, digest) = recovery();
    let standing = FactorStanding { recovery: Some(digest), ..standing(false) };
    let decision = confirmed(&shown, &standing);
    assert_eq!(code(&decision), Code::InvalidCode);
    assert_eq!(decision.changes, [Change::CountCode { user: ADA, at: NOW }]);
}

#[test]
fn where_the_factor_is_on_a_right_code_counts_as_a_log_in() {
    let decision = confirmed(&right(), &standing(true));
    assert_eq!(decision.outcome, Ok(Confirmed::Shown));
    let secret = samples::factor(true).stored.secret;
    let used = Change::UseStep { user: ADA, secret, step: TotpStep::at(NOW) };
    let shown = Change::Reauthenticate { session: SESSION, at: NOW };
    assert_eq!(decision.changes, counted_and([used, shown]));
}

#[test]
fn a_used_step_and_a_wrong_code_are_counted_and_change_nothing_else() {
    let mut used = standing(true);
    used.factor.as_mut().unwrap().stored.last_step = Some(TotpStep::at(NOW));
    let unknown = recovery().0;
    for (shown, standing) in [
        (&right(), &used),
        (&wrong(), &standing(true)),
        (&wrong(), &standing(false)),
        (&ShownCode::Impossible, &standing(true)),
        (&unknown, &standing(true)),
    ] {
        let decision = confirmed(shown, standing);
        assert_eq!(code(&decision), Code::InvalidCode, "{shown:?}");
        assert_eq!(decision.changes, [Change::CountCode { user: ADA, at: NOW }]);
    }
}

#[test]
fn a_recovery_code_is_used_up_by_what_it_buys() {
    let (shown, digest) = recovery();
    let standing = FactorStanding { recovery: Some(digest), ..standing(true) };
    let decision = disable(ADA, &shown, &standing, NOW);
    assert!(decision.outcome.is_ok());
    let used = Change::UseRecoveryCode { user: ADA, digest };
    let (told_of_code, removed) =
        (tell(Notice::RecoveryCodeUsed), Change::RemoveFactor { user: ADA, at: NOW });
    let told = tell(Notice::SecondFactorDisabled);
    assert_eq!(decision.changes, counted_and([used, told_of_code, removed, told]));
}

#[test]
fn new_recovery_codes_cost_a_code() {
    let entropy = Secret::new([3; 100]);
    let renewal = Renewal { entropy: &entropy, key: &RecoveryKey::new(&[7; 32]) };
    let renew = |shown: &ShownCode| renew_recovery_codes(ADA, proof(), shown, &standing(true), renewal, NOW);
    let renewed = renew(&right());
    assert_eq!(renewed.changes.last(), Some(&tell(Notice::RecoveryCodesReplaced)));
    assert_eq!(renewed.outcome.unwrap().len(), RECOVERY_CODES);
    assert_eq!(code(&renew(&wrong())), Code::InvalidCode);
}

#[test]
fn where_nothing_is_on_there_is_nothing_to_show_or_to_turn_off() {
    assert_eq!(code(&confirmed(&right(), &FactorStanding::default())), Code::MfaNotEnabled);
    for standing in [FactorStanding::default(), standing(false)] {
        let decision = disable(ADA, &right(), &standing, NOW);
        assert_eq!((code(&decision), decision.changes), (Code::MfaNotEnabled, Vec::new()));
        assert_eq!(code(&show(ADA, SESSION, &right(), &standing, NOW)), Code::MfaNotEnabled);
    }
}

#[test]
fn five_wrong_codes_in_a_row_lock_out_the_right_one_for_fifteen_minutes() {
    let told = |count, at: Timestamp| {
        let wrong_codes = WrongCodes { count, newest: Some(NOW.plus_secs(-899)), in_a_row: count };
        let standing = FactorStanding { wrong_codes, ..standing(true) };
        let decision = disable(ADA, &right(), &standing, at);
        (decision.outcome, decision.changes.len())
    };
    assert_eq!(told(WRONG_CODES_LIMIT - 1, NOW), (Ok(()), 6));
    assert_eq!(told(WRONG_CODES_LIMIT, NOW), (Err(Rejection::retry_after(Code::TooManyAttempts, 1)), 0));
    assert_eq!(told(WRONG_CODES_LIMIT, NOW.plus_secs(1)), (Ok(()), 6));
}

#[test]
fn a_code_is_counted_on_the_address_that_it_is_shown_from() {
    let [count, take_back] = samples::counted_on_address();
    let shown = |shown: &ShownCode, guesses, on| {
        confirmed(shown, &FactorStanding { from_address: samples::from_address(guesses), ..standing(on) })
    };
    for on in [true, false] {
        assert_eq!(
            shown(&wrong(), 99, on).changes,
            [Change::CountCode { user: ADA, at: NOW }, count.clone()]
        );
        let right = shown(&right(), 99, on);
        assert!(right.outcome.is_ok());
        assert_eq!(right.changes[3..5], [count.clone(), take_back.clone()]);
        for code in [self::right(), wrong(), recovery().0] {
            let refused = shown(&code, 100, on);
            assert_eq!(refused.outcome.unwrap_err(), Rejection::retry_after(Code::TooManyAttempts, 3_000));
            assert_eq!(refused.changes, []);
        }
    }
}

#[test]
fn of_the_two_codes_one_must_be_there() {
    let parse = |code: Field<'_>, recovery_code: Field<'_>| {
        ShownCode::parse(&code, &recovery_code).map_err(|faults| {
            faults.iter().map(|fault| (fault.field.to_string(), fault.code)).collect::<Vec<_>>()
        })
    };
    let fault = |field: &str, code| Err(vec![(field.to_owned(), code)]);
    assert_eq!(parse(Field::Absent, "".into()), fault("code", Code::Required));
    assert_eq!(parse("123456".into(), "a".into()), fault("recovery_code", Code::Conflicting));
    assert_eq!(parse(Field::Other, Field::Null), fault("code", Code::InvalidType));
    assert_eq!(parse("123456".into(), Field::Other), fault("recovery_code", Code::InvalidType));
    assert_eq!(parse("".into(), "no code".into()), Ok(ShownCode::Impossible));
    assert_eq!(parse(samples::CODE.into(), Field::Null), Ok(right()));
}
