//! The audit's rows: they come with what they tell, and stay.

use countersign_core::account::AccountStatus;
use countersign_core::audit::chain::Place;
use countersign_core::audit::seal::SealKey;
use countersign_core::audit::{Origin, Record};
use countersign_core::change::Change;
use countersign_core::event::{Event, LoginFailure};
use countersign_core::id::UserId;
use countersign_core::session::Client;
use countersign_core::time::Timestamp;

use super::super::{ChosenRecords, Committed, DatabaseLocation, Store};
use super::{NOW, new_account, temporary_file};

contract! {
    a_row_comes_with_the_change_that_it_tells,
    a_conflict_leaves_no_row,
    rows_hang_together_in_their_order,
    rows_are_chosen_by_whom_what_and_when,
    rows_are_not_edited_and_not_removed,
    an_archive_takes_the_oldest_and_no_others,
    a_seal_never_goes_back,
}

fn record(event: &Event, secs: i64) -> Record {
    let client = Client { ip: Some("192.0.2.1".to_owned()), user_agent: Some("Test/1".to_owned()) };
    let origin = Origin { client, request_id: Some("a request".to_owned()) };
    Record::of(event, &origin, NOW.plus_secs(secs)).unwrap()
}

fn logged_in(user: i64) -> Event {
    Event::LoginSucceeded { user: UserId::new(user) }
}

async fn tell(store: &Store, event: &Event, secs: i64) {
    let committed = store.commit_and_record(&[], vec![record(event, secs)]).await.unwrap();
    assert_eq!(committed, Committed::Applied { created: None });
}

/// The numbers of the rows that are chosen, newest first.
fn chosen(store: &Store, chosen: &ChosenRecords) -> Vec<i64> {
    store.audit(chosen, None, 100).unwrap().into_iter().map(|(number, _)| number).collect()
}

async fn a_row_comes_with_the_change_that_it_tells(store: Store) {
    let changes = [Change::CreateAccount(Box::new(new_account("Ada")))];
    let records = vec![record(&Event::AccountRegistered, 5)];
    let Committed::Applied { created: Some(ada) } = store.commit_and_record(&changes, records).await.unwrap()
    else {
        panic!("an account is made");
    };
    let entries = store.audit_after(0, 10).unwrap();
    // The account's number was not known when the row was made of the event.
    let expected = Record { subject: Some(ada), ..record(&Event::AccountRegistered, 5) };
    assert_eq!(entries.iter().map(|entry| &entry.record).collect::<Vec<_>>(), [&expected]);
}

async fn a_conflict_leaves_no_row(store: Store) {
    let user = UserId::new(4_711);
    let change = Change::SetStatus { user, from: AccountStatus::Active, to: AccountStatus::Deleted, at: NOW };
    let committed = store.commit_and_record(&[change], vec![record(&logged_in(1), 0)]).await.unwrap();
    assert_eq!(committed, Committed::Conflict);
    assert_eq!(store.audit_standing().unwrap().newest, Place::START);
    assert!(store.audit_after(0, 10).unwrap().is_empty());
}

async fn rows_hang_together_in_their_order(store: Store) {
    tell(&store, &logged_in(1), 0).await;
    let two = vec![record(&logged_in(2), 1), record(&logged_in(3), 1)];
    store.commit_and_record(&[], two).await.unwrap();
    let entries = store.audit_after(0, 10).unwrap();
    let walked = entries.iter().try_fold(Place::START, |place, entry| place.follow(entry));
    assert_eq!(walked, Ok(store.audit_standing().unwrap().newest));
    let subjects: Vec<_> =
        entries.iter().filter_map(|entry| entry.record.subject).map(UserId::value).collect();
    assert_eq!(subjects, [1, 2, 3]);
    assert_eq!(store.audit_after(1, 1).unwrap(), entries[1..2]);
}

