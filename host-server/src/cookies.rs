//! Cookies, between the headers of HTTP and what core says of them.

use countersign_core::cookies::{self, Asked, Cookie, Cookies, Origins, SESSION_HEADER};
use countersign_core::rejection::Code;
use warp::http::HeaderMap;
use warp::http::header::{AUTHORIZATION, COOKIE, HeaderName, ORIGIN};

use crate::problem::Problem;
use crate::reply::Reply;

/// The cookies of a request that asks to be served by them; `None` where it does not.
///
/// # Errors
/// 403 where it comes from a page that may not ask, 400 where it cannot be understood.
pub fn read(headers: &HeaderMap, origins: &Origins) -> Result<Option<Box<Cookies>>, Problem> {
    // Most requests do not ask, and are spared the look.
    if !headers.contains_key(SESSION_HEADER) {
        return Ok(None);
    }
    let asked = Asked {
        session: lines(headers, &HeaderName::from_static(SESSION_HEADER)),
        site: lines(headers, &HeaderName::from_static("sec-fetch-site")),
        origin: lines(headers, &ORIGIN),
        cookie: lines(headers, &COOKIE),
        authorized: headers.contains_key(AUTHORIZATION),
    };
    let read = cookies::read(&asked, origins);
    Ok(read.map_err(|error| Problem::with_detail(error.code(), error.to_string()))?.map(Box::new))
}

fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(|value| value.as_bytes()).collect()
}

/// How a token came that stands for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the header `Authorization` or the body.
    Request,
    /// In a cookie.
    Cookie,
}

impl Carrier {
    /// The answer to a token that was refused. Where that says that the session is over, no other request will be answered
    /// otherwise, so a browser forgets it.
    pub fn refused(self, problem: Problem) -> Problem {
        let is_over = matches!(
            problem.code(),
            Code::SessionEnded | Code::TokenReused | Code::RefreshTokenInvalid | Code::UserNotFound
        );
        if self == Carrier::Cookie && is_over { problem.forgetting(&Cookie::OF_A_SESSION) } else { problem }
    }

    /// The answer with which the session ends. The device stays known: it is how its owner gets in while others guess.
    pub fn ended(self, reply: Reply) -> Reply {
        self.forgetting(&Cookie::OF_A_SESSION, reply)
    }

    /// The answer with which the account is gone, and with it all that a browser knows of it.
    pub fn gone(self, reply: Reply) -> Reply {
        self.forgetting(&Cookie::ALL, reply)
    }

    fn forgetting(self, cookies: &[Cookie], reply: Reply) -> Reply {
        match self {
            Carrier::Request => reply,
            Carrier::Cookie => reply.forgetting(cookies),
        }
    }
}

#[cfg(test)]
mod tests {
    use warp::http::StatusCode;
    use warp::http::header::SET_COOKIE;

    use super::*;
    use crate::request_id::RequestId;

    fn forgotten(reply: &Reply) -> Vec<&str> {
        reply
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|set| set.to_str().ok()?.split('=').next())
            .collect()
    }

    #[test]
    fn only_a_dead_session_is_forgotten_and_only_where_a_cookie_carried_it() {
        let refused = |carrier: Carrier, code| {
            let reply = carrier.refused(Problem::of(code)).into_reply(&RequestId::next());
            forgotten(&reply).len()
        };
        for code in [Code::SessionEnded, Code::TokenReused, Code::RefreshTokenInvalid, Code::UserNotFound] {
            assert_eq!(refused(Carrier::Cookie, code), 2, "{code}");
            assert_eq!(refused(Carrier::Request, code), 0, "{code}");
        }
        // Of these the refresh token may still be good, or the answer another one later.
        for code in [Code::TokenExpired, Code::TokenRequired, Code::TokenMalformed, Code::Overloaded] {
            assert_eq!(refused(Carrier::Cookie, code), 0, "{code}");
        }
    }

    #[test]
    fn a_log_out_leaves_the_device_known_and_a_deleted_account_nothing() {
        let reply = || Reply::empty(StatusCode::OK);
        let session = ["__Host-countersign-access", "__Host-countersign-refresh"];
        assert_eq!(forgotten(&Carrier::Cookie.ended(reply())), session);
        let gone = Carrier::Cookie.gone(reply());
        assert_eq!(forgotten(&gone), [session[0], session[1], "__Host-countersign-device"]);
        assert_eq!(forgotten(&Carrier::Request.gone(reply())), [""; 0]);
    }
}
