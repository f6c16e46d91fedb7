use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::audit::{Origin, Record};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::keyring::KeyState;
use countersign_core::mfa::TotpSecret;

use super::*;
use crate::app::now;
use crate::store::tests::{new_account, open_session, session, temporary_file};
use crate::store::{Committed, DatabaseLocation};

fn root(fill: u8) -> countersign_core::token::RootSecret {
    countersign_core::token::RootSecret::new(&[fill; 32]).unwrap()
}

fn secrets(fill: u8, previous: Option<u8>) -> Secrets {
    Secrets { root: root(fill), previous: previous.map(root) }
}

fn wanted(algorithm: Algorithm) -> Wanted {
    Wanted { algorithm, is_set: false, token_ttl_secs: 3_600 }
}

async fn started(store: &Store, secrets: &Secrets, algorithm: Algorithm) -> Result<SigningKeys, KeysError> {
    start(store.clone(), secrets, wanted(algorithm), now()).await
}

fn memory() -> Store {
    Store::open(&DatabaseLocation::Memory).unwrap()
}

fn kid(keys: &SigningKeys) -> String {
    keys.current().unwrap().signing.kid().to_owned()
}

fn kids(keys: &SigningKeys) -> Vec<String> {
    let current = keys.current().unwrap();
    current.verifying.keys().iter().map(|key| key.kid().unwrap().to_owned()).collect()
}

/// What the audit was told.
fn told(store: &Store) -> Vec<String> {
    store.audit_after(0, 100).unwrap().into_iter().map(|entry| entry.record.event).collect()
}

/// Somebody with a session and a factor, as the store knows them from before.
async fn inhabited(store: &Store, factor_under: u8) -> countersign_core::id::UserId {
    let account = new_account("ada");
    let created = store.commit(&[Change::CreateAccount(Box::new(account))]).await.unwrap();
    let Committed::Applied { created: Some(user) } = created else { panic!("{created:?}") };
    let sealed = root(factor_under)
        .sealing_key()
        .seal(&TotpSecret::from_bytes(*b"12345678901234567890"), user, [1; 24])
        .unwrap();
    let factor = Change::ProposeFactor { user, secret: sealed, at: now() };
    store.commit(&[open_session(session(user, 1)), factor]).await.unwrap();
    user
}

#[tokio::test]
async fn the_first_start_makes_a_key_and_the_next_and_later_ones_find_them() {
    let store = memory();
    let first = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    assert_eq!(kids(&first).len(), 2);
    assert_ne!(kid(&first), root(7).signing_key(Algorithm::EdDsa).unwrap().kid(), "it is random");
    let second = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    assert_eq!((kid(&first), kids(&first)), (kid(&second), kids(&second)));
}

#[tokio::test]
async fn tokens_from_before_keys_were_stored_stay_good() {
    for (algorithm, previous) in
        [(Algorithm::EdDsa, None), (Algorithm::EdDsa, Some(6)), (Algorithm::Hs256, Some(6))]
    {
        let store = memory();
        inhabited(&store, previous.unwrap_or(7)).await;
        let keys = started(&store, &secrets(7, previous), algorithm).await.unwrap();
        let signed_by = root(previous.unwrap_or(7)).signing_key(algorithm).unwrap();
        assert!(kids(&keys).contains(&signed_by.kid().to_owned()), "{algorithm:?} {previous:?}");
    }
}

#[tokio::test]
async fn another_root_secret_is_refused_and_changes_nothing() {
    let store = memory();
    let keys = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    let (probe, keyring) = (store.probe().unwrap(), store.keyring().unwrap());
    for wrong in [secrets(8, None), secrets(8, Some(9))] {
        let error = started(&store, &wrong, Algorithm::EdDsa).await.unwrap_err();
        assert!(matches!(error, KeysError::WrongRoot), "{error}");
        assert!(error.to_string().contains("SECRET_KEY_PREVIOUS"), "{error}");
        let error = rotate(&store, &wrong, None, now()).await.unwrap_err();
        assert!(matches!(error, KeysError::WrongRoot), "{error}");
    }
    assert_eq!((store.probe().unwrap(), store.keyring().unwrap()), (probe, keyring));
    drop(keys);

    // From before there was a probe, a second factor tells.
    let old = memory();
    inhabited(&old, 7).await;
    let error = started(&old, &secrets(8, None), Algorithm::EdDsa).await.unwrap_err();
    assert!(matches!(error, KeysError::WrongRoot), "{error}");
}

#[tokio::test]
async fn under_a_new_root_secret_all_is_sealed_anew_at_once() {
    let store = memory();
    let before = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    let user = inhabited(&store, 7).await;
    let record = Record::of(&Event::LoggedOut { user }, &Origin::default(), now()).unwrap();
    store.commit_and_record(&[], vec![record]).await.unwrap();
    let place = store.audit_standing().unwrap().newest;
    store.commit(&[Change::SealAudit(root(7).audit_key().seal(place))]).await.unwrap();

    let after = started(&store, &secrets(8, Some(7)), Algorithm::EdDsa).await.unwrap();
    assert_eq!((kid(&before), kids(&before)), (kid(&after), kids(&after)));
    let sealed = store.factor(user).unwrap().unwrap().secret;
    assert!(root(8).sealing_key().open(&sealed, user).is_ok());
    assert!(root(7).sealing_key().open(&sealed, user).is_err());
    let seal = store.audit_standing().unwrap().seal.unwrap();
    assert!(root(8).audit_key().holds(&seal) && !root(7).audit_key().holds(&seal));
    assert_eq!(told(&store), ["logged_out", "root_secret_replaced"]);
    // From then on the old one is a wrong one, and the new one needs no help.
    assert!(matches!(started(&store, &secrets(7, None), Algorithm::EdDsa).await, Err(KeysError::WrongRoot)));
    let alone = started(&store, &secrets(8, None), Algorithm::EdDsa).await.unwrap();
    assert_eq!(kid(&alone), kid(&after));
}

