//! finalfusion's format (`.fifu`), as the Rust and Python packages of that name write and read it: a vocabulary, a
//! matrix of unit vectors, and their norms. n-grams are those of fastText: the matrix then has a row for each bucket,
//! as it is, after those of the words. The words' own rows are not kept, but follow from the others, rounded.
//!
//! finalfusion uses dot products as cosines, so vectors are written with length 1, and their lengths separately.
//! Reading multiplies them, which may change the last digit of a number. The crate finalfusion is not used: it brings
//! in ndarray, and allocates whatever a header promises. The layout is that of <https://finalfusion.github.io/spec>: a
//! header, and chunks.

mod write;

use std::path::Path;

use motevec_core::subword::Ngrams;

use self::write::Writer;
use super::apart::Words;
use super::matrix::Numbers;
use super::subwords::{self, Buckets};
use super::{Codec, Rest, Source, Visitor, Whole, matrix};
use crate::{Result, Subwords, VectorsRef, output};

const MAGIC: [u8; 4] = *b"FiFu";
const VERSION: u32 = 0;

/// The chunks that are written, in order.
const SIMPLE_VOCABULARY: u32 = 1;
const MATRIX: u32 = 2;
const NORMS: u32 = 6;
const FASTTEXT_VOCABULARY: u32 = 7;

/// The type of the numbers.
const F32: u32 = 10;

/// The bytes of a number.
const BYTES: u64 = size_of::<f32>() as u64;

/// No file has more chunks.
const MOST_CHUNKS: u32 = 1000;

/// The format `finalfusion`.
pub(super) struct Finalfusion;

impl Codec for Finalfusion {
    fn endings(&self) -> &'static [&'static str] {
        &[".fifu"]
    }

    fn holds_subwords(&self) -> bool {
        true
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        start.starts_with(&MAGIC)
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        Reader { source, at: 0 }.read(visitor)
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        matrix::check(path, vectors)?;
        subwords::check(path, vectors)?;
        output::write(path, |out| {
            let mut writer = Writer { out, at: 0 };
            writer.put(&MAGIC)?;
            let ngrams = vectors.subwords.map(|subwords| subwords.ngrams);
            let vocabulary = if ngrams.is_some() { FASTTEXT_VOCABULARY } else { SIMPLE_VOCABULARY };
            for number in [VERSION, 3, vocabulary, MATRIX, NORMS] {
                writer.put(&number.to_le_bytes())?;
            }
            writer.words(vocabulary, vectors.vocabulary, ngrams)?;
            let norms = writer.units(vectors)?;
            writer.norms(&norms)
        })
    }
}

/// The source, and how many bytes have been read: numbers are aligned to places in the file.
struct Reader {
    source: Source,
    at: u64,
}

