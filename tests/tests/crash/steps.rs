//! SIGKILL before each system call that puts a file in place, takes one away, or asks the disk to keep it.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

use motevec::format;
use motevec_tests::{Folder, skip, works};

use super::checkpoints;

const CALLS: &str = "rename,renameat,renameat2,link,linkat,unlink,unlinkat,rmdir,fsync";

/// Runs the program, which is killed before its call number `number`.
fn killed_before(number: u32, folder: &Folder, arguments: &[&str]) -> Output {
    let program = folder.motevec::<&str>(&[]).get_program().to_owned();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("inject={CALLS}:signal=KILL:when={number}"), "--"]);
    strace.arg(program).args(arguments).current_dir(folder.path(".")).output().unwrap()
}

/// Kills the program before its first such call, before its second, and so on until it comes to its end. Calls `check`
/// each time. Returns how many calls there were.
fn kill_before_each(folder: &Folder, arguments: &[&str], mut check: impl FnMut()) -> u32 {
    for number in 1..100 {
        let output = killed_before(number, folder, arguments);
        check();
        if output.status.success() {
            return number - 1;
        }
        assert!(output.status.signal() == Some(9) || output.status.code() == Some(128 + 9), "{output:?}");
    }
    panic!("{arguments:?} does not end")
}

fn is_missing() -> bool {
    let missing = !works("strace", &["-qq", "-e", "inject=fsync:signal=KILL", "true"]);
    if missing {
        skip("strace, and the right to use it", "apt install strace");
    }
    missing
}

/// Writes a model of a hundred words that begin with `letter`, with its number in all vectors.
fn model(folder: &Folder, letter: char, number: f32) {
    let rows: String = (0..100).map(|row| format!("{letter}{row} {number} {number}\n")).collect();
    folder.write(&format!("{letter}.txt"), format!("100 2\n{rows}"));
}

/// Which model a file holds, that of `a` with 1 or that of `b` with 2; the reader's message if it refuses the file.
fn read(path: &Path) -> Result<char, String> {
    let vectors = format::read(path, None).map_err(|error| error.to_string())?;
    let letter = vectors.vocabulary.words().next().unwrap().chars().next().unwrap();
    let expected = if letter == 'a' { 1.0 } else { 2.0 };
    assert!(vectors.data.len() == 200 && vectors.data.iter().all(|&x| x == expected), "numbers of another model");
    assert!(vectors.vocabulary.words().all(|word| word.starts_with(letter)), "words of two models");
    Ok(letter)
}

#[test]
fn a_file_is_the_old_one_or_the_new_one_at_every_step() {
    if is_missing() {
        return;
    }
    let folder = Folder::new();
    model(&folder, 'a', 1.0);
    model(&folder, 'b', 2.0);
    folder.stdout(&["convert", "a.txt", "model.bin", "--quiet"]);
    let mut seen = Vec::new();
    let calls = kill_before_each(&folder, &["convert", "b.txt", "model.bin"], || {
        seen.push(read(&folder.path("model.bin")).unwrap());
    });
    assert!(calls >= 2 && seen.first() == Some(&'a') && seen.last() == Some(&'b'), "{calls} calls: {seen:?}");
}

#[test]
fn a_pair_of_files_is_never_of_two_models() {
    if is_missing() {
        return;
    }
    for name in ["model.npy", "model.tsv"] {
        let folder = Folder::new();
        model(&folder, 'a', 1.0);
        model(&folder, 'b', 2.0);
        folder.stdout(&["convert", "a.txt", name, "--quiet"]);
        let mut refused = 0;
        let mut seen = Vec::new();
        let calls = kill_before_each(&folder, &["convert", "b.txt", name], || {
            match read(&folder.path(name)) {
                Ok(letter) => seen.push(letter),
                // A step that finds a pair leaves it, or one file without the other.
                Err(message) => {
                    assert!(message.contains("its words should be in "), "{message}");
                    refused += 1;
                }
            }
            folder.stdout(&["convert", "a.txt", name, "--quiet"]);
        });
        assert_eq!(seen.last(), Some(&'b'));
        assert!(seen.contains(&'a') && calls > 4 && refused <= 5, "{name}: {calls} calls, {refused} refused, {seen:?}");
    }
}

#[test]
fn a_run_goes_on_to_the_same_bytes_from_every_step() {
    if is_missing() {
        return;
    }
    let folder = Folder::new();
    folder.write("text.txt", "the cat sat on the mat with the dog and the hen\n".repeat(400));
    let train = ["train", "text.txt", "-o", "model.bin", "--dim", "20", "--subsample", "0", "--epochs", "2"];
    folder.stdout(&train);
    let reference = folder.read("model.bin");
    let saving = [&train[..], &["--checkpoint", "saved", "--checkpoint-every", "1ns"]].concat();
    let mut resumed = 0;
    folder.write("model.bin", "an older model");
    let calls = kill_before_each(&folder, &saving, || {
        let model = folder.read("model.bin");
        assert!(model == reference || model == b"an older model");
        if !checkpoints(&folder.path("saved")).is_empty() {
            folder.stdout(&["train", "--resume", "saved"]);
            assert!(folder.read("model.bin") == reference);
            resumed += 1;
        }
        assert!(checkpoints(&folder.path("saved")).is_empty());
        folder.write("model.bin", "an older model");
    });
    println!("{calls} calls, {resumed} runs went on");
    assert!(calls > 20 && resumed > 20);
}
