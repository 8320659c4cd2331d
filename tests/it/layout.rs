//! The layout of scripts and values files: what it leaves alone, what it settles, and that it changes no token.

use std::path::PathBuf;

use insta::assert_snapshot;
use mimeo::diagnostic::Diagnostic;
use mimeo::layout::{self, Language};
use mimeo::syntax;

use crate::support::{Project, files_below, root};

/// Scripts and values files of the house: name, language and text.
fn corpus() -> Vec<(String, Language, String)> {
    let folders = ["examples", "stdlib", "tests/cases"];
    let paths: Vec<PathBuf> = folders.iter().flat_map(|it| files_below(it)).collect();
    let corpus: Vec<_> = paths
        .into_iter()
        .filter_map(|path| {
            let language = Language::of(&path)?;
            let text = std::fs::read_to_string(&path).expect("it is text");
            let name = path.strip_prefix(root()).expect("it lies below").display().to_string();
            Some((name, language, text))
        })
        .collect();
    assert!(corpus.len() > 300, "only {} files", corpus.len());
    corpus
}

fn script(text: &str) -> String {
    layout::script::format(text).expect("it has no syntax error")
}

fn values(text: &str) -> String {
    layout::values::format(text).expect("it has no syntax error")
}

/// Lays a text out and checks what must hold of any.
fn checked(name: &str, language: Language, text: &str) -> Option<String> {
    let new = layout::format(language, text).ok()?;
    let again = layout::format(language, &new).expect("what was laid out can be read");
    assert_eq!(new, again, "{name} changes again\n-- from --\n{text}");
    let same = match language {
        Language::Script => {
            let (one, other) = (syntax::parse(text.into()), syntax::parse(new.as_str().into()));
            check_blanks(name, &other);
            layout::script::is_same(&one, &other)
        }
        Language::Values => {
            let read = |text: &str| {
                let text = text.trim_start_matches('\u{FEFF}').to_owned();
                format!("{:?}", toml::de::DeTable::parse(&text).map(|it| plain(it.get_ref())))
            };
            assert_eq!(read(text), read(&new), "{name} has other values");
            layout::values::is_same(text, &new)
        }
    };
    assert!(same, "{name} has other tokens\n-- from --\n{text}\n-- to --\n{new}");
    Some(new)
}

/// Keys and values without their places.
fn plain(table: &toml::de::DeTable<'_>) -> Vec<(String, String)> {
    let value = |it: &toml::de::DeValue<'_>| match it.as_table() {
        Some(table) => format!("{:?}", plain(table)),
        None => match it.as_array() {
            Some(array) => {
                array.iter().map(|it| format!("{:?}, ", it.get_ref().as_str())).collect()
            }
            None => format!("{it:?}"),
        },
    };
    table.iter().map(|(key, it)| (key.get_ref().to_string(), value(it.get_ref()))).collect()
}

/// How a token changes how many texts in backticks are open.
fn step(kind: syntax::SyntaxKind) -> i32 {
    let [opens, closes] = [syntax::SyntaxKind::TextStart, syntax::SyntaxKind::TextEnd];
    i32::from(kind == opens) - i32::from(kind == closes)
}

/// Checks what holds of the blanks between the tokens of a script that was laid out.
fn check_blanks(name: &str, tree: &syntax::Tree) {
    let mut in_text = 0;
    for token in tree.tokens() {
        in_text += step(token.kind());
        let text = token.text().replace("\r\n", "\n");
        if token.kind() == syntax::SyntaxKind::Whitespace && in_text == 0 {
            assert!(!text.contains(" \n") && !text.contains('\t'), "{name}: {token:?}");
            assert!(text.matches('\n').count() < 3, "{name}: {token:?}");
        }
    }
    let text = tree.text().trim_start_matches('\u{FEFF}');
    assert!(text.is_empty() || text.ends_with('\n') && !text.starts_with('\n'), "{name}:\n{text}");
}

/// Codes and messages, without places and blanks.
fn findings(language: Language, text: &str) -> Vec<(&'static str, String)> {
    let compiled = match language {
        Language::Script => Project::new(text).compile(),
        Language::Values => Project::new("").values(text).compile(),
    };
    // Some messages quote the script, with its blanks.
    let told = |it: Diagnostic| (it.code.name, it.message.split_whitespace().collect());
    let mut findings: Vec<_> = compiled.diagnostics.into_iter().map(told).collect();
    findings.sort();
    findings
}

