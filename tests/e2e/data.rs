//! Custom data: kept byte for byte, apart from everybody else's, and not without end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::scope;

use serde_json::{Value, json};

use crate::actors::{Admin, Anonymous, Answer, SignedIn};
use crate::server;

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn store(who: &SignedIn<'_>, key: &str, value: &str) -> Answer {
    who.post_text("/users/me/data", &format!("{{ \"key\" : \"{key}\", \"value\" :  {value} \n}}"))
}

/// A string of so many bytes, quotes included.
fn text_of(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

/// The keys that a walk through all pages shows.
fn keys(who: &SignedIn<'_>, limit: u32) -> Vec<String> {
    let mut keys = Vec::new();
    let mut next = format!("/users/me/data?limit={limit}");
    loop {
        let page = who.get(&next).json();
        keys.extend(
            page["items"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { return keys };
        next = format!("/users/me/data?limit={limit}&cursor={cursor}");
    }
}

#[test]
fn a_value_is_given_back_byte_for_byte() {
    let ada = somebody();
    let deep = format!("{}{}", "[".repeat(31), "]".repeat(31));
    let long = format!("1{}.{}e-300", "0".repeat(400), "12345".repeat(50));
    for value in [
        "null",
        "true",
        "\"\"",
        "[]",
        "{ }",
        "-0",
        "-0.0E-00",
        "1.10",
        "1E+2",
        "12345678901234567890123456789012345678901234567890",
        "9007199254740993",
        "0.1e-99999",
        long.as_str(),
        r#"{"z":1,"a":2,"10":3,"9":4}"#,
        r#"{"__proto__":{"polluted":true},"constructor":null,"toString":1}"#,
        r#""\u0041\/\"\\\b\ud83d\ude00\u0000\u2028""#,
        "\"é😀\u{7f}\u{2028}\u{feff}\"",
        "{\t\"a\" :\r\n [ 1 ,  2\t] }",
        r#""<script>' OR 1=1; -- $1 %00""#,
        deep.as_str(),
    ] {
        let stored = store(&ada, "hostile", value);
        assert_eq!(stored.status, 200, "{value}: {stored:?}");
        assert_eq!(stored.json(), json!({ "message": "Custom data stored successfully" }));
        let kept = ada.get("/api/users/me/data/hostile");
        assert_eq!((kept.status, kept.text.as_str()), (200, value));
        assert_eq!(kept.header("content-type"), "application/json");
        assert_eq!(kept.header("cache-control"), "no-store");
        let list = ada.get("/users/me/data").json();
        assert_eq!(list["items"][0]["size"], value.len(), "{value}");
    }
    assert_eq!(keys(&ada, 50), ["hostile"], "each replaced the one before");
}

#[test]
fn what_two_parsers_could_read_differently_is_not_kept() {
    let ada = somebody();
    let deep = format!("{}{}", "[".repeat(32), "]".repeat(32));
    for value in
        [r#"{"a":{"b":1,"\u0062":2}}"#, r#""\ud83d""#, "1e309", "01", "NaN", "'a'", "[1,]", "", deep.as_str()]
    {
        let refused = store(&ada, "k", value);
        assert_eq!((refused.status, refused.code().as_str()), (400, "malformed_json"), "{value}");
    }
    assert_eq!(ada.get("/users/me/data/k").code(), "data_not_found");
}

#[test]
fn a_key_and_a_value_must_be_there() {
    let ada = somebody();
    let fault = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    for (body, faults) in [
        (json!({}), vec![fault("key", "required"), fault("value", "required")]),
        (json!({ "key": "", "value": 1 }), vec![fault("key", "required")]),
        (json!({ "key": 5, "value": 1 }), vec![fault("key", "invalid_type")]),
        (json!({ "key": "a/b", "value": 1 }), vec![fault("key", "invalid_characters")]),
        (json!({ "key": "..", "value": 1 }), vec![fault("key", "invalid_format")]),
        (json!({ "key": "k".repeat(129), "value": 1 }), vec![fault("key", "too_long")]),
        (json!({ "key": "k", "value": 1, "user_id": 1 }), vec![fault("user_id", "unknown_field")]),
    ] {
        let answer = ada.post("/users/me/data", &body);
        assert_eq!((answer.status, answer.faults()), (400, faults), "{body}");
    }
    for key in ["...", ".a-_Z9", &"k".repeat(128)] {
        assert_eq!(store(&ada, key, "1").status, 200, "{key}");
        assert_eq!(ada.get(&format!("/users/me/data/{key}")).text, "1");
    }
    for key in ["nothing", "a%2Fb", "%C3%A4"] {
        for method in ["GET", "DELETE"] {
            let answer = ada.ask(method, &format!("/users/me/data/{key}"));
            assert_eq!((answer.status, answer.code().as_str()), (404, "data_not_found"), "{key}");
        }
    }
}

#[test]
fn a_value_has_64_kib_as_it_is_sent() {
    let ada = somebody();
    let largest = text_of(64 * 1024);
    assert_eq!(store(&ada, "k", &largest).status, 200);
    assert_eq!(ada.get("/users/me/data/k").text, largest);
    let escaped = format!("\"{}\"", "\\u0041".repeat(64 * 1024 / 6 + 1));
    for value in [text_of(64 * 1024 + 1), escaped] {
        let refused = store(&ada, "k", &value);
        assert_eq!((refused.status, refused.code().as_str()), (413, "payload_too_large"));
    }
    assert_eq!(ada.get("/users/me/data/k").text, largest, "and what was there stays");
}

#[test]
fn many_at_once_do_not_pass_the_limit_of_keys() {
    let ada = somebody();
    let (stored, next) = (AtomicUsize::new(0), AtomicUsize::new(0));
    scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= 120 {
                        break;
                    }
                    let answer = store(&ada, &format!("key-{number:03}"), "1");
                    match answer.status {
                        200 => drop(stored.fetch_add(1, Ordering::Relaxed)),
                        _ => assert_eq!((answer.status, answer.code().as_str()), (409, "data_limit")),
                    }
                }
            });
        }
    });
    assert_eq!(stored.into_inner(), 100);
    let kept = keys(&ada, 33);
    assert_eq!(kept.len(), 100);
    assert!(kept.is_sorted());
    assert_eq!(store(&ada, &kept[0], "2").status, 200, "what is there can be replaced");
    assert_eq!(store(&ada, "one-more", "2").code(), "data_limit");
    assert_eq!(ada.ask("DELETE", &format!("/users/me/data/{}", kept[0])).status, 204);
    assert_eq!(store(&ada, "one-more", "2").status, 200);
}

