//! Addresses: where the server listens, what the world calls it, and which pages may call it.

use warp::http::Uri;

use super::quoted;

/// Reads `HOST`: an IP address or a name, which is looked up when the server starts to listen.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_host(text: &str) -> Result<String, String> {
    let host = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Ok(host.to_owned());
    }
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    // An address with a digit too few would be looked up as a name, and some systems find one.
    let numeric = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !numeric && text.bytes().all(letter) {
        Ok(text.to_owned())
    } else {
        Err(format!("{} is neither an IP address nor the name of a host.", quoted(text)))
    }
}

/// Reads `PUBLIC_URL`, and keeps it as it is written: tokens that were issued under it are compared to the
/// letter.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_public_url(text: &str) -> Result<String, String> {
    let wrong = || format!("{} is not an address like https://auth.example.com.", quoted(text));
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let plain = !text.contains(['?', '#', '@']);
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    if plain && web && uri.host().is_some_and(|host| !host.is_empty()) {
        Ok(text.to_owned())
    } else {
        Err(wrong())
    }
}

/// Reads `SECURITY_CONTACT`: a URI that a person can write to, call or open (RFC 9116 section 2.5.3).
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_contact(text: &str) -> Result<String, String> {
    let known = ["mailto:", "https://", "tel:"].iter().any(|scheme| text.starts_with(scheme));
    if known && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(format!("{} is none of mailto:…, https://… and tel:…", quoted(text)))
    }
}

/// Reads `CHANGE_PASSWORD_URL`: a page anywhere, or a path on this server.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_page(text: &str) -> Result<String, String> {
    // Two slashes begin a host, and browsers take a backslash for a slash.
    let here = text.starts_with('/') && !text.starts_with("//");
    let elsewhere = text.starts_with("https://") || text.starts_with("http://");
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && (here || elsewhere) && text.parse::<Uri>().is_ok() {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{} is neither an address like https://app.example.com/password nor a path.",
            quoted(text)
        ))
    }
}

/// Reads `BREACHED_PASSWORDS_URL`: the address that five digits are written after. What is asked must not be read on its
/// way, so it is encrypted, or does not leave this machine.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_range_url(text: &str) -> Result<String, String> {
    let example = "https://api.pwnedpasswords.com/range/";
    let wrong = || format!("{} is not an address like {example}.", quoted(text));
    let url = parse_public_url(text).map_err(|_| wrong())?;
    let uri: Uri = url.parse().map_err(|_| wrong())?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if uri.scheme_str() != Some("https") && !is_here {
        return Err(format!("{} is not encrypted; write https.", quoted(text)));
    }
    Ok(if url.ends_with('/') { url } else { format!("{url}/") })
}

/// Reads `EMAIL_VERIFY_URL` and `PASSWORD_RESET_URL`: a page that takes a token out of its fragment, behind whatever
/// stands there.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_token_page(text: &str) -> Result<String, String> {
    let wrong =
        || format!("{} is not the address of a page, like https://app.example.com/reset.", quoted(text));
    let (page, _) = text.split_once('#').unwrap_or((text, ""));
    let uri: Uri = page.parse().map_err(|_| wrong())?;
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !page.contains('@');
    let web = matches!(uri.scheme_str(), Some("http" | "https"));
    if plain && web && uri.host().is_some_and(|host| !host.is_empty()) {
        Ok(text.to_owned())
    } else {
        Err(wrong())
    }
}

/// Reads `ISSUER`: the `iss` of every token, to the letter (RFC 7519 section 4.1.1).
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse_issuer(text: &str) -> Result<String, String> {
    // Every token carries it, so it is kept short enough to be no burden.
    const CHARS_MAX: usize = 256;
    if text.chars().any(char::is_control) || text.chars().count() > CHARS_MAX {
        return Err(format!("{} is not a text of up to {CHARS_MAX} characters on one line.", quoted(text)));
    }
    Ok(text.to_owned())
}

/// Reads `ALLOWED_ORIGINS`: origins with commas between them, each exactly as browsers send it (RFC 6454
/// section 7, the Fetch standard's "serializing an origin").
///
/// # Errors
/// A sentence about the first that is wrong.
pub(super) fn parse_origins(text: &str) -> Result<Vec<String>, String> {
    let parts = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    parts.map(|origin| origin_fault(origin).map_or_else(|| Ok(origin.to_owned()), Err)).collect()
}

