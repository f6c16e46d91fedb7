//! The program itself, as a shell sees it: what it prints and the code that it ends with.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const SECRET_KEY: &str = "a secret that is long enough to sign with";

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The program in a folder and an environment of its own, with cheap hashes: their cost is not what is tested.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command
        .env_clear()
        .envs(std::env::var_os("LLVM_PROFILE_FILE").map(|file| ("LLVM_PROFILE_FILE", file)))
        .env("ARGON2_MEMORY_KIB", "64")
        .env("ARGON2_ITERATIONS", "1")
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

fn create(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = program(folder)
        .args(["user", "create"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A refusal may come before the password is read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that listens on a port of the system's choice. It is killed when dropped.
struct Server {
    child: Child,
    banner: String,
    origin: String,
}

impl Server {
    fn start(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut child = program(folder)
            .env("PORT", "0")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut banner = String::new();
        for line in lines {
            banner = format!("{banner}{line}\n");
            if line.contains("To stop") {
                break;
            }
        }
        let start = banner.find("127.0.0.1:").unwrap_or_else(|| panic!("no address in {banner:?}"));
        let origin = banner[start..].split(['/', ' ', '\n']).next().unwrap().to_owned();
        Self { child, banner, origin }
    }

    fn request(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.origin).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn log_in(&self, username: &str, password: &str) -> String {
        let body = format!(r#"{{"username":"{username}","password":"{password}"}}"#);
        self.request(&format!(
            "POST /auth/login HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has then noticed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_wrong_setting_ends_the_start_with_2_and_its_name() {
    let table = [
        ("HOST", "http://localhost"),
        ("PORT", "80a"),
        ("DATABASE_URL", "postgres://ada:hunter2@db/app"),
        ("DATABASE_URL", "sqlite:////no/such/folder/test.db"),
        ("SECRET_KEY", "hunter2"),
        ("SECRET_KEY", "your_secret_key"),
        ("ALGORITHM", "HS256"),
        ("ALGORITHM", "none"),
        ("SECRET_KEY_PREVIOUS", "hunter2"),
        ("ACCESS_TOKEN_TTL_SECS", "86401"),
        ("REFRESH_TOKEN_TTL_SECS", "0"),
        ("PASSWORD_MIN_LENGTH", "7"),
        ("REQUIRE_VERIFIED_EMAIL", "perhaps"),
        ("ARGON2_MEMORY_KIB", "7"),
        ("ARGON2_ITERATIONS", "65"),
        ("ARGON2_PARALLELISM", "17"),
        ("HASH_THREADS", "0"),
        ("ISSUER", "two\nlines"),
        ("PUBLIC_URL", "auth.example.com"),
        ("ALLOWED_ORIGINS", "*"),
        ("COOKIES", "on"),
        ("DEMO_DIR", "no-such-folder"),
        ("DEMO_DIR", "."),
        ("LOG", "loud"),
        ("LOG_FORMAT", "xml"),
    ];
    for (variable, value) in table {
        let folder = folder();
        let output = program(folder.path()).env("PORT", "0").env(variable, value).output().unwrap();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{variable}={value}: {told}");
        assert!(told.contains(&format!("{variable}: ")), "{variable}={value}: {told}");
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(text(&output.stdout), "", "{variable}={value}");
    }
}

#[test]
fn all_wrong_settings_are_told_wherever_they_stand() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), "HASH_THREADS=0\nSECRET_KEY hunter2\n").unwrap();
    let output = program(folder.path()).args(["serve", "--port", "80a"]).env("LOG", "loud").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        ".env: line 2 is not an assignment like NAME=value.\n\
         PORT (--port): \"80a\" is not a port number (0–65535).\n\
         HASH_THREADS (in .env): \"0\" is not a whole number of threads from 1 to 1024.\n\
         LOG: \"loud\" is no level; take off, error, warn, info, debug or trace.\n\
         `countersign --help` lists every setting.\n"
    );
}

#[test]
fn a_key_in_dot_env_is_never_cut_short_at_a_dollar() {
    let folder = tempfile::tempdir().unwrap();
    let start = |line: &str| {
        std::fs::write(folder.path().join(".env"), format!("# $\n{line}\n")).unwrap();
        program(folder.path()).args(["serve", "--port", "80a"]).output().unwrap()
    };
    let told = |line| String::from_utf8(start(line).stderr).unwrap();
    for line in ["SECRET_KEY=abcdefghijklmnopqrstuvwxyz0123456789$ABC", "export SECRET_KEY=\"a$b\""] {
        assert!(told(line).contains(".env: line 2 has a $"), "{}", told(line));
    }
    let quoted = told("SECRET_KEY='abcdefghijklmnopqrstuvwxyz0123456789$ABC'");
    assert!(!quoted.contains(".env"), "{quoted}");
}

#[test]
fn the_environment_wins_over_the_file() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), "PORT=80a\nISSUER=from-the-file\nALGORITHM=EdDSA\n").unwrap();
    let server = Server::start(folder.path(), &[("SECRET_KEY", SECRET_KEY)]);
    assert!(server.banner.contains("EdDSA, key from SECRET_KEY"), "{}", server.banner);
}

