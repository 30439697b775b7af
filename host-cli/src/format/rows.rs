//! What formats with a word beside its numbers share: the header, and the rules for rows.

use std::path::Path;

use super::rules::{Flaw, Refused};
use super::{Rest, Source, Visitor};
use crate::{Error, Result, VectorsRef, Vocabulary};

/// No word is this long, including the bytes around it; a file without the byte that ends a word is not a word2vec
/// file.
///
/// Lowercasing can make a word longer than a corpus allows.
pub(super) const LONGEST_WORD: usize = 2 * crate::corpus::MAX_WORD + 2;

/// No model has this many dimensions; a header that says so is garbage.
pub(crate) const MOST_DIMENSIONS: usize = 1 << 20;

/// Two numbers of 20 digits, a space, and a line end of two characters.
const LONGEST_HEADER: usize = 43;

/// The first line: `words dimensions`.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) words: usize,
    pub(super) dim: usize,
}

impl Header {
    /// Reads the first line of `source`.
    pub(super) fn read(source: &mut Source) -> Result<Self> {
        let mut line = Vec::new();
        source.read_until(b'\n', LONGEST_HEADER, &mut line)?;
        let Some(header) = Self::parse(&line) else {
            if line.is_empty() {
                return Err(source.error(1, "the file is empty"));
            }
            let message = "the first line is not `words dimensions`, two numbers: this is not a file in word2vec \
                           format (a GloVe file has no such line: its format is glove)";
            return Err(source.error(1, message));
        };
        let refused = match header {
            Self { words: 0, .. } => "the header promises no words",
            Self { dim: 0, .. } => "the header promises vectors without dimensions",
            Self { dim: MOST_DIMENSIONS.., .. } => "the header promises more dimensions than any model has",
            Self { words, .. } if u32::try_from(words).is_err() => "the header promises more than 2^32 words",
            _ => return Ok(header),
        };
        Err(source.error(1, refused))
    }

    /// The header in `line`, which ends with a newline; `None` if it is not a header.
    fn parse(line: &[u8]) -> Option<Self> {
        let line = str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
        let mut numbers = line.split_ascii_whitespace().map(str::parse);
        let header = Self { words: numbers.next()?.ok()?, dim: numbers.next()?.ok()? };
        numbers.next().is_none().then_some(header)
    }
}

/// Whether a file that begins with `start` has a header, and then text (`true`) or raw numbers (`false`).
pub(super) fn looks_like_text(start: &[u8]) -> Option<bool> {
    let start = start.get(..4096).unwrap_or(start);
    let (line, rest) = start.split_at_checked(memchr::memchr(b'\n', start)? + 1)?;
    Header::parse(line)?;
    let text = match str::from_utf8(rest) {
        Ok(text) => text,
        // A character that is cut at the end of what we see is not a sign of raw numbers.
        Err(error) if error.error_len().is_none() => str::from_utf8(rest.get(..error.valid_up_to())?).ok()?,
        Err(_) => return Some(false),
    };
    Some(!text.contains('\0'))
}

/// The rows that have been read so far, and shown to a visitor.
pub(super) struct Rows<'a> {
    dim: usize,
    vocabulary: Vocabulary,
    visitor: &'a mut dyn Visitor,
    /// How many rows of the file have been seen, also those that were left out.
    pub(super) seen: usize,
    most: usize,
    /// Whether the visitor wants no more.
    stopped: bool,
}

impl<'a> Rows<'a> {
    /// No rows yet of the file that `header` promises.
    ///
    /// `bytes_a_number` is the least that a number takes in the file. Memory is reserved for at most what the file can
    /// hold, whatever its header says, and not at all if the length is unknown.
    pub(super) fn new(header: Header, source: &Source, bytes_a_number: usize, visitor: &'a mut dyn Visitor) -> Self {
        let rows = source.possible_rows(header.words, header.dim.saturating_mul(bytes_a_number));
        Self { vocabulary: Vocabulary::with_capacity(rows), ..Self::begin(header.dim, rows, source, visitor) }
    }

    /// No rows yet of a file that does not say how many it holds.
    pub(super) fn of_dim(dim: usize, source: &Source, visitor: &'a mut dyn Visitor) -> Self {
        Self::begin(dim, 0, source, visitor)
    }

    fn begin(dim: usize, rows: usize, source: &Source, visitor: &'a mut dyn Visitor) -> Self {
        visitor.begin(dim, rows);
        let most = source.rules.most_rows();
        Self { dim, vocabulary: Vocabulary::new(), visitor, seen: 0, most, stopped: false }
    }

    /// Whether rows are still wanted.
    pub(super) fn wants_more(&self) -> bool {
        !self.stopped && self.vocabulary.len() < self.most
    }

