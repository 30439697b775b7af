//! Words that occur together become one.

use std::io::Write as _;
use std::process::{Output, Stdio};

use motevec_tests::Folder;

/// `new york` twelve times and `bank of america` six times, among words that are more frequent than their pairs.
fn text() -> String {
    let line = "we saw new york today\n\nthe bank of america saw us\na year of new york city\n";
    line.repeat(6) + &"we\nsaw\ntoday\nthe\nof\nus\na\nyear\ncity\n".repeat(9)
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("text.txt", text());
    folder
}

fn written(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(name)).unwrap()
}

/// The first lines that `phrases text.txt` writes with these options.
fn lines(folder: &Folder, options: &str) -> [String; 4] {
    let line = format!("phrases text.txt -o out.txt {options}");
    folder.stdout(&line.split_whitespace().collect::<Vec<_>>());
    let text = written(folder, "out.txt");
    assert_eq!(text.lines().count(), 105, "line for line");
    let lines: Vec<_> = text.lines().take(4).map(str::to_owned).collect();
    lines.try_into().unwrap()
}

#[test]
fn phrases_are_joined_and_the_best_are_listed() {
    let folder = folder();
    let npmi = ["phrases", "text.txt", "-o", "out.txt", "--scoring", "npmi", "--threshold", "0.7"];
    let report = folder.stdout(&[&npmi[..], &["--list", "list"]].concat());
    let expected = "words    183
phrases  2
written  out.txt, 165 words and phrases

phrase     score  joined
new_york  1.0000      12
the_bank  0.7319       6
";
    assert_eq!(report, expected);
    let text = written(&folder, "out.txt");
    assert!(text.starts_with("we saw new_york today\n\nthe_bank of america saw us\na"), "{text}");
    let list = written(&folder, "list");
    assert!(list.starts_with("new_york\t1\t12\nthe_bank\t0.7319005243258") && list.ends_with("\t6\n"), "{list}");

    let report = folder.json(&[&npmi[..], &["--top", "1", "--json"]].concat());
    let top = serde_json::json!([{ "phrase": "new_york", "score": 1.0, "count": 12 }]);
    let expected = serde_json::json!({
        "words": 183, "words_written": 165, "phrases": 2, "top": top, "output": "out.txt",
    });
    assert_eq!(report, expected);
    assert_eq!(folder.stdout(&["-q", "phrases", "text.txt", "-o", "out.txt"]), "");
}

#[test]
fn settings_say_what_a_phrase_is() {
    let folder = folder();
    let first = |options: &str| lines(&folder, options)[0].clone();
    assert_eq!(first(""), "we saw new york today", "too short a text for the usual threshold");
    assert_eq!(first("--threshold 0.5 --delimiter +"), "we saw new+york today");
    assert_eq!(first("--threshold 0.5 --delimiter --"), "we saw new--york today");
    assert_eq!(first("--threshold 0.5 --min-count 13"), "we saw new york today");
    assert_eq!(first("--scoring npmi"), "we saw new_york today");
    assert_eq!(first("--scoring npmi --threshold 1"), "we saw new york today");
    assert_eq!(first("--scoring word2phrase --threshold 8"), "we saw new_york today");
    assert_eq!(first("--threshold 0.5 --max-vocab 3"), "we saw new york today", "everything is forgotten");
    assert_eq!(first("--threshold 0.5 --max-sentence 3"), "we saw new york today", "cut after `new`");

    let (code, message) = folder.failure(&["phrases", "text.txt", "-o", "out.txt", "--delimiter", "a b"]);
    let expected =
        "error: --delimiter `a b`: expected at least one character, and no white space, which separates words\n";
    assert_eq!((code, &message[..]), (2, expected));

    // Connectors are inside phrases only.
    let connected = "--scoring npmi --connector-words";
    folder.write("connectors", "of a\nthe\n");
    for name in ["english", "connectors"] {
        assert_eq!(lines(&folder, &format!("{connected} {name}"))[2], "the bank_of_america saw us", "{name}");
    }
    // A second pass joins what the first one joined.
    folder.write("city.txt", "a new york city b\nc new york city d\n".repeat(9) + &"a b c d\n".repeat(9));
    let city = |passes: &str| {
        let args = ["phrases", "city.txt", "-o", "out.txt", "--scoring", "npmi", "--threshold", "0.6"];
        folder.stdout(&[&args[..], &["--passes", passes]].concat());
        written(&folder, "out.txt").lines().next().unwrap().to_owned()
    };
    assert_eq!([city("1"), city("2")], ["a new_york city b", "a new_york_city b"]);
}

