//! What cannot work: every case of tests/bad-input gets a clear line, with the exit code that says whose fault it is,
//! and leaves existing files as they were.

mod files;

use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::thread;

use self::files::{DAMAGE, EARLIER, ENDINGS, folder, write_models};
use motevec_tests::{Folder, skip};

const TABLE: &str = include_str!("../../../bad-input/cases.tsv");

/// The cases of the table: file, command, exit code, line.
fn cases() -> impl Iterator<Item = [&'static str; 4]> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("four columns: {line}")))
}

#[test]
fn every_case_of_the_table_is_told_in_a_line_and_changes_nothing() {
    let cases: Vec<_> = cases().collect();
    // Each thread in a folder of its own: two runs that write one file would get in each other's way.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let problems = thread::scope(|scope| {
        let parts = cases.chunks(cases.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(|| problems(part))).collect();
        running.into_iter().flat_map(|part| part.join().expect("cases are run")).collect::<Vec<_>>()
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(cases.len() >= 60);
}

/// Runs `cases` one after the other, and tells which are not as expected.
fn problems(cases: &[[&str; 4]]) -> Vec<String> {
    let folder = folder();
    write_models(&folder);
    let state = || folder.names().into_iter().map(|name| (folder.read(&name), name)).collect::<Vec<_>>();
    let before = state();
    let mut problems = Vec::new();
    for &[file, command, code, expected] in cases {
        let is_named = command.split([' ', ',']).any(|word| word.ends_with(file));
        assert!(file == "-" || is_named, "the command names the file: {command}");
        let output =
            folder.motevec(&command.split(' ').collect::<Vec<_>>()).stdin(Stdio::null()).output().expect("it runs");
        let message = String::from_utf8(output.stderr).expect("messages are UTF-8");
        let expected = format!("error: {}", expected.replace("\\n", "\n"));
        let is_expected = match expected.strip_suffix('…') {
            Some(start) => message.starts_with(start),
            None => message == format!("{expected}\n"),
        };
        let panicked = ["panicked", "backtrace", "RUST_"].iter().any(|sign| message.contains(sign));
        let is_right = is_expected && !panicked && output.stdout.is_empty();
        if !is_right || output.status.code() != code.parse().ok() {
            problems.push(format!("{command}\nwanted {code}: {expected}\nfound {}: {message}", output.status));
        }
        assert!(state() == before, "{command} changes files: {:?}", folder.names());
    }
    problems
}

/// Every format has a case for each kind of damage, and every file has a case.
#[test]
fn no_format_and_no_file_is_left_out() {
    let is_named = |name: &str| cases().any(|[_, command, ..]| command.split(' ').any(|word| word == name));
    for damage in DAMAGE {
        for ending in ENDINGS {
            let name = format!("{damage}-a.{ending}");
            assert!(cases().any(|[file, ..]| file == name), "{name}");
        }
    }
    for (name, _) in files::kept() {
        // The words of more.npy are beside it.
        assert!(is_named(&name.replace(".vocab", ".npy")), "{name}");
    }
}

/// Every command has cases.
#[test]
fn no_command_is_left_out() {
    let help = Folder::new().stdout(&["--help"]);
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    let mut count = 0;
    for command in
        commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).filter(|name| !name.is_empty())
    {
        count += 1;
        let has_case = TABLE
            .lines()
            .any(|line| line.split('\t').nth(1).is_some_and(|line| line.split(' ').next() == Some(command)));
        assert!(has_case || command == "help", "{command}");
    }
    assert!(count > 15, "{help}");
}

/// Folders in which not even root can make a file.
#[test]
fn outputs_where_nobody_can_write() {
    if !cfg!(target_os = "linux") {
        return skip("Linux's /proc and /sys", "nothing: other systems have other such folders");
    }
    let folder = folder();
    for (place, expected) in [
        ("/proc/model.bin", "/proc/model.bin: "),
        ("/sys/kernel/model.bin", "cannot write in folder `/sys/kernel`, which is read-only for you: change that"),
    ] {
        for args in
            [&["train", "text.txt", "-o", place][..], &["train", "text.txt", "-o", "model.bin", "--save-vocab", place]]
        {
            let (code, message) = folder.failure(args);
            assert!(code == 1 && message.starts_with(&format!("error: {expected}")), "{message}");
            assert_eq!(folder.read("model.bin"), EARLIER.as_bytes());
        }
    }
}

/// The arguments of training vectors of a million numbers for two words of the text, and so many that it lacks.
fn many_words(folder: &Folder, words: u32) -> [&'static str; 8] {
    let absent: String = (0..words).map(|word| format!("word{word} 5\n")).collect();
    folder.write("words.txt", format!("the 9\ncat 9\n{absent}"));
    ["train", "text.txt", "-o", "model.bin", "--dim", "1000000", "--read-vocab", "words.txt"]
}

