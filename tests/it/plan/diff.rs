//! Differences between two plans.

use mimeo::plan::diff::{Change, Colour, Part, What, diff, summary, to_json, to_text};
use mimeo::plan::seal::{digest, seal};
use mimeo::plan::{Plan, Setting};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::{pointers, sample, sample_json, set, step};

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
    edit(&mut is.settings[1], |it| it["secret"] = json!("other_password"));
    edit(&mut is.settings[2], |it| it["from"] = json!({ "default": "the wizard's default" }));
    edit(&mut is.settings[3], |it| it["from"]["said"]["at"]["line"] = json!(99));
    is.settings.push(setting("service.address", "Service Address", " mim "));
    edit(&mut is.pages[1], |it| it["notes"] = json!(["Do not hurry."]));
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
      + service.address   " mim "  (nobody)
      = mail.host         the same; it is Office 365, contoso.rhai:11:1 -> the wizard's default
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
    edit(&mut is.settings[0], |it| it["value"] = json!("sql2.contoso.com"));
    edit(&mut is.steps[0], |it| it["from"]["at"]["file"] = json!("other.rhai"));
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
    let json = sample_json();
    let scalars: Vec<String> = pointers(&json)
        .into_iter()
        .filter(|it| json.pointer(it).is_some_and(|it| !it.is_object() && !it.is_array()))
        .filter(|it| it != "/seal")
        .collect();
    assert!(scalars.len() > 150);
    for pointer in scalars {
        for other in [json!("other"), json!(77), json!(["other"])] {
            // Whatever the types allow is a difference, and looks the same from the other side.
            if let Ok(is) = serde_json::from_value::<Plan>(set(&pointer, other)) {
                told(&was, is, &pointer);
            }
        }
    }
    for list in ["/inputs", "/settings", "/pages", "/steps"] {
        let items = json.pointer(list).and_then(Json::as_array).unwrap();
        let reversed = items.iter().rev().cloned().collect();
        told(&was, serde_json::from_value(set(list, reversed)).unwrap(), list);
    }
}

#[track_caller]
fn told(was: &Plan, mut is: Plan, what: &str) {
    seal(&mut is);
    let (changes, back) = (diff(was, &is), diff(&is, was));
    assert_eq!(changes.is_empty(), is.seal == was.seal, "{what}");
    assert_eq!(changes.len(), back.len(), "{what}\n{changes:?}\n{back:?}");
    let text = to_text(&changes, Colour::None);
    assert!(text.lines().count() > 1 || changes.is_empty(), "{text}");
}

#[test]
fn what_comes_from_elsewhere_does_not_bury_what_matters() {
    let plan = |file: &str, count: usize| {
        let mut plan = sample();
        plan.settings = (0..count).map(|it| setting(&format!("s{it}"), "", "x")).collect();
        for setting in &mut plan.settings {
            edit(setting, |it| it["from"] = json!({ "default": file }));
        }
        plan
    };
    let lines = |count| {
        let text = to_text(&diff(&plan("a", count), &plan("b", count)), Colour::None);
        text.lines().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(8)[8], "  = s7  the same; a -> b");
    assert_eq!(lines(9), ["settings", "  = 9 the same, from elsewhere", "", "9 from elsewhere"]);
}

#[test]
fn what_looks_alike_is_told_apart() {
    let text = |pointer: &str, value: Json| {
        let is = serde_json::from_value(set(pointer, value)).unwrap();
        to_text(&diff(&sample(), &is), Colour::None)
    };
    let one = text("/steps/2/ops/0/properties/ACCEPT_EULA", json!({ "value": 1 }));
    assert!(
        one.contains("ops[0].properties.ACCEPT_EULA  {\"value\":\"1\"} -> {\"value\":1}\n"),
        "{one}"
    );
    let line = text("/steps/3/ops/0/script", json!("param($rule)\nEnable-Rule $rule\nexit 0"));
    assert!(line.contains("exit 0\\n\" -> param($rule)"), "{line}");
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
                What::Changed { .. } | What::Origin { .. } | What::Shifted => {
                    panic!("it has moved only")
                }
            })
            .collect();
        moved.join(", ")
    };
    assert_eq!(moved(&["a", "b", "c", "d"], &["d", "a", "b", "c"]), "d: c -> ");
    assert_eq!(moved(&["a", "b", "c", "d"], &["a", "c", "b", "d"]), "c: b -> a");
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
        changes.iter().all(|it: &Change| it.what == What::Shifted && it.part == Part::Settings)
    );
    let text = to_text(&changes, Colour::None);
    assert_eq!(text, "settings\n  = 3 said at other places of the same files\n\n3 shifted\n");
}

fn setting(name: &str, label: &str, value: &str) -> Setting {
    let from = json!({ "default": "nobody" });
    serde_json::from_value(
        json!({ "name": name, "label": label, "format": "a text", "value": value, "from": from }),
    )
    .expect("it is a setting")
}

/// Edits a part of a plan in the form of its file.
fn edit<T: Serialize + DeserializeOwned>(part: &mut T, edit: impl Fn(&mut Json)) {
    let mut json = json!(part);
    edit(&mut json);
    *part = serde_json::from_value(json).expect("it fits");
}
