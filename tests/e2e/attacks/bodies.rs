//! Bodies that are packed, that two readers could read differently, or that cost more to read than to send.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, SignedIn, agent, answer, fresh_name};
use crate::server;

/// Where JSON is read: by forms, and where any value is kept.
const PATHS: [(&str, &str); 5] = [
    ("POST", "/auth/register"),
    ("POST", "/api/users/login"),
    ("POST", "/auth/refresh"),
    ("PUT", "/users/me"),
    ("POST", "/users/me/data"),
];

/// Far more than reading takes, in an unoptimised build on a busy machine, and far less than what grows with the square.
const SOON: Duration = Duration::from_secs(10);

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

/// Sends these bytes with these headers, and a token where the route wants one.
fn send(who: &SignedIn<'_>, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", who.origin));
    let request = request.header("authorization", format!("Bearer {}", who.token));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    answer(agent().run(request.body(body).unwrap()).unwrap())
}

fn is_malformed(answer: &Answer) -> bool {
    answer.status == 400 && answer.code() == "malformed_json"
}

/// A member as gzip has it (RFC 1952): one stored block and its checksum.
fn gzip(text: &[u8]) -> Vec<u8> {
    let crc = !text.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let length = u16::try_from(text.len()).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let end = [crc.to_le_bytes(), u32::from(length).to_le_bytes()].concat();
    [&head, &length.to_le_bytes()[..], &(!length).to_le_bytes(), text, &end].concat()
}

#[test]
fn a_packed_body_is_never_unpacked() {
    let anyone = Anonymous::at(server::shared());
    let who = somebody();
    for path in ["/auth/register", "/api/users/register"] {
        let name = fresh_name();
        let plain = json!({ "username": name, "email": format!("{name}@example.com"), "password": "a good password" });
        let packed = gzip(plain.to_string().as_bytes());
        let json = ("content-type", "application/json");
        for encoding in [
            "gzip",
            "x-gzip",
            "GZIP",
            "deflate",
            "compress",
            "br",
            "zstd",
            "identity, gzip",
            "gzip, identity",
            "aes128gcm",
            "*",
            "unknown",
        ] {
            for body in [&packed, plain.to_string().as_bytes()] {
                let answer = send(&who, "POST", path, &[json, ("content-encoding", encoding)], body);
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (415, "unsupported_media_type"),
                    "{encoding}"
                );
            }
        }
        let twice = [json, ("content-encoding", "identity"), ("content-encoding", "gzip")];
        assert_eq!(send(&who, "POST", path, &twice, &packed).status, 415);
        assert!(is_malformed(&send(&who, "POST", path, &[json], &packed)), "packed without a word of it");
        assert_eq!(anyone.post(path, &plain).status, 201, "none of them made the account");
    }
}

#[test]
fn no_answer_with_a_token_is_packed() {
    // What is packed together with what an attacker chose tells of a secret by its length (BREACH).
    let who = somebody();
    let body = json!({ "identifier": who.name, "password": who.password }).to_string();
    let headers = [("content-type", "application/json"), ("accept-encoding", "gzip, br, zstd, deflate")];
    let answer = send(&who, "POST", "/auth/login", &headers, body.as_bytes());
    assert_eq!((answer.status, answer.header("content-encoding")), (200, ""));
}

