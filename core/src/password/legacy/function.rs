//! The functions of older systems, each with its cost.

use argon2::{Algorithm, Version};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::bcrypt;
use crate::password::{Argon2Cost, Argon2Workspace, Argon2idInput};
use crate::rejection::Code;

/// A function that an older system hashed passwords with, and what one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegacyFunction {
    /// bcrypt (Provos and Mazières, 1999).
    Bcrypt {
        /// The binary logarithm of its rounds, 4 to 31.
        cost: u8,
    },
    /// PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-256.
    Pbkdf2Sha256 {
        /// Its iterations.
        rounds: u32,
    },
    /// PBKDF2 with HMAC-SHA-512.
    Pbkdf2Sha512 {
        /// Its iterations.
        rounds: u32,
    },
    /// scrypt (RFC 7914).
    Scrypt {
        /// The binary logarithm of N.
        log_n: u8,
        /// The block size.
        r: u32,
        /// The parallelisation.
        p: u32,
    },
    /// An Argon2 that is not made here.
    Argon2 {
        /// Which.
        variant: Argon2Variant,
        /// Whether it is version 19 of the algorithm; else it is 16.
        v19: bool,
        /// Its cost.
        cost: Argon2Cost,
    },
}

/// How an Argon2 goes through its memory (RFC 9106 section 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Argon2Variant {
    /// By a fixed plan.
    I,
    /// As the password has it.
    D,
    /// First the one, then the other.
    Id,
}

impl LegacyFunction {
    /// Most cost of bcrypt: 2^15 rounds, two seconds of a slow core. OWASP asks for 10, libraries default to 10 to 12.
    pub const MAX_BCRYPT_COST: u8 = 15;
    /// Most rounds of PBKDF2: two seconds of a core without instructions for SHA. OWASP asks for 600,000 with SHA-256;
    /// Django 6 takes 1,200,000.
    pub const MAX_PBKDF2_ROUNDS: u32 = 4_000_000;
    /// Most memory of scrypt, 128·N·r, in bytes: 256 MiB, as much as is granted to Argon2. OWASP asks for 128.
    pub const MAX_SCRYPT_MEMORY: u64 = 256 << 20;
    /// Most memory that all passes of scrypt go through, 128·N·r·p, in bytes: 1 GiB, some two seconds.
    pub const MAX_SCRYPT_WORK: u64 = 1 << 30;

    /// # Errors
    /// [`Code::HashTooCostly`] where it costs more than is granted, whatever hash it is of.
    pub(super) fn refuse_too_costly(self) -> Result<(), Code> {
        let granted = match self {
            Self::Bcrypt { cost } => cost <= Self::MAX_BCRYPT_COST,
            Self::Pbkdf2Sha256 { rounds } | Self::Pbkdf2Sha512 { rounds } => {
                rounds <= Self::MAX_PBKDF2_ROUNDS
            }
            Self::Scrypt { p, .. } => {
                let memory = self.memory();
                memory <= Self::MAX_SCRYPT_MEMORY
                    && memory.saturating_mul(u64::from(p)) <= Self::MAX_SCRYPT_WORK
            }
            // Held to its bounds when it was read.
            Self::Argon2 { .. } => true,
        };
        if granted { Ok(()) } else { Err(Code::HashTooCostly) }
    }

    /// Bytes of memory that one hash takes; 0 where that is too little to matter.
    pub(in crate::password) fn memory(self) -> u64 {
        match self {
            Self::Scrypt { log_n, r, .. } => {
                1_u64.checked_shl(u32::from(log_n)).unwrap_or(u64::MAX).saturating_mul(128 * u64::from(r))
            }
            Self::Argon2 { cost, .. } => u64::from(cost.memory_kib()) * 1_024,
            _ => 0,
        }
    }

    /// Bytes of the salt of a [decoy](super::LegacyHash::decoy).
    pub(super) const fn salt_length(self) -> usize {
        bcrypt::SALT_LENGTH
    }

