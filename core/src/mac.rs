//! HMAC-SHA256 under keys of 32 bytes, as all that are derived of the root secret are.

use hmac::Hmac;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The state of an HMAC under this key, before any message.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC pads its key with zeros to a block (RFC 2104 section 2); done here, it cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..key.len()].copy_from_slice(key);
    hmac::digest::KeyInit::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use hmac::Mac;

    use super::*;

    #[test]
    fn a_key_is_padded_as_hmac_does_it_itself() {
        let by_itself = <Hmac<Sha256> as Mac>::new_from_slice(&[7; 32]).unwrap();
        let of = |mac: Hmac<Sha256>| mac.chain_update(b"message").finalize().into_bytes();
        assert_eq!(of(keyed(&[7; 32])), of(by_itself));
    }
}