#[test]
fn a_text_that_is_not_plain_utf_8_is_no_json() {
    let who = somebody();
    let utf_16 =
        |order: fn(u16) -> [u8; 2]| r#"{"name":"x"}"#.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for text in [
        b"\xef\xbb\xbf{}".to_vec(),
        [b"\xff\xfe".to_vec(), utf_16(u16::to_le_bytes)].concat(),
        [b"\xfe\xff".to_vec(), utf_16(u16::to_be_bytes)].concat(),
        utf_16(u16::to_le_bytes),
        utf_16(u16::to_be_bytes),
        b"{\0\0\0}\0\0\0".to_vec(),
        b"{\"name\":\"Andr\xe9\"}".to_vec(),
        b"{\"name\":\"\xc0\xaf\"}".to_vec(),
        b"{\"name\":\"\xe0\x80\xaf\"}".to_vec(),
        b"{\"name\":\"\xed\xa0\x80\"}".to_vec(),
        b"{\"name\":\"\xed\xa0\xbd\xed\xb8\x80\"}".to_vec(),
        b"{\"name\":\"\xf5\x90\x80\x80\"}".to_vec(),
        b"{\"name\":\"\xe2\x82\"}".to_vec(),
        b"{\"name\":\"+AGE-\xff\"}".to_vec(),
        b"{\"name\":\"a\0b\"}".to_vec(),
        b"{\"name\":\"a\nb\"}".to_vec(),
        b"{\"name\":\"a\x1bb\"}".to_vec(),
        b"{\"name\":\"a\"}\0".to_vec(),
        b"\x0c{}".to_vec(),
        b"\xc2\xa0{}".to_vec(),
        b"{'name':'a'}".to_vec(),
        b"{name:\"a\"}".to_vec(),
        b"{\"name\":\"a\"}//".to_vec(),
        b"{\"name\":\"\\x41\"}".to_vec(),
        b"{\"name\":\"\\u00g0\"}".to_vec(),
        b")]}',\n{}".to_vec(),
    ] {
        for charset in ["", "; charset=utf-8", "; charset=utf-16", "; charset=iso-8859-1", "; charset=utf-7"]
        {
            let (method, path) = PATHS[text.len() % PATHS.len()];
            let answer =
                send(&who, method, path, &[("content-type", &format!("application/json{charset}"))], &text);
            assert!(is_malformed(&answer), "{method} {path} {charset} {}: {answer:?}", text.escape_ascii());
        }
    }
    assert_eq!(who.get("/users/me").json()["name"], Value::Null);
}

