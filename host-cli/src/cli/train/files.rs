//! The files of a run.

use std::env;
use std::path::{Path, PathBuf};

use crate::corpus::Source;
use crate::output::{self, Files};

/// The files that a run reads. `--resume-from` is not among them: a model may be trained further in its place.
pub(in crate::cli) fn read(sources: &[Source], vocabulary: Option<&Path>) -> Files {
    let sources = sources.iter().filter_map(|source| match source {
        Source::Path(path) | Source::Part { path, .. } => Some(path.as_path()),
        // The file that the shell redirected it from.
        Source::Stdin => Some(Path::new("/dev/stdin")),
        Source::Bytes { .. } | Source::Copy { .. } => None,
    });
    Files::reading(sources.chain(vocabulary))
}

/// The folder for a temporary file that may grow as large as the text.
///
/// `/tmp` is often a part of the memory, which such a file is to spare; where the model goes there is a real disk.
pub(in crate::cli) fn folder_for_temporaries(output: &Path) -> PathBuf {
    match env::var_os("TMPDIR") {
        Some(folder) if !folder.is_empty() => folder.into(),
        _ => output::folder_of(output).unwrap_or_else(env::temp_dir),
    }
}
