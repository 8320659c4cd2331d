//! Importing unattended installations: what comes back, what is told, and what is never shown.

use std::collections::BTreeMap;

use mimeo::compile::{Inputs, compile};
use mimeo::diagnostic::{Code, Severity};
use mimeo::export::command::{Shell, command_line, parse_properties};
use mimeo::import::{Given, Import, Kind, NotImportable, Wanted, catalogue, import};
use mimeo::plan::op::{Msi, Op, Ui};
use mimeo::render::{self, Format, Style};
use mimeo::source::files::Memory;

use crate::support::TODAY;

fn wanted() -> Wanted {
    Wanted { name: "imported".to_owned(), build: None, as_of: TODAY }
}

fn given(text: &str) -> Given<'_> {
    Given { name: "command line", is_file: false, bytes: text.as_bytes(), kind: None }
}

fn file<'a>(name: &'a str, text: &'a str) -> Given<'a> {
    Given { name, is_file: true, bytes: text.as_bytes(), kind: None }
}

fn imported(text: &str) -> Import {
    import(&given(text), &wanted()).expect("there is a command")
}

fn codes(import: &Import) -> Vec<&'static str> {
    let mut codes: Vec<_> = import.diagnostics.iter().map(|it| it.code.name).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn own(import: &Import) -> Vec<&'static str> {
    codes(import).into_iter().filter(|it| it.starts_with("import-")).collect()
}

fn drawn(import: &Import) -> String {
    let style =
        Style { format: Format::Full, colour: false, unicode: true, width: 100, links: false };
    render::render(&import.sources, &import.diagnostics, &style)
}

/// Everything that a person or a file gets of an import.
fn everything(import: &Import) -> String {
    let mut all = String::new();
    for format in
        [Format::Full, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Plain]
    {
        let style = Style { format, colour: false, unicode: true, width: 100, links: false };
        all += &render::render(&import.sources, &import.diagnostics, &style);
    }
    if let Some(files) = &import.files {
        all += &files.script;
        all += &files.values;
    }
    all
}

/// The installation of the plan that the imported script makes.
fn planned(import: &Import) -> Msi {
    let files = import.files.clone().expect("there are files");
    let memory = Memory::new([("imported.rhai", &files.script), ("imported.toml", &files.values)]);
    let mut inputs = Inputs::new("imported.rhai", TODAY);
    inputs.values.push("imported.toml".into());
    let compiled = compile(&memory, &inputs).expect("both are there");
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error).collect();
    let plan = compiled.plan.as_ref().unwrap_or_else(|| panic!("{errors:#?}\n{}", files.script));
    let ops = plan.steps.iter().flat_map(|it| &it.ops);
    let mut msi = ops.filter_map(|it| if let Op::Msi(msi) = it { Some(msi.clone()) } else { None });
    msi.next_back().expect("something is installed")
}

/// What a plan sets that no command needs to say.
const USUAL: &[(&str, &str)] = &[
    ("REBOOT", "ReallySuppress"),
    ("SQMOPTINSETTING", "0"),
    ("SQLSERVER_DATABASE", "FIMService"),
    ("EXISTINGDATABASE", "0"),
    ("CERTIFICATE_NAME", "Microsoft Identity Manager"),
    ("FIREWALL_CONF", "0"),
    ("SHAREPOINTUSERS_CONF", "0"),
    ("REGISTRATION_PORT", "80"),
    ("RESET_PORT", "80"),
    ("REGISTRATION_FIREWALL_CONF", "0"),
    ("REGISTRATION_FIREWALL_CONFIG", "0"),
    ("RESET_FIREWALL_CONF", "0"),
    ("RESET_FIREWALL_CONFIG", "0"),
];

/// Asserts that the plan of what was imported sets what the command sets.
fn comes_back(line: &str) {
    let import = imported(line);
    let told: Vec<_> = own(&import).into_iter().filter(|it| *it != "import-password").collect();
    assert!(told.is_empty(), "{line}\n{}", drawn(&import));
    let msi = planned(&import);
    let back: BTreeMap<String, String> =
        parse_properties(&command_line(&msi, Shell::None).expect("a line"))
            .expect("it splits")
            .into_iter()
            .collect();
    let given: BTreeMap<String, String> =
        parse_properties(line).expect("it splits").into_iter().collect();
    for (name, value) in &given {
        let got = back.get(name).map_or("", String::as_str);
        if mimeo::subject::setup::checks::is_secret(name) {
            assert!(value.is_empty() || got.starts_with("{secret:"), "{name} of {line}: {got}");
        } else if name == "ADDLOCAL" {
            let sorted = |it: &str| {
                let mut names: Vec<_> = it.split(',').map(ToOwned::to_owned).collect();
                names.sort();
                names
            };
            assert_eq!(sorted(got), sorted(value), "{line}");
        } else if !(got.is_empty() && value == "0") {
            assert_eq!(
                got,
                value,
                "{name} of {line}\n{}",
                import.files.as_ref().expect("files").script
            );
        }
    }
    for (name, value) in back.iter().filter(|(name, _)| !given.contains_key(*name)) {
        let usual = USUAL.iter().any(|(it, of)| it == name && of == value);
        let mail = name.starts_with("MAIL_SERVER") || name == "POLL_EXCHANGE_ENABLED";
        let twin = name.ends_with("_FIREWALL_CONF") || name.ends_with("_FIREWALL_CONFIG");
        let managed = name == "USE_MANAGED_ACCOUNT_FOR_SERVICE";
        assert!(usual || mail || twin || managed, "{name}={value} comes from nowhere: {line}");
    }
}

