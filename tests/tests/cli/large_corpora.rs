//! Texts of a real size: neither the number of threads nor a text larger than memory changes the vectors.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use motevec::corpus::{self, Source, Tokenizer};
use motevec::train::{Plan, Settings};
use motevec_tests::{Folder, addresses};

/// The bundled corpus three times, so that there is something to spread over memory and disk.
fn corpus() -> [&'static str; 3] {
    [addresses(); 3]
}

#[test]
fn the_bundled_corpus_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = Folder::new();
    let train = |options: &[&str]| {
        let base = ["train", "-o", "model.bin", "--tokens", "words", "--dim", "20", "--epochs", "1"];
        folder.stdout(&[&base, options, &corpus()].concat());
        folder.read("model.bin")
    };
    let sources = corpus().map(|path| Source::Path(path.into()));
    let options = corpus::Options { tokens: Tokenizer::Words, ..corpus::Options::default() };
    let read = corpus::read(&sources, &options, &|_| {}).unwrap();
    let shards =
        [1e-4, 0.0].map(|subsample| Plan::of(&read, &Settings { dim: 20, subsample, ..Settings::default() }).shards);
    assert!(1 < shards[0] && shards[0] < shards[1], "{shards:?}: the test needs shards that meet in merges");
    for words in [["--subsample", "1e-4"], ["--subsample", "0"]] {
        let model = train(&[&words[..], &["--threads", "1"]].concat());
        for threads in ["2", "3", "8"] {
            assert!(train(&[&words[..], &["--threads", threads]].concat()) == model, "{threads} threads, {words:?}");
        }
    }
}

#[test]
fn the_vectors_are_the_same_wherever_the_text_is() {
    let folder = Folder::new();
    let train = |options: &[&str]| {
        let base = ["train", "-o", "model.bin", "--dim", "20", "--epochs", "1", "--json"];
        let summary = folder.json(&[&base, options, &corpus()].concat());
        assert_eq!(folder.names(), ["model.bin"]);
        (summary["text_bytes_on_disk"].as_u64().unwrap(), folder.read("model.bin"))
    };
    let (on_disk, model) = train(&[]);
    assert_eq!(on_disk, 0, "a small text stays in memory");
    for threads in ["1", "3"] {
        let (all, from_disk) = train(&["--threads", threads, "--token-memory", "0"]);
        assert!(from_disk == model, "{threads} threads");
        // The words of one copy fit, those of two do not.
        let (part, mixed) = train(&["--threads", threads, "--token-memory", "1500K"]);
        assert!(mixed == model, "{threads} threads");
        assert!(0 < part && part < all, "{part} of {all}");
    }
}

/// What the process has open, and has no name any more.
fn unnamed_files(process: u32) -> Vec<String> {
    let Ok(open) = fs::read_dir(format!("/proc/{process}/fd")) else { return Vec::new() };
    let targets = open.filter_map(|entry| Some(fs::read_link(entry.ok()?.path()).ok()?.display().to_string()));
    targets.filter(|target| target.ends_with(" (deleted)")).collect()
}

#[test]
fn a_killed_run_leaves_nothing_behind() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    for (temporaries, place) in [(None, &folder), (Some(elsewhere.path(".")), &elsewhere)] {
        let mut command = folder.motevec(&["train", "-", "-o", "model.bin", "--token-memory", "0"]);
        match temporaries {
            Some(path) => command.env("TMPDIR", path),
            None => command.env_remove("TMPDIR"),
        };
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut stdin = running.stdin.take().unwrap();
        // More than the program reads at once.
        stdin.write_all("words of a text that does not end \n".repeat(300_000).as_bytes()).unwrap();
        let start = Instant::now();
        let found = loop {
            let found = unnamed_files(running.id());
            if !found.is_empty() || start.elapsed() > Duration::from_secs(60) {
                break found;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        running.kill().unwrap();
        running.wait().unwrap();
        let expected = fs::canonicalize(place.path(".")).unwrap();
        assert!(found.len() == 1 && Path::new(&found[0]).starts_with(&expected), "{found:?} in {expected:?}");
        assert!(folder.names().is_empty() && elsewhere.names().is_empty());
    }
}

#[test]
fn a_disk_that_cannot_hold_the_text_is_an_error() {
    let folder = Folder::new();
    folder.write("text.txt", "the cat sat on the mat with the dog\n".repeat(5_000));
    let args = ["train", "text.txt", "-o", "model.bin", "--token-memory", "0", "--epochs", "1", "--dim", "4"];

    let nowhere = folder.motevec(&args).env("TMPDIR", "nowhere").output().unwrap();
    let message = String::from_utf8(nowhere.stderr).unwrap();
    let start = "error: cannot make the temporary file for the text in folder `nowhere`: ";
    assert!(message.starts_with(start) && message.lines().count() == 1, "{message}");
    assert_eq!((nowhere.status.code(), folder.names()), (Some(1), vec!["text.txt".to_owned()]));
    // Where it is not needed, the folder does not matter.
    assert!(folder.motevec(&args[..4]).env("TMPDIR", "nowhere").output().unwrap().status.success());
    fs::remove_file(folder.path("model.bin")).unwrap();

    let Some(mut limited) = folder.limited("trap '' XFSZ && ulimit -f 16", &args) else { return };
    let full = limited.env_remove("TMPDIR").output().unwrap();
    let message = String::from_utf8(full.stderr).unwrap();
    let start = "error: cannot write the temporary file for the text in folder `.`: ";
    assert!(message.starts_with(start) && message.lines().count() == 1, "{message}");
    assert!(message.ends_with("; set TMPDIR to another folder, or raise --token-memory\n"), "{message}");
    assert_eq!((full.status.code(), folder.names()), (Some(1), vec!["text.txt".to_owned()]));
}
