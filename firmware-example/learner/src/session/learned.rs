//! All that is learned, for a flash to keep.

use motevec_core::state::State;

/// The learner, and what watches it.
pub(super) struct Learned<'s, L, W> {
    pub(super) learner: &'s mut L,
    pub(super) watch: &'s mut W,
}

impl<L: State, W: State> State for Learned<'_, L, W> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.learner.visit(visit);
        self.watch.visit(visit);
    }
}
