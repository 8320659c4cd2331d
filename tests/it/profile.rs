//! What a package says of itself: its profile, and the command that shows it.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod hostile;
mod inspect;

use std::io::Cursor;

use mimeo::installer::package::Unreadable;
use mimeo::installer::profile::survey::survey_of;
use mimeo::installer::profile::{
    Effect, Field, FieldKind, KnownBy, PageKind, Profile, ProfileError,
};
use mimeo::plan::schema;
use serde_json::Value as Json;

use crate::support::package::{Build, cells, draft, package};

/// The profile of bytes.
fn read(bytes: &[u8]) -> Result<Profile, Unreadable> {
    survey_of("Service and Portal.msi", Cursor::new(bytes))
}

fn of(build: Build) -> Profile {
    read(&package(build)).unwrap()
}

/// The only field with a label.
fn field<'a>(profile: &'a Profile, label: &str) -> &'a Field {
    let mut fields = profile.fields_labelled(label);
    let (_, field) = fields.next().expect("there is one");
    assert!(fields.next().is_none(), "{label}");
    field
}

#[test]
fn a_profile_says_what_the_package_is() {
    for build in Build::ALL {
        let profile = of(build);
        assert_eq!(profile.product.name, "Microsoft Identity Manager Service and Portal");
        assert_eq!(profile.product.version, build.version());
        assert_eq!(profile.package.name, "Service and Portal.msi");
        assert_eq!(profile.package.digest.len(), "sha256:".len() + 64);
        assert!(profile.unread.is_empty());
        let features: Vec<&str> = profile.features.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(
            features,
            [
                "Everything",
                "CommonServices",
                "FIMReporting",
                "PAMServices",
                "WebPortals",
                "RegistrationPortal",
                "ResetPortal",
                "Prerequisites"
            ]
        );
        let privileged = profile.feature("PAMServices").unwrap();
        assert_eq!((privileged.level, privileged.visible), (200, true));
        assert_eq!(privileged.parent.as_deref(), Some("CommonServices"));
    }
    assert_ne!(of(Build::Old).package.digest, of(Build::Renamed).package.digest);
}

#[test]
fn pages_stand_in_the_order_of_the_wizard() {
    let profile = of(Build::Redesigned);
    let pages = profile.pages.iter().filter(|it| it.kind == PageKind::Page);
    let names: Vec<&str> =
        pages.map(|it| it.subtitle.as_deref().unwrap_or(it.title.as_str())).collect();
    assert_eq!(
        names,
        [
            "Welcome to the Microsoft Identity Manager Service and Portal Setup Wizard",
            "Please read the following license agreement",
            "Select the cloud instance",
            "Select the way you want features to be installed.",
            "Configure the MIM database connection",
            "Database Backup Warning",
            "Configure mail server connection",
            "Configure MIM Reporting Service Manager management server connection",
            "Configure Office 365 mailbox",
            "Configure service certificate",
            "Configure the MIM service account",
            "Account Security Warning",
            "Configure the synchronization server",
            "Configure connection to the MIM Service",
            "Configure connection to the MIM Service",
            "SharePoint 2016 services restart warning",
            "Configure optional portal homepage configuration",
            "Configure security changes configured by setup",
            "Enter configuration information used by IIS",
            "Password Registration Portal Warning",
            "Enter the address of the MIM Service",
            "Enter configuration information used by IIS",
            "Password Reset Portal Warning",
            "Enter the address of the MIM Service",
            "Install Microsoft Identity Manager Service and Portal",
            "Microsoft Identity Manager Service and Portal Setup",
        ]
    );
    let popup = profile.pages.iter().find(|it| it.kind == PageKind::Popup).unwrap();
    assert_eq!(popup.title, "Invalid Mail Authentication");
    assert_eq!(
        popup.texts,
        ["Authentication method selected is not supported by this Mail Server"]
    );
    let of_kind = |kind| profile.pages.iter().filter(|it| it.kind == kind).count();
    assert_eq!((of_kind(PageKind::Ending), of_kind(PageKind::Unreached)), (2, 1));
}

