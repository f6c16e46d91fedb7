//! What every database must do.

use countersign_core::account::{AccountRole, NewAccount};
use countersign_core::application::{Application, ApplicationName, ApplicationStatus};
use countersign_core::authenticate::SessionWithAccount;
use countersign_core::change::Change;
use countersign_core::id::{ApplicationId, SessionId, TokenId, UserId};
use countersign_core::login::Identifier;
use countersign_core::password::{HashBounds, StoredHash};
use countersign_core::secret::TokenDigest;
use countersign_core::session::{Client, DEVICES_PER_USER, Pair, SESSIONS_PER_USER, Session};
use countersign_core::throttle::{GuessSubject, Guesses};

use super::super::{Committed, DatabaseLocation, Store, StoreError};
use super::{
    NOW, count_guess, new_account, open_session, password_hash, remember_device, session, temporary_file,
};

const DONE: Committed = Committed::Applied { created: None };

contract! {
    an_account_is_found_as_it_was_created,
    what_was_not_given_stays_away,
    names_are_taken_in_any_letter_case,
    an_account_of_no_application_is_a_conflict,
    the_default_application_is_there,
    a_session_is_found_with_its_account,
    a_session_wants_an_active_user_and_the_checked_hash,
    a_session_of_nobody_or_of_no_application_is_a_conflict,
    the_newest_sessions_stay,
    sessions_that_are_over_make_way,
    a_pair_is_replaced_once,
    the_last_use_of_a_session_never_goes_back,
    sessions_end_one_or_all_or_all_but_one,
    sessions_are_listed_newest_first_from_a_place_on,
    a_device_is_known_for_its_own_user,
    the_newest_devices_stay_known,
    a_hash_is_replaced_once,
    each_kind_of_hash_is_told_once_for_as_long_as_it_is_stored,
    a_conflict_leaves_nothing_behind,
    nothing_to_do_is_done,
    a_closed_store_fails_and_does_not_hang,
}

async fn an_account_is_found_as_it_was_created(store: Store) {
    let new = new_account("Ada.Lovelace");
    let user = store.create(new.clone()).await.unwrap();
    let other = store.create(new_account("Grace")).await.unwrap();
    assert_ne!(user, other);

    let account = new.stored_as(user);
    assert_eq!(account.username.as_deref(), Some("Ada.Lovelace"));
    assert_eq!(store.account(user).unwrap().as_ref(), Some(&account));
    for name in ["ADA.lovelace", "ada.lovelace@EXAMPLE.com"] {
        assert_eq!(store.account_by_name(&Identifier::of(name)).unwrap().as_ref(), Some(&account), "{name}");
    }
    for name in ["ada", "ada.lovelac_", "ada.lovelace%", "", "%@example.com", "ada.lovelace@example.org"] {
        assert_eq!(store.account_by_name(&Identifier::of(name)).unwrap(), None, "{name}");
    }
    assert_eq!(store.account(UserId::new(4_711)).unwrap(), None);
}

async fn what_was_not_given_stays_away(store: Store) {
    let mut accounts = Vec::new();
    for name in ["ada", "grace"] {
        let mut new = new_account(name);
        (new.username, new.name, new.first_name, new.last_name, new.phone) = Default::default();
        new.role = AccountRole::User;
        let user = store.create(new.clone()).await.expect("no two are the same for having no username");
        assert_eq!(store.account(user).unwrap().as_ref(), Some(&new.clone().stored_as(user)));
        accounts.push(user);
    }
    assert_ne!(accounts[0], accounts[1]);
    assert_eq!(store.names_taken(None, "nobody@example.com").unwrap(), (false, false));
}

async fn names_are_taken_in_any_letter_case(store: Store) {
    let taken = |username, email| store.names_taken(username, email).unwrap();
    assert_eq!(taken(Some("Ada"), "ada@example.com"), (false, false));
    store.create(new_account("Ada")).await.unwrap();
    assert_eq!(taken(Some("aDA"), "ADA@example.com"), (true, true));
    assert_eq!(taken(Some("grace"), "ada@example.com"), (false, true));
    assert_eq!(taken(None, "ada@example.com"), (false, true));

    let mut same_username = new_account("Grace");
    same_username.username = new_account("aDA").username;
    assert_eq!(store.create(same_username).await, None);
    let mut same_email = new_account("Grace");
    same_email.email = new_account("ada").email;
    assert_eq!(store.create(same_email).await, None);
    assert!(store.create(new_account("Grace")).await.is_some());
}

async fn an_account_of_no_application_is_a_conflict(store: Store) {
    let mut new = new_account("ada");
    new.application = ApplicationId::parse("gone").unwrap();
    assert_eq!(store.create(new).await, None);
    assert_eq!(store.names_taken(Some("ada"), "ada@example.com").unwrap(), (false, false));
}

