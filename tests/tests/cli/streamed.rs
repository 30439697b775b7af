//! Questions on the command line, for which a model is not loaded: the same answers, to the last digit, as those of the
//! library to a model in memory; and what a bad file is told.

use std::io::Write as _;
use std::path::Path;

use motevec::format::{self, Format, Rules};
use motevec::query::{self, Question, Wanted};
use motevec::{Subwords, Vectors};
use motevec_core::subword::Ngrams;
use motevec_tests::Folder;
use motevec_tests::models::sample;
use serde::Serialize;
use serde_json::{Value, json};

/// Files of every format, most of them also compressed.
const NAMES: [&str; 12] = [
    "model.bin",
    "model.bin.gz",
    "model.txt",
    "model.txt.zst",
    "model.vec",
    "model.glove",
    "model.npy",
    "model.safetensors",
    "model.fifu",
    "model.tsv",
    "model.tsv.gz",
    "model.mote",
];

/// The sample without its row of extremes, which int8 does not hold, with outside vectors.
fn model() -> Vectors {
    let mut model = sample();
    model.data[..7].copy_from_slice(&[0.5, -0.0, 0.1, 3.0, 1e-3, 0.25, 0.1]);
    Vectors { outside: Some(model.data.iter().map(|x| -x).collect()), ..model }
}

/// The model with rows for a third of its n-grams.
fn with_subwords() -> Vectors {
    let model = model();
    let ngrams = Ngrams::new(3, 5, 500).unwrap();
    let buckets: Vec<u32> = (0..500).step_by(3).collect();
    let rows = (0..buckets.len() * model.dim).map(|x| x as f32 / 512.0 - 1.0).collect();
    let subwords = Subwords::new(ngrams, model.dim, model.data.clone(), buckets, rows);
    let own = subwords.words.chunks(model.dim);
    let data = model.vocabulary.words().zip(own).flat_map(|(word, own)| subwords.with_row(word, own)).collect();
    Vectors { data, subwords: Some(subwords), ..model }
}

/// As the program prints it: with the digits of an `f32`.
fn value(found: &impl Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(found).unwrap()).unwrap()
}

/// Asks the program about the file `name` in every way, and compares with what the library says of all its vectors.
fn check(folder: &Folder, name: &str, words: [&str; 3]) {
    let [a, b, c] = words;
    let vectors = format::read(&folder.path(name), None).unwrap();
    let json = |args: &[&str]| folder.json(&[args, &["--json"]].concat());
    let neighbors = |question: Question<'_>, wanted: Wanted| {
        let found = query::answer(&vectors, &[question], &wanted).remove(0).unwrap();
        value(&found)
    };

    let found = neighbors(Question::new(&[a], &[]), Wanted::nearest(10));
    assert_eq!(json(&["neighbors", name, a]), json!({ "query": [a], "neighbors": found }), "{name}");
    let found = neighbors(Question::new(&[a, b], &[c]), Wanted { least: -0.25, ..Wanted::nearest(usize::MAX) });
    let args = ["neighbors", name, a, b, "--negative", c, "--threshold", "-0.25"];
    assert_eq!(json(&args), json!({ "query": [a, b], "negative": [c], "neighbors": found }), "{name}");
    let found = neighbors(Question::analogy(words), Wanted::nearest(7));
    assert_eq!(json(&["analogy", name, a, b, c, "-k", "7"]), json!({ "query": words, "neighbors": found }), "{name}");
    let found = query::similarity(&vectors, a, b).unwrap();
    assert_eq!(json(&["similarity", name, a, b])["similarity"], value(&found), "{name}");
    let found = query::odd_one_out(&vectors, &words).unwrap();
    assert_eq!(json(&["odd-one-out", name, a, b, c])["words"], value(&found), "{name}");
    let found = query::vector(&vectors, c).unwrap();
    assert_eq!(json(&["vectors", name, c])["vector"], value(&found), "{name}");

    let info = json(&["info", name]);
    let lengths: Vec<f64> = vectors.rows().map(query::length).collect();
    assert_eq!(info["norms"]["max"], json!(lengths.iter().copied().fold(0.0, f64::max)), "{name}");
    assert_eq!(info["norms"]["mean"], json!(lengths.iter().sum::<f64>() / lengths.len() as f64), "{name}");
    assert_eq!((&info["words"], &info["dim"]), (&json!(vectors.vocabulary.len()), &json!(vectors.dim)), "{name}");
    assert_eq!(info["outside"], json!(vectors.outside.is_some()), "{name}");
    assert_eq!(info["subwords"].is_object(), vectors.subwords.is_some(), "{name}");
}

