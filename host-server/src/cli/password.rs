//! The password of an account that the operator makes: typed where nobody sees it, or piped in.

use std::io::{self, BufRead, IsTerminal};

use countersign_core::secret::Secret;

/// Bytes of a piped line at most: far more than any password, so that a file piped by mistake ends early.
const LINE_LEN_MAX: u64 = 65_536;

/// Asks for a password, twice, or reads one line where standard input is no terminal.
///
/// # Errors
/// A sentence that says why there is none.
pub(super) fn ask() -> Result<Secret<String>, String> {
    if !io::stdin().is_terminal() {
        return one_line(io::stdin().lock());
    }
    let prompt = |text| {
        let typed = rpassword::prompt_password(text);
        typed.map(Secret::new).map_err(|error| format!("password: cannot be read: {error}."))
    };
    let password = prompt("Password: ")?;
    if prompt("Once more: ")?.expose() != password.expose() {
        return Err("password: The two are not the same.".to_owned());
    }
    Ok(password)
}

/// The hash that an older system made, one line of standard input.
///
/// # Errors
/// A sentence that says why there is none.
pub(super) fn hash_of_stdin() -> Result<Secret<String>, String> {
    one_line(io::stdin().lock())
}

/// The first line without its end; nothing else is taken off.
fn one_line(input: impl BufRead) -> Result<Secret<String>, String> {
    let mut line = Vec::new();
    let read = input.take(LINE_LEN_MAX).read_until(b'\n', &mut line);
    // Wiped with the rest, whatever becomes of it.
    let line = Secret::new(line);
    read.map_err(|error| format!("password: cannot be read from standard input: {error}."))?;
    let text = line.expose().strip_suffix(b"\n").unwrap_or(line.expose());
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|_| "password: Standard input is not UTF-8.".to_owned())?;
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_taken_without_its_end_alone() {
        for (input, password) in [
            ("open sesame\n", "open sesame"),
            ("open sesame\r\n", "open sesame"),
            ("open sesame", "open sesame"),
            (" open sesame \nsecond\n", " open sesame "),
            ("\n", ""),
            ("", ""),
        ] {
            assert_eq!(one_line(input.as_bytes()).unwrap().expose(), password, "{input:?}");
        }
        assert!(one_line(&b"\xff\xfe\n"[..]).is_err());
    }
}
