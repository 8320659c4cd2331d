//! What follows from a deployment as it was declared: what is installed, what the wizard would show.

use crate::model::format::Format;
use crate::model::{
    AccountKind, Authentication, Certificate, CloudName, Component, DEFAULT_CERTIFICATE,
    Deployment, Mail, MailAuthentication, MailOption, MailServer, Part, PasswordPortal, Secret,
};
use crate::source::Origin;

impl Deployment {
    /// Whether a component is installed: named, described, or the parent of one that is.
    #[must_use]
    pub fn installs(&self, component: Component) -> bool {
        self.choice(component).is_some()
    }

    /// The first place that chooses a component; a child chooses its parent.
    #[must_use]
    pub fn choice(&self, component: Component) -> Option<&Origin> {
        let named = self.components.iter().find(|it| it.value == component).map(|it| &it.origin);
        named.or_else(|| match component {
            Component::Service => self
                .service_part()
                .or_else(|| self.choice(Component::Reporting))
                .or_else(|| self.choice(Component::PrivilegedAccess)),
            Component::Portal => self.portal.get().map(|it| &it.origin),
            Component::PasswordRegistration => self.registration.get().map(|it| &it.origin),
            Component::PasswordReset => self.reset.get().map(|it| &it.origin),
            Component::Reporting => self.reporting.get().map(|it| &it.origin),
            Component::PrivilegedAccess => None,
        })
    }

    /// A declaration that only the MIM Service has a use for, and therefore describes it.
    fn service_part(&self) -> Option<&Origin> {
        let database = self.database.get().map(|it| &it.origin);
        let account = self.account.get().map(|it| &it.origin);
        let mail = self.mail.get().map(|it| &it.origin);
        let synchronization = self.synchronization.get().map(|it| &it.origin);
        database.or(account).or(mail).or(synchronization)
    }
}

impl Deployment {
    /// The option of the vendor's guide, where the MIM Service is installed and mail and account go together.
    #[must_use]
    pub fn option(&self) -> Option<MailOption> {
        let mail = self.mail.get()?;
        let managed = matches!(self.account.get()?.kind, AccountKind::Managed);
        MailOption::of(mail.server, mail.method(), managed).ok()
    }

    /// The host that the wizard shows, greyed, for Office 365 in this cloud.
    #[must_use]
    pub fn office365_host(&self) -> &'static str {
        match self.cloud.get().map(|it| it.name) {
            None | Some(CloudName::Global) => "outlook.office365.com",
            Some(CloudName::China) => "partner.outlook.cn",
            Some(CloudName::GccHigh) => "outlook.office365.us",
            Some(CloudName::Dod) => "outlook-dod.office365.us",
        }
    }

    /// Whether this server reads approvals from the mailbox. Not said, it does with Exchange Server; with Exchange Online
    /// setup leaves it off.
    #[must_use]
    pub fn polls_mailbox(&self, mail: &Mail) -> bool {
        mail.poll.value().copied().unwrap_or(mail.server == MailServer::Exchange)
    }

    /// The name of the self-issued certificate, unless an existing one is used. The wizard proposes one.
    #[must_use]
    pub fn certificate_name(&self) -> Option<String> {
        match self.certificate.get().map(|it| &it.value) {
            Some(Certificate::Existing { .. }) => None,
            Some(Certificate::SelfIssued { name }) => {
                let said = name.value().map(Format::text);
                Some(said.unwrap_or_else(|| DEFAULT_CERTIFICATE.to_owned()))
            }
            None => self.installs(Component::Service).then(|| DEFAULT_CERTIFICATE.to_owned()),
        }
    }
}

impl Mail {
    /// The password for which page 12 asks beside the address.
    #[must_use]
    pub fn page_12_password(&self, managed: bool) -> Option<&Part<Secret>> {
        match (self.server, self.authentication.value()) {
            (MailServer::Exchange, _) => managed.then_some(&self.password),
            (MailServer::Office365, Some(Authentication::Basic { password })) => Some(password),
            (MailServer::Office365 | MailServer::Smtp | MailServer::None, _) => None,
        }
    }

    /// The authentication that the wizard would be set to. Exchange and SMTP know one only, so it need not be said.
    #[must_use]
    pub fn method(&self) -> Option<MailAuthentication> {
        let said = self.authentication.value().map(Authentication::method);
        said.or(match self.server {
            MailServer::Exchange | MailServer::Smtp => Some(MailAuthentication::Integrated),
            MailServer::Office365 | MailServer::None => None,
        })
    }
}

impl PasswordPortal {
    /// The TCP port of its site, 80 if none is said; none if what was said cannot be used.
    #[must_use]
    pub fn port_number(&self) -> Option<u16> {
        match &self.port {
            Part::Unsaid => Some(80),
            Part::Unusable(_) => None,
            Part::Said(port) => Some(port.number()),
        }
    }

    /// Whether extranet users reach it; preselected in the wizard.
    #[must_use]
    pub fn is_extranet(&self) -> bool {
        self.extranet.value().copied().unwrap_or(true)
    }
}
