//! The Microsoft cloud, and the tenant in it. Page 3.
//!
//! The clouds are separate worlds: a tenant, a token or an application of one is unknown in the others. A domain that
//! Microsoft gave to the tenant tells its cloud, so a wrong one is found here and not during the sign-in.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter, nearest};
use crate::model::format::{DomainName, EmailAddress};
use crate::model::{Authentication, Cloud, CloudName, Component, Deployment, Edition, MailServer};
use crate::plan::op::Value;
use crate::script::args::Call;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::source::Span;
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "cloud",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &CLOUD_MISSING, run: missing },
        Check { code: &CLOUD_TENANT, run: tenant_of_another },
        Check { code: &CLOUD_DOMAIN, run: misspelt_domain },
        Check { code: &CLOUD_GCC_HIGH, run: gcc_high },
        Check { code: &CLOUD_UNUSED, run: unused },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// What ended the domains of Microsoft Cloud Germany.
const GERMANY: &str = ".onmicrosoft.de";

static CLOUD: Builder = Builder {
    name: "cloud::…",
    refusals: &[
        Refusal {
            method: "tenant",
            reason: "the tenant is the argument, by its domain: `cloud::global(\"contoso.onmicrosoft.com\")`",
        },
        Refusal {
            method: "tenant_id",
            reason: "a cloud is told the tenant's domain; the ID belongs to the mailbox's application: `mail::office365()….application(…).tenant_id(…)`",
        },
        Refusal {
            method: "sign_in_as",
            reason: "who signs in belongs to the licence: `license::entra_id().sign_in_as(…)`",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The worldwide cloud, Microsoft 365 GCC included: `Azure AD` on page 3, `Office 365` on page 8.
    ///
    /// - `tenant`: the tenant's primary domain
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// ```
    fn cloud::global(tenant: Domain) -> CLOUD, pages [3, 8] = |call| {
        declare(call, CloudName::Global)
    };
    /// The cloud in China: `Azure AD China operated by 21Vianet` on page 3, `Office 365 operated by 21Vianet` on page 8.
    ///
    /// - `tenant`: the tenant's primary domain
    ///
    /// ```rhai
    /// cloud::china("contoso.partner.onmschina.cn");
    /// ```
    fn cloud::china(tenant: Domain) -> CLOUD, pages [3, 8] = |call| {
        declare(call, CloudName::China)
    };
    /// Microsoft 365 Government GCC High (US Government L4): `Office 365 Government GCC High and DoD` on page 8. For page 3 no
    /// entry is known. GCC, without High, is in the worldwide cloud: `cloud::global`.
    ///
    /// - `tenant`: the tenant's primary domain
    ///
    /// ```rhai
    /// cloud::us_government_gcc_high("contoso.onmicrosoft.us");
    /// ```
    fn cloud::us_government_gcc_high(tenant: Domain) -> CLOUD, pages [3, 8] = |call| {
        declare(call, CloudName::GccHigh)
    };
    /// Microsoft 365 Government DoD (US Government L5): `Microsoft 365 Government - DoD` on page 3, `Office 365 Government GCC
    /// High and DoD` on page 8.
    ///
    /// - `tenant`: the tenant's primary domain
    ///
    /// ```rhai
    /// cloud::us_government_dod("contoso.onmicrosoft.us");
    /// ```
    fn cloud::us_government_dod(tenant: Domain) -> CLOUD, pages [3, 8] = |call| {
        declare(call, CloudName::Dod)
    };
}

fn declare(call: &mut Call<'_>, name: CloudName) -> usize {
    let tenant = call.read(0);
    call.declare(|it| &mut it.cloud, Cloud { name, tenant })
}

/// The function that declares a cloud, without its namespace.
fn function(cloud: CloudName) -> &'static str {
    match cloud {
        CloudName::Global => "global",
        CloudName::China => "china",
        CloudName::GccHigh => "us_government_gcc_high",
        CloudName::Dod => "us_government_dod",
    }
}

/// What a cloud is called in a sentence.
fn words(cloud: CloudName) -> &'static str {
    match cloud {
        CloudName::Global => "the worldwide cloud",
        CloudName::China => "the cloud in China",
        CloudName::GccHigh | CloudName::Dod => "a US Government cloud",
    }
}

/// The entry of the list `Azure Cloud` on page 3.
fn entry(cloud: CloudName) -> &'static str {
    match cloud {
        CloudName::Global => "Azure AD",
        CloudName::China => "Azure AD China operated by 21Vianet",
        CloudName::GccHigh => "(no entry is known for GCC High)",
        CloudName::Dod => "Microsoft 365 Government - DoD",
    }
}

