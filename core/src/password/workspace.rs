//! The one costly computation: Argon2id.

use std::fmt;

use argon2::Block;
#[cfg(any(feature = "legacy", not(target_arch = "wasm32")))]
use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use subtle::ConstantTimeEq;
use zeroize::{Zeroizing, optimization_barrier};

#[cfg(feature = "legacy")]
use super::LegacyFunction;
use super::{Argon2Cost, HashKind, PasswordHash, PreparedPassword, StoredHash};
use crate::rejection::Code;

/// The memory that Argon2id fills, kept from one password to the next: asking the system for it each time
/// takes a third of the time. One workspace serves one thread; its memory is wiped when it is given back, and when
/// [asked for](Self::wipe).
///
/// ```
/// use countersign_core::password::{Argon2Cost, Argon2Workspace, Password};
///
/// let mut workspace = Argon2Workspace::new();
/// // Real costs and salts are the host's: Argon2Cost::default() and 16 random bytes.
/// let cost = Argon2Cost::new(64, 1, 1)?;
/// let hash = workspace.hash(&Password::prepare("analytical engine"), cost, [7; 16]);
/// assert!(workspace.verify(&Password::prepare("analytical engine"), &hash));
/// assert!(!workspace.verify(&Password::prepare("Analytical engine"), &hash));
/// # Ok::<(), countersign_core::password::CostOutOfBounds>(())
/// ```
#[derive(Default)]
pub struct Argon2Workspace {
    blocks: Vec<Block>,
    /// How many of them, from the first on, hold what a password left there.
    filled: usize,
}

impl Argon2Workspace {
    /// A workspace that holds no memory yet.
    pub const fn new() -> Self {
        Self { blocks: Vec::new(), filled: 0 }
    }

    /// Takes the memory for hashes of `cost` beforehand. [`hash`](Self::hash) and
    /// [`verify`](Self::verify) take it by themselves, but end the program where there is none: an edge
    /// worker of 128 MiB asks here first.
    ///
    /// # Errors
    /// [`Code::HashTooCostly`] where the system has not so much memory to give.
    pub fn reserve(&mut self, cost: Argon2Cost) -> Result<(), Code> {
        let wanted = cost.memory_kib() as usize;
        if self.blocks.capacity() < wanted {
            self.release();
            self.blocks.try_reserve_exact(wanted).map_err(|_| Code::HashTooCostly)?;
        }
        Ok(())
    }

