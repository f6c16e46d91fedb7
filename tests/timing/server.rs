//! The program that is measured, on a port and a file of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use rusqlite::{Connection, Params};
use tempfile::TempDir;

/// The release build of the server. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    pub origin: String,
}

impl Server {
    /// As it is run by default but for these settings, and behind a proxy, so that requests can come from many addresses.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = tempfile::tempfile().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap().with_file_name("countersign"))
            .arg("serve")
            .env_clear()
            .env("PORT", "0")
            .env("SECRET_KEY", "a secret of the timing test, long enough to sign with")
            .env("TRUSTED_PROXIES", "127.0.0.1")
            .envs(settings.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts; `cargo build --release` builds it");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let origin = lines.find_map(|line| address(&line)).expect("the program tells its address");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, folder, origin }
    }

    /// Changes rows in its file, as another process does.
    pub(crate) fn edit(&self, statement: &str, parameters: impl Params) {
        let connection = Connection::open(self.folder.path().join("countersign.db")).unwrap();
        connection.execute(statement, parameters).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the next request would have noticed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(line: &str) -> Option<String> {
    let start = line.find("http://127.0.0.1:")?;
    let url = line[start..].split_whitespace().next()?;
    Some(url.trim_end_matches('/').to_owned())
}