async fn the_default_application_is_there(store: Store) {
    let id = ApplicationId::default_application();
    let name = ApplicationName::parse("Default").unwrap();
    let created_at = store.application(&id).unwrap().unwrap().created_at;
    let default = Application { id: id.clone(), name, status: ApplicationStatus::Active, created_at };
    assert_eq!(store.application(&id).unwrap(), Some(default));
    assert_eq!(store.application(&ApplicationId::parse("Default").unwrap()).unwrap(), None);
}

async fn a_session_is_found_with_its_account(store: Store) {
    let (ada, grace) = (new_account("ada"), new_account("grace"));
    let ada_id = store.create(ada).await.unwrap();
    let grace_id = store.create(grace.clone()).await.unwrap();
    let opened = session(grace_id, 1);
    assert_eq!(store.commit(&[open_session(session(ada_id, 2))]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[open_session(opened.clone())]).await.unwrap(), DONE);

    let found = store.session_with_account(opened.id).unwrap();
    let expected = SessionWithAccount { session: opened.clone(), account: grace.stored_as(grace_id) };
    assert_eq!(found.as_deref(), Some(&expected));
    assert_eq!(store.session_with_account(SessionId::from_bytes([9; 16])).unwrap(), None);

    let mut nameless = session(grace_id, 3);
    nameless.client = Client::default();
    nameless.pair.number = u32::MAX;
    nameless.replaced = None;
    store.commit(&[open_session(nameless.clone())]).await.unwrap();
    assert_eq!(store.session_with_account(nameless.id).unwrap().unwrap().session, nameless);
    // An id is nobody else's.
    assert_eq!(store.commit(&[open_session(opened)]).await.unwrap(), Committed::Conflict);
}

async fn a_session_wants_an_active_user_and_the_checked_hash(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let stale =
        Change::OpenSession { session: Box::new(session(user, 1)), checked_hash: password_hash(1).into() };
    assert_eq!(store.commit(&[stale]).await.unwrap(), Committed::Conflict);
    for status in
        ["UPDATE users SET status = 'suspended'", "UPDATE users SET status = 'deleted', deleted_at = 1"]
    {
        store.write(status).await;
        let opened = store.commit(&[open_session(session(user, 1))]).await.unwrap();
        assert_eq!(opened, Committed::Conflict, "{status}");
    }
    assert_eq!(store.count("SELECT count(*) FROM sessions"), 0);
    store.write("UPDATE users SET status = 'active', deleted_at = NULL").await;
    assert_eq!(store.commit(&[open_session(session(user, 1))]).await.unwrap(), DONE);
}

async fn a_session_of_nobody_or_of_no_application_is_a_conflict(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let nobody = session(UserId::new(user.value() + 1), 1);
    assert_eq!(store.commit(&[open_session(nobody)]).await.unwrap(), Committed::Conflict);
    let mut elsewhere = session(user, 1);
    elsewhere.application = ApplicationId::parse("gone").unwrap();
    assert_eq!(store.commit(&[open_session(elsewhere)]).await.unwrap(), Committed::Conflict);
}

async fn the_newest_sessions_stay(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    store.commit(&[open_session(session(other, 0))]).await.unwrap();
    // All in one second, and with ids that fall as they come.
    let sessions: Vec<_> = (0..SESSIONS_PER_USER + 2).map(|n| session(user, u128::from(9_000 - n))).collect();
    for session in &sessions {
        assert_eq!(store.commit(&[open_session(session.clone())]).await.unwrap(), DONE);
    }
    let alive: Vec<bool> =
        sessions.iter().map(|session| store.session_with_account(session.id).unwrap().is_some()).collect();
    assert_eq!(alive[..3], [false, false, true]);
    assert!(alive[2..].iter().all(|alive| *alive));
    assert!(store.session_with_account(session(other, 0).id).unwrap().is_some());
}

async fn sessions_that_are_over_make_way(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    let mut over = session(user, 1);
    over.expires_at = NOW.plus_secs(10);
    let mut of_another = session(other, 2);
    of_another.expires_at = NOW.plus_secs(10);
    let lasting = session(user, 3);
    for session in [&over, &of_another, &lasting] {
        store.commit(&[open_session(session.clone())]).await.unwrap();
    }
    let is_there = |id| store.session_with_account(id).unwrap().is_some();
    assert!(is_there(over.id));
    let mut next = session(user, 4);
    next.created_at = NOW.plus_secs(10);
    store.commit(&[open_session(next.clone())]).await.unwrap();
    assert!(!is_there(over.id) && !is_there(of_another.id));
    assert!(is_there(lasting.id) && is_there(next.id));
}

