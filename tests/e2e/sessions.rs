//! Sessions: how they go on, how they end, and that an end is felt at once.

use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::actors::{Anonymous, Answer, SignedIn, ask};
use crate::server::{self, Server};

fn somebody() -> SignedIn<'static> {
    Anonymous::at(server::shared()).become_somebody()
}

fn refresh_with(who: &SignedIn<'_>, token: &str) -> Answer {
    ask(who.origin, "POST", "/auth/refresh", None, Some(&json!({ "refresh_token": token })))
}

/// As S4 shows it: the token in the header, no body.
fn refresh_by_bearer(who: &SignedIn<'_>) -> Answer {
    who.ask("POST", "/auth/refresh")
}

#[test]
fn a_refresh_token_buys_the_next_pair_and_both_pairs_access_tokens_work() {
    let before = somebody();
    let answer = refresh_with(&before, before.refresh_token());
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["access_token"], body["token"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(3600)));
    assert_eq!(body["user"]["username"], before.name);
    assert_eq!(answer.header("cache-control"), "no-store");
    let after = before.with_tokens(body);
    assert_ne!(after.refresh_token(), before.refresh_token());
    assert_ne!(after.token, before.token);
    assert_eq!(after.get("/users/me").status, 200);
    assert_eq!(before.get("/users/me").status, 200, "replaced, and good until it expires");
}

#[test]
fn a_window_of_nothing_refreshes_live_tokens_only() {
    let settings = [("ACCESS_TOKEN_TTL_SECS", "4"), ("REFRESH_WINDOW_SECS", "0")];
    let server = Server::start_with(&settings);
    let before = Anonymous::at(&server).become_somebody();
    let after = before.with_tokens(refresh_by_bearer(&before).json());
    sleep(Duration::from_millis(4_100));
    let late = refresh_by_bearer(&after);
    assert_eq!((late.status, late.code().as_str()), (401, "token_expired"));
    assert_eq!(refresh_with(&after, after.refresh_token()).status, 200, "the refresh token has its own time");
}

#[test]
fn a_lost_response_is_given_again_and_reuse_ends_the_session() {
    let first = somebody();
    let lost = refresh_with(&first, first.refresh_token());
    let again = refresh_with(&first, first.refresh_token());
    assert_eq!(again.status, 200, "{again:?}");
    for member in ["access_token", "refresh_token"] {
        assert_eq!(lost.json()[member], again.json()[member], "{member}");
    }
    let second = first.with_tokens(again.json());
    let third = second.with_tokens(refresh_with(&second, second.refresh_token()).json());
    let reuse = refresh_with(&first, first.refresh_token());
    assert_eq!((reuse.status, reuse.code().as_str()), (401, "token_reused"));
    for gone in [&first, &second, &third] {
        assert_eq!(gone.get("/auth/sessions").code(), "session_ended");
    }
    let told = refresh_with(&third, third.refresh_token());
    assert_eq!((told.status, told.code().as_str()), (401, "session_ended"));
}

#[test]
fn once_refreshed_by_a_refresh_token_a_session_takes_no_bearer() {
    let before = somebody();
    let by_bearer = before.with_tokens(refresh_by_bearer(&before).json());
    let by_token = by_bearer.with_tokens(refresh_with(&by_bearer, by_bearer.refresh_token()).json());
    let refused = refresh_by_bearer(&by_token);
    assert_eq!((refused.status, refused.code().as_str()), (401, "token_not_refreshable"));
    assert_eq!(by_token.get("/users/me").status, 200, "which harms nobody");
}

#[test]
fn with_both_the_body_alone_counts() {
    let (one, other) = (somebody(), somebody());
    let body = json!({ "refresh_token": other.refresh_token() });
    let answer = one.post("/auth/refresh", &body);
    assert_eq!(answer.json()["user"]["username"], other.name);
    let garbage = json!({ "refresh_token": "garbage" });
    assert_eq!(one.post("/auth/refresh", &garbage).code(), "refresh_token_invalid");
    let blank = json!({ "refresh_token": "" });
    assert_eq!(one.post("/auth/refresh", &blank).json()["user"]["username"], one.name);
}

