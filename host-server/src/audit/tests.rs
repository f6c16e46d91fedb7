//! A file that somebody has got at.

use countersign_core::audit::chain::{Entry, Place};
use countersign_core::audit::seal::SealKey;
use countersign_core::audit::{Origin, Record};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::UserId;
use countersign_core::time::Timestamp;
use rusqlite::Connection;
use tempfile::TempDir;

use super::archive::{self, ArchiveError};
use super::seal;
use super::walk::{Fault, WalkError, through};
use crate::store::{DatabaseLocation, Store};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

struct Audited {
    folder: TempDir,
    store: Store,
    key: SealKey,
}

impl Audited {
    /// A store with so many rows, all of which are sealed.
    async fn with(rows: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseLocation::File(folder.path().join("countersign.db"))).unwrap();
        let audited = Self { folder, store, key: SealKey::new(&[7; 32]) };
        audited.grow(rows).await;
        seal(&audited.store, &audited.key).await.unwrap();
        audited
    }

    async fn grow(&self, rows: i64) {
        for user in 1..=rows {
            let event = Event::LoginSucceeded { user: UserId::new(user) };
            let row = Record::of(&event, &Origin::default(), NOW.plus_secs(user)).unwrap();
            self.store.commit_and_record(&[], vec![row]).await.unwrap();
        }
    }

    /// Writes to the file behind the store's back, as whoever may write to it can, whatever its triggers say.
    fn tamper(&self, statements: &str) {
        let connection = Connection::open(self.folder.path().join("countersign.db")).unwrap();
        let without =
            "DROP TRIGGER IF EXISTS audit_is_not_edited; DROP TRIGGER IF EXISTS audit_is_not_removed;";
        connection.execute_batch(&format!("{without} {statements}")).unwrap();
        // A reader keeps its snapshot for some milliseconds.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }

    /// Makes every link anew, as whoever knows how the chain is made can.
    fn link_anew(&self) {
        let mut place = Place::START;
        let mut statements = String::new();
        for entry in self.entries() {
            let entry = place.append(entry.record);
            place = Place { number: entry.number, link: entry.link };
            let (number, link) = (entry.number, entry.link.encode());
            statements += &format!("UPDATE audit SET link = '{link}' WHERE number = {number};");
        }
        statements +=
            &format!("UPDATE audit_head SET number = {}, link = '{}';", place.number, place.link.encode());
        self.tamper(&statements);
    }

    fn entries(&self) -> Vec<Entry> {
        self.store.audit_after(0, 1_000).unwrap()
    }

    fn fault(&self) -> Option<String> {
        self.fault_of(Some(&self.key), None)
    }

    fn fault_of(&self, key: Option<&SealKey>, noted: Option<Place>) -> Option<String> {
        match through(&self.store, key, None, noted) {
            Ok(_) => None,
            Err(error @ WalkError::Fault(_)) => Some(error.to_string()),
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn an_audit_as_it_was_written_is_gone_through() {
    let audited = Audited::with(0).await;
    assert_eq!(audited.fault(), None);
    // More than are read at once.
    audited.grow(1_100).await;
    seal(&audited.store, &audited.key).await.unwrap();
    assert_eq!(through(&audited.store, Some(&audited.key), None, None).unwrap().number, 1_100);
}

#[tokio::test]
async fn an_edited_row_is_found() {
    let audited = Audited::with(3).await;
    audited.tamper("UPDATE audit SET subject = 9 WHERE number = 2");
    assert_eq!(audited.fault().unwrap(), "row 2 is not as it was written");
    audited.link_anew();
    // It hangs together again, and is not what was sealed.
    assert_eq!(audited.fault_of(None, None), None);
    assert!(audited.fault().unwrap().starts_with("row 3 is not the one that was sealed"));
}

#[tokio::test]
async fn a_removed_row_is_found_wherever_it_stood() {
    let audited = Audited::with(3).await;
    audited.tamper("DELETE FROM audit WHERE number = 2");
    assert_eq!(audited.fault().unwrap(), "row 2 is missing");
    let audited = Audited::with(3).await;
    audited.tamper("DELETE FROM audit WHERE number = 1");
    assert_eq!(audited.fault().unwrap(), "row 1 is missing");
    let audited = Audited::with(3).await;
    audited.tamper("DELETE FROM audit WHERE number = 3");
    assert_eq!(audited.fault().unwrap(), "the rows end with 2, and the newest that was written is 3");
}

#[tokio::test]
async fn a_moved_row_is_found() {
    let audited = Audited::with(3).await;
    audited.tamper(
        "UPDATE audit SET number = -1 WHERE number = 1; UPDATE audit SET number = 1 WHERE number = 2; \
         UPDATE audit SET number = 2 WHERE number = -1",
    );
    assert_eq!(audited.fault().unwrap(), "row 1 is not as it was written");
}

#[tokio::test]
async fn an_end_that_was_removed_with_all_traces_is_found_by_what_was_noted() {
    let audited = Audited::with(2).await;
    let early = audited.store.audit_standing().unwrap();
    audited.grow(1).await;
    let noted = audited.store.audit_standing().unwrap().newest;
    assert_eq!(audited.fault_of(Some(&audited.key), Some(noted)), None);
    let (number, link) = (early.newest.number, early.newest.link.encode());
    audited.tamper(&format!(
        "DELETE FROM audit WHERE number = 3; UPDATE audit_head SET number = {number}, link = '{link}'"
    ));
    assert_eq!(audited.fault(), None);
    let found = audited.fault_of(Some(&audited.key), Some(noted)).unwrap();
    assert_eq!(found, "the rows end with 2, and the newest that was written is 3");
}

#[tokio::test]
async fn a_seal_of_another_or_none_at_all_is_found() {
    let audited = Audited::with(2).await;
    let other = SealKey::new(&[8; 32]);
    assert!(audited.fault_of(Some(&other), None).unwrap().contains("was not made with this SECRET_KEY"));
    audited.tamper("UPDATE audit_head SET seal = NULL");
    assert!(audited.fault().unwrap().contains("nothing is sealed"));
}

#[tokio::test]
async fn what_was_altered_is_not_sealed() {
    let audited = Audited::with(2).await;
    audited.grow(2).await;
    audited.tamper("UPDATE audit SET subject = 9 WHERE number = 3");
    let refused = seal(&audited.store, &audited.key).await.unwrap_err();
    assert_eq!(refused.to_string(), "row 3 is not as it was written");
    assert_eq!(audited.store.audit_standing().unwrap().seal.unwrap().place.number, 2);
}

#[tokio::test]
async fn archives_and_what_is_left_are_one_chain() {
    let audited = Audited::with(5).await;
    let path = |name: &str| audited.folder.path().join(name);
    let mut from = Place::START;
    for (name, up_to) in [("first", 2), ("second", 4)] {
        let to = archive::write(&audited.store, from, up_to, &path(name)).unwrap();
        audited.store.commit(&[Change::ArchiveAudit { from, to }]).await.unwrap();
        from = to;
    }
    let before = ["first", "second"]
        .iter()
        .fold(None, |place, name| Some(archive::read(&path(name), place, None).unwrap()));
    assert_eq!(through(&audited.store, Some(&audited.key), before, None).unwrap().number, 5);
    assert_eq!(audited.fault(), None, "what is left is looked at without them as well");

    // One that is left out, one that is in another's place, one that is there already.
    let only_first = Some(archive::read(&path("first"), None, None).unwrap());
    assert!(through(&audited.store, None, only_first, None).is_err());
    let second = archive::read(&path("second"), None, None).unwrap();
    assert!(archive::read(&path("first"), Some(second), None).is_err());
    assert!(matches!(archive::write(&audited.store, from, 5, &path("first")), Err(ArchiveError::File(_, _))));
}

#[tokio::test]
async fn an_altered_archive_is_found() {
    let audited = Audited::with(3).await;
    let path = audited.folder.path().join("archive");
    archive::write(&audited.store, Place::START, 3, &path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let altered = |text: &str| {
        std::fs::write(&path, text).unwrap();
        archive::read(&path, None, None)
    };
    assert!(matches!(
        altered(&text.replace("\"subject\":2", "\"subject\":9")),
        Err(ArchiveError::Walk(WalkError::Fault(Fault::Broken(_))))
    ));
    let without_second: Vec<_> =
        text.lines().enumerate().filter(|(index, _)| *index != 2).map(|(_, it)| it).collect();
    assert!(altered(&without_second.join("\n")).is_err());
    for foreign in
        ["", "{}", "{\"countersign_audit\":2,\"after\":\"0:\"}", &text.replace("\"event\"", "\"other\"")]
    {
        assert!(matches!(altered(foreign), Err(ArchiveError::Line(_, _))), "{foreign}");
    }
}
