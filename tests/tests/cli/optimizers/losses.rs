//! `train --loss`, and how near negative sampling comes to softmax.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use motevec::eval::spearman;
use motevec_tests::{Folder, addresses};

use super::{folder, last_loss, train};

/// Softmax over 36 words starts at ln 36, and negative sampling with K = 5 at 6 ln 2.
#[test]
fn both_losses_are_the_true_ones() {
    let folder = folder(300);
    for (options, start) in [(&["--loss", "softmax"][..], 36.0_f64.ln()), (&[], 6.0 * 2.0_f64.ln())] {
        let summary = train(&folder, "model.bin", &[options, &["--lr", "1e-9", "--epochs", "1"]].concat());
        assert!((last_loss(&summary) - start).abs() < 1e-3, "{summary}");
    }
    // No softmax can be better than the text: given a word, the others of its topic, one in six.
    let summary = train(&folder, "model.bin", &["--loss", "softmax", "--lr", "0.1", "--epochs", "10"]);
    assert!((6.0_f64.ln() - 0.05..6.0_f64.ln() + 0.1).contains(&last_loss(&summary)), "{summary}");
}

#[test]
fn what_takes_long_is_said_before() {
    // Enough for several shards, and a vocabulary of which each word occurs thrice.
    let folder = folder(40_000);
    let args =
        ["train", "text.txt", "-o", "model.bin", "--dim", "4", "--epochs", "1", "--subsample", "0", "--threads", "2"];
    let output = folder.run(&[&args[..], &["--optimizer", "momentum"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success());
    assert!(message.contains("warning: this trains on one thread: only --optimizer sgd"), "{message}");
    let words: String = (0..30_000).map(|word| format!("w{word} w{word} w{}\n", (word + 1) % 30_000)).collect();
    folder.write("many.txt", words);
    let args = ["train", "many.txt", "-o", "model.bin", "--min-count", "1", "--loss", "softmax", "--epochs", "1000000"];
    let mut child = folder.motevec(&args).stderr(Stdio::piped()).spawn().unwrap();
    let mut message = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut message).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(message.starts_with("warning: --loss softmax: with 30,000 words this takes about "), "{message}");
    assert!(message.contains(" h; --loss negative-sampling"), "{message}");
}

/// What `cargo run --release --example study` shows at length, on the 60 most frequent words of the bundled corpus: the
/// more samples, the more do the similarities rank as those of softmax.
#[test]
fn negative_sampling_comes_nearer_to_softmax_with_more_samples() {
    let folder = Folder::new();
    let similarities = |options: &[&str]| -> Vec<f64> {
        let args = [
            "train",
            addresses(),
            "-o",
            "model.txt",
            "--tokens",
            "words",
            "--lowercase",
            "--max-vocab",
            "60",
            "--quiet",
        ];
        let learning = ["--dim", "8", "--subsample", "0", "--epochs", "1", "--lr", "0.1", "--threads", "1"];
        folder.stdout(&[&args[..], &learning, options].concat());
        let model = String::from_utf8(folder.read("model.txt")).unwrap();
        let rows: Vec<Vec<f64>> = model
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().skip(1).map(|x| x.parse().unwrap()).collect())
            .collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let cosine = |a: &[f64], b: &[f64]| dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        rows.iter().enumerate().flat_map(|(i, a)| rows[..i].iter().map(|b| cosine(a, b))).collect()
    };
    let softmax = similarities(&["--loss", "softmax"]);
    assert_eq!(softmax.len(), 60 * 59 / 2);
    let near = |options: &[&str]| {
        let pairs: Vec<_> = softmax.iter().copied().zip(similarities(options)).collect();
        spearman(&pairs).unwrap()
    };
    let (one, many) = (near(&["--negatives", "1"]), near(&["--negatives", "30"]));
    println!("Spearman's rho with softmax: K = 1 {one:.3}, K = 30 {many:.3}");
    assert!(many > one + 0.05 && many > 0.7, "{one}, {many}");
}
