//! The documentation: Swagger UI over our own OpenAPI document, and a page that explains every code.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use countersign_core::rejection::Code;
use warp::http::header::LOCATION;
use warp::http::{HeaderValue, StatusCode};

use crate::call::Call;
use crate::openapi;
use crate::problem::{status_of, title_of};
use crate::reply::{Asset, Reply};

/// What the pages may do in a browser. Swagger UI draws its arrows from `data:` URLs; its scripts and styles
/// are all files of ours.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Files of Swagger UI that the page loads; the others it ships are never asked for.
const SWAGGER_FILES: &[&str] = &["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"];

/// Everything below `/docs/`; the empty name is the page itself.
static FILES: LazyLock<BTreeMap<&'static str, Asset>> = LazyLock::new(|| {
    let page = |name: &'static str, text: String| (name, Asset::new(name, text, SECURITY_POLICY));
    let mut files = BTreeMap::from([
        page("", include_str!("index.html").to_owned()),
        page("start.js", include_str!("start.js").to_owned()),
        page("page.css", include_str!("page.css").to_owned()),
        page("errors", errors_page()),
    ]);
    let config = Arc::new(utoipa_swagger_ui::Config::default());
    for &name in SWAGGER_FILES {
        if let Ok(Some(file)) = utoipa_swagger_ui::serve(name, Arc::clone(&config)) {
            files.insert(name, Asset::new(name, file.bytes.into_owned(), SECURITY_POLICY));
        }
    }
    files
});

static OPENAPI: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("openapi.json", openapi::document().to_string(), SECURITY_POLICY));

/// The files below `/docs/`.
pub fn file_names() -> Vec<String> {
    FILES.keys().map(|name| (*name).to_owned()).collect()
}

/// Answers `/docs`, which leads to `/docs/`, and the files.
pub fn answer(call: &Call) -> Reply {
    match call.path.value("file").and_then(|name| FILES.get(name)) {
        Some(file) => file.reply(&call.headers),
        // The page's own links are relative to its folder.
        None => Reply::empty(StatusCode::PERMANENT_REDIRECT)
            .with_header(LOCATION, HeaderValue::from_static("/docs/")),
    }
}

/// Answers the OpenAPI document.
pub fn openapi(call: &Call) -> Reply {
    OPENAPI.reply(&call.headers)
}

/// The page that the `type` of every problem points at.
fn errors_page() -> String {
    let mut rows = String::new();
    for &code in Code::ALL {
        let (word, status) = (code.as_str(), status_of(code).as_u16());
        let (title, meaning) = (title_of(word), html(code.meaning()));
        // Writing to a String cannot fail.
        let _ = write!(
            rows,
            "<tr id=\"{word}\"><th scope=\"row\"><code>{word}</code></th><td>{status}</td>\
             <td>{title}</td><td>{meaning}</td></tr>"
        );
    }
    include_str!("errors.html").replace("<!-- rows -->", &rows)
}

/// A sentence of rustdoc as HTML: what stands between backticks is code.
fn html(sentence: &str) -> String {
    let escaped = sentence.replace('&', "&amp;").replace('<', "&lt;");
    let mut html = String::new();
    for (index, part) in escaped.split('`').enumerate() {
        html.push_str(match index {
            0 => "",
            index if index % 2 == 1 => "<code>",
            _ => "</code>",
        });
        html.push_str(part);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::HeaderMap;

    fn text(name: &str) -> String {
        String::from_utf8(FILES[name].reply(&HeaderMap::new()).body.to_vec()).unwrap()
    }

    #[test]
    fn every_file_that_the_page_loads_is_served() {
        let page = text("");
        for file in ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "start.js"] {
            assert!(page.contains(&format!("\"{file}\"")), "{file} is not loaded");
            assert!(FILES.contains_key(file), "{file} is not served");
        }
        assert!(!page.contains("<script>") && !page.contains("style="), "nothing stands inline");
    }

    #[test]
    fn a_sentence_is_marked_up() {
        assert_eq!(html("Not `a<b` & `c`."), "Not <code>a&lt;b</code> &amp; <code>c</code>.");
    }

    #[test]
    fn every_code_is_explained() {
        let page = text("errors");
        for code in Code::ALL {
            assert!(page.contains(&format!("<tr id=\"{code}\">")), "{code}");
        }
    }
}
