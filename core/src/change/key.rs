//! What must become true of keys.

use crate::id::UserId;
use crate::keyring::{SealedKey, SealedProbe, StoredKey};
use crate::mfa::SealedSecret;
use crate::time::Timestamp;

/// One thing to make true of the keys that sign tokens, and of what is sealed under the root secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyChange {
    /// There is another signing key. Guard: none has its name.
    Add(Box<StoredKey>),
    /// The key signs from now on. Guard: no other does.
    Activate {
        /// Which.
        kid: String,
        /// When.
        at: Timestamp,
        /// Seconds that its tokens live.
        token_ttl_secs: u32,
    },
    /// The key signs no more. Guard: it did.
    Replace {
        /// Which.
        kid: String,
        /// When.
        at: Timestamp,
        /// When the last token expires that it has signed.
        tokens_until: Timestamp,
    },
    /// The key will never sign. Guard: it waits.
    Drop {
        /// Which.
        kid: String,
    },
    /// The key is known no more, and no token of it is taken. Guard: it does not sign.
    Withdraw {
        /// Which.
        kid: String,
    },
    /// The tokens that the key signs live so long, or some did and longer.
    NoteTokenLifetime {
        /// Which.
        kid: String,
        /// Seconds.
        secs: u32,
    },
    /// The private halves of keys that were replaced by `replaced_by` are forgotten, and keys altogether whose last token
    /// had expired by `expired_by`.
    Forget {
        /// When.
        replaced_by: Timestamp,
        /// When.
        expired_by: Timestamp,
    },
    /// The root secret is known again by this probe. Guard: by `from` it was until now, `None` where by none.
    SetProbe {
        /// The probe that there was.
        from: Option<SealedProbe>,
        /// The probe that there is.
        to: SealedProbe,
    },
    /// The private half of a signing key is sealed anew. Guard: it is still sealed as it was.
    Reseal {
        /// Which.
        kid: String,
        /// As it was sealed.
        from: SealedKey,
        /// As it is sealed.
        to: SealedKey,
    },
    /// The secret of a second factor is sealed anew. Guard: it is still sealed as it was.
    ResealFactor {
        /// Whose.
        user: UserId,
        /// As it was sealed.
        from: SealedSecret,
        /// As it is sealed.
        to: SealedSecret,
    },
}
