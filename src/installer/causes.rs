//! Why an installation of the MIM Service and Portal fails: words in its log, what they mean, and what to do.
//!
//! The words are those of Microsoft's products. Each row says where it comes from; looked up 2026-11-23. Errors of
//! Windows Installer are those of Microsoft's "Windows Installer Error Messages". `MIMDocs` is
//! <https://github.com/MicrosoftDocs/MIMDocs>.

/// A known reason for a failure.
#[derive(PartialEq, Eq, Debug)]
pub struct Cause {
    /// Texts in lower case; a line of the log with one of them, however it is written there, tells of this cause.
    pub needles: &'static [&'static str],
    /// What is the case, in lower case and without a full stop.
    pub says: &'static str,
    /// What to do, an imperative sentence without a full stop.
    pub help: &'static str,
    /// Where the text or the advice comes from.
    pub source: &'static str,
}

impl Cause {
    /// Whether the line tells of it.
    #[must_use]
    pub fn is_told_by(&self, line: &str) -> bool {
        let line = line.to_ascii_lowercase();
        self.needles.iter().any(|it| line.contains(it))
    }
}

/// The known causes, the more particular first.
pub const CAUSES: &[Cause] = &[
    Cause {
        needles: &[
            "do not possess a common algorithm",
            "secdoclienthandshake",
            "could not create ssl/tls secure channel",
        ],
        says: "two sides found no common version of TLS; the unattended installation fails where only TLS 1.2 is on",
        help: "switch TLS 1.1 on for the installation and off afterwards, or install with the wizard",
        source: "MIMDocs `preparing-tls.md`",
    },
    Cause {
        needles: &["deployment or retraction is already under way"],
        says: "SharePoint is deploying or retracting a solution already",
        help: "wait for its timer job, see `Get-SPSolution` and the service `SPTimerV4`, then install again",
        source: "TechNet wiki 4152; MIMDocs issue 205",
    },
    Cause {
        needles: &["the local farm is not accessible", "cannot access the local farm"],
        says: "SharePoint does not let this account into its farm",
        help: "make the account `SPShellAdmin` and farm administrator, see that the SQL Server of the farm runs, and install elevated",
        source: "SharePoint's message; MIMDocs `prepare-server-sharepoint.md`",
    },
    Cause {
        needles: &["full-text search is not installed", "full-text component cannot be loaded"],
        says: "SQL Server has no full-text search",
        help: "add `Full-Text and Semantic Extractions for Search` to the instance, and restart SQL Server Agent",
        source: "SQL Server error 7609; MIMDocs issue 256",
    },
    Cause {
        needles: &["sqlserveragent is not currently running", "sql server agent is not running"],
        says: "SQL Server Agent does not run",
        help: "start the service, and set it to start by itself",
        source: "SQL Server error 22022; MIMDocs `prepare-server-sql2016.md`",
    },
    Cause {
        needles: &["login failed for user"],
        says: "SQL Server does not let this account in",
        help: "give the account that installs the server role `sysadmin`, or run the installation as one that has it",
        source: "SQL Server error 18456; MIMDocs `prepare-server-sql2016.md`",
    },
    Cause {
        needles: &[
            "sql server does not exist or access denied",
            "network-related or instance-specific error",
            "error locating server/instance specified",
        ],
        says: "SQL Server is not reached",
        help: "check the server's name, its TCP/IP protocol, the firewall, and SQL Server Browser for a named instance",
        source: "messages of SQL Server's clients; MIMDocs issue 178",
    },
    Cause {
        needles: &["authentication method selected is not supported by this mail server"],
        says: "the mail server does not take the chosen authentication",
        help: "choose a mail server, an authentication and an account that go together",
        source: "MIMDocs `install-mim-service-portal-azure-ad-premium.md`",
    },
    Cause {
        needles: &["service account shouldn't be managed", "service account should not be managed"],
        says: "the service account is a managed one, which this choice of mail server does not take",
        help: "say in the script that the account is managed, and check the mail server",
        source: "MIMDocs issue 202",
    },
    Cause {
        needles: &["aadsts7000215"],
        says: "the client secret of the application is wrong",
        help: "give the secret's value, not its ID",
        source: "MIMDocs `install-mim-service-portal-azure-ad-premium.md`",
    },
    Cause {
        needles: &["aadsts90002"],
        says: "the tenant does not exist in this cloud",
        help: "check the tenant's ID and the cloud",
        source: "MIMDocs `install-mim-service-portal-azure-ad-premium.md`",
    },
    Cause {
        needles: &["no mapping between account names and security ids"],
        says: "an account or a group is not found in the directory",
        help: "check the names and domains of the accounts, and that this server reaches a domain controller",
        source: "Windows error 1332",
    },
    Cause {
        needles: &["user name or password is incorrect", "unknown user name or bad password"],
        says: "the name or the password of an account is wrong",
        help: "check the password of each service account, and that none is locked",
        source: "Windows error 1326",
    },
    Cause {
        needles: &["not been granted the requested logon type"],
        says: "an account may not log on as a service",
        help: "give it the right `Log on as a service`, and see which group policy takes it away",
        source: "Windows error 1385",
    },
    Cause {
        needles: &["not found in feature table", "error 2711"],
        says: "a feature that was asked for is not in the package",
        help: "write the features as the package does, in upper and lower case, without blanks after the commas",
        source: "Windows Installer error 2711; FIM 2010 R2 Deployment Guide, unattended installation",
    },
    Cause {
        needles: &["source file not found", "error 1308", "error 1309", "insert the disk"],
        says: "a file of the installation medium is not found",
        help: "mount the original medium under its own volume name (service pack 3 looks for it), or copy it whole to a disk",
        source: "Windows Installer errors 1302, 1308 and 1309; Microsoft's upgrade path to service pack 3",
    },
    Cause {
        needles: &["mimkeyprotectservice"],
        says: "the service that an interrupted change of passwords made is still there",
        help: "remove the service `MIMKeyProtectService`, then install again",
        source: "MIMDocs `microsoft-identity-manager-2016-gmsascript.md`",
    },
    Cause {
        needles: &["is currently suspended", "error 1704"],
        says: "an earlier installation is suspended",
        help: "restart Windows, so that it is ended or taken back, then install again",
        source: "Windows Installer error 1704",
    },
    Cause {
        needles: &["error 1925", "sufficient privileges to complete this installation"],
        says: "the account may not install for all users",
        help: "run it elevated, as a local administrator",
        source: "Windows Installer error 1925; MIMDocs `prepare-server-ws2016.md`",
    },
    Cause {
        needles: &["error 1921"],
        says: "a service could not be stopped",
        help: "stop the service `FIMService` first, run it elevated, and close the console `Services`",
        source: "Windows Installer error 1921; module xMIMDsc 1.0.1903.1",
    },
    Cause {
        needles: &["error 1920"],
        says: "a service was installed and did not start",
        help: "look into the event log for what it said, check its account, its password and its database",
        source: "Windows Installer error 1920",
    },
    Cause {
        needles: &["error 1923"],
        says: "a service could not be installed",
        help: "run it elevated, and restart Windows if the service waits for its removal",
        source: "Windows Installer error 1923",
    },
    Cause {
        needles: &["command line returned an error", "error 1722"],
        says: "a program that the package starts failed; for this package, it is mostly a SharePoint solution",
        help: "read the lines that begin with `CAQuietExec`, and see whether a SharePoint job runs",
        source: "WiX's CAQuietExec; Windows Installer error 1722; TechNet wiki 4152",
    },
    Cause {
        needles: &["unauthorized operation"],
        says: "the installation had no right to change something",
        help: "run it elevated, and see that no configuration file is read-only",
        source: "TechNet wiki 51060",
    },
];
