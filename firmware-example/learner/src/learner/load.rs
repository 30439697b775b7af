//! Taking over what was saved: all of an image, or a word.

use motevec_core::image::{Image, ImageError, Pieces, PiecesError, Source};
use motevec_core::model::{Model, RowsMut};
use motevec_core::simd::Lanes;

use super::memory::start_row;
use super::{Learner, Memory};

/// Why an image was not loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadError<E> {
    /// It cannot be read.
    Source(E),
    /// It is not a sound image.
    Image(ImageError),
    /// Its vectors have other dimensions.
    Dimensions,
    /// There is no room for all of its words.
    Room,
}

impl<E> From<PiecesError<E>> for LoadError<E> {
    fn from(error: PiecesError<E>) -> Self {
        match error {
            PiecesError::Source(error) => Self::Source(error),
            PiecesError::Image(error) => Self::Image(error),
        }
    }
}

impl<L, R, T, H, C> Learner<'_, L, Memory<R, T, H, C>>
where
    L: Lanes,
    R: RowsMut,
    T: AsRef<[u8]> + AsMut<[u8]>,
    H: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// Forgets everything, and takes all words of an image, with their counts; but if these add up to more than
    /// they [may](Self::fade_at), in proportion.
    ///
    /// Random numbers start anew, so what is learned from here on differs from what it would have been.
    ///
    /// # Errors
    /// If the image does not fit, cannot be read, or is damaged: then nothing has changed. It is read twice: if it can
    /// be read only once, or is not a sound image although its checksum says so, or its words should be numbers and are
    /// not, then all is forgotten.
    pub fn load<S: Source>(&mut self, image: S) -> Result<(), LoadError<S::Error>> {
        let mut image = Pieces::new(image)?;
        let (header, vocab) = (image.header(), &self.memory.vocab);
        if usize::from(header.dim) != self.dim() {
            return Err(LoadError::Dimensions);
        }
        let text = if vocab.is_numbered() { 0 } else { header.text_len as usize };
        if header.words as usize > vocab.capacity() || text > vocab.text_capacity() {
            return Err(LoadError::Room);
        }
        image.check()?;
        self.reset();
        for word in 0..header.words {
            self.take(&mut image, word).inspect_err(|_| self.reset())?;
        }
        self.memory.vocab.fade_in();
        Ok(())
    }

    /// Takes a word of an image. Where words are numbers, there is no room for others.
    fn take<S: Source>(&mut self, image: &mut Pieces<S>, word: u32) -> Result<(), LoadError<S::Error>> {
        let Memory { model: Model { center, outside }, vocab, .. } = &mut *self.memory;
        let (length, count) = (image.text_len(word)?, image.count(word)?);
        let place = vocab.insert(length, count, |text| image.read_text(word, text))?;
        let numbered = vocab.is_numbered();
        let refused = || if numbered { LoadError::Room } else { LoadError::Image(ImageError::Word { word }) };
        let index = place.ok_or_else(refused)? as usize;
        let center = center.row_mut(index).unwrap_or_default();
        Ok(image.read_vectors(word, center, outside.row_mut(index).unwrap_or_default())?)
    }

    /// Copies the vectors of `token` from `image`, to continue training them; returns whether there was room. No other
    /// word makes room for it, and without room nothing has changed.
    ///
    /// It gets the count of an average word, if it has less. An image without outside vectors leaves the outside vector
    /// as it is: zero for a new word, from where it learns fast. `None` if the image does not have the token.
    pub fn adopt(&mut self, image: &Image<'_>, token: &str) -> Option<bool> {
        let number = image.find(token)?;
        self.finish();
        let Some(word) = self.add(token) else { return Some(false) };
        let vocab = &mut self.memory.vocab;
        let average = vocab.total().checked_div(vocab.len() as u64).unwrap_or(0) as u32;
        vocab.set_count(word, average.max(vocab.count(word)?));
        self.copy(image, number, word)?;
        Some(true)
    }

    /// The number of `token`, which is counted; `None` if it is new and there is no room.
    fn add(&mut self, token: &str) -> Option<u32> {
        let Memory { model, vocab, noise } = &mut *self.memory;
        let known = vocab.len();
        let word = vocab.observe(token).ok()?;
        if vocab.len() > known {
            start_row(model, word, &mut self.streams.rows);
            noise.outdate();
        }
        Some(word)
    }

    /// Copies the vectors of the word `number` of `image`.
    fn copy(&mut self, image: &Image<'_>, number: u32, word: u32) -> Option<()> {
        let Model { center, outside } = &mut self.memory.model;
        if let Some(row) = center.row_mut(word as usize) {
            image.center().row(number)?.read(row);
        }
        if let (Some(from), Some(row)) = (image.outside(), outside.row_mut(word as usize)) {
            from.row(number)?.read(row);
        }
        Some(())
    }
}
