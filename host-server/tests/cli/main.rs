//! The program itself, as a shell sees it: what it prints and the code that it ends with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod accounts;
mod program;
mod running;
mod settings;
#[cfg(unix)]
mod signals;
