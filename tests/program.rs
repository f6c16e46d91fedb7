//! A program that is measured, as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running program that serves on a port of this machine. It is killed when dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) origin: String,
}

impl Program {
    /// Starts it and reads its address from what it prints. What it logs goes to a file, as a service's log does.
    pub(crate) fn start(command: &mut Command) -> Self {
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
        Self { child, origin }
    }
}

/// The server that was built beside this program.
pub(crate) fn countersign() -> PathBuf {
    std::env::current_exe().unwrap().with_file_name("countersign")
}

impl Drop for Program {
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
