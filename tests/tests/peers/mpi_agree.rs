//! Ranks of a real MPI that have other files or options than the first: they say so, and train nothing.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use motevec_tests::{Folder, works};

use super::mpi::{end_of, folder, mpirun, program, said};

/// A folder for each of two ranks, `r0` and `r1`, beside the text.
fn folders() -> Folder {
    let folder = folder();
    ["r0", "r1"].iter().for_each(|rank| fs::create_dir(folder.path(rank)).unwrap());
    folder
}

/// The program on two ranks, each in its folder, the second one with these options more.
fn run(folder: &Folder, args: &[&str], of_second: &str) -> Output {
    let script = "cd r$OMPI_COMM_WORLD_RANK; [ $OMPI_COMM_WORLD_RANK = 0 ] || set -- \"$@\" $OF_SECOND; exec \"$@\"";
    let mut mpirun = mpirun(folder, (2, None));
    mpirun.args(["sh", "-c", script, "sh"]).arg(program().unwrap()).args(args).env("OF_SECOND", of_second);
    end_of(mpirun.spawn().unwrap())
}

/// Checks that these ranks refuse to train together, and why.
fn is_refused(folder: &Folder, args: &[&str], of_second: &str, reason: &str) {
    let output = run(folder, args, of_second);
    assert_eq!((output.status.code(), said(&output)), (Some(1), vec![format!("error: {reason}")]), "{output:?}");
    assert!(!folder.path("r0/model.safetensors").exists());
}

const TRAIN: [&str; 12] = [
    "train",
    "../text.txt",
    "--output",
    "model.safetensors",
    "--groups",
    "2",
    "--exchange-words",
    "4000",
    "--tokens",
    "words",
    "--dim",
    "8",
];

#[test]
fn ranks_with_other_options_are_refused() {
    if program().is_none() {
        return;
    }
    let folder = folders();
    for (option, differs) in [
        ("--seed 2", "--seed 2, and rank 0 --seed 1"),
        ("--epochs 7", "--epochs 7, and rank 0 no --epochs"),
        ("--checkpoint saved", "--checkpoint, and rank 0 no --checkpoint"),
    ] {
        let reason = format!("rank 1 (HOST) has {differs}: give all ranks the same");
        is_refused(&folder, &TRAIN, option, &reason);
    }
    // Those of a machine may differ.
    let output = run(&folder, &[&TRAIN[..], &["--epochs", "1"]].concat(), "--threads 2 --simd wide --token-memory 0");
    assert!(output.status.success() && folder.path("r0/model.safetensors").exists(), "{output:?}");
}

#[test]
fn ranks_with_another_vocabulary_or_model_are_refused() {
    if program().is_none() {
        return;
    }
    let folder = folders();
    let one_epoch = [&TRAIN[..], &["--epochs", "1"]].concat();
    let with = |option: &'static str, file: &'static str| [&one_epoch[..], &[option, file]].concat();
    folder.stdout(&["vocab", "text.txt", "--tokens", "words", "-o", "r0/words"]);
    let words = String::from_utf8(folder.read("r0/words")).unwrap();
    // A word less, of which the others would know more; and another count.
    let (fewer, last) = words.trim_end().rsplit_once('\n').unwrap();
    for other in [fewer.to_owned(), format!("{fewer}\n{last}1\n")] {
        folder.write("r1/words", other);
        let reason = "rank 1 (HOST) has another vocabulary (--read-vocab) than rank 0: give all ranks the same";
        is_refused(&folder, &with("--read-vocab", "words"), "", reason);
    }
    for (rank, seed) in [("r0", "1"), ("r1", "2")] {
        let model = format!("{rank}/earlier.safetensors");
        folder.stdout(&["train", "text.txt", "-o", &model, "--dim", "8", "--epochs", "1", "--seed", seed]);
    }
    let reason = "rank 1 (HOST) has another model (--resume-from) than rank 0: give all ranks the same";
    is_refused(&folder, &with("--resume-from", "earlier.safetensors"), "", reason);

    folder.write("r1/words", words);
    fs::copy(folder.path("r0/earlier.safetensors"), folder.path("r1/earlier.safetensors")).unwrap();
    for args in [with("--read-vocab", "words"), with("--resume-from", "earlier.safetensors")] {
        let output = run(&folder, &args, "");
        assert!(output.status.success(), "{output:?}");
    }
}

