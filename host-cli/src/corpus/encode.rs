//! From a block of text to word ids: checks UTF-8, cuts words, counts and numbers them.

use std::borrow::Cow;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::blocks::{Block, word_too_long};
use super::dictionary::{Dictionary, Full, SHORT, ShortWord};
use super::scan::{CHUNK, PADDING, is_ascii, load, may_hold_unicode_space, prefix, spaces};
use super::store::{Segment, Store};
use super::tokens::{SENTENCE_END, SPOILED};
use super::{InvalidUtf8, MAX_WORD, Options, Tokenizer};
use crate::{Error, Result};

/// The ids of one block, as its worker's dictionary numbers them.
pub(super) struct Encoded {
    /// The number of the block.
    pub(super) number: usize,
    /// Whether the first sentence began in the block before.
    pub(super) continues: bool,
    /// Whether a sentence that reaches into another block is to be left out, as marked by [`SPOILED`].
    pub(super) spoiled: bool,
    /// Ids of words, with [`SENTENCE_END`] at line ends.
    pub(super) ids: Segment,
}

/// Encodes blocks, one after another, with its own dictionary.
pub(super) struct Encoder {
    tokens: Tokenizer,
    lowercase: bool,
    invalid_utf8: InvalidUtf8,
    /// The words met so far, with their counts.
    pub(super) dictionary: Dictionary,
    ids: Vec<u32>,
    /// How many bytes of text were encoded.
    pub(super) bytes: u64,
}

