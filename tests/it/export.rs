//! The views that people read, over a plan made by hand and over one whose texts are out to break them.

mod contoso;

use mimeo::export::{Style, View, ViewError, view};
use mimeo::plan::op::{Literal, Op, Ui, Value};
use mimeo::plan::{Page, Plan, Undo};
use unicode_width::UnicodeWidthStr;

const WIDE: Style = Style { colour: false, unicode: true, width: 100 };
const ASCII: Style = Style { colour: false, unicode: false, width: 80 };

/// Values that mean something to a terminal, to Markdown or to HTML.
const HOSTILE: [&str; 22] = [
    "a|b",
    "a\\|b",
    "`tick`",
    "one ` tick",
    "``` fence",
    "<script>alert('x')</script>",
    "</style></title><img src=\"x\" onerror=alert(1)>",
    "--><b>&amp;&lt;",
    "C:\\",
    "contoso\\svcMIM",
    " outer blanks ",
    "",
    "tab\there",
    "line\nbreak\r\n| and | row |",
    "\u{1b}[31mred\u{7}",
    "\u{202E}txt.exe",
    "*bold* _it_ ~~gone~~ [x](javascript:alert(1))",
    "1. list",
    "# head",
    "$x$ @all https://example.com",
    "Ünïcödé 漢字漢字漢字 😀",
    "{{x}} {slot:x}",
];

fn shown(plan: &Plan, it: View, style: &Style) -> String {
    view(plan, it, style).expect("the plan has this view")
}

/// Every text of the plan that a person can write is hostile somewhere.
fn hostile() -> Plan {
    let mut plan = contoso::plan();
    let script = "<script>alert('title')</script> | `x` \u{1b}[2J";
    script.clone_into(&mut plan.title);
    plan.settings.clear();
    for (index, text) in HOSTILE.iter().enumerate() {
        let name = format!("hostile.number_{index}");
        let mut setting = contoso::setting(&[&name, "8", "Label", "value", "5", "!reason"]);
        setting.value = Value::text(*text);
        setting.label = format!("label {text}");
        plan.settings.push(setting);
    }
    for (name, length) in [("long.word", 300), ("long.endless", 2000)] {
        let mut setting = contoso::setting(&[name, "8", "Label", "value", "5", "A|B"]);
        setting.value = Value::text("x".repeat(length));
        plan.settings.push(setting);
    }
    let mut list = contoso::setting(&["list.all", "8", "Label", "value", "5", "-"]);
    list.value = Value::Value(Literal::List(HOSTILE.map(str::to_owned).to_vec()));
    plan.settings.push(list);
    plan.pages = vec![Page {
        number: 8,
        title: script.to_owned(),
        subtitle: script.to_owned(),
        notes: HOSTILE.map(str::to_owned).to_vec(),
    }];
    for (step, text) in plan.steps.iter_mut().zip(HOSTILE) {
        step.title = text.to_owned();
        step.undo = Undo::ByHand(text.to_owned());
        step.ops.push(Op::Ask { what: text.to_owned() });
        step.ops.push(Op::Folder { path: text.to_owned() });
        step.gives.push(text.to_owned());
    }
    script.clone_into(&mut plan.inputs[0].name);
    plan
}

#[test]
fn table() {
    insta::assert_snapshot!(shown(&contoso::plan(), View::Table, &WIDE));
}

#[test]
fn table_in_ascii() {
    insta::assert_snapshot!(shown(&contoso::plan(), View::Table, &ASCII));
}

#[test]
fn table_of_hostile_values() {
    insta::assert_snapshot!(shown(&hostile(), View::Table, &WIDE));
}

#[test]
fn wizard() {
    insta::assert_snapshot!(shown(&contoso::plan(), View::Wizard, &WIDE));
}

#[test]
fn wizard_in_ascii() {
    insta::assert_snapshot!(shown(&contoso::plan(), View::Wizard, &ASCII));
}

#[test]
fn wizard_of_hostile_values() {
    insta::assert_snapshot!(shown(&hostile(), View::Wizard, &WIDE));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(shown(&contoso::plan(), View::Markdown, &WIDE));
}

#[test]
fn markdown_of_hostile_values() {
    insta::assert_snapshot!(shown(&hostile(), View::Markdown, &WIDE));
}

