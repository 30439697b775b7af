//! The variants of training, as a user meets them: `--architecture`, `--loss`, `--subwords`.

use motevec::format;
use motevec_tests::{Folder, without_advice};
use serde_json::{Value, json};

use crate::optimizers::{folder, last_loss, train, train_and_remake};

const TREE: &str = "hierarchical-softmax";
const VARIANTS: [&[&str]; 6] = [
    &["--architecture", "cbow"],
    &["--architecture", "cbow", "--cbow-gradient", "word2vec", "--lr", "0.05"],
    &["--loss", TREE],
    &["--architecture", "cbow", "--loss", TREE, "--lr", "0.2"],
    &["--subwords", "--buckets", "1000"],
    &["--subwords", "--min-n", "2", "--max-n", "3", "--architecture", "cbow", "--loss", TREE, "--lr", "0.2"],
];

#[test]
fn each_learns_and_its_history_makes_it_again_on_any_number_of_threads() {
    // One shard, and several.
    for (lines, epochs) in [(400, "12"), (31_000, "2")] {
        let folder = folder(lines);
        let mut models: Vec<Vec<u8>> = Vec::new();
        for options in VARIANTS {
            let options = &[options, &["--epochs", epochs]].concat();
            let summary = train_and_remake(&folder, options, &mut models);
            // Where nothing is known, it is 4.2, and with a tree 3.6.
            assert!(last_loss(&summary) < 3.2, "{options:?}: {summary}");
        }
    }
}

#[test]
fn each_goes_on_with_new_text_and_new_words() {
    let folder = folder(400);
    folder.write("more.txt", "t0w0 t0w1 t0new t0w2 t0new t0w3\n".repeat(40));
    for options in VARIANTS {
        train(&folder, "old.safetensors", options);
        let still = [
            &["train", "more.txt", "--resume-from", "old.safetensors", "-o", "still.safetensors", "--lr", "1e-30"],
            &options[..options.len()],
        ]
        .concat();
        // The rate is given twice: the last one counts only where clap says so, so it is left out of the variant.
        let still: Vec<&str> = without_rate(&still);
        assert!(folder.run(&still).status.success());
        let [old, now] = ["old", "still"]
            .map(|name| format::read(&folder.path(&format!("{name}.safetensors")), None).expect("a model"));
        assert_eq!((old.vocabulary.len(), now.vocabulary.len()), (36, 37), "{options:?}");
        for word in old.vocabulary.words() {
            let (old, now) = (old.get(word).unwrap(), now.get(word).unwrap());
            let apart = old.iter().zip(now).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-6, "{options:?}: {word} has moved by {apart}");
        }
        assert_eq!(old.subwords.is_some(), options.contains(&"--subwords"));
        assert_eq!(old.outside.is_some(), !options.contains(&TREE), "rows of inner nodes are not words'");
    }
}

/// Without the rate of a variant.
fn without_rate<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    match arguments.iter().rposition(|argument| *argument == "--lr") {
        Some(place) if arguments[..place].contains(&"--lr") => [&arguments[..place], &arguments[place + 2..]].concat(),
        _ => arguments.to_vec(),
    }
}

/// The losses begin where they must: with outside vectors of zeros, every decision is a toss.
#[test]
fn losses_are_the_true_ones() {
    let folder = folder(300);
    let at_first = |options: &[&str]| {
        last_loss(&train(&folder, "model.bin", &[options, &["--lr", "1e-9", "--epochs", "1"]].concat()))
    };
    let cbow = at_first(&["--architecture", "cbow"]);
    assert!((cbow - 6.0 * 2.0_f64.ln()).abs() < 1e-3, "{cbow}");
    // 36 words of about the same count have codes of 5 or 6 bits.
    for options in [&["--loss", TREE][..], &["--loss", TREE, "--architecture", "cbow"]] {
        let bits = at_first(options) / 2.0_f64.ln();
        assert!((5.0..5.5).contains(&bits), "{bits}");
    }
}