#[test]
fn what_is_no_token_of_a_session_refreshes_and_ends_nothing() {
    let who = somebody();
    let forged = format!("{}x", &who.token[..who.token.len() - 1]);
    for path in ["/auth/refresh", "/auth/logout"] {
        let nothing = ask(who.origin, "POST", path, None, None);
        assert_eq!((nothing.status, nothing.code().as_str()), (401, "token_required"), "{path}");
        let forged = ask(who.origin, "POST", path, Some(&forged), None);
        assert_eq!(forged.status, 401, "{path}");
        let access = json!({ "refresh_token": who.token });
        assert_eq!(who.post(path, &access).code(), "refresh_token_invalid", "{path}");
        let unknown = who.post(path, &json!({ "token": "x" }));
        assert_eq!((unknown.status, unknown.code().as_str()), (400, "unknown_field"), "{path}");
        let typed = who.post(path, &json!({ "refresh_token": 7 }));
        assert_eq!(typed.faults(), [("refresh_token".to_owned(), "invalid_type".to_owned())], "{path}");
    }
    assert_eq!(who.get("/users/me").status, 200);
}

#[test]
fn a_session_ends_for_good_at_its_time() {
    let server = Server::start_with(&[("REFRESH_TOKEN_TTL_SECS", "2")]);
    let who = Anonymous::at(&server).become_somebody();
    assert_eq!(who.login["expires_in"], 2, "a token does not outlive its session");
    sleep(Duration::from_millis(2_100));
    assert_eq!(refresh_with(&who, who.refresh_token()).code(), "session_ended");
    assert_eq!(refresh_by_bearer(&who).code(), "session_ended");
}

#[test]
fn a_log_out_is_felt_at_the_next_request() {
    for log_out in [
        |who: &SignedIn<'_>| who.ask("POST", "/auth/logout"),
        |who: &SignedIn<'_>| {
            let body = json!({ "refresh_token": who.refresh_token() });
            ask(who.origin, "POST", "/api/auth/logout", None, Some(&body))
        },
    ] {
        let who = somebody();
        let other = who.again();
        assert_eq!(who.get("/users/me").status, 200);
        let answer = log_out(&who);
        assert_eq!((answer.status, answer.json()), (200, json!({ "message": "Logged out" })));
        assert_eq!(who.get("/users/me").code(), "session_ended");
        assert_eq!(refresh_with(&who, who.refresh_token()).code(), "session_ended");
        assert_eq!(log_out(&who).code(), "session_ended");
        assert_eq!(other.get("/users/me").status, 200, "another device stays");
    }
}

#[test]
fn who_was_deleted_has_nothing_to_log_out_of() {
    let who = somebody();
    assert_eq!(who.ask("DELETE", "/users/me").status, 200);
    let by_token = json!({ "refresh_token": who.refresh_token() });
    assert_eq!(who.ask("POST", "/auth/logout").code(), "session_ended");
    assert_eq!(who.post("/auth/logout", &by_token).code(), "session_ended");
    assert_eq!(who.get("/users/me").code(), "user_not_found", "which the log-outs have not changed");
}

#[test]
fn a_refresh_token_ends_refreshing_by_bearer_also_in_the_grace() {
    let first = somebody();
    let second = first.with_tokens(refresh_by_bearer(&first).json());
    assert_eq!(refresh_with(&first, first.refresh_token()).status, 200);
    assert_eq!(refresh_by_bearer(&second).code(), "token_not_refreshable");
    assert_eq!(refresh_with(&second, second.refresh_token()).status, 200);
}

#[test]
fn one_logs_out_with_a_token_that_has_expired() {
    let server = Server::start_with(&[("ACCESS_TOKEN_TTL_SECS", "1")]);
    let who = Anonymous::at(&server).become_somebody();
    sleep(Duration::from_millis(1_100));
    assert_eq!(who.ask("POST", "/auth/logout").status, 200);
    assert_eq!(refresh_with(&who, who.refresh_token()).code(), "session_ended");
}

#[test]
fn everywhere_is_everywhere() {
    let one = somebody();
    let (two, stranger) = (one.again(), somebody());
    let answer = one.ask("POST", "/auth/logout-all");
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    for ended in [&one, &two] {
        assert_eq!(ended.get("/users/me").code(), "session_ended");
    }
    assert_eq!(stranger.get("/users/me").status, 200);
}

