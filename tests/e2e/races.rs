//! Things that may happen once, asked for many times at once.

use serde_json::json;

use crate::actors::{Anonymous, fresh_name};
use crate::server;

#[test]
fn one_name_is_given_once() {
    let anyone = Anonymous::at(server::shared());
    for _ in 0..5 {
        let name = fresh_name();
        let register = |case: usize| {
            let spelling = if case.is_multiple_of(2) { name.clone() } else { name.to_uppercase() };
            let email = format!("{spelling}-{case}@example.com");
            let body = json!({ "username": spelling, "email": email, "password": "correct horse battery" });
            anyone.post("/auth/register", &body)
        };
        let register = &register;
        let answers: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|case| scope.spawn(move || register(case))).collect();
            all.into_iter().map(|answer| answer.join().unwrap()).collect()
        });
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1);
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((refused.status, refused.code().as_str()), (400, "username_taken"));
        }
    }
}