const PACKAGE: &str = r#"msiexec.exe /i "D:\MIM\Service and Portal\Service and Portal.msi" /qn /norestart /l*v "c:\miminstall\log.txt" ACCEPT_EULA=1"#;
const SERVICE: &str = r"SQLSERVER_SERVER=sql.contoso.com\MIM SQLSERVER_DATABASE=FIMService EXISTINGDATABASE=0 SYNCHRONIZATION_SERVER=sync.contoso.com SYNCHRONIZATION_SERVER_ACCOUNT=contoso\svcMIMMA SERVICEADDRESS=mim.contoso.com FIREWALL_CONF=1";
const REGULAR: &str = r#"SERVICE_ACCOUNT_NAME=svcMIMService SERVICE_ACCOUNT_PASSWORD="Pa55 ""w""rd;%" SERVICE_ACCOUNT_DOMAIN=contoso"#;
const MANAGED: &str = r"SERVICE_ACCOUNT_NAME=MIMSrvGMSAsvc$ SERVICE_ACCOUNT_DOMAIN=contoso USE_MANAGED_ACCOUNT_FOR_SERVICE=1";
const PORTAL: &str = r"SHAREPOINT_URL=http://mim.contoso.com REGISTRATION_PORTAL_URL=https://pwreg.contoso.com SHAREPOINTUSERS_CONF=1 SHAREPOINTTIMEOUT=600";
const REGISTRATION: &str = r#"REGISTRATION_ACCOUNT=contoso\mimpool REGISTRATION_ACCOUNT_PASSWORD="Pool pa55" REGISTRATION_HOSTNAME=pwreg.contoso.com REGISTRATION_PORT=80 REGISTRATION_FIREWALL_CONFIG=1 REGISTRATION_SERVERNAME=mim.contoso.com IS_REGISTRATION_EXTRANET=None"#;
const RESET: &str = r#"RESET_ACCOUNT=contoso\MIMPoolGMSA$ RESET_ACCOUNT_PASSWORD="" RESET_HOSTNAME=pwreset.contoso.com RESET_PORT=8080 RESET_FIREWALL_CONF=0 RESET_SERVERNAME=mim.contoso.com IS_RESET_EXTRANET=Extranet"#;

/// The mail of the options that a command can say, with their account.
fn options() -> Vec<(&'static str, String)> {
    let exchange = "MAIL_SERVER=mail.contoso.com MAIL_SERVER_USE_SSL=1 MAIL_SERVER_IS_EXCHANGE=1 MAIL_SERVER_IS_EXCHANGE_ONLINE=0 POLL_EXCHANGE_ENABLED=1 SERVICE_ACCOUNT_EMAIL=svcMIMService@contoso.com";
    let online = "MAIL_SERVER=outlook.office365.com MAIL_SERVER_USE_SSL=1 MAIL_SERVER_IS_EXCHANGE=1 MAIL_SERVER_IS_EXCHANGE_ONLINE=1 POLL_EXCHANGE_ENABLED=0 SERVICE_ACCOUNT_EMAIL=MIMService@contoso.onmicrosoft.com";
    let smtp = "MAIL_SERVER=smtp.contoso.com MAIL_SERVER_USE_SSL=0 MAIL_SERVER_IS_EXCHANGE=0 POLL_EXCHANGE_ENABLED=0 SERVICE_ACCOUNT_EMAIL=svcMIMService@contoso.com";
    let none = "MAIL_SERVER=localhost MAIL_SERVER_USE_SSL=0 MAIL_SERVER_IS_EXCHANGE=0 POLL_EXCHANGE_ENABLED=0";
    let password = "SERVICE_ACCOUNT_EMAIL_PASSWORD=\"Mail b0x pa55\"";
    vec![
        ("a", format!("{REGULAR} {exchange}")),
        ("b", format!("{REGULAR} {online} {password}")),
        ("c", format!("{REGULAR} {online}")),
        ("d", format!("{REGULAR} {smtp}")),
        ("e", format!("{REGULAR} {none}")),
        ("f", format!("{MANAGED} {exchange} {password}")),
        ("g", format!("{MANAGED} {online} {password}")),
        ("h", format!("{MANAGED} {online}")),
        ("i", format!("{MANAGED} {none}")),
    ]
}

