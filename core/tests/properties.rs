//! What holds for every text, tried with random ones.
#![cfg(not(target_arch = "wasm32"))]

use countersign_core::email::Email;
use countersign_core::name::PersonName;
#[cfg(feature = "legacy")]
use countersign_core::password::{Argon2Workspace, HashBounds, HashKind, LegacyFunction, StoredHash};
use countersign_core::password::{Password, PasswordContext, PasswordHash};
use countersign_core::phone::Phone;
use countersign_core::rejection::{Code, Fault};
use countersign_core::username::Username;
use proptest::prelude::*;

/// What was accepted and rewritten is accepted again and stays as it is.
fn settles<T>(text: &str, parse: impl Fn(&str) -> Result<T, Fault>, value: impl Fn(&T) -> &str) {
    if let Ok(once) = parse(text) {
        let again = parse(value(&once)).map(|again| value(&again).to_owned());
        assert_eq!(again.as_deref(), Ok(value(&once)), "{text:?}");
    }
}

proptest! {
    #[test]
    fn values_settle(text in any::<String>()) {
        settles(&text, Username::parse, Username::as_str);
        settles(&text, Email::parse, Email::as_str);
        settles(&text, Phone::parse, Phone::as_str);
        settles(&text, |text| PersonName::parse("name", text), PersonName::as_str);
    }

    #[test]
    fn emails_settle_in_lower_case(text in "[A-Za-z0-9.+-]{1,12}@[A-Za-z0-9.-]{1,12}") {
        settles(&text, Email::parse, Email::as_str);
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(email.as_str(), text.to_lowercase());
            prop_assert!(text.len() > email.local_part().len() + 1);
        }
    }

    #[test]
    fn phones_settle_without_separators(text in "\\+?[0-9 ().\\[\\]\u{2013}\u{a0}-]{5,24}") {
        settles(&text, Phone::parse, Phone::as_str);
        if let Ok(phone) = Phone::parse(&text) {
            let kept: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
            prop_assert_eq!(phone.as_str(), kept);
        }
    }

    #[test]
    fn passwords_settle(text in "[a-z\u{20}\u{a0}\u{300}\u{323}\u{345}\u{3b1}\u{1112}\u{1161}\u{11ab}\u{958}é]{0,40}") {
        settles(&text, |text| Password::parse(text, PasswordContext::default()), |password| password.expose());
        let prepared = Password::prepare(&text);
        prop_assert_eq!(&Password::prepare(prepared.expose()), &prepared);
    }

    #[test]
    fn any_text_is_a_password_within_its_bounds(text in "\\PC{8,128}") {
        let code = Password::parse(&text, PasswordContext::default()).map_err(|fault| fault.code).err();
        prop_assert!(matches!(code, None | Some(Code::PasswordTooCommon | Code::TooShort | Code::TooLong)));
    }

    #[test]
    fn a_password_is_never_its_own_name(name in "[A-Za-z0-9][A-Za-z0-9._-]{20,31}") {
        let context = PasswordContext { username: Some(&name), ..PasswordContext::default() };
        for twin in [name.clone(), name.to_uppercase(), name.to_lowercase()] {
            let code = Password::parse(&twin, context).map_err(|fault| fault.code).err();
            prop_assert_eq!(code, Some(Code::PasswordIsIdentity));
        }
    }

    #[test]
    fn hashes_are_read_as_written_or_refused(text in "\\$argon2id\\$v=19\\$m=[0-9]{1,7},t=[0-9]{1,2},p=[0-9]{1,2}\\$[A-Za-z0-9+/]{8,90}\\$[A-Za-z0-9+/]{20,90}") {
        if let Ok(hash) = PasswordHash::parse(&text) {
            prop_assert_eq!(hash.as_str(), &text);
            let cost = hash.cost();
            prop_assert!(cost.memory_kib() <= 262_144 && cost.memory_kib() >= 8 * cost.parallelism());
            prop_assert!((1..=16).contains(&cost.iterations()) && (1..=16).contains(&cost.parallelism()));
        }
    }
}

