//! Disks that are full, and folders that vanish.

use std::fs;
use std::io::Write as _;
use std::process::Output;

use motevec_tests::{Folder, skip, works};

use super::{checkpoints, end, heeding_signals, send, start, wait_until};

const TEXT: &str = "the cat sat on the mat with the dog and the hen\n";

/// A folder with a text of 600 words, whose vectors take 60 kB.
fn folder() -> Folder {
    let folder = Folder::new();
    let line: String = (0..600).map(|word| format!("word{word} ")).collect();
    folder.write("text.txt", (line + "\n").repeat(40));
    folder
}

const TRAIN: [&str; 8] = ["train", "text.txt", "-o", "model.bin", "--dim", "25", "--subsample", "0"];

#[test]
fn a_full_disk_leaves_the_earlier_file_as_it_was() {
    let folder = folder();
    folder.write("model.bin", "an older model");
    // Without a handler, the signal that the system sends then would end the program without a word.
    let Some(mut limited) = folder.limited("ulimit -f 60", &TRAIN) else { return };
    let full = limited.output().unwrap();
    let message = String::from_utf8(full.stderr).unwrap();
    assert_eq!((full.status.code(), &*message), (Some(1), "error: model.bin: File too large (os error 27)\n"));
    assert_eq!(folder.read("model.bin"), b"an older model");
    assert_eq!(folder.names(), ["model.bin", "text.txt"]);
}

#[test]
fn a_checkpoint_that_cannot_be_written_does_not_end_the_run() {
    let folder = folder();
    folder.stdout(&TRAIN);
    let reference = folder.read("model.bin");
    // The vectors fit, and twice as many do not.
    let saving = ["--checkpoint", "saved", "--checkpoint-every", "1ms"];
    let Some(mut limited) = folder.limited("ulimit -f 160", &[&TRAIN[..], &saving].concat()) else { return };
    let output = limited.output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    let warning =
        "warning: no checkpoint: saved/checkpoint-000002.safetensors: File too large (os error 27); training continues";
    assert!(output.status.success() && !message.is_empty() && message.lines().all(|line| line == warning), "{message}");
    assert!(folder.read("model.bin") == reference && folder.names() == ["model.bin", "text.txt"]);
}

/// Runs a script in the folder, in which `disk` is a file system of its own, of 160 kB, with an earlier model on it;
/// `$@` is the program. `None` if that needs rights that are not there.
fn on_a_small_disk(folder: &Folder, script: &str) -> Option<Output> {
    let namespace = ["-rm", "sh", "-c"];
    if !works("unshare", &[&namespace[..], &["mount -t tmpfs -o size=160k tmpfs /tmp"]].concat()) {
        skip("unshare, and the right to mount a tmpfs", "apt install util-linux");
        return None;
    }
    fs::create_dir(folder.path("disk")).unwrap();
    let prepare = "mount -t tmpfs -o size=160k tmpfs disk && echo an older model > disk/model.bin";
    let mut shell = std::process::Command::new("unshare");
    shell.args(namespace).arg(format!("{prepare} && {script}")).arg("sh");
    shell.arg(folder.motevec::<&str>(&[]).get_program()).current_dir(folder.path("."));
    Some(shell.output().unwrap())
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_disk_that_fills_keeps_the_earlier_file_and_the_model_goes_elsewhere() {
    let folder = folder();
    let run = r#""$@" train text.txt -o disk/model.bin --subsample 0 --dim 100
echo "exit code $?"; cat disk/model.bin; ls -A disk"#;
    let Some(output) = on_a_small_disk(&folder, run) else { return };
    assert_eq!(text(output.stdout), "exit code 1\nan older model\nmodel.bin\n");
    let full = "error: disk/model.bin: No space left on device (os error 28)";
    assert_eq!(text(output.stderr), format!("{full}; the vectors are in ./rescued-1-model.bin instead\n"));
    folder.stdout(&["train", "text.txt", "-o", "model.bin", "--subsample", "0", "--dim", "100"]);
    assert!(folder.read("rescued-1-model.bin") == folder.read("model.bin"));
}

#[test]
fn a_disk_that_fills_with_checkpoints_does_not_end_the_run() {
    let folder = folder();
    let run =
        r#""$@" train text.txt -o model.bin --subsample 0 --dim 20 --checkpoint disk/saved --checkpoint-every 1ms"#;
    let Some(output) = on_a_small_disk(&folder, run) else { return };
    // One checkpoint of 110 kB fits, and not the next one beside it.
    let full = "warning: no checkpoint: disk/saved/checkpoint-000003.safetensors: No space left on device (os error \
                28); training continues";
    let message = text(output.stderr);
    assert!(output.status.success() && !message.is_empty() && message.lines().all(|line| line == full), "{message}");
    let saved = folder.read("model.bin");
    folder.stdout(&["train", "text.txt", "-o", "model.bin", "--subsample", "0", "--dim", "20"]);
    assert!(folder.read("model.bin") == saved);
}

#[test]
fn a_disk_that_is_read_only_is_refused_before_any_work() {
    for (option, file) in
        [("-o", "disk/model.bin"), ("-o", "disk/new.bin"), ("-o model.bin --checkpoint", "disk/saved")]
    {
        let folder = folder();
        let run = format!(
            r#"mount -o remount,ro disk && "$@" train text.txt {option} {file}; echo "exit code $?"; ls -A disk"#
        );
        let Some(output) = on_a_small_disk(&folder, &run) else { return };
        assert_eq!(text(output.stdout), "exit code 1\nmodel.bin\n");
        let expected = match option {
            "-o" => {
                "error: cannot write in folder `disk`, which is read-only for you: change that, or name another file\n"
            }
            _ => "error: disk/saved: Read-only file system (os error 30)\n",
        };
        assert_eq!(text(output.stderr), expected);
        assert_eq!(folder.names(), ["disk", "text.txt"]);
    }
}

#[test]
fn a_device_that_takes_no_more_is_an_error() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = folder();
    std::os::unix::fs::symlink("/dev/full", folder.path("link.bin")).unwrap();
    for name in ["/dev/full", "link.bin"] {
        let arguments = [&["train", "text.txt", "--format", "word2vec-bin", "-o", name], &TRAIN[4..]].concat();
        let full = format!("error: {name}: No space left on device (os error 28)\n");
        assert_eq!(folder.failure(&arguments), (1, full));
    }
    assert_eq!(folder.names(), ["link.bin", "text.txt"]);
}

