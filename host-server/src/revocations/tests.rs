use std::time::Duration;

use countersign_core::change::Change;
use countersign_core::token::{Algorithm, RevocationList};

use super::*;
use crate::store::DatabaseLocation;
use crate::store::tests::{new_account, open_session, session};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_100);

fn signer() -> countersign_core::token::SigningKey {
    countersign_core::token::SigningKey::generate(Algorithm::EdDsa, &[7; 32]).unwrap()
}

/// So many sessions have ended, each with a token of its own second.
async fn ended(store: &Store, count: u32) {
    const USERS: u32 = 50;
    let mut changes = Vec::new();
    for no in 0..count {
        if no % 200 == 0 {
            let name = format!("user{no}");
            changes.push(Change::CreateAccount(Box::new(new_account(&name))));
        }
        let user = UserId::new(i64::from(no / 200 + 1));
        let mut session = session(user, u128::from(no));
        session.pair.issued_at = NOW.plus_secs(i64::from(no % USERS) - 60);
        session.pair.expires_at = NOW.plus_secs(600);
        changes.extend([open_session(session.clone()), Change::EndSession { session: session.id }]);
    }
    store.commit(&changes).await.unwrap();
}

fn list_of(known: &Known) -> (RevocationList, String) {
    let issuance = Issuance {
        issuer: "us",
        made_at: NOW,
        next_at: NOW.plus_secs(INTERVAL_SECS),
        token_lifetime_secs: 86_400,
    };
    let list = RevocationList::build(known.revoked(), issuance);
    let signed = signer().sign_revocations(&list).unwrap();
    (list, signed)
}

#[tokio::test]
async fn ten_thousand_ended_sessions_fit_two_hundred_kilobytes() {
    let store = Store::open(&DatabaseLocation::Memory).unwrap();
    ended(&store, 10_000).await;
    let begun = Instant::now();
    let known = Known::read(&store, NOW).unwrap();
    let read = begun.elapsed();
    let (_, signed) = list_of(&known);
    let made = begun.elapsed();
    println!("{} bytes, read in {read:?}, made in {made:?}", signed.len());
    assert_eq!(known.sessions.len(), 10_000);
    assert!((140_000..=200_000).contains(&signed.len()), "{} bytes", signed.len());
    // Far above what it takes, far below what anybody would wait for.
    assert!(made < Duration::from_secs(5), "{made:?}");
}

#[tokio::test]
async fn past_its_bound_the_list_refuses_all_tokens_as_old_as_those_it_does_not_name() {
    let store = Store::open(&DatabaseLocation::Memory).unwrap();
    ended(&store, 10_050).await;
    let known = Known::read(&store, NOW).unwrap();
    assert_eq!(known.sessions.len(), RevocationList::ENTRIES_MAX + 1);
    let (_, signed) = list_of(&known);
    let payload = signed.split('.').nth(1).unwrap();
    let payload = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    // Fifty are not named, of the oldest of fifty seconds; so many tokens were issued in each.
    assert_eq!(payload["not_before"], NOW.as_secs() - 60);
    assert!(signed.len() <= 200_000, "{} bytes", signed.len());
}

#[test]
fn a_list_is_made_anew_for_what_was_committed_for_another_key_and_in_good_time() {
    let made = |rests_for: u64| Made {
        published: Published::new(String::new(), "application/jwt", KEPT_FOR),
        at: NOW,
        kid: "a".to_owned(),
        known: Known { sessions: Vec::new(), grants: Vec::new(), roles: Vec::new(), everything: None },
        generation: 7,
        rests_until: Instant::now() + Duration::from_secs(rests_for),
    };
    let rested = made(0);
    assert!(rested.is_current(NOW.plus_secs(49), 7, "a"));
    // From a cache it has it ten seconds later, when the next one was promised.
    assert!(!rested.is_current(NOW.plus_secs(50), 7, "a"));
    assert!(!rested.is_current(NOW, 8, "a"));
    assert!(!rested.is_current(NOW, 7, "b"));
    assert!(rested.is_current(NOW.plus_secs(-9), 7, "a"), "a clock that was set back makes no older list");
    assert!(made(60).is_current(NOW, 8, "a"), "it rests");
    assert!(!made(60).is_current(NOW.plus_secs(50), 8, "a"));
}
