//! What stands behind the `?`.

use std::borrow::Cow;

use countersign_core::rejection::{Code, Fault, Rejection};

/// The parameters of a query, each of which is known and stands there once.
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    /// Reads a query as browsers write it (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    /// Every parameter that is not among `known`, and every one that stands there twice.
    pub(super) fn parse(text: &'a str, known: &[&str]) -> Result<Self, Rejection> {
        let mut parameters: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        let mut faults = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if !known.contains(&&*name) {
                let name: String = name.chars().take(super::NAME_CHARACTERS_MAX).collect();
                faults.push(Fault::new(
                    name,
                    Code::UnknownField,
                    "This parameter is not one that is taken here.",
                ));
            } else if parameters.iter().any(|(other, _)| *other == name) {
                let message = "This parameter stands there twice.";
                faults.push(Fault::new(name.into_owned(), Code::Conflicting, message));
            } else {
                parameters.push((name, value));
            }
        }
        faults.truncate(super::FAULTS_MAX);
        if faults.is_empty() { Ok(Self(parameters)) } else { Err(Rejection::validation(faults)) }
    }

    /// The value of a parameter; `None` where it is absent or empty.
    pub fn optional(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `required` where it is absent or empty.
    pub fn required(&self, name: &'static str) -> Result<&str, Fault> {
        self.optional(name).ok_or_else(|| Fault::new(name, Code::Required, "This parameter is required."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(String, Code)> {
        let refused = Query::parse(text, &["action", "q"]).unwrap_err();
        refused.faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect()
    }

    #[test]
    fn a_query_is_read_as_a_browser_writes_it() {
        let query = Query::parse("action=a%20b&q=%C3%A9+%26", &["action", "q"]).unwrap();
        assert_eq!(query.optional("action"), Some("a b"));
        assert_eq!(query.optional("q"), Some("é &"));
        let empty = Query::parse("q=&", &["action", "q"]).unwrap();
        assert_eq!(empty.optional("q"), None);
        assert_eq!(empty.required("action").map_err(|fault| fault.code), Err(Code::Required));
    }

    #[test]
    fn what_is_not_known_or_stands_twice_is_refused() {
        assert_eq!(faults("x=1"), [("x".to_owned(), Code::UnknownField)]);
        assert_eq!(
            faults("q=1&%71=2&y"),
            [("q".to_owned(), Code::Conflicting), ("y".to_owned(), Code::UnknownField)]
        );
        assert_eq!(faults(&"z&".repeat(1_000)).len(), super::super::FAULTS_MAX);
    }
}
