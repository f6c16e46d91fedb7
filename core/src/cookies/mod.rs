//! Sessions in cookies, for pages in a browser: no script of theirs ever holds a token.
//!
//! A browser adds cookies to whatever request any page makes, so a cookie alone says nothing of who wants that request
//! made (cross-site request forgery; the OWASP CSRF Prevention Cheat Sheet). Two things say it here, and both are asked
//! for: the header [`SESSION_HEADER`], which no form and no image can send and which a page of another origin sends only
//! after a preflight that this server grants to the origins it knows; and where the browser itself says the request comes
//! from. Without the header, cookies are neither read nor set.

mod origins;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;

pub use origins::Origins;
pub use set::{Cookie, DEVICE_SECS_MAX};

use crate::rejection::Code;
use crate::secret::Secret;

/// The header by which a page asks to be served by cookies.
pub const SESSION_HEADER: &str = "countersign-session";

/// What [`SESSION_HEADER`] says.
const BY_COOKIE: &[u8] = b"cookie";

/// What a request says of itself: the value of each line of these headers, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// [`SESSION_HEADER`].
    pub session: Vec<&'a [u8]>,
    /// `Sec-Fetch-Site` (the Fetch Metadata standard).
    pub site: Vec<&'a [u8]>,
    /// `Origin` (RFC 6454 section 7).
    pub origin: Vec<&'a [u8]>,
    /// `Cookie` (RFC 6265 section 4.2).
    pub cookie: Vec<&'a [u8]>,
    /// Whether there is an `Authorization`, beside which no cookie counts.
    pub authorized: bool,
}

/// The tokens that a request shows in cookies. What stands in them was not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cookies {
    /// The access token; `None` where the browser has none, as it has once the token has expired.
    pub access_token: Option<Secret<String>>,
    /// The refresh token; `None` where the browser has none.
    pub refresh_token: Option<Secret<String>>,
    /// The device token; `None` where the browser has none.
    pub device_token: Option<Secret<String>>,
    /// The refresh token that the browser loses where it is given another, also where none counts; `None` where it has none.
    pub overwritten: Option<Secret<String>>,
}

/// Reads the cookies of a request that may have them count; `None` where it does not ask for that, and is answered like
/// anybody without cookies. `origins` are those whose pages may ask.
///
/// ```
/// use countersign_core::cookies::{self, Asked, Origins};
/// use countersign_core::rejection::Code;
///
/// let origins = Origins::new("https://auth.example.com", Vec::new()).unwrap();
/// let mut asked = Asked { cookie: vec![b"__Host-countersign-access=abc"], ..Asked::default() };
/// assert_eq!(cookies::read(&asked, &origins), Ok(None));
///
/// asked.session = vec![b"cookie"];
/// asked.site = vec![b"same-origin"];
/// let read = cookies::read(&asked, &origins).unwrap().unwrap();
/// assert_eq!(read.access_token.unwrap().expose(), "abc");
///
/// asked.site = vec![b"cross-site"];
/// assert_eq!(cookies::read(&asked, &origins).map_err(|error| error.code()), Err(Code::CrossSiteRequest));
/// ```
///
/// # Errors
/// Where the request comes from elsewhere, says something else than `cookie`, or holds one of our cookies twice.
pub fn read(asked: &Asked<'_>, origins: &Origins) -> Result<Option<Cookies>, CookieError> {
    match asked.session[..] {
        [] => return Ok(None),
        [BY_COOKIE] => {}
        _ => return Err(CookieError::UnknownSession),
    }
    if !comes_from_here(asked, origins) {
        return Err(CookieError::CrossSite);
    }
    let overwritten = find(asked, Cookie::Refresh)?;
    if asked.authorized {
        return Ok(Some(Cookies { overwritten, ..Cookies::default() }));
    }
    Ok(Some(Cookies {
        access_token: find(asked, Cookie::Access)?,
        refresh_token: overwritten.clone(),
        device_token: find(asked, Cookie::Device)?,
        overwritten,
    }))
}

/// Whether the request was made by a page whose requests may count cookies, or by no browser at all. What a browser says
/// of the site goes first, since it needs no setting to be right. A page of another site is refused also where its origin
/// is a known one: it is not sent these cookies and cannot be given them, and would have to find that out by itself.
fn comes_from_here(asked: &Asked<'_>, origins: &Origins) -> bool {
    let of_known_origin = match asked.origin[..] {
        [] => None,
        [origin] => Some(origins.contains(origin)),
        // No browser sends two.
        _ => return false,
    };
    match asked.site[..] {
        [b"same-origin"] => true,
        // Another origin always names itself where its requests have a header of their own.
        [b"same-site"] => of_known_origin == Some(true),
        // A browser that knows nothing of the header names the origin of all that changes anything.
        [] => of_known_origin != Some(false),
        _ => false,
    }
}

/// The value of a cookie; `None` where it is absent or empty. A value ends at the semicolon, also between quotes, and
/// keeps its quotes (RFC 6265 section 5.4): whoever reads more into it can be fed the cookies of another.
fn find(asked: &Asked<'_>, cookie: Cookie) -> Result<Option<Secret<String>>, CookieError> {
    let pairs = asked.cookie.iter().flat_map(|line| line.split(|byte| *byte == b';'));
    let mut values = pairs.filter_map(|pair| {
        let end = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (pair.get(..end)?, pair.get(end + 1..)?);
        (name.trim_ascii() == cookie.name().as_bytes()).then(|| value.trim_ascii())
    });
    let value = values.next().filter(|value| !value.is_empty());
    // A browser has one cookie of such a name, whatever anybody did to it.
    if values.next().is_some() {
        return Err(CookieError::Twice(cookie));
    }
    Ok(value.map(|value| Secret::new(String::from_utf8_lossy(value).into_owned())))
}

/// Why a request is not served by cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieError {
    /// It comes from a page of somebody else's.
    CrossSite,
    /// [`SESSION_HEADER`] says something that nobody knows, or stands there twice.
    UnknownSession,
    /// This cookie stands there twice.
    Twice(Cookie),
}

impl CookieError {
    /// The stable word.
    pub const fn code(self) -> Code {
        match self {
            CookieError::CrossSite => Code::CrossSiteRequest,
            CookieError::UnknownSession | CookieError::Twice(_) => Code::BadRequest,
        }
    }
}

impl fmt::Display for CookieError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CookieError::CrossSite => f.write_str(self.code().meaning()),
            CookieError::UnknownSession => {
                f.write_str("The header Countersign-Session takes one value, cookie.")
            }
            CookieError::Twice(cookie) => write!(f, "The cookie {} stands there twice.", cookie.name()),
        }
    }
}

impl std::error::Error for CookieError {}
