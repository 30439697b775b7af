//! safetensors: motevec's own full model, and the one format that keeps everything that training made.
//!
//! Tensors: `center` and, if known, `outside` (words × dimensions, F32), or with hierarchical softmax `nodes` (a row
//! less), and `counts` (I64). Metadata, all strings: `format`, which is `motevec`; `vocabulary`, a JSON list of the
//! words in row order; `history`, a JSON list of the [`Run`]s. The file depends only on the model: equal models make
//! equal files.
//!
//! A model with n-grams has `subwords` in its metadata, a JSON object that says which (`min_n`, `max_n`, `buckets`),
//! and three more tensors: `words`, the words' own rows; `buckets` (U32), those that have a row; and `ngrams`, their
//! rows.
//!
//! The file is read, not mapped into memory. A mapped file that another program cuts short kills its readers, and
//! reading only the tensors that a command needs is fast enough.

mod tensors;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use hashbrown::HashMap;
use motevec_core::subword::Ngrams;
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::tensors::{cut, numbers_of, read_buckets, read_counts, read_matrix};
use super::apart::Words;
use super::{Codec, Rest, Source, Visitor, Whole, matrix, nodes, subwords, words};
use crate::history::Run;
use crate::{Error, Result, VectorsRef, output};

/// The longest header that the package safetensors reads.
pub(crate) const LONGEST_HEADER: u64 = 100_000_000;

/// Tensors start at a multiple of this.
const ALIGNMENT: usize = 8;

const VOCABULARY: &str = "vocabulary";
const HISTORY: &str = "history";
const COUNTS: &str = "counts";
const CENTER: &str = "center";
const OUTSIDE: &str = "outside";
const NODES: &str = "nodes";
/// Of the metadata.
const SUBWORDS: &str = "subwords";
const WORDS: &str = "words";
const BUCKETS: &str = "buckets";
const NGRAMS: &str = "ngrams";

/// The format `safetensors`.
pub(super) struct SafeTensors;

impl Codec for SafeTensors {
    fn endings(&self) -> &'static [&'static str] {
        &[".safetensors"]
    }

    fn holds_subwords(&self) -> bool {
        true
    }

    /// The length of the header, and the brace that opens it.
    fn recognizes(&self, start: &[u8]) -> bool {
        let length = start.first_chunk().map_or(0, |&length| u64::from_le_bytes(length));
        (2..=LONGEST_HEADER).contains(&length) && start.get(8) == Some(&b'{')
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        read(source, visitor)
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        matrix::check(path, vectors)?;
        subwords::check(path, vectors)?;
        let header = header_of(vectors).map_err(|error| Error::input(path, None, error.to_string()))?;
        if header.len() as u64 > LONGEST_HEADER {
            let message = "cannot write this model: its words take more than the 100 MB that a header may have";
            return Err(Error::input(path, None, message));
        }
        output::write(path, |out| {
            out.write_all(&(header.len() as u64).to_le_bytes())?;
            out.write_all(&header)?;
            if has_counts(vectors) {
                let counts = vectors.vocabulary.counts().iter().map(|&count| i64::try_from(count).unwrap_or(i64::MAX));
                out.write_all(&counts.flat_map(i64::to_le_bytes).collect::<Vec<_>>())?;
            }
            matrix::write(vectors.data, out)?;
            matrix::write(vectors.outside.unwrap_or_default(), out)?;
            matrix::write(vectors.nodes.unwrap_or_default(), out)?;
            let Some(subwords) = vectors.subwords else { return Ok(()) };
            matrix::write(&subwords.words, out)?;
            matrix::write(subwords.rows(), out)?;
            out.write_all(&subwords.buckets().iter().flat_map(|bucket| bucket.to_le_bytes()).collect::<Vec<_>>())
        })
    }
}