#[test]
fn a_label_leads_to_the_property_whatever_it_is_called() {
    for (build, property, secret, cloud) in [
        (Build::Redesigned, "MAIL_SERVER_TYPE", "EXCHANGE_CLIENT_SECRET", "USGOVDOD"),
        (Build::Renamed, "MAIL_KIND", "MAILBOX_APP_SECRET", "DOD"),
    ] {
        let profile = of(build);
        let server = field(&profile, "mail  server");
        assert_eq!(
            (server.kind, server.property.as_deref()),
            (FieldKind::ComboBox, Some(property))
        );
        assert_eq!(server.choices.len(), 6);
        assert_eq!(server.choices[5].text, "None");
        let password = field(&profile, "Client Secret");
        assert_eq!(
            (password.kind, password.property.as_deref()),
            (FieldKind::Password, Some(secret))
        );
        assert!(profile.property(secret).unwrap().hidden);
        let clouds = field(&profile, "Azure Cloud");
        assert_eq!(clouds.choices[2].text, "Microsoft 365 Government - DoD");
        assert_eq!(clouds.choices[2].value, cloud);
        assert!(clouds.default.is_some());
        // Its label stands elsewhere, and only the order of the Tab key tells it.
        assert_eq!(field(&profile, "Authentication").choices.len(), 3);
        // The name of the host has no label of its own, and does not take another's.
        let (_, host) = profile.fields_of("MAIL_SERVER").next().unwrap();
        assert_eq!(host.label, "");
        let effects: Vec<Effect> = host.conditions.iter().map(|it| it.effect).collect();
        assert_eq!(effects, [Effect::Disable, Effect::Enable]);
    }
    let old = of(Build::Old);
    assert!(!old.knows("MAIL_SERVER_TYPE") && old.knows("MAIL_SERVER_IS_EXCHANGE"));
    assert_eq!(field(&old, "Use SSL").choices[0].value, "1");
    assert_eq!(old.fields_labelled("Client Secret").count(), 0);
}

#[test]
fn a_name_is_known_by_where_it_stands() {
    let profile = of(Build::Redesigned);
    let known = |name: &str| {
        let property = profile.property(name).unwrap();
        property.known_by.iter().map(|it| (it.by, it.place.as_str())).collect::<Vec<_>>()
    };
    assert_eq!(
        known("EXCHANGE_APP_ID"),
        [(KnownBy::Field, "Field2 of D91"), (KnownBy::List, "SecureCustomProperties")]
    );
    assert_eq!(known("RMS_PORT"), [(KnownBy::Action, "CustomAction.Target of SetPorts")]);
    assert_eq!(known("FARM_NAME"), [(KnownBy::Text, "Registry.Value of Reg2")]);
    assert_eq!(
        known("SHAREPOINTTIMEOUT"),
        [(KnownBy::Condition, "InstallExecuteSequence.Condition of ConfigureSharePoint")]
    );
    assert_eq!(
        known("IS_SYNC_SERVICE_EXISTS"),
        [(KnownBy::Search, "AppSearch.Property of IS_SYNC_SERVICE_EXISTS")]
    );
    // Neither components and features, nor words, nor names with small letters.
    for name in ["WebPortals", "AND", "NOT", "ProductName", "SQLSERVER_PASSWORD"] {
        assert!(!profile.knows(name), "{name}");
    }
}

#[test]
fn conditions_and_texts_are_read_as_windows_installer_reads_them() {
    let mut package = draft(Build::Old);
    let condition = r#"(%ENVIRONMENT="A") AND ?COMPONENT=3 OR $OTHER>2 XOR !FEATURE = 3 AND "QUOTED ""ONE" ~= TWO_3 AND not FOUR><FIVE"#;
    package.row(
        "LaunchCondition",
        cells![condition, r"[SIX] [#SEVEN] [$EIGHT] [%NINE] [\[]TEN] [~] [Eleven] [[TWELVE]]"],
    );
    let profile = read(&package.bytes()).unwrap();
    for name in ["TWO_3", "FOUR", "FIVE", "SIX", "TWELVE"] {
        assert!(profile.knows(name), "{name}");
    }
    for name in
        ["ENVIRONMENT", "COMPONENT", "OTHER", "FEATURE", "QUOTED", "SEVEN", "EIGHT", "NINE", "TEN"]
    {
        assert!(!profile.knows(name), "{name}");
    }
}

