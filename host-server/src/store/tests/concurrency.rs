//! Many at once: guards hold, and nobody waits for ever.

use countersign_core::account::NewAccount;
use countersign_core::change::Change;
use countersign_core::email::Email;
use countersign_core::id::UserId;
use countersign_core::mail::Occasion;
use countersign_core::password::{HashBounds, StoredHash};
use countersign_core::throttle::GuessSubject;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, count_guess, new_account, open_session, password_hash, session, temporary_file};

/// What became of each change, in their order.
async fn commit_at_once(stores: &[Store], changes: Vec<Change>) -> Vec<Committed> {
    let mut tasks = JoinSet::new();
    for (number, change) in changes.into_iter().enumerate() {
        let store = stores[number % stores.len()].clone();
        tasks.spawn(async move { (number, store.commit(&[change]).await.unwrap()) });
    }
    let mut committed = tasks.join_all().await;
    committed.sort_by_key(|(number, _)| *number);
    committed.into_iter().map(|(_, committed)| committed).collect()
}

fn each_location() -> [(TempDir, DatabaseLocation); 2] {
    [temporary_file(), (tempfile::tempdir().unwrap(), DatabaseLocation::Memory)]
}

fn winners(committed: &[Committed]) -> usize {
    committed.iter().filter(|committed| **committed != Committed::Conflict).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_want_one_name_one_gets_it() {
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    let same_name = Change::CreateAccount(Box::new(new_account("ada")));
    let committed = commit_at_once(&[store], vec![same_name; 50]).await;
    assert_eq!(winners(&committed), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_guesses_at_once_no_more_than_the_limit_count() {
    for (_folder, location) in each_location() {
        let store = Store::open(&location).unwrap();
        for subject in [GuessSubject::Account(UserId::new(1)), GuessSubject::of_name("nobody").in_a_row()] {
            let guesses = vec![count_guess(&subject, 0); 500];
            let committed = commit_at_once(std::slice::from_ref(&store), guesses).await;
            assert_eq!(winners(&committed), subject.limit() as usize, "{subject:?}");
            assert_eq!(store.guesses(&subject, subject.window_start(NOW)).unwrap().count, subject.limit());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_mails_at_once_no_more_are_sent_than_by_turns() {
    for (_folder, location) in each_location() {
        let store = Store::open(&location).unwrap();
        let to = Email::parse("ada@example.com").unwrap();
        // As the server does: whose guard no longer holds decides anew.
        let sent_at_once = async |occasions: &[Occasion], at| {
            let mut tasks = JoinSet::new();
            for number in 0..50 {
                let (store, to, occasion) = (store.clone(), to.clone(), occasions[number % occasions.len()]);
                tasks.spawn(async move {
                    loop {
                        let recent = store.recent_mails(to.as_str(), at).unwrap();
                        let Some(counted) = recent.count(occasion, &to, at) else { return 0 };
                        if store.commit(&counted).await.unwrap() != Committed::Conflict {
                            return 1;
                        }
                    }
                });
            }
            tasks.join_all().await.into_iter().sum::<u32>()
        };
        let all = [Occasion::Forgotten, Occasion::Resend, Occasion::NewAddress];
        assert_eq!(sent_at_once(&[Occasion::Resend], NOW).await, 1);
        assert_eq!(sent_at_once(&[Occasion::Forgotten], NOW).await, 1, "the last waits until that is dead");
        assert_eq!(sent_at_once(&all, NOW.plus_secs(1_799)).await, 0);
        assert_eq!(sent_at_once(&all, NOW.plus_secs(1_800)).await, 1, "the last");
        assert_eq!(sent_at_once(&all, NOW.plus_secs(3_599)).await, 0);
        let not_resets = [Occasion::Resend, Occasion::NewAddress];
        assert_eq!(sent_at_once(&not_resets, NOW.plus_secs(3_600)).await, 1, "two are over, the last is not");
        assert_eq!(sent_at_once(&all, NOW.plus_secs(3_600)).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_replace_one_hash_one_does() {
    for (_folder, location) in each_location() {
        let store = Store::open(&location).unwrap();
        let bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
        let old = StoredHash::parse_within(bcrypt, HashBounds::default()).unwrap();
        let account = NewAccount { password_hash: old.clone(), ..new_account("ada") };
        let user = store.create(account).await.unwrap();
        let replace =
            |number: u8| Change::ReplaceHash { user, from: old.clone(), to: password_hash(number % 3) };
        let committed = commit_at_once(std::slice::from_ref(&store), (0..50).map(replace).collect()).await;
        assert_eq!(winners(&committed), 1);
        let winner = committed.iter().position(|committed| *committed != Committed::Conflict).unwrap();
        let stored = store.account(user).unwrap().unwrap().password_hash;
        assert_eq!(stored, password_hash(u8::try_from(winner % 3).unwrap()));
        assert_eq!(store.hash_kinds().unwrap(), [stored.kind()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guards_hold_between_processes_too() {
    let (_folder, location) = temporary_file();
    // Two stores on one file know as little of each other as two processes do.
    let stores = [Store::open(&location).unwrap(), Store::open(&location).unwrap()];
    let same_name = Change::CreateAccount(Box::new(new_account("ada")));
    assert_eq!(winners(&commit_at_once(&stores, vec![same_name; 40]).await), 1);
    let others = (0..40).map(|n| Change::CreateAccount(Box::new(new_account(&format!("user{n}"))))).collect();
    assert_eq!(winners(&commit_at_once(&stores, others).await), 40);
    for store in stores {
        assert_eq!(store.count("SELECT count(*) FROM users"), 41);
        store.close();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_answered_is_read_at_once_by_every_thread() {
    for (_folder, location) in each_location() {
        let store = Store::open(&location).unwrap();
        let user = store.create(new_account("ada")).await.unwrap();
        let mut tasks = JoinSet::new();
        for number in 0..60 {
            let store = store.clone();
            tasks.spawn(async move {
                let session = session(user, number);
                store.commit(&[open_session(session.clone())]).await.unwrap();
                assert_eq!(store.session_with_account(session.id).unwrap().unwrap().session, session);
            });
        }
        tasks.join_all().await;
    }
}

#[test]
fn closing_answers_all_that_was_asked_before() {
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let asked: Vec<_> = (0..300)
        .map(|number| {
            let account = new_account(&format!("user{number}"));
            let store = store.clone();
            // The first poll hands it in.
            let mut commit = Box::pin(async move { store.create(account).await });
            let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
            let first = commit.as_mut().poll(context);
            (commit, first)
        })
        .collect();
    store.close();
    for (commit, first) in asked {
        let created = match first {
            std::task::Poll::Ready(created) => created,
            std::task::Poll::Pending => runtime.block_on(commit),
        };
        assert!(created.is_some());
    }
    assert_eq!(Store::open(&location).unwrap().count("SELECT count(*) FROM users"), 300);
}
