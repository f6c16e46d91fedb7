//! What can be asked of the store besides single accounts and sessions, a file for each kind of thing.

mod applications;
mod audit;
mod data;
mod keys;
mod mails;
mod revocations;
mod roles;
mod users;

pub use audit::{AuditStanding, ChosenRecords};
pub use users::ChosenUsers;
