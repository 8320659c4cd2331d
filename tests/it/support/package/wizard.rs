//! The wizard of the Service and Portal, as tests have it.

use crate::support::package::{Build, Draft, cells};

const COMMON: &str = "Configure Common Services";
const SERVICE_AND_PORTAL: &str = "Configure MIM Service and Portal";
const SERVICE: &str = "&CommonServices=3";
const PORTAL: &str = "&WebPortals=3";

/// A page while it is written.
struct Page<'a> {
    draft: &'a mut Draft,
    name: String,
    /// The place of the next field.
    y: i32,
    controls: i32,
}

impl Page<'_> {
    fn control(&mut self, control: [&str; 4], place: [i32; 4], attributes: i32, next: &str) {
        let [name, kind, property, text] = control;
        let [x, y, width, height] = place;
        self.draft.row(
            "Control",
            cells![
                self.name.as_str(),
                name,
                kind,
                x,
                y,
                width,
                height,
                attributes,
                property,
                text,
                next,
                "",
            ],
        );
    }

    fn name(&mut self, kind: &str) -> String {
        self.controls += 1;
        format!("{kind}{}", self.controls)
    }

    /// A text of its own.
    fn text(&mut self, text: &str) {
        let name = self.name("Text");
        self.control([&name, "Text", "", text], [20, self.y, 330, 24], 3, "");
        self.y += 40;
    }

    /// A field with its label on the left; returns its name.
    fn field(&mut self, kind: &str, label: &str, property: &str, attributes: i32) -> String {
        let (text, name) = (self.name("Text"), self.name("Field"));
        self.control([&text, "Text", "", label], [20, self.y + 2, 100, 12], 3, "");
        self.control([&name, kind, property, ""], [125, self.y, 200, 16], attributes, "");
        self.y += 22;
        name
    }

    /// A field whose label only the order of the Tab key tells.
    fn far(&mut self, kind: &str, label: &str, property: &str, attributes: i32) -> String {
        let (text, name) = (self.name("Text"), self.name("Field"));
        self.control([&text, "Text", "", label], [20, 210, 100, 12], 3, &name);
        self.control([&name, kind, property, ""], [125, self.y, 200, 16], attributes, "");
        self.y += 22;
        name
    }

    fn edit(&mut self, label: &str, property: &str) -> String {
        self.field("Edit", label, property, 3)
    }

    fn password(&mut self, label: &str, property: &str) -> String {
        self.field("Edit", label, property, 3 | 0x20_0000)
    }

    fn check_box(&mut self, label: &str, property: &str) {
        let name = self.name("Field");
        self.control([&name, "CheckBox", property, label], [20, self.y, 300, 16], 3, "");
        self.y += 22;
    }

    fn list(&mut self, label: &str, property: &str, choices: &[(&str, &str)]) -> String {
        for (order, (value, text)) in (1..).zip(choices) {
            self.draft.row("ComboBox", cells![property, order, *value, *text]);
        }
        self.field("ComboBox", label, property, 3)
    }

    fn radio(&mut self, label: &str, property: &str, choices: &[(&str, &str)]) {
        for (order, (value, text)) in (1..).zip(choices) {
            let row = cells![property, order, *value, 0, order * 16, 300, 14, *text, ""];
            self.draft.row("RadioButton", row);
        }
        if !label.is_empty() {
            let name = self.name("Text");
            self.control([&name, "Text", "", label], [20, self.y, 330, 12], 3, "");
            self.y += 14;
        }
        let name = self.name("Field");
        self.control([&name, "RadioButtonGroup", property, ""], [20, self.y, 330, 50], 3, "");
        self.y += 60;
    }

    fn condition(&mut self, control: &str, action: &str, condition: &str) {
        let row = cells![self.name.as_str(), control, action, condition];
        self.draft.row("ControlCondition", row);
    }

    fn popup(&mut self, target: &str, condition: &str) {
        let row = cells![self.name.as_str(), "Go", "SpawnDialog", target, condition, 1];
        self.draft.row("ControlEvent", row);
    }
}

