//! Core alone: a stream of word numbers that is trained on, and nearest neighbors.

use core::hint::black_box;

use motevec_core::model::FixedModel;
use motevec_core::query;
use motevec_core::sample::{CumulativeTable, Generator, Unigram};
use motevec_core::simd::{Portable, Scalar};
use motevec_core::train::{Shape, Stream, Trainer};

use crate::{DIM, Number, WORDS};

static mut MODEL: FixedModel<WORDS, DIM, Number> = FixedModel::zeros();
static mut NOISE: CumulativeTable<[u16; WORDS]> = CumulativeTable::over([0; WORDS]);

/// All of it is known when this is compiled.
#[cfg(not(any(feature = "dynamic", feature = "looped")))]
fn shape() -> impl Shape<Number> {
    motevec_core::train::Fixed::<2, 6>
}

/// Or nothing, as is how steps are taken.
#[cfg(feature = "dynamic")]
fn shape() -> impl Shape {
    use motevec_core::train::{Dynamic, Update};
    Dynamic::new(black_box(2), black_box(5), black_box(Update::Window)).unwrap_or_else(|_| crate::stop())
}

/// Or nothing else.
#[cfg(feature = "looped")]
fn shape() -> impl Shape {
    motevec_core::train::Looped::new(black_box(2), black_box(5)).unwrap_or_else(|_| crate::stop())
}

/// Learns and looks up, without end. Must be called once.
pub(crate) fn run() -> ! {
    let (model, noise) = (&raw mut MODEL, &raw mut NOISE);
    // SAFETY: the entry point calls this once, and nothing else names MODEL and NOISE.
    let (model, noise) = unsafe { (&mut *model, &mut *noise) };
    let mut rng = Generator::new(black_box(1), [0]);
    model.initialize(&mut rng);
    noise.rebuild((0..WORDS).map(|word| black_box(word as u32)));

    let mut widths = Generator::new(black_box(1), [1]);
    let lanes = Scalar::<Portable>::new();
    let mut trainer = Trainer::new(lanes, model, Unigram { table: noise, rng: &mut rng }, shape(), 0.05);
    let mut stream = Stream::<5>::new();
    loop {
        while let Some(word) = black_box(Some(0)) {
            black_box(stream.push(word, &mut trainer, &mut widths)).ok();
        }
        black_box(stream.end_sentence(&mut trainer, &mut widths)).ok();
        let center = &trainer.model.center;
        let query = center.get(black_box(0)).map_or(&[][..], |row| row);
        black_box(query::nearest::<_, _, 5>(lanes, center, query, &[0]));
        black_box(&trainer.loss);
    }
}
