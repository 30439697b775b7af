//! The text formats: a line a word, the word and then its numbers, with single spaces between.
//!
//! word2vec.c, gensim and fastText begin with a line `words dimensions`. In GloVe's format there is none, and the first
//! line tells how many numbers there are. fastText ends each line with a space. (So does word2vec.c; white space around
//! numbers is of no account when reading, tabs are as good as spaces, and a word may hold blanks.) Numbers are written
//! with as many digits as it takes to read the same `f32` again.

use std::fmt::Write as _;
use std::path::Path;

use super::lines::{self, Lines};
use super::rows::{self, Header, MOST_DIMENSIONS, Rows};
use super::rules::Flaw;
use super::{Codec, Rest, Source, Visitor, signature};
use crate::{Error, Result, VectorsRef, compression};

/// The fewest bytes that a number takes: a space and a digit.
const SHORTEST_NUMBER: usize = 2;

/// A text format, and what sets it apart from the others.
pub(super) struct Text {
    endings: &'static [&'static str],
    /// Whether the first line is `words dimensions`.
    header: bool,
    /// What ends a row that is written.
    end: &'static str,
}

/// The format `word2vec-text`.
pub(super) const WORD2VEC: Text = Text { endings: &[".txt"], header: true, end: "\n" };

/// The format `fasttext`, which nothing in a file tells from word2vec's: one without a name is taken for that.
pub(super) const FASTTEXT: Text = Text { endings: &[".vec"], header: true, end: " \n" };

/// The format `glove`.
pub(super) const GLOVE: Text = Text { endings: &[".glove"], header: false, end: "\n" };

impl Codec for Text {
    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }

    fn compresses(&self) -> bool {
        true
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        if self.header { rows::looks_like_text(start) == Some(true) } else { is_headless(start) }
    }

    fn numbers(&self, _start: &[u8]) -> &'static str {
        lines::NUMBERS
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        if self.header { read(source, visitor) } else { read_headless(source, visitor) }
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        if !self.header && vectors.rows().next().is_some_and(|(word, numbers)| looks_like_header(word, numbers)) {
            let message = "GloVe's format cannot hold this model: its first row would be the header of another format";
            return Err(Error::input(path, None, message));
        }
        rows::check(path, vectors, rows::check_word)?;
        if !self.header {
            rows::check_first(path, vectors)?;
        }
        compression::write(path, |out| {
            if self.header {
                writeln!(out, "{} {}", vectors.vocabulary.len(), vectors.dim)?;
            }
            let mut line = String::new();
            for (word, numbers) in vectors.rows() {
                line.clear();
                line.push_str(word);
                for number in numbers {
                    // Writing to a string cannot fail.
                    let _ = write!(line, " {number}");
                }
                line.push_str(self.end);
                out.write_all(line.as_bytes())?;
            }
            Ok(())
        })
    }
}

/// Whether a file that begins with `start` begins with a word and at least two numbers: with one, it would be a header.
fn is_headless(start: &[u8]) -> bool {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    rows::looks_like_text(start).is_none()
        && signature::advice(start).is_none()
        && start.len() > line.len()
        && str::from_utf8(line).is_ok()
        && lines::numbers_at_the_end(lines::split(line).1) > 1
}

/// Whether this row, as the first one, would be taken for a header.
fn looks_like_header(word: &str, numbers: &[f32]) -> bool {
    word.parse::<u64>().is_ok() && matches!(numbers, [number] if number.fract() == 0.0 && *number >= 0.0)
}

/// Reads the header, and the rows that it promises.
fn read(mut source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
    let header = Header::read(&mut source)?;
    let rows = Rows::new(header, &source, SHORTEST_NUMBER, visitor);
    // The header is line 1.
    let lines = Lines::new(source, 1, header.dim);
    Reader { lines, rows, dim: header.dim, why: "the header promises", numbers: Vec::new() }.read(Some(header.words))
}

/// Reads rows up to the end of the file; all have as many numbers as the first one.
fn read_headless(source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
    let mut lines = Lines::new(source, 0, 0);
    lines.expect(None);
    if !lines.next()? {
        return Err(lines.error("the file is empty".to_owned()));
    }
    let (word, rest) = lines::split(&lines.line);
    let dim = lines::numbers_at_the_end(rest);
    let header = dim == 1 && [word, rest.trim_ascii()].iter().all(|part| part.iter().all(u8::is_ascii_digit));
    if header && !word.is_empty() {
        return Err(lines.error("this is the header of another format: word2vec-text or fasttext".to_owned()));
    }
    if dim == 0 || dim >= MOST_DIMENSIONS {
        let problem = match lines::parse(rest, &mut Vec::new()) {
            Err(problem) => problem,
            Ok(()) => {
                let many = if dim == 0 { "no numbers" } else { "more numbers than any model has" };
                format!("`{}` has {many}", String::from_utf8_lossy(word).escape_debug())
            }
        };
        return Err(lines.error(problem));
    }
    lines.expect(Some(dim));
    let rows = Rows::of_dim(dim, &lines.source, visitor);
    let mut reader = Reader { lines, rows, dim, why: "the first line has", numbers: Vec::new() };
    reader.push()?;
    reader.read(None)
}

