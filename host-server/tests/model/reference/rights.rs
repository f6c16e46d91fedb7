//! Applications, their roles, and what users keep in them.

use super::*;
use crate::operation::Switch;

/// What every application has.
const BUILT_IN: [(&str, &[Permission]); 4] = [
    ("admin", &[("*", "*")]),
    ("editor", &[("read", "*"), ("write", "*")]),
    ("viewer", &[("read", "*")]),
    ("user", &[]),
];

const VALUE_BYTES: usize = 64 * 1024;
const KEYS: usize = 100;
const USER_BYTES: usize = 1024 * 1024;

impl Reference {
    pub(super) fn check_permission(&self, by: Pair, action: &str, resource: &str) -> Result<Answer, Answer> {
        let (user, application) = self.member_by(by)?;
        let covers = |granted: &str, asked: &str| granted == "*" || granted == asked;
        let permitted = self
            .permissions_of(user, application)
            .iter()
            .any(|(may, what)| covers(may, action) && covers(what, resource));
        told(if permitted { "permitted" } else { "not permitted" })
    }

    pub(crate) fn permissions_of(&self, user: UserNo, application: App) -> Vec<Permission> {
        let held = self.users[user].roles.iter().filter(|(at, _)| *at == application);
        held.flat_map(|(_, role)| match BUILT_IN.iter().find(|(name, _)| name == role) {
            Some((_, permissions)) => permissions.to_vec(),
            None => self.applications[application].roles[role].clone(),
        })
        .collect()
    }

    pub(super) fn assign_role(
        &mut self,
        by: Pair,
        user: UserNo,
        role: &'static str,
        application: App,
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(user) = self.users.get_mut(user) else { return refused("user_not_found") };
        let Some(found) = self.applications.get(application) else { return refused("unknown_application") };
        if !is_built_in(role) && !found.roles.contains_key(role) {
            return refused("unknown_role");
        }
        user.roles.insert((application, role));
        ok()
    }

    pub(super) fn revoke_role(
        &mut self,
        by: Pair,
        user: UserNo,
        role: &'static str,
        application: App,
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(found) = self.users.get_mut(user) else { return refused("user_not_found") };
        if !found.roles.remove(&(application, role)) {
            return refused("role_not_found");
        }
        self.end_where_a_stranger(user, application);
        ok()
    }

    pub(super) fn define_role(
        &mut self,
        by: Pair,
        application: App,
        role: &'static str,
        permissions: &[Permission],
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(found) = self.applications.get_mut(application) else {
            return refused("application_not_found");
        };
        // Nor one that looks like it.
        if is_built_in(&role.to_lowercase()) {
            return refused("role_built_in");
        }
        found.roles.insert(role, permissions.to_vec());
        ok()
    }

    pub(super) fn delete_role(
        &mut self,
        by: Pair,
        application: App,
        role: &'static str,
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(found) = self.applications.get_mut(application) else {
            return refused("application_not_found");
        };
        if is_built_in(role) {
            return refused("role_built_in");
        }
        if found.roles.remove(role).is_none() {
            return refused("role_not_found");
        }
        for user in 0..self.users.len() {
            self.users[user].roles.remove(&(application, role));
            self.end_where_a_stranger(user, application);
        }
        ok()
    }

    pub(super) fn create_application(&mut self, by: Pair, application: App) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        if self.applications.contains_key(application) {
            return refused("application_exists");
        }
        self.applications.insert(application, Application { active: true, roles: BTreeMap::new() });
        ok()
    }

    pub(super) fn switch_application(
        &mut self,
        by: Pair,
        application: App,
        status: Switch,
    ) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        let Some(found) = self.applications.get_mut(application) else {
            return refused("application_not_found");
        };
        if application == "default" && status == Switch::Off {
            return refused("application_protected");
        }
        found.active = status == Switch::On;
        ok()
    }

    pub(super) fn delete_application(&mut self, by: Pair, application: App) -> Result<Answer, Answer> {
        self.admin_by(by)?;
        if !self.applications.contains_key(application) {
            return refused("application_not_found");
        }
        if application == "default" {
            return refused("application_protected");
        }
        self.applications.remove(application);
        self.end_sessions(|session| session.application == application);
        for waiting in self.waiting.values_mut() {
            waiting.over |= waiting.application == application;
        }
        for user in &mut self.users {
            user.roles.retain(|(at, _)| *at != application);
            user.data.retain(|(at, _), _| *at != application);
            if user.application == application {
                user.application = "default";
            }
        }
        ok()
    }

    pub(super) fn store_datum(&mut self, by: Pair, key: u8, value: Value) -> Result<Answer, Answer> {
        let (user, application) = self.member_by(by)?;
        if value.size() > VALUE_BYTES {
            return refused("payload_too_large");
        }
        let data = &mut self.users[user].data;
        let others = || data.iter().filter(|(at, _)| **at != (application, key));
        let keys = others().filter(|((at, _), _)| *at == application).count();
        let bytes: usize = others().map(|(_, value)| value.size()).sum();
        if keys >= KEYS || bytes + value.size() > USER_BYTES {
            return refused("data_limit");
        }
        data.insert((application, key), value);
        ok()
    }

    pub(super) fn show_datum(&self, by: Pair, key: u8) -> Result<Answer, Answer> {
        let (user, application) = self.member_by(by)?;
        match self.users[user].data.get(&(application, key)) {
            Some(value) => Ok(value.text()),
            None => refused("data_not_found"),
        }
    }

    pub(super) fn delete_datum(&mut self, by: Pair, key: u8) -> Result<Answer, Answer> {
        let (user, application) = self.member_by(by)?;
        match self.users[user].data.remove(&(application, key)) {
            Some(_) => ok(),
            None => refused("data_not_found"),
        }
    }
}

fn is_built_in(role: &str) -> bool {
    BUILT_IN.iter().any(|(name, _)| *name == role)
}
