#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;

use super::*;
use crate::id::{ApplicationId, UserId};
use crate::token::SigningKey;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
const ISSUER: &str = "https://auth.example";
const ISSUANCE: Issuance<'_> = Issuance {
    issuer: ISSUER,
    made_at: NOW,
    next_at: Timestamp::from_secs(1_700_000_060),
    token_lifetime_secs: 3_600,
};

fn session(number: u32) -> SessionId {
    let mut bytes = [0; 16];
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    SessionId::from_bytes(bytes)
}

fn users(count: i64, latest: Timestamp) -> Vec<(UserId, Timestamp)> {
    (1..=count).map(|number| (UserId::new(number), latest)).collect()
}

fn signed(list: &RevocationList) -> String {
    key().sign_revocations(list).unwrap()
}

fn key() -> SigningKey {
    SigningKey::ed25519(&[7; 32])
}

fn verified(signed: &str) -> Result<RevocationList, RevocationsError> {
    let keys = KeySet::from(key().verifying_key().clone());
    RevocationList::verify(signed, &keys, &[Algorithm::EdDsa], ISSUER, NOW)
}

#[test]
fn ten_thousand_sessions_fit_into_200_kb_and_the_fullest_list_into_what_is_read() {
    let sessions: Vec<_> = (0..10_000).map(|number| (session(number), NOW)).collect();
    let many = signed(&RevocationList::build(
        Revoked { sessions: sessions.clone(), ..Revoked::default() },
        ISSUANCE,
    ));
    assert_eq!(verified(&many).map(|list| list.sessions.len()), Ok(10_000));
    assert!((140_000..=145_000).contains(&many.len()), "{} bytes", many.len());

    let name = |number| ApplicationId::parse(&format!("{number:-<64}")).unwrap();
    let roles = (0..1_000).map(|number| (name(number), NOW)).collect();
    let (users, grants) = (users(10_000, NOW), users(10_000, NOW));
    let revoked = Revoked { sessions, users, grants, roles, everything: Some(NOW) };
    let full = signed(&RevocationList::build(revoked, ISSUANCE));
    assert!(verified(&full).is_ok() && full.len() <= 700_000, "{} bytes", full.len());
}

#[test]
fn no_list_is_read_that_is_past_its_bound() {
    let mut list = RevocationList::build(Revoked::default(), ISSUANCE);
    list.sessions = (0..10_000).collect();
    list.users = Epochs((0..10_000).map(|mark| (mark, 0)).collect());
    assert!(verified(&signed(&list)).is_ok());
    let sessions = RevocationList { sessions: (0..10_001).collect(), ..list.clone() };
    assert_eq!(verified(&signed(&sessions)), Err(RevocationsError::Content("sessions")));
    let users = RevocationList { users: Epochs((0..10_001).map(|mark| (mark, 0)).collect()), ..list.clone() };
    assert_eq!(verified(&signed(&users)), Err(RevocationsError::Content("users")));
    let long = RevocationList { issuer: "a".repeat(800_000), ..list };
    assert_eq!(verified(&signed(&long)), Err(TokenError::of(Code::TokenMalformed).into()));
}

#[test]
fn past_its_bound_a_list_drops_the_oldest_and_outdates_all_as_old() {
    let at = |number: u32| NOW.plus_secs(i64::from(number) - 20_000);
    let issuance = Issuance { token_lifetime_secs: 86_400, ..ISSUANCE };
    let build = |count| {
        let sessions = (0..count).map(|number| (session(number), at(number))).collect();
        RevocationList::build(Revoked { sessions, ..Revoked::default() }, issuance)
    };
    assert_eq!((build(10_000).not_before, build(10_000).sessions.len()), (None, 10_000));
    let list = build(10_003);
    assert_eq!((list.not_before, list.sessions.len()), (Some(at(2)), 10_000));
    let listed = |number| list.sessions.contains(&session_mark(session(number)));
    assert!(!listed(2) && listed(3) && listed(10_002));
}

#[test]
fn every_kind_that_is_past_its_bound_outdates() {
    let all = |mut entries: Vec<(UserId, Timestamp)>, older: i64| {
        entries.push((UserId::new(1_000_000), NOW.plus_secs(-older)));
        entries
    };
    let name = |number| ApplicationId::parse(&format!("app-{number}")).unwrap();
    let mut roles: Vec<_> = (0..1_000).map(|number| (name(number), NOW)).collect();
    let many = || users(10_000, NOW);
    let of =
        |revoked| RevocationList::build(revoked, ISSUANCE).not_before.map(|latest| NOW.secs_since(latest));
    assert_eq!(of(Revoked { users: all(many(), 1), ..Revoked::default() }), Some(1));
    assert_eq!(of(Revoked { grants: all(many(), 2), ..Revoked::default() }), Some(2));
    assert_eq!(of(Revoked { roles: roles.clone(), ..Revoked::default() }), None);
    roles.push((name(1_000), NOW.plus_secs(-3)));
    assert_eq!(of(Revoked { roles: roles.clone(), ..Revoked::default() }), Some(3));
    // The newest of all counts, whatever it is of.
    let everything = |older: i64| Some(NOW.plus_secs(-older));
    let both = |older| Revoked { roles: roles.clone(), everything: everything(older), ..Revoked::default() };
    assert_eq!((of(both(2)), of(both(4))), (Some(2), Some(3)));
    assert_eq!(
        of(Revoked { users: all(many(), 2), grants: all(many(), 1), roles, ..Revoked::default() }),
        Some(1)
    );
}

