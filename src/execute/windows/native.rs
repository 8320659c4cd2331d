//! What only the libraries of Windows can do, each as a safe function. Every `unsafe` of this crate stands here.
//!
//! An `Err` is the code of Windows; [`words`] has its text. Texts go in and out as UTF-16; one with a NUL is refused.
#![expect(unsafe_code, reason = "the libraries of Windows have no other door")]

use std::ffi::{OsString, c_void};
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr::{null, null_mut};
use std::sync::{Mutex, PoisonError};

use secrecy::zeroize::{Zeroize, Zeroizing};
use tokio::sync::mpsc::UnboundedSender;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_FILE_NOT_FOUND, ERROR_INVALID_DATA, ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_NOT_FOUND, ERROR_SERVICE_DOES_NOT_EXIST,
    ERROR_SUCCESS, GetLastError, WAIT_ABANDONED, WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::Security::Credentials::{
    CRED_PERSIST_LOCAL_MACHINE, CRED_TYPE_GENERIC, CREDENTIALW, CredFree, CredReadW, CredWriteW,
};
use windows_sys::Win32::System::ApplicationInstallationAndServicing as installer;
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, KEY_READ, KEY_SET_VALUE, REG_DWORD,
    REG_OPTION_NON_VOLATILE, RRF_RT_REG_DWORD, RRF_RT_REG_MULTI_SZ, RegCloseKey, RegCreateKeyExW,
    RegGetValueW, RegOpenKeyExW, RegSetValueExW,
};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, OpenSCManagerW, OpenServiceW, QueryServiceStatusEx, SC_MANAGER_CONNECT,
    SC_STATUS_PROCESS_INFO, SERVICE_QUERY_STATUS, SERVICE_STATUS_PROCESS,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemDirectoryW, GetTickCount64};
use windows_sys::Win32::System::Threading::{
    MUTEX_MODIFY_STATE, OpenMutexW, ReleaseMutex, SYNCHRONIZATION_SYNCHRONIZE, WaitForSingleObject,
};

use crate::execute::windows::progress::Message;
use crate::plan::op::Ui;

/// What Windows says about a code.
pub(crate) fn words(code: u32) -> String {
    std::io::Error::from_raw_os_error(code.cast_signed()).to_string()
}

/// How long Windows has been running, sleep included.
pub(crate) fn running() -> std::time::Duration {
    // SAFETY: it takes nothing and cannot fail.
    std::time::Duration::from_millis(unsafe { GetTickCount64() })
}

/// The folder of Windows' own programs, which no search path can redirect.
pub(crate) fn system_folder() -> Result<PathBuf, u32> {
    let mut buffer = [0_u16; 512];
    // SAFETY: the buffer has as many units as is said.
    let length = unsafe { GetSystemDirectoryW(buffer.as_mut_ptr(), 512) } as usize;
    match buffer.get(..length) {
        Some([]) => Err(last_error()),
        Some(units) => Ok(PathBuf::from(OsString::from_wide(units))),
        None => Err(ERROR_MORE_DATA),
    }
}

/// The library's settings belong to the process: one installation at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs a package and returns the exit code of Windows Installer. It blocks until the end.
///
/// `line` holds the properties as a command line has them, without the NUL at its end. It is wiped.
pub(crate) fn install(
    package: &str,
    mut line: Zeroizing<Vec<u16>>,
    ui: Ui,
    log: Option<&str>,
    messages: &UnboundedSender<Message>,
) -> Result<u32, u32> {
    const MESSAGES: i32 = installer::INSTALLLOGMODE_ACTIONSTART
        | installer::INSTALLLOGMODE_ACTIONDATA
        | installer::INSTALLLOGMODE_PROGRESS;
    let package = wide(package)?;
    let log = log.map(wide).transpose()?;
    line.push(0);
    let level = match ui {
        Ui::Quiet => installer::INSTALLUILEVEL_NONE,
        Ui::Review => installer::INSTALLUILEVEL_FULL,
    };
    let _one = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(log) = &log {
        // SAFETY: the path ends with NUL.
        let code = unsafe { installer::MsiEnableLogW(LOG_MODE.cast_unsigned(), log.as_ptr(), 0) };
        if code != ERROR_SUCCESS {
            return Ok(code);
        }
    }
    // SAFETY: both texts end with NUL. The handler is taken back before `messages` can go, and nobody else sets one, since
    // the lock is held.
    let code = unsafe {
        let before = installer::MsiSetInternalUI(level, null_mut());
        let context = std::ptr::from_ref(messages).cast::<c_void>();
        installer::MsiSetExternalUIW(Some(on_message), MESSAGES.cast_unsigned(), context);
        let code = installer::MsiInstallProductW(package.as_ptr(), line.as_ptr());
        installer::MsiSetExternalUIW(None, 0, null());
        installer::MsiSetInternalUI(before, null_mut());
        code
    };
    if log.is_some() {
        // SAFETY: no path means that nothing more is logged.
        unsafe { installer::MsiEnableLogW(0, null(), 0) };
    }
    Ok(code)
}

