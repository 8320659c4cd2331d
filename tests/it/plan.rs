//! What a plan can do as data: canonical JSON, seal, hostile files, order, differences, schema, command line, graph, rights.

use std::collections::{BTreeMap, BTreeSet};

use mimeo::export::command::{
    CommandError, ParseError, Shell, command_line, parse_properties, property,
};
use mimeo::export::{graph, rights};
use mimeo::plan::diff::{Change, Colour, Part, What, diff, summary, to_json, to_text};
use mimeo::plan::op::{Body, Http, Literal, Msi, Op, Ui, Value};
use mimeo::plan::order::order;
use mimeo::plan::schema;
use mimeo::plan::seal::{PlanError, digest, seal};
use mimeo::plan::{FORMAT, Kind, Plan, Step, Undo, visible};
use serde_json::{Value as Json, json};

// Sealing and reading

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
        "sha256:2d19fcf3c72b84ca20dfb181bb882769e00fdb3f957c0ac7525d1a5b404c7a47"
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
        *http(&mut plan) = Some(Body::Json(json));
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
    let numbers = (0..2_000)
        .map(|_| f64::from_bits(random.next()))
        .filter(|it| it.is_finite());
    let mut plan = sample();
    *http(&mut plan) = Some(Body::Json(numbers.collect()));
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
        assert!(
            matches!(error, PlanError::Syntax { .. }),
            "{end}: {error:?}"
        );
    }
}