    /// Adds the next row. The error says what is wrong with it; the caller adds where it is.
    pub(super) fn push(&mut self, word: &[u8], numbers: &[f32]) -> Result<(), Refused> {
        debug_assert_eq!(numbers.len(), self.dim);
        let word = utf8(word)?;
        check_word_without(word, &['\t', '\n', '\u{b}', '\u{c}', '\r'], "white space")
            .map_err(|problem| (Flaw::NotARow, problem))?;
        check_numbers(word, numbers).map_err(|problem| (Flaw::NotFinite, problem))?;
        push_word(&mut self.vocabulary, word, 0)?;
        self.stopped = self.visitor.row(word, numbers).is_break();
        Ok(())
    }

    /// The model, which has no more rows. What was forgiven in `source` is told.
    pub(super) fn finish(self, source: &Source) -> Rest {
        if !self.stopped {
            source.tell();
        }
        Rest { vocabulary: self.vocabulary, dim: self.dim, subwords: None, history: Vec::new() }
    }
}

/// A word of a file.
pub(super) fn utf8(word: &[u8]) -> Result<&str, Refused> {
    str::from_utf8(word).map_err(|_| {
        (Flaw::NotUtf8, format!("the word `{}` is not UTF-8", String::from_utf8_lossy(word).escape_debug()))
    })
}

/// Adds `word` as the next row of `vocabulary`.
pub(super) fn push_word(vocabulary: &mut Vocabulary, word: &str, count: u64) -> Result<(), Refused> {
    match vocabulary.push(word, count) {
        Ok(_) => Ok(()),
        Err(row) => Err((Flaw::Duplicate, format!("the word `{}` is already in row {}", word.escape_debug(), row + 1))),
    }
}

/// Checks that `vectors` can be read back once they are written: that there are words, that each passes `check_word`,
/// and that all numbers are finite.
pub(super) fn check(
    path: &Path,
    vectors: VectorsRef<'_>,
    check_word: impl Fn(&str) -> Result<(), String>,
) -> Result<()> {
    if vectors.vocabulary.is_empty() {
        return Err(Error::input(path, None, "there are no words to write"));
    }
    // Of inner nodes, there is one less than words.
    let sizes = [(vectors.outside, 0, "outside vectors"), (vectors.nodes, vectors.dim, "inner nodes of a tree")];
    for (numbers, less, what) in sizes {
        if numbers.is_some_and(|numbers| numbers.len() + less != vectors.data.len()) {
            return Err(Error::input(
                path,
                None,
                format!("cannot write its {what}: they are not as many as its words"),
            ));
        }
    }
    for (row, (word, numbers)) in vectors.rows().enumerate() {
        check_word(word)
            .and_then(|()| check_numbers(word, numbers))
            .map_err(|problem| Error::input(path, None, format!("cannot write row {}: {problem}", row + 1)))?;
    }
    Ok(())
}

/// Checks the first word of a file that begins with it.
pub(super) fn check_first(path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
    if vectors.rows().next().is_some_and(|(word, _)| word.starts_with('\u{feff}')) {
        let problem = "cannot write row 1: the word begins with a byte order mark, which readers would leave out";
        return Err(Error::input(path, None, problem));
    }
    Ok(())
}

/// Checks a word that a space ends.
pub(super) fn check_word(word: &str) -> Result<(), String> {
    // The vertical tab is white space to C, and so to word2vec.c, but not to Rust.
    check_word_without(word, &[' ', '\t', '\n', '\u{b}', '\u{c}', '\r'], "white space").map_err(|problem| {
        match word.contains(' ') {
            true => problem + ": .npy, .tsv, .safetensors, .fifu and .mote files can hold it",
            false => problem,
        }
    })
}

/// Checks how long a word is.
fn check_length(word: &str) -> Result<(), String> {
    if word.is_empty() {
        return Err("the word is empty".to_owned());
    }
    if word.len() > LONGEST_WORD - 2 {
        return Err(format!("a word of {} bytes is too long for this format", word.len()));
    }
    Ok(())
}

/// What a word may be that each of `ends` ends, which are called `what`.
pub(super) fn check_word_without(word: &str, ends: &[char], what: &str) -> Result<(), String> {
    check_length(word)?;
    if word.contains(ends) {
        return Err(format!("the word `{}` contains {what}, which ends a word in this format", word.escape_debug()));
    }
    Ok(())
}