    /// Takes the memory for hashes of a kind beforehand, as [`reserve`](Self::reserve) does. That of scrypt is not kept
    /// here: it is asked for and given back at once, and taken again by the hash.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub fn reserve_for(&mut self, kind: HashKind) -> Result<(), Code> {
        match kind {
            HashKind::Argon2id(cost) => self.reserve(cost),
            #[cfg(feature = "legacy")]
            HashKind::Legacy(LegacyFunction::Argon2 { cost, .. }) => self.reserve(cost),
            #[cfg(feature = "legacy")]
            HashKind::Legacy(function) => {
                let bytes = usize::try_from(function.memory()).map_err(|_| Code::HashTooCostly)?;
                Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| Code::HashTooCostly)
            }
        }
    }

    /// Wipes the memory and gives it back where it is more than hashes of `policy` need. A host calls it
    /// after a hash of another cost, so that its memory stays threads times `policy`.
    pub fn release_above(&mut self, policy: Argon2Cost) {
        if self.blocks.capacity() > policy.memory_kib() as usize {
            self.release();
        }
    }

    /// Wipes the memory and keeps it: for a host in which others can read it, or which hashes seldom.
    pub fn wipe(&mut self) {
        if let Some(filled) = self.blocks.get_mut(..self.filled) {
            filled.fill(Block::new());
        }
        // Or it might be found that nobody reads what is written there.
        optimization_barrier(self.blocks.as_slice());
        self.filled = 0;
    }

    /// Hashes a password under a salt that is random and used once.
    pub fn hash(
        &mut self,
        password: &PreparedPassword,
        cost: Argon2Cost,
        salt: [u8; PasswordHash::SALT_LENGTH],
    ) -> PasswordHash {
        let mut tag = [0; PasswordHash::TAG_LENGTH];
        let filled = self.fill(&Argon2idInput::of(password, &salt, cost, tag.len()), &mut tag);
        // Stored, an unfilled tag would lock its account for good.
        assert!(filled.is_some(), "cost and lengths are within the bounds of Argon2");
        PasswordHash::new(cost, salt, tag)
    }

    /// Whether the password is the one that was hashed; the tags are compared in constant time.
    pub fn verify(&mut self, password: &PreparedPassword, hash: &PasswordHash) -> bool {
        let expected = hash.tag();
        let mut tag = Zeroizing::new(vec![0; expected.len()]);
        let input = Argon2idInput::of(password, hash.salt(), hash.cost(), expected.len());
        self.fill(&input, &mut tag).is_some() && bool::from(tag.ct_eq(expected))
    }

    /// Whether the password is the one that was hashed, whichever function did. The memory for it is best
    /// [asked for](Self::reserve_for) first.
    pub fn verify_stored(&mut self, password: &PreparedPassword, hash: &StoredHash) -> bool {
        match hash {
            StoredHash::Argon2id(hash) => self.verify(password, hash),
            #[cfg(feature = "legacy")]
            StoredHash::Legacy(hash) => hash.matches(password, self),
        }
    }

    /// Argon2id itself, with all its inputs (RFC 9106 section 3.1): a tag of `output_len` bytes, `None` for
    /// a salt of fewer than 8 bytes, an output of fewer than 4 or associated data of more than 32.
    ///
    /// ```
    /// use countersign_core::password::{Argon2Cost, Argon2Workspace, Argon2idInput};
    ///
    /// // RFC 9106 section 5.3.
    /// let tag = Argon2Workspace::new().argon2id(Argon2idInput {
    ///     password: &[1; 32],
    ///     salt: &[2; 16],
    ///     secret: &[3; 8],
    ///     associated_data: &[4; 12],
    ///     cost: Argon2Cost::new(32, 3, 4)?,
    ///     output_len: 32,
    /// });
    /// assert_eq!(tag.map(|tag| tag[..4].to_vec()), Some(vec![0x0d, 0x64, 0x0d, 0xf5]));
    /// # Ok::<(), countersign_core::password::CostOutOfBounds>(())
    /// ```
    pub fn argon2id(&mut self, input: Argon2idInput<'_>) -> Option<Vec<u8>> {
        let mut tag = vec![0; input.output_len];
        self.fill(&input, &mut tag)?;
        Some(tag)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn fill(&mut self, input: &Argon2idInput<'_>, tag: &mut [u8]) -> Option<()> {
        self.fill_by(Algorithm::Argon2id, Version::V0x13, input, tag)
    }

    #[cfg(target_arch = "wasm32")]
    fn fill(&mut self, input: &Argon2idInput<'_>, tag: &mut [u8]) -> Option<()> {
        super::argon2id::argon2id(input, self.blocks_for(input.cost), tag)
    }

    /// Any Argon2, of which only one is made here.
    #[cfg(any(feature = "legacy", not(target_arch = "wasm32")))]
    pub(super) fn fill_by(
        &mut self,
        algorithm: Algorithm,
        version: Version,
        input: &Argon2idInput<'_>,
        tag: &mut [u8],
    ) -> Option<()> {
        let mut params = ParamsBuilder::new();
        params
            .m_cost(input.cost.memory_kib())
            .t_cost(input.cost.iterations())
            .p_cost(input.cost.parallelism())
            .output_len(tag.len())
            .data(AssociatedData::new(input.associated_data).ok()?);
        let argon2 = Argon2::new_with_secret(input.secret, algorithm, version, params.build().ok()?);
        let blocks = self.blocks_for(input.cost);
        argon2.ok()?.hash_password_into_with_memory(input.password, input.salt, tag, blocks).ok()
    }

    fn blocks_for(&mut self, cost: Argon2Cost) -> &mut [Block] {
        let wanted = cost.memory_kib() as usize;
        if self.blocks.len() < wanted {
            if self.blocks.capacity() < wanted {
                self.release();
            }
            self.blocks.resize(wanted, Block::new());
        }
        self.filled = self.filled.max(wanted);
        &mut self.blocks
    }

    fn release(&mut self) {
        self.wipe();
        self.blocks = Vec::new();
    }
}

impl Drop for Argon2Workspace {
    fn drop(&mut self) {
        self.release();
    }
}

impl fmt::Debug for Argon2Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Workspace").field("kib", &self.blocks.len()).finish_non_exhaustive()
    }
}

/// Everything that goes into one Argon2id tag.
#[derive(Clone, Copy)]
pub struct Argon2idInput<'a> {
    /// The message, P.
    pub password: &'a [u8],
    /// The nonce, S.
    pub salt: &'a [u8],
    /// The secret value, K; empty for none.
    pub secret: &'a [u8],
    /// The associated data, X; empty for none.
    pub associated_data: &'a [u8],
    /// Memory, passes and lanes: m, t and p.
    pub cost: Argon2Cost,
    /// Bytes of the tag, T.
    pub output_len: usize,
}

