//! What must be the same in the model and in the real thing after every operation, whatever it was.

use std::collections::BTreeSet;

use countersign_core::account::{Account, AccountRole, AccountStatus};
use countersign_core::application::ApplicationStatus;
use countersign_core::authenticate::{self, Asks};
use countersign_core::data::DataOwner;
use countersign_core::permission::is_permitted;
use countersign_core::session::Session;

use crate::operation::{APPLICATIONS, App, Pair, SessionNo, UserNo};
use crate::reference::{Reference, Status};
use crate::world::{World, application_id, data_key, full_name};

/// More than there is of anything in a list.
const ALL: u32 = 1_000;

/// Sessions whose tokens are tried after every operation: the newest, and as many of the others by turns.
const TRIED: usize = 12;

/// After how many operations the others begin anew.
const TURNS: usize = 50;

/// Panics where anything differs.
pub(crate) fn compare(world: &World, reference: &Reference, turn: usize) {
    compare_applications(world, reference);
    let sessions = || reference.sessions.keys().copied();
    let by_turns = sessions().cycle().skip(turn % TURNS * TRIED).take(TRIED.min(reference.sessions.len()));
    for session in sessions().rev().take(TRIED).chain(by_turns) {
        compare_tokens(world, reference, session);
    }
    // Every second user by turns.
    for user in (turn % 2..reference.users.len()).step_by(2) {
        compare_account(world, reference, user);
        compare_sessions(world, reference, user);
        compare_rights(world, reference, user);
        compare_data(world, reference, user, turn);
    }
}

fn compare_applications(world: &World, reference: &Reference) {
    let stored = world.store.applications(None, ALL).unwrap();
    let stored: Vec<_> = stored
        .iter()
        .map(|application| (application.id.as_str(), application.status == ApplicationStatus::Active))
        .collect();
    let mut expected: Vec<_> =
        reference.applications.iter().map(|(id, application)| (*id, application.active)).collect();
    expected.sort_unstable();
    assert_eq!(stored, expected, "the applications");
    for (id, application) in &reference.applications {
        let stored = world.store.roles(&application_id(id), None, ALL).unwrap();
        let stored: Vec<_> = stored.iter().map(|role| role.name.as_str()).collect();
        let expected: Vec<_> = application.roles.keys().copied().collect();
        assert_eq!(stored, expected, "the roles of {id}");
    }
}

fn compare_tokens(world: &World, reference: &Reference, session: SessionNo) {
    let held = &world.sessions[&session];
    let last = held.pairs.len() - 1;
    for number in [0, last] {
        let claims = &held.pairs[number].claims;
        let by = Pair { session, number };
        for (asks, profile) in [(Asks::Profile, true), (Asks::Other, false)] {
            let told = if world.now < claims.expires_at {
                let found = world.store.session_with_account(held.id).unwrap();
                let decided = authenticate::decide(claims, found, asks, world.now).outcome;
                decided.map(|_| ()).map_err(|rejection| rejection.code.to_string())
            } else {
                Err("token_expired".to_owned())
            };
            let expected = reference.user_by(by, profile).map(|_| ());
            assert_eq!(told, expected, "the token {by:?} on a route of the profile: {profile}");
        }
    }
}

fn compare_account(world: &World, reference: &Reference, no: UserNo) {
    let user = &reference.users[no];
    let Account { username, email, name, role, status, mfa_enabled, application, deleted_at, .. } =
        world.store.account(world.users[no]).unwrap().unwrap();
    let expected_status = match user.status {
        Status::Active => AccountStatus::Active,
        Status::Suspended => AccountStatus::Suspended,
        Status::Deleted => AccountStatus::Deleted,
    };
    let expected_role = if user.admin { AccountRole::Admin } else { AccountRole::User };
    assert_eq!(username, Some(user.username.username()), "the username of user {no}");
    assert_eq!(email, user.email.email().to_lowercase(), "the e-mail address of user {no}");
    assert_eq!(name, user.full_name.map(full_name), "the name of user {no}");
    assert_eq!((role, status), (expected_role, expected_status), "role and status of user {no}");
    assert_eq!(deleted_at.is_some(), status == AccountStatus::Deleted, "when user {no} was deleted");
    assert_eq!(application.as_str(), user.application, "the application of user {no}");
    let on = user.factor.as_ref().is_some_and(|factor| factor.on);
    let stored = world.store.factor(world.users[no]).unwrap();
    assert_eq!(mfa_enabled, on, "the second factor of user {no}");
    assert_eq!(stored.is_some(), user.factor.is_some(), "the secret of user {no}");
    assert_eq!(stored.is_some_and(|factor| factor.enabled_at.is_some()), on, "the secret of user {no}");
}

