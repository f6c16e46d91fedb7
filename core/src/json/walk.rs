//! One walk over the text, byte by byte, that goes no deeper than [`DEPTH_MAX`].

use std::borrow::Cow;
use std::collections::BinaryHeap;

use super::escape::{UNIT_LEN, code_unit, unescape};
use super::{DEPTH_MAX, JsonError, JsonFault, Member, Value, number};

/// Members of one object up to which each name is compared with every other. A token has about ten; a body
/// of 128 KiB can have 25,000, for which that would be a third of a billion comparisons.
const PAIRWISE_MAX: usize = 16;

/// The walk and what it has gathered.
pub(super) struct Walk<'a> {
    text: &'a str,
    /// Where it stands. Whatever returns a fault leaves it standing there.
    at: usize,
    depth: usize,
    /// Whether the string that was walked last holds escapes.
    escaped: bool,
    /// The members of every object that is open; at the end, those of the top level.
    pub(super) members: Vec<Member<'a>>,
    /// The elements of the top-level array.
    pub(super) items: Vec<Value<'a>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, escaped: false, members: Vec::new(), items: Vec::new() }
    }

    /// One value with nothing but blanks around it.
    pub(super) fn document(&mut self) -> Result<Value<'a>, JsonError> {
        let root = self.root();
        root.map_err(|fault| JsonError { offset: self.at, fault })
    }

    fn root(&mut self) -> Result<Value<'a>, JsonFault> {
        self.blanks();
        let root = self.value()?;
        self.blanks();
        if self.at == self.text.len() { Ok(root) } else { Err(JsonFault::Syntax) }
    }

    fn value(&mut self) -> Result<Value<'a>, JsonFault> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string().map(|_inside| ())?,
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
    fn nested(&mut self, contents: fn(&mut Self) -> Result<(), JsonFault>) -> Result<(), JsonFault> {
        if self.depth == DEPTH_MAX {
            return Err(JsonFault::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        self.blanks();
        contents(self)?;
        self.depth -= 1;
        Ok(())
    }

    fn object(&mut self) -> Result<(), JsonFault> {
        let first = self.members.len();
        if self.eat(b'}') {
            return Ok(());
        }
        if first == 0 {
            // Room for what tokens and forms have, so that it need not grow three times.
            self.members.reserve(PAIRWISE_MAX);
        }
        loop {
            let offset = self.at;
            let inside = self.string()?;
            let name = if self.escaped { Cow::Owned(unescape(inside)) } else { Cow::Borrowed(inside) };
            self.blanks();
            self.expect(b':')?;
            self.blanks();
            let value = self.value()?;
            self.members.push(Member { mark: mark(&name), name, offset, value });
            if self.closes(b'}')? {
                break;
            }
        }
        if let Some(offset) = second_of_a_name(&self.members[first..]) {
            self.at = offset;
            return Err(JsonFault::DuplicateName);
        }
        if self.depth > 1 {
            self.members.truncate(first);
        }
        Ok(())
    }

    fn array(&mut self) -> Result<(), JsonFault> {
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
    fn closes(&mut self, bracket: u8) -> Result<bool, JsonFault> {
        self.blanks();
        if self.eat(bracket) {
            return Ok(true);
        }
        self.expect(b',')?;
        self.blanks();
        Ok(false)
    }

    /// What stands between the quotes.
    fn string(&mut self) -> Result<&'a str, JsonFault> {
        self.expect(b'"')?;
        let start = self.at;
        self.escaped = false;
        loop {
            self.at += plain_len(self.rest());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                // Control characters have to be escaped (RFC 8259 section 7).
                _ => return Err(JsonFault::Syntax),
            }
            self.escaped = true;
        }
        let inside = self.since(start);
        self.at += 1;
        Ok(inside)
    }

    fn escape(&mut self) -> Result<(), JsonFault> {
        let rest = self.rest();
        self.at += match rest.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => match code_unit(rest, 0) {
                None => return Err(JsonFault::Syntax),
                Some(0xD800..0xDC00) => match code_unit(rest, UNIT_LEN) {
                    Some(0xDC00..0xE000) => 2 * UNIT_LEN,
                    _ => return Err(JsonFault::LoneSurrogate),
                },
                Some(0xDC00..0xE000) => return Err(JsonFault::LoneSurrogate),
                Some(_) => UNIT_LEN,
            },
            _ => return Err(JsonFault::Syntax),
        };
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        let exponent = self.eat(b'e') || self.eat(b'E');
        if exponent {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let number = self.since(start);
        if (!exponent && number.len() < number::OVERFLOW_DIGITS) || number::is_finite(number) {
            Ok(())
        } else {
            self.at = start;
            Err(JsonFault::NumberTooLarge)
        }
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonFault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(JsonFault::Syntax) }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonFault> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(JsonFault::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonFault> {
        if self.eat(byte) { Ok(()) } else { Err(JsonFault::Syntax) }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Both ends stand beside an ASCII character, so neither cuts one in two; `get`, unlike an index, brings
    /// no message about that into the wasm.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// How many bytes stand before the next quote, backslash or control character, or the end.
fn plain_len(text: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    let (words, rest) = text.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        // Eight bytes at a time: subtracting borrows into the high bit of each byte that is less than what
        // is subtracted, and the lowest such bit is always a true one.
        let word = u64::from_le_bytes(*word);
        let less = |word: u64, bound: u8| word.wrapping_sub(each(bound)) & !word & each(0x80);
        let found = less(word, 0x20) | less(word ^ each(b'"'), 1) | less(word ^ each(b'\\'), 1);
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

/// A word of eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Four bytes that mostly tell two names apart at a glance.
fn mark(name: &str) -> u32 {
    let name = name.as_bytes();
    let at = |place: usize| name.get(place).copied().unwrap_or_default();
    u32::from_le_bytes([at(0), at(1), at(2), name.len() as u8])
}

/// Where the earliest name stands that the object has had before, `None` where all differ.
fn second_of_a_name(members: &[Member<'_>]) -> Option<usize> {
    if members.len() <= PAIRWISE_MAX {
        let repeated = members.iter().enumerate().find(|(place, member)| {
            let before = &members[..*place];
            before.iter().any(|before| before.mark == member.mark && before.name == member.name)
        });
        return repeated.map(|(_, member)| member.offset);
    }
    // The heap sorts in n log n whatever the names are, and is less code in the wasm than `sort_unstable`.
    let names: Vec<_> = members.iter().map(|member| (member.name.as_ref(), member.offset)).collect();
    let sorted = BinaryHeap::from(names).into_sorted_vec();
    let repeated = sorted.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    repeated.map(|pair| pair[1].1).min()
}
