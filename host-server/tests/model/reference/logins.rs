//! Registration and log-in.

use super::*;
use crate::operation::{Code, Identifier, LogIn};

impl Reference {
    pub(super) fn register(
        &mut self,
        username: Name,
        email: Name,
        password: Password,
        application: Option<App>,
    ) -> Result<Answer, Answer> {
        let application = application.unwrap_or("default");
        if !self.applications.get(application).is_some_and(|found| found.active) {
            return refused("unknown_application");
        }
        self.refuse_taken(None, Some(username), Some(email))?;
        self.users.push(User {
            username,
            email,
            full_name: None,
            password,
            status: Status::Active,
            admin: false,
            application,
            roles: BTreeSet::new(),
            data: BTreeMap::new(),
            factor: None,
            recovery: Vec::new(),
            guesses: Guesses::default(),
            wrong_codes: Guesses::default(),
        });
        Ok(format!("ok, user {}", self.users.len() - 1))
    }

    /// Refuses names that somebody other than `user` has, whatever became of them.
    pub(super) fn refuse_taken(
        &self,
        user: Option<UserNo>,
        username: Option<Name>,
        email: Option<Name>,
    ) -> Result<(), Answer> {
        let others =
            || self.users.iter().enumerate().filter(|(no, _)| Some(*no) != user).map(|(_, other)| other);
        let username_taken =
            username.is_some_and(|name| others().any(|other| other.username.number == name.number));
        let email_taken = email.is_some_and(|name| others().any(|other| other.email.number == name.number));
        match (username_taken, email_taken) {
            (false, false) => Ok(()),
            (true, false) => refused("username_taken"),
            (false, true) => refused("email_taken"),
            (true, true) => refused("username_taken+email_taken"),
        }
    }

    pub(crate) fn user_of(&self, identifier: Identifier) -> Option<UserNo> {
        self.users.iter().position(|user| match identifier {
            Identifier::Username(name) => user.username.number == name.number,
            Identifier::Email(name) => user.email.number == name.number,
        })
    }

    pub(super) fn log_in(&mut self, login: &LogIn) -> Result<Answer, Answer> {
        let now = self.now;
        let Some(user) = self.user_of(login.identifier) else {
            let name = login.identifier.to_string().to_lowercase();
            let guesses = self.nobody.entry(name).or_default();
            if guesses.at.last().is_some_and(|last| *last <= now - NOBODYS_ROW_SECS) {
                guesses.in_a_row = 0;
            }
            guesses.admit(STRANGERS_IN_A_ROW, now)?;
            guesses.add(now);
            return refused("invalid_credentials");
        };
        let device = login.device.filter(|no| self.devices[no].known && self.devices[no].user == user);
        let by = device.map_or(By::Stranger, By::Device);
        self.admit_guess(user, by)?;
        if self.users[user].status == Status::Deleted || self.users[user].password != login.password {
            self.count_guess(user, by);
            return refused("invalid_credentials");
        }
        if self.users[user].status == Status::Suspended {
            return refused("account_suspended");
        }
        let application = login.application.unwrap_or(self.users[user].application);
        match self.applications.get(application) {
            None => return refused("unknown_application"),
            Some(found) if !found.active => return refused("application_disabled"),
            Some(_) if !self.users[user].belongs_to(application) => return refused("not_a_member"),
            Some(_) => {}
        }
        let second_factor = self.users[user].factor.as_ref().is_some_and(|factor| factor.on);
        match login.code {
            _ if !second_factor => {}
            Some(code) => self.spend(user, code)?,
            None => {
                self.make_room_for_waiting(user);
                self.waiting.insert(
                    login.opens,
                    Waiting {
                        user,
                        application,
                        device,
                        since: now,
                        wrong_codes: 0,
                        over: false,
                        unsure: false,
                    },
                );
                return refused("mfa_required");
            }
        }
        self.clear_guesses(user, device);
        let device = device.unwrap_or_else(|| self.meet_device(user, login.opens));
        self.open_session(login.opens, user, application, second_factor, device)
    }

