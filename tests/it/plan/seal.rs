//! Canonical form, seal, and reading files that anybody may have touched.

use mimeo::plan::op::{Body, Http, Op};
use mimeo::plan::seal::{PlanError, digest, seal};
use mimeo::plan::{Plan, visible};
use serde_json::{Value as Json, json};

use super::{Random, renamed, sample, set, without};

#[test]
fn canonical_form_is_stable() {
    let plan = sample();
    let text = plan.to_json();
    assert_eq!(text, plan.to_json());
    assert!(
        text.starts_with("{\n  \"format\": 1,\n  \"made_by\": \"mimeo 0.1.0\",\n  \"title\": ")
    );
    assert!(text.ends_with(&format!("  \"seal\": \"{}\"\n}}\n", plan.seal)));
    assert!(!text.contains('\r'));
    // The digest of the sample: it changes only with the format or the sample, never with the machine.
    assert_eq!(
        plan.seal,
        "sha256:8b53a19517ae27328dd6814dfe001eb41d2567f5591029b9fbcf0c87d99d8bfd"
    );
}

#[test]
fn digest_is_sha256() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(digest("abc"), abc);
}

#[test]
fn reads_what_it_wrote() {
    let plan = sample();
    let back = Plan::from_json(&plan.to_json()).unwrap();
    assert_eq!(back, plan);
    assert_eq!(back.to_json(), plan.to_json());
}

#[test]
fn seal_is_the_digest_of_the_compact_form() {
    let plan = sample();
    let mut open = plan.clone();
    open.seal.clear();
    let compact = serde_json::to_string(&open).unwrap();
    assert_eq!(plan.seal, format!("sha256:{}", digest(&compact)));
}

#[test]
fn sealing_twice_changes_nothing() {
    let plan = sample();
    let mut again = plan.clone();
    seal(&mut again);
    assert_eq!(again, plan);
}

#[test]
fn spaces_line_ends_and_key_order_do_not_matter() {
    let plan = sample();
    let text = plan.to_json();
    let json: Json = serde_json::from_str(&text).unwrap();
    let mut sorted = json.clone();
    sorted.sort_all_objects();
    let forms = [
        json.to_string(),
        sorted.to_string(),
        text.replace('\n', "\r\n"),
        format!("\u{FEFF}{text}"),
        text.replace('/', "\\/"),
    ];
    for form in forms {
        assert_eq!(Plan::from_json(&form).unwrap(), plan);
    }
}

#[test]
fn bodies_are_sealed_whatever_the_order_of_their_keys() {
    let body = |json| {
        let mut plan = sample();
        *body(&mut plan) = Some(Body::Json(json));
        seal(&mut plan);
        plan
    };
    let one = body(json!({ "b": [{ "d": 1.5, "c": 0.1 }], "a": { "z": null, "y": true } }));
    let other = body(json!({ "a": { "y": true, "z": null }, "b": [{ "c": 0.1, "d": 1.5 }] }));
    assert_eq!(one.to_json(), other.to_json());
    assert_eq!(Plan::from_json(&one.to_json()).unwrap(), other);
}

#[test]
fn numbers_survive_to_the_last_bit() {
    let mut random = Random(5);
    let numbers = (0..2_000).map(|_| f64::from_bits(random.next())).filter(|it| it.is_finite());
    let mut plan = sample();
    *body(&mut plan) = Some(Body::Json(numbers.collect()));
    seal(&mut plan);
    assert_eq!(Plan::from_json(&plan.to_json()), Ok(plan));
}

#[test]
fn any_text_survives() {
    let texts = [
        "",
        "\"",
        "\\",
        "\0\u{1}\u{1F}\u{7F}",
        "\r\n\t",
        "Ünïcødé 漢字 🙂",
        "\u{2028}\u{202E}\u{FEFF}",
    ];
    for text in texts {
        let mut plan = sample();
        text.clone_into(&mut plan.title);
        seal(&mut plan);
        assert_eq!(Plan::from_json(&plan.to_json()), Ok(plan));
    }
}

