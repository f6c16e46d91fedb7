//! What can be asked of the store besides accounts and sessions, a file for each kind of thing.

mod applications;
mod data;
mod roles;