/// A terminal's width is kept by every line, wide characters counted as wide; so is a narrow terminal's.
#[test]
fn lines_keep_the_width() {
    for plan in [contoso::plan(), hostile()] {
        for width in (40..=130).step_by(7) {
            for unicode in [true, false] {
                let style = Style { colour: false, unicode, width };
                for it in [View::Table, View::Wizard] {
                    for line in shown(&plan, it, &style).lines() {
                        assert!(line.width() <= width.min(120), "{width} columns: {line:?}");
                        assert_eq!(line, line.trim_end(), "blanks at the end");
                    }
                }
            }
        }
    }
}

/// Whatever is wrapped is whole when the line breaks are taken out again.
#[test]
fn no_value_is_lost() {
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    let plan = contoso::plan();
    for width in [40, 55] {
        let style = Style { colour: false, unicode: true, width };
        for it in [View::Table, View::Wizard] {
            let text = dense(&shown(&plan, it, &style));
            let asked =
                plan.settings.iter().filter(|setting| it == View::Table || setting.page.is_some());
            for setting in asked {
                if let Value::Value(Literal::Text(value)) = &setting.value {
                    assert!(text.contains(&dense(value)), "{value} is missing at {width} columns");
                }
            }
        }
    }
}

#[test]
fn what_is_cut_says_so() {
    let text = shown(&hostile(), View::Table, &WIDE);
    assert!(text.contains("cut here, 2000 characters in all"), "{text}");
    assert_eq!(text.matches("cut here").count(), 1);
}

#[test]
fn colours_change_nothing_but_the_colour() {
    for plan in [contoso::plan(), hostile()] {
        for it in [View::Table, View::Wizard] {
            for width in [50, 100] {
                let plain = Style { width, ..WIDE };
                let coloured = shown(&plan, it, &Style { colour: true, ..plain });
                assert!(coloured.contains("\u{1b}[1;36m"), "a heading has a colour");
                assert_eq!(without_colour(&coloured), shown(&plan, it, &plain));
            }
        }
    }
}

/// The text without the sequences that set colours, and nothing else.
fn without_colour(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (codes, rest) = piece.split_once('m').expect("a colour ends");
        assert!(codes.chars().all(|it| it.is_ascii_digit() || it == ';'), "{codes:?} is no colour");
        out += rest;
    }
    out
}

#[test]
fn ascii_terminals_get_ascii() {
    for it in [View::Table, View::Wizard] {
        assert!(shown(&contoso::plan(), it, &ASCII).is_ascii());
    }
}

/// No text of a plan reaches a reader's terminal, document or page as a control character or a turn of direction.
#[test]
fn nothing_hidden_gets_through() {
    for it in [View::Table, View::Wizard, View::Markdown, View::Html] {
        let text = shown(&hostile(), it, &WIDE);
        let bad = text.chars().find(|it| *it != '\n' && (it.is_control() || *it == '\u{202E}'));
        assert_eq!(bad, None, "{it:?}");
    }
}

#[test]
fn markdown_tables_keep_their_columns() {
    for plan in [contoso::plan(), hostile()] {
        let text = shown(&plan, View::Markdown, &WIDE);
        let lines: Vec<&str> = text.lines().collect();
        let mut tables = 0;
        for (index, line) in lines.iter().enumerate().filter(|(_, it)| it.starts_with("| ---")) {
            tables += 1;
            let columns = bars(line);
            let rows = lines[index + 1..].iter().take_while(|it| it.starts_with('|'));
            for row in rows.chain([&lines[index - 1]]) {
                assert_eq!(bars(row), columns, "{row}");
            }
        }
        assert!(tables >= 4, "{tables} tables");
    }
}

/// The bars of a line that separate cells: GFM knows one escape, whatever stands around.
fn bars(line: &str) -> usize {
    line.replace("\\|", "").matches('|').count()
}

#[test]
fn html_is_well_formed_and_carries_no_script() {
    for plan in [contoso::plan(), hostile()] {
        let page = shown(&plan, View::Html, &WIDE);
        let text = read_html(&page);
        let dense = |text: &str| text.split_whitespace().collect::<String>();
        for setting in &plan.settings {
            if let Value::Value(Literal::Text(value)) = &setting.value {
                let value = mimeo::plan::visible(value);
                assert!(dense(&text).contains(&dense(&value)), "{value} is missing");
            }
        }
        assert!(!page.contains("<script"), "a script");
        assert!(!page.contains("<img"), "an image");
        assert!(page.contains("default-src 'none'"), "a policy that forbids what is not there");
        assert!(text.contains(&*mimeo::plan::visible(&plan.title)));
    }
}

#[test]
fn html_has_a_box_for_every_step_and_every_entry_by_hand() {
    let page = shown(&contoso::plan(), View::Html, &WIDE);
    assert_eq!(page.matches("<input type=\"checkbox\">").count(), 11 + 8);
}

