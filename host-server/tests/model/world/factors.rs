//! Second factors, as `ops::mfa` and `ops::reauthenticate` do them.

use countersign_core::account::Account;
use countersign_core::mfa::{self, Confirmed, Renewal, TotpSecret};
use countersign_core::password::Password as AnyPassword;
use countersign_core::reauthenticate::{self, Proof};
use countersign_core::session::Session;

use super::*;
use crate::authenticator;
use crate::operation::{self, Password};

impl World {
    pub(super) fn propose_factor(&mut self, by: Pair, current_password: Option<Password>) -> Told {
        let (principal, no) = self.owner_of_factor(by)?;
        let proof = self.require(&principal, current_password)?;
        self.secrets += 1;
        let secret = TotpSecret::from_bytes(authenticator::secret(self.secrets));
        let nonce = self.draw();
        let user = principal.account().id;
        let sealed = self.keys.sealing.seal(&secret, user, nonce).unwrap();
        let stored = self.store.factor(user)?;
        self.settle(mfa::propose(user, proof, stored.as_ref(), sealed, self.now))?;
        self.authenticators[no] = Some(self.secrets);
        ok()
    }

    pub(super) fn show_code(&mut self, by: Pair, code: operation::Code) -> Told {
        let (principal, no) = self.owner_of_factor(by)?;
        let (user, session) = (principal.account().id, principal.session().id);
        let shown = self.shown(Some(no), code)?;
        let entropy = Secret::new(self.draw());
        let standing = self.factor_standing(user, Some(&shown))?;
        let renewal = Renewal { entropy: &entropy, key: &self.keys.recovery };
        match self.settle(mfa::confirm(user, session, &shown, &standing, renewal, self.now))? {
            Confirmed::Shown => ok(),
            Confirmed::TurnedOn(codes) => self.given(no, codes),
        }
    }

    pub(super) fn disable_factor(&mut self, by: Pair, code: operation::Code) -> Told {
        let (principal, no) = self.owner_of_factor(by)?;
        let user = principal.account().id;
        let shown = self.shown(Some(no), code)?;
        let standing = self.factor_standing(user, Some(&shown))?;
        self.settle(mfa::disable(user, &shown, &standing, self.now))?;
        ok()
    }

    pub(super) fn renew_recovery_codes(
        &mut self,
        by: Pair,
        code: operation::Code,
        current_password: Option<Password>,
    ) -> Told {
        let (principal, no) = self.owner_of_factor(by)?;
        let user = principal.account().id;
        let shown = self.shown(Some(no), code)?;
        let proof = self.require(&principal, current_password)?;
        let entropy = Secret::new(self.draw());
        let standing = self.factor_standing(user, Some(&shown))?;
        let renewal = Renewal { entropy: &entropy, key: &self.keys.recovery };
        let decision = mfa::renew_recovery_codes(user, proof, &shown, &standing, renewal, self.now);
        let codes = self.settle(decision)?;
        self.given(no, codes)
    }

    fn given(&mut self, no: UserNo, codes: Vec<RecoveryCode>) -> Told {
        let number = codes.len();
        self.recovery[no].extend(codes);
        Ok(format!("ok, {number} codes"))
    }

    fn owner_of_factor(&self, by: Pair) -> Result<(Principal, UserNo), Refusal> {
        let principal = self.principal(by, Asks::Other)?;
        let no = self.users.iter().position(|id| *id == principal.account().id).unwrap();
        Ok((principal, no))
    }

    fn require(&mut self, principal: &Principal, password: Option<Password>) -> Result<Proof, Refusal> {
        let by_password = match password {
            Some(password) => {
                Some(self.prove_by_password(principal.session(), principal.account(), password)?)
            }
            None => None,
        };
        Ok(reauthenticate::require(
            principal.account(),
            principal.session(),
            by_password,
            &self.policy,
            self.now,
        )?)
    }

    pub(super) fn prove_by_password(
        &mut self,
        session: &Session,
        account: &Account,
        password: Password,
    ) -> Result<Proof, Refusal> {
        self.admit_guess(session, account)?;
        let prepared = AnyPassword::prepare(&password.to_string());
        let check = self.check(&prepared, account.password_hash.clone());
        self.settle(reauthenticate::decide(account, &reauthenticate::guess(session), &check))
    }

    pub(super) fn admit_guess(&mut self, session: &Session, account: &Account) -> Result<(), Refusal> {
        let guess = reauthenticate::guess(session);
        let tallies = self.store.tallies(&guess, self.now)?;
        self.settle(reauthenticate::admit(account, &guess, &tallies, self.now))
    }
}
