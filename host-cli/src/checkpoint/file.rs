//! One checkpoint, written and read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use ::safetensors::Dtype;
use ::safetensors::tensor::Metadata;
use twox_hash::XxHash3_128;

use super::{BUCKETS, CENTER, Checkpoint, NGRAMS, NODES, OUTSIDE, RunState, WORDS};
use crate::format::matrix;
use crate::format::safetensors::{self, LONGEST_HEADER};
use crate::train::Trained;
use crate::{Error, Result, Vocabulary, output};

const CHECKSUM: &str = "checksum";
const CHECKSUM_BYTES: usize = 16;

/// Numbers that are read at once.
const PIECE: usize = 1 << 16;

/// Writes the checkpoint `path`, whole or not at all.
pub(super) fn write(path: &Path, state: &RunState, model: Option<(&Vocabulary, &Trained)>) -> Result<()> {
    let matrices = model.map(|(_, trained)| matrices(trained)).unwrap_or_default();
    let header = header(state, model.map(|(words, _)| words), &matrices)
        .map_err(|error| Error::input(path, None, error.to_string()))?;
    if header.len() as u64 > LONGEST_HEADER {
        let message = "cannot write this checkpoint: its words take more than the 100 MB that a header may have";
        return Err(Error::input(path, None, message));
    }
    output::write(path, |out| {
        let mut out = Hashed { inner: out, hash: XxHash3_128::new() };
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        matrices.iter().try_for_each(|(_, numbers)| matrix::write(numbers, &mut out))?;
        let checksum = out.hash.finish_128();
        out.inner.write_all(&checksum.to_le_bytes())
    })
}

/// The matrices of a model, and what its optimizers remember.
fn matrices(trained: &Trained) -> Vec<(&str, Cow<'_, [f32]>)> {
    let outside = if trained.outside.len() == trained.center.len() { OUTSIDE } else { NODES };
    let mut matrices: Vec<(_, Cow<'_, [f32]>)> =
        vec![(CENTER, (&trained.center[..]).into()), (outside, (&trained.outside[..]).into())];
    if let Some(subwords) = &trained.subwords {
        // Numbers as they are in memory.
        let buckets: Vec<f32> = subwords.buckets().iter().copied().map(f32::from_bits).collect();
        matrices.extend([(WORDS, (&subwords.words[..]).into()), (BUCKETS, buckets.into())]);
        matrices.push((NGRAMS, subwords.rows().into()));
    }
    matrices.extend(trained.numbers.iter().map(|(name, numbers)| (name.as_str(), (&numbers[..]).into())));
    matrices
}

fn header(
    state: &RunState,
    words: Option<&Vocabulary>,
    matrices: &[(&str, Cow<'_, [f32]>)],
) -> serde_json::Result<Vec<u8>> {
    let mut metadata = BTreeMap::from([("format", "motevec".to_owned())]);
    metadata.insert("checkpoint", serde_json::to_string(state)?);
    let words_len = words.map_or(0, Vocabulary::len);
    let dim = matrices.first().map_or(0, |(_, center)| center.len() / words_len.max(1)).max(1);
    if let Some(words) = words {
        metadata.insert("vocabulary", serde_json::to_string(&words.words().collect::<Vec<_>>())?);
    }
    let matrix = |(name, numbers): &(_, Cow<'_, [f32]>)| match numbers.len() % dim {
        0 => (*name, Dtype::F32, vec![numbers.len() / dim, dim]),
        _ => (*name, Dtype::F32, vec![numbers.len()]),
    };
    let checksum = (CHECKSUM, Dtype::U8, vec![CHECKSUM_BYTES]);
    safetensors::header(&metadata, matrices.iter().map(matrix).chain([checksum]).collect())
}

/// Reads the checkpoint `path`, and checks that not a byte of it has changed.
pub(super) fn read(path: &Path) -> Result<Checkpoint> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => damaged(path, "it ends early"),
        _ => Error::io(path, error),
    };
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut source = Hashed { inner: BufReader::with_capacity(1 << 18, file), hash: XxHash3_128::new() };
    let mut prefix = [0; 8];
    source.read_exact(&mut prefix).map_err(failed)?;
    let header_length = u64::from_le_bytes(prefix);
    if !(2..=LONGEST_HEADER.min(length)).contains(&header_length) {
        return Err(damaged(path, "it does not begin like one"));
    }
    let mut header = vec![0; header_length as usize];
    source.read_exact(&mut header).map_err(failed)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| damaged(path, &error.to_string()))?;
    // Only the bytes of the tensors are left, which the header has been checked to account for.
    if 8 + header_length + header.data_len() as u64 != length {
        return Err(damaged(path, "its length is not what its header says"));
    }
    let mut tensors: Vec<_> = header.tensors().into_iter().collect();
    tensors.sort_by_key(|(_, info)| info.data_offsets);
    if tensors.pop().is_none_or(|(name, info)| name != CHECKSUM || info.shape != [CHECKSUM_BYTES]) {
        return Err(damaged(path, "it does not end with a checksum"));
    }
    let mut matrices = Vec::new();
    for (name, info) in tensors {
        if info.dtype != Dtype::F32 {
            return Err(damaged(path, &format!("`{name}` is not a matrix of F32")));
        }
        let (start, end) = info.data_offsets;
        matrices.push((name, read_numbers(&mut source, (end - start) / size_of::<f32>()).map_err(failed)?));
    }
    let found = source.hash.finish_128();
    let mut checksum = [0; CHECKSUM_BYTES];
    source.inner.read_exact(&mut checksum).map_err(failed)?;
    if u128::from_le_bytes(checksum) != found {
        return Err(damaged(path, "its checksum does not match"));
    }
    let state = header.metadata().as_ref().and_then(|metadata| metadata.get("checkpoint"));
    let state = state.ok_or_else(|| damaged(path, "it is a safetensors file, but not a checkpoint"))?;
    let state = serde_json::from_str(state).map_err(|error| damaged(path, &error.to_string()))?;
    let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
    Ok(Checkpoint { name, checksum: format!("{found:032x}"), state, matrices })
}

