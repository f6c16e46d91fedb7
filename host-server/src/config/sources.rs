//! The three places where a setting may be written, and the order in which they count.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;

use countersign_core::secret::Secret;

use super::{VARIABLES, WrongSetting};

/// The file of settings, looked for in the working directory alone: one further up belongs to something else.
const DOT_ENV: &str = ".env";

/// Everything that was set, by the names of the variables. Flags count before the environment, the
/// environment before `.env`.
///
/// Every value is kept as a secret, since one of them is.
#[derive(Debug, Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, Secret<String>>,
    environment: BTreeMap<&'static str, Secret<String>>,
    dot_env: BTreeMap<String, Secret<String>>,
    unreadable: Vec<WrongSetting>,
}

/// What is set for one variable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) value: &'a str,
    pub(super) origin: Origin,
}

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Flag,
    Environment,
    DotEnv,
}

impl Sources {
    /// The flags of this start, the environment of this process and the `.env` of its working directory.
    pub fn of_process(flags: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        let mut sources = Self::default().with_flags(flags);
        for variable in VARIABLES {
            sources.read_variable(variable, std::env::var_os(variable));
        }
        sources.read_dot_env(Path::new(DOT_ENV));
        sources
    }

    /// The same with these flags, each by the name of its variable; `None` for one that was not given.
    pub fn with_flags(mut self, flags: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        let given = flags.into_iter().filter_map(|(name, value)| Some((name, Secret::new(value?))));
        self.flags.extend(given);
        self
    }

    /// What counts for this variable. A variable set to nothing counts as not set, and hides what comes
    /// after it, so that `PORT= countersign` brings a default back.
    pub(super) fn find(&self, variable: &str) -> Option<Found<'_>> {
        let places = [
            (Origin::Flag, self.flags.get(variable)),
            (Origin::Environment, self.environment.get(variable)),
            (Origin::DotEnv, self.dot_env.get(variable)),
        ];
        let found = places.into_iter().find_map(|(origin, value)| Some((origin, value?.expose())));
        found.filter(|(_, value)| !value.is_empty()).map(|(origin, value)| Found { value, origin })
    }

    /// What could not be read at all.
    pub(super) fn unreadable(&self) -> &[WrongSetting] {
        &self.unreadable
    }

    fn read_variable(&mut self, variable: &'static str, value: Option<OsString>) {
        match value.map(OsString::into_string) {
            None => {}
            Some(Ok(text)) => {
                self.environment.insert(variable, Secret::new(text));
            }
            Some(Err(_)) => self.unreadable.push(WrongSetting::new(variable, "is not UTF-8 text.")),
        }
    }

    fn read_dot_env(&mut self, path: &Path) {
        // Python's virtual environments are folders that are often called `.env` as well.
        if path.is_dir() {
            return;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => self.read_dot_env_text(&Secret::new(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                self.unreadable.push(WrongSetting::new(DOT_ENV, format!("cannot be read: {error}.")));
            }
        }
    }

    /// dotenvy puts in another variable's value, or nothing, where it sees a `$`: a key would be cut short, and
    /// nobody would know.
    fn refuse_substitution(&mut self, text: &str) {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| names_a_variable(line)) {
            let assigned = line.split('=').next().unwrap_or_default().trim();
            if VARIABLES.contains(&assigned.trim_start_matches("export ").trim_start()) {
                let sentence =
                    format!("line {number} has a $ in its value, which wants single quotes: NAME='…'.");
                self.unreadable.push(WrongSetting::new(DOT_ENV, sentence));
            }
        }
    }

    /// Takes the assignments in. Of two for one variable the last counts, as in a shell.
    fn read_dot_env_text(&mut self, text: &Secret<String>) {
        let text = text.expose().strip_prefix('\u{feff}').unwrap_or(text.expose());
        self.refuse_substitution(text);
        let lines_read = Cell::new(0);
        // A last line that ends in a space and not in a newline would be taken for an unfinished one.
        let end: &[u8] = if text.ends_with('\n') { b"" } else { b"\n" };
        let lines = LineByLine { rest: text.as_bytes(), lines_read: &lines_read }.chain(end);
        for assignment in dotenvy::from_read_iter(lines) {
            match assignment {
                Ok((variable, value)) => {
                    self.dot_env.insert(variable, Secret::new(value));
                }
                // The error quotes the line, which may hold a secret: only its place is told.
                Err(dotenvy::Error::LineParse(quoted, _)) => {
                    let line = (lines_read.get() + 1).saturating_sub(quoted.lines().count().max(1));
                    let sentence = format!("line {line} is not an assignment like NAME=value.");
                    self.unreadable.push(WrongSetting::new(DOT_ENV, sentence));
                }
                Err(_) => self.unreadable.push(WrongSetting::new(DOT_ENV, "cannot be read.")),
            }
        }
    }
}

/// Whether an assignment has a `$` that is neither escaped nor in single quotes.
fn names_a_variable(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value.trim());
    let assigned = !line.trim_start().starts_with('#');
    assigned && !value.starts_with('\'') && value.replace("\\$", "").contains('$')
}

/// Hands out one line at a time and counts them, since dotenvy does not tell where it stumbled.
struct LineByLine<'a> {
    rest: &'a [u8],
    lines_read: &'a Cell<usize>,
}

