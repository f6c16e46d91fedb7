//! The rooms of the house keep to themselves: core depends on nothing that does I/O, and imports run one way.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All that is linked into core on the server, at any depth. Each of these computes and does nothing else;
/// one that is added here was read for that first.
const CORE_NATIVE: &[&str] = &[
    // passwords
    "argon2",
    "blake2",
    "password-hash",
    "base64ct",
    // passwords that older systems hashed
    "bcrypt",
    "blowfish",
    "byteorder",
    "pbkdf2",
    "scrypt",
    "salsa20",
    // tokens
    "jsonwebtoken",
    "base64",
    "ed25519-dalek",
    "ed25519",
    "curve25519-dalek",
    "signature",
    "hmac",
    "hkdf",
    "sha2",
    // P-256 and its signatures
    "p256",
    "ecdsa",
    "elliptic-curve",
    "primeorder",
    "crypto-bigint",
    "base16ct",
    "ff",
    "group",
    "rfc6979",
    "sec1",
    // RSA, its numbers, and the form of its keys
    "rsa",
    "num-bigint-dig",
    "num-integer",
    "num-iter",
    "num-traits",
    "libm",
    "lazy_static",
    "spin",
    "pkcs1",
    "pkcs8",
    "spki",
    "der",
    "const-oid",
    // generators that a seed is given to: none has a seed of its own
    "rand",
    "rand_chacha",
    "ppv-lite86",
    "zerocopy",
    // second factors: codes, and their secrets sealed
    "sha1",
    "chacha20poly1305",
    "chacha20",
    "poly1305",
    "aead",
    "cipher",
    "inout",
    "opaque-debug",
    "universal-hash",
    // what the cryptography stands on
    "digest",
    "block-buffer",
    "crypto-common",
    "generic-array",
    "typenum",
    "subtle",
    "zeroize",
    "cfg-if",
    "cpufeatures",
    // traits of generators, and the system's randomness, which the feature `std` of `signature` switches on for
    // jsonwebtoken; core calls nothing of it, and core/clippy.toml forbids it to
    "rand_core",
    "getrandom",
    "libc",
    // normal form C
    "icu_normalizer",
    "icu_normalizer_data",
    "icu_provider",
    "icu_collections",
    "icu_locale_core",
    "litemap",
    "potential_utf",
    "smallvec",
    "stable_deref_trait",
    "tinystr",
    "utf8_iter",
    "utf_types",
    "writeable",
    "yoke",
    "zerofrom",
    "zerotrie",
    "zerovec",
    // JSON
    "serde",
    "serde_core",
    "serde_json",
    "itoa",
    "memchr",
    "zmij",
];

/// What wasm32 adds: jsonwebtoken names getrandom there for its own providers, and that calls JavaScript.
const CORE_WASM: &[&str] = &[
    "js-sys",
    "wasm-bindgen",
    "wasm-bindgen-shared",
    "bumpalo",
    "futures-core",
    "futures-task",
    "futures-util",
    "pin-project-lite",
    "unicode-ident",
    "slab",
];

#[test]
fn core_is_linked_with_nothing_that_does_io() {
    for (target, allowed) in [
        ("x86_64-unknown-linux-gnu", vec![CORE_NATIVE]),
        ("wasm32-unknown-unknown", vec![CORE_NATIVE, CORE_WASM]),
    ] {
        let allowed: BTreeSet<&str> = allowed.into_iter().flatten().copied().collect();
        let linked = linked_with_core(target);
        let linked: BTreeSet<&str> = linked.iter().map(String::as_str).collect();
        assert!(linked.contains("argon2"), "the graph was read: {linked:?}");
        let new: Vec<_> = linked.difference(&allowed).collect();
        assert!(new.is_empty(), "{target}: core is now linked with {new:?}");
    }
}

/// Which rooms of the server a room may not look into.
#[test]
fn imports_in_the_server_run_one_way() {
    let forbidden: &[(&str, &[&str])] = &[
        ("store/", &["http", "routes", "ops", "call", "reply", "problem", "app", "config", "cli", "hashing"]),
        ("hashing", &["http", "routes", "ops", "call", "reply", "problem", "app", "config", "cli", "store"]),
        ("config", &["http", "routes", "ops", "call", "reply", "problem", "app", "listener"]),
        ("ops/", &["http", "listener", "config", "cli", "docs", "openapi"]),
        ("routes", &["http", "ops", "call", "listener", "config", "cli", "store", "hashing", "problem"]),
        (
            "mail/",
            &["http", "routes", "ops", "call", "reply", "problem", "config", "cli", "hashing", "listener"],
        ),
        ("call/", &["http", "ops", "app", "listener", "config", "cli", "store", "hashing"]),
        (
            "problem/",
            &["http", "ops", "call", "routes", "app", "listener", "config", "cli", "openapi", "docs"],
        ),
        ("reply/", &["http", "ops", "call", "routes", "app", "problem", "store"]),
        ("openapi/", &["http", "docs", "app", "listener", "config", "cli", "store", "hashing"]),
    ];
    let source = workspace().join("host-server/src");
    let mut seen = 0;
    for file in rust_files(&source) {
        let name = file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        for (room, others) in forbidden {
            if !name.starts_with(room) {
                continue;
            }
            seen += 1;
            for other in *others {
                assert!(!looks_into(&text, other), "{name} looks into {other}");
            }
        }
    }
    assert!(seen > 10, "only {seen} files were looked at");
}

/// What nobody may foresee comes from the operating system, by one function. (The names of requests are no secrets.)
#[test]
fn the_system_is_asked_for_randomness_in_one_place() {
    const SOURCES: [&str; 6] =
        ["getrandom::fill", "getrandom::u32", "getrandom::u64", "OsRng", "rand::", "/dev/urandom"];
    let source = workspace().join("host-server/src");
    let asks = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        SOURCES.iter().any(|name| text.contains(name))
    };
    let asking: Vec<_> = rust_files(&source).into_iter().filter(asks).collect();
    assert_eq!(asking, [source.join("entropy.rs")]);
}

/// Whether a text names the room, as `crate::room::Thing` or as `use crate::room;`. Rooms are not named in braces, where
/// this would not find them.
fn looks_into(text: &str, room: &str) -> bool {
    assert!(!text.contains("crate::{"), "each room in a line of its own");
    let named = format!("crate::{room}");
    text.match_indices(&named).any(|(start, _)| {
        let next = text[start + named.len()..].chars().next();
        next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
    })
}

#[test]
fn a_room_is_seen_however_it_is_named() {
    assert!(looks_into("use crate::ops;", "ops"));
    assert!(looks_into("crate::ops::answer()", "ops"));
    assert!(!looks_into("use crate::opsy::x;", "ops"));
}

/// The packages that the linker sees, at any depth. A macro runs when core is compiled and is not among them.
fn linked_with_core(target: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "countersign-core", "--target", target])
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--offline"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    // The first line is core itself.
    tree.lines().skip(1).filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| panic!("the tests lie in the workspace"))
}
