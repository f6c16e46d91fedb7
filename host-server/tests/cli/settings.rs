//! What it is told to do, and what it says of that.

use std::net::TcpListener;

use crate::program::{SECRET_KEY, Server, folder, program, text};

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