#[test]
fn truncated_anywhere_is_refused() {
    let text = fuzzed().to_json();
    for end in 0..text.trim_end().len() {
        let error = Plan::from_json(&text[..end]).unwrap_err();
        assert!(matches!(error, PlanError::Syntax { .. }), "{end}: {error:?}");
    }
}

#[test]
fn any_other_byte_is_refused_unless_the_data_is_the_same() {
    let plan = fuzzed();
    let text = plan.to_json();
    for at in 0..text.len() {
        let bits = if slow() { 0..8 } else { at % 7..at % 7 + 1 };
        for bit in bits {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            // A file that is not UTF-8 never gets this far.
            let Ok(altered) = String::from_utf8(bytes) else { continue };
            match Plan::from_json(&altered) {
                Ok(read) => assert_eq!(read, plan, "bit {bit} of byte {at}"),
                Err(error) => assert!(!error.to_string().is_empty() && !error.help().is_empty()),
            }
        }
    }
}

#[test]
fn parts_left_out_swapped_or_doubled_are_refused() {
    let plan = fuzzed();
    let text = plan.to_json();
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() {
        let mut without = lines.clone();
        without.remove(at);
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        let mut swapped = lines.clone();
        swapped.swap(at, (at + 1) % lines.len());
        for altered in [without, doubled, swapped] {
            if let Ok(read) = Plan::from_json(&altered.join("\n")) {
                assert_eq!(read, plan, "line {at}");
            }
        }
    }
}

