//! What is checked of the installer: package, licence terms, build, form, and properties that are set by hand.

use jiff::civil::{Date, date};

use crate::code;
use crate::diagnostic::{Applicability, Reporter, nearest};
use crate::model::format::{Build, Format};
use crate::model::{Component, Deployment, Form, OverrideValue, Part};
use crate::plan::op::Ui;
use crate::subject::Check;
use crate::subject::setup::properties::{PROPERTIES, WRONG};
use crate::subject::setup::{
    by_hand, can_be_quiet, deployment_is_entra, is_usable, package, ui, usable,
};

pub(super) static CHECKS: &[Check] = &[
    Check { code: &INSTALLER_MISSING, run: missing },
    Check { code: &INSTALLER_LICENSE_TERMS, run: license_terms },
    Check { code: &INSTALLER_PACKAGE, run: ending },
    Check { code: &package::INSTALLER_PACKAGE_DAMAGED, run: package::damaged },
    Check { code: &package::INSTALLER_PACKAGE_OTHER, run: package::other },
    Check { code: &package::INSTALLER_PACKAGE_BUILD, run: package::other_build },
    Check { code: &package::INSTALLER_PROPERTY_FOREIGN, run: package::foreign_property },
    Check { code: &package::INSTALLER_FEATURE_FOREIGN, run: package::foreign_feature },
    Check { code: &package::INSTALLER_QUIET_LABELS, run: package::quiet_labels },
    Check { code: &INSTALLER_LOG, run: log },
    Check { code: &INSTALLER_BUILD_DEFECT, run: build_defect },
    Check { code: &INSTALLER_BUILD_SUPPORT, run: build_support },
    Check { code: &INSTALLER_PLATFORM_SUPPORT, run: platform_support },
    Check { code: &INSTALLER_QUIET, run: quiet },
    Check { code: &INSTALLER_REVIEW, run: review },
    Check { code: &INSTALLER_QUIET_TLS, run: quiet_tls },
    Check { code: &INSTALLER_PRIVILEGED_ACCESS, run: privileged_access },
    Check { code: &INSTALLER_PROPERTY_WRONG, run: property_wrong },
    Check { code: &INSTALLER_PROPERTY_TWICE, run: property_twice },
    Check { code: &INSTALLER_PROPERTY_EXPOSED, run: property_exposed },
    Check { code: &INSTALLER_PROPERTY_UNREAD, run: property_unread },
    Check { code: &INSTALLER_PROPERTY_VALUE, run: property_value },
    Check { code: &INSTALLER_LOG_SECRETS, run: log_secrets },
    Check { code: &INSTALLER_BUILD_OLD, run: build_old },
];

