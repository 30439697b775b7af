//! Files under temporary names, none of which stays when the program ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{Builder, NamedTempFile};

use super::folder;
use crate::{Error, Result};

/// The files that are being written, under their temporary names.
static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// An entry in the list of temporary files.
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        lock(&TEMPORARIES).retain(|path| *path != self.0);
    }
}

/// A file under its temporary name, removed when this is dropped, however the process ends; only SIGKILL leaves it.
pub(super) struct Temporary {
    pub(super) file: NamedTempFile,
    _listed: Listed,
}

/// An empty file with a temporary name in the folder of `file`, because a rename works only within one file system.
pub(super) fn temporary(path: &Path, file: &Path) -> Result<Temporary> {
    let Some(name) = file.file_name() else {
        return Err(Error::input(path, None, "is not the name of a file"));
    };
    let folder = folder(file);
    if !folder.is_dir() {
        let message = format!("no folder `{}`: create it, or name another file", folder.display());
        return Err(Error::Failed(message));
    }
    let mut prefix = std::ffi::OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What any program asks for; the system applies the umask. A temporary file would otherwise stay private.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // Under one lock: no signal comes between the file and its entry in the list.
    let mut list = lock(&TEMPORARIES);
    let made = builder.tempfile_in(folder).map(|file| {
        list.push(file.path().to_owned());
        let listed = Listed(file.path().to_owned());
        Temporary { file, _listed: listed }
    });
    drop(list);
    made.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Error::Failed(format!(
            "cannot write in folder `{}`, which is read-only for you: change that, or name another file",
            folder.display()
        )),
        // The error of `tempfile` names the temporary file, which the user never asked for.
        kind => Error::io(path, error.raw_os_error().map_or_else(|| kind.into(), io::Error::from_raw_os_error)),
    })
}

/// Removes all half-written files, for a process that is about to end. None is made after that.
pub(crate) fn remove_temporaries() {
    let exchange = lock(&EXCHANGE);
    let temporaries = lock(&TEMPORARIES);
    for path in temporaries.iter() {
        let _ = fs::remove_file(path);
    }
    std::mem::forget((exchange, temporaries));
}

/// Held while two files take their places.
static EXCHANGE: Mutex<()> = Mutex::new(());

/// Keeps signals waiting while it is held.
pub(super) fn exchange() -> MutexGuard<'static, ()> {
    lock(&EXCHANGE)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
