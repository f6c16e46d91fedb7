//! Registration and log-in, as `ops::register`, `ops::login` and `ops::second_factor` do them.

use countersign_core::account::AccountRole;
use countersign_core::application::Application;
use countersign_core::change::Change;
use countersign_core::login::{
    self, FinishStanding, LoggedIn, Login, LoginContext, LoginEntropy, LoginForm, PasswordCheck, Progress,
    RequestedApplication, Standing,
};
use countersign_core::mfa::{Factor, FactorStanding, RecoveryCode, ShownCode};
use countersign_core::password::{PasswordHash, PreparedPassword, StoredHash};
use countersign_core::register::{self, MadeBy, Registration, RegistrationForm, RegistrationRules};
use countersign_core::throttle::FromAddress;

use super::*;
use crate::authenticator;
use crate::operation::{self, App, LogIn, Name, Password};

impl World {
    pub(super) fn make_first_admin(&mut self) {
        let name = Name { number: 0, shouted: false };
        self.make_account(name, name, Password(0), None, MadeBy::Operator(AccountRole::Admin)).unwrap();
    }

    pub(super) fn register(
        &mut self,
        username: Name,
        email: Name,
        password: Password,
        application: Option<App>,
    ) -> Told {
        let to = Email::parse(&email.email()).unwrap();
        let token = self.mailed_token(to);
        self.make_account(username, email, password, application, MadeBy::Anyone(&token))
    }

    fn make_account(
        &mut self,
        username: Name,
        email: Name,
        password: Password,
        application: Option<App>,
        made_by: MadeBy<'_>,
    ) -> Told {
        let form = RegistrationForm {
            username: field(&username.username()),
            email: field(&email.email()),
            password: field(&password.to_string()),
            application_id: optional_field(application),
            ..RegistrationForm::default()
        };
        let registration =
            Registration::parse(&form, RegistrationRules::default()).map_err(Rejection::validation)?;
        let text = registration.username.as_ref().map(|username| username.as_str());
        let (username_taken, email_taken) = self.store.names_taken(text, registration.email.as_str())?;
        let default = ApplicationId::default_application();
        let application = self.store.application(registration.application.as_ref().unwrap_or(&default))?;
        let recent_mails = self.store.recent_mails(registration.email.as_str(), self.now)?;
        let standing = register::Standing { username_taken, email_taken, application, recent_mails };
        let hash = self.hash(&registration.password);
        let Decision { outcome, changes, .. } =
            register::decide(registration, &standing, hash, made_by, self.now);
        outcome?;
        match self.runtime.block_on(self.store.commit(&changes))? {
            Committed::Applied { created: Some(id) } => self.users.push(id),
            other => return refuse(&format!("an account was to be made: {other:?}")),
        }
        self.recovery.push(Vec::new());
        self.authenticators.push(None);
        Ok(format!("ok, user {}", self.users.len() - 1))
    }

    pub(super) fn hash(&mut self, password: &PreparedPassword) -> PasswordHash {
        let salt = self.draw();
        self.argon2.hash(password, self.policy.argon2, salt)
    }

    pub(super) fn check(&mut self, password: &PreparedPassword, checked: StoredHash) -> PasswordCheck {
        let matches = self.argon2.verify_stored(password, &checked);
        PasswordCheck { checked, matches, rehashed: None }
    }

    pub(super) fn log_in(&mut self, login: &LogIn) -> Told {
        let parsed = self.parsed(login)?;
        let standing = self.standing(&parsed)?;
        let guess = standing.guess(&parsed, None);
        let tallies = self.store.tallies(&guess, self.now)?;
        self.settle(login::admit(&standing, &guess, &tallies, self.now))?;
        let checked = login::hash_to_check(standing.account.as_ref(), &self.policy);
        let check = self.check(&parsed.password, checked);
        let entropy = self.entropy();
        match self.settle(login::decide(&parsed, standing, check, &entropy, self.context()))? {
            Progress::Finished(logged_in) => self.opened(login.opens, *logged_in),
            Progress::SecondFactorAwaited { mfa_token } => {
                self.waiting.insert(login.opens, TokenDigest::of(mfa_token.expose().as_bytes()));
                refuse_as(Code::MfaRequired)
            }
        }
    }

    pub(super) fn finish_log_in(
        &mut self,
        opens: SessionNo,
        waiting: SessionNo,
        code: operation::Code,
    ) -> Told {
        let digest = self.waiting[&waiting];
        let standing = match self.store.mfa_login(digest)? {
            None => None,
            Some(login) => {
                let user = self.users.iter().position(|id| *id == login.user);
                let shown = self.shown(user, code)?;
                let account = self.store.account(login.user)?;
                let application = self.store.application(&login.application)?;
                let roles = self.store.roles_held(login.user, &login.application)?;
                let factor = self.factor_standing(login.user, Some(&shown))?;
                let had_device = self.store.had_device(login.user)?;
                account.zip(application).map(|(account, application)| {
                    (shown, FinishStanding { login, account, application, roles, factor, had_device })
                })
            }
        };
        let (shown, standing) =
            standing.map_or((ShownCode::Impossible, None), |(shown, standing)| (shown, Some(standing)));
        let entropy = self.entropy();
        let logged_in = self.settle(login::finish(standing, &shown, &entropy, self.context()))?;
        self.opened(opens, logged_in)
    }

