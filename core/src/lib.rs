//! The decisions of Countersign, as pure functions.
//!
//! Time, randomness and stored state come in as values; what must become true in the store goes out as
//! values ([`decision::Decision`]). Nothing here opens a file or a socket, asks a clock or draws a random
//! number, so the form in the browser, the worker at the edge and the server decide alike, and every
//! decision can be tested without any of them.
//!
//! Where to begin: [`register`] and [`login`] decide, [`password`] hashes, [`token`] signs and verifies,
//! and [`rejection`] lists every word that a refusal can say.

pub mod account;
pub mod application;
pub mod audit;
pub mod authenticate;
pub mod authorize;
pub mod change;
pub mod cookies;
pub mod cursor;
pub mod data;
pub mod decision;
pub mod email;
pub mod event;
pub mod field;
pub mod id;
pub mod json;
pub mod keyring;
pub mod lifecycle;
pub mod login;
pub mod logout;
mod mac;
pub mod mail;
pub mod mfa;
pub mod name;
pub mod network;
pub mod password;
pub mod permission;
pub mod phone;
pub mod policy;
pub mod profile;
pub mod reauthenticate;
pub mod refresh;
pub mod register;
pub mod rejection;
pub mod reset;
pub mod restore;
pub mod role;
#[cfg(test)]
mod samples;
#[cfg(feature = "sign")]
pub mod sealing;
pub mod secret;
pub mod session;
mod space;
pub mod throttle;
pub mod time;
pub mod token;
pub mod username;
pub mod verify_email;
