//! What the tests that cross crates share: the built program, and the outside tools that some tests need.

use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The program `motevec`, built as the tests themselves are built, and only once.
///
/// # Panics
/// Where it does not build.
#[must_use]
pub fn motevec() -> Command {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let program = BUILT.get_or_init(|| {
        let build = escargot::CargoBuild::new().package("motevec").bin("motevec");
        // The profile of the tests, so that nothing is compiled twice.
        let build = if cfg!(debug_assertions) { build } else { build.release() };
        build.run().expect("motevec builds").path().to_owned()
    });
    Command::new(program)
}

/// A file in the folder of test data.
#[must_use]
pub fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "data", name].iter().collect()
}

/// Says that a test is skipped because `what` is missing, and how to install it. The test then returns.
///
/// # Panics
/// Where the environment sets `MOTEVEC_REQUIRE_ALL=1`: there a skipped test is a failed one.
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

/// Compiles and runs the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
