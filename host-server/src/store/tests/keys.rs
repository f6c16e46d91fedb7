//! What every database must do with signing keys and with what is sealed.

use countersign_core::change::{Change, KeyChange};
use countersign_core::keyring::{Keyring, SealedKey, SealedProbe, StoredKey};
use countersign_core::mfa::SealedSecret;
use countersign_core::token::Algorithm;

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, new_account, temporary_file};

const DONE: Committed = Committed::Applied { created: None };

contract! {
    a_key_is_found_as_it_was_added,
    one_key_is_active_and_it_is_replaced_once,
    only_a_key_that_waits_is_dropped,
    a_key_that_signs_is_not_withdrawn,
    a_replaced_key_loses_its_private_half_and_then_goes,
    the_longest_lifetime_counts,
    a_probe_is_set_once_and_replaced_once,
    what_is_sealed_is_sealed_anew_once,
}

fn made(kid: &str) -> StoredKey {
    let halves = Some((SealedKey::stored(format!("sealed {kid}")), format!("{{\"kid\":\"{kid}\"}}")));
    StoredKey::waiting(kid.to_owned(), Algorithm::EdDsa, halves, NOW)
}

fn add(kid: &str) -> Change {
    Change::Key(KeyChange::Add(Box::new(made(kid))))
}

fn activate(kid: &str) -> Change {
    Change::Key(KeyChange::Activate { kid: kid.to_owned(), at: NOW.plus_secs(1), token_ttl_secs: 60 })
}

fn replace(kid: &str) -> Change {
    let (at, tokens_until) = (NOW.plus_secs(2), NOW.plus_secs(99));
    Change::Key(KeyChange::Replace { kid: kid.to_owned(), at, tokens_until })
}

async fn a_key_is_found_as_it_was_added(store: Store) {
    assert_eq!(store.keyring().unwrap(), Keyring::default());
    let shared = StoredKey::waiting("b".to_owned(), Algorithm::Hs256, None, NOW.plus_secs(1));
    assert_eq!(
        store.commit(&[add("a"), Change::Key(KeyChange::Add(Box::new(shared.clone())))]).await.unwrap(),
        DONE
    );
    assert_eq!(store.keyring().unwrap(), Keyring::new(vec![made("a"), shared]));
    assert_eq!(store.commit(&[add("a")]).await.unwrap(), Committed::Conflict);
}

async fn one_key_is_active_and_it_is_replaced_once(store: Store) {
    assert_eq!(store.commit(&[add("a"), add("b"), activate("a")]).await.unwrap(), DONE);
    for refused in [activate("b"), activate("a"), replace("b")] {
        assert_eq!(store.commit(&[refused]).await.unwrap(), Committed::Conflict);
    }
    assert_eq!(store.commit(&[replace("a"), activate("b")]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[replace("a")]).await.unwrap(), Committed::Conflict);
    let replaced = StoredKey {
        active_since: Some(NOW.plus_secs(1)),
        replaced_at: Some(NOW.plus_secs(2)),
        tokens_until: Some(NOW.plus_secs(99)),
        token_ttl_secs: 60,
        ..made("a")
    };
    let active = StoredKey { active_since: Some(NOW.plus_secs(1)), token_ttl_secs: 60, ..made("b") };
    assert_eq!(store.keyring().unwrap(), Keyring::new(vec![replaced, active]));
}

