use super::*;

fn parse(text: &str) -> Document<'_> {
    Document::parse(text.as_bytes()).unwrap()
}

#[test]
fn members_come_in_order_with_their_own_text() {
    let document = parse(" { \"a\" : [ 1.50 , { } ] , \"\\u0062\" : \"\\u0063\" } ");
    let members: Vec<_> = document.members().map(|(name, value)| (name.to_owned(), value.raw())).collect();
    assert_eq!(members, [("a".to_owned(), "[ 1.50 , { } ]"), ("b".to_owned(), "\"\\u0063\"")]);
    assert_eq!(document.root().raw(), "{ \"a\" : [ 1.50 , { } ] , \"\\u0062\" : \"\\u0063\" }");
}

#[test]
fn members_of_inner_objects_are_not_taken_for_outer_ones() {
    let document = parse(r#"{"a":{"x":1,"y":2},"b":[{"x":1},{"z":[1,2]}],"c":3}"#);
    let names: Vec<_> = document.members().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(parse(r#"[{"x":1}]"#).members().count(), 0);
    assert!(!parse(r#"[{"x":1}]"#).is_object());
}

#[test]
fn fields_tell_absent_null_text_and_other_apart() {
    let document =
        parse(r#"{"null":null,"text":"\u00e9","empty":"","number":1,"list":[],"object":{},"true":true}"#);
    assert_eq!(document.field("nothing"), Field::Absent);
    assert_eq!(document.field("null"), Field::Null);
    assert_eq!(document.field("text"), Field::from("é"));
    assert_eq!(document.field("empty"), Field::from(""));
    for other in ["number", "list", "object", "true"] {
        assert_eq!(document.field(other), Field::Other, "{other}");
    }
    assert_eq!(parse("[]").field("text"), Field::Absent);
}

#[test]
fn integers_are_those_that_are_written_so() {
    let integer = |text| parse(text).root().integer();
    assert_eq!(integer("0"), Some(0));
    assert_eq!(integer("-0"), Some(0));
    assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
    assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
    for other in ["9223372036854775808", "1.0", "1e0", "1E2", "\"1\"", "true", "null", "[1]"] {
        assert_eq!(integer(other), None, "{other}");
    }
}

#[test]
fn values_are_read_by_their_own_type_alone() {
    let items =
        parse(r#"["a\n\ud83d\ude00\"", {"b": [1]}, [2], true, false, null, 1]"#).root().items().unwrap();
    let raw: Vec<_> = items.iter().map(|item| item.raw()).collect();
    assert_eq!(raw, [r#""a\n\ud83d\ude00\"""#, r#"{"b": [1]}"#, "[2]", "true", "false", "null", "1"]);
    assert_eq!(items[0].text().as_deref(), Some("a\n😀\""));
    assert_eq!(items.iter().filter(|item| item.text().is_some()).count(), 1);
    let truths: Vec<_> = items.iter().map(|item| item.boolean()).collect();
    assert_eq!(truths, [None, None, None, Some(true), Some(false), None, None]);
    assert_eq!(items.iter().filter(|item| item.items().is_some()).count(), 1);
    assert_eq!(parse("[]").root().items(), Some(vec![]));
}

#[test]
fn a_fault_names_its_place_and_not_what_stands_there() {
    let error = Document::parse(br#"{"password":"correct horse" "x":1}"#).unwrap_err();
    assert_eq!(error.to_string(), "The text is not JSON. (byte 28)");
    assert_eq!(error.code(), Code::MalformedJson);
}

#[test]
fn escapes_read_as_another_parser_reads_them() {
    for escaped in [
        r"\b\f\n\r\t\/\\\u0022",
        r"\u0000\u001f\u007f\uffff",
        r"x\ud800\udc00y\udbff\udfffz",
        r"\u00E9é\u00e9",
        r"\\u0041",
    ] {
        let text = format!("\"{escaped}\"");
        let expected: String = serde_json::from_str(&text).unwrap();
        assert_eq!(parse(&text).root().text().as_deref(), Some(expected.as_str()), "{escaped}");
    }
}

fn fault(text: &str) -> Option<(JsonFault, usize)> {
    Document::parse(text.as_bytes()).err().map(|JsonError { offset, fault }| (fault, offset))
}

#[test]
fn a_second_name_is_found_in_objects_of_any_size() {
    for count in [2, 15, 16, 17, 18, 100, 20_000] {
        let names: Vec<String> = (0..count).map(|n| format!("\"name{n}\":{n}")).collect();
        let object = |names: &[String]| format!("{{{}}}", names.join(","));
        assert_eq!(fault(&object(&names)), None, "{count}");

        for (first, second) in [(0, count - 1), ((count - 1) / 2, count - 1), (0, 1)] {
            let mut repeated = names.clone();
            repeated[second] = format!("\"n\\u0061me{first}\":true");
            let text = object(&repeated);
            let offset = 1 + repeated[..second].iter().map(|member| member.len() + 1).sum::<usize>();
            assert_eq!(fault(&text), Some((JsonFault::DuplicateName, offset)), "{count} {first} {second}");
            let nested = format!("[{text}]");
            assert_eq!(fault(&nested), Some((JsonFault::DuplicateName, offset + 1)), "{count} nested");
        }
    }
}

#[test]
fn names_that_only_look_alike_are_two() {
    // Of one length and beginning, so that the mark does not tell them apart.
    assert_eq!(fault(r#"{"abc1":1,"abc2":2,"abc":3,"ab":4,"":5}"#), None);
    let long = "x".repeat(256);
    assert_eq!(fault(&format!(r#"{{"{long}y":1,"{long}z":2}}"#)), None);
}

#[test]
fn a_string_ends_at_its_quote_wherever_that_stands() {
    for length in 0..40 {
        let plain = "x".repeat(length);
        for (end, expected) in [
            ("\"", None),
            ("\\n\"", None),
            ("é\"", None),
            ("\u{7f}\u{80}\"", None),
            ("\u{1f}\"", Some((JsonFault::Syntax, length + 1))),
            ("\0\"", Some((JsonFault::Syntax, length + 1))),
            ("\\q\"", Some((JsonFault::Syntax, length + 1))),
            ("", Some((JsonFault::Syntax, length + 1))),
        ] {
            assert_eq!(fault(&format!("\"{plain}{end}")), expected, "{length} and {end:?}");
            let then = format!("\"{plain}{end},                ");
            assert!(fault(&then).is_some(), "{length} and {end:?} and more");
        }
    }
}

#[test]
fn depth_counts_what_is_open_not_what_there_is() {
    let wide = "[],".repeat(1_000);
    assert_eq!(fault(&format!("[{wide}1]")), None);
    // A walk that went down as far as the text does would have no stack left.
    assert_eq!(fault(&"[".repeat(1_000_000)), Some((JsonFault::TooDeep, 32)));
    assert_eq!(fault(&"{\"a\":".repeat(1_000_000)), Some((JsonFault::TooDeep, 160)));
}
