//! `motevec train`, as a user or a program meets it: what its options do, and what they must not change.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use motevec::format;
use motevec_core::simd::Level;
use motevec_tests::{Folder, data, without_advice};
use serde_json::Value;

/// A folder with a text of 200 words, some in capitals, the frequent ones first as in any language.
fn folder() -> Folder {
    let mut text = String::new();
    let mut state = 1_u32;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for line in 0..1_500 {
        let topic = draw(4);
        for _ in 0..10 {
            let word = draw(50).min(draw(50)) * 4 + topic;
            let start = if line % 3 == 0 { "W" } else { "w" };
            write!(text, "{start}ord{word}, ").unwrap();
        }
        text.push('\n');
    }
    let folder = Folder::new();
    folder.write("text.txt", text);
    folder
}

/// Trains on `text.txt` with more `options`. Returns the summary and the bytes of the model.
fn train(folder: &Folder, options: &[&str]) -> (Value, Vec<u8>) {
    train_on(folder, &["text.txt"], options)
}

fn train_on(folder: &Folder, corpus: &[&str], options: &[&str]) -> (Value, Vec<u8>) {
    let args = [&["train", "-o", "model.bin", "--dim", "20", "--json"], options, corpus].concat();
    let summary = folder.json(&args);
    (summary, folder.read("model.bin"))
}

#[test]
fn files_can_belong_to_groups() {
    let folder = folder();
    let text = folder.read("text.txt");
    // Two parts, cut behind a line.
    let middle = text.len() / 2 + text[text.len() / 2..].iter().position(|&byte| byte == b'\n').unwrap() + 1;
    for (part, text) in [("0", &text[..middle]), ("1", &text[middle..])] {
        folder.write(&format!("part-{part}.txt"), text);
        folder.write(&format!("{part}.zst"), zstd::encode_all(text, 3).unwrap());
    }
    let named = ["part-{group}.txt"];
    assert!(train_on(&folder, &named, &[]).1 == train_on(&folder, &["part-0.txt"], &[]).1);
    let two = ["--groups", "2", "--exchange-words", "4000"];
    let (summary, model) = train_on(&folder, &named, &two);
    assert_eq!(summary["words"], 15_000);
    assert!(train_on(&folder, &["0.zst", "1.zst"], &two).1 == model, "compressed files stay whole");
    let message = "error: part-1.txt: this file is also read; write to another one\n".to_owned();
    assert_eq!(folder.failure(&["train", "part-{group}.txt", "-o", "part-1.txt", "--groups", "2"]), (2, message));
}

#[test]
fn the_bytes_follow_from_the_text_and_the_seed_alone() {
    let folder = folder();
    let (_, model) = train(&folder, &["--seed", "7", "--epochs", "5"]);
    for threads in ["1", "2", "3", "8"] {
        assert!(
            train(&folder, &["--seed", "7", "--epochs", "5", "--threads", threads]).1 == model,
            "{threads} threads"
        );
    }
    assert!(train(&folder, &["--seed", "8", "--epochs", "5"]).1 != model, "another seed gives other vectors");
    for level in Level::ALL {
        let args = ["--seed", "7", "--epochs", "5", "--arithmetic", "portable", "--simd", level.name()];
        if level.is_available() {
            assert!(train(&folder, &args).1 == train(&folder, &args[..6]).1, "{args:?}");
        } else {
            let (code, message) = folder.failure(&[&["train", "text.txt", "-o", "model.bin"], &args[..]].concat());
            assert_eq!(code, 2);
            assert_eq!(message, format!("error: --simd {}: this machine does not have it\n", level.name()));
        }
    }
}

#[test]
fn the_defaults_are_those_that_the_help_shows() {
    let folder = folder();
    let spelled_out = "--window 5 --negatives 5 --subsample 1e-4 --min-count 5 --epochs 100 --lr 0.025 --seed 1 \
                       --tokens whitespace --max-sentence 10000 --invalid-utf8 fail --simd auto --update window \
                       --schedule linear --window-draw uniform --format word2vec-bin";
    let (summary, model) = train(&folder, &[]);
    assert!(train(&folder, &spelled_out.split_whitespace().collect::<Vec<_>>()).1 == model);
    assert_eq!(summary["arithmetic"], if Level::best().has_fma() { "fused" } else { "portable" });
    folder.stdout(&["train", "text.txt", "-o", "default.bin"]);
    assert_eq!(format::read(&folder.path("default.bin"), None).unwrap().dim, 100);
}

