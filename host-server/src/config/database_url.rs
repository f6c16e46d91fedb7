//! `DATABASE_URL`, written as SQLAlchemy writes it, so that an address from a Python project works as it is.

use crate::store::DatabaseLocation;

/// Where the database is when nobody says: a file in the working directory.
pub(crate) const DEFAULT: &str = "sqlite:///./countersign.db";

/// The place that [`DEFAULT`] names.
pub(super) fn default_location() -> DatabaseLocation {
    DatabaseLocation::File("./countersign.db".into())
}

/// Reads an address. Only its scheme is ever quoted back, since what follows may hold a password.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn parse(url: &str) -> Result<DatabaseLocation, String> {
    if url == "sqlite::memory:" {
        return Ok(DatabaseLocation::Memory);
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(format!("is not a database address; write one like {DEFAULT}."));
    };
    match scheme.split('+').next() {
        Some("sqlite") if scheme == "sqlite" => sqlite(rest),
        Some("postgres" | "postgresql") => Err(format!(
            "names PostgreSQL, and this version stores in SQLite only; write one like {DEFAULT}."
        )),
        _ => Err(format!("has the scheme {}, which is not sqlite.", super::quoted(scheme))),
    }
}

fn sqlite(rest: &str) -> Result<DatabaseLocation, String> {
    if rest.is_empty() || rest == "/:memory:" {
        return Ok(DatabaseLocation::Memory);
    }
    let Some(path) = rest.strip_prefix('/') else {
        return Err("names a server, and SQLite has none; a file is written with three slashes (relative, \
                    sqlite:///./x.db) or four (absolute, sqlite:////srv/x.db)."
            .to_owned());
    };
    if path.is_empty() {
        return Err(format!("names no file; write one like {DEFAULT}, or sqlite:// for memory."));
    }
    if path.ends_with(['/', '\\']) {
        return Err(format!("names a folder; write a file like {DEFAULT}."));
    }
    // SQLite itself reads both as more than a name.
    if path.contains('?') || path.starts_with("file:") {
        return Err("names a file by a URI; parameters of SQLite are not taken.".to_owned());
    }
    if path.contains('\0') {
        return Err("holds a zero byte.".to_owned());
    }
    Ok(DatabaseLocation::File(path.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_names_its_place() {
        let file = |path: &str| DatabaseLocation::File(path.into());
        let table = [
            ("sqlite:///./countersign.db", file("./countersign.db")),
            ("sqlite:///test.db", file("test.db")),
            ("sqlite:///../up/test.db", file("../up/test.db")),
            ("sqlite:////srv/data/test.db", file("/srv/data/test.db")),
            ("sqlite:///a b%20c#d.db", file("a b%20c#d.db")),
            ("sqlite:////:memory:", file("/:memory:")),
            ("sqlite://", DatabaseLocation::Memory),
            ("sqlite:///:memory:", DatabaseLocation::Memory),
            ("sqlite::memory:", DatabaseLocation::Memory),
        ];
        for (url, place) in table {
            assert_eq!(parse(url), Ok(place), "{url}");
        }
        assert_eq!(parse(DEFAULT), Ok(default_location()));
    }

    #[test]
    fn every_other_form_is_refused_with_its_reason_and_without_its_text() {
        let table = [
            ("postgres://ada:hunter2@db/app", "SQLite only"),
            ("postgresql://ada:hunter2@db/app", "SQLite only"),
            ("postgresql+psycopg2://ada:hunter2@db/app", "SQLite only"),
            ("mysql://ada:hunter2@db/app", "\"mysql\""),
            ("sqlite+aiosqlite:///./hunter2.db", "\"sqlite+aiosqlite\""),
            ("SQLITE:///hunter2.db", "\"SQLITE\""),
            ("sqlite://hunter2.db", "three slashes"),
            ("sqlite://localhost/hunter2.db", "three slashes"),
            ("sqlite:hunter2.db", "is not a database address"),
            ("hunter2.db", "is not a database address"),
            ("sqlite:///", "names no file"),
            ("sqlite:////", "names a folder"),
            ("sqlite:///hunter2/", "names a folder"),
            ("sqlite:///hunter2.db?mode=ro", "by a URI"),
            ("sqlite:///file:hunter2", "by a URI"),
        ];
        for (url, told) in table {
            let sentence = parse(url).unwrap_err();
            assert!(sentence.contains(told), "{url}: {sentence}");
            assert!(!sentence.contains("hunter2"), "{url}: {sentence}");
            assert!(sentence.ends_with('.'), "{url}: {sentence}");
        }
    }
}
