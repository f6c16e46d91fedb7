//! From a path to its rows: a tree of segments, built once at the start.

use std::collections::BTreeSet;

use warp::http::{HeaderValue, Method};

use super::{FILE, Operation, Route};
use crate::routes::Mount;

/// The table as a tree. A literal segment is tried before `{…}` and is not left again, so that a path is
/// answered by the same rows whatever its method.
#[derive(Debug)]
pub struct RouteMap {
    nodes: Vec<Node>,
    all_methods: HeaderValue,
}

impl RouteMap {
    /// Lays out a table. `files` names the files of each operation whose path ends in [`FILE`]; the empty
    /// name is the folder's own page.
    ///
    /// # Errors
    /// A URL that two rows answer by the same method.
    pub fn new(
        routes: &'static [Route],
        files: impl Fn(Operation) -> Vec<String>,
    ) -> Result<Self, RouteError> {
        let mut map = Self { nodes: vec![Node::default()], all_methods: HeaderValue::from_static("") };
        for route in routes {
            for &mount in route.mounts.all() {
                match route.path.strip_suffix(FILE) {
                    None => map.add(route.path, Row { route, mount, file: None })?,
                    Some(folder) => {
                        for file in files(route.operation) {
                            let path = format!("{folder}{file}");
                            map.add(&path, Row { route, mount, file: Some(file.into()) })?;
                        }
                    }
                }
            }
        }
        map.all_methods = allow(map.nodes.iter().flat_map(|node| &node.endpoint.rows));
        for node in &mut map.nodes {
            node.endpoint.allow = allow(&node.endpoint.rows);
        }
        Ok(map)
    }

    /// The rows of a path, `None` where it is not served. Literal segments are compared as they are sent;
    /// what stands for `{…}` is percent-decoded once, and is nothing that is served unless it is UTF-8
    /// without NUL.
    pub fn find(&self, path: &str) -> Option<Found<'_>> {
        let mut node = self.nodes.first()?;
        let mut values = Vec::new();
        for segment in path.strip_prefix('/')?.split('/') {
            let next = match node.literals.iter().find(|(literal, _)| **literal == *segment) {
                Some((_, next)) => *next,
                None => {
                    let next = node.parameter?;
                    values.push(decode(segment)?);
                    next
                }
            };
            node = self.nodes.get(next)?;
        }
        (!node.endpoint.rows.is_empty()).then_some(Found { endpoint: &node.endpoint, values })
    }

    /// Every method that anything here is answered by, for `OPTIONS *` (RFC 9110 section 9.3.7).
    pub fn all_methods(&self) -> &HeaderValue {
        &self.all_methods
    }

    fn add(&mut self, path: &str, row: Row) -> Result<(), RouteError> {
        let (prefix, method) = (row.mount.prefix(), row.route.method.clone());
        let mut index = 0;
        for segment in format!("{prefix}{path}").split('/').skip(1) {
            index = self.child(index, segment);
        }
        let endpoint = &mut self.nodes[index].endpoint;
        if endpoint.rows.iter().any(|other| other.route.method == method) {
            return Err(RouteError { method, path: format!("{prefix}{path}") });
        }
        endpoint.rows.push(row);
        Ok(())
    }

    fn child(&mut self, parent: usize, segment: &str) -> usize {
        let new = self.nodes.len();
        let node = &mut self.nodes[parent];
        let index = if segment.starts_with('{') {
            *node.parameter.get_or_insert(new)
        } else if let Some((_, index)) = node.literals.iter().find(|(literal, _)| **literal == *segment) {
            *index
        } else {
            node.literals.push((segment.into(), new));
            new
        };
        if index == new {
            self.nodes.push(Node::default());
        }
        index
    }
}

/// A segment's place in the tree. No node has more than a few dozen children, which are found sooner by
/// comparing than by hashing.
#[derive(Debug, Default)]
struct Node {
    literals: Vec<(Box<str>, usize)>,
    parameter: Option<usize>,
    endpoint: Endpoint,
}