/// The next `count` numbers.
fn read_numbers(source: &mut impl Read, count: usize) -> io::Result<Vec<f32>> {
    let mut numbers = Vec::with_capacity(count);
    let mut bytes = vec![0; PIECE * size_of::<f32>()];
    while numbers.len() < count {
        let piece = bytes.len().min((count - numbers.len()) * size_of::<f32>());
        source.read_exact(&mut bytes[..piece])?;
        numbers.extend(bytes[..piece].as_chunks().0.iter().map(|&x| f32::from_le_bytes(x)));
    }
    Ok(numbers)
}

fn damaged(path: &Path, why: &str) -> Error {
    Error::input(path, None, format!("this checkpoint is damaged: {why}"))
}

/// Hashes all bytes that pass through.
struct Hashed<T> {
    inner: T,
    hash: XxHash3_128,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.write(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.write(&bytes[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_trained()(rows in 1_usize..9, dim in 1_usize..5)(
            bits in prop::collection::vec(any::<u32>(), 2 * rows * dim),
            losses in prop::collection::vec(any::<u64>(), 0..4),
            rows in Just(rows),
        ) -> (Vocabulary, Trained) {
            let words = (0..rows).map(|row| (format!("w{row}\n"), 5)).collect();
            let drawn: Vec<_> = bits.iter().map(|&bits| f32::from_bits(bits)).collect();
            let (center, outside) = drawn.split_at(drawn.len() / 2);
            let losses = losses.into_iter().map(f64::from_bits).collect();
            let numbers =
                vec![("center.mean".to_owned(), center.to_vec()), ("center.steps".to_owned(), vec![0.5; rows])];
            let (center, outside) = (center.to_vec(), outside.to_vec());
            (words, Trained { center, outside, losses, numbers, ..Trained::default() })
        }
    }

    fn state(trained: &Trained) -> RunState {
        let command = vec![("dim".to_owned(), vec![Some("20".to_owned()), None]), ("json".to_owned(), Vec::new())];
        let mut state = RunState::new(command, vec![("dim".to_owned(), "20".to_owned())]);
        state.note(trained);
        state.time = Duration::new(5, 7);
        state
    }

    fn bits(trained: &Trained) -> (Vec<u32>, Vec<u64>) {
        let numbers = trained.numbers.iter().flat_map(|(_, numbers)| numbers);
        let numbers = trained.center.iter().chain(&trained.outside).chain(numbers).map(|x| x.to_bits());
        (numbers.collect(), trained.losses.iter().map(|x| x.to_bits()).collect())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_bit_for_bit((words, trained) in any_trained()) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("checkpoint");
            let state = state(&trained);
            write(&path, &state, Some((&words, &trained))).unwrap();
            let (read, model) = read(&path).unwrap().into_parts();
            prop_assert_eq!(bits(&model.unwrap()), bits(&trained));
            prop_assert_eq!((read.command, read.options, read.time), (state.command, state.options, state.time));
            let content = fs::read(&path).unwrap();
            prop_assert_eq!(::safetensors::SafeTensors::deserialize(&content).unwrap().len(), 5);
        }

        /// Any changed, missing or additional byte.
        #[test]
        fn no_damage_goes_unnoticed(
            (words, trained) in any_trained(),
            place in any::<prop::sample::Index>(),
            change in 1..=255_u8,
            kind in 0..3,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("checkpoint");
            write(&path, &state(&trained), Some((&words, &trained))).unwrap();
            let mut content = fs::read(&path).unwrap();
            let place = place.index(content.len());
            match kind {
                0 => content[place] ^= change,
                1 => content.truncate(place),
                _ => content.push(change),
            }
            fs::write(&path, content).unwrap();
            let error = read(&path).unwrap_err().to_string();
            prop_assert!(error.contains("this checkpoint is damaged: "), "{}", error);
        }
    }

    #[test]
    fn the_first_checkpoint_has_no_model() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        let trained = Trained::default();
        write(&path, &state(&trained), None).unwrap();
        assert!(read(&path).unwrap().into_parts().1.is_none());
    }
}
