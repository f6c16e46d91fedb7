//! The server that is measured.

use std::process::Command;

use rusqlite::{Connection, Params};
use tempfile::TempDir;

use crate::program::{Program, countersign};

/// The release build of the server, on a port and a file of its own.
pub(crate) struct Server {
    program: Program,
    folder: TempDir,
}

impl Server {
    /// As it is run by default but for these settings, and behind a proxy, so that requests can come from many addresses.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(countersign());
        command
            .arg("serve")
            .env_clear()
            .env("PORT", "0")
            .env("SECRET_KEY", "a secret of the timing test, long enough to sign with")
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .envs(settings.iter().copied())
            .current_dir(folder.path());
        Self { program: Program::start(&mut command), folder }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.program.origin
    }

    /// Changes rows in its file, as another process does.
    pub(crate) fn edit(&self, statement: &str, parameters: impl Params) {
        let connection = Connection::open(self.folder.path().join("countersign.db")).unwrap();
        connection.execute(statement, parameters).unwrap();
    }
}
