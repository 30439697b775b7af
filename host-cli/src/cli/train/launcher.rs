//! Runs that `mpirun`, or a cluster's scheduler, has started as several ranks.

use std::env;
use std::ffi::OsString;
use std::thread;
use std::time::Duration;

use crate::cli::report;
use crate::ranks::Ranks;
use crate::{Error, Result};

/// Has the first rank speak ahead of this one, if it is another, until they have [joined](ranks) each other: until
/// then, nearly always all see the same. The arguments begin with the program.
pub(in crate::cli) fn leave_to_first_rank(args: &[OsString]) {
    let mut words = args.iter().skip(1).filter(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
    let is_shared_out = match words.next().and_then(|command| command.to_str()) {
        Some("train" | "word2vec") => true,
        Some("fasttext") => words.next().is_some_and(|command| command == "skipgram" || command == "cbow"),
        _ => false,
    };
    // Not Slurm's own number: its tasks may be runs that have nothing to do with each other.
    let names = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"];
    let rank = names.into_iter().find_map(|name| env::var(name).ok()?.parse().ok());
    report::let_another_speak_first(is_shared_out && matches!(rank, Some(1_u32..)));
}

/// The ranks that this process has been started as one of.
///
/// # Errors
/// If there are several, and this program was built without MPI.
pub(super) fn ranks() -> Result<Ranks> {
    let ranks = join()?;
    // What one of them finds from here on, others may not: see [`end`].
    report::let_another_speak_first(false);
    if ranks.rank() > 0 {
        report::be_quiet();
    }
    Ok(ranks)
}

fn join() -> Result<Ranks> {
    #[cfg(feature = "mpi")]
    {
        let is_started = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        if ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].into_iter().any(is_started) {
            return Ok(Ranks::new(crate::ranks::Mpi::join()?));
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

/// Ranks that fail without the first one speak in turn, if they are not ended by then; the last of many at once.
const TURN: Duration = Duration::from_millis(50);
const MOST_TURNS: u32 = 40;

/// Ends all ranks where one has failed, with one message.
pub(super) fn end(ranks: &Ranks, result: Result<()>) -> Result<()> {
    match result {
        Err(error) if ranks.count() > 1 && !matches!(error, Error::Interrupted { .. }) => {
            // Where all fail alike, the first one says so before the others would.
            let mut process = String::new();
            if ranks.rank() > 0 {
                thread::sleep(report::HEAD_START + TURN * MOST_TURNS.min(ranks.rank() as u32));
                process = format!("{}: ", ranks.name());
            }
            report::show_error_of(&process, &error);
            ranks.abort(error.exit_code())
        }
        result => result,
    }
}
