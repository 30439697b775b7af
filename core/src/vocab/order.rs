//! The order of texts, in which tokens are found.

use core::cmp::Ordering;

use super::{VocabIn, name};

impl<T, E, C> VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// The indices of all tokens, in the order of their texts.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = u32> {
        let words = u32::from(self.words);
        let first = (self.is_numbered() && words > 0).then_some(0);
        let numbers = core::iter::successors(first, move |&last| name::after(last, words));
        numbers.chain(self.ranked().iter().map(|&index| index.into()))
    }

    /// The tokens that are texts, in their order. A rank is a place here.
    pub(super) fn ranked(&self) -> &[u16] {
        self.order.as_ref().get(..self.known_ends().len()).unwrap_or_default()
    }

    /// The bytes of the token at `index`.
    pub(super) fn bytes(&self, index: u16) -> &[u8] {
        cut(self.text.as_ref(), self.known_ends(), index)
    }

    /// The rank of a text, which is how many tokens come before it, and the index of the token that it is, if any.
    pub(super) fn locate(&self, text: &[u8]) -> (usize, Option<u16>) {
        let (all, ends, ranked) = (self.text.as_ref(), self.known_ends(), self.ranked());
        let (mut start, mut end) = (0, ranked.len());
        while start < end {
            let middle = (start + end) / 2;
            let Some(&index) = ranked.get(middle) else { break };
            // Byte by byte: most texts differ early, and a call of `memcmp` takes longer than the rest.
            match cut(all, ends, index).iter().cmp(text) {
                Ordering::Less => start = middle + 1,
                Ordering::Equal => return (middle, Some(index)),
                Ordering::Greater => end = middle,
            }
        }
        (start, None)
    }

    /// Moves the token at `index` from one rank, the one after the last if it is new, to before what is at another.
    pub(super) fn rerank(&mut self, index: u16, from: usize, to: usize) {
        let (order, mut carried) = (self.order.as_mut(), index);
        let mut put = |place| core::mem::swap(place, &mut carried);
        if from < to {
            order.get_mut(from..to).unwrap_or_default().iter_mut().rev().for_each(&mut put);
        } else {
            order.get_mut(to..=from).unwrap_or_default().iter_mut().for_each(put);
        }
    }

    /// Finds the order again, if it is not that of the texts.
    pub(super) fn sort(&mut self) {
        let ranked = self.ranked();
        let in_order = |(&one, &next): (&u16, &u16)| self.bytes(one) < self.bytes(next);
        let are_known = ranked.iter().all(|&index| index < self.words);
        if self.is_numbered() || are_known && ranked.iter().zip(ranked.iter().skip(1)).all(in_order) {
            return;
        }
        for index in 0..core::mem::take(&mut self.words) {
            // Those before it are in order.
            let (start, end) = (self.text_len(), self.ends.as_ref().get(usize::from(index)).copied().unwrap_or(0));
            let (rank, _) = self.locate(self.text.as_ref().get(start..end.into()).unwrap_or_default());
            self.rerank(index, index.into(), rank);
            self.words = index + 1;
        }
    }
}

/// The text that ends at `ends[index]`.
fn cut<'t>(all: &'t [u8], ends: &[u16], index: u16) -> &'t [u8] {
    let end = ends.get(usize::from(index)).copied().unwrap_or(0);
    let start = index.checked_sub(1).and_then(|before| ends.get(usize::from(before))).copied().unwrap_or(0);
    all.get(start.into()..end.into()).unwrap_or_default()
}
