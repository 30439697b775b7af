//! What the tests that cross crates share: the built program, and the outside tools that some tests need.

pub mod firmware;
pub mod fuzz;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{env, fs};

use escargot::CargoBuild;
use tempfile::TempDir;

/// The program `motevec`, built as the tests themselves are built, and only once.
///
/// # Panics
/// If it does not build.
#[must_use]
pub fn motevec() -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BUILT.get_or_init(|| build(|build| build.bin("motevec"))))
}

/// The example `course`, built in the same way.
///
/// # Panics
/// If it does not build.
#[must_use]
pub fn course() -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    Command::new(BUILT.get_or_init(|| build(|build| build.example("course"))))
}

/// Builds what `choose` says of the package `motevec`, and tells where it is.
fn build(choose: impl FnOnce(CargoBuild) -> CargoBuild) -> PathBuf {
    let build = choose(CargoBuild::new().package("motevec"));
    // The profile of the tests, so that nothing is compiled twice.
    let build = if cfg!(debug_assertions) { build } else { build.release() };
    build.run().expect("motevec builds").path().to_owned()
}

/// A folder of its own for a test, gone when the test ends. The program runs in it, so that messages name files
/// shortly.
pub struct Folder(TempDir);

impl Folder {
    /// An empty folder.
    ///
    /// # Panics
    /// If none can be made.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a default that makes a folder on disk would surprise")]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// A file in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// If that fails.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("the file can be written");
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of all files, sorted.
    ///
    /// # Panics
    /// If the folder cannot be read.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder can be read");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name().into_string();
        let mut names: Vec<_> = entries.map(|entry| name(entry).expect("names are UTF-8")).collect();
        names.sort();
        names
    }

    /// The program, about to run in this folder.
    #[must_use]
    pub fn motevec<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = motevec();
        command.current_dir(self.0.path()).args(args);
        command
    }

    /// Runs the program in this folder.
    ///
    /// # Panics
    /// If it does not start.
    pub fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.motevec(args).output().expect("the program starts")
    }

    /// What a successful run prints.
    ///
    /// # Panics
    /// If the run fails, or says anything on stderr.
    pub fn stdout(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).expect("the output is UTF-8")
    }

    /// The exit code of a failed run, and what it says.
    ///
    /// # Panics
    /// If the run prints a result, or was killed.
    pub fn failure(&self, args: &[&str]) -> (i32, String) {
        let output = self.run(args);
        assert!(output.stdout.is_empty(), "{args:?}: {output:?}");
        let code = output.status.code().unwrap_or_else(|| panic!("{args:?}: {output:?}"));
        (code, String::from_utf8(output.stderr).expect("messages are UTF-8"))
    }
}

/// A file in the folder of test data.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "data", name].iter().collect()
}

/// Says that a test is skipped because `what` is missing, and how to install it. The test then returns.
///
/// # Panics
/// If the environment sets `MOTEVEC_REQUIRE_ALL=1`, which makes a skipped test a failed one.
pub fn skip(what: &str, how_to_install: &str) {
    let message = format!("skipped: needs {what}; install it with `{how_to_install}`");
    assert!(env::var_os("MOTEVEC_REQUIRE_ALL").is_none_or(|value| value != "1"), "{message}");
    eprintln!("{message}");
}

/// Whether `program` with `args` runs and succeeds: whether a tool is installed.
#[must_use]
pub fn works(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}
