//! Writing down the state of what learns, and taking it up again: after a power cut a device goes on with the same bits
//! as one that never stopped.

/// What can be written down as bytes and taken up again.
///
/// The bytes are the same on every machine. Settings, such as the capacity of a vocabulary or when its counts fade, are
/// not among them: what takes the bytes up must have the same.
pub trait State {
    /// Shows all bytes to `visit`, piece by piece. What `visit` puts in their place becomes the state.
    ///
    /// So one that only looks writes the state down. One that gives back what was written down, in the same pieces,
    /// takes it up: which pieces follow depends only on those before. Other bytes may leave a state that makes no
    /// sense, but none that panics.
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8]));
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl State for $number {
            // Loops over them are then small; they need not be fast.
            #[inline(never)]
            fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
                let mut bytes = self.to_le_bytes();
                visit(&mut bytes);
                *self = Self::from_le_bytes(bytes);
            }
        }
    )+};
}

numbers!(u16, u32, u64, f32, f64);

impl<S: State> State for [S] {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.iter_mut().for_each(|one| one.visit(visit));
    }
}
