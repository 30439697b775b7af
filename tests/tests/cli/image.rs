//! Flash images through the program: exported, queried, converted, damaged; and how much int8 changes the neighbors.

use motevec::format;
use motevec::query;
use motevec_core::image::{Encoding, Image};
use motevec_core::simd::{Portable, Wide};
use motevec_tests::{Folder, addresses};

/// A folder with a small model of both matrices, in f32.
fn trained() -> Folder {
    let folder = Folder::new();
    let text = "door hall lamp\ntap sink drain\nhall lamp door hall\nsink tap\n".repeat(40);
    folder.write("events.txt", text);
    folder.stdout(&["train", "events.txt", "-o", "events.mote", "--dim", "10", "--subsample", "0"]);
    folder
}

#[test]
fn a_trained_image_holds_counts_and_both_matrices() {
    let folder = trained();
    let bytes = folder.read("events.mote");
    let image = Image::new(&bytes).unwrap();
    assert_eq!(image.header().encoding, Encoding::F32);
    let counts = ["door", "hall", "lamp", "tap", "sink", "drain"].map(|word| image.count(image.find(word)?));
    assert_eq!(counts, [80, 120, 80, 80, 80, 40].map(Some));

    // The bits of both are those of the other format, and of another run.
    folder.stdout(&["train", "events.txt", "-o", "events.bin", "--dim", "10", "--subsample", "0"]);
    let [image, binary] = ["events.mote", "events.bin"].map(|name| format::read(&folder.path(name), None).unwrap());
    assert_eq!((&image.data, binary.outside), (&binary.data, None));
    let outside = image.outside.unwrap();
    assert!(outside.len() == image.data.len() && outside != image.data && outside.iter().any(|x| *x != 0.0));

    let info = folder.json(&["info", "events.mote", "--json"]);
    assert_eq!((&info["format"], &info["numbers"], &info["outside"]), (&"mote".into(), &"f32".into(), &true.into()));
    assert_eq!((&info["words"], &info["dim"], &info["file_bytes"]), (&6.into(), &10.into(), &bytes.len().into()));
}

#[test]
fn every_query_reads_an_image() {
    let folder = Folder::new();
    folder.write("model.txt", "5 2\neast 2 0\nnorth 0 1\nwest -1 0\nsouth 0 -3\nNortheast 1 1\n");
    folder.write("pairs.tsv", "east\tnortheast\t7\neast\tnorth\t3\neast\twest\t1\neast\tup\t2\n");
    let summary = folder.stdout(&["export", "model.txt", "-o", "model.mote"]);
    assert_eq!(
        summary,
        "words       5 of 5\ndimensions  2\nnumbers     int8\nvectors     center\nwritten     model.mote, 107 B\n"
    );
    for args in [
        &["neighbors", "MODEL", "east", "-k", "2"][..],
        &["neighbors", "MODEL", "east", "north", "--json"],
        &["analogy", "MODEL", "west", "north", "east", "-k", "1"],
        &["eval", "MODEL", "--similarity", "pairs.tsv"],
    ] {
        let [text, image] = ["model.txt", "model.mote"].map(|model| {
            folder.stdout(&args.iter().map(|arg| if *arg == "MODEL" { model } else { arg }).collect::<Vec<_>>())
        });
        assert_eq!(text, image);
    }
    let info = folder.stdout(&["info", "model.mote"]);
    for line in ["format      mote", "words       5", "file size   107 B", "numbers     int8", "vectors     center"] {
        assert!(info.lines().any(|found| found == line), "{line}: {info}");
    }
    // Whatever it is called.
    folder.write("flash", folder.read("model.mote"));
    folder.write("flash.bin", folder.read("model.mote"));
    assert!(folder.stdout(&["info", "flash"]).starts_with("format      mote\n"));
    assert!(folder.stdout(&["info", "flash.bin", "--format", "mote"]).starts_with("format      mote\n"));
    let (_, message) = folder.failure(&["neighbors", "model.mote", "esat"]);
    assert_eq!(message, "error: the model does not know the word `esat`; did you mean `east`?\n");
}