/// A sequence of numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// The text with other blanks and line ends between its tokens.
fn spaced_otherwise(text: &str, chance: &mut Chance) -> String {
    let tree = syntax::parse(text.into());
    let mut new = String::new();
    let mut in_text = 0;
    let mut line_comment = false;
    for token in tree.tokens() {
        let kind = token.kind();
        in_text += step(kind);
        let blanks = ["", " ", " ", "  ", "\t", "\n", "\n  ", "\n\n\n    ", "      "];
        if kind == syntax::SyntaxKind::Whitespace && in_text == 0 {
            let other = chance.one_of(&blanks);
            new.push_str(match other {
                _ if line_comment && !other.contains('\n') => "\n",
                "" if chance.below(3) > 0 => token.text(),
                "" => " ",
                _ if chance.below(2) == 0 => token.text(),
                _ => other,
            });
        } else {
            new.push_str(token.text());
            let may = in_text == 0 && !kind.is_trivia();
            if may && chance.below(12) == 0 {
                new.push_str(chance.one_of(&blanks));
            }
        }
        line_comment = kind.is_comment() && !token.text().starts_with("/*");
    }
    new
}

/// The text with one character taken out, doubled or replaced.
fn edited(text: &str, chance: &mut Chance) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return String::new();
    }
    let at = chance.below(characters.len());
    let other = chance.one_of(&[
        "", "\n", "\n\n", " ", "   ", ";", "(", ")", ".", "//", "/* */", "\t", "-", "1", "\r\n",
    ]);
    let before: String = characters[..at].iter().collect();
    let behind: String = characters[at + chance.below(2)..].iter().collect();
    format!("{before}{other}{behind}")
}

#[test]
fn examples_and_the_library_stand_as_they_are() {
    for (name, language, text) in corpus() {
        if name.starts_with("examples") || name.starts_with("stdlib") {
            let new = checked(&name, language, &text).expect("it has no syntax error");
            assert_eq!(text, new, "{name} changes");
        }
    }
}

#[test]
fn every_file_keeps_its_tokens_and_its_findings() {
    for (name, language, text) in corpus() {
        let Some(new) = checked(&name, language, &text) else { continue };
        if new != text {
            assert_eq!(findings(language, &text), findings(language, &new), "{name}\n{new}");
        }
    }
}