    /// Bytes of a tag: those of bcrypt and PBKDF2 have the one length, the others are as long as they are made.
    pub(super) const fn tag_length(self) -> usize {
        match self {
            Self::Bcrypt { .. } => bcrypt::TAG_LENGTH,
            Self::Pbkdf2Sha512 { .. } => 64,
            _ => 32,
        }
    }

    /// The tag of a password, which is compared to the stored one; `None` where no hash is of that password.
    pub(super) fn compute(
        self,
        password: &[u8],
        salt: &[u8],
        tag_length: usize,
        workspace: &mut Argon2Workspace,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut tag = Zeroizing::new(vec![0; tag_length]);
        match self {
            Self::Bcrypt { cost } => return bcrypt::compute(cost, password, salt),
            Self::Pbkdf2Sha256 { rounds } => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut tag),
            Self::Pbkdf2Sha512 { rounds } => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut tag),
            Self::Scrypt { log_n, r, p } => {
                let params = scrypt::Params::new(log_n, r, p, tag_length).ok()?;
                scrypt::scrypt(password, salt, &params, &mut tag).ok()?;
            }
            Self::Argon2 { variant, v19, cost } => {
                let algorithm = match variant {
                    Argon2Variant::I => Algorithm::Argon2i,
                    Argon2Variant::D => Algorithm::Argon2d,
                    Argon2Variant::Id => Algorithm::Argon2id,
                };
                let version = if v19 { Version::V0x13 } else { Version::V0x10 };
                let input = Argon2idInput {
                    password,
                    salt,
                    secret: &[],
                    associated_data: &[],
                    cost,
                    output_len: tag_length,
                };
                workspace.fill_by(algorithm, version, &input, &mut tag)?;
            }
        }
        Some(tag)
    }

    /// The word for it in the store: the function and the numbers of its cost.
    pub(in crate::password) fn word(self) -> String {
        match self {
            Self::Bcrypt { cost } => format!("bcrypt:{cost}"),
            Self::Pbkdf2Sha256 { rounds } => format!("pbkdf2-sha256:{rounds}"),
            Self::Pbkdf2Sha512 { rounds } => format!("pbkdf2-sha512:{rounds}"),
            Self::Scrypt { log_n, r, p } => format!("scrypt:{log_n}:{r}:{p}"),
            Self::Argon2 { variant, v19, cost } => {
                let name = variant.name();
                let version = if v19 { 19 } else { 16 };
                let (m, t, p) = (cost.memory_kib(), cost.iterations(), cost.parallelism());
                format!("{name}-{version}:{m}:{t}:{p}")
            }
        }
    }

    /// Reads the word; `None` for any other text.
    pub(in crate::password) fn of_word(word: &str) -> Option<Self> {
        let mut parts = word.split(':');
        let name = parts.next()?;
        let numbers: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
        Some(match (name, numbers.as_slice()) {
            ("bcrypt", [cost]) => Self::Bcrypt { cost: u8::try_from(*cost).ok()? },
            ("pbkdf2-sha256", [rounds]) => Self::Pbkdf2Sha256 { rounds: *rounds },
            ("pbkdf2-sha512", [rounds]) => Self::Pbkdf2Sha512 { rounds: *rounds },
            ("scrypt", [log_n, r, p]) => Self::Scrypt { log_n: u8::try_from(*log_n).ok()?, r: *r, p: *p },
            (name, [m, t, p]) => {
                let (variant, version) = name.split_once('-')?;
                Self::Argon2 {
                    variant: Argon2Variant::of_name(variant)?,
                    v19: match version {
                        "19" => true,
                        "16" => false,
                        _ => return None,
                    },
                    cost: Argon2Cost::new(*m, *t, *p).ok()?,
                }
            }
            _ => return None,
        })
    }
}

impl Argon2Variant {
    const fn name(self) -> &'static str {
        match self {
            Self::I => "argon2i",
            Self::D => "argon2d",
            Self::Id => "argon2id",
        }
    }

    /// The variant of this name; `None` where there is none.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        [Self::I, Self::D, Self::Id].into_iter().find(|variant| variant.name() == name)
    }
}
