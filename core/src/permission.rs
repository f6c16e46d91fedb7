//! Who may do what in an application: permissions, and the roles that hold them.

use std::collections::BTreeSet;
use std::fmt;

use crate::json::{Document, Kind, Value};
use crate::rejection::{Code, Fault};

/// Leave to do something to something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// What may be done; [`ANYTHING`] for whatever is asked.
    pub action: String,
    /// To what; [`ANYTHING`] for whatever is asked.
    pub resource: String,
}

/// What stands for every action or every resource.
pub const ANYTHING: &str = "*";

/// Whether any of these permissions lets the action be done to the resource. What is asked is taken literally, so that
/// `*` is asked of those who may do anything. Letter case matters.
///
/// ```
/// use countersign_core::permission::{Permission, is_permitted};
///
/// let editor = [Permission { action: "read".into(), resource: "*".into() }];
/// assert!(is_permitted(&editor, "read", "Task"));
/// assert!(!is_permitted(&editor, "delete", "Task"));
/// assert!(!is_permitted(&editor, "*", "Task"));
/// assert!(!is_permitted(&editor, "Read", "Task"));
/// ```
pub fn is_permitted<'a>(
    granted: impl IntoIterator<Item = &'a Permission>,
    action: &str,
    resource: &str,
) -> bool {
    let covers = |granted: &str, asked: &str| granted == ANYTHING || granted == asked;
    granted.into_iter().any(|it| covers(&it.action, action) && covers(&it.resource, resource))
}

/// Permissions that an access token carries at most: it is sent with every request.
pub const GRANTS_MAX: usize = 16;

/// Bytes of their JSON at most, so that a token stays well below the 8 KiB that servers take of a header.
pub const GRANTS_LEN_MAX: usize = 1_024;

/// What an access token says that its bearer may do: each permission of these roles once, in order. `None` where there
/// are more than [`GRANTS_MAX`], or they are longer than [`GRANTS_LEN_MAX`]: the server has to be asked then.
///
/// ```
/// use countersign_core::permission::{Role, RoleName, grants};
///
/// let role = |name: &str| RoleName::parse(name).map(|name| Role::of(name, None));
/// let roles: Vec<_> = ["editor", "viewer"].into_iter().filter_map(role).collect();
/// let actions: Vec<_> = grants(&roles).unwrap().into_iter().map(|it| it.action).collect();
/// assert_eq!(actions, ["read", "write"]);
/// assert_eq!(grants(&[]), Some(vec![]));
/// ```
pub fn grants(roles: &[Role]) -> Option<Vec<Permission>> {
    let distinct: BTreeSet<_> = roles.iter().flat_map(|role| &role.permissions).collect();
    let grants: Vec<_> = distinct.into_iter().cloned().collect();
    are_few_enough(&grants).then_some(grants)
}

/// Whether a token carries so many.
pub(crate) fn are_few_enough(grants: &[Permission]) -> bool {
    // A list has its brackets, and a comma after each item but the last.
    let json_len = 2 + grants.iter().map(|it| it.json_len() + 1).sum::<usize>().saturating_sub(1);
    grants.len() <= GRANTS_MAX && json_len <= GRANTS_LEN_MAX
}

/// The name of a role: 1 to 64 of `A-Z a-z 0-9 _ -`, as of an application, so that it needs no escapes in a URL.
///
/// ```
/// use countersign_core::permission::RoleName;
///
/// assert!(RoleName::parse("editor").is_some());
/// assert!(RoleName::parse("chief editor").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// Characters at most.
    const LENGTH_MAX: usize = 64;

    /// Reads a name, `None` where it could be no role's.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let fits = (1..=Self::LENGTH_MAX).contains(&text.len());
        (fits && text.bytes().all(allowed)).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of a built-in role.
    pub fn is_built_in(&self) -> bool {
        BUILT_IN.iter().any(|(name, _)| *name == self.0)
    }

    /// Whether somebody could take it for the name of a built-in role: it is one but for letter case.
    pub fn looks_built_in(&self) -> bool {
        BUILT_IN.iter().any(|(name, _)| name.eq_ignore_ascii_case(&self.0))
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role of an application, and what it lets its holders do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// In the order in which they were sent.
    pub permissions: Vec<Permission>,
}