/// Everything that `/lvxi*` logs.
const LOG_MODE: i32 = installer::INSTALLLOGMODE_FATALEXIT
    | installer::INSTALLLOGMODE_ERROR
    | installer::INSTALLLOGMODE_WARNING
    | installer::INSTALLLOGMODE_USER
    | installer::INSTALLLOGMODE_INFO
    | installer::INSTALLLOGMODE_RESOLVESOURCE
    | installer::INSTALLLOGMODE_OUTOFDISKSPACE
    | installer::INSTALLLOGMODE_ACTIONSTART
    | installer::INSTALLLOGMODE_ACTIONDATA
    | installer::INSTALLLOGMODE_COMMONDATA
    | installer::INSTALLLOGMODE_PROPERTYDUMP
    | installer::INSTALLLOGMODE_VERBOSE
    | installer::INSTALLLOGMODE_EXTRADEBUG;

/// Hears what the installer does. Zero leaves the message to the installer itself.
unsafe extern "system" fn on_message(context: *mut c_void, kind: u32, text: *const u16) -> i32 {
    const KINDS: u32 = installer::INSTALLMESSAGE_TYPEMASK.cast_unsigned();
    // SAFETY: `install` hands over a sender that lives until the handler is taken back.
    let Some(messages) = (unsafe { context.cast::<UnboundedSender<Message>>().as_ref() }) else {
        return 0;
    };
    let message = match (kind & KINDS).cast_signed() {
        // The data of an action may hold values; only that there is some is told.
        installer::INSTALLMESSAGE_ACTIONDATA => Some(Message::Data),
        // SAFETY: the installer's texts end with NUL, and live as long as this call.
        installer::INSTALLMESSAGE_ACTIONSTART => Some(Message::Action(unsafe { text_at(text) })),
        // SAFETY: as above.
        installer::INSTALLMESSAGE_PROGRESS => Some(Message::Progress(unsafe { text_at(text) })),
        _ => None,
    };
    if let Some(message) = message {
        // Nobody listens any more, and the installation goes on.
        messages.send(message).unwrap_or_default();
    }
    0
}

/// The names and versions of the products that Windows Installer installed.
pub(crate) fn products() -> Result<Vec<(String, String)>, u32> {
    let context = installer::MSIINSTALLCONTEXT_ALL;
    let mut products = Vec::new();
    for index in 0.. {
        let mut code = [0_u16; 39];
        let mut found = 0;
        // SAFETY: a product code has 38 units and a NUL; no user means everything that this user can see.
        let status = unsafe {
            installer::MsiEnumProductsExW(
                null(),
                null(),
                context.cast_unsigned(),
                index,
                code.as_mut_ptr(),
                &raw mut found,
                null_mut(),
                null_mut(),
            )
        };
        match status {
            ERROR_SUCCESS => {}
            ERROR_NO_MORE_ITEMS => break,
            status => return Err(status),
        }
        let property = |name: &str| product_property(&code, found, name);
        if let (Some(name), Some(version)) =
            (property("InstalledProductName"), property("VersionString"))
        {
            products.push((name, version));
        }
    }
    Ok(products)
}

fn product_property(product: &[u16; 39], context: i32, name: &str) -> Option<String> {
    let name = wide(name).ok()?;
    let mut buffer = vec![0_u16; 256];
    loop {
        let mut length = u32::try_from(buffer.len()).ok()?;
        // SAFETY: code and name end with NUL; the buffer has as many units as is said.
        let status = unsafe {
            installer::MsiGetProductInfoExW(
                product.as_ptr(),
                null(),
                context,
                name.as_ptr(),
                buffer.as_mut_ptr(),
                &raw mut length,
            )
        };
        match status {
            ERROR_SUCCESS => return Some(String::from_utf16_lossy(buffer.get(..length as usize)?)),
            // The length does not count the NUL.
            ERROR_MORE_DATA => buffer.resize(length as usize + 1, 0),
            _ => return None,
        }
    }
}