#[test]
fn an_entry_stays_until_the_last_token_that_it_could_void_has_expired_everywhere() {
    // An hour, and the five seconds by which a verifier's clock may lag.
    for (age_secs, left) in [(0, 1), (3_604, 1), (3_605, 0), (100_000, 0)] {
        let latest = NOW.plus_secs(-age_secs);
        let name = ApplicationId::default_application();
        let list = RevocationList::build(
            Revoked {
                sessions: vec![(session(1), latest)],
                users: users(1, latest),
                grants: users(1, latest),
                roles: vec![(name, latest)],
                everything: Some(latest),
            },
            ISSUANCE,
        );
        let everything = usize::from(list.not_before == Some(latest));
        let found =
            [list.sessions.len(), list.users.0.len(), list.grants.0.len(), list.roles.len(), everything];
        assert_eq!(found, [left; 5], "{age_secs}");
    }
}

#[test]
fn of_two_entries_about_one_user_the_newer_counts() {
    let twice =
        vec![(UserId::new(1), NOW.plus_secs(-9)), (UserId::new(1), NOW), (UserId::new(1), NOW.plus_secs(-5))];
    let list = RevocationList::build(Revoked { users: twice, ..Revoked::default() }, ISSUANCE);
    assert_eq!(list.users.0, [(user_mark(ISSUER, "1"), 1_700_000_000)]);
}

#[test]
fn times_that_32_bits_do_not_hold_are_as_far_as_they_go() {
    let latest = Timestamp::from_secs(1 << 40);
    let list = RevocationList::build(Revoked { users: users(1, latest), ..Revoked::default() }, ISSUANCE);
    assert_eq!(list.users.0.first().map(|(_, secs)| *secs), Some(u32::MAX));
}

#[test]
fn an_older_list_replaces_none() {
    let made = |secs| {
        let issuance = Issuance { made_at: NOW.plus_secs(secs), ..ISSUANCE };
        RevocationList::build(Revoked::default(), issuance)
    };
    assert!(made(1).may_replace(&made(0)) && made(0).may_replace(&made(0)));
    assert!(!made(0).may_replace(&made(1)));
}

#[test]
fn one_kind_of_token_is_never_taken_for_another() {
    let list = signed(&RevocationList::build(Revoked::default(), ISSUANCE));
    let keys = KeySet::from(key().verifying_key().clone());
    let expectation = crate::token::Expectation::new(&[Algorithm::EdDsa], ISSUER, NOW);
    let refused = crate::token::verify_access_token(&list, &keys, &expectation).map(|_| ());
    assert_eq!(refused, Err(TokenError::of(Code::TokenTypeInvalid)));
}

#[test]
fn a_refusal_tells_a_key_that_is_not_known_from_the_rest() {
    let list = signed(&RevocationList::build(Revoked::default(), ISSUANCE));
    let other = KeySet::from(SigningKey::ed25519(&[8; 32]).verifying_key().clone());
    let refused = RevocationList::verify(&list, &other, &[Algorithm::EdDsa], ISSUER, NOW).unwrap_err();
    assert!(refused.is_key_unknown() && !verified("").unwrap_err().is_key_unknown());
    assert_eq!(
        refused.to_string(),
        "The list of revoked tokens is not one that the issuer signed for this use. The token names a key that is not known."
    );
    assert_eq!(
        RevocationsError::Content("iat").to_string(),
        "The list of revoked tokens is not one that the issuer signed for this use. (iat)"
    );
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #[test]
    fn what_is_built_is_what_is_read(
        sessions in prop::collection::vec((any::<u32>(), -4_000_i64..10), 0..50),
        numbers in prop::collection::vec((1..40_i64, -4_000_i64..10, any::<bool>()), 0..50),
        applications in prop::collection::vec(("[A-Za-z0-9_-]{1,64}", -4_000_i64..10), 0..20),
        interval in 1..86_400_i64,
        everything in prop::option::of(-3_600..1_i64),
    ) {
        let at = |secs| NOW.plus_secs(secs);
        let some = |wanted| {
            let chosen = numbers.iter().filter(move |(_, _, which)| *which == wanted);
            chosen.map(|(number, secs, _)| (UserId::new(*number), at(*secs))).collect()
        };
        let revoked = Revoked {
            sessions: sessions.iter().map(|(number, secs)| (session(*number), at(*secs))).collect(),
            users: some(true),
            grants: some(false),
            roles: applications.iter().map(|(name, secs)| (ApplicationId::parse(name).unwrap(), at(*secs))).collect(),
            everything: everything.map(at),
        };
        let list = RevocationList::build(revoked, Issuance { next_at: NOW.plus_secs(interval), ..ISSUANCE });
        prop_assert_eq!(verified(&signed(&list)), Ok(list));
    }

    #[test]
    fn no_list_changed_in_one_byte_is_taken(place in any::<prop::sample::Index>(), flip in 1..128_u8) {
        let sessions = vec![(session(1), NOW), (session(2), NOW)];
        let mut bytes = signed(&RevocationList::build(Revoked { sessions, ..Revoked::default() }, ISSUANCE)).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= flip;
        prop_assert!(verified(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    #[test]
    fn no_payload_is_read_that_is_not_as_it_must_be_whatever_it_is(text in "\\PC{0,200}") {
        prop_assert!(RevocationList::read(&text).is_err());
    }
}
