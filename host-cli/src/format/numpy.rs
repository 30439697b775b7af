//! NumPy's `.npy`: a matrix with one row per word, as `numpy.save` writes and `numpy.load` reads it; the words are in a
//! file beside it (module `words`): those of `model.npy` in `model.vocab`.
//!
//! The layout is that of numpy.lib.format. The crates that read it (npyz, ndarray-npy) bring in a parser of Python, and
//! npyz 0.9 panics with an overflow if a header lies about its shape; all that is needed here is one line of text.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::matrix::{Kind, Numbers};
use super::{Codec, Rest, Source, Visitor, matrix, words};
use crate::{Result, VectorsRef};

/// The start of such a file.
const MAGIC: &[u8] = b"\x93NUMPY";

/// The numbers start at a multiple of this.
const ALIGNMENT: usize = 64;

/// The headers of matrices have a tenth of this length.
const LONGEST_HEADER: usize = 4096;

/// The format `numpy`.
pub(super) struct Numpy;

impl Codec for Numpy {
    fn endings(&self) -> &'static [&'static str] {
        &[".npy"]
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        start.starts_with(MAGIC)
    }

    fn numbers(&self, start: &[u8]) -> &'static str {
        // The header is ASCII, and the search ends before the numbers.
        let header = String::from_utf8_lossy(start.get(..LONGEST_HEADER).unwrap_or(start));
        let header = header.split('\n').next().unwrap_or_default();
        let kinds = [("f2'", "f16"), ("f8'", "f64")];
        kinds.into_iter().find(|(descr, _)| header.contains(descr)).map_or("f32", |(_, name)| name)
    }

    fn companion(&self, path: &Path) -> Option<PathBuf> {
        Some(path.with_extension("vocab"))
    }

    fn visit(&self, mut source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        let header = read_header(&mut source)?;
        let (rows, dim) = matrix::size(&source, header.rows, header.dim)?;
        let path = source.path().with_extension("vocab");
        let what = "the matrix";
        let mut words = match words::read(&path, false, &source) {
            Ok(words) => words,
            // A matrix that is cut is the worse news.
            Err(error) => {
                let passed =
                    header.numbers.rows(&mut source, (rows, dim), what, |_, _, _| Ok(ControlFlow::Continue(())));
                return Err(passed.err().unwrap_or(error));
            }
        };
        visitor.begin(dim, source.possible_rows(rows, dim * header.numbers.bytes()));
        let shown = if header.by_columns {
            let columns = header.numbers.matrix(&mut source, (rows, dim), what)?;
            let (mut shown, mut numbers) = (ControlFlow::Continue(()), Vec::with_capacity(dim));
            for row in 0..rows {
                numbers.clear();
                numbers.extend(columns.iter().skip(row).step_by(rows));
                shown = words.center(&mut source, row, &numbers, visitor)?;
                if shown.is_break() {
                    break;
                }
            }
            shown
        } else {
            header.numbers.rows(&mut source, (rows, dim), what, |source, row, numbers| {
                words.center(source, row, numbers, visitor)
            })?
        };
        if shown.is_continue() && !source.at_end()? {
            return Err(source.error(None, "the file continues after the matrix that its header promises"));
        }
        words::check_len(&path, &words, &source, rows)?;
        Ok(Rest { vocabulary: words.finish(&source, visitor), dim, subwords: None, history: Vec::new() })
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        words::write((path, &path.with_extension("vocab")), vectors, false, |out| {
            let shape = (vectors.vocabulary.len(), vectors.dim);
            let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", shape.0, shape.1);
            let fixed = MAGIC.len() + 4;
            // What is left to the next multiple, less the newline.
            let length = (fixed + header.len() + 1).next_multiple_of(ALIGNMENT) - fixed;
            out.write_all(MAGIC)?;
            out.write_all(&[1, 0])?;
            out.write_all(&(length as u16).to_le_bytes())?;
            writeln!(out, "{header:<width$}", width = length - 1)?;
            matrix::write(vectors.data, out)
        })
    }
}

/// What a header says.
struct Header {
    numbers: Numbers,
    /// Whether columns follow each other, and not rows: Fortran's order.
    by_columns: bool,
    rows: u64,
    dim: u64,
}