impl Encoder {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            tokens: options.tokens,
            lowercase: options.lowercase,
            invalid_utf8: options.invalid_utf8,
            dictionary: Dictionary::default(),
            ids: Vec::new(),
            bytes: 0,
        }
    }

    /// The ids of the words of `block`, put into `store`.
    ///
    /// # Errors
    /// If a word is too long, the text is not UTF-8 and the options do not allow that, or the store fails.
    pub(super) fn encode(&mut self, block: &mut Block, store: &Store<'_>) -> Result<Encoded> {
        self.bytes += (block.text.len() - PADDING) as u64;
        if self.lowercase {
            // Lowercasing the whole block at once is much faster than word by word; `word` does the other letters.
            block.text.make_ascii_lowercase();
        }
        self.ids.clear();
        let mut spoils = Spoils::default();
        let text = match std::str::from_utf8(&block.text) {
            Ok(text) => Cow::Borrowed(text),
            Err(error) => match self.invalid_utf8 {
                InvalidUtf8::Fail => return Err(invalid_utf8(block, error.valid_up_to())),
                InvalidUtf8::Replace => String::from_utf8_lossy(&block.text),
                InvalidUtf8::Skip => {
                    let text;
                    (text, spoils) = without_bad_lines(block);
                    Cow::Owned(text)
                }
            },
        };
        if spoils.before {
            self.ids.push(SPOILED);
        }
        self.words(block, &text)?;
        self.dictionary.settle(&mut self.ids).map_err(|Full| too_many_words())?;
        if spoils.after {
            self.ids.push(SPOILED);
        }
        Ok(Encoded {
            number: block.number,
            continues: block.continues,
            spoiled: spoils.before || spoils.after,
            ids: store.put(&self.ids)?,
        })
    }

    /// Encodes `text`, the text of `block` with its padding.
    fn words(&mut self, block: &Block, text: &str) -> Result<()> {
        let bytes = text.as_bytes();
        let end = bytes.len() - PADDING;
        let mut start = 0;
        for at in (0..end).step_by(CHUNK) {
            // All chunks that start before the padding are whole.
            let mut spaces = bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, spaces);
            while spaces != 0 {
                let space = at + spaces.trailing_zeros() as usize;
                spaces &= spaces - 1;
                if start < space {
                    self.piece(block, text, start..space)?;
                }
                if space >= end {
                    return Ok(());
                }
                if bytes.get(space) == Some(&b'\n') {
                    self.end_sentence(block.continues);
                }
                start = space + 1;
            }
        }
        if start < end { self.piece(block, text, start..end) } else { Ok(()) }
    }

    /// Encodes a part of `text` that lies between ASCII white space.
    #[inline(always)]
    fn piece(&mut self, block: &Block, text: &str, range: Range<usize>) -> Result<()> {
        let (head, len) = (load(text.as_bytes(), range.start), range.len());
        if len <= SHORT && self.is_word(prefix(head, len), len) {
            let word = ShortWord::new(head, len);
            self.dictionary.push_short(word, &mut self.ids).map_err(|Full| too_many_words())
        } else {
            // ASCII white space is never part of another character.
            let (before, rest) = text.split_at_checked(range.start).unwrap_or_default();
            let piece = rest.get(..len).unwrap_or_default();
            self.long_piece(piece).map_err(|refusal| refusal.explain(block, before))
        }
    }

    /// Whether the `len` bytes between ASCII white space, followed by zeros, are certainly one word as they stand.
    #[inline(always)]
    fn is_word(&self, bytes: u128, len: usize) -> bool {
        match self.tokens {
            Tokenizer::Whitespace => is_ascii(bytes) || !(self.lowercase || may_hold_unicode_space(bytes)),
            Tokenizer::Words => bytes.to_le_bytes().iter().take(len).all(u8::is_ascii_alphanumeric),
        }
    }

    /// Encodes anything between ASCII white space.
    fn long_piece(&mut self, piece: &str) -> Result<(), Refusal> {
        match self.tokens {
            Tokenizer::Whitespace if piece.is_ascii() => self.word(piece),
            Tokenizer::Whitespace => piece.split(char::is_whitespace).try_for_each(|word| self.word(word)),
            Tokenizer::Words => piece.unicode_words().try_for_each(|word| self.word(word)),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Refusal> {
        if word.is_empty() {
            return Ok(());
        }
        if word.len() > MAX_WORD {
            return Err(Refusal::TooLong(word.len()));
        }
        let id = if self.lowercase && !word.is_ascii() {
            self.dictionary.add(&word.to_lowercase(), 1)
        } else {
            self.dictionary.add(word, 1)
        };
        self.ids.push(id.map_err(|Full| Refusal::TooMany)?);
        Ok(())
    }

    fn end_sentence(&mut self, continues: bool) {
        let is_open = self.ids.last().map_or(continues, |&last| last != SENTENCE_END);
        if is_open {
            self.ids.push(SENTENCE_END);
        }
    }
}

/// Why a word cannot be taken.
enum Refusal {
    TooLong(usize),
    TooMany,
}

impl Refusal {
    #[cold]
    fn explain(self, block: &Block, text_before: &str) -> Error {
        match self {
            Self::TooLong(len) => word_too_long(&block.name, line_at(block, text_before.as_bytes()), len),
            Self::TooMany => too_many_words(),
        }
    }
}

#[cold]
pub(super) fn too_many_words() -> Error {
    Error::Failed("the corpus has more than 4 billion distinct words, which is more than can be numbered".into())
}

/// The line that follows the start of a block's text.
fn line_at(block: &Block, text_before: &[u8]) -> u64 {
    block.line + memchr::memchr_iter(b'\n', text_before).count() as u64
}

fn invalid_utf8(block: &Block, valid: usize) -> Error {
    let line = line_at(block, block.text.get(..valid).unwrap_or_default());
    let is_utf16 = block.text.starts_with(b"\xFF\xFE") || block.text.starts_with(b"\xFE\xFF");
    let message = if block.line == 1 && is_utf16 {
        "this looks like UTF-16; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"
    } else {
        "invalid UTF-8; convert the file to UTF-8, or use --invalid-utf8 replace (with U+FFFD) or skip (the line)"
    };
    Error::input(&block.name, line, message)
}

/// Which sentences a bad line makes unusable outside its block.
#[derive(Default)]
struct Spoils {
    /// The one in which the block starts.
    before: bool,
    /// The one in which the block stops.
    after: bool,
}

/// The text of `block`, with every line that is not UTF-8 emptied.
fn without_bad_lines(block: &Block) -> (String, Spoils) {
    let mut text = String::with_capacity(block.text.len());
    let mut spoils = Spoils::default();
    let (lines, padding) = block.text.split_at(block.text.len() - PADDING);
    let mut start = 0;
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        let ends_here = line.ends_with(b"\n");
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                spoils.before |= block.continues && start == 0;
                spoils.after |= block.open && !ends_here;
                text.push_str(if ends_here { "\n" } else { "" });
            }
        }
        start += line.len();
    }
    text.extend(padding.iter().map(|&byte| char::from(byte)));
    (text, spoils)
}