/// The roles that every application has, in the order of their names, and what they may do to what.
const BUILT_IN: [(&str, &[(&str, &str)]); 4] = [
    ("admin", &[(ANYTHING, ANYTHING)]),
    ("editor", &[("read", ANYTHING), ("write", ANYTHING)]),
    ("user", &[]),
    ("viewer", &[("read", ANYTHING)]),
];

impl Role {
    /// The role of this name: the built-in one, or else what was defined; `None` where nothing was, and nothing may be
    /// done.
    pub fn of(name: RoleName, defined: Option<Vec<Permission>>) -> Self {
        let built_in = Self::built_in().find(|role| role.name == name);
        built_in.unwrap_or_else(|| Role { name, permissions: defined.unwrap_or_default() })
    }

    /// The roles that every application has and nobody changes, in the order of their names.
    pub fn built_in() -> impl Iterator<Item = Role> {
        BUILT_IN.iter().map(|(name, permissions)| Role {
            name: RoleName((*name).to_owned()),
            permissions: permissions
                .iter()
                .map(|(action, resource)| Permission {
                    action: (*action).to_owned(),
                    resource: (*resource).to_owned(),
                })
                .collect(),
        })
    }
}

impl Permission {
    /// Code points of an action or a resource at most: a word, or the path of a thing.
    pub const LENGTH_MAX: usize = 128;

    /// Permissions of one role at most. A check looks at all that its user's roles have, so their number is the price
    /// of every check; who needs more has resources that want a name of their own.
    pub const PER_ROLE_MAX: usize = 100;

    /// Bytes of `{"action":"…","resource":"…"}`.
    fn json_len(&self) -> usize {
        // Control characters, the only others that are escaped, are in none.
        let text = |text: &str| text.len() + text.matches(['"', '\\']).count();
        r#"{"action":"","resource":""}"#.len() + text(&self.action) + text(&self.resource)
    }

