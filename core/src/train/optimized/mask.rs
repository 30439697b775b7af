//! Dropout on the inputs of a step (eq. 19).

use rand_core::Rng;

use crate::optim::Dropout;

/// A source of masks for the inputs of a step. `()` and `None` mean no dropout.
pub trait Masks {
    /// Draws masks for `inputs` inputs of `dim` components, of rows of `len`. `None` if there is no room for them.
    fn draw(&mut self, inputs: usize, dim: usize, len: usize) -> Option<()>;
    /// The mask of an input: `len` factors, finite ones beyond `dim` too; or `None` without dropout.
    fn mask(&self, input: usize) -> Option<&[f32]>;
}

impl Masks for () {
    #[inline(always)]
    fn draw(&mut self, _inputs: usize, _dim: usize, _len: usize) -> Option<()> {
        Some(())
    }

    #[inline(always)]
    fn mask(&self, _input: usize) -> Option<&[f32]> {
        None
    }
}

impl<D: Masks> Masks for &mut D {
    #[inline(always)]
    fn draw(&mut self, inputs: usize, dim: usize, len: usize) -> Option<()> {
        (**self).draw(inputs, dim, len)
    }

    #[inline(always)]
    fn mask(&self, input: usize) -> Option<&[f32]> {
        (**self).mask(input)
    }
}

impl<D: Masks> Masks for Option<D> {
    #[inline(always)]
    fn draw(&mut self, inputs: usize, dim: usize, len: usize) -> Option<()> {
        match self {
            Some(masks) => masks.draw(inputs, dim, len),
            None => Some(()),
        }
    }

    #[inline(always)]
    fn mask(&self, input: usize) -> Option<&[f32]> {
        self.as_ref().and_then(|masks| masks.mask(input))
    }
}

/// [`Dropout`] on the inputs of a step: those rows of V that the loss sees in it. Each row has one mask per step.
#[derive(Clone, Debug)]
pub struct InputDropout<R, M> {
    dropout: Dropout,
    /// The stream that masks are drawn from.
    pub rng: R,
    room: M,
    len: usize,
}

impl<R: Rng, M: AsRef<[f32]> + AsMut<[f32]>> InputDropout<R, M> {
    /// Draws from `rng`, with `room` for the masks of a step: a row, padding included, for each word of the window;
    /// with [`Dynamic`](super::Dynamic), for [`MAX_INPUTS`](crate::simd::MAX_INPUTS). Without room, steps are refused.
    pub const fn new(dropout: Dropout, rng: R, room: M) -> Self {
        Self { dropout, rng, room, len: 0 }
    }
}

impl<R: Rng, M: AsRef<[f32]> + AsMut<[f32]>> Masks for InputDropout<R, M> {
    fn draw(&mut self, inputs: usize, dim: usize, len: usize) -> Option<()> {
        self.len = len;
        let room = self.room.as_mut().get_mut(..inputs.checked_mul(len)?)?;
        // As many draws as components, whatever the padding.
        for mask in room.chunks_mut(len.max(1)) {
            let (mask, padding) = mask.split_at_mut_checked(dim)?;
            self.dropout.draw(&mut self.rng, mask);
            padding.fill(0.0);
        }
        Some(())
    }

    #[inline(always)]
    fn mask(&self, input: usize) -> Option<&[f32]> {
        self.room.as_ref().get(input.checked_mul(self.len)?..)?.get(..self.len)
    }
}
