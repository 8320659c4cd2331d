//! The stand-in for the server: Windows Installer, the registry, services and PowerShell, as far as plans use them.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::execute::machine::{Answer, Installation, Known, Machine, MachineError, Script};
use crate::execute::pace::Pace;
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::exchange;
use crate::execute::simulate::world::{Shared, World};
use crate::installer::exit;
use crate::plan::Plan;
use crate::plan::op::{Op, Question, Registry, Ui};

/// The server of a rehearsal.
#[derive(Debug)]
pub struct StandIn {
    shared: Shared,
    pace: Pace,
    /// What each package installs, and the build, as far as the plan says so.
    products: BTreeMap<String, (String, String)>,
}

/// How long the parts of an installation take.
const ACTIONS: &[(&str, u64)] = &[
    ("Gathering required information", 2),
    ("Copying new files", 6),
    ("Creating the database", 12),
    ("Deploying the portal to SharePoint", 20),
    ("Configuring Windows Firewall", 2),
    ("Starting services", 6),
];

impl StandIn {
    /// The server of a plan.
    #[must_use]
    pub fn new(shared: Shared, plan: &Plan, pace: Pace) -> Self {
        let mut products = BTreeMap::new();
        for step in &plan.steps {
            for op in &step.ops {
                if let (Op::Msi(msi), Some(Question::Installed { product, build })) =
                    (op, &step.probe)
                {
                    let build = build.clone().unwrap_or_else(|| "4.6.540.0".to_owned());
                    products.insert(msi.package.clone(), (product.clone(), build));
                }
            }
        }
        StandIn { shared, pace, products }
    }

    async fn take(&self, seconds: u64) {
        self.pace.pause(Duration::from_secs(seconds)).await;
    }

    /// A verbose log as Windows Installer writes it, with the secrets in clear that no package hides.
    fn log(installation: &Installation, code: u32) -> String {
        let mut log = format!(
            "=== Verbose logging started: Calling process: mimeo ===\nMSI (s): Product: {}\n",
            installation.package
        );
        let failed = exit::explain(code).outcome == exit::Outcome::Failed;
        for (action, _) in ACTIONS {
            log.push_str(&format!("Action start 22:04:11: {action}.\n"));
            if failed && action.starts_with("Deploying") {
                log.push_str("CAQuietExec:  A deployment or retraction is already under way for the solution \"microsoftilmportalcommondlls.wsp\".\n");
                log.push_str("CAQuietExec:  Error 0x80070001: Command line returned an error.\n");
                log.push_str(&format!("Action ended 22:09:41: {action}. Return value 3.\n"));
                break;
            }
            log.push_str(&format!("Action ended 22:04:30: {action}. Return value 1.\n"));
        }
        for (name, value) in &installation.properties {
            log.push_str(&format!("Property(S): {name} = {}\n", value.expose()));
        }
        log.push_str(&format!("MSI (s): MainEngineThread is returning {code}\n"));
        log
    }

    /// What the server is asked to end with, and whether it was asked for once only.
    fn exit_code(&self) -> u32 {
        let wanted = self
            .shared
            .look()
            .faults
            .iter()
            .find_map(|it| if let Fault::Install(code) = it { Some(*code) } else { None });
        if let Some(code) = wanted
            && exit::explain(code).outcome == exit::Outcome::Busy
        {
            // The other installation ends some time.
            self.shared.note(|it| it.faults.remove(&Fault::Install(code)));
        }
        wanted.unwrap_or(0)
    }
}