#[test]
fn what_is_spaced_otherwise_keeps_its_tokens_and_its_findings() {
    let mut chance = Chance(20_261_123);
    let mut compared = 0;
    for (name, language, text) in corpus() {
        for round in 0..6 {
            let text = spaced_otherwise(&text, &mut chance);
            let Some(new) = checked(&name, language, &text) else { continue };
            if round == 0 && language == Language::Script {
                assert_eq!(
                    findings(language, &text),
                    findings(language, &new),
                    "{text}\n--\n{new}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "only {compared} were still scripts");
}

#[test]
fn what_is_edited_anywhere_keeps_its_tokens() {
    let mut chance = Chance(1_124);
    let mut kept = 0;
    for (name, language, text) in corpus() {
        for _ in 0..15 {
            let text = edited(&text, &mut chance);
            kept += usize::from(checked(&name, language, &text).is_some());
        }
    }
    assert!(kept > 1000, "only {kept} were still readable");
}

#[test]
fn chains_that_are_too_wide_are_broken() {
    assert_snapshot!(script(
        r#"
installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms().log_to(`c:\miminstall\log.txt`);
portal::site("http://mim.contoso.com").grant_authenticated_users();
if true { mail::office365().mailbox("MIMService@contoso.onmicrosoft.com").client_secret(secret("mailbox_app_secret")).poll(); }
portal::password_reset(host)
.pool_account(account)
        .port(80).open_firewall();
"#
    ), @r#"
installer::msi(`D:\MIM\Service and Portal.msi`)
    .build("4.6.673.0")
    .accept_license_terms()
    .log_to(`c:\miminstall\log.txt`);
portal::site("http://mim.contoso.com").grant_authenticated_users();
if true {
    mail::office365()
        .mailbox("MIMService@contoso.onmicrosoft.com")
        .client_secret(secret("mailbox_app_secret"))
        .poll();
}
portal::password_reset(host)
    .pool_account(account)
    .port(80).open_firewall();
"#);
}

#[test]
fn what_was_lined_up_stays_and_what_was_not_does_not() {
    assert_snapshot!(script(
        r#"
let a    = 1;
let name = 2;
let much_longer = 3;
let x        = 4;
const B=5;
switch a {
  1     => f( 1 ),
  "two" => g( 2 ),
  _ =>  h(),
}
let m = #{
    a:    1,
    name: 2,
    b :   3,
};
license::volume();      // a comment in a column
x = 1; // and one that is not
"#
    ), @r#"
let a    = 1;
let name = 2;
let much_longer = 3;
let x = 4;
const B = 5;
switch a {
    1     => f(1),
    "two" => g(2),
    _ => h(),
}
let m = #{
    a:    1,
    name: 2,
    b: 3,
};
license::volume();      // a comment in a column
x = 1; // and one that is not
"#);
}

#[test]
fn brackets_and_continuations_are_indented() {
    assert_snapshot!(script(
        r#"
let total = 1
+ 2
* (3 +
4);
options::a(
naming::service_account(netbios, prefix), secret("a"),
naming::host("mail", domain), `mim@
  ${domain  }`
)
.poll(number == 1);
hosts.map(|h| {
// inside
print(h) ; h }).filter(|h| h != "");
fn f( a,b )
{
if a
{
b

}
else if b { return -1; }
else // why
{
[ 1,2 ,
3 ]

// at the end
}
}


for x in [
1,
] {
x += 1; y
-= - 2 }
"#
    ), @r#"
let total = 1
    + 2
    * (3 +
        4);
options::a(
    naming::service_account(netbios, prefix), secret("a"),
    naming::host("mail", domain), `mim@
  ${domain  }`
)
    .poll(number == 1);
hosts.map(|h| {
    // inside
    print(h);
    h
}).filter(|h| h != "");
fn f(a, b) {
    if a {
        b
    } else if b { return -1; } else // why
    {
        [1, 2,
            3]

        // at the end
    }
}

for x in [
    1,
] {
    x += 1;
    y -= - 2
}
"#);
}

#[test]
fn comments_stay_where_they_are() {
    assert_snapshot!(script(
        "#!/usr/bin/mimeo  \n\n\n// first  \n\n\n\n/* a */ f(/* b */ 1, // c\n2 /* d */); /* e */ g() // f\n;\nlet x = // g\n1;  \n  /* h\n   i   \n*/\n"
    ), @r#"
#!/usr/bin/mimeo

// first

/* a */ f(/* b */ 1, // c
    2 /* d */);
/* e */ g() // f
;
let x = // g
    1;
/* h
   i
*/
"#);
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    assert_eq!(
        script("\u{FEFF}let x=1;\r\nlet y=`a\nb`;\r\n\r\n\r\n"),
        "\u{FEFF}let x = 1;\r\nlet y = `a\nb`;\r\n"
    );
    assert_eq!(script("let x = 1; // c\r\nf()"), "let x = 1; // c\r\nf()\r\n");
    assert_eq!(values("\u{FEFF}a=1\r\n\r\n\r\nb=2"), "\u{FEFF}a = 1\r\n\r\nb = 2\r\n");
    assert_eq!(script(""), "");
    assert_eq!(script("\n\n"), "");
    assert_eq!(values(" \n\n"), "");
}

#[test]
fn blanks_that_bear_meaning_stay() {
    for text in ["- 3.abs()\n", "-3.abs()\n", "1. .abs()\n", "let x = 1 - - 3;\n", "f(1. ..2)\n"] {
        if layout::script::format(text).is_ok() {
            assert_eq!(script(text), text);
        }
    }
}

#[test]
fn values_are_laid_out() {
    assert_snapshot!(values(
        r#"

tenant="contoso.onmicrosoft.com"   
netbios    = "contoso"
sql_server = 'contosoagl.contoso.com'
b    = 1



[ secrets ]   # where each comes from
  mim = {env="A",}
pool  = { }     # c
list = [ 1 ,2,
3, # three
   [ 4
  ]
]
a . b = 1979-05-27 07:32:00
text = """
  kept   
"""
"#
    ), @r#"
tenant = "contoso.onmicrosoft.com"
netbios    = "contoso"
sql_server = 'contosoagl.contoso.com'
b = 1

[secrets]     # where each comes from
mim = { env = "A", }
pool = { }      # c
list = [1, 2,
    3, # three
    [4
    ]
]
a.b = 1979-05-27 07:32:00
text = """
  kept   
"""
"#);
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    assert!(layout::script::format("let x = ;").is_err());
    assert!(layout::values::format("a = ").is_err());
}
