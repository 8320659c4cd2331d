//! This machine: every question goes to whoever can answer it here, and Windows does the rest.

use std::time::Duration;

use crate::execute::directory::Directory;
use crate::execute::machine::{Answer, Installation, Machine, MachineError, Script};
use crate::execute::windows::Windows;
use crate::execute::{network, package};
use crate::plan::op::{Question, Registry};

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The port of mail between servers.
const SMTP: u16 = 25;

/// The machine that mimeo runs on.
#[derive(Debug)]
pub struct Here {
    windows: Windows,
    directory: Option<Directory>,
}

impl Here {
    /// This machine, with the directory that its questions about accounts go to, if one is known.
    #[must_use]
    pub fn new(directory: Option<Directory>) -> Self {
        Here { windows: Windows, directory }
    }

    async fn account(&self, question: &Question) -> Answer {
        let Some(directory) = &self.directory else {
            return Answer::Unknown(
                "no directory is known here; name one with `--directory`".to_owned(),
            );
        };
        if let Question::Account { domain, name } = question {
            directory.account(domain, name).await
        } else if let Question::ManagedAccount { domain, name } = question {
            directory.managed_account(domain, name).await
        } else if let Question::ServicePrincipalName { name, domain, account } = question {
            directory.service_principal_name(name, domain, account).await
        } else {
            Answer::Unknown("a directory does not know".to_owned())
        }
    }
}

impl Machine for Here {
    async fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Resolves { host } => network::resolves(LIMIT, host).await,
            Question::Reachable { host, port } => network::reachable(LIMIT, host, *port).await,
            Question::MailServer { host } => network::mail_server(LIMIT, host, SMTP).await,
            Question::Package { path, build, digest } => {
                package::package(LIMIT, path, build.as_deref(), digest.as_deref()).await
            }
            Question::Account { .. }
            | Question::ManagedAccount { .. }
            | Question::ServicePrincipalName { .. } => self.account(question).await,
            Question::Installed { .. }
            | Question::Registry(_)
            | Question::Folder { .. }
            | Question::Answers { .. }
            | Question::RuleEnabled { .. }
            | Question::SqlServer { .. }
            | Question::Database { .. }
            | Question::PendingReboot
            | Question::RestartedSince { .. }
            | Question::InstallerBusy
            | Question::ServiceRuns { .. }
            | Question::WindowsFeature { .. } => self.windows.answer(question).await,
            Question::Application { .. }
            | Question::ServicePrincipal { .. }
            | Question::MailboxRole { .. }
            | Question::Secret { .. } => Answer::Unknown("a server does not know".to_owned()),
        }
    }

    async fn install(
        &self,
        installation: &Installation,
        progress: &mut dyn FnMut(&str),
    ) -> Result<u32, MachineError> {
        self.windows.install(installation, progress).await
    }

    async fn run(&self, script: &Script) -> Result<String, MachineError> {
        self.windows.run(script).await
    }

    async fn set(&self, registry: &Registry) -> Result<(), MachineError> {
        self.windows.set(registry).await
    }

    async fn make_folder(&self, path: &str) -> Result<(), MachineError> {
        self.windows.make_folder(path).await
    }

    async fn site(&self, url: &str) -> Result<u16, MachineError> {
        self.windows.site(url).await
    }

    async fn read_log(&self, path: &str) -> Result<Vec<u8>, MachineError> {
        self.windows.read_log(path).await
    }

    async fn write_log(&self, path: &str, bytes: &[u8]) -> Result<(), MachineError> {
        self.windows.write_log(path, bytes).await
    }
}
