//! What the document says of a request's body. Bodies are read field by field and have no type of their own,
//! so a test holds the fields that are described to those that are read.

use serde_json::{Map, Value, json};

/// A body and its fields.
pub(super) struct RequestBody {
    /// What its schema is called.
    pub(super) name: &'static str,
    /// The names that the operation reads.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds the described fields to these"))]
    pub(super) read: &'static [&'static str],
    example: Value,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    /// What the schema says of its fields together.
    rule: Value,
    may_be_left_out: bool,
}

impl RequestBody {
    /// The body of an operation that reads these fields and refuses all others.
    pub(super) fn new(name: &'static str, read: &'static [&'static str], example: Value) -> Self {
        Self {
            name,
            read,
            example,
            properties: Map::new(),
            required: Vec::new(),
            rule: json!({}),
            may_be_left_out: false,
        }
    }

    /// A field that must be there.
    pub(super) fn required(mut self, name: &'static str, schema: Value) -> Self {
        self.required.push(name);
        self.omissible(name, schema)
    }

    /// A field that may be left out, but not be null.
    pub(super) fn omissible(mut self, name: &'static str, schema: Value) -> Self {
        self.properties.insert(name.to_owned(), schema);
        self
    }

    /// A field of text that may be left out, which an empty text means as well, but not be null.
    pub(super) fn lasting(self, name: &'static str, schema: Value) -> Self {
        let mut schema = or_nothing(schema);
        if let Some(choices) = schema["anyOf"].as_array_mut() {
            choices.pop();
        }
        self.omissible(name, schema)
    }

    /// A field of text that may be left out, which an empty text and null mean as well.
    pub(super) fn optional(self, name: &'static str, schema: Value) -> Self {
        let schema = or_nothing(schema);
        self.omissible(name, schema)
    }

    /// What the fields must be together, as keywords of JSON Schema.
    pub(super) fn such_that(mut self, rule: Value) -> Self {
        self.rule = rule;
        self
    }

    /// The operation can do without the whole body.
    pub(super) fn that_may_be_left_out(mut self) -> Self {
        self.may_be_left_out = true;
        self
    }

    /// The fields that are described.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.properties.keys().map(String::as_str)
    }

    /// The schema that stands under its name.
    pub(super) fn schema(&self) -> Value {
        let mut schema = json!({
            "type": "object",
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.required.is_empty() {
            schema["required"] = json!(self.required);
        }
        for (keyword, value) in self.rule.as_object().into_iter().flatten() {
            schema[keyword] = value.clone();
        }
        schema
    }

    /// The `requestBody` of the operation.
    pub(super) fn to_value(&self) -> Value {
        json!({
            "required": !self.may_be_left_out,
            "content": {
                "application/json": {
                    "schema": { "$ref": format!("#/components/schemas/{}", self.name) },
                    "example": self.example,
                },
            },
        })
    }
}

/// A schema that takes the empty text and null as well, under the same description.
fn or_nothing(mut schema: Value) -> Value {
    let mut outer = json!({});
    for keyword in ["description", "examples"] {
        if let Some(value) = schema.as_object_mut().and_then(|members| members.remove(keyword)) {
            outer[keyword] = value;
        }
    }
    // Any text is asked for: then the empty one is among them.
    if schema == json!({ "type": "string" }) {
        outer["type"] = json!(["string", "null"]);
    } else {
        outer["anyOf"] = json!([schema, { "type": "string", "maxLength": 0 }, { "type": "null" }]);
    }
    outer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_left_out_may_be_empty_or_null_too() {
        let body = RequestBody::new("Body", &[], json!({}))
            .required("a", json!({ "type": "string" }))
            .optional("b", json!({ "type": "string", "description": "Text." }))
            .optional("c", json!({ "type": "string", "minLength": 3 }));
        let schema = body.schema();
        assert_eq!(schema["required"], json!(["a"]));
        assert_eq!(
            schema["properties"],
            json!({
                "a": { "type": "string" },
                "b": { "type": ["string", "null"], "description": "Text." },
                "c": {
                    "anyOf": [
                        { "type": "string", "minLength": 3 },
                        { "type": "string", "maxLength": 0 },
                        { "type": "null" },
                    ],
                },
            })
        );
    }
}
