//! What is drawn to happen next: mostly what makes sense at the moment, and now and then what does not.

mod logins;
mod tokens;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option::{self, of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use self::logins::{finish_log_in, flood, log_in, log_in_as_admin, persist, waits};
use self::tokens::{admin_bearer, admins, bearer, mostly, shown, usable};
use crate::operation::*;
use crate::reference::Reference;

/// The last are built in, or look like it.
const ROLES: [&str; 10] =
    ["chief", "guest", "chief", "guest", "chief", "admin", "editor", "viewer", "user", "Admin"];
const ACTIONS: [&str; 4] = ["read", "write", "delete", "*"];
const RESOURCES: [&str; 3] = ["task", "note", "*"];

/// Names there are for users.
const NAMES: u8 = 9;
/// Passwords there are.
const PASSWORDS: u8 = 4;
/// What is waited for without much else ending on the way.
const HOUR_SECS: i64 = 3_700;
/// Sessions, counted from the newest, whose tokens are used.
const SESSIONS_USED: usize = 40;

/// The strategy of the next operation.
pub(crate) fn operations(reference: &Reference) -> BoxedStrategy<Operation> {
    let no_admin = admins(reference).is_empty();
    let mut drawn = vec![
        (if no_admin { 25 } else { 1 }, log_in_as_admin(reference)),
        (10, wait()),
        (10, wait_for_an_edge(reference)),
        (if reference.users.len() < 5 { 12 } else { 3 }, register(reference)),
        (
            if usable(reference).len() < 3 { 60 } else { 22 },
            log_in(reference).prop_map(Operation::LogIn).boxed(),
        ),
        (1, repeated(log_in(reference).prop_map(Operation::LogIn).boxed(), 2..=24)),
        (1, persist(reference)),
    ];
    if reference.sessions.len() < SESSIONS_USED {
        drawn.push((1, flood(reference)));
    }
    if !reference.waiting.is_empty() {
        let finish = finish_log_in(reference);
        let often = if waits(reference).is_empty() { 1 } else { 25 };
        drawn.extend([(often, finish.clone()), (1, repeated(finish, 2..=7))]);
    }
    if !reference.sessions.is_empty() {
        drawn.extend(of_sessions(reference));
        let administrative = of_admins(reference);
        // Without an admin they are all refused alike.
        let kept = if no_admin { 1 } else { administrative.len() };
        drawn.extend(administrative.into_iter().take(kept));
    }
    proptest::strategy::Union::new_weighted(drawn).boxed()
}

fn of_sessions(reference: &Reference) -> Vec<(u32, BoxedStrategy<Operation>)> {
    let by = bearer(reference);
    let shown = shown(reference);
    let session = select(newest(&reference.sessions, SESSIONS_USED)).boxed();
    let password = password();
    let code = bearer_and_code(reference);
    let show_code = code.clone().prop_map(|(by, code)| Operation::ShowCode { by, code }).boxed();
    let propose = |current_password| {
        (by.clone(), current_password)
            .prop_map(|(by, current_password)| Operation::ProposeFactor { by, current_password })
            .boxed()
    };
    let value = prop_oneof![
        6 => (0_usize..6).prop_map(Value::Odd),
        3 => (2_usize..300).prop_map(Value::Long),
        1 => select(vec![65_535, 65_536, 65_537, 100_000]).prop_map(Value::Long),
    ];
    vec![
        (16, shown.clone().prop_map(Operation::Refresh).boxed()),
        (3, shown.prop_map(Operation::LogOut).boxed()),
        (1, by.clone().prop_map(|by| Operation::LogOutEverywhere { by }).boxed()),
        (3, (by.clone(), session).prop_map(|(by, session)| Operation::EndSession { by, session }).boxed()),
        (4, by.clone().prop_map(|by| Operation::ShowProfile { by }).boxed()),
        (9, update(reference)),
        (1, by.clone().prop_map(|by| Operation::DeleteOwnAccount { by }).boxed()),
        (6, propose(weighted(0.3, password.clone()).boxed())),
        // An hour's guesses in one session.
        (1, repeated(propose(password.clone().prop_map(Some).boxed()), 2..=24)),
        (10, show_code.clone()),
        (1, repeated(show_code, 2..=7)),
        (2, code.clone().prop_map(|(by, code)| Operation::DisableFactor { by, code }).boxed()),
        (
            3,
            (code, weighted(0.5, password))
                .prop_map(|((by, code), current_password)| Operation::RenewRecoveryCodes {
                    by,
                    code,
                    current_password,
                })
                .boxed(),
        ),
        (
            7,
            (by.clone(), 0_u8..6, value)
                .prop_map(|(by, key, value)| Operation::StoreDatum { by, key, value })
                .boxed(),
        ),
        (
            1,
            (by.clone(), 15_u8..=110, select(vec![12, 900, 65_000]))
                .prop_map(|(by, keys, bytes)| Operation::FillData { by, keys, bytes })
                .boxed(),
        ),
        (3, (by.clone(), 0_u8..6).prop_map(|(by, key)| Operation::ShowDatum { by, key }).boxed()),
        (3, (by.clone(), 0_u8..6).prop_map(|(by, key)| Operation::DeleteDatum { by, key }).boxed()),
        (
            5,
            (by, select(&ACTIONS[..]), select(&RESOURCES[..]))
                .prop_map(|(by, action, resource)| Operation::CheckPermission { by, action, resource })
                .boxed(),
        ),
    ]
}

fn of_admins(reference: &Reference) -> Vec<(u32, BoxedStrategy<Operation>)> {
    let by = admin_bearer(reference);
    // One more than there are.
    let user = (0..=reference.users.len()).boxed();
    let app = application();
    let role = select(&ROLES[..]).boxed();
    let switch = select(vec![Switch::On, Switch::On, Switch::Off]);
    let permission = (select(&ACTIONS[..]), select(&RESOURCES[..]));
    vec![
        (
            6,
            (by.clone(), user.clone(), of(switch.clone()), weighted(0.4, switch.clone()))
                .prop_map(|(by, user, status, admin)| Operation::ChangeUser { by, user, status, admin })
                .boxed(),
        ),
        (2, (by.clone(), user.clone()).prop_map(|(by, user)| Operation::DeleteUser { by, user }).boxed()),
        (
            7,
            (by.clone(), user.clone(), role.clone(), app.clone())
                .prop_map(|(by, user, role, application)| Operation::AssignRole {
                    by,
                    user,
                    role,
                    application,
                })
                .boxed(),
        ),
        (4, revoke_role(reference)),
        (
            4,
            (by.clone(), app.clone(), role.clone(), vec(permission, 0..3))
                .prop_map(|(by, application, role, permissions)| Operation::DefineRole {
                    by,
                    application,
                    role,
                    permissions,
                })
                .boxed(),
        ),
        (
            1,
            (by.clone(), app.clone(), role)
                .prop_map(|(by, application, role)| Operation::DeleteRole { by, application, role })
                .boxed(),
        ),
        (
            5,
            (by.clone(), app.clone())
                .prop_map(|(by, application)| Operation::CreateApplication { by, application })
                .boxed(),
        ),
        (
            2,
            (by.clone(), app.clone(), switch)
                .prop_map(|(by, application, status)| Operation::SwitchApplication {
                    by,
                    application,
                    status,
                })
                .boxed(),
        ),
        (1, (by, app).prop_map(|(by, application)| Operation::DeleteApplication { by, application }).boxed()),
    ]
}

fn wait() -> BoxedStrategy<Operation> {
    prop_oneof![
        6 => 1_i64..5,
        8 => 5_i64..=15,
        4 => 25_i64..=65,
        2 => 295_i64..=305,
        3 => 595_i64..=605,
        3 => 895_i64..=905,
        3 => 3_595_i64..=3_605,
        1 => 86_400_i64..=2_678_400,
        1 => 604_790_i64..=608_410,
    ]
    .prop_map(|secs| Operation::Wait { secs })
    .boxed()
}

/// Until a second before something ends, that second, or the one after.
fn wait_for_an_edge(reference: &Reference) -> BoxedStrategy<Operation> {
    let now = reference.now;
    let (mut near, mut far): (Vec<i64>, Vec<i64>) =
        reference.edges().into_iter().partition(|edge| *edge <= now + HOUR_SECS);
    near.sort_unstable();
    near.dedup();
    far.truncate(4);
    // What ends soon is waited for most often, so that it is not passed over on the way to something else.
    let soon = near.first().copied().unwrap_or(now + 1);
    let edge = prop_oneof![
        12 => Just(soon),
        5 => select(if near.is_empty() { vec![soon] } else { near }),
        1 => select(if far.is_empty() { vec![soon] } else { far }),
    ];
    (edge, -1_i64..=1)
        .prop_map(move |(edge, off)| Operation::Wait { secs: (edge - now + off).max(1) })
        .boxed()
}

fn register(reference: &Reference) -> BoxedStrategy<Operation> {
    let free: Vec<u8> = (0..NAMES)
        .filter(|name| reference.users.iter().all(|user| user.username.number != *name))
        .chain([0])
        .collect();
    let username =
        prop_oneof![5 => select(free).prop_flat_map(|number| name_of(Just(number).boxed())), 1 => name()];
    (username, weighted(0.2, name()), password(), option::weighted(0.3, application()))
        .prop_map(|(username, email, password, application)| Operation::Register {
            username,
            email: email.unwrap_or(username),
            password,
            application,
        })
        .boxed()
}

fn update(reference: &Reference) -> BoxedStrategy<Operation> {
    let reference = reference.clone();
    let full_name = weighted(0.3, of(0_u8..3));
    bearer(&reference)
        .prop_flat_map(move |by| {
            let right = reference.users[reference.sessions[&by.session].user].password;
            let mostly_right = prop_oneof![3 => Just(right), 1 => password()];
            (
                Just(by),
                weighted(0.25, name()),
                weighted(0.3, name()),
                full_name.clone(),
                weighted(0.4, password()),
                weighted(0.4, mostly_right),
            )
        })
        .prop_map(|(by, username, email, full_name, password, current_password)| {
            let update = Update { username, email, full_name, password, current_password };
            Operation::UpdateProfile { by, update }
        })
        .boxed()
}

fn revoke_role(reference: &Reference) -> BoxedStrategy<Operation> {
    let held =
        reference.users.iter().enumerate().flat_map(|(no, user)| {
            user.roles.iter().map(move |(application, role)| (no, *role, *application))
        });
    let held: Vec<_> = held.chain([(0, "viewer", "default")]).collect();
    (admin_bearer(reference), select(held))
        .prop_map(|(by, (user, role, application))| Operation::RevokeRole { by, user, role, application })
        .boxed()
}

/// A token with a code of its user, mostly one who has a second factor.
fn bearer_and_code(reference: &Reference) -> BoxedStrategy<(Pair, Code)> {
    let mut with_factor = usable(reference);
    with_factor.retain(|pair| reference.users[reference.sessions[&pair.session].user].factor.is_some());
    let reference = reference.clone();
    mostly(with_factor, &reference)
        .prop_flat_map(move |by| {
            let code = code(&reference, reference.sessions[&by.session].user);
            code.prop_map(move |code| (by, code))
        })
        .boxed()
}

fn code(reference: &Reference, user: UserNo) -> BoxedStrategy<Code> {
    let given = reference.users[user].recovery.len().max(1);
    prop_oneof![
        10 => prop_oneof![Just(0), Just(1), -1_i64..=1, -2_i64..=2].prop_map(|drift| Code::Totp { drift }),
        3 => Just(Code::WrongTotp),
        3 => (given.saturating_sub(10)..given).prop_map(|nth| Code::Recovery { nth }),
        1 => (0..given).prop_map(|nth| Code::Recovery { nth }),
    ]
    .boxed()
}

/// The newest numbers of these, newest first.
fn newest<T>(numbered: &BTreeMap<SessionNo, T>, most: usize) -> Vec<SessionNo> {
    numbered.keys().rev().take(most).copied().collect()
}

fn repeated(
    operation: BoxedStrategy<Operation>,
    times: std::ops::RangeInclusive<u8>,
) -> BoxedStrategy<Operation> {
    (operation, times)
        .prop_map(|(operation, times)| Operation::Repeat { times, operation: Box::new(operation) })
        .boxed()
}

fn name() -> BoxedStrategy<Name> {
    name_of((0..NAMES).boxed())
}

fn name_of(number: BoxedStrategy<u8>) -> BoxedStrategy<Name> {
    (number, prop::bool::weighted(0.2)).prop_map(|(number, shouted)| Name { number, shouted }).boxed()
}

fn password() -> BoxedStrategy<Password> {
    (0..PASSWORDS).prop_map(Password).boxed()
}

fn application() -> BoxedStrategy<App> {
    select(&APPLICATIONS[..]).boxed()
}