/// Why this is no origin to allow; `None` where it is one.
fn origin_fault(origin: &str) -> Option<String> {
    let reason = |reason: &str| Some(format!("{} {reason}", quoted(origin)));
    if origin == "*" {
        return reason("would let the pages of every site call this server; list each origin.");
    }
    if origin == "null" {
        return reason("is what any sandboxed page and any local file calls itself; list real origins.");
    }
    let Some((scheme, authority)) = origin.split_once("://") else {
        return reason("is not an origin like https://app.example.com.");
    };
    if origin.chars().any(|c| c.is_ascii_uppercase() || c.is_whitespace() || !c.is_ascii()) {
        return reason("is not written as browsers send it: lower case, names in their ASCII form.");
    }
    if authority.contains(['/', '?', '#', '@', '*']) {
        return reason("is more than an origin: scheme, host and port alone, without a slash at the end.");
    }
    let default_port = match scheme {
        "http" => authority.ends_with(":80"),
        "https" => authority.ends_with(":443"),
        _ => false,
    };
    if default_port {
        return reason("names the scheme's own port, which browsers leave out.");
    }
    // Not only the web's: apps made of web pages have origins like capacitor://localhost.
    let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_authority = origin.parse::<Uri>().is_ok_and(|uri| {
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
        !host.is_empty() && authority == format!("{host}{port}")
    });
    if is_scheme && is_authority { None } else { reason("is not an origin like https://app.example.com.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_an_address_or_a_name() {
        for (text, host) in [
            ("127.0.0.1", "127.0.0.1"),
            ("0.0.0.0", "0.0.0.0"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("localhost", "localhost"),
            ("auth-1.example.com", "auth-1.example.com"),
        ] {
            assert_eq!(parse_host(text).as_deref(), Ok(host));
        }
        for text in ["127.0.0.1:80", "http://localhost", "127.0.1", "1", "256.0.0.1", "a b", "[", "::g", "ä"]
        {
            assert!(parse_host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_public_url_is_kept_to_the_letter() {
        for text in ["https://auth.example.com", "http://localhost:8000/", "https://example.com/auth"] {
            assert_eq!(parse_public_url(text).as_deref(), Ok(text));
        }
        for text in [
            "auth.example.com",
            "ftp://example.com",
            "https://",
            "https:///x",
            "https://a?b",
            "https://a#b",
            "https://ada:hunter2@example.com",
            "https://a b",
        ] {
            assert!(parse_public_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_contact_is_something_that_a_person_can_use() {
        for text in ["mailto:security@example.com", "https://example.com/security", "tel:+49301234567"] {
            assert_eq!(parse_contact(text).as_deref(), Ok(text));
        }
        for text in ["security@example.com", "http://example.com", "mailto:a@b.example\nExpires: never", ""] {
            assert!(parse_contact(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_is_elsewhere_or_a_path_here() {
        for text in
            ["https://app.example.com/password", "http://localhost:5173/#/password", "/", "/account?tab=1"]
        {
            assert_eq!(parse_page(text).as_deref(), Ok(text));
        }
        for text in
            ["//evil.example", "/\\evil.example", "password", "javascript:alert(1)", "/a b", "/a\r\nx: y"]
        {
            assert!(parse_page(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_service_is_encrypted_or_on_this_machine() {
        for (text, url) in [
            ("https://api.pwnedpasswords.com/range", "https://api.pwnedpasswords.com/range/"),
            ("https://api.pwnedpasswords.com/range/", "https://api.pwnedpasswords.com/range/"),
            ("http://127.0.0.1:81/range", "http://127.0.0.1:81/range/"),
            ("http://[::1]/", "http://[::1]/"),
            ("http://localhost:81", "http://localhost:81/"),
        ] {
            assert_eq!(parse_range_url(text).as_deref(), Ok(url));
        }
        for text in [
            "http://192.0.2.1/",
            "http://localhost.example.com/",
            "ftp://localhost/",
            "localhost",
            "https://a/?b",
        ] {
            assert!(parse_range_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_of_tokens_may_have_a_query_and_a_fragment() {
        for text in
            ["https://app.example.com/reset", "http://localhost:5173/?a=b", "https://a.example/#/reset?"]
        {
            assert_eq!(parse_token_page(text).as_deref(), Ok(text));
        }
        for text in
            ["/reset", "ftp://a.example", "https://a b", "https://u:p@a.example", "https://a.example/\r\nx"]
        {
            assert!(parse_token_page(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_issuer_is_one_line() {
        assert_eq!(parse_issuer("urn:countersign").as_deref(), Ok("urn:countersign"));
        assert!(parse_issuer("a\nb").is_err());
        assert!(parse_issuer(&"a".repeat(257)).is_err());
    }

    #[test]
    fn origins_are_exact() {
        let origins = parse_origins("https://app.example.com, http://localhost:5173,capacitor://localhost,");
        assert_eq!(
            origins.unwrap(),
            ["https://app.example.com", "http://localhost:5173", "capacitor://localhost"]
        );
        assert_eq!(parse_origins("http://[::1]:3000").unwrap().len(), 1);
        for (text, told) in [
            ("*", "every site"),
            ("https://a.example,*", "every site"),
            ("null", "sandboxed"),
            ("app.example.com", "not an origin"),
            ("https://", "not an origin"),
            ("https://a.example:", "not an origin"),
            ("https://a.example:99999", "not an origin"),
            ("https://a.example:08080", "not an origin"),
            ("ht tp://a.example", "lower case"),
            ("https://App.example", "lower case"),
            ("https://bücher.example", "lower case"),
            ("https://a.example/", "more than an origin"),
            ("https://a.example/path", "more than an origin"),
            ("https://*.example", "more than an origin"),
            ("https://u@a.example", "more than an origin"),
            ("https://a.example:443", "own port"),
            ("http://a.example:80", "own port"),
        ] {
            let sentence = parse_origins(text).unwrap_err();
            assert!(sentence.contains(told), "{text}: {sentence}");
        }
    }
}