/// A path that is served.
#[derive(Debug)]
pub struct Endpoint {
    rows: Vec<Row>,
    allow: HeaderValue,
}

impl Endpoint {
    /// The row that answers a method, `None` where none does.
    pub fn row(&self, method: &Method) -> Option<&Row> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.rows.iter().find(|row| row.route.method == *method)
    }

    /// The path as the table has it: the mount's prefix and what follows.
    pub fn pattern(&self) -> (&'static str, &'static str) {
        self.rows.first().map_or(("", ""), |row| (row.mount.prefix(), row.route.path))
    }

    /// The methods that are answered here, as the `Allow` header lists them.
    pub fn allow(&self) -> &HeaderValue {
        &self.allow
    }
}

impl Default for Endpoint {
    fn default() -> Self {
        Self { rows: Vec::new(), allow: HeaderValue::from_static("") }
    }
}

/// A route where it is mounted.
#[derive(Debug)]
pub struct Row {
    /// The row of the table.
    pub route: &'static Route,
    /// In which tree.
    pub mount: Mount,
    file: Option<Box<str>>,
}

/// A path and what was read from it.
#[derive(Debug)]
pub struct Found<'a> {
    /// The rows.
    pub endpoint: &'a Endpoint,
    values: Vec<String>,
}

impl Found<'_> {
    /// What stands in the path's `{…}` as this row names it.
    pub fn parameters(self, row: &Row) -> PathParameters {
        let values = match &row.file {
            Some(file) => vec![file.to_string()],
            None => self.values,
        };
        PathParameters { path: row.route.path, values }
    }
}

/// The values of a path's `{…}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathParameters {
    path: &'static str,
    values: Vec<String>,
}

impl PathParameters {
    /// The value of `{name}`, `None` where the path has no such parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        let names = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        names.zip(&self.values).find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }
}

/// Two rows of the table answer the same URL by the same method.
#[derive(Debug, thiserror::Error)]
#[error("two routes answer {method} {path}")]
pub struct RouteError {
    method: Method,
    path: String,
}

fn allow<'a>(rows: impl IntoIterator<Item = &'a Row>) -> HeaderValue {
    let mut methods = BTreeSet::from(["OPTIONS"]);
    for row in rows {
        methods.insert(row.route.method.as_str());
        if row.route.method == Method::GET {
            methods.insert("HEAD");
        }
    }
    let list = methods.into_iter().collect::<Vec<_>>().join(", ");
    // Method names are tokens (RFC 9110 section 5.6.2), which every header value may hold.
    HeaderValue::from_str(&list).unwrap_or_else(|_| HeaderValue::from_static("OPTIONS"))
}

