//! The links that hold the rows of the audit together.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::Record;

/// What one row ends with and the next begins with: SHA-256 of the row and the link before.
///
/// ```
/// use countersign_core::audit::chain::Link;
///
/// assert_eq!(Link::parse(&Link::FIRST.encode()), Some(Link::FIRST));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link([u8; 32]);

impl Link {
    /// What the first row begins with.
    pub const FIRST: Self = Self([0; 32]);

    /// The link after a row, which is the row of this number. Each part is preceded by its length and each absent one by
    /// a byte that no present one begins with, so that no two rows are hashed alike.
    pub fn after(self, number: i64, row: &Record) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"countersign/audit/1");
        hash.update(self.0);
        hash.update(number.to_be_bytes());
        hash.update(row.at.as_secs().to_be_bytes());
        let user = |user: Option<crate::id::UserId>| user.map(|user| user.value().to_string());
        for part in [
            Some(row.event.as_str()),
            Some(row.outcome.as_str()),
            row.reason.as_deref(),
            user(row.actor).as_deref(),
            user(row.subject).as_deref(),
            row.application.as_deref(),
            row.role.as_deref(),
            row.origin.client.ip.as_deref(),
            row.origin.client.user_agent.as_deref(),
            row.origin.request_id.as_deref(),
        ] {
            match part {
                None => hash.update([0]),
                Some(text) => {
                    hash.update([1]);
                    hash.update((text.len() as u64).to_be_bytes());
                    hash.update(text);
                }
            }
        }
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 43 characters of base64url without padding.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Reads the 43 characters; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

/// A row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1 for the first of all, and none is left out.
    pub number: i64,
    /// What it says.
    pub record: Record,
    /// The link after it.
    pub link: Link,
}

/// A place in the chain: the number of a row and the link after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The row's number, 0 before the first.
    pub number: i64,
    /// The link after it.
    pub link: Link,
}

impl Place {
    /// Before the first row.
    pub const START: Self = Self { number: 0, link: Link::FIRST };

    /// The row that comes next.
    pub fn append(self, record: Record) -> Entry {
        let number = self.number + 1;
        Entry { number, link: self.link.after(number, &record), record }
    }

    /// The place after this row, where it is the one that comes next.
    ///
    /// ```
    /// use countersign_core::audit::chain::Place;
    /// use countersign_core::audit::{Origin, Record};
    /// use countersign_core::event::Event;
    /// use countersign_core::id::UserId;
    /// use countersign_core::time::Timestamp;
    ///
    /// let logged_in = Event::LoginSucceeded { user: UserId::new(7) };
    /// let row = Record::of(&logged_in, &Origin::default(), Timestamp::from_secs(1_700_000_000)).unwrap();
    /// let mut entry = Place::START.append(row);
    /// assert!(Place::START.follow(&entry).is_ok());
    /// entry.record.subject = Some(UserId::new(8));
    /// assert_eq!(Place::START.follow(&entry).unwrap_err().to_string(), "row 1 is not as it was written");
    /// ```
    ///
    /// # Errors
    /// [`Broken`] where a row is missing before it, or where it is not what it was.
    pub fn follow(self, entry: &Entry) -> Result<Self, Broken> {
        if entry.number != self.number + 1 {
            return Err(Broken::Missing { number: self.number + 1 });
        }
        if self.link.after(entry.number, &entry.record) != entry.link {
            return Err(Broken::Altered { number: entry.number });
        }
        Ok(Self { number: entry.number, link: entry.link })
    }

    /// The same as text, for a person to note: `17:43 characters`.
    pub fn encode(self) -> String {
        format!("{}:{}", self.number, self.link.encode())
    }

    /// Reads what [`Place::encode`] wrote; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, link) = text.split_once(':')?;
        let number = number.parse().ok().filter(|number| *number >= 0)?;
        Some(Self { number, link: Link::parse(link)? })
    }
}

