//! The twelve situations in which a tool like this is met, as they are shown. Review the snapshots as prose.

use crate::support::{Project, codes, drawn};

/// A complete deployment without mail and account, to which a scenario adds what it is about.
const REST: &str = r#"
license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms().log_to(`c:\miminstall\log.txt`).review();
sql::database("contosoagl.contoso.com");
synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
service::address("mim.contoso.com");
"#;

fn show(name: &str, project: &Project, expected: &[&str]) {
    let mut compiled = project.compile();
    compiled.diagnostics.retain(|it| it.severity() != mimeo::diagnostic::Severity::Hint);
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(codes(&compiled), expected, "{name}\n{}", drawn(&compiled));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = drawn(&compiled);
    // A finding is read at a glance, or not at all.
    for report in text.split("\n\n").filter(|it| it.contains("╭─")) {
        let lines = report.lines().take_while(|it| !it.trim_start().starts_with("fix")).count();
        assert!(lines <= 13, "{name}: a finding of {lines} lines\n{report}");
    }
    settings.bind(|| insta::assert_snapshot!(format!("scenario__{name}"), text));
}

#[test]
fn s01_a_wrong_choice_in_the_script() {
    let script = "let mail = param::choice(\"mail\", \"Where mail goes\", [\"exchange\", \"office365\", \"none\"], \"offce365\");\nif mail == \"none\" { mail::none(); }\n";
    show("01-wrong-choice", &Project::new(script), &["values-choice"]);
}

#[test]
fn s02_a_wrong_choice_in_the_values_file() {
    let script = format!(
        "let mail = param::choice(\"mail\", \"Where mail goes\", [\"exchange\", \"office365\", \"none\"]);\nif mail == \"none\" {{ mail::none(); }}\nmail::none();\naccount::gmsa(`contoso\\MIMSrvGMSAsvc$`);\n{REST}"
    );
    let project = Project::new(&script).values("# Contoso\nmail = \"offce365\"\n");
    show("02-wrong-choice-in-values", &project, &["values-choice"]);
}

#[test]
fn s03_an_unknown_method() {
    let script = format!(
        "mail::smtp(\"smtp.contoso.com\")\n    .mailbox(\"mim@contoso.com\")\n    .sendr(\"mim@contoso.com\");\naccount::regular(`contoso\\svcMIMService`, secret(\"service\"));\n{REST}"
    );
    let project = Project::new(&script).values("[secrets]\nservice = { prompt = \"Password\" }\n");
    show("03-unknown-method", &project, &["script-unknown-method"]);
}

#[test]
fn s04_an_unknown_key_in_the_values_file() {
    let script = format!(
        "sql::database(param::host(\"sql_server\", \"The SQL Server\"));\nmail::none();\naccount::gmsa(`contoso\\MIMSrvGMSAsvc$`);\n{}",
        REST.replace("sql::database(\"contosoagl.contoso.com\");\n", "")
    );
    let project = Project::new(&script).values("slq_server = \"contosoagl.contoso.com\"\n");
    show("04-unknown-key", &project, &["values-unknown"]);
}

#[test]
fn s05_something_required_is_missing() {
    let script = "let tenant = param::domain(\"tenant\", \"Primary domain of the tenant\");\nlet server = param::host(\"sql_server\", \"The SQL Server\");\ncloud::global(tenant);\nlicense::entra_id();\ninstaller::msi(`D:\\MIM\\Service and Portal.msi`).accept_license_terms();\nsql::database(server);\nmail::office365();\n";
    let project = Project::new(script).values("# Contoso\n[secrets]\n");
    show(
        "05-missing",
        &project,
        &[
            "account-missing",
            "mail-incomplete",
            "service-missing",
            "synchronization-missing",
            "values-missing",
        ],
    );
}

