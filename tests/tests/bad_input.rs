//! What cannot work: every case is told in a line or two, with the exit code that says whose fault it is, and leaves the
//! files that were there as they were.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use motevec_tests::{Folder, skip, works};

/// What an earlier run left at the place of the output.
const EARLIER: &str = "vectors of an earlier run";

/// A folder with the files that the cases name.
fn folder() -> Folder {
    let folder = Folder::new();
    let text = "the cat sat on the mat with the dog\n".repeat(50);
    folder.write("text.txt", &text);
    folder.write("model.bin", EARLIER);
    folder.write("empty.txt", "");
    folder.write("blank.txt", "\n \n\t\n");
    folder.write("single.txt", "word\n".repeat(20));
    folder.write("latin1.txt", [text.as_bytes(), b"caf\xe9 au lait\n"].concat());
    folder.write("utf16.txt", "\u{feff}a line".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    folder.write("word.txt", "x".repeat(1 << 20));
    folder.write("vocab.txt", "the 4\ncat\n");
    for (name, mut data) in compressed(text.as_bytes()) {
        folder.write(&format!("short.{name}"), &data[..data.len() - 9]);
        let middle = data.len() / 2;
        data[middle] ^= 0x55;
        data[middle + 1] ^= 0x55;
        folder.write(&format!("damaged.{name}"), data);
    }
    folder.write("vectors.txt", "2 2\neast 1 0\nwest -1 0\n");
    folder.write("short.bin", b"2 2\neast \0\0\x80\x3f\0\0\0\0\nwest \0\0");
    folder.write("short.txt", "3 2\neast 1 0\nwest -1 0\n");
    folder.write("greedy.bin", b"4000000000 2\neast \0\0\x80\x3f\0\0\0\0\n");
    folder.write("wide.bin", b"1 4000000000\neast \0\0\x80\x3f\0\0\0\0\n");
    folder.write("greedy.txt", "4000000000 300\neast 1 0\n");
    folder.write("nan.txt", "1 2\neast nan 0\n");
    folder
}

fn compressed(text: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    // Text that does not compress well: damage then meets data, not structure.
    let noise = (0..4_000_u32).map(|i| b'a' + (i.wrapping_mul(2_654_435_761) >> 27) as u8 % 26);
    let text = [text, &noise.collect::<Vec<_>>()].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&text).unwrap();
    let mut zstd = zstd::Encoder::new(Vec::new(), 1).unwrap();
    zstd.include_checksum(true).unwrap();
    zstd.write_all(&text).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&text).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    xz.write_all(&text).unwrap();
    [
        ("gz", gzip.finish().unwrap()),
        ("zst", zstd.finish().unwrap()),
        ("xz", xz.finish().unwrap()),
        ("bz2", bzip2.finish().unwrap()),
    ]
}

/// Runs each command line and expects the exit code, and a message that begins with `error: ` and the given text.
fn expect(code: i32, cases: &[(&str, &str)]) {
    let folder = folder();
    let before = folder.names();
    for (line, expected) in cases {
        let args: Vec<_> = line.split(' ').collect();
        let (found, message) = folder.failure(&args);
        assert!(message.starts_with(&format!("error: {expected}")), "{line}\nwanted: {expected}\nfound: {message}");
        assert_eq!(found, code, "{line}: {message}");
        for panic in ["panicked", "backtrace", "RUST_"] {
            assert!(!message.contains(panic), "{line}: {message}");
        }
        assert_eq!(folder.read("model.bin"), EARLIER.as_bytes(), "{line}");
        assert_eq!(folder.names(), before, "{line}");
    }
}

#[test]
fn texts_that_cannot_be_learned_from() {
    expect(
        1,
        &[
            ("train missing.txt -o model.bin", "missing.txt: No such file or directory"),
            ("train text.txt missing.txt -o model.bin", "missing.txt: No such file or directory"),
            ("train . -o model.bin", ".: is a directory; name the files, e.g. ./*\n"),
            ("train empty.txt -o model.bin", "empty.txt: there is no word in it\n"),
            ("train blank.txt -o model.bin", "blank.txt: there is no word in it\n"),
            ("train empty.txt blank.txt -o model.bin", "there is no word in any of the 2 files\n"),
            ("train single.txt -o model.bin", "there is nothing to learn: no line holds two words of the vocabulary;"),
            (
                "train text.txt -o model.bin --min-count 1000",
                "no word occurs 1000 times, the most frequent one 150: lower --min-count\n",
            ),
            (
                "train latin1.txt -o model.bin",
                "latin1.txt:51: invalid UTF-8; convert the file to UTF-8, or use --invalid-utf8",
            ),
            ("train utf16.txt -o model.bin", "utf16.txt:1: this looks like UTF-16"),
            ("train word.txt -o model.bin", "word.txt:1: a word of 1048576 bytes or more (at most 65536 are allowed)"),
            ("train short.gz -o model.bin", "short.gz: the compressed data ends early: "),
            ("train short.zst -o model.bin", "short.zst: the compressed data ends early: "),
            ("train short.xz -o model.bin", "short.xz: the compressed data ends early: "),
            ("train short.bz2 -o model.bin", "short.bz2: the compressed data ends early: "),
            ("train damaged.gz -o model.bin", "damaged.gz: the compressed data is damaged: "),
            ("train damaged.zst -o model.bin", "damaged.zst: the compressed data is damaged: "),
            ("train damaged.xz -o model.bin", "damaged.xz: the compressed data is damaged: "),
            ("train damaged.bz2 -o model.bin", "damaged.bz2: the compressed data is damaged: "),
            (
                "train text.txt -o model.bin --read-vocab vocab.txt",
                "vocab.txt:2: expected a word, a space and its count\n",
            ),
            ("train text.txt -o model.bin --read-vocab missing.txt", "missing.txt: No such file or directory"),
        ],
    );
}