#[test]
fn a_last_checkpoint_that_cannot_be_written_leaves_the_vectors_so_far() {
    let folder = folder();
    let saving = ["--checkpoint", "saved", "--epochs", "10000", "--save-vocab", "words.txt"];
    let Some(limited) = folder.limited("ulimit -f 160", &[&TRAIN[..], &saving].concat()) else { return };
    let running = heeding_signals(limited).stderr(std::process::Stdio::piped()).spawn().unwrap();
    wait_until(|| folder.path("words.txt").exists());
    std::thread::sleep(std::time::Duration::from_millis(50));
    send("-INT", &running);
    let (code, message) = end(running);
    let lines: Vec<_> = message.lines().collect();
    let no_room = "warning: no checkpoint: saved/checkpoint-000002.safetensors: File too large (os error 27); the \
                   vectors so far are written in place of the model";
    assert!(code == Some(130) && lines.len() == 2 && lines[0] == no_room, "{message}");
    assert!(lines[1].starts_with("stopped: after ") && lines[1].ends_with("; the vectors so far are in model.bin"));
    assert_eq!(motevec::format::read(&folder.path("model.bin"), None).unwrap().dim, 25);
    // The run has lost nothing that it had saved.
    assert_eq!(checkpoints(&folder.path("saved")).len(), 1);
}

/// A run on standard input, whose output folder vanishes while it reads.
fn without_its_folder(folder: &Folder, more: &[&str]) -> (Option<i32>, String) {
    fs::create_dir(folder.path("out")).unwrap();
    let base = ["train", "-", "-o", "out/model.bin", "--dim", "25", "--subsample", "0", "--epochs", "1"];
    let mut running = start(folder, &[&base[..], more].concat());
    let mut stdin = running.stdin.take().unwrap();
    // More than a pipe holds: what comes before reading is done.
    stdin.write_all(TEXT.repeat(4_000).as_bytes()).unwrap();
    if !more.is_empty() {
        wait_until(|| !checkpoints(&folder.path("saved")).is_empty());
    }
    fs::remove_dir_all(folder.path("out")).unwrap();
    drop(stdin);
    end(running)
}

#[test]
fn a_model_whose_folder_is_gone_is_not_lost() {
    let folder = Folder::new();
    folder.write("text.txt", TEXT.repeat(4_000));
    let base = ["train", "text.txt", "--dim", "25", "--subsample", "0", "--epochs", "1", "-o", "model.bin"];
    folder.stdout(&base);
    let reference = folder.read("model.bin");

    let (code, message) = without_its_folder(&folder, &[]);
    let gone = "error: no folder `out`: create it, or name another file";
    assert_eq!((code, message), (Some(1), format!("{gone}; the vectors are in ./rescued-1-model.bin instead\n")));
    assert!(folder.read("rescued-1-model.bin") == reference);

    let (code, message) = without_its_folder(&folder, &["--checkpoint", "saved"]);
    let advice = "the vectors are safe: write them with motevec train --resume saved -o FILE";
    assert_eq!((code, message), (Some(1), format!("{gone}; {advice}\n")));
    folder.stdout(&["train", "text.txt", "--resume", "saved", "-o", "late.bin"]);
    assert!(folder.read("late.bin") == reference && !folder.path("saved").exists());
}

#[test]
fn checkpoints_need_a_folder_that_can_be_written() {
    let folder = folder();
    let (code, message) = folder.failure(&[&TRAIN[..], &["--checkpoint", "text.txt"]].concat());
    assert!(code == 1 && message.starts_with("error: text.txt: ") && message.lines().count() == 1, "{message}");
    assert_eq!(folder.names(), ["text.txt"]);
}