async fn a_pair_is_replaced_once(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let opened = Session { replaced: None, bearer_refresh: true, ..session(user, 1) };
    store.commit(&[open_session(opened.clone())]).await.unwrap();
    let at = NOW.plus_secs(500);
    let to = Pair {
        number: 8,
        issued_at: at,
        expires_at: at.plus_secs(60),
        token_id: TokenId::from_bytes([8; 16]),
        refresh_digest: TokenDigest::of(b"the next"),
    };
    let rotate = Change::RotatePair { session: opened.id, from: 7, to: to.clone(), bearer_refresh: false };
    assert_eq!(store.commit(std::slice::from_ref(&rotate)).await.unwrap(), DONE);
    assert_eq!(store.commit(&[rotate]).await.unwrap(), Committed::Conflict);
    let found = store.session_with_account(opened.id).unwrap().unwrap();
    let replaced = Some(opened.pair.token_id);
    let expected = Session { pair: to, replaced, bearer_refresh: false, last_used_at: at, ..opened };
    assert_eq!(found.session, expected);
}

async fn the_last_use_of_a_session_never_goes_back(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let opened = session(user, 1);
    store.commit(&[open_session(opened.clone())]).await.unwrap();
    for (secs, kept) in [(400, 400), (300, 400), (900, 900)] {
        let note = Change::NoteUse { session: opened.id, at: NOW.plus_secs(secs) };
        assert_eq!(store.commit(&[note]).await.unwrap(), DONE);
        let found = store.session_with_account(opened.id).unwrap().unwrap();
        assert_eq!(found.session.last_used_at, NOW.plus_secs(kept));
    }
}

async fn sessions_end_one_or_all_or_all_but_one(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    for (owner, number) in [(user, 1), (user, 2), (user, 3), (user, 4), (other, 5)] {
        store.commit(&[open_session(session(owner, number))]).await.unwrap();
    }
    let alive = || {
        let is_there = |number: &u128| {
            let id = SessionId::from_bytes(number.to_be_bytes());
            store.session_with_account(id).unwrap().is_some()
        };
        (1..=5).filter(is_there).collect::<Vec<u128>>()
    };
    let end_one = Change::EndSession { session: session(user, 2).id };
    for _ in 0..2 {
        assert_eq!(store.commit(std::slice::from_ref(&end_one)).await.unwrap(), DONE);
        assert_eq!(alive(), [1, 3, 4, 5]);
    }
    let except = Some(session(user, 3).id);
    store.commit(&[Change::EndSessions { user, except }]).await.unwrap();
    assert_eq!(alive(), [3, 5]);
    store.commit(&[Change::EndSessions { user, except: None }]).await.unwrap();
    assert_eq!(alive(), [5]);
}

async fn sessions_are_listed_newest_first_from_a_place_on(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    for (owner, number) in [(user, 1), (other, 2), (user, 3), (user, 4)] {
        store.commit(&[open_session(session(owner, number))]).await.unwrap();
    }
    let page = |after, limit| store.sessions_of(user, NOW, after, limit).unwrap();
    let ids = |page: &[(i64, Session)]| page.iter().map(|(_, it)| it.id).collect::<Vec<_>>();
    let first = page(None, 2);
    assert_eq!(ids(&first), [session(user, 4).id, session(user, 3).id]);
    assert_eq!(ids(&page(Some(first[1].0), 2)), [session(user, 1).id]);
    let over = session(user, 1).expires_at;
    assert_eq!(store.sessions_of(user, over, None, 10).unwrap(), []);
}

async fn a_device_is_known_for_its_own_user(store: Store) {
    let before = store.create(new_account("ada")).await.unwrap();
    let user = store.create(new_account("grace")).await.unwrap();
    let after = store.create(new_account("joan")).await.unwrap();
    let digest = TokenDigest::of(&1_u128.to_be_bytes());
    let known = || [before, user, after].map(|user| store.device_known(digest, Some(user)).unwrap());
    let had_device = || [before, user, after].map(|user| store.had_device(user).unwrap());
    assert_eq!((known(), had_device()), ([false, false, false], [false, false, false]));
    assert_eq!(store.commit(&[remember_device(user, 1)]).await.unwrap(), DONE);
    assert_eq!((known(), had_device()), ([false, true, false], [false, true, false]));
    // Again changes nothing, whoever claims it.
    assert_eq!(store.commit(&[remember_device(after, 1)]).await.unwrap(), DONE);
    assert_eq!(known(), [false, true, false]);
    assert_eq!(store.commit(&[Change::ForgetDevice { digest }]).await.unwrap(), DONE);
    assert_eq!((known(), store.had_device(user).unwrap()), ([false, false, false], true));
}

