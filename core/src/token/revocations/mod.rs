//! Which access tokens are void before they expire, told to those who verify without asking the server.
//!
//! The issuer signs a small list and publishes it; a verifier holds tokens to the last one it has. The list is
//! public and tells nobody who left when: it holds 64 bits of a hash of each ended session, sorted. That many
//! bits of a hash of a 128-bit random id lead back to no id, and with 10,000 sessions listed and a million
//! alive, one that is alive is met by chance in one list of two billion.
//!
//! It has an end: past [`RevocationList::ENTRIES_MAX`] of a kind the oldest entries are left out, and every
//! token as old as theirs is refused as outdated. Its holder refreshes; one whose session has ended cannot.

#[cfg(feature = "sign")]
mod build;
mod payload;
#[cfg(test)]
#[cfg(feature = "sign")]
mod tests;

#[cfg(feature = "sign")]
pub use build::{Issuance, Revoked};

use std::fmt;

use sha2::{Digest, Sha256};

use super::access::check_signature;
use super::compact::{Compact, decode_text};
use super::header::UnverifiedHeader;
use super::{AccessClaims, Algorithm, KeySet, LEEWAY_MAX_SECS, TokenError};
use crate::id::SessionId;
use crate::rejection::Code;
use crate::time::Timestamp;

/// Bytes of a signed list at most. The fullest there can be, 10,000 entries of each kind and 1,000
/// applications, has 670 kB; one of 10,000 ended sessions and nothing else has 142 kB.
pub const REVOCATIONS_LEN_MAX: usize = 1024 * 1024;

/// The type of a signed list, so that it is never taken for an access token, nor one for it.
pub(super) const REVOCATIONS: &str = "revocations+jwt";

/// What an issuer has revoked, as of one moment.
///
/// ```
/// use countersign_core::id::SessionId;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{Algorithm, Issuance, KeySet, RevocationList, Revoked, SigningKey};
///
/// let now = Timestamp::from_secs(1_700_000_000);
/// let next_at = now.plus_secs(60);
/// let issuance = Issuance { issuer: "https://auth.example", made_at: now, next_at, token_lifetime_secs: 3_600 };
/// let revoked = Revoked { sessions: vec![(SessionId::from_bytes([1; 16]), now)], ..Revoked::default() };
/// let list = RevocationList::build(revoked, issuance);
///
/// let key = SigningKey::ed25519(&[7; 32]);
/// let signed = key.sign_revocations(&list)?;
/// let keys = KeySet::from(key.verifying_key().clone());
/// let read = RevocationList::verify(&signed, &keys, &[Algorithm::EdDsa], "https://auth.example", now)?;
/// assert_eq!(read, list);
/// assert_eq!(read.made_at(), now);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    issuer: String,
    made_at: Timestamp,
    next_at: Timestamp,
    not_before: Option<Timestamp>,
    /// Ascending, each once.
    sessions: Vec<Mark>,
    users: Epochs,
    grants: Epochs,
    /// By the application's name.
    roles: Vec<(String, Timestamp)>,
}

impl RevocationList {
    /// Entries of one kind at most. Whoever has more log-outs than this within the life of an access token
    /// gives tokens a shorter one.
    pub const ENTRIES_MAX: usize = 10_000;

    /// Applications at most of which a change of roles is told. Their names are spelt out.
    pub const APPLICATIONS_MAX: usize = 1_000;

    /// Reads a signed list that is of this issuer and not of the future.
    ///
    /// # Errors
    /// [`RevocationsError::Signature`] where it is no JWS of this type under one of the keys,
    /// [`RevocationsError::Content`] where what it holds is not as it must be.
    pub fn verify(
        signed: &str,
        keys: &KeySet,
        algorithms: &[Algorithm],
        issuer: &str,
        now: Timestamp,
    ) -> Result<Self, RevocationsError> {
        let compact = Compact::split_within(signed, REVOCATIONS_LEN_MAX)?;
        let unverified = UnverifiedHeader::read(compact.header)?;
        unverified.require_type(REVOCATIONS)?;
        check_signature(&compact, &unverified, keys, algorithms)?;

        let list = Self::read(&decode_text(compact.payload)?).map_err(RevocationsError::Content)?;
        if list.issuer != issuer {
            return Err(RevocationsError::Content("iss"));
        }
        if list.made_at > now.plus_secs(LEEWAY_MAX_SECS.into()) {
            return Err(RevocationsError::Content("iat"));
        }
        Ok(list)
    }

    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// From when on there is a newer one.
    pub fn next_at(&self) -> Timestamp {
        self.next_at
    }