    pub(super) fn finish_log_in(
        &mut self,
        opens: SessionNo,
        waiting: SessionNo,
        code: Code,
    ) -> Result<Answer, Answer> {
        let Waiting { user, application, device, wrong_codes, .. } = self.waiting[&waiting];
        if !self.waiting[&waiting].waits(self.now) {
            return refused("mfa_token_invalid");
        }
        if wrong_codes >= WRONG_CODES {
            self.admit_code(user)?;
            return refused("mfa_token_invalid");
        }
        if !self.applications[application].active {
            return refused("application_disabled");
        }
        let spent = self.spend(user, code);
        if let Some(waiting) = self.waiting.get_mut(&waiting) {
            waiting.wrong_codes += usize::from(spent == refused("invalid_code"));
            waiting.over = spent.is_ok();
        }
        spent?;
        self.clear_guesses(user, device);
        // What the device was known by was not shown again, so it is told something new.
        if let Some(device) = device.and_then(|device| self.devices.get_mut(&device)) {
            device.known = false;
        }
        let device = self.meet_device(user, opens);
        self.open_session(opens, user, application, true, device)
    }

    /// Refuses any password while there were too many wrong ones. A known device and a session have an hour's count of
    /// their own, and more in a row.
    pub(super) fn admit_guess(&self, user: UserNo, by: By) -> Result<(), Answer> {
        let of_user = &self.users[user].guesses;
        let at = match by {
            By::Stranger => return of_user.admit(STRANGERS_IN_A_ROW, self.now),
            By::Device(device) => &self.devices[&device].guesses,
            By::Session(session) => &self.sessions[&session].guesses,
        };
        Guesses { at: at.clone(), in_a_row: of_user.in_a_row }.admit(IN_A_ROW, self.now)
    }

    /// A password was wrong.
    pub(super) fn count_guess(&mut self, user: UserNo, by: By) {
        let of_user = &mut self.users[user].guesses;
        of_user.in_a_row += 1;
        let at = match by {
            By::Stranger => &mut of_user.at,
            By::Device(device) => &mut self.devices.get_mut(&device).unwrap().guesses,
            By::Session(session) => &mut self.sessions.get_mut(&session).unwrap().guesses,
        };
        at.push(self.now);
    }

    fn clear_guesses(&mut self, user: UserNo, device: Option<SessionNo>) {
        let of_user = &mut self.users[user].guesses;
        of_user.in_a_row = 0;
        match device.and_then(|device| self.devices.get_mut(&device)) {
            None => of_user.at.clear(),
            Some(device) => device.guesses.clear(),
        }
    }

    fn meet_device(&mut self, user: UserNo, number: SessionNo) -> SessionNo {
        self.devices.insert(number, Device { user, known: true, guesses: Vec::new() });
        let of_user = self.devices.values_mut().filter(|device| device.user == user && device.known);
        for old in of_user.rev().skip(DEVICES) {
            old.known = false;
        }
        number
    }

    /// Forgets the log-ins that are over first, so that one more finds room.
    fn make_room_for_waiting(&mut self, user: UserNo) {
        let now = self.now;
        let mut waits: Vec<_> =
            self.waiting.values_mut().filter(|it| it.user == user && it.waits(now)).rev().collect();
        let Some(oldest_kept) = waits.get(WAITING - 2).map(|it| it.since) else { return };
        let tied = waits.get(WAITING - 1).is_some_and(|it| it.since == oldest_kept);
        for (place, it) in waits.iter_mut().enumerate() {
            it.unsure |= tied && it.since == oldest_kept;
            it.over |= place >= WAITING - 1 && !it.unsure;
        }
    }

    fn open_session(
        &mut self,
        number: SessionNo,
        user: UserNo,
        application: App,
        second_factor: bool,
        device: SessionNo,
    ) -> Result<Answer, Answer> {
        let now = self.now;
        self.sessions.insert(
            number,
            Session {
                user,
                application,
                auth_time: now,
                ends_at: now + SESSION_SECS,
                pairs: vec![now],
                second_factor,
                guesses: Vec::new(),
                refresh_token_used: false,
                ended: false,
            },
        );
        let alive =
            self.sessions.values_mut().filter(|session| session.user == user && session.is_alive(now));
        for old in alive.rev().skip(SESSIONS) {
            old.ended = true;
        }
        Ok(format!("ok, device {device}"))
    }
}