async fn the_newest_devices_stay_known(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    store.commit(&[remember_device(other, 0)]).await.unwrap();
    let tokens: Vec<u128> = (0..DEVICES_PER_USER + 2).map(|n| u128::from(9_000 - n)).collect();
    for token in &tokens {
        store.commit(&[remember_device(user, *token)]).await.unwrap();
    }
    let known =
        |token: u128, user| store.device_known(TokenDigest::of(&token.to_be_bytes()), Some(user)).unwrap();
    let of_user: Vec<bool> = tokens.iter().map(|token| known(*token, user)).collect();
    assert_eq!(of_user[..3], [false, false, true]);
    assert!(of_user[2..].iter().all(|known| *known));
    assert!(known(0, other));
}

async fn a_hash_is_replaced_once(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    let replace = |to| Change::ReplaceHash { user, from: password_hash(0).into(), to: password_hash(to) };
    assert_eq!(store.commit(&[replace(1)]).await.unwrap(), DONE);
    assert_eq!(store.commit(&[replace(2)]).await.unwrap(), Committed::Conflict);
    assert_eq!(store.account(user).unwrap().unwrap().password_hash, password_hash(1));
    assert_eq!(store.account(other).unwrap().unwrap().password_hash, password_hash(0));
}

async fn each_kind_of_hash_is_told_once_for_as_long_as_it_is_stored(store: Store) {
    assert_eq!(store.hash_kinds().unwrap(), []);
    let old = |text| StoredHash::parse_within(text, HashBounds::default()).unwrap();
    let bcrypt = old("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW");
    let scrypt = old("$scrypt$ln=4,r=1,p=1$$d9ZXYjhleyA7GcpCwYoEl/FrSETjB0ro39/6P+3iFEI");
    let ours = StoredHash::from(password_hash(0));
    let mut users = Vec::new();
    for (name, hash) in [("ada", &bcrypt), ("grace", &scrypt), ("joan", &bcrypt), ("mary", &ours)] {
        let account = NewAccount { password_hash: hash.clone(), ..new_account(name) };
        users.push(store.create(account).await.unwrap());
        assert_eq!(store.account(users[users.len() - 1]).unwrap().unwrap().password_hash, *hash);
    }
    assert_eq!(store.hash_kinds().unwrap(), [ours.kind(), bcrypt.kind(), scrypt.kind()]);
    let replace =
        |user, from: &StoredHash| Change::ReplaceHash { user, from: from.clone(), to: password_hash(1) };
    store.commit(&[replace(users[0], &bcrypt)]).await.unwrap();
    assert_eq!(store.hash_kinds().unwrap().len(), 3, "another has one still");
    let (from, to, at) = (bcrypt.clone(), password_hash(1), NOW);
    store.commit(&[Change::SetPassword { user: users[2], from, to, except: None, at }]).await.unwrap();
    assert_eq!(store.hash_kinds().unwrap(), [ours.kind(), scrypt.kind()]);
}

async fn a_conflict_leaves_nothing_behind(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let subject = GuessSubject::Account(user);
    store.commit(&[count_guess(&subject, 0)]).await.unwrap();
    let stale = Change::ReplaceHash { user, from: password_hash(1).into(), to: password_hash(2) };
    let changes = [
        Change::ClearGuesses { subject: subject.clone() },
        open_session(session(user, 1)),
        remember_device(user, 1),
        stale,
    ];
    assert_eq!(store.commit(&changes).await.unwrap(), Committed::Conflict);
    assert_eq!(store.guesses(&subject, Guesses::window_start(NOW)).unwrap().count, 1);
    assert_eq!(store.session_with_account(session(user, 1).id).unwrap(), None);
    assert_eq!(store.count("SELECT count(*) FROM devices"), 0);
    assert_eq!(store.commit(&changes[..3]).await.unwrap(), DONE);
}

async fn nothing_to_do_is_done(store: Store) {
    assert_eq!(store.commit(&[]).await.unwrap(), DONE);
    store.is_ready().await.unwrap();
}

async fn a_closed_store_fails_and_does_not_hang(store: Store) {
    let other_handle = store.clone();
    let default = ApplicationId::default_application();
    other_handle.application(&default).unwrap();
    store.close();
    let committed = other_handle.commit(&[Change::CreateAccount(Box::new(new_account("ada")))]).await;
    assert!(matches!(committed, Err(StoreError::Closed)));
    assert!(matches!(other_handle.application(&default), Err(StoreError::Closed)));
    assert!(matches!(other_handle.is_ready().await, Err(StoreError::Closed)));
    other_handle.close();
}
