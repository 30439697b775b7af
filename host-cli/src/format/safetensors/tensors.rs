//! Tensors: their numbers, in their turn.

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;

use super::super::Source;
use super::super::matrix::{Kind, Numbers};
use super::{BUCKETS, COUNTS};
use crate::{Error, Result};

/// The numbers of a tensor of this shape.
pub(super) fn numbers_of(
    source: &Source,
    name: &str,
    info: &TensorInfo,
    (rows, dim): (usize, usize),
) -> Result<Numbers> {
    let kind = match info.dtype {
        Dtype::F16 => Kind::F16,
        Dtype::BF16 => Kind::BF16,
        Dtype::F64 => Kind::F64,
        _ => Kind::F32,
    };
    check(source, name, info, if kind == Kind::F32 { Dtype::F32 } else { info.dtype }, &[rows, dim])?;
    Ok(Numbers { kind, big_endian: false })
}

pub(super) fn read_matrix(
    source: &mut Source,
    name: &str,
    info: &TensorInfo,
    shape: (usize, usize),
) -> Result<Vec<f32>> {
    numbers_of(source, name, info, shape)?.matrix(source, shape, name)
}

pub(super) fn read_counts(source: &mut Source, info: &TensorInfo, rows: usize) -> Result<Vec<u64>> {
    check(source, COUNTS, info, Dtype::I64, &[rows])?;
    let mut bytes = Vec::new();
    source.read_bytes(rows * size_of::<i64>(), &mut bytes)?;
    if bytes.len() < rows * size_of::<i64>() {
        return Err(cut(source, COUNTS));
    }
    let counts = bytes.as_chunks().0.iter().map(|&count| u64::try_from(i64::from_le_bytes(count)).ok());
    let counts: Option<Vec<_>> = counts.collect();
    counts.ok_or_else(|| source.error(None, "`counts` holds a number below 0"))
}

pub(super) fn read_buckets(source: &mut Source, info: &TensorInfo) -> Result<Vec<u32>> {
    let count = info.shape.first().copied().unwrap_or(0);
    check(source, BUCKETS, info, Dtype::U32, &[count])?;
    let mut bytes = Vec::new();
    source.read_bytes(count * size_of::<u32>(), &mut bytes)?;
    if bytes.len() < count * size_of::<u32>() {
        return Err(cut(source, BUCKETS));
    }
    Ok(bytes.as_chunks().0.iter().map(|&bucket| u32::from_le_bytes(bucket)).collect())
}

/// Checks the type and shape of a tensor. The product of a shape is known to fit.
pub(super) fn check(source: &Source, name: &str, info: &TensorInfo, dtype: Dtype, shape: &[usize]) -> Result<()> {
    if (info.dtype, &info.shape[..]) == (dtype, shape) {
        return Ok(());
    }
    let message = format!("`{name}` is {:?} {:?}; {dtype:?} {shape:?} was expected", info.dtype, info.shape);
    Err(source.error(None, message))
}

pub(super) fn cut(source: &Source, what: &str) -> Error {
    source.error(None, format!("the file ends within {what}"))
}
