//! Epochs that nobody gave follow from the size of the text.

use std::fmt::Write as _;

use motevec_tests::Folder;
use serde_json::Value;

/// A folder with a text of 3,000 words.
fn folder() -> Folder {
    let mut text = String::new();
    for line in 0..300 {
        for word in 0..10 {
            write!(text, "t{}w{} ", line % 5, line * word % 7).unwrap();
        }
        text.push('\n');
    }
    let folder = Folder::new();
    folder.write("text.txt", text);
    folder
}

const TRAIN: [&str; 6] = ["train", "text.txt", "--dim", "8", "--subsample", "0"];

fn train(folder: &Folder, output: &str, options: &[&str]) -> String {
    folder.stdout(&[&TRAIN[..], &["-o", output], options].concat())
}

#[test]
fn a_small_text_gets_more_epochs_and_the_record_says_how_many() {
    let folder = folder();
    let summary = train(&folder, "model.safetensors", &[]);
    assert!(summary.contains("\nepochs      100, for a small text\nloss "), "{summary}");
    let given = train(&folder, "given.safetensors", &["--epochs", "100"]);
    assert!(!given.contains("small text"), "{given}");
    assert_eq!(folder.read("model.safetensors"), folder.read("given.safetensors"));
    let info = folder.stdout(&["info", "model.safetensors"]);
    assert!(info.contains(" --epochs 100 "), "{info}");

    for (options, epochs, small) in [(&["--json"][..], 100, true), (&["--json", "--epochs", "5"], 5, false)] {
        let summary: Value = serde_json::from_str(&train(&folder, "model.bin", options)).unwrap();
        assert_eq!((&summary["epochs"], &summary["small_text"]), (&epochs.into(), &small.into()));
        assert_eq!(summary["losses"].as_array().unwrap().len(), epochs);
    }
}

#[test]
fn a_model_that_has_seen_much_goes_on_with_few_epochs() {
    let folder = folder();
    let counts: String = (0..35).map(|word| format!("t{}w{} 1000000\n", word / 7, word % 7)).collect();
    folder.write("counts.txt", counts);
    // It is the text that must be large, not the list of words.
    let first = train(&folder, "old.safetensors", &["--read-vocab", "counts.txt"]);
    assert!(first.contains("\nepochs      100, "), "{first}");
    let further = train(&folder, "new.safetensors", &["--resume-from", "old.safetensors"]);
    assert!(!further.contains("small text"), "{further}");
    let info = folder.stdout(&["info", "new.safetensors"]);
    assert!(info.contains(" --epochs 100 ") && info.contains(" --epochs 5 "), "{info}");
}

#[test]
fn word2vec_and_fasttext_keep_their_five() {
    let folder = folder();
    let run = |line: &str| folder.run(&line.split(' ').collect::<Vec<_>>());
    assert!(run("word2vec -train text.txt -output five.txt -sample 0 -cbow 0 -size 8").status.success());
    train(&folder, "train.txt", &["--epochs", "5", "--max-sentence", "1000"]);
    assert_eq!(folder.read("five.txt"), folder.read("train.txt"));
    assert!(run("fasttext skipgram -input text.txt -output five -t 1 -dim 8 -maxn 0 -lr 0.025").status.success());
    train(&folder, "train.vec", &["--epochs", "5"]);
    assert_eq!(folder.read("five.vec"), folder.read("train.vec"));
}

#[test]
fn a_run_that_stopped_before_its_text_was_read_resumes_with_the_same_epochs() {
    let folder = folder();
    train(&folder, "whole.bin", &[]);
    let text = folder.read("text.txt");
    std::fs::remove_file(folder.path("text.txt")).unwrap();
    let args = [&TRAIN[..], &["-o", "model.bin", "--checkpoint", "saved"]].concat();
    assert!(!folder.run(&args).status.success());
    folder.write("text.txt", text);
    let (code, message) = folder.failure(&["train", "--resume", "saved", "--epochs", "7"]);
    assert_eq!(code, 2);
    assert!(message.starts_with("error: --epochs 7: the run in saved began with the defaults; "), "{message}");
    let summary = folder.stdout(&["train", "--resume", "saved"]);
    assert!(summary.contains("\nepochs      100, for a small text\n"), "{summary}");
    assert_eq!(folder.read("model.bin"), folder.read("whole.bin"));
}
