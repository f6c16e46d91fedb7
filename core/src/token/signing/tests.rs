use std::sync::OnceLock;

use super::*;
use crate::cookies::Cookie;
use crate::id::{SessionId, TokenId};
use crate::permission::{GRANTS_LEN_MAX, GRANTS_MAX, Permission, are_few_enough};
use crate::samples::read;
use crate::time::Timestamp;
use crate::token::{KeySet, decode_token, verify_jws};

fn claims() -> AccessClaims {
    AccessClaims {
        issuer: "https://auth.example".to_owned(),
        subject: "123".to_owned(),
        audience: "default".to_owned(),
        issued_at: Timestamp::from_secs(1_700_000_000),
        expires_at: Timestamp::from_secs(1_700_003_600),
        token_id: TokenId::from_bytes([0; 16]),
        session_id: SessionId::from_bytes([255; 16]),
        auth_time: Timestamp::from_secs(1_699_999_999),
        amr: vec!["pwd".to_owned(), "a \"quote\"".to_owned()],
        grants: Some(vec![read("a \"quote\"")]),
    }
}

#[test]
fn a_token_says_who_for_what_and_until_when() {
    let key = SigningKey::hs256(&[7; 32]).unwrap();
    let token = key.sign_access_token(&claims()).unwrap();
    let decoded = decode_token(token.expose()).unwrap();
    assert_eq!(decoded.header_json, format!(r#"{{"typ":"at+jwt","alg":"HS256","kid":"{}"}}"#, key.kid()));
    assert_eq!(
        decoded.claims_json,
        r#"{"iss":"https://auth.example","sub":"123","aud":"default","iat":1700000000,"exp":1700003600,"#
            .to_owned()
            + r#""jti":"AAAAAAAAAAAAAAAAAAAAAA","sid":"_____________________w","auth_time":1699999999,"#
            + r#""amr":["pwd","a \"quote\""],"grants":[{"action":"read","resource":"a \"quote\""}]}"#
    );
}

#[test]
fn the_longest_token_there_is_fits_into_a_cookie() {
    // Browsers drop a cookie whose name and value are of more bytes than this (RFC 6265bis section 5.6).
    const COOKIE_BYTES_MAX: usize = 4_096;
    let permission = |no: usize| Permission {
        action: format!("{no:02}"),
        resource: "x".repeat(GRANTS_LEN_MAX / GRANTS_MAX - 31),
    };
    let grants: Vec<_> = (0..GRANTS_MAX).map(permission).collect();
    let longer = [&grants[1..], &[Permission { resource: "x".repeat(50), ..grants[0].clone() }]].concat();
    assert!(are_few_enough(&grants) && !are_few_enough(&longer));
    let claims = AccessClaims {
        // The setting ISSUER takes 256 characters.
        issuer: "\u{1f6f6}".repeat(256),
        subject: i64::MAX.to_string(),
        audience: "a".repeat(64),
        amr: ["pwd", "otp", "mfa"].map(str::to_owned).to_vec(),
        grants: Some(grants),
        ..claims()
    };
    for key in keys() {
        let token = key.sign_access_token(&claims).unwrap();
        let len = Cookie::Access.name().len() + token.expose().len();
        assert!(len <= COOKIE_BYTES_MAX, "{:?}: {len}", key.algorithm());
    }
}

/// A key of each algorithm, made once: RSA takes its time.
fn keys() -> &'static [SigningKey; 4] {
    static KEYS: OnceLock<[SigningKey; 4]> = OnceLock::new();
    KEYS.get_or_init(|| Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm, &[7; 32]).unwrap()))
}

#[test]
fn each_algorithm_verifies_what_it_signed_and_no_other_does() {
    for key in keys() {
        let token = key.sign_access_token(&claims()).unwrap();
        let algorithm = key.algorithm();
        let set = KeySet::from(key.verifying_key().clone());
        assert!(verify_jws(token.expose(), &set, &Algorithm::ALL).is_ok(), "{algorithm:?}");
        assert_eq!(key.sign_access_token(&claims()).unwrap(), token, "{algorithm:?}");

        let (signed, signature) = token.expose().rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        for other in keys() {
            let holds = other.verifying_key().matches(signed.as_bytes(), &signature);
            assert_eq!(holds, other.algorithm() == algorithm, "{algorithm:?} {other:?}");
        }
    }
}