static FIELDS: &[Field] = &[
    Field {
        name: "cloud.name",
        label: "Azure Cloud",
        page: Some(3),
        ty: Ty::Choice,
        // The edition for a volume licence has no such page.
        read: |it| match it.cloud.get() {
            Some(cloud) if edition(it) == Some(Edition::EntraId) => {
                Reading::Said(Value::text(entry(cloud.name)), cloud.origin.clone())
            }
            Some(_) | None => Reading::NotAsked,
        },
    },
    Field {
        name: "cloud.tenant",
        label: "Primary domain of the tenant",
        page: None,
        ty: Ty::Domain,
        read: |it| it.cloud.get().map_or(Reading::NotAsked, |cloud| Reading::said(&cloud.tenant)),
    },
    // Whoever carries out the plan needs the cloud's addresses in either edition, also where the wizard has no entry.
    Field {
        name: "cloud.environment",
        label: "Microsoft cloud",
        page: None,
        ty: Ty::Text,
        read: |it| match it.cloud.get() {
            Some(cloud) => Reading::Said(Value::text(function(cloud.name)), cloud.origin.clone()),
            None => Reading::NotAsked,
        },
    },
];

fn edition(deployment: &Deployment) -> Option<Edition> {
    deployment.license.get().map(|it| it.edition)
}

code! {
    /// The edition for Entra ID P1 or P2 asks on page 3 for the cloud, lets somebody sign in to the tenant on page 4, and
    /// installs only if that tenant has the licences. The edition for a volume licence asks for neither.
    ///
    /// ```rhai,reports
    /// license::entra_id();
    /// ```
    ///
    /// ```rhai
    /// license::entra_id();
    /// cloud::global("contoso.onmicrosoft.com");
    /// ```
    CLOUD_MISSING: Error = "cloud-missing", "no cloud and no tenant",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A domain that Microsoft gives to a tenant tells the tenant's cloud: `.onmicrosoft.com` is the worldwide cloud, GCC
    /// included; `.partner.onmschina.cn` is the cloud in China; `.onmicrosoft.us` is one of the US Government clouds. The
    /// clouds do not know each other's tenants: the sign-in ends with AADSTS90002, 90038 or 900432.
    ///
    /// ```rhai,reports
    /// cloud::china("contoso.onmicrosoft.com");
    /// ```
    ///
    /// Name the cloud that the tenant is in:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// ```
    ///
    /// A domain of the customer's own may be in any cloud, and is not judged. Microsoft Cloud Germany (`.onmicrosoft.de`) was
    /// closed on 2021-10-29.
    CLOUD_TENANT: Error = "cloud-tenant", "tenant of another cloud",
        source "https://learn.microsoft.com/en-us/graph/deployments" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud" seen "2026-11-23";

    /// The domain looks like one that Microsoft gives to a tenant, but none ends like this. The sign-in service would not
    /// find the tenant (AADSTS90002).
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosft.com");
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// ```
    CLOUD_DOMAIN: Warning = "cloud-domain", "misspelt domain of a tenant",
        source "https://learn.microsoft.com/en-us/graph/deployments" seen "2026-11-23";

    /// The list on page 3 of the installer has three entries: `Azure AD`, `Azure AD China operated by 21Vianet` and `Microsoft
    /// 365 Government - DoD`. None of them is GCC High, and nothing published says which one a GCC High tenant takes. The
    /// wizard opens filled in, and a person looks at the list of the package that is really there.
    ///
    /// ```rhai,reports
    /// license::entra_id();
    /// cloud::us_government_gcc_high("contoso.onmicrosoft.us");
    /// ```
    ///
    /// The edition for a volume licence needs no tenant, and shows no such page:
    ///
    /// ```rhai
    /// license::volume();
    /// cloud::us_government_gcc_high("contoso.onmicrosoft.us");
    /// ```
    CLOUD_GCC_HIGH: Warning = "cloud-gcc-high", "GCC High without an entry on page 3",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The edition for a volume licence asks for no cloud. Only Office 365 as the mail server needs to know one.
    ///
    /// ```rhai,reports
    /// license::volume();
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::none();
    /// ```
    ///
    /// ```rhai
    /// license::volume();
    /// mail::none();
    /// ```
    CLOUD_UNUSED: Hint = "cloud-unused", "cloud that nothing asks for",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.cloud.is_declared() {
        return;
    }
    let license = deployment.license.get().filter(|it| it.edition == Edition::EntraId);
    let Some(license) = license else { return };
    // An application that is to be registered misses its tenant itself, whatever the edition.
    let mail = deployment.mail.get().and_then(|it| it.authentication.value());
    if mail.is_some_and(|it| matches!(it, Authentication::Registration { .. })) {
        return;
    }
    let domain = likely_tenant(deployment);
    let cloud = domain.and_then(|it| CloudName::of_domain(it).next()).unwrap_or(CloudName::Global);
    let domain = domain.map_or("contoso.onmicrosoft.com", DomainName::as_str);
    let call = format!("cloud::{}(\"{domain}\")", function(cloud));
    out.about(&license.origin, "the edition for Entra ID P1 or P2 has no cloud")
        .label("asks for the cloud on page 3, and for a sign-in to the tenant")
        .help(format!("name the cloud and the tenant in it: `{call}`"))
        .help("the others are `cloud::china`, `cloud::us_government_gcc_high` and `cloud::us_government_dod`; GCC is global")
        .fix(
            "name the cloud",
            Applicability::Review,
            deployment.end,
            format!("\n\n{call};"),
        );
}

