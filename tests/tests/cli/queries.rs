//! Queries, on the command line and line by line; and clusters of words.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Output, Stdio};

use motevec_tests::{Folder, addresses};
use serde_json::Value;

/// A folder with a model of words in four directions.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("model.txt", "6 2\neast 2 0\nnorth 0 1\nwest -1 0\nsouth 0 -3\nNortheast 1 1\neasterly 9 1\n");
    folder
}

/// Runs the program with `input` on its standard input.
fn with_input(folder: &Folder, args: &[&str], input: impl AsRef<[u8]>) -> Output {
    let mut command = folder.motevec(args);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read to the end closes the pipe.
    let _ = running.stdin.take().unwrap().write_all(input.as_ref());
    running.wait_with_output().unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn negative_words_and_thresholds_choose_neighbors() {
    let folder = folder();
    assert_eq!(
        folder.stdout(&["neighbors", "model.txt", "Northeast", "--negative", "north", "-k", "1"]),
        "word  similarity\neast      0.9239\n"
    );
    assert_eq!(
        folder.stdout(&["neighbors", "model.txt", "east", "-n", "north", "-n", "west", "-k", "1", "--json"]),
        "{\"query\":[\"east\"],\"negative\":[\"north\",\"west\"],\
         \"neighbors\":[{\"word\":\"easterly\",\"row\":5,\"similarity\":0.8395701}]}\n"
    );
    assert_eq!(
        folder.stdout(&["neighbors", "model.txt", "east", "--threshold", "0.7"]),
        "word       similarity\neasterly       0.9939\nNortheast      0.7071\n"
    );
    let all = folder.stdout(&["neighbors", "model.txt", "east", "--threshold", "-1", "-k", "3"]);
    assert_eq!(all.lines().count(), 4);
    assert_eq!(folder.stdout(&["neighbors", "model.txt", "east", "--threshold", "1"]), "word  similarity\n");
    let (code, message) = folder.failure(&["neighbors", "model.txt", "east", "--threshold", "2"]);
    assert!(code == 2 && message.contains("expected a number from -1 to 1"), "{message}");
}

#[test]
fn lines_of_standard_input_are_questions() {
    let folder = folder();
    let output = with_input(&folder, &["neighbors", "model.txt", "-k", "1"], "east\n\n  east north \n");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "east\nword      similarity\neasterly      0.9939\n\neast north\nword       similarity\nNortheast      1.0000\n"
    );

    // A program that asks gets a line for each line, with what is wrong where there is no answer.
    let output = with_input(&folder, &["neighbors", "model.txt", "-k", "1", "--json"], "east\nesat\nnorth");
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<_> = text.lines().map(json).collect();
    let words: Vec<_> = answers.iter().map(|answer| answer["query"][0].as_str().unwrap()).collect();
    assert_eq!(words, ["east", "esat", "north"]);
    assert_eq!(answers[1]["error"], "the model does not know the word `esat`; did you mean `east`?");
    assert_eq!(
        (output.status.code(), &*String::from_utf8_lossy(&output.stderr)),
        (
            Some(1),
            "<stdin>:2: the model does not know the word `esat`; did you mean `east`?\nerror: 1 of 3 lines had no \
             answer\n"
        )
    );

    let output = with_input(&folder, &["neighbors", "model.txt", "-k", "1"], b"e\xffst\neast\n");
    let expected = "e\u{fffd}st\nthe line is not UTF-8\n\neast\nword      similarity\neasterly      0.9939\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    let message = "<stdin>:1: the line is not UTF-8\nerror: 1 of 2 lines had no answer\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(1), message));

    let output = with_input(&folder, &["analogy", "model.txt", "-k", "1"], "west north east\nwest north\n");
    let expected =
        "west north east\nword       similarity\nNortheast      0.9487\n\nwest north\nan analogy takes three";
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(expected), "{output:?}");
    let message = "<stdin>:2: an analogy takes three words, as in `man woman king`, not 2\n";
    assert!(String::from_utf8_lossy(&output.stderr).starts_with(message), "{output:?}");
    let (code, message) = folder.failure(&["analogy", "model.txt", "west", "north"]);
    assert!(code == 2 && message.contains("3 values required"), "{message}");
    assert_eq!(folder.stdout(&["neighbors", "model.txt"]), "", "no lines, no answers");
}

