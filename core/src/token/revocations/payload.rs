//! The list as JSON.
//!
//! Marks and times are binary in base64url: 10,000 sessions are 107 kB so, and 142 kB once signed, which
//! encodes them again. As an array of texts or in hex they would be more than 200 kB.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
#[cfg(feature = "sign")]
use serde::Serialize;

use super::{Epochs, Mark, RevocationList};
use crate::id::ApplicationId;
use crate::json::{Document, Kind, Value};
use crate::time::Timestamp;
use crate::token::claims::date;

/// Seconds from one list to the next at most. Nobody could rely on an older one; access tokens live no longer.
const INTERVAL_MAX_SECS: i64 = 86_400;

impl RevocationList {
    /// Reads the payload. Members that are not known are let be; a list that means something else is of another type.
    ///
    /// # Errors
    /// The name of the member that is missing, of the wrong type, not in order or beyond its bounds.
    pub(super) fn read(json: &str) -> Result<Self, &'static str> {
        let document = Document::parse_text(json).ok().filter(Document::is_object).ok_or("payload")?;
        let member = |name: &'static str| document.member(name).ok_or(name);
        let time = |name| member(name).and_then(|value| date(value).ok_or(name));
        let list = Self {
            issuer: member("iss")?.text().ok_or("iss")?.into_owned(),
            made_at: time("iat")?,
            next_at: time("next")?,
            not_before: document.member("not_before").map(|_| time("not_before")).transpose()?,
            sessions: records(member("sessions")?, Mark::from_be_bytes).ok_or("sessions")?,
            users: Epochs::read(member("users")?).ok_or("users")?,
            grants: Epochs::read(member("grants")?).ok_or("grants")?,
            roles: roles(member("roles")?).ok_or("roles")?,
        };
        if !list.sessions.is_sorted_by(|one, next| one < next) {
            return Err("sessions");
        }
        if !(1..=INTERVAL_MAX_SECS).contains(&list.next_at.secs_since(list.made_at)) {
            return Err("next");
        }
        Ok(list)
    }

    /// The list as it is signed.
    #[cfg(feature = "sign")]
    pub(in crate::token) fn payload(&self) -> Payload<'_> {
        Payload {
            iss: &self.issuer,
            iat: self.made_at.as_secs(),
            next: self.next_at.as_secs(),
            not_before: self.not_before.map(Timestamp::as_secs),
            sessions: encode(self.sessions.iter().map(|mark| mark.to_be_bytes())),
            users: self.users.encode(),
            grants: self.grants.encode(),
            roles: self.roles.iter().map(|(name, latest)| (name.as_str(), latest.as_secs())).collect(),
        }
    }
}

/// The members under their names in JSON.
#[cfg(feature = "sign")]
#[derive(Serialize)]
pub(in crate::token) struct Payload<'a> {
    iss: &'a str,
    iat: i64,
    next: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<i64>,
    sessions: String,
    users: String,
    grants: String,
    roles: std::collections::BTreeMap<&'a str, i64>,
}

impl Epochs {
    /// Bytes of one record: the mark, then the seconds, both with the highest byte first.
    const RECORD_LEN: usize = size_of::<Mark>() + size_of::<u32>();

    /// `None` where it is no text of whole records that ascend.
    fn read(value: Value<'_>) -> Option<Self> {
        let users = records(value, |record: [u8; Self::RECORD_LEN]| {
            let [a, b, c, d, e, f, g, h, secs @ ..] = record;
            (Mark::from_be_bytes([a, b, c, d, e, f, g, h]), u32::from_be_bytes(secs))
        })?;
        users.is_sorted_by(|one, next| one.0 < next.0).then_some(Self(users))
    }

    #[cfg(feature = "sign")]
    fn encode(&self) -> String {
        encode(self.0.iter().map(|(mark, secs)| {
            let mut record = [0; Self::RECORD_LEN];
            record[..size_of::<Mark>()].copy_from_slice(&mark.to_be_bytes());
            record[size_of::<Mark>()..].copy_from_slice(&secs.to_be_bytes());
            record
        }))
    }
}

#[cfg(feature = "sign")]
fn encode<const N: usize>(records: impl Iterator<Item = [u8; N]>) -> String {
    URL_SAFE_NO_PAD.encode(records.flatten().collect::<Vec<_>>())
}

/// Records of `N` bytes each; `None` where it is no text of so many, or of more than a list may have.
fn records<T, const N: usize>(value: Value<'_>, read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
    let bytes = URL_SAFE_NO_PAD.decode(value.text()?.as_bytes()).ok()?;
    let (records, rest) = bytes.as_chunks();
    let whole = rest.is_empty() && records.len() <= RevocationList::ENTRIES_MAX;
    whole.then(|| records.iter().map(|record| read(*record)).collect())
}

/// Applications with the second up to which grants are outdated.
fn roles(value: Value<'_>) -> Option<Vec<(String, Timestamp)>> {
    if value.kind() != Kind::Object {
        return None;
    }
    let document = Document::parse_text(value.raw()).ok()?;
    let read = |(name, latest)| Some((ApplicationId::parse(name)?.as_str().to_owned(), date(latest)?));
    let roles = document.members().map(read).collect::<Option<Vec<_>>>()?;
    (roles.len() <= RevocationList::APPLICATIONS_MAX).then_some(roles)
}
