//! Training under a real MPI: whoever has the groups, the bytes are the same, and no rank waits for one that is gone.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use motevec::corpus::{self, Source, Tokenizer};
use motevec::train::{Plan, Settings};
use motevec_tests::{Folder, addresses, motevec, skip, without_advice, works};

/// The program with MPI in it, which takes minutes to build the first time; `None` where that cannot be.
///
/// It is built beside the program of the other tests, from the same compiled dependencies.
pub(super) fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let version = Command::new("mpirun").arg("--version").output().ok()?;
        let has_clang = env::var_os("LIBCLANG_PATH").is_some()
            || works("sh", &["-c", "ls /usr/lib/*/libclang*.so* /usr/lib/llvm-*/lib/libclang*.so*"]);
        if !String::from_utf8_lossy(&version.stdout).contains("Open MPI")
            || !works("mpicc", &["--version"])
            || !has_clang
        {
            return None;
        }
        let tests = motevec();
        let compiled = Path::new(tests.get_program()).parent().unwrap();
        let target = compiled.parent().unwrap().join("tmp/mpi");
        if !target.exists() {
            fs::create_dir_all(target.join("debug")).unwrap();
            for folder in ["deps", "build", ".fingerprint"] {
                assert!(works("cp", &["-al", compiled.join(folder).to_str()?, target.join("debug").to_str()?]));
            }
        }
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["build", "--quiet", "-p", "motevec", "--features", "mpi", "--bin", "motevec"]);
        cargo.current_dir(motevec_tests::repository()).env("CARGO_TARGET_DIR", &target);
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(target.join("debug/motevec"))
    };
    let program = PROGRAM.get_or_init(build).as_deref();
    if program.is_none() {
        skip("Open MPI and libclang", "apt-get install libopenmpi-dev openmpi-bin libclang-dev");
    }
    program
}

/// The program on so many ranks of this machine. Where one fails, or mpirun is told to end, it gives the others so many
/// seconds of patience, if not what Open MPI does.
fn on_ranks(folder: &Folder, ranks: (usize, Option<u32>), args: &[&str]) -> Command {
    let mut command = mpirun(folder, ranks);
    command.arg(program().unwrap()).args(args);
    command
}