code! {
    /// Nothing is installed without the installer's package.
    ///
    /// ```rhai,reports
    /// sql::database("contosoagl.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com");
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_MISSING: Error = "installer-missing", "no installer package";

    /// Setup goes on only when the License Agreement is accepted. mimeo accepts nothing by itself: a person who may do so
    /// says it in the script.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`);
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_LICENSE_TERMS: Error = "installer-license-terms", "License Agreement not accepted",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The package is called `Service and Portal.msi` on every medium. Another ending is no Windows Installer package: an
    /// `.msp` is a hotfix that is applied to an installation.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\MIMService_x64_KB5018333.msp`).accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_PACKAGE: Error = "installer-package", "not a Windows Installer package";

    /// Without a log nobody can tell why an installation failed: the installer's own message is "ended prematurely".
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`).accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .log_to(`c:\miminstall\log.txt`);
    /// ```
    INSTALLER_LOG: Hint = "installer-log", "installation without a log",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Microsoft replaced this build by a newer one within weeks: 4.6.355 slowed the MIM Service down, and the installer of
    /// 4.6.530 had a fault.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.530.0").accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.531.0").accept_license_terms();
    /// ```
    INSTALLER_BUILD_DEFECT: Warning = "installer-build-defect", "build that was superseded at once",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23";

    /// Microsoft Identity Manager 2016 is supported until 2029-01-09. From that day on there are no fixes for it.
    ///
    /// ```rhai,reports,2029-02-01
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.7.3.0").accept_license_terms();
    /// ```
    ///
    /// Before that day:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.7.3.0").accept_license_terms();
    /// ```
    INSTALLER_BUILD_SUPPORT: Warning = "installer-build-support", "product out of support",
        source "https://learn.microsoft.com/en-us/lifecycle/products/microsoft-identity-manager-2016" seen "2026-11-23";

    /// Service Pack 2 supports the portal on SharePoint 2016 and 2019, and both have been out of support since 2026-07-14.
    /// Service Pack 3 (4.7.3.0) supports SharePoint Subscription Edition.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms();
    /// portal::site("http://mim.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.7.3.0").accept_license_terms();
    /// portal::site("http://mim.contoso.com");
    /// ```
    INSTALLER_PLATFORM_SUPPORT: Hint = "installer-platform-support", "SharePoint out of support",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23";

    /// The script insists on an installation without a window, but something can be said on a page of the wizard only: no
    /// property is known for it. Installed quietly, it would silently keep its default.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().quiet();
    /// license::entra_id();
    /// ```
    ///
    /// Let a person go through the wizard, which opens filled in:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().review();
    /// license::entra_id();
    /// ```
    INSTALLER_QUIET: Error = "installer-quiet", "quiet installation that cannot say everything";

    /// The installer opens its wizard, filled in as far as properties are known, and a person enters the rest. The plan
    /// lists it page by page (`mimeo plan --view wizard`).
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// license::entra_id();
    /// ```
    ///
    /// Said in the script, it is no surprise:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().review();
    /// license::entra_id();
    /// ```
    INSTALLER_REVIEW: Hint = "installer-review", "pages that a person fills in";

    /// Where only TLS 1.2 is on, an unattended installation of Service Pack 2 fails (1603), and the wizard does not. Switch
    /// TLS 1.1 on for the installation and off after it, or use the wizard.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.34.0").accept_license_terms();
    /// license::volume();
    /// sql::database("contosoagl.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.34.0").accept_license_terms().review();
    /// license::volume();
    /// sql::database("contosoagl.contoso.com");
    /// ```
    INSTALLER_QUIET_TLS: Hint = "installer-quiet-tls", "quiet installation where only TLS 1.2 is on",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/preparing-tls" seen "2026-11-23";

    /// Privileged Access Management asks for accounts on pages that the guide to this installer does not show, and no
    /// function says them. The plan can choose the component, and a person enters its accounts.
    ///
    /// ```rhai,reports
    /// components::privileged_access();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// ```
    INSTALLER_PRIVILEGED_ACCESS: Warning = "installer-privileged-access", "Privileged Access Management by hand",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/pam/step-4-install-mim-components-on-pam-server" seen "2026-11-23";

    /// The property does not exist: it is a misspelling or a variable of a batch file that spread with published command
    /// lines. Windows Installer takes it without a word, and it has no effect.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("FEATURES_TO_INSTALL", "CommonServices");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// components::service();
    /// ```
    INSTALLER_PROPERTY_WRONG: Error = "installer-property-wrong", "property that does not exist";

    /// A property that the plan sets itself is set by hand as well. One of the two would be lost, and the checks judge only
    /// what the plan knows.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("SQLSERVER_SERVER", "sql.contoso.com");
    /// sql::database("sql.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// sql::database("sql.contoso.com");
    /// ```
    INSTALLER_PROPERTY_TWICE: Error = "installer-property-twice", "property set twice";

    /// A secret goes into a property of which it is not known that the installer hides it. Its value may stand in the log.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("CONTOSO_KEY", secret("contoso_key"));
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("CONTOSO_KEY", "public");
    /// ```
    INSTALLER_PROPERTY_EXPOSED: Warning = "installer-property-exposed", "secret in a property that is not hidden";

    /// A property is set that only a component reads which is not installed. It has no effect.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("SHAREPOINTTIMEOUT", "600");
    /// sql::database("contosoagl.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("SHAREPOINTTIMEOUT", "600");
    /// portal::site("http://mim.contoso.com");
    /// ```
    INSTALLER_PROPERTY_UNREAD: Warning = "installer-property-unread", "property that no component reads";

    /// The two properties for extranet access take the words `Extranet` and `None`. Published command lines pass 0 and 1,
    /// which the installer takes without a word and does not understand.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("IS_RESET_EXTRANET", "1");
    /// ```
    ///
    /// Say it with the portal:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// portal::password_reset("pwreset.contoso.com").extranet();
    /// ```
    INSTALLER_PROPERTY_VALUE: Error = "installer-property-value", "value that the installer does not understand";

    /// The verbose log may hold the values of secrets: it is not known that the installer hides each of its properties.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .log_to(`c:\miminstall\log.txt`);
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ///
    /// A managed account has no password that could stand there:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .log_to(`c:\miminstall\log.txt`);
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    INSTALLER_LOG_SECRETS: Hint = "installer-log-secrets", "log that may hold secrets";

    /// The build is older than Microsoft Identity Manager 2016, whose first is 4.3.1935.0: it is of Forefront Identity
    /// Manager, or mistyped. Nothing that mimeo knows holds for it.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\FIM\Service and Portal.msi`).build("4.1.3419.0").accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.34.0").accept_license_terms();
    /// ```
    INSTALLER_BUILD_OLD: Error = "installer-build-old", "build of an older product",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23"
}