/// Starts a run in the folder of the first rank, and stops it when it has more than one checkpoint. Returns the names
/// of the two that are left.
fn stopped_run(folder: &Folder) -> [String; 2] {
    let saving = ["--epochs", "100000", "--checkpoint", "saved", "--checkpoint-every", "1ms"];
    let mut command = folder.motevec(&[&TRAIN[..], &saving].concat());
    let mut running = command.current_dir(folder.path("r0")).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let names = || {
        let entries = fs::read_dir(folder.path("r0/saved")).into_iter().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.starts_with("checkpoint-"));
        names.sort();
        names
    };
    while names().last().is_none_or(|name| **name < *"checkpoint-000003") {
        if start.elapsed() > Duration::from_secs(60) || running.try_wait().unwrap().is_some() {
            let _ = running.kill();
            panic!("no checkpoint came");
        }
        thread::sleep(Duration::from_millis(5));
    }
    assert!(works("kill", &["-TERM", &running.id().to_string()]));
    assert_eq!(running.wait().unwrap().code(), Some(143));
    names().try_into().unwrap()
}

#[test]
fn ranks_with_another_checkpoint_are_refused() {
    if program().is_none() {
        return;
    }
    let folder = folders();
    let [older, newest] = stopped_run(&folder);
    let resume = ["train", "--resume", "saved"];
    let none = "rank 1 (HOST): saved: there is no such folder: name the one of a run that was stopped";
    is_refused(&folder, &resume, "", none);
    fs::create_dir(folder.path("r1/saved")).unwrap();
    let saved = |rank: &str, name: &str| folder.path(&format!("{rank}/saved/{name}"));
    fs::copy(saved("r0", &older), saved("r1", &older)).unwrap();
    let before = format!("rank 1 (HOST) has {older}, and rank 0 {newest}: give all ranks the same");
    is_refused(&folder, &resume, "", &before);
    // It cannot read the newest one.
    let content = fs::read(saved("r0", &newest)).unwrap();
    fs::write(saved("r1", &newest), &content[..content.len() / 2]).unwrap();
    is_refused(&folder, &resume, "", &before);
    fs::copy(saved("r0", &older), saved("r1", &newest)).unwrap();
    let another = format!("rank 1 (HOST) has another {newest} than rank 0: give all ranks the same");
    is_refused(&folder, &resume, "", &another);
}

#[test]
fn ranks_with_compressed_files_of_other_sizes_are_refused() {
    if program().is_none() {
        return;
    }
    let folder = folders();
    let text = folder.read("text.txt");
    let pack = |name: &str, text: &[u8]| folder.write(name, zstd::encode_all(text, 3).unwrap());
    for rank in ["r0", "r1"] {
        pack(&format!("{rank}/a.zst"), &text);
        // Near enough that the groups get the same files.
        pack(&format!("{rank}/b.zst"), if rank == "r0" { &text } else { &text[..text.len() - 100] });
    }
    let train = [&["train", "a.zst", "b.zst"], &TRAIN[2..], &["--epochs", "1"]].concat();
    let reason = "rank 1 (HOST) has another text, by the names and sizes of its files, than rank 0: all must see the \
                  same files, or files whose names have {group} in them, each rank those of its own groups";
    is_refused(&folder, &train, "", reason);
    pack("r1/b.zst", &text);
    let output = run(&folder, &train, "");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn ranks_without_groups_are_told_how_to_get_them() {
    if program().is_none() {
        return;
    }
    let folder = folders();
    for args in [
        &["train", "../text.txt", "-o", "model.txt"][..],
        &["word2vec", "-train", "../text.txt", "-output", "model.txt"],
        &["fasttext", "skipgram", "-input", "../text.txt", "-output", "model"],
    ] {
        let output = run(&folder, args, "");
        let message = "error: there are 2 ranks, which share groups out: use motevec train --groups 2, or more";
        assert_eq!((output.status.code(), said(&output)), (Some(2), vec![message.to_owned()]), "{output:?}");
    }
}
