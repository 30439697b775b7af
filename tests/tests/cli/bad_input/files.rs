//! The files that the cases name: those of tests/bad-input/files, and what is made of good ones, as
//! tests/bad-input/README.md tells.

use std::fs;

use motevec_tests::{Folder, compressed, repository};

/// What an earlier run left at the place of the output.
pub(crate) const EARLIER: &str = "vectors of an earlier run";

/// The endings of all formats of models.
pub(crate) const ENDINGS: [&str; 10] =
    ["bin", "txt", "vec", FASTTEXT, "glove", "npy", "safetensors", "fifu", "tsv", "mote"];

/// The ending of fastText's models, which is word2vec's too: here they have one that tells them apart.
const FASTTEXT: &str = "fasttext.bin";

/// What can be wrong with a model.
pub(crate) const DAMAGE: [&str; 8] = ["cut", "half", "empty", "wrong", "counts", "nan", "twice", "spaces"];

/// A folder with all files of the cases except models.
pub(crate) fn folder() -> Folder {
    let folder = Folder::new();
    for (name, content) in kept() {
        folder.write(&name, content);
    }
    folder.write("model.bin", EARLIER);
    folder.write("word.txt", "x".repeat(1 << 20));
    // Text that does not compress well: damage then meets data, not structure.
    let noise = (0..4_000_u32).map(|i| b'a' + (i.wrapping_mul(2_654_435_761) >> 27) as u8 % 26);
    let text = [folder.read("text.txt"), noise.collect()].concat();
    for (name, mut data) in compressed(&text) {
        folder.write(&format!("short.{name}"), &data[..data.len() - 9]);
        let middle = data.len() / 2;
        data[middle] ^= 0x55;
        data[middle + 1] ^= 0x55;
        folder.write(&format!("damaged.{name}"), data);
    }
    folder
}

/// The files in the repository, by name.
pub(crate) fn kept() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(repository().join("tests/bad-input/files")).expect("the files of the cases");
    let entries = files.map(|file| file.expect("an entry"));
    entries
        .map(|file| (file.file_name().into_string().expect("a name"), fs::read(file.path()).expect("a file")))
        .collect()
}

/// Adds a good model in each format, `a.*`, and its damaged versions.
pub(crate) fn write_models(folder: &Folder) {
    folder.write("a.txt", "2 2\nstate 0.5 -1.25\nunion 3 1\n");
    for ending in ENDINGS {
        if ending != "txt" {
            let format: &[&str] = if ending == FASTTEXT { &["--to", "fasttext-bin"] } else { &[] };
            folder.stdout(&[&["convert", "a.txt", &format!("a.{ending}")], format].concat());
        }
        // The second file of formats that have their words in one.
        let words = match ending {
            "npy" => Some("a.vocab"),
            "tsv" => Some("a.metadata.tsv"),
            _ => None,
        };
        for damage in DAMAGE {
            let mut model = Model {
                ending,
                content: folder.read(&format!("a.{ending}")),
                words: words.map_or(Vec::new(), |words| folder.read(words)),
            };
            model.damage(damage);
            folder.write(&format!("{damage}-a.{ending}"), model.content);
            if let Some(words) = words {
                folder.write(&format!("{damage}-{words}"), model.words);
            }
        }
    }
    for name in ["a.bin.gz", "a.txt.zst"] {
        folder.stdout(&["convert", "a.txt", name]);
        let content = folder.read(name);
        folder.write(&format!("cut-{name}"), &content[..content.len() - 3]);
    }
}

struct Model {
    ending: &'static str,
    content: Vec<u8>,
    words: Vec<u8>,
}

impl Model {
    fn damage(&mut self, damage: &str) {
        let length = self.content.len();
        match (damage, self.ending) {
            ("cut", _) => self.content.truncate(length - 3),
            ("half", _) => self.content.truncate(length / 2),
            ("empty", _) => self.content.clear(),
            ("wrong", _) => self.content = "\u{fffd} this is something else\n".into(),
            ("counts", "npy" | "tsv") => self.words.extend(b"more\n"),
            // Words and labels, words, labels, and words of the text, 8 bytes.
            ("counts", FASTTEXT) => {
                self.replace(&[2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2], &[3, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2]);
            }
            ("counts", "glove") => self.replace(b" -1.25", b""),
            ("counts", "safetensors") => self.replace(b"[2,2]", b"[4,1]"),
            // Rows, 8 bytes, and dimensions.
            ("counts", "fifu") => {
                self.replace(&[2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0], &[3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
            }
            // Dimensions, 2 bytes, and words.
            ("counts", "mote") => self.replace(&[2, 0, 2, 0, 0, 0], &[2, 0, 3, 0, 0, 0]),
            ("counts", _) => self.replace(b"2 2\n", b"3 2\n"),
            // The length of the second vector.
            ("nan", "fifu") => self.content[length - 4..].copy_from_slice(&f32::NAN.to_le_bytes()),
            ("nan", "bin" | FASTTEXT | "npy" | "safetensors" | "mote") => {
                self.replace(&1.0_f32.to_le_bytes(), &f32::NAN.to_le_bytes());
            }
            ("nan", "tsv") => self.replace(b"3\t1", b"3\tNaN"),
            ("nan", _) => self.replace(b"3 1", b"3 NaN"),
            ("twice", _) => self.replace(b"union", b"state"),
            ("spaces", _) => self.replace(b"union", b"un on"),
            _ => panic!("{damage} is not a kind of damage"),
        }
        if self.ending == "mote" && ["counts", "nan", "twice", "spaces"].contains(&damage) {
            self.check();
        }
    }

    /// Replaces the bytes `old`, which are there once.
    fn replace(&mut self, old: &[u8], new: &[u8]) {
        let mut places = 0;
        for bytes in [&mut self.content, &mut self.words] {
            while let Some(at) = bytes.windows(old.len()).position(|window| window == old) {
                bytes.splice(at..at + old.len(), new.iter().copied());
                places += 1;
            }
        }
        assert_eq!(places, 1, "{old:?} in {}", self.ending);
    }

    /// Gives an image a checksum that fits, so that the checksum does not reveal the damage.
    fn check(&mut self) {
        let (content, checksum) = self.content.split_last_chunk_mut().expect("an image ends with its checksum");
        let mut sum = flate2::Crc::new();
        sum.update(content);
        *checksum = sum.sum().to_le_bytes();
    }
}
