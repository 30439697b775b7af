//! `motevec fasttext`: the command line of the program fastText.

use std::process::Command;

use motevec::format;
use motevec_tests::{Folder, without_advice};

use crate::optimizers::folder;

fn run(folder: &Folder, line: &str, stdin: &str) -> String {
    folder.write("stdin", stdin);
    let input = std::fs::File::open(folder.path("stdin")).unwrap();
    let args: Vec<&str> = line.split_whitespace().collect();
    let output = folder.motevec(&args).stdin(input).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn training_writes_both_files_and_questions_are_answered() {
    let folder = folder(300);
    for (kind, options, subwords) in
        [("skipgram", "-bucket 1000 -epoch 8", true), ("cbow", "-minn 0 -maxn 0 -loss hs", false)]
    {
        let said = run(&folder, &format!("fasttext {kind} -input text.txt -output m -dim 12 -t 1 {options}"), "");
        let written: Vec<_> = said.lines().filter(|line| line.starts_with("written     ")).collect();
        let sizes = ["m.bin, ", "m.vec, "].map(|name| written.iter().filter(|line| line.contains(name)).count());
        assert_eq!((sizes, written.len()), ([1, 1], 2), "{said}");
        let [model, text] = ["m.bin", "m.vec"].map(|name| format::read(&folder.path(name), None).unwrap());
        assert_eq!((model.subwords.is_some(), model.vocabulary.len(), text.dim), (subwords, 36, 12));
        let apart = model.data.iter().zip(&text.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-5, "{apart}");
    }
    run(&folder, "fasttext skipgram -input text.txt -output m -dim 12 -t 1 -bucket 1000 -epoch 8", "");
    let near = run(&folder, "fasttext nn m.bin 4", "t0w0\n");
    let lines: Vec<_> = near.lines().collect();
    assert_eq!((lines[0], lines.len()), ("t0w0", 5), "{near}");
    for line in &lines[1..] {
        let (word, similarity) = line.split_once(' ').unwrap();
        assert!(word.starts_with("t0w") && similarity.len() == 8 && similarity.parse::<f32>().is_ok(), "{near}");
    }
    // As in fastText, each word is a question.
    let alone = ["t0w0", "t1w1"].map(|word| run(&folder, "fasttext nn m.bin 2", word));
    let [one, other] = alone.each_ref().map(|answer| answer.split_once('\n').unwrap().1);
    assert_eq!(run(&folder, "fasttext nn m.bin 2", "t0w0 t1w1\n"), format!("t0w0 t1w1\n{one}{other}"));
    // t0w1 − t0w2 + t3w0
    let answer = run(&folder, "fasttext analogies m.bin 3", "t0w1 t0w2 t3w0\n");
    assert!(answer.contains("t3w"), "{answer}");
    let vectors = run(&folder, "fasttext print-word-vectors m.bin", "t1w1\nt1w9\n");
    let lines: Vec<Vec<&str>> = vectors.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!((lines[0][0], lines[1][0], lines[0].len(), lines[1].len()), ("t1w1", "t1w9", 13, 13));
    // Words that have none, and quotation marks, as in fastText.
    let zeros = " 0".repeat(12);
    run(&folder, "fasttext skipgram -input text.txt -output words -dim 12 -maxn 0 -epoch 1", "");
    let vectors = run(&folder, "fasttext print-word-vectors words.bin", "t1w9\nt1w1 \"none\"\n");
    let lines: Vec<&str> = vectors.lines().collect();
    assert!(lines[1].starts_with("t1w1 ") && !lines[1].ends_with(&zeros), "{vectors}");
    assert_eq!((lines[0], lines[2]), (&*format!("t1w9{zeros}"), &*format!("\"none\"{zeros}")));
    // A word without a vector does not cost the others of its line theirs.
    let [known, both] = ["t1w1\n", "t1w9 t1w1\n"].map(|line| run(&folder, "fasttext nn words.bin 2", line));
    let near = known.split_once('\n').unwrap().1;
    assert!(both.contains("t1w9") && both.ends_with(near) && both.lines().count() == 4, "{both}");
}

#[test]
#[cfg(unix)]
fn the_program_answers_to_the_name_of_fasttext() {
    let folder = folder(20);
    let program = folder.motevec::<&str>(&[]);
    std::os::unix::fs::symlink(program.get_program(), folder.path("fasttext")).unwrap();
    let run = |args: &[&str]| Command::new(folder.path("fasttext")).current_dir(folder.path(".")).args(args).output();
    let help = run(&["--help"]).unwrap();
    assert!(String::from_utf8(help.stdout).unwrap().contains("-minCount N"));
    let trained = run(&["skipgram", "-input", "text.txt", "-output", "m", "-bucket", "500"]).unwrap();
    assert!(trained.status.success() && without_advice(&trained.stderr).is_empty(), "{trained:?}");
    assert!(folder.path("m.bin").exists() && folder.path("m.vec").exists());
}

#[test]
fn what_we_lack_is_refused_by_name() {
    let folder = folder(20);
    let before = folder.names();
    for (line, expected) in [
        ("supervised -input text.txt -output m", "supervised: of fastText's commands, motevec has skipgram, cbow, nn"),
        ("quantize -output m", "quantize: of fastText's commands"),
        ("nn", "nn: give it a model"),
        ("nn m.bin none", "K none: expected a whole number"),
        ("analogies m.bin 0", "K 0: expected at least 1"),
        ("nn m.bin 1 2", "nn: give it a model"),
        ("skipgram -input text.txt", "-output FILE is missing"),
        ("skipgram -input text.txt -output m -wordNgrams 2", "-wordNgrams 2: words have no n-grams of words here"),
        ("cbow -input text.txt -output m -minn 7", "-minn 7: no part is so long, with -maxn 6"),
        ("cbow -input text.txt -output m -loss ova", "-loss ova: motevec has ns, hs and softmax"),
    ] {
        let args: Vec<&str> = ["fasttext"].into_iter().chain(line.split(' ')).collect();
        let (code, message) = folder.failure(&args);
        assert!(code == 2 && message.starts_with(&format!("error: {expected}")), "{line}: {message}");
        assert_eq!(folder.names(), before);
    }
}
