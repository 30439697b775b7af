//! Runs that `mpirun`, or a cluster's scheduler, has started as several ranks.

use std::env;
use std::thread;
use std::time::Duration;

use crate::cli::report;
use crate::ranks::Ranks;
use crate::{Error, Result};

/// The ranks that this process has been started as one of.
///
/// # Errors
/// If there are several, and this program was built without MPI.
pub(super) fn ranks() -> Result<Ranks> {
    #[cfg(feature = "mpi")]
    {
        let is_started = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].into_iter().any(is_started) {
            let ranks = Ranks::new(crate::ranks::Mpi::join()?);
            if ranks.rank() > 0 {
                report::be_quiet();
            }
            return Ok(ranks);
        }
    }
    // Under PMIx only the launcher knows how many there are: Slurm says so.
    let size = if env::var_os("PMIX_RANK").is_some() { "SLURM_STEP_NUM_TASKS" } else { "PMI_SIZE" };
    let sizes = ["OMPI_COMM_WORLD_SIZE", size].into_iter().filter_map(|name| env::var(name).ok()?.parse().ok());
    match sizes.max() {
        Some(ranks @ 2_u32..) if !cfg!(feature = "mpi") => Err(Error::Failed(format!(
            "this is one of {ranks} processes of MPI, and this motevec was built without it: build it with --features \
             mpi"
        ))),
        _ => Ok(Ranks::default()),
    }
}

/// Ends all ranks where one has failed, with one message.
pub(super) fn end(ranks: &Ranks, result: Result<()>) -> Result<()> {
    match result {
        Err(error) if ranks.count() > 1 && !matches!(error, Error::Interrupted { .. }) => {
            // Where all fail alike, the first one says so before the others would.
            let turn = ranks.rank() as u64;
            thread::sleep(Duration::from_millis(turn.min(1) * 2_000 + turn * 50));
            let process = if turn == 0 { String::new() } else { format!("{}: ", ranks.name()) };
            report::show_error_of(&process, &error);
            ranks.abort(error.exit_code())
        }
        result => result,
    }
}
