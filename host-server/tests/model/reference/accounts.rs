//! What becomes of accounts: changed and deleted by their owners, switched off and on by admins.

use super::*;
use crate::operation::{Switch, Update};

impl Reference {
    pub(super) fn update_profile(&mut self, by: Pair, update: &Update) -> Result<Answer, Answer> {
        let no = self.user_by(by, true)?;
        let user = &self.users[no];
        let email = update.email.filter(|email| email.number != user.email.number);
        let username = update.username.filter(|username| *username != user.username);
        let other_password = update.password.filter(|password| *password != user.password);
        let mut proven = false;
        let mut guessed = false;
        if let Some(current) = update.current_password {
            self.check_current_password(by, current)?;
            proven = true;
        } else if update.password.is_some() {
            // One that comes alone is a guess at the present one.
            self.admit_guess(no, By::Session(by.session))?;
            guessed = other_password.is_some();
            proven = !guessed;
        }
        if (other_password.is_some() || email.is_some())
            && !proven
            && let Err(answer) = self.prove_by_log_in(by)
        {
            if guessed {
                self.count_guess(no, By::Session(by.session));
            }
            return Err(answer);
        }
        self.refuse_taken(Some(no), username, email)?;
        let user = &mut self.users[no];
        user.username = username.unwrap_or(user.username);
        user.email = email.unwrap_or(user.email);
        user.full_name = update.full_name.unwrap_or(user.full_name);
        if let Some(password) = other_password {
            user.password = password;
            self.end_waiting(no);
            for device in self.devices.values_mut().filter(|device| device.user == no) {
                device.known = false;
            }
            for (number, session) in &mut self.sessions {
                session.ended |= session.user == no && *number != by.session;
            }
        }
        ok()
    }

    pub(super) fn delete_own_account(&mut self, by: Pair) -> Result<Answer, Answer> {
        let user = self.user_by(by, true)?;
        self.become_so(user, Status::Deleted, self.users[user].admin)
    }

    pub(super) fn delete_user(&mut self, by: Pair, user: UserNo) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        match self.users.get(user).map(|user| user.admin) {
            None => refused("user_not_found"),
            Some(admin) => self.become_so(user, Status::Deleted, admin),
        }
    }

    pub(super) fn change_user(
        &mut self,
        by: Pair,
        user: UserNo,
        status: Option<Switch>,
        admin: Option<Switch>,
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(before) = self.users.get(user) else { return refused("user_not_found") };
        let status = match status {
            None => before.status,
            Some(Switch::On) => Status::Active,
            Some(Switch::Off) => Status::Suspended,
        };
        let admin = admin.map_or(before.admin, |admin| admin == Switch::On);
        self.become_so(user, status, admin)
    }

    fn become_so(&mut self, no: UserNo, status: Status, admin: bool) -> Result<Answer, Answer> {
        let rules = |user: &User| user.admin && user.status == Status::Active;
        let another = self.users.iter().enumerate().any(|(other, user)| other != no && rules(user));
        if rules(&self.users[no]) && !(admin && status == Status::Active) && !another {
            return refused("last_admin");
        }
        let user = &mut self.users[no];
        user.admin = admin;
        if user.status != status {
            user.status = status;
            self.end_waiting(no);
            // What a deleted user had is told apart from what was ended before: it is no longer there to be used.
            if status != Status::Deleted {
                self.end_sessions(|session| session.user == no);
            }
        }
        // An admin belongs to it by being one.
        self.end_where_a_stranger(no, "default");
        ok()
    }
}