/// Reads everything before the numbers.
fn read_header(source: &mut Source) -> Result<Header> {
    let none = |source: &Source| source.error(None, "this is not a .npy file of NumPy");
    let cut = |source: &Source| source.error(None, "the file ends within its header");
    let start = source.array::<8>()?.filter(|start| start.starts_with(MAGIC)).ok_or_else(|| none(source))?;
    let length = match start[6] {
        1 => source.array()?.map(|length| usize::from(u16::from_le_bytes(length))),
        2 | 3 => source.array()?.map(|length| u32::from_le_bytes(length) as usize),
        version => {
            let message = format!("this is version {version} of the .npy format; only 1 to 3 can be read");
            return Err(source.error(None, message));
        }
    };
    let length = length.ok_or_else(|| cut(source))?;
    if length > LONGEST_HEADER {
        return Err(none(source));
    }
    let mut text = Vec::new();
    source.read_bytes(length, &mut text)?;
    if text.len() < length {
        return Err(cut(source));
    }
    let text = str::from_utf8(&text).map_err(|_| none(source))?;
    parse(text).map_err(|problem| source.error(None, problem))
}

/// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }`. The error is for the user.
fn parse(header: &str) -> Result<Header, String> {
    let wrong = || format!("its header does not describe a matrix: `{}`", header.trim());
    let after = |key: &str| {
        let (_, value) = header.split_once(&format!("'{key}':"))?;
        Some(value.trim_start())
    };
    let shape = after("shape").and_then(|shape| shape.strip_prefix('(')?.split_once(')')).ok_or_else(wrong)?.0;
    let lengths: Vec<&str> = shape.split(',').map(str::trim).filter(|length| !length.is_empty()).collect();
    let &[rows, dim] = &lengths[..] else {
        let axes = lengths.len();
        return Err(format!("an array of {axes} axes: word vectors are a matrix of 2, words × dimensions"));
    };
    let number = |text: &str| text.parse().map_err(|_| wrong());
    let (rows, dim) = (number(rows)?, number(dim)?);
    let by_columns = match after("fortran_order").ok_or_else(wrong)? {
        order if order.starts_with("False") => false,
        order if order.starts_with("True") => true,
        _ => return Err(wrong()),
    };
    let descr = after("descr").ok_or_else(wrong)?;
    let descr = descr.strip_prefix('\'').and_then(|descr| descr.split_once('\'')).map(|(descr, _)| descr);
    let descr = descr.ok_or("its rows are records, not numbers: save a matrix of float32")?;
    let numbers = numbers(descr)
        .ok_or_else(|| format!("its numbers are of type `{}`: save `matrix.astype('<f4')`", descr.escape_debug()))?;
    Ok(Header { numbers, by_columns, rows, dim })
}

