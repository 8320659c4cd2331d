//! The door to Windows, where the program runs on it.
#![expect(
    clippy::disallowed_methods,
    reason = "folders and logs of the server are asked and written here"
)]

use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use uuid::Uuid;
use windows_sys::Win32::System::Services::SERVICE_RUNNING;
use windows_sys::Win32::System::Threading::CREATE_NEW_PROCESS_GROUP;

use crate::execute::machine::{Answer, Installation, Known, Machine, MachineError, Script};
use crate::execute::windows::native::{self, Hive};
use crate::execute::windows::progress::Progress;
use crate::execute::windows::{Windows, is_at_least, powershell, property_line};
use crate::plan::op::{Question, Registry};

/// The time that a script has.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// What a script may write, in bytes; the rest is thrown away with the answer.
const OUTPUT: u64 = 16 << 20;
/// Where the MIM Service listens for the snap-in.
const SERVICE: &str = "http://localhost:5725/resourcemanagementservice";

impl Machine for Windows {
    async fn answer(&self, question: &Question) -> Answer {
        match question {
            Question::Installed { product, build } => installed(product, build.as_deref()),
            Question::Registry(registry) => registry_is(registry),
            Question::Folder { path } => folder(path),
            Question::Answers { url, status } => match self.site(url).await {
                Ok(answered) if answered == *status => Answer::Yes(format!("status {answered}")),
                Ok(answered) => Answer::No(format!("status {answered}")),
                Err(error) => Answer::Unknown(error.to_string()),
            },
            Question::RuleEnabled { rule } => {
                let parameters = [("Rule", rule.as_str()), ("Uri", SERVICE)];
                self.ask("FIMAutomation", include_str!("rule.ps1"), parameters).await
            }
            Question::SqlServer { server } => {
                self.ask("", include_str!("database.ps1"), [("Server", server.as_str())]).await
            }
            Question::Database { server, name } => {
                let parameters = [("Server", server.as_str()), ("Database", name.as_str())];
                self.ask("", include_str!("database.ps1"), parameters).await
            }
            Question::WindowsFeature { name } => {
                self.ask("ServerManager", include_str!("feature.ps1"), [("Name", name.as_str())])
                    .await
            }
            Question::ServiceRuns { name } => service_runs(name),
            Question::PendingReboot => pending_reboot(),
            Question::RestartedSince { at } => restarted_since(at),
            Question::InstallerBusy => match native::installer_busy() {
                Ok(true) => Answer::Yes("another installation runs".to_owned()),
                Ok(false) => Answer::No(String::new()),
                Err(code) => Answer::Unknown(native::words(code)),
            },
            Question::Application { .. }
            | Question::ServicePrincipal { .. }
            | Question::MailboxRole { .. }
            | Question::Secret { .. }
            | Question::Resolves { .. }
            | Question::Reachable { .. }
            | Question::MailServer { .. }
            | Question::Package { .. }
            | Question::Account { .. }
            | Question::ManagedAccount { .. }
            | Question::ServicePrincipalName { .. } => {
                Answer::Unknown("it is no question to Windows".to_owned())
            }
        }
    }

    async fn install(
        &self,
        installation: &Installation,
        progress: &mut dyn FnMut(&str),
    ) -> Result<u32, MachineError> {
        let refused = |error: String| refused("the installation", error);
        let line = property_line(installation).map_err(|it| refused(it.to_string()))?;
        let (sender, mut messages) = mpsc::unbounded_channel();
        let (package, ui, log) =
            (installation.package.clone(), installation.ui, installation.log.clone());
        let installing =
            spawn_blocking(move || native::install(&package, line, ui, log.as_deref(), &sender));
        let mut bar = Progress::default();
        // The sender goes with the end of the installation.
        while let Some(message) = messages.recv().await {
            if let Some(line) = bar.hear(&message) {
                progress(&line);
            }
        }
        let ended = installing.await.map_err(|it| refused(it.to_string()))?;
        ended.map_err(|code| refused(native::words(code)))
    }

