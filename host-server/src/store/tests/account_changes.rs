//! What every database must do where accounts change.

use countersign_core::account::{Account, AccountRole, AccountStatus};
use countersign_core::change::{AccountEdit, Change};
use countersign_core::email::Email;
use countersign_core::id::UserId;
use countersign_core::name::PersonName;
use countersign_core::profile::Edit;
use countersign_core::secret::TokenDigest;
use countersign_core::username::Username;

use super::super::{ChosenUsers, Committed, DatabaseLocation, Store};
use super::{NOW, new_account, open_session, password_hash, remember_device, session, temporary_file};

const DONE: Committed = Committed::Applied { created: None };

contract! {
    an_edit_changes_what_it_says_and_nothing_else,
    an_edit_wants_free_names_the_hash_and_an_active_account,
    another_password_leaves_one_session_and_nothing_that_was_granted_on_the_old_one,
    a_status_is_set_once_and_a_deletion_has_its_time,
    the_last_active_admin_stays_one,
    users_are_found_by_what_they_are_and_by_parts_of_their_names,
}

fn edit(user: UserId) -> AccountEdit {
    AccountEdit {
        user,
        checked_hash: password_hash(0).into(),
        username: None,
        email: None,
        name: Edit::Keep,
        first_name: Edit::Keep,
        last_name: Edit::Keep,
        phone: Edit::Keep,
        at: NOW.plus_secs(9),
    }
}

async fn commit(store: &Store, change: Change) -> Committed {
    store.commit(&[change]).await.unwrap()
}

async fn commit_edit(store: &Store, edit: AccountEdit) -> Committed {
    commit(store, Change::EditAccount(Box::new(edit))).await
}

fn status(user: UserId, from: AccountStatus, to: AccountStatus) -> Change {
    Change::SetStatus { user, from, to, at: NOW.plus_secs(9) }
}

fn role(user: UserId, from: AccountRole, to: AccountRole) -> Change {
    Change::SetRole { user, from, to, at: NOW.plus_secs(9) }
}

async fn an_edit_changes_what_it_says_and_nothing_else(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    store.write("UPDATE users SET email_verified = 1").await;
    let mut expected = Account { email_verified: true, ..new_account("ada").stored_as(user) };
    let name = |text| Edit::Set(PersonName::parse("name", text).unwrap());

    assert_eq!(commit_edit(&store, edit(user)).await, DONE);
    expected.updated_at = NOW.plus_secs(9);
    assert_eq!(store.account(user).unwrap(), Some(expected.clone()));

    // The same address stays verified.
    let same = AccountEdit { email: new_account("ada").email.into(), name: name("Augusta"), ..edit(user) };
    assert_eq!(commit_edit(&store, same).await, DONE);
    expected.name = Some("Augusta".to_owned());
    assert_eq!(store.account(user).unwrap(), Some(expected.clone()));

    let whole = AccountEdit {
        username: Username::parse("Augusta").ok(),
        email: Email::parse("augusta@example.com").ok(),
        first_name: name("King"),
        last_name: Edit::Clear,
        phone: Edit::Clear,
        ..edit(user)
    };
    assert_eq!(commit_edit(&store, whole).await, DONE);
    expected.username = Some("Augusta".to_owned());
    (expected.email, expected.email_verified) = ("augusta@example.com".to_owned(), false);
    (expected.first_name, expected.last_name, expected.phone) = (Some("King".to_owned()), None, None);
    assert_eq!(store.account(user).unwrap(), Some(expected));
    assert_eq!(store.names_taken(Some("aUGUSTA"), "ada@example.com").unwrap(), (true, false));
    let untouched = Account { email_verified: true, ..new_account("grace").stored_as(other) };
    assert_eq!(store.account(other).unwrap(), Some(untouched));
}

async fn an_edit_wants_free_names_the_hash_and_an_active_account(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    let taken = |username, email| store.names_taken_by_others(user, username, email).unwrap();
    assert_eq!(taken(Some("ADA"), Some("ada@example.com")), (false, false));
    assert_eq!(taken(Some("GRACE"), Some("grace@example.com")), (true, true));
    assert_eq!(taken(None, None), (false, false));

    let username = AccountEdit { username: Username::parse("gRACE").ok(), ..edit(user) };
    let email = AccountEdit { email: new_account("grace").email.into(), ..edit(user) };
    let stale = AccountEdit { checked_hash: password_hash(1).into(), ..edit(user) };
    for refused in [username, email, stale] {
        assert_eq!(commit_edit(&store, refused).await, Committed::Conflict);
    }
    let own = AccountEdit { username: Username::parse("ADA").ok(), ..edit(user) };
    assert_eq!(commit_edit(&store, own).await, DONE);
    commit(&store, status(other, AccountStatus::Active, AccountStatus::Suspended)).await;
    assert_eq!(commit_edit(&store, edit(other)).await, Committed::Conflict);
}

