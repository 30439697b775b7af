//! Full models: everything that training made is kept, and training continues from there with new text.

use motevec::{Vectors, format};
use motevec_tests::Folder;
use serde_json::Value;

fn read(folder: &Folder, name: &str) -> Vectors {
    format::read(&folder.path(name), None).unwrap()
}

/// A folder with two texts: `old.txt` about doors and taps, `new.txt` about taps and boats.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("old.txt", "door hall lamp\ntap sink drain\nhall lamp door hall\nsink tap\n".repeat(40));
    folder.write("new.txt", "boat sail oar\ntap sink boat\nsail oar keel once\n".repeat(20) + "rare rare\n");
    folder.stdout(&["train", "old.txt", "-o", "old.safetensors", "--dim", "10", "--subsample", "0", "--seed", "7"]);
    folder
}

const RESUME: [&str; 6] = ["train", "new.txt", "--resume-from", "old.safetensors", "--subsample", "0"];

#[test]
fn a_full_model_keeps_all_and_says_how_it_was_made() {
    let folder = folder();
    let model = read(&folder, "old.safetensors");
    assert_eq!(model.vocabulary.counts(), [120, 80, 80, 80, 80, 40]);
    let outside = model.outside.as_ref().unwrap();
    assert!(outside.len() == model.data.len() && outside.iter().any(|x| *x != 0.0));

    // The same bits as in the other formats, and the same file from any number of threads.
    let train = |name: &str, threads: &str| {
        let args = ["train", "old.txt", "-o", name, "--dim", "10", "--subsample", "0", "--seed", "7", "--threads"];
        folder.stdout(&[&args[..], &[threads]].concat());
    };
    train("old.mote", "1");
    let image = read(&folder, "old.mote");
    assert_eq!((&image.data, &image.outside), (&model.data, &model.outside));
    train("again.safetensors", "3");
    assert_eq!(folder.read("again.safetensors"), folder.read("old.safetensors"));

    folder.stdout(&["train", "old.txt", "-o", "q15.safetensors", "--arithmetic", "q15", "--dim", "10"]);
    assert!(folder.stdout(&["info", "q15.safetensors"]).contains(" --arithmetic q15 --seed 1\n"));
    let info = folder.stdout(&["info", "old.safetensors"]);
    for expected in [
        "format      safetensors\n",
        "vectors     center and outside\n",
        "trained     by motevec 0.1.0, on 480 words\n",
        "options     --tokens whitespace --max-sentence 10000 --min-count 5 --dim 10 --window 5 --negatives 5 \
         --subsample 0 --epochs 100 --lr 0.025 --schedule linear --update window --arithmetic ",
        " --seed 7\n",
    ] {
        assert!(info.contains(expected), "{expected}: {info}");
    }
    let json: Value = folder.json(&["info", "old.safetensors", "--json"]);
    assert_eq!(json["history"][0]["losses"].as_array().unwrap().len(), 100);

    // A copy of a copy is the same file; what it says makes it again.
    folder.stdout(&["convert", "old.safetensors", "copy", "--to", "safetensors"]);
    assert_eq!(folder.read("copy"), folder.read("old.safetensors"));
    let (_, options) = info.split_once("options     ").unwrap();
    let options: Vec<&str> = options.split_whitespace().collect();
    folder.stdout(&[&["train", "old.txt", "-o", "remade.safetensors"], &options[..]].concat());
    assert_eq!(folder.read("remade.safetensors"), folder.read("old.safetensors"));
}

#[test]
fn training_goes_on_with_new_text_and_new_words() {
    let folder = folder();
    let old = read(&folder, "old.safetensors");
    // A rate so small that no vector moves: known words stay where they were.
    folder.stdout(&[&RESUME[..], &["-o", "still.safetensors", "--lr", "1e-30"]].concat());
    let still = read(&folder, "still.safetensors");
    assert_eq!(still.dim, 10);
    let (still_outside, old_outside) = (still.outside.as_ref().unwrap(), old.outside.as_ref().unwrap());
    for (row, word) in old.vocabulary.words().enumerate() {
        let now = still.vocabulary.row(word).unwrap();
        assert_eq!(still.row(now), old.row(row), "{word}");
        assert_eq!(still_outside[now * 10..][..10], old_outside[row * 10..][..10], "{word}");
    }
    // New words start as in a new model; words too rare for that are left out, known ones never.
    let counts: Vec<_> = still.vocabulary.words().zip(still.vocabulary.counts().iter().copied()).collect();
    assert_eq!(
        counts,
        [
            ("hall", 120),
            ("sink", 100),
            ("tap", 100),
            ("door", 80),
            ("lamp", 80),
            ("boat", 40),
            ("drain", 40),
            ("oar", 40),
            ("sail", 40),
            ("keel", 20),
            ("once", 20)
        ]
    );
    let boat = still.get("boat").unwrap();
    assert!(boat.iter().all(|x| x.abs() <= 0.05) && boat.iter().any(|x| *x != 0.0), "{boat:?}");

    // The same on any number of threads, and moved.
    let resume = |name: &str, options: &[&str]| {
        folder.stdout(&[&RESUME[..], &["-o", name], options].concat());
        read(&folder, name)
    };
    let one = resume("one.safetensors", &["--threads", "1"]);
    resume("three.safetensors", &["--threads", "3"]);
    assert_eq!(folder.read("one.safetensors"), folder.read("three.safetensors"));
    assert_ne!(one.get("tap"), old.get("tap"));
    assert_eq!(one.get("door").unwrap().len(), 10);

    // The history goes on too, and the model can be written over itself.
    folder.stdout(&[
        "train",
        "new.txt",
        "--resume-from",
        "old.safetensors",
        "-o",
        "old.safetensors",
        "--min-count",
        "1",
    ]);
    let twice = read(&folder, "old.safetensors");
    assert_eq!(twice.history.len(), 2);
    assert_eq!(twice.history[1].options[0], ("resume-from".to_owned(), "old.safetensors".to_owned()));
    assert!(twice.vocabulary.row("rare").is_some());
    let info = folder.stdout(&["info", "old.safetensors"]);
    assert_eq!(info.matches("trained     by ").count(), 2, "{info}");
}

