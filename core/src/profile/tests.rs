use super::*;
use crate::account::AccountStatus;
use crate::field::Field;
use crate::mail::RecentMails;
use crate::samples::{NOW, account, session};
use crate::throttle::GuessSubject;

const LATER: Timestamp = NOW.plus_secs(3_600);

fn full_account() -> Account {
    Account {
        name: Some("Ada Lovelace".to_owned()),
        phone: Some("+442071234567".to_owned()),
        email_verified: true,
        ..account()
    }
}

fn standing() -> Standing {
    Standing {
        session: session(),
        account: full_account(),
        username_taken: false,
        email_taken: false,
        recent_mails: RecentMails::default(),
    }
}

fn update(form: &ProfileForm<'_>) -> ProfileUpdate {
    ProfileUpdate::parse(form, &full_account(), 8).unwrap()
}

fn faults(form: &ProfileForm<'_>) -> Vec<(String, Code)> {
    let faults = ProfileUpdate::parse(form, &full_account(), 8).unwrap_err();
    faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect()
}

fn new_hash() -> PasswordHash {
    PasswordHash::parse("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA").unwrap()
}

/// That `password` came alone and was held against the account's hash.
fn guessed(matches: bool) -> Evidence {
    let checked = account().password_hash;
    Evidence::of_password(
        &full_account(),
        reauthenticate::guess(&session()),
        PasswordCheck { checked, matches, rehashed: None },
    )
}

fn decided(update: &ProfileUpdate, evidence: Option<&Evidence>, now: Timestamp) -> Decision<Progress> {
    decide(update, &standing(), evidence, Some(&new_hash()), None, &Policy::default(), now)
}

fn code(decision: &Decision<Progress>) -> Option<Code> {
    decision.outcome.as_ref().err().map(|rejection| rejection.code)
}

fn done(decision: Decision<Progress>) -> Account {
    match decision.outcome.unwrap() {
        Progress::Done(account) => *account,
        other => panic!("{other:?}"),
    }
}

fn takes_back(decision: &Decision<Progress>) -> bool {
    decision.changes.contains(&Change::TakeBackGuess { subject: GuessSubject::Session(session().id) })
}

#[test]
fn what_equals_the_stored_is_no_change_and_moves_no_time() {
    let form = ProfileForm {
        username: "ada".into(),
        email: "ADA@example.com".into(),
        name: "Ada Lovelace".into(),
        first_name: Field::Null,
        last_name: "".into(),
        phone: "+44 (20) 7123 4567".into(),
        ..ProfileForm::default()
    };
    for form in [form, ProfileForm::default()] {
        let decision = decided(&update(&form), None, LATER);
        assert_eq!((&decision.changes[..], &decision.events[..]), (&[][..], &[][..]));
        assert_eq!(done(decision), full_account());
    }
}

#[test]
fn what_is_stored_is_not_held_to_todays_rules() {
    let odd = Account { username: Some("a".to_owned()), phone: Some("1".to_owned()), ..account() };
    let form = ProfileForm { username: "a".into(), phone: "1".into(), ..ProfileForm::default() };
    assert!(ProfileUpdate::parse(&form, &odd, 8).is_ok());
}

#[test]
fn null_clears_what_an_account_can_do_without() {
    let form = ProfileForm { name: Field::Null, phone: Field::Null, ..ProfileForm::default() };
    let after = done(decided(&update(&form), None, LATER));
    assert_eq!((after.name, after.phone, after.updated_at), (None, None, LATER));
    let form = ProfileForm { username: Field::Null, email: Field::Null, ..ProfileForm::default() };
    let fault = |field: &str| (field.to_owned(), Code::Required);
    assert_eq!(faults(&form), [fault("username"), fault("email")]);
    let nameless = Account { username: None, ..account() };
    let form = ProfileForm { username: Field::Null, password: Field::Null, ..ProfileForm::default() };
    assert!(ProfileUpdate::parse(&form, &nameless, 8).is_ok_and(|update| update.password.is_none()));
}

