//! Second factors, and the proof that the owner of a session is there.

use super::*;
use crate::authenticator;
use crate::operation::Code;

impl Reference {
    /// Proves that the owner is there: by the password where one is given, else by a log-in not long ago.
    pub(super) fn prove(&mut self, by: Pair, current_password: Option<Password>) -> Result<(), Answer> {
        match current_password {
            Some(password) => self.check_current_password(by, password),
            None => self.prove_by_log_in(by),
        }
    }

    pub(super) fn prove_by_log_in(&self, by: Pair) -> Result<(), Answer> {
        let session = &self.sessions[&by.session];
        let recent = self.now <= session.auth_time + REAUTH_SECS;
        // Another application must not become admin by the token of one.
        let trusted = !self.users[session.user].admin || session.application == "default";
        if recent && trusted { Ok(()) } else { refused("reauthentication_required") }
    }

    pub(super) fn check_current_password(&mut self, by: Pair, password: Password) -> Result<(), Answer> {
        let (user, by) = (self.sessions[&by.session].user, By::Session(by.session));
        self.admit_guess(user, by)?;
        if self.users[user].password == password {
            return Ok(());
        }
        self.count_guess(user, by);
        refused("invalid_current_password")
    }

    pub(super) fn propose_factor(
        &mut self,
        by: Pair,
        current_password: Option<Password>,
    ) -> Result<Answer, Answer> {
        let user = self.user_by(by, false)?;
        self.prove(by, current_password)?;
        // A secret is drawn whatever becomes of it.
        self.secrets += 1;
        let factor = &mut self.users[user].factor;
        if factor.as_ref().is_some_and(|factor| factor.on) {
            return refused("mfa_already_enabled");
        }
        *factor = Some(Factor { secret: self.secrets, on: false, last_step: None });
        ok()
    }

    pub(super) fn show_code(&mut self, by: Pair, code: Code) -> Result<Answer, Answer> {
        let now = self.now;
        let user = self.user_by(by, false)?;
        match &self.users[user].factor {
            None => refused("mfa_not_enabled"),
            Some(factor) if factor.on => {
                self.spend(user, code)?;
                let session = self.sessions.get_mut(&by.session).unwrap();
                (session.auth_time, session.second_factor) = (now, true);
                ok()
            }
            Some(_) => {
                // Recovery codes come with the factor, so none can turn it on.
                let right = self.step_of(user, code);
                self.count_code(user, right.is_some())?;
                let user = &mut self.users[user];
                if let Some(factor) = &mut user.factor {
                    (factor.on, factor.last_step) = (true, right);
                }
                user.give_recovery_codes();
                told("ok, 10 codes")
            }
        }
    }

    pub(super) fn disable_factor(&mut self, by: Pair, code: Code) -> Result<Answer, Answer> {
        let user = self.user_by(by, false)?;
        self.spend(user, code)?;
        self.users[user].factor = None;
        self.users[user].recovery.fill(false);
        self.end_waiting(user);
        ok()
    }

    pub(super) fn renew_recovery_codes(
        &mut self,
        by: Pair,
        code: Code,
        current_password: Option<Password>,
    ) -> Result<Answer, Answer> {
        let user = self.user_by(by, false)?;
        self.prove(by, current_password)?;
        self.spend(user, code)?;
        self.users[user].give_recovery_codes();
        told("ok, 10 codes")
    }

    /// Uses up a code of a factor that is on.
    pub(super) fn spend(&mut self, user: UserNo, code: Code) -> Result<(), Answer> {
        if !self.users[user].factor.as_ref().is_some_and(|factor| factor.on) {
            return refused("mfa_not_enabled");
        }
        if let Code::Recovery { nth } = code {
            let right = self.users[user].recovery.get(nth).copied().unwrap_or_default();
            self.count_code(user, right)?;
            self.users[user].recovery[nth] = false;
            return Ok(());
        }
        let right = self.step_of(user, code);
        self.count_code(user, right.is_some())?;
        if let Some(factor) = &mut self.users[user].factor {
            factor.last_step = right;
        }
        Ok(())
    }

    /// The half minute whose code this is, near the present and after the last that was used.
    fn step_of(&self, user: UserNo, code: Code) -> Option<i64> {
        let factor = self.users[user].factor.as_ref()?;
        let typed = authenticator::typed(Some(factor.secret), code, self.now)?;
        let present = authenticator::step(self.now);
        (present - 1..=present + 1).rev().find(|step| {
            factor.last_step.is_none_or(|last| *step > last)
                && authenticator::code_of(factor.secret, *step) == typed
        })
    }

    /// Refuses any code while there were too many wrong ones.
    pub(super) fn admit_code(&self, user: UserNo) -> Result<(), Answer> {
        let now = self.now;
        let wrong_codes = &self.users[user].wrong_codes;
        if wrong_codes.in_a_row >= IN_A_ROW {
            return refused_for(IN_A_ROW_WAIT_SECS);
        }
        let counting: Vec<_> = wrong_codes.at.iter().filter(|at| **at > now - GUESS_WINDOW_SECS).collect();
        match counting.last() {
            Some(newest) if counting.len() >= WRONG_CODES && **newest + CODE_LOCK_SECS > now => {
                refused_for(**newest + CODE_LOCK_SECS - now)
            }
            _ => Ok(()),
        }
    }

    fn count_code(&mut self, user: UserNo, right: bool) -> Result<(), Answer> {
        self.admit_code(user)?;
        let wrong_codes = &mut self.users[user].wrong_codes;
        if right {
            *wrong_codes = Guesses::default();
            return Ok(());
        }
        wrong_codes.add(self.now);
        refused("invalid_code")
    }
}

impl User {
    fn give_recovery_codes(&mut self) {
        self.recovery.fill(false);
        self.recovery.extend([true; 10]);
    }
}