/// The pages in their order, with the condition under which each is left out.
struct Wizard {
    draft: Draft,
    pages: Vec<(String, String)>,
}

impl Wizard {
    /// A page with a banner. It is only seen under the condition, if there is one.
    fn page(&mut self, title: &str, subtitle: &str, only: &str) -> Page<'_> {
        let name = format!("D{:02}", 99 - self.pages.len());
        self.pages.push((name.clone(), only.to_owned()));
        dialog(&mut self.draft, &name, "[ProductName] Setup", "Go");
        let mut page = Page { draft: &mut self.draft, name, y: 60, controls: 0 };
        page.control(["Head", "Text", "", &format!("[HeadFont]{title}")], [15, 6, 300, 15], 3, "");
        if !subtitle.is_empty() {
            page.control(["Sub", "Text", "", subtitle], [25, 23, 330, 15], 3, "");
        }
        page.control(["Strip", "Line", "", ""], [0, 44, 370, 0], 3, "");
        page.control(["Rule", "Line", "", ""], [0, 234, 370, 0], 3, "");
        page.control(["Cancel", "PushButton", "", "Cancel"], [304, 243, 56, 17], 3, "");
        page.control(["Return", "PushButton", "", "< &Back"], [180, 243, 56, 17], 3, "Go");
        page.control(["Go", "PushButton", "", "[Button_Next]"], [236, 243, 56, 17], 3, "Cancel");
        page
    }

    /// A window over a page.
    fn popup(&mut self, name: &str, title: &str, text: &str) {
        dialog(&mut self.draft, name, title, "Ok");
        let mut page = Page { draft: &mut self.draft, name: name.to_owned(), y: 50, controls: 0 };
        page.text(text);
        page.control(["Ok", "PushButton", "", "OK"], [150, 243, 56, 17], 3, "Ok");
        self.draft.row("ControlEvent", cells![name, "Ok", "EndDialog", "Return", "1", 1]);
    }

    /// Leads from each page to the next that is seen, and back.
    fn link(&mut self) {
        for (at, (name, _)) in self.pages.iter().enumerate() {
            let rest = &self.pages[at + 1..];
            let certain = rest.iter().position(|(_, only)| only.is_empty()).unwrap_or(rest.len());
            // The last whose condition holds is taken, so that the farthest stands first.
            for (order, (target, only)) in (1..).zip(rest.iter().take(certain + 1).rev()) {
                let condition = if only.is_empty() { "1" } else { only };
                let row =
                    cells![name.as_str(), "Go", "NewDialog", target.as_str(), condition, order,];
                self.draft.row("ControlEvent", row);
            }
            let before = self.pages[..at].iter().rev();
            for (order, (target, only)) in (1..).zip(before) {
                let condition = if only.is_empty() { "1" } else { only };
                let row =
                    cells![name.as_str(), "Return", "NewDialog", target.as_str(), condition, order];
                self.draft.row("ControlEvent", row);
                if only.is_empty() {
                    break;
                }
            }
        }
    }
}

fn dialog(draft: &mut Draft, name: &str, title: &str, enter: &str) {
    draft.row("Dialog", cells![name, 50, 50, 370, 270, 3, title, enter, enter, "Cancel"]);
}

pub(super) fn draft(build: Build) -> Draft {
    let mut wizard = Wizard { draft: Draft::new(), pages: Vec::new() };
    properties(&mut wizard.draft, build);
    features(&mut wizard.draft);
    start(&mut wizard, build);
    database(&mut wizard);
    match build {
        Build::Old => old_mail(&mut wizard),
        Build::Redesigned | Build::Renamed => mail(&mut wizard, build),
    }
    service(&mut wizard, build);
    portal(&mut wizard);
    for (name, lower, feature) in [
        ("REGISTRATION", "Registration", "&RegistrationPortal=3"),
        ("RESET", "Reset", "&ResetPortal=3"),
    ] {
        password_portal(&mut wizard, name, lower, feature);
    }
    wizard.page("Install [ProductName]", "", "").text("Click Install to begin the installation.");
    wizard.link();
    actions(&mut wizard);
    wizard.draft
}

