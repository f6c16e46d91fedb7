use super::*;
use crate::samples::NOW;

fn subject() -> GuessSubject {
    GuessSubject::Account(UserId::new(7))
}

fn network() -> Network {
    Network::parse("192.0.2.1").unwrap()
}

fn guess() -> Guess {
    Guess::new(subject(), Some(network()))
}

/// One tally for each thing that the guess is counted on, with so many guesses, the oldest 600 seconds ago.
fn tallies(guess: &Guess, counts: &[u32]) -> Vec<Tally> {
    let subjects = guess.counted_on();
    assert_eq!(subjects.len(), counts.len());
    let tally = |(subject, count): (GuessSubject, &u32)| {
        let oldest = (*count > 0).then(|| NOW.plus_secs(-600));
        Tally { subject, guesses: Guesses { count: *count, oldest } }
    };
    subjects.into_iter().zip(counts).map(tally).collect()
}

#[test]
fn a_guess_is_counted_on_the_account_on_the_address_and_on_both() {
    let counted = guess().admit(&tallies(&guess(), &[19, 9, 99]), NOW).unwrap();
    let keys: Vec<_> = counted
        .iter()
        .map(|change| match change {
            Change::CountGuess { subject, at: NOW, .. } => subject.key(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["account:7", "account:7@192.0.2.1/32", "address:192.0.2.1/32"]);
}

#[test]
fn each_full_count_refuses_by_itself() {
    for counts in [[20, 0, 0], [0, 10, 0], [0, 0, 100]] {
        assert_eq!(guess().admit(&tallies(&guess(), &counts), NOW), Err(3_000), "{counts:?}");
    }
}

#[test]
fn one_address_leaves_the_account_guesses_for_its_owner_elsewhere() {
    const { assert!(ACCOUNT_FROM_ADDRESS_GUESS_LIMIT < GUESS_LIMIT) };
    let owner = Guess::new(subject(), Some(Network::parse("198.51.100.1").unwrap()));
    let used_up = ACCOUNT_FROM_ADDRESS_GUESS_LIMIT;
    assert!(guess().admit(&tallies(&guess(), &[used_up, used_up, used_up]), NOW).is_err());
    assert!(owner.admit(&tallies(&owner, &[used_up, 0, 0]), NOW).is_ok());
}

#[test]
fn a_known_device_and_whoever_counts_no_addresses_have_one_count() {
    let device = GuessSubject::Device(TokenDigest::of(b"device"));
    assert_eq!(Guess::new(device.clone(), Some(network())).counted_on(), [device]);
    assert_eq!(Guess::new(subject(), None).counted_on(), [subject()]);
}

#[test]
fn a_finished_log_in_clears_nothing_of_the_address() {
    let cleared = guess().clear_at_account();
    let of_address = GuessSubject::Network(network());
    assert!(!cleared.contains(&Change::ClearGuesses { subject: of_address.clone() }), "{cleared:?}");
    assert_eq!(cleared.len(), 2);
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
    assert_eq!(told(&[0, 0, 0]), [("account", 10, 10, None), ("address", 100, 100, None)]);
    let some = [("account", 10, 9, Some(3_000)), ("address", 100, 95, Some(3_000))];
    assert_eq!(told(&[1, 1, 5]), some);
    assert_eq!(told(&[19, 1, 5]), some);
    assert_eq!(told(&[20, 1, 5])[0], ("account", 10, 0, Some(3_000)));
}

#[test]
fn without_addresses_the_quota_is_the_accounts() {
    let alone = Guess::new(subject(), None);
    let told = quotas(&tallies(&alone, &[3]), NOW);
    assert_eq!(told, [Quota { name: "account", limit: 20, left: 17, next_in_secs: Some(3_000) }]);
}
