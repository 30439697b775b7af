//! The optimizers against PyTorch's on the same gradients.

use std::fs;
use std::process::Command;

use motevec_core::optim::{Adam, AdamState, AdamW, FixedAdam, FixedMomentum, Momentum, RowOptimizer, Sgd};
use motevec_core::simd::{Block, Kernel, Lanes, Level};
use motevec_tests::{repository, works};
use serde_json::Value;

use super::number;

/// Rows, as tests/optimizers/torch_reference.py makes them.
const ROWS: usize = 3;
const DIM: usize = 5;

fn reference() -> Value {
    let path = repository().join("tests/optimizers/torch.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn row(value: &Value) -> Option<Vec<f64>> {
    Some(value.as_array()?.iter().map(number).collect())
}

/// The largest difference from what torch has stored after every so many steps.
fn distance(reference: &Value, case: &str, precision: &str, found: &[Vec<Vec<f64>>]) -> f64 {
    let stored = reference["cases"][case][precision].as_array().expect("a case");
    assert_eq!(stored.len(), found.len());
    let rows = stored.iter().zip(found).flat_map(|(stored, found)| stored.as_array().unwrap().iter().zip(found));
    rows.flat_map(|(stored, found)| row(stored).unwrap().into_iter().zip(found.clone()))
        .map(|(stored, found)| (stored - found).abs())
        .fold(0.0, f64::max)
}

/// Steps the rows of a matrix that have a gradient, as training does.
struct Steps<'a, O> {
    optimizer: O,
    reference: &'a Value,
}

impl<O: RowOptimizer> Kernel for Steps<'_, O> {
    type Output = Vec<Vec<Vec<f64>>>;

    fn run<L: Lanes>(mut self, lanes: L) -> Self::Output {
        let block = |row: &[f64]| -> Block { std::array::from_fn(|k| row.get(k).map_or(0.0, |&x| x as f32)) };
        let (rate, every) =
            (number(&self.reference["rate"]) as f32, self.reference["every"].as_u64().unwrap() as usize);
        let start = self.reference["start"].as_array().unwrap();
        let mut rows: Vec<Block> = start.iter().map(|start| block(&row(start).unwrap())).collect();
        let mut found = Vec::new();
        for (step, gradients) in self.reference["gradients"].as_array().unwrap().iter().enumerate() {
            for (index, (theta, gradient)) in rows.iter_mut().zip(gradients.as_array().unwrap()).enumerate() {
                if let Some(gradient) = row(gradient) {
                    let begun = self.optimizer.begin(index as u32, rate).unwrap();
                    self.optimizer.block(lanes, &begun, 0, &block(&gradient), theta).unwrap();
                }
            }
            if (step + 1) % every == 0 {
                found.push(rows.iter().map(|row| row[..DIM].iter().copied().map(f64::from).collect()).collect());
            }
        }
        found
    }
}

/// In f64, by the steps on slices.
fn in_f64(reference: &Value, mut step: impl FnMut(usize, &[f64], &mut [f64])) -> Vec<Vec<Vec<f64>>> {
    let every = reference["every"].as_u64().unwrap() as usize;
    let mut rows: Vec<_> = reference["start"].as_array().unwrap().iter().map(|start| row(start).unwrap()).collect();
    let mut found = Vec::new();
    for (number, gradients) in reference["gradients"].as_array().unwrap().iter().enumerate() {
        for (index, (theta, gradient)) in rows.iter_mut().zip(gradients.as_array().unwrap()).enumerate() {
            if let Some(gradient) = row(gradient) {
                step(index, &gradient, theta);
            }
        }
        if (number + 1) % every == 0 {
            found.push(rows.clone());
        }
    }
    found
}