/// Whether a property holds a secret, by the table or by its name.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let sounds = ["PASSWORD", "PASSPHRASE", "PWD", "SECRET", "TOKEN"];
    let known = PROPERTIES.iter().find(|it| it.name == name);
    known.map_or_else(|| sounds.iter().any(|it| name.contains(it)), |it| it.secret)
}

/// Whether the package keeps a property out of the log; nothing where it was not read.
fn is_hidden(deployment: &Deployment, name: &str) -> Option<bool> {
    let profile = package::profile(deployment)?;
    Some(profile.property(name).is_some_and(|it| it.hidden))
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.installer.is_declared() {
        return;
    }
    let choice = Component::ALL.into_iter().find_map(|it| deployment.choice(it));
    let Some(choice) = choice else { return };
    out.at(choice.call, "no installer package is named")
        .label("something is to be installed")
        .help("name it: ``installer::msi(`D:\\MIM\\Service and Portal\\Service and Portal.msi`)``")
        .fix(
            "name the package",
            Applicability::Review,
            deployment.end,
            "\n\ninstaller::msi(`D:\\MIM\\Service and Portal\\Service and Portal.msi`)\n    .accept_license_terms()\n    .log_to(`c:\\miminstall\\log.txt`);",
        );
}

fn license_terms(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    match &installer.license_terms {
        Part::Unusable(_) => {}
        Part::Said(terms) if terms.value => {}
        Part::Said(terms) => {
            out.about(&terms.origin, "the License Agreement is not accepted")
                .label("setup stops on page 2")
                .help("read the terms and accept them: `.accept_license_terms()`");
        }
        Part::Unsaid if !deployment.complete => {}
        Part::Unsaid => {
            out.about(&installer.origin, "the License Agreement is not accepted")
                .label("setup stops on page 2")
                .help("read the terms and accept them: `.accept_license_terms()`")
                .fix(
                    "accept the terms",
                    Applicability::Review,
                    installer.origin.call.after(),
                    ".accept_license_terms()",
                );
        }
    }
}

fn ending(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(package) = deployment.installer.get().and_then(|it| it.package.said()) else { return };
    let text = package.value.text();
    let ending = text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if ending == "msi" {
        return;
    }
    let finding =
        out.about(&package.origin, format!("`{text}` is not a Windows Installer package"));
    finding.label("does not end in `.msi`");
    finding.help(if ending == "msp" {
        "name `Service and Portal.msi`, and apply the hotfix after the installation"
    } else {
        "name the file `Service and Portal.msi` itself, not its folder"
    });
}

fn log(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    if deployment.complete && installer.log.is_unsaid() {
        out.about(&installer.origin, "the installation writes no log")
            .label("a failure could not be explained")
            .help("write one: ``.log_to(`c:\\miminstall\\log.txt`)``")
            .fix(
                "write a log",
                Applicability::Always,
                installer.origin.call.after(),
                ".log_to(`c:\\miminstall\\log.txt`)",
            );
    }
}

fn build_defect(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    const SUPERSEDED: [([u16; 4], &str, &str); 2] = [
        ([4, 6, 355, 0], "slows the MIM Service down", "4.6.359.0"),
        ([4, 6, 530, 0], "its installer has a fault", "4.6.531.0"),
    ];
    let Some(build) = deployment.installer.get().and_then(|it| it.build.said()) else { return };
    let numbers = build.value.numbers();
    if let Some((_, fault, better)) = SUPERSEDED.iter().find(|(it, ..)| *it == numbers) {
        out.about(&build.origin, format!("build {} was superseded within weeks", build.value))
            .label(*fault)
            .help(format!("use {better} or later"));
    }
}