#[test]
fn s06_a_wrong_type() {
    let script = format!(
        "portal::password_reset(\"pwreset.contoso.com\").pool_account(`contoso\\mimpool$`).port(param::port(\"port\", \"Port\")).open_firewall(\"yes\").intranet();\nmail::none();\naccount::gmsa(`contoso\\MIMSrvGMSAsvc$`);\n{REST}"
    );
    let project = Project::new(&script).values("port = \"80\"\n");
    show("06-wrong-type", &project, &["script-type", "values-type"]);
}

#[test]
fn s07_syntax_errors() {
    let script = "let host = \"mail.contoso.com\"\nmail::exchange(host).mailbox(\"svcMIMService@contoso.com\";\naccount::regular(\"contoso\\svcMIMService\", secret(\"service\"));\nsql::databse(\"sql.contoso.com\");\n";
    let project = Project::new(script)
        .values("tenant = \"contoso.onmicrosoft.com\npath = \"D:\\MIM\"\nname = \"x\"\n");
    show("07-syntax", &project, &["script-syntax", "script-unknown-function", "values-syntax"]);
}

#[test]
fn s08_two_settings_in_two_files() {
    let script = format!(
        "import \"lib/mail\" as contoso_mail;\ncontoso_mail::relay();\naccount::gmsa(param::text(\"service_account\", \"Account of the MIM Service\"));\n{REST}"
    );
    let project = Project::new(&script)
        .file(
            "lib/mail.rhai",
            "fn relay() {\n    mail::smtp(\"smtp.contoso.com\").sender(\"mim@contoso.com\");\n}\n",
        )
        .values("# Contoso\nservice_account = 'contoso\\MIMSrvGMSAsvc$'\n");
    show("08-two-files", &project, &["mail-smtp-managed-account"]);
}

#[test]
fn s09_a_typo_in_a_name() {
    let script = format!(
        "mial::none();\nlet acount = `contoso\\MIMSrvGMSAsvc$`;\naccount::gmsa(account);\nservce::address(\"mim.contoso.com\");\n{REST}"
    );
    show(
        "09-typo",
        &Project::new(&script),
        &["script-unknown-namespace", "script-unknown-variable"],
    );
}

#[test]
fn s10_a_setting_with_an_end_date() {
    let script = format!(
        "cloud::global(\"contoso.onmicrosoft.com\");\nmail::office365().mailbox(\"MIMService@contoso.onmicrosoft.com\").basic(secret(\"mailbox\"));\naccount::regular(`contoso\\svcMIMService`, secret(\"service\"));\n{REST}"
    );
    let values =
        "[secrets]\nservice = { prompt = \"Password\" }\nmailbox = { prompt = \"Password\" }\n";
    show("10-end-date", &Project::new(&script).values(values), &["mail-basic-authentication"]);
    let script = script.replace(".basic(secret(\"mailbox\"))", ".application(\"48b15b07-92a8-4c5f-ae4a-8850556d6b76\").tenant_id(\"e4405d02-4a65-47fe-8c0a-45239eb45a9f\").client_secret(secret(\"mailbox\"))");
    let late = Project::new(&script).values(values).on(jiff::civil::date(2027, 4, 1));
    show("10-end-date-ews", &late, &["mail-ews-retired"]);
}

#[test]
fn s11_a_ring_of_imports() {
    let project = Project::new("import \"lib/mail\" as contoso_mail;\n")
        .file("lib/mail.rhai", "import \"accounts\" as accounts;\n")
        .file("lib/accounts.rhai", "import \"naming\" as naming;\n")
        .file("lib/naming.rhai", "// names\nimport \"mail\" as contoso_mail;\n");
    show("11-ring", &project, &["import-cycle"]);
}

#[test]
fn s12_a_missing_secret() {
    let script = format!(
        "mail::none();\naccount::regular(`contoso\\svcMIMService`, secret(\"mim_service_password\"));\n{REST}"
    );
    let project = Project::new(&script)
        .values("# Contoso\n[secrets]\npool_password = { prompt = \"Pool\" }\n");
    show("12-missing-secret", &project, &["secret-missing", "secret-unused"]);
}