#[test]
fn every_option_with_every_set_of_portals_comes_back() {
    let mut count = 0;
    for (option, mail) in options() {
        // The application of C and H, and a date for B and G, are on no command line: their scripts have errors.
        if matches!(option, "b" | "c" | "g" | "h") {
            continue;
        }
        for (features, portals) in [
            ("CommonServices", String::new()),
            ("CommonServices,WebPortals", PORTAL.to_owned()),
            ("CommonServices,RegistrationPortal", REGISTRATION.to_owned()),
            ("ResetPortal,CommonServices", RESET.to_owned()),
            (
                "CommonServices,WebPortals,RegistrationPortal,ResetPortal",
                format!("{PORTAL} {REGISTRATION} {RESET}"),
            ),
            (
                "CommonServices,FIMReporting",
                "SERVICE_MANAGER_SERVER=scsm.contoso.com CERTIFICATE_NAME=ForefrontIdentityManager"
                    .to_owned(),
            ),
            (
                "CommonServices",
                "REQUIRE_REGISTRATION_INFO=1 REGISTRATION_ACCOUNT_NAME=mimpool REGISTRATION_ACCOUNT_DOMAIN=contoso REQUIRE_RESET_INFO=0"
                    .to_owned(),
            ),
        ] {
            comes_back(&format!("{PACKAGE} ADDLOCAL={features} {SERVICE} {mail} {portals}"));
            count += 1;
        }
    }
    for portals in [REGISTRATION.to_owned(), RESET.to_owned(), format!("{REGISTRATION} {RESET}")] {
        let mut features = Vec::new();
        if portals.contains("REGISTRATION") {
            features.push("RegistrationPortal");
        }
        if portals.contains("RESET_") {
            features.push("ResetPortal");
        }
        comes_back(&format!("{PACKAGE} ADDLOCAL={} {portals}", features.join(",")));
        count += 1;
    }
    assert!(count > 30);
}

#[test]
fn options_of_office_365_come_back_but_for_what_no_command_can_say() {
    for (option, mail) in options().iter().filter(|(it, _)| matches!(*it, "b" | "c" | "g" | "h")) {
        let line = format!("{PACKAGE} ADDLOCAL=CommonServices {SERVICE} {mail}");
        let import = imported(&line);
        let told: Vec<_> = own(&import).into_iter().filter(|it| *it != "import-password").collect();
        assert!(told.is_empty(), "{option}: {}", drawn(&import));
        let expected = if matches!(*option, "b" | "g") {
            "mail-basic-authentication"
        } else {
            "mail-incomplete"
        };
        assert!(codes(&import).contains(&expected), "{option}: {}", drawn(&import));
    }
}

#[test]
fn awkward_values_come_back() {
    let rest = "ADDLOCAL=CommonServices MAIL_SERVER=localhost MAIL_SERVER_IS_EXCHANGE=0 SHAREPOINTUSERS_CONF=0";
    for value in [
        "plain",
        "with blanks in it",
        "semi;colon, comma",
        "100%",
        "%PATH%",
        "a ''quoted'' one",
        "a \"quoted\" one",
        "back`tick and \\slash",
        "`${netbios}`",
        "${x} \\",
        "trailing\\",
        "\\\\server\\share\\",
        "Zelöt 漢",
        "a=b",
        "/qn",
        "[ProductName] {a}",
    ] {
        let quoted = value.replace('"', "\"\"");
        let line = format!(
            "{PACKAGE} {SERVICE} {REGULAR} {rest} RMS_PORT=\"{quoted}\" CERTIFICATE_NAME=\"{quoted}\""
        );
        comes_back(&line.replace("SHAREPOINTUSERS_CONF=0", ""));
    }
}

#[test]
fn an_older_build_is_installed_quietly_again() {
    let (_, mail) = &options()[0];
    let line = format!("{PACKAGE} ADDLOCAL=CommonServices {SERVICE} {mail}");
    let wanted = Wanted { build: Some("4.6.34.0".to_owned()), ..wanted() };
    let quiet = planned(&import(&given(&line), &wanted).unwrap());
    assert_eq!(quiet.ui, Ui::Quiet);
    let shown = planned(&import(&given(&line.replace("/qn ", "")), &wanted).unwrap());
    assert_eq!(shown.log.as_deref(), Some("c:\\miminstall\\log.txt"));
}

