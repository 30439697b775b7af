//! Taking over what was saved.

use motevec_core::image::{ImageError, Pieces, PiecesError, Source};
use motevec_core::model::{Model, RowsMut};
use motevec_core::simd::Lanes;

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
    /// be read only once, or is no sound image although its checksum says so, or its words should be numbers and are
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
}
