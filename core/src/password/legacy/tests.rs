use super::*;
use crate::password::Password;

fn parse(text: &str) -> LegacyHash {
    LegacyHash::parse_within(text, HashBounds::default()).unwrap()
}

fn functions() -> [LegacyFunction; 5] {
    let cost = crate::password::Argon2Cost::new(8, 1, 1).unwrap();
    [
        LegacyFunction::Bcrypt { cost: 4 },
        LegacyFunction::Pbkdf2Sha256 { rounds: 2 },
        LegacyFunction::Pbkdf2Sha512 { rounds: 2 },
        LegacyFunction::Scrypt { log_n: 4, r: 1, p: 1 },
        LegacyFunction::Argon2 { variant: Argon2Variant::I, v19: false, cost },
    ]
}

#[test]
fn a_decoy_of_each_function_is_computed_and_matches_nothing() {
    let mut workspace = Argon2Workspace::new();
    for function in functions() {
        let decoy = LegacyHash::decoy(function);
        let tag = function.compute(b"x", &decoy.salt, decoy.tag.len(), &mut workspace).unwrap();
        assert_eq!(tag.len(), decoy.tag.len(), "{function:?}");
        assert!(!decoy.matches(&Password::prepare("x"), &mut workspace), "{function:?}");
    }
}

#[test]
fn each_function_has_a_word_of_its_own() {
    for function in functions() {
        assert_eq!(LegacyFunction::of_word(&function.word()), Some(function));
    }
    for word in
        ["", "bcrypt", "bcrypt:", "bcrypt:256", "bcrypt:4:4", "md5:1", "argon2i-18:8:1:1", "argon2i-19:1:1:1"]
    {
        assert_eq!(LegacyFunction::of_word(word), None, "{word}");
    }
}

#[test]
fn a_password_is_held_against_a_hash_in_the_forms_that_differ() {
    let forms = |text: &str| Password::prepare(text).forms().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(forms("idée"), ["idée"]);
    assert_eq!(forms("ide\u{301}e"), ["ide\u{301}e", "idée"]);
    assert_eq!(forms("a\u{3000}b"), ["a\u{3000}b", "a b"]);
    assert_eq!(forms(&"x".repeat(4_097)).len(), 1);
}

#[test]
fn the_memory_of_scrypt_is_what_the_rfc_says() {
    let memory = |log_n, r| LegacyFunction::Scrypt { log_n, r, p: 1 }.memory();
    assert_eq!(memory(14, 8), 16 << 20);
    assert_eq!(memory(255, u32::MAX), u64::MAX);
    let costly =
        parse("$scrypt$ln=18,r=8,p=4$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    assert_eq!(costly.function().memory(), LegacyFunction::MAX_SCRYPT_MEMORY);
}

#[test]
fn a_hash_is_not_shown() {
    let shown = format!("{:?}", parse("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"));
    assert_eq!(shown, "LegacyHash { function: Bcrypt { cost: 5 }, .. }");
}
