//! Accounts that the operator makes.

use crate::program::{Server, create, folder, text};

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
