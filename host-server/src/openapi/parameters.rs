//! What the document says of paths and queries.

use serde_json::{Value, json};

/// A value that stands in the path or the query.
pub(super) struct Parameter {
    name: &'static str,
    place: &'static str,
    required: bool,
    description: &'static str,
    schema: Value,
}

impl Parameter {
    /// What stands for `{name}`.
    pub(super) fn path(name: &'static str, description: &'static str, schema: Value) -> Self {
        Self { name, place: "path", required: true, description, schema }
    }

    /// A value of the query.
    pub(super) fn query(name: &'static str, description: &'static str, schema: Value) -> Self {
        Self { name, place: "query", required: true, description, schema }
    }

    /// The same, where the operation can do without it. Empty, it is as good as absent.
    pub(super) fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// The `Parameter` of the document.
    pub(super) fn to_value(&self) -> Value {
        let mut value = json!({
            "name": self.name,
            "in": self.place,
            "required": self.required,
            "description": self.description,
            "schema": self.schema,
        });
        if !self.required {
            value["allowEmptyValue"] = json!(true);
        }
        value
    }
}

/// A file of a page.
pub(super) fn file() -> Parameter {
    Parameter::path("file", "One of the page's own files.", json!({ "type": "string" }))
}

/// The number of a user, in either spelling.
pub(super) fn user_id() -> Parameter {
    // No number has more digits than a 64-bit integer, nor leading zeros.
    let schema = json!({
        "type": "string", "pattern": "^(user_)?[1-9][0-9]{0,18}$", "examples": ["123", "user_123"],
    });
    Parameter::path("user_id", "The user's number, `123` or `user_123`.", schema)
}

pub(super) fn application_id() -> Parameter {
    let schema = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$", "examples": ["default"] });
    Parameter::path("application_id", "The application.", schema)
}

/// How many items a list answers at once.
pub(super) fn limit() -> Parameter {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 });
    Parameter::query("limit", "How many items to answer at most.", schema).optional()
}

/// Where a list goes on.
pub(super) fn cursor() -> Parameter {
    let description =
        "The `next_cursor` of the answer before. It is good for the same list and filters only.";
    Parameter::query("cursor", description, json!({ "type": "string" })).optional()
}
