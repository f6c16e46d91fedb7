//! What every database must do with applications, roles and custom data: where a guard no longer holds, nothing is done.

use countersign_core::application::{Application, ApplicationName, ApplicationPatch, ApplicationStatus};
use countersign_core::change::Change;
use countersign_core::data::{DataKey, DataOwner, KEYS_PER_APPLICATION, KeptBesides, NewDatum};
use countersign_core::id::{ApplicationId, UserId};
use countersign_core::json::Document;
use countersign_core::permission::{Permission, Role, RoleName};
use countersign_core::role::Assignment;
use countersign_core::session::Session;

use super::super::{Committed, DatabaseLocation, Store};
use super::{NOW, new_account, open_session, session, temporary_file};

const DONE: Committed = Committed::Applied { created: None };

contract! {
    an_application_is_made_once_and_changed_in_part,
    a_session_wants_a_member_of_an_active_application,
    with_an_application_goes_all_that_refers_to_it,
    a_role_is_assigned_only_while_it_is_there,
    who_loses_the_last_role_has_no_session,
    a_value_is_stored_only_where_there_is_room,
    values_are_kept_apart,
}

fn notes() -> Application {
    Application {
        id: ApplicationId::parse("notes").unwrap(),
        name: ApplicationName::parse("Notes").unwrap(),
        status: ApplicationStatus::Active,
        created_at: NOW,
    }
}

fn chief() -> Role {
    let permission = Permission { action: "burn \"é".to_owned(), resource: "*".to_owned() };
    Role { name: RoleName::parse("chief").unwrap(), permissions: vec![permission] }
}

fn assignment(user: UserId, role: &str) -> Box<Assignment> {
    Box::new(Assignment { user, application: notes().id, role: RoleName::parse(role).unwrap() })
}

fn assign(user: UserId, role: &str) -> Change {
    Change::AssignRole { assignment: assignment(user, role), at: NOW }
}

fn define(role: Role) -> Change {
    Change::DefineRole { application: notes().id, role: Box::new(role) }
}

fn in_notes(user: UserId, number: u128) -> Session {
    Session { application: notes().id, ..session(user, number) }
}

