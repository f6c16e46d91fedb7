//! Permissions, as the server checks them.

use countersign_core::permission::{self, Permission};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fields::unpack;

/// Whether the action may be done to the resource. `packed` (see `fields`) holds both, then action and resource of each grant.
#[wasm_bindgen(js_name = isPermitted)]
pub fn is_permitted(packed: &str) -> bool {
    let mut texts =
        unpack(packed).map(|field| field.required("grants").map(str::to_owned).unwrap_or_default());
    let mut pair = || Some((texts.next()?, texts.next()?));
    let Some((asked_action, asked_resource)) = pair() else {
        return false;
    };
    let granted: Vec<Permission> =
        std::iter::from_fn(|| pair().map(|(action, resource)| Permission { action, resource })).collect();
    permission::is_permitted(&granted, &asked_action, &asked_resource)
}