/// Where the name leaves a choice, the format is one that holds n-grams; where it does not, their loss is told.
#[test]
fn ngrams_go_into_the_file_or_their_loss_is_told() {
    let folder = folder(100);
    let format = |name: &str, more: &[&str]| {
        let args =
            ["train", "text.txt", "-o", name, "--epochs", "1", "--subsample", "0", "--subwords", "--buckets", "500"];
        let output = folder.run(&[&args[..], more].concat());
        assert!(output.status.success(), "{output:?}");
        let told = without_advice(&output.stderr);
        assert_eq!(told.starts_with("note: the n-grams are left out"), !told.is_empty(), "{told}");
        let read = format::read(&folder.path(name), None).unwrap();
        assert_eq!(read.subwords.is_some(), told.is_empty(), "{name}");
        // A word that was never seen.
        assert_eq!(folder.run(&["neighbors", name, "t0w7"]).status.success(), told.is_empty());
        folder.json(&["info", name, "--json"])["format"].as_str().unwrap().to_owned()
    };
    assert_eq!(format("model.bin", &[]), "fasttext-bin");
    assert_eq!(format("model.fifu", &[]), "finalfusion");
    assert_eq!(format("model.txt", &[]), "word2vec-text");
    assert_eq!(format("asked.bin", &["--format", "word2vec-bin"]), "word2vec-bin");
}

