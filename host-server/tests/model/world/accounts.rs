//! What people do with their own accounts, as `ops::profile` does it.

use countersign_core::lifecycle;
use countersign_core::profile::{self, Evidence, ProfileForm, ProfileUpdate, Progress, Standing};
use countersign_core::reauthenticate;

use super::*;
use crate::operation::Update;

impl World {
    pub(super) fn update_profile(&mut self, by: Pair, update: &Update) -> Told {
        let principal = self.principal(by, Asks::Profile)?;
        let text = |text: Option<String>| optional_field(text.as_deref());
        let form = ProfileForm {
            username: text(update.username.map(|name| name.username())),
            email: text(update.email.map(|name| name.email())),
            password: text(update.password.map(|password| password.to_string())),
            current_password: text(update.current_password.map(|password| password.to_string())),
            name: match update.full_name {
                None => Field::Absent,
                Some(None) => Field::Null,
                Some(Some(number)) => field(&full_name(number)),
            },
            ..ProfileForm::default()
        };
        let parsed = ProfileUpdate::parse(&form, principal.account(), 8).map_err(Rejection::validation)?;
        let verification = parsed.email.clone().map(|email| self.mailed_token(email));
        let (mut evidence, mut new_hash) = (None, None);
        // Looked at, with its passwords checked, with the new one hashed.
        for _ in 0..3 {
            let standing = self.profile_standing(&principal, &parsed)?;
            let decision = profile::decide(
                &parsed,
                &standing,
                evidence.as_ref(),
                new_hash.as_ref(),
                verification.as_ref(),
                &self.policy,
                self.now,
            );
            match self.settle(decision)? {
                Progress::Done(_) => return ok(),
                Progress::CheckPasswords => {
                    evidence = self.evidence(&parsed, update, &standing)?;
                }
                Progress::HashPassword(password) => new_hash = Some(self.hash(&password)),
            }
        }
        refuse("never done")
    }

    pub(super) fn delete_own_account(&mut self, by: Pair) -> Told {
        let user = self.principal(by, Asks::Profile)?.account().id;
        let decision = lifecycle::delete_own(self.lifecycle_standing(user)?, self.now);
        self.settle(decision)?;
        ok()
    }

    pub(super) fn lifecycle_standing(&self, user: UserId) -> Result<lifecycle::Standing, Refusal> {
        let Some(account) = self.store.account(user)? else { return refuse_as(Code::UserNotFound) };
        Ok(lifecycle::Standing { account, another_admin: self.store.another_admin(user)? })
    }

    fn evidence(
        &mut self,
        parsed: &ProfileUpdate,
        update: &Update,
        standing: &Standing,
    ) -> Result<Option<Evidence>, Refusal> {
        let account = &standing.account;
        let checked = account.password_hash.clone();
        if let Some(current) = update.current_password {
            let proof = self.prove_by_password(&standing.session, account, current)?;
            return Ok(Some(Evidence::of_current_password(parsed, proof, checked)));
        }
        let Some(asked) = &parsed.password else { return Ok(None) };
        self.admit_guess(&standing.session, account)?;
        let check = self.check(&asked.typed.prepare(), checked);
        Ok(Some(Evidence::of_password(account, reauthenticate::guess(&standing.session), check)))
    }

    fn profile_standing(&self, principal: &Principal, update: &ProfileUpdate) -> Result<Standing, Refusal> {
        let found = self.store.session_with_account(principal.session().id)?;
        let Some(found) = found else { return refuse_as(Code::SessionEnded) };
        let username = update.username.as_ref().map(|username| username.as_str());
        let email = update.email.as_ref().map(|email| email.as_str());
        let (username_taken, email_taken) =
            self.store.names_taken_by_others(found.account.id, username, email)?;
        let (session, account) = (found.session.clone(), found.account.clone());
        let recent_mails =
            email.map(|email| self.store.recent_mails(email, self.now)).transpose()?.unwrap_or_default();
        Ok(Standing { session, account, username_taken, email_taken, recent_mails })
    }
}

/// The name of a person.
pub(crate) fn full_name(number: u8) -> String {
    format!("Ada {number}")
}
