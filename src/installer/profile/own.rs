//! The public properties that are Windows Installer's own, so that every package may name them.

/// Sorted. <https://learn.microsoft.com/windows/win32/msi/property-reference>, those without small letters.
const OWN: &[&str] = &[
    "ACTION",
    "ADDDEFAULT",
    "ADDLOCAL",
    "ADDSOURCE",
    "ADVERTISE",
    "AFTERREBOOT",
    "ALLUSERS",
    "AVAILABLEFREEREG",
    "CCP_DRIVE",
    "COMPADDDEFAULT",
    "COMPADDLOCAL",
    "COMPADDSOURCE",
    "COMPANYNAME",
    "DISABLEADVTSHORTCUTS",
    "DISABLEMEDIA",
    "DISABLEROLLBACK",
    "EXECUTEACTION",
    "EXECUTEMODE",
    "FASTOEM",
    "FILEADDDEFAULT",
    "FILEADDLOCAL",
    "FILEADDSOURCE",
    "INSTALLLEVEL",
    "LIMITUI",
    "LOGACTION",
    "MEDIAPACKAGEPATH",
    "PATCH",
    "PATCHNEWPACKAGECODE",
    "PATCHNEWSUMMARYCOMMENTS",
    "PATCHNEWSUMMARYSUBJECT",
    "PIDKEY",
    "PRIMARYFOLDER",
    "PROMPTROLLBACKCOST",
    "REBOOT",
    "REBOOTPROMPT",
    "REINSTALL",
    "REINSTALLMODE",
    "REMOVE",
    "RESUME",
    "ROOTDRIVE",
    "SEQUENCE",
    "SHORTFILENAMES",
    "TARGETDIR",
    "TRANSFORMS",
    "TRANSFORMSATSOURCE",
    "TRANSFORMSSECURE",
    "UILEVEL",
    "UPGRADINGPRODUCTCODE",
    "USERNAME",
];

/// Whether Windows Installer gives the name a meaning in every package.
#[must_use]
pub fn is_windows_installers(name: &str) -> bool {
    // Of these it has families.
    OWN.binary_search(&name).is_ok() || name.starts_with("ARP") || name.starts_with("MSI")
}