#[test]
fn many_at_once_do_not_pass_the_limit_of_bytes_in_all_applications_together() {
    let admin = Admin::at(server::shared());
    let ada = somebody();
    let id = admin.make_application();
    admin.assign(&ada, "user", &id);
    let elsewhere = ada.within(&id);
    let value = text_of(64 * 1024);
    let stored: usize = scope(|scope| {
        let all: Vec<_> = (0..20)
            .map(|number| {
                let (who, value) = (if number % 2 == 0 { &ada } else { &elsewhere }, &value);
                scope.spawn(move || store(who, &format!("k{number}"), value).status)
            })
            .collect();
        let statuses: Vec<_> = all.into_iter().map(|it| it.join().unwrap()).collect();
        assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
        statuses.into_iter().filter(|status| *status == 200).count()
    });
    assert_eq!(stored, 16, "1 MiB in values of 64 KiB");
    assert_eq!(store(&ada, "small", "1").code(), "data_limit");
    let key = keys(&ada, 50).remove(0);
    assert_eq!(store(&ada, &key, &text_of(64 * 1024 - 1)).status, 200, "room for one byte more");
    assert_eq!(store(&elsewhere, "small", "1").status, 200);
}

#[test]
fn nobody_sees_what_another_keeps_nor_one_application_the_other_s() {
    let admin = Admin::at(server::shared());
    let (ada, eve) = (somebody(), somebody());
    let id = admin.make_application();
    admin.assign(&ada, "user", &id);
    let elsewhere = ada.within(&id);
    assert_eq!(store(&ada, "k", "\"mine\"").status, 200);
    assert_eq!(store(&elsewhere, "k", "\"there\"").status, 200);
    assert_eq!(ada.get("/users/me/data/k").text, "\"mine\"");
    assert_eq!(elsewhere.get("/users/me/data/k").text, "\"there\"");
    for other in [&eve, &*admin] {
        assert_eq!(other.get("/users/me/data/k").code(), "data_not_found");
        assert_eq!(other.ask("DELETE", "/users/me/data/k").code(), "data_not_found");
        assert_eq!(other.get("/users/me/data").json()["items"], json!([]));
    }
    assert_eq!(store(&ada, "l", "2").status, 200);
    let cursor = ada.get("/users/me/data?limit=1").json()["next_cursor"].as_str().unwrap().to_owned();
    for other in [&eve, &elsewhere] {
        let stolen = other.get(&format!("/users/me/data?cursor={cursor}"));
        assert_eq!(stolen.faults(), [("cursor".to_owned(), "invalid_cursor".to_owned())]);
    }
    let anyone = Anonymous::at(server::shared());
    assert_eq!(anyone.get("/users/me/data/k").status, 401);
    assert_eq!(anyone.post("/users/me/data", &json!({ "key": "k", "value": Value::Null })).status, 401);
    assert_eq!(elsewhere.ask("DELETE", "/users/me/data/k").status, 204);
    assert_eq!(ada.get("/users/me/data/k").text, "\"mine\"");
}