/// What starts a program likewise.
pub(super) fn mpirun(folder: &Folder, (ranks, patience): (usize, Option<u32>)) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["--allow-run-as-root", "--oversubscribe", "-np", &ranks.to_string()]);
    if let Some(seconds) = patience {
        command.args(["--mca", "odls_base_sigkill_timeout", &seconds.to_string()]);
    }
    command.current_dir(folder.path(""));
    // Containers forbid one process to read the memory of another.
    command.env("OMPI_MCA_btl_vader_single_copy_mechanism", "none");
    // Others want these processors, too.
    command.env("OMPI_MCA_mpi_yield_when_idle", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a run that does not end is given before it is ended.
const LIMIT: Duration = Duration::from_secs(120);

/// How mpirun ends.
pub(super) fn end_of(mpirun: Child) -> Output {
    let (id, (ended, waiting)) = (mpirun.id().to_string(), mpsc::channel::<()>());
    let watch = thread::spawn(move || {
        let hangs = waiting.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
        // Its ranks end with it.
        hangs && works("kill", &["-KILL", &id])
    });
    let output = mpirun.wait_with_output().unwrap();
    drop(ended);
    assert!(!watch.join().unwrap(), "not ended after {LIMIT:?}: {output:?}");
    output
}

fn run_on_ranks(folder: &Folder, ranks: usize, args: &[&str]) -> Output {
    end_of(on_ranks(folder, (ranks, None), args).spawn().unwrap())
}

/// The beginning of the bundled corpus, as one file that can be cut.
pub(super) fn folder() -> Folder {
    let folder = Folder::new();
    let text = zstd::decode_all(fs::File::open(addresses()).unwrap()).unwrap();
    let lines = text.split_inclusive(|&byte| byte == b'\n').take(1_000);
    folder.write("text.txt", lines.collect::<Vec<_>>().concat());
    folder
}

/// Exchanges are few, because each may wait for a rank that has no processor.
const TRAIN: [&str; 10] =
    ["train", "text.txt", "--groups", "4", "--exchange-words", "4000", "--tokens", "words", "--dim", "8"];

/// What the program itself says, without what mpirun adds, and with `HOST` in place of this machine's name.
pub(super) fn said(output: &Output) -> Vec<String> {
    let text = without_advice(&output.stderr);
    let own = |line: &&str| ["error: ", "stopped: ", "warning: ", "note: "].iter().any(|start| line.starts_with(start));
    let host = Command::new("uname").arg("-n").output().unwrap().stdout;
    let host = format!("({})", String::from_utf8_lossy(&host).trim());
    text.lines().filter(own).map(|line| line.replace(&host, "(HOST)")).collect()
}

#[test]
fn any_number_of_ranks_and_threads_gives_the_bytes_of_one_process() {
    if program().is_none() {
        return;
    }
    let folder = folder();
    let train = [&TRAIN[..], &["--epochs", "2"]].concat();
    folder.stdout(&[&train[..], &["-o", "one.safetensors", "--save-vocab", "one.vocab"]].concat());
    for ranks in 1..=4 {
        for threads in ["1", "2"] {
            let options = ["-o", "model.safetensors", "--json", "--save-vocab", "vocab", "--threads", threads];
            let output = run_on_ranks(&folder, ranks, &[&train[..], &options].concat());
            assert!(output.status.success(), "{output:?}");
            // Rank 0 alone speaks.
            let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(summary["groups"]["ranks"], ranks);
            assert_eq!(summary["groups"]["exchanged_bytes"] == 0, ranks == 1);
            assert!(folder.read("model.safetensors") == folder.read("one.safetensors"), "{ranks} ranks");
            assert!(folder.read("vocab") == folder.read("one.vocab"), "{ranks} ranks");
        }
    }
}

/// As large texts are trained: with several shards in a group, and frequent words exchanged more often than rare ones.
#[test]
fn shards_and_levels_give_the_bytes_of_one_process() {
    if program().is_none() {
        return;
    }
    let folder = Folder::new();
    folder.write("text.txt", zstd::decode_all(fs::File::open(addresses()).unwrap()).unwrap().repeat(3));
    let options = corpus::Options { tokens: Tokenizer::Words, groups: 2, ..corpus::Options::default() };
    let read = corpus::read(&[Source::Path(folder.path("text.txt"))], &options, &|_| {}).unwrap();
    let plan = Plan::of(&read, &Settings { dim: 8, subsample: 0.0, groups: 2, ..Settings::default() });
    assert!(plan.shards > 1 && plan.exchanges_of_all > 1, "{plan:?}");
    let train = ["train", "text.txt", "--groups", "2", "--tokens", "words", "--dim", "8", "--subsample", "0"];
    let train = [&train[..], &["--epochs", "1", "--threads", "2", "--json", "-o"]].concat();
    let one = folder.json(&[&train[..], &["one.safetensors"]].concat());
    let output = run_on_ranks(&folder, 2, &[&train[..], &["model.safetensors"]].concat());
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for counted in ["exchanges", "exchanged_rows", "rows_of_groups"] {
        assert_eq!(summary["groups"][counted], one["groups"][counted], "{counted}");
    }
    assert!(folder.read("model.safetensors") == folder.read("one.safetensors"));
}

/// Hosts that reach each other by TCP only: namespaces of this machine, which not everybody may make.
#[test]
fn hosts_have_the_bytes_of_one_process() {
    if program().is_none() {
        return;
    }
    if !works("ip", &["-V"]) || !works("python3", &["--version"]) {
        skip("iproute2 and Python", "apt-get install iproute2 python3");
        return;
    }
    let folder = folder();
    let mut script = Command::new("python3");
    script.arg(motevec_tests::repository().join("tests/mpi/hosts.py")).arg(program().unwrap());
    script.arg(folder.path("text.txt")).args(["--hosts", "2", "3", "4", "--", "--epochs", "2"]).args(&TRAIN[4..]);
    let output = end_of(script.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let said = String::from_utf8_lossy(&output.stdout);
    // CI may run where nobody may make them; there is nothing to install.
    if output.status.code() == Some(77) {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    } else {
        let same = |hosts: usize| said.contains(&format!("{hosts} hosts, no limit: the same bytes; "));
        assert!(output.status.success() && (2..=4).all(same), "{output:?}");
    }
}

#[test]
fn an_error_of_any_rank_ends_all_with_one_message() {
    if program().is_none() {
        return;
    }
    let folder = folder();
    for group in ["0", "1", "3"] {
        folder.write(&format!("part-{group}.txt"), folder.read("text.txt"));
    }
    let with = |text, groups| ["train", text, "-o", "model.bin", "--epochs", "1", "--groups", groups];
    for (args, code, message) in [
        (with("nowhere.txt", "4"), 1, "error: nowhere.txt: No such file or directory (os error 2)"),
        (with("part-{group}.txt", "4"), 1, "error: rank 2 (HOST): part-2.txt: No such file or directory (os error 2)"),
        (with("text.txt", "0"), 2, "error: invalid value '0' for '--groups <N>': 0 is not in 1..=64"),
        (
            with("text.txt", "2"),
            2,
            "error: --groups 2: there are 3 ranks, which share groups out: give as many groups, or more",
        ),
    ] {
        let output = run_on_ranks(&folder, 3, &args);
        assert_eq!((output.status.code(), said(&output)), (Some(code), vec![message.to_owned()]), "{output:?}");
    }
    assert!(!folder.path("model.bin").exists());
}

/// What is wrong with a command line is known before ranks reach each other.
#[test]
fn the_first_rank_says_what_all_would() {
    let folder = folder();
    let of_rank = |[size, name, rank]: [&str; 3], args: &str| {
        let mut command = folder.motevec(&args.split(' ').collect::<Vec<_>>());
        command.envs([(size, "2"), (name, rank)]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let (open_mpi, mpich) = (["OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"], ["PMI_SIZE", "PMI_RANK"]);
    let slurm = ["SLURM_STEP_NUM_TASKS", "PMIX_RANK"];
    let cases = [
        (open_mpi, "train text.txt -o model.bin --groups 65", 2),
        (mpich, "--quiet train text.txt -o model.bin --group 2", 2),
        (slurm, "train text.txt -o model.bin --sg 1", 2),
        (open_mpi, "word2vec -train text.txt -output model.bin -size 0", 2),
        // With a note on the file's name, and without MPI.
        (open_mpi, "word2vec -train text.txt -output model.bin", 1),
        (slurm, "train --help", 0),
    ];
    // They run together: the others give the first one time.
    let running = cases.map(|([size, name], args, _)| ["0", "1"].map(|rank| of_rank([size, name, rank], args)));
    for (ranks, (_, args, code)) in running.into_iter().zip(cases) {
        let [first, other] = ranks.map(|rank| rank.wait_with_output().unwrap());
        assert_eq!([first.status.code(), other.status.code()], [Some(code); 2], "{args}");
        let said = |output: &Output| String::from_utf8([&*output.stdout, &*output.stderr].concat()).unwrap();
        let (first, other) = (said(&first), said(&other));
        // Where mpirun does not end them, because their errors are their own, the others say so, without notes.
        let error = first.find("error: ").map_or("", |at| &first[at..]);
        assert!(!first.is_empty() && other == error, "{args}: {first} {other}");
    }
    // Tasks of Slurm may also be runs by themselves, and other commands do not train together.
    for (names, args) in [(["SLURM_NTASKS", "SLURM_PROCID"], "train text.txt"), (open_mpi, "info nowhere.bin")] {
        let output = of_rank([names[0], names[1], "1"], args).wait_with_output().unwrap();
        assert!(!output.stderr.is_empty(), "{args}");
    }
}

/// mpirun puts lines of its own between what it receives in pieces.
#[cfg(unix)]
#[test]
fn an_error_is_written_in_one_piece() {
    let folder = Folder::new();
    let (ours, stderr) = std::os::unix::net::UnixDatagram::pair().unwrap();
    let mut command = folder.motevec(&["train", "nowhere.txt", "-o", "model.bin"]);
    command.stderr(std::os::fd::OwnedFd::from(stderr)).status().unwrap();
    let mut piece = [0; 1_000];
    ours.set_read_timeout(Some(LIMIT)).unwrap();
    let length = ours.recv(&mut piece).unwrap();
    let message = "error: nowhere.txt: No such file or directory (os error 2)\n";
    assert_eq!(String::from_utf8_lossy(&piece[..length]), message);
}

#[test]
fn a_run_without_the_feature_says_so() {
    let folder = folder();
    let open_mpi = &[("OMPI_COMM_WORLD_SIZE", "4")][..];
    for started in [open_mpi, &[("PMIX_RANK", "0"), ("SLURM_STEP_NUM_TASKS", "4")]] {
        let output = folder.motevec(&["train", "text.txt", "-o", "model.bin"]).envs(started.iter().copied()).output();
        let message = "error: this is one of 4 processes of MPI, and this motevec was built without it: build it with \
                       --features mpi\n";
        assert_eq!(String::from_utf8(output.unwrap().stderr).unwrap(), message);
    }
}

fn signal(name: &str, process: &str) {
    assert!(works("kill", &[&format!("-{name}"), process]));
}

/// Ends a run of three ranks in its midst, given its ranks, of which the last is held, and goes on with two.
fn ends_and_goes_on(end: impl Fn(&[String])) -> Output {
    let folder = folder();
    let train = [&TRAIN[..], &["--epochs", "16"]].concat();
    folder.stdout(&[&train[..], &["-o", "one.safetensors"]].concat());
    let saving = ["-o", "model.safetensors", "--checkpoint", "saved", "--checkpoint-every", "20ms"];
    let mut running = on_ranks(&folder, (3, Some(5)), &[&train[..], &saving].concat()).spawn().unwrap();
    let mpirun = running.id().to_string();
    let mut wait_for = |what: &str, is_there: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !is_there() {
            if start.elapsed() > LIMIT || running.try_wait().unwrap().is_some() {
                let _ = running.kill();
                panic!("{what} did not come");
            }
            thread::sleep(Duration::from_millis(5));
        }
    };
    let ranks = || {
        let ranks = Command::new("ps").args(["-o", "pid=", "--ppid", &mpirun]).output().unwrap();
        String::from_utf8(ranks.stdout).unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    wait_for("three ranks", &|| ranks().len() == 3);
    let ranks = ranks();
    let saved = |number: usize| folder.path(&format!("saved/checkpoint-{number:06}.safetensors")).exists();
    // The first is written before there is anything to lose.
    wait_for("a checkpoint", &|| (2..100).any(saved));
    // The others wait for it: so the run is not over before it is ended.
    signal("STOP", &ranks[2]);
    let start = Instant::now();
    end(&ranks);
    let output = end_of(running);
    assert!(start.elapsed() < Duration::from_secs(30) && !output.status.success(), "{output:?}");
    let again = run_on_ranks(&folder, 2, &["train", "--resume", "saved", "--json"]);
    assert!(again.status.success() && !folder.path("saved").exists(), "{again:?}");
    assert!(folder.read("model.safetensors") == folder.read("one.safetensors"), "{again:?}");
    output
}

#[test]
fn a_rank_that_is_killed_ends_all_and_the_run_goes_on_with_fewer() {
    if program().is_none() {
        return;
    }
    ends_and_goes_on(|ranks| signal("KILL", &ranks[2]));
}

#[test]
fn a_signal_to_one_rank_stops_all_with_a_checkpoint() {
    if program().is_none() {
        return;
    }
    let output = ends_and_goes_on(|ranks| {
        // As mpirun and srun do, but at moments that are known: mpirun waits between the two signals.
        signal("TERM", &ranks[1]);
        signal("CONT", &ranks[2]);
    });
    let said = said(&output);
    let is_stopped = |line: &str| line.ends_with("; resume with: motevec train --resume saved");
    assert!(said.len() == 1 && is_stopped(&said[0]), "{output:?}");
}

/// mpirun waits, tells all ranks, waits again, and kills. The first wait is for nothing.
#[test]
fn a_signal_to_mpirun_is_answered_at_once() {
    if program().is_none() {
        return;
    }
    let note = "note: stopping after the next exchange of all rows, ";
    let saves = format!("{note}to save a checkpoint; resume with: motevec train --resume saved");
    let writes = format!("{note}to write the vectors so far; a run with --checkpoint can be resumed");
    for (patience, checkpoint, answer) in [
        (None, &["--checkpoint", "saved"][..], &saves),
        (None, &[], &writes),
        (Some(8), &["--checkpoint", "saved"], &saves),
    ] {
        let folder = folder();
        // It does not end by itself.
        let options = ["--epochs", "100000", "-o", "model.safetensors", "--save-vocab", "vocab"];
        let train = [&TRAIN[..], &options, checkpoint].concat();
        let mut running = on_ranks(&folder, (2, patience), &train).spawn().unwrap();
        let start = Instant::now();
        // That is the last before training.
        while !folder.path("vocab").exists() {
            if start.elapsed() > LIMIT || running.try_wait().unwrap().is_some() {
                let _ = running.kill();
                panic!("training did not begin");
            }
            thread::sleep(Duration::from_millis(5));
        }
        signal("TERM", &running.id().to_string());
        let output = end_of(running);
        let said = said(&output);
        assert_eq!(said.first(), Some(answer), "{output:?}");
        if patience.is_some() {
            let is_stopped = |line: &String| line.starts_with("stopped: after ");
            assert!(said.len() == 2 && is_stopped(&said[1]), "{output:?}");
            assert!(folder.path("saved/checkpoint-000001.safetensors").exists(), "{output:?}");
        }
    }
}
