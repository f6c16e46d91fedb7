//! Those who ask: wrk for reads, threads of our own for log-ins.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Clients that log in at once, for each core: enough that the hashing threads never wait for one.
const CLIENTS_PER_CORE: usize = 4;

/// What wrk measured.
pub(crate) struct Reads {
    pub per_second: f64,
    pub p99_ms: f64,
}

/// Lets wrk ask one path over and over.
pub(crate) fn wrk(origin: &str, path: &str, token: Option<&str>, connections: usize, secs: u64) -> Reads {
    let mut command = Command::new("wrk");
    command.args(["-t1", "--latency", &format!("-c{connections}"), &format!("-d{secs}s")]);
    if let Some(token) = token {
        command.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    let output = command.arg(format!("{origin}{path}")).output().expect("wrk is installed");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("Non-2xx"), "every answer is good: {text}");
    let after = |label: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(label));
        line.and_then(|line| line.split_whitespace().nth(1)).expect("wrk prints the figure").to_owned()
    };
    Reads { per_second: after("Requests/sec:").parse().unwrap(), p99_ms: milliseconds(&after("99%")) }
}

/// Registers so many accounts and gives their names.
pub(crate) fn register(origin: &str, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|number| format!("bench-{number}")).collect();
    for name in &names {
        let body =
            json!({ "username": name, "email": format!("{name}@example.com"), "password": password(name) });
        ureq::post(format!("{origin}/auth/register")).send_json(body).unwrap();
    }
    names
}

/// An access token of one account.
pub(crate) fn token(origin: &str, name: &str) -> String {
    let body = json!({ "username": name, "password": password(name) });
    let mut answer = ureq::post(format!("{origin}/auth/login")).send_json(body).unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Clients that log in as fast as they are answered, until they are stopped.
pub(crate) struct Login {
    stop: Arc<AtomicBool>,
    finished: Arc<AtomicUsize>,
    begun: Instant,
    clients: Vec<JoinHandle<()>>,
}

impl Login {
    pub(crate) fn start(origin: &str, accounts: &[String]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let finished = Arc::new(AtomicUsize::new(0));
        let clients = CLIENTS_PER_CORE * super::argon2::cores();
        let clients = (0..clients)
            .map(|client| {
                let url = format!("{origin}/auth/login");
                let own: Vec<String> = accounts.iter().skip(client).step_by(clients).cloned().collect();
                let (stop, finished) = (Arc::clone(&stop), Arc::clone(&finished));
                std::thread::spawn(move || {
                    for name in own.iter().cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
                        let body = json!({ "username": name, "password": password(name) });
                        ureq::post(&url).send_json(body).unwrap();
                        finished.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        Self { stop, finished, begun: Instant::now(), clients }
    }

    /// Log-ins per second over so long a time.
    pub(crate) fn run_for(self, time: Duration) -> f64 {
        std::thread::sleep(time);
        self.stop()
    }

    /// Log-ins per second until now.
    pub(crate) fn stop(self) -> f64 {
        let per_second = self.finished.load(Ordering::Relaxed) as f64 / self.begun.elapsed().as_secs_f64();
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
        per_second
    }
}

fn password(name: &str) -> String {
    format!("the password of {name}")
}

/// wrk's spelling of a time.
fn milliseconds(text: &str) -> f64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = match &text[digits.len()..] {
        "us" => 0.001,
        "ms" => 1.0,
        _ => 1_000.0,
    };
    digits.parse::<f64>().unwrap() * unit
}
