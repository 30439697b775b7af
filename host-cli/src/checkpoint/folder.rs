//! The folder of a run's checkpoints: numbered, the last two kept, for one run at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::{Checkpoint, RunState, file};
use crate::train::Trained;
use crate::{Error, Result, Vocabulary};

/// Locked while a run uses the folder. The system unlocks it however the run ends.
const LOCK: &str = "lock";
const PREFIX: &str = "checkpoint-";
const ENDING: &str = ".safetensors";

/// How many checkpoints are kept.
const KEPT: usize = 2;

/// The number of a run's first checkpoint, which holds only the command.
const FIRST: u64 = 1;

/// A folder that belongs to this run.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// Of the one that writes there.
    _lock: Option<File>,
    /// The numbers of the checkpoints that are whole, or have not been read yet; ascending.
    numbers: Vec<u64>,
    /// The number of the next one.
    next: u64,
}

impl Folder {
    /// Creates the folder `path` unless it exists, and takes it for this run.
    ///
    /// # Errors
    /// If it cannot be made or written, or another run has it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = |error| Error::io(path, error);
        fs::create_dir_all(path).map_err(failed)?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "another run keeps its checkpoints there: wait for it, or name another folder";
                return Err(Error::input(path, None, message));
            }
            // Some network file systems have no locks.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Self::with(path, Some(lock))
    }

    /// The folder `path` as one reads it that does not write there, whoever does.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) fn reading(path: &Path) -> Result<Self> {
        Self::with(path, None)
    }

    fn with(path: &Path, lock: Option<File>) -> Result<Self> {
        let failed = |error| Error::io(path, error);
        let mut numbers = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else { continue };
            if let Some(number) = number_of(name) {
                numbers.push(number);
            } else if lock.is_some() && name.strip_prefix('.').is_some_and(|name| name.starts_with(PREFIX)) {
                // A killed run left it half written.
                let _ = fs::remove_file(path.join(name));
            }
        }
        numbers.sort_unstable();
        let next = numbers.last().map_or(FIRST, |last| last.saturating_add(1));
        Ok(Self { path: path.to_owned(), _lock: lock, numbers, next })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a checkpoint with a model in it.
    pub(crate) fn has_model(&self) -> bool {
        self.numbers.iter().any(|&number| number > FIRST)
    }

    fn file(&self, number: u64) -> PathBuf {
        self.path.join(format!("{PREFIX}{number:06}{ENDING}"))
    }

    /// Writes the first checkpoint of a run, in place of that of a run which never had a model.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn begin(&mut self, state: &RunState) -> Result<()> {
        self.numbers.clear();
        self.next = FIRST;
        self.write(state, None)
    }

    /// Writes a checkpoint, and removes the oldest if there are too many.
    ///
    /// # Errors
    /// If it cannot be written. All others are then still there.
    pub(crate) fn save(&mut self, state: &RunState, model: (&Vocabulary, &Trained)) -> Result<()> {
        self.write(state, Some(model))
    }

    fn write(&mut self, state: &RunState, model: Option<(&Vocabulary, &Trained)>) -> Result<()> {
        file::write(&self.file(self.next), state, model)?;
        self.numbers.push(self.next);
        self.next = self.next.saturating_add(1);
        self.numbers.drain(..self.numbers.len().saturating_sub(KEPT));
        self.remove(|number, kept| !kept.contains(&number));
        Ok(())
    }

    /// Reads the last checkpoint that is whole. `warn` gets the error of each that is not.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn load(&mut self, mut warn: impl FnMut(&Error)) -> Result<Checkpoint> {
        let mut damage = None;
        while let Some(number) = self.numbers.pop() {
            match file::read(&self.file(number)) {
                Ok(checkpoint) => {
                    self.numbers.push(number);
                    return Ok(checkpoint);
                }
                Err(error) if self.numbers.is_empty() => damage = Some(error),
                Err(error) => warn(&error),
            }
        }
        Err(damage.unwrap_or_else(|| {
            let message = "it has no checkpoint: name the folder of a run that was stopped";
            Error::input(&self.path, None, message)
        }))
    }

    /// Removes all checkpoints, and the folder unless something else is in it. What cannot be removed stays.
    pub(crate) fn clear(self) {
        self.remove(|_, _| true);
        let _ = fs::remove_file(self.path.join(LOCK));
        let _ = fs::remove_dir(&self.path);
    }

    /// Removes the checkpoints that are `superfluous`, given their number and those to keep.
    fn remove(&self, superfluous: impl Fn(u64, &[u64]) -> bool) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for name in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
            if number_of(&name).is_some_and(|number| superfluous(number, &self.numbers)) {
                let _ = fs::remove_file(self.path.join(name));
            }
        }
    }
}

/// The number of the checkpoint with this file name.
fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.strip_suffix(ENDING)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(seed: u32) -> RunState {
        RunState::new(Vec::new(), vec![("seed".to_owned(), seed.to_string())])
    }

    fn save(folder: &mut Folder, seed: u32) {
        let trained = Trained { center: vec![0.5], outside: vec![1.0], ..Trained::default() };
        let words = [("word", 5)].into_iter().collect();
        folder.save(&state(seed), (&words, &trained)).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn load(folder: &mut Folder) -> (String, Vec<String>) {
        let mut warnings = Vec::new();
        let checkpoint = folder.load(|error| warnings.push(error.to_string())).unwrap();
        (checkpoint.state.options[0].1.clone(), warnings)
    }

    #[test]
    fn two_are_kept_and_a_damaged_one_falls_back() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("run");
        let mut folder = Folder::open(&path).unwrap();
        assert!(!folder.has_model() && folder.load(|_| {}).is_err());
        // A run that never had a model has nothing to lose.
        for seed in [8, 1] {
            folder.begin(&state(seed)).unwrap();
            assert!(!folder.has_model());
        }
        for seed in 2..=4 {
            save(&mut folder, seed);
        }
        assert!(folder.has_model());
        assert_eq!(names(&path), ["checkpoint-000003.safetensors", "checkpoint-000004.safetensors", "lock"]);
        let busy = Folder::open(&path).unwrap_err().to_string();
        assert!(
            busy.ends_with("another run keeps its checkpoints there: wait for it, or name another folder"),
            "{busy}"
        );
        drop(folder);

        fs::write(path.join(".checkpoint-000005.safetensors.x1y2"), "half").unwrap();
        let mut folder = Folder::open(&path).unwrap();
        assert_eq!(load(&mut folder), ("4".to_owned(), Vec::new()));
        fs::write(path.join("checkpoint-000004.safetensors"), "damage").unwrap();
        let (found, warnings) = load(&mut folder);
        assert_eq!((&*found, warnings.len()), ("3", 1));
        assert!(warnings[0].contains("checkpoint-000004.safetensors: this checkpoint is damaged: "), "{warnings:?}");
        // The damaged one is not one of the two.
        save(&mut folder, 5);
        assert_eq!(names(&path), ["checkpoint-000003.safetensors", "checkpoint-000005.safetensors", "lock"]);
        for number in [3, 5] {
            fs::write(folder.file(number), "damage").unwrap();
        }
        let mut warnings = 0;
        assert!(folder.load(|_| warnings += 1).unwrap_err().to_string().contains("000003"));
        assert_eq!(warnings, 1);
        folder.clear();
        assert!(!path.exists());
    }

    #[test]
    fn other_files_stay() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("notes"), "mine").unwrap();
        let mut folder = Folder::open(place.path()).unwrap();
        folder.begin(&state(1)).unwrap();
        folder.clear();
        assert_eq!(names(place.path()), ["notes"]);
    }
}