fn build_support(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    let end = date(2029, 1, 9);
    if as_of > end {
        let origin = installer.build.origin().unwrap_or(&installer.origin);
        out.about(origin, format!("Microsoft Identity Manager 2016 is out of support since {end}"))
            .label("no fixes after that day")
            .help("ask Microsoft for the successor before a new installation");
    }
}

fn platform_support(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(build) = deployment.installer.get().and_then(|it| it.build.said()) else { return };
    let end = date(2026, 7, 14);
    if deployment.installs(Component::Portal) && build.value < SERVICE_PACK_3 && as_of > end {
        let message =
            format!("build {} needs a SharePoint that is out of support since {end}", build.value);
        out.about(&build.origin, message)
            .label("supports SharePoint 2016 and 2019 only")
            .help("plan for Service Pack 3 (4.7.3.0) on SharePoint Subscription Edition");
    }
}

/// Service Pack 3 (2026).
const SERVICE_PACK_3: Build = Build::of([4, 7, 3, 0]);

fn quiet(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(form) = deployment.installer.get().and_then(|it| it.form.said()) else { return };
    if form.value != Form::Quiet || can_be_quiet(deployment) {
        return;
    }
    let message = format!("the installation cannot be quiet: {}", reasons(deployment));
    out.about(&form.origin, message)
        .label("something can only be said on a page")
        .help("take `.quiet()` away, or write `.review()`: the wizard opens filled in")
        .fix("open the wizard filled in", Applicability::Review, form.origin.call, "review()");
}

/// What keeps an installation from being quiet, in a few words.
fn reasons(deployment: &Deployment) -> String {
    if deployment_is_entra(deployment) {
        return "this edition asks for a cloud and a sign-in on pages 3 and 4".to_owned();
    }
    if deployment.installs(Component::PrivilegedAccess) {
        return "Privileged Access Management asks for its accounts".to_owned();
    }
    let manual = by_hand(deployment);
    if manual.is_empty() {
        let labels = package::by_label(deployment);
        return format!("{} are known by their labels alone", package::listed(&labels));
    }
    let mut pages: Vec<u8> = manual.iter().filter_map(|(field, _)| field.page).collect();
    pages.sort_unstable();
    pages.dedup();
    let pages: Vec<_> = pages.iter().map(ToString::to_string).collect();
    let labels: Vec<_> =
        manual.iter().take(3).map(|(field, _)| format!("`{}`", field.label)).collect();
    let more = if manual.len() > labels.len() { " and more" } else { "" };
    format!("no property is known for {}{more} (page {})", labels.join(", "), pages.join(", "))
}

fn review(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    // A build that cannot be read tells nothing about the pages.
    let readable = installer.build.is_unsaid() || installer.build.said().is_some();
    let said = !installer.form.is_unsaid();
    if !deployment.complete || !readable || said || ui(deployment) == Ui::Quiet {
        return;
    }
    let message =
        format!("the wizard opens filled in, for a person to go through: {}", reasons(deployment));
    out.about(&installer.origin, message)
        .label("installed in review form")
        .help("see `mimeo plan --view wizard` for what is entered on which page");
}

fn quiet_tls(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    if !deployment.complete
        || ui(deployment) != Ui::Quiet
        || !deployment.installs(Component::Service)
    {
        return;
    }
    let origin = installer.form.origin().unwrap_or(&installer.origin);
    out.about(origin, "a quiet installation fails where only TLS 1.2 is on")
        .label("installed without a window")
        .help("where the customer allows only TLS 1.2, switch TLS 1.1 on for the installation, or write `.review()`");
}

fn privileged_access(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(choice) = deployment.choice(Component::PrivilegedAccess) else { return };
    out.about(
        choice,
        "Privileged Access Management needs accounts that no page of this plan holds",
    )
    .label("its own pages ask for them")
    .help("have the accounts of its REST API, component service and monitoring service at hand");
}