/// The numbers that NumPy calls `descr`.
fn numbers(descr: &str) -> Option<Numbers> {
    let big_endian = descr.starts_with('>');
    let kind = match descr.strip_prefix(['<', '>'])? {
        "f2" => Kind::F16,
        "f4" => Kind::F32,
        "f8" => Kind::F64,
        _ => return None,
    };
    Some(Numbers { kind, big_endian })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::rows::testing;
    use super::*;
    use crate::Vectors;

    /// What `numpy.save` writes of two rows of two numbers.
    fn good() -> Vec<u8> {
        let header = format!("{:<117}\n", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }");
        let numbers = [0.5_f32, -1.25, 3.0, -0.0].map(f32::to_le_bytes).concat();
        [b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes(), &numbers].concat()
    }

    fn read(content: &[u8], words: &str) -> Result<Vectors, String> {
        testing::read_pair(&Numpy, ("model.npy", content), ("model.vocab", words.as_bytes()))
    }

    #[test]
    fn files_are_written_as_numpy_writes_them() {
        let vectors = read(&good(), "state\nNew York\n").unwrap();
        assert_eq!(vectors.data, [0.5, -1.25, 3.0, -0.0]);
        assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "New York"]);
        let [matrix, words] = testing::write_pair(&Numpy, "model.npy", "model.vocab", &vectors).unwrap();
        assert_eq!((matrix, &words[..]), (good(), &b"state\nNew York\n"[..]));
        let counted = read(&good(), "state\t7\r\nunion\t0\r\n").unwrap();
        assert_eq!(counted.vocabulary.counts(), [7, 0]);
        let [_, words] = testing::write_pair(&Numpy, "model.npy", "model.vocab", &counted).unwrap();
        assert_eq!(words, b"state\t7\nunion\t0\n");
    }

    #[test]
    fn wider_numbers_and_later_versions_are_read() {
        let numbers = [0.5_f64, -1.25, 3.0, 0.1].map(f64::to_le_bytes).concat();
        let header = "{'shape': (2, 2), 'fortran_order': False, 'descr': '<f8'}\n";
        let content = [b"\x93NUMPY\x02\x00", &(header.len() as u32).to_le_bytes()[..], header.as_bytes(), &numbers];
        assert_eq!(read(&content.concat(), "a\nb\n").unwrap().data, [0.5, -1.25, 3.0, 0.1]);
        assert_eq!((Numpy.numbers(&content.concat()), Numpy.numbers(&good())), ("f64", "f32"));
    }

    #[test]
    fn halves_other_machines_numbers_and_columns_are_read() {
        let with = |descr: &str, order: &str, numbers: &[u8]| {
            let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': (2, 2), }}\n");
            [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), numbers].concat()
        };
        // 0.5, -1.25, 3, and the smallest number above 0.
        let halves = [0x3800_u16, 0xbd00, 0x4200, 0x0001];
        let read = |content: &[u8]| read(content, "a\nb\n").unwrap().data;
        let expected = [0.5, -1.25, 3.0, 2.0_f32.powi(-24)];
        assert_eq!(read(&with("<f2", "False", &halves.map(u16::to_le_bytes).concat())), expected);
        assert_eq!(read(&with(">f2", "False", &halves.map(u16::to_be_bytes).concat())), expected);
        assert_eq!(read(&with(">f4", "False", &expected.map(f32::to_be_bytes).concat())), expected);
        assert_eq!(read(&with(">f8", "False", &expected.map(|x| f64::from(x).to_be_bytes()).concat())), expected);
        let [a, b, c, d] = expected;
        assert_eq!(read(&with("<f4", "True", &[a, c, b, d].map(f32::to_le_bytes).concat())), expected);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let with = |from: &str, to: &str| {
            // After the header, bytes are not UTF-8.
            let (header, numbers) = (good()[10..128].to_vec(), good()[128..].to_vec());
            let header = String::from_utf8(header).unwrap().replacen(from, to, 1);
            let length = (header.len() as u16).to_le_bytes();
            [&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes(), &numbers].concat()
        };
        let cases = [
            (b"PK\x03\x04 a zip file".to_vec(), "this is not a .npy file of NumPy"),
            (good()[..9].to_vec(), "the file ends within its header"),
            (good()[..60].to_vec(), "the file ends within its header"),
            (with("(2, 2)", "(4,)"), "an array of 1 axes: word vectors are a matrix of 2"),
            (with("(2, 2)", "(2, 2, 1)"), "an array of 3 axes"),
            (with("(2, 2)", "(2, x)"), "its header does not describe a matrix: `{'descr'"),
            (with("(2, 2)", "(0, 2)"), "holds 0 vectors of 2 dimensions"),
            (with("(2, 2)", "(3, 2)"), "the file ends early: it has 4 of 6 numbers of the matrix"),
            (with("(2, 2)", "(1, 2)"), "continues after the matrix"),
            (with("(2, 2)", "(4294967296, 2)"), "more than any model has"),
            (with("(2, 2)", "(4294967295, 1048575)"), "the file ends early: it has 4 of 4503595331354625 numbers"),
            (with("(2, 2)", "(2, 99999999999999999999)"), "its header does not describe a matrix"),
            (with("<f4", "<i4"), "its numbers are of type `<i4`: save `matrix.astype('<f4')`"),
            (with("'<f4'", "[('x', '<f4')]"), "its rows are records"),
        ];
        for (content, expected) in cases {
            let message = read(&content, "a\nb\n").unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
        let cases = [
            ("a\n", "model.vocab: holds 1 words, but "),
            ("a\na\n", "model.vocab:2: the word `a` is already in row 1"),
            ("a\n\n", "model.vocab:2: the word is empty"),
            ("a\nb", "model.vocab:2: the file ends within this line"),
            ("a\tx\nb\n", "model.vocab:1: what follows the tab is not a count"),
        ];
        for (words, expected) in cases {
            let message = read(&good(), words).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
        let mut nan = good();
        let end = nan.len();
        nan[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(read(&nan, "a\nb\n").unwrap_err().contains("row 2: the vector of `b` holds NaN"));
    }

    #[test]
    fn missing_words_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.npy");
        fs::write(&path, good()).unwrap();
        let message = Numpy.read(Source::open(&path).unwrap()).unwrap_err().to_string();
        assert!(message.contains("its words should be in") && message.contains("model.vocab"), "{message}");
    }
}
