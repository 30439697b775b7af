//! What `--resume` and `--checkpoint` refuse.

use std::fs;
use std::sync::LazyLock;

use motevec_tests::Folder;

use super::{checkpoints, end, send, start, wait_until};

const TRAIN: [&str; 9] = ["train", "text.txt", "-o", "model.bin", "--dim", "8", "--subsample", "0", "--epochs=20"];

/// A folder with the text of all runs here.
fn folder_with_text() -> Folder {
    let folder = Folder::new();
    folder.write("text.txt", "the cat sat on the mat with the dog and the hen\n".repeat(4_000));
    folder
}

/// The bytes of a run that was not stopped.
static REFERENCE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = folder_with_text();
    folder.stdout(&TRAIN);
    folder.read("model.bin")
});

/// A folder with a run on `text.txt` that was stopped, in `saved`.
fn stopped() -> Folder {
    stopped_with(&[])
}

/// The same of a run with more options.
fn stopped_with(options: &[&str]) -> Folder {
    let folder = folder_with_text();
    let saving = ["--checkpoint", "saved", "--checkpoint-every", "1ms"];
    let running = start(&folder, &[&TRAIN[..], &saving, options].concat());
    wait_until(|| {
        checkpoints(&folder.path("saved")).last().is_some_and(|last| !last.ends_with("checkpoint-000001.safetensors"))
    });
    send("-INT", &running);
    assert_eq!(end(running).0, Some(130));
    folder
}

