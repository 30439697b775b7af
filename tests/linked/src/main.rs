//! Takes window updates: `linked LEVEL portable|fused TIMES`.

use std::process::ExitCode;

use motevec_core::model::Slab;
use motevec_core::simd::{Level, Machine, Simd, WindowUpdate};

const ROWS: u32 = 16;
const DIM: usize = 100;
const STRIDE: usize = 112;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [level, arithmetic, times] = arguments.as_slice() else { return ExitCode::from(2) };
    let level = Level::ALL.into_iter().find(|known| known.name() == level);
    let (Some(level), Ok(times)) = (level, times.parse()) else { return ExitCode::from(2) };
    // Not every machine has every level.
    let Some(simd) = Simd::new(level, arithmetic == "fused") else { return ExitCode::from(3) };
    let (mut v, mut u) = (rows(1), rows(2));
    let slab = |rows| Slab::new(rows, DIM, STRIDE).expect("whole rows");
    let (mut center, mut outside) = (slab(&mut v[..]), slab(&mut u[..]));
    let inputs: [&[u32]; 2] = [&[1, 2, 3, 4, 5], &[6, 7, 8, 9, 10]];
    for time in 0..times {
        let targets: [u32; 6] = std::array::from_fn(|j| (time + 7 * j as u32) % ROWS);
        let (v, u, targets) = (&mut center, &mut outside, &targets[..]);
        let update = WindowUpdate { v, u, inputs, targets, labels: 1, rate: 0.025, with_loss: false };
        simd.window(update).expect("all rows are there");
    }
    println!("{}", v.iter().chain(&u).sum::<f32>());
    ExitCode::SUCCESS
}

/// Rows of small numbers, padded with zeros to whole blocks.
fn rows(mut state: u32) -> Vec<f32> {
    let mut number = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0 - 0.5
    };
    let component = |index: usize| if index % STRIDE < DIM { number() / 4.0 } else { 0.0 };
    (0..ROWS as usize * STRIDE).map(component).collect()
}
