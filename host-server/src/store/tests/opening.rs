//! Opening: what is made, what is kept, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use countersign_core::password::{HashBounds, StoredHash};
use rusqlite::Connection;

use super::super::{DatabaseLocation, Store, StoreError, sql};
use super::{new_account, temporary_file};

fn path(location: &DatabaseLocation) -> &Path {
    match location {
        DatabaseLocation::File(path) => path,
        DatabaseLocation::Memory => panic!("not a file"),
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Somebody else's hand on the file.
fn tamper(location: &DatabaseLocation, statements: &str) {
    Connection::open(path(location)).unwrap().execute_batch(statements).unwrap();
}

/// What opening a file of ours says after somebody else's hand was on it.
fn opened_after(statements: &str) -> StoreError {
    let (_folder, location) = temporary_file();
    Store::open(&location).unwrap().close();
    tamper(&location, statements);
    Store::open(&location).unwrap_err()
}

#[tokio::test]
async fn closing_and_opening_again_keeps_everything() {
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    let user = store.create(new_account("ada")).await.unwrap();
    store.close();
    for suffix in ["-wal", "-shm"] {
        assert!(!beside(path(&location), suffix).exists(), "all is in the one file");
    }
    let store = Store::open(&location).unwrap();
    assert_eq!(store.account(user).unwrap(), Some(new_account("ada").stored_as(user)));
    let next = store.create(new_account("grace")).await.unwrap();
    assert!(next > user);
}

#[tokio::test]
async fn a_store_that_is_only_dropped_loses_nothing() {
    let (_folder, location) = temporary_file();
    let user = Store::open(&location).unwrap().create(new_account("ada")).await.unwrap();
    assert!(Store::open(&location).unwrap().account(user).unwrap().is_some());
}

#[tokio::test]
async fn who_closes_does_not_wait_for_those_who_read() {
    let (_folder, location) = temporary_file();
    let [served, passing] = [0, 1].map(|_| Store::open(&location).unwrap());
    passing.create(new_account("ada")).await.unwrap();
    // Leaves a snapshot behind, as long as nothing else is read or written here.
    assert_eq!(served.names_taken(Some("ada"), "ada@example.com").unwrap(), (true, true));
    let begun = Instant::now();
    passing.close();
    // It would wait for five seconds, and keep every writer out.
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(served.create(new_account("grace")).await.is_some());
}

#[tokio::test]
async fn the_number_of_a_user_is_never_given_again() {
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    let user = store.create(new_account("ada")).await.unwrap();
    store.write("DELETE FROM users").await;
    store.close();
    let next = Store::open(&location).unwrap().create(new_account("grace")).await.unwrap();
    assert!(next > user);
}

#[tokio::test]
async fn databases_in_memory_are_told_apart() {
    let stores = [DatabaseLocation::Memory, DatabaseLocation::Memory].map(|l| Store::open(&l).unwrap());
    assert!(stores[0].create(new_account("ada")).await.is_some());
    assert_eq!(stores[1].names_taken(Some("ada"), "ada@example.com").unwrap(), (false, false));
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    store.create(new_account("ada")).await.unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let mode = fs::metadata(beside(path(&location), suffix)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

#[test]
fn many_may_make_the_same_file_at_once() {
    for _ in 0..5 {
        let (_folder, location) = temporary_file();
        thread::scope(|scope| {
            let opening: Vec<_> = (0..4).map(|_| scope.spawn(|| Store::open(&location).map(drop))).collect();
            for opened in opening {
                opened.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn another_program_s_database_is_refused_and_left_as_it_is() {
    // Not even one that keeps its history under refinery's usual name is taken for ours.
    for table in ["alembic_version", "refinery_schema_history"] {
        let (_folder, location) = temporary_file();
        tamper(
            &location,
            &format!("CREATE TABLE {table} (version INTEGER); CREATE TABLE users (id INTEGER)"),
        );
        let before = fs::read(path(&location)).unwrap();
        let error = Store::open(&location).unwrap_err();
        assert!(matches!(&error, StoreError::Foreign { table: named } if named == table), "{error:?}");
        assert!(error.to_string().contains("`countersign import`"), "{error}");
        assert_eq!(fs::read(path(&location)).unwrap(), before);
    }
}

#[test]
fn a_newer_database_is_refused() {
    let later = "INSERT INTO countersign_schema_history VALUES (9999, 'later', '2030-01-01T00:00:00Z', '1')";
    let error = opened_after(later);
    assert!(matches!(error, StoreError::NewerSchema { found: 9_999, known: 1.. }), "{error:?}");
    assert!(error.to_string().contains("newer program"), "{error}");
}

#[test]
fn another_text_of_a_migration_is_refused() {
    let error = opened_after("UPDATE countersign_schema_history SET checksum = '1' WHERE version = 1");
    assert!(matches!(error, StoreError::OtherMigration { version: 1 }), "{error:?}");
}

#[test]
fn an_unreadable_history_is_an_error_and_no_panic() {
    for (damage, damaged) in [
        ("UPDATE countersign_schema_history SET checksum = 'x'", "checksum"),
        ("UPDATE countersign_schema_history SET checksum = NULL", "checksum"),
        ("UPDATE countersign_schema_history SET applied_on = 'x'", "applied_on"),
    ] {
        let error = opened_after(damage);
        assert!(matches!(error, StoreError::Corrupt { column, .. } if column == damaged), "{error:?}");
    }
}

#[test]
fn what_is_no_database_is_refused_and_left_as_it_is() {
    let (_folder, location) = temporary_file();
    let text = "Dear diary, ".repeat(200);
    fs::write(path(&location), &text).unwrap();
    assert!(matches!(Store::open(&location), Err(StoreError::Engine { .. })));
    assert_eq!(fs::read_to_string(path(&location)).unwrap(), text);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (folder, _location) = temporary_file();
    let file = folder.path().join("missing").join("countersign.db");
    let error = Store::open(&DatabaseLocation::File(file.clone())).unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
}

#[test]
fn every_statement_fits_the_tables() {
    let (_folder, location) = temporary_file();
    Store::open(&location).unwrap().close();
    let connection = Connection::open(path(&location)).unwrap();
    for statement in sql::ALL.concat() {
        let prepared = connection.prepare(statement).unwrap_or_else(|error| panic!("{error}: {statement}"));
        let highest = (1..40).rev().find(|number| statement.contains(&format!("${number}"))).unwrap_or(0);
        assert_eq!(prepared.parameter_count(), highest, "{statement}");
    }
}

#[test]
fn every_statement_finds_its_rows_by_an_index() {
    let (_folder, location) = temporary_file();
    Store::open(&location).unwrap().close();
    let connection = Connection::open(path(&location)).unwrap();
    for statement in sql::ALL.concat() {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let count = plan.parameter_count();
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(vec![rusqlite::types::Null; count]), |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for step in steps {
            let scans = step.starts_with("SCAN ") && step != "SCAN CONSTANT ROW";
            assert!(!scans || sql::ABOUT_EVERYBODY.contains(&statement), "{step}: {statement}");
            assert!(!step.contains("TEMP B-TREE"), "{step}: {statement}");
        }
    }
}

#[test]
fn the_kinds_of_hashes_from_before_are_written_down() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(include_str!("../../../migrations/sqlite/V1__accounts_and_sessions.sql"))
        .unwrap();
    let account = |name: &str, cost: &str| {
        let hash = format!("$argon2id$v=19${cost}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA");
        let insert = "INSERT INTO users (email, role, status, email_verified, application_id, password_hash, created_at, \
                      updated_at) VALUES ($1, 'user', 'active', 0, 'default', $2, 0, 0)";
        connection.execute(insert, [name, &hash]).unwrap();
        hash
    };
    let hashes = [account("ada", "m=8,t=1,p=1"), account("grace", "m=1048576,t=64,p=16")];
    connection.execute_batch(include_str!("../../../migrations/sqlite/V5__kinds_of_hashes.sql")).unwrap();
    for hash in hashes {
        let find = "SELECT hash_kind FROM users WHERE password_hash = $1";
        let kind: String = connection.query_row(find, [&hash], |row| row.get(0)).unwrap();
        let costliest = HashBounds { memory_kib: 1_048_576, iterations: 64, parallelism: 16 };
        assert_eq!(kind, StoredHash::parse_within(&hash, costliest).unwrap().kind().word());
    }
}
