//! A verifier that goes on by itself: it has the issuer's keys and what the issuer has revoked, as they were
//! told to it, and takes no token once it has heard nothing for too long.

use super::{
    AccessClaims, Algorithm, Expectation, KeyError, KeySet, LEEWAY_MAX_SECS, RevocationList,
    RevocationsError, TokenError, Verified, verify_access_token,
};
use crate::rejection::Code;
use crate::time::Timestamp;

/// What a verifier is held to, from the first token to the last.
#[derive(Debug, Clone)]
pub struct VerifierSettings {
    /// The algorithms that are accepted.
    pub algorithms: Vec<Algorithm>,
    /// The `iss`, letter for letter.
    pub issuer: String,
    /// The `aud`.
    pub audience: String,
    /// Seconds for which keys and list are good without being heard of again.
    pub stale_max_secs: u32,
    /// Whether a token has to be held against a list of what is revoked.
    pub needs_revocations: bool,
}

/// The state of one verifier.
///
/// ```
/// use countersign_core::rejection::Code;
/// use countersign_core::time::Timestamp;
/// use countersign_core::token::{Algorithm, Refused, TokenError, Verifier, VerifierSettings};
///
/// let mut verifier = Verifier::new(VerifierSettings {
///     algorithms: vec![Algorithm::EdDsa],
///     issuer: "https://auth.example".to_owned(),
///     audience: "default".to_owned(),
///     stale_max_secs: 300,
///     needs_revocations: false,
/// });
/// let now = Timestamp::from_secs(1_700_000_000);
/// let code = |refused: Refused| match refused {
///     Refused::Token(error) => error.code,
///     Refused::Unavailable(code) => code,
/// };
/// assert_eq!(verifier.verify("", now).map_err(code).err(), Some(Code::KeysStale));
///
/// let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// verifier.set_keys(keys, Some(now))?;
/// assert_eq!(verifier.verify("", now).map_err(code).err(), Some(Code::TokenMalformed));
/// # Ok::<(), countersign_core::token::KeyError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    settings: VerifierSettings,
    keys: Option<KnownKeys>,
    revocations: Option<RevocationList>,
}

#[derive(Debug, Clone)]
struct KnownKeys {
    set: KeySet,
    /// When the issuer last said so; `None` for keys that were settled once and for all.
    heard_at: Option<Timestamp>,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is the token's doing.
    Token(TokenError),
    /// It is the verifier's, which cannot tell: `keys_stale` or `revocations_stale`.
    Unavailable(Code),
}

impl Verifier {
    /// A verifier that knows nothing yet and takes nothing.
    pub fn new(settings: VerifierSettings) -> Self {
        Self { settings, keys: None, revocations: None }
    }

    /// Takes keys in place of those it had. `heard_at` is when they were fetched; `None` settles them for good.
    ///
    /// # Errors
    /// As [`KeySet::from_json`], and where none of the keys is of an algorithm that is accepted: with such keys
    /// every token would be the one at fault. The keys that it had are kept.
    pub fn set_keys(&mut self, json: &str, heard_at: Option<Timestamp>) -> Result<(), KeyError> {
        let set = KeySet::from_json(json)?;
        if !set.keys().iter().any(|key| self.settings.algorithms.contains(&key.algorithm())) {
            return Err(KeyError { reason: "The key set holds no key of an algorithm that is accepted." });
        }
        self.keys = Some(KnownKeys { set, heard_at });
        Ok(())
    }

    /// Notes that the issuer still has the same keys.
    pub fn confirm_keys(&mut self, now: Timestamp) {
        if let Some(heard_at) = self.keys.as_mut().and_then(|keys| keys.heard_at.as_mut()) {
            *heard_at = now;
        }
    }

    /// Takes a signed list, unless the one it has is newer, and answers the one that it has then.
    ///
    /// # Errors
    /// As [`RevocationList::verify`]; the list that it had is kept.
    pub fn set_revocations(
        &mut self,
        signed: &str,
        now: Timestamp,
    ) -> Result<&RevocationList, RevocationsError> {
        let VerifierSettings { algorithms, issuer, .. } = &self.settings;
        let unknown = RevocationsError::Signature(TokenError::of(Code::TokenKeyUnknown));
        let keys = self.keys.as_ref().ok_or(unknown)?;
        let list = RevocationList::verify(signed, &keys.set, algorithms, issuer, now)?;
        let newest = match self.revocations.take() {
            Some(known) if !list.may_replace(&known) => known,
            _ => list,
        };
        Ok(self.revocations.insert(newest))
    }

