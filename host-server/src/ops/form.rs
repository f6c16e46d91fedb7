//! What every form has in common: it takes its own fields and no others, and tells all faults at once.

use countersign_core::json::Document;
use countersign_core::rejection::{Code, Fault, Rejection};

use crate::call::{FAULTS_MAX, NAME_CHARACTERS_MAX};

/// A fault for every member that the operation does not take, among them the ones that are never a
/// client's to set (OWASP API Security 2023, API3). Names of absurd length are cut, and only the first 32 are
/// told, so that an answer is never larger than what was asked.
pub(super) fn unknown_fields(document: &Document<'_>, known: &[&str]) -> Vec<Fault> {
    document
        .members()
        .map(|(name, _)| name)
        .filter(|name| !known.contains(name))
        .take(FAULTS_MAX)
        .map(|name| {
            let name: String = name.chars().take(NAME_CHARACTERS_MAX).collect();
            Fault::new(name, Code::UnknownField, "This field is not one that can be set here.")
        })
        .collect()
}

/// The form where neither it nor the unknown fields have a fault, else all faults at once.
pub(super) fn merge<T>(parsed: Result<T, Vec<Fault>>, unknown: Vec<Fault>) -> Result<T, Rejection> {
    match parsed {
        Ok(form) if unknown.is_empty() => Ok(form),
        parsed => {
            let faults = parsed.err().unwrap_or_default();
            Err(Rejection::validation(faults.into_iter().chain(unknown).collect()))
        }
    }
}

/// Two parts of a form where neither has a fault, else the faults of both.
pub(super) fn both<A, B>(
    one: Result<A, Vec<Fault>>,
    other: Result<B, Vec<Fault>>,
) -> Result<(A, B), Vec<Fault>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err([one.err(), other.err()].into_iter().flatten().flatten().collect()),
    }
}
