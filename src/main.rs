//! The program: hands the arguments to the library's shell and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(mimeo::cli::run(std::env::args_os()) as u8)
}
