//! word2vec's binary format, as word2vec.c and gensim write and read it.
//!
//! A header line `words dimensions`; then one row per word: the word, a space, and the numbers as little-endian `f32`.
//! word2vec.c ends a row with a newline and gensim does not: both are read, and rows are written as by word2vec.c.

use std::path::Path;

use super::rows::{self, Header, LONGEST_WORD, Rows};
use super::rules::{Flaw, Refused};
use super::{Codec, Rest, Source, Visitor, matrix};
use crate::{Result, VectorsRef, compression};

const BYTES: usize = size_of::<f32>();

/// The format `word2vec-bin`.
pub(super) struct Word2vecBinary;

impl Codec for Word2vecBinary {
    fn endings(&self) -> &'static [&'static str] {
        &[".bin"]
    }

    fn compresses(&self) -> bool {
        true
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        rows::looks_like_text(start) == Some(false)
    }

    fn visit(&self, mut source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        let header = Header::read(&mut source)?;
        let mut rows = Rows::new(header, &source, BYTES, visitor);
        let (mut word, mut numbers) = (Vec::new(), Vec::new());
        while rows.wants_more() {
            source.read_until(b' ', LONGEST_WORD, &mut word)?;
            // The newline with which word2vec.c ended the row before.
            let start = word.iter().position(|&byte| byte != b'\n').unwrap_or(word.len());
            if rows.seen == header.words {
                if start == word.len() {
                    break;
                }
                // Not to be forgiven: a word with a space would have shifted all rows behind it.
                let words = header.words;
                let problem = format!("the file continues after row {words}, the last that its header promises");
                return Err(source.error(None, problem));
            }
            rows.seen += 1;
            let row = rows.seen;
            let place = |what: &str| format!("row {row} of {}: {what}", header.words);
            let cut = |what: &str| (Flaw::Count, place(what));
            let Some(word) = word.get(start..).and_then(|word| word.strip_suffix(b" ")) else {
                if word.len() >= LONGEST_WORD {
                    return Err(source.error(None, place("its word does not end with a space")));
                }
                source.forgive(None, cut("the file ends before its numbers"))?;
                break;
            };
            numbers.clear();
            if matrix::read_more(&mut source, header.dim, &mut numbers)? < header.dim {
                let word = String::from_utf8_lossy(word);
                let problem = format!("the file ends within the numbers of `{}`", word.escape_debug());
                source.forgive(None, cut(&problem))?;
                break;
            }
            // The supposed word may be numbers: then all that follows is wrong as well.
            let shifted = word.iter().any(u8::is_ascii_control);
            if let Err((flaw, problem)) = push(&mut rows, word, &numbers) {
                let hint = "; the row before may have other dimensions than the header says, or a word with a space";
                if shifted {
                    return Err(source.error(None, place(&problem) + hint));
                }
                source.forgive(None, (flaw, place(&problem)))?;
            }
        }
        Ok(rows.finish(&source))
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        rows::check(path, vectors, rows::check_word)?;
        compression::write(path, |out| {
            writeln!(out, "{} {}", vectors.vocabulary.len(), vectors.dim)?;
            let mut line = Vec::new();
            for (word, numbers) in vectors.rows() {
                line.clear();
                line.extend_from_slice(word.as_bytes());
                line.push(b' ');
                matrix::put(numbers, &mut line);
                line.push(b'\n');
                out.write_all(&line)?;
            }
            Ok(())
        })
    }
}

