//! The certificate of the MIM Service: one that setup generates, or one of the local store. Page 11.

use jiff::civil::Date;

use crate::diagnostic::Reporter;
use crate::model::format::Format;
use crate::model::{Certificate, Component, DEFAULT_CERTIFICATE, Deployment, Part};
use crate::plan::op::Value;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Field, Reading, Subject, WIZARD};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "certificate",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &CERTIFICATE_UNUSED, run: unused },
        Check { code: &CERTIFICATE_REPORTING, run: reporting },
        Check { code: &CERTIFICATE_UPGRADE, run: upgrade },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// The certificate that earlier versions generated, and that an upgraded service looks for.
const EARLIER_NAME: &str = "ForefrontIdentityManager";

static SELF_ISSUED: Builder = Builder {
    name: "certificate::self_issued",
    refusals: &[Refusal {
        method: "thumbprint",
        reason: "a generated certificate has none yet; for one of the local store write `certificate::thumbprint(…)` instead",
    }],
};

static EXISTING: Builder = Builder {
    name: "certificate::thumbprint",
    refusals: &[Refusal {
        method: "name",
        reason: "an existing certificate is found by its thumbprint; a name is only for one that setup generates: `certificate::self_issued().name(…)`",
    }],
};

verbs! { static FUNCTIONS;
    /// Setup generates a certificate for the MIM Service, as it does if nothing is said.
    ///
    /// ```rhai
    /// certificate::self_issued();
    /// ```
    fn certificate::self_issued() -> SELF_ISSUED, pages [11] = |call| {
        call.declare(|it| &mut it.certificate, Certificate::SelfIssued { name: Part::Unsaid })
    };
    /// The name of the certificate that setup generates; `Microsoft Identity Manager` if it is not said.
    ///
    /// - `name`: a text on one line
    ///
    /// ```rhai
    /// certificate::self_issued().name("Microsoft Identity Manager");
    /// ```
    fn .name(name: Text) on [SELF_ISSUED], pages [11] = |call| {
        let name = call.read(0);
        call.say(
            |it, index| match &mut it.certificate.all[index].value {
                Certificate::SelfIssued { name } => name,
                Certificate::Existing { .. } => unreachable!("only a generated one has this method"),
            },
            name,
        );
    };
    /// A certificate of the computer's own store is used. No property is known for it, so a person selects it in the wizard.
    ///
    /// - `thumbprint`: its SHA-1 thumbprint, as its details in the certificate store show it
    ///
    /// ```rhai
    /// certificate::thumbprint("A9D5F3E27B1C4D6E8F00112233445566778899AA");
    /// ```
    fn certificate::thumbprint(thumbprint: Thumbprint) -> EXISTING, pages [11] = |call| {
        let thumbprint = call.read(0);
        call.declare(|it| &mut it.certificate, Certificate::Existing { thumbprint })
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "certificate.choice",
        label: "Service certificate",
        page: Some(11),
        ty: Ty::Choice,
        read: |it| {
            let generate = "Generate a new self-issued certificate";
            let select = "Select a certificate located in the local certificate store";
            if !it.installs(Component::Service) {
                return Reading::NotAsked;
            }
            match it.certificate.get() {
                None => Reading::Default(Value::text(generate), WIZARD),
                Some(certificate) => {
                    let choice = match certificate.value {
                        Certificate::SelfIssued { .. } => generate,
                        Certificate::Existing { .. } => select,
                    };
                    Reading::Said(Value::text(choice), certificate.origin.clone())
                }
            }
        },
    },
    Field {
        name: "certificate.name",
        label: "Certificate Name",
        page: Some(11),
        ty: Ty::Text,
        read: |it| {
            if !it.installs(Component::Service) {
                return Reading::NotAsked;
            }
            match it.certificate.get().map(|it| &it.value) {
                None => Reading::Default(Value::text(DEFAULT_CERTIFICATE), WIZARD),
                Some(Certificate::SelfIssued { name }) => {
                    Reading::said_or(name, DEFAULT_CERTIFICATE)
                }
                Some(Certificate::Existing { .. }) => Reading::NotAsked,
            }
        },
    },
    Field {
        name: "certificate.thumbprint",
        label: "Select Cert",
        page: Some(11),
        ty: Ty::Thumbprint,
        read: |it| match it.certificate.get().map(|it| &it.value) {
            Some(Certificate::Existing { thumbprint }) if it.installs(Component::Service) => {
                Reading::said(thumbprint)
            }
            Some(Certificate::Existing { .. } | Certificate::SelfIssued { .. }) | None => {
                Reading::NotAsked
            }
        },
    },
];

