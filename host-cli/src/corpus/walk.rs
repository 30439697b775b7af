//! A walk through the sources, word by word, that keeps nothing of them: for what reads a text more than once.

use super::blocks::{Block, Blocks, word_too_long};
use super::cut::{Piece, pieces, words};
use super::decode::{decode, line_at};
use super::dictionary::Word;
use super::scan::load;
use super::source::Source;
use super::{BLOCK_SIZE, MAX_WORD, Options, Progress};
use crate::Result;

/// Where the words of a text go, in order.
pub(crate) trait Visitor {
    /// A word, which is never empty.
    fn word(&mut self, word: Word<'_>) -> Result<()>;

    /// A sentence ends here, because it is too long; the next word is of the same line.
    fn cut(&mut self) -> Result<()>;

    /// A line ends, and with it its sentence. Lines may be blank.
    fn end_line(&mut self) -> Result<()>;
}

/// Shows the words of `sources`, in order, to `visitor`; the end of a source ends its last line.
///
/// Of the options, those apply that say what a word and a sentence is. Here `max_sentence` counts all words. Of a bad
/// line that is longer than a block, [`Skip`](super::InvalidUtf8::Skip) leaves out only the blocks that are bad: the
/// ones before have been shown.
///
/// # Errors
/// If a source cannot be read, is damaged, or is not UTF-8; if a word is longer than [`MAX_WORD`]; or as `visitor`
/// says.
pub(crate) fn walk(
    sources: &[Source],
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    visitor: &mut impl Visitor,
) -> Result<()> {
    walk_blocks(sources, options, progress, visitor, BLOCK_SIZE)
}

/// [`walk`], in blocks of about `block_size` bytes.
fn walk_blocks(
    sources: &[Source],
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    visitor: &mut impl Visitor,
    block_size: usize,
) -> Result<()> {
    let mut blocks = Blocks::new(sources, block_size, progress)?;
    let mut block = Block::default();
    let mut walk = Walk { options, visitor, sentence: 0, inside_line: false };
    while blocks.next(&mut block)? {
        walk.block(&mut block)?;
    }
    walk.end_open_line()
}

struct Walk<'a, V> {
    options: &'a Options,
    visitor: &'a mut V,
    /// How many words the sentence has so far.
    sentence: usize,
    inside_line: bool,
}

impl<V: Visitor> Walk<'_, V> {
    fn block(&mut self, block: &mut Block) -> Result<()> {
        if !block.continues {
            self.end_open_line()?;
        }
        let Options { tokens, lowercase, invalid_utf8, .. } = *self.options;
        if lowercase {
            block.text.make_ascii_lowercase();
        }
        let (text, _) = decode(block, invalid_utf8)?;
        self.inside_line = true;
        pieces(&text, |Piece { range, ends_line }| {
            // ASCII white space is never part of another character.
            let piece = text.get(range.clone()).unwrap_or_default();
            words(tokens, piece, |word| {
                if word.len() > MAX_WORD {
                    let before = text.as_bytes().get(..range.start).unwrap_or_default();
                    return Err(word_too_long(&block.name, line_at(block, before), word.len()));
                }
                if word.is_empty() {
                    return Ok(());
                }
                let is_all = word.len() == piece.len();
                self.word(if is_all { Word::new(word, load(text.as_bytes(), range.start)) } else { word.into() })
            })?;
            self.inside_line |= !range.is_empty();
            if ends_line {
                self.inside_line = false;
                return self.end_line();
            }
            Ok(())
        })
    }

    #[inline(always)]
    fn word(&mut self, word: Word<'_>) -> Result<()> {
        if self.sentence == self.options.max_sentence {
            self.sentence = 0;
            self.visitor.cut()?;
        }
        self.sentence += 1;
        if self.options.lowercase && !word.text.is_ascii() {
            return self.visitor.word(Word::from(&*word.text.to_lowercase()));
        }
        self.visitor.word(word)
    }

    fn end_open_line(&mut self) -> Result<()> {
        if std::mem::take(&mut self.inside_line) { self.end_line() } else { Ok(()) }
    }

    fn end_line(&mut self) -> Result<()> {
        self.sentence = 0;
        self.visitor.end_line()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InvalidUtf8, Tokenizer};
    use super::*;

    /// The words, with `|` where a sentence is cut and `/` where a line ends.
    #[derive(Default)]
    struct Shown(String);

    impl Visitor for Shown {
        fn word(&mut self, word: Word<'_>) -> Result<()> {
            self.0 += word.text;
            self.0.push(' ');
            Ok(())
        }

        fn cut(&mut self) -> Result<()> {
            self.0 += "| ";
            Ok(())
        }

        fn end_line(&mut self) -> Result<()> {
            self.0 += "/ ";
            Ok(())
        }
    }

    fn shown(texts: &[&'static [u8]], options: &Options) -> String {
        let sources: Vec<_> = texts.iter().map(|data| Source::Bytes { name: "text", data }).collect();
        let of = |block_size| {
            let mut shown = Shown::default();
            walk_blocks(&sources, options, &|_| (), &mut shown, block_size).unwrap();
            shown.0.trim_end().to_owned()
        };
        let whole = of(BLOCK_SIZE);
        if options.invalid_utf8 != InvalidUtf8::Skip {
            for block_size in 1..40 {
                assert_eq!(of(block_size), whole, "blocks of {block_size} bytes");
            }
        }
        whole
    }

    #[test]
    fn words_and_lines_come_in_order_whatever_the_blocks() {
        let options = Options { max_sentence: 3, ..Options::default() };
        let texts: [&[u8]; 5] = [b"a b\n\n c d e", b"", b"f g h i \xe2\x80\x83 j k l\n", b"\n", b"x  "];
        assert_eq!(shown(&texts, &options), "a b / / c d e / f g h | i j k | l / / x /");
        let options = Options { tokens: Tokenizer::Words, lowercase: true, ..Options::default() };
        assert_eq!(shown(&["Żółw, (NIE) Straße!\n".as_bytes()], &options), "żółw nie straße /");
    }

    #[test]
    fn bad_lines_are_left_out_on_request() {
        let text: [&[u8]; 1] = [b"a\nb \xff c\nd\n"];
        let of = |invalid_utf8| shown(&text, &Options { invalid_utf8, ..Options::default() });
        assert_eq!(of(InvalidUtf8::Skip), "a / / d /");
        assert_eq!(of(InvalidUtf8::Replace), "a / b \u{fffd} c / d /");
        let sources = [Source::Bytes { name: "text", data: text[0] }];
        let error = walk(&sources, &Options::default(), &|_| (), &mut Shown::default()).unwrap_err().to_string();
        assert!(error.starts_with("text:2: invalid UTF-8"), "{error}");
    }
}
