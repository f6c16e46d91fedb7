//! [`countersign_core`] for JavaScript.
//!
//! Every function takes plain types and answers JSON text ([`answer`]); the entries in `js/` read and check
//! the arguments before and make errors and objects of the answer after. Nothing here decides anything.
//! The allocator wipes what passwords and keys leave behind (`memory`).

mod answer;
#[cfg(any(feature = "forms", feature = "permissions", feature = "tokens"))]
mod fields;
#[cfg(feature = "forms")]
pub mod forms;
#[cfg(target_arch = "wasm32")]
mod memory;
#[cfg(feature = "passwords")]
pub mod passwords;
#[cfg(feature = "permissions")]
pub mod permissions;
#[cfg(feature = "profile")]
pub mod profile;
#[cfg(feature = "sign")]
pub mod sign;
#[cfg(feature = "strength")]
pub mod strength;
#[cfg(feature = "tokens")]
pub mod tokens;
#[cfg(feature = "totp")]
pub mod totp;
pub mod typescript;
#[cfg(feature = "tokens")]
pub mod verifier;