#[test]
fn pictures_and_pages_show_words_never_seen() {
    let folder = folder(100);
    train(&folder, "model.bin", &["--subwords", "--min-n", "4", "--buckets", "500", "--epochs", "1"]);
    let words = |report: &Value| -> Vec<String> {
        report["words"].as_array().unwrap().iter().map(|word| word["word"].as_str().unwrap().to_owned()).collect()
    };
    let of_unknown = |args: &[&str]| -> Value {
        let output = folder.run(&[args, &["--json"]].concat());
        assert!(output.status.success(), "{output:?}");
        assert!(without_advice(&output.stderr).contains("the model does not know `t`"), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let chosen = of_unknown(&["plot", "model.bin", "-o", "a.svg", "--words", "t0w7,t0w1,t0w0,t"]);
    assert_eq!(
        (words(&chosen), &chosen["missing"]),
        (["t0w7", "t0w1", "t0w0"].map(String::from).into(), &json!(["t"]))
    );
    let picture = String::from_utf8(folder.read("a.svg")).unwrap();
    assert!(picture.contains("model.bin, 36 words × 12 dimensions"), "{picture}");
    let near = words(&folder.json(&["plot", "model.bin", "-o", "a.svg", "--near", "t0w7", "--top", "3", "--json"]));
    assert_eq!((near.len(), near[0].as_str()), (4, "t0w7"));

    folder.write("words.txt", "t0w7\nt5w5\nt\n");
    let page = ["explore", "model.bin", "-o", "a.html", "--words-file", "words.txt", "--top", "6"];
    let report = of_unknown(&page);
    assert_eq!((&report["of_words"], &report["unseen"], &report["missing"]), (&36.into(), &1.into(), &json!(["t"])));
    let report = String::from_utf8(folder.run(&page).stdout).unwrap();
    assert!(report.contains(" of 36, and 1 never seen, made of n-grams\n"), "{report}");
    let page = String::from_utf8(folder.read("a.html")).unwrap();
    assert!(page.contains(r#""words":["t0w7","t5w5","#), "those that were asked for come first");
}

/// No word of the text has an n-gram: the model learns what the plain one does, and says so of words that it lacks.
#[test]
fn words_without_ngrams_train_as_words_alone() {
    for (lines, threads) in [(400, "1"), (31_000, "2")] {
        let folder = folder(lines);
        let options = ["--epochs", "2", "--threads", threads];
        let plain = last_loss(&train(&folder, "plain.safetensors", &options));
        let none = ["--subwords", "--min-n", "8", "--max-n", "9", "--buckets", "1000"];
        let loss = last_loss(&train(&folder, "model.safetensors", &[&options[..], &none].concat()));
        assert!((loss - plain).abs() < 0.05, "{lines} lines: {loss} instead of {plain}");
        let read = |name: &str| format::read(&folder.path(name), None).unwrap();
        let model = read("model.safetensors");
        let subwords = model.subwords.as_ref().unwrap();
        assert!(subwords.buckets().is_empty() && subwords.words == model.data, "{lines} lines");
        let neighbors = folder.stdout(&["neighbors", "model.safetensors", "t0w0", "-k", "3"]);

        for name in ["model.bin", "model.fifu", "again.safetensors"] {
            folder.stdout(&["convert", "model.safetensors", name]);
            let again = read(name);
            assert_eq!(again.vocabulary.words().collect::<Vec<_>>(), model.vocabulary.words().collect::<Vec<_>>());
            assert!(again.subwords.is_some_and(|subwords| subwords.buckets().is_empty()), "{name}");
            // finalfusion rounds, because it keeps lengths apart.
            let apart = again.data.iter().zip(&model.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < if name == "model.fifu" { 1e-6 } else { f32::MIN_POSITIVE }, "{name}: {apart}");
            assert_eq!(folder.stdout(&["neighbors", name, "t0w0", "-k", "3"]), neighbors, "{name}");
            let (code, message) = folder.failure(&["neighbors", name, "t0w9"]);
            assert!(code == 1 && message.contains("has no n-grams of 8 to 9 characters; did you mean"), "{message}");
            // A longer word has n-grams, of which the model knows none.
            let (code, message) = folder.failure(&["neighbors", name, "t0w0t0w0"]);
            assert!(code == 1 && message.contains("`t0w0t0w0`, nor any of its n-grams"), "{message}");
        }
        let info = folder.stdout(&["info", "model.bin"]);
        assert!(info.contains("n-grams of 8 to 9 characters, in 0 of 1,000 buckets"), "{info}");

        // New text brings the first words that have some.
        folder.write("more.txt", "t0w0 t0w0t0w0 t0w1 t0w0t0w0\n".repeat(40));
        folder.stdout(&[
            "train",
            "more.txt",
            "--resume-from",
            "model.safetensors",
            "-o",
            "longer.safetensors",
            "--json",
        ]);
        let longer = read("longer.safetensors").subwords.unwrap();
        assert_eq!(longer.buckets().len(), 5, "two of 9 characters, three of 8");
        folder.stdout(&["neighbors", "longer.safetensors", "t0w0t0w"]);
    }
}

#[test]
fn a_tree_of_one_word_is_refused() {
    let folder = Folder::new();
    folder.write("one.txt", "a a a a a a a\n");
    let message = "error: the vocabulary: hierarchical softmax needs at least 2 words\n";
    let args = ["train", "one.txt", "-o", "model.bin", "--loss", TREE];
    assert_eq!(folder.failure(&args), (1, message.to_owned()));
}

#[test]
fn the_ngrams_of_an_earlier_model_are_taken_and_no_others() {
    let folder = folder(100);
    train(&folder, "old.safetensors", &["--subwords", "--buckets", "1000"]);
    train(&folder, "plain.safetensors", &[]);
    let resume = |from: &str, more: &[&str]| {
        let args = ["train", "text.txt", "--resume-from", from, "-o", "new.safetensors"];
        folder.run(&[&args[..], more].concat())
    };
    assert!(resume("old.safetensors", &[]).status.success());
    let refused = resume("old.safetensors", &["--optimizer", "adam"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let ngrams = format::read(&folder.path("new.safetensors"), None).unwrap().subwords.unwrap().ngrams;
    assert_eq!((ngrams.least(), ngrams.most(), ngrams.buckets()), (3, 6, 1000));
    for (from, more) in
        [("old.safetensors", &["--subwords", "--buckets", "77"][..]), ("plain.safetensors", &["--subwords"])]
    {
        let output = resume(from, more);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.contains("--subwords: the model to go on with has none, or others; leave that out"),
            "{message}"
        );
    }
}