/// Whether an installation runs: Windows Installer holds a mutex while it changes something. Source: Microsoft's page on the
/// `_MSIExecute` mutex, 2026-11-23.
pub(crate) fn installer_busy() -> Result<bool, u32> {
    let name = wide(r"Global\_MSIExecute")?;
    let access = SYNCHRONIZATION_SYNCHRONIZE | MUTEX_MODIFY_STATE;
    // SAFETY: the name ends with NUL; a handle is closed once.
    unsafe {
        let mutex = OpenMutexW(access, 0, name.as_ptr());
        if mutex.is_null() {
            let code = last_error();
            return if code == ERROR_FILE_NOT_FOUND { Ok(false) } else { Err(code) };
        }
        let busy = match WaitForSingleObject(mutex, 0) {
            WAIT_OBJECT_0 | WAIT_ABANDONED => {
                ReleaseMutex(mutex);
                Ok(false)
            }
            WAIT_TIMEOUT => Ok(true),
            _ => Err(last_error()),
        };
        CloseHandle(mutex);
        busy
    }
}

/// The state of a service (`SERVICE_RUNNING` and so on); none if there is no such service.
pub(crate) fn service_state(name: &str) -> Result<Option<u32>, u32> {
    let name = wide(name)?;
    // SAFETY: the name ends with NUL; the status is written as a whole and has the size that is said; each handle is closed once.
    unsafe {
        let manager = OpenSCManagerW(null(), null(), SC_MANAGER_CONNECT);
        if manager.is_null() {
            return Err(last_error());
        }
        let service = OpenServiceW(manager, name.as_ptr(), SERVICE_QUERY_STATUS);
        let state = if service.is_null() {
            match last_error() {
                ERROR_SERVICE_DOES_NOT_EXIST => Ok(None),
                code => Err(code),
            }
        } else {
            let mut status = SERVICE_STATUS_PROCESS::default();
            let mut needed = 0;
            let done = QueryServiceStatusEx(
                service,
                SC_STATUS_PROCESS_INFO,
                (&raw mut status).cast(),
                size_of::<SERVICE_STATUS_PROCESS>() as u32,
                &raw mut needed,
            );
            let state = if done == 0 { Err(last_error()) } else { Ok(Some(status.dwCurrentState)) };
            CloseServiceHandle(service);
            state
        };
        CloseServiceHandle(manager);
        state
    }
}

/// The hives that a plan names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Hive {
    /// `HKEY_CURRENT_USER`.
    CurrentUser,
    /// `HKEY_LOCAL_MACHINE`.
    LocalMachine,
}

impl Hive {
    fn key(self) -> HKEY {
        match self {
            Hive::CurrentUser => HKEY_CURRENT_USER,
            Hive::LocalMachine => HKEY_LOCAL_MACHINE,
        }
    }
}

/// Whether a key is there.
pub(crate) fn has_key(hive: Hive, key: &str) -> Result<bool, u32> {
    let key = wide(key)?;
    let mut handle = null_mut();
    // SAFETY: the path ends with NUL; the handle is closed once.
    let code = unsafe { RegOpenKeyExW(hive.key(), key.as_ptr(), 0, KEY_READ, &raw mut handle) };
    match code {
        ERROR_SUCCESS => {
            // SAFETY: it was opened just before.
            unsafe { RegCloseKey(handle) };
            Ok(true)
        }
        ERROR_FILE_NOT_FOUND => Ok(false),
        code => Err(code),
    }
}

/// The DWORD of a value; none if key or value is missing. A value of another type is an error.
pub(crate) fn dword(hive: Hive, key: &str, name: &str) -> Result<Option<u32>, u32> {
    let (key, name) = (wide(key)?, wide(name)?);
    let mut value = 0_u32;
    let mut size = 4;
    // SAFETY: both texts end with NUL; four bytes are there to be written.
    let code = unsafe {
        RegGetValueW(
            hive.key(),
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_DWORD,
            null_mut(),
            (&raw mut value).cast(),
            &raw mut size,
        )
    };
    match code {
        ERROR_SUCCESS => Ok(Some(value)),
        ERROR_FILE_NOT_FOUND => Ok(None),
        code => Err(code),
    }
}

/// Whether a value is a list of texts that is not empty.
pub(crate) fn has_texts(hive: Hive, key: &str, name: &str) -> Result<bool, u32> {
    let (key, name) = (wide(key)?, wide(name)?);
    let mut size = 0;
    // SAFETY: both texts end with NUL; without a buffer only the size is written.
    let code = unsafe {
        RegGetValueW(
            hive.key(),
            key.as_ptr(),
            name.as_ptr(),
            RRF_RT_REG_MULTI_SZ,
            null_mut(),
            null_mut(),
            &raw mut size,
        )
    };
    match code {
        // An empty list is two NULs.
        ERROR_SUCCESS => Ok(size > 4),
        ERROR_FILE_NOT_FOUND => Ok(false),
        code => Err(code),
    }
}

