//! Pages of a list.

use countersign_core::rejection::{Code, Fault, Rejection};
use serde::Serialize;
use warp::http::header::LINK;
use warp::http::{HeaderValue, StatusCode};

use super::views::List;
use crate::app::App;
use crate::call::{Call, Query};
use crate::problem::Problem;
use crate::reply::Reply;

/// The parameters that choose a page.
pub(super) const PARAMETERS: [&str; 2] = ["limit", "cursor"];

/// Items on a page where nobody says how many.
const LIMIT_DEFAULT: u32 = 50;
/// Items on a page at most: a page is read in a few milliseconds and fits a few dozen kilobytes.
const LIMIT_MAX: u32 = 100;

/// Which page of a list is asked for.
#[derive(Debug)]
pub(super) struct Page {
    /// Items on it at most.
    limit: u32,
    /// The position after which it begins; `None` for the first.
    pub(super) after: Option<String>,
    /// What the cursors of this list are bound to.
    list: String,
}

impl Page {
    /// Reads `limit` and `cursor`. `list` names the list with all that its items depend on.
    ///
    /// # Errors
    /// A limit that is no number from 1 to 100, a cursor that this list has not given.
    pub(super) fn read(app: &App, query: &Query<'_>, list: String) -> Result<Self, Rejection> {
        let mut faults = Vec::new();
        let limit = match query.optional("limit").map(parse_limit) {
            None => LIMIT_DEFAULT,
            Some(Some(limit)) => limit,
            Some(None) => {
                let message = "The limit is a number from 1 to 100.";
                faults.push(Fault::new("limit", Code::InvalidFormat, message));
                LIMIT_DEFAULT
            }
        };
        let after = match query
            .optional("cursor")
            .map(|cursor| app.tokens.cursor_keys.find_map(|key| key.read(&list, cursor)))
        {
            None => None,
            Some(Some(position)) => Some(position),
            Some(None) => {
                let message = "The cursor is not one of this list.";
                faults.push(Fault::new("cursor", Code::InvalidCursor, message));
                None
            }
        };
        if faults.is_empty() { Ok(Self { limit, after, list }) } else { Err(Rejection::validation(faults)) }
    }

    /// The number after which the page begins, where positions are numbers.
    pub(super) fn after_number(&self) -> Option<i64> {
        self.after.as_deref().and_then(|position| position.parse().ok())
    }

    /// How many items to read: one more than are shown tells whether there is another page.
    pub(super) const fn to_read(&self) -> u32 {
        self.limit + 1
    }

    /// The answer with the items that were read, each with its position.
    pub(super) fn reply<P: ToString, T, V: Serialize>(
        &self,
        app: &App,
        call: &Call,
        mut read: Vec<(P, T)>,
        view: impl FnMut((P, T)) -> V,
    ) -> Reply {
        let shown = self.limit as usize;
        let next_cursor = (read.len() > shown).then(|| {
            read.truncate(shown);
            read.last()
                .map(|(position, _)| app.tokens.cursor_keys.current.write(&self.list, &position.to_string()))
        });
        let next_cursor = next_cursor.flatten();
        let link = next_cursor.as_deref().map(|cursor| next_link(call, cursor));
        let items = read.into_iter().map(view).collect();
        let reply = Reply::json(StatusCode::OK, &List { items, next_cursor });
        match link.map(|link| HeaderValue::from_str(&link)) {
            Some(Ok(link)) => reply.with_header(LINK, link),
            _ => reply,
        }
    }
}

/// The same query with another cursor (RFC 8288). It is relative, since who asked knows where.
fn next_link(call: &Call, cursor: &str) -> String {
    let kept = form_urlencoded::parse(call.query.as_bytes()).filter(|(name, _)| name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair("cursor", cursor)
        .finish();
    format!("<?{query}>; rel=\"next\"")
}

fn parse_limit(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|limit| digits && (1..=LIMIT_MAX).contains(limit))
}

/// A list that is empty of parameters but for those that choose the page.
///
/// # Errors
/// As [`Page::read`], and for any other parameter.
pub(super) fn of(app: &App, call: &Call, list: String) -> Result<Page, Problem> {
    let query = call.query(&PARAMETERS)?;
    Ok(Page::read(app, &query, list)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_plain_number_in_its_bounds() {
        assert_eq!(parse_limit("1"), Some(1));
        assert_eq!(parse_limit("100"), Some(100));
        for refused in ["0", "101", "+5", "-1", "5.0", "", " 5", "99999999999"] {
            assert_eq!(parse_limit(refused), None, "{refused}");
        }
    }
}
