//! Sessions and what their tokens open, as `ops::refresh`, `ops::sessions`, `ops::data` and `ops::roles` do it.

use countersign_core::data::{self, DataKey, DataOwner, NewDatum};
use countersign_core::json::Document;
use countersign_core::logout;
use countersign_core::permission::is_permitted;
use countersign_core::refresh::{self, RefreshContext, Refreshed, Standing};
use countersign_core::token::RefreshToken;

use super::*;
use crate::operation::{Shown, Value};

impl World {
    pub(super) fn show_profile(&mut self, by: Pair) -> Told {
        let principal = self.principal(by, Asks::Profile)?;
        self.note_use(&principal)?;
        let user = self.users.iter().position(|id| *id == principal.account().id);
        Ok(format!("ok, user {}", user.unwrap()))
    }

    pub(super) fn refresh(&mut self, shown: Shown) -> Told {
        let Pair { session, number } = shown.pair();
        let shown = self.read(shown)?;
        let standing = match self.store.session_with_account(shown.session())? {
            None => None,
            Some(found) => {
                let (session, account) = (found.session.clone(), found.account.clone());
                let application = self.store.application(&session.application)?;
                let roles = self.store.roles_held(account.id, &session.application)?;
                application.map(|application| Standing { session, account, application, roles })
            }
        };
        let token_id = self.draw();
        let context = RefreshContext {
            policy: &self.policy,
            issuer: ISSUER,
            refresh_key: &self.keys.refresh,
            now: self.now,
        };
        let refreshed = self.settle(refresh::decide(&shown, standing, token_id, context))?;
        let Refreshed { claims, refresh_token, .. } = refreshed;
        let auth_time = claims.auth_time.as_secs();
        let given = self.signed(claims, &refresh_token)?;
        let pairs = &mut self.sessions.get_mut(&session).unwrap().pairs;
        // The pair after the one that was shown may have been given before, and then it is the same again.
        match pairs.get(number + 1) {
            Some(known) if known.is_given_again_as(&given) => {}
            Some(_) => return refuse("another pair than was given before"),
            None => pairs.push(given),
        }
        Ok(format!("ok, pair {} of a log-in at {auth_time}", number + 1))
    }

    pub(super) fn log_out(&mut self, shown: Shown) -> Told {
        let shown = self.read(shown)?;
        let found = self.store.session_with_account(shown.session())?;
        self.settle(logout::decide(&shown, found.as_deref(), self.now))?;
        ok()
    }

    pub(super) fn log_out_everywhere(&mut self, by: Pair) -> Told {
        let user = self.principal(by, Asks::Other)?.account().id;
        self.settle(logout::decide_everywhere(user))?;
        ok()
    }

    pub(super) fn end_session(&mut self, by: Pair, session: SessionNo) -> Told {
        let user = self.principal(by, Asks::Other)?.account().id;
        let found = self.store.session_with_account(self.sessions[&session].id)?;
        let session = found.as_deref().map(|found| &found.session);
        self.settle(logout::decide_one(user, session, self.now))?;
        ok()
    }

    pub(super) fn store_datum(&mut self, by: Pair, key: u8, value: Value) -> Told {
        let owner = self.owner(by)?;
        // A blank before and after, which are not the value's.
        let body = format!(r#"{{"key":"{}","value": {} }}"#, key_text(key), value.text());
        let document = Document::parse(body.as_bytes()).unwrap();
        let datum = NewDatum::parse(&document.field("key"), document.member("value"))
            .map_err(Rejection::validation)?;
        let besides = self.store.kept_besides(&owner, &datum.key)?;
        self.settle(data::store(&owner, datum, besides, self.now))?;
        ok()
    }

    pub(super) fn show_datum(&mut self, by: Pair, key: u8) -> Told {
        let owner = self.owner(by)?;
        match self.store.datum(&owner, &data_key(key))? {
            Some(value) => Ok(value),
            None => refuse_as(Code::DataNotFound),
        }
    }

    pub(super) fn delete_datum(&mut self, by: Pair, key: u8) -> Told {
        let owner = self.owner(by)?;
        let key = data_key(key);
        let kept = self.store.datum(&owner, &key)?.is_some();
        self.settle(data::delete(&owner, &key, kept))?;
        ok()
    }

    pub(super) fn check_permission(&mut self, by: Pair, action: &str, resource: &str) -> Told {
        let principal = self.principal(by, Asks::Other)?;
        let session = principal.session();
        let roles = self.store.roles_held(session.user, &session.application)?;
        let permitted = is_permitted(roles.iter().flat_map(|role| &role.permissions), action, resource);
        Ok(if permitted { "permitted" } else { "not permitted" }.to_owned())
    }

    fn owner(&self, by: Pair) -> Result<DataOwner, Refusal> {
        let principal = self.principal(by, Asks::Other)?;
        let session = principal.session();
        Ok(DataOwner { user: session.user, application: session.application.clone() })
    }

    fn read(&self, shown: Shown) -> Result<refresh::Shown, Refusal> {
        let Pair { session, number } = shown.pair();
        let held = &self.sessions[&session].pairs[number];
        if matches!(shown, Shown::RefreshToken(_)) {
            return Ok(refresh::Shown::RefreshToken(
                RefreshToken::parse(&held.refresh_token, &self.keys.refresh).unwrap(),
            ));
        }
        let algorithms = [Algorithm::Hs256];
        let expectation = Expectation::new(&algorithms, ISSUER, self.now).forgiving_expiry();
        let verified = verify_access_token(&held.access_token, &self.keys.verifying, &expectation)?;
        Ok(refresh::Shown::Bearer(verified.claims))
    }
}

/// Two keys that differ in case alone are two.
fn key_text(key: u8) -> String {
    if key.is_multiple_of(2) { format!("key.{}", key / 2) } else { format!("KEY.{}", key / 2) }
}

pub(crate) fn data_key(key: u8) -> DataKey {
    DataKey::parse(&key_text(key)).unwrap()
}