/// Reads a model with only the tensors that are needed. Other programs name the vectors as the rules say.
fn read(mut source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
    let (header, header_bytes) = read_header(&mut source)?;
    let empty = HashMap::new();
    let metadata = header.metadata().as_ref().unwrap_or(&empty);
    let wrong = |what: &str, error| source.error(None, format!("the `{what}` in its metadata: {error}"));
    let listed: Option<Vec<String>> = match metadata.get(VOCABULARY) {
        None => None,
        Some(words) => Some(serde_json::from_str(words).map_err(|error| wrong(VOCABULARY, error))?),
    };
    let history: Vec<Run> = match metadata.get(HISTORY) {
        None => Vec::new(),
        Some(history) => serde_json::from_str(history).map_err(|error| wrong(HISTORY, error))?,
    };
    let tensor = source.rules.tensor.clone().unwrap_or_else(|| CENTER.to_owned());
    let center = header.info(&tensor).ok_or_else(|| no_such_tensor(&source, &header, &tensor))?;
    let &[rows, dim] = &center.shape[..] else {
        let message = format!("`{tensor}` has {} axes: vectors are a matrix of 2", center.shape.len());
        return Err(source.error(None, message));
    };
    let (rows, dim) = matrix::size(&source, rows as u64, dim as u64)?;
    let check_words = |words: usize| match words == rows {
        true => Ok(()),
        false => Err(source.error(None, format!("it holds {words} words, but {rows} vectors"))),
    };
    listed.as_ref().map_or(Ok(()), |words| check_words(words.len()))?;
    let shape: Option<Shape> = match metadata.get(SUBWORDS).filter(|_| tensor == CENTER) {
        None => None,
        Some(shape) => Some(serde_json::from_str(shape).map_err(|error| wrong(SUBWORDS, error))?),
    };
    let shape = shape.map(|shape| shape.ngrams(&source)).transpose()?;
    if shape.is_some()
        && let Some(name) = [WORDS, BUCKETS, NGRAMS].iter().find(|name| header.info(name).is_none())
    {
        return Err(source.error(None, format!("it has `{SUBWORDS}` in its metadata, but no tensor `{name}`")));
    }
    let mut words = match listed {
        Some(listed) => {
            let mut words = Words::default();
            for word in &listed {
                words.push(&mut source, None, Ok(word.as_bytes()), 0)?;
            }
            words
        }
        None => read_words(&source, rows)?,
    };
    let wanted = |name: &&str| match *name {
        OUTSIDE | NODES => visitor.wants_outside(),
        WORDS | BUCKETS | NGRAMS => shape.is_some(),
        _ => true,
    };
    let names = [COUNTS, CENTER, OUTSIDE, NODES, WORDS, BUCKETS, NGRAMS].into_iter().filter(wanted);
    let mut wanted: Vec<_> = match tensor == CENTER {
        true => names.filter_map(|name| Some((name, header.info(name)?))).collect(),
        false => vec![(CENTER, center)],
    };
    wanted.sort_by_key(|(_, info)| info.data_offsets);
    let mut own = Whole::with_outside();
    own.begin(dim, 0);
    let (mut nodes, mut buckets, mut ngrams) = (Vec::new(), Vec::new(), Vec::new());
    // Matrices that stand before the center vectors.
    let (mut shown, mut early) = (false, Vec::new());
    let mut at = 0;
    for (name, info) in wanted {
        let (start, end) = info.data_offsets;
        if !source.skip((start - at) as u64)? {
            return Err(cut(&source, name));
        }
        at = end;
        match name {
            COUNTS => words.set_counts(&read_counts(&mut source, info, rows)?),
            CENTER => {
                let numbers = numbers_of(&source, &tensor, info, (rows, dim))?;
                visitor.begin(dim, source.possible_rows(rows, dim * numbers.bytes()));
                let center = numbers.rows(&mut source, (rows, dim), &tensor, |source, row, numbers| {
                    words.center(source, row, numbers, visitor)
                })?;
                if center.is_break() {
                    let vocabulary = words.finish(&source, visitor);
                    return Ok(Rest { vocabulary, dim, subwords: None, history });
                }
                shown = true;
            }
            NODES => nodes = read_matrix(&mut source, name, info, (rows - 1, dim))?,
            BUCKETS => buckets = read_buckets(&mut source, info)?,
            NGRAMS => ngrams = read_matrix(&mut source, name, info, (info.shape.first().copied().unwrap_or(0), dim))?,
            _ if shown => {
                let into: &mut dyn Visitor = if name == WORDS { &mut own } else { &mut *visitor };
                let numbers = numbers_of(&source, name, info, (rows, dim))?;
                let _ = numbers.rows(&mut source, (rows, dim), name, |source, row, numbers| {
                    words.outside(source, row, numbers, into).map(ControlFlow::Continue)
                })?;
            }
            _ => early.push((name, read_matrix(&mut source, name, info, (rows, dim))?)),
        }
    }
    check_end(&mut source, header_bytes, at, header.data_len())?;
    for (name, matrix) in early {
        let into: &mut dyn Visitor = if name == WORDS { &mut own } else { &mut *visitor };
        for (row, numbers) in matrix.chunks_exact(dim).enumerate() {
            words.outside(&mut source, row, numbers, into)?;
        }
    }
    nodes::show(&mut source, &nodes, dim, visitor)?;
    own.leave_out(words.late());
    let own = own.finish_outside();
    let subwords = shape.map(|shape| subwords::of_tensors(&source, shape, dim, own, buckets, ngrams)).transpose()?;
    Ok(Rest { vocabulary: words.finish(&source, visitor), dim, subwords, history })
}

/// The words in the file beside a file without a list of them.
fn read_words(source: &Source, rows: usize) -> Result<Words> {
    let path = source.path().with_extension("vocab");
    if !path.exists() {
        let path = path.display();
        let message =
            format!("its metadata holds no `vocabulary`, a JSON list of words; put them into {path}, one per line");
        return Err(source.error(None, message));
    }
    let words = words::read(&path, false, source)?;
    words::check_len(&path, &words, source, rows)?;
    Ok(words)
}

