//! `tests/compare/compare.py`: that it runs, on a text that says nothing about speed.

use std::fs;
use std::process::{Command, Output};

use motevec_tests::{Folder, data, has_python, motevec, repository, skip, works};

fn compare(folder: &Folder, args: &[&str]) -> Output {
    let script = repository().join("tests/compare/compare.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(folder.path("text.txt")).arg("--motevec").arg(motevec().get_program()).args(args);
    command.output().unwrap()
}

#[test]
fn the_trainers_are_compared() {
    if !has_python("gensim scipy") {
        return;
    }
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    let [pairs, questions] = ["word-pairs.tsv", "analogy-questions.txt"].map(data);
    let line = [&pairs, &questions].map(|path| fs::read_to_string(path).unwrap()).concat().replace('\n', " ");
    folder.write("text.txt", format!("{line}\n").repeat(20));
    let args = ["--dim", "10", "--epochs", "1", "--runs", "1", "--threads", "1", "2", "--similarity"];
    let output = compare(&folder, &[&args[..], &[pairs.to_str().unwrap()]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let rows: Vec<Vec<_>> = text
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let names: Vec<_> = rows.iter().map(|row| (row[1].split(' ').next().unwrap(), row[2])).collect();
    let trainers = ["motevec", "gensim", "fastText"];
    let of = |threads| trainers.map(|name| (name, threads)).to_vec();
    assert_eq!(names, [vec![("trainer", "threads"), ("---", "---")], of("1"), of("2")].concat(), "{text}");
    for row in &rows[2..] {
        assert_eq!(row.len(), rows[0].len(), "{text}");
        let numbers = [row[3].trim_end_matches(" s"), row[5], row[7]];
        assert!(numbers.iter().all(|number| number.parse::<f64>().is_ok()), "{row:?}");
    }
    assert_eq!((rows[0][7], rows[2][5], rows[5][5]), ("word-pairs", "1.00", "1.00"));
    for expected in ["motevec on 2 threads is ", "\nmotevec train text.txt -o ", "\nfasttext skipgram -input text.txt "]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}
