//! Files that appear whole or not at all: written beside their destination, synced, then renamed into place.

mod claim;
mod files;
mod temporary;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use self::temporary::{Temporary, temporary};
use crate::{Error, Result};

pub(crate) use claim::claim;
pub use files::Files;
pub(crate) use temporary::remove_temporaries;

/// Large enough that system calls cost nothing, even for a model of gigabytes.
const BUFFER: usize = 1 << 20;

/// The most links in a row, as in Linux.
const MOST_LINKS: usize = 40;

/// Standard output, where an output is to be named.
const STDOUT: &str = "-";

/// Where the bytes for a path really go.
enum Destination {
    /// A regular file, existing or new: replaced as a whole by a rename.
    File(PathBuf),
    /// Standard output.
    Stdout,
    /// A device, a pipe or an open descriptor (`/dev/null`, `/dev/stdout`): nothing to replace, so written directly.
    Stream,
}

/// The bytes of the file `path`, now that it is written; `None` for a device or a pipe.
#[must_use]
pub fn length(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|file| file.len())
}

/// The folder in which the file `path` is written; `None` for a device or a pipe.
pub(crate) fn folder_of(path: &Path) -> Option<PathBuf> {
    match destination(path) {
        Ok(Destination::File(file)) => Some(folder(&file).to_owned()),
        _ => None,
    }
}

/// Writes the file `path` with what `content` writes. Unless all of it succeeds, `path` stays as it was.
///
/// A link is followed and its target replaced. A new file gets the permissions that the umask leaves; an existing file
/// keeps its own. Devices, pipes and `-`, standard output, are written directly.
///
/// # Errors
/// As [`Files::write`], and whatever `content` or the disk fails with. All errors name `path` as it was given.
pub fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    match destination(path)? {
        Destination::Stream => {
            let failed = |error| Error::io(path, error);
            // Appending, so that `-o /dev/stdout >> log` does not write over the log.
            let stream = OpenOptions::new().append(true).open(path).map_err(failed)?;
            stream_to(stream, content).map_err(failed)
        }
        Destination::Stdout => stream_to(io::stdout().lock(), content).map_err(|error| Error::io("stdout", error)),
        Destination::File(file) => Written::new(path, file, content)?.persist(),
    }
}

/// Writes two files that belong together, each as [`write()`] does. Nothing is put in place before both are whole.
///
/// No system renames two files at once. The earlier `other` is set aside before the new files take their places:
/// whatever ends the program between these steps leaves one file without the other, which readers refuse, and never a
/// new one beside an old one. Signals wait until both are in place, except SIGKILL, which cannot.
///
/// # Errors
/// As [`write()`], and if one of them is not a regular file.
pub fn write_both(
    (one, content): (&Path, impl FnOnce(&mut dyn Write) -> io::Result<()>),
    (other, other_content): (&Path, impl FnOnce(&mut dyn Write) -> io::Result<()>),
) -> Result<()> {
    let written = Written::new(one, file(one)?, content)?;
    let other = Written::new(other, file(other)?, other_content)?;
    let _exchange = temporary::exchange();
    let aside = other.set_aside()?;
    match (written.persist(), aside) {
        (Ok(()), _) => other.persist(),
        (Err(error), Some(aside)) => {
            // A failure now leaves the file under its temporary name, rather than none.
            let _ = aside.file.persist(other.file).map_err(|error| error.file.keep());
            Err(error)
        }
        (failed, None) => failed,
    }
}

/// The regular file that `path` is, or is to be.
fn file(path: &Path) -> Result<PathBuf> {
    match destination(path)? {
        Destination::File(file) => Ok(file),
        Destination::Stream | Destination::Stdout => {
            let message =
                "is not a regular file, but this format puts a second file beside it: name a file in a folder";
            Err(Error::input(path, None, message))
        }
    }
}

/// A complete file beside its destination, ready to be put in place.
struct Written<'a> {
    path: &'a Path,
    temporary: Temporary,
    file: PathBuf,
}

impl<'a> Written<'a> {
    /// Writes the content of the `file` that `path` leads to, under a temporary name.
    fn new(path: &'a Path, file: PathBuf, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Self> {
        let failed = |error| Error::io(path, error);
        let temporary = temporary(path, &file)?;
        fill(temporary.file.as_file(), content).and_then(File::sync_all).map_err(failed)?;
        if let Ok(replaced) = fs::metadata(&file) {
            fs::set_permissions(temporary.file.path(), replaced.permissions()).map_err(failed)?;
        }
        Ok(Self { path, temporary, file })
    }

    fn persist(self) -> Result<()> {
        self.temporary.file.persist(&self.file).map_err(|error| Error::io(self.path, error.error))?;
        sync_names(folder(&self.file));
        Ok(())
    }

    /// Gives the file that this one will replace, if there is one, a temporary name.
    fn set_aside(&self) -> Result<Option<Temporary>> {
        if !self.file.exists() {
            return Ok(None);
        }
        let aside = temporary(self.path, &self.file)?;
        fs::rename(&self.file, aside.file.path()).map_err(|error| Error::io(self.path, error))?;
        sync_names(folder(&self.file));
        Ok(Some(aside))
    }
}