#[test]
fn every_optimizer_takes_pytorch_s_steps() {
    let reference = &reference();
    let setting = |name: &str| number(&reference[name]);
    let single = |name: &str| setting(name) as f32;
    let beta = |index: usize| number(&reference["betas"][index]);
    let adam = |l2: f32| Adam { beta1: beta(0) as f32, beta2: beta(1) as f32, epsilon: single("epsilon"), l2 };
    let mut largest: f64 = 0.0;
    let mut compare = |case: &str, precision: &str, found: &[Vec<Vec<f64>>], most: f64| {
        let far = distance(reference, case, precision, found);
        println!("{case:12} {precision}  {far:.1e}");
        assert!(far <= most, "{case} in {precision}: {far:e} from torch");
        largest = largest.max(far);
    };

    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        for fused in [false, true] {
            let l2 = single("l2");
            for (case, l2) in [("sgd", 0.0), ("sgd-l2", l2)] {
                let found = level.run(fused, Steps { optimizer: Sgd { l2 }, reference }).unwrap();
                compare(case, "f32", &found, 1e-6);
            }
            for (case, l2) in [("momentum", 0.0), ("momentum-l2", l2)] {
                let optimizer = FixedMomentum::<ROWS, DIM>::new(Momentum { beta: single("beta"), l2 });
                compare(case, "f32", &level.run(fused, Steps { optimizer, reference }).unwrap(), 1e-6);
            }
            let cases =
                [("adam", 0.0, 0.0), ("sparse-adam", 0.0, 0.0), ("adam-l2", l2, 0.0), ("adamw", 0.0, single("decay"))];
            for (case, l2, decay) in cases {
                let optimizer = FixedAdam::<ROWS, DIM>::new(AdamW { adam: adam(l2), decay });
                compare(case, "f32", &level.run(fused, Steps { optimizer, reference }).unwrap(), 1e-6);
            }
        }
    }

    let rate = setting("rate");
    for (case, l2) in [("sgd", 0.0), ("sgd-l2", setting("l2"))] {
        let found = in_f64(reference, |_, g, theta| Sgd { l2 }.step(rate, g, theta).unwrap());
        compare(case, "f64", &found, 1e-14);
    }
    for (case, l2) in [("momentum", 0.0), ("momentum-l2", setting("l2"))] {
        let mut means = [[0.0; DIM]; ROWS];
        let momentum = Momentum { beta: setting("beta"), l2 };
        let found = in_f64(reference, |index, g, theta| momentum.step(rate, g, theta, &mut means[index]).unwrap());
        compare(case, "f64", &found, 1e-14);
    }
    for (case, l2, decay) in [("adam", 0.0, 0.0), ("adam-l2", setting("l2"), 0.0), ("adamw", 0.0, setting("decay"))] {
        let (mut means, mut squares, mut steps) = ([[0.0; DIM]; ROWS], [[0.0; DIM]; ROWS], [0; ROWS]);
        let adam = Adam { beta1: beta(0), beta2: beta(1), epsilon: setting("epsilon"), l2 };
        let found = in_f64(reference, |index, g, theta| {
            let (mean, square) = (&mut means[index][..], &mut squares[index][..]);
            let state = AdamState { mean, square, steps: &mut steps[index] };
            AdamW { adam, decay }.step(rate, g, theta, state).unwrap();
        });
        compare(case, "f64", &found, 1e-14);
    }
    println!("largest difference from torch: {largest:.1e}");
}

/// How lazy updates differ: a dense Adam, which treats a missing gradient as zeros, keeps moving the row.
#[test]
fn dense_adam_coasts_where_lazy_adam_rests() {
    let reference = &reference();
    let optimizer = FixedAdam::<ROWS, DIM>::new(AdamW { decay: 0.0, ..AdamW::default() });
    let lazy = Level::best().run(false, Steps { optimizer, reference }).unwrap();
    let dense = reference["cases"]["dense-adam"]["f32"].as_array().unwrap();
    let far = |row_index: usize| {
        let last = row(&dense.last().unwrap()[row_index]).unwrap();
        last.iter().zip(&lazy.last().unwrap()[row_index]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    assert!(far(0) <= 1e-6, "a row with a gradient at each step has the same path");
    assert!(far(1) > 0.01, "one with a gradient at every third has another: {}", far(1));
    assert!(
        far(2) > 0.01,
        "and one whose gradients came late, of which dense Adam thinks it has taken the mean: {}",
        far(2)
    );
}

/// The stored reference is that of the installed torch, if there is one: it is too large to require.
#[test]
fn the_stored_reference_is_torch_s() {
    if !works("python3", &["-c", "import torch"]) {
        println!("there is no torch; tests/optimizers/torch.json was not made again");
        return;
    }
    let script = repository().join("tests/optimizers/torch_reference.py");
    let output = Command::new("python3").arg(script).arg("--check").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