/// Undoes percent-encoding (RFC 3986 section 2.1) once; `None` where no parameter can be meant.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |digit: u8| char::from(digit).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high << 4 | low).ok()?
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.is_empty() && !text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::{ROUTES, get, post};
    use super::*;

    static SAMPLE: &[Route] = &[
        get(Operation::Profile, "/users/me"),
        get(Operation::Profile, "/users/{user_id}"),
        Route::new(Operation::Profile, Method::PATCH, "/users/{user_id}"),
        post(Operation::Profile, "/users/{user_id}/roles"),
        get(Operation::Profile, "/users/me/data/{key}"),
        get(Operation::Docs, "/docs/{file}").bare(),
    ];

    fn map() -> RouteMap {
        RouteMap::new(SAMPLE, |_| vec![String::new(), "a.js".to_owned(), "deep/b.js".to_owned()]).unwrap()
    }

    fn served() -> RouteMap {
        RouteMap::new(ROUTES, |_| vec!["a.js".to_owned()]).unwrap()
    }

    fn allow_of(map: &RouteMap, path: &str) -> Option<String> {
        map.find(path).map(|found| found.endpoint.allow().to_str().unwrap().to_owned())
    }

    fn value_of(path: &str, method: &Method, name: &str) -> Option<String> {
        let map = map();
        let found = map.find(path)?;
        let row = found.endpoint.row(method)?;
        found.parameters(row).value(name).map(str::to_owned)
    }

    #[test]
    fn a_literal_segment_beats_a_pattern_even_where_its_method_is_missing() {
        let map = map();
        assert_eq!(allow_of(&map, "/users/me").as_deref(), Some("GET, HEAD, OPTIONS"));
        assert_eq!(allow_of(&map, "/users/7").as_deref(), Some("GET, HEAD, OPTIONS, PATCH"));
        assert_eq!(allow_of(&map, "/users/me/roles"), None);
        assert!(map.find("/users/me").unwrap().endpoint.row(&Method::PATCH).is_none());
    }

    #[test]
    fn parameters_are_decoded_once_and_only_where_they_are_text() {
        let get = &Method::GET;
        assert_eq!(value_of("/users/7", get, "user_id").as_deref(), Some("7"));
        assert_eq!(value_of("/users/user%5F7", get, "user_id").as_deref(), Some("user_7"));
        assert_eq!(value_of("/api/users/me/data/a%2Fb%25%32", get, "key").as_deref(), Some("a/b%2"));
        assert_eq!(value_of("/users/7/roles", &Method::POST, "user_id").as_deref(), Some("7"));
        for refused in ["/users/%ff", "/users/a%00b", "/users/%4", "/users/%zz", "/users/%+4", "/users/"] {
            assert!(map().find(refused).is_none(), "{refused}");
        }
    }

    #[test]
    fn each_file_is_a_url_and_nothing_else_is() {
        let get = &Method::GET;
        assert_eq!(value_of("/docs/", get, "file").as_deref(), Some(""));
        assert_eq!(value_of("/docs/deep/b.js", get, "file").as_deref(), Some("deep/b.js"));
        for refused in ["/docs", "/docs/c.js", "/docs/deep", "/docs/deep/", "/api/docs/a.js", "/docs/A.js"] {
            assert!(map().find(refused).is_none(), "{refused}");
        }
    }

    #[test]
    fn other_spellings_are_no_routes() {
        let map = served();
        for served in ["/users/me", "/api/users/me", "/", "/docs", "/api/docs", "/docs/a.js", "/demo/a.js"] {
            assert!(map.find(served).is_some(), "{served}");
        }
        for refused in [
            "/users/me/",
            "//users/me",
            "/users//me",
            "/Users/me",
            "/api/api/users/me",
            "/api",
            "/api/",
            "",
            "*",
            "users/me",
            "/demo",
            "/demo/",
            "/api/demo/a.js",
            "/users/./me",
        ] {
            assert!(map.find(refused).is_none(), "{refused}");
        }
    }

    #[test]
    fn every_served_path_allows_exactly_its_methods() {
        let map = served();
        for (path, allow) in [
            ("/auth/login", "OPTIONS, POST"),
            ("/users/register", "OPTIONS, POST"),
            ("/users/me", "DELETE, GET, HEAD, OPTIONS, PUT"),
            ("/auth/me", "GET, HEAD, OPTIONS"),
            ("/users/profile", "GET, HEAD, OPTIONS, PUT"),
            ("/users/7", "DELETE, GET, HEAD, OPTIONS, PATCH"),
            ("/", "GET, HEAD, OPTIONS"),
        ] {
            assert_eq!(allow_of(&map, path).as_deref(), Some(allow), "{path}");
        }
        assert_eq!(map.all_methods(), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
        let me = map.find("/users/me").unwrap().endpoint;
        assert!(me.row(&Method::HEAD).is_some());
        assert!(me.row(&Method::OPTIONS).is_none());
    }

    #[test]
    fn two_rows_for_one_url_end_the_start() {
        static TWICE: &[Route] =
            &[get(Operation::Profile, "/users/{id}"), get(Operation::Ready, "/users/{user_id}")];
        let error = RouteMap::new(TWICE, |_| Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "two routes answer GET /users/{user_id}");
    }
}
