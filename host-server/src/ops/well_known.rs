//! What is looked for at well-known places (RFC 8615) besides keys: whom to tell of a hole, and where a password is
//! changed.

use countersign_core::rejection::Code;
use countersign_core::time::Timestamp;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use warp::http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::problem::Problem;
use crate::reply::Reply;

/// Seconds for which the contact is said to be good from now on. RFC 9116 section 2.5.5 advises less than a year; the
/// setting is read anew at each start, so that nobody has to remember.
const CONTACT_GOOD_FOR_SECS: i64 = 90 * 24 * 3_600;

/// What neither page is likely to change within, in seconds.
const KEPT_FOR: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Answers 200 with the contact of `SECURITY_CONTACT` (RFC 9116).
pub(crate) fn security_txt(app: &App) -> Result<Reply, Problem> {
    let pages = &app.pages;
    let contact = pages.security_contact.as_deref().ok_or_else(|| Problem::of(Code::NotFound))?;
    let text = security_txt_of(contact, pages.public_url.as_deref(), app.now())?;
    let mut reply = Reply::empty(StatusCode::OK)
        .with_header(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
        .with_header(CACHE_CONTROL, KEPT_FOR);
    reply.body = text.into();
    Ok(reply)
}

fn security_txt_of(contact: &str, public_url: Option<&str>, now: Timestamp) -> Result<String, Problem> {
    let until = now.plus_secs(CONTACT_GOOD_FOR_SECS).as_secs();
    let until = jiff::Timestamp::from_second(until).map_err(Problem::internal)?;
    let mut text = format!("Contact: {contact}\nExpires: {until}\n");
    if let Some(public_url) = public_url {
        let public_url = public_url.trim_end_matches('/');
        text += &format!("Canonical: {public_url}/.well-known/security.txt\n");
    }
    Ok(text)
}

/// Answers 303 to the page of `CHANGE_PASSWORD_URL` ("A Well-Known URL for Changing Passwords", W3C).
pub(crate) fn change_password(app: &App) -> Result<Reply, Problem> {
    let url = app.pages.change_password_url.as_deref().ok_or_else(|| Problem::of(Code::NotFound))?;
    let url = HeaderValue::from_str(url).map_err(Problem::internal)?;
    let reply = Reply::empty(StatusCode::SEE_OTHER);
    Ok(reply.with_header(LOCATION, url).with_header(CACHE_CONTROL, KEPT_FOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contact_is_good_for_a_season() {
        let now = Timestamp::from_secs(1_700_000_000);
        let text =
            security_txt_of("mailto:security@example.com", Some("https://auth.example.com/"), now).unwrap();
        assert_eq!(
            text,
            "Contact: mailto:security@example.com\nExpires: 2024-02-12T22:13:20Z\n\
             Canonical: https://auth.example.com/.well-known/security.txt\n"
        );
        assert!(!security_txt_of("mailto:a@b.example", None, now).unwrap().contains("Canonical"));
    }
}
