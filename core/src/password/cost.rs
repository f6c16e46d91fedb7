//! What one Argon2id hash may cost.

use std::fmt;

/// What one Argon2id hash costs (RFC 9106 section 3.1).
///
/// The default is OWASP's first choice for servers (Password Storage Cheat Sheet): 19 MiB, two passes,
/// one lane.
///
/// ```
/// use countersign_core::password::Argon2Cost;
///
/// assert!(!Argon2Cost::default().is_below_owasp_minimum());
/// let cost = Argon2Cost::new(7_168, 5, 1)?;
/// assert_eq!((cost.memory_kib(), cost.iterations(), cost.parallelism()), (7_168, 5, 1));
/// # Ok::<(), countersign_core::password::CostOutOfBounds>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Argon2Cost {
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
}

impl Argon2Cost {
    /// Most memory in KiB: one GiB, a whole small server for one log-in.
    pub const MAX_MEMORY_KIB: u32 = 1_048_576;
    /// Most passes: with the memory to match, some seconds.
    pub const MAX_ITERATIONS: u32 = 64;
    /// Most lanes. They are computed one after the other, so more of them only weaken the hash.
    pub const MAX_PARALLELISM: u32 = 16;

    /// A cost: memory in KiB (8 to 1,048,576, and at least 8 for each lane), passes (1 to 64), lanes
    /// (1 to 16).
    ///
    /// # Errors
    /// The parameter that is out of its bounds.
    pub const fn new(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Self, CostOutOfBounds> {
        if parallelism < 1 || parallelism > Self::MAX_PARALLELISM {
            return Err(CostOutOfBounds::Parallelism);
        }
        if memory_kib < 8 * parallelism || memory_kib > Self::MAX_MEMORY_KIB {
            return Err(CostOutOfBounds::Memory);
        }
        if iterations < 1 || iterations > Self::MAX_ITERATIONS {
            return Err(CostOutOfBounds::Iterations);
        }
        Ok(Self { memory_kib, iterations, parallelism })
    }

    /// Memory in KiB.
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub const fn iterations(self) -> u32 {
        self.iterations
    }

    /// Lanes.
    pub const fn parallelism(self) -> u32 {
        self.parallelism
    }

    /// Whether it is weaker than each of the settings that OWASP counts as equally strong.
    pub fn is_below_owasp_minimum(self) -> bool {
        // Memory in KiB and passes, from the Password Storage Cheat Sheet.
        const EQUALLY_STRONG: [(u32, u32); 5] =
            [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)];
        !EQUALLY_STRONG
            .iter()
            .any(|(memory_kib, iterations)| self.memory_kib >= *memory_kib && self.iterations >= *iterations)
    }

    /// Whether any parameter is less than that of `policy`.
    pub(super) const fn is_below(self, policy: Self) -> bool {
        self.memory_kib < policy.memory_kib
            || self.iterations < policy.iterations
            || self.parallelism < policy.parallelism
    }
}

impl Default for Argon2Cost {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1 }
    }
}

/// The parameter of an [`Argon2Cost`] that is out of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CostOutOfBounds {
    /// The memory, or the memory for each lane.
    Memory,
    /// The passes.
    Iterations,
    /// The lanes.
    Parallelism,
}

impl fmt::Display for CostOutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CostOutOfBounds::Memory => "Argon2 memory must be 8 to 1048576 KiB, and 8 KiB for each lane",
            CostOutOfBounds::Iterations => "Argon2 iterations must be 1 to 64",
            CostOutOfBounds::Parallelism => "Argon2 parallelism must be 1 to 16",
        })
    }
}

impl std::error::Error for CostOutOfBounds {}

/// The most that a stored hash may ask for before it is verified: whoever could write one cost into a hash
/// could otherwise spend all memory and time of its verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashBounds {
    /// Most memory in KiB.
    pub memory_kib: u32,
    /// Most passes.
    pub iterations: u32,
    /// Most lanes.
    pub parallelism: u32,
}

impl HashBounds {
    /// The default bounds, raised where `policy` itself asks for more, so that a host can verify every
    /// hash it has made.
    pub fn covering(policy: Argon2Cost) -> Self {
        let Self { memory_kib, iterations, parallelism } = Self::default();
        Self {
            memory_kib: memory_kib.max(policy.memory_kib),
            iterations: iterations.max(policy.iterations),
            parallelism: parallelism.max(policy.parallelism),
        }
    }
}

impl Default for HashBounds {
    /// 256 MiB, 16 passes, 16 lanes: above what common libraries default to, below what hurts.
    fn default() -> Self {
        Self { memory_kib: 262_144, iterations: 16, parallelism: 16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_keeps_its_bounds() {
        use CostOutOfBounds::{Iterations, Memory, Parallelism};
        let error = |m, t, p| Argon2Cost::new(m, t, p).err();
        for (m, t, p) in [(8, 1, 1), (1_048_576, 64, 16), (128, 1, 16), (19_456, 2, 1)] {
            assert_eq!(error(m, t, p), None, "{m} {t} {p}");
        }
        assert_eq!(error(7, 1, 1), Some(Memory));
        assert_eq!(error(127, 1, 16), Some(Memory));
        assert_eq!(error(1_048_577, 1, 1), Some(Memory));
        assert_eq!(error(8, 0, 1), Some(Iterations));
        assert_eq!(error(8, 65, 1), Some(Iterations));
        assert_eq!(error(8, 1, 0), Some(Parallelism));
        assert_eq!(error(1_000, 1, 17), Some(Parallelism));
        assert_eq!(error(u32::MAX, 1, u32::MAX), Some(Parallelism));
    }

    #[test]
    fn owasp_counts_less_memory_with_more_passes_as_strong() {
        let weak = |m, t, p| Argon2Cost::new(m, t, p).unwrap().is_below_owasp_minimum();
        for (m, t) in
            [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5), (7_168, 64), (65_536, 1)]
        {
            assert!(!weak(m, t, 1), "{m} {t}");
        }
        for (m, t) in [(47_103, 1), (19_455, 2), (12_287, 3), (9_215, 4), (7_167, 5), (7_167, 64), (8, 1)] {
            assert!(weak(m, t, 1), "{m} {t}");
        }
    }

    #[test]
    fn bounds_cover_the_policy() {
        let policy = Argon2Cost::new(1_048_576, 2, 1).unwrap();
        let bounds = HashBounds::covering(policy);
        assert_eq!((bounds.memory_kib, bounds.iterations, bounds.parallelism), (1_048_576, 16, 16));
        assert_eq!(HashBounds::covering(Argon2Cost::default()), HashBounds::default());
    }
}