#[test]
fn garbage_never_panics() {
    let text = fuzzed().to_json();
    let bits = [
        "{", "}", "[", "]", "\"", ":", ",", "null", "1e999", "\\u0000", "{\"op\":", "\u{202E}",
        "🙂",
    ];
    let mut random = Random(7);
    for _ in 0..1_000 {
        let mut altered = text.clone();
        for _ in 0..=random.below(3) {
            let at =
                (0..=random.below(altered.len())).rev().find(|it| altered.is_char_boundary(*it));
            altered.insert_str(at.unwrap(), bits[random.below(bits.len())]);
        }
        if let Err(error) = Plan::from_json(&altered) {
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}

#[test]
fn what_is_not_json_is_refused_at_its_place() {
    let refused = |text: &str| Plan::from_json(text).unwrap_err().to_string();
    assert_eq!(refused(""), "the plan ends in the middle (line 1, column 1)");
    assert_eq!(refused("{\n  \"format\": 1"), "the plan ends in the middle (line 2, column 13)");
    assert_eq!(
        refused("{\n  format: 1\n}"),
        "the plan is not JSON: key must be a string (line 2, column 3)"
    );
    assert_eq!(refused("{} {}"), "the plan is not JSON: trailing characters (line 1, column 4)");
    assert_eq!(
        refused("{\"format\": 1, \"format\": 1}"),
        "the plan has the key `format` twice (line 1, column 26)"
    );
    assert_eq!(refused(&"[".repeat(100_000)), "the plan is nested too deeply (line 1, column 128)");
    assert_eq!(refused("[]"), "the plan is not well-formed: it is not an object");
    assert_eq!(refused("{}"), "the plan is not well-formed: missing field `format`");
}

#[test]
fn a_doubled_key_deep_inside_is_refused() {
    let text = sample().to_json();
    let property = "\"SQLSERVER_SERVER\": {";
    assert!(text.contains(property));
    let altered = text
        .replace(property, &format!("\"SQLSERVER_SERVER\": {{ \"value\": \"evil\" }}, {property}"));
    let error = Plan::from_json(&altered).unwrap_err().to_string();
    assert!(error.starts_with("the plan has the key `SQLSERVER_SERVER` twice (line "), "{error}");
}

#[test]
fn another_format_is_refused_by_its_program() {
    let text = json!({ "format": 2, "made_by": "mimeo 9.0.0\u{1b}[2J", "steps": "by the moon" })
        .to_string();
    let error = Plan::from_json(&text).unwrap_err();
    assert_eq!(error, PlanError::Format { found: 2, made_by: "mimeo 9.0.0\u{1b}[2J".to_owned() });
    assert_eq!(
        error.to_string(),
        "the plan has format 2, written by mimeo 9.0.0\\u{1b}[2J; this is mimeo 0.1.0, which reads format 1"
    );
    assert!(error.help().starts_with("carry it out with mimeo 9.0.0"), "{}", error.help());
    let error = Plan::from_json("{\"format\": 0}").unwrap_err();
    assert_eq!(
        error.help(),
        "make the plan again with this version: `mimeo plan SCRIPT --out FILE`"
    );
}

#[test]
fn wrong_fields_are_named_by_their_path() {
    let server = "/steps/2/ops/0/properties/SQLSERVER_SERVER";
    let cases = [
        (set("/tilte", json!("x")), "`tilte`: unknown field `tilte`, expected one of "),
        (without("/title"), "missing field `title`"),
        (
            set("/steps/1/kind", json!("idempotnet")),
            "`steps[1].kind`: unknown variant `idempotnet`, expected one of `read`",
        ),
        (
            set("/settings/0/from/said/at/line", json!("x")),
            "`settings[0].from.said.at.line`: invalid type: string \"x\", expected a whole number",
        ),
        (
            renamed("/settings/0/value", "valeu"),
            "`settings[0]`: none of `value`, `secret` and `slot` is there",
        ),
        (set("/settings/0/pgae", json!(5)), "`settings[0]`: unknown field `pgae`"),
        (
            set("/settings/2/from/follows/reason", json!(5)),
            "`settings[2].from.follows.reason`: unknown field `reason`, expected `because` or",
        ),
        (
            renamed("/steps/2/ops/0/package", "pakage"),
            "`steps[2].ops[0].pakage`: unknown field `pakage`, expected one of `package`, `digest`",
        ),
        (
            set(server, json!({ "valeu": "x" })),
            "`steps[2].ops[0].properties.SQLSERVER_SERVER`: unknown variant `valeu`, expected",
        ),
        (
            set(server, json!({ "value": 1.5 })),
            "`steps[2].ops[0].properties.SQLSERVER_SERVER.value`: expected a flag, a whole number,",
        ),
        (
            set("/steps/0/ops/0/expect", json!([200, 99_999])),
            "`steps[0].ops[0].expect[1]`: invalid value: integer `99999`, expected a whole number",
        ),
        (without("/steps/0/ops/0/op"), "`steps[0].ops[0]`: missing field `op`"),
        (
            set("/steps/0/ops/0/op", json!("htpp")),
            "`steps[0].ops[0].op`: unknown variant `htpp`, expected one of `http`, `msi`",
        ),
        (set("/steps/0/ops/0", json!(7)), "`steps[0].ops[0]`: invalid type: integer `7`"),
        (
            set("/steps/2/probe", json!({ "question": "folder", "pth": "x" })),
            "`steps[2].probe`: unknown field `pth`, expected `path`",
        ),
        (
            set("/steps/3/undo", json!({ "ops": [{ "op": "folder" }] })),
            "`steps[3].undo.ops[0]`: missing field `path`",
        ),
        (
            set("/steps/1/from/at", json!(null)),
            "`steps[1].from.at`: invalid type: null, expected an object",
        ),
    ];
    for (json, expected) in cases {
        let error = Plan::from_json(&json.to_string()).unwrap_err().to_string();
        let told = error.strip_prefix("the plan is not well-formed").unwrap();
        let told = told.trim_start_matches(": ").trim_start_matches(" at ");
        assert!(told.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn messages_do_not_speak_for_the_program() {
    let json = set("/ok\u{1b}[2K\r\nerror: all is well \u{202E}", json!(1));
    let error = Plan::from_json(&json.to_string()).unwrap_err().to_string();
    assert!(error.contains("`ok\\u{1b}[2K\\r\\nerror: all is well \\u{202e}`"), "{error}");
    let json = set(&format!("/{}", "x".repeat(1_000_000)), json!(1));
    let error = Plan::from_json(&json.to_string()).unwrap_err().to_string();
    assert!(error.len() < 1_000 && error.ends_with("`steps`, `seal`"), "{error}");
}

#[test]
fn what_was_altered_is_refused() {
    let other = format!("sha256:{}", digest("x"));
    for altered in [
        set("/seal", json!("")),
        without("/seal"),
        set("/seal", json!(other)),
        set("/title", json!("Fabrikam")),
        set("/steps/2/ops/0/properties/SQLSERVER_SERVER/value", json!("evil")),
    ] {
        assert_eq!(Plan::from_json(&altered.to_string()), Err(PlanError::Altered));
    }
}

#[test]
fn a_secret_by_value_cannot_be_said() {
    let value = "Pa$$w0rd";
    for altered in [
        set("/steps/2/ops/0/properties/SERVICE_ACCOUNT_PASSWORD/secret", json!(value)),
        set("/settings/1/secret", json!(value)),
        set("/steps/1/ops/1/secret", json!(value)),
        set("/steps/1/probe", json!({ "question": "secret", "name": value })),
    ] {
        let error = Plan::from_json(&altered.to_string()).unwrap_err();
        assert!(matches!(error, PlanError::Shape { .. }), "{error:?}");
        assert!(!format!("{error} {error:?} {}", error.help()).contains(value), "{error}");
        let told = "not the name of a secret (lower-case letters, digits and `_`)";
        assert!(error.to_string().ends_with(told), "{error}");
    }
}

#[test]
fn steps_that_cannot_be_carried_out_are_refused() {
    let read = |edit: &dyn Fn(&mut Plan)| {
        let mut plan = sample();
        edit(&mut plan);
        seal(&mut plan);
        Plan::from_json(&plan.to_json()).unwrap_err()
    };
    let error = read(&|it| it.steps[1].id = "tenant".to_owned());
    assert_eq!(error, PlanError::Twice("tenant".to_owned()));
    let error = read(&|it| it.steps[1].after.push("tennant".to_owned()));
    let (step, after) = ("register".to_owned(), "tennant".to_owned());
    assert_eq!(error, PlanError::Unknown { step, after });
    let error = read(&|it| it.steps[0].after.push("install".to_owned()));
    let ring = ["tenant", "install", "register"].map(str::to_owned).to_vec();
    assert_eq!(error, PlanError::Cycle(ring));
    assert_eq!(
        error.to_string(),
        "steps wait for each other in a ring: `tenant` after `install` after `register` after `tenant`"
    );
    let error = read(&|it| it.steps[0].after.push("tenant".to_owned()));
    assert_eq!(error, PlanError::Cycle(vec!["tenant".to_owned()]));
    let error = read(&|it| it.steps.swap(0, 3));
    let (step, after) = ("rule".to_owned(), "install".to_owned());
    assert_eq!(error, PlanError::Misplaced { step, after });
    assert_eq!(error.to_string(), "step `rule` comes after `install`, but stands before it");
}

#[test]
fn visible_hides_nothing() {
    assert_eq!(visible("mail `x` Ünï 漢字 🙂"), "mail `x` Ünï 漢字 🙂");
    assert_eq!(
        visible("a\u{1b}[2J\r\n\tb\u{202e}c\u{200b}d"),
        "a\\u{1b}[2J\\r\\n\\tb\\u{202e}c\\u{200b}d"
    );
}

/// The plan whose every byte is altered: a small one, or in slow tests the whole sample.
fn fuzzed() -> Plan {
    let mut plan = sample();
    if !slow() {
        plan.inputs.truncate(1);
        plan.settings.drain(1..3);
        plan.settings.truncate(1);
        plan.pages.truncate(1);
        plan.steps.drain(..2);
        plan.steps.truncate(1);
        plan.steps[0].after.clear();
        seal(&mut plan);
    }
    plan
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switch")]
fn slow() -> bool {
    std::env::var_os("MIMEO_SLOW_TESTS").is_some()
}

/// The body of a request of the sample.
fn body(plan: &mut Plan) -> &mut Option<Body> {
    let Op::Http(Http { body, .. }) = &mut plan.steps[1].ops[0] else { panic!("it is a request") };
    body
}
