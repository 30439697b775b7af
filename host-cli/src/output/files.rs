//! What a run reads and writes: no file that it writes may be one that it reads, or that it writes already.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Destination, destination, temporary};
use crate::{Error, Result};

/// The files of a run, by identity: whatever they are called, and through links.
///
/// A run checks them all before any work is done.
#[derive(Debug, Default)]
pub struct Files {
    taken: Vec<(PathBuf, &'static str)>,
}

impl Files {
    /// The files of a run that reads `inputs`.
    pub fn reading<P: AsRef<Path>>(inputs: impl IntoIterator<Item = P>) -> Self {
        let inputs = inputs.into_iter().filter_map(|path| identity(path.as_ref()));
        Self { taken: inputs.map(|identity| (identity, "read")).collect() }
    }

    /// Checks that `path` can be written, and adds it.
    ///
    /// # Errors
    /// If its folder is missing or read-only, if it is a folder or a read-only file, or if it is in use already.
    pub fn write(&mut self, path: &Path) -> Result<()> {
        if let Destination::File(file) = destination(path)? {
            self.take(path)?;
            temporary(path, &file)?;
        }
        Ok(())
    }

    /// [`write`](Self::write), where only a regular file will do.
    ///
    /// # Errors
    /// As [`write`](Self::write), and if it is not a regular file.
    pub fn write_regular(&mut self, path: &Path) -> Result<()> {
        super::file(path)?;
        self.write(path)
    }

    fn take(&mut self, path: &Path) -> Result<()> {
        let Some(identity) = identity(path) else { return Ok(()) };
        if let Some((_, role)) = self.taken.iter().find(|(other, _)| *other == identity) {
            let path = path.display();
            return Err(Error::Usage(format!("{path}: this file is also {role}; write to another one")));
        }
        self.taken.push((identity, "written"));
        Ok(())
    }
}

/// The one canonical path of a file, even of one that does not exist yet; `None` for pipes and devices, which can be
/// shared.
fn identity(path: &Path) -> Option<PathBuf> {
    match fs::canonicalize(path) {
        Ok(path) => fs::metadata(&path).is_ok_and(|file| file.is_file()).then_some(path),
        Err(_) => {
            let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_one_file_whatever_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let (text, other) = (folder.path().join("text.txt"), folder.path().join("other.txt"));
        let again = folder.path().join(".").join("text.txt");
        fs::write(&text, "a b").unwrap();
        let check = |input: &Path, outputs: &[&Path]| {
            let mut files = Files::reading([input]);
            outputs.iter().try_for_each(|path| files.write(path)).map_err(|error| error.to_string())
        };
        let also = |role: &str, path: &Path| {
            Err(format!("{}: this file is also {role}; write to another one", path.display()))
        };
        assert_eq!(check(&text, &[&other]), Ok(()));
        assert_eq!(check(&text, &[&again]), also("read", &again));
        assert_eq!(check(&other, &[&text, &again]), also("written", &again));
        assert_eq!(check(&text, &[&other, &other]), also("written", &other), "even if it does not exist yet");
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&text, &link).unwrap();
            assert_eq!(check(&text, &[&link]), also("read", &link));
            assert_eq!(check(&text, &[Path::new("/dev/null"), Path::new("/dev/null")]), Ok(()));
        }
    }
}
