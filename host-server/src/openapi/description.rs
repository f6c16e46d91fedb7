//! What can be said of an operation, and of where it stands.

use std::collections::BTreeMap;

use countersign_core::rejection::Code;
use serde_json::{Value, json};
use utoipa::ToSchema;
use warp::http::StatusCode;

use super::answers;
use super::body::RequestBody;
use super::parameters::{self, Parameter};
use super::places;
use crate::routes::Mount;
use crate::routes::{Operation, Route};

/// Operations that belong together, under one heading of the documentation.
pub(super) struct Theme {
    pub(super) tag: &'static str,
    pub(super) text: &'static str,
    pub(super) operations: &'static [(Operation, Describe)],
}

/// Says what an operation is at one of its places, since aliases can differ in what they take.
pub(super) type Describe = fn(Place) -> Description;

/// A row of the table where it is mounted.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) route: &'static Route,
    pub(super) mount: Mount,
}

impl Place {
    /// The mount's prefix and the path of the row.
    pub(super) fn path(self) -> String {
        format!("{}{}", self.mount.prefix(), self.route.path)
    }

    /// `get_api_users_me` for `GET /api/users/me`. An operation has a name at each of its places.
    pub(super) fn operation_id(self) -> String {
        let path = self.path();
        let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let mut id = self.route.method.as_str().to_ascii_lowercase();
        for word in words {
            id.push('_');
            id.push_str(word);
        }
        id
    }

    /// The place that the aliases of an operation point to; `None` where it stands nowhere.
    pub(super) fn first_of(self, operation: Operation) -> Option<Place> {
        places().find(|place| place.route.operation == operation)
    }

    /// The first place of an operation in the same tree; `None` where it stands only in the other.
    fn beside(self, operation: Operation) -> Option<Place> {
        places().find(|place| place.route.operation == operation && place.mount == self.mount)
    }
}

/// All that the document says of one operation.
pub(super) struct Description {
    pub(super) summary: &'static str,
    pub(super) text: &'static str,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<RequestBody>,
    pub(super) granted: Granted,
    /// What it can be refused with, besides what its row brings along.
    pub(super) codes: Vec<Code>,
    /// What it answers 401 with although that is another status elsewhere.
    pub(super) unauthorized: Vec<Code>,
    pub(super) perhaps_by_bearer: bool,
    /// Whether what it grants, and its 401 and 429, tell how many guesses are left.
    pub(super) tells_rate_limits: bool,
    pub(super) schemas: Schemas,
}

impl Description {
    /// An operation in words. Until it is said what it answers, it answers 204 without a body.
    pub(super) fn new(summary: &'static str, text: &'static str) -> Self {
        Self {
            summary,
            text,
            parameters: Vec::new(),
            body: None,
            granted: Granted {
                status: StatusCode::NO_CONTENT,
                content: Content::None,
                headers: json!({}),
                links: json!({}),
                may_be_unchanged: false,
            },
            codes: Vec::new(),
            unauthorized: Vec::new(),
            perhaps_by_bearer: false,
            tells_rate_limits: false,
            schemas: Schemas::default(),
        }
    }

    /// It answers JSON of this type.
    pub(super) fn answers<T: ToSchema>(self, status: StatusCode, example: Value) -> Self {
        let mut described = self.answers_with(status, Content::Json { schema: T::name().into(), example });
        described.schemas.add_type::<T>();
        described
    }

    /// It answers pages of these, and takes what chooses the page. The name is the schema's: utoipa would call every
    /// list the same.
    pub(super) fn answers_pages_of<T: ToSchema>(self, name: &str, item: Value) -> Self {
        let example = json!({ "items": [item], "next_cursor": null });
        let content = Content::Json { schema: name.to_owned(), example };
        let mut described = self
            .with(parameters::limit())
            .with(parameters::cursor())
            .answers_with(StatusCode::OK, content)
            .with_header("Link", "Leads to the next page (RFC 8288).", "<?cursor=…>; rel=\"next\"")
            .refused_with(&[Code::ValidationFailed, Code::UnknownField]);
        described.schemas.add_type::<T>();
        described.schemas.add(
            name,
            json!({
                "type": "object",
                "properties": {
                    "items": {
                        "type": "array",
                        "items": { "$ref": format!("#/components/schemas/{}", T::name()) },
                    },
                    "next_cursor": {
                        "type": ["string", "null"],
                        "description": "Send it as `cursor` for the next page; null on the last.",
                    },
                },
                "required": ["items", "next_cursor"],
            }),
        );
        described
    }