/// Sets a DWORD, and makes the key if it is not there.
pub(crate) fn set_dword(hive: Hive, key: &str, name: &str, value: u32) -> Result<(), u32> {
    let (key, name) = (wide(key)?, wide(name)?);
    let mut handle = null_mut();
    // SAFETY: both texts end with NUL; four bytes are there to be read; the handle is closed once, if it was opened.
    let code = unsafe {
        let code = RegCreateKeyExW(
            hive.key(),
            key.as_ptr(),
            0,
            null(),
            REG_OPTION_NON_VOLATILE,
            KEY_SET_VALUE,
            null(),
            &raw mut handle,
            null_mut(),
        );
        if code == ERROR_SUCCESS {
            let bytes = value.to_le_bytes();
            let code = RegSetValueExW(handle, name.as_ptr(), 0, REG_DWORD, bytes.as_ptr(), 4);
            RegCloseKey(handle);
            code
        } else {
            code
        }
    };
    if code == ERROR_SUCCESS { Ok(()) } else { Err(code) }
}

/// The secret of a generic credential, which tools write as UTF-16; none if there is no such credential.
pub(crate) fn read_credential(name: &str) -> Result<Option<Zeroizing<String>>, u32> {
    let name = wide(name)?;
    let mut credential: *mut CREDENTIALW = null_mut();
    // SAFETY: the name ends with NUL. Windows hands out a structure whose blob has as many bytes as it says, and which is
    // freed once, after its secret is wiped.
    unsafe {
        if CredReadW(name.as_ptr(), CRED_TYPE_GENERIC, 0, &raw mut credential) == 0 {
            let code = last_error();
            return if code == ERROR_NOT_FOUND { Ok(None) } else { Err(code) };
        }
        let (blob, size) =
            ((*credential).CredentialBlob, (*credential).CredentialBlobSize as usize);
        let secret = if blob.is_null() || size == 0 {
            Ok(Some(Zeroizing::new(String::new())))
        } else {
            let bytes = std::slice::from_raw_parts_mut(blob, size);
            let secret = from_utf16(bytes).map(Some).ok_or(ERROR_INVALID_DATA);
            bytes.zeroize();
            secret
        };
        CredFree(credential.cast());
        secret
    }
}

/// Writes a generic credential of the current user, which stays on this computer.
pub(crate) fn write_credential(name: &str, secret: &str) -> Result<(), u32> {
    let mut name = wide(name)?;
    let mut user = wide("mimeo")?;
    let mut blob = Zeroizing::new(Vec::with_capacity(secret.len() * 2));
    blob.extend(secret.encode_utf16().flat_map(u16::to_le_bytes));
    let credential = CREDENTIALW {
        Type: CRED_TYPE_GENERIC,
        TargetName: name.as_mut_ptr(),
        CredentialBlobSize: u32::try_from(blob.len()).map_err(|_| ERROR_INVALID_PARAMETER)?,
        CredentialBlob: blob.as_mut_ptr(),
        Persist: CRED_PERSIST_LOCAL_MACHINE,
        UserName: user.as_mut_ptr(),
        ..CREDENTIALW::default()
    };
    // SAFETY: every pointer is to a buffer that lives until the end of this function, or null where that is permitted.
    let done = unsafe { CredWriteW(&raw const credential, 0) };
    if done == 0 { Err(last_error()) } else { Ok(()) }
}

fn from_utf16(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    let units = pairs.iter().map(|it| u16::from_le_bytes(*it));
    // A unit is at most three bytes of UTF-8, so that nothing is moved and left behind.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
    for character in char::decode_utf16(units) {
        text.push(character.ok()?);
    }
    Some(text)
}

fn last_error() -> u32 {
    // SAFETY: it reads a value of this thread.
    unsafe { GetLastError() }
}

/// The text as UTF-16 with a NUL at its end.
fn wide(text: &str) -> Result<Vec<u16>, u32> {
    if text.contains('\0') {
        return Err(ERROR_INVALID_PARAMETER);
    }
    Ok(text.encode_utf16().chain([0]).collect())
}

/// The text up to its NUL; empty for no text.
///
/// # Safety
///
/// The pointer is null, or to a text of UTF-16 that ends with NUL.
unsafe fn text_at(text: *const u16) -> String {
    if text.is_null() {
        return String::new();
    }
    let mut length = 0;
    // SAFETY: the caller promises that there is a NUL, and no unit after it is read.
    let units = unsafe {
        while *text.add(length) != 0 {
            length += 1;
        }
        std::slice::from_raw_parts(text, length)
    };
    String::from_utf16_lossy(units)
}