    async fn run(&self, script: &Script) -> Result<String, MachineError> {
        let refused = |error: String| refused("Windows PowerShell", error);
        let folder = native::system_folder().map_err(|code| refused(native::words(code)))?;
        let program = folder.join(r"WindowsPowerShell\v1.0\powershell.exe");
        let marker = Uuid::new_v4().simple().to_string();
        let document = powershell::document(script, &marker);
        let mut child = Command::new(program)
            .args(powershell::arguments())
            // PowerShell 7 leaves its own modules there, which Windows PowerShell cannot load.
            .env_remove("PSModulePath")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C at the console is for this program alone. The console itself stays: a sign-in asks for a window to belong
            // to (https://aka.ms/msal-net-wam#parent-window-handles).
            .creation_flags(CREATE_NEW_PROCESS_GROUP)
            .spawn()
            .map_err(|it| refused(it.to_string()))?;
        let stdin = child.stdin.take();
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let talk = async {
            let write = async {
                if let Some(mut stdin) = stdin {
                    // One that does not read has no answer either, and that is told below.
                    let written = stdin.write_all(document.as_bytes()).await;
                    drop(written.and(stdin.shutdown().await));
                }
            };
            let ((), stdout, stderr) = tokio::join!(write, read(stdout), read(stderr));
            (stdout, stderr, child.wait().await)
        };
        match tokio::time::timeout(LIMIT, talk).await {
            Ok((stdout, stderr, status)) => {
                let status = status.map_err(|it| refused(it.to_string()))?;
                powershell::answer(script, &marker, &stdout, &stderr, status.code())
            }
            Err(_) => {
                let minutes = LIMIT.as_secs() / 60;
                let killed = child.start_kill().err().map(|it| format!(", and it goes on: {it}"));
                let killed = killed.unwrap_or_default();
                Err(refused(format!("did not end within {minutes} minutes{killed}")))
            }
        }
    }

    async fn set(&self, registry: &Registry) -> Result<(), MachineError> {
        let set = || {
            let hive = hive(&registry.hive)?;
            native::set_dword(hive, &registry.key, &registry.name, registry.dword)
                .map_err(native::words)
        };
        let what = format!(r"`{}\{}` in the registry", registry.key, registry.name);
        set().map_err(|error| refused(&what, error))
    }

    async fn make_folder(&self, path: &str) -> Result<(), MachineError> {
        std::fs::create_dir_all(path)
            .map_err(|it| refused(&format!("the folder `{path}`"), it.to_string()))
    }

    async fn site(&self, url: &str) -> Result<u16, MachineError> {
        let script = script("", include_str!("site.ps1"), [("Url", url)]);
        let output = self.run(&script).await?;
        let status = output.lines().last().and_then(|it| it.trim().parse().ok());
        status.ok_or_else(|| refused(&format!("`{url}`"), "answered without a status".to_owned()))
    }

    async fn read_log(&self, path: &str) -> Result<Vec<u8>, MachineError> {
        std::fs::read(path).map_err(|it| refused(&format!("the log `{path}`"), it.to_string()))
    }

    async fn write_log(&self, path: &str, bytes: &[u8]) -> Result<(), MachineError> {
        overwrite(path, bytes).map_err(|it| refused(&format!("the log `{path}`"), it.to_string()))
    }
}

pub(crate) fn read_credential(name: &str) -> Result<Option<SecretString>, MachineError> {
    let secret = native::read_credential(name);
    let secret =
        secret.map_err(|code| refused(&format!("the credential `{name}`"), native::words(code)))?;
    Ok(secret.map(|it| SecretString::from(it.as_str())))
}

pub(crate) fn write_credential(name: &str, secret: &SecretString) -> Result<(), MachineError> {
    /// `CRED_MAX_CREDENTIAL_BLOB_SIZE`; wine takes more.
    const LIMIT: usize = 5 * 512;
    let refused = |error| refused(&format!("the credential `{name}`"), error);
    let size = 2 * secret.expose_secret().encode_utf16().count();
    if size > LIMIT {
        return Err(refused(format!("it has {size} bytes, and Windows keeps at most {LIMIT}")));
    }
    native::write_credential(name, secret.expose_secret())
        .map_err(|code| refused(native::words(code)))
}

impl Windows {
    /// Asks with a script that writes `yes`, `no` or `unknown`, and what it saw in the lines after it.
    async fn ask<const N: usize>(
        self,
        needs: &str,
        text: &str,
        parameters: [(&str, &str); N],
    ) -> Answer {
        let output = match self.run(&script(needs, text, parameters)).await {
            Ok(output) => output,
            Err(error) => return Answer::Unknown(error.to_string()),
        };
        let (answer, seen) = output.split_once('\n').unwrap_or((&output, ""));
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        match answer.trim() {
            "yes" => Answer::Yes(seen),
            "no" => Answer::No(seen),
            "unknown" => Answer::Unknown(seen),
            _ => Answer::Unknown("the script did not answer".to_owned()),
        }
    }
}

fn script<const N: usize>(needs: &str, text: &str, parameters: [(&str, &str); N]) -> Script {
    let parameters =
        parameters.map(|(name, value)| (name.to_owned(), Known::Text(value.to_owned())));
    Script { needs: needs.to_owned(), text: text.to_owned(), parameters: parameters.into() }
}

