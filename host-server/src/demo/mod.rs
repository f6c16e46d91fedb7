//! The pages of `/`: the web demo where it was built, else a short page that leads on.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::call::Call;
use crate::reply::{Asset, Reply};

/// What the demo may do in a browser: run its own scripts and the WebAssembly core, show its own pages, talk
/// to this server. Nothing inline, nothing from elsewhere, and in nobody's frame.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// What the page without a demo may do: nothing but be read.
const LANDING_SECURITY_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page that links in mails lead to, and its files. It comes with every server, so that the links always lead
/// somewhere; a demo may bring its own.
const MAILED: [(&str, &str); 3] = [
    ("mailed.html", include_str!("mailed.html")),
    ("mailed.css", include_str!("mailed.css")),
    ("mailed.js", include_str!("mailed.js")),
];

/// The page at `/`, by which a folder is known to be a demo.
const INDEX: &str = "index.html";

/// Files of the demo in memory. None is read while the server runs, so no path that a client sends ever
/// reaches the file system.
#[derive(Debug)]
pub struct Demo {
    index: Asset,
    files: HashMap<String, Asset>,
}

impl Demo {
    /// The page that is shown where there is no demo.
    pub fn landing() -> Self {
        let page = include_str!("landing.html");
        Self { index: Asset::new(INDEX, page, LANDING_SECURITY_POLICY), files: mailed() }
    }

    /// All files below a folder, but those whose names begin with a dot or need escaping in a URL.
    ///
    /// # Errors
    /// Where the folder cannot be read or has no `index.html`.
    pub fn load(folder: &Path) -> Result<Self, DemoError> {
        let mut files = mailed();
        gather(folder, "", &mut files)?;
        let index = files
            .remove(INDEX)
            .ok_or_else(|| DemoError { path: folder.join(INDEX), source: io::ErrorKind::NotFound.into() })?;
        Ok(Self { index, files })
    }

    /// The files below `/demo/`.
    pub fn file_names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// Answers `/` and the files.
    pub fn answer(&self, call: &Call) -> Reply {
        let file = call.path.value("file").and_then(|name| self.files.get(name));
        file.unwrap_or(&self.index).reply(&call.headers)
    }
}

/// A file of the demo that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the demo's file {} cannot be read", path.display())]
pub struct DemoError {
    path: PathBuf,
    source: io::Error,
}

fn mailed() -> HashMap<String, Asset> {
    let asset =
        |(name, text): (&str, &'static str)| (name.to_owned(), Asset::new(name, text, SECURITY_POLICY));
    MAILED.into_iter().map(asset).collect()
}

fn gather(folder: &Path, prefix: &str, files: &mut HashMap<String, Asset>) -> Result<(), DemoError> {
    let fault = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError { path, source }
    };
    for entry in fs::read_dir(folder).map_err(fault(folder))? {
        let path = entry.map_err(fault(folder))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_plain(name)) else {
            tracing::debug!(path = %path.display(), "not a file of the demo");
            continue;
        };
        let name = format!("{prefix}{name}");
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files)?;
        } else {
            let bytes = fs::read(&path).map_err(fault(&path))?;
            files.insert(name.clone(), Asset::new(&name, bytes, SECURITY_POLICY));
        }
    }
    Ok(())
}

/// Whether a URL can spell the name as it is.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use warp::http::HeaderMap;

    #[test]
    fn a_folder_is_taken_over_with_its_subfolders_and_without_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("css")).unwrap();
        for name in ["index.html", "app.js", "css/base.css", ".env", "two words.txt"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let demo = Demo::load(folder.path()).unwrap();
        let mut names = demo.file_names();
        names.sort();
        assert_eq!(names, ["app.js", "css/base.css", "mailed.css", "mailed.html", "mailed.js"]);
        assert_eq!(demo.index.reply(&HeaderMap::new()).body, "index.html");
    }

    #[test]
    fn a_folder_without_a_page_is_no_demo() {
        let folder = tempfile::tempdir().unwrap();
        let error = Demo::load(folder.path()).unwrap_err();
        assert!(error.to_string().contains("index.html"), "{error}");
        assert!(Demo::load(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn the_page_of_mails_is_there_with_and_without_a_demo() {
        let names: HashSet<_> = Demo::landing().file_names().into_iter().collect();
        assert_eq!(names, HashSet::from(MAILED.map(|(name, _)| name.to_owned())));
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "index").unwrap();
        fs::write(folder.path().join("mailed.html"), "our own").unwrap();
        let demo = Demo::load(folder.path()).unwrap();
        assert_eq!(demo.files["mailed.html"].reply(&HeaderMap::new()).body, "our own");
        assert!(demo.files.contains_key("mailed.js"));
    }

    #[test]
    fn the_page_without_a_demo_leads_to_the_documentation() {
        let reply = Demo::landing().index.reply(&HeaderMap::new());
        assert!(String::from_utf8_lossy(&reply.body).contains("href=\"/docs/\""));
        assert!(reply.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    }
}
