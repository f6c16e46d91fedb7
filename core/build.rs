//! Codes the list of common passwords as the small set that the library carries.
#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads and writes files; the library never does"
)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

#[path = "src/password/golomb.rs"]
mod golomb;

use golomb::{BUCKET_SPAN, BUCKETS, ENTRIES, LENGTHS, REMAINDER_BITS};

const LIST: &str = "data/common-passwords.txt";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={LIST}");
    let text = fs::read_to_string(LIST)?;
    let passwords: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    if passwords.len() != ENTRIES as usize {
        return Err(format!("{LIST}: {} passwords, {ENTRIES} expected", passwords.len()).into());
    }
    let fits = |password: &&str| {
        LENGTHS.contains(&password.len())
            && password.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase())
    };
    if let Some(odd) = passwords.iter().find(|password| !fits(password)) {
        return Err(format!("{LIST}: {odd:?} is not {LENGTHS:?} lower-case ASCII characters").into());
    }
    let set = encode(&passwords)?;
    if let Some(lost) = passwords.iter().find(|password| !golomb::contains(&set, password)) {
        return Err(format!("{LIST}: {lost:?} is not found in the coded set").into());
    }
    let out = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    fs::write(Path::new(&out).join("common-passwords.bin"), set)?;
    Ok(())
}

fn encode(passwords: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut places: Vec<(u32, u32)> = passwords.iter().map(|password| golomb::place(password)).collect();
    places.sort_unstable();
    // Two passwords may share a position.
    places.dedup();
    let index_bytes = 2 * (BUCKETS as usize + 1);
    let mut index = Vec::new();
    let mut buckets = Vec::new();
    for bucket in 0..=BUCKETS {
        index.extend(u16::try_from(index_bytes + buckets.len())?.to_le_bytes());
        let positions = places.iter().filter(|place| place.0 == bucket).map(|place| place.1);
        buckets.extend(encode_bucket(positions));
    }
    Ok([index, buckets].concat())
}

fn encode_bucket(positions: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut bits = Vec::new();
    let mut next = 0;
    for position in positions {
        let gap = position - next;
        bits.extend(vec![1_u8; (gap >> REMAINDER_BITS) as usize]);
        bits.push(0);
        bits.extend((0..REMAINDER_BITS).rev().map(|bit| (gap >> bit & 1) as u8));
        next = position + 1;
    }
    debug_assert!(next <= BUCKET_SPAN);
    bits.chunks(8)
        .map(|chunk| (0..8).fold(0, |byte, bit| byte << 1 | chunk.get(bit).copied().unwrap_or(1)))
        .collect()
}
