//! Numbers in binary files: `f32`, little-endian, row after row.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use super::{Source, rows};
use crate::{Error, Result, VectorsRef};

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

/// [`read_more`], of numbers that take `N` bytes each.
///
/// # Errors
/// If reading fails.
fn read_more_as<const N: usize>(
    source: &mut Source,
    count: usize,
    numbers: &mut Vec<f32>,
    number: impl Fn([u8; N]) -> f32 + Copy,
) -> Result<usize> {
    let mut bytes = vec![0; count * N];
    let read = source.fill(&mut bytes)? / N;
    numbers.extend(bytes.as_chunks().0.iter().take(read).map(|&bytes| number(bytes)));
    Ok(read)
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
    /// Little-endian `f32`, as most files hold.
    pub(super) const F32: Self = Self { kind: Kind::F32, big_endian: false };

    /// The bytes that a number takes.
    pub(super) fn bytes(self) -> usize {
        match self.kind {
            Kind::F16 | Kind::BF16 => 2,
            Kind::F32 => 4,
            Kind::F64 => 8,
        }
    }

    /// Reads `rows` of `dim` numbers, and has `take` take each with its number, until that breaks.
    ///
    /// # Errors
    /// If reading fails, or the file ends before the last number of `what` it is reading.
    pub(super) fn rows(
        self,
        source: &mut Source,
        (rows, dim): (usize, usize),
        what: &str,
        mut take: impl FnMut(&mut Source, usize, &[f32]) -> Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>> {
        let mut numbers = Vec::new();
        for row in 0..rows {
            numbers.clear();
            let read = self.read_more(source, dim, &mut numbers)?;
            if read < dim {
                return Err(cut(source, what, row * dim + read, rows.saturating_mul(dim)));
            }
            if take(source, row, &numbers)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads all numbers of a matrix, as [`rows`](Self::rows) does.
    ///
    /// Memory grows with what arrives, not with `shape`, which comes from a header that may lie.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub(super) fn matrix(self, source: &mut Source, shape: (usize, usize), what: &str) -> Result<Vec<f32>> {
        let mut data = reserve(source, shape, self.bytes());
        let _ = self.rows(source, shape, what, |_, _, numbers| {
            data.extend_from_slice(numbers);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(data)
    }

    /// Appends the next `count` of them to `numbers`, and returns how many there were: fewer if the file ends.
    fn read_more(self, source: &mut Source, count: usize, numbers: &mut Vec<f32>) -> Result<usize> {
        match (self.kind, self.big_endian) {
            (Kind::F32, false) => read_more(source, count, numbers),
            (Kind::F32, true) => read_more_as(source, count, numbers, f32::from_be_bytes),
            (Kind::F64, false) => read_more_as(source, count, numbers, |bytes| f64::from_le_bytes(bytes) as f32),
            (Kind::F64, true) => read_more_as(source, count, numbers, |bytes| f64::from_be_bytes(bytes) as f32),
            (Kind::F16, false) => read_more_as(source, count, numbers, |bytes| of_half(u16::from_le_bytes(bytes))),
            (Kind::F16, true) => read_more_as(source, count, numbers, |bytes| of_half(u16::from_be_bytes(bytes))),
            // The upper half of an f32.
            (Kind::BF16, false) => {
                read_more_as(source, count, numbers, |[low, high]| f32::from_le_bytes([0, 0, low, high]))
            }
            (Kind::BF16, true) => {
                read_more_as(source, count, numbers, |[high, low]| f32::from_be_bytes([high, low, 0, 0]))
            }
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

/// Room for a matrix whose numbers take so many `bytes` each, and for no more rows than the file can hold.
pub(super) fn reserve(source: &Source, (rows, dim): (usize, usize), bytes: usize) -> Vec<f32> {
    let mut numbers = Vec::new();
    // A refusal is not a failure yet: a sparse file may be longer than memory and still end early.
    let _ = numbers.try_reserve_exact(source.possible_rows(rows, dim * bytes).saturating_mul(dim));
    numbers
}

/// Checks that a format for words of any kind can hold `vectors`.
pub(super) fn check(path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
    rows::check(path, vectors, |_| Ok(()))
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

/// The error for a file that ends after `read` of its numbers.
pub(super) fn cut(source: &Source, what: &str, read: usize, expected: usize) -> Error {
    source.error(None, format!("the file ends early: it has {read} of {expected} numbers of {what}"))
}
