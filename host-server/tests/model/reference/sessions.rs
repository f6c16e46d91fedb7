//! Sessions: used, refreshed, ended.

use super::*;
use crate::operation::Shown;

impl Shown {
    pub(crate) fn pair(self) -> Pair {
        match self {
            Shown::RefreshToken(pair) | Shown::Bearer(pair) => pair,
        }
    }
}

impl Reference {
    /// Who the bearer of an access token is, on a route of the profile or on any other.
    pub(crate) fn user_by(&self, by: Pair, profile: bool) -> Result<UserNo, Answer> {
        let session = &self.sessions[&by.session];
        if self.now >= session.expiry(by.number) {
            return refused("token_expired");
        }
        if !session.is_alive(self.now) {
            return refused("session_ended");
        }
        match self.users[session.user].status {
            Status::Active => Ok(session.user),
            Status::Deleted if profile => refused("user_not_found"),
            Status::Deleted | Status::Suspended => refused("session_ended"),
        }
    }

    /// Who acts in which application by this token.
    pub(super) fn member_by(&self, by: Pair) -> Result<(UserNo, App), Answer> {
        Ok((self.user_by(by, false)?, self.sessions[&by.session].application))
    }

    pub(super) fn admin_by(&self, by: Pair) -> Result<(), Answer> {
        let (user, application) = self.member_by(by)?;
        if self.users[user].admin && application == "default" { Ok(()) } else { refused("admin_required") }
    }

    pub(super) fn show_profile(&self, by: Pair) -> Result<Answer, Answer> {
        Ok(format!("ok, user {}", self.user_by(by, true)?))
    }

    pub(super) fn refresh(&mut self, shown: Shown) -> Result<Answer, Answer> {
        let now = self.now;
        let Pair { session: no, number } = shown.pair();
        let session = self.sessions.get_mut(&no).unwrap();
        if !session.is_alive(now) || self.users[session.user].status != Status::Active {
            return refused("session_ended");
        }
        if matches!(shown, Shown::Bearer(_)) {
            if session.refresh_token_used {
                return refused("token_not_refreshable");
            }
            if now >= session.expiry(number) + REFRESH_WINDOW_SECS {
                return refused("token_expired");
            }
        }
        let current = session.pairs.len() - 1;
        if number == current {
            if !self.applications[session.application].active {
                return refused("application_disabled");
            }
            session.pairs.push(now);
            session.refresh_token_used |= matches!(shown, Shown::RefreshToken(_));
            return Ok(format!("ok, pair {} of a log-in at {}", current + 1, session.auth_time));
        }
        if number + 1 == current && now <= session.pairs[current] + GRACE_SECS {
            session.refresh_token_used |= matches!(shown, Shown::RefreshToken(_));
            return Ok(format!("ok, pair {current} of a log-in at {}", session.auth_time));
        }
        session.ended = true;
        refused("token_reused")
    }

    pub(super) fn log_out(&mut self, shown: Shown) -> Result<Answer, Answer> {
        let session = self.sessions.get_mut(&shown.pair().session).unwrap();
        if !session.is_alive(self.now) || self.users[session.user].status != Status::Active {
            return refused("session_ended");
        }
        session.ended = true;
        ok()
    }

    pub(super) fn log_out_everywhere(&mut self, by: Pair) -> Result<Answer, Answer> {
        let user = self.user_by(by, false)?;
        self.end_sessions(|session| session.user == user);
        self.end_waiting(user);
        ok()
    }

    pub(super) fn end_session(&mut self, by: Pair, session: SessionNo) -> Result<Answer, Answer> {
        let user = self.user_by(by, false)?;
        let session = self.sessions.get_mut(&session).unwrap();
        if session.user != user || !session.is_alive(self.now) {
            return refused("session_not_found");
        }
        session.ended = true;
        ok()
    }
}
