//! SIGKILL at random moments.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use motevec_core::sample::Generator;
use motevec_tests::Folder;
use rand_core::Rng as _;

use super::{SAVING, Task, checkpoints, start};

/// Kills a task, unless `MOTEVEC_KILLS` says otherwise: `tests/crash.sh` does 100.
const KILLS: u32 = 10;

/// Of so many kills, one waits until the model is being written, which else few would meet.
const AIMED: u32 = 5;

const OLDER: &[u8] = b"an older model";

#[test]
fn a_sequential_run_that_is_killed_goes_on_to_the_same_bytes() {
    kill_at_any_moment(&Task { epochs: "1", ..Task::sequential() }, 1, kills());
}

#[test]
fn a_run_in_rounds_that_is_killed_goes_on_to_the_same_bytes() {
    kill_at_any_moment(&Task { epochs: "1", ..Task::rounds() }, 2, kills());
}

/// With all that a checkpoint may hold: nodes of a tree and rows of n-grams, in rounds; and what an optimizer
/// remembers.
#[test]
fn every_variant_that_is_killed_goes_on_to_the_same_bytes() {
    let tree = &["--subwords", "--buckets", "2000", "--architecture", "cbow", "--loss", "hierarchical-softmax"];
    // Fewer words, because each takes long.
    let adam = &["--architecture", "cbow", "--optimizer", "adam", "--dropout", "0.1", "--subsample", "1e-5"];
    let kills = kills().div_ceil(5);
    kill_at_any_moment(&Task { epochs: "1", options: tree, ..Task::rounds() }, 3, kills);
    kill_at_any_moment(&Task { epochs: "1", options: adam, ..Task::sequential() }, 4, kills);
}

fn kills() -> u32 {
    env::var("MOTEVEC_KILLS").map_or(KILLS, |kills| kills.parse().expect("MOTEVEC_KILLS is a number"))
}

fn kill_at_any_moment(task: &Task, seed: u64, kills: u32) {
    let mut random = Generator::new(seed, [0]);
    let mut share = || f64::from(random.next_u32()) / f64::from(u32::MAX);
    let reference = task.reference();
    let arguments = task.arguments(&SAVING);

    // How long an uninterrupted run takes: kills must hit all of it, from reading to writing.
    let folder = Folder::new();
    let start_of_run = Instant::now();
    folder.stdout(&arguments);
    let whole = start_of_run.elapsed();
    assert!(folder.read("model.bin") == reference, "checkpoints change nothing");
    assert_eq!(folder.names(), ["model.bin"], "the checkpoints go when the model is there");

    let (mut done, mut models, mut resumed) = (0, 0, 0);
    let mut met = BTreeMap::new();
    while done < kills {
        let folder = Folder::new();
        folder.write("model.bin", OLDER);
        let mut goes_on = false;
        // Until the model is there, which only a run brings about that comes to its end.
        while folder.read("model.bin") != reference {
            let threads = ["1", "2", "3"][(share() * 2.99) as usize];
            let resume = ["train", "--resume", "saved", "--threads", threads];
            let mut running = start(&folder, if goes_on { &resume } else { &arguments });
            resumed += u32::from(goes_on);
            // Now and then a run is left alone.
            if done < kills && !(goes_on && share() < 0.2) {
                if done % AIMED == 0 {
                    wait_for_writing(&folder, &mut running);
                    thread::sleep(Duration::from_millis(1).mul_f64(share()));
                } else {
                    thread::sleep(whole.mul_f64(share()));
                }
                running.kill().unwrap();
            }
            let output = running.wait_with_output().unwrap();
            if output.status.signal() == Some(9) {
                done += 1;
                *met.entry(moment(&folder, &reference)).or_insert(0) += 1;
            } else {
                assert!(output.status.success(), "{output:?}");
                assert!(folder.read("model.bin") == reference, "after {done} kills");
                assert!(!folder.path("saved").exists());
            }
            goes_on = check(&folder, &reference, done);
        }
        models += 1;
    }
    println!("{done} kills of runs of {whole:.1?}, while {met:?}; {resumed} went on from a checkpoint");
    println!("{models} models, all of the same bytes");
    // One or two may all come when the model is there already.
    assert!(resumed > 0 || kills < KILLS);
}

/// Waits until the model has its temporary name, or there is nothing left to wait for.
fn wait_for_writing(folder: &Folder, running: &mut Child) {
    while running.try_wait().unwrap().is_none() && !folder.names().iter().any(|name| name.starts_with(".model.bin.")) {
        thread::sleep(Duration::from_micros(100));
    }
}

/// What a run was doing when it was killed, judging by what it left behind.
fn moment(folder: &Folder, reference: &[u8]) -> &'static str {
    let saved: Vec<_> = fs::read_dir(folder.path("saved")).into_iter().flatten().collect();
    let is_hidden = |name: &str| name.starts_with('.');
    let saving = saved.iter().flatten().any(|entry| is_hidden(entry.file_name().to_str().unwrap()));
    match checkpoints(&folder.path("saved")).last() {
        _ if folder.read("model.bin") == reference => "ending",
        _ if folder.names().iter().any(|name| is_hidden(name)) => "writing",
        _ if saving => "saving",
        Some(last) if !is_first(last) => "training",
        _ => "reading",
    }
}

fn is_first(checkpoint: &std::path::Path) -> bool {
    checkpoint.ends_with("checkpoint-000001.safetensors")
}

/// Checks that a whole file stands where the model goes, and among the checkpoints. Returns whether there are any.
fn check(folder: &Folder, reference: &[u8], done: u32) -> bool {
    let model = folder.read("model.bin");
    assert!(model == OLDER || model == reference, "half a model after {done} kills");
    let saved = checkpoints(&folder.path("saved"));
    if let Some(last) = saved.last().filter(|last| !is_first(last)) {
        let so_far = folder.stdout(&["info", last.to_str().unwrap()]);
        assert!(so_far.contains("dimensions  20\n") && so_far.contains("vectors     center"), "{so_far}");
    }
    // A killed writer leaves its temporary file, and no other.
    for name in folder.names() {
        match name.starts_with(".model.bin.") {
            true => fs::remove_file(folder.path(&name)).unwrap(),
            false => assert!(["model.bin", "saved"].contains(&&*name), "{name}"),
        }
    }
    !saved.is_empty()
}