    /// Verifies an access token as [`verify_access_token`] does, and holds it against what is revoked.
    ///
    /// # Errors
    /// [`Refused::Unavailable`] where keys or list are missing or too old to tell; else the token's first fault,
    /// `token_revoked` and `token_outdated` last.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified<AccessClaims>, Refused> {
        let settings = &self.settings;
        let keys = self.keys.as_ref().filter(|keys| {
            keys.heard_at.is_none_or(|heard_at| is_recent(heard_at, now, settings.stale_max_secs))
        });
        let keys = keys.ok_or(Refused::Unavailable(Code::KeysStale))?;
        let expectation =
            Expectation::new(&settings.algorithms, &settings.issuer, now).for_audience(&settings.audience);
        let verified = verify_access_token(token, &keys.set, &expectation).map_err(Refused::Token)?;
        if settings.needs_revocations {
            let list = self.revocations.as_ref();
            let list = list.filter(|list| is_recent(list.made_at(), now, settings.stale_max_secs));
            let list = list.ok_or(Refused::Unavailable(Code::RevocationsStale))?;
            list.check(&verified.claims).map_err(Refused::Token)?;
        }
        Ok(verified)
    }
}

/// Whether a moment is at most so many seconds ago. One that lies ahead is not: the clock was turned back, and
/// how old it is nobody knows.
fn is_recent(moment: Timestamp, now: Timestamp, stale_max_secs: u32) -> bool {
    (-i64::from(LEEWAY_MAX_SECS)..=stale_max_secs.into()).contains(&now.secs_since(moment))
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use super::*;
    use crate::id::{SessionId, TokenId, UserId};
    use crate::token::{Issuance, Revoked, SigningKey};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const ISSUER: &str = "https://auth.example";

    fn at(secs: i64) -> Timestamp {
        NOW.plus_secs(secs)
    }

    fn key() -> SigningKey {
        SigningKey::ed25519(&[7; 32])
    }

    fn jwks(key: &SigningKey) -> String {
        let jwk = key.verifying_key().to_jwk().unwrap();
        format!(
            r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"{}","x":"{}"}}]}}"#,
            key.kid(),
            jwk.x.unwrap_or_default()
        )
    }

    fn token(session: u8) -> String {
        let claims = AccessClaims {
            issuer: ISSUER.to_owned(),
            subject: "1".to_owned(),
            audience: "default".to_owned(),
            issued_at: NOW,
            expires_at: at(3_600),
            token_id: TokenId::from_bytes([1; 16]),
            session_id: SessionId::from_bytes([session; 16]),
            auth_time: NOW,
            amr: vec![],
            grants: None,
        };
        key().sign_access_token(&claims).unwrap().expose().clone()
    }

    /// A list made then, on which these sessions are.
    fn list(made_at: Timestamp, sessions: &[u8]) -> String {
        let issuance =
            Issuance { issuer: ISSUER, made_at, next_at: made_at.plus_secs(60), token_lifetime_secs: 3_600 };
        let sessions = sessions.iter().map(|fill| (SessionId::from_bytes([*fill; 16]), NOW)).collect();
        let users = vec![(UserId::new(9), NOW)];
        let revoked = Revoked { sessions, users, ..Revoked::default() };
        key().sign_revocations(&RevocationList::build(revoked, issuance)).unwrap()
    }

    fn verifier(needs_revocations: bool) -> Verifier {
        Verifier::new(VerifierSettings {
            algorithms: vec![Algorithm::EdDsa],
            issuer: ISSUER.to_owned(),
            audience: "default".to_owned(),
            stale_max_secs: 300,
            needs_revocations,
        })
    }

    fn code(verifier: &Verifier, session: u8, now: Timestamp) -> Option<Code> {
        match verifier.verify(&token(session), now) {
            Ok(_) => None,
            Err(Refused::Token(error)) => Some(error.code),
            Err(Refused::Unavailable(code)) => Some(code),
        }
    }

    #[test]
    fn keys_are_good_for_as_long_as_they_are_heard_of() {
        let mut verifier = verifier(false);
        assert_eq!(code(&verifier, 1, NOW), Some(Code::KeysStale));
        verifier.set_keys(&jwks(&key()), Some(NOW)).unwrap();
        assert_eq!((code(&verifier, 1, NOW), code(&verifier, 1, at(300))), (None, None));
        assert_eq!(code(&verifier, 1, at(301)), Some(Code::KeysStale));
        verifier.confirm_keys(at(301));
        assert_eq!((code(&verifier, 1, at(601)), code(&verifier, 1, at(602))), (None, Some(Code::KeysStale)));
    }

    #[test]
    fn keys_that_were_settled_do_not_grow_old() {
        let mut verifier = verifier(false);
        verifier.set_keys(&jwks(&key()), None).unwrap();
        verifier.confirm_keys(at(-9_999));
        assert_eq!(code(&verifier, 1, at(3_599)), None);
    }

    #[test]
    fn a_clock_that_was_turned_back_makes_all_stale() {
        let mut verifier = verifier(true);
        verifier.set_keys(&jwks(&key()), Some(at(6))).unwrap();
        assert_eq!(code(&verifier, 1, NOW), Some(Code::KeysStale));
        verifier.set_keys(&jwks(&key()), Some(NOW)).unwrap();
        verifier.set_revocations(&list(at(6), &[]), at(6)).unwrap();
        assert_eq!(
            (code(&verifier, 1, NOW), code(&verifier, 1, at(1))),
            (Some(Code::RevocationsStale), None)
        );
    }

    #[test]
    fn keys_that_are_refused_replace_none() {
        let mut verifier = verifier(false);
        verifier.set_keys(&jwks(&key()), Some(NOW)).unwrap();
        for refused in [
            "",
            "{}",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#,
        ] {
            assert!(verifier.set_keys(refused, Some(NOW)).is_err(), "{refused}");
        }
        assert_eq!(code(&verifier, 1, NOW), None);
        verifier.set_keys(&jwks(&SigningKey::ed25519(&[8; 32])), Some(NOW)).unwrap();
        assert_eq!(code(&verifier, 1, NOW), Some(Code::TokenKeyUnknown));
    }

    #[test]
    fn without_a_recent_list_no_token_is_taken() {
        let mut verifier = verifier(true);
        assert!(verifier.set_revocations(&list(NOW, &[]), NOW).unwrap_err().is_key_unknown());
        verifier.set_keys(&jwks(&key()), None).unwrap();
        assert_eq!(code(&verifier, 1, NOW), Some(Code::RevocationsStale));
        verifier.set_revocations(&list(NOW, &[2]), NOW).unwrap();
        assert_eq!((code(&verifier, 1, NOW), code(&verifier, 2, NOW)), (None, Some(Code::TokenRevoked)));
        assert_eq!(
            (code(&verifier, 1, at(300)), code(&verifier, 2, at(300))),
            (None, Some(Code::TokenRevoked))
        );
        assert_eq!(code(&verifier, 1, at(301)), Some(Code::RevocationsStale));
        assert_eq!(code(&verifier, 2, at(301)), Some(Code::RevocationsStale));
    }

    #[test]
    fn a_list_gives_way_to_a_newer_one_and_never_to_an_older() {
        let mut verifier = verifier(true);
        verifier.set_keys(&jwks(&key()), None).unwrap();
        verifier.set_revocations(&list(at(10), &[2]), at(10)).unwrap();
        assert_eq!(verifier.set_revocations(&list(at(9), &[]), at(10)).unwrap().made_at(), at(10));
        assert_eq!(code(&verifier, 2, at(10)), Some(Code::TokenRevoked));
        assert!(verifier.set_revocations("", at(10)).is_err());
        assert_eq!(code(&verifier, 2, at(10)), Some(Code::TokenRevoked));
        assert_eq!(verifier.set_revocations(&list(at(11), &[]), at(11)).unwrap().made_at(), at(11));
        assert_eq!(code(&verifier, 2, at(11)), None);
    }

    #[test]
    fn it_is_the_tokens_doing_where_no_list_could_save_it() {
        let mut verifier = verifier(true);
        verifier.set_keys(&jwks(&key()), None).unwrap();
        assert_eq!(code(&verifier, 1, at(3_600)), Some(Code::TokenExpired));
        let other =
            Verifier::new(VerifierSettings { audience: "shop".to_owned(), ..verifier.settings.clone() });
        let other = Verifier { keys: verifier.keys.clone(), ..other };
        assert_eq!(code(&other, 1, NOW), Some(Code::TokenClaimInvalid));
    }
}
