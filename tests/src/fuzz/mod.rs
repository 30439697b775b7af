//! What the fuzz targets do with bytes: nothing panics, every refusal is one clear line, and what is accepted is sound.
//!
//! `tests/fuzz` runs these with libFuzzer; `cargo test` runs them on the seeds there (tests/tests/cli/fuzz_seeds.rs).

mod models;
mod serial;
mod texts;
mod train;

use std::fs;
use std::path::{Path, PathBuf};

use motevec::Error;
use tempfile::TempDir;

pub use models::{
    fasttext_model, finalfusion, glove, mote, numpy, projector, safetensors, word2vec_binary, word2vec_text,
};
pub use serial::serial;
pub use texts::{cases, compressed, corpus, evaluation, vocabulary};
pub use train::train;

/// What takes any bytes, and panics if something is wrong.
pub type Target = fn(&[u8]);

/// All targets, each with the name of its folder of seeds.
pub const TARGETS: [(&str, Target); 16] = [
    ("cases", cases),
    ("compressed", compressed),
    ("corpus", corpus),
    ("evaluation", evaluation),
    ("fasttext_model", fasttext_model),
    ("finalfusion", finalfusion),
    ("glove", glove),
    ("mote", mote),
    ("numpy", numpy),
    ("projector", projector),
    ("safetensors", safetensors),
    ("serial", serial),
    ("train", train),
    ("vocabulary", vocabulary),
    ("word2vec_binary", word2vec_binary),
    ("word2vec_text", word2vec_text),
];

/// Readers take paths: to files in memory, if the system has a folder for that.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(folder.expect("a temporary folder can be made"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the file can be written");
        path
    }
}

/// A message is one line of readable length, and no control character of a file reaches the terminal.
fn assert_clear(error: &Error) {
    let message = error.to_string();
    assert!(!message.is_empty() && message.chars().count() < 1000, "{} characters", message.len());
    assert!(!message.chars().any(char::is_control), "{message:?}");
}

/// Bytes that end with a part of their own: `words`, and the length of it in the first two bytes, ahead of the rest.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let Some((length, rest)) = data.split_first_chunk() else { return (&[], &[]) };
    let at = rest.len().min(u16::from_le_bytes(*length).into());
    rest.split_at(at)
}
