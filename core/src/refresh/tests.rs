use super::*;
use crate::samples::{self, NOW, account, refresh_key, session};

/// The pair that is out, as its bearer may show it.
fn shown_of(session: &Session) -> [Shown; 2] {
    let token = RefreshToken { session: session.id, number: session.pair.number };
    [Shown::RefreshToken(token), Shown::Bearer(session.claims("us", &[]))]
}

fn decided_at(now: Timestamp, shown: &Shown, session: &Session, policy: &Policy) -> Decision<Refreshed> {
    let application = samples::application();
    let standing = Standing { session: session.clone(), account: account(), application, roles: Vec::new() };
    let context = RefreshContext { policy, issuer: "us", refresh_key: &refresh_key(), now };
    decide(shown, Some(standing), [3; 16], context)
}

fn decided(shown: &Shown, session: &Session) -> Decision<Refreshed> {
    decided_at(NOW, shown, session, &Policy::default())
}

fn code<T>(decision: &Decision<T>) -> Option<Code> {
    decision.outcome.as_ref().err().map(|rejection| rejection.code)
}

/// The session once the one change of the decision is stored.
fn rotated(session: &Session, decision: &Decision<Refreshed>) -> Session {
    match decision.changes.as_slice() {
        [Change::RotatePair { session: id, from, to, bearer_refresh }] => {
            assert_eq!((*id, *from), (session.id, session.pair.number));
            let replaced = Some(session.pair.token_id);
            Session { pair: to.clone(), replaced, bearer_refresh: *bearer_refresh, ..session.clone() }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_token_of_the_pair_buys_the_next_pair() {
    for shown in shown_of(&session()) {
        let decision = decided(&shown, &session());
        let after = rotated(&session(), &decision);
        let granted = decision.outcome.unwrap();
        assert_eq!(after.pair.number, 1);
        assert_eq!(granted.claims, after.claims("us", &[]));
        assert_eq!(granted.claims.issued_at, NOW);
        assert_eq!(granted.claims.auth_time, session().auth_time, "a refresh proves nothing anew");
        let token = RefreshToken::parse(granted.refresh_token.expose(), &refresh_key()).unwrap();
        assert_eq!(token, RefreshToken { session: after.id, number: 1 });
    }
}

#[test]
fn a_lost_response_is_given_again_for_ten_seconds() {
    for shown in shown_of(&session()) {
        let first = decided(&shown, &session());
        let after = rotated(&session(), &first);
        let first = first.outcome.unwrap();
        for secs in [0, 10] {
            let again = decided_at(NOW.plus_secs(secs), &shown, &after, &Policy::default());
            assert_eq!(again.changes, []);
            let again = again.outcome.unwrap();
            assert_eq!(again.claims, first.claims);
            assert_eq!(again.refresh_token, first.refresh_token);
        }
        let late = decided_at(NOW.plus_secs(11), &shown, &after, &Policy::default());
        assert_eq!(code(&late), Some(Code::TokenReused));
        assert_eq!(late.changes, [Change::EndSession { session: after.id }]);
    }
}

#[test]
fn a_refresh_token_ends_refreshing_by_bearer_also_where_a_bearer_was_quicker() {
    let [by_token, by_bearer] = shown_of(&session());
    let after = rotated(&session(), &decided(&by_bearer, &session()));
    assert!(after.bearer_refresh);
    assert_eq!(decided(&by_token, &after).changes, [Change::RefuseBearers { session: after.id }]);
    let refused = Session { bearer_refresh: false, ..after };
    assert_eq!(decided(&by_token, &refused).changes, []);
}

#[test]
fn once_somebody_went_on_a_replaced_token_ends_the_session_at_once() {
    for (index, shown) in shown_of(&session()).into_iter().enumerate() {
        let second = rotated(&session(), &decided(&shown, &session()));
        let next = shown_of(&second)[index].clone();
        let third = rotated(&second, &decided(&next, &second));
        let reuse = decided(&shown, &third);
        assert_eq!(code(&reuse), Some(Code::TokenReused));
        assert_eq!(reuse.changes, [Change::EndSession { session: third.id }]);
        assert_eq!(reuse.events.len(), 1);
    }
}

#[test]
fn a_refresh_token_from_a_future_that_was_lost_ends_the_session() {
    let ahead = Shown::RefreshToken(RefreshToken { session: session().id, number: 5 });
    assert_eq!(code(&decided(&ahead, &session())), Some(Code::TokenReused));
}

#[test]
fn after_a_refresh_token_no_bearer_is_taken() {
    let [by_token, _] = shown_of(&session());
    let after = rotated(&session(), &decided(&by_token, &session()));
    let [_, bearer] = shown_of(&after);
    let decision = decided(&bearer, &after);
    assert_eq!(code(&decision), Some(Code::TokenNotRefreshable));
    assert_eq!(decision.changes, []);
}

#[test]
fn an_access_token_is_taken_within_the_window_past_its_expiry() {
    let session = session();
    let [_, bearer] = shown_of(&session);
    let expiry = session.claims("us", &[]).expires_at;
    for (window, secs, told) in [
        (600, 599, None),
        (600, 600, Some(Code::TokenExpired)),
        (0, -1, None),
        (0, 0, Some(Code::TokenExpired)),
    ] {
        let policy = Policy { refresh_window_secs: window, ..Policy::default() };
        let decision = decided_at(expiry.plus_secs(secs), &bearer, &session, &policy);
        assert_eq!(code(&decision), told, "{window} {secs}");
    }
}

#[test]
fn nothing_is_given_past_the_end_of_the_session() {
    for shown in shown_of(&session()) {
        let end = session().expires_at;
        let policy = Policy { refresh_window_secs: u32::MAX, ..Policy::default() };
        let last = decided_at(end.plus_secs(-1), &shown, &session(), &policy);
        assert_eq!(last.outcome.unwrap().claims.expires_at, end, "a token does not outlive its session");
        assert_eq!(code(&decided_at(end, &shown, &session(), &policy)), Some(Code::SessionEnded));
    }
}

#[test]
fn a_user_or_an_application_that_is_stopped_gets_no_pair() {
    let [shown, _] = shown_of(&session());
    let context =
        RefreshContext { policy: &Policy::default(), issuer: "us", refresh_key: &refresh_key(), now: NOW };
    for status in [AccountStatus::Suspended, AccountStatus::Deleted] {
        let account = Account { status, ..account() };
        let standing =
            Standing { session: session(), account, application: samples::application(), roles: Vec::new() };
        assert_eq!(code(&decide(&shown, Some(standing), [3; 16], context)), Some(Code::SessionEnded));
    }
    let application = Application { status: ApplicationStatus::Disabled, ..samples::application() };
    let standing = Standing { session: session(), account: account(), application, roles: Vec::new() };
    assert_eq!(code(&decide(&shown, Some(standing), [3; 16], context)), Some(Code::ApplicationDisabled));
}

#[test]
#[cfg(feature = "sign")]
fn the_same_claims_make_the_same_token() {
    // What is given again after a lost response is the pair itself, not one like it.
    use crate::token::{Algorithm, RootSecret};

    let root = RootSecret::new(&[9; 32]).unwrap();
    for algorithm in [Algorithm::Hs256, Algorithm::EdDsa] {
        let key = root.signing_key(algorithm).unwrap();
        let sign = || key.sign_access_token(&session().claims("us", &[])).unwrap();
        assert_eq!(sign(), sign());
    }
}