/// A domain that was said elsewhere and is likely to be the tenant's.
fn likely_tenant(deployment: &Deployment) -> Option<&DomainName> {
    let sign_in = deployment.license.get().and_then(|it| it.sign_in_as.value());
    let mailbox = deployment.mail.get().filter(|it| it.server == MailServer::Office365);
    let mailbox = mailbox.and_then(|it| it.address.value());
    sign_in.or(mailbox).map(EmailAddress::domain)
}

fn tenant_of_another(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(cloud) = deployment.cloud.get() else { return };
    let Some(tenant) = cloud.tenant.said() else { return };
    let domain = tenant.value.as_str();
    if domain.to_ascii_lowercase().ends_with(GERMANY) {
        out.about(&tenant.origin, format!("`{domain}` is a tenant of Microsoft Cloud Germany"))
            .label("that cloud was closed on 2021-10-29")
            .help("write the domain of the tenant to which the customer moved");
        return;
    }
    let clouds: Vec<CloudName> = CloudName::of_domain(&tenant.value).collect();
    let Some(right) = clouds.first().copied() else { return };
    if clouds.contains(&cloud.name) {
        return;
    }
    let said = format!("cloud::{}", function(cloud.name));
    let finding = out.about(
        &tenant.origin,
        format!("`{domain}` is a tenant of {}, not of `{said}`", words(right)),
    );
    finding.label(format!("`{}` is {}", right.initial_domain(), words(right)));
    // From the namespace to the opening parenthesis.
    let before = Span { end: tenant.origin.at.start, ..tenant.origin.call };
    finding.relate(before, "said to be in this one");
    let meant: Vec<_> = clouds.iter().map(|it| format!("cloud::{}", function(*it))).collect();
    if let [meant] = meant.as_slice() {
        finding.help(format!("did you mean `{meant}`?")).fix(
            format!("write `{meant}`"),
            Applicability::Review,
            before,
            format!("{meant}("),
        );
    } else {
        finding.help(format!("write `{}`, whichever the tenant is in", meant.join("` or `")));
    }
}

fn misspelt_domain(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(cloud) = deployment.cloud.get() else { return };
    let Some(tenant) = cloud.tenant.said() else { return };
    let domain = tenant.value.as_str();
    let lower = domain.to_ascii_lowercase();
    if CloudName::of_domain(&tenant.value).next().is_some() || lower.ends_with(GERMANY) {
        return;
    }
    let Some((name, rest)) = lower.split_once('.') else { return };
    let ending = cloud.name.initial_domain().trim_start_matches('.');
    let strange = rest.starts_with("onmicrosoft.") || nearest(rest, [ending]).is_some();
    if !strange {
        return;
    }
    let meant = format!("{name}.{ending}");
    let finding =
        out.about(&tenant.origin, format!("no tenant has a domain that ends like `{domain}`"));
    finding
        .label(format!("the tenants of {} end in `.{ending}`", words(cloud.name)))
        .help(format!("did you mean `{meant}`?"));
    if let Some(literal) = tenant.origin.literal() {
        finding.fix(
            format!("write `{meant}`"),
            Applicability::Review,
            literal,
            format!("\"{meant}\""),
        );
    }
}

fn gcc_high(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(cloud) = deployment.cloud.get().filter(|it| it.name == CloudName::GccHigh) else {
        return;
    };
    if edition(deployment) != Some(Edition::EntraId) {
        return;
    }
    out.about(&cloud.origin, "the list `Azure Cloud` on page 3 has no entry for GCC High")
        .label("nothing published says which entry to choose")
        .help("look at the list of the customer's own package first: the wizard opens filled in, and a person chooses")
        .help("if the sign-in fails with every entry, use the edition for a volume licence (`license::volume()`), or ask Microsoft");
}

fn unused(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(cloud) = deployment.cloud.get() else { return };
    if !deployment.complete || edition(deployment) != Some(Edition::Volume) {
        return;
    }
    let installed = Component::ALL.into_iter().any(|it| deployment.installs(it));
    let without_mail = installed && !deployment.installs(Component::Service);
    let mail = deployment.mail.get();
    let idle = mail.map_or(without_mail, |it| it.server != MailServer::Office365);
    if idle {
        out.about(&cloud.origin, "nothing in this deployment asks for a cloud")
            .label("this edition needs no tenant, and the mail server is not Office 365")
            .help("take it out");
    }
}
