//! Tokens as an attacker makes them, text by text, with libraries that are not ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// The three parts of a token, the first two of them as their JSON texts.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub header: String,
    pub claims: String,
    pub signature: String,
}

impl Token {
    /// Takes apart what a server signed.
    pub(super) fn of(token: &str) -> Self {
        let parts: Vec<_> = token.split('.').collect();
        let text = |part: &str| String::from_utf8(decoded(part)).unwrap();
        Self { header: text(parts[0]), claims: text(parts[1]), signature: parts[2].to_owned() }
    }

    pub(super) fn with_header(&self, header: &str) -> Self {
        Self { header: header.to_owned(), ..self.clone() }
    }

    pub(super) fn with_claims(&self, claims: &str) -> Self {
        Self { claims: claims.to_owned(), ..self.clone() }
    }

    /// What stands before the second dot, and is signed.
    fn signed(&self) -> String {
        format!("{}.{}", encoded(self.header.as_bytes()), encoded(self.claims.as_bytes()))
    }

    /// With the signature that it has.
    pub(super) fn unsigned(&self) -> String {
        format!("{}.{}", self.signed(), self.signature)
    }

    /// With none.
    pub(super) fn stripped(&self) -> String {
        format!("{}.", self.signed())
    }

    /// Signed by HMAC-SHA256 under these bytes, whatever the header says.
    pub(super) fn by_hmac(&self, key: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(self.signed().as_bytes());
        format!("{}.{}", self.signed(), encoded(&mac.finalize().into_bytes()))
    }

    /// Signed by this key of Ed25519, whatever the header says.
    pub(super) fn by_ed25519(&self, key: &SigningKey) -> String {
        format!("{}.{}", self.signed(), encoded(&key.sign(self.signed().as_bytes()).to_bytes()))
    }
}

/// A JSON object with this member, or another value of it, as JSON text.
pub(super) fn with(object: &str, member: &str, value: &str) -> String {
    let mut object: Value = serde_json::from_str(object).unwrap();
    object.as_object_mut().unwrap().remove(member);
    doubled(&object.to_string(), &format!("\"{member}\":{value}"))
}

/// A JSON object without this member.
pub(super) fn without(object: &str, member: &str) -> String {
    let mut object: Value = serde_json::from_str(object).unwrap();
    object.as_object_mut().unwrap().remove(member).unwrap();
    object.to_string()
}

/// A JSON object and at its end one more member, also where it has one of this name.
pub(super) fn doubled(object: &str, member: &str) -> String {
    match object.strip_suffix('}') {
        Some("{") => format!("{{{member}}}"),
        Some(most) => format!("{most},{member}}}"),
        None => panic!("{object} is no object"),
    }
}

pub(super) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// All the bytes that somebody could take for a public key and give to an HMAC: as it is published, and as libraries
/// write the key of its JWK to files.
pub(super) fn encodings(key_set: &str) -> Vec<Vec<u8>> {
    let set: Value = serde_json::from_str(key_set).unwrap();
    let jwk = &set["keys"][0];
    let number = |member: &str| decoded(jwk[member].as_str().unwrap());
    let mut raw = Vec::new();
    let info = match jwk["kty"].as_str().unwrap() {
        "OKP" => {
            raw.push(number("x"));
            [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &number("x")].concat()
        }
        "EC" => {
            let point = [b"\x04".as_slice(), &number("x"), &number("y")].concat();
            raw.extend([number("x"), [number("x"), number("y")].concat(), point.clone()]);
            let algorithm = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
            [algorithm.as_slice(), &point].concat()
        }
        "RSA" => {
            // A number of DER has no sign; these begin with a bit that would be one.
            let modulus = [b"\x00".as_slice(), &number("n")].concat();
            let pkcs_1 = der(0x30, &[der(0x02, &modulus), der(0x02, &number("e"))].concat());
            raw.extend([number("n"), pkcs_1.clone()]);
            raw.extend(pem("RSA PUBLIC KEY", &pkcs_1));
            let algorithm = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
            let bits = der(0x03, &[b"\x00".as_slice(), &pkcs_1].concat());
            der(0x30, &[algorithm.as_slice(), &bits].concat())
        }
        other => panic!("a key of type {other}"),
    };
    let texts = ["x", "y", "n", "kid"].into_iter().filter_map(|member| jwk[member].as_str());
    raw.extend(texts.map(|text| text.as_bytes().to_vec()));
    raw.extend([key_set.into(), jwk.to_string().into_bytes(), Vec::new(), vec![0; 32]]);
    raw.extend(pem("PUBLIC KEY", &info));
    raw.push(info);
    raw
}

/// A value of DER (X.690 section 8.1) with its length before it.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let head = match length {
        [0, short @ 0..0x80] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [head, content.to_vec()].concat()
}

/// A file as OpenSSL writes it (RFC 7468), with and without the line end at its end, and with those of Windows.
fn pem(label: &str, der: &[u8]) -> [Vec<u8>; 3] {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let file = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
    [file.trim_end().into(), file.replace('\n', "\r\n").into(), file.into()]
}
