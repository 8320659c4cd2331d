//! The table of mail server, authentication and account: every cell of it can be declared, and each is an option of the
//! vendor's guide or is answered with a finding.

use std::fmt::Write;

use jiff::civil::{Date, date};
use mimeo::compile::{Compiled, Inputs, compile};
use mimeo::diagnostic::Severity;
use mimeo::source::files::Memory;

const SERVERS: [(&str, &str); 4] = [
    ("Exchange", r#"mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com")"#),
    ("Office 365", r#"mail::office365().mailbox("MIMService@contoso.onmicrosoft.com")"#),
    ("SMTP", r#"mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com")"#),
    ("None", "mail::none()"),
];

const AUTHENTICATIONS: [(&str, &str); 4] = [
    ("-", ""),
    ("integrated", ".integrated()"),
    ("basic", r#".basic(secret("mailbox_password"))"#),
    ("application", r#".application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")"#),
];

const ACCOUNTS: [(&str, &str); 2] = [
    ("regular", r#"account::regular(`contoso\svcMIMService`, secret("mim_service_password"));"#),
    ("managed", r"account::gmsa(`contoso\MIMSrvGMSAsvc$`);"),
];

/// A script for a cell, with the parts that the wizard asks for in it.
fn script(server: usize, authentication: usize, account: usize) -> String {
    let exchange = server == 0;
    let application = server == 1 && authentication == 3;
    let mut mail = format!("{}{}", SERVERS[server].1, AUTHENTICATIONS[authentication].1);
    if exchange && account == 1 {
        mail.push_str(r#".password(secret("mailbox_password"))"#);
    }
    if application {
        mail.push_str(r#".tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")"#);
        mail.push_str(r#".client_secret(secret("mailbox_app_secret"))"#);
    }
    format!("{}\n{mail};\n", ACCOUNTS[account].1)
}

fn compiled(script: &str, as_of: Date) -> Compiled {
    let values = "[secrets]\nmailbox_password = { env = \"A\" }\nmailbox_app_secret = { env = \"B\" }\nmim_service_password = { env = \"C\" }\n";
    let files = Memory::new([("options.rhai", script), ("options.toml", values)]);
    let inputs =
        Inputs { values: vec!["options.toml".into()], ..Inputs::new("options.rhai", as_of) };
    compile(&files, &inputs).expect("the files are there")
}

/// The errors and warnings of a cell about mail and account.
fn findings(compiled: &Compiled) -> Vec<&'static str> {
    let ours = |name: &&str| name.starts_with("mail-") || name.starts_with("account-");
    let grave = compiled.diagnostics.iter().filter(|it| it.severity() <= Severity::Warning);
    grave.map(|it| it.code.name).filter(ours).collect()
}

fn cells() -> impl Iterator<Item = (usize, usize, usize)> {
    (0..4).flat_map(|server| {
        (0..4).flat_map(move |authentication| {
            (0..2).map(move |account| (server, authentication, account))
        })
    })
}

#[test]
fn every_cell_is_an_option_or_a_finding() {
    let mut table = String::new();
    for (server, authentication, account) in cells() {
        let compiled = compiled(&script(server, authentication, account), date(2026, 11, 23));
        let option = compiled.deployment.option().map_or("-".to_owned(), |it| it.to_string());
        let names = [SERVERS[server].0, AUTHENTICATIONS[authentication].0, ACCOUNTS[account].0];
        let [server, authentication, account] = names;
        let findings = findings(&compiled).join(" ");
        let row = format!("{server:<10} {authentication:<11} {account:<7} {option} {findings}");
        writeln!(table, "{}", row.trim_end()).expect("a string takes everything");
    }
    insta::assert_snapshot!(table, @r"
    Exchange   -           regular A
    Exchange   -           managed F
    Exchange   integrated  regular A
    Exchange   integrated  managed F
    Exchange   basic       regular - mail-authentication
    Exchange   basic       managed - mail-authentication
    Exchange   application regular - mail-authentication
    Exchange   application managed - mail-authentication
    Office 365 -           regular - mail-incomplete
    Office 365 -           managed - mail-incomplete
    Office 365 integrated  regular - mail-authentication
    Office 365 integrated  managed - mail-authentication
    Office 365 basic       regular B mail-basic-authentication
    Office 365 basic       managed G mail-basic-authentication
    Office 365 application regular C mail-ews-allow-list
    Office 365 application managed H mail-ews-allow-list
    SMTP       -           regular D
    SMTP       -           managed - mail-smtp-managed-account
    SMTP       integrated  regular D
    SMTP       integrated  managed - mail-smtp-managed-account
    SMTP       basic       regular - mail-authentication
    SMTP       basic       managed - mail-smtp-managed-account mail-authentication
    SMTP       application regular - mail-authentication
    SMTP       application managed - mail-smtp-managed-account mail-authentication
    None       -           regular E
    None       -           managed I
    None       integrated  regular - mail-authentication
    None       integrated  managed - mail-authentication
    None       basic       regular - mail-authentication
    None       basic       managed - mail-authentication
    None       application regular - mail-authentication
    None       application managed - mail-authentication
    ");
}

#[test]
fn a_cell_has_no_option_exactly_if_it_has_a_finding_about_its_combination() {
    for (server, authentication, account) in cells() {
        let script = script(server, authentication, account);
        // Before anything was switched off.
        let compiled = compiled(&script, date(2022, 1, 1));
        let about = ["mail-authentication", "mail-smtp-managed-account", "mail-incomplete"];
        let refused = findings(&compiled).iter().any(|it| about.contains(it));
        assert_eq!(compiled.deployment.option().is_none(), refused, "{script}");
    }
}

#[test]
fn what_is_near_depends_on_the_day() {
    let help = |as_of| {
        let script = script(1, 1, 0);
        let compiled = compiled(&script, as_of);
        let finding = compiled.diagnostics.iter().find(|it| it.code.name == "mail-authentication");
        finding.expect("Office 365 knows no integrated authentication").help[1].clone()
    };
    insta::assert_snapshot!(help(date(2022, 1, 1)), @"nearest allowed: `mail::exchange(host)` (A); `.basic(secret)` instead of `.integrated` (B); `.application(app_id)` instead of `.integrated` (C); `mail::smtp(host)` (D)");
    insta::assert_snapshot!(help(date(2026, 11, 23)), @"nearest allowed: `mail::exchange(host)` (A); `.application(app_id)` instead of `.integrated` (C); `mail::smtp(host)` (D)");
    insta::assert_snapshot!(help(date(2027, 4, 1)), @"nearest allowed: `mail::exchange(host)` (A); `mail::smtp(host)` (D)");
}
