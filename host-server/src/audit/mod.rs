//! Looks through the audit, seals it, and takes old rows out of it. Its rows are written with what they tell
//! ([`Store::commit_and_record`]).

pub(crate) mod archive;
mod keeper;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

pub(crate) use keeper::{keep_sealed, seal};
