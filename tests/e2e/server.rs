//! The program under test, on a port and a file of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;

/// Long enough to sign with, and nobody's.
pub(crate) const SECRET_KEY: &str = "an e2e secret that is long enough to sign with";

/// The file that holds the log.
const LOG: &str = "log";

/// A running server. It is killed when dropped.
pub(crate) struct Server {
    child: Child,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
    pub origin: String,
}

impl Server {
    /// With default settings, but for a cheap hash, since what is tested is not Argon2's cost, and without limits of
    /// addresses, since all tests come from one.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// With these settings as well.
    pub(crate) fn start_with(settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let (child, origin) = spawn(folder.path(), &settings);
        Self { child, settings, folder, origin }
    }

    /// A second process beside `other`, on the same file, with these settings as well.
    pub(crate) fn start_on_the_file_of(other: &Server, settings: &[(&'static str, &str)]) -> Self {
        let file = other.folder.path().join("countersign.db");
        let url = format!("sqlite:////{}", file.display());
        Self::start_with(&[&[("DATABASE_URL", url.as_str())], settings].concat())
    }

    /// Ends the process without a word of warning and starts it again on the same file.
    pub(crate) fn kill_and_restart(&mut self) {
        self.stop();
        self.start_again();
    }

    /// The same, with these settings from then on.
    pub(crate) fn restart_with(&mut self, settings: &[(&'static str, &str)]) {
        for (name, value) in settings {
            self.settings.retain(|(other, _)| other != name);
            self.settings.push((*name, (*value).to_owned()));
        }
        self.kill_and_restart();
    }

    /// A copy of the database as it is now, which is made while no process has it open.
    pub(crate) fn back_up(&mut self) -> Backup {
        self.stop();
        let backup = Backup(tempfile::tempdir().unwrap());
        copy_database(self.folder.path(), backup.0.path());
        self.start_again();
        backup
    }

    /// Ends the process and puts a copy of the database in its place.
    pub(crate) fn put_back(&mut self, backup: &Backup) {
        self.stop();
        for file in database_in(self.folder.path()) {
            fs::remove_file(file).unwrap();
        }
        copy_database(backup.0.path(), self.folder.path());
    }

    /// Starts the process that was ended.
    pub(crate) fn start_again(&mut self) {
        (self.child, self.origin) = spawn(self.folder.path(), &self.settings);
    }

    /// Ends the process without a word of warning.
    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Gives a file beside the database another name.
    pub(crate) fn rename_file(&self, from: &str, to: &str) {
        fs::rename(self.folder.path().join(from), self.folder.path().join(to)).unwrap();
    }

    /// All that was logged by the time this is there, which the log's thread writes a little later.
    pub(crate) fn log_once_it_holds(&self, text: &str) -> String {
        log_once_it_holds(self.folder.path(), text)
    }

    /// A file in the folder that the server runs in.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Does something to the server's database behind its back, as time would, or another process. Gives the number of
    /// rows.
    pub(crate) fn write(&self, statement: &str) -> usize {
        let database = rusqlite::Connection::open(self.file("countersign.db")).unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        database.execute(statement, []).unwrap()
    }

    /// Does something to the audit that its triggers forbid, as whoever may write to the file can.
    pub(crate) fn tamper(&self, statements: &str) {
        let database = rusqlite::Connection::open(self.file("countersign.db")).unwrap();
        let without = "DROP TRIGGER audit_is_not_edited; DROP TRIGGER audit_is_not_removed;";
        database.execute_batch(&[without, statements].concat()).unwrap();
    }

    /// A number that the server's database holds.
    pub(crate) fn number(&self, query: &str) -> i64 {
        let database = rusqlite::Connection::open(self.file("countersign.db")).unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        database.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// The most memory that the process ever had, in KiB; `None` where the system does not tell.
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// Runs another command of the program on the same file, with `input` on its standard input.
    pub(crate) fn command(&self, arguments: &[&str], input: &str) -> std::process::Output {
        self.command_with(&[], arguments, input)
    }

    /// The same, with other settings than the server's.
    pub(crate) fn command_with(
        &self,
        settings: &[(&'static str, &str)],
        arguments: &[&str],
        input: &str,
    ) -> std::process::Output {
        use std::io::Write;
        let mut child = program(self.folder.path(), &self.settings)
            .envs(settings.iter().copied())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }
}

/// A copy of a database. It is gone when dropped.
pub(crate) struct Backup(TempDir);

/// The files of a database, with the log that is not yet in the first.
fn database_in(folder: &Path) -> Vec<PathBuf> {
    let names = ["countersign.db", "countersign.db-wal", "countersign.db-shm"];
    names.into_iter().map(|name| folder.join(name)).filter(|file| file.exists()).collect()
}

fn copy_database(from: &Path, to: &Path) {
    for file in database_in(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has then noticed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server most tests share: they use names of their own and do not disturb each other. All that is documented is
/// served there.
pub(crate) fn shared() -> &'static Server {
    static SHARED: OnceLock<(Server, ChildStdin)> = OnceLock::new();
    let (server, _) = SHARED.get_or_init(|| {
        let server = Server::start_with(&[
            ("SECURITY_CONTACT", "mailto:security@example.com"),
            ("CHANGE_PASSWORD_URL", "https://app.example.com/password"),
        ]);
        let undertaker = undertaker_of(&server);
        (server, undertaker)
    });
    server
}

/// Ends a server that nothing drops. A static lives until the process is gone, and then this end of the pipe is
/// closed by the system, whatever ended the process.
#[expect(clippy::zombie_processes, reason = "it outlives this process, and the system waits for it then")]
fn undertaker_of(server: &Server) -> ChildStdin {
    let script = r#"cat; kill "$0"; rm -r "$1""#;
    let mut command = Command::new("sh");
    command.args(["-c", script, &server.child.id().to_string()]).arg(server.folder.path());
    let mut undertaker =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    undertaker.stdin.take().unwrap()
}

fn spawn(folder: &Path, settings: &[(&'static str, String)]) -> (Child, String) {
    let mut child = program(folder, settings)
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::options().create(true).append(true).open(folder.join(LOG)).unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("{} does not start: {error}", path().display()));
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    if settings.contains(&("LOG_FORMAT", "json".to_owned())) {
        // Then the banner is a line of the log.
        return (child, origin_in(&log_once_it_holds(folder, "\"serving\"")).unwrap());
    }
    let origin = lines.by_ref().map_while(Result::ok).find_map(|line| origin_in(&line));
    let origin = origin.expect("the server's banner names its address");
    // The rest of the banner is read away, so that the pipe never fills.
    std::thread::spawn(move || lines.for_each(drop));
    (child, origin)
}

/// The address in a text that names it.
fn origin_in(text: &str) -> Option<String> {
    let start = text.find("http://127.0.0.1:")?;
    let url = text[start..].split(|c: char| c.is_whitespace() || c == '"').next()?;
    Some(url.trim_end_matches('/').to_owned())
}

fn log_once_it_holds(folder: &Path, text: &str) -> String {
    for _ in 0..500 {
        let log = fs::read_to_string(folder.join(LOG)).unwrap();
        if log.contains(text) {
            return log;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{text} was not logged");
}

fn program(folder: &Path, settings: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(path());
    command
        .env_clear()
        .envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
        .current_dir(folder)
        .env("PORT", "0")
        .env("SECRET_KEY", SECRET_KEY)
        .env("RATE_LIMIT", "off")
        .env("ARGON2_MEMORY_KIB", "64")
        .env("ARGON2_ITERATIONS", "1")
        .envs(settings.iter().map(|(name, value)| (*name, value)));
    command
}

/// Beside this test's own program, where the workspace's build puts it.
fn path() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    folder.join(format!("countersign{}", std::env::consts::EXE_SUFFIX))
}
