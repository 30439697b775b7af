//! Ctrl-C and SIGTERM.

use std::io::Write as _;
use std::thread;
use std::time::Duration;

use motevec::format;
use motevec_tests::Folder;

use super::{SAVING, Task, checkpoints, end, send, start, wait_until};

#[test]
fn a_signal_saves_a_checkpoint_and_the_run_goes_on_to_the_same_bytes() {
    for (task, signal, code) in [(Task::sequential(), "-INT", 130), (Task::rounds(), "-TERM", 143)] {
        let folder = Folder::new();
        // No checkpoint is due but the one that the signal asks for.
        let running = start(&folder, &task.arguments(&["--checkpoint", "saved", "--save-vocab", "words.txt"]));
        wait_until(|| folder.path("words.txt").exists());
        thread::sleep(Duration::from_millis(50));
        send(signal, &running);
        let (found, message) = end(running);
        assert_eq!(found, Some(code), "{message}");
        assert!(message.starts_with("stopped: after ") && message.lines().count() == 1, "{message}");
        assert!(message.ends_with(" % of the training; resume with: motevec train --resume saved\n"), "{message}");
        assert_eq!(
            (folder.names(), checkpoints(&folder.path("saved")).len()),
            (vec!["saved".into(), "words.txt".into()], 2)
        );
        let summary = folder.stdout(&["train", "--resume", "saved", "--threads", "3", "--json"]);
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(summary["losses"].as_array().unwrap().len().to_string(), task.epochs);
        assert!(folder.read("model.bin") == task.reference());
    }
}

#[test]
fn a_run_goes_on_with_the_epochs_of_its_text() {
    let folder = Folder::new();
    folder.write("text.txt", "door hall lamp\ntap sink drain\nhall lamp door hall\nsink tap\n".repeat(2_000));
    let train = ["train", "text.txt", "--dim", "20", "--subsample", "0", "--json", "-o"];
    folder.stdout(&[&train[..], &["whole.bin"]].concat());
    let running =
        start(&folder, &[&train[..], &["model.bin", "--checkpoint", "saved", "--checkpoint-every", "1ms"]].concat());
    wait_until(|| checkpoints(&folder.path("saved")).len() == 2);
    send("-TERM", &running);
    let (code, message) = end(running);
    assert_eq!(code, Some(143), "{message}");
    let summary = folder.json(&["train", "--resume", "saved"]);
    assert_eq!((&summary["epochs"], &summary["small_text"]), (&100.into(), &true.into()));
    assert!(folder.read("model.bin") == folder.read("whole.bin"));
}

#[test]
fn without_checkpoints_the_vectors_so_far_are_written() {
    let folder = Folder::new();
    let mut task = Task::sequential();
    task.epochs = "1000";
    let running = start(&folder, &task.arguments(&["--save-vocab", "words.txt"]));
    wait_until(|| folder.path("words.txt").exists());
    thread::sleep(Duration::from_millis(50));
    send("-INT", &running);
    let (code, message) = end(running);
    assert_eq!(code, Some(130), "{message}");
    let ending = "% of the training; the vectors so far are in model.bin; a run with --checkpoint can be resumed\n";
    assert!(message.starts_with("stopped: after ") && message.ends_with(ending), "{message}");
    assert_eq!(format::read(&folder.path("model.bin"), None).unwrap().dim, 20);
    assert_eq!(folder.names(), ["model.bin", "words.txt"]);
}

#[test]
fn a_second_signal_ends_at_once_and_leaves_no_half_file() {
    let folder = Folder::new();
    folder.write("model.bin", "an older model");
    let mut task = Task::rounds();
    task.epochs = "1000";
    let running = start(&folder, &task.arguments(&SAVING));
    wait_until(|| checkpoints(&folder.path("saved")).len() == 2);
    for signal in ["-INT", "-TERM"] {
        // It may have ended already.
        let _ = std::process::Command::new("kill").args([signal, &running.id().to_string()]).output();
    }
    let (code, message) = end(running);
    assert!(matches!(code, Some(130 | 143)), "{code:?} {message}");
    assert_eq!(folder.read("model.bin"), b"an older model");
    let hidden = |folder: &Folder| folder.names().iter().any(|name| name.starts_with('.'));
    let litter = std::fs::read_dir(folder.path("saved")).unwrap();
    assert!(
        !hidden(&folder)
            && !litter.into_iter().any(|entry| entry.unwrap().file_name().to_str().unwrap().starts_with('.'))
    );
}

#[test]
fn a_signal_while_reading_ends_at_once() {
    for (more, left) in [(&[][..], &[][..]), (&SAVING[..], &["saved"][..])] {
        let folder = Folder::new();
        let mut running = start(&folder, &[&["train", "-", "-o", "model.bin"], more].concat());
        // More than a pipe holds: the program reads, and waits for more.
        running.stdin.as_mut().unwrap().write_all(&b"a b c d\n".repeat(100_000)).unwrap();
        send("-TERM", &running);
        let stdin = running.stdin.take();
        assert_eq!(end(running), (Some(143), String::new()));
        drop(stdin);
        assert_eq!(folder.names(), left);
    }
}

#[test]
fn a_signal_while_a_model_is_converted_leaves_no_passing_file() {
    let folder = Folder::new();
    let numbers = " 0.123456".repeat(100);
    let rows: String = (0..20_000).map(|row| format!("w{row}{numbers}\n")).collect();
    folder.write("big.txt", format!("20000 100\n{rows}"));
    for (output, signal, code) in [("out.txt", "-INT", 130), ("out.tsv", "-TERM", 143), ("out.glove", "-HUP", 129)] {
        folder.stdout(&["convert", "big.txt", output, "--quiet"]);
        let whole = folder.read(output);
        // On a busy machine it may be done before the signal comes.
        let mut found = Some(0);
        while found == Some(0) {
            folder.write(output, "an older model");
            let running = start(&folder, &["convert", "big.txt", output]);
            // What only looks whether the file can be written is gone at once, and holds nothing.
            wait_until(|| folder.names().iter().any(|name| has_content(&folder, name)));
            send(signal, &running);
            found = end(running).0;
            // A signal can come when all is written.
            let left = folder.read(output);
            assert!(left == b"an older model" || left == whole, "half a file in {output}");
            assert!(!folder.names().iter().any(|name| name.starts_with('.')), "{:?}", folder.names());
        }
        assert_eq!(found, Some(code));
    }
}

/// Whether this is a temporary file that has begun to be written.
fn has_content(folder: &Folder, name: &str) -> bool {
    name.starts_with('.') && folder.path(name).metadata().is_ok_and(|file| file.len() > 0)
}

#[test]
fn what_was_told_to_ignore_a_signal_does() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = Folder::new();
    let program = folder.motevec::<&str>(&[]).get_program().to_owned();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' INT; exec \"$@\"", "sh"]).arg(program).args(["train", "-", "-o", "model.bin"]);
    shell.current_dir(folder.path(".")).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
    let mut running = shell.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(&b"a b c d\n".repeat(100_000)).unwrap();
    send("-INT", &running);
    drop(stdin);
    assert_eq!(end(running), (Some(0), String::new()));
}