/// Checks that numbers are finite, as queries require.
pub(super) fn check_numbers(word: &str, numbers: &[f32]) -> Result<(), String> {
    // A loop over all of them, without an early exit, can use vector instructions.
    if numbers.iter().fold(true, |finite, number| finite & number.is_finite()) {
        return Ok(());
    }
    let number = numbers.iter().find(|number| !number.is_finite()).unwrap_or(&f32::NAN);
    Err(format!("the vector of `{}` holds {number}, which is not a finite number", word.escape_debug()))
}

/// What the tests of the formats share.
#[cfg(test)]
pub(super) mod testing {
    use std::fs;

    use motevec_core::subword::Ngrams;
    use proptest::prelude::*;

    use super::super::Codec;
    use super::*;
    use crate::{Subwords, Vectors};

    /// Reads a file with this `content`; the error as the user sees it.
    pub(in super::super) fn read(codec: &dyn Codec, content: &[u8]) -> Result<Vectors, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, content).unwrap();
        codec.read(Source::open(file.path()).unwrap()).map_err(|error| error.to_string())
    }

    /// The content of the file that is written; the error as the user sees it.
    pub(in super::super) fn write(codec: &dyn Codec, vectors: &Vectors) -> Result<Vec<u8>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        codec.write(file.path(), vectors.view()).map_err(|error| error.to_string())?;
        Ok(fs::read(&file).unwrap())
    }

    /// Checks that words and bits are equal.
    pub(in super::super) fn assert_same(one: &Vectors, other: &Vectors) {
        let bits = |vectors: &Vectors| vectors.data.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        assert_eq!((one.dim, bits(one)), (other.dim, bits(other)));
        assert!(one.vocabulary.words().eq(other.vocabulary.words()));
    }

    /// Any model that a file may hold: every finite number, and words in any script.
    pub(in super::super) fn any_vectors() -> impl Strategy<Value = Vectors> {
        let number = any::<u32>().prop_map(f32::from_bits).prop_filter("finite", |number| number.is_finite());
        let words = prop::collection::btree_set("[^ \t-\r\u{feff}]{1,6}", 1..8);
        (words, 1_usize..6).prop_flat_map(move |(words, dim)| {
            let data = prop::collection::vec(number.clone(), words.len() * dim);
            let vocabulary = words.into_iter().map(|word| (word, 0)).collect::<Vocabulary>();
            let subwords = prop::option::of(any_subwords(dim));
            (data, subwords).prop_map(move |(data, subwords)| {
                let vectors = Vectors::new(vocabulary.clone(), dim, data);
                subwords.map_or(vectors.clone(), |subwords| with_subwords(vectors, subwords))
            })
        })
    }

    /// Rows of n-grams that add up to finite numbers, those of words excepted.
    fn any_subwords(dim: usize) -> impl Strategy<Value = Subwords> {
        let row = prop::collection::vec((-1e30..1e30_f32).prop_filter("not zero", |x| *x != 0.0), dim);
        (1..4_u32, 0..4_u32, prop::collection::btree_map(0..50_u32, row, 0..20)).prop_map(move |(least, more, rows)| {
            let ngrams = Ngrams::new(least, least + more, 50).unwrap();
            let (buckets, rows): (_, Vec<_>) = rows.into_iter().unzip();
            Subwords::new(ngrams, dim, Vec::new(), buckets, rows.concat())
        })
    }

    /// The model whose words have the rows `vectors` of their own, and the n-grams `subwords`.
    pub(in super::super) fn with_subwords(vectors: Vectors, mut subwords: Subwords) -> Vectors {
        // As large as the mean of many can be.
        subwords.words = vectors.data.iter().map(|x| x.clamp(-1e30, 1e30)).collect();
        let own = subwords.words.chunks_exact(vectors.dim);
        let data = vectors.vocabulary.words().zip(own).flat_map(|(word, own)| subwords.with_row(word, own)).collect();
        Vectors { data, subwords: Some(subwords), ..vectors }
    }

    /// Reads two files with this content, the first of which leads to the second.
    pub(in super::super) fn read_pair(
        codec: &dyn Codec,
        one: (&str, &[u8]),
        other: (&str, &[u8]),
    ) -> Result<Vectors, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [one, other] {
            fs::write(folder.path().join(name), content).unwrap();
        }
        codec.read(Source::open(&folder.path().join(one.0)).unwrap()).map_err(|error| error.to_string())
    }

    /// The content of the two files that are written.
    pub(in super::super) fn write_pair(
        codec: &dyn Codec,
        one: &str,
        other: &str,
        vectors: &Vectors,
    ) -> Result<[Vec<u8>; 2], String> {
        let folder = tempfile::tempdir().unwrap();
        codec.write(&folder.path().join(one), vectors.view()).map_err(|error| error.to_string())?;
        Ok([one, other].map(|name| fs::read(folder.path().join(name)).unwrap()))
    }
}
