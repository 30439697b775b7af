//! The `motevec` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use motevec::cli::{Cli, show_error};

fn main() -> ExitCode {
    match Cli::from_env().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
