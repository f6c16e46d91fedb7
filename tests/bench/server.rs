//! The programs that are measured, each a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The bare server, run by this same program.
pub(crate) struct Hello {
    child: Child,
    pub origin: String,
}

impl Hello {
    pub(crate) fn start() -> Self {
        let (child, origin) = spawn(Command::new(std::env::current_exe().unwrap()).arg("hello"));
        Self { child, origin }
    }
}

/// Countersign as `make run` starts it, but on a folder of its own and with a shared secret, so HS256. All of its
/// clients come from one address.
pub(crate) struct Server {
    child: Child,
    _folder: TempDir,
    pub origin: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap().with_file_name("countersign"));
        command
            .arg("serve")
            .current_dir(folder.path())
            .env("PORT", "0")
            .env("RATE_LIMIT", "off")
            .env("SECRET_KEY", "a secret of the benchmark, long enough to sign with");
        let (child, origin) = spawn(&mut command);
        Self { child, _folder: folder, origin }
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself, which the next request would have noticed.
    let _ = child.kill();
    let _ = child.wait();
}

/// Starts a program and reads its address from what it prints. What it logs goes to a file, as a service's
/// log does.
fn spawn(command: &mut Command) -> (Child, String) {
    let log = tempfile::tempfile().unwrap();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the program starts; `cargo build --release` builds it");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let origin = lines.find_map(|line| address(&line)).expect("the program tells its address");
    std::thread::spawn(move || lines.for_each(drop));
    (child, origin)
}

fn address(line: &str) -> Option<String> {
    let start = line.find("http://127.0.0.1:")?;
    let url = line[start..].split_whitespace().next()?;
    Some(url.trim_end_matches('/').to_owned())
}