async fn rows_are_chosen_by_whom_what_and_when(store: Store) {
    let (ada, admin) = (UserId::new(1), UserId::new(2));
    tell(&store, &logged_in(1), 0).await;
    tell(&store, &Event::LoginFailed { user: Some(ada), reason: LoginFailure::WrongPassword }, 1).await;
    tell(&store, &Event::AccountSuspended { user: ada, by: admin }, 2).await;
    tell(&store, &logged_in(2), 3).await;
    let everything = ChosenRecords::default();
    assert_eq!(chosen(&store, &everything), [4, 3, 2, 1]);
    let by = |actor| ChosenRecords { actor: Some(actor), ..ChosenRecords::default() };
    assert_eq!(chosen(&store, &by(ada)), [1]);
    assert_eq!(chosen(&store, &by(admin)), [4, 3]);
    let to_ada = ChosenRecords { subject: Some(ada), ..ChosenRecords::default() };
    assert_eq!(chosen(&store, &to_ada), [3, 2, 1]);
    assert_eq!(chosen(&store, &ChosenRecords { actor: Some(admin), ..to_ada.clone() }), [3]);
    let log_ins = ChosenRecords { event: Some("login_succeeded".to_owned()), ..ChosenRecords::default() };
    assert_eq!(chosen(&store, &log_ins), [4, 1]);
    let at = |secs| Some(NOW.plus_secs(secs));
    assert_eq!(chosen(&store, &ChosenRecords { since: at(1), until: at(3), ..everything.clone() }), [3, 2]);
    let page = store.audit(&everything, Some(4), 2).unwrap();
    assert_eq!(page.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(store.last_audited_before(NOW.plus_secs(2)).unwrap(), Some(2));
    assert_eq!(store.last_audited_before(Timestamp::from_secs(0)).unwrap(), None);
}

async fn rows_are_not_edited_and_not_removed(store: Store) {
    tell(&store, &logged_in(1), 0).await;
    for statement in ["UPDATE audit SET subject = 2", "DELETE FROM audit"] {
        assert!(store.try_write(statement).await.is_err(), "{statement}");
    }
    assert_eq!(chosen(&store, &ChosenRecords::default()), [1]);
}

async fn an_archive_takes_the_oldest_and_no_others(store: Store) {
    for user in 1..=3 {
        tell(&store, &logged_in(user), user).await;
    }
    let second = store.audit_after(1, 1).unwrap().remove(0);
    let second = Place { number: second.number, link: second.link };
    let archive = |from, to| [Change::ArchiveAudit { from, to }];
    let done = Committed::Applied { created: None };
    assert_eq!(store.commit(&archive(Place::START, second)).await.unwrap(), done);
    assert_eq!(chosen(&store, &ChosenRecords::default()), [3]);
    assert_eq!(store.audit_standing().unwrap().archived, second);
    // It was done already, and what is not there cannot be.
    assert_eq!(store.commit(&archive(Place::START, second)).await.unwrap(), Committed::Conflict);
    let beyond = Place { number: 4, ..second };
    assert_eq!(store.commit(&archive(second, beyond)).await.unwrap(), Committed::Conflict);
    // The numbers go on where they were.
    tell(&store, &logged_in(4), 4).await;
    assert_eq!(chosen(&store, &ChosenRecords::default()), [4, 3]);
}

async fn a_seal_never_goes_back(store: Store) {
    for user in 1..=2 {
        tell(&store, &logged_in(user), user).await;
    }
    let key = SealKey::new(&[7; 32]);
    let newest = key.seal(store.audit_standing().unwrap().newest);
    let older = key.seal(Place { number: 1, ..newest.place });
    let done = Committed::Applied { created: None };
    assert_eq!(store.commit(&[Change::SealAudit(newest.clone())]).await.unwrap(), done);
    assert_eq!(store.commit(&[Change::SealAudit(older)]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.audit_standing().unwrap().seal, Some(newest));
}