#[test]
fn settings_out_of_range() {
    let value = |value: &str, option: &str, range: &str| {
        (
            format!("train text.txt -o model.bin {option} {value}"),
            format!("invalid value '{value}' for '{option} <{range}"),
        )
    };
    let cases = [
        value("0", "--dim", "N>': 0 is not in 1.."),
        value("-5", "--dim", "N>': -5 is not in 1.."),
        value("ten", "--dim", "N>': invalid digit"),
        value("99999999999", "--dim", "N>': 99999999999 is not in 1.."),
        value("0", "--window", "WORDS>': 0 is not in 1..=10000"),
        value("4000000000", "--window", "WORDS>': 4000000000 is not in 1..=10000"),
        value("0", "--epochs", "N>': 0 is not in 1..=1000000"),
        value("4000000000", "--epochs", "N>': 4000000000 is not in 1..=1000000"),
        value("0", "--negatives", "N>': 0 is not in 1..=63"),
        value("64", "--negatives", "N>': 64 is not in 1..=63"),
        value("0", "--threads", "N>': 0 is not in 1.."),
        value("lots", "--token-memory", "SIZE>': expected a size such as 500M, 4GiB or 0"),
        value("-1", "--token-memory", "SIZE>': expected a size"),
        value("0", "--max-sentence", "WORDS>': 0 is not in 1.."),
        value("0", "--max-vocab", "WORDS>': 0 is not in 1.."),
        value("-1", "--min-count", "COUNT>': invalid digit"),
        value("-1", "--seed", "N>': invalid digit"),
        value("fast", "--lr", "RATE>': invalid float"),
        value("cosine", "--schedule", "HOW>': expected linear, constant or halve-every=WORDS"),
        value("halve-every=0", "--schedule", "HOW>': `0` is no number of words"),
        value("neon", "--simd", "SET>'\n  [possible values: auto, avx512, avx2, wide, scalar]"),
        value("exact", "--arithmetic", "HOW>'\n  [possible values: fused, portable]"),
        value("triple", "--update", "HOW>'\n  [possible values: window, pair]"),
        value("letters", "--tokens", "HOW>'\n  [possible values: whitespace, words]"),
        value("guess", "--invalid-utf8", "HOW>'\n  [possible values: fail, replace, skip]"),
        value("pickle", "--format", "NAME>'\n  [possible values: word2vec-bin, word2vec-text"),
    ];
    let rates = ["0", "-0.1", "NaN", "inf", "1e39"].map(|rate| {
        let shown = if rate == "1e39" { "inf" } else { rate };
        (
            format!("train text.txt -o model.bin --lr {rate}"),
            format!("--lr {shown}: the learning rate must be a positive number (0.025 is usual)\n"),
        )
    });
    let shares = ["-1", "NaN", "inf"].map(|share| {
        (
            format!("train text.txt -o model.bin --subsample {share}"),
            format!("--subsample {share}: give 0 (keep every word) or a small share such as 1e-4\n"),
        )
    });
    let cases: Vec<_> = cases.iter().chain(&rates).chain(&shares).map(|(line, text)| (&line[..], &text[..])).collect();
    expect(2, &cases);
}

