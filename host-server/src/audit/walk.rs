//! Goes through the rows from the oldest to the newest, and says where they do not hang together.

use countersign_core::audit::chain::{Broken, Entry, Place};
use countersign_core::audit::seal::SealKey;
use thiserror::Error;

use crate::store::{AuditStanding, Store, StoreError};

/// Rows that are read at once: a few hundred kilobytes.
const PAGE: u32 = 1_000;

/// Where the audit is not as it was written.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A row is missing or altered.
    #[error("{0}")]
    Broken(Broken),
    /// The newest rows were removed, or rows were added behind the store's back.
    #[error("the rows end with {found}, and the newest that was written is {written}")]
    OtherEnd {
        /// The last row that is there.
        found: i64,
        /// The newest that was written.
        written: i64,
    },
    /// The seal was made by another key, or with other rows before it.
    #[error(
        "the seal over row {0} was not made with this SECRET_KEY: either the key is another, or the audit was altered \
         and sealed by somebody else"
    )]
    OtherSeal(i64),
    /// A row is not the one that was sealed: it and those before it were made anew.
    #[error("row {0} is not the one that was sealed: rows up to it were altered, and linked anew")]
    NotWhatWasSealed(i64),
    /// There are rows, and nothing is sealed.
    #[error("nothing is sealed: the seal was removed, or the server has never run with these rows")]
    NoSeal,
    /// The chain does not go through a place that somebody noted.
    #[error("row {0} is not the one that was noted: rows up to it were altered or removed")]
    NotWhatWasNoted(i64),
}

/// Why a walk did not come to its end.
#[derive(Debug, Error)]
pub(crate) enum WalkError {
    /// The audit is not as it was written.
    #[error("{0}")]
    Fault(Fault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Fault> for WalkError {
    fn from(fault: Fault) -> Self {
        WalkError::Fault(fault)
    }
}

/// Goes through a chain, and holds it to places that it must go through.
#[derive(Debug)]
pub(crate) struct Walk {
    /// The row that was looked at last.
    pub(crate) place: Place,
    sealed: Option<Place>,
    noted: Option<Place>,
}

impl Walk {
    /// A walk from behind a place on.
    ///
    /// # Errors
    /// Where a place to hold to is this one, and another.
    pub(crate) fn from(place: Place, sealed: Option<Place>, noted: Option<Place>) -> Result<Self, Fault> {
        let walk = Self { place, sealed, noted };
        walk.hold()?;
        Ok(walk)
    }

    /// Looks at the next row.
    ///
    /// # Errors
    /// Where it is not the one that it must be.
    pub(crate) fn step(&mut self, entry: &Entry) -> Result<(), Fault> {
        self.place = self.place.follow(entry).map_err(Fault::Broken)?;
        self.hold()
    }

    fn hold(&self) -> Result<(), Fault> {
        let is_another = |other: Option<Place>| {
            other.is_some_and(|other| other.number == self.place.number && other.link != self.place.link)
        };
        if is_another(self.sealed) {
            return Err(Fault::NotWhatWasSealed(self.place.number));
        }
        if is_another(self.noted) {
            return Err(Fault::NotWhatWasNoted(self.place.number));
        }
        Ok(())
    }
}

/// Goes through the rows that are in the store, and through their seal. `key` is `None` where the seal cannot be looked
/// at, `before` is a walk through the archives of the rows before, `noted` is a place from an earlier walk.
///
/// # Errors
/// Where a row is missing or altered, and where the store fails.
pub(crate) fn through(
    store: &Store,
    key: Option<&SealKey>,
    before: Option<Place>,
    noted: Option<Place>,
) -> Result<Place, WalkError> {
    let standing = store.audit_standing()?;
    let sealed = sealed(&standing, key)?;
    if before.is_some_and(|before| before != standing.archived) {
        return Err(Fault::OtherEnd {
            found: before.map_or(0, |before| before.number),
            written: standing.archived.number,
        }
        .into());
    }
    let mut walk = Walk::from(standing.archived, sealed, noted)?;
    steps(store, &mut walk, standing.newest)?;
    if walk.place != standing.newest {
        let (found, written) = (walk.place.number, standing.newest.number);
        return Err(Fault::OtherEnd { found, written }.into());
    }
    if noted.is_some_and(|noted| noted.number > walk.place.number) {
        return Err(Fault::OtherEnd {
            found: walk.place.number,
            written: noted.map_or(0, |noted| noted.number),
        }
        .into());
    }
    Ok(walk.place)
}

/// Looks at the rows up to the one of `end`. Rows that came since are not looked at.
///
/// # Errors
/// As [`through`].
pub(super) fn steps(store: &Store, walk: &mut Walk, end: Place) -> Result<(), WalkError> {
    loop {
        let entries = store.audit_after(walk.place.number, PAGE)?;
        let entries: Vec<_> = entries.into_iter().take_while(|entry| entry.number <= end.number).collect();
        if entries.is_empty() {
            return Ok(());
        }
        for entry in &entries {
            walk.step(entry)?;
        }
    }
}

/// The place that is sealed, if the seal holds; `None` where there is no key to look at it with, and where no row was
/// ever written.
fn sealed(standing: &AuditStanding, key: Option<&SealKey>) -> Result<Option<Place>, Fault> {
    let Some(key) = key else { return Ok(None) };
    match &standing.seal {
        Some(seal) if key.holds(seal) => Ok(Some(seal.place)),
        Some(seal) => Err(Fault::OtherSeal(seal.place.number)),
        None if standing.newest == Place::START => Ok(None),
        None => Err(Fault::NoSeal),
    }
}