impl<'a> Argon2idInput<'a> {
    fn of(password: &'a PreparedPassword, salt: &'a [u8], cost: Argon2Cost, output_len: usize) -> Self {
        let password = password.expose().as_bytes();
        Self { password, salt, secret: &[], associated_data: &[], cost, output_len }
    }
}

impl fmt::Debug for Argon2idInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2idInput").field("cost", &self.cost).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::Password;

    fn cost(memory_kib: u32) -> Argon2Cost {
        Argon2Cost::new(memory_kib, 1, 1).unwrap()
    }

    #[test]
    fn only_the_password_that_was_hashed_matches() {
        let mut workspace = Argon2Workspace::new();
        let password = Password::prepare("analytical engine");
        let hash = workspace.hash(&password, cost(32), [9; 16]);
        let stored = PasswordHash::parse(hash.as_str()).unwrap();
        assert_eq!(stored, hash);
        assert!(workspace.verify(&password, &stored));
        for wrong in
            ["", "analytical engin", "analytical engine ", "Analytical engine", "analytical engine\0"]
        {
            assert!(!workspace.verify(&Password::prepare(wrong), &stored), "{wrong:?}");
        }
        assert_ne!(workspace.hash(&password, cost(32), [8; 16]), hash);
        assert!(!workspace.verify(&password, &PasswordHash::decoy(cost(32))));
    }

    #[test]
    fn a_text_too_long_to_be_a_password_matches_nothing() {
        let mut workspace = Argon2Workspace::new();
        let longest = Password::prepare(&"x".repeat(4_096));
        let too_long = Password::prepare(&"x".repeat(4_097));
        assert_eq!(longest.expose().len(), 4_096);
        assert_eq!(too_long.expose().len(), 1 + 43);
        assert!(too_long.expose().starts_with('\0'));
        let hash = workspace.hash(&longest, cost(8), [1; 16]);
        assert!(workspace.verify(&longest, &hash));
        assert!(!workspace.verify(&too_long, &hash));
    }

    #[test]
    fn memory_is_kept_until_a_policy_needs_less() {
        let mut workspace = Argon2Workspace::new();
        workspace.hash(&Password::prepare("x"), cost(64), [0; 16]);
        let first = workspace.blocks.as_ptr();
        workspace.hash(&Password::prepare("x"), cost(16), [0; 16]);
        workspace.release_above(cost(64));
        assert_eq!((workspace.blocks.as_ptr(), workspace.blocks.len()), (first, 64));
        workspace.release_above(cost(63));
        assert_eq!(workspace.blocks.capacity(), 0);
    }

    #[test]
    fn what_a_password_left_is_wiped_and_no_more() {
        let mut workspace = Argon2Workspace::new();
        let words = |workspace: &Argon2Workspace| {
            let blocks =
                workspace.blocks.iter().map(|block| block.as_ref().iter().filter(|word| **word != 0));
            blocks.map(Iterator::count).collect::<Vec<_>>()
        };
        let hash = workspace.hash(&Password::prepare("x"), cost(64), [0; 16]);
        assert!(words(&workspace).iter().all(|left| *left > 100));
        workspace.wipe();
        assert_eq!(words(&workspace), [0; 64]);
        workspace.hash(&Password::prepare("x"), cost(8), [0; 16]);
        assert_eq!(words(&workspace).iter().filter(|left| **left > 100).count(), 8);
        assert!(workspace.verify(&Password::prepare("x"), &hash));
        workspace.hash(&Password::prepare("x"), cost(8), [0; 16]);
        workspace.wipe();
        assert_eq!(words(&workspace), [0; 64]);
    }

    #[test]
    fn memory_can_be_taken_beforehand() {
        let mut workspace = Argon2Workspace::new();
        assert_eq!(workspace.reserve(cost(64)), Ok(()));
        let reserved = workspace.blocks.as_ptr();
        workspace.hash(&Password::prepare("x"), cost(64), [0; 16]);
        assert_eq!(workspace.blocks.as_ptr(), reserved);
    }

    #[test]
    fn neither_memory_nor_inputs_are_shown() {
        let input = Argon2idInput {
            password: b"analytical engine",
            salt: &[0; 8],
            secret: b"pepper",
            associated_data: &[],
            cost: cost(8),
            output_len: 32,
        };
        let shown = format!("{input:?} {:?}", Argon2Workspace::new());
        assert_eq!(
            shown,
            "Argon2idInput { cost: Argon2Cost { memory_kib: 8, iterations: 1, parallelism: 1 }, .. } \
             Argon2Workspace { kib: 0, .. }"
        );
    }
}