fn property_wrong(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    for set in &installer.properties {
        let Some(name) = set.name.said() else { continue };
        let text = name.value.text();
        // Where the package was read, its word counts.
        if package::profile(deployment).is_some() {
            continue;
        }
        let known = PROPERTIES.iter().map(|it| it.name);
        if let Some((_, meant)) = WRONG.iter().find(|(it, _)| it.eq_ignore_ascii_case(&text)) {
            out.about(&name.origin, format!("the installer has no property `{text}`"))
                .label("it would have no effect")
                .help(format!("what is meant is {meant}"));
        } else if !PROPERTIES.iter().any(|it| it.name == text)
            && !matches!(text.as_str(), "ADDLOCAL" | "REMOVE")
            && let Some(meant) = nearest(&text, known)
        {
            out.about(&name.origin, format!("no property `{text}` is known, but `{meant}`"))
                .label("an unknown property has no effect")
                .help(format!(
                    "did you mean `{meant}`? The plan sets it from what the script declares"
                ));
        }
    }
}

fn property_twice(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    for (index, set) in installer.properties.iter().enumerate() {
        let Some(name) = set.name.said() else { continue };
        let text = name.value.text();
        let earlier = installer.properties[..index]
            .iter()
            .find(|it| it.name.value().is_some_and(|it| it.text() == text));
        if let Some(earlier) = earlier {
            out.about(&name.origin, format!("the property `{text}` is set twice"))
                .label("the last one would win")
                .relate(earlier.origin.call, "set here first")
                .help("keep one of the two");
        } else if text == "ADDLOCAL"
            || text == "REMOVE"
            || usable(deployment).any(|it| it.name == text)
        {
            out.about(&name.origin, format!("the plan sets the property `{text}` itself"))
                .label("set by hand as well")
                .help("take it out, and say it with the function for it");
        }
    }
}

fn property_exposed(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    for set in &installer.properties {
        let (Some(name), Some(value)) = (set.name.value(), set.value.value.said()) else {
            continue;
        };
        let text = name.text();
        let hidden = is_hidden(deployment, &text).unwrap_or_else(|| is_secret(&text));
        if matches!(value.value, OverrideValue::Secret(_)) && !hidden {
            out.about(
                &value.origin,
                format!("the secret's value may stand in the log as `{text}`"),
            )
            .label("not known to be hidden")
            .help(
                "delete the log after the installation, or use a property that the installer hides",
            );
        }
    }
}

fn property_unread(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    for name in installer.properties.iter().filter_map(|set| set.name.said()) {
        let text = name.value.text();
        let Some(property) = PROPERTIES.iter().find(|it| it.name == text) else { continue };
        let Some(component) = property.component else { continue };
        if deployment.complete && !deployment.installs(component) {
            out.about(
                &name.origin,
                format!("nothing that is installed reads the property `{text}`"),
            )
            .label(format!("belongs to `{}`", component.title()))
            .help("take it out, or install that component");
        }
    }
}

fn property_value(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(installer) = deployment.installer.get() else { return };
    for set in &installer.properties {
        let (Some(name), Some(value)) = (set.name.value(), set.value.value.said()) else {
            continue;
        };
        let name = name.text();
        let OverrideValue::Text(text) = &value.value else { continue };
        let extranet = name.starts_with("IS_") && name.ends_with("_EXTRANET");
        if extranet && !matches!(text.as_str(), "Extranet" | "None") {
            out.about(&value.origin, format!("`{name}` takes `Extranet` or `None`, not `{text}`"))
                .label("not understood")
                .help("say it with the portal: `.extranet()` or `.intranet()`");
        }
    }
}

fn log_secrets(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(log) = deployment.installer.get().and_then(|it| it.log.said()) else { return };
    let hidden = |name: &str| is_hidden(deployment, name).unwrap_or(false);
    let mut shown = PROPERTIES.iter().filter(|it| it.secret && !hidden(it.name));
    if shown.any(|it| is_usable(deployment, it)) {
        out.about(&log.origin, "the log may hold the values of secrets").label("verbose").help(
            "keep its folder to administrators, and delete it when the installation has succeeded",
        );
    }
}

fn build_old(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(build) = deployment.installer.get().and_then(|it| it.build.said()) else { return };
    if build.value < Build::of([4, 3, 1935, 0]) {
        out.about(
            &build.origin,
            format!("build {} is older than Microsoft Identity Manager 2016", build.value),
        )
        .label("its first build is 4.3.1935.0")
        .help("read the build off the package's properties in the Explorer");
    }
}