/// The text of a page whose tags close in order, whose attributes are quoted and known, and whose text is escaped.
pub(crate) fn read_html(page: &str) -> String {
    const VOID: [&str; 4] = ["meta", "input", "br", "wbr"];
    const ATTRIBUTES: [&str; 11] = [
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "scope",
        "type",
        "",
    ];
    let mut open: Vec<&str> = Vec::new();
    let mut text = String::new();
    let mut rest = page.strip_prefix("<!doctype html>").expect("a doctype");
    while let Some((before, tail)) = rest.split_once('<') {
        if open.last() == Some(&"style") {
            assert!(tail.starts_with("/style>"), "markup in the style");
        } else {
            text += &unescape(before);
        }
        let (tag, tail) = tail.split_once('>').expect("a tag ends");
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit()), "<{tag}>");
        let parts: Vec<&str> = attributes.split('"').collect();
        for pair in parts.chunks(2) {
            let attribute = pair[0].trim().trim_end_matches('=');
            assert!(ATTRIBUTES.contains(&attribute), "{attribute} in <{tag}>");
            assert!(attribute != "href" || pair[1].starts_with('#'), "a link out: <{tag}>");
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "all closed");
    text + unescape(rest).as_str()
}

fn unescape(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    assert!(!text.contains('>'), "{text:?} is not escaped");
    for piece in pieces {
        let (name, rest) = piece.split_once(';').expect("an entity ends");
        out += match name {
            "lt" => "<",
            "gt" => ">",
            "amp" => "&",
            "quot" => "\"",
            "#39" => "'",
            _ => panic!("unknown entity {name}"),
        };
        out += rest;
    }
    out
}

/// The checker of the tests above finds what they are about.
#[test]
fn the_html_checker_can_fail() {
    let wrong = [
        "<!doctype html><p>",
        "<!doctype html><p></b>",
        "<!doctype html><p>a & b</p>",
        "<!doctype html><p onclick=\"x\"></p>",
        "<!doctype html><a href=\"https://example.com\"></a>",
        "<!doctype html>a > b",
    ];
    for page in wrong {
        assert!(std::panic::catch_unwind(|| read_html(page)).is_err(), "{page} passes");
    }
}

#[test]
fn a_quiet_installation_asks_nobody() {
    let mut plan = contoso::plan();
    for step in &mut plan.steps {
        step.ops.retain(|op| !matches!(op, Op::Ask { .. }));
        for op in &mut step.ops {
            if let Op::Msi(msi) = op {
                msi.ui = Ui::Quiet;
            }
        }
    }
    plan.settings.retain(|it| !matches!(it.entry, Some(mimeo::plan::Entry::ByHand(_))));
    let table = shown(&plan, View::Table, &WIDE);
    assert!(table.contains("quiet: the installer runs without a window"), "{table}");
    assert!(!table.contains("By hand"), "{table}");
    let wizard = shown(&plan, View::Wizard, &WIDE);
    assert!(wizard.contains("what the installer is given instead of its wizard"), "{wizard}");
}

#[test]
fn a_plan_of_nothing_has_every_view_but_the_command() {
    let mut plan = contoso::plan();
    plan.steps.clear();
    plan.settings.clear();
    plan.pages.clear();
    plan.inputs.clear();
    plan.ends = None;
    plan.option = None;
    plan.seal.clear();
    for it in [View::Table, View::Json, View::Wizard, View::Markdown, View::Html, View::Rights] {
        assert!(shown(&plan, it, &WIDE).ends_with('\n'), "{it:?}");
    }
    read_html(&shown(&plan, View::Html, &WIDE));
    assert_eq!(view(&plan, View::Command, &WIDE), Err(ViewError::NoInstallation));
}

#[test]
fn the_command_is_that_of_the_installation() {
    let line = shown(&contoso::plan(), View::Command, &WIDE);
    assert!(line.starts_with("msiexec.exe /i "), "{line}");
    assert_eq!(line.lines().count(), 1);
}

#[test]
fn a_command_that_cannot_be_names_its_step() {
    let mut plan = contoso::plan();
    for op in plan.steps.iter_mut().flat_map(|step| &mut step.ops) {
        if let Op::Msi(msi) = op {
            msi.package = "a\"b".to_owned();
        }
    }
    let error = view(&plan, View::Command, &WIDE).expect_err("no quote fits into a path");
    assert!(error.to_string().starts_with("step `install` has no command line: "), "{error}");
    assert!(!error.help().is_empty());
}
