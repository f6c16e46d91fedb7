//! The programs that are measured.

use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, countersign};

/// The bare server, run by this same program.
pub(crate) fn hello() -> Program {
    Program::start(Command::new(std::env::current_exe().unwrap()).arg("hello"))
}

/// Countersign as `make run` starts it, but on a folder of its own and with a shared secret, so HS256. All of its
/// clients come from one address.
pub(crate) struct Server {
    program: Program,
    _folder: TempDir,
}

impl Server {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(countersign());
        command
            .arg("serve")
            .current_dir(folder.path())
            .env("PORT", "0")
            .env("RATE_LIMIT", "off")
            .env("SECRET_KEY", "a secret of the benchmark, long enough to sign with");
        Self { program: Program::start(&mut command), _folder: folder }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.program.origin
    }
}
