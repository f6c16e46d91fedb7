//! What a server that runs makes of its folder and tells its operator.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::program::{SECRET_KEY, Server, folder, program, text};

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
