//! Core's kernels on every level that this machine has.
//!
//! `cargo bench -p motevec-core` runs all, `cargo bench -p motevec-core -- window/avx2` some. Criterion compares with
//! the run before; its "elements" are floating-point operations, so Gelem/s are GFLOP/s.

use std::hint::black_box;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use motevec_core::model::{Model, Rows as _, RowsMut as _, Slab, initialize_center};
use motevec_core::sample::Generator;
use motevec_core::simd::{
    Kernel, LANES, Lanes, Level, Machine, PairUpdate, Simd, WindowError, WindowUpdate, axpy, dot, sigmoid,
};

const DIMS: [usize; 5] = [64, 100, 128, 200, 300];
/// The full window of half-width 5, and one true target with five negatives.
const INPUTS: [u32; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const TARGETS: [u32; 6] = [0, 1, 2, 3, 4, 5];
const RATE: f32 = 0.025;

/// Rows for any of the kernels, padded to whole blocks as a trainer's are.
type Data = Model<Slab<Vec<f32>>, Slab<Vec<f32>>>;

fn data(dim: usize) -> Data {
    let stride = dim.next_multiple_of(LANES);
    let zeros = |rows| Slab::new(vec![0.0; rows * stride], dim, stride).unwrap();
    let mut data = Model { center: zeros(INPUTS.len()), outside: zeros(TARGETS.len()) };
    let mut rng = Generator::new(1, [0]);
    (0..INPUTS.len()).for_each(|row| initialize_center(&mut data.center, row, &mut rng));
    (0..TARGETS.len()).for_each(|row| initialize_center(&mut data.outside, row, &mut rng));
    data
}

/// A kernel, called with [`Data`].
trait Operation {
    const NAME: &'static str;
    /// Floating-point operations for each of the D components.
    const FLOPS: usize;
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError>;
}

struct Dot;

impl Operation for Dot {
    const NAME: &'static str = "dot";
    const FLOPS: usize = 2;

    #[inline(always)]
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError> {
        let (a, b) = (data.center.row(0).unwrap_or_default(), data.outside.row(0).unwrap_or_default());
        let dim = data.center.dim();
        Ok(dot(lanes, &a[..dim], &b[..dim]))
    }
}

struct Axpy;

impl Operation for Axpy {
    const NAME: &'static str = "axpy";
    const FLOPS: usize = 2;

    #[inline(always)]
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError> {
        let (x, y) = (data.center.row(0).unwrap_or_default(), data.outside.row_mut(0).unwrap_or_default());
        let dim = data.center.dim();
        axpy(lanes, RATE, &x[..dim], &mut y[..dim]);
        Ok(0.0)
    }
}

struct Window;

impl Operation for Window {
    const NAME: &'static str = "window";
    const FLOPS: usize = 3 * 2 * INPUTS.len() * TARGETS.len();

    #[inline(always)]
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError> {
        let (v, u) = (&mut data.center, &mut data.outside);
        let update =
            WindowUpdate { v, u, inputs: [&INPUTS, &[]], targets: &TARGETS, truth: true, rate: RATE, with_loss: false };
        lanes.enter(update)
    }
}

struct Pair;

impl Operation for Pair {
    const NAME: &'static str = "pair";
    const FLOPS: usize = 3 * 2 * TARGETS.len();

    #[inline(always)]
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError> {
        let (v_c, u) = (data.center.row_mut(0).unwrap_or_default(), &mut data.outside);
        lanes.enter(PairUpdate { v_c, u, targets: &TARGETS, rate: RATE, with_loss: false })
    }
}

struct Sigmoid;

impl Operation for Sigmoid {
    const NAME: &'static str = "sigmoid";
    /// Those of the polynomial and around it.
    const FLOPS: usize = 25;

    #[inline(always)]
    fn run<L: Lanes>(lanes: L, data: &mut Data) -> Result<f32, WindowError> {
        let (x, y) = (data.center.row(0).unwrap_or_default(), data.outside.row_mut(0).unwrap_or_default());
        for (x, y) in x.as_chunks().0.iter().zip(y.as_chunks_mut().0) {
            for part in 0..L::PARTS {
                lanes.store(sigmoid(lanes, lanes.load(x, part)), y, part);
            }
        }
        Ok(0.0)
    }
}

/// An operation many times over, and how long they took.
struct Repeat<'a, O> {
    operation: PhantomData<O>,
    times: u64,
    data: &'a mut Data,
}

impl<O: Operation> Kernel for Repeat<'_, O> {
    type Output = Duration;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Duration {
        let start = Instant::now();
        for _ in 0..self.times {
            let _ = black_box(O::run(lanes, black_box(&mut *self.data)));
        }
        start.elapsed()
    }
}

fn bench<O: Operation>(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group(O::NAME);
    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        for dim in DIMS {
            let mut data = data(dim);
            group.throughput(Throughput::Elements((O::FLOPS * dim) as u64));
            group.bench_function(BenchmarkId::new(level.name(), dim), |bencher| {
                bencher.iter_custom(|times| {
                    let repeat = Repeat { operation: PhantomData::<O>, times, data: &mut data };
                    Simd::new(level, level.has_fma()).map(|simd| simd.enter(repeat)).unwrap_or_default()
                });
            });
        }
    }
}

/// There are many, and the processor is the same for all: a second for each is enough.
fn quick() -> Criterion {
    let times = Criterion::default().warm_up_time(Duration::from_millis(200));
    times.measurement_time(Duration::from_millis(500)).sample_size(20)
}

criterion_group!(
    name = kernels;
    config = quick();
    targets = bench::<Dot>, bench::<Axpy>, bench::<Window>, bench::<Pair>, bench::<Sigmoid>
);
criterion_main!(kernels);