fn properties(draft: &mut Draft, build: Build) {
    for (name, value) in [
        ("ProductName", "Microsoft Identity Manager Service and Portal"),
        ("ProductVersion", build.version()),
        ("ProductCode", "{0C1A7E4D-5F52-4F6B-9C58-6B4E0F0A1F01}"),
        ("UpgradeCode", "{8E8F5F0B-27C8-4A2B-8F26-0A6B8D6A2F02}"),
        ("Manufacturer", "Microsoft Corporation"),
        ("ProductLanguage", "1033"),
        ("Button_Next", "&Next >"),
        ("HeadFont", "{\\TitleFont}"),
        ("SQLSERVER_DATABASE", "FIMService"),
        ("EXISTINGDATABASE", "0"),
        ("SHAREPOINT_URL", "http://localhost"),
        ("CERTIFICATE_NAME", "Microsoft Identity Manager"),
        ("CERTIFICATE_KIND", "NEW"),
        ("REGISTRATION_PORT", "80"),
        ("RESET_PORT", "80"),
        ("IS_REGISTRATION_EXTRANET", "Extranet"),
        ("IS_RESET_EXTRANET", "Extranet"),
        ("_Browse", "INSTALLDIR"),
    ] {
        draft.set(name, value);
    }
    let mut hidden = "SERVICE_ACCOUNT_PASSWORD;REGISTRATION_ACCOUNT_PASSWORD".to_owned();
    let mut secure =
        "SQLSERVER_SERVER;SQLSERVER_DATABASE;SERVICE_ACCOUNT_NAME;SERVICE_ACCOUNT_PASSWORD;SERVICEADDRESS"
            .to_owned();
    match build {
        Build::Old => draft.set("MAIL_SERVER_USE_SSL", "1"),
        Build::Redesigned => {
            hidden += ";EXCHANGE_CLIENT_SECRET;SERVICE_ACCOUNT_EMAIL_PASSWORD";
            secure += ";EXCHANGE_APP_ID;EXCHANGE_TENANT_ID;EXCHANGE_CLIENT_SECRET";
            draft.set("AZURE_CLOUD_INSTANCE", "PUBLIC");
            draft.set("MAIL_SERVER_TYPE", "EXCHANGE");
            draft.set("MAIL_AUTHENTICATION", "WINDOWS");
        }
        Build::Renamed => {
            hidden += ";MAILBOX_APP_SECRET;SERVICE_ACCOUNT_EMAIL_PASSWORD;RESET_ACCOUNT_PASSWORD";
            secure += ";MAILBOX_APP_ID;MAILBOX_APP_TENANT;MAILBOX_APP_SECRET";
            draft.set("ENTRA_CLOUD", "GLOBAL");
            draft.set("MAIL_KIND", "1");
            draft.set("MAIL_AUTH_KIND", "1");
        }
    }
    draft.set("MsiHiddenProperties", &hidden);
    draft.set("SecureCustomProperties", &secure);
}

fn features(draft: &mut Draft) {
    let all = "Everything";
    for (name, parent, title, description, display, level) in [
        (all, "", "Microsoft Identity Manager Service and Portal", "All of it.", 1, 1),
        ("CommonServices", all, "MIM Service", "The service and its database.", 2, 1),
        ("FIMReporting", "CommonServices", "MIM Reporting", "Reports in System Center.", 4, 1),
        ("PAMServices", "CommonServices", "Privileged Access Management", "", 6, 200),
        ("WebPortals", all, "MIM Portal", "The portal in SharePoint.", 8, 1),
        ("RegistrationPortal", all, "MIM Password Registration Portal", "", 10, 1),
        ("ResetPortal", all, "MIM Password Reset Portal", "", 12, 1),
        ("Prerequisites", "", "", "", 0, 1),
    ] {
        let row = cells![name, parent, title, description, display, level, "INSTALLDIR", 0];
        draft.row("Feature", row);
    }
}

