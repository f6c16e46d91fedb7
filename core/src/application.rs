//! Applications: what a token is for (its `aud`), and what admins do to them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::account::words;
use crate::change::Change;
use crate::decision::Decision;
use crate::event::Event;
use crate::field::Field;
use crate::id::{ApplicationId, UserId};
use crate::name::PersonName;
use crate::rejection::{Code, Fault, Rejection};
use crate::time::Timestamp;

/// A stored application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its name in tokens and requests.
    pub id: ApplicationId,
    /// What people call it.
    pub name: ApplicationName,
    /// Whether one can log in to it.
    pub status: ApplicationStatus,
    /// When it was made.
    pub created_at: Timestamp,
}

words! {
    /// Whether an application takes log-ins and registrations.
    ApplicationStatus {
        /// It does.
        Active = "active",
        /// It does not.
        Disabled = "disabled",
    }
}

/// What people call an application: 1 to 100 code points, none of them a control character, as in names of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationName(PersonName);

impl ApplicationName {
    /// Reads the field `name`.
    ///
    /// # Errors
    /// `required`, `invalid_characters` or `too_long`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        PersonName::parse("name", text).map(Self)
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ApplicationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The fields of an application as they came. Which of them are taken, the operation says.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is named as the request names it")]
pub struct ApplicationForm<'a> {
    pub id: Field<'a>,
    pub name: Field<'a>,
    pub status: Field<'a>,
}

/// An application that is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// `None` where one is to be made up.
    pub id: Option<ApplicationId>,
    /// What people call it.
    pub name: ApplicationName,
}

impl NewApplication {
    /// Reads `id` and `name`.
    ///
    /// # Errors
    /// Every faulty field.
    pub fn parse(form: &ApplicationForm<'_>) -> Result<Self, Vec<Fault>> {
        let id = form.id.optional("id").and_then(|text| text.map(parse_id).transpose());
        let name = form.name.required("name").and_then(ApplicationName::parse);
        match (id, name) {
            (Ok(id), Ok(name)) => Ok(Self { id, name }),
            (id, name) => Err([id.err(), name.err()].into_iter().flatten().collect()),
        }
    }

    /// The application it becomes. Where no id was asked for, it is `app_` and 22 characters of `entropy`.
    ///
    /// ```
    /// use countersign_core::application::{ApplicationForm, NewApplication};
    /// use countersign_core::time::Timestamp;
    ///
    /// let form = ApplicationForm { name: "Notes".into(), ..ApplicationForm::default() };
    /// let application = NewApplication::parse(&form).unwrap().made([0; 16], Timestamp::from_secs(0));
    /// assert_eq!(application.id.as_str(), "app_AAAAAAAAAAAAAAAAAAAAAA");
    /// ```
    pub fn made(self, entropy: [u8; 16], now: Timestamp) -> Application {
        let id = self.id.unwrap_or_else(|| made_up_id(entropy));
        Application { id, name: self.name, status: ApplicationStatus::Active, created_at: now }
    }
}

/// What is to change of an application.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApplicationPatch {
    /// `None` where it stays as it is.
    pub name: Option<ApplicationName>,
    /// `None` where it stays as it is.
    pub status: Option<ApplicationStatus>,
}

impl ApplicationPatch {
    /// Reads `name` and `status`. Neither can be taken away, so only an absent one is left as it is.
    ///
    /// # Errors
    /// Every faulty field.
    pub fn parse(form: &ApplicationForm<'_>) -> Result<Self, Vec<Fault>> {
        let name = given(&form.name, "name", ApplicationName::parse);
        let status = given(&form.status, "status", |text| {
            let message = "The status is active or disabled.";
            ApplicationStatus::parse(text).ok_or_else(|| Fault::new("status", Code::InvalidFormat, message))
        });
        match (name, status) {
            (Ok(name), Ok(status)) => Ok(Self { name, status }),
            (name, status) => Err([name.err(), status.err()].into_iter().flatten().collect()),
        }
    }
}

/// Decides the making of an application by an admin; `found` is what the store holds under its id.
pub fn create(application: Application, found: Option<&Application>, by: UserId) -> Decision<Application> {
    if found.is_some() {
        return Decision::refuse(Rejection::of(Code::ApplicationExists));
    }
    let event = Event::ApplicationCreated { application: application.id.clone(), by };
    Decision::grant(application.clone())
        .with_change(Change::CreateApplication(Box::new(application)))
        .with_event(event)
}

/// Decides a change of an application by an admin. The application `default` is always active: who disabled it could
/// never log in again to mend that.
///
/// ```
/// use countersign_core::application::{self, ApplicationPatch};
/// use countersign_core::id::UserId;
/// use countersign_core::rejection::Code;
///
/// let decision = application::update(None, &ApplicationPatch::default(), UserId::new(1));
/// assert_eq!(decision.outcome.map_err(|rejection| rejection.code), Err(Code::ApplicationNotFound));
/// ```
pub fn update(found: Option<Application>, patch: &ApplicationPatch, by: UserId) -> Decision<Application> {
    let Some(found) = found else {
        return Decision::refuse(Rejection::of(Code::ApplicationNotFound));
    };
    let mut changed = found.clone();
    changed.name = patch.name.clone().unwrap_or(changed.name);
    changed.status = patch.status.unwrap_or(changed.status);
    if changed == found {
        return Decision::grant(found);
    }
    if is_default(&found) && changed.status == ApplicationStatus::Disabled {
        return Decision::refuse(Rejection::of(Code::ApplicationProtected));
    }
    let id = found.id.clone();
    Decision::grant(changed)
        .with_change(Change::UpdateApplication { id: found.id, patch: Box::new(patch.clone()) })
        .with_event(Event::ApplicationChanged { application: id, by })
}

