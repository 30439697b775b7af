//! The example `course`: the whole run, on a small text that is made up.

use std::process::Output;

use motevec_tests::{Folder, course};

/// Words of the course that this text knows, in two groups that never meet in a sentence.
const WORDS: [[&str; 4]; 2] = [["great", "amazing", "wonderful", "sweet"], ["man", "woman", "king", "queen"]];

fn run(folder: &Folder, args: &[&str]) -> Output {
    course().current_dir(folder.path("")).args(args).output().unwrap()
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
    let folder = Folder::new();
    folder.write("sentences.tsv", sentences(4000));
    let args = ["sentences.tsv", "--steps", "3000", "--print-every", "1000", "--seeds", "2"];
    let output = run(&folder, &args);
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{report}");
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

    assert_eq!(folder.names(), ["course", "sentences.tsv"]);
    let made = ["three.png", "seeds.png", "vectors.bin"].map(|name| folder.read(&format!("course/{name}")));
    assert!(made[0].starts_with(b"\x89PNG") && made[1].starts_with(b"\x89PNG"));
    assert!(made[2].starts_with(b"9 10\n"), "a model of 9 words and 10 numbers");
    assert!(folder.stdout(&["neighbors", "course/vectors.bin", "king", "-k", "1"]).contains("word"));

    assert!(run(&folder, &[&args[..], &["-o", "again"]].concat()).status.success());
    assert_eq!(made, ["three.png", "seeds.png", "vectors.bin"].map(|name| folder.read(&format!("again/{name}"))));
}

#[test]
fn what_is_no_text_for_the_course_is_one_line_and_leaves_nothing() {
    let folder = Folder::new();
    folder.write("short.tsv", "sentence_index\tsentence\n1\tthe king drinks tea\n");
    folder.write("plain.txt", "the king\ndrinks tea\n");
    for (file, message) in [
        ("short.tsv", "error: short.tsv: it has 2 of the course's 24 words, of which a picture needs 6\n"),
        (
            "plain.txt",
            "error: plain.txt: a line begins with `drinks`, not with a number: lines are number<TAB>sentence\n",
        ),
        ("nowhere.tsv", "error: nowhere.tsv: No such file or directory (os error 2)\n"),
    ] {
        let output = run(&folder, &[file]);
        assert_eq!((output.status.code(), str::from_utf8(&output.stderr).unwrap()), (Some(1), message));
        assert!(output.stdout.is_empty());
    }
    assert_eq!(folder.names(), ["plain.txt", "short.tsv"]);
}
