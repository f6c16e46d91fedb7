//! The door as a raw TCP client meets it: what is wrong with a request as HTTP, and how long things may take.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod answers;
mod bodies;
mod framing;
mod limits;
mod smuggling;
mod wire;
