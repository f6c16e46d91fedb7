use super::*;

const OWN: &str = "https://auth.example.com";
const APP: &str = "https://app.example.com";

fn origins() -> Origins {
    Origins::new(OWN, vec![APP.to_owned()]).unwrap()
}

/// A request in cookie mode without any cookie.
fn from<'a>(site: &[&'a str], origin: &[&'a str]) -> Asked<'a> {
    let bytes = |lines: &[&'a str]| lines.iter().map(|line| line.as_bytes()).collect();
    Asked { session: vec![b"cookie"], site: bytes(site), origin: bytes(origin), ..Asked::default() }
}

fn with_cookies<'a>(lines: &[&'a str]) -> Asked<'a> {
    Asked { cookie: lines.iter().map(|line| line.as_bytes()).collect(), ..from(&["same-origin"], &[]) }
}

fn access(lines: &[&str]) -> Option<String> {
    let cookies = read(&with_cookies(lines), &origins()).unwrap().unwrap();
    cookies.access_token.map(|token| token.expose().clone())
}

#[test]
fn without_the_header_nothing_is_read_wherever_the_request_comes_from() {
    let asked = Asked { session: Vec::new(), ..with_cookies(&["__Host-countersign-access=abc"]) };
    assert_eq!(read(&asked, &origins()), Ok(None));
    let foreign = Asked { session: Vec::new(), ..from(&["cross-site"], &["https://evil.example"]) };
    assert_eq!(read(&foreign, &origins()), Ok(None));
}

#[test]
fn the_header_says_one_thing_once() {
    for lines in [&["Cookie"][..], &["cookies"], &[""], &["cookie "], &["cookie", "cookie"]] {
        let session = lines.iter().map(|line| line.as_bytes()).collect();
        let asked = Asked { session, ..from(&["same-origin"], &[]) };
        assert_eq!(read(&asked, &origins()), Err(CookieError::UnknownSession), "{lines:?}");
    }
}

#[test]
fn pages_of_this_origin_and_of_known_ones_on_this_site_may_use_cookies() {
    for (site, origin) in [
        (&["same-origin"][..], &[][..]),
        (&["same-origin"], &[OWN]),
        // A page that was opened under another name of this server.
        (&["same-origin"], &["https://auth"]),
        (&["same-site"], &[APP]),
        (&["same-site"], &[OWN]),
        // Programs, and browsers that are older than the header.
        (&[], &[]),
        (&[], &[OWN]),
        (&[], &[APP]),
    ] {
        let read = read(&from(site, origin), &origins());
        assert_eq!(read, Ok(Some(Cookies::default())), "{site:?} {origin:?}");
    }
}

#[test]
fn all_others_may_not() {
    let evil = "https://evil.example";
    for (site, origin) in [
        (&["cross-site"][..], &[][..]),
        (&["cross-site"], &[evil]),
        // A known origin on another site is never sent these cookies.
        (&["cross-site"], &[APP]),
        (&["cross-site"], &[OWN]),
        (&["same-site"], &[]),
        (&["same-site"], &[evil]),
        (&["same-site"], &["null"]),
        (&["none"], &[]),
        (&["none"], &[OWN]),
        (&["SAME-ORIGIN"], &[]),
        (&["same-origin, cross-site"], &[OWN]),
        (&["same-origin", "cross-site"], &[OWN]),
        (&["same-origin", "same-origin"], &[OWN]),
        (&[""], &[OWN]),
        (&["same-origin"], &[OWN, OWN]),
        (&[], &[OWN, evil]),
        (&[], &[evil, OWN]),
        (&[], &["null"]),
        (&[], &[""]),
        (&[], &["https://AUTH.example.com"]),
        (&[], &["HTTPS://auth.example.com"]),
        (&[], &["http://auth.example.com"]),
        (&[], &["https://auth.example.com:443"]),
        (&[], &["https://auth.example.com:444"]),
        (&[], &["https://auth.example.com."]),
        (&[], &["https://auth.example.com/"]),
        (&[], &[" https://auth.example.com"]),
        (&[], &["https://auth.example.com https://evil.example"]),
        (&[], &["https://auth.example.com, https://evil.example"]),
        (&[], &["https://auth.example.com.evil.example"]),
        (&[], &["https://evil.example/https://auth.example.com"]),
        (&[], &["https://auth.example.com@evil.example"]),
        (&[], &["https://auth.example.com:443@evil.example"]),
        (&[], &["https://user@auth.example.com"]),
        (&[], &["https://xauth.example.com"]),
        (&[], &["auth.example.com"]),
        (&[], &["https://auth.example.com\u{0}"]),
    ] {
        let read = read(&from(site, origin), &origins());
        assert_eq!(read, Err(CookieError::CrossSite), "{site:?} {origin:?}");
    }
}

#[test]
fn beside_a_token_of_the_header_no_cookie_counts() {
    let lines = Cookie::ALL.map(|cookie| format!("{}=abc", cookie.name())).join("; ");
    let asked = Asked { authorized: true, ..with_cookies(&[&lines]) };
    let none = Cookies { overwritten: Some(Secret::new("abc".to_owned())), ..Cookies::default() };
    assert_eq!(read(&asked, &origins()), Ok(Some(none)));
    let foreign = Asked { authorized: true, ..from(&["cross-site"], &[]) };
    assert_eq!(read(&foreign, &origins()), Err(CookieError::CrossSite), "it would be given cookies");
}