#[test]
fn all_faults_are_told_at_once_in_the_order_of_the_form() {
    let form = ProfileForm {
        username: "-".into(),
        email: "swordfish9@".into(),
        password: "Swordfish9@".into(),
        current_password: Field::Other,
        first_name: "\u{7}".into(),
        ..ProfileForm::default()
    };
    let told: Vec<_> = faults(&form).into_iter().map(|(field, _)| field).collect();
    assert_eq!(told, ["username", "email", "password", "current_password", "first_name"]);
    assert_eq!(faults(&form)[2].1, Code::PasswordIsIdentity);
}

#[test]
fn another_address_or_password_wants_a_recent_log_in_or_a_password() {
    let email = update(&ProfileForm { email: "new@example.com".into(), ..ProfileForm::default() });
    let password = update(&ProfileForm { password: "another engine".into(), ..ProfileForm::default() });
    assert_eq!(code(&decided(&email, None, LATER)), Some(Code::ReauthenticationRequired));
    let refused = decided(&password, Some(&guessed(false)), LATER);
    assert_eq!(code(&refused), Some(Code::ReauthenticationRequired));
    assert_eq!(refused.changes, [], "the guess stays counted");
    let (user, reason) = (account().id, LoginFailure::WrongPassword);
    assert_eq!(refused.events, [Event::ReauthenticationFailed { user, reason }]);

    let after = done(decided(&email, None, NOW));
    assert_eq!((after.email.as_str(), after.email_verified), ("new@example.com", false));
    let granted = decided(&password, Some(&guessed(false)), NOW);
    assert!(takes_back(&granted), "who only sets another password is not shut out for it");
    let user = account().id;
    let (from, to, except) = (account().password_hash, new_hash(), Some(session().id));
    assert!(granted.changes.contains(&Change::SetPassword { user, from, to, except, at: NOW }));
}

#[test]
fn the_password_that_it_is_proves_the_owner_and_changes_nothing() {
    let form = ProfileForm {
        email: "new@example.com".into(),
        password: "analytical engine".into(),
        ..ProfileForm::default()
    };
    let granted = decided(&update(&form), Some(&guessed(true)), LATER);
    assert!(takes_back(&granted));
    let set = |change: &Change| matches!(change, Change::SetPassword { .. });
    assert!(!granted.changes.iter().any(set));
    let after = done(granted);
    assert_eq!((after.email.as_str(), &after.password_hash), ("new@example.com", &account().password_hash));
}

#[test]
fn a_password_that_could_not_be_set_today_may_be_the_one_that_it_is() {
    let form = ProfileForm { password: "short".into(), ..ProfileForm::default() };
    let short = update(&form);
    assert_eq!(done(decided(&short, Some(&guessed(true)), LATER)), full_account());
    let refused = decided(&short, Some(&guessed(false)), NOW);
    let faults = &refused.outcome.as_ref().unwrap_err().faults;
    assert_eq!((faults[0].field.as_ref(), faults[0].code), ("password", Code::TooShort));
    assert!(!takes_back(&refused), "the answer tells that it is another");

    let renamed = ProfileForm { username: "difference".into(), password: "Difference".into(), ..form };
    let refused = decided(&update(&renamed), Some(&guessed(true)), LATER);
    assert_eq!(refused.outcome.unwrap_err().faults[0].code, Code::PasswordIsIdentity);
}

#[test]
fn the_current_password_beside_a_new_one_tells_whether_they_differ() {
    let proof = reauthenticate::by_check(
        &account(),
        &PasswordCheck { checked: account().password_hash, matches: true, rehashed: None },
    );
    for (password, changes) in [("analytical engine", false), ("another engine", true)] {
        let form = ProfileForm {
            password: password.into(),
            current_password: "analytical engine".into(),
            ..ProfileForm::default()
        };
        let update = update(&form);
        let evidence = Evidence::of_current_password(&update, proof.unwrap(), account().password_hash);
        let decision = decided(&update, Some(&evidence), LATER);
        assert!(!takes_back(&decision), "that was done with the check");
        assert_eq!(!decision.changes.is_empty(), changes, "{password}");
    }
}

