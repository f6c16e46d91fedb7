//! What an authenticator is told by a QR code: the `otpauth` URI of the Google Authenticator wiki, "Key Uri
//! Format", which the others read as well.

use super::TotpSecret;
use super::totp::{DIGITS, STEP_SECS};
use crate::secret::Secret;

/// The URI that adds an account to an authenticator. It holds the secret.
///
/// An issuer that is a URL is shown by its host: an authenticator takes what stands before the first colon of
/// the label for the issuer.
///
/// ```
/// use countersign_core::mfa::{TotpSecret, otpauth_url};
///
/// let secret = TotpSecret::from_bytes(*b"12345678901234567890");
/// assert_eq!(
///     otpauth_url("https://auth.example.com", "ada lovelace", &secret).expose(),
///     "otpauth://totp/auth.example.com:ada%20lovelace?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
///      &issuer=auth.example.com&algorithm=SHA1&digits=6&period=30",
/// );
/// ```
pub fn otpauth_url(issuer: &str, account: &str, secret: &TotpSecret) -> Secret<String> {
    let issuer = percent_encoded(&without_colon(issuer));
    let account = percent_encoded(&account.replace(':', " "));
    let secret = secret.base32();
    Secret::new(
        [
            "otpauth://totp/",
            &issuer,
            ":",
            &account,
            "?secret=",
            secret.expose(),
            "&issuer=",
            &issuer,
            &format!("&algorithm=SHA1&digits={DIGITS}&period={STEP_SECS}"),
        ]
        .concat(),
    )
}

/// The host of a URL, or the text itself with no colon in it, which the format forbids.
fn without_colon(issuer: &str) -> String {
    match issuer.split_once("://") {
        Some((_, rest)) => rest.split(['/', ':', '?', '#']).next().unwrap_or_default().to_owned(),
        None => issuer.replace(':', " "),
    }
}

/// Everything but the unreserved characters of RFC 3986 section 2.3 as its UTF-8 bytes.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The label and the issuer that an authenticator reads.
    fn read(issuer: &str, account: &str) -> (String, String) {
        let secret = TotpSecret::from_bytes([1; 20]);
        let url = otpauth_url(issuer, account, &secret);
        let (label, query) = url.expose().strip_prefix("otpauth://totp/").unwrap().split_once('?').unwrap();
        let issuer = query.split('&').find_map(|parameter| parameter.strip_prefix("issuer=")).unwrap();
        (label.to_owned(), issuer.to_owned())
    }

    #[test]
    fn nothing_in_a_name_ends_the_part_that_it_stands_in() {
        let of = |issuer, account| {
            let (label, issuer) = read(issuer, account);
            format!("{label} {issuer}")
        };
        assert_eq!(of("countersign", "ada@example.com"), "countersign:ada%40example.com countersign");
        assert_eq!(of("A & B/?#", "a+b&c=%"), "A%20%26%20B%2F%3F%23:a%2Bb%26c%3D%25 A%20%26%20B%2F%3F%23");
        assert_eq!(of("Bücher", "x"), "B%C3%BCcher:x B%C3%BCcher");
    }

    #[test]
    fn the_only_colon_of_the_label_stands_between_issuer_and_account() {
        for (issuer, shown) in [
            ("https://auth.example.com:8443/tenant", "auth.example.com"),
            ("https://auth.example.com", "auth.example.com"),
            ("urn:example:auth", "urn%20example%20auth"),
        ] {
            assert_eq!(read(issuer, "a:b"), (format!("{shown}:a%20b"), shown.to_owned()));
        }
    }
}
