//! Holds docs/SECURITY.md to the truth, as far as a program can tell: each requirement has its row, each row its grounds,
//! and whatever the page names is there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/SECURITY.md");

/// The numbers of the requirements that the page answers, with their levels.
const REQUIREMENTS: &str = include_str!("asvs-5.0.0.tsv");

/// What a row may say of its requirement.
const VERDICTS: [&str; 6] = ["met", "met if set", "partly", "yours", "not met", "n/a"];

/// One row of the tables of the standard.
struct Row {
    number: &'static str,
    level: &'static str,
    verdict: &'static str,
    /// What shows it, or what is missing.
    grounds: &'static str,
}

fn rows() -> Vec<Row> {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `v5.0.0-"));
    let row = |line: &'static str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", number, level, about, verdict, grounds, ""] = cells[..] else {
            panic!("five cells: {line}")
        };
        assert!(!about.is_empty(), "{line}");
        let number = number.trim_matches('`').strip_prefix("v5.0.0-").unwrap();
        Row { number, level, verdict: verdict.trim_matches('*'), grounds }
    };
    rows.map(row).collect()
}

/// Everything on the page that stands between backticks, line by line.
fn quoted(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// A test that is named as `path::name`, as its path and name; `None` for anything else.
fn as_test(quoted: &'static str) -> Option<(&'static str, &'static str)> {
    quoted.split_once("::").filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".mjs"))
}

fn text_of(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_requirement_has_one_row_of_its_level() {
    let wanted = REQUIREMENTS.lines().filter(|line| !line.starts_with('#'));
    let wanted: BTreeMap<_, _> = wanted.map(|line| line.split_once('\t').unwrap()).collect();
    assert_eq!(wanted.len(), 97, "the list is whole");
    let rows = rows();
    let found: BTreeMap<_, _> = rows.iter().map(|row| (row.number, row.level)).collect();
    assert_eq!(rows.len(), found.len(), "one row for each");
    let missing: Vec<_> = wanted.iter().filter(|(number, level)| found.get(*number) != Some(level)).collect();
    assert!(missing.is_empty(), "without a row of this level: {missing:?}");
    assert_eq!(found.len(), wanted.len(), "and no others");
}

#[test]
fn what_is_met_is_shown_and_what_is_not_is_explained() {
    for Row { number, verdict, grounds, .. } in rows() {
        assert!(VERDICTS.contains(&verdict), "{number}: {verdict}");
        let tests = quoted(grounds).filter(|it| as_test(it).is_some()).count();
        let sections = grounds.matches("](#").count();
        match verdict {
            "met" => assert!(tests + sections > 0, "{number} is said to be met, and nothing shows it"),
            "met if set" => assert!(tests > 0, "{number} is said to be met, and nothing shows it"),
            _ => assert!(grounds.split_whitespace().count() >= 3, "{number}: why is it {verdict}?"),
        }
    }
}

/// How often each verdict was given stands on the page.
#[test]
fn the_sums_add_up() {
    let rows = rows();
    for verdict in VERDICTS {
        let count = rows.iter().filter(|row| row.verdict == verdict).count();
        let line = PAGE.lines().find(|line| line.starts_with(&format!("| **{verdict}** | "))).unwrap();
        assert!(line.starts_with(&format!("| **{verdict}** | {count} |")), "{count}, and not: {line}");
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let tests: Vec<_> = quoted(PAGE).filter_map(as_test).collect();
    assert!(tests.len() > 100, "{}", tests.len());
    for (path, name) in tests {
        assert!(has_test(&text_of(path), name), "{path} has no test {name:?}");
    }
}

/// Whether a text of Rust or JavaScript has a test of this name, and not only a function.
fn has_test(text: &str, name: &str) -> bool {
    if ["test", "it"].iter().any(|word| text.contains(&format!("{word}(\"{name}\""))) {
        return true;
    }
    let Some((before, _)) = text.split_once(&format!("fn {name}(")) else { return false };
    let before = before.rfind('\n').map_or("", |end| &before[..end]);
    let mut attributes = before.lines().rev().map(str::trim).take_while(|line| line.starts_with("#["));
    let is_marked = attributes
        .any(|line| line == "#[test]" || line.starts_with("#[tokio::test") || line.ends_with(", test)]"));
    // The store's contract lists its tests by name and runs each in several places.
    let is_listed = text.contains("contract! {") && text.contains(&format!("\n    {name},\n"));
    is_marked || is_listed
}

#[test]
fn a_function_is_no_test() {
    let text =
        "#[test]\nfn one() {}\n\nfn two() {}\n\n#[tokio::test]\nasync fn three() {}\ntest(\"a title\", x);";
    assert!(["one", "three", "a title"].iter().all(|name| has_test(text, name)));
    assert!(["two", "four", "a", "on"].iter().all(|name| !has_test(text, name)));
}

#[test]
fn every_place_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let rooms = ["core/", "host-server/", "wasm/", "web-demo/", "tests/", "docs/"];
    let paths = quoted(PAGE).filter(|it| rooms.iter().any(|room| it.starts_with(room)));
    let paths: Vec<_> = paths.map(|it| it.split("::").next().unwrap_or(it)).collect();
    assert!(paths.len() > 100, "{}", paths.len());
    for path in paths {
        assert!(root.join(path).exists(), "{path} is not there");
    }
    let titles: Vec<_> = PAGE.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
    for (place, _) in PAGE.match_indices("](#") {
        let link = PAGE[place + 3..].split(')').next().unwrap();
        assert!(titles.iter().any(|title| title == link), "no section #{link}");
    }
}

/// What a title is linked by.
fn anchor(title: &str) -> String {
    let kept =
        title.to_lowercase().chars().filter(|it| it.is_alphanumeric() || *it == ' ').collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_setting_that_is_named_is_one() {
    let settings = text_of("host-server/src/config/mod.rs");
    let is_name = |word: &str| {
        word.len() > 3
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let named: Vec<_> =
        quoted(PAGE).filter_map(|it| it.split('=').next()).filter(|word| is_name(word)).collect();
    assert!(named.len() > 20, "{}", named.len());
    for name in named {
        assert!(settings.contains(&format!("\"{name}\"")), "{name} is no setting");
    }
}

/// Every key that is derived of the root secret has its line in the inventory.
#[test]
fn every_key_is_in_the_inventory() {
    let mut labels = 0;
    for file in ["core/src/token/root.rs", "core/src/token/signing/mod.rs"] {
        let text = text_of(file);
        for (place, _) in text.match_indices("b\"countersign/") {
            let label = text[place + 2..].split('"').next().unwrap();
            assert!(PAGE.contains(&format!("`{label}`")), "{label} is in no line");
            labels += 1;
        }
    }
    assert!(labels >= 11, "{labels}");
}