#[test]
fn an_export_takes_what_it_is_asked_for() {
    let folder = trained();
    let full = format::read(&folder.path("events.mote"), None).unwrap();
    let export = |options: &[&str]| {
        let report = folder.json(&[&["export", "events.mote", "-o", "flash.mote", "--json"], options].concat());
        let bytes = folder.read("flash.mote");
        assert_eq!(report["file_bytes"], bytes.len());
        let image = Image::new(&bytes).unwrap().header();
        assert_eq!(report["numbers"], if image.encoding == Encoding::Int8 { "int8" } else { "f32" });
        assert_eq!((&report["words"], &report["outside"]), (&image.words.into(), &image.outside.into()));
        (image, format::read(&folder.path("flash.mote"), None).unwrap())
    };
    let (image, all) = export(&[]);
    assert_eq!((image.encoding, image.outside, image.words), (Encoding::Int8, false, 6));
    assert_eq!(all.vocabulary.counts(), full.vocabulary.counts());

    let (image, top) = export(&["--top", "2", "--quantize", "f32", "--outside"]);
    assert_eq!((image.encoding, image.outside, image.words), (Encoding::F32, true, 2));
    assert_eq!((&top.data[..], &top.outside.unwrap()[..]), (&full.data[..20], &full.outside.as_ref().unwrap()[..20]));
    assert_eq!(top.vocabulary.words().collect::<Vec<_>>(), full.vocabulary.words().take(2).collect::<Vec<_>>());

    let (image, _) = export(&["--top", "1000000", "--outside"]);
    assert_eq!((image.encoding, image.outside, image.words), (Encoding::Int8, true, 6));

    // Straight to a pipe; the report goes where it does not disturb.
    let output = folder.run(&["export", "events.mote", "-o", "/dev/stdout", "--outside"]);
    assert_eq!(output.stdout, folder.read("flash.mote"));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("words       6 of 6\n"));
}

#[test]
fn conversion_keeps_every_bit() {
    let folder = trained();
    let chain =
        [("events.mote", "a.bin"), ("a.bin", "b.txt"), ("b.txt", "c.mote"), ("c.mote", "d.vec"), ("d.vec", "e.bin")];
    for (from, to) in chain {
        let report = folder.json(&["convert", from, to, "--json"]);
        assert_eq!((&report["input"], &report["output"], &report["words"]), (&from.into(), &to.into(), &6.into()));
    }
    assert_eq!(folder.read("a.bin"), folder.read("e.bin"));
    let [first, last] = ["events.mote", "e.bin"].map(|name| format::read(&folder.path(name), None).unwrap());
    assert_eq!(first.data, last.data);
    assert!(first.vocabulary.words().eq(last.vocabulary.words()));

    // An image keeps all that it holds.
    folder.stdout(&["convert", "events.mote", "copy", "--to", "mote"]);
    folder.stdout(&["convert", "copy", "again", "--from", "mote", "--to", "mote"]);
    assert_eq!(folder.read("again"), folder.read("events.mote"));
    assert_eq!(
        folder.stdout(&["convert", "events.mote", "a.vec"]),
        format!(
            "read     events.mote, mote: 6 words × 10 dimensions\nwritten  a.vec, fasttext: {} B\n",
            folder.read("a.vec").len()
        )
    );
    let output = folder.run(&["convert", "a.bin", "/dev/stdout", "--to", "word2vec-text"]);
    assert_eq!(output.stdout, folder.read("b.txt"));
}

