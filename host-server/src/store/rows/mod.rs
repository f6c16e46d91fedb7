//! From rows to the types of core, column by column in the order of the statements.

pub(crate) mod accounts;
pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod data;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod guesses;
pub(crate) mod keys;
pub(crate) mod mails;
pub(crate) mod revocations;
pub(crate) mod roles;
pub(crate) mod sessions;