/// Decides the end of an application by an admin. Its users stay, and belong to `default` from then on: if they went
/// on belonging to a name, whoever is given that name next would be given them too.
pub fn delete(found: Option<&Application>, by: UserId) -> Decision<()> {
    let Some(found) = found else {
        return Decision::refuse(Rejection::of(Code::ApplicationNotFound));
    };
    if is_default(found) {
        return Decision::refuse(Rejection::of(Code::ApplicationProtected));
    }
    Decision::grant(())
        .with_change(Change::DeleteApplication { id: found.id.clone() })
        .with_event(Event::ApplicationDeleted { application: found.id.clone(), by })
}

fn is_default(application: &Application) -> bool {
    application.id == ApplicationId::default_application()
}

fn parse_id(text: &str) -> Result<ApplicationId, Fault> {
    let message = "The id is 1 to 64 of A-Z a-z 0-9 _ -.";
    ApplicationId::parse(text).ok_or_else(|| Fault::new("id", Code::InvalidFormat, message))
}

/// 128 random bits, which meet no other id.
fn made_up_id(entropy: [u8; 16]) -> ApplicationId {
    let text = format!("app_{}", URL_SAFE_NO_PAD.encode(entropy));
    // 26 characters of the alphabet of ids.
    ApplicationId::parse(&text).unwrap_or_else(ApplicationId::default_application)
}

fn given<T>(
    field: &Field<'_>,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    match field {
        Field::Absent => Ok(None),
        field => field.required(name).and_then(parse).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const BY: UserId = UserId::new(1);

    fn notes() -> Application {
        Application { id: ApplicationId::parse("notes").unwrap(), ..samples::application() }
    }

    fn code<T>(decision: Decision<T>) -> Option<Code> {
        let code = decision.outcome.err().map(|rejection| rejection.code);
        assert_eq!(decision.changes.is_empty(), code.is_some(), "{:?}", decision.changes);
        code
    }

    #[test]
    fn all_faults_of_a_form_are_told_at_once() {
        let told = |faults: Vec<Fault>| -> Vec<_> {
            faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect()
        };
        let form = ApplicationForm { id: "a/b".into(), name: "".into(), ..ApplicationForm::default() };
        let faults = told(NewApplication::parse(&form).unwrap_err());
        assert_eq!(faults, [("id".to_owned(), Code::InvalidFormat), ("name".to_owned(), Code::Required)]);
        let form = ApplicationForm { name: Field::Null, status: "gone".into(), ..ApplicationForm::default() };
        let faults = told(ApplicationPatch::parse(&form).unwrap_err());
        assert_eq!(faults, [("name".to_owned(), Code::Required), ("status".to_owned(), Code::InvalidFormat)]);
        let blank = ApplicationForm { id: "".into(), name: "Notes".into(), ..ApplicationForm::default() };
        assert_eq!(NewApplication::parse(&blank).unwrap().id, None);
    }

    #[test]
    fn an_id_is_given_once() {
        assert_eq!(code(create(notes(), None, BY)), None);
        assert_eq!(code(create(notes(), Some(&notes()), BY)), Some(Code::ApplicationExists));
    }

    #[test]
    fn the_default_application_can_be_renamed_but_not_taken_away() {
        let patch = |status| ApplicationPatch { status: Some(status), ..ApplicationPatch::default() };
        let disabled = patch(ApplicationStatus::Disabled);
        let default = samples::application();
        assert_eq!(code(update(Some(default.clone()), &disabled, BY)), Some(Code::ApplicationProtected));
        assert_eq!(code(delete(Some(&default), BY)), Some(Code::ApplicationProtected));
        let name = ApplicationPatch { name: ApplicationName::parse("Home").ok(), ..Default::default() };
        assert_eq!(update(Some(default), &name, BY).outcome.unwrap().name.as_str(), "Home");
        assert_eq!(code(update(Some(notes()), &disabled, BY)), None);
        assert_eq!(code(delete(Some(&notes()), BY)), None);
        assert_eq!(code(delete(None, BY)), Some(Code::ApplicationNotFound));
    }

    #[test]
    fn a_patch_that_says_what_is_so_changes_nothing() {
        let same = ApplicationPatch { name: Some(notes().name), status: Some(ApplicationStatus::Active) };
        for patch in [ApplicationPatch::default(), same] {
            let decision = update(Some(notes()), &patch, BY);
            assert_eq!((decision.outcome.unwrap(), decision.changes), (notes(), vec![]));
            assert_eq!(decision.events, []);
        }
    }
}
