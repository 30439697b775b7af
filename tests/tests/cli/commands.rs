//! The commands that read models, as a user or a program meets them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use motevec_tests::{Folder, motevec};

/// A folder with a model of five words and tests for it.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("model.txt", "5 2\neast 2 0\nnorth 0 1\nwest -1 0\nsouth 0 -3\nNortheast 1 1\n");
    folder.write("pairs.tsv", "east\tnortheast\t7\neast\tnorth\t3\neast\twest\t1\neast\tup\t2\n");
    folder.write("questions", "what is this?\n");
    folder.write("questions.txt", ": turn\neast north south east\neast north up down\n");
    folder
}

#[test]
fn neighbors_are_listed() {
    let folder = folder();
    assert_eq!(
        folder.stdout(&["neighbors", "model.txt", "east", "-k", "2"]),
        "word       similarity\nNortheast      0.7071\nnorth          0.0000\n"
    );
    assert_eq!(
        folder.stdout(&["neighbors", "model.txt", "east", "north", "-k", "1", "--json"]),
        "{\"query\":[\"east\",\"north\"],\"neighbors\":[{\"word\":\"Northeast\",\"row\":4,\
         \"similarity\":0.99999994}]}\n"
    );
    let all = folder.stdout(&["neighbors", "model.txt", "east", "-k", "1000000000"]);
    assert_eq!(all.lines().count(), 5, "as many as there are");
}

#[test]
fn analogies_are_completed() {
    let folder = folder();
    assert_eq!(
        folder.stdout(&["analogy", "model.txt", "west", "north", "east", "-k", "1"]),
        "word       similarity\nNortheast      0.9487\n"
    );
    let json = folder.stdout(&["analogy", "model.txt", "west", "north", "east", "-k", "1", "--json"]);
    assert!(
        json.starts_with("{\"query\":[\"west\",\"north\",\"east\"],\"neighbors\":[{\"word\":\"Northeast\",\"row\":4,"),
        "{json}"
    );
}

#[test]
fn scores_are_shown() {
    let folder = folder();
    let args = ["eval", "model.txt", "--similarity", "pairs.tsv", "--analogies", "questions.txt"];
    assert_eq!(
        folder.stdout(&args),
        "similarity  spearman  pairs     missing  beyond\n\
         pairs.tsv     1.0000      3  1 (25.0 %)       0\n\
         \n\
         analogies  accuracy  correct  questions  missing  beyond\n\
         turn         0.0000        0          1        1       0\n\
         total        0.0000        0          1        1       0\n"
    );
    assert_eq!(
        folder.stdout(&[&args[..], &["--json"]].concat()),
        "{\"similarity\":[{\"file\":\"pairs.tsv\",\"spearman\":1.0,\"pairs\":3,\"missing\":1,\"beyond\":0}],\
         \"analogies\":{\"file\":\"questions.txt\",\"restrict\":300000,\
         \"sections\":[{\"accuracy\":0.0,\"section\":\"turn\",\"correct\":0,\"questions\":1,\"missing\":1,\
         \"beyond\":0}],\
         \"total\":{\"accuracy\":0.0,\"section\":\"total\",\"correct\":0,\"questions\":1,\"missing\":1,\
         \"beyond\":0}}}\n"
    );
}

#[test]
fn words_beyond_the_restriction_are_counted_apart() {
    let folder = folder();
    assert_eq!(
        folder.stdout(&["eval", "model.txt", "--analogies", "questions.txt", "--restrict", "2"]),
        "analogies  accuracy  correct  questions  missing  beyond\n\
         turn              –        0          0        1       1\n\
         total             –        0          0        1       1\n"
    );
    // Of word pairs, those that gensim leaves out.
    let rows: String = (0..300_000).map(|row| format!("word{row} 1 0\n")).collect();
    folder.write("large.txt", format!("300005 2\n{rows}east 2 0\nnorth 0 1\nwest -1 0\nsouth 0 -3\nNortheast 1 1\n"));
    assert_eq!(
        folder.stdout(&["eval", "large.txt", "--similarity", "pairs.tsv"]),
        "similarity  spearman  pairs     missing  beyond\npairs.tsv          –      0  1 (25.0 %)       3\n"
    );
}