impl Reader {
    fn read(mut self, visitor: &mut dyn Visitor) -> Result<Rest> {
        if self.array::<4>("its first bytes")? != MAGIC {
            return Err(self.source.error(None, "this is not a finalfusion file: it does not begin with `FiFu`"));
        }
        let version = self.u32("its version")?;
        if version != VERSION {
            let message = format!("this is version {version} of the finalfusion format; only version 0 can be read");
            return Err(self.source.error(None, message));
        }
        let chunks = self.u32("the number of its chunks")?;
        if chunks > MOST_CHUNKS {
            return Err(self.source.error(None, format!("its header promises {chunks} chunks, which no file has")));
        }
        for _ in 0..chunks {
            self.u32("the list of its chunks")?;
        }
        let (mut vocabulary, mut numbers, mut norms) = (None, None, None);
        for _ in 0..chunks {
            let kind = self.u32("the kind of a chunk")?;
            let bytes = self.u64("the length of a chunk")?;
            match kind {
                SIMPLE_VOCABULARY | FASTTEXT_VOCABULARY if vocabulary.is_none() => vocabulary = Some(self.words(kind)?),
                MATRIX if numbers.is_none() => numbers = Some(self.matrix()?),
                NORMS if norms.is_none() => norms = Some(self.norms()?),
                3 => return Err(self.refuse("n-grams with finalfusion's hashes", "n-grams of fastText")),
                8 => return Err(self.refuse("a list of n-grams", "n-grams of fastText")),
                4 => return Err(self.refuse("a quantized matrix", "a matrix of f32")),
                _ if self.source.skip(bytes)? => self.at += bytes,
                _ => return Err(self.cut("a chunk")),
            }
        }
        if !self.source.at_end()? {
            return Err(self.source.error(None, "the file continues after the last chunk that its header promises"));
        }
        let missing = |what| self.source.error(None, format!("it has no {what}"));
        let (words, ngrams): (Words, Option<Ngrams>) = vocabulary.ok_or_else(|| missing("vocabulary"))?;
        let (mut matrix, rows, dim) = numbers.ok_or_else(|| missing("matrix"))?;
        let buckets = ngrams.map_or(0, Ngrams::buckets) as usize;
        if Some(rows) != words.len().checked_add(buckets) {
            let words = words.len();
            let and = if ngrams.is_some() { format!(" and {buckets} buckets") } else { String::new() };
            return Err(self.source.error(None, format!("it holds {words} words{and}, but {rows} vectors")));
        }
        if let Some(norms) = &norms
            && norms.len() != words.len()
        {
            let (norms, words) = (norms.len(), words.len());
            return Err(self.source.error(None, format!("it holds {norms} norms, but {words} vectors")));
        }
        self.show(words, &mut matrix, (dim, norms), ngrams, visitor)
    }

    /// Shows the rows of `matrix`, each times its norm, if there are any.
    fn show(
        &mut self,
        mut words: Words,
        matrix: &mut Source,
        (dim, norms): (usize, Option<Vec<f32>>),
        ngrams: Option<Ngrams>,
        visitor: &mut dyn Visitor,
    ) -> Result<Rest> {
        let (rows, what) = (words.len(), "the matrix");
        let mut norms = norms.into_iter().flatten();
        let mut whole = Whole::default();
        // What words have of their own can be told once the rows of buckets are known.
        let into: &mut dyn Visitor = if ngrams.is_some() { &mut whole } else { &mut *visitor };
        into.begin(dim, self.source.possible_rows(rows, dim * size_of::<f32>()));
        let mut row = Vec::with_capacity(dim);
        let mut shown = Numbers::F32.rows(matrix, (rows, dim), what, |_, at, unit| {
            let norm = norms.next().unwrap_or(1.0);
            row.clear();
            row.extend(unit.iter().map(|number| number * norm));
            words.center(&mut self.source, at, &row, into)
        })?;
        let mut subwords = None;
        if let Some(ngrams) = ngrams {
            let mut buckets = Buckets::new(&self.source, dim, ngrams.buckets() as usize);
            for bucket in 0..ngrams.buckets() {
                if !buckets.read(matrix, bucket)? {
                    return Err(self.cut(what));
                }
            }
            matrix.tell();
            let mut made = buckets.finish(ngrams, Vec::new());
            let rows = || words.shown().zip(whole.data.chunks_exact(dim));
            made.words = rows().flat_map(|(word, row)| own_row(&made, word, row)).collect();
            visitor.begin(dim, words.len());
            shown = rows().try_for_each(|(word, row)| visitor.row(word, row));
            subwords = Some(made);
        }
        // Where the visitor has stopped, nothing more is asked for.
        let _ = shown;
        Ok(Rest { vocabulary: words.finish(&self.source, visitor), dim, subwords, history: Vec::new() })
    }