#[test]
fn a_limit_of_words_leaves_the_known_ones() {
    let folder = folder();
    let words = |most: &str| {
        folder.stdout(&[&RESUME[..], &["-o", "new.safetensors", "--max-vocab", most]].concat());
        read(&folder, "new.safetensors").vocabulary.len()
    };
    assert_eq!([words("1"), words("8"), words("100")], [6, 8, 11]);
}

/// A text long enough for rounds, of which every half is.
#[test]
fn rounds_go_on_too() {
    let folder = Folder::new();
    let mut state = 1_u64;
    let mut text = |topics: u64| {
        let mut text = String::new();
        for _ in 0..40_000 {
            let mut next = |below: u64| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % below
            };
            let topic = next(topics);
            for _ in 0..10 {
                text += &format!("t{topic}w{} ", next(8));
            }
            text.push('\n');
        }
        text
    };
    folder.write("one.txt", text(6));
    folder.write("two.txt", text(9));
    let options = ["--subsample", "0", "--epochs", "1"];
    folder.stdout(&[&["train", "one.txt", "-o", "one.safetensors", "--dim", "12"], &options[..]].concat());
    for threads in ["1", "2"] {
        let resume = |name: &str, rate: &str| {
            let name = format!("{name}{threads}.safetensors");
            let args = ["train", "two.txt", "--resume-from", "one.safetensors", "--threads", threads, "--lr", rate];
            folder.stdout(&[&args[..], &["-o", &name], &options].concat());
        };
        resume("two", "0.025");
        resume("still", "1e-30");
    }
    assert_eq!(folder.read("two1.safetensors"), folder.read("two2.safetensors"));
    assert_eq!(folder.read("still1.safetensors"), folder.read("still2.safetensors"));
    let [one, two, still] =
        ["one.safetensors", "two1.safetensors", "still1.safetensors"].map(|name| read(&folder, name));
    assert_eq!((one.vocabulary.len(), two.vocabulary.len()), (48, 72));
    for word in one.vocabulary.words() {
        assert_eq!(one.get(word), still.get(word));
        assert_ne!(one.get(word), two.get(word));
    }
    // New words find their topics.
    let nearest = motevec::query::neighbors(&two, &["t8w0"], 5).unwrap();
    assert!(nearest.iter().all(|neighbor| neighbor.word.starts_with("t8")), "{nearest:?}");
}

#[test]
fn what_cannot_go_on_is_told_in_a_line() {
    let folder = folder();
    folder.stdout(&["export", "old.safetensors", "--outside", "-o", "flash.mote"]);
    let cases = [
        ("--resume-from none.safetensors", 1, "none.safetensors: No such file or directory (os error 2)\n".to_owned()),
        (
            "--resume-from old.safetensors --dim 20",
            2,
            "--dim 20: old.safetensors has 10 dimensions; leave out --dim\n".to_owned(),
        ),
        (
            "--resume-from old.safetensors --read-vocab v.txt",
            2,
            "the argument '--resume-from <MODEL>' cannot be used with '--read-vocab".to_owned(),
        ),
    ];
    for (options, code, expected) in cases {
        let line = format!("train new.txt -o new.safetensors {options}");
        let (found, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        assert!(message.starts_with(&format!("error: {expected}")), "{line}\nwanted: {expected}\nfound: {message}");
        assert_eq!(found, code);
        assert!(!folder.names().contains(&"new.safetensors".to_owned()));
    }
    // Also from what a device has: its numbers rounded.
    folder.stdout(&["train", "new.txt", "--resume-from", "flash.mote", "-o", "back.mote", "--subsample", "0"]);
    assert_eq!(read(&folder, "back.mote").vocabulary.len(), 11);
}