impl Read for LineByLine<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let newline = self.rest.iter().position(|byte| *byte == b'\n');
        let line = newline.map_or(self.rest.len(), |at| at + 1);
        let length = line.min(buffer.len());
        let (now, later) = self.rest.split_at(length);
        buffer[..length].copy_from_slice(now);
        if now.ends_with(b"\n") || (later.is_empty() && !now.is_empty()) {
            self.lines_read.set(self.lines_read.get() + 1);
        }
        self.rest = later;
        Ok(length)
    }
}

#[cfg(test)]
impl Sources {
    /// A start in this environment.
    pub(super) fn of_environment(variables: &[(&'static str, &str)]) -> Self {
        let mut sources = Self::default();
        for (variable, value) in variables {
            sources.read_variable(variable, Some(value.into()));
        }
        sources
    }

    /// The same start beside a `.env` with this text.
    pub(super) fn with_dot_env(mut self, text: &str) -> Self {
        self.read_dot_env_text(&Secret::new(text.to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(sources: &'a Sources, variable: &str) -> Option<&'a str> {
        sources.find(variable).map(|found| found.value)
    }

    fn faults_of(text: &str) -> Vec<String> {
        let sources = Sources::default().with_dot_env(text);
        sources.unreadable().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn flags_count_before_the_environment_and_that_before_the_file() {
        let file = "HOST=from-file\nPORT=1\nISSUER=from-file\n";
        let sources = Sources::of_environment(&[("HOST", "from-environment"), ("PORT", "2")])
            .with_dot_env(file)
            .with_flags([("HOST", Some("from-flag".to_owned())), ("PORT", None)]);
        assert_eq!(value(&sources, "HOST"), Some("from-flag"));
        assert_eq!(value(&sources, "PORT"), Some("2"));
        assert_eq!(value(&sources, "ISSUER"), Some("from-file"));
        assert_eq!(sources.find("HOST").unwrap().origin, Origin::Flag);
        assert_eq!(sources.find("PORT").unwrap().origin, Origin::Environment);
        assert_eq!(sources.find("ISSUER").unwrap().origin, Origin::DotEnv);
        assert_eq!(value(&sources, "LOG"), None);
    }

    #[test]
    fn an_empty_variable_is_unset_and_hides_the_file() {
        let sources = Sources::of_environment(&[("PORT", "")]).with_dot_env("PORT=9000\nHOST=\n");
        assert_eq!(value(&sources, "PORT"), None);
        assert_eq!(value(&sources, "HOST"), None);
    }

    #[test]
    fn the_file_may_quote_comment_export_and_repeat() {
        let text = "\u{feff}# comment\r\n\r\nexport HOST=\"::1\" # why\r\nISSUER='a b'\r\nPORT=1\r\nPORT=2 ";
        let sources = Sources::default().with_dot_env(text);
        assert!(sources.unreadable().is_empty(), "{:?}", sources.unreadable());
        assert_eq!(value(&sources, "HOST"), Some("::1"));
        assert_eq!(value(&sources, "ISSUER"), Some("a b"));
        assert_eq!(value(&sources, "PORT"), Some("2"));
    }

    #[test]
    fn a_malformed_line_is_told_by_its_number_and_never_by_its_text() {
        let told = |line| vec![format!(".env: line {line} is not an assignment like NAME=value.")];
        assert_eq!(faults_of("\nPORT=1\nhunter2 hunter2\nHOST=::1\n"), told(3));
        assert_eq!(faults_of("PORT=1\nSECRET_KEY=hunter2 hunter2"), told(2));
        assert_eq!(faults_of("# one\nISSUER=it's hunter2\nPORT=1\n"), told(2));
        assert_eq!(faults_of("ISSUER=\"two\nlines\"\nhunter2\n"), told(3));
        let long = format!("ISSUER={}\nhunter2\n", "x".repeat(20_000));
        assert_eq!(faults_of(&long), told(2));
        assert_eq!(faults_of("hunter2\nPORT=1\n!\n"), [told(1), told(3)].concat());
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_told() {
        use std::os::unix::ffi::OsStringExt;

        let mut sources = Sources::default();
        sources.read_variable("SECRET_KEY", Some(OsString::from_vec(vec![b'a', 0xff])));
        assert_eq!(sources.unreadable()[0].to_string(), "SECRET_KEY: is not UTF-8 text.");
    }

    #[test]
    fn a_folder_or_a_missing_file_is_no_file_of_settings() {
        let folder = tempfile::tempdir().unwrap();
        let mut sources = Sources::default();
        sources.read_dot_env(folder.path());
        sources.read_dot_env(&folder.path().join("missing"));
        assert!(sources.unreadable().is_empty());
        std::fs::write(folder.path().join("latin1"), b"HOST=\xff").unwrap();
        sources.read_dot_env(&folder.path().join("latin1"));
        assert_eq!(sources.unreadable().len(), 1);
    }

    #[test]
    fn no_value_shows_in_a_debug_print() {
        let sources = Sources::of_environment(&[("SECRET_KEY", "hunter2")]).with_dot_env("ISSUER=hunter2");
        assert!(!format!("{sources:?}").contains("hunter2"));
    }
}
