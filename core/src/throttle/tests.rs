use super::*;
use crate::samples::NOW;

fn subject() -> GuessSubject {
    GuessSubject::Account(UserId::new(7))
}

fn network() -> Network {
    Network::parse("192.0.2.1").unwrap()
}

fn guess() -> Guess {
    Guess::new(subject(), None, Some(network()))
}

fn guess_from_device() -> Guess {
    Guess::new(subject(), Some(TokenDigest::of(b"device")), Some(network()))
}

fn guess_in_session() -> Guess {
    Guess::in_session(UserId::new(7), SessionId::from_bytes([1; 16]))
}

/// One tally for each thing that the guess is counted on, with so many guesses, the oldest 600 seconds ago.
fn tallies(guess: &Guess, counts: &[u32]) -> Vec<Tally> {
    let subjects = guess.counted_on();
    assert_eq!(subjects.len(), counts.len());
    let tally = |(subject, count): (GuessSubject, &u32)| {
        let in_a_row = matches!(subject, GuessSubject::InARow(_));
        let oldest = (*count > 0 && !in_a_row).then(|| NOW.plus_secs(-600));
        Tally { limit: guess.limit(&subject), subject, guesses: Guesses { count: *count, oldest } }
    };
    subjects.into_iter().zip(counts).map(tally).collect()
}

