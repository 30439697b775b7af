//! Vocabulary files as word2vec.c saves and reads them: one line `word count` per word, by falling count.

use std::io::{self, Write};
use std::num::IntErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::source::{Input, Source};
use crate::{Error, Result, Vocabulary};

/// The byte order mark, with which some editors begin files of UTF-8.
const MARK: &str = "\u{feff}";

/// Reads the vocabulary file at `path` (`-` is not special), compressed or not. The rows keep the order of the lines.
///
/// # Errors
/// If the file cannot be read, or a line is not `word count`, repeats a word, or holds a number that is too large.
pub fn read_vocab(path: impl AsRef<Path>) -> Result<Vocabulary> {
    let path = path.as_ref();
    let source = Source::Path(path.to_owned());
    source.size()?;
    let mut text = Vec::new();
    Input::open(&source, &Arc::default())?.fill_to_end(&mut text)?;
    let text = text.strip_prefix(MARK.as_bytes()).unwrap_or(&text);

    let mut vocabulary = Vocabulary::new();
    let mut total: u64 = 0;
    for (line, number) in text.split_inclusive(|&byte| byte == b'\n').zip(1..) {
        let fail = |message: String| Error::input(path, number, message);
        let line = std::str::from_utf8(line).map_err(|_| fail("invalid UTF-8; convert the file to UTF-8".into()))?;
        let (word, count) = parse(line).map_err(|message| fail(message.into()))?;
        let sum = total.checked_add(count);
        total = sum.ok_or_else(|| fail("the counts add up to more than 64 bits can hold".into()))?;
        if vocabulary.len() as u64 == u64::from(u32::MAX - super::tokens::SPECIAL_IDS) {
            return Err(fail("there are more than 4 billion words".into()));
        }
        let pushed = vocabulary.push(word, count);
        pushed.map_err(|row| fail(format!("the word \"{word}\" is already on line {}", row + 1)))?;
    }
    if vocabulary.is_empty() {
        return Err(Error::input(path, None, "the vocabulary is empty"));
    }
    Ok(vocabulary)
}

fn parse(line: &str) -> Result<(&str, u64), &'static str> {
    let mut fields = line.split_ascii_whitespace();
    let (Some(word), Some(count), None) = (fields.next(), fields.next(), fields.next()) else {
        return Err("expected a word, a space and its count");
    };
    match count.parse() {
        Ok(count) => Ok((word, count)),
        Err(e) if *e.kind() == IntErrorKind::PosOverflow => Err("the count is more than 64 bits can hold"),
        Err(_) => Err("the count is not a whole number"),
    }
}

/// Writes `vocabulary` to `out`, the most frequent word first, equal counts in row order.
///
/// # Errors
/// If `out` fails.
pub fn write_vocab(vocabulary: &Vocabulary, out: &mut dyn Write) -> io::Result<()> {
    let rows = vocabulary.by_count();
    // A reader takes one away from the start of the file; what is left then is the word.
    if rows.first().is_some_and(|&row| vocabulary.word(row).starts_with(MARK)) {
        write!(out, "{MARK}")?;
    }
    for row in rows {
        writeln!(out, "{} {}", vocabulary.word(row), vocabulary.count(row))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use proptest::prelude::*;

    use super::*;

    fn read(content: &[u8]) -> Result<Vocabulary, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        read_vocab(file.path()).map_err(|e| e.to_string().replace(&file.path().display().to_string(), "vocab.txt"))
    }

    fn pairs(vocabulary: &Vocabulary) -> Vec<(&str, u64)> {
        vocabulary.words().zip(vocabulary.counts().iter().copied()).collect()
    }

    #[test]
    fn a_file_of_word2vec_c_is_read() {
        let vocabulary = read(b"</s> 0\nthe 5\r\n\xc5\xbc\xc3\xb3\xc5\x82w\t3\na 3").unwrap();
        assert_eq!(pairs(&vocabulary), [("</s>", 0), ("the", 5), ("żółw", 3), ("a", 3)]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases: [(&[u8], &str); 10] = [
            (b"", "vocab.txt: the vocabulary is empty"),
            (b"a 3\nb", "vocab.txt:2: expected a word, a space and its count"),
            (b"a 3\n\nb 1\n", "vocab.txt:2: expected a word, a space and its count"),
            (b"New York 3\n", "vocab.txt:1: expected a word, a space and its count"),
            (b"a -3\n", "vocab.txt:1: the count is not a whole number"),
            (b"a 3.0\n", "vocab.txt:1: the count is not a whole number"),
            (b"a 18446744073709551616\n", "vocab.txt:1: the count is more than 64 bits can hold"),
            (b"a 18446744073709551615\nb 1\n", "vocab.txt:2: the counts add up to more than 64 bits can hold"),
            (b"a 3\nb 2\na 1\n", "vocab.txt:3: the word \"a\" is already on line 1"),
            (b"a 3\n\xff 2\n", "vocab.txt:2: invalid UTF-8; convert the file to UTF-8"),
        ];
        for (content, want) in cases {
            assert_eq!(read(content).unwrap_err(), want);
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(read_vocab(folder.path()).unwrap_err().to_string().contains("is a directory"));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_word_and_a_word_may_begin_with_one() {
        assert_eq!(pairs(&read("\u{feff}the 5\n".as_bytes()).unwrap()), [("the", 5)]);
        let vocabulary = ["\u{feff}a", "\u{feff}b", "c"].map(|word| (word, 1)).into_iter().collect();
        let mut file = Vec::new();
        write_vocab(&vocabulary, &mut file).unwrap();
        assert_eq!(pairs(&read(&file).unwrap()), pairs(&vocabulary));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            words in prop::collection::btree_map("[^\\p{Z}\\p{C}]{1,20}", 0_u64..9, 1..30),
        ) {
            let vocabulary = words.into_iter().collect();
            let mut file = Vec::new();
            write_vocab(&vocabulary, &mut file).unwrap();
            let back = read(&file).unwrap();
            let mut want = pairs(&vocabulary);
            want.sort_by_key(|&(_, count)| Reverse(count));
            prop_assert_eq!(pairs(&back), want);
        }
    }
}