#[test]
fn sessions_are_listed_and_ended_by_their_owner_alone() {
    let one = somebody();
    let (two, stranger) = (one.again(), somebody());
    let listed = two.get("/auth/sessions").json();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{listed}");
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(true), &json!(false)), "newest first");
    for item in items {
        assert_eq!((&item["ip"], &item["application_id"]), (&json!("127.0.0.1"), &json!("default")));
        assert!(item["user_agent"].as_str().unwrap().starts_with("ureq"), "{item}");
        assert!(item["expires_at"].as_str().unwrap() > item["created_at"].as_str().unwrap());
    }
    let path = format!("/auth/sessions/{}", items[1]["id"].as_str().unwrap());
    for (who, path) in [(&stranger, path.as_str()), (&two, "/auth/sessions/nonsense")] {
        let refused = who.ask("DELETE", path);
        assert_eq!((refused.status, refused.code().as_str()), (404, "session_not_found"));
    }
    assert_eq!(one.get("/users/me").status, 200);
    assert_eq!(two.ask("DELETE", &path).status, 204);
    assert_eq!(one.get("/users/me").code(), "session_ended");
    assert_eq!(two.ask("DELETE", &path).code(), "session_not_found");
}

#[test]
fn a_list_goes_on_where_its_cursor_says_and_takes_no_other() {
    let newest = {
        let first = somebody();
        (0..4).fold(first, |one, _| one.again())
    };
    let stranger = somebody();
    let mut seen: Vec<Value> = Vec::new();
    let mut path = "/auth/sessions?limit=2".to_owned();
    loop {
        let page = newest.get(&path);
        let body = page.json();
        seen.extend(body["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        let Some(cursor) = body["next_cursor"].as_str() else {
            assert_eq!(page.header("link"), "");
            break;
        };
        assert_eq!(page.header("link"), format!("<?limit=2&cursor={cursor}>; rel=\"next\""));
        let foreign = stranger.get(&format!("/auth/sessions?cursor={cursor}"));
        assert_eq!(foreign.faults(), [("cursor".to_owned(), "invalid_cursor".to_owned())]);
        path = format!("/auth/sessions?limit=2&cursor={cursor}");
    }
    let whole = newest.get("/auth/sessions").json();
    let all: Vec<Value> = whole["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    assert_eq!((all.len(), all), (5, seen));
    for (query, fault) in
        [("limit=0", "invalid_format"), ("limit=101", "invalid_format"), ("page=2", "unknown_field")]
    {
        let refused = newest.get(&format!("/auth/sessions?{query}"));
        assert_eq!(refused.status, 400);
        assert_eq!(refused.faults()[0].1, fault);
    }
}

#[test]
fn the_oldest_session_makes_way_for_one_too_many() {
    let first = somebody();
    let mut newest = first.again();
    for _ in 0..99 {
        newest = newest.again();
    }
    assert_eq!(first.get("/users/me").code(), "session_ended");
    let whole = newest.get("/auth/sessions?limit=100").json();
    assert_eq!((whole["items"].as_array().unwrap().len(), &whole["next_cursor"]), (100, &Value::Null));
}

#[test]
fn of_fifty_refreshes_at_once_all_get_the_one_new_pair() {
    for _ in 0..50 {
        let who = &somebody();
        let pairs: Vec<Value> = scope(|scope| {
            let ask = || refresh_with(who, who.refresh_token());
            let asked: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
            asked.into_iter().map(|answer| answer.join().unwrap().json()["refresh_token"].clone()).collect()
        });
        assert!(pairs[0].is_string());
        assert!(pairs.iter().all(|pair| *pair == pairs[0]), "{pairs:?}");
    }
}

#[test]
fn what_another_process_ends_is_ended_here_too() {
    let one = Server::start();
    let who = Anonymous::at(&one).become_somebody();
    let beside = Server::start_on_the_file_of(&one, &[]);
    let there = SignedIn { origin: &beside.origin, ..who.with_tokens(who.login.clone()) };
    assert_eq!(there.get("/users/me").status, 200);
    assert_eq!(who.get("/users/me").status, 200);
    assert_eq!(there.ask("POST", "/auth/logout").status, 200);
    let told = Instant::now();
    while who.get("/users/me").status == 200 {
        assert!(told.elapsed() < Duration::from_millis(200), "it goes unnoticed");
    }
    assert_eq!(who.get("/users/me").code(), "session_ended");
}