#[test]
fn words_with_spaces_stand_in_quotes_or_between_tabs() {
    let folder = Folder::new();
    // Only some formats hold such words.
    let words = ["New York", "city", "\"so\"", "Paris"].map(|word| (word, 0)).into_iter().collect();
    let model = motevec::Vectors::new(words, 2, vec![1.0, 0.0, 0.9, 0.5, 0.0, 1.0, 1.0, 0.1]);
    motevec::format::write(&folder.path("model.safetensors"), None, model.view()).unwrap();
    let cases = [
        ("\"New York\"", "[\"New York\"]"),
        ("city \"New York\" Paris", "[\"city\",\"New York\",\"Paris\"]"),
        ("\"city\"", "[\"city\"]"),
        ("New York\tcity", "[\"New York\",\"city\"]"),
        ("\t\"so\"\t", "[\"\\\"so\\\"\"]"),
        // As some editors begin a file.
        ("\u{feff}city Paris", "[\"city\",\"Paris\"]"),
        ("\u{feff}\"New York\"\r", "[\"New York\"]"),
    ];
    for (line, expected) in cases {
        let output = with_input(&folder, &["neighbors", "model.safetensors", "--json"], format!("{line}\n"));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with(&format!("{{\"query\":{expected},\"neighbors\":[")), "{line:?}: {text}");
    }
    let output = with_input(&folder, &["analogy", "model.safetensors", "--json"], "city \"New York\" Paris\n");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("{\"query\":[\"city\",\"New York\",\"Paris\"],\"neighbors\":["), "{text}");
    // Arguments are words as they are.
    assert!(folder.stdout(&["neighbors", "model.safetensors", "New York", "-k", "1"]).contains("Paris"));
    assert!(folder.stdout(&["similarity", "model.safetensors", "New York", "\"so\""]).starts_with("0.0000"));
}

/// Types into a terminal what stands between the prompts, as a person does, and prints what it shows.
#[cfg(feature = "editing")]
const PERSON: &str = r#"
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:-1])
shown = b""
for typed in sys.argv[-1].split("|"):
    while not shown.endswith(b"(Ctrl-D ends): "):
        shown += os.read(terminal, 1)
    os.write(terminal, typed.encode())
    shown += b"|"
try:
    while part := os.read(terminal, 1000):
        shown += part
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// The arrow up, and the line before is there again; Ctrl-C ends as well as Ctrl-D; and nothing is kept in a file.
#[cfg(feature = "editing")]
#[test]
fn lines_typed_before_come_back() {
    use std::process::Command;

    if !motevec_tests::has_python("pty") {
        return;
    }
    for end in ["\u{4}", "\u{3}"] {
        let folder = folder();
        let mut person = Command::new("python3");
        person.args(["-c", PERSON]).arg(motevec_tests::motevec().get_program());
        person.args(["neighbors", "model.txt", "-k", "1"]).arg(format!("soutx\u{7f}h\r|\u{1b}[A\r|{end}"));
        person.current_dir(folder.path("")).env("HOME", folder.path("")).env("TERM", "xterm");
        let output = person.output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{shown}");
        assert_eq!(shown.matches("similarity").count(), 2, "{shown}");
        assert_eq!(folder.names(), ["model.txt"]);
    }
}

#[test]
fn a_terminal_is_asked_for_words() {
    let typed = "east\nnowhere\nnorth\n\u{4}";
    let Some((status, shown)) = folder().on_a_terminal(&["neighbors", "model.txt", "-k", "1"], typed, &[]) else {
        return;
    };
    for expected in
        ["words (Ctrl-D ends): ", "easterly      0.9939", "does not know the word `nowhere`", "Northeast      0.7071"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(status.success(), "{shown}");
}

#[test]
fn words_are_compared() {
    let folder = folder();
    assert_eq!(folder.stdout(&["similarity", "model.txt", "east", "Northeast"]), "0.7071\n");
    assert_eq!(
        folder.stdout(&["similarity", "model.txt", "east", "west", "--json"]),
        "{\"words\":[\"east\",\"west\"],\"similarity\":-1.0}\n"
    );
    assert_eq!(
        folder.stdout(&["odd-one-out", "model.txt", "east", "west", "easterly"]),
        "word      similarity to all\nwest                -0.9939\neast                 0.9939\neasterly             \
         1.0000\n"
    );
    let odd = folder.json(&["odd-one-out", "model.txt", "east", "Northeast", "south", "--json"]);
    assert_eq!((&odd["odd"], odd["words"].as_array().unwrap().len()), (&"south".into(), 3));
    let cases: [(&[&str], i32, &str); 4] = [
        (&["similarity", "model.txt", "east", "esat"], 1, "did you mean `east`?"),
        (&["similarity", "model.txt", "east"], 2, "2 values required"),
        (&["odd-one-out", "model.txt", "east", "west"], 2, "3 values required"),
        (&["odd-one-out", "model.txt", "east", "west", "east"], 2, "the word `east` is given twice"),
    ];
    for (args, code, expected) in cases {
        let (found, message) = folder.failure(args);
        assert!(found == code && message.contains(expected), "{args:?}: {message}");
    }
}

#[test]
fn an_unknown_word_leaves_its_block_with_a_note() {
    let output = with_input(&folder(), &["neighbors", "model.txt", "-k", "1"], "east\nesat\nnorth\n");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "east\nword      similarity\neasterly      0.9939\n\n\
         esat\nthe model does not know the word `esat`; did you mean `east`?\n\n\
         north\nword       similarity\nNortheast      0.7071\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn many_questions_get_the_answers_that_each_gets_alone() {
    let folder = folder();
    let words = ["east", "nothing", "north", "Northeast west"];
    let alone = |line: &str| {
        let output = with_input(&folder, &["neighbors", "model.txt", "-t", "0.1", "--json"], format!("{line}\n"));
        String::from_utf8(output.stdout).unwrap()
    };
    let each = words.map(alone);
    let input: String = words.iter().cycle().take(5_000).map(|line| format!("{line}\n")).collect();
    let output = with_input(&folder, &["neighbors", "model.txt", "-t", "0.1", "--json"], input);
    assert!(String::from_utf8(output.stdout).unwrap() == each.concat().repeat(1_250));
}

#[test]
fn a_program_that_asks_one_thing_after_another_need_not_close_the_pipe() {
    let folder = folder();
    let mut command = folder.motevec(&["neighbors", "model.txt", "-k", "1", "--json"]);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut questions, answers) = (running.stdin.take().unwrap(), running.stdout.take().unwrap());
    let mut answers = BufReader::new(answers).lines();
    for (question, answer) in [("east\nno", "easterly"), ("rth\n", "Northeast")] {
        questions.write_all(question.as_bytes()).unwrap();
        assert_eq!(json(&answers.next().unwrap().unwrap())["neighbors"][0]["word"], answer);
    }
    drop(questions);
    assert!(running.wait().unwrap().success());
}

