//! What an account's password is held against.

use super::{Argon2Cost, HashBounds, PasswordHash, PreparedPassword};
#[cfg(feature = "legacy")]
use super::{LegacyFunction, LegacyHash};
use crate::rejection::Code;

/// The hash of an account's password: one that was made here, or one that an older system made and that the first
/// log-in replaces.
///
/// ```
/// use countersign_core::password::{Argon2Cost, Argon2Workspace, HashBounds, Password, StoredHash};
///
/// // Of crypt_blowfish's own tests.
/// let text = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
/// let hash = StoredHash::parse_within(text, HashBounds::default()).map_err(|code| code.as_str())?;
/// assert!(hash.needs_rehash(&Argon2Cost::default()));
/// assert!(Argon2Workspace::new().verify_stored(&Password::prepare("U*U"), &hash));
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredHash {
    /// Made here.
    Argon2id(PasswordHash),
    /// Made by an older system.
    #[cfg(feature = "legacy")]
    Legacy(LegacyHash),
}

impl StoredHash {
    /// Reads a hash of ours, or one in a form of [`LegacyHash`], that asks for no more than `bounds`.
    ///
    /// # Errors
    /// [`Code::HashMalformed`] for what is no hash, [`Code::HashUnsupported`] for a function, version or length that is
    /// not verified here, [`Code::HashTooCostly`] for a cost above the bounds.
    pub fn parse_within(text: &str, bounds: HashBounds) -> Result<Self, Code> {
        #[cfg(feature = "legacy")]
        if !text.starts_with("$argon2id$v=19$") {
            return LegacyHash::parse_within(text, bounds).map(StoredHash::Legacy);
        }
        PasswordHash::parse_within(text, bounds).map(StoredHash::Argon2id)
    }

    /// The text that is stored.
    pub fn as_str(&self) -> &str {
        match self {
            StoredHash::Argon2id(hash) => hash.as_str(),
            #[cfg(feature = "legacy")]
            StoredHash::Legacy(hash) => hash.as_str(),
        }
    }

    /// The function that made it and its cost.
    pub fn kind(&self) -> HashKind {
        match self {
            StoredHash::Argon2id(hash) => HashKind::Argon2id(hash.cost()),
            #[cfg(feature = "legacy")]
            StoredHash::Legacy(hash) => HashKind::Legacy(hash.function()),
        }
    }

    /// Whether the password should be hashed anew at the next log-in, as [`PasswordHash::needs_rehash`] has it for those
    /// made here and always for the others.
    pub fn needs_rehash(&self, policy: &Argon2Cost) -> bool {
        match self {
            StoredHash::Argon2id(hash) => hash.needs_rehash(policy),
            #[cfg(feature = "legacy")]
            StoredHash::Legacy(_) => true,
        }
    }
}

impl From<PasswordHash> for StoredHash {
    fn from(hash: PasswordHash) -> Self {
        StoredHash::Argon2id(hash)
    }
}

impl PartialEq<PasswordHash> for StoredHash {
    fn eq(&self, other: &PasswordHash) -> bool {
        self.as_str() == other.as_str()
    }
}

/// A function that passwords are hashed with, and its cost: hashes of one kind take the same time to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashKind {
    /// Ours, at this cost.
    Argon2id(Argon2Cost),
    /// That of an older system.
    #[cfg(feature = "legacy")]
    Legacy(LegacyFunction),
}

impl HashKind {
    /// The word for it in the store.
    ///
    /// ```
    /// use countersign_core::password::{Argon2Cost, HashKind};
    ///
    /// let kind = HashKind::Argon2id(Argon2Cost::default());
    /// assert_eq!(kind.word(), "argon2id:19456:2:1");
    /// assert_eq!(HashKind::of_word("argon2id:19456:2:1"), Some(kind));
    /// ```
    pub fn word(self) -> String {
        match self {
            HashKind::Argon2id(cost) => {
                let (m, t, p) = (cost.memory_kib(), cost.iterations(), cost.parallelism());
                format!("argon2id:{m}:{t}:{p}")
            }
            #[cfg(feature = "legacy")]
            HashKind::Legacy(function) => function.word(),
        }
    }

    /// Reads the word; `None` for any other text.
    pub fn of_word(word: &str) -> Option<Self> {
        if let Some(cost) = word.strip_prefix("argon2id:") {
            let numbers: Vec<u32> = cost.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
            let [m, t, p] = numbers[..] else { return None };
            return Argon2Cost::new(m, t, p).ok().map(HashKind::Argon2id);
        }
        #[cfg(feature = "legacy")]
        return LegacyFunction::of_word(word).map(HashKind::Legacy);
        #[cfg(not(feature = "legacy"))]
        None
    }

    /// A hash of this kind that no password has, to find out how long a check takes.
    pub fn decoy(self) -> StoredHash {
        match self {
            HashKind::Argon2id(cost) => StoredHash::Argon2id(PasswordHash::decoy(cost)),
            #[cfg(feature = "legacy")]
            HashKind::Legacy(function) => StoredHash::Legacy(LegacyHash::decoy(function)),
        }
    }

    /// How many texts a password is held against such a hash as: one, or as it was typed and as it is hashed here where
    /// an older system may have hashed either.
    #[cfg_attr(not(feature = "legacy"), expect(unused_variables, reason = "all kinds take one text then"))]
    pub fn texts_of(self, password: &PreparedPassword) -> u32 {
        match self {
            HashKind::Argon2id(_) => 1,
            #[cfg(feature = "legacy")]
            HashKind::Legacy(_) => password.form_count(),
        }
    }
}
