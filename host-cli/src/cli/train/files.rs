//! Checks of the files of a run before any work is done.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::corpus::Source;
use crate::{Error, Result, output};

/// Checks that all `outputs` can be written, and that none is an input or another output.
///
/// # Errors
/// If not.
pub(super) fn check<'a>(
    sources: &[Source],
    vocabulary: Option<&Path>,
    outputs: impl Iterator<Item = &'a PathBuf>,
) -> Result<()> {
    let inputs = sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(path.as_path()),
        // The file that the shell redirected it from.
        Source::Stdin => Some(Path::new("/dev/stdin")),
        Source::Bytes { .. } => None,
    });
    let mut taken: Vec<_> = inputs.chain(vocabulary).filter_map(|path| Some((identity(path)?, "read"))).collect();
    for path in outputs {
        output::check(path)?;
        let Some(identity) = identity(path) else { continue };
        if let Some((_, role)) = taken.iter().find(|(other, _)| *other == identity) {
            let path = path.display();
            return Err(Error::Usage(format!("{path}: this file is also {role}; write to another one")));
        }
        taken.push((identity, "written"));
    }
    Ok(())
}

/// The folder for a temporary file that may grow as large as the text.
///
/// `/tmp` is often a part of the memory, which such a file is to spare; where the model goes there is a real disk.
pub(super) fn folder_for_temporaries(output: &Path) -> PathBuf {
    match env::var_os("TMPDIR") {
        Some(folder) if !folder.is_empty() => folder.into(),
        _ => output::folder_of(output).unwrap_or_else(env::temp_dir),
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
        let check = |input: &Path, outputs: &[&PathBuf]| {
            check(&[Source::Path(input.to_owned())], None, outputs.iter().copied()).map_err(|error| error.to_string())
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
            assert_eq!(check(&text, &[&"/dev/null".into(), &"/dev/null".into()]), Ok(()));
        }
    }
}