#[test]
fn any_other_byte_is_refused_unless_the_data_is_the_same() {
    let plan = fuzzed();
    let text = plan.to_json();
    for at in 0..text.len() {
        for flip in [0x01, 0x20, 0x82] {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= flip;
            // A file that is not UTF-8 never gets this far.
            let Ok(altered) = String::from_utf8(bytes) else {
                continue;
            };
            match Plan::from_json(&altered) {
                Ok(read) => {
                    assert_eq!(read, plan, "byte {at} ^ {flip:#x}");
                }
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
            let at = (0..=random.below(altered.len()))
                .rev()
                .find(|it| altered.is_char_boundary(*it));
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
    assert_eq!(
        refused(""),
        "the plan ends in the middle (line 1, column 1)"
    );
    assert_eq!(
        refused("{\n  \"format\": 1"),
        "the plan ends in the middle (line 2, column 13)"
    );
    assert_eq!(
        refused("{\n  format: 1\n}"),
        "the plan is not JSON: key must be a string (line 2, column 3)"
    );
    assert_eq!(
        refused("{} {}"),
        "the plan is not JSON: trailing characters (line 1, column 4)"
    );
    assert_eq!(
        refused("{\"format\": 1, \"format\": 1}"),
        "the plan has the key `format` twice (line 1, column 26)"
    );
    assert_eq!(
        refused(&"[".repeat(100_000)),
        "the plan is nested too deeply (line 1, column 128)"
    );
    assert_eq!(
        refused("[]"),
        "the plan is not well-formed: it is not an object"
    );
    assert_eq!(
        refused("{}"),
        "the plan is not well-formed: missing field `format`"
    );
}

#[test]
fn a_doubled_key_deep_inside_is_refused() {
    let text = sample().to_json();
    let property = "\"SQLSERVER_SERVER\": {";
    assert!(text.contains(property));
    let altered = text.replace(
        property,
        &format!("\"SQLSERVER_SERVER\": {{ \"value\": \"evil\" }}, {property}"),
    );
    let error = Plan::from_json(&altered).unwrap_err().to_string();
    assert!(
        error.starts_with("the plan has the key `SQLSERVER_SERVER` twice (line "),
        "{error}"
    );
}

#[test]
fn another_format_is_refused_by_its_program() {
    let text = json!({ "format": 2, "made_by": "mimeo 9.0.0\u{1b}[2J", "steps": "by the moon" })
        .to_string();
    let error = Plan::from_json(&text).unwrap_err();
    assert_eq!(
        error,
        PlanError::Format {
            found: 2,
            made_by: "mimeo 9.0.0\u{1b}[2J".to_owned()
        }
    );
    assert_eq!(
        error.to_string(),
        "the plan has format 2, written by mimeo 9.0.0\\u{1b}[2J; this is mimeo 0.1.0, which reads format 1"
    );
    assert!(
        error.help().starts_with("carry it out with mimeo 9.0.0"),
        "{}",
        error.help()
    );
    let error = Plan::from_json("{\"format\": 0}").unwrap_err();
    assert_eq!(
        error.help(),
        "make the plan again with this version: `mimeo plan SCRIPT --out FILE`"
    );
}

#[test]
fn wrong_fields_are_named_by_their_path() {
    let refused = |edit: &dyn Fn(&mut Json)| {
        let mut json: Json = serde_json::from_str(&sample().to_json()).unwrap();
        edit(&mut json);
        Plan::from_json(&json.to_string()).unwrap_err().to_string()
    };
    let cases: Vec<(String, &str)> = vec![
        (
            refused(&|it| it["tilte"] = json!("x")),
            " at `tilte`: unknown field `tilte`, expected one of ",
        ),
        (
            refused(&|it| remove(it, "title")),
            ": missing field `title`",
        ),
        (
            refused(&|it| it["steps"][1]["kind"] = json!("idempotnet")),
            " at `steps[1].kind`: unknown variant `idempotnet`, expected one of `read`",
        ),
        (
            refused(&|it| it["settings"][0]["from"]["said"]["at"]["line"] = json!("x")),
            " at `settings[0].from.said.at.line`: invalid type: string \"x\", expected a whole number",
        ),
        (
            refused(&|it| rename(&mut it["settings"][0], "value", "valeu")),
            " at `settings[0]`: none of `value`, `secret` and `slot` is there",
        ),
        (
            refused(&|it| it["settings"][0]["pgae"] = json!(5)),
            " at `settings[0]",
        ),
        (
            refused(&|it| it["settings"][2]["from"]["follows"]["reason"] = json!(5)),
            " at `settings[2].from.follows.reason`: unknown field `reason`, expected `because` or `trace`",
        ),
        (
            refused(&|it| rename(&mut it["steps"][2]["ops"][0], "package", "pakage")),
            " at `steps[2].ops[0].pakage`: unknown field `pakage`, expected one of `package`, `ui`",
        ),
        (
            refused(&|it| {
                it["steps"][2]["ops"][0]["properties"]["SQLSERVER_SERVER"] = json!({ "valeu": "x" })
            }),
            " at `steps[2].ops[0].properties.SQLSERVER_SERVER`: unknown variant `valeu`, expected one of",
        ),
        (
            refused(&|it| {
                it["steps"][2]["ops"][0]["properties"]["SQLSERVER_SERVER"] = json!({ "value": 1.5 })
            }),
            " at `steps[2].ops[0].properties.SQLSERVER_SERVER.value`: expected a flag, a whole number, a text or",
        ),
        (
            refused(&|it| it["steps"][0]["ops"][0]["expect"] = json!([200, 99_999])),
            " at `steps[0].ops[0].expect[1]`: invalid value: integer `99999`, expected a whole number",
        ),
        (
            refused(&|it| remove(&mut it["steps"][0]["ops"][0], "op")),
            " at `steps[0].ops[0]`: missing field `op`",
        ),
        (
            refused(&|it| it["steps"][0]["ops"][0]["op"] = json!("htpp")),
            " at `steps[0].ops[0].op`: unknown variant `htpp`, expected one of `http`, `msi`",
        ),
        (
            refused(&|it| it["steps"][0]["ops"][0] = json!(7)),
            " at `steps[0].ops[0]`: invalid type: integer `7`",
        ),
        (
            refused(&|it| it["steps"][2]["probe"] = json!({ "question": "folder", "pth": "x" })),
            " at `steps[2].probe`: unknown field `pth`, expected `path`",
        ),
        (
            refused(&|it| it["steps"][3]["undo"] = json!({ "ops": [{ "op": "folder" }] })),
            " at `steps[3].undo.ops[0]`: missing field `path`",
        ),
        (
            refused(&|it| it["steps"][1]["from"]["at"] = json!(null)),
            " at `steps[1].from.at`: invalid type: null, expected an object",
        ),
    ];
    for (error, expected) in cases {
        let error = error.strip_prefix("the plan is not well-formed").unwrap();
        assert!(error.starts_with(expected), "{error}\n{expected}");
    }
}

#[test]
fn messages_do_not_speak_for_the_program() {
    let mut json: Json = serde_json::from_str(&sample().to_json()).unwrap();
    json["ok\u{1b}[2K\r\nerror: all is well \u{202E}"] = json!(1);
    let error = Plan::from_json(&json.to_string()).unwrap_err().to_string();
    assert!(
        error.contains("`ok\\u{1b}[2K\\r\\nerror: all is well \\u{202e}`"),
        "{error}"
    );
}

#[test]
fn what_was_altered_is_refused() {
    let edits: [&dyn Fn(&mut Json); 5] = [
        &|it| it["seal"] = json!(""),
        &|it| remove(it, "seal"),
        &|it| it["seal"] = json!(format!("sha256:{}", digest("x"))),
        &|it| it["title"] = json!("Fabrikam"),
        &|it| it["steps"][2]["ops"][0]["properties"]["SQLSERVER_SERVER"]["value"] = json!("evil"),
    ];
    for edit in edits {
        let mut json: Json = serde_json::from_str(&sample().to_json()).unwrap();
        edit(&mut json);
        assert_eq!(Plan::from_json(&json.to_string()), Err(PlanError::Altered));
    }
}

#[test]
fn a_secret_by_value_cannot_be_said() {
    let value = "Pa$$w0rd";
    let edits: [&dyn Fn(&mut Json); 4] = [
        &|it| {
            it["steps"][2]["ops"][0]["properties"]["SERVICE_ACCOUNT_PASSWORD"] =
                json!({ "secret": value })
        },
        &|it| it["settings"][1]["secret"] = json!(value),
        &|it| it["steps"][1]["ops"][1]["secret"] = json!(value),
        &|it| it["steps"][1]["probe"] = json!({ "question": "secret", "name": value }),
    ];
    for edit in edits {
        let mut json: Json = serde_json::from_str(&sample().to_json()).unwrap();
        edit(&mut json);
        let error = Plan::from_json(&json.to_string()).unwrap_err();
        assert!(matches!(error, PlanError::Shape { .. }), "{error:?}");
        assert!(
            !format!("{error} {error:?} {}", error.help()).contains(value),
            "{error}"
        );
        assert!(
            error
                .to_string()
                .ends_with("not the name of a secret (lower-case letters, digits and `_`)")
        );
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
    let ring = ["tenant", "install", "register"]
        .map(str::to_owned)
        .to_vec();
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
    assert_eq!(
        error.to_string(),
        "step `rule` comes after `install`, but stands before it"
    );
}

// Order

#[test]
fn order_keeps_what_may_stay() {
    let order = |steps: &[(&str, &[&str])]| {
        order(steps.iter().map(|(id, after)| step(id, after)).collect())
            .map(|it| it.into_iter().map(|it| it.id).collect::<Vec<_>>().join(" "))
            .map_err(|it| it.join(" "))
    };
    assert_eq!(order(&[]), Ok(String::new()));
    assert_eq!(
        order(&[("c", &[]), ("a", &[]), ("b", &[])]),
        Ok("c a b".to_owned())
    );
    assert_eq!(
        order(&[("a", &[]), ("b", &["d"]), ("c", &[]), ("d", &["a"])]),
        Ok("a c d b".to_owned())
    );
    assert_eq!(
        order(&[("a", &["nobody", "b", "b"]), ("b", &[])]),
        Ok("b a".to_owned())
    );
    assert_eq!(order(&[("a", &["a"])]), Err("a".to_owned()));
    assert_eq!(
        order(&[("x", &["b"]), ("a", &["c"]), ("b", &["a"]), ("c", &["b"])]),
        Err("b a c".to_owned())
    );
}

#[test]
fn order_of_random_graphs() {
    let mut random = Random(11);
    let (mut ordered, mut rings) = (0, 0);
    for _ in 0..1_500 {
        let count = 1 + random.below(12);
        let density = random.below(5);
        let mut given: Vec<Step> = (0..count).map(|it| step(&format!("s{it}"), &[])).collect();
        for from in 0..count {
            for to in 0..count {
                // Mostly without a ring, so that both outcomes are met.
                let backwards = from >= to && random.below(12) > 0;
                if !backwards && random.below(12) < density {
                    given[to].after.push(format!("s{from}"));
                }
            }
        }
        shuffle(&mut given, &mut random);
        let index: BTreeMap<&str, usize> = given
            .iter()
            .enumerate()
            .map(|(index, it)| (it.id.as_str(), index))
            .collect();
        match order(given.clone()) {
            Ok(steps) => {
                ordered += 1;
                let mut left: BTreeSet<usize> = (0..count).collect();
                for step in &steps {
                    // Of all that may come next, the one given first: that is the whole definition.
                    let free = |it: &&usize| {
                        given[**it]
                            .after
                            .iter()
                            .all(|id| !left.contains(&index[id.as_str()]))
                    };
                    let next = *left.iter().find(free).unwrap();
                    assert_eq!(*step, given[next]);
                    left.remove(&next);
                }
                assert!(left.is_empty());
                assert_eq!(order(steps.clone()).unwrap(), steps);
            }
            Err(ring) => {
                rings += 1;
                let distinct: BTreeSet<&String> = ring.iter().collect();
                assert!(!ring.is_empty() && distinct.len() == ring.len());
                for (at, id) in ring.iter().enumerate() {
                    let next = &ring[(at + 1) % ring.len()];
                    assert!(given[index[id.as_str()]].after.contains(next), "{ring:?}");
                }
            }
        }
    }
    assert!(ordered > 200 && rings > 200, "{ordered} {rings}");
}

#[test]
fn order_takes_a_large_plan_in_its_stride() {
    let chain: Vec<Step> = (0..20_000)
        .rev()
        .map(|it| step(&format!("s{it}"), &[&format!("s{}", it - 1)]))
        .collect();
    assert_eq!(order(chain).unwrap()[0].id, "s0");
}

// Differences

#[test]
fn no_differences() {
    let plan = sample();
    assert_eq!(diff(&plan, &plan), []);
    assert_eq!(to_text(&[], Colour::None), "no differences\n");
    assert_eq!(
        serde_json::from_str::<Json>(&to_json(&[])).unwrap(),
        json!({ "version": 1, "changes": [] })
    );
}

#[test]
fn differences_read_as_prose() {
    let was = sample();
    let mut is = was.clone();
    is.title = "Fabrikam MIM".to_owned();
    is.as_of = "2027-01-01".to_owned();
    is.ends = None;
    is.inputs[1].sha256 = digest("other");
    is.inputs.remove(2);
    edit(&mut is.settings[0], |it| {
        it["value"] = json!("sql2.contoso.com");
        it["from"]["said"]["value"]["at"]["file"] = json!("fabrikam.toml");
    });
    edit(&mut is.settings[1], |it| {
        it["secret"] = json!("other_password")
    });
    edit(&mut is.settings[2], |it| {
        it["from"] = json!({ "default": "the wizard's default" })
    });
    edit(&mut is.settings[3], |it| {
        it["from"]["said"]["at"]["line"] = json!(99)
    });
    is.settings.push(setting(
        "service.address",
        "Service Address",
        json!({ "value": " mim " }),
    ));
    edit(&mut is.pages[1], |it| {
        it["notes"] = json!(["Do not hurry."])
    });
    edit(&mut is.steps[2], |it| {
        it["ops"][0]["ui"] = json!("review");
        it["ops"][0]["properties"]["SQLSERVER_SERVER"]["value"] = json!("sql2.contoso.com");
        it["ops"][0]["properties"]["REBOOT"] = json!({ "value": "ReallySuppress" });
        it["ops"][0]["features"] = json!(["CommonServices"]);
    });
    edit(&mut is.steps[3], |it| {
        it["ops"][0]["script"] =
            json!("param($rule)\nImport-Module X\nEnable-Rule $rule -Force\nexit 0\n");
    });
    is.steps.swap(0, 1);
    is.steps.push(step("zone", &[]));
    let changes = diff(&was, &is);
    insta::assert_snapshot!(to_text(&changes, Colour::None), @r##"
    plan
      ~ title  Contoso MIM Service and Portal -> Fabrikam MIM
      ~ as_of  2026-11-23 -> 2027-01-01
      - ends   date: 2027-04-01, what: EWS, source: https://learn.microsoft.com/x

    inputs
      ~ contoso.toml  another text
      - --set tenant  setting

    settings
      ~ sql.server        sql.contoso.com -> sql2.contoso.com  (sql_server at fabrikam.toml:3:14)
      ~ account.password  secret `mim_service_password` -> secret `other_password`  (contoso.rhai:9:1)
      = mail.host         the same; it is Office 365, contoso.rhai:11:1 -> the wizard's default
      + service.address   " mim "  (nobody)
      = 1 said at other places of the same files

    pages
      ~ 12  Configure Common Services
          ~ notes  Mind the warning. -> Do not hurry.

    steps
      > register                                after `tenant` -> first
      ~ install  Install MIM Service and Portal
          ~ ops[0].ui                           quiet -> review
          ~ ops[0].features                     CommonServices, WebPortals -> CommonServices
          ~ ops[0].properties.SQLSERVER_SERVER  sql.contoso.com -> sql2.contoso.com
          + ops[0].properties.REBOOT            ReallySuppress
      ~ rule  Enable the rule "Users can read attributes of their own"
          ~ ops[0].script
              - Enable-Rule $rule
              + Import-Module X
              + Enable-Rule $rule -Force
      + zone                                    Do zone

    10 changed, 2 removed, 1 from elsewhere, 1 shifted, 3 added, 1 moved
    "##);
}

#[test]
fn differences_for_programs() {
    let was = sample();
    let mut is = was.clone();
    edit(&mut is.settings[0], |it| {
        it["value"] = json!("sql2.contoso.com")
    });
    edit(&mut is.steps[0], |it| {
        it["from"]["at"]["file"] = json!("other.rhai")
    });
    let json: Json = serde_json::from_str(&to_json(&diff(&was, &is))).unwrap();
    assert_eq!(
        json,
        json!({ "version": 1, "changes": [
            {
                "part": "settings", "name": "sql.server", "label": "Database Server", "field": "",
                "at": "sql_server at contoso.toml:3:14",
                "change": "changed", "was": { "value": "sql.contoso.com" }, "is": { "value": "sql2.contoso.com" },
            },
            {
                "part": "steps", "name": "tenant", "label": "Validate the Entra ID licence", "field": "",
                "at": "other.rhai:7:1",
                "change": "origin", "was": "contoso.rhai:7:1", "is": "other.rhai:7:1",
            },
        ] })
    );
}

#[test]
fn every_difference_is_told() {
    let was = sample();
    let text = was.to_json();
    let json: Json = serde_json::from_str(&text).unwrap();
    let mut paths = Vec::new();
    leaves(&json, &mut Vec::new(), &mut paths);
    assert!(paths.len() > 150);
    for path in paths.iter().filter(|path| path[0] != json!("seal")) {
        for other in [json!("other"), json!(77), json!(["other"])] {
            let mut altered = json.clone();
            let mut node = &mut altered;
            for key in path {
                node = match key {
                    Json::String(key) => &mut node[key.as_str()],
                    index => &mut node[index.as_u64().unwrap() as usize],
                };
            }
            *node = other;
            // Whatever the types allow is a difference, and looks the same from the other side.
            let Ok(mut is) = serde_json::from_value::<Plan>(altered) else {
                continue;
            };
            seal(&mut is);
            let changes = diff(&was, &is);
            let back = diff(&is, &was);
            assert_eq!(changes.is_empty(), is == was, "{path:?}");
            assert_eq!(changes.len(), back.len(), "{path:?}\n{changes:?}\n{back:?}");
            let text = to_text(&changes, Colour::None);
            assert!(text.lines().count() > 1 || changes.is_empty(), "{text}");
        }
    }
}

#[test]
fn as_few_steps_as_possible_have_moved() {
    let plan = |ids: &[&str]| {
        let mut plan = sample();
        plan.steps = ids.iter().map(|id| step(id, &[])).collect();
        plan
    };
    let moved = |was: &[&str], is: &[&str]| {
        let changes = diff(&plan(was), &plan(is));
        let moved: Vec<String> = changes
            .into_iter()
            .map(|it| match it.what {
                What::Moved { was, is } => {
                    format!(
                        "{}: {} -> {}",
                        it.name,
                        was.unwrap_or_default(),
                        is.unwrap_or_default()
                    )
                }
                What::Added { .. } => format!("+{}", it.name),
                What::Removed { .. } => format!("-{}", it.name),
                what => panic!("{what:?}"),
            })
            .collect();
        moved.join(", ")
    };
    assert_eq!(
        moved(&["a", "b", "c", "d"], &["d", "a", "b", "c"]),
        "d: c -> "
    );
    assert_eq!(
        moved(&["a", "b", "c", "d"], &["a", "c", "b", "d"]),
        "c: b -> a"
    );
    assert_eq!(moved(&["a", "b", "c"], &["a", "x", "c"]), "+x, -b");
    assert_eq!(moved(&["a", "b", "c"], &["c"]), "-a, -b");
    assert_eq!(moved(&["a", "b"], &["b", "a", "b"]), "b: a -> , +b");
}

#[test]
fn colours_change_nothing_but_colour() {
    let (was, mut is) = (sample(), sample());
    is.title = "Fabrikam \u{1b}[31m".to_owned();
    is.steps.clear();
    let changes = diff(&was, &is);
    let plain = to_text(&changes, Colour::None);
    assert!(!plain.contains('\u{1b}'));
    let mut coloured = to_text(&changes, Colour::Ansi);
    for sgr in ["1", "2", "31", "32", "33", "36", "0"] {
        coloured = coloured.replace(&format!("\u{1b}[{sgr}m"), "");
    }
    assert_eq!(coloured, plain);
    assert_eq!(summary(&changes), "1 changed, 4 removed");
}

#[test]
fn a_moved_line_is_not_news() {
    let (was, mut is) = (sample(), sample());
    for setting in &mut is.settings {
        edit(setting, |it| {
            if let Some(at) = it["from"].pointer_mut("/said/at") {
                at["line"] = json!(at["line"].as_u64().unwrap() + 3);
            }
        });
    }
    let changes = diff(&was, &is);
    assert!(
        changes
            .iter()
            .all(|it: &Change| it.what == What::Shifted && it.part == Part::Settings)
    );
    let text = to_text(&changes, Colour::None);
    assert_eq!(
        text,
        "settings\n  = 3 said at other places of the same files\n\n3 shifted\n"
    );
}

// The schema

#[test]
fn schema_takes_what_is_written_and_refuses_what_is_not() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    let plan: Json = serde_json::from_str(&sample().to_json()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&plan)
        .map(|it| it.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    // Every key that our types name is looked at: misspelt, both the schema and the program refuse it.
    let mut keys = Vec::new();
    objects(&plan, &mut String::new(), &mut keys);
    let mut refused = 0;
    for (pointer, key) in keys {
        let free = ["/headers", "/take", "/properties", "/parameters"]
            .iter()
            .any(|it| pointer.ends_with(it));
        if free || pointer.contains("/body/json") {
            continue;
        }
        let mut altered = plan.clone();
        let node = altered.pointer_mut(&pointer).unwrap();
        rename(node, &key, &format!("{key}x"));
        assert!(!validator.is_valid(&altered), "{pointer}: {key}");
        assert!(
            Plan::from_json(&altered.to_string()).is_err(),
            "{pointer}: {key}"
        );
        refused += 1;
    }
    assert!(refused > 150, "{refused}");
}

#[test]
fn schema_refuses_what_the_program_refuses() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    let edits: [&dyn Fn(&mut Json); 8] = [
        &|it| it["format"] = json!(2),
        &|it| it["seal"] = json!("sha256:"),
        &|it| remove(it, "seal"),
        &|it| it["settings"][0]["secret"] = json!("both"),
        &|it| it["settings"][1]["secret"] = json!("Pa$$w0rd"),
        &|it| it["steps"][2]["ops"][0]["properties"]["X"] = json!("bare"),
        &|it| it["steps"][2]["ops"][0]["properties"]["X"] = json!({ "value": 1.5 }),
        &|it| it["steps"][2]["ops"][0]["package"] = json!(null),
    ];
    for (index, edit) in edits.iter().enumerate() {
        let mut json: Json = serde_json::from_str(&sample().to_json()).unwrap();
        edit(&mut json);
        assert!(!validator.is_valid(&json), "{index}");
        assert!(Plan::from_json(&json.to_string()).is_err(), "{index}");
    }
}

#[test]
fn schema_is_for_readers() {
    let text = schema::text();
    assert!(
        text.starts_with("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n")
    );
    assert!(text.ends_with("}\n"));
    assert!(text.contains("\"description\": \"The version of this format.\""));
    assert!(
        !text.contains("[`") && !text.contains("\\n"),
        "descriptions are prose"
    );
}

// The command line

#[test]
fn command_line_is_exact() {
    let line = |shell| command_line(&msi(), shell).unwrap();
    assert_eq!(
        line(Shell::None),
        "msiexec.exe /i \"D:\\MIM\\Service and Portal\\Service and Portal.msi\" /quiet \
         /lvxi* \"c:\\miminstall\\log.txt\" ADDLOCAL=CommonServices,WebPortals \
         ACCEPT_EULA=\"1\" CERTIFICATE_NAME=\"\" SERVICE_ACCOUNT_PASSWORD=\"{secret:mim_service_password}\" \
         SQLSERVER_SERVER=\"sql.contoso.com\" TENANT_ID=\"{slot:tenant.id}\" TITLE=\"a \"\"b\"\" c\\\""
    );
    assert_eq!(line(Shell::Cmd), line(Shell::None));
    assert_eq!(
        line(Shell::PowerShell),
        format!(
            "(Start-Process -FilePath 'msiexec.exe' -ArgumentList '{}' -Wait -PassThru).ExitCode",
            line(Shell::None).strip_prefix("msiexec.exe ").unwrap()
        )
    );
    let review = Msi {
        ui: Ui::Review,
        log: None,
        features: Vec::new(),
        properties: BTreeMap::new(),
        ..msi()
    };
    assert_eq!(
        command_line(&review, Shell::None).unwrap(),
        "msiexec.exe /i \"D:\\MIM\\Service and Portal\\Service and Portal.msi\""
    );
}

#[test]
fn every_value_comes_back() {
    for value in values() {
        let msi = with("VALUE", Value::text(value.clone()));
        let line = command_line(&msi, Shell::None).unwrap();
        let back: BTreeMap<String, String> = parse_properties(&line).unwrap().into_iter().collect();
        assert_eq!(back.get("VALUE"), Some(&value), "{line}");
        assert_eq!(
            back.get("ADDLOCAL").map(String::as_str),
            Some("CommonServices,WebPortals")
        );
        assert_eq!(back.len(), msi.properties.len() + 1, "{line}");
    }
}

#[test]
fn shells_hand_over_the_same_line() {
    for value in values() {
        let msi = with("VALUE", Value::text(value));
        let line = command_line(&msi, Shell::None).unwrap();
        assert_eq!(cmd_prompt(&command_line(&msi, Shell::Cmd).unwrap()), line);
        let pasted = command_line(&msi, Shell::PowerShell).unwrap();
        assert_eq!(
            format!("msiexec.exe {}", powershell_argument(&pasted)),
            line
        );
    }
}

#[test]
fn what_cannot_be_said_on_a_command_line_is_refused() {
    let of = |name: &str, value: Value| command_line(&with(name, value), Shell::None).unwrap_err();
    for character in ['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        let error = of("VALUE", Value::text(format!("Pa55{character}w0rd")));
        assert_eq!(
            error,
            CommandError::Control {
                property: "VALUE".to_owned(),
                character
            }
        );
        assert!(!error.to_string().contains("Pa55"));
    }
    assert_eq!(
        of("VALUE", Value::text("a\nb")).to_string(),
        "the value of `VALUE` has the control character U+000A"
    );
    for name in [
        "",
        "Value",
        "VALUE NAME",
        "1VALUE",
        "VALUE=",
        "VALÜE",
        "A\"B",
    ] {
        assert_eq!(
            of(name, Value::text("x")),
            CommandError::Property(name.to_owned())
        );
    }
    for value in ["{secret:x}", "a{slot:b"] {
        assert_eq!(
            of("VALUE", Value::text(value)),
            CommandError::Reference("VALUE".to_owned())
        );
    }
    assert_eq!(
        of("VALUE", Value::Value(Literal::List(vec![]))),
        CommandError::List("VALUE".to_owned())
    );
    assert_eq!(of("ADDLOCAL", Value::text("ALL")), CommandError::Features);
    let too_long = CommandError::TooLong {
        length: 32_767,
        limit: 32_766,
    };
    let rest = command_line(&with("VALUE", Value::text("")), Shell::None)
        .unwrap()
        .len();
    assert_eq!(
        of("VALUE", Value::text("x".repeat(32_767 - rest))),
        too_long
    );
    assert!(
        command_line(
            &with("VALUE", Value::text("x".repeat(32_766 - rest))),
            Shell::None
        )
        .is_ok()
    );
    let in_cmd = command_line(&with("VALUE", Value::text("x".repeat(9_000))), Shell::Cmd);
    assert!(matches!(
        in_cmd,
        Err(CommandError::TooLong { limit: 8_191, .. })
    ));
    let broken = |edit: &dyn Fn(&mut Msi)| {
        let mut msi = msi();
        edit(&mut msi);
        command_line(&msi, Shell::None).unwrap_err()
    };
    assert_eq!(
        broken(&|it| it.package = "a\"b.msi".to_owned()),
        CommandError::Path("package")
    );
    assert_eq!(
        broken(&|it| it.package.clear()),
        CommandError::Path("package")
    );
    assert_eq!(
        broken(&|it| it.log = Some("a\nb".to_owned())),
        CommandError::Path("log")
    );
    assert_eq!(
        broken(&|it| it.features[0] = "A B".to_owned()),
        CommandError::Feature("A B".to_owned())
    );
    assert_eq!(
        broken(&|it| it.features[0] = "A,B".to_owned()),
        CommandError::Feature("A,B".to_owned())
    );
}

#[test]
fn numbers_and_flags_are_digits() {
    let line = |value| command_line(&with("VALUE", value), Shell::None).unwrap();
    assert!(line(Value::flag(true)).contains(" VALUE=\"1\""));
    assert!(line(Value::flag(false)).contains(" VALUE=\"0\""));
    assert!(line(Value::number(5725)).contains(" VALUE=\"5725\""));
}

#[test]
fn lines_of_other_hands_are_split() {
    let split = |line: &str| {
        let properties = parse_properties(line)?;
        Ok::<_, ParseError>(
            properties
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>(),
        )
    };
    // Examples of Microsoft's documentation and of scripts in the field.
    let documented = "msiexec /i A:\\Example.msi PROPERTY=VALUE";
    assert_eq!(split(documented).unwrap(), ["PROPERTY=VALUE"]);
    let documented = "/i packagename.msi COMPANYNAME=\"Acme \"\"Widgets\"\" and \"\"Gizmos.\"\"\"";
    assert_eq!(
        split(documented).unwrap(),
        ["COMPANYNAME=Acme \"Widgets\" and \"Gizmos.\""]
    );
    let documented = "msiexec /i testdb.msi PROPERTY=\"\"";
    assert_eq!(split(documented).unwrap(), ["PROPERTY="]);
    let mixed = "\"C:\\Windows\\System32\\msiexec.exe\" ALPHA=1 -I \"x=1 y.msi\" -l*v a=b.txt /qn beta= GAMMA=C:\\x\\ ALPHA=2";
    assert_eq!(
        split(mixed).unwrap(),
        ["ALPHA=1", "BETA=", "GAMMA=C:\\x\\", "ALPHA=2"]
    );
    assert_eq!(
        split("A=1\tB=\"2 \"\r\n C=%X%;'y'").unwrap(),
        ["A=1", "B=2 ", "C=%X%;'y'"]
    );
    assert_eq!(split("").unwrap(), [""; 0]);
    assert_eq!(split("msiexec").unwrap(), [""; 0]);
    assert_eq!(split("msiexec /i"), Ok(vec![]));
    for (line, error) in [
        ("A=\"x", ParseError::Unclosed(2)),
        ("A=\"\"\"", ParseError::Unclosed(2)),
        ("A=\"x\"y", ParseError::Glued(4)),
        ("A=x\"y\"", ParseError::Quote(3)),
        ("msiexec /qn \"A=x y\"", ParseError::QuotedWhole(12)),
        ("msiexec /qn JUNK", ParseError::Stray(12)),
        ("msiexec /qn A =x", ParseError::Stray(12)),
        ("msiexec /qn \"JUNK\"", ParseError::Stray(12)),
    ] {
        assert_eq!(split(line).unwrap_err(), error, "{line}");
        assert!(!error.to_string().is_empty() && !error.help().is_empty());
    }
}

#[test]
fn splitting_never_panics() {
    let bits = [
        "A=", "\"", "\"\"", " ", "/i", "/l*v", "x", "=", "-", "漢", "\\", "\t", "/",
    ];
    let mut random = Random(3);
    for _ in 0..10_000 {
        let line: String = (0..random.below(14))
            .map(|_| bits[random.below(bits.len())])
            .collect();
        if let Ok(properties) = parse_properties(&line) {
            // What could be read can be written so that it is read alike.
            let words: Vec<String> = properties
                .iter()
                .map(|(name, value)| {
                    property(name, value).unwrap_or_else(|_| format!("{name}=\"{value}\""))
                })
                .collect();
            let again = words.join(" ");
            assert!(
                value_safe(&properties) || parse_properties(&again).as_ref() == Ok(&properties),
                "{line:?}"
            );
        }
    }
}

// The graph and the rights

#[test]
fn graphs_of_the_steps() {
    let plan = sample();
    insta::assert_snapshot!(graph::mermaid(&plan), @r##"
    flowchart TD
        s0(["Validate the Entra ID licence"])
        s1[["Register the mailbox application"]]
        s2{{"Install MIM Service and Portal"}}
        s3["Enable the rule #34;Users can read attributes of their own#34;"]
        s0 --> s1
        s1 --> s2
        s2 --> s3
    "##);
    insta::assert_snapshot!(graph::dot(&plan), @r##"
    digraph plan {
        label="Contoso MIM Service and Portal";
        labelloc=t;
        node [fontname="sans-serif"];
        s0 [shape=ellipse, label="Validate the Entra ID licence", tooltip="tenant"];
        s1 [shape=component, label="Register the mailbox application", tooltip="register"];
        s2 [shape=octagon, label="Install MIM Service and Portal", tooltip="install"];
        s3 [shape=box, label="Enable the rule \"Users can read attributes of their own\"", tooltip="rule"];
        s0 -> s1;
        s1 -> s2;
        s2 -> s3;
    }
    "##);
}

#[test]
fn labels_cannot_break_out() {
    let mut plan = sample();
    let title = "a\"]; s9 --> s0 %% <b>&amp;`\\n#35; \\\u{1b}\n1";
    plan.steps.truncate(1);
    title.clone_into(&mut plan.steps[0].title);
    title.clone_into(&mut plan.title);
    let mermaid = graph::mermaid(&plan);
    assert_eq!(
        mermaid.lines().nth(1).unwrap(),
        "    s0([\"a#34;#93;#59; s9 #45;#45;#62; s0 #37;#37; #60;b#62;#38;amp#59;#96;#92;n#35;35#59; #92;#92;u#123;1b#125;#92;n1\"])"
    );
    assert_eq!(mermaid.lines().count(), 2);
    let dot = graph::dot(&plan);
    let label = "\"a\\\"]; s9 --> s0 %% <b>&amp;`\\\\n#35; \\\\\\\\u{1b}\\\\n1\"";
    assert!(
        dot.contains(&format!("label={label};")) && dot.contains(&format!("label={label}, ")),
        "{dot}"
    );
}

#[test]
fn rights_by_step_and_by_place() {
    insta::assert_snapshot!(rights::rights(&sample()), @r##"
    step      on               right
    tenant    Microsoft Graph  Organization.Read.All
    register  Microsoft Graph  Application.ReadWrite.All
              Exchange Online  Exchange Administrator
    install   this server      local administrator
              SQL Server       sysadmin
    rule      -                none

    Exchange Online
      Exchange Administrator     register
    Microsoft Graph
      Application.ReadWrite.All  register
      Organization.Read.All      tenant
    SQL Server
      sysadmin                   install
    this server
      local administrator        install
    "##);
    let mut plan = sample();
    plan.steps.clear();
    assert_eq!(rights::by_place(&plan), "none\n");
}

#[test]
fn visible_hides_nothing() {
    assert_eq!(visible("mail `x` Ünï 漢字 🙂"), "mail `x` Ünï 漢字 🙂");
    assert_eq!(
        visible("a\u{1b}[2J\r\n\tb\u{202e}c\u{200b}d"),
        "a\\u{1b}[2J\\r\\n\\tb\\u{202e}c\\u{200b}d"
    );
}

// Helpers

/// A small deterministic generator (splitmix64), so that a failure can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn shuffle<T>(items: &mut [T], random: &mut Random) {
    for at in (1..items.len()).rev() {
        items.swap(at, random.below(at + 1));
    }
}

/// The plan whose every byte is altered: a small one, or with `MIMEO_SLOW_TESTS` the whole sample.
fn fuzzed() -> Plan {
    let mut plan = sample();
    if std::env::var_os("MIMEO_SLOW_TESTS").is_none() {
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

/// A plan with everything that a plan can have, sealed.
fn sample() -> Plan {
    let place = |line: u32, column: u32| json!({ "file": "contoso.rhai", "line": line, "column": column, "end_line": line, "end_column": column + 9 });
    let trace = |line| json!({ "at": place(line, 1) });
    let by_value = json!({
        "at": place(3, 15),
        "value": {
            "parameter": "sql_server",
            "at": { "file": "contoso.toml", "line": 3, "column": 14, "end_line": 3, "end_column": 31 },
            "overridden": [place(2, 40)],
        },
        "parts": [{ "at": place(4, 1) }],
        "via": [{ "function": "database", "at": place(5, 1) }],
    });
    let mut plan: Plan = serde_json::from_value(json!({
        "format": FORMAT,
        "made_by": "mimeo 0.1.0",
        "title": "Contoso MIM Service and Portal",
        "as_of": "2026-11-23",
        "ends": { "date": "2027-04-01", "what": "EWS", "source": "https://learn.microsoft.com/x" },
        "option": "C",
        "inputs": [
            { "kind": "script", "name": "contoso.rhai", "sha256": digest("script") },
            { "kind": "values", "name": "contoso.toml", "sha256": digest("values") },
            { "kind": "setting", "name": "--set tenant", "sha256": digest("setting") },
        ],
        "settings": [
            {
                "name": "sql.server", "label": "Database Server", "page": 6, "format": "an instance of SQL Server",
                "value": "sql.contoso.com", "from": { "said": by_value },
                "entry": { "properties": ["SQLSERVER_SERVER"] },
            },
            {
                "name": "account.password", "label": "Service Account Password", "page": 12, "format": "a secret",
                "secret": "mim_service_password", "from": { "said": trace(9) },
                "entry": { "properties": ["SERVICE_ACCOUNT_PASSWORD"] },
            },
            {
                "name": "mail.host", "label": "Mail Server", "format": "a host name", "value": "outlook.office365.com",
                "from": { "follows": { "because": "it is Office 365", "trace": trace(11) } },
                "entry": { "by_hand": "no property is known" },
            },
            {
                "name": "service.open_firewall", "label": "Open ports", "format": "a flag", "value": true,
                "from": { "said": trace(13) },
            },
            {
                "name": "components", "label": "Features", "format": "a list", "value": ["MIM Service", "MIM Portal"],
                "from": { "default": "what is described" },
            },
        ],
        "pages": [
            { "number": 6, "title": "Configure Common Services", "subtitle": "Configure the MIM database connection" },
            { "number": 12, "title": "Configure Common Services", "subtitle": "", "notes": ["Mind the warning."] },
        ],
        "steps": [
            {
                "id": "tenant", "title": "Validate the Entra ID licence", "kind": "read", "after": [],
                "ops": [{
                    "op": "http", "service": "graph", "method": "GET", "path": "/v1.0/subscribedSkus",
                    "headers": { "ConsistencyLevel": "eventual" }, "expect": [200], "judge": "entra_id_premium",
                    "take": { "tenant.id": "/value/0/accountId" },
                }],
                "gives": ["tenant.id"],
                "rights": [{ "on": "Microsoft Graph", "right": "Organization.Read.All" }],
                "undo": "nothing", "from": trace(7),
            },
            {
                "id": "register", "title": "Register the mailbox application", "kind": "probeable",
                "after": ["tenant"],
                "probe": { "question": "application", "unique_name": "mimeo-contoso" },
                "ops": [
                    {
                        "op": "http", "service": "graph", "method": "POST", "path": "/v1.0/applications",
                        "body": { "json": { "displayName": "MIM mailbox", "tags": ["mimeo", 1, null, { "a": 0.1 }] } },
                        "expect": [201], "take": { "application.id": "/appId" },
                    },
                    { "op": "store_secret", "secret": "mailbox_app_secret", "slot": "application.secret" },
                    {
                        "op": "wait", "seconds": 60,
                        "until": { "question": "service_principal", "application": "application.id" },
                    },
                    { "op": "http", "service": "ews", "method": "POST", "path": "/EWS/Exchange.asmx",
                      "body": { "xml": "<a/>\n" }, "expect": [200, 500] },
                ],
                "gives": ["application.id", "application.secret"],
                "rights": [
                    { "on": "Microsoft Graph", "right": "Application.ReadWrite.All" },
                    { "on": "Exchange Online", "right": "Exchange Administrator" },
                ],
                "undo": { "ops": [{
                    "op": "http", "service": "graph", "method": "DELETE",
                    "path": "/v1.0/applications/{slot:application.id}", "expect": [204, 404],
                }] },
                "from": trace(8),
            },
            {
                "id": "install", "title": "Install MIM Service and Portal", "kind": "irreversible",
                "after": ["register"],
                "probe": { "question": "installed", "product": "Microsoft Identity Manager", "build": "4.6.673.0" },
                "ops": [msi_json(), { "op": "folder", "path": "c:\\miminstall" }],
                "rights": [
                    { "on": "this server", "right": "local administrator" },
                    { "on": "SQL Server", "right": "sysadmin" },
                ],
                "undo": { "by_hand": "remove it in Programs and Features" }, "from": trace(10),
            },
            {
                "id": "rule", "title": "Enable the rule \"Users can read attributes of their own\"",
                "kind": "idempotent", "after": ["install"],
                "probe": { "question": "rule_enabled", "rule": "User management: Users can read attributes" },
                "ops": [
                    {
                        "op": "powershell", "needs": "FIMAutomation",
                        "script": "param($rule)\nEnable-Rule $rule\nexit 0\n",
                        "parameters": { "rule": { "value": "Users can read" }, "id": { "slot": "application.id" } },
                    },
                    { "op": "registry", "hive": "HKEY_CURRENT_USER", "key": "Software\\X", "name": "http", "dword": 1 },
                    { "op": "ask", "what": "Look at the portal." },
                ],
                "rights": [], "undo": "nothing", "from": trace(12),
            },
        ],
        "seal": "",
    }))
    .unwrap();
    seal(&mut plan);
    plan
}

fn msi_json() -> Json {
    json!({
        "op": "msi", "package": "D:\\MIM\\Service and Portal\\Service and Portal.msi", "ui": "quiet",
        "log": "c:\\miminstall\\log.txt", "features": ["CommonServices", "WebPortals"],
        "properties": {
            "ACCEPT_EULA": { "value": "1" },
            "CERTIFICATE_NAME": { "value": "" },
            "SERVICE_ACCOUNT_PASSWORD": { "secret": "mim_service_password" },
            "SQLSERVER_SERVER": { "value": "sql.contoso.com" },
            "TENANT_ID": { "slot": "tenant.id" },
            "TITLE": { "value": "a \"b\" c\\" },
        },
    })
}

fn msi() -> Msi {
    match serde_json::from_value(msi_json()).unwrap() {
        Op::Msi(msi) => msi,
        op => panic!("{op:?}"),
    }
}

fn with(name: &str, value: Value) -> Msi {
    let mut msi = msi();
    msi.properties.insert(name.to_owned(), value);
    msi
}

fn http(plan: &mut Plan) -> &mut Option<Body> {
    match &mut plan.steps[1].ops[0] {
        Op::Http(Http { body, .. }) => body,
        op => panic!("{op:?}"),
    }
}

fn step(id: &str, after: &[&str]) -> Step {
    let trace = sample_trace();
    Step {
        id: id.to_owned(),
        title: format!("Do {id}"),
        kind: Kind::Read,
        after: after.iter().map(|it| (*it).to_owned()).collect(),
        probe: None,
        ops: Vec::new(),
        gives: Vec::new(),
        rights: Vec::new(),
        undo: Undo::Nothing,
        from: trace,
    }
}

fn sample_trace() -> mimeo::plan::Trace {
    let at =
        json!({ "file": "contoso.rhai", "line": 1, "column": 1, "end_line": 1, "end_column": 2 });
    serde_json::from_value(json!({ "at": at })).unwrap()
}

fn setting(name: &str, label: &str, value: Json) -> mimeo::plan::Setting {
    let mut json = json!({ "name": name, "label": label, "format": "a text", "from": { "default": "nobody" } });
    json.as_object_mut()
        .unwrap()
        .extend(value.as_object().unwrap().clone());
    serde_json::from_value(json).unwrap()
}

/// Edits a part of a plan in the form of its file.
fn edit<T: serde::Serialize + serde::de::DeserializeOwned>(part: &mut T, edit: impl Fn(&mut Json)) {
    let mut json = serde_json::to_value(&*part).unwrap();
    edit(&mut json);
    *part = serde_json::from_value(json).unwrap();
}

fn remove(json: &mut Json, key: &str) {
    json.as_object_mut().unwrap().shift_remove(key).unwrap();
}

fn rename(json: &mut Json, key: &str, other: &str) {
    let fields = json.as_object_mut().unwrap();
    let value = fields.shift_remove(key).unwrap();
    fields.insert(other.to_owned(), value);
}

/// The paths of all scalars.
fn leaves(json: &Json, path: &mut Vec<Json>, out: &mut Vec<Vec<Json>>) {
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                path.push(json!(key));
                leaves(value, path, out);
                path.pop();
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                path.push(json!(index));
                leaves(value, path, out);
                path.pop();
            }
        }
        _ => out.push(path.clone()),
    }
}

/// All keys of all objects, with the JSON pointer of the object.
fn objects(json: &Json, pointer: &mut String, out: &mut Vec<(String, String)>) {
    let length = pointer.len();
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                out.push((pointer.clone(), key.clone()));
                *pointer += &format!("/{}", key.replace('~', "~0").replace('/', "~1"));
                objects(value, pointer, out);
                pointer.truncate(length);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                *pointer += &format!("/{index}");
                objects(value, pointer, out);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// Values as customers have them, and worse ones.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        " ",
        "  x  ",
        "a b",
        "\"",
        "\"\"",
        "\"a\"",
        "a \"b\" c",
        "a\"",
        "\"a",
        "C:\\x\\",
        "\\",
        "\\\"",
        "\\\\srv\\share\\",
        "%",
        "%%",
        "100%",
        "%PATH%",
        "a%PATH%b%USERNAME%",
        "%PATH:a=b%",
        "%PATH:~0,3%",
        "% \"%\" %",
        "%1",
        "%*",
        "^%PATH^%",
        "^",
        "a^b",
        "&",
        "a&b|c<d>e",
        "(a)",
        "!x!",
        "a & \"b & c\" %x%",
        "$x",
        "$(calc)",
        "`",
        "`n",
        "'",
        "''",
        "it's",
        "\u{2018}\u{2019}\u{201A}\u{201B}",
        "“x”",
        ";",
        "a;b;c",
        ",",
        "=",
        "a=b",
        "NAME=\"x\"",
        "/quiet",
        "-x",
        "--%",
        "@x",
        "#1",
        "[ProductName]",
        "{a}",
        "{8EB24D93-91BA-435D-BF88-9339C1C46362}",
        "Ünïcødé",
        "漢字",
        "🙂",
        "\u{A0}x\u{A0}",
    ]
    .map(str::to_owned)
    .to_vec();
    let bits = [
        "\"", "\"\"", "\\", " ", "%", "^", "&", "'", "’", "$", "`", "a", "PATH", ":", "=", ";",
        "!", "(", "漢",
    ];
    let mut random = Random(1);
    for _ in 0..600 {
        values.push(
            (0..random.below(12))
                .map(|_| bits[random.below(bits.len())])
                .collect(),
        );
    }
    values
}

/// What `cmd.exe` at its prompt hands over: variables first, which undefined ones survive, then quotes and carets.
fn cmd_prompt(line: &str) -> String {
    let variables = BTreeMap::from([
        ("PATH", "EXPANDED"),
        ("USERNAME", "EXPANDED"),
        ("x", "EXPANDED"),
    ]);
    let mut expanded = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('%') {
        expanded += &rest[..at];
        rest = &rest[at + 1..];
        let end = rest.find('%');
        let name = end.map(|end| rest[..end].split(':').next().unwrap_or_default());
        if let (Some(end), Some(value)) = (end, name.and_then(|it| variables.get(it))) {
            expanded += value;
            rest = &rest[end + 1..];
        } else {
            expanded.push('%');
        }
    }
    expanded += rest;
    let (mut handed, mut quoted, mut escaped) = (String::new(), false, false);
    for character in expanded.chars() {
        if escaped {
            escaped = false;
        } else if character == '^' && !quoted {
            escaped = true;
            continue;
        } else if character == '"' {
            quoted = !quoted;
        } else {
            assert!(
                quoted || !"&|<>".contains(character),
                "`{character}` acts in {line}"
            );
        }
        handed.push(character);
    }
    handed
}

/// The text that PowerShell reads between the single quotes of `-ArgumentList`.
fn powershell_argument(line: &str) -> String {
    let start = "(Start-Process -FilePath 'msiexec.exe' -ArgumentList '";
    let end = "' -Wait -PassThru).ExitCode";
    let mut argument = String::new();
    let mut rest = line.strip_prefix(start).unwrap();
    let is_quote = |it: char| matches!(it, '\'' | '\u{2018}'..='\u{201B}');
    loop {
        let at = rest.find(is_quote).unwrap();
        argument += &rest[..at];
        let mut characters = rest[at..].chars();
        let quote = characters.next().unwrap();
        if !characters.clone().next().is_some_and(is_quote) {
            assert_eq!(&rest[at..], end);
            return argument;
        }
        characters.next();
        argument.push(quote);
        rest = characters.as_str();
    }
}

/// Whether a value has a control character, which a line can have and we do not write.
fn value_safe(properties: &[(String, String)]) -> bool {
    properties
        .iter()
        .any(|(_, value)| value.contains(char::is_control))
}
