//! Private keys as JSON Web Keys (RFC 7517; RFC 7518 section 6 and RFC 8037 section 2 for their members).

use super::SigningKey;
use crate::json::Document;
use crate::token::jwk::{self, Unusable};
#[cfg(feature = "sign-rs256")]
use crate::token::provider::sign;
use crate::token::{Algorithm, KeyError};

impl SigningKey {
    /// A private JSON Web Key: `oct` for HS256, `OKP` with `Ed25519` for EdDSA, `EC` with `P-256` for ES256, `RSA`
    /// with its primes for RS256. It is named by its `kid`, or else as the other constructors name it.
    ///
    /// ```
    /// use countersign_core::token::{Algorithm, SigningKey};
    ///
    /// // RFC 8037, appendix A.1.
    /// let key = SigningKey::from_jwk(
    ///     r#"{ "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    ///         "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }"#,
    /// )?;
    /// assert_eq!((key.algorithm(), key.kid()), (Algorithm::EdDsa, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    /// # Ok::<(), countersign_core::token::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// Where it is no strict JSON object, not of these kinds, a public key, faulty, of two halves that do not
    /// belong together, or meant for anything but signing (`use`, `key_ops`, `alg`).
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        let jwk = jwk::parse(json)?;
        let key = read(&jwk, jwk::algorithm_for(&jwk, "sign")?)?;
        Ok(match jwk::text(&jwk, "kid")? {
            Some(kid) => key.named(kid),
            None => key,
        })
    }
}

fn read(jwk: &Document<'_>, algorithm: Algorithm) -> Result<SigningKey, Unusable> {
    if algorithm == Algorithm::Hs256 {
        return Ok(SigningKey::hs256(&jwk::bytes(jwk, "k")?)?);
    }
    let public = jwk::public(jwk, algorithm)?;
    let secret =
        jwk::bytes(jwk, "d").map_err(|_| KeyError { reason: "The key lacks its private half, d." })?;
    let key = match algorithm {
        #[cfg(feature = "sign-rs256")]
        Algorithm::Rs256 => rsa(jwk, &secret)?,
        _ => SigningKey::from_private_bytes(algorithm, &secret)?,
    };
    // Whoever signs under the one half and publishes the other signs in vain.
    if key.verifying_key().to_jwk().map(|jwk| jwk.thumbprint()) == public.to_jwk().map(|jwk| jwk.thumbprint())
    {
        Ok(key)
    } else {
        Err(KeyError { reason: "The halves of the key do not belong together." }.into())
    }
}

/// RSA is taken with its primes alone (RFC 7518 section 6.3.2): all who make keys write them, and the rest is
/// computed anew.
#[cfg(feature = "sign-rs256")]
fn rsa(jwk: &Document<'_>, exponent: &[u8]) -> Result<SigningKey, KeyError> {
    let number = |name| jwk::bytes(jwk, name);
    let pair =
        sign::rs256::from_numbers(&number("n")?, &number("e")?, exponent, &number("p")?, &number("q")?);
    pair.map(SigningKey::rs256).ok_or(KeyError { reason: "This is no RSA private key of 2048 to 4096 bits." })
}
