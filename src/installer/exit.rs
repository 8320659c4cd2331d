//! The exit codes of Windows Installer, in words.

/// What an exit code means for the plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// It is installed.
    Done,
    /// It is installed, and Windows has to be restarted.
    RestartNeeded,
    /// It is installed, and the installer restarts Windows at this moment.
    RestartBegun,
    /// Nothing was changed: another installation runs. The same can be tried later.
    Busy,
    /// A person cancelled it, and Windows Installer took back what it had done.
    Cancelled,
    /// It failed.
    Failed,
}

/// An exit code of Windows Installer, explained.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExitCode {
    /// The code.
    pub code: u32,
    /// What it means for the plan.
    pub outcome: Outcome,
    /// What is, in lower case and without a full stop.
    pub says: &'static str,
    /// What to do, an imperative sentence without a full stop; empty if there is nothing to do.
    pub help: &'static str,
}

/// Explains an exit code. One that is not in [`EXIT_CODES`] is a failure.
#[must_use]
pub fn explain(code: u32) -> ExitCode {
    let known = EXIT_CODES.iter().find(|it| it.code == code);
    known.copied().unwrap_or(ExitCode {
        code,
        outcome: Outcome::Failed,
        says: "Windows Installer ended with a code that mimeo does not know",
        help: "look the code up in Microsoft's list of Windows system errors, and read the log",
    })
}

/// The codes that are explained, in ascending order. Sources: Microsoft's "MsiExec.exe and InstMsi.exe Error Messages" and
/// "System Error Codes", 2026-11-23.
pub const EXIT_CODES: &[ExitCode] = &[
    row(0, Outcome::Done, "installed", ""),
    // Wine answers so where Windows says 1619.
    row(
        2,
        Outcome::Failed,
        "a file that the installation needs is not there",
        "check the package's path",
    ),
    row(
        3,
        Outcome::Failed,
        "a folder that the installation needs is not there",
        "check the package's path, and make the folder of the log",
    ),
    row(
        5,
        Outcome::Failed,
        "access was denied",
        "run it elevated, as the account that may install the product",
    ),
    row(
        1601,
        Outcome::Failed,
        "the Windows Installer service cannot be reached",
        "see that the service `msiserver` can start, and run it elevated",
    ),
    row(
        1602,
        Outcome::Cancelled,
        "the installation was cancelled",
        "start it again, and finish the wizard",
    ),
    row(
        1603,
        Outcome::Failed,
        "the installation failed and was taken back",
        "read the log from its first `Return value 3` upwards",
    ),
    row(
        1612,
        Outcome::Failed,
        "the installation source of the product is not there",
        "put the package where it was installed from",
    ),
    row(
        1613,
        Outcome::Failed,
        "the package needs a newer Windows Installer",
        "install it on a supported version of Windows Server",
    ),
    row(1618, Outcome::Busy, "another installation runs", "wait until it has ended"),
    row(
        1619,
        Outcome::Failed,
        "the package cannot be opened",
        "check its path, and that the account can read it; Windows Installer takes at most 256 characters",
    ),
    row(
        1620,
        Outcome::Failed,
        "the file is not a package of Windows Installer, or is damaged",
        "copy the package again, and compare its size",
    ),
    row(
        1622,
        Outcome::Failed,
        "the log cannot be written",
        "make its folder, and see that the account can write there",
    ),
    row(
        1624,
        Outcome::Failed,
        "a transform cannot be applied",
        "check the paths in the property `TRANSFORMS`",
    ),
    row(
        1625,
        Outcome::Failed,
        "a policy of this server forbids the installation",
        "ask who sets its group policies (Windows Installer, Software Restriction, AppLocker)",
    ),
    // Wine answers so where Windows says 1620.
    row(
        1627,
        Outcome::Failed,
        "a function failed while the package was read",
        "copy the package again, and compare its size",
    ),
    row(
        1632,
        Outcome::Failed,
        "the folder for temporary files is full or cannot be written",
        "make room, and check the variable `TEMP`",
    ),
    row(
        1633,
        Outcome::Failed,
        "the package is not for this processor",
        "take the package for x64, on a 64-bit Windows Server",
    ),
    row(
        1638,
        Outcome::Failed,
        "another version of the product is installed",
        "uninstall it in `Programs and Features`, or upgrade it as its guide says",
    ),
    row(
        1639,
        Outcome::Failed,
        "Windows Installer does not understand the command line",
        "report this as an error of mimeo, with the plan",
    ),
    row(
        1641,
        Outcome::RestartBegun,
        "installed, and Windows restarts",
        "resume the plan after the restart",
    ),
    row(
        3010,
        Outcome::RestartNeeded,
        "installed, and Windows has to be restarted",
        "restart Windows, and resume the plan",
    ),
];

const fn row(code: u32, outcome: Outcome, says: &'static str, help: &'static str) -> ExitCode {
    ExitCode { code, outcome, says, help }
}
