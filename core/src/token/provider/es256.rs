//! ECDSA over P-256 with SHA-256 (RFC 7518 section 3.4, FIPS 186-5).

use p256::ecdsa::Signature;
use p256::elliptic_curve::sec1::FromEncodedPoint;
use p256::{AffinePoint, EncodedPoint, FieldBytes, PublicKey};
use signature::Verifier;

/// Bytes of a coordinate and of each half of a signature: as many as the order of the curve has.
const FIELD_LEN: usize = 32;

/// A public key of P-256, known to be a point of the curve.
#[derive(Clone)]
pub(in crate::token) struct Es256(p256::ecdsa::VerifyingKey);

impl Es256 {
    /// `None` where the two are not 32 bytes each (RFC 7518 section 6.2.1.2), or no point of the curve. Such a
    /// point lies on another curve, where signatures may be easy to make.
    pub(in crate::token) fn from_coordinates(x: &[u8], y: &[u8]) -> Option<Self> {
        if x.len() != FIELD_LEN || y.len() != FIELD_LEN {
            return None;
        }
        let (x, y) = (FieldBytes::from_slice(x), FieldBytes::from_slice(y));
        let point = EncodedPoint::from_affine_coordinates(x, y, false);
        let point = Option::<AffinePoint>::from(AffinePoint::from_encoded_point(&point))?;
        // The point at infinity is refused here.
        Some(Self(PublicKey::from_affine(point).ok()?.into()))
    }

    /// A point as SEC 1 section 2.3.3 writes it when it compresses nothing, the form that jsonwebtoken hands out.
    pub(super) fn from_sec1(bytes: &[u8]) -> Option<Self> {
        let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(FIELD_LEN)?;
        Self::from_coordinates(x, y)
    }

    /// The coordinates, 32 bytes each.
    #[cfg(feature = "sign")]
    pub(in crate::token) fn coordinates(&self) -> ([u8; FIELD_LEN], [u8; FIELD_LEN]) {
        let point = self.0.to_encoded_point(false);
        let of = |coordinate: Option<&FieldBytes>| coordinate.map_or([0; FIELD_LEN], |bytes| (*bytes).into());
        (of(point.x()), of(point.y()))
    }

    /// Whether the signature, `r` and `s` of 32 bytes each and never DER, is that of the message. Of `s` and
    /// its negative both hold, as FIPS 186-5 has it: a token is known by its claims, never by its bytes.
    pub(in crate::token) fn matches(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

/// The half that makes signatures.
#[cfg(feature = "sign")]
pub(in crate::token) mod sign {
    use jsonwebtoken::EncodingKey;
    use p256::SecretKey;
    use p256::ecdsa::{Signature, SigningKey};
    use sha2::{Digest, Sha256};
    use signature::Signer;
    use zeroize::Zeroizing;

    use super::{Es256, FIELD_LEN};

    /// What stands before the scalar in a private key of P-256 in PKCS#8 that leaves its public half out
    /// (RFC 5958 section 2, RFC 5915 section 3), the form that jsonwebtoken's own providers take.
    const PKCS8_PREFIX: &[u8; 35] =
        b"\x30\x41\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\
        \x2a\x86\x48\xce\x3d\x03\x01\x07\x04\x27\x30\x25\x02\x01\x01\x04\x20";

    /// The private key of a scalar in jsonwebtoken's form, and its public half; `None` where the scalar is
    /// zero or not below the order of the curve.
    pub(in crate::token) fn pair(scalar: &[u8; FIELD_LEN]) -> Option<(EncodingKey, Es256)> {
        let public = *SigningKey::from_slice(scalar).ok()?.verifying_key();
        let der = Zeroizing::new([PKCS8_PREFIX.as_slice(), scalar].concat());
        Some((EncodingKey::from_ec_der(&der), Es256(public)))
    }

    /// The scalar that a seed stands for: the seed itself where it is one, as all but one in 2³² are, or else
    /// the first that is one of its digest, the digest of that, and so on (FIPS 186-5 appendix A.2.2, by rejection).
    pub(in crate::token) fn scalar_of(seed: &[u8; FIELD_LEN]) -> Zeroizing<[u8; FIELD_LEN]> {
        let mut scalar = Zeroizing::new(*seed);
        while SecretKey::from_slice(&*scalar).is_err() {
            *scalar = Sha256::digest(*scalar).into();
        }
        scalar
    }

    /// The scalar of a private key in jsonwebtoken's form; `None` where it is no such key.
    pub(in crate::token) fn scalar(pkcs8: &[u8]) -> Option<&[u8; FIELD_LEN]> {
        pkcs8.strip_prefix(PKCS8_PREFIX)?.try_into().ok()
    }

    /// A private key.
    pub(in crate::token::provider) struct Es256Pair(SigningKey);

    impl Es256Pair {
        pub(in crate::token::provider) fn new(pkcs8: &[u8]) -> Option<Self> {
            SigningKey::from_slice(scalar(pkcs8)?).ok().map(Self)
        }

        /// The nonce is made of key and message (RFC 6979), so that no bad randomness tells the key.
        pub(in crate::token::provider) fn sign(&self, message: &[u8]) -> signature::Result<Vec<u8>> {
            let signature: Signature = self.0.try_sign(message)?;
            Ok(signature.to_bytes().to_vec())
        }
    }
}