#[test]
fn the_host_is_told_what_is_wanting() {
    let form = ProfileForm { password: "another engine".into(), ..ProfileForm::default() };
    let update = update(&form);
    let policy = Policy::default();
    let ask = |standing: &Standing, evidence: Option<&Evidence>| {
        decide(&update, standing, evidence, None, None, &policy, NOW).outcome.unwrap()
    };
    assert!(matches!(ask(&standing(), None), Progress::CheckPasswords));
    assert!(matches!(ask(&standing(), Some(&guessed(false))), Progress::HashPassword(_)));
    let mut rehashed = standing();
    rehashed.account.password_hash = new_hash().into();
    assert!(matches!(ask(&rehashed, Some(&guessed(true))), Progress::CheckPasswords));
}

#[test]
fn taken_names_are_told_last_and_tell_nothing_of_the_password() {
    let form = ProfileForm {
        username: "grace".into(),
        email: "grace@example.com".into(),
        password: "another engine".into(),
        ..ProfileForm::default()
    };
    let update = update(&form);
    let taken = Standing { username_taken: true, email_taken: true, ..standing() };
    for matches in [true, false] {
        let refused = decide(&update, &taken, Some(&guessed(matches)), None, None, &Policy::default(), NOW);
        assert_eq!(refused.outcome.as_ref().unwrap_err().faults.len(), 2);
        assert!(takes_back(&refused));
    }
    // One's own name in other letters is nobody else's, which the host has seen to.
    let form = ProfileForm { username: "ADA".into(), ..ProfileForm::default() };
    let update = ProfileUpdate::parse(&form, &full_account(), 8).unwrap();
    assert_eq!(done(decided(&update, None, LATER)).username.as_deref(), Some("ADA"));
}

#[test]
fn who_is_gone_meanwhile_changes_nothing() {
    let update = update(&ProfileForm { name: "Augusta".into(), ..ProfileForm::default() });
    for (status, told) in
        [(AccountStatus::Deleted, Code::UserNotFound), (AccountStatus::Suspended, Code::SessionEnded)]
    {
        let mut gone = standing();
        gone.account.status = status;
        let refused = decide(&update, &gone, None, None, None, &Policy::default(), NOW);
        assert_eq!((code(&refused), refused.changes), (Some(told), vec![]));
    }
}

#[cfg(feature = "sign")]
#[test]
fn another_address_is_asked_to_be_verified_and_the_old_one_told() {
    let form = ProfileForm { email: "augusta@example.com".into(), ..ProfileForm::default() };
    let (update, token) = (update(&form), token_to_the_new_address());
    let changes = |all| {
        // Those that somebody asked for are no reason not to send it.
        let recent_mails = RecentMails { all, resends: all, live_resets: all };
        let standing = Standing { recent_mails, ..standing() };
        decide(&update, &standing, None, None, Some(&token), &Policy::default(), NOW).changes
    };
    let user = account().id;
    let [tell, Change::EditAccount(_), Change::CountGuess { subject, limit: 2, .. }, mail] = &changes(1)[..]
    else {
        panic!()
    };
    // Told before the address is another.
    assert_eq!(*tell, Change::Notify { user, notice: Notice::EmailChanged, at: NOW });
    assert_eq!(*subject, GuessSubject::of_mails_to("augusta@example.com"));
    assert_eq!(*mail, Change::MailToken(Box::new(token.clone())));
    // To and fro it fills nobody's mailbox, and never takes the last mail, which is for a reset.
    for all in [2, 3] {
        let [_, Change::EditAccount(_)] = &changes(all)[..] else { panic!() };
    }
}

#[test]
fn another_password_is_told_to_the_address_that_the_account_has_until_then() {
    let form = ProfileForm { password: "another engine".into(), ..ProfileForm::default() };
    let told = decided(&update(&form), Some(&guessed(false)), NOW).changes.swap_remove(0);
    assert_eq!(told, Change::Notify { user: account().id, notice: Notice::PasswordChanged, at: NOW });
}

#[cfg(feature = "sign")]
fn token_to_the_new_address() -> MailedToken {
    use crate::token::{ActionEntropy, ActionPurpose, MailKey};
    let entropy = ActionEntropy { token: crate::secret::Secret::new([1; 32]), nonce: [2; 24] };
    let to = crate::email::Email::parse("augusta@example.com").unwrap();
    MailKey::new(&[7; 32]).mail(ActionPurpose::VerifyEmail, to, &entropy, NOW).unwrap()
}