#[test]
fn half_a_character_is_none_wherever_it_stands() {
    let who = somebody();
    let escapes =
        [r"\ud800", r"\udc00", r"\ude00\ud83d", r"\ud83d\ud83d", r"\ud83dx", r"\ud83d\u0041", r"\uD83D\n"];
    for escape in escapes {
        for body in [
            format!(r#"{{"name":"{escape}"}}"#),
            format!(r#"{{"{escape}":1}}"#),
            format!(r#"{{"key":"a","value":["{escape}"]}}"#),
            format!(r#"{{"key":"a","value":{{"{escape}":1}}}}"#),
        ] {
            for (method, path) in PATHS {
                let answer =
                    send(&who, method, path, &[("content-type", "application/json")], body.as_bytes());
                assert!(is_malformed(&answer), "{method} {path} {body}: {answer:?}");
            }
        }
    }
    let whole = who.put("/users/me", &json!({ "name": "\u{1f600}" }));
    assert_eq!((whole.status, &whole.json()["name"]), (200, &json!("\u{1f600}")));
}

#[test]
fn a_name_that_stands_twice_is_seen_at_every_depth() {
    let who = somebody();
    let post = |body: &str| {
        send(&who, "POST", "/users/me/data", &[("content-type", "application/json")], body.as_bytes())
    };
    for depth in 0..15 {
        for inner in [r#"{"x":1,"x":2}"#, r#"{"x":1,"\u0078":2}"#, r#"{"":1,"y":2,"":3}"#] {
            let value = format!("{}{inner}{}", r#"{"a":[0,"#.repeat(depth), "]}".repeat(depth));
            let answer = post(&format!(r#"{{"key":"k","value":{value}}}"#));
            assert!(is_malformed(&answer), "{value}: {answer:?}");
        }
    }
    for body in [
        r#"{"key":"k","value":1,"value":2}"#,
        r#"{"key":"k","key":"k","value":1}"#,
        r#"{"key":"k","value":1,"k\u0065y":"l"}"#,
    ] {
        assert!(is_malformed(&post(body)), "{body}");
    }
    // Names of other letter case or another normal form are other names.
    let twins = post("{\"key\":\"k\",\"value\":{\"x\":1,\"X\":2,\"\u{e9}\":3,\"e\u{301}\":4}}");
    assert_eq!(twins.status, 200, "{twins:?}");
}

#[test]
fn what_nests_without_end_is_refused_and_the_server_lives() {
    let who = somebody();
    for (open, close, times) in [
        ("[", "]", 60_000),
        (r#"{"a":"#, "}", 18_000),
        ("[[{\"a\":", "}]]", 9_000),
        ("[", "", 120_000),
        (r#"{"":"#, "", 25_000),
    ] {
        for inner in ["0", ""] {
            let value = format!("{}{inner}{}", open.repeat(times), close.repeat(times));
            for body in [value.clone(), format!(r#"{{"key":"k","value":{value}}}"#)] {
                for (method, path) in PATHS {
                    let answer =
                        send(&who, method, path, &[("content-type", "application/json")], body.as_bytes());
                    assert!(is_malformed(&answer), "{method} {path} {open}: {answer:?}");
                }
            }
        }
    }
    assert_eq!(who.get("/users/me").status, 200);
}

#[test]
fn a_body_takes_no_longer_to_read_than_it_is_long() {
    let who = somebody();
    let names = |count: usize, name: fn(usize) -> String| {
        let members: Vec<_> = (0..count).map(|number| format!("\"{}\":0", name(number))).collect();
        members.join(",")
    };
    let flood = [
        names(12_000, |number| format!("{number:x}")),
        names(8_000, |number| format!("aaaaaa{number}")),
        names(1_200, |number| format!("{}{number}", "a".repeat(90))),
        format!("\"{}\":0", "a".repeat(120_000)),
        format!("\"a\":\"{}\"", "\\u0041".repeat(20_000)),
        format!("\"a\":{}", "9".repeat(120_000)),
        format!("\"a\":0.{}1", "0".repeat(120_000)),
        format!("\"a\":1e{}", "9".repeat(120_000)),
        format!("\"a\":[{}0]", "{\"a\":0,\"b\":0},".repeat(8_000)),
        format!("\"a\":{}0", " ".repeat(120_000)),
    ];
    for members in flood {
        for (method, path) in PATHS {
            let body = format!("{{{members}}}");
            let begun = Instant::now();
            let answer = send(&who, method, path, &[("content-type", "application/json")], body.as_bytes());
            let head = members.chars().take(40).collect::<String>();
            assert!(begun.elapsed() < SOON, "{method} {path} took {:?}: {head}", begun.elapsed());
            assert_eq!(answer.status, 400, "{method} {path} {head}: {answer:?}");
            assert!(answer.text.len() < 8 * 1024, "{} bytes of refusal: {head}", answer.text.len());
        }
    }
}

#[test]
fn a_number_is_one_that_every_reader_reads() {
    let who = somebody();
    let keep = |number: &str| {
        let body = format!(r#"{{"key":"n","value":{number}}}"#);
        send(&who, "POST", "/users/me/data", &[("content-type", "application/json")], body.as_bytes())
    };
    for refused in [
        "1e309",
        "-1e309",
        "1e999999999999",
        "01",
        "-01",
        "+1",
        ".5",
        "1.",
        "1.e1",
        "1e",
        "1e+",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "-Infinity",
        "-",
        "--1",
        "1 2",
        "١",
        "1f",
        "00",
    ] {
        assert!(is_malformed(&keep(refused)), "{refused}");
    }
    for kept in [
        "0",
        "-0",
        "1e308",
        "1E+2",
        "1e-400",
        "123456789012345678901234567890",
        "0.1000000000000000055511151231257827",
    ] {
        assert_eq!(keep(kept).status, 200, "{kept}");
        assert_eq!(who.get("/users/me/data/n").text, kept);
    }
}
