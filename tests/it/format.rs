//! The formats of values: what each takes, what it says of a text that does not fit, and that it never fails otherwise.

use std::collections::BTreeSet;
use std::fmt::Debug;

use mimeo::model::format::{
    Build, CODES, DatabaseName, DomainAccount, DomainName, EmailAddress, Format, Guid, HostName,
    Malformed, Name, Port, PropertyName, SqlServer, Text, Thumbprint, Url, WindowsPath, echo,
};

/// A text that does not fit, what is said of it, the guilty part, and the correction that is offered.
type Bad<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

#[track_caller]
fn good<F: Format + PartialEq + Debug>(texts: &[&str]) {
    for text in texts {
        match F::parse(text) {
            Ok(value) => assert_eq!(F::parse(&value.text()).as_ref(), Ok(&value)),
            Err(malformed) => panic!("{}", malformed.headline(text)),
        }
    }
}

#[track_caller]
fn bad<F: Format + Debug>(table: &[Bad<'_>]) {
    for (text, is, part, instead) in table {
        let malformed = F::parse(text).expect_err(text);
        let found = malformed.part.clone().map(|part| &text[part]);
        let correction = malformed.instead.as_deref();
        assert_eq!((malformed.is.as_str(), found, correction), (*is, *part, *instead), "{text:?}");
        assert_sound::<F>(text, &malformed);
    }
}

/// What holds for everything that is said of any text.
#[track_caller]
fn assert_sound<F: Format>(text: &str, malformed: &Malformed) {
    let headline = malformed.headline(text);
    assert!(!headline.contains('\n'), "{headline}");
    assert!(!headline.ends_with('.'), "{headline}");
    assert!(!malformed.is.is_empty() && !malformed.help.is_empty(), "{headline}");
    assert!(!malformed.help.contains('\n'), "{headline}: {}", malformed.help);
    assert!(malformed.help.len() < 1500, "{headline}: {}", malformed.help);
    if let Some(part) = &malformed.part {
        assert!(
            text.get(part.clone()).is_some_and(|part| !part.is_empty()),
            "{headline}: {part:?}"
        );
    }
    if let Some(instead) = &malformed.instead {
        assert!(F::parse(instead).is_ok(), "{headline}: {instead}");
        assert_ne!(instead, text, "{headline}");
    }
}

#[test]
fn texts_stand_on_one_line() {
    good::<Text>(&["Contoso MIM", " with blanks ", "Müller & Söhne", "`x`"]);
    bad::<Text>(&[
        ("", "is not a text on one line", None, None),
        (" \t", "has only blanks", None, None),
        ("Contoso\r\nMIM", "has a line break", Some("\r"), Some("Contoso MIM")),
        ("Contoso\u{1}", "has a control character (U+0001)", Some("\u{1}"), Some("Contoso")),
    ]);
}

#[test]
fn hosts_are_names_alone() {
    good::<HostName>(&["mim.contoso.com", "MIM01", "10.0.0.5", "localhost", "3m.contoso.com"]);
    bad::<HostName>(&[
        ("", "is not a host name", None, None),
        (" mim", "begins with a blank", Some(" "), Some("mim")),
        ("mim\n", "ends with a line break", Some("\n"), Some("mim")),
        ("\"mim\"", "has quotes that are part of the value", None, Some("mim")),
        (
            "https://mim.contoso.com/identitymanagement",
            "has a scheme (`https://`)",
            Some("https://"),
            Some("mim.contoso.com"),
        ),
        // A port is not dropped without a look.
        ("https://mim.contoso.com:443", "has a scheme (`https://`)", Some("https://"), None),
        ("mim.contoso.com:80", "has a port (`:80`)", Some(":80"), None),
        ("sql.contoso.com,1433", "has a port (`,1433`)", Some(",1433"), None),
        ("mim.contoso.com/x", "has a path (`/x`)", Some("/x"), Some("mim.contoso.com")),
        (r"\\mim", r"begins with `\\`", Some(r"\\"), Some("mim")),
        (r"sql.contoso.com\MIM", r"has an instance (`\MIM`)", Some(r"\MIM"), None),
        (r"contoso\mim", r"has a backslash (`\`)", Some(r"\mim"), None),
        ("mim server", "has a blank", Some(" "), None),
        ("mim_server", "has `_`, which no DNS name has", Some("_"), None),
        ("mim.contoso.com.", "ends with a dot", Some("."), Some("mim.contoso.com")),
        (".contoso.com", "begins with a dot", Some("."), None),
        ("mim..com", "has nothing between two dots", Some(".."), None),
        ("-mim", "has a part that begins or ends with `-`", Some("-mim"), None),
        ("mïm", "has `ï`, which no DNS name has", Some("ï"), None),
        ("*.contoso.com", "has `*`, which stands for many names", Some("*"), None),
        ("svc@contoso.com", "has `@`, so it is not the name of a host", Some("@"), None),
        ("::1", "is an IPv6 address", None, None),
        ("10.0.0.256", "ends in a number, but is no IP address", None, None),
        ("5725", "is a number, not a name", None, None),
        (
            "mim\u{200e}.contoso.com",
            "has an invisible character (U+200E)",
            Some("\u{200e}"),
            Some("mim.contoso.com"),
        ),
    ]);
    let long = "a".repeat(64);
    bad::<HostName>(&[(
        &long,
        "has a part of 64 characters, and DNS takes at most 63",
        Some(&long),
        None,
    )]);
}

#[test]
fn hosts_tell_what_they_are() {
    let host = |text| HostName::parse(text).unwrap();
    for local in ["localhost", "LocalHost", "127.0.0.1", "127.1.2.3"] {
        assert!(host(local).is_local(), "{local}");
    }
    assert!(!host("localhost.contoso.com").is_local());
    assert!(host("10.0.0.5").is_address() && !host("10.0.0.5").is_full());
    assert!(host("mim.contoso.com").is_full() && !host("mim").is_full());
    assert_eq!(host("mim.contoso.com").short(), "mim");
    assert_eq!(host("10.0.0.5").short(), "10.0.0.5");
    assert_eq!(host("MIM.contoso.com"), host("mim.Contoso.com"));
    assert_eq!(host("MIM.contoso.com").text(), "MIM.contoso.com");
}

#[test]
fn domains_have_a_dot() {
    good::<DomainName>(&["contoso.com", "contoso.onmicrosoft.com", "CONTOSO.local"]);
    bad::<DomainName>(&[
        ("contoso", "has no dot, so it is no DNS domain", None, None),
        (
            "admin@contoso.com",
            "has a user before the domain (`admin@`)",
            Some("admin@"),
            Some("contoso.com"),
        ),
        ("https://contoso.com", "has a scheme (`https://`)", Some("https://"), Some("contoso.com")),
        ("e4405d02-4a65-47fe-8c0a-45239eb45a9f", "is an ID, not a domain", None, None),
        ("10.0.0.5", "is an IP address", None, None),
        (".com", "begins with a dot", Some("."), None),
    ]);
}

#[test]
fn sql_servers_have_an_instance_and_no_port() {
    good::<SqlServer>(&[
        "sql.contoso.com",
        r"sql.contoso.com\MIM",
        ".",
        "(local)",
        r".\SQLEXPRESS",
        "sql_alias",
        "10.0.0.5",
    ]);
    bad::<SqlServer>(&[
        ("sql.contoso.com,1433", "has a port (`,1433`)", Some(",1433"), None),
        (r"sql,1433\MIM", "has a port (`,1433`)", Some(",1433"), None),
        ("tcp:sql", "names a protocol (`tcp:`)", Some("tcp:"), Some("sql")),
        ("TCP:sql,1433", "names a protocol (`tcp:`)", Some("TCP:"), None),
        (
            r"sql\MSSQLServer",
            "names the default instance (`MSSQLServer`), which has no name",
            Some("MSSQLServer"),
            Some("sql"),
        ),
        (r"sql\", "has no instance after its backslash", Some(r"\"), None),
        (r"\MIM", "has nothing before its backslash", Some(r"\"), None),
        (r"sql\\MIM", "has two backslashes", Some(r"\\"), Some(r"sql\MIM")),
        ("sql/MIM", r"has `/` where a `\` belongs", Some("/"), Some(r"sql\MIM")),
        (
            "sql\new",
            "has a line break where a backslash was swallowed",
            Some("\n"),
            Some(r"sql\new"),
        ),
        (r"(localdb)\x", "is LocalDB, which no service can use", Some("(localdb)"), None),
        (
            r"sql\ABCDEFGHIJKLMNOPQ",
            "has an instance of 17 characters, and SQL Server takes at most 16",
            Some("ABCDEFGHIJKLMNOPQ"),
            None,
        ),
        (r"sql\a b", "has a blank in its instance, which no instance has", Some(" "), None),
        (r"my_sql.\x", "has a server that ends with a dot", Some("."), Some(r"my_sql\x")),
    ]);
    let help = SqlServer::parse("sql.contoso.com,1433").unwrap_err().help;
    assert!(help.contains("make an SQL client alias on this server with `cliconfg.exe`"), "{help}");

    let server = SqlServer::parse(r"sql.contoso.com\MIM").unwrap();
    assert_eq!((server.host(), server.instance()), ("sql.contoso.com", Some("MIM")));
    assert_eq!(server, SqlServer::parse(r"SQL.contoso.com\mim").unwrap());
    assert!(!server.is_local());
    for local in [".", "(local)", r".\MIM", "localhost", r"127.0.0.1\MIM"] {
        assert!(SqlServer::parse(local).unwrap().is_local(), "{local}");
    }
}

#[test]
fn databases_can_be_created() {
    good::<DatabaseName>(&["FIMService", "MIM Service", "MIM.Service", &"x".repeat(123)]);
    bad::<DatabaseName>(&[
        ("[FIMService]", "has brackets around it", None, Some("FIMService")),
        ("'FIMService'", "has quotes that are part of the value", None, Some("FIMService")),
        ("Master", "is one of SQL Server's own databases", None, None),
        ("FIM;Service", "has `;`, which no database name can have", Some(";"), None),
        (&"x".repeat(124), "has 124 characters, and SQL Server takes at most 123", None, None),
    ]);
}

#[test]
fn accounts_are_a_domain_and_a_name() {
    good::<DomainAccount>(&[r"contoso\svcMIMService", r"CONTOSO\MIMSrvGMSAsvc$", r"a-b_c\x.y"]);
    bad::<DomainAccount>(&[
        ("", "is not a domain account", None, None),
        (
            "svcMIMService@contoso.com",
            r"is a user principal name (`@contoso.com`), and the wizard asks for `Domain\Account`",
            Some("@contoso.com"),
            None,
        ),
        (
            r"contoso.com\svc",
            "names the domain by its DNS name (`contoso.com`)",
            Some("contoso.com"),
            None,
        ),
        ("svcMIMService", "has no domain", None, None),
        ("contoso/svc", r"has `/` where a `\` belongs", Some("/"), Some(r"contoso\svc")),
        (r"contoso\\svc", "has two backslashes", Some(r"\\"), Some(r"contoso\svc")),
        (r"contoso\a\b", "has more than one backslash", Some(r"\"), None),
        (r".\svc", "is an account of the computer (`.`), not of a domain", Some("."), None),
        (
            r"NT SERVICE\FIMService",
            "is an account of the computer (`NT SERVICE`), not of a domain",
            Some("NT SERVICE"),
            None,
        ),
        (
            r"contosoheadquarters\svc",
            "has a domain of 19 characters, and a NetBIOS name has at most 15",
            Some("contosoheadquarters"),
            None,
        ),
        (
            r"contoso\svcMIMServiceAccount1",
            "has an account of 21 characters, and Windows takes at most 20",
            Some("svcMIMServiceAccount1"),
            None,
        ),
        (r"contoso\a*b", "has `*` in its account, which no account has", Some("*"), None),
        (r"contoso\$", "has no account before its `$`", Some("$"), None),
        (r"con toso\svc", "has a blank in its domain, which no NetBIOS name has", Some(" "), None),
        ("contoso\\svc\n", "ends with a line break", Some("\n"), Some(r"contoso\svc")),
    ]);
    let account = |text| DomainAccount::parse(text).unwrap();
    let managed = account(r"contoso\MIMSrvGMSAsvc$");
    assert_eq!((managed.domain(), managed.name()), ("contoso", "MIMSrvGMSAsvc$"));
    assert!(managed.is_managed() && !account(r"contoso\a$b").is_managed());
    assert_eq!(account(r"CONTOSO\svcmim"), account(r"contoso\svcMIM"));
}

/// In a string of double quotes `\n` is a line break; the message shows what was meant and how to write it.
#[test]
fn a_swallowed_backslash_is_given_back() {
    bad::<DomainAccount>(&[
        (
            "contoso\new",
            "has a line break where a backslash was swallowed",
            Some("\n"),
            Some(r"contoso\new"),
        ),
        (
            "contoso\tsvc",
            "has a tab where a backslash was swallowed",
            Some("\t"),
            Some(r"contoso\tsvc"),
        ),
        (
            "contoso\rsvc",
            "has a line break where a backslash was swallowed",
            Some("\r"),
            Some(r"contoso\rsvc"),
        ),
        // The account `n`: the line break is the backslash and its letter.
        (
            "contoso\n",
            "has a line break where a backslash was swallowed",
            Some("\n"),
            Some(r"contoso\n"),
        ),
        (
            "contoso\u{1}svc",
            "has a control character (U+0001) where a backslash was swallowed",
            Some("\u{1}"),
            None,
        ),
    ]);
    bad::<WindowsPath>(&[(
        "D:\\MIM\new\temp",
        "has a line break where a backslash was swallowed",
        Some("\n"),
        Some(r"D:\MIM\new\temp"),
    )]);
    let malformed = DomainAccount::parse("contoso\new").unwrap_err();
    assert_eq!(
        malformed.headline("contoso\new"),
        r"`contoso\new` has a line break where a backslash was swallowed"
    );
    assert_eq!(
        malformed.help,
        r"write it in backticks in a script (`` `contoso\new` ``), in single quotes in a values file (`'contoso\new'`)"
    );
}

/// `` `${netbios}\svcMIMService` `` with an empty `netbios`, and its like.
#[test]
fn an_empty_part_of_an_interpolation_is_named() {
    bad::<DomainAccount>(&[
        (r"\svcMIMService", "has no domain before its backslash", Some(r"\"), None),
        (r"contoso\", "has no account after its backslash", Some(r"\"), None),
        (r"\", "has no domain before its backslash", Some(r"\"), None),
    ]);
    bad::<EmailAddress>(&[
        ("@contoso.com", "has no mailbox before its `@`", Some("@"), None),
        ("mim@", "has no domain after its `@`", Some("@"), None),
        ("mim@.com", "has a domain that begins with a dot", Some("."), None),
    ]);
    bad::<WindowsPath>(&[
        (r"\MIM\log.txt", "has no drive before its backslash", Some(r"\"), None),
        (r"C:\\log.txt", "has nothing between two backslashes", Some(r"\\"), None),
        (r"C:\MIM\\log.txt", "has nothing between two backslashes", Some(r"\\"), None),
    ]);
    bad::<Url>(&[
        ("https://", "has no host", Some("://"), None),
        ("https://:443/", "has no host", Some("://"), None),
        ("https://.contoso.com", "has a host that begins with a dot", Some("."), None),
    ]);
    let help = DomainAccount::parse(r"\svcMIMService").unwrap_err().help;
    assert_eq!(
        help,
        r"write the domain's NetBIOS name, such as `contoso\svcMIMService`; a value that should stand there may be empty"
    );
}

#[test]
fn addresses_have_a_mailbox_and_a_domain() {
    good::<EmailAddress>(&[
        "svcMIMService@contoso.com",
        "MIMService@contoso.onmicrosoft.com",
        "o'neil+mim@contoso.com",
    ]);
    bad::<EmailAddress>(&[
        ("contoso", "has no `@`", None, None),
        (r"contoso\svc", "is an account, not an address", Some(r"\"), None),
        ("svc@contoso", "has a domain without a dot (`contoso`)", Some("contoso"), None),
        ("a@b@contoso.com", "has more than one `@`", Some("@"), None),
        ("a@contoso.com; b@contoso.com", "is more than one address", Some("@"), None),
        (
            "mailto:a@contoso.com",
            "has a scheme (`mailto:`)",
            Some("mailto:"),
            Some("a@contoso.com"),
        ),
        ("MIM <a@contoso.com>", "has a display name", Some("MIM "), Some("a@contoso.com")),
        ("a b@contoso.com", "has a blank, which no address has before its `@`", Some(" "), None),
        ("a..b@contoso.com", "has a dot with nothing before or after it", Some(".."), None),
        ("a@contoso.com.", "has a domain that ends with a dot", Some("."), Some("a@contoso.com")),
        ("a@con toso.com", "has a domain that has a blank", Some(" "), None),
    ]);
    let address = EmailAddress::parse("MIM@Contoso.com").unwrap();
    assert_eq!((address.mailbox(), address.domain().as_str()), ("MIM", "Contoso.com"));
    assert_eq!(address, EmailAddress::parse("mim@contoso.com").unwrap());
}

#[test]
fn urls_are_of_the_web() {
    good::<Url>(&[
        "http://mim.contoso.com",
        "HTTPS://mim.contoso.com:8443/sites/mim?x=1#y",
        "http://localhost",
        "http://10.0.0.5/",
    ]);
    bad::<Url>(&[
        ("mim.contoso.com", "has no scheme", None, None),
        (
            "https:/mim.contoso.com",
            "has `https:/` where `https://` belongs",
            Some("https:/"),
            Some("https://mim.contoso.com"),
        ),
        (
            r"http:\\mim.contoso.com",
            r"has a backslash (`\`)",
            Some(r"\"),
            Some("http://mim.contoso.com"),
        ),
        (
            "ftp://mim",
            "has the scheme `ftp`, and only `http` and `https` are opened",
            Some("ftp"),
            None,
        ),
        ("http://http://mim", "has two schemes", Some("http://"), Some("http://mim")),
        ("http://mim:0", "has the port `0`, which is no port", Some("0"), None),
        ("http://mim:70000/x", "has the port `70000`, which is no port", Some("70000"), None),
        ("http://mim:", "has no port after its `:`", Some(":"), None),
        ("http://admin@mim", "has a user before its host", Some("admin@"), None),
        ("http://mim/a b", "has a blank, which no URL has", Some(" "), None),
        ("http://[::1]", "has a host that is an IPv6 address", Some("[::1]"), None),
        ("http://mim./x", "has a host that ends with a dot", Some("."), Some("http://mim/x")),
    ]);
    assert_eq!(Url::parse("htps://mim").unwrap_err().help, "did you mean `https://mim`?");
    assert_eq!(
        Url::parse("mim.contoso.com").unwrap_err().help,
        "write `https://mim.contoso.com`, or `http://mim.contoso.com` if the site has no certificate"
    );
    let url = Url::parse("HTTP://MIM.contoso.com:8080/sites/mim?x=1").unwrap();
    assert_eq!(url.scheme(), "http");
    assert_eq!(url.host().as_str(), "MIM.contoso.com");
    assert_eq!((url.port(), url.written_port()), (8080, Some(8080)));
    assert_eq!((url.path(), url.query()), ("/sites/mim", "?x=1"));
    let plain = Url::parse("https://localhost").unwrap();
    assert_eq!((plain.port(), plain.written_port(), plain.path()), (443, None, ""));
    assert!(plain.is_local() && !url.is_local());
    assert_eq!(plain, Url::parse("HTTPS://LOCALHOST:443/").unwrap());
    assert_ne!(plain, Url::parse("http://localhost").unwrap());
    assert_ne!(plain, Url::parse("https://localhost/x").unwrap());
}

#[test]
fn guids_are_normalised() {
    const ID: &str = "48b15b07-92a8-4c5f-ae4a-8850556d6b76";
    good::<Guid>(&[ID]);
    assert_eq!(Guid::parse(&ID.to_uppercase()).unwrap().text(), ID);
    bad::<Guid>(&[
        (&format!("{{{ID}}}"), "has `{` and `}` around it", None, Some(ID)),
        (&ID.replace('-', ""), "is not grouped 8-4-4-4-12", None, Some(ID)),
        (&format!("api://{ID}"), "begins with `api://`", Some("api://"), Some(ID)),
        (&ID[1..], "has 31 hexadecimal digits, and a GUID has 32", None, None),
        (&ID.replace('f', "g"), "has `g`, which is no hexadecimal digit", Some("g"), None),
        ("contoso.onmicrosoft.com", "is a domain, not an ID", None, None),
        ("00000000-0000-0000-0000-000000000000", "is all zeros, which is no ID", None, None),
    ]);
}

#[test]
fn ports_are_numbers() {
    good::<Port>(&["1", "80", "65535"]);
    bad::<Port>(&[
        ("0", "is no port: ports begin at 1", None, None),
        ("65536", "is more than 65535, the last port", None, None),
        ("99999999999999999999", "is more than 65535, the last port", None, None),
        ("-1", "is negative", None, None),
        ("eighty", "is not a whole number", None, None),
        ("80.0", "is not a whole number", None, None),
        (":80", "begins with `:`", Some(":"), Some("80")),
    ]);
    assert_eq!(Port::of(443).unwrap().number(), 443);
    for number in [0, -1, 65536, i64::MAX, i64::MIN] {
        assert!(Port::of(number).is_err(), "{number}");
    }
}

#[test]
fn thumbprints_are_forty_digits() {
    const PRINT: &str = "A909502DD82AE41433E6F83886B00D4277A32A7B";
    good::<Thumbprint>(&[PRINT]);
    assert_eq!(Thumbprint::parse(&PRINT.to_lowercase()).unwrap().text(), PRINT);
    bad::<Thumbprint>(&[
        (
            "a9 09 50 2d d8 2a e4 14 33 e6 f8 38 86 b0 0d 42 77 a3 2a 7b",
            "has blanks",
            Some(" "),
            Some(PRINT),
        ),
        (
            "\u{200e}a909502dd82ae41433e6f83886b00d4277a32a7b",
            "has an invisible character (U+200E)",
            Some("\u{200e}"),
            Some(PRINT),
        ),
        (
            "A9:09502DD82AE41433E6F83886B00D4277A32A7B",
            "has `:` between its digits",
            Some(":"),
            Some(PRINT),
        ),
        ("a909", "has 4 hexadecimal digits, and a thumbprint has 40", None, None),
        ("xyz", "has `x`, which is no hexadecimal digit", Some("x"), None),
        (
            &"a".repeat(64),
            "has 64 digits: it is the SHA-256 fingerprint, not the thumbprint",
            None,
            None,
        ),
    ]);
}

#[test]
fn builds_are_four_numbers_in_order() {
    good::<Build>(&["4.6.673.0", "0.0.0.0", "65535.1.2.3"]);
    bad::<Build>(&[
        ("4.6.673", "has 3 numbers, and a build has four", None, Some("4.6.673.0")),
        ("4.6", "has 2 numbers, and a build has four", None, None),
        ("4", "has one number, and a build has four", None, None),
        ("4.6.673.0.1", "has 5 numbers, and a build has four", None, None),
        ("v4.6.673.0", "begins with `v`", Some("v"), Some("4.6.673.0")),
        ("4.6.0673.0", "has a number with a leading zero", None, Some("4.6.673.0")),
        (
            "4.6.99999.0",
            "has the number 99999, and none in a build is above 65535",
            Some("99999"),
            None,
        ),
        ("4,6,673,0", "has `,`, which no build has", Some(","), None),
        ("4.6..0", "has a dot with no number before or after it", None, None),
    ]);
    let build = |text| Build::parse(text).unwrap();
    assert!(build("4.6.34.0") < build("4.6.421.0"));
    assert!(build("4.6.673.0") < build("4.7.3.0"));
    assert_eq!(build("4.6.673.0"), Build::of([4, 6, 673, 0]));
}

#[test]
fn paths_are_absolute() {
    good::<WindowsPath>(&[
        r"c:\miminstall\log.txt",
        r"D:\MIM\Service and Portal\Service and Portal.msi",
        r"\\server\share\MIM.msi",
        r"C:\",
        r"C:\MIM\",
        r"C:\.config\x",
        &format!(r"C:\{}", "a".repeat(253)),
    ]);
    bad::<WindowsPath>(&[
        ("D:/MIM/x.msi", r"has `/` where a `\` belongs", Some("/"), Some(r"D:\MIM\x.msi")),
        (r"C:\\MIM\\x.msi", "has its backslashes doubled", Some(r"\\"), Some(r"C:\MIM\x.msi")),
        (
            r"\\\\server\\share\\x.msi",
            "has its backslashes doubled",
            Some(r"\\"),
            Some(r"\\server\share\x.msi"),
        ),
        (r"MIM\x.msi", "is not absolute", None, None),
        ("C:", "is only a drive", None, None),
        ("C:x.msi", "has no backslash after its drive", Some("C:"), None),
        (
            r"%ProgramFiles%\MIM",
            "has a variable (`%ProgramFiles%`), which nothing replaces",
            Some("%ProgramFiles%"),
            None,
        ),
        (r"C:\a<b", "has `<`, which no path has", Some("<"), None),
        (r"C:\a:b", "has `:`, which no path has", Some(":"), None),
        (r"C:\a\..\b", "has `..` among its folders", Some(".."), None),
        (
            r"C:\a.\b",
            "has a folder or file that ends with a blank or a dot, which Windows drops",
            Some("."),
            None,
        ),
        (r"C:\nul.txt", "has `nul.txt`, which is a device of Windows", Some("nul.txt"), None),
        (r"\\server", r"begins with `\\`, but names no server and share", Some(r"\\"), None),
        (r"\\?\C:\x", r"begins with `\\?\`", Some(r"\\?\"), Some(r"C:\x")),
        ("/tmp/x", "begins with `/`, which no path of Windows does", Some("/"), None),
        ("file:///C:/x", "is a URL, not a path", Some("file://"), None),
        (
            &format!(r"C:\{}", "a".repeat(254)),
            "has 257 characters, and Windows Installer takes at most 256",
            None,
            None,
        ),
    ]);
    let path = |text| WindowsPath::parse(text).unwrap();
    let cases = [
        (r"C:\MIM\x.msi", Some(r"C:\MIM"), Some("x.msi")),
        (r"C:\x.msi", Some(r"C:\"), Some("x.msi")),
        (r"C:\MIM\", Some(r"C:\"), Some("MIM")),
        (r"C:\", None, None),
        (r"\\server\share\x.msi", Some(r"\\server\share\"), Some("x.msi")),
        (r"\\server\share", None, None),
    ];
    for (text, folder, name) in cases {
        assert_eq!((path(text).folder(), path(text).file_name()), (folder, name), "{text}");
    }
    assert!(path(r"\\server\share").is_remote() && !path(r"C:\").is_remote());
    assert_eq!(path(r"C:\MIM"), path(r"c:\mim"));
}

#[test]
fn property_names_are_public() {
    good::<PropertyName>(&["SQLSERVER_SERVER", "_X", "A.B1"]);
    bad::<PropertyName>(&[
        (
            "SharePointTimeout",
            "has a lower-case letter, so Windows Installer takes it for a private property",
            Some("h"),
            Some("SHAREPOINTTIMEOUT"),
        ),
        (
            "REBOOT=ReallySuppress",
            "has a value behind its name",
            Some("=ReallySuppress"),
            Some("REBOOT"),
        ),
        ("[INSTALLDIR]", "has brackets around it", None, Some("INSTALLDIR")),
        ("A-B", "has `-`, which no property's name has", Some("-"), None),
        ("1A", "begins with a digit or a dot", Some("1"), None),
    ]);
    // Windows Installer distinguishes upper and lower case.
    assert_eq!(PropertyName::parse("A").unwrap().text(), "A");
}

#[test]
fn names_are_words_in_lower_case() {
    good::<Name>(&["tenant", "sql_server", "a1", "secret"]);
    bad::<Name>(&[
        ("sqlServer", "has the capital letter `S`", Some("S"), Some("sql_server")),
        ("SQLServer", "has the capital letter `S`", Some("S"), Some("sql_server")),
        ("SQL_SERVER", "has the capital letter `S`", Some("S"), Some("sql_server")),
        ("sql-server", "has `-`", Some("-"), Some("sql_server")),
        ("sql server", "has a blank", Some(" "), Some("sql_server")),
        ("1st", "begins with `1`", Some("1"), None),
        ("_x", "begins with `_`", Some("_"), None),
        ("größe", "has `ö`", Some("ö"), None),
        ("secrets", "is the values file's table of secrets, not a parameter", None, None),
        ("Secrets", "has the capital letter `S`", Some("S"), None),
    ]);
}

#[test]
fn long_and_invisible_texts_are_shown_in_one_line() {
    assert_eq!(echo(""), "an empty text");
    assert_eq!(echo("a\nb\u{200e}"), "`a\\nb\\u{200e}`");
    let shown = echo(&"ä".repeat(1000));
    assert_eq!(shown, format!("`{0}…{0}`", "ä".repeat(40)));
}

#[test]
fn every_format_has_a_code_of_its_own_with_examples() {
    let of_formats = [
        Text::CODE.name,
        HostName::CODE.name,
        SqlServer::CODE.name,
        DatabaseName::CODE.name,
        DomainAccount::CODE.name,
        EmailAddress::CODE.name,
        Url::CODE.name,
        Guid::CODE.name,
        Port::CODE.name,
        Thumbprint::CODE.name,
        Build::CODE.name,
        DomainName::CODE.name,
        WindowsPath::CODE.name,
        PropertyName::CODE.name,
        Name::CODE.name,
    ];
    let listed: Vec<_> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(listed, of_formats);
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    for code in CODES {
        assert!(code.name.starts_with("value-"), "{}", code.name);
        assert_eq!(code.doc.matches("```rhai,reports\n").count(), 1, "{}", code.name);
        assert_eq!(code.doc.matches("```rhai\n").count(), 1, "{}", code.name);
    }
}

/// Every format over every text of a list and over small damages of each: an answer, and a sound one.
#[test]
fn every_format_answers_every_text() {
    const DAMAGES: &[&str] = &["", "\\", "/", ":", "@", ".", "\n", "\"", "ä"];
    let mut texts = vec![
        Text::EXAMPLE.to_owned(),
        HostName::EXAMPLE.to_owned(),
        r"sql.contoso.com\MIM".to_owned(),
        DomainAccount::EXAMPLE.to_owned(),
        EmailAddress::EXAMPLE.to_owned(),
        "https://mim.contoso.com:443/x?y".to_owned(),
        Guid::EXAMPLE.to_owned(),
        Port::EXAMPLE.to_owned(),
        Thumbprint::EXAMPLE.to_owned(),
        Build::EXAMPLE.to_owned(),
        WindowsPath::EXAMPLE.to_owned(),
        r"\\server\share\x".to_owned(),
        PropertyName::EXAMPLE.to_owned(),
        "\u{feff}".to_owned(),
    ];
    for text in texts.clone() {
        for (at, char) in text.char_indices() {
            let after = &text[at + char.len_utf8()..];
            texts.extend(DAMAGES.iter().map(|damage| format!("{}{damage}{after}", &text[..at])));
        }
    }
    for text in &texts {
        answer_all(text);
    }
}

/// A correction is tried again, layer by layer; a text of nothing but layers must not exhaust a small stack.
#[test]
fn nested_layers_end() {
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    let layers = [
        "\"", "'", "`", "[", "\\", "v", "tcp:", "mailto:", "<", "http:", "{", " ", r"\\?\", "=",
        "/", "\t",
    ];
    let run = thread.spawn(move || {
        for layer in layers {
            for count in [10, 300, 10_000] {
                let half = layer.repeat(count / layer.len());
                answer_all(&half);
                answer_all(&format!("{half}x{half}"));
                answer_all(&format!(
                    "{half}x{}",
                    half.replace('[', "]").replace('{', "}").replace('<', ">")
                ));
            }
        }
    });
    run.unwrap().join().unwrap();
}

fn answer_all(text: &str) {
    fn answer<F: Format>(text: &str) {
        match F::parse(text) {
            Ok(value) => assert!(F::parse(&value.text()).is_ok(), "{text:?}"),
            Err(malformed) => assert_sound::<F>(text, &malformed),
        }
    }
    answer::<Text>(text);
    answer::<HostName>(text);
    answer::<SqlServer>(text);
    answer::<DatabaseName>(text);
    answer::<DomainAccount>(text);
    answer::<EmailAddress>(text);
    answer::<Url>(text);
    answer::<Guid>(text);
    answer::<Port>(text);
    answer::<Thumbprint>(text);
    answer::<Build>(text);
    answer::<DomainName>(text);
    answer::<WindowsPath>(text);
    answer::<PropertyName>(text);
    answer::<Name>(text);
}