/// What older systems write, with some of it wrong.
#[cfg(feature = "legacy")]
const NEARLY_A_HASH: &str = "\\$2[abxy]\\$[0-9]{1,2}\\$[./A-Za-z0-9]{52,54}\
    |\\$pbkdf2-sha(256|512)\\$[0-9]{1,10}\\$[./A-Za-z0-9]{0,24}\\$[./A-Za-z0-9]{42,44}\
    |pbkdf2_sha(256|512)\\$[0-9]{1,10}\\$[!-~]{0,24}\\$[+/A-Za-z0-9]{42,43}={0,2}\
    |pbkdf2:sha(1|256|512):[0-9]{1,10}\\$[!-~]{0,24}\\$[0-9a-g]{63,65}\
    |\\$scrypt\\$ln=[0-9]{1,3},r=[0-9]{1,10},p=[0-9]{1,10}\\$[+/A-Za-z0-9]{0,24}\\$[+/A-Za-z0-9]{42,44}\
    |scrypt\\$(2|16|1024|65536|1048576)\\$[!-~]{0,24}\\$[0-9]{1,10}\\$[0-9]{1,10}\\$[+/A-Za-z0-9]{43}=\
    |scrypt:(2|16|1024|65536):[0-9]{1,2}:[0-9]{1,2}\\$[!-~]{0,24}\\$[0-9a-f]{64}\
    |\\$argon2(i|d|id)(\\$v=1[69])?\\$m=[0-9]{1,7},t=[0-9]{1,2},p=[0-9]{1,2}\\$[+/A-Za-z0-9]{8,90}\\$[+/A-Za-z0-9]{20,90}";

#[cfg(feature = "legacy")]
proptest! {
    #[test]
    fn any_text_is_a_hash_within_its_bounds_or_refused(text in prop_oneof![any::<String>(), NEARLY_A_HASH]) {
        if let Ok(hash) = StoredHash::parse_within(&text, HashBounds::default()) {
            prop_assert_eq!(hash.as_str(), &text);
            let kind = hash.kind();
            prop_assert_eq!(HashKind::of_word(&kind.word()), Some(kind));
            let memory_kib = match kind {
                HashKind::Argon2id(cost) => u64::from(cost.memory_kib()),
                HashKind::Legacy(LegacyFunction::Bcrypt { cost }) => {
                    prop_assert!((4..=15).contains(&cost));
                    0
                }
                HashKind::Legacy(
                    LegacyFunction::Pbkdf2Sha256 { rounds } | LegacyFunction::Pbkdf2Sha512 { rounds },
                ) => {
                    prop_assert!((1..=4_000_000).contains(&rounds));
                    0
                }
                HashKind::Legacy(LegacyFunction::Scrypt { log_n, r, p }) => {
                    let memory = (128 * u64::from(r)) << log_n;
                    prop_assert!(memory * u64::from(p) <= 1 << 30);
                    memory / 1_024
                }
                HashKind::Legacy(LegacyFunction::Argon2 { cost, .. }) => {
                    prop_assert!(cost.iterations() <= 16 && cost.parallelism() <= 16);
                    u64::from(cost.memory_kib())
                }
            };
            prop_assert!(memory_kib <= 262_144);
        }
    }

    #[test]
    fn a_cheap_hash_of_another_system_is_computed_for_any_password(
        password in prop_oneof![any::<String>(), "[a-z\u{0}\u{301}\u{3000}é]{0,100}"],
        form in 0..5_usize,
    ) {
        let text = [
            "$2b$04$R1lJ2gkNaoPGdafE.H.16.1MKHPvmKwryeulRe225LKProWYwt9Oi",
            "$pbkdf2-sha256$2$$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "scrypt$2$salt$1$1$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$AAECAwQFBgcICQoLDA0ODw",
            "$argon2d$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAECAwQFBgcICQoLDA0ODw",
        ][form];
        let hash = StoredHash::parse_within(text, HashBounds::default()).unwrap();
        prop_assert!(!Argon2Workspace::new().verify_stored(&Password::prepare(&password), &hash));
    }
}
