//! A token of whoever is signed in to the Azure CLI.
//!
//! The CLI keeps tokens itself, so that a fresh one may be the last one. Its output is described in Microsoft's "Sign in with
//! Azure CLI"; `expires_on` is there since 2.54 (looked up 2026-11-23).

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::execute::sign_in::Grant;
use crate::execute::sign_in::error::{CliError, SignInError, shown};
use crate::execute::sign_in::token::Token;

/// The program, found by the path.
pub(super) const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// Neither stream is read beyond this.
const LARGEST_OUTPUT: u64 = 1 << 20;

/// What it writes.
#[derive(Deserialize)]
struct Output {
    #[serde(rename = "accessToken")]
    access_token: String,
    expires_on: Option<u64>,
}

/// Asks the CLI for a token.
pub(super) async fn ask(
    program: &OsStr,
    resource: &str,
    tenant: &str,
    limit: Duration,
) -> Result<Grant, SignInError> {
    match timeout(limit, run(program, resource, tenant)).await {
        Ok(outcome) => outcome.map_err(SignInError::AzureCli),
        // Dropping the future has ended the program.
        Err(_) => Err(SignInError::AzureCli(CliError::Slow(limit))),
    }
}

/// Runs it to its end.
async fn run(program: &OsStr, resource: &str, tenant: &str) -> Result<Grant, CliError> {
    let failed = |it: std::io::Error| {
        if it.kind() == ErrorKind::NotFound {
            return CliError::NotInstalled;
        }
        CliError::Failed(shown(&it.to_string(), &[]))
    };
    let mut child = Command::new(program)
        .args(["account", "get-access-token", "--output", "json"])
        .args(["--resource", resource, "--tenant", tenant])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr, status) = tokio::join!(read(stdout), read(stderr), child.wait());
    if status.map_err(failed)?.success() {
        let output: Output = serde_json::from_slice(&stdout).map_err(|_| CliError::Output)?;
        let now = jsonwebtoken::get_current_timestamp();
        let lasts = output.expires_on.map(|it| Duration::from_secs(it.saturating_sub(now)));
        let token = Token::new(output.access_token).ok_or(CliError::Output)?;
        return Ok(Grant { token, lasts, refresh: None });
    }
    let words = String::from_utf8_lossy(&stderr);
    if words.contains("az login") && !words.contains("AADSTS") {
        return Err(CliError::NotSignedIn);
    }
    let line = words.lines().find(|it| !it.trim().is_empty()).unwrap_or("it gave no reason");
    let line = line.trim().trim_start_matches("ERROR:").trim();
    let end = line.find("Trace ID:").unwrap_or(line.len());
    Err(CliError::Failed(shown(line[..end].trim(), &[])))
}

/// Reads a stream to its end, or to the limit.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let mut stream = stream.take(LARGEST_OUTPUT);
        // What came before an error is what there is to show.
        drop(stream.read_to_end(&mut bytes).await);
    }
    bytes
}