#[test]
fn a_guess_is_counted_on_the_account_on_the_address_on_both_and_in_a_row() {
    let counted = guess().admit(&tallies(&guess(), &[19, 9, 79, 99]), NOW).unwrap();
    let keys: Vec<_> = counted
        .iter()
        .map(|change| match change {
            Change::CountGuess { subject: GuessSubject::InARow(of), limit, at: NOW, .. } => {
                (format!("in a row: {}", of.key()), *limit)
            }
            Change::CountGuess { subject, limit, at: NOW, .. } => (subject.key(), *limit),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        ("account:7", 20),
        ("account:7@192.0.2.1/32", 10),
        ("in a row: account:7", 80),
        ("address:192.0.2.1/32", 100),
    ];
    assert_eq!(keys, expected.map(|(key, limit)| (key.to_owned(), limit)));
}

#[test]
fn each_full_count_refuses_by_itself() {
    for counts in [[20, 0, 0, 0], [0, 10, 0, 0], [0, 0, 0, 100]] {
        assert_eq!(guess().admit(&tallies(&guess(), &counts), NOW), Err(3_000), "{counts:?}");
    }
    assert_eq!(guess().admit(&tallies(&guess(), &[0, 0, 80, 0]), NOW), Err(3_600), "no time opens it");
}

#[test]
fn strangers_leave_the_last_guesses_in_a_row_to_known_devices_and_sessions() {
    let admitted = |guess: &Guess, in_a_row| {
        let count = |subject: &_| if matches!(subject, GuessSubject::InARow(_)) { in_a_row } else { 0 };
        let counts: Vec<_> = guess.counted_on().iter().map(count).collect();
        guess.admit(&tallies(guess, &counts), NOW).is_ok()
    };
    let nobody = Guess::new(GuessSubject::of_name("nobody"), None, None);
    for (in_a_row, stranger, known) in
        [(79, true, true), (80, false, true), (99, false, true), (100, false, false)]
    {
        assert_eq!(admitted(&guess(), in_a_row), stranger, "{in_a_row}");
        assert_eq!(admitted(&nobody, in_a_row), stranger, "{in_a_row}");
        assert_eq!(admitted(&guess_from_device(), in_a_row), known, "{in_a_row}");
        assert_eq!(admitted(&guess_in_session(), in_a_row), known, "{in_a_row}");
    }
}

#[test]
fn only_a_name_of_nobody_is_ever_forgotten() {
    let since = |subject: GuessSubject| subject.in_a_row().window_start(NOW);
    assert_eq!(since(GuessSubject::of_name("nobody")), NOW.plus_secs(-7_776_000));
    for subject in [subject(), GuessSubject::SecondFactor(UserId::new(7))] {
        assert!(since(subject) < Timestamp::from_secs(0));
    }
}

#[test]
fn one_address_leaves_the_account_guesses_for_its_owner_elsewhere() {
    const { assert!(ACCOUNT_FROM_ADDRESS_GUESS_LIMIT < GUESS_LIMIT) };
    let owner = Guess::new(subject(), None, Some(Network::parse("198.51.100.1").unwrap()));
    let used_up = ACCOUNT_FROM_ADDRESS_GUESS_LIMIT;
    assert!(guess().admit(&tallies(&guess(), &[used_up; 4]), NOW).is_err());
    assert!(owner.admit(&tallies(&owner, &[used_up, 0, used_up, 0]), NOW).is_ok());
}

#[test]
fn a_known_device_and_whoever_counts_no_addresses_have_one_count_an_hour() {
    let device = GuessSubject::Device(TokenDigest::of(b"device"));
    assert_eq!(guess_from_device().counted_on(), [device, subject().in_a_row()]);
    assert_eq!(Guess::new(subject(), None, None).counted_on(), [subject(), subject().in_a_row()]);
}

#[test]
fn a_session_has_twenty_an_hour_of_its_own_and_takes_its_right_ones_back() {
    let session = GuessSubject::Session(SessionId::from_bytes([1; 16]));
    assert_eq!(session.key(), "session:AQEBAQEBAQEBAQEBAQEBAQ");
    let counted_on = [session, subject().in_a_row()];
    assert_eq!(guess_in_session().counted_on(), counted_on);
    let admitted = |count| guess_in_session().admit(&tallies(&guess_in_session(), &[count, 80]), NOW);
    assert_eq!(admitted(19).unwrap().len(), 2);
    assert_eq!(admitted(20), Err(3_000));
    let back = counted_on.map(|subject| Change::TakeBackGuess { subject });
    assert_eq!(guess_in_session().take_back(), back);
}

#[test]
fn a_finished_log_in_clears_nothing_of_the_address() {
    let cleared = guess().clear_at_account();
    let of_address = GuessSubject::Network(network());
    assert!(!cleared.contains(&Change::ClearGuesses { subject: of_address.clone() }), "{cleared:?}");
    assert_eq!(cleared.len(), 3);
    for all in [cleared, guess_from_device().clear_at_account()] {
        assert!(all.contains(&Change::ClearGuesses { subject: subject().in_a_row() }), "{all:?}");
    }
    let back = guess().take_back_at_address();
    assert_eq!(back, Some(Change::TakeBackGuess { subject: of_address.clone() }));
    assert!(guess().take_back().contains(&Change::TakeBackGuess { subject: of_address }));
}

#[test]
fn strangers_are_told_what_their_address_has_and_not_what_others_guessed() {
    let told = |counts| {
        let all = quotas(&tallies(&guess(), counts), NOW);
        all.into_iter()
            .map(|quota| (quota.name, quota.limit, quota.left, quota.next_in_secs))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&[0, 0, 0, 0]), [("account", 10, 10, None), ("address", 100, 100, None)]);
    let some = [("account", 10, 9, Some(3_000)), ("address", 100, 95, Some(3_000))];
    assert_eq!(told(&[1, 1, 1, 5]), some);
    assert_eq!(told(&[19, 1, 79, 5]), some);
    assert_eq!(told(&[20, 1, 79, 5])[0], ("account", 10, 0, Some(3_000)));
    assert_eq!(told(&[0, 0, 80, 5])[0], ("account", 10, 0, Some(3_600)));
}

#[test]
fn without_addresses_the_quota_is_the_accounts() {
    let alone = Guess::new(subject(), None, None);
    let told = quotas(&tallies(&alone, &[3, 3]), NOW);
    assert_eq!(told, [Quota { name: "account", limit: 20, left: 17, next_in_secs: Some(3_000) }]);
    let told = quotas(&tallies(&alone, &[3, 80]), NOW);
    assert_eq!(told, [Quota { name: "account", limit: 20, left: 0, next_in_secs: Some(3_600) }]);
}

#[test]
fn a_hundred_wrong_codes_in_a_row_are_the_end_of_it() {
    let wrong = |in_a_row| WrongCodes { in_a_row, ..WrongCodes::default() }.wait_secs(NOW);
    assert_eq!((wrong(99), wrong(100)), (None, Some(3_600)));
}
