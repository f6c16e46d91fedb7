//! One walk over the text, byte by byte, that goes no deeper than [`DEPTH_MAX`].

use std::collections::BinaryHeap;

use super::escape::{UNIT_LEN, code_unit, unescape};
use super::{DEPTH_MAX, JsonError, JsonFault, Member, Value, number};

/// Members of one object up to which each name is compared with every other. A token has about ten; a body
/// of 128 KiB can have 25,000, for which that would be a third of a billion comparisons.
const PAIRWISE_MAX: usize = 16;

/// The walk and what it has gathered.
pub(super) struct Walk<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The members of every object that is open; at the end, those of the top level.
    pub(super) members: Vec<Member<'a>>,
    /// The elements of the top-level array.
    pub(super) items: Vec<Value<'a>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, members: Vec::new(), items: Vec::new() }
    }

    /// One value with nothing but blanks around it.
    pub(super) fn document(&mut self) -> Result<Value<'a>, JsonError> {
        self.blanks();
        let root = self.value()?;
        self.blanks();
        if self.at == self.text.len() { Ok(root) } else { Err(self.fault(JsonFault::Syntax)) }
    }

    fn value(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string().map(|_| ())?,
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => self.number()?,
        }
        Ok(Value(self.since(start)))
    }

    /// What a bracket opens, one level deeper.
    fn nested(&mut self, contents: fn(&mut Self) -> Result<(), JsonError>) -> Result<(), JsonError> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault(JsonFault::TooDeep));
        }
        self.depth += 1;
        self.at += 1;
        self.blanks();
        contents(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), JsonError> {
        let first = self.members.len();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let offset = self.at;
            let name = unescape(self.string()?);
            self.blanks();
            self.expect(b':')?;
            self.blanks();
            let value = self.value()?;
            self.members.push(Member { name, offset, value });
            if self.closes(b'}')? {
                break;
            }
        }
        if let Some(offset) = second_of_a_name(&self.members[first..]) {
            return Err(JsonError { offset, fault: JsonFault::DuplicateName });
        }
        if self.depth > 1 {
            self.members.truncate(first);
        }
        Ok(())
    }

    fn array(&mut self) -> Result<(), JsonError> {
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            let value = self.value()?;
            if self.depth == 1 {
                self.items.push(value);
            }
            if self.closes(b']')? {
                return Ok(());
            }
        }
    }

    /// Takes the closing bracket (true), or a comma and the blanks after it (false).
    fn closes(&mut self, bracket: u8) -> Result<bool, JsonError> {
        self.blanks();
        if self.eat(bracket) {
            return Ok(true);
        }
        self.expect(b',')?;
        self.blanks();
        Ok(false)
    }

    /// What stands between the quotes, still escaped.
    fn string(&mut self) -> Result<&'a str, JsonError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                // Control characters have to be escaped (RFC 8259 section 7).
                Some(..0x20) | None => return Err(self.fault(JsonFault::Syntax)),
            }
        }
        let inside = self.since(start);
        self.at += 1;
        Ok(inside)
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => match code_unit(rest) {
                None => return Err(self.fault(JsonFault::Syntax)),
                Some(0xD800..0xDC00) => match code_unit(&rest[UNIT_LEN..]) {
                    Some(0xDC00..0xE000) => 2 * UNIT_LEN,
                    _ => return Err(self.fault(JsonFault::LoneSurrogate)),
                },
                Some(0xDC00..0xE000) => return Err(self.fault(JsonFault::LoneSurrogate)),
                Some(_) => UNIT_LEN,
            },
            _ => return Err(self.fault(JsonFault::Syntax)),
        };
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        if number::is_finite(self.since(start)) {
            Ok(())
        } else {
            Err(JsonError { offset: start, fault: JsonFault::NumberTooLarge })
        }
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.fault(JsonFault::Syntax)) }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault(JsonFault::Syntax));
        }
        self.at += word.len();
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.eat(byte) { Ok(()) } else { Err(self.fault(JsonFault::Syntax)) }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Both ends stand beside an ASCII character, so neither cuts one in two.
    fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    fn fault(&self, fault: JsonFault) -> JsonError {
        JsonError { offset: self.at, fault }
    }
}

/// Where the earliest name stands that the object has had before, `None` where all differ.
fn second_of_a_name(members: &[Member<'_>]) -> Option<usize> {
    if members.len() <= PAIRWISE_MAX {
        let repeated = members
            .iter()
            .enumerate()
            .find(|(place, member)| members[..*place].iter().any(|before| before.name == member.name));
        return repeated.map(|(_, member)| member.offset);
    }
    // The heap sorts in n log n whatever the names are, and is less code in the wasm than `sort_unstable`.
    let names: Vec<_> = members.iter().map(|member| (member.name.as_ref(), member.offset)).collect();
    let sorted = BinaryHeap::from(names).into_sorted_vec();
    let repeated = sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    repeated.map(|pair| pair[1].1).min()
}