#[test]
fn what_differs_is_named() {
    let folder = stopped();
    let text = folder.read("text.txt");
    folder.write("other.txt", "the cat sat on the mat with the dog and the hen\n".repeat(3_999));
    folder.write("moved.txt", "the cat sat on the mat with the hen and the dog\n".repeat(4_000));
    folder.write("renamed.txt", String::from_utf8(text).unwrap().replace("dog", "cow"));
    let text = "the text is not the one that the run in saved began with: ";
    let cases = [
        ("--dim 50", 2, "--dim 50: the run in saved began with --dim 8; leave that out, or start over".to_owned()),
        (
            "--window 3 --lr 0.1",
            2,
            "--window 3 --lr 0.1: the run in saved began with --window 5 --lr 0.025; leave that out, or start over"
                .to_owned(),
        ),
        (
            "--window-draw fixed",
            2,
            "--window-draw fixed: the run in saved began with the defaults; leave that out, or start over".to_owned(),
        ),
        (
            "--lowercase",
            2,
            "--lowercase: the run in saved began with the defaults; leave that out, or start over".to_owned(),
        ),
        ("other.txt", 1, format!("{text}it has 47988 words instead of 48000; restore it, or start over")),
        ("moved.txt", 1, format!("{text}its words are in another order; restore it, or start over")),
        ("renamed.txt", 1, format!("{text}it has other words; restore it, or start over")),
        ("gone.txt", 1, "gone.txt: No such file or directory (os error 2)".to_owned()),
    ];
    for (options, code, expected) in cases {
        let line = format!("train --resume saved {options}");
        let (found, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        let message = message.replace(folder.path("").canonicalize().unwrap().to_str().unwrap(), "").replace(" /", " ");
        assert_eq!((found, message), (code, format!("error: {expected}\n")), "{options}");
    }
    // Options that the vectors do not depend on may change; the same values may be given again.
    folder.stdout(&["train", "text.txt", "--resume", "saved", "-o", "new.bin", "--threads", "2", "--dim", "8"]);
    assert!(folder.read("new.bin") == *REFERENCE);
    assert!(!folder.path("model.bin").exists() && !folder.path("saved").exists());
}

#[test]
fn a_damaged_checkpoint_falls_back_to_the_one_before() {
    let folder = stopped();
    let last = checkpoints(&folder.path("saved")).pop().unwrap();
    let mut content = fs::read(&last).unwrap();
    // A number: the checksum is the last thing of the file, and the vectors come before it.
    let number = content.len() - 100;
    content[number] ^= 1;
    fs::write(&last, content).unwrap();
    let output = folder.run(&["train", "--resume", "saved"]);
    let message = String::from_utf8(output.stderr).unwrap();
    let name = last.file_name().unwrap().to_str().unwrap();
    let expected = format!(
        "warning: saved/{name}: this checkpoint is damaged: its checksum does not match; resuming from the one before\n"
    );
    assert_eq!((output.status.code(), message), (Some(0), expected));
    assert!(folder.read("model.bin") == *REFERENCE);

    let folder = stopped();
    for path in checkpoints(&folder.path("saved")) {
        fs::write(path, "damage").unwrap();
    }
    let (code, message) = folder.failure(&["train", "--resume", "saved"]);
    assert!(code == 1 && message.lines().count() == 2 && message.contains("error: saved/checkpoint-"), "{message}");
}

#[test]
fn options_of_groups_are_known_from_the_run() {
    let folder = stopped_with(&["--groups", "2"]);
    let resume = ["train", "--resume", "saved", "--exchange-words", "9000"];
    let expected = "error: --exchange-words 9000: the run in saved began with the defaults; leave that out, or start \
                    over\n";
    assert_eq!(folder.failure(&resume), (2, expected.to_owned()));
}

#[test]
fn folders_that_are_taken_or_empty_are_refused() {
    let folder = stopped();
    let train = ["train", "text.txt", "-o", "model.bin", "--checkpoint"];
    let (code, message) = folder.failure(&[&train[..], &["saved"]].concat());
    let expected =
        "error: saved: it has checkpoints of a run that was stopped: use --resume saved, or name another folder\n";
    assert_eq!((code, &*message), (2, expected));
    fs::create_dir(folder.path("empty")).unwrap();
    let cases = [
        ("empty", 1, "empty: it has no checkpoint: name the folder of a run that was stopped"),
        ("none", 1, "none: there is no such folder: name the one of a run that was stopped"),
        ("text.txt", 1, "text.txt: there is no such folder: name the one of a run that was stopped"),
    ];
    for (name, code, expected) in cases {
        assert_eq!(folder.failure(&["train", "--resume", name]), (code, format!("error: {expected}\n")));
    }
    for options in ["--checkpoint a --resume b", "--checkpoint-every 5m", "--checkpoint a --checkpoint-every soon"] {
        let line = format!("train text.txt -o model.bin {options}");
        assert_eq!(folder.failure(&line.split(' ').collect::<Vec<_>>()).0, 2, "{options}");
    }
}

#[test]
fn a_run_that_never_began_is_in_nobodys_way() {
    let folder = Folder::new();
    folder.write("text.txt", "a b c d\n".repeat(100));
    let train = |text| ["train", text, "-o", "model.bin", "--checkpoint", "saved", "--subsample", "0"];
    for _ in 0..2 {
        let missing = "error: tetx.txt: No such file or directory (os error 2)\n";
        assert_eq!(folder.failure(&train("tetx.txt")), (1, missing.to_owned()));
    }
    folder.stdout(&train("text.txt"));
    assert_eq!(folder.names(), ["model.bin", "text.txt"]);
}

#[test]
fn two_runs_do_not_get_in_each_others_way() {
    let folder = Folder::new();
    folder.write("text.txt", "a b c d\n".repeat(100));
    // It waits for text that does not come.
    let mut first = start(&folder, &["train", "-", "-o", "model.bin", "--checkpoint", "saved"]);
    wait_until(|| !checkpoints(&folder.path("saved")).is_empty());
    let same_checkpoints = folder.failure(&["train", "text.txt", "-o", "other.bin", "--checkpoint", "saved"]);
    let expected = "error: saved: another run keeps its checkpoints there: wait for it, or name another folder\n";
    assert_eq!(same_checkpoints, (1, expected.to_owned()));
    if cfg!(target_os = "linux") {
        std::os::unix::fs::symlink("model.bin", folder.path("link.bin")).unwrap();
        for name in ["model.bin", "./model.bin", "link.bin"] {
            let expected = format!(
                "error: {name}: another run of motevec is about to write this file: wait for it, or name another file\n"
            );
            assert_eq!(folder.failure(&["train", "text.txt", "-o", name]), (1, expected));
        }
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // The system gives free what a killed run had.
    folder.stdout(&["train", "text.txt", "-o", "model.bin", "--epochs", "1", "--subsample", "0"]);
}

#[test]
fn an_earlier_model_must_be_the_same_one() {
    let folder = Folder::new();
    let text = "the cat sat on the mat with the dog and the hen\n";
    folder.write("old.txt", text.repeat(100));
    folder.write("new.txt", text.repeat(4_000).replace("dog", "cow"));
    let old = |seed: &str| {
        folder.stdout(&[
            "train",
            "old.txt",
            "-o",
            "old.safetensors",
            "--dim",
            "10",
            "--subsample",
            "0",
            "--seed",
            seed,
        ]);
    };
    let base = ["train", "new.txt", "--resume-from", "old.safetensors", "-o", "new.safetensors", "--subsample", "0"];
    old("1");
    folder.stdout(&[&base[..], &["--epochs", "20"]].concat());
    let reference = folder.read("new.safetensors");
    let saving = ["--epochs", "20", "--checkpoint", "saved", "--checkpoint-every", "1ms", "--save-vocab", "words.txt"];
    let running = start(&folder, &[&base[..], &saving].concat());
    wait_until(|| checkpoints(&folder.path("saved")).len() == 2);
    send("-TERM", &running);
    assert_eq!(end(running).0, Some(143));
    old("2");
    let (code, message) = folder.failure(&["train", "--resume", "saved"]);
    assert!(code == 1 && message.ends_with("this is not the model that the run in saved began with\n"), "{message}");
    old("1");
    folder.stdout(&["train", "--resume", "saved"]);
    assert!(folder.read("new.safetensors") == reference);
}