#[test]
fn texts_are_shown_as_a_person_sees_them() {
    let mut package = draft(Build::Old);
    package.set("COMPANY", "Fabrikam & Sons");
    package.set("NAMED", "TARGET_OF_EDIT");
    package.set("TARGET_OF_EDIT", "first");
    package.row("Dialog", cells!["Odd", 50, 50, 370, 270, 3, "A && B", "Next", "Next", "Next"]);
    for (name, kind, y, attributes, property, text) in [
        ("T", "Text", 100, 3, "", "{\\Bold}[COMPANY] && [UNSET]&x [\\[]:"),
        ("F", "Edit", 115, 3 | 8, "NAMED", ""),
        ("C", "CheckBox", 140, 0, "OWN_VALUE", "R&&D && &more"),
        ("D", "CheckBox", 160, 2, "TABLE_VALUE", "More"),
    ] {
        package.row(
            "Control",
            cells!["Odd", name, kind, 20, y, 200, 12, attributes, property, text, "", ""],
        );
    }
    package.set("OWN_VALUE", "Yes");
    package.row("CheckBox", cells!["TABLE_VALUE", "[COMPANY]"]);
    let profile = read(&package.bytes()).unwrap();
    let page = profile.pages.iter().find(|it| it.dialog == "Odd").unwrap();
    assert_eq!((page.kind, page.title.as_str()), (PageKind::Unreached, "A && B"));
    let [edit, own, table] = page.fields.as_slice() else { panic!("{:?}", page.fields) };
    assert_eq!(edit.label, "Fabrikam & Sons & [UNSET]x [:");
    assert_eq!(edit.property.as_deref(), Some("TARGET_OF_EDIT"));
    assert_eq!((edit.through.as_deref(), edit.default.as_deref()), (Some("NAMED"), Some("first")));
    assert_eq!((own.label.as_str(), own.choices[0].value.as_str()), ("R&D & more", "Yes"));
    assert_eq!((own.visible, own.enabled), (false, false));
    assert_eq!(table.choices[0].value, "Fabrikam & Sons");
    assert_eq!((table.visible, table.enabled), (false, true));
}

#[test]
fn a_profile_is_read_back() {
    for build in Build::ALL {
        let profile = of(build);
        let json = profile.to_json();
        assert_eq!(Profile::from_json(&json), Ok(profile.clone()));
        assert_eq!(Profile::from_json(&format!("\u{FEFF}{json}")), Ok(profile));
    }
}

#[test]
fn what_is_no_profile_is_refused_with_its_place() {
    let json = of(Build::Redesigned).to_json();
    let says = |text: &str| Profile::from_json(text).unwrap_err().to_string();
    assert_eq!(
        Profile::from_json(&json.replace("\"format\": 1", "\"format\": 2")),
        Err(ProfileError::Format(2))
    );
    let seen = says(&json.replacen("\"hidden\": false", "\"hidden\": 0", 1));
    assert!(
        seen.contains(
            " at `properties[0].hidden`: invalid type: integer `0`, expected a boolean (line "
        ),
        "{seen}"
    );
    let seen = says(&json.replacen("\"level\"", "\"levle\"", 1));
    assert!(seen.contains(" at `features[0].levle`: unknown field `levle`"), "{seen}");
    for text in ["", "{", "[]", "null", "{\"format\": 1}", &format!("{json}{{}}")] {
        assert!(
            says(text).starts_with("the profile is not what `mimeo installer inspect` writes"),
            "{text}"
        );
    }
    assert!(Profile::from_json(&"[".repeat(200_000)).is_err());
    let told = says(&json.replace("\"name\": \"FIREWALL_CONF\"", "\"name\": \"FIREWALL CONF=1\""));
    assert!(told.contains("].name`: `FIREWALL CONF=1` is no name of a public property"), "{told}");
}

#[test]
fn schema_takes_what_is_written_and_refuses_what_is_not() {
    let schema: Json = serde_json::from_str(&schema::file_of::<Profile>(
        "What an installer package says of itself",
    ))
    .unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for build in Build::ALL {
        let json: Json = serde_json::from_str(&of(build).to_json()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|it| it.to_string()).collect();
        assert_eq!(errors, [""; 0]);
    }
    let json: Json = serde_json::from_str(&of(Build::Redesigned).to_json()).unwrap();
    for (pointer, value) in [
        ("/format", Json::from(2)),
        ("/package/digest", Json::from("sha256:")),
        ("/properties/0/known_by/0/by", Json::from("rumour")),
        ("/pages/1/fields/0/kind", Json::from("button")),
        ("/features/0/level", Json::from("1")),
    ] {
        let mut altered = json.clone();
        *altered.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&altered), "{pointer}");
    }
}
