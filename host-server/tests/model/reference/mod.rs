//! The plainest model there is of the contract: lists, and what each operation answers and leaves behind.
//!
//! It was written from the contract and not from the code. It knows no hashes, keys or rows; nothing is ever removed
//! from a list, so that numbers stay what they were.

mod accounts;
mod factors;
mod logins;
mod rights;
mod sessions;

use std::collections::{BTreeMap, BTreeSet};

use crate::operation::{App, Name, Operation, Pair, Password, Permission, SessionNo, UserNo, Value};

/// Seconds that a wrong password counts for.
const GUESS_WINDOW_SECS: i64 = 3_600;
/// Wrong passwords within that time after which none is looked at.
const GUESSES: usize = 20;
/// Wrong passwords or codes in a row after which none is looked at, ever; those of strangers; and the seconds that
/// whoever guesses is told to wait all the same.
const IN_A_ROW: usize = 100;
const STRANGERS_IN_A_ROW: usize = 80;
const IN_A_ROW_WAIT_SECS: i64 = 3_600;
/// Seconds without a guess after which those in a row at a name of nobody are forgotten.
const NOBODYS_ROW_SECS: i64 = 7_776_000;
/// Seconds that an access token lives.
const ACCESS_TOKEN_SECS: i64 = 3_600;
/// Seconds past its end in which it still buys a new pair.
const REFRESH_WINDOW_SECS: i64 = 604_800;
/// Seconds that a session lives.
const SESSION_SECS: i64 = 2_592_000;
/// Seconds in which the pair before the current one is answered with that.
const GRACE_SECS: i64 = 10;
/// Seconds after a log-in in which nothing else proves that the owner is there.
const REAUTH_SECS: i64 = 600;
/// Seconds that a log-in waits for its second factor.
const WAITING_SECS: i64 = 300;
/// Wrong codes in a row after which none is looked at, and for how many seconds.
const WRONG_CODES: usize = 5;
const CODE_LOCK_SECS: i64 = 900;
/// Of one user: sessions, devices, log-ins that wait.
const SESSIONS: usize = 100;
const DEVICES: usize = 100;
const WAITING: usize = 10;

/// What is answered: `ok` with what there is to tell, or the word of the refusal with the seconds to wait.
pub(crate) type Answer = String;

/// What has happened so far.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) now: i64,
    pub(crate) users: Vec<User>,
    pub(crate) sessions: BTreeMap<SessionNo, Session>,
    pub(crate) waiting: BTreeMap<SessionNo, Waiting>,
    pub(crate) devices: BTreeMap<SessionNo, Device>,
    pub(crate) applications: BTreeMap<App, Application>,
    /// Wrong passwords for names of nobody.
    nobody: BTreeMap<String, Guesses>,
    secrets: u32,
    operations: u32,
    /// What each step of the last operation is answered.
    pub(crate) answers: Vec<Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Suspended,
    Deleted,
}

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) username: Name,
    pub(crate) email: Name,
    pub(crate) full_name: Option<u8>,
    pub(crate) password: Password,
    pub(crate) status: Status,
    pub(crate) admin: bool,
    pub(crate) application: App,
    pub(crate) roles: BTreeSet<(App, &'static str)>,
    pub(crate) data: BTreeMap<(App, u8), Value>,
    pub(crate) factor: Option<Factor>,
    /// Whether each of the recovery codes that were ever given is still good.
    pub(crate) recovery: Vec<bool>,
    /// Those of strangers, and in a row those of devices and in sessions too.
    guesses: Guesses,
    wrong_codes: Guesses,
}

/// Who shows a password.
#[derive(Debug, Clone, Copy)]
enum By {
    Stranger,
    Device(SessionNo),
    Session(SessionNo),
}

/// What was wrong since it was last right.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guesses {
    /// When.
    at: Vec<i64>,
    in_a_row: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Factor {
    pub(crate) secret: u32,
    pub(crate) on: bool,
    last_step: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: UserNo,
    pub(crate) application: App,
    pub(crate) auth_time: i64,
    pub(crate) ends_at: i64,
    /// When each of its pairs was given.
    pub(crate) pairs: Vec<i64>,
    pub(crate) second_factor: bool,
    /// Wrong passwords in it, and when.
    guesses: Vec<i64>,
    /// Whether a refresh token was used.
    pub(crate) refresh_token_used: bool,
    pub(crate) ended: bool,
}

impl Session {
    /// When an access token of it expires: not after the session itself.
    pub(crate) fn expiry(&self, pair: usize) -> i64 {
        (self.pairs[pair] + ACCESS_TOKEN_SECS).min(self.ends_at)
    }

    pub(crate) fn is_alive(&self, now: i64) -> bool {
        !self.ended && now < self.ends_at
    }
}

/// A log-in that waits for its second factor.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) user: UserNo,
    application: App,
    device: Option<SessionNo>,
    since: i64,
    wrong_codes: usize,
    over: bool,
    /// Whether it may have been forgotten for others of the same second: nothing says which of them goes.
    unsure: bool,
}