/// The blocks of an explanation: whether it reports, and the command.
fn blocks(code: &Code) -> Vec<(bool, &'static str, String)> {
    let mut blocks: Vec<(bool, &'static str, String)> = Vec::new();
    let mut open = false;
    for line in code.doc.lines().map(|it| it.strip_prefix(' ').unwrap_or(it)) {
        if let Some(fence) = line.strip_prefix("```") {
            open = !open;
            if open {
                let language = ["command", "batch"].into_iter().find(|it| fence.starts_with(it));
                let language = language.expect("a command or a batch file");
                blocks.push((fence.ends_with(",reports"), language, String::new()));
            }
        } else if open && let Some((_, _, text)) = blocks.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks
}

#[test]
fn every_explanation_does_what_it_says() {
    let mut faces = String::new();
    for code in catalogue() {
        let blocks = blocks(code);
        assert!(blocks.iter().any(|it| it.0), "{} has no example", code.name);
        let cured = blocks.iter().any(|it| !it.0);
        assert!(cured || code.severity != Severity::Error, "{} has no cure", code.name);
        for (reports, language, text) in blocks {
            let kind = if language == "batch" { Kind::Batch } else { Kind::Command };
            let given = Given { kind: Some(kind), ..given(&text) };
            let mut import = import(&given, &wanted()).expect("there is a command");
            let found = codes(&import).contains(&code.name);
            assert_eq!(found, reports, "{}:\n{text}\n{}", code.name, drawn(&import));
            if reports {
                import.diagnostics.retain(|it| it.code.name == code.name);
                faces += &format!("==== {}\n{}", code.name, drawn(&import));
            }
        }
    }
    insta::assert_snapshot!("gallery", faces);
}

#[test]
fn passwords_are_nowhere() {
    let secrets = ["Gehe1mnis!", "p0ol\"\"word", "m4il b0x", "un kn0wn", "R3set$Word"];
    let line = format!(
        "{PACKAGE} ADDLOCAL=CommonServices,ResetPortal {SERVICE} SERVICE_ACCOUNT_NAME=svcMIMService SERVICE_ACCOUNT_DOMAIN=contoso SERVICE_ACCOUNT_PASSWORD={} REGISTRATION_ACCOUNT_PASSWORD=\"{}\" SERVICE_ACCOUNT_EMAIL_PASSWORD=\"{}\" CONTOSO_SECRET=\"{}\" RESET_ACCOUNT_NAME={} RESET_ACCOUNT={} MAIL_SERVER=\"mail.contoso.com PAM_COMPONENT_SERVICE_ACCOUNT_PASSWORD=Sw4llow3d\" MAIL_SERVER_IS_EXCHANGE=maybe",
        secrets[0], secrets[1], secrets[2], secrets[3], secrets[4], secrets[0]
    );
    let import = imported(&line);
    let all = everything(&import);
    for secret in secrets.iter().chain(&["Sw4llow3d", "p0ol", "Gehe1m"]) {
        assert!(!all.contains(secret), "{secret} is shown:\n{all}");
    }
    for code in ["import-password", "import-password-misplaced", "import-swallowed"] {
        assert!(codes(&import).contains(&code), "{code}: {all}");
    }
}

#[test]
fn hostile_texts_are_refused_or_read_and_never_panic() {
    let none = |bytes: &[u8]| import(&Given { bytes, ..given("") }, &wanted()).unwrap_err();
    assert_eq!(none(b""), NotImportable::Empty);
    assert_eq!(none(b" \r\n\t"), NotImportable::Empty);
    assert_eq!(none(b"\0\0\0"), NotImportable::NoCommand);
    assert_eq!(none(&[0xFF, 0xFE]), NotImportable::Empty);
    assert_eq!(none(b"setup.exe /quiet"), NotImportable::NoCommand);
    let garbage: Vec<u8> =
        (0..1_000_000_u32).map(|it| (it.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    import(&Given { bytes: &garbage, ..given("") }, &wanted()).unwrap_err();
    let long = format!("msiexec /i x.msi A={}", "x".repeat(40_000));
    assert!(matches!(none(long.as_bytes()), NotImportable::TooLong { .. }));
    let bits = [
        "msiexec ",
        "ADDLOCAL=",
        "SERVICE_ACCOUNT_PASSWORD=",
        "\"",
        "\"\"",
        " ",
        "/i ",
        "/l*v ",
        "x",
        "=",
        "\\\"",
        "漢",
        "\\",
        "\0",
        "^",
        "%",
        "%A%",
        "set A=\"",
        "\n",
        "RESET_ACCOUNT_NAME=",
        "`",
        "$x",
        "'",
        ",",
        "ALL",
        "(",
        ")",
        "@(",
    ];
    let mut state = 7_u64;
    for _ in 0..150 {
        let mut text = "msiexec /i x.msi ".to_owned();
        for _ in 0..24 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(bits[(state >> 33) as usize % bits.len()]);
        }
        for is_file in [false, true] {
            if let Ok(import) = import(&Given { is_file, ..given(&text) }, &wanted()) {
                everything(&import);
            }
        }
    }
    let many = format!("msiexec /i x.msi {}", "ADDLOCLA=x ".repeat(300));
    everything(&imported(&many));
    let many: String = (0..300).map(|it| format!("P{it}=xyz ")).collect();
    everything(&imported(&format!("msiexec /i x.msi {many}")));
}

/// A batch file as they are found: variables, continued lines, a log name that is computed.
const BATCH: &str = r#"@echo off
rem msiexec /i nothing.msi
for /f "tokens=2 delims==" %%a in ('wmic OS Get localdatetime /value') do set "dt=%%a"
set "stamp=%dt:~0,8%"
set SOURCE=D:\MIM\Service and Portal
set DOMAIN=contoso
set "SVCPWD=S3cr3t ^ & m0re"
set P1=Po^&ol
echo installing with %SVCPWD%
net start spadminv4 & start /wait msiexec.exe /i "%SOURCE%\Service and Portal.msi" ^
  /l*v "c:\logs\mim_%stamp%.log" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices,ResetPortal ^
  SQLSERVER_SERVER=%SQLSRV% SERVICE_ACCOUNT_NAME=svcMIMService SERVICE_ACCOUNT_DOMAIN=%domain% ^
  SERVICE_ACCOUNT_PASSWORD="%SVCPWD%" MAIL_SERVER=localhost MAIL_SERVER_IS_EXCHANGE=0 ^
  SYNCHRONIZATION_SERVER=%COMPUTERNAME% SYNCHRONIZATION_SERVER_ACCOUNT=%DOMAIN%\svcMIMMA SERVICEADDRESS=mim.contoso.com ^
  RESET_ACCOUNT=%DOMAIN%\mimpool RESET_ACCOUNT_PASSWORD="%P1%" RESET_HOSTNAME=pwreset.contoso.com RESET_SERVERNAME=mim.contoso.com IS_RESET_EXTRANET=1 >nul
if errorlevel 1 exit /b 1
msiexec /p hotfix.msp /qn
"#;

#[test]
fn a_batch_file_is_read_as_the_shell_reads_it() {
    let import = import(&file("install.cmd", BATCH), &wanted()).unwrap();
    let all = everything(&import);
    for secret in ["S3cr3t", "Po^&ol", "Po&ol", "m0re"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    insta::assert_snapshot!("batch", drawn(&import));
    let files = import.files.unwrap();
    insta::assert_snapshot!("batch_files", format!("{}----\n{}", files.script, files.values));
}

const POWERSHELL: &str = r#"
# installs MIM
$source = 'D:\MIM\Service and Portal'
$domain = "contoso"
$svcPassword = 'S3cr3t$Word'
$features = "CommonServices"
$arguments = @(
    "/i `"$source\Service and Portal.msi`""   # the package
    '/qn', '/norestart'
    "ACCEPT_EULA=1"
    "ADDLOCAL=$features"
    "SQLSERVER_SERVER=$sqlServer"
    "SERVICE_ACCOUNT_NAME=svcMIMService"
    "SERVICE_ACCOUNT_DOMAIN=$domain"
    "SERVICE_ACCOUNT_PASSWORD=`"$svcPassword`""
    "MAIL_SERVER=localhost MAIL_SERVER_IS_EXCHANGE=0"
    "SYNCHRONIZATION_SERVER=$env:COMPUTERNAME"
    "SYNCHRONIZATION_SERVER_ACCOUNT=$domain\svcMIMMA"
    "SERVICEADDRESS=mim.contoso.com"
    'CERTIFICATE_NAME="Contoso MIM"'
) -join ' '
Start-Process -FilePath msiexec.exe -ArgumentList $arguments -Wait -PassThru
"#;

#[test]
fn powershell_is_read_as_far_as_it_can_be_followed() {
    let import = import(&file("install.ps1", POWERSHELL), &wanted()).unwrap();
    assert!(!everything(&import).contains("S3cr3t"));
    insta::assert_snapshot!("powershell", drawn(&import));
    let files = import.files.unwrap();
    insta::assert_snapshot!("powershell_files", format!("{}----\n{}", files.script, files.values));
}

#[test]
fn commas_without_blanks_divide_a_list() {
    let text = "$msi = 'D:\\x.msi'\n$sql = 'SQLSERVER_SERVER=one'\nStart-Process msiexec -ArgumentList '/i',$msi,'ACCEPT_EULA=1',$sql,'ADDLOCAL=CommonServices'\n";
    let import = import(&file("a.ps1", text), &wanted()).unwrap();
    assert_eq!(own(&import), ["import-feature-bare"], "{}", drawn(&import));
    let files = import.files.unwrap();
    assert!(files.script.contains(r"installer::msi(`D:\x.msi`)"), "{}", files.script);
    assert!(files.values.contains("\"one\""), "{}", files.values);
}

#[test]
fn a_domain_that_two_places_say_differently_is_told() {
    let told = |domain: &str| {
        drawn(&imported(&format!(
            "{PACKAGE} ADDLOCAL=CommonServices SERVICE_ACCOUNT_NAME=MIM01\\svcMIM SERVICE_ACCOUNT_DOMAIN={domain}"
        )))
    };
    assert!(told("contoso").contains("see that `SERVICE_ACCOUNT_DOMAIN` is where the account is"));
    assert!(!told("mim01").contains("is where the account is"));
}

#[test]
fn what_is_known_only_where_the_file_runs_is_told() {
    let call = r#"msiexec /i "D:\a.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SQLSERVER_SERVER="#;
    let cases = [
        ("a.cmd", "if exist x (\n  set SQL=one\n) else (\n  set SQL=two\n)\n", "%SQL%", "two"),
        ("a.cmd", "if \"%SQL%\"==\"\" set SQL=one\n", "%SQL%", "one"),
        ("a.cmd", "if exist x (set SQL=one)\n", "%SQL%", "one"),
        (
            "a.ps1",
            "param([Parameter(Mandatory=$true)][string]$Sql = \"one\", $Other)\n",
            "$Sql",
            "one",
        ),
        ("a.ps1", "param(\n  [string]$Sql,\n  [int]$Port = 80\n)\n", "$Sql", "$Sql"),
        ("a.ps1", "$sql = Join-Path 'a' 'b'\n", "$sql", "$sql"),
        ("a.ps1", "$sql = '{0}' -f 'b'\n", "$sql", "$sql"),
    ];
    for (name, before, variable, value) in cases {
        let text = format!("{before}{call}{variable}\n");
        let import = import(&file(name, &text), &wanted()).unwrap();
        let found = codes(&import);
        assert!(found.contains(&"import-variable-unknown"), "{text}\n{}", drawn(&import));
        assert!(!found.contains(&"import-variable-unset"), "{text}\n{}", drawn(&import));
        let values = import.files.unwrap().values;
        assert!(values.contains(&format!("\"{value}\"")), "{text}\n{values}");
    }
}

#[test]
fn a_variable_is_missed_by_way_of_another() {
    for (name, text) in [
        (
            "a.cmd",
            "set URL=http://%HOST%\nmsiexec /i D:\\x.msi ADDLOCAL=WebPortals SHAREPOINT_URL=%URL%",
        ),
        (
            "a.ps1",
            "$url = \"http://$server\"\nmsiexec /i D:\\x.msi ADDLOCAL=WebPortals SHAREPOINT_URL=$url",
        ),
    ] {
        let import = import(&file(name, text), &wanted()).unwrap();
        assert!(codes(&import).contains(&"import-variable-unset"), "{text}\n{}", drawn(&import));
    }
}

#[test]
fn ways_to_call_it_are_found() {
    for (name, text) in [
        ("a.cmd", "msiexec.exe /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=WebPortals"),
        (
            "a.cmd",
            "@start \"MIM\" /wait \"C:\\Windows\\System32\\msiexec.exe\" /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=WebPortals",
        ),
        ("a.cmd", "cmd /c \"msiexec /i \"D:\\x.msi\" ACCEPT_EULA=1 ADDLOCAL=WebPortals\""),
        ("a.cmd", "if exist x (msiexec /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=WebPortals)"),
        (
            "a.cmd",
            "set A=WebPortals\r\nMSIEXEC -I D:\\x.msi -qn ACCEPT_EULA=1 ^\r\n ADDLOCAL=%a%\r\n",
        ),
        ("a.ps1", "& msiexec.exe /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=WebPortals | Out-Null"),
        ("a.ps1", "msiexec /i 'D:\\x.msi' `\n ACCEPT_EULA=1 `\n ADDLOCAL=WebPortals"),
        (
            "a.ps1",
            "Start-Process msiexec -Wait -ArgumentList '/i','D:\\x.msi','ACCEPT_EULA=1','ADDLOCAL=WebPortals'",
        ),
        (
            "a.ps1",
            "Start-Process msiexec.exe -ArgumentList \"/i `\"D:\\x.msi`\" ACCEPT_EULA=1 ADDLOCAL=WebPortals\" -Wait",
        ),
        ("a.ps1", "$a = 'WebPortals'; cmd /c \"msiexec /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=$a\""),
        (
            "a.ps1",
            "$a = \"/i D:\\x.msi \" + 'ACCEPT_EULA=1 '\n$a += 'ADDLOCAL=WebPortals'\nStart-Process msiexec -ArgumentList $a",
        ),
    ] {
        let import =
            import(&file(name, text), &wanted()).unwrap_or_else(|it| panic!("{text}: {it}"));
        let files = import.files.as_ref().unwrap_or_else(|| panic!("{text}\n{}", drawn(&import)));
        let found =
            files.script.contains("D:\\x.msi") && files.script.contains("components::portal()");
        assert!(
            found && !codes(&import).contains(&"import-license-terms"),
            "{text}\n{}\n{}",
            files.script,
            drawn(&import)
        );
    }
    // What PowerShell makes of a direct call is what Windows Installer does not take.
    let text =
        "msiexec /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=CommonServices CERTIFICATE_NAME=\"a b\"";
    let import = import(&file("a.ps1", text), &wanted()).unwrap();
    assert!(codes(&import).contains(&"import-quoted-whole"), "{}", drawn(&import));
}

#[test]
fn a_variable_that_ends_the_command_is_told() {
    let text = "set P1=Gehe^&im\nmsiexec /i D:\\x.msi ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_PASSWORD=%P1% SERVICEADDRESS=mim";
    let import = import(&file("a.cmd", text), &wanted()).unwrap();
    let all = everything(&import);
    assert!(all.contains("ends the command") && !all.contains("Gehe"), "{all}");
}

#[test]
fn a_configuration_of_the_generator_is_read() {
    let text = r#"{"InstallDrive":"C:","LogPath":"C:\\Logs","ServicesToInstall":["CommonServices","WebPortals","ResetPortal"],"MSIPath":"D:\\MIM\\Service and Portal","MailServer":"mail.contoso.com","MailUseSSL":true,"MailIsExch":true,"MailPollExch":true,"MailIsExchOnline":false,"SQLInstance":"sql.contoso.com","SQLDBName":"FIMService","SQLUseExisting":false,"MIMSvcAcctName":"svcMIMService","MIMSvcAcctPwd":"q83vEjRWeJA=","MIMSvcAcctDomain":"contoso","MIMSvcAcctEmail":"svcMIMService@contoso.com","MIMSvcAcctEmailPwd":null,"MIMSvcAcctIsGMSA":false,"SyncServer":"sync.contoso.com","MIMSvcMaAcct":"contoso\\svcMIMMA","MIMSvcAddr":"mim.contoso.com","MIMSSPRRegURL":null,"MIMPortalURL":"http://mim.contoso.com","SPTimeOut":"180","RegSvcAcctName":null,"RegSvcIsExtranet":false,"RegConfigFW":false,"ResSvcAcctName":"contoso\\mimpool","ResSvcAcctPwd":"EjRWeJCrze8=","ResSvcPort":"80","ResSvcIsExtranet":true,"ResMIMSvcName":"mim.contoso.com","ResSvcHostName":"pwreset.contoso.com","ResConfigFW":true,"PAMAPIConfigFW":false,"SCSMServerName":null}"#;
    let import = import(&file("config.json", text), &wanted()).unwrap();
    let all = everything(&import);
    assert!(!all.contains("q83vEjRWeJA") && !all.contains("EjRWeJCrze8"), "{all}");
    assert_eq!(own(&import), ["import-license-terms"], "{}", drawn(&import));
    let files = import.files.unwrap();
    insta::assert_snapshot!("config_files", format!("{}----\n{}", files.script, files.values));
    let other = file("config.json", "{\"a\": 1}");
    assert_eq!(mimeo::import::import(&other, &wanted()).unwrap_err(), NotImportable::NoConfig);
}

#[test]
fn a_log_is_read_whatever_its_encoding() {
    let text = "=== Verbose logging started: 11/23/2026  9:41:07  Build type: SHIP UNICODE 5.00.10011.00 ===\r\n\
        MSI (s) (A0:4C): Command Line: ADDLOCAL=ResetPortal ACCEPT_EULA=1 CLIENTUILEVEL=3\r\n\
        Property(S): UpgradeCode = {1F6DC0AC-5D5C-4E6D-9E5C-0A8D4C1A2B3C}\r\n\
        Property(S): ACCEPT_EULA = 1\r\n\
        Property(S): ADDLOCAL = ResetPortal\r\n\
        Property(S): RESET_ACCOUNT = contoso\\mimpool\r\n\
        Property(S): RESET_ACCOUNT_PASSWORD = **********\r\n\
        Property(S): RESET_HOSTNAME = pwreset.contoso.com\r\n\
        Property(S): RESET_SERVERNAME = mim.contoso.com\r\n\
        Property(S): IS_RESET_EXTRANET = Extranet\r\n\
        Property(S): ProductVersion = 4.6.34.0\r\n\
        Property(S): UILevel = 2\r\n\
        Property(S): MsiLogFileLocation = c:\\miminstall\\log.txt\r\n\
        Property(S): OriginalDatabase = D:\\MIM\\Service and Portal.msi\r\n";
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [text.as_bytes(), &utf16] {
        let given = Given { bytes, ..file("log.txt", "") };
        let import = import(&given, &wanted()).unwrap();
        assert!(own(&import).is_empty(), "{}", drawn(&import));
        let msi = planned(&import);
        assert_eq!(msi.ui, Ui::Quiet);
        assert_eq!(msi.features, ["ResetPortal"]);
        let line = command_line(&msi, Shell::None).unwrap();
        assert!(
            line.contains("RESET_HOSTNAME=\"pwreset.contoso.com\"")
                && line.contains("{secret:reset_password}")
        );
    }
    let shown = text.replace("**********", "Gehe1mnis");
    let import = import(&file("log.txt", &shown), &wanted()).unwrap();
    assert!(!everything(&import).contains("Gehe1m") && own(&import) == ["import-password"]);
    let none = file("log.txt", "=== Verbose logging started: x\r\nProperty(S): A = b\r\n");
    assert_eq!(mimeo::import::import(&none, &wanted()).unwrap_err(), NotImportable::NoProperties);
}

#[test]
fn passwords_are_nowhere_however_quotes_are_shifted() {
    let bits = [
        "SERVICE_ACCOUNT_PASSWORD=Gehe1mnis",
        "SERVICE_ACCOUNT_PASSWORD=\"Gehe1mnis\"",
        "SERVICE_ACCOUNT_PASSWORD = Gehe1mnis",
        "CONTOSO_PWD=Gehe1mnis",
        "RESET_ACCOUNT_NAME=Gehe1mnis",
        "RESET_ACCOUNT_PASSWORD=",
        "Gehe1mnis",
        "\"Gehe1mnis\"",
        "\"",
        " ",
        " ",
        " ",
        "/i ",
        "/l*v ",
        "A=",
        "A=\"",
        "ADDLOCAL=",
        "MAIL_SERVER=\"x",
        "\\\"",
        "\"\"",
        "/",
        "\n",
        "^\n",
    ];
    let mut state = 11_u64;
    for _ in 0..600 {
        // The password is told to be one at least once.
        let mut text = "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD=Gehe1mnis ".to_owned();
        for _ in 0..10 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(bits[(state >> 33) as usize % bits.len()]);
        }
        for (name, is_file) in [("command line", false), ("a.cmd", true), ("a.ps1", true)] {
            let Ok(import) = import(&Given { name, is_file, ..given(&text) }, &wanted()) else {
                continue;
            };
            let files = import.files.as_ref().map(|it| format!("{}{}", it.script, it.values));
            let all = format!("{}{}", drawn(&import), files.unwrap_or_default());
            assert!(!all.to_lowercase().contains("gehe1m"), "{name}: {text}\n----\n{all}");
        }
    }
    for text in [
        "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD=my Gehe1mnis word ADDLOCAL=CommonServices",
        "msiexec /l*v SERVICE_ACCOUNT_PASSWORD=Gehe1mnis /i D:\\x.msi",
        "msiexec /i D:\\x.msi A=\"SERVICE_ACCOUNT_PASSWORD=Gehe1mnis",
        "msiexec /i D:\\x.msi /MY_PASSWORD=Gehe1mnis",
        "msiexec /i \"D:\\x.msi A_PASSWORD=Gehe1mnis",
        "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD = Gehe1mnis=Gehe1mnis ADDLOCAL=CommonServices",
        "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD= Gehe1mnis== ADDLOCAL=CommonServices",
        "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD \"Gehe1mnis=Gehe1mnis\" ADDLOCAL=CommonServices",
        "msiexec /i D:\\x.msi /SERVICE_ACCOUNT_PASSWORD=\"Gehe1mnis=Gehe1mnis\" ADDLOCAL=CommonServices",
        "msiexec /i D:\\x.msi SERVICE_ACCOUNT_PASSWORD:\"Gehe1mnis\" ADDLOCAL=CommonServices",
    ] {
        let all = everything(&imported(text));
        assert!(!all.to_lowercase().contains("gehe1m"), "{text}\n{all}");
    }
}
