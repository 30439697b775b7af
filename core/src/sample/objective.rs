//! What a word is predicted by.

use super::Negatives;

/// A source of the targets of a word: rows of the outside matrix, each with a label.
///
/// Every source of [`Negatives`] is one, negative sampling: the word itself, with the label 1, and K others. The other
/// is [`HierarchicalSoftmax`](super::HierarchicalSoftmax).
pub trait Objective {
    /// The targets of `truth`, in `room`, which is as large as the shape of training says, or elsewhere.
    fn targets<'t>(&'t mut self, truth: u32, room: &'t mut [u32]) -> Labeled<'t>;
}

/// The targets of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Labeled<'a> {
    /// Rows of the outside matrix.
    pub rows: &'a [u32],
    /// The label of target j in bit j.
    pub labels: u128,
}

impl<N: Negatives> Objective for N {
    #[inline(always)]
    fn targets<'t>(&'t mut self, truth: u32, room: &'t mut [u32]) -> Labeled<'t> {
        if let Some((first, rest)) = room.split_first_mut() {
            *first = truth;
            self.draw(truth, rest);
        }
        Labeled { rows: room, labels: 1 }
    }
}
