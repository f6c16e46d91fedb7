//! The only place where the host asks the operating system for randomness.

/// So many random bytes, fit for keys and tokens.
///
/// # Errors
/// Where the system has none to give, which no operation can do without.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