fn refused(what: &str, error: String) -> MachineError {
    MachineError::Refused { what: what.to_owned(), error }
}

/// What a program writes, up to the limit; what cannot be read is as good as not written.
async fn read(from: Option<impl tokio::io::AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let mut from = from.take(OUTPUT);
        drop(from.read_to_end(&mut bytes).await);
    }
    bytes
}

fn installed(product: &str, build: Option<&str>) -> Answer {
    let products = match native::products() {
        Ok(products) => products,
        Err(code) => return Answer::Unknown(native::words(code)),
    };
    let versions: Vec<String> = products
        .into_iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case(product))
        .map(|(_, version)| version)
        .collect();
    let seen = versions.join(", ");
    let Some(build) = build else {
        return if versions.is_empty() { Answer::No(seen) } else { Answer::Yes(seen) };
    };
    let judged: Vec<Option<bool>> = versions.iter().map(|it| is_at_least(it, build)).collect();
    if judged.contains(&Some(true)) {
        Answer::Yes(seen)
    } else if judged.contains(&None) {
        Answer::Unknown(format!("`{seen}` and `{build}` cannot be compared"))
    } else {
        Answer::No(seen)
    }
}

fn registry_is(registry: &Registry) -> Answer {
    let found = hive(&registry.hive)
        .and_then(|hive| native::dword(hive, &registry.key, &registry.name).map_err(native::words));
    match found {
        Ok(Some(value)) if value == registry.dword => Answer::Yes(value.to_string()),
        Ok(Some(value)) => Answer::No(value.to_string()),
        Ok(None) => Answer::No("not set".to_owned()),
        Err(error) => Answer::Unknown(error),
    }
}

fn hive(name: &str) -> Result<Hive, String> {
    match name {
        "HKEY_CURRENT_USER" => Ok(Hive::CurrentUser),
        "HKEY_LOCAL_MACHINE" => Ok(Hive::LocalMachine),
        _ => Err("a plan sets values of the current user and of the machine only".to_owned()),
    }
}

fn folder(path: &str) -> Answer {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Answer::Yes(String::new()),
        Ok(_) => Answer::No("a file has this name".to_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Answer::No(String::new()),
        Err(error) => Answer::Unknown(error.to_string()),
    }
}

fn service_runs(name: &str) -> Answer {
    match native::service_state(name) {
        Ok(Some(SERVICE_RUNNING)) => Answer::Yes(String::new()),
        Ok(Some(_)) => Answer::No("it does not run".to_owned()),
        Ok(None) => Answer::No("there is no such service".to_owned()),
        Err(code) => Answer::Unknown(native::words(code)),
    }
}

/// Whether Windows began to run after a moment.
fn restarted_since(at: &str) -> Answer {
    let Ok(at) = at.parse::<jiff::Timestamp>() else {
        return Answer::Unknown("that is no moment".to_owned());
    };
    let running = i64::try_from(native::running().as_secs()).unwrap_or(i64::MAX);
    let since = jiff::Timestamp::now().as_second().saturating_sub(running);
    if since > at.as_second() {
        Answer::Yes(String::new())
    } else {
        Answer::No("it has been running since before".to_owned())
    }
}

/// The traces of a restart that Windows waits for. Source: Microsoft's DSC resource `PendingReboot` (`ComputerManagementDsc`),
/// 2026-11-23.
fn pending_reboot() -> Answer {
    const CURRENT: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion";
    let hive = Hive::LocalMachine;
    let servicing = format!(r"{CURRENT}\Component Based Servicing\RebootPending");
    let update = format!(r"{CURRENT}\WindowsUpdate\Auto Update\RebootRequired");
    let manager = r"SYSTEM\CurrentControlSet\Control\Session Manager";
    let traces = [
        ("Windows has changed its components", native::has_key(hive, &servicing)),
        ("Windows Update", native::has_key(hive, &update)),
        (
            "files wait to be replaced",
            native::has_texts(hive, manager, "PendingFileRenameOperations"),
        ),
    ];
    let seen: Vec<&str> =
        traces.iter().filter(|(_, found)| *found == Ok(true)).map(|(what, _)| *what).collect();
    let failed = traces.iter().find_map(|(_, found)| found.err());
    match failed {
        _ if !seen.is_empty() => Answer::Yes(seen.join(", ")),
        Some(code) => Answer::Unknown(native::words(code)),
        None => Answer::No(String::new()),
    }
}

/// Writes over what is there, so that it is gone from the disk as well, and cuts the rest off.
fn overwrite(path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(bytes)?;
    let size = bytes.len() as u64;
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(0), length.saturating_sub(size)),
        &mut file,
    )?;
    file.sync_all()?;
    file.set_len(size)
}