    fn opened(&mut self, opens: SessionNo, logged_in: LoggedIn) -> Told {
        let LoggedIn { claims, refresh_token, device_token, .. } = logged_in;
        let device = device_token.expose();
        let known = self.devices.iter().find(|(_, known)| *known == device).map(|(number, _)| *number);
        let device_number = known.unwrap_or(opens);
        self.devices.insert(device_number, device.clone());
        let id = claims.session_id;
        let pair = self.signed(claims, &refresh_token)?;
        self.sessions.insert(opens, Held { id, pairs: vec![pair] });
        Ok(format!("ok, device {device_number}"))
    }

    pub(super) fn signed(
        &self,
        claims: AccessClaims,
        refresh_token: &Secret<String>,
    ) -> Result<HeldPair, Refusal> {
        let access_token = self.keys.signing.sign_access_token(&claims)?.expose().clone();
        Ok(HeldPair { claims, access_token, refresh_token: refresh_token.expose().clone() })
    }

    fn parsed(&self, login: &LogIn) -> Result<Login, Refusal> {
        let identifier = field(&login.identifier.to_string());
        let (username, email) = match login.identifier {
            operation::Identifier::Username(_) => (identifier, Field::Absent),
            operation::Identifier::Email(_) => (Field::Absent, identifier),
        };
        let user = self.named(&login.identifier.to_string())?;
        let (mfa_code, recovery_code) = match login.code {
            None => (Field::Absent, Field::Absent),
            Some(code) => self.code_fields(user, code),
        };
        let form = LoginForm {
            username,
            email,
            password: field(&login.password.to_string()),
            application_id: optional_field(login.application),
            mfa_code,
            recovery_code,
            device_token: optional_field(login.device.map(|device| self.devices[&device].as_str())),
            ..LoginForm::default()
        };
        Ok(Login::parse(&form).map_err(Rejection::validation)?)
    }

    /// Whose authenticator is at hand when somebody logs in by this name.
    fn named(&self, name: &str) -> Result<Option<UserNo>, Refusal> {
        let account = self.store.account_by_name(&login::Identifier::of(name))?;
        Ok(account.and_then(|account| self.users.iter().position(|id| *id == account.id)))
    }

    fn standing(&self, login: &Login) -> Result<Standing, Refusal> {
        let store = &self.store;
        let account = store.account_by_name(&login.identifier)?;
        let device_known = match (&account, login.device_digest()) {
            (Some(account), Some(digest)) => store.device_known(digest, Some(account.id))?,
            _ => false,
        };
        let application: Option<Application> = match (&login.application, &account) {
            (RequestedApplication::Named(id), _) => store.application(id)?,
            (RequestedApplication::Registered, Some(account)) => store.application(&account.application)?,
            _ => None,
        };
        let factor = match account.as_ref().filter(|account| account.mfa_enabled) {
            Some(account) => self.factor_standing(account.id, login.second_factor.as_ref())?,
            None => FactorStanding::default(),
        };
        let roles = match (&account, &application) {
            (Some(account), Some(application)) => store.roles_held(account.id, &application.id)?,
            _ => Vec::new(),
        };
        let had_device = match &account {
            Some(account) => store.had_device(account.id)?,
            None => false,
        };
        Ok(Standing { account, device_known, had_device, factor, application, roles })
    }

    pub(super) fn factor_standing(
        &self,
        user: UserId,
        shown: Option<&ShownCode>,
    ) -> Result<FactorStanding, Refusal> {
        let factor = self.store.factor(user)?.map(|stored| {
            let secret = self.keys.sealing.open(&stored.secret, user).unwrap();
            Factor { secret, stored }
        });
        let recovery = match shown {
            Some(ShownCode::Recovery(code)) => {
                let digest = self.keys.recovery.digest(user, code);
                self.store.recovery_code_known(user, &digest)?.then_some(digest)
            }
            _ => None,
        };
        let wrong_codes = self.store.wrong_codes(user, self.now)?;
        Ok(FactorStanding { factor, recovery, wrong_codes, from_address: FromAddress::default() })
    }

    pub(super) fn shown(&self, user: Option<UserNo>, code: operation::Code) -> Result<ShownCode, Refusal> {
        let (code, recovery_code) = self.code_fields(user, code);
        Ok(ShownCode::parse(&code, &recovery_code).map_err(Rejection::validation)?)
    }

    /// The fields of a code and of a recovery code, as the user types them.
    fn code_fields(&self, user: Option<UserNo>, code: operation::Code) -> (Field<'static>, Field<'static>) {
        if let operation::Code::Recovery { nth } = code {
            let given = user.and_then(|user| self.recovery[user].get(nth).cloned());
            let code = given.unwrap_or_else(|| RecoveryCode::from_entropy([0xff; 10]));
            return (Field::Absent, field(code.text().expose()));
        }
        let secret = user.and_then(|user| self.authenticators[user]);
        let typed = authenticator::typed(secret, code, self.now.as_secs());
        (optional_field(typed.as_deref()), Field::Absent)
    }

    fn context(&self) -> LoginContext<'_> {
        LoginContext {
            policy: &self.policy,
            issuer: ISSUER,
            refresh_key: &self.keys.refresh,
            client: &self.client,
            network: None,
            now: self.now,
        }
    }

    fn entropy(&mut self) -> LoginEntropy {
        LoginEntropy {
            session: self.draw(),
            jti: self.draw(),
            device: Secret::new(self.draw()),
            mfa: Secret::new(self.draw()),
        }
    }

    /// Notes that a session is used, as the server does where that is worth it.
    pub(super) fn note_use(&self, principal: &Principal) -> Result<(), Refusal> {
        if principal.session().is_use_worth_noting(self.now) {
            let note = Change::NoteUse { session: principal.session().id, at: self.now };
            self.runtime.block_on(self.store.commit(&[note]))?;
        }
        Ok(())
    }
}