/// The word that GloVe adds to a file without counting it in the header.
const UNKNOWN: &[u8] = b"<unk>";

/// Rows that are read, line by line.
struct Reader<'a> {
    lines: Lines,
    rows: Rows<'a>,
    dim: usize,
    /// What says that rows have so many numbers.
    why: &'static str,
    numbers: Vec<f32>,
}

impl Reader<'_> {
    /// Reads the rows that are left, as many as are `promised` if something promises any.
    fn read(mut self, promised: Option<usize>) -> Result<Rest> {
        let mut blank = None;
        while self.rows.wants_more() && self.lines.next()? {
            if self.lines.is_blank() {
                blank = blank.or(Some(self.lines.number));
                continue;
            }
            // Blank lines at the end are nothing to speak of.
            if let Some(line) = blank.take() {
                let problem = "the line is blank, and rows follow it".to_owned();
                self.lines.source.forgive(line, (Flaw::NotARow, problem))?;
            }
            if Some(self.rows.seen) == promised {
                self.one_more(self.rows.seen)?;
            }
            self.push()?;
        }
        if let Some(words) = promised
            && self.rows.seen < words
            && self.rows.wants_more()
        {
            let problem = format!("the file ends here, but its header promises {words} words");
            self.lines.source.forgive(blank.unwrap_or(self.lines.number), (Flaw::Count, problem))?;
        }
        Ok(self.rows.finish(&self.lines.source))
    }

    /// Allows for a line after the `words` that the header promises.
    fn one_more(&mut self, words: usize) -> Result<()> {
        if lines::split(&self.lines.line).0 == UNKNOWN {
            self.lines.source.note("the header does not count the last word, `<unk>`, as GloVe writes it");
            return Ok(());
        }
        let problem = format!("the file continues after the {words} words that its header promises");
        self.lines.forgive((Flaw::Count, problem))
    }

    /// Adds the row in the line.
    fn push(&mut self) -> Result<()> {
        self.rows.seen += 1;
        let Self { lines, rows, dim, why, numbers } = self;
        let pushed = row(&lines.line, *dim, why, numbers)
            .map_err(|problem| (Flaw::NotARow, problem))
            .and_then(|word| rows.push(word, numbers));
        pushed.or_else(|refused| lines.forgive(refused))
    }
}