#[test]
fn bad_images_are_told_in_a_line() {
    let folder = trained();
    let image = folder.read("events.mote");
    let damaged = |name: &str, at: usize, byte: u8| {
        let mut image = image.clone();
        image[at] = byte;
        folder.write(name, image);
    };
    folder.write("cut.mote", &image[..image.len() / 2]);
    folder.write("empty.mote", "");
    folder.write("long.mote", [&image[..], b"\r\n"].concat());
    folder.write("words.txt", "1 1\nword 1\n");
    folder.write("text.mote", "word one\n");
    folder.write("vast.mote", b"mote\x01\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    folder.write("none.mote", {
        // No words: what a device saves that has learned nothing.
        let empty = b"mote\x01\x00\x01\x00\0\0\0\0\0\0\0\0";
        let mut checksum = flate2::Crc::new();
        checksum.update(empty);
        [&empty[..], &checksum.sum().to_le_bytes()].concat()
    });
    damaged("version.mote", 4, 3);
    damaged("flags.mote", 5, 0x40);
    damaged("bit.mote", image.len() - 9, image[image.len() - 9] ^ 1);
    folder.write("old.mote", "an image of an earlier run");
    let before = folder.names();
    let half = format!("the image is cut short: it has {} of {} bytes\n", image.len() / 2, image.len());
    let cases = [
        ("info cut.mote", 1, format!("cut.mote: {half}")),
        ("neighbors cut.mote door", 1, format!("cut.mote: {half}")),
        ("convert cut.mote old.mote", 1, format!("cut.mote: {half}")),
        ("export cut.mote -o old.mote", 1, format!("cut.mote: {half}")),
        ("info empty.mote", 1, "empty.mote: this is not an image: it does not begin with `mote`\n".to_owned()),
        ("info text.mote", 1, "text.mote: this is not an image: it does not begin with `mote`".to_owned()),
        ("info long.mote", 1, format!("long.mote: the image ends after {} bytes, but more follows\n", image.len())),
        ("info vast.mote", 1, "vast.mote: the image is cut short: it has 16 of ".to_owned()),
        ("info none.mote", 1, "none.mote: the image holds no words\n".to_owned()),
        (
            "info version.mote",
            1,
            "version.mote: this is an image of version 3; only version 1 can be read\n".to_owned(),
        ),
        ("info flags.mote", 1, "flags.mote: an image of version 1 cannot have the flags 0x40\n".to_owned()),
        (
            "info bit.mote",
            1,
            "bit.mote: the checksum is wrong: the image was damaged, or not written to its end\n".to_owned(),
        ),
        ("export events.mote", 2, "the following required arguments were not provided:\n  --output".to_owned()),
        ("export events.mote -o old.mote --top 0", 2, "invalid value '0' for '--top <N>': 0 is not in 1..".to_owned()),
        (
            "export events.mote -o old.mote --quantize int4",
            2,
            "invalid value 'int4' for '--quantize <HOW>'\n  [possible values: int8, f32]".to_owned(),
        ),
        (
            "export events.mote -o old.bin",
            2,
            "old.bin: this is the name of another format; the name of an image must end in .mote\n".to_owned(),
        ),
        (
            "export words.txt -o old.mote --outside",
            1,
            "words.txt: it has no outside vectors: leave out --outside".to_owned(),
        ),
        (
            "export words.txt -o nowhere/old.mote",
            1,
            "no folder `nowhere`: create it, or name another file\n".to_owned(),
        ),
        (
            "convert events.mote old.pickle",
            2,
            "old.pickle: its name does not tell the format: use a known ending, or --to with one of".to_owned(),
        ),
        ("convert events.txt old.mote --from mote", 1, "events.txt: this is not an image".to_owned()),
        (
            "train events.txt -o old.mote --dim 65536",
            2,
            "--dim 65536: the format of old.mote holds at most 65535 dimensions\n".to_owned(),
        ),
    ];
    for (line, code, expected) in cases {
        let (found, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        assert!(message.starts_with(&format!("error: {expected}")), "{line}\nwanted: {expected}\nfound: {message}");
        assert_eq!(found, code, "{line}: {message}");
        assert_eq!(folder.names(), before, "{line}");
        assert_eq!(folder.read("old.mote"), b"an image of an earlier run", "{line}");
    }
}

/// How many of the `K` nearest words of each word an image of int8 has in common with the model in f32.
#[test]
fn int8_leaves_the_neighbors_as_they_are() {
    const K: usize = 10;
    let folder = Folder::new();
    let train = ["train", addresses(), "-o", "model.mote", "--tokens", "words", "--lowercase", "--min-count", "20"];
    folder.stdout(&[&train[..], &["--dim", "64", "--epochs", "3", "--lr", "0.05"]].concat());
    folder.stdout(&["export", "model.mote", "-o", "int8.mote"]);
    let bytes = folder.read("int8.mote");
    let image = Image::new(&bytes).unwrap();
    assert_eq!((image.header().encoding, image.center().dim()), (Encoding::Int8, 64));

    let model = format::read(&folder.path("model.mote"), None).unwrap();
    let (mut common, mut all, mut vector) = (0, 0, [0.0; 64]);
    for (row, word) in (0..).zip(model.vocabulary.words()).step_by(5) {
        let expected = query::neighbors(&model, &[word], K).unwrap();
        // As a device asks: in place, with a vector of the image.
        assert_eq!(image.find(word), Some(row));
        image.center().row(row).unwrap().read(&mut vector);
        let lanes = Wide::<Portable>::new();
        let found = motevec_core::query::nearest::<_, _, K>(lanes, &image.center(), &vector, &[row]);
        common += expected.iter().filter(|one| found.iter().any(|other| other.row as usize == one.row)).count();
        all += expected.len();
    }
    let overlap = common as f64 / all as f64;
    println!("top-{K} overlap of int8 with f32: {overlap:.4} over {} words", all / K);
    assert_eq!(all, K * model.vocabulary.len().div_ceil(5));
    assert!(overlap >= 0.95, "{overlap}");

    // What the program answers is what the device answers.
    let program = folder.json(&["neighbors", "int8.mote", "freedom", "--json"]);
    let row = image.find("freedom").unwrap();
    image.center().row(row).unwrap().read(&mut vector);
    let device = motevec_core::query::nearest::<_, _, K>(Wide::<Portable>::new(), &image.center(), &vector, &[row]);
    let program: Vec<_> = program["neighbors"].as_array().unwrap().iter().map(|found| found["row"].as_u64()).collect();
    assert_eq!(program, device.iter().map(|found| Some(u64::from(found.row))).collect::<Vec<_>>());
}