    /// Whether it may take the place of another. One that is older never does, or whoever keeps an old list
    /// could make a revoked token good again; of two made within one second the later come is taken.
    pub fn may_replace(&self, other: &RevocationList) -> bool {
        self.made_at >= other.made_at
    }

    /// Holds the claims of a good token of the list's issuer against the list.
    ///
    /// # Errors
    /// `token_revoked` where its session or user is listed; `token_outdated` where its holder may still be
    /// welcome, but with a fresh one.
    pub fn check(&self, claims: &AccessClaims) -> Result<(), TokenError> {
        let (issued_at, user) = (claims.issued_at, user_mark(&claims.issuer, &claims.subject));
        if self.sessions.binary_search(&session_mark(claims.session_id)).is_ok() {
            return Err(TokenError::claim(Code::TokenRevoked, "sid"));
        }
        if self.users.void(user, issued_at) {
            return Err(TokenError::claim(Code::TokenRevoked, "sub"));
        }
        if self.not_before.is_some_and(|latest| issued_at <= latest) {
            return Err(TokenError::claim(Code::TokenOutdated, "iat"));
        }
        if claims.grants.is_some() && (self.grants.void(user, issued_at) || self.roles_changed_since(claims))
        {
            return Err(TokenError::claim(Code::TokenOutdated, "grants"));
        }
        Ok(())
    }

    fn roles_changed_since(&self, claims: &AccessClaims) -> bool {
        let of_application = self.roles.iter().find(|(name, _)| *name == claims.audience);
        of_application.is_some_and(|(_, latest)| claims.issued_at <= *latest)
    }
}

/// The first 64 bits of a SHA-256, as a number: its order is that of the bytes.
type Mark = u64;

/// What stands for a session: a hash of the claim `sid` as it is spelt.
fn session_mark(id: SessionId) -> Mark {
    mark(Sha256::new().chain_update(id.encode()))
}

/// What stands for a user. Their numbers are small and could be tried one by one, so this hides little; the list has
/// users only where their sessions are not known.
fn user_mark(issuer: &str, subject: &str) -> Mark {
    mark(Sha256::new().chain_update(issuer).chain_update([0]).chain_update(subject))
}

fn mark(hash: Sha256) -> Mark {
    let hash = hash.finalize();
    hash.iter().take(size_of::<Mark>()).fold(0, |mark, byte| mark << 8 | Mark::from(*byte))
}

/// Users with the second up to which tokens of theirs are void, ascending by mark, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Epochs(Vec<(Mark, u32)>);

impl Epochs {
    fn void(&self, user: Mark, issued_at: Timestamp) -> bool {
        let Self(users) = self;
        let found = users.binary_search_by_key(&user, |(mark, _)| *mark).ok();
        let latest = found.and_then(|place| users.get(place)).map(|(_, latest)| i64::from(*latest));
        latest.is_some_and(|latest| issued_at.as_secs() <= latest)
    }
}

/// Why a list is not taken. It repeats nothing of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationsError {
    /// It is not of the form, the type or the key that it must be of.
    Signature(TokenError),
    /// The member at fault, of a list whose signature holds.
    Content(&'static str),
}

impl RevocationsError {
    /// The stable word, the same for every fault of a list.
    pub const fn code(self) -> Code {
        Code::RevocationsInvalid
    }

    /// Whether it is signed by a key that is not known, as after a rotation; fresh keys may know it.
    pub fn is_key_unknown(self) -> bool {
        matches!(self, Self::Signature(error) if error.code == Code::TokenKeyUnknown)
    }
}

impl From<TokenError> for RevocationsError {
    fn from(error: TokenError) -> Self {
        Self::Signature(error)
    }
}

impl fmt::Display for RevocationsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code().meaning())?;
        match self {
            Self::Signature(error) => write!(f, " {error}"),
            Self::Content(member) => write!(f, " ({member})"),
        }
    }
}

impl std::error::Error for RevocationsError {}