#[test]
fn a_port_in_use_ends_the_start_with_2_and_leaves_no_file() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program(folder.path()).env("PORT", &port).output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(&format!("PORT: {port} is in use on HOST 127.0.0.1")), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn help_names_every_setting_and_version_is_one_line() {
    let folder = folder();
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let output = program(folder.path()).args(arguments).output().unwrap();
        let help = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0));
        for setting in [
            "[HOST; default 127.0.0.1]",
            "[PORT; default 8000]",
            "SECRET_KEY",
            "openssl rand -base64 48",
            "[LOG; default info]",
            "Passwords:",
            "countersign user create",
        ] {
            assert!(
                help.split_whitespace().collect::<Vec<_>>().join(" ").contains(setting),
                "{setting}: {help}"
            );
        }
    }
    let output = program(folder.path()).arg("--version").output().unwrap();
    assert_eq!(text(&output.stdout), format!("countersign {}\n", env!("CARGO_PKG_VERSION")));
    let output = program(folder.path()).arg("--no-such-flag").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_openapi_document_is_printed() {
    let folder = folder();
    let output = program(folder.path()).arg("openapi").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no database was made");
}

const ADA: [&str; 4] = ["--username", "Ada", "--email", "ada@example.com"];

#[test]
fn an_account_is_made_with_a_password_from_standard_input() {
    let folder = folder();
    let output = create(folder.path(), &[&ADA[..], &["--admin"]].concat(), "analytical engine\r\nnot this\n");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), "Created user 1 (Ada), an admin.\n");
    assert_eq!(output.status.code(), Some(0));

    let second = ["--username", "grace", "--email", "grace@example.com"];
    let output = create(folder.path(), &second, "nanoseconds and counting");
    assert_eq!(text(&output.stdout), "Created user 2 (grace).\n");

    let server = Server::start(folder.path(), &[]);
    let answer = server.log_in("ada", "analytical engine");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(r#""role":"admin""#), "{answer}");
    let answer = server.log_in("grace", "nanoseconds and counting");
    assert!(answer.contains(r#""role":"user""#), "{answer}");
}

#[test]
fn an_account_is_made_while_the_server_runs() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    assert!(server.log_in("ada", "analytical engine").starts_with("HTTP/1.1 401"));
    let output = create(folder.path(), &ADA, "analytical engine\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(server.log_in("ada", "analytical engine").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_taken_name_ends_with_1() {
    let folder = folder();
    assert_eq!(create(folder.path(), &ADA, "analytical engine\n").status.code(), Some(0));
    let same_name = ["--username", "aDA", "--email", "other@example.com"];
    let output = create(folder.path(), &same_name, "analytical engine\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "username: This username is already taken.\n");
    let output = create(folder.path(), &ADA, "analytical engine\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr).lines().count(), 2);
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn every_fault_of_an_account_is_told_on_a_line_of_its_own() {
    let folder = folder();
    let output = create(folder.path(), &["--username", "-", "--email", "nowhere"], "hunter2\n");
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    let fields: Vec<_> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(fields, ["username", "email", "password"], "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no database was made");

    let output = create(folder.path(), &ADA, "");
    assert_eq!(text(&output.stderr), "password: This field is required.\n");
}

#[test]
fn an_account_wants_a_file_and_the_servers_settings() {
    let folder = folder();
    for memory in ["sqlite://", "sqlite::memory:"] {
        let arguments = [&ADA[..], &["--database-url", memory]].concat();
        let output = create(folder.path(), &arguments, "analytical engine\n");
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).starts_with("DATABASE_URL: names memory"), "{}", text(&output.stderr));
    }
    let arguments = [&ADA[..], &["--database-url", "mysql://x"]].concat();
    let output = create(folder.path(), &arguments, "analytical engine\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("DATABASE_URL (--database-url): "), "{}", text(&output.stderr));

    std::fs::write(folder.path().join(".env"), "PASSWORD_MIN_LENGTH=20\nPORT=80a\n").unwrap();
    let output = create(folder.path(), &ADA, "analytical engine\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("password: "), "{}", text(&output.stderr));

    let arguments = [&ADA[..], &["--database-url", "sqlite:///./other.db"]].concat();
    let output = create(folder.path(), &arguments, "an analytical engine and more\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(folder.path().join("other.db").is_file());
}

#[test]
fn the_key_is_made_once_for_its_owner_alone_and_used_again() {
    let folder = folder();
    let path = folder.path().join("countersign.db.key");
    let first = Server::start(folder.path(), &[]);
    assert!(first.banner.contains("EdDSA, key in ./countersign.db.key"), "{}", first.banner);
    let key = std::fs::read(&path).unwrap();
    assert_eq!(key.len(), 32);
    drop(first);
    drop(Server::start(folder.path(), &[]));
    assert_eq!(std::fs::read(&path).unwrap(), key);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let output = program(folder.path()).env("PORT", "0").output().unwrap();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("SECRET_KEY: ") && told.contains("chmod 600"), "{told}");
    }
}

#[test]
fn with_a_secret_no_key_file_is_made() {
    let folder = folder();
    let server = Server::start(folder.path(), &[("SECRET_KEY", SECRET_KEY)]);
    assert!(server.banner.contains("HS256, key from SECRET_KEY"), "{}", server.banner);
    assert!(!server.banner.contains(SECRET_KEY));
    assert!(!folder.path().join("countersign.db.key").exists());
}

#[test]
fn a_json_log_holds_nothing_but_json_and_takes_the_banners_place() {
    let folder = folder();
    let mut child = program(folder.path())
        .args(["--port", "0", "--log-format", "json"])
        .env("SMTP_URL", "smtp://mail")
        .env("SECRET_KEY_PREVIOUS", "hunter2, which nobody reads in a log")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut unused = None;
    let serving = lines.by_ref().find_map(|line| {
        assert!(!line.contains("hunter2"), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        if line["message"].as_str().unwrap().contains("SMTP_URL") {
            unused = Some(line["level"].clone());
        }
        (line["message"] == "serving").then_some(line)
    });
    child.kill().unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "");
    let files = std::fs::read_dir(folder.path()).unwrap();
    let names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| name.starts_with("countersign.db")), "a log in a file? {names:?}");
    let serving = serving.unwrap();
    assert!(serving["url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{serving}");
    assert_eq!(serving["algorithm"], "EdDSA");
    assert_eq!(serving["argon2_memory_kib"], 64);
    assert_eq!(unused.unwrap(), "WARN");
}

#[cfg(unix)]
mod signals {
    use rustix::process::Signal;

    use super::*;

    #[test]
    fn the_server_stops_when_it_is_asked_to() {
        for signal in [Signal::TERM, Signal::INT] {
            let folder = folder();
            let mut server = Server::start(folder.path(), &[]);
            server.signal(signal);
            assert_eq!(server.exit_code(), Some(0));
            let left: Vec<_> = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.ends_with("-wal"))
                .collect();
            assert_eq!(left, [""; 0], "the store was closed");
        }
    }

    #[test]
    fn a_second_signal_does_not_wait_for_what_was_begun() {
        let folder = folder();
        let mut server = Server::start(folder.path(), &[]);
        let mut stream = TcpStream::connect(&server.origin).unwrap();
        let begun = "POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                     Expect: 100-continue\r\nContent-Length: 9\r\n\r\n";
        stream.write_all(begun.as_bytes()).unwrap();
        // The request is being answered once its body is asked for.
        let mut asked = [0; 12];
        stream.read_exact(&mut asked).unwrap();
        assert_eq!(&asked, b"HTTP/1.1 100");

        server.signal(Signal::TERM);
        std::thread::sleep(Duration::from_millis(50));
        server.signal(Signal::TERM);
        std::thread::sleep(Duration::from_millis(600));
        assert_eq!(
            server.child.try_wait().unwrap(),
            None,
            "the request is waited for, whatever its echo says"
        );
        let second = Instant::now();
        server.signal(Signal::INT);
        assert_eq!(server.exit_code(), Some(130));
        assert!(second.elapsed() < Duration::from_secs(5), "{:?}", second.elapsed());
    }
}