fn start(wizard: &mut Wizard, build: Build) {
    wizard
        .page("Welcome to the Microsoft Identity Manager Service and Portal Setup Wizard", "", "")
        .text("The wizard installs [ProductName] on your computer.");
    wizard
        .page("End-User License Agreement", "Please read the following license agreement", "")
        .check_box("I &accept the terms in the License Agreement", "ACCEPT_EULA");
    let clouds =
        ["Azure AD", "Azure AD China operated by 21Vianet", "Microsoft 365 Government - DoD"];
    let (property, values) = match build {
        Build::Old => ("", ["", "", ""]),
        Build::Redesigned => ("AZURE_CLOUD_INSTANCE", ["PUBLIC", "CHINA", "USGOVDOD"]),
        Build::Renamed => ("ENTRA_CLOUD", ["GLOBAL", "CN", "DOD"]),
    };
    if build != Build::Old {
        let choices: Vec<(&str, &str)> = values.into_iter().zip(clouds).collect();
        wizard.page("Azure Cloud", "Select the cloud instance", "").list(
            "Azure &Cloud:",
            property,
            &choices,
        );
    }
    let mut page =
        wizard.page("Custom Setup", "Select the way you want features to be installed.", "");
    page.control(
        ["Tree", "SelectionTree", "_Browse", "Tree of features"],
        [25, 60, 175, 120],
        7,
        "",
    );
}