    fn words(&mut self, kind: u32) -> Result<(Words, Option<Ngrams>)> {
        let words = self.u64("its number of words")?;
        let ngrams = match kind {
            FASTTEXT_VOCABULARY => {
                let what = "which n-grams it has";
                let (least, most, buckets) = (self.u32(what)?, self.u32(what)?, self.u32(what)?);
                Some(subwords::ngrams(&self.source, least, most, buckets)?)
            }
            _ => None,
        };
        let (mut vocabulary, mut word) = (Words::default(), Vec::new());
        if u32::try_from(words).is_err() {
            return Err(self.source.error(None, format!("its header promises {words} words, more than any model has")));
        }
        for _ in 0..words {
            let length = self.u32("the length of a word")?;
            self.source.read_bytes(length as usize, &mut word)?;
            self.at += u64::from(length);
            if word.len() < length as usize {
                return Err(self.cut("a word"));
            }
            vocabulary.push(&mut self.source, None, Ok(&word), 0)?;
        }
        Ok((vocabulary, ngrams))
    }

    /// The matrix, for later: what its rows are multiplied by may stand behind it. Also its rows and dimensions.
    fn matrix(&mut self) -> Result<(Source, usize, usize)> {
        let (rows, dim) = (self.u64("its number of vectors")?, self.u32("its dimensions")?);
        let (rows, dim) = matrix::size(&self.source, rows, dim.into())?;
        let what = "the matrix";
        self.start(what)?;
        let numbers = rows.saturating_mul(dim);
        let bytes = (numbers as u64).saturating_mul(BYTES);
        let (matrix, found) = self.source.set_aside(self.at, bytes)?;
        if found < bytes {
            return Err(matrix::cut(&self.source, what, (found / BYTES) as usize, numbers));
        }
        self.at += bytes;
        Ok((matrix, rows, dim))
    }

    fn norms(&mut self) -> Result<Vec<f32>> {
        let norms = self.u64("its number of norms")?;
        let (norms, what) = (usize::try_from(norms).unwrap_or(usize::MAX), "the norms");
        self.start(what)?;
        let numbers = Numbers::F32.matrix(&mut self.source, (norms, 1), what)?;
        self.at += size_of_val(&numbers[..]) as u64;
        Ok(numbers)
    }

    /// What stands before numbers: their type, and padding.
    fn start(&mut self, what: &str) -> Result<()> {
        let kind = self.u32("the type of its numbers")?;
        if kind != F32 {
            return Err(self.refuse(&format!("numbers of type {kind}"), "f32, type 10"));
        }
        let padding = padding(self.at);
        if !self.source.skip(padding)? {
            return Err(self.cut(what));
        }
        self.at += padding;
        Ok(())
    }

    fn u32(&mut self, what: &str) -> Result<u32> {
        self.array(what).map(u32::from_le_bytes)
    }

    fn u64(&mut self, what: &str) -> Result<u64> {
        self.array(what).map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        self.at += N as u64;
        self.source.array()?.ok_or_else(|| self.cut(what))
    }

    fn cut(&self, what: &str) -> crate::Error {
        self.source.error(None, format!("the file ends within {what}"))
    }

    fn refuse(&self, found: &str, readable: &str) -> crate::Error {
        self.source.error(None, format!("it holds {found}; only {readable} can be read"))
    }
}

/// What a word has of its own, if the mean of that and of its n-grams is `vector`.
fn own_row(subwords: &Subwords, word: &str, vector: &[f32]) -> Vec<f32> {
    let mut sum = vec![0.0; vector.len()];
    let mut parts = 1.0;
    for bucket in subwords.ngrams.of(word) {
        parts += 1.0;
        for (sum, &x) in sum.iter_mut().zip(subwords.row(bucket).unwrap_or_default()) {
            *sum += f64::from(x);
        }
    }
    let own = vector.iter().zip(sum).map(|(&x, sum)| f64::from(x) * parts - sum);
    own.map(|x| (x as f32).clamp(f32::MIN, f32::MAX)).collect()
}

/// The bytes of padding before the next number: always some, even if none are needed.
fn padding(at: u64) -> u64 {
    BYTES - at % BYTES
}