/// Which n-grams a model has, as its metadata say.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    min_n: u32,
    max_n: u32,
    buckets: u32,
}

impl Shape {
    fn of(ngrams: Ngrams) -> Self {
        Self { min_n: ngrams.least(), max_n: ngrams.most(), buckets: ngrams.buckets() }
    }

    fn ngrams(&self, source: &Source) -> Result<Ngrams> {
        subwords::ngrams(source, self.min_n, self.max_n, self.buckets)
    }
}

/// The error for a file without the `tensor`: says which matrices there are.
fn no_such_tensor(source: &Source, header: &Metadata, tensor: &str) -> Error {
    let mut matrices: Vec<_> =
        header.tensors().into_iter().filter(|(_, info)| info.shape.len() == 2).map(|(name, _)| name).collect();
    matrices.sort_unstable();
    let advice = match matrices.is_empty() {
        true => "and no other matrix".to_owned(),
        false => format!("but {}: name one (--tensor)", matrices.join(", ")),
    };
    source.error(None, format!("it has no tensor `{tensor}`, {advice}"))
}

/// Checks that a file, after `read` bytes of its tensors, has `all` of their bytes and ends there.
fn check_end(source: &mut Source, header: u64, read: usize, all: usize) -> Result<()> {
    // The length of the file tells this without reading on.
    let (complete, ends) = match source.content_length() {
        Some(length) => (length >= header + all as u64, length <= header + all as u64),
        None => (source.skip((all - read) as u64)?, source.at_end()?),
    };
    match (complete, ends) {
        (false, _) => Err(cut(source, "its last tensor")),
        (_, false) => Err(source.error(None, "the file continues after the last tensor")),
        _ => Ok(()),
    }
}

/// Reads and checks everything before the tensors; also returns how many bytes that is.
fn read_header(source: &mut Source) -> Result<(Metadata, u64)> {
    let length = source.array()?.map(u64::from_le_bytes).filter(|length| (2..=LONGEST_HEADER).contains(length));
    let length = length.ok_or_else(|| source.error(None, "this is not a safetensors file"))? as usize;
    let mut header = Vec::new();
    source.read_bytes(length, &mut header)?;
    if header.len() < length {
        let message = format!("the file ends within its header: it has {} of {length} bytes", header.len());
        return Err(source.error(None, message));
    }
    let metadata =
        serde_json::from_slice(&header).map_err(|error| source.error(None, format!("its header: {error}")))?;
    Ok((metadata, 8 + length as u64))
}

/// The header of a file with `vectors`.
fn header_of(vectors: VectorsRef<'_>) -> serde_json::Result<Vec<u8>> {
    let (rows, dim) = (vectors.vocabulary.len(), vectors.dim);
    let words = serde_json::to_string(&vectors.vocabulary.words().collect::<Vec<_>>())?;
    let mut metadata = BTreeMap::from([("format", "motevec".to_owned()), (VOCABULARY, words)]);
    if !vectors.history.is_empty() {
        metadata.insert(HISTORY, serde_json::to_string(vectors.history)?);
    }
    let mut tensors = Vec::new();
    if has_counts(vectors) {
        tensors.push((COUNTS, Dtype::I64, vec![rows]));
    }
    tensors.push((CENTER, Dtype::F32, vec![rows, dim]));
    if vectors.outside.is_some() {
        tensors.push((OUTSIDE, Dtype::F32, vec![rows, dim]));
    }
    if let Some(nodes) = vectors.nodes {
        tensors.push((NODES, Dtype::F32, vec![nodes.len() / dim, dim]));
    }
    if let Some(subwords) = vectors.subwords {
        metadata.insert(SUBWORDS, serde_json::to_string(&Shape::of(subwords.ngrams))?);
        let buckets = subwords.buckets().len();
        tensors.push((WORDS, Dtype::F32, vec![rows, dim]));
        tensors.push((NGRAMS, Dtype::F32, vec![buckets, dim]));
        tensors.push((BUCKETS, Dtype::U32, vec![buckets]));
    }
    header(&metadata, tensors)
}

/// The header of a file with this `metadata` and `tensors`: of each its name, the type of its numbers and its shape.
pub(crate) fn header(
    metadata: &BTreeMap<&str, String>,
    tensors: Vec<(&str, Dtype, Vec<usize>)>,
) -> serde_json::Result<Vec<u8>> {
    // The keys of a map come in their own order, always the same.
    let mut header = BTreeMap::from([("__metadata__", json!(metadata))]);
    let mut at = 0;
    for (name, dtype, shape) in tensors {
        let start = at;
        at += shape.iter().product::<usize>() * dtype.bitsize() / 8;
        header.insert(name, json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, at] }));
    }
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    Ok(header)
}

fn has_counts(vectors: VectorsRef<'_>) -> bool {
    vectors.vocabulary.counts().iter().any(|&count| count > 0)
}
#[cfg(test)]
mod tests;
