//! Applications.

use countersign_core::application::{Application, ApplicationPatch};
use countersign_core::id::ApplicationId;

use super::write;
use crate::store::backend::{Guard, Write};
use crate::store::sql::applications as sql;
use crate::store::value::Value;

pub(super) fn create_application(application: &Application) -> Write {
    write(
        sql::CREATE_APPLICATION,
        Guard::OneRow,
        [
            application.id.as_str().into(),
            application.name.as_str().into(),
            application.status.as_str().into(),
            application.created_at.into(),
        ],
    )
}

pub(super) fn update_application(id: &ApplicationId, patch: &ApplicationPatch) -> Write {
    let name = Value::text_or_null(patch.name.as_ref().map(|name| name.as_str()));
    let status = Value::text_or_null(patch.status.map(|status| status.as_str()));
    write(sql::UPDATE_APPLICATION, Guard::OneRow, [name, status, id.as_str().into()])
}

pub(super) fn delete_application(id: &ApplicationId) -> Vec<Write> {
    let default = ApplicationId::default_application();
    vec![
        write(sql::DELETE_APPLICATION, Guard::OneRow, [id.as_str().into()]),
        write(sql::MOVE_USERS, Guard::Open, [default.as_str().into(), id.as_str().into()]),
    ]
}