#[cfg(test)]
mod tests {
    use super::super::rows::testing;
    use super::*;
    use crate::Vectors;

    fn model() -> Vectors {
        let vocabulary = ["New York", "", "żółw"].map(|word| (word, 0)).into_iter().collect();
        Vectors::new(vocabulary, 2, vec![3.0, 4.0, 0.0, -0.0, -2.0, 0.0])
    }

    #[test]
    fn lengths_and_directions_are_kept_apart() {
        let content = testing::write(&Finalfusion, &model()).unwrap();
        let numbers = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>();
        let units = numbers(&[0.6, 0.8, 0.0, -0.0, -1.0, 0.0]);
        assert!(content.windows(units.len()).any(|window| window == units));
        assert!(content.ends_with(&numbers(&[5.0, 1.0, 2.0])));
        testing::assert_same(&testing::read(&Finalfusion, &content).unwrap(), &model());
    }

    #[test]
    fn ngrams_are_kept_and_own_rows_follow_from_them() {
        let ngrams = Ngrams::new(2, 3, 40).unwrap();
        let rows = (0..20).map(|x| x as f32 / 8.0).collect();
        let subwords = Subwords::new(ngrams, 2, Vec::new(), (0..40).step_by(4).collect(), rows);
        let model = testing::with_subwords(model(), subwords);
        let content = testing::write(&Finalfusion, &model).unwrap();
        let read = testing::read(&Finalfusion, &content).unwrap();
        let (ours, found) = (model.subwords.unwrap(), read.subwords.unwrap());
        assert_eq!((found.ngrams, found.buckets(), found.rows()), (ours.ngrams, ours.buckets(), ours.rows()));
        assert!(found.words.iter().zip(&ours.words).all(|(x, y)| (x - y).abs() < 1e-5), "{found:?} {ours:?}");
        let message = testing::read(&Finalfusion, &[&content[..52], &[39], &content[53..]].concat()).unwrap_err();
        assert!(message.ends_with("it holds 3 words and 39 buckets, but 43 vectors"), "{message}");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = testing::write(&Finalfusion, &model()).unwrap();
        let with = |at: usize, bytes: &[u8]| [&good[..at], bytes, &good[at + bytes.len()..]].concat();
        // The chunks: the words at 24, the matrix at 71.
        assert_eq!((good[24], good[71]), (1, 2));
        let cases = [
            (Vec::new(), "the file ends within its first bytes"),
            (b"2 2\nstate".to_vec(), "it does not begin with `FiFu`"),
            (with(4, &[1]), "version 1 of the finalfusion format"),
            (with(8, &[0xff; 4]), "promises 4294967295 chunks"),
            (with(8, &[2]), "it holds numbers of type 0;"),
            (with(24, &[3]), "it holds n-grams with finalfusion's hashes"),
            (with(24, &[7]), "it has n-grams of up to 544695630 characters"),
            (with(24, &[8]), "it holds a list of n-grams"),
            (with(71, &[4]), "it holds a quantized matrix"),
            (with(24, &[5]), "it has no vocabulary"),
            (with(36, &[0xff; 8]), "promises 18446744073709551615 words"),
            (with(36, &[0xff; 4]), "row 5: the word `` is already in row 2"),
            (with(83, &[0xff; 4]), "the file ends early: "),
            (with(95, &[1]), "it holds numbers of type 1;"),
            (good[..good.len() - 1].to_vec(), "the file ends early: it has 2 of 3 numbers of the norms"),
            (good[..50].to_vec(), "the file ends within"),
            ([&good[..], b"more"].concat(), "the file continues after the last chunk"),
            (with(good.len() - 4, &f32::INFINITY.to_le_bytes()), "row 3: the vector of `żółw` holds -inf"),
        ];
        for (content, expected) in cases {
            let message = testing::read(&Finalfusion, &content).unwrap_err();
            assert!(message.contains(expected), "wanted: {expected}\nfound: {message}");
        }
    }
}
