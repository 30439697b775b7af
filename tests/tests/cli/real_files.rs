//! Files as people publish them: every case of tests/real-files, and what needs more than a line.

use std::fs;
use std::process::Stdio;

use motevec_tests::{Folder, repository};

const TABLE: &str = include_str!("../../real-files/cases.tsv");

/// The files of the table: those of the repository, and those that are made of bytes.
fn folder() -> Folder {
    let folder = Folder::new();
    for entry in fs::read_dir(repository().join("tests/real-files")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    let text = folder.read("tabs.txt");
    for name in ["tabs.png", "tabs.html", "words.vocab", "list.svg"] {
        folder.write(name, &text);
    }
    folder.write("nan.txt", "3 2\ncat 0.1 0.2\ndog NaN 0.1\ncow 0.3 0.1\n");
    folder.write("words.vocab", "cat 0.1 0.2\ndog 0.3 0.1\n");
    folder.write("cc.en.2.ftz", folder.read("cc.en.2.bin"));
    let row = |word: &str| [word.as_bytes(), b" ", &[0.5_f32.to_le_bytes(); 2].concat(), b"\n"].concat();
    folder.write("short.bin", [&b"3 2\n"[..], &row("cat")].concat());
    folder.write("few.bin", [&b"1 2\n"[..], &row("cat"), &row("dog")].concat());
    let npy = |descr: &str, rows: usize, numbers: &[u8]| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({rows}, 2), }}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), numbers].concat()
    };
    let numbers = |count: usize| (0..count).flat_map(|n| (n as f32).to_le_bytes()).collect::<Vec<u8>>();
    folder.write("twice.npy", npy("<f4", 3, &numbers(6)));
    folder.write("twice.vocab", "cat\ncat\ndog\n");
    // 1 and 2, twice.
    folder.write("halves.npy", npy("<f2", 2, &[0x00, 0x3c, 0x00, 0x40].repeat(2)));
    folder.write("halves.vocab", "cat\ndog\n");
    let header = r#"{"embeddings.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    folder.write("foreign.safetensors", [&length[..], header.as_bytes(), &numbers(4)].concat());
    folder.write("foreign.vocab", "cat\ndog\n");
    folder.stdout(&["convert", "tabs.txt", "small.mote"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("tabs.txt", folder.path("link.txt")).unwrap();
    folder
}

#[test]
fn every_case_of_the_table_is_read_or_told_what_to_do() {
    let (mut problems, mut count) = (Vec::new(), 0);
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let folder = folder();
    let state = || folder.names().into_iter().map(|name| (folder.read(&name), name)).collect::<Vec<_>>();
    for line in lines {
        let [command, code, stdout, stderr] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        if command.contains("link") && !cfg!(unix) {
            continue;
        }
        count += 1;
        let before = state();
        let mut run = folder.motevec(&command.split(' ').collect::<Vec<_>>());
        let output = run.stdin(Stdio::null()).output().expect("it runs");
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
        let out_is_right = if stdout == "-" { out.is_empty() } else { out.contains(stdout) };
        let expected = if stderr == "-" { String::new() } else { stderr.replace("\\n", "\n") };
        let err_is_right = match expected.strip_suffix('…') {
            Some(start) => err.starts_with(start),
            None => err.trim_end() == expected,
        };
        if !out_is_right || !err_is_right || output.status.code() != code.parse().ok() {
            problems
                .push(format!("{command}\nwanted {code}: {stdout}\n{expected}\nfound {}: {out}\n{err}", output.status));
        }
        if code != "0" && state() != before {
            problems.push(format!("{command} changes files: {:?}", folder.names()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(count >= 60);
}

#[test]
fn a_model_comes_from_standard_input() {
    let folder = folder();
    for (file, options) in
        [("zero-padded.vec.gz", "--format fasttext"), ("bom.glove", "--format glove"), ("small.mote", "")]
    {
        let mut command = folder.motevec(&["neighbors", "-", "cat"]);
        command.args(options.split_whitespace()).stdin(fs::File::open(folder.path(file)).unwrap());
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stdout.starts_with(b"word"), "{file}: {output:?}");
    }
}

/// From vectors that somebody else has trained: words begin where these are, and move.
#[test]
fn training_goes_on_from_published_vectors() {
    let folder = folder();
    let text = "cat dog cow\ndog cow cat\n".repeat(40);
    folder.write("text.txt", text);
    folder.write("published.vec", "3 2\ncat 0.5 0.25\ndog -0.5 0.25\nhorse 0.125 1\n");
    let args = ["train", "text.txt", "--resume-from", "published.vec", "-o", "more.txt", "--min-count", "1"];
    let output = folder.run(&[&args[..], &["--subsample", "0"]].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    let note = "note: published.vec: it has no outside vectors and counts: training starts with zeros, and with each \
                word seen once\n";
    assert!(output.status.success() && told.contains(note), "{told}");
    let model = motevec::format::read(&folder.path("more.txt"), None).unwrap();
    assert_eq!((model.dim, model.vocabulary.len()), (2, 4), "horse stays, cow comes");
    assert_eq!(model.get("horse").unwrap(), [0.125, 1.0], "no text moves it");
    assert_ne!(model.get("cat").unwrap(), [0.5, 0.25]);
}
