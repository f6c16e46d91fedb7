//! Hashing and verifying passwords.
//!
//! The memory that Argon2id fills is wiped after each call and kept for the next: a wasm's memory never shrinks, and
//! taking it anew would mean writing all of it twice more. What a costlier hash took beyond that is given back.

use std::cell::RefCell;

use countersign_core::password::{
    Argon2Cost, Argon2Workspace, HashBounds, Password, PasswordHash, PreparedPassword,
};
use countersign_core::rejection::Code;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer;

/// The PHC string of a password, which is any UTF-8.
#[wasm_bindgen(js_name = hashPassword)]
pub fn hash_password(
    password: &[u8],
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
    salt: &[u8],
) -> String {
    let hashed = || {
        let cost = granted_cost(memory_kib, iterations, parallelism)?;
        let salt = salt.try_into().map_err(|_| SALT)?;
        let password = prepare(password)?;
        in_memory_for(cost, |workspace| workspace.hash(&password, cost, salt))
    };
    answered(hashed().map(|hash| answer::text(hash.as_str())))
}

/// Whether the hash is this password's.
#[wasm_bindgen(js_name = verifyPassword)]
pub fn verify_password(hash: &str, password: &[u8]) -> String {
    let verified = || {
        let hash = parse(hash)?;
        let password = prepare(password)?;
        in_memory_for(hash.cost(), |workspace| workspace.verify(&password, &hash))
    };
    answered(verified().map(|matches| answer::value(if matches { "true" } else { "false" })))
}

/// What a hash says of itself.
#[wasm_bindgen(js_name = inspectHash)]
pub fn inspect_hash(hash: &str) -> String {
    answered(parse(hash).map(|hash| {
        let cost = hash.cost();
        let rehash = if hash.needs_rehash(&Argon2Cost::default()) { "true" } else { "false" };
        let members = [
            "{\"algorithm\":\"argon2id\",\"m\":",
            &cost.memory_kib().to_string(),
            ",\"t\":",
            &cost.iterations().to_string(),
            ",\"p\":",
            &cost.parallelism().to_string(),
            ",\"needsRehash\":",
            rehash,
            "}",
        ];
        answer::value(&members.concat())
    }))
}

thread_local! {
    static WORKSPACE: RefCell<Argon2Workspace> = const { RefCell::new(Argon2Workspace::new()) };
}

/// Runs what fills the memory of a hash, and leaves nothing of it there nor on the stack.
fn in_memory_for<T>(cost: Argon2Cost, run: impl FnOnce(&mut Argon2Workspace) -> T) -> Result<T, Refusal> {
    WORKSPACE.with_borrow_mut(|workspace| {
        workspace.reserve(cost).map_err(|_| NO_MEMORY)?;
        let done = run(workspace);
        workspace.wipe();
        workspace.release_above(Argon2Cost::default());
        #[cfg(target_arch = "wasm32")]
        crate::memory::wipe_stack();
        Ok(done)
    })
}

/// What is thrown as a `TypeError`.
struct Refusal(Code, &'static str);

const NOT_UTF8: Refusal = Refusal(Code::InvalidCharacters, "password is not UTF-8.");
const SALT: Refusal = Refusal(Code::InvalidFormat, "salt must be 16 bytes.");
const COST: Refusal = Refusal(
    Code::InvalidFormat,
    "Argon2id takes 8 KiB of memory for each lane at least, and at least one pass and one lane.",
);
const NO_MEMORY: Refusal = Refusal(Code::HashTooCostly, "There is not enough memory for this hash.");

fn answered(outcome: Result<String, Refusal>) -> String {
    outcome.unwrap_or_else(|Refusal(code, message)| answer::argument(code, message))
}

fn refusal(code: Code) -> Refusal {
    Refusal(code, code.meaning())
}

fn parse(hash: &str) -> Result<PasswordHash, Refusal> {
    PasswordHash::parse(hash).map_err(refusal)
}

/// No hash is made that `verify_password` would not take.
fn granted_cost(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<Argon2Cost, Refusal> {
    let bounds = HashBounds::default();
    if memory_kib > bounds.memory_kib || iterations > bounds.iterations || parallelism > bounds.parallelism {
        return Err(refusal(Code::HashTooCostly));
    }
    Argon2Cost::new(memory_kib, iterations, parallelism).map_err(|_| COST)
}

fn prepare(password: &[u8]) -> Result<PreparedPassword, Refusal> {
    std::str::from_utf8(password).map(Password::prepare).map_err(|_| NOT_UTF8)
}
