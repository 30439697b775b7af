//! What the tests that cross crates share: the built program, and the outside tools that some tests need.

pub mod events;
pub mod firmware;
pub mod fuzz;
pub mod models;
pub mod nor;

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::{env, fs};

use serde_json::Value;
use tempfile::TempDir;

/// The program `motevec`.
///
/// # Panics
/// Where cargo has not built it beside the program that asks.
#[must_use]
pub fn motevec() -> Command {
    // target/debug/deps/TEST: the tests are targets of the program's package, so that cargo builds both.
    let test = env::current_exe().expect("a program knows its file");
    let name = format!("motevec{}", env::consts::EXE_SUFFIX);
    let program = test.ancestors().skip(1).map(|folder| folder.join(&name)).find(|path| path.is_file());
    Command::new(program.expect("`cargo build` builds motevec"))
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
    /// If the run fails, or says anything on stderr but [advice](without_advice).
    pub fn stdout(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success() && without_advice(&output.stderr).is_empty(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).expect("the output is UTF-8")
    }

    /// The JSON that a successful run prints.
    ///
    /// # Panics
    /// Where the run fails, says anything on stderr, or prints something else.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.stdout(args);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// The program, about to run in this folder within a limit of the shell, such as `ulimit -v 300000`. `None` where
    /// the shell cannot set it: the test is then to be skipped.
    #[must_use]
    pub fn limited(&self, limit: &str, args: &[&str]) -> Option<Command> {
        if !works("sh", &["-c", limit]) {
            skip(&format!("a shell with {limit}"), "apt-get install dash");
            return None;
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{limit} && exec \"$@\""), "sh"]).arg(motevec().get_program()).args(args);
        shell.current_dir(self.0.path());
        Some(shell)
    }

    /// How the program ends in a terminal, and what that shows, with `input` typed and `variables` set. `None` where
    /// there is no terminal: the test is then to be skipped.
    ///
    /// # Panics
    /// Where the program does not start.
    #[must_use]
    pub fn on_a_terminal(
        &self,
        args: &[&str],
        input: &str,
        variables: &[(&str, &str)],
    ) -> Option<(ExitStatus, String)> {
        if !works("script", &["--version"]) {
            skip("script, for a terminal", "apt-get install bsdutils");
            return None;
        }
        // `script` runs a command in a terminal of its own, and shows what that shows.
        let program = motevec();
        let command = format!("'{}' {}", program.get_program().display(), args.join(" "));
        self.write("typed", input);
        let mut terminal = Command::new("script");
        terminal.args(["-qec", &command, "/dev/null"]).current_dir(self.0.path());
        for variable in ["NO_COLOR", "CI", "CLICOLOR"] {
            terminal.env_remove(variable);
        }
        terminal.env("TERM", "xterm-256color").envs(variables.iter().copied());
        terminal.stdin(fs::File::open(self.path("typed")).expect("what is typed"));
        let output = terminal.output().expect("script starts");
        Some((output.status, String::from_utf8_lossy(&output.stdout).into_owned()))
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

/// What a run says on stderr, without warnings that it has learned next to nothing, and without hints at how to split
/// the text: texts of tests are short and plain.
#[must_use]
pub fn without_advice(stderr: &[u8]) -> String {
    let is_advice = |line: &&str| {
        let starts = [
            "subsampling left only ",
            "the loss has hardly moved ",
            "the loss has risen ",
            "all vectors point about the same way",
        ];
        let warns = |line: &str| starts.iter().any(|start| line.starts_with(start));
        let hints = |line: &str| line.contains(" of the words ") && line.contains(" are two: try --");
        line.strip_prefix("warning: ").is_some_and(warns) || line.strip_prefix("note: ").is_some_and(hints)
    };
    String::from_utf8_lossy(stderr).split_inclusive('\n').filter(|line| !is_advice(line)).collect()
}

/// The folder of the repository.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository")
}

/// A file in the folder of test data.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    repository().join("tests/data").join(name)
}

/// A text in every format of compression, by its ending.
///
/// # Panics
/// Never: memory takes all.
#[must_use]
pub fn compressed(text: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    zstd.include_checksum(true).expect("a checksum");
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).expect("an encoder");
    let all = "memory takes all";
    gzip.write_all(text).expect(all);
    zstd.write_all(text).expect(all);
    bzip2.write_all(text).expect(all);
    xz.write_all(text).expect(all);
    [
        ("gz", gzip.finish().expect(all)),
        ("zst", zstd.finish().expect(all)),
        ("xz", xz.finish().expect(all)),
        ("bz2", bzip2.finish().expect(all)),
    ]
}

/// The bundled corpus.
#[must_use]
pub fn addresses() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../host-cli/data/addresses.txt.zst")
}

/// What the Python program `script` prints when it runs in `folder`.
///
/// # Panics
/// Where it fails.
pub fn python(folder: &Folder, script: &str) -> String {
    let output = Command::new("python3").current_dir(folder.path("")).args(["-c", script]).output();
    let output = output.expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// Whether Python has the `packages`, which are named with spaces between them. Where not, the test is to be skipped.
#[must_use]
pub fn has_python(packages: &str) -> bool {
    // Importing them would take seconds.
    let script = "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))";
    let found = works("python3", &[&["-c", script][..], &packages.split(' ').collect::<Vec<_>>()].concat());
    if !found {
        skip(&format!("Python with {packages}"), &format!("python3 -m pip install {packages}"));
    }
    found
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

/// Runs `command`, and gives what it prints, on standard output and then on standard error.
///
/// # Panics
/// Where it does not start, or fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command:?}:\n{printed}");
    printed
}

/// Whether `program` with `args` runs and succeeds: whether a tool is installed.
#[must_use]
pub fn works(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}