async fn only_a_key_that_waits_is_dropped(store: Store) {
    let drop = |kid: &str| Change::Key(KeyChange::Drop { kid: kid.to_owned() });
    store.commit(&[add("a"), add("b"), activate("a")]).await.unwrap();
    assert_eq!(store.commit(&[drop("a")]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.commit(&[drop("b")]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[drop("b")]).await.unwrap(), Committed::Conflict);
}

async fn a_key_that_signs_is_not_withdrawn(store: Store) {
    let withdraw = |kid: &str| Change::Key(KeyChange::Withdraw { kid: kid.to_owned() });
    store.commit(&[add("a"), add("b"), activate("a")]).await.unwrap();
    assert_eq!(store.commit(&[withdraw("a")]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.commit(&[replace("a"), activate("b"), withdraw("a")]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[add("c"), withdraw("c")]).await.unwrap(), DONE);
    let left = store.keyring().unwrap();
    assert_eq!(left.keys().iter().map(|key| key.kid.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(store.commit(&[withdraw("a")]).await.unwrap(), Committed::Conflict);
}

async fn a_replaced_key_loses_its_private_half_and_then_goes(store: Store) {
    store.commit(&[add("a"), add("b"), activate("a"), replace("a"), activate("b")]).await.unwrap();
    let sweep = |replaced, expired| {
        Change::Key(KeyChange::Forget {
            replaced_by: NOW.plus_secs(replaced),
            expired_by: NOW.plus_secs(expired),
        })
    };
    let sealed = |store: &Store| -> Vec<_> {
        let keyring = store.keyring().unwrap();
        keyring.keys().iter().map(|key| (key.kid.clone(), key.sealed.is_some())).collect()
    };
    let key = |kid: &str, is_sealed| (kid.to_owned(), is_sealed);
    for (replaced, expired, expected) in [
        (1, 98, vec![key("b", true), key("a", true)]),
        (2, 98, vec![key("b", true), key("a", false)]),
        (2, 99, vec![key("b", true)]),
        (9_999, 9_999, vec![key("b", true)]),
    ] {
        store.commit(&[sweep(replaced, expired)]).await.unwrap();
        assert_eq!(sealed(&store), expected, "{replaced} {expired}");
    }
}

async fn the_longest_lifetime_counts(store: Store) {
    store.commit(&[add("a"), activate("a")]).await.unwrap();
    for (secs, longest) in [(59, 60), (3_600, 3_600), (60, 3_600)] {
        store
            .commit(&[Change::Key(KeyChange::NoteTokenLifetime { kid: "a".to_owned(), secs })])
            .await
            .unwrap();
        assert_eq!(store.keyring().unwrap().active().map(|key| key.token_ttl_secs), Some(longest));
    }
}

async fn a_probe_is_set_once_and_replaced_once(store: Store) {
    let probe = |text: &str| SealedProbe::stored(text.to_owned());
    assert_eq!(store.probe().unwrap(), None);
    let first = || Change::Key(KeyChange::SetProbe { from: None, to: probe("a") });
    assert_eq!(store.commit(&[first()]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[first()]).await.unwrap(), Committed::Conflict);
    let next = || Change::Key(KeyChange::SetProbe { from: Some(probe("a")), to: probe("b") });
    assert_eq!(store.commit(&[next()]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[next()]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.probe().unwrap(), Some(probe("b")));
}

async fn what_is_sealed_is_sealed_anew_once(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let secret = |text: &str| SealedSecret::stored(text.to_owned());
    store.commit(&[Change::ProposeFactor { user, secret: secret("a"), at: NOW }, add("a")]).await.unwrap();
    assert_eq!(store.sealed_factors(None, 9).unwrap(), [(user, secret("a"))]);
    assert_eq!(store.sealed_factors(Some(user), 9).unwrap(), []);

    let factor = || Change::Key(KeyChange::ResealFactor { user, from: secret("a"), to: secret("b") });
    let from = SealedKey::stored("sealed a".to_owned());
    let key = || {
        Change::Key(KeyChange::Reseal {
            kid: "a".to_owned(),
            from: from.clone(),
            to: SealedKey::stored("anew".to_owned()),
        })
    };
    assert_eq!(store.commit(&[factor(), key()]).await.unwrap(), DONE);
    for again in [factor(), key()] {
        assert_eq!(store.commit(&[again]).await.unwrap(), Committed::Conflict);
    }
    assert_eq!(store.sealed_factors(None, 9).unwrap(), [(user, secret("b"))]);
    let sealed = store.keyring().unwrap().keys()[0].sealed.clone();
    assert_eq!(sealed, Some(SealedKey::stored("anew".to_owned())));
}
