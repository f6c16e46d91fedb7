//! The list of codes as a TypeScript union, in a custom section that costs the wasm nothing: the command line
//! tool of wasm-bindgen takes it out and writes it into the declarations.

use countersign_core::rejection::Code;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const CODES: &str = match std::str::from_utf8(&UNION) {
    Ok(text) => text,
    Err(_) => "",
};

/// `export type Code = | "…" | "…";`, public because the lint for dead code does not see the section.
pub const UNION: [u8; length()] = union();

const HEAD: &[u8] = b"export type Code =";

/// Each word stands behind ` | ` and between two quotes.
const fn length() -> usize {
    let mut length = HEAD.len() + 1;
    let mut index = 0;
    while index < Code::ALL.len() {
        length += Code::ALL[index].as_str().len() + 5;
        index += 1;
    }
    length
}

const fn union() -> [u8; length()] {
    let mut out = [b';'; length()];
    let mut end = append(&mut out, 0, HEAD);
    let mut index = 0;
    while index < Code::ALL.len() {
        end = append(&mut out, end, b" | \"");
        end = append(&mut out, end, Code::ALL[index].as_str().as_bytes());
        end = append(&mut out, end, b"\"");
        index += 1;
    }
    out
}

const fn append(out: &mut [u8], start: usize, text: &[u8]) -> usize {
    let mut index = 0;
    while index < text.len() {
        out[start + index] = text[index];
        index += 1;
    }
    start + text.len()
}