fn datum(key: &str, value: &str) -> NewDatum {
    let text = format!(r#"{{"key":"{key}","value":{value}}}"#);
    let document = Document::parse(text.as_bytes()).unwrap();
    NewDatum::parse(&document.field("key"), document.member("value")).unwrap()
}

fn keep(owner: &DataOwner, datum: NewDatum) -> Change {
    Change::StoreDatum { owner: Box::new(owner.clone()), datum: Box::new(datum), at: NOW }
}

impl Store {
    async fn settled(&self, change: Change) -> bool {
        self.commit(&[change]).await.unwrap() == DONE
    }

    /// A user and the application `notes`, of which they are no member.
    async fn with_notes(&self) -> UserId {
        let user = self.create(new_account("ada")).await.unwrap();
        assert!(self.settled(Change::CreateApplication(Box::new(notes()))).await);
        user
    }
}

async fn an_application_is_made_once_and_changed_in_part(store: Store) {
    store.with_notes().await;
    assert_eq!(store.application(&notes().id).unwrap(), Some(notes()));
    assert!(!store.settled(Change::CreateApplication(Box::new(notes()))).await);
    let patch = Box::new(ApplicationPatch { name: ApplicationName::parse("N").ok(), status: None });
    assert!(store.settled(Change::UpdateApplication { id: notes().id, patch: patch.clone() }).await);
    let changed = Application { name: ApplicationName::parse("N").unwrap(), ..notes() };
    assert_eq!(store.application(&notes().id).unwrap(), Some(changed));
    let gone = ApplicationId::parse("gone").unwrap();
    assert!(!store.settled(Change::UpdateApplication { id: gone.clone(), patch }).await);
    assert!(!store.settled(Change::DeleteApplication { id: gone }).await);
    let ids = |after, limit| -> Vec<_> {
        store.applications(after, limit).unwrap().into_iter().map(|it| it.id.to_string()).collect()
    };
    assert_eq!(
        (ids(None, 1), ids(Some("default"), 5)),
        (vec!["default".to_owned()], vec!["notes".to_owned()])
    );
}

async fn a_session_wants_a_member_of_an_active_application(store: Store) {
    let user = store.with_notes().await;
    assert!(!store.settled(open_session(in_notes(user, 1))).await, "a stranger");
    assert!(store.settled(assign(user, "user")).await);
    assert!(store.settled(open_session(in_notes(user, 2))).await);
    let patch = ApplicationPatch { name: None, status: Some(ApplicationStatus::Disabled) };
    assert!(store.settled(Change::UpdateApplication { id: notes().id, patch: Box::new(patch) }).await);
    assert!(!store.settled(open_session(in_notes(user, 3))).await, "disabled");
    assert!(store.settled(open_session(session(user, 4))).await, "in default as ever");
}

async fn with_an_application_goes_all_that_refers_to_it(store: Store) {
    store.with_notes().await;
    let user =
        store.create(super::NewAccount { application: notes().id, ..new_account("grace") }).await.unwrap();
    let owner = DataOwner { user, application: notes().id };
    let key = DataKey::parse("k").unwrap();
    for change in [
        define(chief()),
        assign(user, "chief"),
        open_session(in_notes(user, 1)),
        keep(&owner, datum("k", "1")),
    ] {
        assert!(store.settled(change).await);
    }
    assert!(store.settled(Change::DeleteApplication { id: notes().id }).await);
    assert!(store.session_with_account(in_notes(user, 1).id).unwrap().is_none());
    assert_eq!(store.roles_of(user, ("", ""), 9).unwrap(), []);
    assert_eq!(store.datum(&owner, &key).unwrap(), None);
    let account = store.account(user).unwrap().unwrap();
    assert_eq!(account.application, ApplicationId::default_application());
    assert!(!store.settled(define(chief())).await);
    assert!(!store.settled(assign(user, "user")).await);
    assert!(!store.settled(keep(&owner, datum("k", "1"))).await);
}

async fn a_role_is_assigned_only_while_it_is_there(store: Store) {
    let user = store.with_notes().await;
    assert!(!store.settled(assign(user, "chief")).await);
    assert!(store.settled(define(Role { permissions: Vec::new(), ..chief() })).await);
    assert!(store.settled(define(chief())).await, "in place of the other");
    assert_eq!(store.role(&notes().id, &chief().name).unwrap(), Some(chief()));
    assert_eq!(store.roles(&notes().id, None, 9).unwrap(), [chief()]);
    assert_eq!(store.roles(&notes().id, Some("chief"), 9).unwrap(), []);
    assert!(!store.settled(assign(UserId::new(4_711), "chief")).await);
    assert!(store.settled(assign(user, "chief")).await);
    assert!(!store.settled(assign(user, "chief")).await, "held already");
    assert!(store.settled(assign(user, "viewer")).await);
    let held: Vec<_> = store.roles_held(user, &notes().id).unwrap();
    let viewer = Role::of(RoleName::parse("viewer").unwrap(), None);
    assert_eq!(held, [chief(), viewer]);
    assert_eq!(store.roles_held(user, &ApplicationId::default_application()).unwrap(), []);

    let delete = || Change::DeleteRole { application: notes().id, role: chief().name };
    assert!(store.settled(delete()).await);
    assert!(!store.settled(delete()).await);
    assert_eq!(store.roles_held(user, &notes().id).unwrap().len(), 1);
    assert!(!store.settled(Change::RevokeRole { assignment: assignment(user, "chief") }).await);
}

async fn who_loses_the_last_role_has_no_session(store: Store) {
    let user = store.with_notes().await;
    let other = store.create(new_account("grace")).await.unwrap();
    let is_there = |number| store.session_with_account(in_notes(user, number).id).unwrap().is_some();
    for change in [assign(user, "user"), assign(user, "viewer"), assign(other, "user")] {
        assert!(store.settled(change).await);
    }
    for session in [in_notes(user, 1), session(user, 2), in_notes(other, 3)] {
        assert!(store.settled(open_session(session)).await);
    }
    assert!(store.settled(Change::RevokeRole { assignment: assignment(user, "user") }).await);
    assert!(is_there(1));
    assert!(store.settled(Change::RevokeRole { assignment: assignment(user, "viewer") }).await);
    assert_eq!([1, 2, 3].map(is_there), [false, true, true]);
}

async fn a_value_is_stored_only_where_there_is_room(store: Store) {
    let user = store.with_notes().await;
    let [owner, elsewhere] =
        [ApplicationId::default_application(), notes().id].map(|application| DataOwner { user, application });
    for number in 0..KEYS_PER_APPLICATION {
        assert!(store.settled(keep(&owner, datum(&format!("k{number:03}"), "1"))).await);
    }
    assert!(!store.settled(keep(&owner, datum("one-more", "1"))).await);
    assert!(store.settled(keep(&owner, datum("k000", "23"))).await, "in place of another");
    let besides = store.kept_besides(&owner, &DataKey::parse("k000").unwrap()).unwrap();
    assert_eq!(besides, KeptBesides { keys: 99, bytes: 99 });

    // 101 bytes are taken of the 1,048,576.
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    assert!(!store.settled(keep(&elsewhere, datum("large", &text(1_048_476)))).await);
    assert!(store.settled(keep(&elsewhere, datum("large", &text(1_048_475)))).await);
    assert!(!store.settled(keep(&owner, datum("k001", "23"))).await, "not one byte more");
    assert!(store.settled(keep(&owner, datum("k000", "2"))).await);
    assert!(store.settled(keep(&owner, datum("k001", "23"))).await);
    let delete =
        || Change::DeleteDatum { owner: Box::new(owner.clone()), key: DataKey::parse("k002").unwrap() };
    assert!(store.settled(delete()).await);
    assert!(!store.settled(delete()).await);
}

async fn values_are_kept_apart(store: Store) {
    let user = store.with_notes().await;
    let other = store.create(new_account("grace")).await.unwrap();
    let owner = |user, application| DataOwner { user, application };
    let default = ApplicationId::default_application();
    let owners = [owner(user, default.clone()), owner(user, notes().id), owner(other, default)];
    for (number, owner) in owners.iter().enumerate() {
        assert!(store.settled(keep(owner, datum("k", &format!("{{ \"é\" : {number} }}")))).await);
    }
    for (number, owner) in owners.iter().enumerate() {
        let value = store.datum(owner, &DataKey::parse("k").unwrap()).unwrap();
        assert_eq!(value, Some(format!("{{ \"é\" : {number} }}")));
        let list = store.data(owner, None, 9).unwrap();
        let told: Vec<_> = list.iter().map(|it| (it.key.as_str(), it.size, it.updated_at)).collect();
        assert_eq!(told, [("k", 12, NOW)]);
        assert_eq!(store.data(owner, Some("k"), 9).unwrap(), []);
    }
}