#[tokio::test]
async fn starts_at_once_agree_on_one_key() {
    let (_folder, location) = temporary_file();
    let stores: Vec<_> = (0..4).map(|_| Store::open(&location).unwrap()).collect();
    let starting: Vec<_> = stores
        .iter()
        .map(|store| {
            let store = store.clone();
            tokio::spawn(async move { started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap() })
        })
        .collect();
    let mut found = Vec::new();
    for start in starting {
        let keys = start.await.unwrap();
        found.push((kid(&keys), kids(&keys)));
    }
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
}

#[tokio::test]
async fn a_rotation_is_noticed_by_those_who_run_already() {
    let (_folder, location) = temporary_file();
    let [served, passing] = [0, 1].map(|_| Store::open(&location).unwrap());
    let keys = started(&served, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    let (first, known) = (kid(&keys), kids(&keys));
    rotate(&passing, &secrets(7, None), None, now()).await.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(kid(&keys), known[1], "the one that waited signs");
    assert!(kids(&keys).contains(&first));
    assert_eq!(told(&served), ["signing_key_replaced"]);

    rotate(&passing, &secrets(7, None), Some(Algorithm::Es256), now()).await.unwrap();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let current = keys.current().unwrap();
    assert_eq!(current.signing.algorithm(), Algorithm::Es256);
    for algorithm in [Algorithm::EdDsa, Algorithm::Es256] {
        assert!(current.algorithms.contains(&algorithm), "{algorithm:?}");
    }
    assert!(kids(&keys).contains(&first));
}

#[tokio::test]
async fn the_algorithm_of_a_rotation_lasts_unless_another_is_set() {
    let store = memory();
    started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    rotate(&store, &secrets(7, None), Some(Algorithm::Es256), now()).await.unwrap();
    let restarted = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    assert_eq!(restarted.current().unwrap().signing.algorithm(), Algorithm::Es256);

    let is_set = Wanted { is_set: true, ..wanted(Algorithm::EdDsa) };
    let set = start(store.clone(), &secrets(7, None), is_set, now()).await.unwrap();
    assert_eq!(set.current().unwrap().signing.algorithm(), Algorithm::EdDsa);
}

#[tokio::test]
async fn a_shared_secret_and_the_one_before_verify_and_the_new_one_signs() {
    let store = memory();
    let of = |fill: u8| root(fill).signing_key(Algorithm::Hs256).unwrap().kid().to_owned();
    let first = started(&store, &secrets(7, None), Algorithm::Hs256).await.unwrap();
    assert_eq!((kid(&first), kids(&first)), (of(7), vec![of(7)]));
    assert_eq!(first.current().unwrap().jwks(now()), r#"{"keys":[]}"#);
    let second = started(&store, &secrets(8, Some(7)), Algorithm::Hs256).await.unwrap();
    assert_eq!((kid(&second), kids(&second)), (of(8), vec![of(8), of(7)]));
    // Once it is no longer set it verifies nothing.
    let third = started(&store, &secrets(8, None), Algorithm::Hs256).await.unwrap();
    assert_eq!(kids(&third), [of(8)]);

    let other = started(&store, &secrets(8, None), Algorithm::EdDsa).await.unwrap();
    assert_eq!(other.current().unwrap().signing.algorithm(), Algorithm::EdDsa);
    assert!(kids(&other).contains(&of(8)), "tokens of the shared secret stay good");
    let states: Vec<_> = store.keyring().unwrap().keys().iter().map(|key| key.state(now())).collect();
    let replaced = KeyState::Replaced;
    assert_eq!(states, [KeyState::Active, KeyState::Waiting, replaced, replaced]);
}

#[tokio::test]
async fn the_database_alone_holds_no_secret() {
    let (_folder, location) = temporary_file();
    let store = Store::open(&location).unwrap();
    let keys = started(&store, &secrets(7, None), Algorithm::EdDsa).await.unwrap();
    inhabited(&store, 7).await;
    let current = keys.current().unwrap();
    let private = current.signing.private_bytes().unwrap();
    let public = current.jwks(now());
    drop((current, keys));
    store.close();

    let DatabaseLocation::File(path) = &location else { panic!("{location:?}") };
    let file = std::fs::read(path).unwrap();
    let holds = |wanted: &[u8]| file.windows(wanted.len()).any(|part| part == wanted);
    // The search finds what is there.
    let x = public.split(r#""x":""#).nth(1).unwrap().split('"').next().unwrap();
    assert!(holds(x.as_bytes()), "{public}");
    let totp = b"12345678901234567890";
    for secret in [private.expose().as_slice(), totp, &[7; 32]] {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let encoded = URL_SAFE_NO_PAD.encode(secret);
        for written in [secret, hex.as_bytes(), hex.to_uppercase().as_bytes(), encoded.as_bytes()] {
            assert!(!holds(written));
        }
    }
}
