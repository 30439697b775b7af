//! Saving a model that cannot be written to its place, so that hours of work are not lost.

use std::env;
use std::path::{Path, PathBuf};

use super::session::{Outcome, Session};
use crate::corpus::Corpus;
use crate::format::Codec;
use crate::{Error, VectorsRef, output};

/// Puts the model in the session's folder, to write it again from there; or else beside its place, in the current
/// folder, or in the folder for temporary files. Returns `error` with the new place of the model.
pub(super) fn rescue(
    error: Error,
    (codec, output, vectors): (&dyn Codec, &Path, VectorsRef<'_>),
    session: Option<(&mut Session, &Corpus, &Outcome)>,
) -> Error {
    if let Some((session, corpus, run)) = session
        && session.keep(corpus, run).is_ok()
    {
        let folder = session.path().display();
        let advice = format!("the vectors are safe: write them with motevec train --resume {folder} -o FILE");
        return Error::Failed(format!("{error}; {advice}"));
    }
    // If it was not a file, nobody will look there for one.
    let is_file = output::folder_of(output).is_some() || !output.exists();
    let folders = [PathBuf::from("."), env::temp_dir()];
    for path in folders.iter().filter(|_| is_file).filter_map(|folder| free_name(folder, output)) {
        if codec.write(&path, vectors).is_ok() {
            return Error::Failed(format!("{error}; the vectors are in {} instead", path.display()));
        }
    }
    error
}

/// A name in `folder` that no file has, with the ending of `output`.
fn free_name(folder: &Path, output: &Path) -> Option<PathBuf> {
    let name = output.file_name()?.to_string_lossy();
    let free = |path: &PathBuf| path.symlink_metadata().is_err();
    (1..1000).map(|number| folder.join(format!("rescued-{number}-{name}"))).find(free)
}