fn compare_sessions(world: &World, reference: &Reference, no: UserNo) {
    let user = &reference.users[no];
    if user.status == Status::Deleted {
        // Nobody can ask for the list.
        return;
    }
    let stored = world.store.sessions_of(world.users[no], world.now, None, ALL).unwrap();
    let stored: Vec<_> = stored.iter().map(|(_, session)| seen(session)).collect();
    let alive = reference
        .sessions
        .iter()
        .rev()
        .filter(|(_, session)| session.user == no && session.is_alive(reference.now));
    let expected: Vec<_> = alive
        .map(|(number, session)| {
            (
                world.sessions[number].id,
                session.application.to_owned(),
                session.auth_time,
                session.ends_at,
                session.pairs.len() - 1,
                session.second_factor,
                !session.refresh_token_used,
            )
        })
        .collect();
    assert_eq!(stored, expected, "the sessions of user {no}");
}

fn seen(session: &Session) -> (countersign_core::id::SessionId, String, i64, i64, usize, bool, bool) {
    (
        session.id,
        session.application.to_string(),
        session.auth_time.as_secs(),
        session.expires_at.as_secs(),
        session.pair.number as usize,
        session.second_factor,
        session.bearer_refresh,
    )
}

fn compare_rights(world: &World, reference: &Reference, no: UserNo) {
    let id = world.users[no];
    let stored = world.store.roles_of(id, ("", ""), ALL).unwrap();
    let stored: BTreeSet<_> =
        stored.iter().map(|held| (held.application.as_str(), held.role.as_str())).collect();
    let expected: BTreeSet<(&str, &str)> = reference.users[no].roles.iter().copied().collect();
    assert_eq!(stored, expected, "the roles of user {no}");
    let applications: BTreeSet<App> = expected_applications(reference, no);
    for application in applications {
        let held = world.store.roles_held(id, &application_id(application)).unwrap();
        for (action, resource) in [("read", "task"), ("write", "note"), ("*", "*")] {
            let may = is_permitted(held.iter().flat_map(|role| &role.permissions), action, resource);
            let covers = |granted: &str, asked: &str| granted == "*" || granted == asked;
            let expected = reference
                .permissions_of(no, application)
                .iter()
                .any(|(on_action, on_resource)| covers(on_action, action) && covers(on_resource, resource));
            assert_eq!(may, expected, "user {no} in {application}: {action} {resource}");
        }
    }
}

fn expected_applications(reference: &Reference, no: UserNo) -> BTreeSet<App> {
    reference.users[no].roles.iter().map(|(application, _)| *application).collect()
}

fn compare_data(world: &World, reference: &Reference, no: UserNo, turn: usize) {
    let data = &reference.users[no].data;
    for application in APPLICATIONS {
        let owner = DataOwner { user: world.users[no], application: application_id(application) };
        let stored = world.store.data(&owner, None, ALL).unwrap();
        let stored: BTreeSet<_> =
            stored.iter().map(|entry| (entry.key.to_string(), entry.size as usize)).collect();
        let expected: BTreeSet<_> = data
            .iter()
            .filter(|((at, _), _)| *at == application)
            .map(|((_, key), value)| (data_key(*key).to_string(), value.size()))
            .collect();
        assert_eq!(stored, expected, "what user {no} keeps in {application}");
    }
    // One value at a time is read: a full account holds a mebibyte.
    let Some(((application, key), value)) = data.iter().nth(turn % data.len().max(1)) else { return };
    let owner = DataOwner { user: world.users[no], application: application_id(application) };
    let stored = world.store.datum(&owner, &data_key(*key)).unwrap();
    assert!(stored == Some(value.text()), "the value of user {no} under {key} in {application}");
}
