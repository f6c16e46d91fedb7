use super::*;
use crate::field::Field;
use crate::id::ApplicationId;
use crate::password::Argon2Cost;
use crate::samples::{self, NOW, account};
use crate::throttle::{GUESS_LIMIT, Guesses};
use crate::token::RootSecret;

pub(super) fn standing(account: Option<Account>) -> Standing {
    let application = Some(samples::application());
    Standing {
        account,
        device_known: false,
        had_device: false,
        factor: FactorStanding::default(),
        application,
        roles: Vec::new(),
    }
}

pub(super) fn login() -> Login {
    let form = LoginForm {
        identifier: "Ada".into(),
        password: "analytical engine".into(),
        device_token: "a device".into(),
        ..LoginForm::default()
    };
    Login::parse(&form).unwrap()
}

pub(super) fn right() -> PasswordCheck {
    let checked = account().password_hash;
    PasswordCheck { checked, matches: true, rehashed: None }
}

fn wrong() -> PasswordCheck {
    PasswordCheck { matches: false, ..right() }
}

pub(super) fn entropy() -> LoginEntropy {
    LoginEntropy { session: [1; 16], jti: [2; 16], device: Secret::new([3; 32]), mfa: Secret::new([4; 32]) }
}

/// Gives the context that all log-ins here have.
pub(super) fn in_context<T>(policy: &Policy, decide: impl FnOnce(LoginContext<'_>) -> T) -> T {
    let root = RootSecret::new(&[9; 32]).unwrap();
    decide(LoginContext {
        policy,
        issuer: "countersign",
        refresh_key: &root.refresh_key(),
        client: &Client::default(),
        network: None,
        now: NOW,
    })
}

fn decided(standing: Standing, check: PasswordCheck, policy: &Policy) -> Decision<LoggedIn> {
    let decision = in_context(policy, |context| decide(&login(), standing, check, &entropy(), context));
    decision.and_then(|progress| match progress {
        Progress::Finished(logged_in) => Decision::grant(*logged_in),
        other => panic!("{other:?}"),
    })
}

fn ada() -> GuessSubject {
    GuessSubject::Account(account().id)
}

fn refusal(standing: Standing, check: PasswordCheck, policy: &Policy) -> (Code, Option<&'static str>) {
    let decision = decided(standing, check, policy);
    let code = decision.outcome.as_ref().unwrap_err().code;
    let right = code != Code::InvalidCredentials;
    let counted = [ada(), ada().in_a_row()];
    let expected =
        if right { counted.map(|subject| Change::TakeBackGuess { subject }).to_vec() } else { Vec::new() };
    assert_eq!(decision.changes, expected, "only a wrong password goes on counting");
    let reason = decision.events.first().and_then(Event::reason);
    (code, reason)
}

#[test]
fn what_is_wrong_is_told_to_the_log_but_not_to_the_caller() {
    let policy = Policy::default();
    let deleted = Account { status: AccountStatus::Deleted, ..account() };
    let suspended = Account { status: AccountStatus::Suspended, ..account() };
    let cases = [
        (None, wrong(), "unknown_name"),
        (Some(deleted.clone()), wrong(), "deleted"),
        (Some(deleted), right(), "deleted"),
        (Some(account()), wrong(), "wrong_password"),
        (Some(suspended), wrong(), "wrong_password"),
    ];
    for (account, check, reason) in cases {
        let told = refusal(standing(account), check, &policy);
        assert_eq!(told, (Code::InvalidCredentials, Some(reason)));
    }
}

#[test]
fn who_has_the_name_is_enough_to_refuse_a_wrong_password() {
    for account in [None, Some(account())] {
        let (code, _) = refusal(Standing::of_name(account, false), wrong(), &Policy::default());
        assert_eq!(code, Code::InvalidCredentials);
    }
}

#[test]
fn a_deleted_account_is_checked_like_a_name_of_nobody() {
    let policy = Policy::default();
    let own = StoredHash::from(PasswordHash::decoy(Argon2Cost::new(8, 1, 1).unwrap()));
    let checked = |status| {
        let account = Account { status, password_hash: own.clone(), ..account() };
        hash_to_check(Some(&account), &policy)
    };
    let decoy = hash_to_check(None, &policy);
    assert_eq!(decoy, PasswordHash::decoy(policy.argon2));
    assert_eq!(checked(AccountStatus::Deleted), decoy);
    for status in [AccountStatus::Active, AccountStatus::Suspended] {
        assert_eq!(checked(status), own);
    }
}

#[test]
fn a_decoy_that_somehow_matched_would_still_open_nothing() {
    let told = refusal(standing(None), right(), &Policy::default());
    assert_eq!(told, (Code::InvalidCredentials, Some("unknown_name")));
}

#[test]
fn the_right_password_learns_what_stands_in_its_way() {
    let strict = Policy { require_verified_email: true, ..Policy::default() };
    let lax = Policy::default();
    let suspended = Account { status: AccountStatus::Suspended, ..account() };
    assert_eq!(refusal(standing(Some(suspended)), right(), &lax).0, Code::AccountSuspended);
    assert_eq!(refusal(standing(Some(account())), right(), &strict).0, Code::EmailNotVerified);

    let with = |application| Standing { application, ..standing(Some(account())) };
    let of = |name: &str, status| {
        Some(Application { id: ApplicationId::parse(name).unwrap(), status, ..samples::application() })
    };
    assert_eq!(refusal(with(None), right(), &lax).0, Code::ValidationFailed);
    let disabled = with(of("default", ApplicationStatus::Disabled));
    assert_eq!(refusal(disabled, right(), &lax).0, Code::ApplicationDisabled);
    let other = with(of("other", ApplicationStatus::Active));
    assert_eq!(refusal(other.clone(), right(), &lax).0, Code::NotAMember);
    let disabled = with(of("other", ApplicationStatus::Disabled));
    assert_eq!(
        refusal(Standing { roles: vec![samples::role()], ..disabled }, right(), &lax).0,
        Code::ApplicationDisabled
    );
    let member = decided(Standing { roles: vec![samples::role()], ..other }, right(), &lax);
    assert_eq!(member.outcome.unwrap().claims.audience, "other", "a role makes one belong");
}

#[test]
fn a_password_changed_while_its_hash_was_checked_is_wrong() {
    let changed = Argon2Cost::new(8, 1, 1).unwrap();
    let account = Account { password_hash: PasswordHash::decoy(changed).into(), ..account() };
    let told = refusal(standing(Some(account)), right(), &Policy::default());
    assert_eq!(told, (Code::InvalidCredentials, Some("wrong_password")));
}

#[test]
fn a_finished_log_in_opens_a_session_clears_its_count_and_remembers_the_device() {
    let decision = decided(standing(Some(account())), right(), &Policy::default());
    let logged_in = decision.outcome.unwrap();
    assert_eq!(logged_in.claims.session_id, SessionId::from_bytes([1; 16]));
    assert_eq!(logged_in.claims.expires_at, NOW.plus_secs(3_600));
    assert_eq!(logged_in.claims.audience, "default");
    let user = account().id;
    let [Change::OpenSession { session, checked_hash }, clear, clear_in_a_row, remember] =
        &decision.changes[..]
    else {
        panic!("{:?}", decision.changes);
    };
    assert_eq!(*checked_hash, account().password_hash);
    let digest = TokenDigest::of(logged_in.refresh_token.expose().as_bytes());
    assert_eq!(session.pair.refresh_digest, digest);
    assert_eq!(session.expires_at, NOW.plus_secs(2_592_000));
    assert_eq!(*clear, Change::ClearGuesses { subject: ada() });
    assert_eq!(*clear_in_a_row, Change::ClearGuesses { subject: ada().in_a_row() });
    let digest = TokenDigest::of(logged_in.device_token.expose().as_bytes());
    assert_eq!(*remember, Change::RememberDevice { digest, user, at: NOW });
}

#[test]
fn a_password_does_not_age() {
    let made = NOW.plus_secs(-50 * 365 * 24 * 3_600);
    let old = Account { created_at: made, updated_at: made, ..account() };
    assert!(decided(standing(Some(old)), right(), &Policy::default()).outcome.is_ok());
}

#[test]
fn a_known_device_keeps_its_token_and_has_a_count_of_its_own() {
    let known = Standing { device_known: true, ..standing(Some(account())) };
    let digest = TokenDigest::of(b"a device");
    let subject = GuessSubject::Device(digest);
    assert_eq!(known.guess(&login(), None), Guess::new(ada(), Some(digest), None));
    let decision = decided(known, right(), &Policy::default());
    assert_eq!(decision.outcome.unwrap().device_token.expose(), "a device");
    assert!(decision.changes.contains(&Change::ClearGuesses { subject }));
    assert!(!decision.changes.iter().any(|change| matches!(change, Change::RememberDevice { .. })));
}

#[test]
fn a_device_token_of_another_account_is_as_good_as_none() {
    let guess = standing(Some(account())).guess(&login(), None);
    assert_eq!(guess.counted_on(), [ada(), ada().in_a_row()]);
    let nobody = Standing { device_known: true, ..standing(None) };
    let name = GuessSubject::of_name("ADA");
    assert_eq!(nobody.guess(&login(), None).counted_on(), [name.clone(), name.in_a_row()]);
}

#[test]
fn a_weak_hash_is_replaced_after_the_session_is_guarded_by_it() {
    let to = PasswordHash::decoy(Argon2Cost::new(64, 1, 1).unwrap());
    let check = PasswordCheck { rehashed: Some(to.clone()), ..right() };
    let decision = decided(standing(Some(account())), check, &Policy::default());
    let replace = Change::ReplaceHash { user: account().id, from: account().password_hash, to };
    assert_eq!(decision.changes.last(), Some(&replace));
    assert!(matches!(decision.changes.first(), Some(Change::OpenSession { .. })));
}

#[test]
fn an_access_token_does_not_outlive_its_session() {
    let short = Policy { refresh_token_ttl_secs: 60, ..Policy::default() };
    let decision = decided(standing(Some(account())), right(), &short);
    assert_eq!(decision.outcome.unwrap().claims.expires_at, NOW.plus_secs(60));
}

#[test]
fn the_last_guess_of_the_window_is_let_in_and_the_next_is_told_when() {
    let subject = GuessSubject::of_name("nobody");
    let admitted = |count| {
        let guesses = Guesses { count, oldest: Some(NOW.plus_secs(-3_540)) };
        let tally = Tally { subject: subject.clone(), limit: GUESS_LIMIT, guesses };
        admit(&standing(None), &Guess::new(subject.clone(), None, None), &[tally], NOW)
    };
    let last = admitted(GUESS_LIMIT - 1);
    assert!(last.outcome.is_ok());
    assert!(matches!(last.changes[..], [Change::CountGuess { .. }]));
    let over = admitted(GUESS_LIMIT);
    assert_eq!(over.changes, []);
    assert_eq!(over.outcome.unwrap_err(), Rejection::retry_after(Code::TooManyAttempts, 60));
}

#[test]
fn a_finished_log_in_gives_the_address_back_its_own_guess_and_no_other() {
    let network = Network::parse("192.0.2.1");
    let of_address = GuessSubject::Network(network.unwrap());
    let decided = |check| {
        in_context(&Policy::default(), |context| {
            let context = LoginContext { network, ..context };
            decide(&login(), standing(Some(account())), check, &entropy(), context)
        })
    };
    let at_address = |changes: Vec<Change>| {
        let mut changes = changes;
        changes.retain(|change| match change {
            Change::TakeBackGuess { subject } | Change::ClearGuesses { subject } => *subject == of_address,
            _ => false,
        });
        changes
    };
    let taken_back = Change::TakeBackGuess { subject: of_address.clone() };
    assert_eq!(at_address(decided(right()).changes), [taken_back]);
    assert_eq!(at_address(decided(wrong()).changes), []);
}

#[test]
fn exactly_one_name_is_wanted() {
    let codes = |form: LoginForm<'_>| -> Vec<(String, Code)> {
        let faults = Login::parse(&form).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect()
    };
    let given = |username: Field<'static>, email: Field<'static>| LoginForm {
        username,
        email,
        password: "x".into(),
        ..LoginForm::default()
    };
    assert_eq!(codes(given("ada".into(), "".into())), []);
    assert_eq!(codes(given("".into(), Field::Absent)), [], "a blank name is a wrong one");
    assert_eq!(
        codes(given("ada".into(), "ada@example.com".into())),
        [("email".to_owned(), Code::Conflicting)]
    );
    assert_eq!(
        codes(LoginForm::default()),
        [("identifier".to_owned(), Code::Required), ("password".to_owned(), Code::Required)]
    );
    assert_eq!(
        codes(given(Field::Other, "ada@example.com".into())),
        [("username".to_owned(), Code::InvalidType)]
    );
}

#[test]
fn a_new_device_is_told_of_where_there_was_ever_one_before() {
    let told = |device_known, had_device| {
        let standing = Standing { device_known, had_device, ..standing(Some(account())) };
        let notice = Notice::NewDevice(Client::default());
        let tell = Change::Notify { user: account().id, notice, at: NOW };
        let changes = decided(standing, right(), &Policy::default()).changes;
        changes.contains(&tell)
    };
    assert!(told(false, true));
    assert!(!told(true, true), "its token says that it is known");
    assert!(!told(false, false), "nobody has ever logged in");
}
