//! That every outcome of which the OpenAPI document tells was seen here, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::everywhere::{ALIKE, Route};
use super::in_a_file_name;

/// Answered by the operation of another path; `documents` holds them to it.
const ALIASES: [&str; 4] = ["/users/register", "/users/login", "/auth/me", "/users/profile"];

/// Outcomes that are documented and have no snapshot, each with its reason.
const UNSEEN: [(&str, &str); 2] = [
    ("get-demo-file-200", "the demo is built by other tools, and tested with them"),
    ("get-demo-file-304", "the same"),
];

/// Statuses that one client cannot provoke: a failure of ours, and a server with more to do than it can.
const OURS: [&str; 2] = ["500", "503"];

#[test]
fn every_documented_outcome_has_a_snapshot_and_no_other_has() {
    let mut documented = BTreeSet::new();
    for route in Route::all() {
        if route.path.starts_with("/api/") || ALIASES.contains(&route.path.as_str()) {
            continue;
        }
        let name = in_a_file_name(&format!("{} {}", route.method, route.path));
        for (status, code) in &route.outcomes {
            match code {
                _ if OURS.contains(&status.as_str()) => {}
                Some(code) if ALIKE.contains(&code.as_str()) => {}
                Some(code) => drop(documented.insert(format!("{name}-{status}-{code}"))),
                None => drop(documented.insert(format!("{name}-{status}"))),
            }
        }
    }
    for (outcome, reason) in UNSEEN {
        assert!(documented.remove(outcome), "{outcome} is not documented, although {reason}");
    }
    let seen = snapshots();
    let missing: Vec<_> = documented.difference(&seen).collect();
    let stale: Vec<_> = seen.difference(&documented).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "without a snapshot: {missing:#?}\nundocumented: {stale:#?}"
    );
}

/// The outcomes of single routes that have a snapshot, whatever the forms.
fn snapshots() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/wire/snapshots");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let names = files.filter_map(|file| {
        let name = file.strip_prefix("e2e__wire__")?.strip_suffix(".snap")?;
        let outcome = name.split('+').next()?;
        // `POST /users/me/data` says of its own that the value, and not the body, is too large.
        let alike = outcome.starts_with("everywhere-")
            || ALIKE.iter().any(|code| outcome.ends_with(&format!("-{code}")));
        (!alike).then(|| outcome.to_owned())
    });
    names.collect()
}