/// Where the chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A row is not there.
    Missing {
        /// Its number.
        number: i64,
    },
    /// A row says something else than it did, stands in another's place, or follows another row than it did.
    Altered {
        /// Its number.
        number: i64,
    },
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Missing { number } => write!(f, "row {number} is missing"),
            Broken::Altered { number } => write!(f, "row {number} is not as it was written"),
        }
    }
}

impl std::error::Error for Broken {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Origin, Outcome};
    use crate::id::UserId;
    use crate::session::Client;
    use crate::time::Timestamp;

    fn record(event: &str) -> Record {
        Record {
            at: Timestamp::from_secs(1_700_000_000),
            event: event.to_owned(),
            outcome: Outcome::Failure,
            reason: Some("wrong_password".to_owned()),
            actor: Some(UserId::new(1)),
            subject: Some(UserId::new(2)),
            application: Some("default".to_owned()),
            role: Some("editor".to_owned()),
            origin: Origin {
                client: Client { ip: Some("::1".to_owned()), user_agent: Some("curl".to_owned()) },
                request_id: Some("5f".to_owned()),
            },
        }
    }

    fn chain(events: &[&str]) -> Vec<Entry> {
        let mut place = Place::START;
        events
            .iter()
            .map(|event| {
                let entry = place.append(record(event));
                place = Place { number: entry.number, link: entry.link };
                entry
            })
            .collect()
    }

    fn walk(entries: &[Entry]) -> Result<Place, Broken> {
        entries.iter().try_fold(Place::START, Place::follow)
    }

    #[test]
    fn a_chain_as_it_was_written_holds() {
        let entries = chain(&["a", "b", "c"]);
        assert_eq!(walk(&entries).map(|place| place.number), Ok(3));
        assert_eq!(walk(&[]), Ok(Place::START));
    }

    #[test]
    fn a_row_that_was_removed_or_moved_is_found() {
        let mut entries = chain(&["a", "b", "c"]);
        entries.remove(1);
        assert_eq!(walk(&entries), Err(Broken::Missing { number: 2 }));
        let mut entries = chain(&["a", "b", "c"]);
        entries.swap(0, 1);
        assert_eq!(walk(&entries), Err(Broken::Missing { number: 1 }));
        // The numbers are given to each other's rows as well.
        (entries[0].number, entries[1].number) = (1, 2);
        assert_eq!(walk(&entries), Err(Broken::Altered { number: 1 }));
    }

    #[test]
    fn every_part_of_a_row_is_held() {
        let altered: [fn(&mut Record); 11] = [
            |row| row.at = row.at.plus_secs(1),
            |row| row.event = "b".to_owned(),
            |row| row.outcome = Outcome::Success,
            |row| row.reason = None,
            |row| row.actor = None,
            |row| row.subject = Some(UserId::new(3)),
            |row| row.application = Some("defaul".to_owned()),
            |row| row.role = None,
            |row| row.origin.client.ip = Some("::2".to_owned()),
            |row| row.origin.client.user_agent = None,
            |row| row.origin.request_id = Some(String::new()),
        ];
        for (place, alter) in altered.iter().enumerate() {
            let mut entries = chain(&["a", "b"]);
            alter(&mut entries[0].record);
            assert_eq!(walk(&entries), Err(Broken::Altered { number: 1 }), "part {place}");
        }
    }

    #[test]
    fn what_one_part_ends_with_is_not_what_the_next_begins_with() {
        let with = |application: Option<&str>, role: Option<&str>| {
            let row = Record {
                application: application.map(str::to_owned),
                role: role.map(str::to_owned),
                ..record("a")
            };
            Link::FIRST.after(1, &row)
        };
        assert_ne!(with(Some("ab"), Some("c")), with(Some("a"), Some("bc")));
        assert_ne!(with(Some(""), None), with(None, Some("")));
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place { number: 17, link: Link([7; 32]) };
        assert_eq!(Place::parse(&place.encode()), Some(place));
        for wrong in ["", "17", ":", "-1:AAAA", "17:AAAA", &format!("x{}", place.encode())] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }
}
