//! A vocabulary, written down.

use super::VocabIn;
use crate::state::State;

impl<T, E, C> State for VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.words.visit(visit);
        // Of those that do not fit, the first.
        self.words = self.words.min(self.capacity() as u16);
        self.total.visit(visit);
        self.dropped.visit(visit);
        self.undercount.visit(visit);
        let stored = self.known_ends().len();
        self.ends.as_mut().iter_mut().take(stored).for_each(|end| end.visit(visit));
        // Not `is_sorted`, which can panic for all that the compiler knows.
        let ends = self.known_ends();
        let sorted = ends.iter().zip(ends.iter().skip(1)).all(|(one, next)| one <= next);
        if !sorted || self.text_len() > self.text_capacity() {
            self.words = 0;
        }
        self.counts_mut().visit(visit);
        let text = self.text_len();
        visit(self.text.as_mut().get_mut(..text).unwrap_or_default());
        // It follows from the texts.
        self.sort();
    }
}