#[test]
fn similarity_reads_pairs_of_words() {
    let folder = folder();
    let output = with_input(&folder, &["similarity", "model.txt"], "east Northeast\neast up\nwest\n\neast\twest\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "east\tNortheast\t0.7071\neast\twest\t-1.0000\n");
    let messages = "<stdin>:2: the model does not know the word `up`\n\
                    <stdin>:3: a pair is two words, as in `law justice`, not 1\nerror: 2 of 4 lines had no answer\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(1), messages));
    let output = with_input(&folder, &["similarity", "model.txt", "--json"], "east Northeast\neast up\n");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "{\"words\":[\"east\",\"Northeast\"],\"similarity\":0.70710677}\n\
         {\"error\":\"the model does not know the word `up`\",\"query\":[\"east\",\"up\"]}\n"
    );
}

#[test]
fn clusters_gather_words_that_go_together() {
    let folder = folder();
    let table = folder.stdout(&["clusters", "model.txt", "-k", "4", "-o", "classes.txt"]);
    assert!(table.starts_with("cluster  words  nearest to the center\n0        "), "{table}");
    assert_eq!(table.lines().count(), 5);
    let classes = String::from_utf8(folder.read("classes.txt")).unwrap();
    let classes: HashMap<&str, &str> = classes.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(classes.len(), 6);
    assert_eq!(classes["east"], classes["easterly"]);
    assert_ne!(classes["north"], classes["south"]);
    assert_ne!(classes["east"], classes["west"]);
    let (code, message) = folder.failure(&["clusters", "model.txt", "-k", "7"]);
    assert_eq!((code, &message[..]), (2, "error: -k 7: the model has only 6 words, and each cluster needs one\n"));

    // On a real model: the same each time, another with another seed, and nearer together than chance.
    let train = ["train", addresses(), "-o", "speeches.bin", "--tokens", "words", "--lowercase", "--min-count", "50"];
    folder.stdout(&[&train[..], &["--dim", "32", "--epochs", "5"]].concat());
    let run = |seed: &str| folder.stdout(&["clusters", "speeches.bin", "-k", "20", "--seed", seed, "--json"]);
    let first = run("1");
    assert_eq!(run("1"), first);
    assert_ne!(run("2"), first);
    let clusters = json(&first);
    let clusters = clusters["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 20);
    let model = motevec::format::read(&folder.path("speeches.bin"), None).unwrap();
    assert_eq!(
        clusters.iter().map(|cluster| cluster["size"].as_u64().unwrap()).sum::<u64>() as usize,
        model.vocabulary.len()
    );
    let mean = |pairs: Vec<(&str, &str)>| {
        let sum: f32 = pairs.iter().map(|(a, b)| motevec::query::similarity(&model, a, b).unwrap()).sum();
        sum / pairs.len() as f32
    };
    let word = |cluster: usize, at: usize| clusters[cluster]["words"][at].as_str().unwrap();
    let within = mean((0..20).map(|cluster| (word(cluster, 0), word(cluster, 1))).collect());
    let between = mean((0..19).map(|cluster| (word(cluster, 0), word(cluster + 1, 0))).collect());
    assert!(within > between + 0.1, "{within} {between}");
}