/// Adds a row, whose word a space has ended.
fn push(rows: &mut Rows<'_>, word: &[u8], numbers: &[f32]) -> Result<(), Refused> {
    if let Ok(word) = str::from_utf8(word) {
        rows::check_word(word).map_err(|problem| (Flaw::NotARow, problem))?;
    }
    rows.push(word, numbers)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;
    use crate::Vectors;

    /// The file that word2vec.c writes for two words in two dimensions.
    const GOOD: &[u8] = b"2 2\nstate \x00\x00\x00\x3f\x00\x00\xa0\xbf\nunion \x00\x00\x40\x40\x00\x00\x00\x80\n";

    fn read(content: &[u8]) -> Result<Vectors, String> {
        testing::read(&Word2vecBinary, content)
    }

    #[test]
    fn rows_are_read_with_and_without_newlines() {
        let of_gensim: Vec<u8> = [&GOOD[..4], &GOOD[4..18], &GOOD[19..33]].concat();
        for content in [GOOD, &GOOD[..GOOD.len() - 1], &of_gensim] {
            let vectors = read(content).unwrap();
            assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "union"]);
            assert_eq!(vectors.data, [0.5, -1.25, 3.0, -0.0]);
            assert!(vectors.data[3].is_sign_negative());
        }
    }

    #[test]
    fn files_are_written_as_word2vec_c_writes_them() {
        assert_eq!(testing::write(&Word2vecBinary, &read(GOOD).unwrap()).unwrap(), GOOD);
    }

    #[test]
    fn a_cut_file_is_an_error_wherever_it_is_cut() {
        for end in 0..GOOD.len() - 1 {
            let message = read(&GOOD[..end]).unwrap_err();
            match end {
                0 => assert!(message.ends_with(":1: the file is empty"), "{message}"),
                1..4 => assert!(message.contains("the first line is not"), "{end}: {message}"),
                4..18 => assert!(message.contains("row 1 of 2: the file ends"), "{end}: {message}"),
                _ => assert!(message.contains("row 2 of 2: the file ends"), "{end}: {message}"),
            }
        }
        assert!(read(&GOOD[..30]).unwrap_err().ends_with("the file ends within the numbers of `union`"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_row() {
        let long = [b"1 1\n".as_slice(), &[b'x'; LONGEST_WORD + 9]].concat();
        let cases: [(&[u8], &str); 8] = [
            (b"1 1\n\xff\xfe 0000", "row 1 of 1: the word `\u{fffd}\u{fffd}` is not UTF-8"),
            (b"1 1\n 0000", "row 1 of 1: the word is empty"),
            (b"2 1\na 0000a 0000", "row 2 of 2: the word `a` is already in row 1"),
            (b"1 1\na\tb 0000", "contains white space"),
            (b"1 1\na \x00\x00\xc0\x7f", "row 1 of 1: the vector of `a` holds NaN, which is not a finite number"),
            (b"1 1\na \x00\x00\x80\xff", "holds -inf"),
            (b"1 1\na 0000b 0000", "the file continues after row 1"),
            (&long, "row 1 of 1: its word does not end with a space"),
        ];
        for (content, expected) in cases {
            let message = read(content).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn a_header_that_lies_costs_no_memory() {
        let cases = [
            ("4000000000 1000000\nword 0000", "row 1 of 4000000000: the file ends within the numbers"),
            ("5000000000 1\n", "more than 2^32 words"),
            ("18446744073709551615 18446744073709551615\n", "more dimensions"),
            ("1 0\n", "without dimensions"),
            ("0 5\n", "no words"),
            ("99999999999999999999 1\n", "the first line is not"),
            ("-1 5\n", "the first line is not"),
            ("1 2 3\n", "the first line is not"),
        ];
        for (content, expected) in cases {
            let message = read(content.as_bytes()).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    proptest! {
        #[test]
        fn no_content_makes_the_reader_panic(content in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&content);
            let _ = read(&[b"3 2\n", content.as_slice()].concat());
        }
    }

    #[test]
    fn a_pipe_is_read_as_a_file_is() {
        #[cfg(unix)]
        {
            let folder = tempfile::tempdir().unwrap();
            let pipe = folder.path().join("pipe.bin");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let writer = std::thread::spawn({
                let pipe = pipe.clone();
                move || fs::write(pipe, GOOD)
            });
            let source = Source::open(&pipe).unwrap();
            assert_eq!(source.length(), None);
            assert_eq!(Word2vecBinary.read(source).unwrap().vocabulary.len(), 2);
            writer.join().unwrap().unwrap();
        }
    }
}
