//! How findings are drawn, in every form; and that no source, however odd, is misdrawn or stops the drawing.

use mimeo::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use mimeo::render::{Format, Style, render, summary};
use mimeo::source::{SourceId, SourceKind, Sources, Span};
use serde_json::{Value, json};

mimeo::code! {
    /// SMTP knows no group managed service account: the installer offers Integrated Windows Authentication with a regular
    /// account only.
    ///
    /// Use a regular account, or Exchange.
    SMTP_MANAGED: Error = "mail-smtp-managed-account", "SMTP with a managed account",
        source "https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp" seen "2026-09-14";
    /// A statement ends with a semicolon.
    MISSING_SEMICOLON: Error = "script-missing-semicolon", "a statement without `;`";
    /// Basic authentication ends.
    BASIC_ENDS: Warning = "mail-basic-ends", "basic authentication ends";
    /// The wizard preselects the extranet.
    EXTRANET: Hint = "portal-extranet-unsaid", "extranet or intranet is not said";
}

const SCRIPT: &str = r#"// Contoso: the mail server is theirs, the account comes from the values.
let account = param::text("service_account", "Account of the MIM Service");
account::gmsa(account);
mail::smtp("mail.contoso.com").sender("mim@contoso.com")
service::address("mim.contoso.com");
"#;

const VALUES: &str = r"tenant = 'contoso.onmicrosoft.com'

service_account = 'contoso\MIMService$'
";

/// The two texts of Contoso.
fn contoso() -> (Sources, SourceId, SourceId) {
    let mut sources = Sources::default();
    let script = sources.add(SourceKind::Script, "contoso.rhai", SCRIPT);
    let values = sources.add(SourceKind::Values, "contoso.toml", VALUES);
    (sources, script, values)
}

/// The only occurrence of a text.
fn span(sources: &Sources, source: SourceId, wanted: &str) -> Span {
    let text = &sources.get(source).text;
    assert_eq!(text.matches(wanted).count(), 1, "{wanted}");
    let start = text.find(wanted).expect("it occurs") as u32;
    Span { source, start, end: start + wanted.len() as u32 }
}

fn script(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let script = sources.add(SourceKind::Script, "contoso.rhai", text);
    (sources, script)
}

/// SMTP in the script, a managed account in the values file.
fn conflict(sources: &Sources, script: SourceId, values: SourceId) -> Diagnostic {
    let account = span(sources, values, r"'contoso\MIMService$'");
    let message = r"SMTP cannot use the managed account `contoso\MIMService$`";
    let mut diagnostic = Diagnostic::new(&SMTP_MANAGED, account, message);
    diagnostic
        .label("a managed account: its name ends in `$`")
        .relate(span(sources, script, "mail::smtp"), "SMTP is chosen here")
        .relate(span(sources, script, "gmsa(account)"), "used here")
        .help("use Exchange (`mail::exchange`), or a regular account")
        .fix("name a regular account", Applicability::Review, account, r"'contoso\svcMIMService'");
    diagnostic
}

fn semicolon(sources: &Sources, script: SourceId) -> Diagnostic {
    let end = span(sources, script, r#"sender("mim@contoso.com")"#).after();
    let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, end, "this statement has no `;`");
    diagnostic.label("it ends here").fix("insert `;`", Applicability::Always, end, ";");
    diagnostic
}

fn basic(sources: &Sources, script: SourceId) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        &BASIC_ENDS,
        span(sources, script, r#""mim.contoso.com""#),
        "basic authentication ends on 2026-12-31",
    );
    diagnostic.help("use `.application(…)`");
    diagnostic
}

fn extranet(sources: &Sources, script: SourceId) -> Diagnostic {
    let at = span(sources, script, "service::address");
    Diagnostic::new(&EXTRANET, at, "neither extranet nor intranet is said")
}

fn all() -> (Sources, Vec<Diagnostic>) {
    let (sources, script, values) = contoso();
    let findings = vec![
        conflict(&sources, script, values),
        semicolon(&sources, script),
        basic(&sources, script),
        extranet(&sources, script),
    ];
    (sources, findings)
}

fn style(format: Format) -> Style {
    Style { format, colour: false, unicode: true, width: 100, links: false }
}

fn full(sources: &Sources, diagnostic: &Diagnostic) -> String {
    render(sources, std::slice::from_ref(diagnostic), &style(Format::Full))
}

fn without_colour(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain += before;
        rest = after.split_once('m').expect("a colour ends").1;
    }
    plain + rest
}

/// The text that is underlined in a full report of ASCII: on the line after the numbered one.
fn underlined(report: &str) -> String {
    let lines: Vec<&str> = report.lines().collect();
    let at = lines.iter().position(|it| it.contains(" · ")).expect("there is a mark");
    let below = lines[at].chars().chain(std::iter::repeat(' '));
    lines[at - 1]
        .chars()
        .zip(below)
        .filter(|(_, mark)| "─┬".contains(*mark))
        .map(|it| it.0)
        .collect()
}

#[test]
fn a_conflict_between_two_files_shows_both_in_a_dozen_lines() {
    let (sources, script, values) = contoso();
    let diagnostic = conflict(&sources, script, values);
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[mail-smtp-managed-account]: SMTP cannot use the managed account `contoso\MIMService$`
       ╭─[contoso.toml:3:19] a managed account: its name ends in `$`
     3 │ service_account = 'contoso\MIMService$'
       ·                   ─────────────────────
       ├─[contoso.rhai:4:1] SMTP is chosen here
     4 │ mail::smtp("mail.contoso.com").sender("mim@contoso.com")
       · ──────────
       ├─[contoso.rhai:3:10] used here
       ╰─ rule: https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp (seen 2026-09-14)
      help: use Exchange (`mail::exchange`), or a regular account
      fix to review: name a regular account
         3 + service_account = 'contoso\svcMIMService'

    1 error
    for the rule behind a finding: mimeo explain mail-smtp-managed-account
    "#);
}