impl Waiting {
    pub(crate) fn waits(&self, now: i64) -> bool {
        !self.over && now < self.since + WAITING_SECS
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) user: UserNo,
    pub(crate) known: bool,
    /// Wrong passwords from it, and when.
    guesses: Vec<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) active: bool,
    pub(crate) roles: BTreeMap<&'static str, Vec<Permission>>,
}

impl Reference {
    /// The operator has made an admin.
    pub(crate) fn begun(now: i64) -> Self {
        let default = Application { active: true, roles: BTreeMap::new() };
        let mut begun = Self {
            now,
            users: Vec::new(),
            sessions: BTreeMap::new(),
            waiting: BTreeMap::new(),
            devices: BTreeMap::new(),
            applications: BTreeMap::from([("default", default)]),
            nobody: BTreeMap::new(),
            secrets: 0,
            operations: 0,
            answers: Vec::new(),
        };
        let name = Name { number: 0, shouted: false };
        begun.register(name, name, Password(0), None).unwrap();
        begun.users[0].admin = true;
        begun
    }

    /// Lets one operation happen.
    pub(crate) fn tell(&mut self, operation: &Operation) {
        self.operations += 1;
        self.answers =
            operation.steps().iter().map(|step| self.answer(step).unwrap_or_else(|no| no)).collect();
    }

    /// What one step is answered: granted or refused.
    fn answer(&mut self, step: &Operation) -> Result<Answer, Answer> {
        match step {
            Operation::Wait { secs } => {
                self.now += secs;
                ok()
            }
            Operation::Register { username, email, password, application } => {
                self.register(*username, *email, *password, *application)
            }
            Operation::LogIn(login) => self.log_in(login),
            Operation::FinishLogIn { opens, waiting, code } => self.finish_log_in(*opens, *waiting, *code),
            Operation::Refresh(shown) => self.refresh(*shown),
            Operation::LogOut(shown) => self.log_out(*shown),
            Operation::LogOutEverywhere { by } => self.log_out_everywhere(*by),
            Operation::EndSession { by, session } => self.end_session(*by, *session),
            Operation::ShowProfile { by } => self.show_profile(*by),
            Operation::UpdateProfile { by, update } => self.update_profile(*by, update),
            Operation::DeleteOwnAccount { by } => self.delete_own_account(*by),
            Operation::ProposeFactor { by, current_password } => self.propose_factor(*by, *current_password),
            Operation::ShowCode { by, code } => self.show_code(*by, *code),
            Operation::DisableFactor { by, code } => self.disable_factor(*by, *code),
            Operation::RenewRecoveryCodes { by, code, current_password } => {
                self.renew_recovery_codes(*by, *code, *current_password)
            }
            Operation::StoreDatum { by, key, value } => self.store_datum(*by, *key, *value),
            Operation::ShowDatum { by, key } => self.show_datum(*by, *key),
            Operation::DeleteDatum { by, key } => self.delete_datum(*by, *key),
            Operation::CheckPermission { by, action, resource } => {
                self.check_permission(*by, action, resource)
            }
            Operation::ChangeUser { by, user, status, admin } => {
                self.change_user(*by, *user, *status, *admin)
            }
            Operation::DeleteUser { by, user } => self.delete_user(*by, *user),
            Operation::AssignRole { by, user, role, application } => {
                self.assign_role(*by, *user, role, application)
            }
            Operation::RevokeRole { by, user, role, application } => {
                self.revoke_role(*by, *user, role, application)
            }
            Operation::DefineRole { by, application, role, permissions } => {
                self.define_role(*by, application, role, permissions)
            }
            Operation::DeleteRole { by, application, role } => self.delete_role(*by, application, role),
            Operation::CreateApplication { by, application } => self.create_application(*by, application),
            Operation::SwitchApplication { by, application, status } => {
                self.switch_application(*by, application, *status)
            }
            Operation::DeleteApplication { by, application } => self.delete_application(*by, application),
            Operation::Repeat { .. } | Operation::Persist { .. } | Operation::FillData { .. } => {
                unreachable!("these have steps")
            }
        }
    }

    /// The moments to come at which something is no longer, or is again.
    pub(crate) fn edges(&self) -> Vec<i64> {
        let mut edges = Vec::new();
        for session in self.sessions.values().rev().filter(|session| session.is_alive(self.now)).take(8) {
            let newest = session.pairs.len() - 1;
            let expiry = session.expiry(newest);
            edges.extend([session.pairs[newest] + GRACE_SECS, session.auth_time + REAUTH_SECS, expiry]);
            edges.extend([expiry + REFRESH_WINDOW_SECS, session.ends_at]);
            edges.extend(session.guesses.first().map(|at| at + GUESS_WINDOW_SECS));
        }
        edges.extend(self.waiting.values().filter(|it| it.waits(self.now)).map(|it| it.since + WAITING_SECS));
        for user in &self.users {
            edges.extend(user.guesses.at.first().map(|at| at + GUESS_WINDOW_SECS));
            edges.extend(user.wrong_codes.at.last().map(|at| at + CODE_LOCK_SECS));
        }
        edges.extend(
            self.nobody.values().filter_map(|guesses| guesses.at.last()).map(|at| at + NOBODYS_ROW_SECS),
        );
        edges.retain(|edge| *edge > self.now + 1);
        edges
    }

