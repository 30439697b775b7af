//! The firmware's learner.

use core::hint::black_box;

use motevec_core::query::Neighbor;
use motevec_core::simd::{Portable, Scalar};
use motevec_core::train::Loss;
use motevec_learner::learner::{FixedMemory, Learner};

use crate::{DIM, Number, WORDS};

/// Two bytes per word.
const TEXT: usize = 2 * WORDS;

static mut MEMORY: FixedMemory<WORDS, DIM, TEXT, Number> = FixedMemory::new();

pub(crate) type Learning = Learner<'static, Scalar<Portable>, FixedMemory<WORDS, DIM, TEXT, Number>>;

/// The learner. Must be called once.
pub(crate) fn learner() -> Learning {
    let memory = &raw mut MEMORY;
    // SAFETY: the entry point calls this once, and nothing else names MEMORY.
    Learner::new(Scalar::new(), unsafe { &mut *memory })
}

/// Learns and looks up, without end.
#[cfg(not(feature = "measure"))]
pub(crate) fn run(learner: &mut Learning) -> ! {
    loop {
        black_box(learn(learner));
        black_box(near(learner, black_box(0)));
    }
}

/// Learns ten sentences, of eight words each.
#[inline(never)]
pub(crate) fn learn(learner: &mut Learning) -> Loss {
    const NAMES: &str = "a0a1a2a3a4a5a6a7b0b1b2b3b4b5b6b7c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d7e0e1e2e3e4e5e6e7\
                         f0f1f2f3f4f5f6f7g0g1g2g3g4g5g6g7h0h1h2h3h4h5h6h7i0i1i2i3i4i5i6i7j0j1j2j3j4j5j6j7";
    let mut all = Loss::default();
    for sentence in 0..10 {
        let words = black_box(sentence) * 8..(sentence + 1) * 8;
        let loss = learner.learn(words.filter_map(|word| NAMES.get(2 * word..2 * word + 2)), &mut |_| {});
        all.sum += loss.sum;
        all.pairs += loss.pairs;
    }
    all
}

/// Looks up five neighbors.
#[inline(never)]
pub(crate) fn near(learner: &Learning, word: u32) -> usize {
    let mut best = [Neighbor::default(); 5];
    let found = learner.near(word, &mut best);
    black_box(&best);
    found
}
