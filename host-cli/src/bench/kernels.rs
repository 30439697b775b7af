//! Core's kernels, repeated on the same few rows.

use std::hint::black_box;
use std::time::{Duration, Instant};

use motevec_core::model::{RowsMut, Slab};
use motevec_core::sample::Generator;
use motevec_core::simd::{
    Block, Kernel, LANES, Lanes, Machine, PairUpdate, Simd, WindowError, WindowUpdate, axpy, dot, sigmoid,
};
use rand_core::Rng;
use serde::Serialize;

use super::figure::Figure;
use super::{Instructions, Peak, peak};
use crate::Error;

/// The components of a row that kernels are measured with.
pub const DIMS: [usize; 5] = [64, 100, 128, 200, 300];

/// One true target and five negatives, as usual.
const TARGETS: usize = 6;

/// Operations of core's sigmoid per number: 7 multiply-adds and 8 other operations in e^x, and 3 around it.
const SIGMOID_FLOPS: usize = 25;

/// The rate of a kernel on one thread.
#[derive(Clone, Debug, Serialize)]
pub struct KernelRate {
    /// Its name, with the inputs × targets of an update.
    pub kernel: &'static str,
    /// Components of a row.
    pub dim: usize,
    /// The instructions.
    #[serde(flatten)]
    pub instructions: Instructions,
    /// 10⁹ floating-point operations per second.
    pub gflops: f64,
    /// The share of the peak.
    pub share: f64,
}

