//! Which log-ins are drawn: right ones, wrong ones, and more than are looked at.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::{PASSWORDS, application, code, name, name_of, newest, password, repeated};
use crate::operation::*;
use crate::reference::{Reference, Status};

pub(super) fn log_in(reference: &Reference) -> BoxedStrategy<LogIn> {
    let devices = newest(&reference.devices, 8);
    let device = if devices.is_empty() { Just(None).boxed() } else { weighted(0.3, select(devices)).boxed() };
    let opens = reference.next_session();
    let of_somebody = select((0..reference.users.len()).collect::<Vec<_>>());
    let reference = reference.clone();
    of_somebody
        .prop_flat_map(move |user| {
            let right = reference.users[user].password;
            let number = reference.users[user].username.number;
            let mail = reference.users[user].email.number;
            let identifier = prop_oneof![
                8 => name_of(Just(number).boxed()).prop_map(Identifier::Username),
                4 => name_of(Just(mail).boxed()).prop_map(Identifier::Email),
                1 => name().prop_map(Identifier::Username),
            ];
            let code = if reference.users[user].factor.is_some() { 0.6 } else { 0.02 };
            (
                identifier,
                prop_oneof![5 => Just(right), 1 => password()],
                weighted(0.3, application()),
                weighted(code, self::code(&reference, user)),
            )
        })
        .prop_flat_map(move |(identifier, password, application, code)| {
            device.clone().prop_map(move |device| LogIn {
                opens,
                identifier,
                password,
                application,
                code,
                device,
            })
        })
        .boxed()
}

/// A log-in that is wrong for so long that none is looked at any more.
pub(super) fn persist(reference: &Reference) -> BoxedStrategy<Operation> {
    let opens = reference.next_session();
    let devices: Vec<_> = newest(&reference.devices, 8).into_iter().map(Some).chain([None]).collect();
    let logins: Vec<_> = reference
        .users
        .iter()
        .map(|user| {
            let guarded = user.factor.as_ref().is_some_and(|factor| factor.on);
            let Password(right) = user.password;
            // The right password is shown with codes, which are guessed at then.
            let password = if guarded { user.password } else { Password((right + 1) % PASSWORDS) };
            let identifier = Identifier::Username(user.username);
            LogIn {
                opens,
                identifier,
                password,
                application: None,
                code: Some(Code::WrongTotp),
                device: None,
            }
        })
        .collect();
    let nobody = name().prop_map(Identifier::Username);
    // An hour's guesses in an hour, a quarter's codes in a quarter, or too many at once.
    let pause_secs = select(vec![180, 900, 901, 5]);
    (select(logins), weighted(0.2, nobody), select(devices), pause_secs, 10_u8..=110)
        .prop_map(|(login, nobody, device, pause_secs, times)| {
            let login = LogIn { identifier: nobody.unwrap_or(login.identifier), device, ..login };
            Operation::Persist { login, pause_secs, times }
        })
        .boxed()
}

pub(super) fn log_in_as_admin(reference: &Reference) -> BoxedStrategy<Operation> {
    let opens = reference.next_session();
    let admins = reference.users.iter().filter(|user| user.admin && user.status == Status::Active);
    let logins = admins.map(|user| LogIn {
        opens,
        identifier: Identifier::Username(user.username),
        password: user.password,
        application: Some("default"),
        code: user.factor.as_ref().map(|_| Code::Totp { drift: 0 }),
        device: None,
    });
    select(logins.collect::<Vec<_>>()).prop_map(Operation::LogIn).boxed()
}

/// So many log-ins that the oldest sessions and devices go.
pub(super) fn flood(reference: &Reference) -> BoxedStrategy<Operation> {
    let user = select((0..reference.users.len()).collect::<Vec<_>>());
    let users: Vec<_> = reference.users.iter().map(|user| (user.username, user.password)).collect();
    let opens = reference.next_session();
    let login = user
        .prop_map(move |user| {
            let (username, password) = users[user];
            Operation::LogIn(LogIn {
                opens,
                identifier: Identifier::Username(username),
                password,
                application: None,
                code: None,
                device: None,
            })
        })
        .boxed();
    repeated(login, 95..=105)
}

pub(super) fn finish_log_in(reference: &Reference) -> BoxedStrategy<Operation> {
    let waits = Some(waits(reference)).filter(|waits| !waits.is_empty());
    let any = newest(&reference.waiting, 4);
    let waiting = prop_oneof![6 => select(waits.unwrap_or_else(|| any.clone())), 1 => select(any)];
    let opens = reference.next_session();
    let reference = reference.clone();
    waiting
        .prop_flat_map(move |waiting| {
            let code = code(&reference, reference.waiting[&waiting].user);
            code.prop_map(move |code| Operation::FinishLogIn { opens, waiting, code })
        })
        .boxed()
}

/// The log-ins that may still be finished.
pub(super) fn waits(reference: &Reference) -> Vec<SessionNo> {
    let waits = reference.waiting.iter().filter(|(_, waiting)| waiting.waits(reference.now));
    waits.map(|(number, _)| *number).collect()
}
