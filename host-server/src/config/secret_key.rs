//! `SECRET_KEY` and `ALGORITHM`: what tokens are signed with.

use std::path::PathBuf;

use countersign_core::token::{Algorithm, HS256_SECRET_LEN_MIN, RootSecret};

use super::quoted;
use crate::store::DatabaseLocation;

/// How to make a good key, in every sentence that asks for one.
const RECIPE: &str = "make one with `openssl rand -base64 48`";

/// The value that a sample of a much-copied tutorial shows. Whoever knows it signs tokens for anybody.
const SAMPLE: &str = "your_secret_key";

/// Where the root secret comes from.
#[derive(Debug, Clone)]
pub enum RootSource {
    /// From `SECRET_KEY`.
    Given {
        /// Its bytes.
        secret: RootSecret,
        /// The file that the key would be in otherwise, and may have been in before; `None` for a database in memory.
        instead_of: Option<PathBuf>,
    },
    /// From a file beside the database, made at the first start.
    File(PathBuf),
    /// From nowhere: a database in memory ends with the server, and so may its key.
    Fresh,
}

/// Reads `SECRET_KEY`. Nothing of it is ever quoted back.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse(key: &str) -> Result<RootSecret, String> {
    if key.trim().eq_ignore_ascii_case(SAMPLE) {
        return Err(format!("is the sample value that everybody knows; {RECIPE}."));
    }
    RootSecret::new(key.as_bytes()).map_err(|_| {
        let length = key.len();
        format!("has {length} bytes and needs at least {HS256_SECRET_LEN_MIN}; {RECIPE}.")
    })
}

/// Reads `ALGORITHM`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn parse_algorithm(name: &str) -> Result<Algorithm, String> {
    let names = Algorithm::ALL.map(Algorithm::as_str).join(", ");
    Algorithm::from_name(name).ok_or_else(|| format!("{} is none of {names}.", quoted(name)))
}

/// Puts the two together. `secret` and `algorithm` are `None` where they are not set.
///
/// # Errors
/// A sentence about `ALGORITHM`, where it asks for a secret that is not there.
pub(super) fn combine(
    secret: Option<RootSecret>,
    algorithm: Option<Algorithm>,
    database: &DatabaseLocation,
) -> Result<(RootSource, Algorithm), String> {
    match (secret, algorithm) {
        (Some(secret), algorithm) => {
            let instead_of = key_file(database);
            Ok((RootSource::Given { secret, instead_of }, algorithm.unwrap_or(Algorithm::Hs256)))
        }
        (None, Some(Algorithm::Hs256)) => {
            Err(format!("HS256 needs SECRET_KEY to be set, at least {HS256_SECRET_LEN_MIN} bytes; {RECIPE}."))
        }
        (None, algorithm) => {
            let source = key_file(database).map_or(RootSource::Fresh, RootSource::File);
            Ok((source, algorithm.unwrap_or(Algorithm::EdDsa)))
        }
    }
}

/// The file beside the database that holds its key where `SECRET_KEY` is not set; `None` for a database in memory.
fn key_file(database: &DatabaseLocation) -> Option<PathBuf> {
    match database {
        DatabaseLocation::Memory => None,
        DatabaseLocation::File(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".key");
            Some(name.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const KEY: &str = "01234567890123456789012345678901";

    #[test]
    fn a_key_needs_32_bytes_and_is_not_the_sample() {
        assert!(parse(KEY).is_ok());
        assert!(parse("äöüäöüäöüäöüäöüä").is_ok(), "bytes are counted, not characters");
        let short = parse(&KEY[1..]).unwrap_err();
        assert!(short.contains("31 bytes") && short.contains("at least 32"), "{short}");
        for sample in [SAMPLE, "YOUR_SECRET_KEY", " your_secret_key "] {
            let sentence = parse(sample).unwrap_err();
            assert!(
                sentence.contains("sample") && sentence.contains("openssl rand -base64 48"),
                "{sentence}"
            );
            assert!(!sentence.contains(sample), "{sentence}");
        }
    }

    #[test]
    fn an_algorithm_is_one_of_four() {
        assert_eq!(parse_algorithm("HS256"), Ok(Algorithm::Hs256));
        assert_eq!(parse_algorithm("EdDSA"), Ok(Algorithm::EdDsa));
        assert_eq!(parse_algorithm("ES256"), Ok(Algorithm::Es256));
        assert_eq!(parse_algorithm("RS256"), Ok(Algorithm::Rs256));
        for wrong in ["none", "hs256", "HS512", "ES384", "PS256"] {
            assert!(parse_algorithm(wrong).unwrap_err().contains(wrong));
        }
    }

    #[test]
    fn the_secret_decides_where_the_algorithm_is_left_out() {
        let file = DatabaseLocation::File("data/test.db".into());
        let secret = || Some(parse(KEY).unwrap());
        let chosen = |secret, algorithm, database| combine(secret, algorithm, database).unwrap();

        assert!(matches!(chosen(secret(), None, &file), (RootSource::Given { .. }, Algorithm::Hs256)));
        assert!(matches!(
            chosen(secret(), Some(Algorithm::EdDsa), &file),
            (RootSource::Given { .. }, Algorithm::EdDsa)
        ));
        let (source, algorithm) = chosen(None, None, &file);
        assert_eq!(algorithm, Algorithm::EdDsa);
        assert!(matches!(source, RootSource::File(path) if path == Path::new("data/test.db.key")));
        for asymmetric in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
            let (source, algorithm) = chosen(None, Some(asymmetric), &DatabaseLocation::Memory);
            assert!(matches!(source, RootSource::Fresh));
            assert_eq!(algorithm, asymmetric);
        }
        let sentence = combine(None, Some(Algorithm::Hs256), &file).unwrap_err();
        assert!(sentence.contains("SECRET_KEY"), "{sentence}");
    }
}
