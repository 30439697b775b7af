//! Numbers in binary files: `f32`, little-endian, row after row.

use std::io::{self, Write};
use std::path::Path;

use super::rows::check_numbers;
use super::rules::{Flaw, Refused};
use super::{Source, rows};
use crate::{Error, Result, Vectors, VectorsRef, Vocabulary};

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
    let mut bytes = Vec::with_capacity(CHUNK.min(size_of_val(numbers)));
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

/// How a file holds its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    F16,
    BF16,
    F32,
    F64,
}

/// Numbers of one kind, in the order of bytes of one kind of machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) kind: Kind,
    pub(super) big_endian: bool,
}

impl Numbers {
    /// Reads the next `count` of them as `f32`; fewer if the file ends.
    ///
    /// # Errors
    /// If reading fails.
    pub(super) fn read(self, source: &mut Source, count: usize) -> Result<Vec<f32>> {
        match (self.kind, self.big_endian) {
            (Kind::F32, false) => read(source, count),
            (Kind::F32, true) => read_as(source, count, f32::from_be_bytes),
            (Kind::F64, false) => read_as(source, count, |bytes| f64::from_le_bytes(bytes) as f32),
            (Kind::F64, true) => read_as(source, count, |bytes| f64::from_be_bytes(bytes) as f32),
            (Kind::F16, false) => read_as(source, count, |bytes| of_half(u16::from_le_bytes(bytes))),
            (Kind::F16, true) => read_as(source, count, |bytes| of_half(u16::from_be_bytes(bytes))),
            // The upper half of an f32.
            (Kind::BF16, false) => read_as(source, count, |[low, high]| f32::from_le_bytes([0, 0, low, high])),
            (Kind::BF16, true) => read_as(source, count, |[high, low]| f32::from_be_bytes([high, low, 0, 0])),
        }
    }
}

/// The number that `bits` are in IEEE 754's binary16. Every one is an `f32` as well.
fn of_half(bits: u16) -> f32 {
    let (exponent, fraction) = ((bits >> 10 & 0x1f) as i32, u32::from(bits & 0x3ff));
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    sign * match exponent {
        0 => fraction as f32 * 2.0_f32.powi(-24),
        0x1f if fraction == 0 => f32::INFINITY,
        0x1f => f32::NAN,
        // The exponents of f32 begin 112 lower.
        _ => f32::from_bits((exponent as u32 + 112) << 23 | fraction << 13),
    }
}

/// Room for `count` numbers of `N` bytes each, and for no more than the file can hold.
pub(super) fn reserve<const N: usize>(source: &Source, count: usize) -> Vec<f32> {
    let possible = source.content_length().map_or(0, |bytes| bytes / N as u64);
    let mut numbers = Vec::new();
    // A refusal is not a failure yet: a sparse file may be longer than memory and still end early.
    let _ = numbers.try_reserve_exact(count.min(usize::try_from(possible).unwrap_or(usize::MAX)));
    numbers
}

/// Checks that a format for words of any kind can hold `vectors`.
pub(super) fn check(path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
    rows::check(path, vectors, |_| Ok(()))
}

/// The words of a file that holds its numbers apart from them, and which of its rows are left out.
#[derive(Default)]
pub(super) struct Words {
    vocabulary: Vocabulary,
    /// How many rows there have been.
    seen: usize,
    left_out: Vec<usize>,
}

impl Words {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.seen
    }

    /// Adds the word of the next row, which is at `line` of `source` if it is a text.
    ///
    /// # Errors
    /// If it cannot be a word, and the rules are strict.
    pub(super) fn push(
        &mut self,
        source: &mut Source,
        line: Option<u64>,
        word: Result<&[u8], Refused>,
        count: u64,
    ) -> Result<()> {
        let row = self.seen;
        self.seen += 1;
        let word = word.and_then(rows::utf8);
        word.and_then(|word| rows::push_word(&mut self.vocabulary, word, count)).or_else(|(flaw, problem)| {
            self.left_out.push(row);
            let problem = if line.is_some() { problem } else { format!("row {}: {problem}", row + 1) };
            source.forgive(line, (flaw, problem))
        })
    }

    /// The `vectors` of these words, without those that are left out, from the file `source`. Their own vocabulary is
    /// of no account.
    ///
    /// # Errors
    /// If a number is not finite, and the rules are strict.
    pub(super) fn finish(self, source: &mut Source, vectors: Vectors) -> Result<Vectors> {
        let mut vectors = Vectors { vocabulary: self.vocabulary, ..vectors };
        let dim = vectors.dim;
        if !self.left_out.is_empty() {
            let own = vectors.subwords.as_mut().map(|subwords| &mut subwords.words);
            let matrices = std::iter::once(&mut vectors.data).chain(&mut vectors.outside).chain(own);
            matrices.for_each(|data| remove(data, dim, &self.left_out));
        }
        let mut bad = Vec::new();
        let own = vectors.subwords.as_ref().map(|subwords| &subwords.words);
        for data in std::iter::once(&vectors.data).chain(&vectors.outside).chain(own) {
            for (row, (word, numbers)) in vectors.vocabulary.words().zip(data.chunks_exact(dim)).enumerate() {
                if let Err(problem) = check_numbers(word, numbers) {
                    source.forgive(None, (Flaw::NotFinite, format!("row {}: {problem}", row + 1)))?;
                    bad.push(row);
                }
            }
        }
        if !bad.is_empty() {
            bad.sort_unstable();
            let good = |row: &usize| bad.binary_search(row).is_err();
            let kept: Vec<_> = (0..vectors.vocabulary.len()).filter(good).collect();
            vectors = vectors.keep(&kept);
        }
        source.tell();
        Ok(vectors)
    }
}

/// Removes `rows`, in their order, of `dim` numbers each.
fn remove(data: &mut Vec<f32>, dim: usize, rows: &[usize]) {
    let mut rows = rows.iter().copied().peekable();
    let mut at = 0..;
    data.retain(|_| {
        let row = at.next().map_or(0, |at: usize| at / dim);
        while rows.next_if(|&left_out| left_out < row).is_some() {}
        rows.peek() != Some(&row)
    });
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
