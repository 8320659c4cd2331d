//! The door to Windows where there is none.

use secrecy::SecretString;

use crate::execute::machine::{Answer, Installation, Machine, MachineError, Script};
use crate::execute::windows::Windows;
use crate::plan::op::{Question, Registry};

impl Machine for Windows {
    async fn answer(&self, _: &Question) -> Answer {
        Answer::Unknown("it can be asked on Windows only".to_owned())
    }

    async fn install(
        &self,
        _: &Installation,
        _: &mut dyn FnMut(&str),
    ) -> Result<u32, MachineError> {
        Err(MachineError::NotWindows("an installation"))
    }

    async fn run(&self, _: &Script) -> Result<String, MachineError> {
        Err(MachineError::NotWindows("a PowerShell script"))
    }

    async fn set(&self, _: &Registry) -> Result<(), MachineError> {
        Err(MachineError::NotWindows("the registry"))
    }

    async fn make_folder(&self, _: &str) -> Result<(), MachineError> {
        Err(MachineError::NotWindows("a folder of the server"))
    }

    async fn site(&self, _: &str) -> Result<u16, MachineError> {
        Err(MachineError::NotWindows("a visit with the current user's credentials"))
    }

    async fn read_log(&self, _: &str) -> Result<Vec<u8>, MachineError> {
        Err(MachineError::NotWindows("the log of an installation"))
    }

    async fn write_log(&self, _: &str, _: &[u8]) -> Result<(), MachineError> {
        Err(MachineError::NotWindows("the log of an installation"))
    }
}

pub(crate) fn read_credential(_: &str) -> Result<Option<SecretString>, MachineError> {
    Err(MachineError::NotWindows("the Credential Manager"))
}

pub(crate) fn write_credential(_: &str, _: &SecretString) -> Result<(), MachineError> {
    Err(MachineError::NotWindows("the Credential Manager"))
}
