//! The server as its clients meet it: its own program, a real port, a real file.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod account;
mod actors;
mod addresses;
mod admin;
mod applications;
mod attacks;
mod audit;
mod authenticator;
mod breached;
mod certificates;
mod cookies;
mod crowd;
mod data;
mod described;
mod documents;
mod guessing;
mod held;
mod https;
mod in_a_row;
mod keys;
mod logs;
mod mail;
mod mailbox;
mod mailed;
mod mfa;
mod old_hashes;
mod problems;
mod races;
mod restored;
mod revocations;
mod roles;
mod same_answers;
mod server;
mod sessions;
mod smtp;
mod way_through;
mod wire;
