//! Numbers in binary files: `f32`, little-endian, row after row.

use std::io::{self, Write};
use std::path::Path;

use super::rows::check_numbers;
use super::{Source, rows};
use crate::{Error, Result, VectorsRef, Vocabulary};

/// How many bytes are read at once: a multiple of the size of every number, and less than a second-level cache.
const CHUNK: usize = 1 << 18;

/// Appends the bytes of `numbers` to `bytes`.
pub(super) fn put(numbers: &[f32], bytes: &mut Vec<u8>) {
    if cfg!(target_endian = "little") {
        bytes.extend_from_slice(bytemuck::cast_slice(numbers));
    } else {
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
}

/// Writes `numbers`.
pub(crate) fn write(numbers: &[f32], out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(CHUNK);
    for piece in numbers.chunks(CHUNK / size_of::<f32>()) {
        bytes.clear();
        put(piece, &mut bytes);
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Reads the next `count` numbers; fewer if the file ends.
///
/// Memory grows with what arrives, not with `count`, which comes from a header that may lie.
///
/// # Errors
/// If reading fails.
pub(super) fn read(source: &mut Source, count: usize) -> Result<Vec<f32>> {
    let mut numbers = reserve::<{ size_of::<f32>() }>(source, count);
    while numbers.len() < count {
        let wanted = (CHUNK / size_of::<f32>()).min(count - numbers.len());
        if read_more(source, wanted, &mut numbers)? < wanted {
            break;
        }
    }
    Ok(numbers)
}

/// Appends the next `count` numbers to `numbers`, and returns how many there were: fewer if the file ends.
///
/// # Errors
/// If reading fails.
pub(super) fn read_more(source: &mut Source, count: usize, numbers: &mut Vec<f32>) -> Result<usize> {
    let start = numbers.len();
    numbers.resize(start + count, 0.0);
    let (_, new) = numbers.split_at_mut(start);
    let read = source.fill(bytemuck::cast_slice_mut(new))? / size_of::<f32>();
    for number in new {
        // Nothing to do on a little-endian machine.
        *number = f32::from_bits(u32::from_le(number.to_bits()));
    }
    numbers.truncate(start + read);
    Ok(read)
}

/// [`read`], of numbers that take `N` bytes each.
///
/// # Errors
/// If reading fails.
pub(super) fn read_as<const N: usize>(
    source: &mut Source,
    count: usize,
    number: impl Fn([u8; N]) -> f32 + Copy,
) -> Result<Vec<f32>> {
    let mut numbers = reserve::<N>(source, count);
    let mut bytes = vec![0; CHUNK.min(count.saturating_mul(N))];
    while numbers.len() < count {
        let wanted = bytes.len().min((count - numbers.len()).saturating_mul(N));
        let (chunk, _) = bytes.split_at_mut(wanted);
        let read = source.fill(chunk)?;
        let (whole, _) = chunk.as_chunks();
        numbers.extend(whole.iter().take(read / N).map(|&bytes| number(bytes)));
        if read < wanted {
            break;
        }
    }
    Ok(numbers)
}

/// Room for `count` numbers of `N` bytes each, and for no more than the file can hold.
fn reserve<const N: usize>(source: &Source, count: usize) -> Vec<f32> {
    let possible = source.content_length().map_or(0, |bytes| bytes / N as u64);
    let mut numbers = Vec::new();
    // A refusal is not a failure yet: a sparse file may be longer than memory and still end early.
    let _ = numbers.try_reserve_exact(count.min(usize::try_from(possible).unwrap_or(usize::MAX)));
    numbers
}

/// Checks that all rows of `data`, in file `source`, hold finite numbers.
pub(super) fn check_finite(source: &Source, vocabulary: &Vocabulary, dim: usize, data: &[f32]) -> Result<()> {
    for (row, numbers) in data.chunks_exact(dim).enumerate() {
        check_numbers(vocabulary.word(row), numbers)
            .map_err(|problem| source.error(None, format!("row {}: {problem}", row + 1)))?;
    }
    Ok(())
}

/// Checks that a format for words of any kind can hold `vectors`.
pub(super) fn check(path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
    rows::check(path, vectors, |_| Ok(()))
}

/// Adds `word` as the next row of `vocabulary`. The error says what is wrong with it.
pub(super) fn push_word(vocabulary: &mut Vocabulary, word: &[u8], count: u64) -> Result<(), String> {
    let Ok(word) = str::from_utf8(word) else {
        return Err(format!("the word `{}` is not UTF-8", String::from_utf8_lossy(word).escape_debug()));
    };
    match vocabulary.push(word, count) {
        Ok(_) => Ok(()),
        Err(row) => Err(format!("the word `{}` is already in row {}", word.escape_debug(), row + 1)),
    }
}

/// The number of components in a matrix of `rows` × `dim`, both from a header.
///
/// # Errors
/// If that is not a model.
pub(super) fn size(source: &Source, rows: u64, dim: u64) -> Result<(usize, usize)> {
    let refuse = |message: String| Err(source.error(None, message));
    if rows == 0 || dim == 0 {
        return refuse(format!("the file holds {rows} vectors of {dim} dimensions: there is nothing to read"));
    }
    match (u32::try_from(rows), usize::try_from(dim)) {
        (Ok(rows), Ok(dim)) if dim < rows::MOST_DIMENSIONS => Ok((rows as usize, dim)),
        _ => refuse(format!("its header promises {rows} vectors of {dim} dimensions, more than any model has")),
    }
}

/// The error for a file that ends within its numbers.
pub(super) fn cut(source: &Source, what: &str, numbers: &[f32], expected: usize) -> Error {
    let read = numbers.len();
    source.error(None, format!("the file ends early: it has {read} of {expected} numbers of {what}"))
}