    /// It looks at a token where one is sent, and can do without.
    pub(super) fn perhaps_by_bearer(mut self) -> Self {
        self.perhaps_by_bearer = true;
        self
    }

    /// It answers something else than JSON of a type.
    pub(super) fn answers_with(mut self, status: StatusCode, content: Content) -> Self {
        self.granted.status = status;
        self.granted.content = content;
        self
    }

    /// Its answers tell how many guesses are left.
    pub(super) fn telling_rate_limits(mut self) -> Self {
        for (name, header) in answers::rate_limits() {
            self.granted.headers[name] = header;
        }
        self.tells_rate_limits = true;
        self
    }

    /// Its answer carries this header as well.
    pub(super) fn with_header(mut self, name: &str, description: &str, example: &str) -> Self {
        self.granted.headers[name] =
            json!({ "description": description, "schema": { "type": "string" }, "example": example });
        self
    }

    /// A caller who shows the `ETag` of what it answers is told that this is still so.
    pub(super) fn unless_unchanged(mut self) -> Self {
        self.granted.may_be_unchanged = true;
        self.with_header("ETag", "Tells one version from the next.", "\"5f0c9a8e\"")
    }

    /// It takes this in its path or query.
    pub(super) fn with(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// It takes this body.
    pub(super) fn takes(mut self, body: RequestBody) -> Self {
        self.body = Some(body);
        self
    }

    /// It can be refused with these.
    pub(super) fn refused_with(mut self, codes: &[Code]) -> Self {
        self.codes.extend_from_slice(codes);
        self
    }

    /// It can be refused with these as wrong credentials.
    pub(super) fn unauthorized_with(mut self, codes: &[Code]) -> Self {
        self.unauthorized.extend_from_slice(codes);
        self
    }

    /// Or it answers JSON of this type, of which no example is shown.
    pub(super) fn or<T: ToSchema>(mut self) -> Self {
        let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let other = reference(&T::name());
        self.granted.content = match self.granted.content {
            Content::Json { schema, example } => {
                Content::AnyJson { schema: json!({ "anyOf": [reference(&schema), other] }), example }
            }
            Content::AnyJson { mut schema, example } => {
                schema["anyOf"].as_array_mut().into_iter().for_each(|types| types.push(other.clone()));
                Content::AnyJson { schema, example }
            }
            content => content,
        };
        self.schemas.add_type::<T>();
        self
    }

    /// Where cookies are asked for, they hold the tokens of its answer.
    pub(super) fn sets_cookies(self) -> Self {
        self.with_header(
            "Set-Cookie",
            "Each token in a cookie of its own, where `Countersign-Session: cookie` asks for these.",
            "__Host-countersign-access=…; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax",
        )
    }

    /// What it answers can be put into another operation: `values` tells where its parameters (`id`) and the
    /// members of its body (`body`) are found in the answer, as runtime expressions of OpenAPI.
    pub(super) fn leads_to(mut self, place: Place, target: Operation, values: Value) -> Self {
        if let Some(other) = place.beside(target) {
            let mut link = json!({ "operationId": other.operation_id() });
            for (name, value) in values.as_object().into_iter().flatten() {
                match name.as_str() {
                    "body" => link["requestBody"] = value.clone(),
                    name => link["parameters"][name] = value.clone(),
                }
            }
            self.granted.links[format!("{target:?}")] = link;
        }
        self
    }
}

/// What an operation grants.
pub(super) struct Granted {
    pub(super) status: StatusCode,
    pub(super) content: Content,
    pub(super) headers: Value,
    pub(super) links: Value,
    pub(super) may_be_unchanged: bool,
}

/// What stands in an answer's body.
pub(super) enum Content {
    None,
    /// JSON of a schema that has a name.
    Json {
        schema: String,
        example: Value,
    },
    /// JSON that is described in place.
    AnyJson {
        schema: Value,
        example: Value,
    },
    /// A signed text (RFC 7515).
    Jwt,
    /// A page.
    Page,
    /// The files of a page.
    File,
    /// Plain text.
    Text,
    /// Nothing, but where to look instead.
    Redirect(&'static str),
}

/// Schemas by name.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    pub(super) fn add(&mut self, name: &str, schema: Value) {
        self.0.insert(name.to_owned(), schema);
    }

    /// Adds a type that is sent, and those of its members.
    pub(super) fn add_type<T: ToSchema>(&mut self) {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        for (name, schema) in schemas {
            self.add(&name, json!(schema));
        }
    }

    pub(super) fn append(&mut self, mut other: Schemas) {
        self.0.append(&mut other.0);
    }

    pub(super) fn into_value(self) -> Value {
        self.0.into_iter().collect()
    }
}