#[test]
fn answers_are_those_of_the_whole_model_in_every_format() {
    let folder = Folder::new();
    for name in NAMES {
        format::write(&folder.path(name), None, model().view()).unwrap();
        check(&folder, name, ["word3", "żółw", "word99"]);
    }
    folder.stdout(&["export", "model.bin", "-o", "int8.mote", "--quantize", "int8"]);
    check(&folder, "int8.mote", ["word3", "żółw", "word99"]);
    for name in ["ngrams.bin", "ngrams.safetensors", "ngrams.fifu"] {
        format::write(&folder.path(name), None, with_subwords().view()).unwrap();
        check(&folder, name, ["word3", "żółw", "unseen"]);
    }
}

/// A pipe is read once, and so is a model that comes through it.
#[test]
fn a_pipe_is_asked_like_a_file() {
    let folder = Folder::new();
    for name in ["model.bin", "model.fifu", "model.mote", "model.safetensors"] {
        format::write(&folder.path(name), None, model().view()).unwrap();
        for args in [&["neighbors", "-", "word9"][..], &["similarity", "-", "word9", "the"], &["vectors", "-", "the"]] {
            let mut through_a_pipe = folder.motevec(args);
            let piped = through_a_pipe.stdin(pipe(&folder.path(name))).output().unwrap();
            let of_file: Vec<_> = args.iter().map(|&arg| if arg == "-" { name } else { arg }).collect();
            assert_eq!(String::from_utf8_lossy(&piped.stdout), folder.stdout(&of_file), "{args:?} {name}: {piped:?}");
        }
    }
}

/// A file, through a pipe.
fn pipe(path: &Path) -> std::process::Stdio {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let content = std::fs::read(path).unwrap();
    // The reader may stop before the end.
    std::thread::spawn(move || writer.write_all(&content));
    reader.into()
}

#[test]
fn a_bad_file_is_refused_though_the_words_stand_before_the_damage() {
    let folder = Folder::new();
    for name in NAMES {
        format::write(&folder.path(name), None, model().view()).unwrap();
        let mut content = folder.read(name);
        content.truncate(content.len() - 3);
        folder.write(name, content);
        let rules = Rules { option: Some("--lenient"), ..Rules::default() };
        let open = || format::open(&folder.path(name), None, None).unwrap().with(rules.clone());
        for args in [&["neighbors", name, "żółw"][..], &["similarity", name, "żółw", "the"], &["info", name]] {
            let (code, message) = folder.failure(args);
            let loaded = if args[0] == "info" { open().read() } else { open().read_center() };
            let said = loaded.unwrap_err().to_string().replace(&folder.path(name).display().to_string(), name);
            assert_eq!((code, message), (1, format!("error: {said}\n")), "{args:?}");
        }
    }
}

#[test]
fn a_file_with_the_name_of_another_format_is_asked_as_what_it_holds() {
    let folder = Folder::new();
    format::write(&folder.path("model.txt"), None, model().view()).unwrap();
    folder.write("text.bin", folder.read("model.txt"));
    for args in
        [&["neighbors", "NAME", "the"][..], &["neighbors", "NAME", "word9"], &["similarity", "NAME", "the", "word9"]]
    {
        let [named, misnamed] = ["model.txt", "text.bin"]
            .map(|name| args.iter().map(|&arg| if arg == "NAME" { name } else { arg }).collect::<Vec<_>>());
        let output = folder.run(&misnamed);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), folder.stdout(&named), "{args:?}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("read as what it holds, word2vec-text") && told.lines().count() == 1, "{told}");
    }
}

