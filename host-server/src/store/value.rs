//! What goes into the engine and comes out of it, and how a row is read.

use std::fmt;
use std::vec;

use countersign_core::time::Timestamp;

use super::StoreError;

/// One parameter or column. The engines know nothing else of us.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// A number, a truth value (0 or 1) or a time in seconds.
    Integer(i64),
    /// A text.
    Text(String),
    /// Something that is never stored. Whoever reads it tells in which column it is.
    Unreadable,
}

impl Value {
    /// The text, or NULL where there is none.
    pub(crate) fn text_or_null(text: Option<impl Into<String>>) -> Self {
        text.map_or(Value::Null, |text| Value::Text(text.into()))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Integer(number.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Integer(truth.into())
    }
}

impl From<Timestamp> for Value {
    fn from(moment: Timestamp) -> Self {
        Value::Integer(moment.as_secs())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl fmt::Debug for Value {
    /// Shows no text, for it may be a password's hash or somebody's address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("Null"),
            Value::Integer(number) => write!(f, "Integer({number})"),
            Value::Text(_) => f.write_str("Text([redacted])"),
            Value::Unreadable => f.write_str("Unreadable"),
        }
    }
}

/// The columns of one row, in the order of its statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(pub(crate) Vec<Value>);

/// Takes the columns of a row one after the other. A column that does not hold what it must is told by its
/// name, never by its value.
#[derive(Debug)]
pub(crate) struct Columns {
    values: vec::IntoIter<Value>,
    table: &'static str,
}

impl Columns {
    /// The columns of `row`, the first of which are `table`'s.
    pub(crate) fn of(row: Row, table: &'static str) -> Self {
        Self { values: row.0.into_iter(), table }
    }

    /// From here on the columns are `table`'s.
    pub(crate) fn enter(&mut self, table: &'static str) {
        self.table = table;
    }

    /// The next column as a text.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, StoreError> {
        self.optional_text(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// The next column as a text; `None` where it is NULL.
    pub(crate) fn optional_text(&mut self, column: &'static str) -> Result<Option<String>, StoreError> {
        match self.values.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Unreadable) | None => Err(self.corrupt(column)),
        }
    }

    /// The next column as what `parse` makes of its text.
    pub(crate) fn parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or_else(|| self.corrupt(column))
    }

    /// The next column as what `parse` makes of its text; `None` where it is NULL.
    pub(crate) fn optional_parsed<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let text = self.optional_text(column)?;
        text.map(|text| parse(&text).ok_or_else(|| self.corrupt(column))).transpose()
    }

    /// The next column as a number.
    pub(crate) fn integer(&mut self, column: &'static str) -> Result<i64, StoreError> {
        self.optional_integer(column)?.ok_or_else(|| self.corrupt(column))
    }

    /// The next column as a number from 0 that fits 32 bits.
    pub(crate) fn count(&mut self, column: &'static str) -> Result<u32, StoreError> {
        u32::try_from(self.integer(column)?).map_err(|_| self.corrupt(column))
    }

    /// The next column as yes (1) or no (0).
    pub(crate) fn truth(&mut self, column: &'static str) -> Result<bool, StoreError> {
        match self.integer(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(column)),
        }
    }

    /// The next column as a time.
    pub(crate) fn moment(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.integer(column).map(Timestamp::from_secs)
    }

    /// The next column as a time; `None` where it is NULL.
    pub(crate) fn optional_moment(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_secs))
    }

    /// The next column as a number; `None` where it is NULL.
    pub(crate) fn optional_integer(&mut self, column: &'static str) -> Result<Option<i64>, StoreError> {
        match self.values.next() {
            Some(Value::Integer(number)) => Ok(Some(number)),
            Some(Value::Null) => Ok(None),
            Some(Value::Text(_) | Value::Unreadable) | None => Err(self.corrupt(column)),
        }
    }

    fn corrupt(&self, column: &'static str) -> StoreError {
        StoreError::Corrupt { table: self.table, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_holds_something_else_is_named_and_not_shown() {
        let row = Row(vec![Value::from("hunter2")]);
        let error = Columns::of(row, "users").integer("created_at").unwrap_err();
        assert_eq!(error.to_string(), "the database holds something unreadable in users.created_at");
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn a_missing_column_is_an_error() {
        assert!(Columns::of(Row(Vec::new()), "users").optional_text("name").is_err());
    }

    #[test]
    fn null_is_refused_where_something_must_be() {
        let columns = || Columns::of(Row(vec![Value::Null]), "users");
        assert!(columns().text("email").is_err());
        assert!(columns().integer("id").is_err());
        assert_eq!(columns().optional_text("name").unwrap(), None);
        assert_eq!(columns().optional_moment("deleted_at").unwrap(), None);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let columns = |number: i64| Columns::of(Row(vec![Value::from(number)]), "sessions");
        assert!(columns(-1).count("refresh_number").is_err());
        assert!(columns(i64::from(u32::MAX) + 1).count("refresh_number").is_err());
        assert!(columns(2).truth("email_verified").is_err());
        assert!(columns(1).truth("email_verified").unwrap());
    }

    #[test]
    fn no_text_is_shown_in_a_debug_print() {
        assert_eq!(format!("{:?}", Value::from("hunter2")), "Text([redacted])");
    }
}
