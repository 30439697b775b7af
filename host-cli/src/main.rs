//! The `motevec` command.
#![forbid(unsafe_code)]

use std::io::{self, Write as _};
use std::process::ExitCode;

use motevec::cli::{Cli, printable};

fn main() -> ExitCode {
    match Cli::from_env().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even stderr is closed, the exit code is all that is left to say.
            let _ = writeln!(io::stderr(), "error: {}", printable(&error.to_string()));
            ExitCode::from(error.exit_code())
        }
    }
}