async fn another_password_leaves_one_session_and_nothing_that_was_granted_on_the_old_one(store: Store) {
    let user = store.create(new_account("ada")).await.unwrap();
    let other = store.create(new_account("grace")).await.unwrap();
    for (owner, number) in [(user, 1), (user, 2), (other, 3)] {
        store.commit(&[open_session(session(owner, number)), remember_device(owner, number)]).await.unwrap();
    }
    store
        .write(
            "INSERT INTO mfa_logins (digest, user_id, application_id, checked_hash, expires_at, wrong_codes) \
             SELECT username, id, 'default', password_hash, 9, 0 FROM users",
        )
        .await;
    let set = |from, to| {
        let (from, to) = (password_hash(from).into(), password_hash(to));
        Change::SetPassword { user, from, to, except: Some(session(user, 2).id), at: NOW.plus_secs(9) }
    };
    assert_eq!(commit(&store, set(1, 2)).await, Committed::Conflict);
    assert_eq!(store.count("SELECT count(*) FROM sessions"), 3);
    assert_eq!(commit(&store, set(0, 1)).await, DONE);
    let account = store.account(user).unwrap().unwrap();
    assert_eq!((account.password_hash, account.updated_at), (password_hash(1).into(), NOW.plus_secs(9)));
    let alive =
        [1, 2, 3].map(|number| store.session_with_account(session(user, number).id).unwrap().is_some());
    assert_eq!(alive, [false, true, true]);
    let known =
        |token: u128, user| store.device_known(TokenDigest::of(&token.to_be_bytes()), Some(user)).unwrap();
    assert_eq!([known(1, user), known(2, user), known(3, other)], [false, false, true]);
    assert!(store.had_device(user).unwrap(), "so that a log-in by the new password is told to its owner");
    assert_eq!(store.count("SELECT count(*) FROM mfa_logins WHERE digest = 'grace'"), 1);
    assert_eq!(store.count("SELECT count(*) FROM mfa_logins"), 1);
}

async fn a_status_is_set_once_and_a_deletion_has_its_time(store: Store) {
    use AccountStatus::{Active, Deleted, Suspended};
    let user = store.create(new_account("ada")).await.unwrap();
    store.create(new_account("grace")).await.unwrap();
    for (from, to, deleted) in
        [(Active, Suspended, false), (Suspended, Deleted, true), (Deleted, Active, false)]
    {
        assert_eq!(commit(&store, status(user, from, to)).await, DONE);
        assert_eq!(commit(&store, status(user, from, to)).await, Committed::Conflict);
        let account = store.account(user).unwrap().unwrap();
        assert_eq!((account.status, account.updated_at), (to, NOW.plus_secs(9)));
        assert_eq!(account.deleted_at, deleted.then_some(NOW.plus_secs(9)));
    }
}

async fn the_last_active_admin_stays_one(store: Store) {
    use AccountStatus::{Active, Deleted, Suspended};
    let ada = store.create(new_account("ada")).await.unwrap();
    let grace = store.create(new_account("grace")).await.unwrap();
    assert!(store.another_admin(ada).unwrap());
    assert_eq!(commit(&store, status(grace, Active, Suspended)).await, DONE);
    assert!(!store.another_admin(ada).unwrap(), "one who is suspended is no help");
    for refused in [
        status(ada, Active, Suspended),
        status(ada, Active, Deleted),
        role(ada, AccountRole::Admin, AccountRole::User),
    ] {
        assert_eq!(commit(&store, refused).await, Committed::Conflict);
    }
    assert_eq!(commit(&store, status(grace, Suspended, Deleted)).await, DONE, "she was none who could act");
    assert_eq!(commit(&store, role(grace, AccountRole::Admin, AccountRole::User)).await, DONE);
    assert_eq!(commit(&store, role(grace, AccountRole::Admin, AccountRole::User)).await, Committed::Conflict);
    assert_eq!(commit(&store, status(grace, Deleted, Active)).await, DONE);
    assert_eq!(commit(&store, role(grace, AccountRole::User, AccountRole::Admin)).await, DONE);
    assert_eq!(commit(&store, role(ada, AccountRole::Admin, AccountRole::User)).await, DONE);
    assert_eq!(store.account(ada).unwrap().unwrap().role, AccountRole::User);
}

async fn users_are_found_by_what_they_are_and_by_parts_of_their_names(store: Store) {
    let mut users = Vec::new();
    for name in ["Ada", "Grace_H", "GraceXH"] {
        users.push(store.create(new_account(name)).await.unwrap());
    }
    commit(&store, role(users[1], AccountRole::Admin, AccountRole::User)).await;
    commit(&store, status(users[2], AccountStatus::Active, AccountStatus::Deleted)).await;
    let found = |chosen: ChosenUsers| -> Vec<usize> {
        let found = store.users(&chosen, None, 10).unwrap();
        found.iter().map(|(_, it)| users.iter().position(|user| *user == it.id).unwrap()).collect()
    };
    let any = ChosenUsers::default;
    let named = |text: &str| ChosenUsers { part_of_name: Some(text.to_owned()), ..any() };
    assert_eq!(found(any()), [2, 1, 0]);
    assert_eq!(found(ChosenUsers { status: Some(AccountStatus::Active), ..any() }), [1, 0]);
    assert_eq!(found(ChosenUsers { role: Some(AccountRole::User), ..any() }), [1]);
    assert_eq!(found(named("GRACE")), [2, 1]);
    assert_eq!(found(named("e_h")), [1]);
    assert_eq!(found(named("ADA@Example")), [0]);
    for nobody in ["%", "\\", "\\_", "a%a", "é"] {
        assert_eq!(found(named(nobody)), [0; 0], "{nobody}");
    }
    let both = ChosenUsers { status: Some(AccountStatus::Active), ..named("grace") };
    assert_eq!(found(both), [1]);

    let page = store.users(&any(), None, 2).unwrap();
    let rest = store.users(&any(), Some(page[1].0), 2).unwrap();
    assert_eq!(rest.iter().map(|(_, it)| it.id).collect::<Vec<_>>(), [users[0]]);
}
