//! Steps of rows against those of slices.

use motevec_core::model::{Rows, Slab};
use motevec_core::optim::{AdamRows, AdamState, MomentumRows, RowOptimizer};
use motevec_core::simd::{Block, Kernel, LANES, Lanes, Level};
use proptest::prelude::*;

use super::{ADAMW, MOMENTUM, SGD, bits, numbers};

/// Steps row 1 of a matrix of two, once for each gradient.
struct Steps<'a, O> {
    optimizer: &'a mut O,
    theta: Vec<f32>,
    gradients: &'a [Vec<f32>],
}

impl<O: RowOptimizer> Kernel for Steps<'_, O> {
    type Output = Vec<f32>;

    fn run<L: Lanes>(mut self, lanes: L) -> Vec<f32> {
        let pad = |row: &[f32]| -> Vec<Block> {
            row.chunks(LANES).map(|part| std::array::from_fn(|l| part.get(l).copied().unwrap_or(0.0))).collect()
        };
        for gradient in self.gradients {
            let step = self.optimizer.begin(1, 0.1).unwrap();
            let mut theta = pad(&self.theta);
            for (block, (theta, gradient)) in theta.iter_mut().zip(pad(gradient)).enumerate() {
                self.optimizer.block(lanes, &step, block, &gradient, theta).unwrap();
            }
            self.theta = theta.as_flattened()[..self.theta.len()].to_vec();
        }
        self.theta
    }
}

fn zeros(dim: usize) -> Slab<Vec<f32>> {
    let stride = dim.next_multiple_of(LANES);
    Slab::new(vec![0.0; 2 * stride], dim, stride).unwrap()
}

proptest! {
    /// Row steps, with any instructions and in both arithmetics, against the steps of `optim` on slices.
    #[test]
    fn row_steps_have_the_bits_of_the_reference(dim in 1..60usize, steps in 1..6usize, seed: u64) {
        let theta = numbers(seed, dim);
        let gradients: Vec<_> = (0..steps).map(|step| numbers(seed ^ (step as u64 + 1), dim)).collect();
        let [mut sgd, mut momentum, mut adamw] = [(); 3].map(|()| theta.clone());
        let (mut mean, mut first, mut second, mut count) = (vec![0.0; dim], vec![0.0; dim], vec![0.0; dim], 0);
        for g in &gradients {
            SGD.step(0.1, g, &mut sgd).unwrap();
            MOMENTUM.step(0.1, g, &mut momentum, &mut mean).unwrap();
            let state = AdamState { mean: &mut first, square: &mut second, steps: &mut count };
            ADAMW.step(0.1, g, &mut adamw, state).unwrap();
        }
        for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
            for fused in [false, true] {
                let (gradients, theta) = (&gradients[..], || theta.clone());
                let found = level.run(fused, Steps { optimizer: &mut SGD.clone(), theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&sgd));
                let mut rows = MomentumRows { momentum: MOMENTUM, mean: zeros(dim) };
                let found = level.run(fused, Steps { optimizer: &mut rows, theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&momentum));
                prop_assert_eq!(bits(&rows.mean.row(1).unwrap()[..dim]), bits(&mean));
                let mut rows = AdamRows { adamw: ADAMW, mean: zeros(dim), square: zeros(dim), steps: [0; 2] };
                let found = level.run(fused, Steps { optimizer: &mut rows, theta: theta(), gradients }).unwrap();
                prop_assert_eq!(bits(&found), bits(&adamw));
                prop_assert_eq!(bits(&rows.mean.row(1).unwrap()[..dim]), bits(&first));
                prop_assert_eq!(bits(&rows.square.row(1).unwrap()[..dim]), bits(&second));
                prop_assert_eq!(rows.steps, [0, count]);
                prop_assert!(rows.mean.row(0).unwrap().iter().all(|&m| m == 0.0), "the other row has no state");
            }
        }
    }
}