#[test]
fn words_are_those_that_train_reads() {
    let folder = Folder::new();
    folder.write("text.txt", "(NEW) York, and Łódź.\n".repeat(9) + "and\n");
    let args = ["phrases", "text.txt", "-o", "out.txt", "--tokens", "words", "--lowercase", "--threshold", "0.1"];
    folder.stdout(&args);
    assert!(written(&folder, "out.txt").starts_with("new_york and_łódź\n"));
}

fn with_stdin(folder: &Folder, args: &[&str], input: &[u8]) -> Output {
    let mut command = folder.motevec(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = command.spawn().unwrap();
    running.stdin.take().unwrap().write_all(input).unwrap();
    running.wait_with_output().unwrap()
}

#[test]
fn texts_come_from_pipes_and_compressed_files_and_go_there() {
    let folder = folder();
    let settings = ["--threshold", "0.5", "--passes", "2"];
    folder.stdout(&[&["phrases", "text.txt", "-o", "out.txt"], &settings[..]].concat());
    let expected = written(&folder, "out.txt");
    // The ending says how to compress, and the content how to read.
    let cat = ["phrases", "out.gz", "-o", "again.txt", "--min-count", "1000"];
    for name in ["out.gz", "out.zst"] {
        folder.stdout(&[&["phrases", "text.txt", "-o", name], &settings[..]].concat());
        assert_ne!(folder.read(name), expected.as_bytes());
        folder.stdout(&cat.map(|argument| if argument == "out.gz" { name } else { argument }));
        assert_eq!(written(&folder, "again.txt"), expected, "{name}");
    }
    folder.stdout(&["phrases", "text.txt", "-o", "copy.gz", "--min-count", "1000"]);
    for input in [folder.read("text.txt"), folder.read("copy.gz")] {
        let output = with_stdin(&folder, &[&["phrases", "-", "-o", "-"], &settings[..]].concat(), &input);
        assert!(output.status.success() && String::from_utf8(output.stdout).unwrap() == expected);
        assert!(output.stderr.starts_with(b"words    183\n"), "the summary makes room");
    }
    // Several files are one text; the end of a file ends its line.
    folder.write("a.txt", "a b");
    let output = with_stdin(&folder, &["phrases", "a.txt", "-", "a.txt", "-o", "-", "--threshold", "0.1"], b"c d\n");
    assert_eq!(output.stdout, b"a b\nc d\na b\n");
    let output = with_stdin(&folder, &["phrases", "-", "-", "-o", "-"], b"a b\n");
    assert_eq!(output.stderr, b"error: standard input (-) can be read only once\n");
    let output = with_stdin(&folder, &["phrases", "-", "-o", "x.txt"], b"\n\n");
    assert_eq!(output.stderr, b"error: <stdin>: it contains no words\n");
    assert!(!folder.names().contains(&"x.txt".to_owned()));
}

#[test]
fn the_options_of_word2phrase_are_those_of_phrases() {
    let folder = folder();
    let old = "word2phrase -train text.txt -output old -threshold 10 -min-count 3 -debug 0";
    assert_eq!(folder.stdout(&old.split(' ').collect::<Vec<_>>()), "");
    lines(&folder, "--scoring word2phrase --threshold 10 --min-count 3");
    assert_eq!(folder.read("old"), folder.read("out.txt"));
    assert!(written(&folder, "old").starts_with("we saw new_york today\n"));

    let help = folder.stdout(&["word2phrase"]);
    assert!(help.contains("-min-count N") && help.contains("Examples:\n  motevec word2phrase"), "{help}");
    #[cfg(unix)]
    {
        let program = folder.motevec::<&str>(&[]);
        std::os::unix::fs::symlink(program.get_program(), folder.path("word2phrase")).unwrap();
        let mut command = std::process::Command::new(folder.path("word2phrase"));
        let line = ["-train", "text.txt", "-output", "linked", "-threshold", "10", "-min-count", "3"];
        let output = command.current_dir(folder.path(".")).args(line).output().unwrap();
        assert!(output.status.success() && output.stdout.starts_with(b"words    183\n"), "{output:?}");
        assert_eq!(folder.read("linked"), folder.read("old"));
    }
}
