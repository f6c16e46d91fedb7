//! The telephone of somebody who has a second factor, by another's library.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use totp_rs::{Algorithm, Secret, TOTP};

use crate::actors::{Answer, SignedIn};

const STEP_SECS: u64 = 30;

/// Seconds in which a request that was begun in a step is answered, however busy the machine.
const MARGIN_SECS: u64 = 4;

/// Shows codes, each of another step, so that none was used before.
pub(crate) struct Authenticator {
    totp: TOTP,
    /// The step whose code was shown last.
    shown: u64,
}

impl Authenticator {
    /// One that knows this secret.
    pub(crate) fn of(secret: &str) -> Self {
        let bytes = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
        Self { totp: TOTP::new(Algorithm::SHA1, 6, 1, STEP_SECS, bytes).unwrap(), shown: 0 }
    }

    /// A code that is good now: of the step before, of this one or of the next, whichever was not shown yet. Where
    /// all three were, or the oldest is about to run out, it waits for the clock.
    pub(crate) fn code(&mut self) -> String {
        loop {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            let (present, left) = (now / STEP_SECS, STEP_SECS - now % STEP_SECS);
            let step = (self.shown + 1).max(present - 1);
            let late = step == present - 1 && left < MARGIN_SECS;
            if step <= present + 1 && !late {
                self.shown = step;
                return self.totp.generate(step * STEP_SECS);
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// From now on it shows only codes that are not good yet.
    pub(crate) fn have_shown_all(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.shown = now / STEP_SECS + 1;
    }

    /// A code that is none of those that are good now.
    pub(crate) fn wrong_code(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let near = |code: &str| (0..5).any(|steps| self.totp.generate(now + 30 * steps - 60) == code);
        (0..).map(|number| format!("{number:06}")).find(|code| !near(code)).unwrap()
    }
}

/// Somebody with a second factor.
pub(crate) struct Guarded<'a> {
    pub who: SignedIn<'a>,
    pub authenticator: Authenticator,
    pub recovery_codes: Vec<String>,
}

impl<'a> Guarded<'a> {
    /// Sets a second factor and turns it on.
    pub(crate) fn of(who: SignedIn<'a>) -> Self {
        let proposed = who.post("/auth/mfa/enable", &json!({}));
        assert_eq!(proposed.status, 200, "{proposed:?}");
        let mut authenticator = Authenticator::of(proposed.json()["secret"].as_str().unwrap());
        let verified = who.post("/auth/mfa/verify", &json!({ "code": authenticator.code() }));
        assert_eq!(verified.status, 200, "{verified:?}");
        let recovery_codes = texts(&verified.json()["recovery_codes"]);
        Self { who, authenticator, recovery_codes }
    }

    /// A recovery code that was not used.
    pub(crate) fn recovery_code(&mut self) -> String {
        self.recovery_codes.pop().unwrap()
    }

    /// Logs in with these members besides name and password.
    pub(crate) fn log_in(&self, besides: Value) -> Answer {
        let mut body = json!({ "username": self.who.name, "password": self.who.password });
        body.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        crate::actors::ask(self.who.origin, "POST", "/auth/login", None, Some(&body))
    }

    /// The token of a log-in that waits for a code.
    pub(crate) fn mfa_token(&self) -> String {
        let answer = self.log_in(json!({}));
        assert_eq!((answer.status, answer.code().as_str()), (401, "mfa_required"));
        answer.json()["mfa_token"].as_str().unwrap().to_owned()
    }

    /// Shows a code for a log-in that waits.
    pub(crate) fn finish(&self, mfa_token: &str, body: &Value) -> Answer {
        crate::actors::ask(self.who.origin, "POST", "/auth/mfa/verify", Some(mfa_token), Some(body))
    }
}

/// The texts of a JSON array.
pub(crate) fn texts(array: &Value) -> Vec<String> {
    array.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}