#[test]
fn tests_are_read_as_they_are_distributed() {
    let folder = folder();
    // The layouts of SimLex-999, of WordSim-353 (combined.csv), of RW and of SimVerb-3500.
    let simlex = "word1\tword2\tPOS\tSimLex999\tconc(w1)\tconc(w2)\tconcQ\tAssoc(USF)\tSimAssoc333\tSD(SimLex)\n\
                  east\tnortheast\tN\t7\t1\t2\t3\t4\t5\t6\neast\tnorth\tN\t3\t9\t8\t7\t6\t5\t4\n\
                  east\twest\tN\t1\t5\t5\t5\t5\t5\t5\n";
    let wordsim = "Word 1,Word 2,Human (mean)\neast,northeast,7.35\neast,north,3\neast,west,1\n";
    let rw = "east\tnortheast\t7\t0\t1\neast\tnorth\t3\t9\t9\neast\twest\t1\t6\t6\n";
    let simverb = "east\tnortheast\tV\t7\tSYNONYMS\neast\tnorth\tV\t3\tNONE\neast\twest\tV\t1\tANTONYMS\n";
    for (name, text) in [("simlex", simlex), ("combined.csv", wordsim), ("rw.txt", rw), ("simverb", simverb)] {
        folder.write(name, text);
        let found = folder.json(&["eval", "model.txt", "--similarity", name, "--json"]);
        let score = &found["similarity"][0];
        assert_eq!((&score["spearman"], &score["pairs"]), (&1.0.into(), &3.into()), "{name}: {score}");
    }
    let mut reading = folder.motevec(&["eval", "model.txt", "--similarity", "-", "--json"]);
    let reading = reading.stdin(fs::File::open(folder.path("rw.txt")).unwrap()).output().unwrap();
    let expected = "{\"similarity\":[{\"file\":\"-\",\"spearman\":1.0,\"pairs\":3,\"missing\":0,\"beyond\":0}],";
    assert!(String::from_utf8_lossy(&reading.stdout).starts_with(expected), "{reading:?}");
}

#[test]
fn a_model_is_described() {
    let folder = folder();
    let text = folder.stdout(&["info", "model.txt"]);
    for line in ["format      word2vec-text", "words       5", "dimensions  2", "file size   58 B"] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    let json = folder.stdout(&["info", "model.txt", "--json"]);
    assert!(
        json.starts_with("{\"format\":\"word2vec-text\",\"words\":5,\"dim\":2,\"file_bytes\":58,\"memory_bytes\":"),
        "{json}"
    );
    let norms = "\"norms\":{\"min\":1.0,\"mean\":1.6828427124746193,\"max\":3.0}";
    let words = "[\"east\",\"north\",\"west\",\"south\",\"Northeast\"]";
    assert!(json.ends_with(&format!(",{norms},\"first_words\":{words},\"last_words\":{words}}}\n")), "{json}");
}

#[test]
fn wrong_command_lines_exit_with_2() {
    let folder = folder();
    let cases: [(&[&str], &str); 5] = [
        (&["eval", "model.txt"], "--similarity <FILE>|--analogies <FILE>"),
        (&["neighbors", "model.txt", "east", "-k", "0"], "0 is not in 1.."),
        (&["info", "model.txt", "--format", "word2vec"], "possible values: word2vec-bin, word2vec-text"),
        (&["neighbours"], "a similar subcommand exists: 'neighbors'"),
        (&["info", "questions"], "neither its name nor its content tells the format"),
    ];
    for (args, expected) in cases {
        let (code, message) = folder.failure(args);
        assert_eq!(code, 2, "{args:?}: {message}");
        assert!(message.starts_with("error: ") && message.contains(expected), "{args:?}: {message}");
    }
}

#[test]
fn failed_runs_exit_with_1_and_one_line() {
    let folder = folder();
    folder.write("bad.txt", "1 1\n\u{1b}[2J one\n");
    let cases: [(&[&str], &str); 5] = [
        (&["info", "missing.bin"], "error: missing.bin: No such file or directory (os error 2)\n"),
        (&["info", "."], "error: .: Is a directory (os error 21)\n"),
        (&["info", "bad.txt"], "error: bad.txt:2: `one` is not a number (--lenient leaves it out)\n"),
        (
            &["neighbors", "model.txt", "\u{1b}east"],
            "error: the model does not know the word `\u{fffd}east`; did you mean `east`?\n",
        ),
        (
            &["eval", "model.txt", "--analogies", "pairs.tsv"],
            "error: pairs.tsv:1: `east\\tnortheast\\t7` is not a question: \
             expected `: section` and then lines `a b c expected`\n",
        ),
    ];
    for (args, expected) in cases {
        assert_eq!(folder.failure(args), (1, expected.to_owned()), "{args:?}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..20_000).map(|row| format!("word{row} 1 {row}\n")).collect();
    let path = folder.path().join("model.txt");
    fs::write(&path, format!("20000 2\n{rows}")).unwrap();
    let mut command = motevec();
    command.arg("neighbors").arg(&path).args(["word1", "-k", "20000"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut first = String::new();
    BufReader::with_capacity(16, running.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert!(first.starts_with("word"));
}