    /// The number of the session that the next operation opens, with room for one that is repeated.
    pub(crate) fn next_session(&self) -> SessionNo {
        (self.operations + 1) * 1_000
    }

    /// Whether the operation speaks of what there is, and what it comes to is settled.
    pub(crate) fn makes_sense_of(&self, operation: &Operation) -> bool {
        let token = |pair: &Pair| {
            self.sessions.get(&pair.session).is_some_and(|session| pair.number < session.pairs.len())
        };
        match operation {
            Operation::Wait { .. } | Operation::Register { .. } => true,
            Operation::LogIn(login) | Operation::Persist { login, .. } => {
                login.device.is_none_or(|device| self.devices.contains_key(&device))
            }
            Operation::FinishLogIn { waiting, .. } => {
                self.waiting.get(waiting).is_some_and(|waiting| !waiting.unsure)
            }
            Operation::Refresh(shown) | Operation::LogOut(shown) => token(&shown.pair()),
            Operation::EndSession { by, session } => token(by) && self.sessions.contains_key(session),
            Operation::Repeat { operation, .. } => self.makes_sense_of(operation),
            Operation::LogOutEverywhere { by }
            | Operation::ShowProfile { by }
            | Operation::UpdateProfile { by, .. }
            | Operation::DeleteOwnAccount { by }
            | Operation::ProposeFactor { by, .. }
            | Operation::ShowCode { by, .. }
            | Operation::DisableFactor { by, .. }
            | Operation::RenewRecoveryCodes { by, .. }
            | Operation::StoreDatum { by, .. }
            | Operation::ShowDatum { by, .. }
            | Operation::DeleteDatum { by, .. }
            | Operation::CheckPermission { by, .. }
            | Operation::ChangeUser { by, .. }
            | Operation::DeleteUser { by, .. }
            | Operation::AssignRole { by, .. }
            | Operation::RevokeRole { by, .. }
            | Operation::DefineRole { by, .. }
            | Operation::DeleteRole { by, .. }
            | Operation::CreateApplication { by, .. }
            | Operation::SwitchApplication { by, .. }
            | Operation::DeleteApplication { by, .. }
            | Operation::FillData { by, .. } => token(by),
        }
    }

    /// Ends what a user has open in an application that they no longer belong to.
    fn end_where_a_stranger(&mut self, user: UserNo, application: App) {
        if self.users[user].belongs_to(application) {
            return;
        }
        self.end_sessions(|session| session.user == user && session.application == application);
        for waiting in self.waiting.values_mut() {
            waiting.over |= waiting.user == user && waiting.application == application;
        }
    }

    fn end_sessions(&mut self, which: impl Fn(&Session) -> bool) {
        for session in self.sessions.values_mut().filter(|session| which(session)) {
            session.ended = true;
        }
    }

    fn end_waiting(&mut self, user: UserNo) {
        for waiting in self.waiting.values_mut().filter(|waiting| waiting.user == user) {
            waiting.over = true;
        }
    }
}

impl User {
    pub(crate) fn belongs_to(&self, application: App) -> bool {
        let is_admins = self.admin && application == "default";
        is_admins || self.application == application || self.roles.iter().any(|(at, _)| *at == application)
    }
}

fn ok() -> Result<Answer, Answer> {
    told("ok")
}

fn told(word: &str) -> Result<Answer, Answer> {
    Ok(word.to_owned())
}

fn refused<T>(word: &str) -> Result<T, Answer> {
    Err(word.to_owned())
}

fn refused_for<T>(secs: i64) -> Result<T, Answer> {
    Err(format!("too_many_attempts, wait {secs}"))
}

impl Guesses {
    /// One more was wrong.
    fn add(&mut self, now: i64) {
        self.at.push(now);
        self.in_a_row += 1;
    }

    /// Whether one more may be made by somebody who has so many in a row.
    fn admit(&self, in_a_row: usize, now: i64) -> Result<(), Answer> {
        if self.in_a_row >= in_a_row {
            return refused_for(IN_A_ROW_WAIT_SECS);
        }
        let counting: Vec<_> = self.at.iter().filter(|at| **at > now - GUESS_WINDOW_SECS).collect();
        if counting.len() < GUESSES {
            return Ok(());
        }
        refused_for(*counting[0] + GUESS_WINDOW_SECS - now)
    }
}
