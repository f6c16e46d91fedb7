//! What was answered survives a killed process.

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use countersign_core::id::UserId;
use countersign_core::secret::TokenDigest;

use super::super::{Committed, DatabaseLocation, Store};
use super::{new_account, open_session, remember_device, session, temporary_file};

/// Set in the process that is to be killed: the file it writes to.
const VICTIM: &str = "COUNTERSIGN_TEST_VICTIM";
/// Set there too: what its accounts' names and its sessions' ids begin with.
const ROUND: &str = "COUNTERSIGN_TEST_ROUND";

const KILLS: u32 = 20;

#[test]
fn what_was_answered_survives_a_kill() {
    if let Some(file) = env::var_os(VICTIM) {
        write_until_killed(file.into(), env::var(ROUND).unwrap().parse().unwrap());
        return;
    }
    let (_folder, location) = temporary_file();
    let DatabaseLocation::File(file) = &location else { panic!("not a file") };
    // The harness names tests without their crate.
    let (_crate, module) = module_path!().split_once("::").unwrap();
    let this_test = format!("{module}::what_was_answered_survives_a_kill");
    let mut answered = Vec::new();
    for round in 0..KILLS {
        let mut victim = Command::new(env::current_exe().unwrap())
            .args([this_test.as_str(), "--exact", "--test-threads=1"])
            .env(VICTIM, file)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(victim.stdout.take().unwrap());
        let reader = thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        // Killed a little later in each round, counted from its first answer.
        let first = loop {
            let line = lines.recv_timeout(Duration::from_secs(60)).expect("the victim writes");
            if line.starts_with("answered ") {
                break line;
            }
        };
        thread::sleep(Duration::from_millis(u64::from(round) * 3));
        victim.kill().unwrap();
        victim.wait().unwrap();
        reader.join().unwrap();
        answered.push(first);
        answered.extend(lines.try_iter().filter(|line| line.starts_with("answered ")));
        let store = Store::open(&location).unwrap();
        for line in &answered {
            assert_is_stored(&store, line);
        }
        // Whole commits only: each session came together with its device.
        let sessions = store.count("SELECT count(*) FROM sessions");
        assert_eq!(sessions, store.count("SELECT count(*) FROM devices"));
        assert_eq!(
            store.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
            0
        );
        store.close();
    }
    assert!(answered.len() > KILLS as usize);
}

/// `answered user <id>` or `answered session <user> <number>`; a line cut off by the kill was not answered.
fn assert_is_stored(store: &Store, line: &str) {
    let words: Vec<&str> = line.split(' ').collect();
    match words[1..] {
        ["user", user, "."] => {
            assert!(store.account(UserId::parse(user).unwrap()).unwrap().is_some(), "{line}");
        }
        ["session", user, number, "."] => {
            let (user, number) = (UserId::parse(user).unwrap(), number.parse().unwrap());
            assert!(store.session_with_account(session(user, number).id).unwrap().is_some(), "{line}");
            assert!(
                store.device_known(TokenDigest::of(&u128::to_be_bytes(number)), Some(user)).unwrap(),
                "{line}"
            );
        }
        _ => {}
    }
}

fn write_until_killed(file: PathBuf, round: u128) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&DatabaseLocation::File(file)).unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..8_u128 {
            let store = store.clone();
            tasks.spawn(async move {
                for number in 0_u128.. {
                    let name = format!("r{round}t{task}n{number}");
                    let user = store.create(new_account(&name)).await.unwrap();
                    answer(&format!("user {user}"));
                    let id = (round << 64) + (task << 32) + number;
                    let changes = [open_session(session(user, id)), remember_device(user, id)];
                    assert_ne!(store.commit(&changes).await.unwrap(), Committed::Conflict);
                    answer(&format!("session {user} {id}"));
                }
            });
        }
        tasks.join_all().await;
    });
}

/// To the parent, past the test harness, which would keep it.
fn answer(what: &str) {
    let mut output = io::stdout().lock();
    writeln!(output, "answered {what} .").unwrap();
    output.flush().unwrap();
}
