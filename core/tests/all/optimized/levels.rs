//! The same bits with all instructions.

use motevec_core::model::{Model, RowsMut, Slab};
use motevec_core::optim::{AdamRows, Dropout, MomentumRows};
use motevec_core::sample::Generator;
use motevec_core::simd::{Kernel, LANES, Lanes, Level};
use motevec_core::train::{Fixed, InputDropout, Masks, Optimized, Softmax};
use proptest::prelude::*;

use super::{ADAMW, DIM, MOMENTUM, Matrix, Train, WORDS, Window, bits, model, windows};

proptest! {
    /// With all instructions, padded or not, with dropout or without it.
    #[test]
    fn all_levels_have_the_same_bits(seed: u64, windows in windows(3, 5), p in prop::option::of(0.0..0.9_f32)) {
        for fused in [false, true] {
            let mut reference = None;
            for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
                for pad in [false, true] {
                    for softmax in [false, true] {
                        let everything = Everything { seed, windows: &windows, p, pad, softmax };
                        let outcome = level.run(fused, everything).unwrap();
                        let all: &mut [Option<_>; 2] = reference.get_or_insert([None, None]);
                        let first = all[usize::from(softmax)].get_or_insert(outcome.clone());
                        prop_assert_eq!(&outcome, &*first, "{:?}, fused {}, padded {}", level, fused, pad);
                    }
                }
            }
        }
    }
}

/// Training with AdamW or, for softmax, momentum.
struct Everything<'a> {
    seed: u64,
    windows: &'a [Window],
    p: Option<f32>,
    pad: bool,
    softmax: bool,
}

impl Kernel for Everything<'_> {
    type Output = (Vec<u32>, u64);

    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        let len = if self.pad { DIM.next_multiple_of(LANES) } else { DIM };
        match self.p {
            Some(p) => {
                let room = vec![f32::NAN; 6 * len];
                self.with(lanes, len, InputDropout::new(Dropout::new(p).unwrap(), Generator::new(5, [5]), room))
            }
            None => self.with(lanes, len, ()),
        }
    }
}

impl Everything<'_> {
    fn with<L: Lanes, D: Masks>(self, lanes: L, len: usize, dropout: D) -> (Vec<u32>, u64) {
        let start = model(self.seed);
        if self.pad {
            let slab = |rows: &Matrix| {
                let padded = rows.iter().flat_map(|row| row.iter().copied().chain([0.0; 13])).collect();
                Slab::<Vec<f32>>::new(padded, DIM, len).unwrap()
            };
            let mut model = Model { center: slab(&start.center), outside: slab(&start.outside) };
            let loss = self.train(lanes, &mut model, len, dropout, || slab(&[[0.0; DIM]; WORDS]));
            let rows = [model.center, model.outside].map(Slab::into_inner).concat();
            let (rows, padding): (Vec<f32>, Vec<f32>) = rows
                .chunks(len)
                .map(|row| (row[..DIM].to_vec(), row[DIM..].to_vec()))
                .fold((Vec::new(), Vec::new()), |(mut rows, mut padding), (row, rest)| {
                    rows.extend(row);
                    padding.extend(rest);
                    (rows, padding)
                });
            assert!(padding.iter().all(|&x| x == 0.0), "padding stays zero");
            (bits(&rows), loss)
        } else {
            let mut model = start;
            let loss = self.train(lanes, &mut model, len, dropout, || [[0.0; DIM]; WORDS]);
            (bits(&[model.center, model.outside].concat().concat()), loss)
        }
    }

    fn train<
        L: Lanes,
        M: RowsMut<Component = f32>,
        V: RowsMut<Component = f32>,
        U: RowsMut<Component = f32>,
        D: Masks,
    >(
        &self,
        lanes: L,
        model: &mut Model<V, U>,
        len: usize,
        dropout: D,
        zeros: impl Fn() -> M,
    ) -> u64 {
        let windows = self.windows;
        let loss = if self.softmax {
            let rows = || MomentumRows { momentum: MOMENTUM, mean: zeros() };
            let shape = Softmax::new(3, rows(), rows(), vec![0.0; WORDS], vec![0.0; 2 * len], dropout);
            Train { model, shape, windows }.run(lanes)
        } else {
            let rows = || AdamRows { adamw: ADAMW, mean: zeros(), square: zeros(), steps: [0; WORDS] };
            let shape = Optimized::with_dropout(Fixed::<3, 6>, rows(), rows(), dropout);
            Train { model, shape, windows }.run(lanes)
        };
        loss.to_bits()
    }
}