#[test]
fn options_of_learning_change_the_vectors() {
    let folder = folder();
    // So small a text would get a hundred.
    const FEW: [&str; 2] = ["--epochs", "5"];
    let all = ["--subsample", "0"];
    let (base, model) = train(&folder, &[all, FEW].concat());
    let changes: [&[&str]; 10] = [
        &["--window", "2"],
        &["--window-draw", "fixed"],
        &["--negatives", "12"],
        &["--subsample", "1e-3"],
        &["--epochs", "6"],
        &["--lr", "0.05"],
        &["--schedule", "constant"],
        &["--schedule", "halve-every=20000"],
        &["--update", "pair"],
        &["--max-sentence", "5"],
    ];
    let mut seen = vec![model];
    for change in changes {
        let others = [all, FEW].into_iter().filter(|other| other[0] != change[0]).flatten();
        let (summary, model) = train(&folder, &[others.collect(), change.to_vec()].concat());
        assert_eq!(summary["vocabulary"], base["vocabulary"], "{change:?}");
        assert!(!seen.contains(&model), "{change:?} changes nothing");
        seen.push(model);
    }
    let portable = train(&folder, &["--arithmetic", "portable", "--epochs", "5"]);
    let fused = train(&folder, &["--arithmetic", "fused", "--epochs", "5"]);
    assert_eq!((&portable.0["arithmetic"], &fused.0["arithmetic"]), (&"portable".into(), &"fused".into()));
    assert!(portable.1 != fused.1, "they round differently");
    let (summary, _) = train(&folder, &["--arithmetic", "q15", "--epochs", "5"]);
    assert_eq!(summary["arithmetic"], "q15");
    let numbers = format::read(&folder.path("model.bin"), None).unwrap().data;
    assert!(numbers.iter().all(|x| (x * 4096.0).fract() == 0.0) && numbers.iter().any(|x| *x != 0.0));
}

#[test]
fn options_of_text_choose_the_words() {
    let folder = folder();
    let words = |options: &[&str]| {
        train(&folder, options);
        format::read(&folder.path("model.bin"), None).unwrap().vocabulary
    };
    let all = words(&["--min-count", "1"]);
    assert!(all.row("Word0,").is_some() && all.row("word0,").is_some());
    assert!(words(&["--min-count", "40"]).len() < all.len());
    assert_eq!(words(&["--max-vocab", "17"]).words().collect::<Vec<_>>(), all.words().take(17).collect::<Vec<_>>());
    assert!(words(&["--lowercase"]).words().all(|word| word.starts_with("word") && word.ends_with(',')));
    assert!(words(&["--tokens", "words"]).words().all(|word| !word.ends_with(',')));
    assert_eq!(train(&folder, &[]).0["sentences"], 1_500);
    assert_eq!(train(&folder, &["--max-sentence", "5", "--min-count", "1"]).0["sentences"], 3_000);
}

#[test]
fn the_summary_says_what_was_done() {
    let folder = folder();
    let options = ["--epochs", "3", "--seed", "9", "--min-count", "1", "--subsample", "0", "--lr", "0.1"];
    let (summary, model) = train_on(&folder, &["text.txt"; 4], &options);
    let expected = [("output", Value::from("model.bin")), ("format", "word2vec-bin".into()), ("words", 60_000.into())];
    let more = [("kept_words", 60_000.into()), ("dim", 20.into()), ("epochs", 3.into()), ("seed", 9.into())];
    for (key, value) in expected.into_iter().chain(more).chain([("file_bytes", model.len().into())]) {
        assert_eq!(summary[key], value, "{key}");
    }
    let losses: Vec<_> = summary["losses"].as_array().unwrap().iter().map(|loss| loss.as_f64().unwrap()).collect();
    assert_eq!(losses.len(), 3);
    // 6 · ln 2: what the loss of one word and 5 negatives is before anything is learned.
    assert!(losses[2] < losses[0] && losses[0] < 6.0 * std::f64::consts::LN_2 + 0.01, "{losses:?}");
    assert!(summary["words_per_second"].as_f64().unwrap() > 0.0);

    let text = folder.stdout(&["train", "text.txt", "-o", "model.txt", "--epochs", "12"]);
    for line in
        ["text        15,000 words, ", "vocabulary  ", "loss        ", "time        ", "written     model.txt, "]
    {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line}: {text}");
    }
}

#[test]
fn a_saved_vocabulary_can_be_read_again() {
    let folder = folder();
    folder.write("small.txt", "b a b\na c b a a\n");
    folder.stdout(&[
        "train",
        "small.txt",
        "-o",
        "small.bin",
        "--min-count",
        "2",
        "--subsample",
        "0",
        "--save-vocab",
        "vocab.txt",
    ]);
    assert_eq!(folder.read("vocab.txt"), b"a 4\nb 3\n");

    let (_, model) = train(&folder, &["--save-vocab", "vocab.txt"]);
    assert!(train(&folder, &["--read-vocab", "vocab.txt"]).1 == model);
    folder.write("vocab.txt", "word4, 90\nword0, 100\nabsent 50\nrare 2\n");
    // Of so few words, subsampling need not leave any two beside each other.
    let (summary, _) = train(&folder, &["--read-vocab", "vocab.txt", "--subsample", "0"]);
    assert_eq!(summary["vocabulary"], 3, "the words of the file that reach --min-count");
    let vocabulary = format::read(&folder.path("model.bin"), None).unwrap().vocabulary;
    assert_eq!(vocabulary.words().collect::<Vec<_>>(), ["word0,", "word4,", "absent"]);
}

