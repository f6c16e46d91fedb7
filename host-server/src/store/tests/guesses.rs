//! What every database must do with guesses.

use countersign_core::change::Change;
use countersign_core::id::UserId;
use countersign_core::secret::TokenDigest;
use countersign_core::throttle::{
    GUESS_LIMIT, GuessSubject, Guesses, IN_A_ROW_LIMIT, NOBODYS_ROW_SECS, STRANGERS_IN_A_ROW_LIMIT,
};

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, count_guess, new_account, temporary_file};

const DONE: Committed = Committed::Applied { created: None };

contract! {
    guesses_are_counted_up_to_the_limit,
    guesses_count_within_their_window,
    cleared_guesses_count_no_more,
    old_guesses_are_forgotten_bit_by_bit,
    guesses_in_a_row_are_counted_up_to_the_limit_of_whoever_guesses,
    guesses_in_a_row_are_taken_back_and_begin_anew,
    guesses_in_a_row_at_an_account_are_kept_and_those_at_nobody_for_90_days,
    whoever_is_gone_leaves_no_guesses_in_a_row,
}

async fn guesses_are_counted_up_to_the_limit(store: Store) {
    let subject = GuessSubject::of_name("nobody");
    let since = Guesses::window_start(NOW);
    assert_eq!(store.guesses(&subject, since).unwrap(), Guesses::default());
    for number in 0..GUESS_LIMIT {
        assert_eq!(store.commit(&[count_guess(&subject, number.into())]).await.unwrap(), DONE);
    }
    assert_eq!(store.commit(&[count_guess(&subject, 30)]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.guesses(&subject, since).unwrap(), Guesses { count: GUESS_LIMIT, oldest: Some(NOW) });
    let other = GuessSubject::Account(UserId::new(1));
    assert_eq!(store.commit(&[count_guess(&other, 30)]).await.unwrap(), DONE);
}

async fn guesses_count_within_their_window(store: Store) {
    // Older ones, so that those below do not count although they are not forgotten yet.
    for number in 0..16 {
        store.commit(&[count_guess(&GuessSubject::of_name(&format!("name{number}")), -1)]).await.unwrap();
    }
    let subject = GuessSubject::Device(TokenDigest::of(b"device"));
    for number in 0..GUESS_LIMIT {
        store.commit(&[count_guess(&subject, (number / 2).into())]).await.unwrap();
    }
    assert_eq!(store.guesses(&subject, NOW).unwrap(), Guesses { count: 18, oldest: Some(NOW.plus_secs(1)) });
    // An hour after the first two of them, to the second, those count no more.
    assert_eq!(store.commit(&[count_guess(&subject, 3_599)]).await.unwrap(), Committed::Conflict);
    for committed in [DONE, DONE, Committed::Conflict] {
        assert_eq!(store.commit(&[count_guess(&subject, 3_600)]).await.unwrap(), committed);
    }
}

async fn cleared_guesses_count_no_more(store: Store) {
    let (subject, other) = (GuessSubject::of_name("ada"), GuessSubject::of_name("grace"));
    store
        .commit(&[count_guess(&subject, 0), count_guess(&subject, 1), count_guess(&other, 2)])
        .await
        .unwrap();
    store.commit(&[Change::ClearGuesses { subject: subject.clone() }]).await.unwrap();
    let since = Guesses::window_start(NOW);
    assert_eq!(store.guesses(&subject, since).unwrap().count, 0);
    assert_eq!(store.guesses(&other, since).unwrap().count, 1);
}

async fn old_guesses_are_forgotten_bit_by_bit(store: Store) {
    let stored = || store.count("SELECT count(*) FROM guesses");
    let names: Vec<_> = (0..40).map(|number| GuessSubject::of_name(&format!("name{number}"))).collect();
    for name in &names {
        store.commit(&[count_guess(name, 0)]).await.unwrap();
    }
    assert_eq!(stored(), 40);
    for expected in [40 - 16 + 1, 40 - 32 + 2, 3] {
        store.commit(&[count_guess(&GuessSubject::of_name("late"), 5_000)]).await.unwrap();
        assert_eq!(stored(), expected);
    }
}

/// A guess in a row, so many seconds from now, of somebody who has so many.
fn in_a_row(of: &GuessSubject, limit: u32, secs: i64) -> Change {
    let (subject, at) = (of.clone().in_a_row(), NOW.plus_secs(secs));
    let window_start = subject.window_start(at);
    Change::CountGuess { subject, limit, at, window_start }
}

impl Store {
    fn in_a_row(&self, of: &GuessSubject, secs: i64) -> u32 {
        let subject = of.clone().in_a_row();
        self.guesses(&subject, subject.window_start(NOW.plus_secs(secs))).unwrap().count
    }
}

async fn guesses_in_a_row_are_counted_up_to_the_limit_of_whoever_guesses(store: Store) {
    let user = GuessSubject::Account(store.create(new_account("ada")).await.unwrap());
    let nobody = GuessSubject::of_name("nobody");
    for of in [&user, &nobody] {
        for number in 0..STRANGERS_IN_A_ROW_LIMIT {
            let guess = in_a_row(of, STRANGERS_IN_A_ROW_LIMIT, number.into());
            assert_eq!(store.commit(&[guess]).await.unwrap(), DONE, "{number}");
        }
        let refused = in_a_row(of, STRANGERS_IN_A_ROW_LIMIT, 99_999);
        assert_eq!(store.commit(&[refused]).await.unwrap(), Committed::Conflict);
        assert_eq!(store.in_a_row(of, 99_999), STRANGERS_IN_A_ROW_LIMIT);
    }
    for _ in STRANGERS_IN_A_ROW_LIMIT..IN_A_ROW_LIMIT {
        assert_eq!(store.commit(&[in_a_row(&user, IN_A_ROW_LIMIT, 99_999)]).await.unwrap(), DONE);
    }
    let refused = store.commit(&[in_a_row(&user, IN_A_ROW_LIMIT, 99_999)]).await.unwrap();
    assert_eq!((refused, store.in_a_row(&user, 99_999)), (Committed::Conflict, IN_A_ROW_LIMIT));
}

async fn guesses_in_a_row_are_taken_back_and_begin_anew(store: Store) {
    let of = GuessSubject::Account(store.create(new_account("ada")).await.unwrap());
    let take_back = Change::TakeBackGuess { subject: of.clone().in_a_row() };
    store.commit(&[in_a_row(&of, 100, 0), in_a_row(&of, 100, 0), count_guess(&of, 0)]).await.unwrap();
    for left in [1, 0, 0] {
        assert_eq!(store.commit(std::slice::from_ref(&take_back)).await.unwrap(), DONE);
        assert_eq!(store.in_a_row(&of, 0), left);
    }
    store.commit(&[in_a_row(&of, 100, 0)]).await.unwrap();
    store.commit(&[Change::ClearGuesses { subject: of.clone() }]).await.unwrap();
    assert_eq!(store.in_a_row(&of, 0), 1, "those of the hour are another count");
    store.commit(&[Change::ClearGuesses { subject: of.clone().in_a_row() }]).await.unwrap();
    assert_eq!(store.in_a_row(&of, 0), 0);
}

async fn guesses_in_a_row_at_an_account_are_kept_and_those_at_nobody_for_90_days(store: Store) {
    let user = GuessSubject::Account(store.create(new_account("ada")).await.unwrap());
    let nobody = GuessSubject::of_name("nobody");
    store.commit(&[in_a_row(&user, 1, 0), in_a_row(&nobody, 1, 0)]).await.unwrap();
    let again = |of: &GuessSubject, secs| in_a_row(of, 1, secs);
    for of in [&user, &nobody] {
        assert_eq!(store.commit(&[again(of, NOBODYS_ROW_SECS - 1)]).await.unwrap(), Committed::Conflict);
    }
    assert_eq!(store.in_a_row(&nobody, NOBODYS_ROW_SECS), 0);
    assert_eq!(store.commit(&[again(&nobody, NOBODYS_ROW_SECS)]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[again(&user, 100 * NOBODYS_ROW_SECS)]).await.unwrap(), Committed::Conflict);

    for number in 0..40 {
        let of = GuessSubject::of_name(&format!("name{number}"));
        store.commit(&[again(&of, NOBODYS_ROW_SECS)]).await.unwrap();
    }
    let stored = || store.count("SELECT count(*) FROM guesses_in_a_row");
    assert_eq!(stored(), 42);
    for expected in [42 - 16 + 1, 42 - 32 + 2, 4] {
        let of = GuessSubject::of_name(&format!("late{expected}"));
        store.commit(&[again(&of, 2 * NOBODYS_ROW_SECS)]).await.unwrap();
        assert_eq!(stored(), expected);
    }
    assert_eq!(store.in_a_row(&user, 2 * NOBODYS_ROW_SECS), 1);
}

async fn whoever_is_gone_leaves_no_guesses_in_a_row(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    for of in [GuessSubject::Account(user), GuessSubject::SecondFactor(user)] {
        store.commit(&[in_a_row(&of, 100, 0)]).await.unwrap();
    }
    let gone = GuessSubject::Account(UserId::new(user.value() + 1));
    assert_eq!(store.commit(&[in_a_row(&gone, 100, 0)]).await.unwrap(), Committed::Conflict);
    store.write("DELETE FROM users").await;
    assert_eq!(store.count("SELECT count(*) FROM guesses_in_a_row"), 0);
}
