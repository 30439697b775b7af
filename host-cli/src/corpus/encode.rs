//! From a block of text to word ids: checks UTF-8, cuts words, counts and numbers them.

use std::ops::Range;

use super::blocks::{Block, word_too_long};
use super::cut::{Piece, pieces, words};
use super::decode::{decode, line_at};
use super::dictionary::{Dictionary, Full, SHORT, ShortWord};
use super::scan::{PADDING, is_ascii, load, may_hold_unicode_space, prefix};
use super::store::{Segment, Store};
use super::tokens::{SENTENCE_END, SPOILED};
use super::{InvalidUtf8, MAX_WORD, Options, Tokenizer};
use crate::{Error, Result};

/// The ids of one block, as its worker's dictionary numbers them.
pub(super) struct Encoded {
    /// The number of the block.
    pub(super) number: usize,
    /// That of its source.
    pub(super) source: usize,
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
    /// The ids of the block so far.
    pub(super) ids: Vec<u32>,
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
        let (text, spoils) = decode(block, self.invalid_utf8)?;
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
            source: block.source,
            continues: block.continues,
            spoiled: spoils.before || spoils.after,
            ids: store.put(&self.ids)?,
        })
    }

    /// Encodes a word that belongs to no block.
    ///
    /// # Errors
    /// If it is too long.
    #[inline]
    pub(super) fn push(&mut self, word: &str) -> Result<()> {
        self.word(word).map_err(|refusal| match refusal {
            Refusal::TooLong(len) => Error::Failed(format!(
                "a word of {len} bytes (at most {MAX_WORD} are allowed): is each sentence a list of words?"
            )),
            Refusal::TooMany => too_many_words(),
        })
    }

    /// Encodes `text`, the text of `block` with its padding.
    fn words(&mut self, block: &Block, text: &str) -> Result<()> {
        pieces(text, |Piece { range, ends_line }| {
            if !range.is_empty() {
                self.piece(block, text, range)?;
            }
            if ends_line {
                self.end_sentence(block.continues);
            }
            Ok(())
        })
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
        words(self.tokens, piece, |word| self.word(word))
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

    /// Ends the sentence, if it has words or began in the block before.
    pub(super) fn end_sentence(&mut self, continues: bool) {
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
pub(crate) fn too_many_words() -> Error {
    Error::Failed("the corpus has more than 4 billion distinct words, which is more than can be numbered".into())
}