#[test]
fn every_kind_of_corpus_gives_the_same_model() {
    let folder = folder();
    let text = folder.read("text.txt");
    let (_, model) = train(&folder, &[]);

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&text).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    xz.write_all(&text).unwrap();
    let compressed = [
        ("text.gz", gzip.finish().unwrap()),
        ("text.zst", zstd::encode_all(&text[..], 1).unwrap()),
        ("text.xz", xz.finish().unwrap()),
        ("text.bz2", bzip2.finish().unwrap()),
    ];
    for (name, bytes) in &compressed {
        folder.write(name, bytes);
        assert!(train_on(&folder, &[name], &[]).1 == model, "{name}");
    }

    let half = text[..text.len() / 2].iter().rposition(|&byte| byte == b'\n').unwrap() + 1;
    folder.write("one.txt", &text[..half]);
    folder.write("two.zst", zstd::encode_all(&text[half..], 1).unwrap());
    assert!(train_on(&folder, &["one.txt", "two.zst"], &[]).1 == model, "two files");

    for input in [&text, &compressed[0].1] {
        let mut command = folder.motevec(&["train", "-", "-o", "stdin.bin", "--dim", "20"]);
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(input).unwrap();
        assert!(running.wait().unwrap().success());
        assert!(folder.read("stdin.bin") == model, "standard input");
    }
}

#[test]
fn text_and_binary_files_hold_the_same_vectors() {
    let folder = folder();
    folder.stdout(&["train", "text.txt", "-o", "model.txt", "--dim", "20"]);
    folder.stdout(&["train", "text.txt", "-o", "model", "--dim", "20", "--format", "word2vec-bin"]);
    let [text, binary] = ["model.txt", "model"].map(|name| format::read(&folder.path(name), None).unwrap());
    assert_eq!(text.vocabulary.words().collect::<Vec<_>>(), binary.vocabulary.words().collect::<Vec<_>>());
    assert_eq!(text.data, binary.data);
}

#[test]
fn polish_words_come_back_whole() {
    let folder = Folder::new();
    let poem = data("pan-tadeusz.txt.zst");
    let options = ["--tokens", "words", "--lowercase", "--epochs", "2", "--dim", "20", "-o", "poem.bin"];
    folder.stdout(&[&["train", poem.to_str().unwrap()], &options[..]].concat());
    let answer: Value = folder.json(&["neighbors", "poem.bin", "się", "-k", "2000", "--json"]);
    let words: Vec<_> =
        answer["neighbors"].as_array().unwrap().iter().map(|found| found["word"].as_str().unwrap()).collect();
    for word in ["sędzia", "żeby", "księdza", "wśród"] {
        assert!(words.contains(&word), "{word}: {words:?}");
    }
    assert!(words.iter().all(|word| word.chars().any(char::is_alphanumeric) && *word == word.to_lowercase()));
}

#[test]
fn a_model_can_go_to_stdout() {
    if !cfg!(unix) {
        return;
    }
    let folder = folder();
    let (_, model) = train(&folder, &[]);
    let output = folder.run(&["train", "text.txt", "-o", "/dev/stdout", "--format", "word2vec-bin", "--dim", "20"]);
    assert!(output.status.success());
    assert!(output.stdout == model, "nothing but the model");
    assert!(String::from_utf8(output.stderr).unwrap().contains("written     /dev/stdout"));
}

#[test]
fn a_reader_that_left_does_not_cost_the_model() {
    let folder = folder();
    let mut running = folder
        .motevec(&["train", "text.txt", "-o", "model.bin"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stdout.take());
    let mut message = String::new();
    running.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert!(running.wait().unwrap().success());
    assert_eq!(without_advice(message.as_bytes()), "");
    assert!(!folder.read("model.bin").is_empty());
}

#[test]
fn progress_is_for_terminals() {
    let folder = folder();
    // `stdout` asserts that stderr, a pipe there, holds no progress.
    folder.stdout(&["train", "text.txt", "-o", "model.bin"]);
    let options = ["-o", "model.bin", "--subsample", "0", "--lr", "0.1", "--epochs", "2"];
    let args = [&["train"], &["text.txt"; 4][..], &options].concat();
    let Some((status, shown)) = folder.on_a_terminal(&args, "", &[]) else { return };
    assert!(status.success(), "{shown}");
    for expected in
        ["reading ", "training ", "epoch 1/2  loss ", "epoch 2/2  loss ", "written     model.bin", "\u{1b}[36m"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let (status, plain) = folder.on_a_terminal(&args, "", &[("NO_COLOR", "1")]).unwrap();
    assert!(
        status.success() && plain.contains("written     model.bin") && !plain.contains("\u{1b}[36m"),
        "NO_COLOR asks for none"
    );
}
