//! No run loses its work: killed at any moment, stopped by a signal, or out of room on the disk, it leaves whole files,
//! and resumes to the same bytes.

#![cfg(unix)]

mod disks;
mod kill;
mod refused;
mod signals;
mod steps;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use motevec_tests::{Folder, addresses, without_advice};

/// How many times the bundled text, and how to train on it: long enough that a run has a middle.
struct Task {
    texts: usize,
    epochs: &'static str,
    options: &'static [&'static str],
}

impl Task {
    /// So small that it trains one word after the other.
    fn sequential() -> Self {
        Self { texts: 1, epochs: "3", options: &[] }
    }

    /// Large enough for rounds.
    fn rounds() -> Self {
        Self { texts: 2, epochs: "2", options: &[] }
    }

    /// The arguments of a run in which all happens that can go wrong: checkpoints one after the other.
    fn arguments<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut arguments =
            vec!["train", "-o", "model.bin", "--tokens", "words", "--dim", "20", "--epochs", self.epochs];
        arguments.extend(self.options);
        arguments.extend(more);
        arguments.extend(vec![addresses(); self.texts]);
        arguments
    }

    /// The bytes of an uninterrupted run.
    fn reference(&self) -> Vec<u8> {
        let folder = Folder::new();
        folder.stdout(&self.arguments(&[]));
        folder.read("model.bin")
    }
}

/// Options of a run that saves all the time.
const SAVING: [&str; 4] = ["--checkpoint", "saved", "--checkpoint-every", "50ms"];

fn start(folder: &Folder, arguments: &[&str]) -> Child {
    let mut program = heeding_signals(folder.motevec(arguments));
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The same command where the tests were started in the background: a shell then has them, and all that they start,
/// ignore Ctrl-C, and so motevec would.
fn heeding_signals(program: Command) -> Command {
    const DEFAULT: &str = "--default-signal=INT,HUP,TERM";
    if !motevec_tests::works("env", &[DEFAULT, "true"]) {
        return program;
    }
    let mut command = Command::new("env");
    command.arg(DEFAULT).arg(program.get_program()).args(program.get_args());
    command.current_dir(program.get_current_dir().unwrap_or(Path::new(".")));
    command
}

fn send(signal: &str, running: &Child) {
    let sent = Command::new("kill").args([signal, &running.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Waits until `done`, or for a minute.
fn wait_until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The exit code, and what was said on stderr but advice.
fn end(running: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = running.wait_with_output().unwrap();
    (status.code(), without_advice(&stderr))
}

/// The checkpoints in a folder, sorted.
fn checkpoints(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> =
        paths.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("checkpoint-")).collect();
    paths.sort();
    paths
}