    /// Reads the field `permissions`: a list of objects with an action and a resource each; `None` where it is absent.
    ///
    /// ```
    /// use countersign_core::json::Document;
    /// use countersign_core::permission::Permission;
    ///
    /// let document = Document::parse(br#"{"permissions":[{"action":"read","resource":"*"}]}"#).unwrap();
    /// let permissions = Permission::parse_list(document.member("permissions")).unwrap();
    /// assert_eq!(permissions[0].action, "read");
    /// ```
    ///
    /// # Errors
    /// Faults of the list, or the first 32 of its items, so that an answer is never larger than what was asked.
    pub fn parse_list(list: Option<Value<'_>>) -> Result<Vec<Permission>, Vec<Fault>> {
        const FAULTS_MAX: usize = 32;
        let refuse = |code, message: &'static str| Err(vec![Fault::new("permissions", code, message)]);
        let Some(list) = list.filter(|list| list.kind() != Kind::Null) else {
            return refuse(Code::Required, "This field is required.");
        };
        let Some(items) = list.items() else {
            return refuse(Code::InvalidType, "This field must be a list.");
        };
        if items.len() > Self::PER_ROLE_MAX {
            return refuse(Code::TooManyItems, "A role has at most 100 permissions.");
        }
        let mut faults = Vec::new();
        let mut permissions = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            match Self::parse(item, &format!("permissions[{index}]")) {
                Ok(permission) => permissions.push(permission),
                Err(more) => faults.extend(more),
            }
        }
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(permissions) } else { Err(faults) }
    }

    fn parse(item: Value<'_>, place: &str) -> Result<Permission, Vec<Fault>> {
        let fault = |code, message: &'static str| Fault::new(place.to_owned(), code, message);
        let object = Document::parse_text(item.raw()).ok().filter(Document::is_object);
        let Some(object) = object else {
            return Err(vec![fault(Code::InvalidType, "A permission is an object.")]);
        };
        let mut faults = Vec::new();
        let mut part = |name: &'static str| {
            let text = object.field(name).required(name).and_then(|text| Self::parse_part(name, text));
            text.map_err(|fault| faults.push(Fault { field: format!("{place}.{name}").into(), ..fault })).ok()
        };
        let parts = (part("action"), part("resource"));
        if object.members().any(|(name, _)| !matches!(name, "action" | "resource")) {
            faults.push(fault(
                Code::UnknownField,
                "A permission has an action and a resource, and nothing else.",
            ));
        }
        match parts {
            (Some(action), Some(resource)) if faults.is_empty() => Ok(Permission { action, resource }),
            _ => Err(faults),
        }
    }

    fn parse_part(name: &'static str, text: &str) -> Result<String, Fault> {
        let fault = |code, message: &'static str| Err(Fault::new(name, code, message));
        if text.chars().any(char::is_control) {
            return fault(Code::InvalidCharacters, "It must not contain control characters.");
        }
        if text != ANYTHING && text.contains(ANYTHING) {
            // It would be taken literally, and look as if it were a pattern.
            return fault(Code::InvalidCharacters, "A star stands alone, for everything.");
        }
        if text.chars().count() > Self::LENGTH_MAX {
            return fault(Code::TooLong, "It must have at most 128 characters.");
        }
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(action: &str, resource: &str) -> Permission {
        Permission { action: action.to_owned(), resource: resource.to_owned() }
    }

    fn built_in(name: &str) -> Vec<Permission> {
        Role::built_in().find(|role| role.name.as_str() == name).unwrap().permissions
    }

    fn parsed(list: &str) -> Result<Vec<Permission>, Vec<(String, Code)>> {
        let text = format!(r#"{{"permissions":{list}}}"#);
        let document = Document::parse(text.as_bytes()).unwrap();
        Permission::parse_list(document.member("permissions"))
            .map_err(|faults| faults.into_iter().map(|it| (it.field.into_owned(), it.code)).collect())
    }

    #[test]
    fn the_built_in_roles_may_do_what_they_always_could() {
        for (role, permitted) in [
            ("admin", [true, true, true, true]),
            ("editor", [true, true, false, false]),
            ("viewer", [true, false, false, false]),
            ("user", [false, false, false, false]),
        ] {
            let asked = [("read", "Task"), ("write", "*"), ("delete", "Project"), ("*", "*")];
            let told = asked.map(|(action, resource)| is_permitted(&built_in(role), action, resource));
            assert_eq!(told, permitted, "{role}");
        }
        let names: Vec<_> = Role::built_in().map(|role| role.name).collect();
        assert!(names.is_sorted());
    }

    #[test]
    fn what_was_defined_never_stands_for_a_built_in_role() {
        let all = || Some(vec![permission("*", "*")]);
        let of = |name: &str, defined| Role::of(RoleName::parse(name).unwrap(), defined).permissions;
        assert_eq!(of("user", all()), []);
        assert_eq!(of("chief", all()), [permission("*", "*")]);
        assert_eq!(of("chief", None), []);
    }

    #[test]
    fn one_permission_must_cover_both() {
        let granted = [permission("read", "Task"), permission("write", "Project"), permission("*", "Note")];
        assert!(is_permitted(&granted, "read", "Task"));
        assert!(is_permitted(&granted, "burn", "Note"));
        for (action, resource) in
            [("read", "Project"), ("write", "Task"), ("read", "*"), ("read", "task"), ("", "Task")]
        {
            assert!(!is_permitted(&granted, action, resource), "{action} {resource}");
        }
    }

    #[test]
    fn a_token_carries_each_permission_once_and_in_order() {
        let role = |name: &str, permissions: &[Permission]| Role {
            name: RoleName::parse(name).unwrap(),
            permissions: permissions.to_vec(),
        };
        let (read, write) = (permission("read", "b"), permission("read", "a"));
        let roles = [role("one", &[read.clone(), write.clone()]), role("two", std::slice::from_ref(&read))];
        assert_eq!(grants(&roles), Some(vec![write, read]));
    }

    #[test]
    fn a_token_carries_sixteen_permissions_and_a_kibibyte_of_them() {
        let role =
            |permissions: Vec<Permission>| [Role { name: RoleName::parse("chief").unwrap(), permissions }];
        let many = |count: usize| (0..count).map(|no| permission("read", &format!("r{no:02}"))).collect();
        assert_eq!(grants(&role(many(16))).map(|grants| grants.len()), Some(16));
        assert_eq!(grants(&role(many(17))), None);
        // Seven of 145 bytes, with their commas and brackets, are 1,023; one of them may have one byte more.
        let long = |more: usize, by: &str| {
            let mut grants: Vec<_> =
                (0..7).map(|no| permission("a", &format!("{no}{}", "x".repeat(116)))).collect();
            grants[6].resource += &by.repeat(more);
            grants
        };
        let json_len = |grants: &[Permission]| {
            let list: Vec<_> = grants
                .iter()
                .map(|it| serde_json::json!({ "action": it.action, "resource": it.resource }))
                .collect();
            serde_json::to_string(&list).unwrap().len()
        };
        assert_eq!(json_len(&long(0, "")), 1_023);
        for (more, by, carried) in [(1, "x", true), (2, "x", false), (1, "\"", false), (1, "ä", false)] {
            assert_eq!(grants(&role(long(more, by))).is_some(), carried, "{more} {by}");
            assert_eq!(json_len(&long(more, by)) <= GRANTS_LEN_MAX, carried, "{more} {by}");
        }
    }

    #[test]
    fn a_list_is_read_whole_or_not_at_all() {
        assert_eq!(parsed("[]"), Ok(Vec::new()));
        assert_eq!(
            parsed(r#"[{"resource":"Täsk:7","action":"*"}, { "action":"re\u0061d", "resource":"*" }]"#),
            Ok(vec![permission("*", "Täsk:7"), permission("read", "*")])
        );
        let told = |list| parsed(list).unwrap_err();
        let fault = |field: &str, code| (field.to_owned(), code);
        assert_eq!(told("null"), [fault("permissions", Code::Required)]);
        assert_eq!(told("{}"), [fault("permissions", Code::InvalidType)]);
        assert_eq!(
            told(r#"[5, {"action":"", "resource":7}, {"action":"read*","resource":"\u0000"}]"#),
            [
                fault("permissions[0]", Code::InvalidType),
                fault("permissions[1].action", Code::Required),
                fault("permissions[1].resource", Code::InvalidType),
                fault("permissions[2].action", Code::InvalidCharacters),
                fault("permissions[2].resource", Code::InvalidCharacters),
            ]
        );
        assert_eq!(
            told(r#"[{"action":"a","resource":"b","effect":"deny"}]"#),
            [fault("permissions[0]", Code::UnknownField)]
        );
    }

    #[test]
    fn lists_and_words_have_an_end() {
        let list = |count, action: &str| {
            format!("[{}]", vec![format!(r#"{{"action":"{action}","resource":"b"}}"#); count].join(","))
        };
        assert_eq!(parsed(&list(100, &"é".repeat(128))).map(|list| list.len()), Ok(100));
        assert_eq!(parsed(&list(101, "a")), Err(vec![("permissions".to_owned(), Code::TooManyItems)]));
        let faults = parsed(&list(100, &"é".repeat(129))).unwrap_err();
        assert_eq!((faults.len(), faults[0].1), (32, Code::TooLong));
    }

    #[test]
    fn a_role_name_keeps_to_its_alphabet_and_length() {
        assert!(RoleName::parse(&"a".repeat(64)).is_some());
        for refused in ["", &"a".repeat(65), "a b", "ä", "a.b", "a/b", "*"] {
            assert_eq!(RoleName::parse(refused), None, "{refused:?}");
        }
        let name = |text| RoleName::parse(text).unwrap();
        assert!(name("admin").is_built_in() && name("Admin").looks_built_in());
        assert!(!name("Admin").is_built_in() && !name("admins").looks_built_in());
    }
}