#[test]
fn cookies_are_found_among_others() {
    let line = "theme=dark; __Host-countersign-access=a.b=; __Host-countersign-refresh=r;__Host-countersign-device=d";
    let cookies = read(&with_cookies(&[line]), &origins()).unwrap().unwrap();
    let text = |token: Option<Secret<String>>| token.unwrap().expose().clone();
    assert_eq!(text(cookies.access_token), "a.b=");
    assert_eq!(text(cookies.refresh_token), "r");
    assert_eq!(text(cookies.device_token), "d");
    assert_eq!(access(&["a=b", "__Host-countersign-access=x"]).as_deref(), Some("x"));
}

#[test]
fn what_is_not_exactly_our_cookie_is_none_of_ours() {
    for line in [
        "",
        ";;",
        "__Host-countersign-access",
        "__Host-countersign-access=",
        "__host-countersign-access=x",
        "__HOST-COUNTERSIGN-ACCESS=x",
        "countersign-access=x",
        "__Secure-countersign-access=x",
        "x__Host-countersign-access=x",
        "__Host-countersign-access2=x",
        "=__Host-countersign-access=x",
        "a==__Host-countersign-access=x",
    ] {
        assert_eq!(access(&[line]), None, "{line}");
    }
}

#[test]
fn quotes_are_part_of_a_value_and_hold_nothing_together() {
    assert_eq!(access(&["__Host-countersign-access=\"x\""]).as_deref(), Some("\"x\""));
    assert_eq!(access(&["a=\"1; __Host-countersign-access=x; b=2\""]).as_deref(), Some("x"));
    assert_eq!(access(&["__Host-countersign-access=\"x; a=y\""]).as_deref(), Some("\"x"));
}

#[test]
fn a_cookie_that_stands_there_twice_is_refused() {
    let name = "__Host-countersign-access";
    for lines in [
        &[format!("{name}=x; {name}=x")][..],
        &[format!("{name}=x; {name}=y")],
        &[format!("{name}=; {name}=y")],
        &[format!("{name}=x"), format!("a=b; {name}=y")],
    ] {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let read = read(&with_cookies(&lines), &origins());
        assert_eq!(read, Err(CookieError::Twice(Cookie::Access)), "{lines:?}");
    }
}

#[test]
fn a_value_that_is_no_text_is_no_token_and_no_panic() {
    let asked = Asked { cookie: vec![b"\xff=1; __Host-countersign-access=\xff\xfe"], ..with_cookies(&[]) };
    let cookies = read(&asked, &origins()).unwrap().unwrap();
    assert_eq!(cookies.access_token.unwrap().expose(), "\u{fffd}\u{fffd}");
}

#[test]
fn no_token_shows_in_a_debug_print() {
    let asked = with_cookies(&["__Host-countersign-access=topsecret"]);
    let cookies = read(&asked, &origins()).unwrap().unwrap();
    assert!(!format!("{cookies:?}").contains("topsecret"));
}

#[test]
fn the_public_url_has_one_origin_however_it_is_written() {
    for (url, origin) in [
        ("https://auth.example.com", "https://auth.example.com"),
        ("https://auth.example.com/", "https://auth.example.com"),
        ("HTTPS://AUTH.example.com:443/a/b", "https://auth.example.com"),
        ("https://auth.example.com:0443", "https://auth.example.com"),
        ("https://auth.example.com:8443/", "https://auth.example.com:8443"),
        ("https://auth.example.com:80", "https://auth.example.com:80"),
        ("https://auth.example.com:", "https://auth.example.com"),
        ("https://auth.example.com.", "https://auth.example.com."),
        ("http://localhost:80/", "http://localhost"),
        ("http://LOCALHOST:8000", "http://localhost:8000"),
        ("http://app.localhost:1", "http://app.localhost:1"),
        ("http://127.9.9.9:1", "http://127.9.9.9:1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://[0:0:0:0:0:0:0:1]", "http://[::1]"),
        ("https://[2001:DB8::0:1]", "https://[2001:db8::1]"),
    ] {
        let origins = Origins::new(url, Vec::new()).unwrap();
        assert!(origins.contains(origin.as_bytes()), "{url}: {origins:?}");
    }
}

#[test]
fn a_url_for_which_no_browser_keeps_these_cookies_has_none() {
    for url in [
        "http://auth.example.com",
        "http://localhost.example.com",
        "http://notlocalhost",
        "http://127.0.0.1.example.com",
        "http://128.0.0.1",
        "http://[::2]",
        "http://0.0.0.0:8000",
        "https://user@auth.example.com",
        "http://localhost@evil.example",
        "http://localhost:1@evil.example",
        "https://",
        "https://:443",
        "https://[::1",
        "https://a b",
        "https://a:70000",
        "https://a:b",
        "ftp://localhost",
        "localhost",
    ] {
        assert_eq!(Origins::new(url, Vec::new()), None, "{url}");
    }
}
