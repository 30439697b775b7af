//! The options of word2vec.c: the same model as by `train`, and refusals of what motevec lacks.

use motevec_tests::{Folder, without_advice};

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("text.txt", "the cat sat on the mat with the dog\n".repeat(50));
    folder
}

const OLD: [&str; 20] = [
    "-train",
    "text.txt",
    "-output",
    "old",
    "-size",
    "12",
    "-window",
    "4",
    "-negative",
    "7",
    "-sample",
    "1e-2",
    "-threads",
    "2",
    "-iter",
    "3",
    "-cbow",
    "0",
    "-hs",
    "0",
];

#[test]
fn old_options_make_the_model_that_new_ones_make() {
    let folder = folder();
    let old =
        ["word2vec"].into_iter().chain(OLD).chain(["-binary", "1", "-alpha", "0.05", "-min-count", "2", "-debug", "2"]);
    let report = folder.stdout(&old.chain(["-save-vocab", "vocab"]).collect::<Vec<_>>());
    assert!(report.contains("written     old, "), "{report}");
    let new = "train text.txt -o new.bin --dim 12 --window 4 --negatives 7 --subsample 1e-2 --epochs 3 --lr 0.05 \
               --min-count 2 --max-sentence 1000";
    folder.stdout(&new.split_whitespace().collect::<Vec<_>>());
    assert_eq!(folder.read("old"), folder.read("new.bin"));
    assert!(folder.read("vocab").starts_with(b"the 150\n"));

    // Text, by default; from a vocabulary; with the defaults of word2vec.c.
    let args = ["word2vec", "-train", "text.txt", "-output", "old.any", "-cbow", "0", "-read-vocab", "vocab"];
    folder.stdout(&args);
    let new = "train text.txt -o new.txt --subsample 1e-3 --read-vocab vocab --max-sentence 1000 --epochs 5";
    folder.stdout(&new.split_whitespace().collect::<Vec<_>>());
    assert_eq!(folder.read("old.any"), folder.read("new.txt"));
}

#[cfg(unix)]
#[test]
fn a_link_called_word2vec_takes_the_old_options() {
    let folder = folder();
    let program = folder.motevec::<&str>(&[]);
    std::os::unix::fs::symlink(program.get_program(), folder.path("word2vec")).unwrap();
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(folder.path("word2vec"));
        command.current_dir(folder.path(".")).args(args).output().unwrap()
    };
    let output = run(&OLD);
    assert!(output.status.success() && without_advice(&output.stderr).is_empty(), "{output:?}");
    assert!(folder.read("old").starts_with(b"7 12\nthe "));
    // Without arguments it says what it takes, as word2vec does.
    for args in [&[][..], &["--help"], &["-help"]] {
        let output = run(args);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("-min-count N") && help.contains("Examples:"), "{help}");
    }
}

#[test]
fn what_we_lack_is_refused_by_name() {
    let folder = folder();
    let before = folder.names();
    let cases = [
        ("-cbow maybe", "-cbow maybe: expected a whole number"),
        ("-hs 1", "-hs 1: motevec descends one loss at a time; add -negative 0, or use -hs 0"),
        ("-negative 0", "-negative 0: nothing would be learned; add -hs 1"),
        ("-classes 50", "-classes 50: train first, then run motevec clusters MODEL -k 50 -o FILE"),
        ("-size", "-size: its value is missing"),
        ("-size 0", "-size 0: expected at least 1"),
        ("-size 99999999999", "invalid value '99999999999' for '-size <N>'"),
        ("-negative 99999999999", "invalid value '99999999999' for '-negative <N>'"),
        ("-alpha nan", "-alpha nan: expected a positive number (0.025 is usual)"),
        ("-window 3 -window 4", "-window: given twice"),
        ("-dim 5", "-dim: word2vec has no such option; see motevec word2vec --help"),
        ("-iter 2.5", "-iter 2.5: expected a whole number"),
        ("-read-vocab none", "none: No such file or directory (os error 2)"),
    ];
    for (options, expected) in cases {
        let cbow = if options.starts_with("-cbow") { "" } else { "-cbow 0 " };
        let line = format!("word2vec -train text.txt -output old {cbow}{options}");
        let (code, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        assert!(message.starts_with(&format!("error: {expected}")), "{line}\nwanted: {expected}\nfound: {message}");
        assert_eq!((code, message.lines().count()), (if options.contains("none") { 1 } else { 2 }, 1), "{message}");
        assert_eq!(folder.names(), before);
    }
    // A name that promises another format; nothing more where nothing is to be said.
    let args = ["word2vec", "-train", "text.txt", "-output", "old.bin", "-cbow", "0", "-debug", "0"];
    let output = folder.run(&args);
    let note = "note: old.bin is of format word2vec-text, as word2vec writes without `-binary 1`, but its name says \
                word2vec-bin: add `-binary 1`, or read it with --format word2vec-text\n";
    assert!(
        output.status.success() && output.stdout.is_empty() && without_advice(&output.stderr) == note,
        "{output:?}"
    );
    // It is read all the same.
    assert!(folder.run(&["info", "old.bin"]).stdout.starts_with(b"format      word2vec-text\n"));
}

/// The models of word2vec.c, and what `train` calls them. CBOW is what it trains unasked.
#[test]
fn all_of_its_models_are_trained() {
    let folder = folder();
    let cbow = ["--architecture", "cbow", "--cbow-gradient", "word2vec", "--lr"];
    let tree = ["--loss", "hierarchical-softmax"];
    let cases: [(&str, &[&str]); 5] = [
        ("", &[&cbow[..], &["0.05"]].concat()),
        ("-cbow 1 -alpha 0.1", &[&cbow[..], &["0.1"]].concat()),
        ("-cbow 1 -hs 1 -negative 0", &[&cbow[..], &["0.05"], &tree].concat()),
        ("-cbow 0 -hs 1 -negative 0", &tree),
        ("-cbow 0 -negative 3", &["--negatives", "3"]),
    ];
    let mut models = Vec::new();
    for (old, new) in cases {
        let line = format!("word2vec -train text.txt -output old {old}");
        folder.stdout(&line.split_whitespace().collect::<Vec<_>>());
        let train = "train text.txt -o new.txt --max-sentence 1000 --subsample 1e-3 --epochs 5";
        let train: Vec<&str> = train.split(' ').collect();
        folder.stdout(&[&train[..], new].concat());
        let model = folder.read("old");
        assert!(model == folder.read("new.txt"), "{old}");
        assert!(!models.contains(&model), "{old} makes a difference");
        models.push(model);
    }
}