fn database(wizard: &mut Wizard) {
    let mut page = wizard.page(COMMON, "Configure the MIM database connection", SERVICE);
    page.edit("Database &Server:", "SQLSERVER_SERVER");
    page.edit("Database &Name:", "SQLSERVER_DATABASE");
    page.radio(
        "If the database you named above already exists, how do you want to proceed?",
        "EXISTINGDATABASE",
        &[("0", "&Create a new database"), ("1", "&Re-use the existing database")],
    );
    wizard
        .page("Database Backup Warning", "", r#"EXISTINGDATABASE="1""#)
        .text("MIM Service database backup should be performed.");
}

fn old_mail(wizard: &mut Wizard) {
    let mut page = wizard.page(COMMON, "Configure mail server connection", SERVICE);
    page.edit("Mail Server:", "MAIL_SERVER");
    page.check_box("Use SSL", "MAIL_SERVER_USE_SSL");
    page.check_box(
        "Mail Server is Exchange Server 2007 or Exchange Server 2010",
        "MAIL_SERVER_IS_EXCHANGE",
    );
    page.check_box("Enable polling", "POLL_EXCHANGE_ENABLED");
    wizard.draft.row("CheckBox", cells!["MAIL_SERVER_IS_EXCHANGE", "1"]);
}

fn mail(wizard: &mut Wizard, build: Build) {
    let renamed = build == Build::Renamed;
    let pick = |one: &'static str, other: &'static str| if renamed { other } else { one };
    let server = pick("MAIL_SERVER_TYPE", "MAIL_KIND");
    let authentication = pick("MAIL_AUTHENTICATION", "MAIL_AUTH_KIND");
    wizard.popup(
        "InvalidMail",
        "Invalid Mail Authentication",
        "Authentication method selected is not supported by this Mail Server",
    );
    let mut page = wizard.page(COMMON, "Configure mail server connection", SERVICE);
    let none = pick("NONE", "6");
    page.list(
        "&Mail Server:",
        server,
        &[
            (pick("EXCHANGE", "1"), "Exchange Server 2013 or later"),
            (pick("O365", "2"), "Office 365"),
            (pick("O365_CHINA", "3"), "Office 365 operated by 21Vianet"),
            (pick("O365_USGOV", "4"), "Office 365 Government GCC High and DoD"),
            (pick("SMTP", "5"), "SMTP"),
            (none, "None"),
        ],
    );
    // The name of the host stands below the list, without a label of its own.
    page.control(["Host", "Edit", "MAIL_SERVER", ""], [125, page.y, 200, 16], 3, "");
    page.y += 22;
    page.condition("Host", "Disable", &format!(r#"{server}="{none}""#));
    page.condition("Host", "Enable", &format!(r#"{server}<>"{none}""#));
    page.far("ComboBox", "&Authentication:", authentication, 3);
    for (order, (value, text)) in (1..).zip([
        (pick("BASIC", "2"), "Basic Authentication"),
        (pick("APPLICATION", "3"), "Application Context Authentication"),
        (pick("WINDOWS", "1"), "Integrated Windows Authentication"),
    ]) {
        page.draft.row("ComboBox", cells![authentication, order, value, text]);
    }
    page.check_box("Use &Group Managed Service Account", "USE_MANAGED_ACCOUNT_FOR_SERVICE");
    page.popup("InvalidMail", r#"INVALID_MAIL="1""#);
    page.draft
        .row("ControlEvent", cells![page.name.as_str(), "Go", "DoAction", "CheckMail", "1", 0]);
    reporting(wizard);
    let application = format!(r#"{authentication}="{}""#, pick("APPLICATION", "3"));
    let mut page = wizard.page(COMMON, "Configure Office 365 mailbox", &application);
    page.edit("Application ID:", pick("EXCHANGE_APP_ID", "MAILBOX_APP_ID"));
    page.edit("Tenant ID:", pick("EXCHANGE_TENANT_ID", "MAILBOX_APP_TENANT"));
    page.password("Client Secret:", pick("EXCHANGE_CLIENT_SECRET", "MAILBOX_APP_SECRET"));
}

fn reporting(wizard: &mut Wizard) {
    let subtitle = "Configure MIM Reporting Service Manager management server connection";
    let mut page = wizard.page(COMMON, subtitle, "&FIMReporting=3");
    page.edit("Management Server:", "SERVICE_MANAGER_SERVER");
}

fn service(wizard: &mut Wizard, build: Build) {
    if build == Build::Old {
        reporting(wizard);
    }
    let mut page = wizard.page(COMMON, "Configure service certificate", SERVICE);
    page.radio(
        "",
        "CERTIFICATE_KIND",
        &[
            ("STORE", "Select a certificate located in the local certificate store"),
            ("NEW", "Generate a new self-issued certificate"),
        ],
    );
    page.edit("Certificate Name:", "CERTIFICATE_NAME");
    let mut page = wizard.page(COMMON, "Configure the MIM service account", SERVICE);
    page.edit("Service Account Name:", "SERVICE_ACCOUNT_NAME");
    page.password("Service Account Password:", "SERVICE_ACCOUNT_PASSWORD");
    page.edit("Service Account Domain:", "SERVICE_ACCOUNT_DOMAIN");
    page.edit("Service Email Account:", "SERVICE_ACCOUNT_EMAIL");
    if build != Build::Old {
        page.password("Service Email Account Password:", "SERVICE_ACCOUNT_EMAIL_PASSWORD");
    }
    wizard
        .page("Account Security Warning", "", "ACCOUNT_IS_WEAK")
        .text("Service Account is not secure in its current configuration.");
    let mut page = wizard.page(COMMON, "Configure the synchronization server", SERVICE);
    page.edit("Synchronization Server:", "SYNCHRONIZATION_SERVER");
    page.edit("MIM Management Agent Account:", "SYNCHRONIZATION_SERVER_ACCOUNT");
}

fn portal(wizard: &mut Wizard) {
    let subtitle = "Configure connection to the MIM Service";
    let mut page = wizard.page(SERVICE_AND_PORTAL, subtitle, "");
    page.edit("MIM Service Server address:", "SERVICEADDRESS");
    let mut page = wizard.page(SERVICE_AND_PORTAL, subtitle, PORTAL);
    page.edit("Sharepoint site collection URL:", "SHAREPOINT_URL");
    wizard
        .page("SharePoint 2016 services restart warning", "", PORTAL)
        .text("The \"Sharepoint Timer\" services will be restarted during installation process");
    let subtitle = "Configure optional portal homepage configuration";
    let mut page = wizard.page(SERVICE_AND_PORTAL, subtitle, PORTAL);
    page.edit("Registration Portal URL:", "REGISTRATION_PORTAL_URL");
    let mut page =
        wizard.page(SERVICE_AND_PORTAL, "Configure security changes configured by setup", "");
    page.check_box("Open ports 5725 and 5726 in firewall", "FIREWALL_CONF");
    page.check_box(
        "Grant authenticated users access to the MIM Portal site",
        "SHAREPOINTUSERS_CONF",
    );
}

fn password_portal(wizard: &mut Wizard, name: &str, lower: &str, only: &str) {
    let title = format!("Configure MIM Password {lower} Portal");
    let mut page = wizard.page(&title, "Enter configuration information used by IIS", only);
    page.edit("Account Name:", &format!("{name}_ACCOUNT"));
    page.password("Password:", &format!("{name}_ACCOUNT_PASSWORD"));
    page.edit("Host Name:", &format!("{name}_HOSTNAME"));
    page.edit("Port:", &format!("{name}_PORT"));
    page.check_box("Open port in firewall", &format!("{name}_FIREWALL_CONF"));
    wizard
        .page(&format!("Password {lower} Portal Warning"), "", only)
        .text("Your deployment is not secure in its current configuration.");
    let mut page = wizard.page(&title, "Enter the address of the MIM Service", only);
    page.edit("MIM Service Server address:", &format!("{name}_SERVERNAME"));
    page.radio(
        "",
        &format!("IS_{name}_EXTRANET"),
        &[
            ("Extranet", "Portal is hosted on an IIS site which can be accessed by extranet users"),
            (
                "None",
                "Portal is hosted on an IIS site which can be accessed only by intranet users",
            ),
        ],
    );
}

fn actions(wizard: &mut Wizard) {
    wizard.popup("Goodbye", "[ProductName] Setup", "Setup has ended.");
    wizard.popup("Interrupted", "[ProductName] Setup", "Setup was interrupted.");
    wizard.popup("Maintain", "[ProductName] Setup", "Change or remove the product.");
    wizard.popup("FilesInUse", "[ProductName] Setup", "Some files are in use.");
    let first = wizard.pages[0].0.clone();
    let draft = &mut wizard.draft;
    for (action, condition, number) in [
        ("AppSearch", "", 50),
        ("CheckMail", "", 900),
        ("Maintain", "Installed AND NOT RESUME", 1200),
        (first.as_str(), "NOT Installed", 1250),
        ("ExecuteAction", "", 1300),
        ("Goodbye", "", -1),
        ("Interrupted", "", -2),
    ] {
        draft.row("InstallUISequence", cells![action, condition, number]);
    }
    for (action, condition, number) in [
        ("SetPorts", "NOT Installed", 1500),
        ("ConfigureSharePoint", "SHAREPOINTTIMEOUT > 0 AND &WebPortals=3", 1600),
        ("RegisterPool", r#"REQUIRE_REGISTRATION_INFO="1" AND NOT Installed"#, 1700),
    ] {
        draft.row("InstallExecuteSequence", cells![action, condition, number]);
    }
    draft.row(
        "CustomAction",
        cells![
            "SetPorts",
            51,
            "CONFIGUREPORTS",
            "rms=[RMS_PORT];sts=[STS_PORT];sql=[SQLSERVER_SERVER]"
        ],
    );
    draft.row("CustomAction", cells!["ConfigureSharePoint", 1025, "Library", "Configure"]);
    draft.row("LaunchCondition", cells!["VersionNT >= 603", "It needs Windows Server 2012 R2."]);
    draft.row("AppSearch", cells!["IS_SYNC_SERVICE_EXISTS", "SyncService"]);
    draft
        .row("Registry", cells!["Reg1", 2, r"Software\Fim", "Address", "[SERVICEADDRESS]", "Main"]);
    draft.row("Registry", cells!["Reg2", 2, r"Software\Fim", "Farm", "[FARM_NAME]", "Main"]);
}