#[test]
fn a_key_shows_its_name_and_nothing_more() {
    let key = SigningKey::hs256(b"a secret of at least thirty-two bytes").unwrap();
    let shown = format!("{key:?} {:?}", key.verifying_key());
    assert_eq!(
        shown,
        format!(
            "SigningKey {{ algorithm: Hs256, kid: {0:?}, .. }} VerifyingKey {{ algorithm: Hs256, kid: Some({0:?}), .. }}",
            key.kid()
        )
    );
    for key in keys() {
        let (algorithm, kid) = (key.algorithm(), key.kid());
        assert_eq!(
            format!("{key:?}"),
            format!("SigningKey {{ algorithm: {algorithm:?}, kid: {kid:?}, .. }}")
        );
    }
    assert_eq!(SigningKey::hs256(&[7; 31]).map_err(|error| error.code()).unwrap_err(), Code::KeyInvalid);
}

#[test]
fn a_seed_leads_to_one_key_and_another_to_another() {
    for key in keys() {
        let algorithm = key.algorithm();
        assert_eq!(SigningKey::generate(algorithm, &[7; 32]).unwrap().kid(), key.kid());
        assert_ne!(SigningKey::generate(algorithm, &[8; 32]).unwrap().kid(), key.kid());
    }
    // No scalar of P-256, since it is not below the order of the curve.
    let beyond = SigningKey::generate(Algorithm::Es256, &[255; 32]).unwrap();
    let digest: [u8; 32] =
        sha2::Digest::finalize(sha2::Digest::chain_update(sha2::Sha256::default(), [255; 32])).into();
    assert_eq!(beyond.private_bytes().unwrap().expose(), &digest);
}

#[test]
fn what_is_kept_of_a_key_is_the_key() {
    for key in keys() {
        let algorithm = key.algorithm();
        let kept = key.private_bytes().unwrap();
        let read = SigningKey::from_private_bytes(algorithm, kept.expose()).unwrap();
        assert_eq!(read.kid(), key.kid());
        assert_eq!(read.verifying_key().to_jwk(), key.verifying_key().to_jwk());
        assert_eq!(read.sign_access_token(&claims()).unwrap(), key.sign_access_token(&claims()).unwrap());
        assert_eq!(format!("{kept:?}"), "[redacted]");
        match algorithm {
            // Exponents and coefficient are read over and made anew: they are the last third.
            Algorithm::Rs256 => {
                for place in (0..kept.expose().len() * 2 / 3).step_by(61) {
                    let mut wrong = kept.expose().clone();
                    wrong[place] ^= 1;
                    assert!(SigningKey::from_private_bytes(algorithm, &wrong).is_err(), "{place}");
                }
                assert!(SigningKey::from_private_bytes(algorithm, &kept.expose()[1..]).is_err());
            }
            _ => assert_eq!(kept.expose(), &[7; 32]),
        }
        assert!(SigningKey::from_private_bytes(algorithm, &[7; 31]).is_err(), "{algorithm:?}");
    }
    for no_scalar in [[0; 32], [255; 32]] {
        assert!(SigningKey::from_private_bytes(Algorithm::Es256, &no_scalar).is_err());
    }
}

/// RFC 7515 appendix A.3 and RFC 8037 appendix A.1.
const EC: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI""#;
const OKP: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A""#;
const OCT: &str = r#""kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow""#;
/// RFC 7515 appendix A.2.
const RSA: &str = concat!(
    r#""kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","#,
    r#""d":"Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ","#,
    r#""p":"4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc","#,
    r#""q":"uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc""#,
);

fn of(members: &str) -> Result<SigningKey, &'static str> {
    SigningKey::from_jwk(&format!("{{{members}}}")).map_err(|error| error.reason)
}