impl Machine for StandIn {
    async fn answer(&self, question: &Question) -> Answer {
        let world = self.shared.look();
        let yes =
            |is: bool| if is { Answer::Yes(String::new()) } else { Answer::No(String::new()) };
        match question {
            Question::Installed { product, .. } => match world.server.installed.get(product) {
                Some(build) => Answer::Yes(format!("build {build} is installed")),
                None => Answer::No(String::new()),
            },
            Question::Registry(it) => yes(world.server.registry.get(&path(it)) == Some(&it.dword)),
            Question::Folder { path } => yes(world.server.folders.contains(path)),
            Question::RuleEnabled { rule } => yes(world.server.rules.contains(rule)),
            Question::Answers { .. } => {
                let silent = world.faults.contains(&Fault::PortalSilent);
                if silent {
                    Answer::No("no answer".to_owned())
                } else {
                    yes(!world.server.installed.is_empty())
                }
            }
            Question::PendingReboot => yes(world.server.pending_reboot),
            Question::RestartedSince { .. } => yes(!world.server.pending_reboot),
            Question::InstallerBusy | Question::Database { .. } => Answer::No(String::new()),
            Question::Resolves { .. }
            | Question::Reachable { .. }
            | Question::MailServer { .. }
            | Question::SqlServer { .. }
            | Question::Package { .. }
            | Question::Account { .. }
            | Question::ManagedAccount { .. }
            | Question::ServicePrincipalName { .. }
            | Question::ServiceRuns { .. }
            | Question::WindowsFeature { .. } => Answer::Yes(String::new()),
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
        if installation.ui == Ui::Review {
            progress("The wizard is open, and the sheet is entered");
            self.take(8).await;
        }
        let code = self.exit_code();
        let explained = exit::explain(code);
        let (stops, fails) = match explained.outcome {
            exit::Outcome::Done | exit::Outcome::RestartNeeded | exit::Outcome::RestartBegun => {
                (false, false)
            }
            exit::Outcome::Busy | exit::Outcome::Cancelled => (true, false),
            exit::Outcome::Failed => (false, true),
        };
        if stops {
            return Ok(code);
        }
        for (action, seconds) in ACTIONS {
            progress(action);
            self.take(*seconds).await;
            if fails && action.starts_with("Deploying") {
                break;
            }
        }
        let log = installation.log.clone().map(|path| (path, Self::log(installation, code)));
        let restart = explained.outcome != exit::Outcome::Done;
        let package = installation.package.clone();
        let product = self.products.get(&package).cloned();
        let keep = |world: &mut World| {
            world.server.logs.extend(log);
            if !fails {
                world.server.pending_reboot |= restart;
                let (product, build) = product.unwrap_or((package.clone(), "1.0".to_owned()));
                world.server.installed.insert(product, build);
            }
        };
        if fails {
            self.shared.note(keep);
        } else {
            self.shared.change(&format!("installed {}", installation.package), keep);
        }
        Ok(code)
    }

    async fn run(&self, script: &Script) -> Result<String, MachineError> {
        if self.shared.has(Fault::PowerShellModule) {
            return Err(MachineError::Module(script.needs.clone()));
        }
        let text = |name: &str| script.parameters.get(name).map(Known::expose).unwrap_or_default();
        let given = |name: &str| script.parameters.contains_key(name);
        let (application, mailbox) = (text("AppId"), text("Mailbox"));
        self.take(6).await;
        if given("Rule") {
            let rule = text("Rule").to_owned();
            self.shared.change(&format!("rule enabled: {rule}"), |it| it.server.rules.insert(rule));
            return Ok("enabled".to_owned());
        }
        if given("Name") {
            self.shared.change(&format!("service {} restarted", text("Name")), |_| ());
            return Ok(String::new());
        }
        let shared = &self.shared;
        let done = match (given("Group"), given("ObjectId"), given("Mailbox")) {
            (true, _, true) => {
                exchange::restrict_to_group(shared, application, text("Group"), mailbox)
            }
            (true, _, false) => {
                exchange::unrestrict_group(shared, application, text("Group"));
                Ok(())
            }
            (false, true, _) => {
                exchange::scope_to_mailbox(shared, application, text("ObjectId"), mailbox)
            }
            (false, false, true) => exchange::allow_ews(shared, application, mailbox),
            (false, false, false) => {
                exchange::unscope_mailbox(shared, application);
                Ok(())
            }
        };
        done.map_err(MachineError::Script)?;
        Ok(String::new())
    }

    async fn set(&self, registry: &Registry) -> Result<(), MachineError> {
        let (path, dword) = (path(registry), registry.dword);
        self.shared
            .change(&format!("{path} = {dword}"), |it| it.server.registry.insert(path, dword));
        Ok(())
    }

    async fn make_folder(&self, path: &str) -> Result<(), MachineError> {
        if !self.shared.look().server.folders.contains(path) {
            let folder = path.to_owned();
            self.shared
                .change(&format!("folder {path} made"), |it| it.server.folders.insert(folder));
        }
        Ok(())
    }

    async fn site(&self, _url: &str) -> Result<u16, MachineError> {
        self.take(10).await;
        Ok(if self.shared.has(Fault::PortalSilent) { 503 } else { 200 })
    }

    async fn read_log(&self, path: &str) -> Result<Vec<u8>, MachineError> {
        let log = self.shared.look().server.logs.get(path).cloned();
        log.map(String::into_bytes).ok_or_else(|| MachineError::Refused {
            what: format!("the log `{path}`"),
            error: "it is not there".to_owned(),
        })
    }

    async fn write_log(&self, path: &str, bytes: &[u8]) -> Result<(), MachineError> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        self.shared.note(|it| it.server.logs.insert(path.to_owned(), text));
        Ok(())
    }
}

fn path(registry: &Registry) -> String {
    format!(r"{}\{}\{}", registry.hive, registry.key, registry.name)
}
