//! Cursors: where the next page of a list begins, opaque to whoever is handed one.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::mac;

/// The key that cursors are made with, derived of the root secret for this alone.
#[derive(Clone)]
pub struct CursorKey(Hmac<Sha256>);

/// Bytes of the proof: 128 bits, which nobody guesses over a network.
const PROOF_LEN: usize = 16;

impl CursorKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(mac::keyed(bytes))
    }

    /// The cursor that goes on after `position` in `list`. The name of a list holds all that its items depend on:
    /// whose they are and how they were chosen.
    ///
    /// ```
    /// use countersign_core::cursor::CursorKey;
    ///
    /// let key = CursorKey::new(&[7; 32]);
    /// let cursor = key.write("users?status=active", "123");
    /// assert_eq!(key.read("users?status=active", &cursor).as_deref(), Some("123"));
    /// assert_eq!(key.read("users?status=deleted", &cursor), None);
    /// ```
    pub fn write(&self, list: &str, position: &str) -> String {
        let proof = self.mac(list, position).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&proof[..PROOF_LEN], position.as_bytes()].concat())
    }

    /// The position in a cursor that this key has made for this list; `None` for any other text.
    pub fn read(&self, list: &str, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (proof, position) = bytes.split_at_checked(PROOF_LEN)?;
        let position = str::from_utf8(position).ok()?;
        self.mac(list, position).verify_truncated_left(proof).ok()?;
        Some(position.to_owned())
    }

    fn mac(&self, list: &str, position: &str) -> Hmac<Sha256> {
        // The length keeps the two apart.
        let length = (list.len() as u64).to_be_bytes();
        self.0.clone().chain_update(length).chain_update(list).chain_update(position)
    }
}

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CursorKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_cursor_of_this_key_and_list_is_read() {
        let key = CursorKey::new(&[7; 32]);
        let cursor = key.write("users", "42");
        assert_eq!(key.read("users", &cursor).as_deref(), Some("42"));
        assert_eq!(CursorKey::new(&[8; 32]).read("users", &cursor), None);
        // What one list ends with and a position begins with are not mistaken for each other.
        assert_eq!(key.read("users4", &key.write("users", "42")), None);
        assert_eq!(key.read("users", &key.write("users4", "2")), None);
        for forged in
            ["", "A", "42", &cursor[..20], &format!("{cursor}A"), &cursor.replace('_', "-").to_uppercase()]
        {
            assert_eq!(key.read("users", forged), None, "{forged}");
        }
    }
}