#[test]
fn a_private_jwk_signs_what_its_public_half_verifies() {
    let claims = "{ \"sub\": \"1\", \"größe\": [1.50, null] }";
    for (members, algorithm) in
        [(OCT, Algorithm::Hs256), (OKP, Algorithm::EdDsa), (EC, Algorithm::Es256), (RSA, Algorithm::Rs256)]
    {
        let jwk = format!(r#"{{{members},"kid":"a \"name\"\n"}}"#);
        let token = SigningKey::from_jwk(&jwk).unwrap().sign_claims(claims).unwrap();
        let jws = verify_jws(token.expose(), &KeySet::from_json(&jwk).unwrap(), &[algorithm]).unwrap();
        assert_eq!(jws.payload, claims.as_bytes(), "{algorithm:?}");
        let alg = algorithm.as_str();
        assert_eq!(jws.header.json, format!(r#"{{"typ":"at+jwt","alg":"{alg}","kid":"a \"name\"\u000a"}}"#));
        assert_eq!(jws.header.kid.as_deref(), Some("a \"name\"\n"));
        let nameless = of(members).unwrap();
        assert_eq!(nameless.kid().len(), if algorithm == Algorithm::Hs256 { 16 } else { 43 });
    }
}

#[test]
fn rsa_signs_as_rfc_7515_appendix_a_2_does() {
    let key = of(RSA).unwrap();
    let message = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key.encoding, key.header.alg).unwrap();
    assert_eq!(
        signature,
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
}

#[test]
fn p256_signs_as_rfc_6979_appendix_a_2_5_does() {
    let scalar = b"\xc9\xaf\xa9\xd8\x45\xba\x75\x16\x6b\x5c\x21\x57\x67\xb1\xd6\x93\x4e\x50\xc3\xdb\x36\xe8\x9b\x12\x7b\x8a\x62\x2b\x12\x0f\x67\x21";
    let key = SigningKey::es256(scalar).unwrap();
    let signature = jsonwebtoken::crypto::sign(b"sample", &key.encoding, key.header.alg).unwrap();
    let shown: String =
        URL_SAFE_NO_PAD.decode(signature).unwrap().iter().map(|byte| format!("{byte:02X}")).collect();
    let (r, s) = shown.split_at(64);
    assert_eq!(r, "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716");
    assert_eq!(s, "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
}

#[test]
fn what_is_no_private_jwk_signs_nothing() {
    let halves = Err("The halves of the key do not belong together.");
    let another = EC.replace("jpsQ", "jpsR");
    assert_eq!(of(&another).map(drop), halves);
    assert_eq!(of(&OKP.replace("nWGx", "nWGy")).map(drop), halves);
    for (members, half) in [(EC, "\"d\""), (OKP, "\"d\""), (RSA, "\"d\"")] {
        let public = members.replace(half, "\"other\"");
        assert_eq!(of(&public).map(drop), Err("The key lacks its private half, d."), "{members}");
    }
    assert!(of(&RSA.replace("\"p\"", "\"r\"")).is_err());
    assert!(of(&RSA.replace("4BzE", "4BzF")).is_err());
    assert!(of(&EC.replace("f83O", "f83P")).is_err());
    for members in [OCT, OKP, EC, RSA] {
        for restriction in
            [r#""use":"enc""#, r#""key_ops":["verify"]"#, r#""alg":"ES384""#, r#""kid":1"#, r#""kty":"oct""#]
        {
            assert!(of(&format!("{members},{restriction}")).is_err(), "{restriction} {members}");
        }
        assert!(of(&format!(r#"{members},"use":"sig","key_ops":["sign","verify"]"#)).is_ok(), "{members}");
    }
}

#[test]
fn claims_are_a_strict_object_that_fits_a_token() {
    let key = SigningKey::ed25519(&[7; 32]);
    let signed = |claims: &str| key.sign_claims(claims).map(drop).map_err(|error| error.code);
    for wrong in ["", "1", "[]", "null", "{", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#, "{} {}"] {
        assert_eq!(signed(wrong), Err(Code::TokenMalformed), "{wrong}");
    }
    let long = |length: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(length));
    assert_eq!(signed("{}"), Ok(()));
    assert_eq!(signed(&long(12_000)), Ok(()));
    assert_eq!(signed(&long(13_000)), Err(Code::TokenMalformed));
}
