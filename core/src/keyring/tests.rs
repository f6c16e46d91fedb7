use super::*;
use crate::samples::NOW;

fn made(kid: &str, algorithm: Algorithm) -> StoredKey {
    let halves = Some((SealedKey::stored(format!("sealed {kid}")), format!("public {kid}")));
    StoredKey::waiting(kid.to_owned(), algorithm, halves.filter(|_| algorithm != Algorithm::Hs256), NOW)
}

fn eddsa(kid: &str) -> StoredKey {
    made(kid, Algorithm::EdDsa)
}

/// What the store would hold once the changes are made.
fn after(keyring: &Keyring, changes: Vec<Change>) -> Keyring {
    let mut keys = keyring.keys().to_vec();
    for change in changes {
        match change {
            Change::Key(KeyChange::Add(key)) => keys.push(*key),
            Change::Key(KeyChange::Drop { kid }) => keys.retain(|key| key.kid != kid),
            Change::Key(KeyChange::Withdraw { kid }) => {
                assert!(Keyring::new(keys.clone()).active().is_some_and(|key| key.kid != kid), "{kid} signs");
                keys.retain(|key| key.kid != kid);
            }
            Change::Key(KeyChange::Replace { kid, at, tokens_until }) => {
                let key = keys.iter_mut().find(|key| key.kid == kid).unwrap();
                (key.replaced_at, key.tokens_until) = (Some(at), Some(tokens_until));
            }
            Change::Key(KeyChange::Activate { kid, at, token_ttl_secs }) => {
                let key = keys.iter_mut().find(|key| key.kid == kid).unwrap();
                (key.active_since, key.replaced_at, key.tokens_until) = (Some(at), None, None);
                key.token_ttl_secs = token_ttl_secs;
            }
            other => panic!("{other:?}"),
        }
    }
    Keyring::new(keys)
}

fn rotated(keyring: &Keyring, algorithm: Algorithm, made: Vec<StoredKey>, now: Timestamp) -> Keyring {
    assert_eq!(made.len(), keyring.wanted(algorithm));
    after(keyring, keyring.rotate(algorithm, made, 3_600, now))
}

fn begun() -> Keyring {
    rotated(&Keyring::default(), Algorithm::EdDsa, vec![eddsa("a"), eddsa("b")], NOW)
}

fn kids(keyring: &Keyring) -> Vec<&str> {
    keyring.keys().iter().map(|key| key.kid.as_str()).collect()
}

#[test]
fn one_key_signs_and_the_next_is_published_before_it_does() {
    let first = begun();
    assert_eq!(first.active().map(|key| key.kid.as_str()), Some("a"));
    assert_eq!(first.published(NOW).collect::<Vec<_>>(), ["public a", "public b"]);

    let second = rotated(&first, Algorithm::EdDsa, vec![eddsa("c")], NOW.plus_secs(10));
    assert_eq!(second.active().map(|key| key.kid.as_str()), Some("b"));
    assert_eq!(kids(&second), ["b", "c", "a"]);
}

#[test]
fn a_replaced_key_is_published_until_its_last_token_has_expired() {
    let keyring = rotated(&begun(), Algorithm::EdDsa, vec![eddsa("c")], NOW);
    let until = NOW.plus_secs(HANDOVER_SECS + 3_600);
    assert_eq!(keyring.keys()[2].tokens_until, Some(until));
    assert_eq!(keyring.keys()[2].state(until.plus_secs(-1)), KeyState::Replaced);
    assert_eq!(keyring.published(until.plus_secs(-1)).count(), 3);
    assert_eq!(keyring.keys()[2].state(until), KeyState::Dead);
    assert_eq!(keyring.published(until).count(), 2);
}

#[test]
fn the_newest_of_the_replaced_keys_comes_first() {
    let mut keyring = begun();
    for (secs, kid) in [(5, "c"), (6, "d"), (7, "e")] {
        keyring = rotated(&keyring, Algorithm::EdDsa, vec![eddsa(kid)], NOW.plus_secs(secs));
    }
    assert_eq!(kids(&keyring), ["d", "e", "c", "b", "a"]);
}

