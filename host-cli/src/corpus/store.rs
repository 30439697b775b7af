//! The store of the ids of a corpus: in memory up to a limit, and beyond it in a temporary file.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::width::Width;
use crate::{Error, Result};

/// Takes in the ids of a corpus, from many threads.
pub(super) struct Store<'a> {
    /// The most bytes of ids that stay in memory.
    limit: u64,
    in_memory: AtomicU64,
    folder: &'a Path,
    /// Made when it is first needed.
    file: Mutex<Option<Arc<IdFile>>>,
}

/// Some ids, in as few bytes each as the largest of them needs.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    place: Place,
    len: usize,
    width: Width,
}

/// Where the bytes of ids are.
#[derive(Clone, Debug)]
enum Place {
    Memory(Vec<u8>),
    /// From this byte of the file on.
    File(Arc<IdFile>, u64),
}

impl Default for Place {
    /// No bytes.
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl<'a> Store<'a> {
    /// Keeps up to `limit` bytes of ids in memory, and the rest in a file in `folder`.
    pub(super) fn new(limit: u64, folder: &'a Path) -> Self {
        Self { limit, in_memory: AtomicU64::new(0), folder, file: Mutex::new(None) }
    }

    /// Takes in `ids`.
    ///
    /// # Errors
    /// If there is no room for them on the disk.
    pub(super) fn put(&self, ids: &[u32]) -> Result<Segment> {
        let width = Width::of(ids);
        let packed = width.pack(ids);
        let bytes = packed.len() as u64;
        let taken = |in_memory: u64| in_memory.checked_add(bytes).filter(|&sum| sum <= self.limit);
        let place = if self.in_memory.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok() {
            Place::Memory(packed)
        } else {
            let file = self.file()?;
            let start = file.end.fetch_add(bytes, Ordering::Relaxed);
            file.write(start, &packed)?;
            Place::File(file, start)
        };
        Ok(Segment { place, len: ids.len(), width })
    }

    /// Replaces the ids of `segment` by `ids`.
    ///
    /// # Errors
    /// If there is no room for them on the disk. The segment is empty then.
    pub(super) fn replace(&self, segment: &mut Segment, ids: &[u32]) -> Result<()> {
        let old = std::mem::take(segment);
        let width = Width::of(ids);
        *segment = match old.place {
            Place::File(file, start) if width.bytes(ids.len()) <= old.width.bytes(old.len) => {
                file.write(start, &width.pack(ids))?;
                Segment { place: Place::File(file, start), len: ids.len(), width }
            }
            Place::File(..) => self.put(ids)?,
            Place::Memory(packed) => {
                self.in_memory.fetch_sub(packed.len() as u64, Ordering::Relaxed);
                drop(packed);
                self.put(ids)?
            }
        };
        Ok(())
    }

    fn file(&self) -> Result<Arc<IdFile>> {
        // A thread that panicked meanwhile left the file as it was.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        match &*file {
            Some(file) => Ok(Arc::clone(file)),
            None => Ok(Arc::clone(file.insert(Arc::new(IdFile::create(self.folder)?)))),
        }
    }
}

impl Segment {
    /// `ids`, in memory.
    pub(super) fn new(ids: &[u32]) -> Self {
        let width = Width::of(ids);
        Self { place: Place::Memory(width.pack(ids)), len: ids.len(), width }
    }

    /// The number of ids.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The bytes that they take.
    pub(super) fn bytes(&self) -> u64 {
        self.width.bytes(self.len)
    }

    /// Whether they are in the file.
    pub(super) fn is_on_disk(&self) -> bool {
        matches!(self.place, Place::File(..))
    }

    /// All ids, in `buffer`.
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) fn read<'b>(&self, buffer: &'b mut Vec<u32>) -> Result<&'b [u32]> {
        buffer.clear();
        self.append_to(buffer, 0..self.len)?;
        Ok(buffer)
    }

    /// Appends the ids of `range` to `out`. Panics if `range` reaches past [`len`](Self::len).
    ///
    /// # Errors
    /// If the disk fails.
    pub(super) fn append_to(&self, out: &mut Vec<u32>, range: Range<usize>) -> Result<()> {
        let [start, end] = [range.start, range.end].map(|id| self.width.bytes(id));
        match &self.place {
            Place::Memory(packed) => self.width.unpack(&packed[start as usize..end as usize], out),
            Place::File(file, first) => {
                assert!(range.end <= self.len, "{range:?} of {} ids", self.len);
                let mut packed = vec![0; (end - start) as usize];
                file.read(first + start, &mut packed)?;
                self.width.unpack(&packed, out);
            }
        }
        Ok(())
    }
}

