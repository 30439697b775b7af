//! The whole run, on a small text that is made up.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use motevec::{Error, format, query};

use super::Args;

/// Words of the course that this text knows, in two groups that never meet in a sentence.
const WORDS: [[&str; 4]; 2] = [["great", "amazing", "wonderful", "sweet"], ["man", "woman", "king", "queen"]];

/// Runs in `folder`, and gives the report.
fn run(folder: &Path, sentences: &str, output: &str, more: &[&str]) -> Result<String, Error> {
    let [sentences, output] = [sentences, output].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let mut report = Vec::new();
    Args::parse_from([&["course", &sentences, "-o", &output], more].concat()).run(&mut report)?;
    Ok(String::from_utf8(report).unwrap())
}

/// A heading, and `count` sentences of eight words of one group or the other.
fn sentences(count: usize) -> String {
    let sentence = |i: usize| {
        let words: Vec<_> = (0..8).map(|j| WORDS[i % 2][(i / 2 + j * (1 + i % 3)) % 4]).collect();
        format!("{i}\t{}\n", words.join(" "))
    };
    format!("sentence_index\tsentence\n{}", (0..count).map(sentence).collect::<String>())
}

/// The numbers in a line of the table.
fn numbers(line: &str) -> Vec<f64> {
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn a_short_run_learns_draws_and_is_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("sentences.tsv"), sentences(4000)).unwrap();
    let options = ["--steps", "3000", "--print-every", "1000", "--seeds", "2"];
    let report = run(folder, "sentences.tsv", "course", &options).unwrap();
    assert!(report.starts_with("4000 sentences, 32000 words, 9 distinct\n"), "{report}");

    let losses: Vec<f64> = report
        .lines()
        .filter_map(|line| line.split_once("running loss "))
        .map(|(_, loss)| loss.parse().unwrap())
        .collect();
    assert!(losses.len() == 3 && losses[2] < losses[0], "{report}");
    assert!(report.contains(&format!("\nloss {:.3} after 3000 steps in ", losses[2])), "{report}");
    for seed in ["seed 1, ", "seed 2, "] {
        let row = numbers(report.lines().find_map(|line| line.strip_prefix(seed)).unwrap());
        let [.., within, across, _, neighbors] = row[..] else { panic!("{report}") };
        assert!(within > across + 0.4 && neighbors == 100.0, "{report}");
    }

    let names = ["seeds.png", "three.png", "vectors.bin"];
    let mut found: Vec<_> =
        fs::read_dir(folder.join("course")).unwrap().map(|file| file.unwrap().file_name()).collect();
    found.sort();
    assert_eq!(found, names);
    let made = |output: &str| names.map(|name| fs::read(folder.join(output).join(name)).unwrap());
    let first = made("course");
    assert!(first[0].starts_with(b"\x89PNG") && first[1].starts_with(b"\x89PNG"));
    let vectors = format::read(&folder.join("course/vectors.bin"), None).unwrap();
    assert_eq!((vectors.vocabulary.len(), vectors.dim), (9, 10));
    assert_eq!(query::neighbors(&vectors, &["king"], 1).unwrap().len(), 1);

    run(folder, "sentences.tsv", "again", &options).unwrap();
    assert_eq!(made("again"), first);
}

#[test]
fn what_is_no_text_for_the_course_is_one_line_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("short.tsv"), "sentence_index\tsentence\n1\tthe king drinks tea\n").unwrap();
    fs::write(folder.join("plain.txt"), "the king\ndrinks tea\n").unwrap();
    for (file, message) in [
        ("short.tsv", "it has 2 of the course's 24 words, of which a picture needs 6"),
        ("plain.txt", "a line begins with `drinks`, not with a number: lines are number<TAB>sentence"),
        ("nowhere.tsv", "No such file or directory (os error 2)"),
    ] {
        let error = run(folder, file, "course", &[]).unwrap_err();
        let path = folder.join(file);
        assert_eq!((error.exit_code(), error.to_string()), (1, format!("{}: {message}", path.display())));
    }
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
}
