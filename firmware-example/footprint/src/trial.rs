//! Training with an optimizer, on words that are numbers already. The host's tests compile this file too, and compare
//! the bits.

use motevec_core::model::FixedModel;
use motevec_core::sample::{Generator, Negatives, other_than};
use motevec_core::simd::Lanes;
use motevec_core::subword::Ngrams;
use motevec_core::train::{Parts, Shape, Trainer};
use rand_core::Rng;

/// As many as fit into 16 KB with the state of Adam.
pub(crate) const WORDS: usize = 32;
pub(crate) const DIM: usize = 16;

/// Learns four sentences of eight words each, from the first vectors, by steps of `shape`. Gives a hash of the vectors'
/// bits.
#[inline(never)]
pub(crate) fn train<L: Lanes>(lanes: L, model: &mut FixedModel<WORDS, DIM>, shape: impl Shape, rate: f32) -> u32 {
    let mut rng = Generator::new(1, [0]);
    model.initialize(&mut rng);
    model.outside.as_flattened_mut().fill(0.0);
    let mut trainer = Trainer::new(lanes, model, Uniform(rng), shape, rate);
    let mut widths = Generator::new(1, [1]);
    for sentence in 0..WORDS as u32 / 8 {
        let words: [u32; 8] = core::array::from_fn(|place| 8 * sentence + place as u32);
        if trainer.sentence(&words, &mut widths).is_err() {
            return 0;
        }
    }
    // FNV-1a
    let all = model.center.as_flattened().iter().chain(model.outside.as_flattened());
    all.flat_map(|x| x.to_le_bytes()).fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Words made of the n-grams of their names, in a table of as many buckets as there are words.
pub(crate) struct Names;

impl Parts for Names {
    fn of(&self, word: u32, take: impl FnMut(u32)) {
        // From aaa to dhe: many share an n-gram.
        let name = [word / 8, word % 8, word % 5].map(|letter| b'a' + letter as u8);
        let ngrams = Ngrams::new(2, 3, WORDS as u32);
        if let (Ok(ngrams), Ok(name)) = (ngrams, core::str::from_utf8(&name)) {
            ngrams.of(name).for_each(take);
        }
    }
}

/// All words with the same weight.
struct Uniform(Generator);

impl Negatives for Uniform {
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, WORDS as u32, || self.0.next_u32() % WORDS as u32);
        }
    }
}