type Key = (&'static str, Instructions, usize);

/// Each kernel with each of `instructions` in each of [`DIMS`].
pub(super) fn figures(instructions: &[Instructions]) -> Vec<(Key, Figure<'static>)> {
    let mut figures = Vec::new();
    let mut add = |make: &dyn Fn(Instructions, usize) -> (&'static str, Figure<'static>)| {
        for &instructions in instructions {
            for dim in DIMS {
                let (name, figure) = make(instructions, dim);
                figures.push(((name, instructions, dim), figure));
            }
        }
    };
    add(&|instructions, dim| ("dot", figure(Dot::new(dim), instructions)));
    add(&|instructions, dim| ("axpy", figure(Axpy::new(dim), instructions)));
    // The full window of the usual half-width 5, and a mean one: half-widths are drawn from 1 to 5.
    add(&|instructions, dim| ("window 10x6", figure(Window::new(dim, 10), instructions)));
    add(&|instructions, dim| ("window 6x6", figure(Window::new(dim, 6), instructions)));
    add(&|instructions, dim| ("pair 1x6", figure(Pair::new(dim), instructions)));
    add(&|instructions, dim| ("sigmoid", figure(Sigmoid::new(dim), instructions)));
    figures
}

fn figure(mut operation: impl Operation + 'static, instructions: Instructions) -> Figure<'static> {
    Figure::repeated(operation.flops() as f64, move |times| {
        let Some(simd) = instructions.token() else { return Ok(Duration::ZERO) };
        let start = Instant::now();
        let sum = operation.run(simd, times).map_err(|error| Error::Failed(format!("the kernels: {error}")))?;
        black_box(sum);
        Ok(start.elapsed())
    })
}

/// The measured rates.
pub(super) fn report(figures: &[(Key, Figure<'_>)], peaks: &[Peak]) -> Vec<KernelRate> {
    let rate = |&((kernel, instructions, dim), ref figure): &(Key, Figure<'_>)| {
        let gflops = figure.rate() / 1e9;
        KernelRate { kernel, dim, instructions, gflops, share: peak::share(gflops, peaks, instructions, 1) }
    };
    figures.iter().map(rate).collect()
}

/// A kernel and what it works on.
trait Operation {
    /// Its floating-point operations.
    fn flops(&self) -> usize;
    /// Runs it so many times. What it returns depends on all that it did.
    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError>;
}

/// A short kernel many times over, in code compiled for the lanes, as larger kernels have it inside them.
struct Repeat<'a, O> {
    operation: &'a mut O,
    times: u64,
}

impl<O: Short> Kernel for Repeat<'_, O> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let mut sum = 0.0;
        for _ in 0..self.times {
            sum += black_box(&mut *self.operation).run_once(lanes);
        }
        sum
    }
}

/// An operation that is a part of larger kernels.
trait Short {
    fn run_once<L: Lanes>(&mut self, lanes: L) -> f32;
}

/// Numbers as small as those of a model in training.
fn numbers(len: usize) -> Vec<f32> {
    let mut rng = Generator::new(1, [len as u64]);
    let mut numbers = vec![0.0; len];
    numbers.fill_with(|| (rng.next_u32() as f32 / u32::MAX as f32 - 0.5) / 4.0);
    numbers
}

/// Rows of `dim` components, padded with zeros to whole blocks like the trainer's.
fn rows(rows: usize, dim: usize) -> Slab<Vec<f32>> {
    let stride = dim.next_multiple_of(LANES);
    let mut data = numbers(rows * stride);
    for row in data.chunks_mut(stride) {
        row[dim..].fill(0.0);
    }
    Slab::new(data, dim, stride).expect("the stride is whole blocks")
}

struct Dot {
    a: Vec<f32>,
    b: Vec<f32>,
}

impl Dot {
    fn new(dim: usize) -> Self {
        Self { a: numbers(dim), b: numbers(dim) }
    }
}

impl Operation for Dot {
    fn flops(&self) -> usize {
        2 * self.a.len()
    }

    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError> {
        Ok(simd.enter(Repeat { operation: self, times }))
    }
}

impl Short for Dot {
    #[inline(always)]
    fn run_once<L: Lanes>(&mut self, lanes: L) -> f32 {
        dot(lanes, &self.a, &self.b)
    }
}

struct Axpy {
    x: Vec<f32>,
    y: Vec<f32>,
}

impl Axpy {
    fn new(dim: usize) -> Self {
        Self { x: numbers(dim), y: numbers(dim) }
    }
}

impl Operation for Axpy {
    fn flops(&self) -> usize {
        2 * self.x.len()
    }

    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError> {
        Ok(simd.enter(Repeat { operation: self, times }))
    }
}

impl Short for Axpy {
    #[inline(always)]
    fn run_once<L: Lanes>(&mut self, lanes: L) -> f32 {
        axpy(lanes, 1e-3, &self.x, &mut self.y);
        0.0
    }
}

struct Window {
    v: Slab<Vec<f32>>,
    u: Slab<Vec<f32>>,
    inputs: Vec<u32>,
    targets: Vec<u32>,
    dim: usize,
}

impl Window {
    fn new(dim: usize, inputs: usize) -> Self {
        let (v, u) = (rows(inputs, dim), rows(TARGETS, dim));
        Self { v, u, inputs: (0..inputs as u32).collect(), targets: (0..TARGETS as u32).collect(), dim }
    }
}

impl Operation for Window {
    fn flops(&self) -> usize {
        3 * 2 * self.dim * self.inputs.len() * self.targets.len()
    }

    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError> {
        let mut sum = 0.0;
        for _ in 0..times {
            let Self { v, u, inputs, targets, .. } = black_box(&mut *self);
            let (inputs, labels, rate, with_loss) = ([&inputs[..], &[]], 1, 0.025, false);
            sum += simd.window(WindowUpdate { v, u, inputs, targets, labels, rate, with_loss })?;
        }
        Ok(sum)
    }
}

struct Pair {
    v: Slab<Vec<f32>>,
    u: Slab<Vec<f32>>,
    targets: Vec<u32>,
    dim: usize,
}

impl Pair {
    fn new(dim: usize) -> Self {
        Self { v: rows(1, dim), u: rows(TARGETS, dim), targets: (0..TARGETS as u32).collect(), dim }
    }
}

impl Operation for Pair {
    fn flops(&self) -> usize {
        3 * 2 * self.dim * self.targets.len()
    }

    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError> {
        let mut sum = 0.0;
        for _ in 0..times {
            let Self { v, u, targets, .. } = black_box(&mut *self);
            let v_c = v.row_mut(0).ok_or(WindowError::NoSuchRow)?;
            sum += simd.pair(PairUpdate { v_c, u, targets, labels: 1, rate: 0.025, with_loss: false })?;
        }
        Ok(sum)
    }
}

struct Sigmoid {
    x: Vec<Block>,
    y: Vec<Block>,
    dim: usize,
}

impl Sigmoid {
    fn new(dim: usize) -> Self {
        let blocks = dim.div_ceil(LANES);
        Self { x: numbers(blocks * LANES).as_chunks().0.to_vec(), y: vec![[0.0; LANES]; blocks], dim }
    }
}

impl Operation for Sigmoid {
    fn flops(&self) -> usize {
        SIGMOID_FLOPS * self.dim
    }

    fn run(&mut self, simd: Simd, times: u64) -> Result<f32, WindowError> {
        Ok(simd.enter(Repeat { operation: self, times }))
    }
}

impl Short for Sigmoid {
    #[inline(always)]
    fn run_once<L: Lanes>(&mut self, lanes: L) -> f32 {
        for (x, y) in self.x.iter().zip(&mut self.y) {
            for part in 0..L::PARTS {
                lanes.store(sigmoid(lanes, lanes.load(x, part)), y, part);
            }
        }
        0.0
    }
}
