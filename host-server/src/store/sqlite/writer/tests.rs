//! Groups of requests on one connection, and a writer that is not there.

use std::error::Error as _;

use super::*;
use crate::store::value::Value;

/// A table whose names are unique and whose parents must exist when the transaction ends.
fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE CHECK (name <> 'forbidden'),
                                  parent INTEGER REFERENCES people (id) DEFERRABLE INITIALLY DEFERRED,
                                  mentor INTEGER REFERENCES people (id)) STRICT;",
        )
        .unwrap();
    connection
}

fn write(statement: &'static str, guard: Guard, name: &str) -> Write {
    Write { statement, parameters: vec![Value::from(name)], guard }
}

fn add(name: &str) -> Write {
    let statement = "INSERT INTO people (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id";
    write(statement, Guard::OneNumber, name)
}

fn remove(name: &str) -> Write {
    write("DELETE FROM people WHERE name = $1", Guard::OneRow, name)
}

fn orphan(name: &str) -> Write {
    write("INSERT INTO people (name, parent) VALUES ($1, 99)", Guard::Open, name)
}

fn commit(connection: &Connection, requests: &[Vec<Write>]) -> Vec<Result<Outcome, StoreError>> {
    let work = |writes: &Vec<Write>| Work { writes: writes.clone(), records: Vec::new() };
    let requests: Vec<Work> = requests.iter().map(work).collect();
    commit_group(connection, requests.iter())
}

fn names(connection: &Connection) -> Vec<String> {
    let mut statement = connection.prepare("SELECT name FROM people ORDER BY id").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn applied(outcome: &Result<Outcome, StoreError>) -> bool {
    matches!(outcome, Ok(Outcome::Applied { .. }))
}

#[test]
fn a_conflict_between_two_good_ones_is_its_own_affair() {
    let connection = connection();
    let outcomes = commit(
        &connection,
        &[vec![add("ada")], vec![add("left behind"), remove("nobody")], vec![add("grace")]],
    );
    assert!(matches!(outcomes[0], Ok(Outcome::Applied { number: Some(1), .. })), "{:?}", outcomes[0]);
    assert!(matches!(outcomes[1], Ok(Outcome::Conflict)), "{:?}", outcomes[1]);
    assert!(applied(&outcomes[2]));
    assert_eq!(names(&connection), ["ada", "grace"]);
}

#[test]
fn later_ones_in_a_group_see_earlier_ones() {
    let connection = connection();
    let outcomes = commit(&connection, &[vec![add("ada")], vec![add("ada")], vec![remove("ada")]]);
    assert!(applied(&outcomes[0]) && applied(&outcomes[2]));
    assert!(matches!(outcomes[1], Ok(Outcome::Conflict)));
    assert!(names(&connection).is_empty());
}

#[test]
fn what_fails_is_its_own_affair_too() {
    let connection = connection();
    let broken = write("INSERT INTO nowhere VALUES ($1)", Guard::Open, "x");
    let outcomes = commit(
        &connection,
        &[vec![add("ada")], vec![add("left behind"), broken], vec![add("forbidden")], vec![add("grace")]],
    );
    assert!(applied(&outcomes[0]) && applied(&outcomes[3]));
    for outcome in &outcomes[1..3] {
        assert!(matches!(outcome, Err(StoreError::Engine { .. })), "{outcome:?}");
    }
    assert_eq!(names(&connection), ["ada", "grace"]);
}

#[test]
fn what_refers_to_nothing_is_a_conflict() {
    let connection = connection();
    let statement = "INSERT INTO people (name, mentor) VALUES ($1, 99) RETURNING id";
    let outcomes =
        commit(&connection, &[vec![write(statement, Guard::OneNumber, "ada")], vec![add("grace")]]);
    assert!(matches!(outcomes[0], Ok(Outcome::Conflict)), "{:?}", outcomes[0]);
    assert_eq!(names(&connection), ["grace"]);
}

#[test]
fn a_commit_that_fails_fails_for_all_of_the_group() {
    let connection = connection();
    let outcomes = commit(&connection, &[vec![add("ada")], vec![orphan("orphan")], vec![remove("nobody")]]);
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(StoreError::Engine { doing: "committing", .. })), "{outcome:?}");
    }
    assert!(names(&connection).is_empty());
    assert!(applied(&commit(&connection, &[vec![add("grace")]])[0]), "the next group is none the worse");
}

#[test]
fn a_full_disk_fails_all_of_the_group_and_heals() {
    let connection = connection();
    assert!(applied(&commit(&connection, &[vec![add("ada")]])[0]));
    connection.execute_batch("PRAGMA max_page_count = 1").unwrap();
    let long = "x".repeat(100_000);
    let outcomes = commit(&connection, &[vec![add("lost")], vec![add(&long)], vec![add("grace")]]);
    assert!(outcomes.iter().any(Result::is_err));
    let stored = outcomes.iter().filter(|outcome| applied(outcome)).count();
    assert_eq!(names(&connection).len(), 1 + stored, "what was answered is there, and nothing else");
    connection.execute_batch("PRAGMA max_page_count = 1000000").unwrap();
    assert!(applied(&commit(&connection, &[vec![add(&long)]])[0]));
}

#[test]
fn a_transaction_that_sqlite_gave_up_fails_for_all_of_the_group() {
    let connection = connection();
    let given_up = Write { statement: "ROLLBACK", parameters: Vec::new(), guard: Guard::Open };
    let cause = write("INSERT INTO nowhere VALUES ($1)", Guard::Open, "x");
    let outcomes = commit(&connection, &[vec![add("ada")], vec![given_up, cause], vec![add("grace")]]);
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        let Err(error @ StoreError::Engine { .. }) = outcome else { panic!("{outcome:?}") };
        assert!(error.source().unwrap().to_string().contains("nowhere"), "the cause is told: {error:?}");
    }
    assert!(names(&connection).is_empty());
    assert!(applied(&commit(&connection, &[vec![add("grace")]])[0]));
}

#[test]
fn a_lock_that_another_holds_is_busy_for_all_of_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("test.db");
    let [other, ours] = [0, 1].map(|_| Connection::open(&file).unwrap());
    ours.busy_timeout(std::time::Duration::from_millis(1)).unwrap();
    other.execute_batch("CREATE TABLE people (name TEXT); BEGIN IMMEDIATE").unwrap();
    let insert = || vec![write("INSERT INTO people VALUES ($1)", Guard::OneRow, "ada")];
    let outcomes = commit(&ours, &[insert(), insert()]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Busy))), "{outcomes:?}");
    other.execute_batch("COMMIT").unwrap();
    assert!(applied(&commit(&ours, &[insert()])[0]));
}

#[tokio::test]
async fn a_writer_that_died_is_an_error_and_no_hang() {
    let (sender, receiver) = mpsc::channel::<Request>(1);
    let thread = thread::spawn(move || {
        let mut receiver = receiver;
        let _taken_and_never_answered = receiver.blocking_recv();
    });
    let writer = Writer { requests: RwLock::new(Some(sender)), thread: Mutex::new(Some(thread)) };
    for _ in 0..2 {
        assert!(matches!(writer.commit(Vec::new(), Vec::new()).await, Err(StoreError::Closed)));
    }
    writer.close();
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    let (sender, _receiver) = mpsc::channel(1);
    let writer = Writer { requests: RwLock::new(Some(sender)), thread: Mutex::new(None) };
    let work = || Work { writes: Vec::new(), records: Vec::new() };
    let request = || Request { work: work(), reply: oneshot::channel().0 };
    writer.send(request()).unwrap();
    assert!(matches!(writer.send(request()), Err(StoreError::Busy)));
}