/// The word in `line`, whose numbers replace `numbers`; there must be `dim`, as `why` says.
fn row<'a>(line: &'a [u8], dim: usize, why: &str, numbers: &mut Vec<f32>) -> Result<&'a [u8], String> {
    let (word, rest) = lines::split(line);
    let parsed = lines::parse(rest, numbers);
    if parsed.is_ok() && numbers.len() == dim {
        return Ok(word);
    }
    // Published files have words with blanks: `. . .` stands before the last numbers, which are `dim`.
    if parsed.is_err()
        && let Some((word, rest)) = lines::split_last(line, dim)
        && lines::parse(rest, numbers).is_ok()
        && numbers.len() == dim
        && !word.is_empty()
    {
        return Ok(word.trim_ascii());
    }
    parsed?;
    let (word, found) = (String::from_utf8_lossy(word), numbers.len());
    Err(format!("`{}` has {found} numbers, but {why} {dim}", word.escape_debug()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::rows::testing;
    use super::*;

    const HEADLESS: &str = "state 0.5 -1.25\nunion 3 0.0000001\n";

    fn good() -> String {
        format!("2 2\n{HEADLESS}")
    }

    #[test]
    fn lines_are_read_as_each_program_writes_them() {
        for (format, good) in [(WORD2VEC, good()), (GLOVE, HEADLESS.to_owned())] {
            let of_word2vec = good.replace("25\n", "25 \n").replace("1\n", "1 \n");
            let of_windows = good.replace('\n', "\r\n");
            let with_exponent = good.replace("0.0000001", "1e-07");
            for content in [&good, &of_word2vec, &of_windows, &with_exponent, &format!("{good}\n")] {
                let vectors = testing::read(&format, content.as_bytes()).unwrap();
                assert_eq!(vectors.vocabulary.words().collect::<Vec<_>>(), ["state", "union"]);
                assert_eq!((vectors.dim, &vectors.data[..]), (2, &[0.5, -1.25, 3.0, 1e-7][..]));
            }
        }
    }

    #[test]
    fn lines_are_written_as_each_program_writes_them() {
        let vectors = testing::read(&WORD2VEC, good().as_bytes()).unwrap();
        let of_fasttext = good().replace("25\n", "25 \n").replace("1\n", "1 \n");
        for (format, expected) in [(WORD2VEC, good()), (FASTTEXT, of_fasttext), (GLOVE, HEADLESS.to_owned())] {
            assert_eq!(testing::write(&format, &vectors).unwrap(), expected.as_bytes());
        }
    }

    #[test]
    fn a_cut_file_is_an_error_wherever_it_is_cut() {
        let good = good();
        for end in 0..good.len() {
            let message = testing::read(&WORD2VEC, &good.as_bytes()[..end]).unwrap_err();
            let line = good[..end].matches('\n').count() + 1;
            assert!(message.contains(&format!(":{line}: ")), "{end}: {message}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let with_header = [
            ("1 2\na 1 x\n", ":2: `x` is not a number"),
            ("1 2\na x 1\u{c}2 3\n", ":2: `x` is not a number"),
            ("1 2\na 1\n", ":2: `a` has 1 numbers, but the header promises 2"),
            ("1 2\na 1 2 3\n", ":2: `a` has 3 numbers, but the header promises 2"),
            ("1 2\nNew York 1 x\n", ":2: `York` is not a number"),
            ("2 1\na 1\n\n", ":3: the file ends here, but its header promises 2 words"),
            ("2 1\na 1\n\nb 1\n", ":3: the line is blank, and rows follow it"),
            ("1 1\na 1\n\n\nb 1\n", ":3: the line is blank, and rows follow it"),
            ("1 1\n 1\n", ":2: the word is empty"),
            ("2 1\na 1\na 2\n", ":3: the word `a` is already in row 1"),
            ("1 1\na NaN\n", ":2: the vector of `a` holds NaN, which is not a finite number"),
            ("1 1\na 1e39\n", ":2: the vector of `a` holds inf, which is not a finite number"),
            ("3 1\na 1\n", ":3: the file ends here, but its header promises 3 words"),
            ("1 1\na 1\nb 1\n", ":3: the file continues after the 1 words that its header promises"),
            ("the 0.1 0.2\n", ":1: the first line is not `words dimensions`"),
        ];
        let headless = [
            ("", ":1: the file is empty"),
            ("\n", ":1: `` has no numbers"),
            ("word\n", ":1: `word` has no numbers"),
            ("a 1 x\n", ":1: `x` is not a number"),
            ("a 1 2\nb 1\n", ":2: `b` has 1 numbers, but the first line has 2"),
            ("a 1 2\nNew York 1 x\n", ":2: `York` is not a number"),
            ("a 1 2\n\nb 1 2\n", ":2: the line is blank, and rows follow it"),
            ("a 1 2\n\n\nb 1 2\n", ":2: the line is blank, and rows follow it"),
            ("a 1 2\nb 1 2", ":2: the file ends within this line"),
            ("a 1 2\na 1 2\n", ":2: the word `a` is already in row 1"),
            ("a 1 inf\n", ":1: the vector of `a` holds inf"),
            ("2 3\na 1 2 3\n", ":1: this is the header of another format: word2vec-text or fasttext"),
        ];
        let cases = with_header.map(|case| (WORD2VEC, case)).into_iter().chain(headless.map(|case| (GLOVE, case)));
        for (format, (content, expected)) in cases {
            let message = testing::read(&format, content.as_bytes()).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn only_a_word_with_numbers_is_recognized() {
        for (content, expected) in [
            (HEADLESS, true),
            ("a 1 2\n", true),
            ("2 2\na 1 2\n", false),
            ("a 1\n", false),
            ("a b c\n", false),
            ("a 1 2", false),
            ("", false),
        ] {
            assert_eq!(GLOVE.recognizes(content.as_bytes()), expected, "{content:?}");
        }
    }

    #[test]
    fn words_that_the_format_cannot_hold_are_not_written() {
        let mut vectors = testing::read(&WORD2VEC, good().as_bytes()).unwrap();
        for (word, problem) in [("New York", "white space"), ("a\u{b}b", "white space"), ("", "empty")] {
            vectors.vocabulary = [("fine", 0), (word, 0)].into_iter().collect();
            let message = testing::write(&WORD2VEC, &vectors).unwrap_err();
            assert!(message.contains("cannot write row 2: the word") && message.contains(problem), "{message}");
        }
        vectors.vocabulary = [("\u{feff}a", 0), ("b", 0)].into_iter().collect();
        assert!(testing::write(&GLOVE, &vectors).unwrap_err().contains("begins with a byte order mark"));
        assert!(testing::write(&WORD2VEC, &vectors).is_ok());
        vectors.data.fill(f32::NAN);
        assert!(testing::write(&WORD2VEC, &vectors).unwrap_err().contains("cannot write row 1: the vector"));
    }

    proptest! {
        #[test]
        fn no_content_makes_a_reader_panic(content in "[a .1-9e\u{e9}\n]{0,60}") {
            for content in [&content, &format!("3 2\n{content}")] {
                let _ = testing::read(&WORD2VEC, content.as_bytes());
                let _ = testing::read(&GLOVE, content.as_bytes());
            }
        }
    }
}