code! {
    /// Page 11 asks for the certificate of the MIM Service. It is no certificate for the web sites: setup makes the portals
    /// without SSL, and their bindings get a certificate in IIS after the installation. Where the MIM Service is not
    /// installed, this one is used by nothing.
    ///
    /// ```rhai,reports
    /// components::password_reset();
    /// certificate::thumbprint("A9D5F3E27B1C4D6E8F00112233445566778899AA");
    /// ```
    ///
    /// ```rhai
    /// components::password_reset();
    /// ```
    CERTIFICATE_UNUSED: Warning = "certificate-unused", "certificate without the MIM Service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Where only TLS 1.2 is on, a self-issued certificate does not do. With System Center Service Manager 2019, MIM Reporting
    /// then needs a certificate that the Service Manager server trusts and that bears this server's host name in its
    /// subject.
    ///
    /// ```rhai,reports
    /// reporting::management_server("scsm.contoso.com");
    /// certificate::self_issued();
    /// ```
    ///
    /// Name such a certificate of the local store, or leave it where older protocols are on:
    ///
    /// ```rhai
    /// reporting::management_server("scsm.contoso.com");
    /// certificate::thumbprint("A9D5F3E27B1C4D6E8F00112233445566778899AA");
    /// ```
    CERTIFICATE_REPORTING: Hint = "certificate-reporting", "MIM Reporting with a self-issued certificate",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/preparing-tls" seen "2026-11-23";

    /// An existing database is used again by an upgrade, or by a further server of a farm. On an upgrade the certificate that
    /// the service had has to be kept: earlier versions called it `ForefrontIdentityManager`, and without it the service
    /// does not start. Microsoft's deployment guide of Forefront Identity Manager 2010 R2 says so, of which a public copy is left;
    /// nothing newer says otherwise.
    ///
    /// ```rhai,reports
    /// sql::database("sql.contoso.com").reuse();
    /// ```
    ///
    /// For an upgrade, name the certificate that is there:
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com").reuse();
    /// certificate::thumbprint("A9D5F3E27B1C4D6E8F00112233445566778899AA");
    /// ```
    CERTIFICATE_UPGRADE: Hint = "certificate-upgrade", "existing database with a new certificate",
        source "https://github.com/inobitsca/Miscelaneous-Scripts" seen "2026-11-23"
}

/// Whether setup generates the certificate, said or not.
fn is_self_issued(deployment: &Deployment) -> bool {
    match deployment.certificate.get().map(|it| &it.value) {
        None => deployment.complete,
        Some(Certificate::SelfIssued { .. }) => true,
        Some(Certificate::Existing { .. }) => false,
    }
}

fn unused(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(certificate) = deployment.certificate.get() else { return };
    let installed = Component::ALL.into_iter().any(|it| deployment.installs(it));
    if !deployment.complete || !installed || deployment.installs(Component::Service) {
        return;
    }
    out.about(
        &certificate.origin,
        "the MIM Service, which this certificate is for, is not installed",
    )
    .label("used by nothing here")
    .help("take it out; give the web sites their certificates in IIS after the installation");
}

fn reporting(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(choice) = deployment.choice(Component::Reporting) else { return };
    if !is_self_issued(deployment) {
        return;
    }
    let message =
        "MIM Reporting with a self-issued certificate does not do where only TLS 1.2 is on";
    let finding = match deployment.certificate.get() {
        Some(certificate) => {
            let finding = out.about(&certificate.origin, message);
            finding.label("generated by setup").against(choice, "MIM Reporting is chosen here")
        }
        None => out.about(choice, message).label("setup generates the certificate"),
    };
    finding.help("with System Center Service Manager 2019 and only TLS 1.2, name a certificate that its server trusts and that has this server's host name in its subject: `certificate::thumbprint(…)`");
}

fn upgrade(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(reuse) = deployment.database.get().and_then(|it| it.reuse.said()) else { return };
    if !reuse.value || !is_self_issued(deployment) {
        return;
    }
    let name = match deployment.certificate.get().map(|it| &it.value) {
        Some(Certificate::SelfIssued { name }) => name.value().map(Format::text),
        Some(Certificate::Existing { .. }) | None => None,
    };
    if name.is_some_and(|it| it.eq_ignore_ascii_case(EARLIER_NAME)) {
        return;
    }
    let message = "an existing database is used with a certificate that setup generates anew";
    let finding = match deployment.certificate.get() {
        Some(certificate) => out
            .about(&certificate.origin, message)
            .label("an upgraded service does not start without the certificate that it had")
            .against(&reuse.origin, "the database is used again"),
        None => out
            .about(&reuse.origin, message)
            .label("an upgraded service does not start without the certificate that it had"),
    };
    finding.help(format!(
        "for an upgrade, keep `{EARLIER_NAME}` of the local store: `certificate::thumbprint(…)`"
    ));
}