/// Where outside vectors cannot be used, words are left out that had been read before, with all that is theirs.
#[test]
fn rows_that_turn_out_to_be_bad_late_are_left_out_whole() {
    let folder = Folder::new();
    for vectors in [model(), with_subwords()] {
        format::write(&folder.path("late.bin"), Some(Format::FastTextModel), vectors.view()).unwrap();
        let mut content = folder.read("late.bin");
        let end = content.len();
        content[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        folder.write("late.bin", content);
        let convert = ["convert", "late.bin", "late.safetensors", "--lenient", "--from", "fasttext-bin"];
        assert!(folder.run(&convert).status.success());
        let report: Value = folder.json(&["info", "late.safetensors", "--json"]);
        assert_eq!(report["words"], vectors.vocabulary.len() - 1, "{report}");
        let limited = ["info", "late.bin", "--limit", "2", "--lenient", "--json", "--format", "fasttext-bin"];
        let limited: Value = serde_json::from_slice(&folder.run(&limited).stdout).unwrap();
        assert_eq!(limited["history"][0]["kept_words"], report["history"][0]["kept_words"], "{limited}");
    }
}

/// Also where they are words' own rows, which come after all words have been compared.
#[test]
fn rows_whose_own_part_is_bad_are_not_found() {
    let folder = Folder::new();
    let vectors = with_subwords();
    format::write(&folder.path("own.safetensors"), None, vectors.view()).unwrap();
    let mut content = folder.read("own.safetensors");
    let own = &vectors.subwords.as_ref().unwrap().words[3 * vectors.dim..4 * vectors.dim];
    let own: Vec<u8> = own.iter().flat_map(|x| x.to_le_bytes()).collect();
    let place = content.windows(own.len()).rposition(|bytes| bytes == own).expect("it is there");
    content[place..place + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    folder.write("own.safetensors", content);
    let rules = Rules { lenient: true, ..Rules::default() };
    let loaded = format::open(&folder.path("own.safetensors"), None, None).unwrap().with(rules).read_center().unwrap();
    assert_eq!(loaded.vocabulary.len() + 1, vectors.vocabulary.len());
    for word in vectors.vocabulary.words() {
        let output = folder.run(&["neighbors", "own.safetensors", word, "--lenient", "--json", "-k", "3"]);
        match query::neighbors(&loaded, &[word], 3) {
            Ok(expected) => {
                let found: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert_eq!(found["neighbors"], value(&expected), "{word}");
            }
            Err(_) => assert_eq!(output.status.code(), Some(1), "{word}"),
        }
    }
}

#[test]
fn an_unknown_word_gets_the_same_hint_and_nothing_is_told_twice() {
    let folder = Folder::new();
    let mut content = String::from("4 2\n");
    for row in ["one 1 2", "two 2 3", "one 3 4", "three 4 nan", "four 1 1"] {
        content += row;
        content.push('\n');
    }
    folder.write("model.txt", content.replacen('4', "5", 1));
    let rules = Rules { lenient: true, ..Rules::default() };
    let vectors = format::open(&folder.path("model.txt"), None, None).unwrap().with(rules).read().unwrap();
    assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["one", "two", "four"]);
    let expected = query::neighbors(&vectors, &["fuor"], 1).unwrap_err();
    for args in [
        &["neighbors", "model.txt", "fuor", "--lenient"][..],
        &["analogy", "model.txt", "one", "fuor", "two", "--lenient"],
        &["similarity", "model.txt", "one", "fuor", "--lenient"],
        &["vectors", "model.txt", "fuor", "--lenient"],
    ] {
        let (_, message) = folder.failure(args);
        assert!(message.ends_with(&format!("error: {expected}\n")), "{message}");
    }
    for word in ["one", "four"] {
        let output = folder.run(&["neighbors", "model.txt", word, "--lenient", "--json"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("note: model.txt: left out ") && told.lines().count() == 1, "{told}");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected = query::neighbors(&vectors, &[word], 10).unwrap();
        assert_eq!(found["neighbors"], value(&expected));
    }
    // Rows beyond the limit are not known.
    let (_, message) = folder.failure(&["neighbors", "model.txt", "four", "--limit", "2"]);
    assert!(message.contains("does not know the word `four`"), "{message}");
}