#[test]
fn command_lines_that_make_no_sense() {
    expect(
        2,
        &[
            ("train text.txt", "the following required arguments were not provided:\n  --output <MODEL>"),
            ("train -o model.bin", "the following required arguments were not provided:\n  <CORPUS>..."),
            (
                "train text.txt -o model.bin --dims 100",
                "unexpected argument '--dims' found\n\n  tip: a similar argument exists: '--dim'",
            ),
            (
                "train text.txt -o model.pickle",
                "model.pickle: its name tells no format: use a known ending, or --format",
            ),
            ("train text.txt -o text.txt", "text.txt: this file is also read; write to another one\n"),
            ("train model.bin -o ./model.bin", "./model.bin: this file is also read; write to another one\n"),
            ("train text.txt -o model.bin --save-vocab text.txt", "text.txt: this file is also read;"),
            ("train text.txt -o model.bin --save-vocab model.bin", "model.bin: this file is also written;"),
            (
                "train text.txt -o model.bin --read-vocab vocab.txt --save-vocab vocab.txt",
                "vocab.txt: this file is also read;",
            ),
            ("train - - -o model.bin", "standard input"),
            ("trian text.txt", "unrecognized subcommand 'trian'\n\n  tip: a similar subcommand exists: 'train'"),
            ("demo -o demo", "demo: its name tells no format: use a known ending"),
        ],
    );
}

#[test]
fn outputs_that_cannot_be_written() {
    let places = [
        ("nowhere/model.bin", "no folder `nowhere`: create it, or name another file\n"),
        ("text.txt/model.bin", "no folder `text.txt`: create it, or name another file\n"),
    ];
    let train = |(place, message)| {
        [
            (format!("train text.txt -o {place}"), message),
            (format!("train text.txt -o model.bin --save-vocab {place}"), message),
        ]
    };
    let mut cases: Vec<_> = places.into_iter().flat_map(train).collect();
    cases.push(("demo -o nowhere/demo.bin".to_owned(), places[0].1));
    if cfg!(target_os = "linux") {
        // Folders in which not even root can make a file.
        cases.extend(train(("/proc/model.bin", "/proc/model.bin: ")));
        cases.extend(train((
            "/sys/kernel/model.bin",
            "cannot write in folder `/sys/kernel`, it is read-only to you: change that",
        )));
    }
    let cases: Vec<_> = cases.iter().map(|(line, message)| (&line[..], *message)).collect();
    expect(1, &cases);
    expect(1, &[("train text.txt -o . --format word2vec-bin", ".: is a folder: name a file in it\n")]);
}

#[test]
fn models_that_cannot_be_had() {
    let too_big = "a model of 7 words × 4,000,000,000 dimensions needs ";
    expect(
        1,
        &[
            ("train text.txt -o model.bin --dim 4000000000", too_big),
            (
                "train text.txt -o model.bin --lr 1e30",
                "training diverged: the vectors are no longer numbers; lower --lr, which is 1",
            ),
            ("train text.txt -o model.bin --lr 1e30 --save-vocab /dev/null", "training diverged"),
        ],
    );
    let (_, message) = folder().failure(&["train", "text.txt", "-o", "model.bin", "--dim", "4000000000"]);
    let advice = ": lower --dim, or keep fewer words with a higher --min-count or with --max-vocab\n";
    assert!(message.ends_with(advice) && message.contains("iB are available"), "{message}");
}

#[test]
fn models_that_cannot_be_read() {
    expect(
        1,
        &[
            ("neighbors short.bin east", "short.bin: "),
            ("neighbors short.txt east", "short.txt"),
            ("neighbors greedy.bin east", "greedy.bin"),
            ("neighbors wide.bin east", "wide.bin"),
            ("neighbors greedy.txt east", "greedy.txt"),
            ("neighbors nan.txt east", "nan.txt:2: "),
            ("neighbors empty.txt east", "empty.txt"),
            ("neighbors vectors.txt esat", "the model does not know the word `esat`; did you mean `east`?\n"),
            ("analogy vectors.txt east west nowhere", "the model does not know the word `nowhere`"),
        ],
    );
}

/// Runs the program with at most `kibibytes` of address space.
fn limited(folder: &Folder, kibibytes: u32, args: &[&str]) -> (i32, String) {
    let program = folder.motevec::<&str>(&[]).get_program().to_owned();
    let script = format!("ulimit -v {kibibytes} && exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(program).args(args).current_dir(folder.path("."));
    let output = command.output().unwrap();
    (output.status.code().expect("it ends by itself"), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn little_memory_is_no_reason_to_crash() {
    if !works("sh", &["-c", "ulimit -v 4000000"]) {
        return skip("a shell with ulimit -v", "apt install dash");
    }
    let folder = folder();
    for model in ["greedy.bin", "wide.bin", "greedy.txt"] {
        let (code, message) = limited(&folder, 300_000, &["info", model]);
        assert!(code == 1 && message.starts_with(&format!("error: {model}")), "a header is no promise: {message}");
    }
    // Little enough that only the limit stands in the way.
    let args = ["train", "text.txt", "-o", "model.bin", "--dim", "10000000", "--threads", "1"];
    let (code, message) = limited(&folder, 600_000, &args);
    let start = "error: a model of 7 words × 10,000,000 dimensions needs ";
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