/// Names must survive a loss of power too. Not every system can be asked for that.
fn sync_names(folder: &Path) {
    #[cfg(unix)]
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// Writes `content` to a stream, whose reader may have seen enough before its end.
fn stream_to(stream: impl Write, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match fill(stream, content) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written?.flush(),
    }
}

/// Buffers what `content` writes to `target`, and hands `target` back once all of it has arrived.
fn fill<W: Write>(target: W, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<W> {
    let mut buffered = BufWriter::with_capacity(BUFFER, target);
    content(&mut buffered)?;
    buffered.into_inner().map_err(io::IntoInnerError::into_error)
}

/// Follows the links of `path` to what is at their end.
fn destination(path: &Path) -> Result<Destination> {
    if path == Path::new(STDOUT) {
        return Ok(Destination::Stdout);
    }
    let found = fs::metadata(path);
    if let Ok(found) = &found {
        if found.is_dir() {
            return Err(Error::input(path, None, "is a folder: name a file in it"));
        }
        if !found.is_file() {
            return Ok(Destination::Stream);
        }
        if found.permissions().readonly() {
            return Err(Error::input(path, None, "is read-only: make it writable, or name another file"));
        }
    }
    let mut file = path.to_owned();
    for _ in 0..MOST_LINKS {
        // An open descriptor: its file, even a regular one, belongs to whoever opened it and must not be replaced.
        if found.is_ok() && file.starts_with("/proc") {
            return Ok(Destination::Stream);
        }
        let Ok(target) = fs::read_link(&file) else {
            return Ok(Destination::File(file));
        };
        file = folder(&file).join(target);
    }
    Err(Error::input(path, None, "is a link to itself: name another file"))
}

/// The folder that `file` lies in; the current one for a bare name.
fn folder(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        write(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write(&path, |out| {
            out.write_all(b"new")?;
            Err(io::Error::other("out of ideas"))
        });
        assert_eq!(failed.unwrap_err().to_string(), format!("{}: out of ideas", path.display()));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["model.bin"]);
    }

    #[test]
    fn two_files_are_replaced_together_or_stay_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("model.npy"), folder.path().join("model.vocab"));
        let put = |content: &'static str| move |out: &mut dyn Write| out.write_all(content.as_bytes());
        write_both((&one, put("numbers")), (&other, put("words"))).unwrap();
        let fails = |_: &mut dyn Write| Err(io::Error::other("out of ideas"));
        assert!(write_both((&one, fails), (&other, put("new"))).is_err());
        assert!(write_both((&one, put("new")), (&other, fails)).is_err());
        assert_eq!((fs::read(&one).unwrap(), fs::read(&other).unwrap()), (b"numbers".to_vec(), b"words".to_vec()));
        assert_eq!(names(folder.path()).len(), 2);
    }

    fn check(path: &Path) -> Result<()> {
        Files::default().write(path)
    }

    #[test]
    fn a_check_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        check(&folder.path().join("model.bin")).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_missing_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nowhere");
        let message = check(&missing.join("model.bin")).unwrap_err().to_string();
        assert_eq!(message, format!("no folder `{}`: create it, or name another file", missing.display()));
    }

    #[test]
    fn folders_and_read_only_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path()).unwrap_err().to_string().ends_with("is a folder: name a file in it"));
        assert!(check(Path::new("")).is_err());
        let path = folder.path().join("model.bin");
        fs::write(&path, "precious").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(check(&path).unwrap_err().to_string().contains("is read-only"));
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).unwrap().permissions().mode() & 0o777
        }

        #[test]
        fn permissions_are_those_of_any_file() {
            let folder = tempfile::tempdir().unwrap();
            let (ours, usual) = (folder.path().join("ours"), folder.path().join("usual"));
            write(&ours, |out| out.write_all(b"x")).unwrap();
            fs::write(&usual, "x").unwrap();
            assert_eq!(mode(&ours), mode(&usual));

            fs::set_permissions(&ours, fs::Permissions::from_mode(0o640)).unwrap();
            write(&ours, |out| out.write_all(b"y")).unwrap();
            assert_eq!(mode(&ours), 0o640, "a file that was there keeps its permissions");
        }

        #[test]
        fn links_are_followed_even_to_files_that_are_not_there_yet() {
            let folder = tempfile::tempdir().unwrap();
            let (link, target) = (folder.path().join("link"), folder.path().join("target"));
            symlink("target", &link).unwrap();
            for content in ["first", "second"] {
                write(&link, |out| out.write_all(content.as_bytes())).unwrap();
                assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
                assert_eq!(fs::read_to_string(&target).unwrap(), content);
            }
            let ring = folder.path().join("ring");
            symlink("ring", &ring).unwrap();
            assert!(check(&ring).unwrap_err().to_string().contains("link to itself"));
        }

        #[test]
        fn devices_are_written_straight() {
            check(Path::new("/dev/null")).unwrap();
            write(Path::new("/dev/null"), |out| out.write_all(b"gone")).unwrap();
            assert!(!fs::metadata("/dev/null").unwrap().is_file());
        }
    }
}