#[test]
fn findings_keep_their_order_and_are_summed_up() {
    let (sources, findings) = all();
    insta::assert_snapshot!(render(&sources, &findings[1..], &style(Format::Full)), @r#"
    error[script-missing-semicolon]: this statement has no `;`
       ╭─[contoso.rhai:4:57]
     4 │ mail::smtp("mail.contoso.com").sender("mim@contoso.com")
       ·                                                         ▲
       ·                                                         ╰── it ends here
       ╰────
      fix: insert `;`

    warning[mail-basic-ends]: basic authentication ends on 2026-12-31
       ╭─[contoso.rhai:5:18]
     5 │ service::address("mim.contoso.com");
       ·                  ─────────────────
       ╰────
      help: use `.application(…)`

    hint[portal-extranet-unsaid]: neither extranet nor intranet is said
       ╭─[contoso.rhai:5:1]
     5 │ service::address("mim.contoso.com");
       · ────────────────
       ╰────

    1 error, 1 warning, 1 hint; `mimeo check --fix` mends 1
    for the rule behind a finding: mimeo explain CODE
    "#);
}

#[test]
fn nothing_found_is_said() {
    let (sources, ..) = contoso();
    let of = |format| render(&sources, &[], &style(format));
    assert_eq!(of(Format::Full), "no findings\n");
    assert_eq!(of(Format::Concise), "");
    assert_eq!(of(Format::Github), "");
    insta::assert_snapshot!(of(Format::Plain), @"In all: no findings.");
    insta::assert_snapshot!(of(Format::Json), @r#"{"version":1,"findings":[],"errors":0,"warnings":0,"hints":0}"#);
    let sarif: Value = serde_json::from_str(&of(Format::Sarif)).expect("it is JSON");
    assert_eq!(sarif["runs"][0]["results"], json!([]));
}

#[test]
fn a_summary_counts_each_severity() {
    let (_, findings) = all();
    assert_eq!(summary(&findings), "2 errors, 1 warning, 1 hint");
    assert_eq!(summary(&findings[2..]), "1 warning, 1 hint");
    assert_eq!(summary(&[]), "no findings");
}

#[test]
fn a_narrow_terminal_without_unicode() {
    let (sources, script, values) = contoso();
    let findings = [conflict(&sources, script, values), semicolon(&sources, script)];
    let narrow = Style { unicode: false, width: 50, ..style(Format::Full) };
    let report = render(&sources, &findings, &narrow);
    assert!(report.is_ascii());
    insta::assert_snapshot!(report, @r#"
    error[mail-smtp-managed-account]: SMTP cannot use
      the managed account `contoso\MIMService$`
       ,-[contoso.toml:3:19] a managed account: its
       : name ends in `$`
     3 | ...= 'contoso\MIMService$'
       :      ^^^^^^^^^^^^^^^^^^^^^
       |-[contoso.rhai:4:1] SMTP is chosen here
       |-[contoso.rhai:3:10] used here
       `- rule: https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp (seen 2026-09-14)
      help: use Exchange (`mail::exchange`), or a
            regular account
      fix to review: name a regular account
         3 + service_account = 'contoso\svcMIMService'

    error[script-missing-semicolon]: this statement
      has no `;`
       ,-[contoso.rhai:4:57]
     4 | ..."mim@contoso.com")
       :                      ^
       :                      `-- it ends here
       `----
      fix: insert `;`

    2 errors; `mimeo check --fix` mends 1
    for the rule behind a finding: mimeo explain CODE
    "#);
}

#[test]
fn lines_fit_the_width() {
    let (sources, mut findings) = all();
    // An address cannot be broken.
    findings[0].code = &MISSING_SEMICOLON;
    findings[0].labels[0].text =
        "SMTP is chosen here, and it is a long story why that cannot be ".repeat(3);
    findings[1].label = findings[0].labels[0].text.clone();
    for width in 40..=160 {
        let report = render(&sources, &findings, &Style { width, ..style(Format::Full) });
        let widest = report.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}:\n{report}");
    }
}

#[test]
fn colour_changes_no_character() {
    let (sources, findings) = all();
    for format in [Format::Full, Format::Concise, Format::Plain, Format::Github] {
        let plain = render(&sources, &findings, &style(format));
        let coloured = render(&sources, &findings, &Style { colour: true, ..style(format) });
        assert!(!plain.contains('\u{1b}'));
        assert_eq!(without_colour(&coloured), plain);
        assert_eq!(coloured.contains('\u{1b}'), matches!(format, Format::Full | Format::Concise));
    }
}

#[test]
fn a_code_links_to_its_document() {
    let (sources, findings) = all();
    let linked = render(&sources, &findings, &Style { links: true, ..style(Format::Full) });
    let link = "\u{1b}]8;;https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp\u{1b}\\\
                error[mail-smtp-managed-account]\u{1b}]8;;\u{1b}\\: SMTP";
    assert!(linked.starts_with(link), "{linked}");
    assert_eq!(linked.matches("]8;;").count(), 2);
}

#[test]
fn labels_on_one_line_stand_below_one_another() {
    let (sources, script) =
        script("sql::database(\"sql.contoso.com\").name(\"FIM\").name(\"MIM\");\n");
    let mut diagnostic = Diagnostic::new(
        &MISSING_SEMICOLON,
        span(&sources, script, "\"MIM\""),
        "`name` is said twice",
    );
    diagnostic
        .label("said again here")
        .relate(span(&sources, script, "\"FIM\""), "said here first")
        .relate(span(&sources, script, "sql::database"), "of this database");
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[script-missing-semicolon]: `name` is said twice
       ╭─[contoso.rhai:1:51]
     1 │ sql::database("sql.contoso.com").name("FIM").name("MIM");
       · ──────┬──────                         ──┬──       ──┬──
       ·       │                                 │           ╰── said again here
       ·       │                                 ╰── said here first
       ·       ╰── of this database
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
}

#[test]
fn no_more_than_four_labels_stand_below_one_line() {
    let (sources, script) = script("one, two, three, four, five\n");
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, "one"), "a finding");
    diagnostic.label("1");
    for (at, word) in ["two", "three", "four", "five"].into_iter().enumerate() {
        diagnostic.relate(span(&sources, script, word), (at + 2).to_string());
    }
    insta::assert_snapshot!(full(&sources, &diagnostic), @"
    error[script-missing-semicolon]: a finding
       ╭─[contoso.rhai:1:1]
     1 │ one, two, three, four, five
       · ─┬─  ─┬─  ──┬──  ──┬─
       ·  │    │     │      ╰── 4
       ·  │    │     ╰── 3
       ·  │    ╰── 2
       ·  ╰── 1
       ├─[contoso.rhai:1:24] 5
     1 │ one, two, three, four, five
       ·                        ────
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    ");
}

#[test]
fn the_guilty_mark_has_the_colour_of_its_severity() {
    let (sources, script) = script("left = right\n");
    let mut diagnostic = Diagnostic::new(&BASIC_ENDS, span(&sources, script, "right"), "a finding");
    diagnostic.relate(span(&sources, script, "left"), "there");
    let coloured = Style { colour: true, ..style(Format::Full) };
    let report = render(&sources, &[diagnostic], &coloured);
    let marks = report.lines().find(|line| line.contains('┬')).expect("there are marks");
    let at = |wanted| marks.find(wanted).expect("it occurs");
    assert!(at("\u{1b}[36m──┬─") < at("\u{1b}[33m   ─────"), "{marks:?}");
}

#[test]
fn line_numbers_of_different_length_share_one_frame() {
    let (sources, script) = script(&format!("first;{}last;\n", "\n".repeat(99)));
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, "last"), "a finding");
    diagnostic.relate(span(&sources, script, "first"), "there");
    insta::assert_snapshot!(full(&sources, &diagnostic), @"
    error[script-missing-semicolon]: a finding
         ╭─[contoso.rhai:100:1]
     100 │ last;
         · ────
         ├─[contoso.rhai:1:1] there
       1 │ first;
         · ─────
         ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    ");
}

#[test]
fn what_is_to_be_copied_is_not_broken() {
    let (sources, script) = script("x");
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, "x"), "a finding");
    diagnostic.help("say the server, with `mail::exchange(host, port)`, or leave it");
    let narrow = Style { width: 50, ..style(Format::Full) };
    insta::assert_snapshot!(render(&sources, &[diagnostic], &narrow), @"
    error[script-missing-semicolon]: a finding
       ╭─[contoso.rhai:1:1]
     1 │ x
       · ─
       ╰────
      help: say the server, with
            `mail::exchange(host, port)`, or leave it

    1 error
    for the rule behind a finding:
    mimeo explain script-missing-semicolon
    ");
}

#[test]
fn a_label_on_the_same_characters_has_its_own_line() {
    let (sources, script) = script("mail::smtp(\"mail.contoso.com\").sender(\"mim\");\n");
    let mut diagnostic = Diagnostic::new(
        &MISSING_SEMICOLON,
        span(&sources, script, "\"mim\""),
        "`mim` is no address",
    );
    diagnostic.label("no `@`").relate(span(&sources, script, ".sender(\"mim\")"), "of this part");
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[script-missing-semicolon]: `mim` is no address
       ╭─[contoso.rhai:1:39]
     1 │ mail::smtp("mail.contoso.com").sender("mim");
       ·                                       ──┬──
       ·                                         ╰── no `@`
       ├─[contoso.rhai:1:31] of this part
     1 │ mail::smtp("mail.contoso.com").sender("mim");
       ·                               ──────────────
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
}

#[test]
fn a_ring_of_imports_is_named_in_a_dozen_lines() {
    let mut sources = Sources::default();
    let names = ["contoso", "mail", "portal", "accounts", "naming", "options", "house"];
    let spans: Vec<Span> = (0..names.len())
        .map(|at| {
            let text = format!("import \"{}\" as next;\n", names[(at + 1) % names.len()]);
            let source = sources.add(SourceKind::Script, format!("{}.rhai", names[at]), text);
            Span { source, start: 0, end: 20 }
        })
        .collect();
    let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, spans[0], "these imports make a ring");
    diagnostic.help("take the common part into a module of its own");
    for at in &spans[1..] {
        diagnostic.relate(*at, "which imports");
    }
    let report = full(&sources, &diagnostic);
    assert_eq!(report.lines().take_while(|line| !line.is_empty()).count(), 12, "{report}");
    insta::assert_snapshot!(report, @r#"
    error[script-missing-semicolon]: these imports make a ring
       ╭─[contoso.rhai:1:1]
     1 │ import "mail" as next;
       · ────────────────────
       ├─[mail.rhai:1:1] which imports
       ├─[portal.rhai:1:1] which imports
       ├─[accounts.rhai:1:1] which imports
       ├─[naming.rhai:1:1] which imports
       ├─[options.rhai:1:1] which imports
       ├─[house.rhai:1:1] which imports
       ╰────
      help: take the common part into a module of its own

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
}

#[test]
fn a_span_of_a_few_lines_is_drawn_and_of_many_begun() {
    let text = "portal::site(\"http://mim.contoso.com\")\n    .registration_link(\"https://pwreg.contoso.com\");\n\
                mail::smtp(\n    \"mail.contoso.com\"\n)\n    .sender(\n    \"mim@contoso.com\"\n);\n";
    let (sources, script) = script(text);
    let end = text.find(";\nmail").expect("it ends") as u32;
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, Span { source: script, start: 0, end }, "a finding");
    let mail = text.find("mail::").expect("it occurs") as u32;
    diagnostic
        .label("all of this")
        .relate(Span { source: script, start: mail, end: text.len() as u32 }, "and this");
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[script-missing-semicolon]: a finding
       ╭─[contoso.rhai:1:1]
     1 │ ╭─▶ portal::site("http://mim.contoso.com")
     2 │ ├─▶     .registration_link("https://pwreg.contoso.com");
       · ╰──── all of this
       ├─[contoso.rhai:3:1] and this (to line 8)
     3 │ mail::smtp(
       · ───────────
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
    insta::assert_snapshot!(render(&sources, &[diagnostic], &style(Format::Plain)), @r#"
    Error, script-missing-semicolon, in contoso.rhai line 1 column 1 to line 2 column 51: a finding.
    Text: portal::site("http://mim.contoso.com")     .registration_link("https://pwreg.contoso.com")
    Why there: all of this.
    Also contoso.rhai line 3 column 1 to the end of line 8: and this.
    More: mimeo explain script-missing-semicolon

    In all: 1 error.
    "#);
}

#[test]
fn a_line_of_thousands_is_cut_around_its_mark() {
    let before = "\"contoso\", ".repeat(300);
    let after = ", \"fabrikam\"".repeat(300);
    for wanted in ["\"northwind\"", "x"] {
        let (sources, script) = script(&format!("[{before}{wanted}{after}]"));
        let mut diagnostic =
            Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, wanted), "a finding");
        diagnostic.label("here");
        let report = full(&sources, &diagnostic);
        assert_eq!(underlined(&report), wanted);
        assert!(report.lines().all(|line| line.chars().count() <= 100), "{report}");
    }
}

#[test]
fn a_mark_longer_than_the_line_is_cut_too() {
    let text = format!("let list = [{}];", "\"contoso\", ".repeat(300));
    let (sources, script) = script(&text);
    let whole = Span { source: script, start: 11, end: text.len() as u32 - 1 };
    let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, whole, "a list of 300");
    diagnostic.label("at most 200 are allowed");
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[script-missing-semicolon]: a list of 300
       ╭─[contoso.rhai:1:12]
     1 │ let list = ["contoso", "contoso", "contoso", "contoso", "contoso", "contoso", "contoso", "c…
       ·            ────────────────────────────────────────┬───────────────────────────────────────
       ·                                                    ╰── at most 200 are allowed
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
}

#[test]
fn marks_too_far_apart_are_shown_apart() {
    let text = format!("first; {} last;", "/* contoso */".repeat(30));
    let (sources, script) = script(&text);
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, "last"), "a finding");
    diagnostic.label("here").relate(span(&sources, script, "first"), "and there");
    insta::assert_snapshot!(full(&sources, &diagnostic), @"
    error[script-missing-semicolon]: a finding
       ╭─[contoso.rhai:1:399]
     1 │ …o *//* contoso *//* contoso *//* contoso *//* contoso *//* contoso */ last;
       ·                                                                        ──┬─
       ·                                                                          ╰── here
       ├─[contoso.rhai:1:1] and there
     1 │ first; /* contoso *//* contoso *//* contoso *//* contoso *//* contoso *//* contoso *//* con…
       · ─────
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    ");
}

#[test]
fn what_is_underlined_is_the_span() {
    let text = "\tsql::database(\"x\")\t.name(\"y\");  \r\n\t\tmail::none();";
    let (sources, script) = script(text);
    let expanded = |from: usize, to: usize| -> String {
        let line = text[..from].rfind('\n').map_or(0, |at| at + 1);
        let mut columns = String::new();
        for (at, character) in text[line..to].char_indices() {
            let width = if character == '\t' { 4 - columns.chars().count() % 4 } else { 1 };
            let kept = if line + at < from { '\u{1}' } else { character };
            columns.extend(std::iter::repeat_n(if kept == '\t' { ' ' } else { kept }, width));
        }
        columns.replace('\u{1}', "")
    };
    for start in 0..text.len() {
        for end in start + 1..=text.len() {
            if text[start..end].contains(['\r', '\n']) {
                continue;
            }
            let span = Span { source: script, start: start as u32, end: end as u32 };
            let diagnostic = Diagnostic::new(&MISSING_SEMICOLON, span, "a finding");
            // What is blank at the end of a line is not seen.
            let seen = underlined(&full(&sources, &diagnostic));
            assert_eq!(seen.trim_end(), expanded(start, end).trim_end(), "{span:?}");
        }
    }
}

#[test]
fn tabs_wide_and_combining_characters_keep_marks_in_place() {
    let (sources, script) = script("\tlet n = \"東京\" + \"q\u{308}\" + \"👩\" + wrong;\r\n");
    let mut diagnostic =
        Diagnostic::new(&MISSING_SEMICOLON, span(&sources, script, "wrong"), "`wrong` is unknown");
    diagnostic
        .label("not declared")
        .relate(span(&sources, script, "\"東京\""), "a city")
        .relate(span(&sources, script, "\"q\u{308}\""), "a name");
    insta::assert_snapshot!(full(&sources, &diagnostic), @r#"
    error[script-missing-semicolon]: `wrong` is unknown
       ╭─[contoso.rhai:1:30]
     1 │     let n = "東京" + "q̈" + "👩" + wrong;
       ·             ───┬──   ─┬─          ──┬──
       ·                │      │             ╰── not declared
       ·                │      ╰── a name
       ·                ╰── a city
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    "#);
    insta::assert_snapshot!(render(&sources, &[diagnostic], &style(Format::Concise)), @"contoso.rhai:1:30: error[script-missing-semicolon] `wrong` is unknown (contoso.rhai:1:10: a city; contoso.rhai:1:17: a name)");
}

#[test]
fn the_end_of_a_file_and_an_empty_file_can_be_marked() {
    let mut sources = Sources::default();
    let mut reports = String::new();
    for (name, text) in
        [("empty.rhai", ""), ("open.rhai", "mail::none("), ("closed.rhai", "mail::none(\r\n")]
    {
        let source = sources.add(SourceKind::Script, name, text);
        let end = text.len() as u32;
        let mut diagnostic = Diagnostic::new(
            &MISSING_SEMICOLON,
            Span { source, start: end, end },
            "it ends too soon",
        );
        diagnostic.label("here");
        reports += &full(&sources, &diagnostic);
    }
    insta::assert_snapshot!(reports, @"
    error[script-missing-semicolon]: it ends too soon
       ╭─[empty.rhai:1:1]
     1 │
       · ▲
       · ╰── here
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    error[script-missing-semicolon]: it ends too soon
       ╭─[open.rhai:1:12]
     1 │ mail::none(
       ·            ▲
       ·            ╰── here
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    error[script-missing-semicolon]: it ends too soon
       ╭─[closed.rhai:2:1]
     2 │
       · ▲
       · ╰── here
       ╰────

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    ");
}

#[test]
fn nothing_in_a_source_or_a_message_moves_the_cursor() {
    let (sources, script) = script("let a = \"\u{1b}[2Jgone\u{202e}\u{7}\u{9b}\";\n");
    let mut diagnostic = Diagnostic::new(
        &MISSING_SEMICOLON,
        Span { source: script, start: 8, end: 24 },
        "`\u{1b}[2J` is not text\nand `\r` neither",
    );
    diagnostic.label("\u{1b}[31m\nhere").help("remove `\u{1b}`\u{202e}").fix(
        "remove\u{7}",
        Applicability::Always,
        Span { source: script, start: 0, end: 0 },
        "\u{1b}",
    );
    for format in [Format::Full, Format::Concise, Format::Plain] {
        for unicode in [true, false] {
            let report = render(
                &sources,
                std::slice::from_ref(&diagnostic),
                &Style { unicode, ..style(format) },
            );
            let wild = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
            assert!(!report.contains(wild), "{report:?}");
        }
    }
}

#[test]
fn no_span_stops_the_drawing() {
    let texts = [
        "",
        "\n",
        "\r\n\r\n",
        "a\r",
        "é\n\t東\n",
        "\u{301}a\u{feff}b",
        "one\n\n\ntwo\nthree",
        "\t\t'x'\r\nß",
    ];
    let mut drawn = 0;
    for text in texts {
        let (sources, script) = script(text);
        let past = text.len() as u32 + 2;
        let spans: Vec<Span> = (0..=past)
            .flat_map(|start| (0..=past).map(move |end| Span { source: script, start, end }))
            .collect();
        for (at, primary) in spans.iter().enumerate() {
            let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, *primary, "a finding");
            diagnostic
                .label(if at % 2 == 0 { "here" } else { "" })
                .relate(spans[at * 7 % spans.len()], "there")
                .relate(spans[at * 13 % spans.len()], "")
                .fix("change it", Applicability::Review, spans[at * 5 % spans.len()], "b\nc");
            for format in [
                Format::Full,
                Format::Concise,
                Format::Json,
                Format::Sarif,
                Format::Github,
                Format::Plain,
            ] {
                for width in [0, 60, usize::MAX] {
                    let style = Style { width, ..style(format) };
                    let report = render(&sources, std::slice::from_ref(&diagnostic), &style);
                    assert!(report.contains("a finding"), "{text:?} {primary:?}");
                    drawn += 1;
                }
            }
        }
    }
    assert!(drawn > 10_000, "{drawn}");
}

#[test]
fn a_secret_is_shown_in_no_form() {
    let mut sources = Sources::default();
    let text = "[secrets]\nmim_service_password = 'pässword-1'\n";
    let values = sources.add(SourceKind::Values, "contoso.toml", text);
    let secret = span(&sources, values, "pässword-1");
    sources.veil(secret);
    let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, secret, "a secret is written here");
    let key = span(&sources, values, "mim_service_password");
    diagnostic.label("its value").relate(span(&sources, values, "'pässword-1'"), "as text").fix(
        "rename it",
        Applicability::Review,
        key,
        "mim_password",
    );
    for format in
        [Format::Full, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Plain]
    {
        let report = render(&sources, std::slice::from_ref(&diagnostic), &style(format));
        assert!(!report.contains("ssword-1"), "{report}");
    }
    insta::assert_snapshot!(full(&sources, &diagnostic), @"
    error[script-missing-semicolon]: a secret is written here
       ╭─[contoso.toml:2:25]
     2 │ mim_service_password = '***********'
       ·                         ─────┬─────
       ·                              ╰── its value
       ├─[contoso.toml:2:24] as text
     2 │ mim_service_password = '***********'
       ·                        ─────────────
       ╰────
      fix to review: rename it
         2 + mim_password = '***********'

    1 error
    for the rule behind a finding: mimeo explain script-missing-semicolon
    ");
}

#[test]
fn a_fix_shows_the_lines_it_makes() {
    let (sources, script, values) = contoso();
    let end = Span { source: values, start: VALUES.len() as u32, end: VALUES.len() as u32 };
    let missing = span(&sources, script, "\"service_account\"");
    let finding = |title: &str, applicability, edits: Vec<Edit>| {
        let mut diagnostic = Diagnostic::new(&MISSING_SEMICOLON, missing, "a finding");
        diagnostic.fix = Some(Fix { title: title.to_owned(), applicability, edits });
        let report = full(&sources, &diagnostic);
        let from = report.find("  fix").expect("the fix is said");
        let said = report[from..].lines().take_while(|line| !line.is_empty());
        said.collect::<Vec<_>>().join("\n") + "\n"
    };
    let edit = |span, text: &str| Edit { span, text: text.to_owned() };
    let fixes = [
        finding("insert `;`", Applicability::Always, vec![edit(missing.after(), ";")]),
        finding("remove it", Applicability::Always, vec![edit(missing, "")]),
        finding("name it", Applicability::Review, vec![edit(missing, "\"account\"")]),
        finding(
            "say what is missing",
            Applicability::Review,
            vec![edit(end, "netbios = 'contoso'\nsql_server = 'sql'\n")],
        ),
        finding(
            "say the second",
            Applicability::Review,
            vec![edit(
                span(&sources, values, "'contoso.onmicrosoft.com'").after(),
                "\nnetbios = 'x'",
            )],
        ),
        finding(
            "say it all",
            Applicability::Review,
            vec![edit(end, "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n")],
        ),
        finding(
            "rename it",
            Applicability::Always,
            vec![edit(missing, "\"x\""), edit(end, "x = 1\n")],
        ),
    ];
    insta::assert_snapshot!(fixes.concat(), @r#"
    fix: insert `;`
    fix: remove it
    fix to review: name it
       2 + let account = param::text("account", "Account of the MIM Service");
    fix to review: say what is missing (in contoso.toml)
       4 + netbios = 'contoso'
       5 + sql_server = 'sql'
    fix to review: say the second (in contoso.toml)
       2 + netbios = 'x'
    fix to review: say it all (in contoso.toml)
       4 + a = 1
       5 + b = 2
       6 + c = 3
       7 + d = 4
         + and 2 more
    fix: rename it (2 places)
    "#);
}

#[test]
fn a_place_without_a_file_has_its_name() {
    let mut sources = Sources::default();
    let setting = sources.add(SourceKind::Setting, "--set tenant", "contoso");
    let variable = sources.add(SourceKind::Environment, "MIMEO_PARAM_TENANT", "fabrikam");
    let whole = |source, end| Span { source, start: 0, end };
    let mut diagnostic = Diagnostic::new(&EXTRANET, whole(setting, 7), "`contoso` is no domain");
    diagnostic.label("no dot").relate(whole(variable, 8), "overridden");
    let findings = [diagnostic];
    let of = |format| render(&sources, &findings, &style(format));
    insta::assert_snapshot!(of(Format::Full), @"
    hint[portal-extranet-unsaid]: `contoso` is no domain
       ╭─[--set tenant]
     1 │ contoso
       · ───┬───
       ·    ╰── no dot
       ├─[MIMEO_PARAM_TENANT] overridden
     1 │ fabrikam
       · ────────
       ╰────

    1 hint
    for the rule behind a finding: mimeo explain portal-extranet-unsaid
    ");
    insta::assert_snapshot!(of(Format::Concise), @"--set tenant: hint[portal-extranet-unsaid] `contoso` is no domain (MIMEO_PARAM_TENANT: overridden)");
    insta::assert_snapshot!(of(Format::Plain), @"
    Hint, portal-extranet-unsaid, in --set tenant: `contoso` is no domain.
    Text: contoso
    Why there: no dot.
    Also MIMEO_PARAM_TENANT: overridden.
    More: mimeo explain portal-extranet-unsaid

    In all: 1 hint.
    ");
    insta::assert_snapshot!(of(Format::Github), @"::notice title=portal-extranet-unsaid::`contoso` is no domain%0Aat --set tenant: no dot%0Aat MIMEO_PARAM_TENANT: overridden");
}

#[test]
fn sarif_hangs_a_place_without_a_file_on_a_file() {
    let mut sources = Sources::default();
    let setting = sources.add(SourceKind::Setting, "--set tenant", "contoso");
    let variable = sources.add(SourceKind::Environment, "MIMEO_PARAM_TENANT", "fabrikam");
    let script = sources.add(SourceKind::Script, "contoso.rhai", SCRIPT);
    let whole = |source, end| Span { source, start: 0, end };
    let mut diagnostic = Diagnostic::new(&EXTRANET, whole(setting, 7), "`contoso` is no domain");
    diagnostic.label("no dot").relate(whole(variable, 8), "overridden");
    let result = |diagnostic: &Diagnostic| {
        let findings = std::slice::from_ref(diagnostic);
        let log: Value = serde_json::from_str(&render(&sources, findings, &style(Format::Sarif)))
            .expect("it is JSON");
        log["runs"][0]["results"][0].clone()
    };
    let first_file = json!({
        "artifactLocation": { "uri": "contoso.rhai" },
        "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 },
    });
    assert_eq!(
        result(&diagnostic)["locations"],
        json!([{
            "physicalLocation": first_file,
            "logicalLocations": [{ "fullyQualifiedName": "--set tenant", "kind": "parameter" }],
            "message": { "text": "no dot" },
            "properties": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 8 },
        }])
    );
    let related = &result(&diagnostic)["relatedLocations"][0];
    assert_eq!(related["physicalLocation"], first_file);
    assert_eq!(related["logicalLocations"][0]["kind"], "variable");

    diagnostic.relate(span(&sources, script, "account);\nmail"), "used here");
    let nearest = &result(&diagnostic)["locations"][0]["physicalLocation"]["region"];
    assert_eq!(nearest["startLine"], 3);
}

#[test]
fn a_concise_line_stands_alone() {
    let (sources, findings) = all();
    insta::assert_snapshot!(render(&sources, &findings, &style(Format::Concise)), @r"
    contoso.toml:3:19: error[mail-smtp-managed-account] SMTP cannot use the managed account `contoso\MIMService$` (contoso.rhai:4:1: SMTP is chosen here; contoso.rhai:3:10: used here; help: use Exchange (`mail::exchange`), or a regular account; fix to review: name a regular account)
    contoso.rhai:4:57: error[script-missing-semicolon] this statement has no `;` (fix: insert `;`)
    contoso.rhai:5:18: warning[mail-basic-ends] basic authentication ends on 2026-12-31 (help: use `.application(…)`)
    contoso.rhai:5:1: hint[portal-extranet-unsaid] neither extranet nor intranet is said
    ");
}

#[test]
fn plain_words_say_it_all() {
    let (sources, findings) = all();
    insta::assert_snapshot!(render(&sources, &findings[..2], &style(Format::Plain)), @r"
    Error, mail-smtp-managed-account, in contoso.toml line 3 columns 19 to 39: SMTP cannot use the managed account `contoso\MIMService$`.
    Text: 'contoso\MIMService$'
    Why there: a managed account: its name ends in `$`.
    Also contoso.rhai line 4 columns 1 to 10: SMTP is chosen here.
    Also contoso.rhai line 3 columns 10 to 22: used here.
    To do: use Exchange (`mail::exchange`), or a regular account.
    Edit to review: name a regular account.
    New line 3: service_account = 'contoso\svcMIMService'
    Rule: https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp, seen 2026-09-14.
    More: mimeo explain mail-smtp-managed-account

    Error, script-missing-semicolon, in contoso.rhai line 4 column 57: this statement has no `;`.
    Why there: it ends here.
    Edit: insert `;`.
    More: mimeo explain script-missing-semicolon

    In all: 2 errors.
    ");
}

#[test]
fn annotations_are_escaped() {
    let mut sources = Sources::default();
    let source =
        sources.add(SourceKind::Values, "a,b:100%/contoso.toml", "tenant = 1\nnetbios = 2\n");
    let mut one_line =
        Diagnostic::new(&EXTRANET, Span { source, start: 9, end: 10 }, "100% wrong: 1, 2");
    one_line.help("write\r\nit");
    let lines = Diagnostic::new(&BASIC_ENDS, Span { source, start: 0, end: 18 }, "both lines");
    insta::assert_snapshot!(render(&sources, &[one_line, lines], &style(Format::Github)), @"
    ::notice file=a%2Cb%3A100%25/contoso.toml,line=1,endLine=1,col=10,endColumn=11,title=portal-extranet-unsaid::100%25 wrong: 1, 2%0Aat a,b:100%25/contoso.toml:1:10 to 1:11%0Ahelp: write%0D%0Ait
    ::warning file=a%2Cb%3A100%25/contoso.toml,line=1,endLine=2,title=mail-basic-ends::both lines%0Aat a,b:100%25/contoso.toml:1:1 to 2:8
    ");
}

#[test]
fn json_says_everything() {
    let (sources, findings) = all();
    let report: Value = serde_json::from_str(&render(&sources, &findings, &style(Format::Json)))
        .expect("it is JSON");
    assert_eq!(report["version"], 1);
    assert_eq!(
        (&report["errors"], &report["warnings"], &report["hints"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        report["findings"][0],
        json!({
            "code": "mail-smtp-managed-account",
            "severity": "error",
            "summary": "SMTP with a managed account",
            "message": r"SMTP cannot use the managed account `contoso\MIMService$`",
            "file": "contoso.toml",
            "start": { "line": 3, "column": 19, "offset": 54 },
            "end": { "line": 3, "column": 40, "offset": 75 },
            "label": "a managed account: its name ends in `$`",
            "related": [
                {
                    "file": "contoso.rhai",
                    "start": { "line": 4, "column": 1, "offset": 174 },
                    "end": { "line": 4, "column": 11, "offset": 184 },
                    "message": "SMTP is chosen here",
                },
                {
                    "file": "contoso.rhai",
                    "start": { "line": 3, "column": 10, "offset": 159 },
                    "end": { "line": 3, "column": 23, "offset": 172 },
                    "message": "used here",
                },
            ],
            "help": ["use Exchange (`mail::exchange`), or a regular account"],
            "fix": {
                "title": "name a regular account",
                "applicability": "review",
                "edits": [{
                    "file": "contoso.toml",
                    "start": { "line": 3, "column": 19, "offset": 54 },
                    "end": { "line": 3, "column": 40, "offset": 75 },
                    "text": r"'contoso\svcMIMService'",
                }],
            },
            "explain": "mimeo explain mail-smtp-managed-account",
            "authority": [{
                "link": "https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp",
                "seen": "2026-09-14",
            }],
        })
    );
    assert_eq!(report["findings"][3]["fix"], Value::Null);
}

#[test]
fn sarif_has_rules_results_places_and_fixes() {
    let (sources, mut findings) = all();
    findings.push(findings[1].clone());
    let log: Value = serde_json::from_str(&render(&sources, &findings, &style(Format::Sarif)))
        .expect("it is JSON");
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("there are rules");
    let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert_eq!(
        ids,
        [
            "mail-smtp-managed-account",
            "script-missing-semicolon",
            "mail-basic-ends",
            "portal-extranet-unsaid"
        ]
    );
    let results = run["results"].as_array().expect("there are results");
    let levels: Vec<&Value> = results.iter().map(|result| &result["level"]).collect();
    assert_eq!(levels, ["error", "error", "warning", "note", "error"]);
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("it is a number") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(rules[index]["defaultConfiguration"]["level"], result["level"]);
    }
    assert_eq!(
        rules[0],
        json!({
            "id": "mail-smtp-managed-account",
            "shortDescription": { "text": "SMTP with a managed account" },
            "fullDescription": { "text": "SMTP knows no group managed service account: the installer offers Integrated \
                Windows Authentication with a regular account only." },
            "help": {
                "text": "mimeo explain mail-smtp-managed-account",
                "markdown": "SMTP knows no group managed service account: the installer offers Integrated Windows \
                    Authentication with a regular\naccount only.\n\nUse a regular account, or Exchange.",
            },
            "helpUri": "https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp",
            "defaultConfiguration": { "level": "error" },
            "properties": { "authority": [{
                "link": "https://learn.microsoft.com/microsoft-identity-manager/mim-service#smtp",
                "seen": "2026-09-14",
            }] },
        })
    );
    let account = json!({ "startLine": 3, "startColumn": 19, "endLine": 3, "endColumn": 40 });
    assert_eq!(
        results[0],
        json!({
            "ruleId": "mail-smtp-managed-account",
            "ruleIndex": 0,
            "level": "error",
            "message": { "text": "SMTP cannot use the managed account `contoso\\MIMService$`\n\
                help: use Exchange (`mail::exchange`), or a regular account\nfix to review: name a regular account" },
            "locations": [{
                "physicalLocation": { "artifactLocation": { "uri": "contoso.toml" }, "region": account },
                "message": { "text": "a managed account: its name ends in `$`" },
            }],
            "relatedLocations": [
                {
                    "id": 1,
                    "physicalLocation": {
                        "artifactLocation": { "uri": "contoso.rhai" },
                        "region": { "startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 11 },
                    },
                    "message": { "text": "SMTP is chosen here" },
                },
                {
                    "id": 2,
                    "physicalLocation": {
                        "artifactLocation": { "uri": "contoso.rhai" },
                        "region": { "startLine": 3, "startColumn": 10, "endLine": 3, "endColumn": 23 },
                    },
                    "message": { "text": "used here" },
                },
            ],
            "fixes": [{
                "description": { "text": "name a regular account" },
                "artifactChanges": [{
                    "artifactLocation": { "uri": "contoso.toml" },
                    "replacements": [{
                        "deletedRegion": account,
                        "insertedContent": { "text": r"'contoso\svcMIMService'" },
                    }],
                }],
                "properties": { "applicability": "review" },
            }],
        })
    );
}

#[test]
fn sarif_columns_count_characters() {
    let (sources, script) = script("let n = \"東京👩\" + wrong;");
    let diagnostic = Diagnostic::new(&EXTRANET, span(&sources, script, "wrong"), "a finding");
    let log: Value = serde_json::from_str(&render(&sources, &[diagnostic], &style(Format::Sarif)))
        .expect("it is JSON");
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&json!(17), &json!(22)));
}

#[test]
fn sarif_addresses_are_encoded() {
    let mut sources = Sources::default();
    let mut address = |kind, name: &str| {
        let source = sources.add(kind, name, "x");
        let diagnostic = Diagnostic::new(&EXTRANET, Span { source, start: 0, end: 1 }, "a finding");
        let log: Value =
            serde_json::from_str(&render(&sources, &[diagnostic], &style(Format::Sarif)))
                .expect("it is JSON");
        let artifact =
            &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        let base = artifact
            .get("uriBaseId")
            .map(|base| format!(" below {}", base.as_str().unwrap_or_default()));
        let uri = artifact["uri"].as_str().expect("it is text");
        format!("{uri}{}", base.unwrap_or_default())
    };
    assert_eq!(address(SourceKind::Script, "mail/options.rhai"), "mail/options.rhai");
    assert_eq!(address(SourceKind::Script, "a b%c#ü.rhai"), "a%20b%25c%23%C3%BC.rhai");
    assert_eq!(address(SourceKind::Script, "mail:x.rhai"), "mail%3Ax.rhai");
    assert_eq!(address(SourceKind::Values, "/etc/con toso.toml"), "file:///etc/con%20toso.toml");
    assert_eq!(
        address(SourceKind::Values, r"D:\Values\contoso.toml"),
        "file:///D:/Values/contoso.toml"
    );
    assert_eq!(
        address(SourceKind::Values, r"\\server\share\contoso.toml"),
        "file://server/share/contoso.toml"
    );
    assert_eq!(address(SourceKind::Library, "std/options"), "std/options below STDLIB");
}

#[test]
fn every_form_says_the_same() {
    let (sources, script, values) = contoso();
    let findings = [conflict(&sources, script, values)];
    for format in
        [Format::Full, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Plain]
    {
        let report = render(&sources, &findings, &style(format)).replace(r"\\", r"\");
        for said in [
            "mail-smtp-managed-account",
            r"SMTP cannot use the managed account `contoso\MIMService$`",
            "contoso.toml",
            "3",
            "19",
            "contoso.rhai",
            "SMTP is chosen here",
            "used here",
            "use Exchange (`mail::exchange`), or a regular account",
            "name a regular account",
        ] {
            assert!(report.contains(said), "{format:?} does not say {said}:\n{report}");
        }
    }
}