#[test]
fn another_algorithm_signs_at_once_and_what_waited_is_dropped() {
    // To verifiers a key of HS256 has no public half; the store takes any algorithm.
    let first = begun();
    let shared = rotated(&first, Algorithm::Hs256, vec![made("s", Algorithm::Hs256)], NOW);
    assert_eq!(kids(&shared), ["s", "a"]);
    assert_eq!(shared.published(NOW).collect::<Vec<_>>(), ["public a"]);

    let again = rotated(&shared, Algorithm::EdDsa, vec![eddsa("d"), eddsa("e")], NOW.plus_secs(1));
    assert_eq!(kids(&again), ["d", "e", "s", "a"]);
    // The secret is taken up again, which is the same key by then.
    let back = rotated(&again, Algorithm::Hs256, vec![made("s", Algorithm::Hs256)], NOW.plus_secs(2));
    assert_eq!(kids(&back), ["s", "d", "a"]);
    assert_eq!(back.active().and_then(|key| key.tokens_until), None);
}

#[test]
fn a_key_that_is_withdrawn_is_gone_and_there_is_always_one_that_signs_and_one_that_waits() {
    let keyring = rotated(&begun(), Algorithm::EdDsa, vec![eddsa("c")], NOW);
    assert_eq!(kids(&keyring), ["b", "c", "a"]);
    for (kid, made, left) in [
        ("b", vec![eddsa("d")], vec!["c", "d", "a"]),
        ("c", vec![eddsa("d")], vec!["b", "d", "a"]),
        ("a", vec![], vec!["b", "c"]),
    ] {
        assert_eq!(keyring.wanted_instead_of(kid), Some(made.len()), "{kid}");
        assert_eq!(kids(&after(&keyring, keyring.withdraw(kid, made, NOW))), left, "{kid}");
    }
    assert_eq!(keyring.wanted_instead_of("z"), None);
    assert_eq!(keyring.withdraw("z", vec![], NOW), []);
}

#[test]
fn no_secret_is_shown_in_a_debug_print() {
    let shown = format!("{:?} {:?}", eddsa("a"), SealedProbe::stored("sealed probe".to_owned()));
    assert!(!shown.contains("sealed a") && !shown.contains("sealed probe"), "{shown}");
}

#[cfg(feature = "sign")]
mod sealed {
    use super::*;
    use crate::sealing::SealError;
    use crate::token::SigningKey;

    #[test]
    fn a_key_opens_under_its_own_name_and_algorithm_alone() {
        let key = KeyEncryptionKey::new(&[7; 32]);
        let [one, other] = [1, 2].map(|seed| SigningKey::generate(Algorithm::EdDsa, &[seed; 32]).unwrap());
        let sealed = key.seal(&one, [3; 24]).unwrap();
        let opened = |with: &KeyEncryptionKey, kid: &str, algorithm| {
            with.open(&sealed, kid, algorithm).map(|key| key.kid().to_owned())
        };
        assert_eq!(opened(&key, one.kid(), Algorithm::EdDsa), Ok(one.kid().to_owned()));
        assert_eq!(opened(&key, other.kid(), Algorithm::EdDsa), Err(SealError));
        assert_eq!(opened(&key, one.kid(), Algorithm::Hs256), Err(SealError));
        let stranger = KeyEncryptionKey::new(&[8; 32]);
        assert_eq!(opened(&stranger, one.kid(), Algorithm::EdDsa), Err(SealError));

        let resealed = key.reseal(&sealed, one.kid(), Algorithm::EdDsa, &stranger, [4; 24]).unwrap();
        assert!(stranger.open(&resealed, one.kid(), Algorithm::EdDsa).is_ok());
        assert!(key.open(&resealed, one.kid(), Algorithm::EdDsa).is_err());
    }

    #[test]
    fn only_its_own_key_opens_a_probe() {
        let [right, wrong] = [7, 8].map(|fill| KeyEncryptionKey::new(&[fill; 32]));
        let probe = right.probe([1; 24]).unwrap();
        assert!(right.opens(&probe) && !wrong.opens(&probe));
        // What is sealed as a key is no probe.
        let signing = SigningKey::generate(Algorithm::EdDsa, &[1; 32]).unwrap();
        let sealed = right.seal(&signing, [2; 24]).unwrap();
        assert!(!right.opens(&SealedProbe::stored(sealed.as_str().to_owned())));
    }

    #[test]
    fn a_key_of_keys_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", KeyEncryptionKey::new(&[7; 32])), "KeyEncryptionKey([redacted])");
    }
}