#[test]
fn a_model_that_is_too_large_says_how_to_make_it_smaller() {
    let folder = folder();
    let args = many_words(&folder, 200_000);
    let (_, message) = folder.failure(&args);
    assert!(message.starts_with("error: a model of 200,002 words × 1,000,000 dimensions needs "), "{message}");
    let advice = ": lower --dim, or keep fewer words with a higher --min-count or with --max-vocab\n";
    assert!(message.ends_with(advice) && message.contains("iB are available"), "{message}");
}

/// Runs the program with at most `kibibytes` of address space, where the shell can limit that.
fn limited(folder: &Folder, kibibytes: u32, args: &[&str]) -> Option<(i32, String)> {
    let output = folder.limited(&format!("ulimit -v {kibibytes}"), args)?.output().unwrap();
    Some((output.status.code().expect("it ends by itself"), String::from_utf8(output.stderr).unwrap()))
}

#[test]
fn little_memory_is_no_reason_to_crash() {
    let folder = folder();
    for model in ["greedy.bin", "wide.bin", "greedy.txt"] {
        let Some((code, message)) = limited(&folder, 300_000, &["info", model]) else { return };
        assert!(code == 1 && message.starts_with(&format!("error: {model}")), "a header is not a promise: {message}");
    }
    // Little enough that only the limit stands in the way.
    let args = [&many_words(&folder, 80)[..], &["--threads", "1"]].concat();
    let Some((code, message)) = limited(&folder, 600_000, &args) else { return };
    let start = "error: a model of 82 words × 1,000,000 dimensions needs ";
    assert!(code == 1 && message.starts_with(start), "{message}");
    assert_eq!(folder.read("model.bin"), EARLIER.as_bytes());
}

#[test]
fn bad_text_can_be_read_on_request() {
    let folder = folder();
    let base = ["train", "latin1.txt", "-o", "model.txt", "--dim", "4", "--min-count", "1"];
    for (how, replaced, beside) in [("replace", true, true), ("skip", false, false)] {
        folder.stdout(&[&base[..], &["--invalid-utf8", how]].concat());
        let model = String::from_utf8(folder.read("model.txt")).unwrap();
        assert_eq!(model.contains("\ncaf\u{fffd} "), replaced, "{how}");
        assert_eq!(model.contains("\nlait "), beside, "{how}");
    }
}

#[test]
fn a_line_of_100_mb_is_just_a_long_line() {
    let folder = folder();
    let mut running = folder
        .motevec(&["train", "-", "-o", "long.bin", "--dim", "4", "--epochs", "1", "--subsample", "1e-7", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let part = "a long line of words that knows no end ".repeat(10_000);
    let parts = 100_000_000 / part.len() + 1;
    let mut stdin = running.stdin.take().unwrap();
    for _ in 0..parts {
        stdin.write_all(part.as_bytes()).unwrap();
    }
    drop(stdin);
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["words"], parts * 90_000);
    assert!(fs::metadata(folder.path("long.bin")).unwrap().len() > 9 * 16);
}

#[test]
fn two_files_appear_both_or_not_at_all() {
    let folder = folder();
    folder.write("a.txt", "2 2\nstate 0.5 -1.25\nunion 3 1\n");
    folder.stdout(&["convert", "a.txt", "a.bin"]);
    let cases = [("model.npy", "model.vocab"), ("model.tsv", "model.metadata.tsv")];
    for (name, beside) in cases {
        // Where the second one cannot be: a folder is in the way.
        std::fs::create_dir(folder.path(beside)).unwrap();
        let before = folder.names();
        let (code, message) = folder.failure(&["convert", "a.bin", name]);
        assert_eq!((code, message), (1, format!("error: {beside}: is a folder: name a file in it\n")));
        assert_eq!(folder.names(), before);
        std::fs::remove_dir(folder.path(beside)).unwrap();
        folder.stdout(&["convert", "a.bin", name]);
        let (_, message) = folder.failure(&["convert", "a.bin", "/dev/stdout", "--to", "numpy"]);
        assert!(
            message.starts_with("error: /dev/stdout: is not a regular file, but this format puts a second"),
            "{message}"
        );
    }
    folder.write("text.txt", "one two three\n".repeat(30));
    let (code, message) = folder.failure(&["train", "text.txt", "-o", "new.npy", "--save-vocab", "new.vocab"]);
    assert_eq!((code, &message[..]), (2, "error: new.vocab: this file is also written; write to another one\n"));
}