/// A temporary file of ids. It has no name, so that the system removes it however the process ends.
#[derive(Debug)]
pub(super) struct IdFile {
    file: File,
    folder: PathBuf,
    /// Where the next ids go.
    end: AtomicU64,
}

impl IdFile {
    fn create(folder: &Path) -> Result<Self> {
        let failed = |error| failed("make", folder, &error);
        let file = tempfile::tempfile_in(folder).map_err(failed)?;
        Ok(Self { file, folder: folder.to_owned(), end: AtomicU64::new(0) })
    }

    fn write(&self, start: u64, bytes: &[u8]) -> Result<()> {
        positioned::write_all(&self.file, bytes, start).map_err(|error| failed("write", &self.folder, &error))
    }

    fn read(&self, start: u64, bytes: &mut [u8]) -> Result<()> {
        positioned::read_exact(&self.file, bytes, start).map_err(|error| failed("read", &self.folder, &error))
    }
}

fn failed(what: &str, folder: &Path, error: &io::Error) -> Error {
    Error::Failed(format!(
        "cannot {what} the temporary file for the text in folder `{}`: {error}; set TMPDIR to another folder, or raise \
         --token-memory",
        folder.display()
    ))
}

/// Reading and writing at a position of a file that threads share, without using its cursor.
#[cfg(unix)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::unix::fs::FileExt as _;

    pub(super) fn read_exact(file: &File, buffer: &mut [u8], start: u64) -> io::Result<()> {
        file.read_exact_at(buffer, start)
    }

    pub(super) fn write_all(file: &File, data: &[u8], start: u64) -> io::Result<()> {
        file.write_all_at(data, start)
    }
}

/// Reading and writing at a position of a file that threads share, without using its cursor.
#[cfg(windows)]
mod positioned {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::FileExt as _;

    pub(super) fn read_exact(file: &File, mut buffer: &mut [u8], mut start: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match file.seek_read(buffer, start) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    buffer = &mut buffer[read..];
                    start += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(super) fn write_all(file: &File, mut data: &[u8], mut start: u64) -> io::Result<()> {
        while !data.is_empty() {
            match file.seek_write(data, start) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    data = &data[written..];
                    start += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
impl Segment {
    /// Removes the second half of the file, as a failing disk might.
    pub(super) fn lose_half_of_file(&self) {
        if let Place::File(file, _) = &self.place {
            file.file.set_len(file.end.load(Ordering::Relaxed) / 2).unwrap();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tokens::{SENTENCE_END, SPECIAL_IDS, SPOILED};
    use super::*;

    /// Some ids, of those that fit into each width.
    fn ids(most: usize) -> impl Strategy<Value = Vec<u32>> {
        let id = |highest| prop_oneof![0..=highest, Just(SENTENCE_END), Just(SPOILED)];
        prop_oneof![Just(0xffff), Just(0xff_ffff), Just(u32::MAX)]
            .prop_flat_map(move |all_ones| prop::collection::vec(id(all_ones - SPECIAL_IDS), 0..most))
    }

    proptest! {
        /// All ids that are stored, or replaced by more or fewer ids, can be read back, and memory stays within its
        /// limit.
        #[test]
        fn what_is_put_can_be_read_back(
            puts in prop::collection::vec(ids(20), 1..12),
            replacements in prop::collection::vec((any::<prop::sample::Index>(), ids(40)), 0..12),
            limit in prop_oneof![Just(0), 0_u64..600, Just(u64::MAX)],
        ) {
            let folder = std::env::temp_dir();
            let store = Store::new(limit, &folder);
            let mut model = puts;
            let mut segments: Vec<_> = model.iter().map(|ids| store.put(ids).unwrap()).collect();
            for (index, ids) in replacements {
                let index = index.index(model.len());
                store.replace(&mut segments[index], &ids).unwrap();
                model[index] = ids;
            }
            let mut buffer = Vec::new();
            let mut in_memory = 0;
            for (segment, want) in segments.iter().zip(&model) {
                prop_assert_eq!(segment.len(), want.len());
                prop_assert_eq!(segment.read(&mut buffer).unwrap(), &want[..]);
                if let Place::Memory(packed) = &segment.place {
                    in_memory += packed.len() as u64;
                }
            }
            prop_assert!(in_memory <= limit);
            prop_assert_eq!(store.in_memory.into_inner(), in_memory);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("nowhere");
        let error = Store::new(0, &missing).put(&[1]).unwrap_err().to_string();
        let start = format!("cannot make the temporary file for the text in folder `{}`: ", missing.display());
        assert!(error.starts_with(&start) && error.ends_with("or raise --token-memory"), "{error}");
    }
}
