//! Every level against the scalar reference: the same bits within an arithmetic, for every dimension, padded or not.

use motevec_core::loss::{Gradients, hierarchical_softmax};
use motevec_core::model::{FixedModel, Model, Rows, RowsMut, Slab};
use motevec_core::sample::Generator;
use motevec_core::simd::{
    Kernel, LANES, Lanes, Level, Machine, PairUpdate, Simd, WindowError, WindowUpdate, axpy, dot, sigmoid,
};
use proptest::prelude::*;
use rand_core::Rng;

/// Components in (−1, 1) with a few exact zeros and ones.
fn numbers(seed: u64, len: usize) -> Vec<f32> {
    let mut rng = Generator::new(seed, [9]);
    let component = |r: u32| match r % 17 {
        0 => 0.0,
        1 => 1.0,
        _ => r as f32 / (1u32 << 31) as f32 - 1.0,
    };
    (0..len).map(|_| component(rng.next_u32())).collect()
}

fn padded(rows: &[f32], dim: usize) -> Vec<f32> {
    let stride = dim.next_multiple_of(LANES);
    rows.chunks(dim).flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0.0, stride - dim))).collect()
}

fn unpadded(rows: &[f32], dim: usize) -> Vec<f32> {
    rows.chunks(dim.next_multiple_of(LANES)).flat_map(|row| row[..dim].iter().copied()).collect()
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

fn levels() -> impl Iterator<Item = Level> {
    Level::ALL.into_iter().filter(|level| level.is_available())
}

fn simd(level: Level, fused: bool) -> Simd {
    Simd::new(level, fused).expect("the level is available")
}

/// Rows without padding, whatever their length.
struct Dense {
    data: Vec<f32>,
    dim: usize,
}

impl Rows for Dense {
    type Component = f32;

    fn rows(&self) -> usize {
        self.data.len() / self.dim
    }
    fn dim(&self) -> usize {
        self.dim
    }
    fn row(&self, index: usize) -> Option<&[f32]> {
        self.data.chunks(self.dim).nth(index)
    }
}

impl RowsMut for Dense {
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        self.data.chunks_mut(self.dim).nth(index)
    }
}

#[derive(Clone)]
struct DotAndAxpy {
    a: Vec<f32>,
    b: Vec<f32>,
}

impl Kernel for DotAndAxpy {
    type Output = (u32, Vec<u32>);
    fn run<L: Lanes>(mut self, lanes: L) -> Self::Output {
        let product = dot(lanes, &self.a, &self.b);
        axpy(lanes, 0.3, &self.a, &mut self.b);
        (product.to_bits(), bits(&self.b))
    }
}

/// The definition in the documentation of `simd`, written down as plainly as possible.
fn dot_by_definition(fused: bool, a: &[f32], b: &[f32]) -> f32 {
    let mut lane = [0.0f32; LANES];
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        let lane = &mut lane[i % LANES];
        *lane = if fused { a.mul_add(*b, *lane) } else { a * b + *lane };
    }
    for half in [8, 4, 2, 1] {
        for l in 0..half {
            lane[l] += lane[l + half];
        }
    }
    lane[0]
}

#[test]
fn dot_and_axpy_agree_for_every_dimension_from_1_to_70() {
    for dim in 1..=70 {
        let (a, b) = (numbers(dim as u64, dim), numbers(1000 + dim as u64, dim));
        for fused in [false, true] {
            let dot = dot_by_definition(fused, &a, &b);
            let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((f64::from(dot) - exact).abs() < 1e-5);
            let sum: Vec<f32> =
                a.iter().zip(&b).map(|(a, b)| if fused { 0.3f32.mul_add(*a, *b) } else { 0.3 * a + b }).collect();
            for level in levels() {
                let dense = level.run(fused, DotAndAxpy { a: a.clone(), b: b.clone() }).unwrap();
                assert_eq!(dense, (dot.to_bits(), bits(&sum)), "{level:?}, fused {fused}, D {dim}");
                let wide = level.run(fused, DotAndAxpy { a: padded(&a, dim), b: padded(&b, dim) }).unwrap();
                assert_eq!(wide.0, dot.to_bits(), "padded: {level:?}, fused {fused}, D {dim}");
            }
        }
    }
}

#[test]
fn slices_of_unequal_lengths_are_cut_to_the_shorter() {
    let (a, b) = (numbers(1, 40), numbers(2, 23));
    for level in levels() {
        let both = |a: &[f32], b: &[f32]| level.run(false, DotAndAxpy { a: a.to_vec(), b: b.to_vec() }).unwrap();
        assert_eq!(both(&a, &b), both(&a[..23], &b));
        assert_eq!(both(&b, &a).0, both(&b, &a[..23]).0);
        assert_eq!(both(&b, &a).1[23..], bits(&a[23..]));
    }
}

struct Sigmoids<'a>(&'a [[f32; LANES]]);

impl Kernel for Sigmoids<'_> {
    type Output = Vec<f32>;
    fn run<L: Lanes>(self, lanes: L) -> Vec<f32> {
        struct Inner<'a>(&'a mut [[f32; LANES]]);
        impl Kernel for Inner<'_> {
            type Output = ();
            #[inline(always)]
            fn run<L: Lanes>(self, lanes: L) {
                for block in self.0 {
                    for part in 0..L::PARTS {
                        lanes.store(sigmoid(lanes, lanes.load(block, part)), block, part);
                    }
                }
            }
        }
        let mut blocks = self.0.to_vec();
        lanes.enter(Inner(&mut blocks));
        blocks.into_flattened()
    }
}

#[test]
fn the_lanes_sigmoid_is_right_to_a_few_units_in_the_last_place() {
    let mut inputs: Vec<f32> = (-87_000..=87_000).map(|i| i as f32 / 1000.0).collect();
    inputs.extend([0.0, -0.0, 1e-30, -1e-30, f32::MIN_POSITIVE, 87.0, -87.0]);
    inputs.resize(inputs.len().next_multiple_of(LANES), 0.0);
    for fused in [false, true] {
        let reference = Level::Scalar.run(fused, Sigmoids(inputs.as_chunks().0)).unwrap();
        for (x, y) in inputs.iter().zip(&reference) {
            let exact = 1.0 / (1.0 + (-f64::from(*x)).exp());
            assert!((f64::from(*y) - exact).abs() <= 3e-7 * exact, "σ({x}) = {y}, not {exact}");
        }
        for level in levels() {
            assert_eq!(bits(&level.run(fused, Sigmoids(inputs.as_chunks().0)).unwrap()), bits(&reference), "{level:?}");
        }
    }
    let extremes = [f32::INFINITY, 1e30, 88.0, -88.0, -1e30, f32::NEG_INFINITY, f32::NAN, 0.5];
    let extremes: [f32; LANES] = std::array::from_fn(|i| extremes[i % 8]);
    for level in levels() {
        let y = level.run(false, Sigmoids(&[extremes])).unwrap();
        assert_eq!(y[..3], [1.0; 3]);
        assert!(y[3..7].iter().all(|&y| (0.0..1e-37).contains(&y)), "{level:?}: {y:?}");
    }
}

/// A window update on copies of two matrices.
#[derive(Clone, Debug)]
struct Window {
    v: Vec<f32>,
    u: Vec<f32>,
    dim: usize,
    inputs: Vec<u32>,
    targets: Vec<u32>,
    labels: u8,
    rate: f32,
    pad: bool,
}

/// Both matrices and the loss, as bits.
type Outcome = (Vec<u32>, Vec<u32>, u32);

impl Window {
    fn take(self, machine: impl Machine) -> Result<Outcome, WindowError> {
        let Self { v, u, dim, inputs, targets, labels, rate, pad } = self;
        let (inputs, targets) = (&inputs, &targets);
        if pad {
            let slab = |rows: &[f32]| Slab::new(padded(rows, dim), dim, dim.next_multiple_of(LANES)).unwrap();
            let (mut v, mut u) = (slab(&v), slab(&u));
            let update =
                WindowUpdate { v: &mut v, u: &mut u, inputs: [inputs, &[]], targets, labels, rate, with_loss: true };
            let loss = machine.window(update)?;
            let dense = |slab: Slab<Vec<f32>>| bits(&unpadded(&slab.into_inner(), dim));
            Ok((dense(v), dense(u), loss.to_bits()))
        } else {
            let (mut v, mut u) = (Dense { data: v, dim }, Dense { data: u, dim });
            let update =
                WindowUpdate { v: &mut v, u: &mut u, inputs: [inputs, &[]], targets, labels, rate, with_loss: true };
            let loss = machine.window(update)?;
            Ok((bits(&v.data), bits(&u.data), loss.to_bits()))
        }
    }
}

/// The update in f64 from the gradients of `loss`, all taken before anything moves.
fn by_equations(window: &Window) -> (Vec<f64>, Vec<f64>, f64) {
    let Window { dim, inputs, targets, labels, rate, .. } = window;
    // Targets with labels are the nodes of a path, with bits.
    let path = (0..).zip(targets).map(|(j, &target)| (target, j >= 8 || labels >> j & 1 == 0));
    let to_f64 = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
    let (v, u) = (to_f64(&window.v), to_f64(&window.u));
    let (mut v_after, mut u_after, mut loss) = (v.clone(), u.clone(), 0.0);
    for &input in inputs {
        let place = input as usize * dim..(input as usize + 1) * dim;
        let (mut center, mut outside) = (vec![0.0; *dim], vec![0.0; u.len()]);
        let mut gradients = Gradients { center: &mut center, outside: &mut outside };
        loss += hierarchical_softmax(&v[place.clone()], path.clone(), &u, &mut gradients).unwrap();
        v_after[place].iter_mut().zip(&center).for_each(|(x, g)| *x -= f64::from(*rate) * g);
        u_after.iter_mut().zip(&outside).for_each(|(x, g)| *x -= f64::from(*rate) * g);
    }
    (v_after, u_after, loss)
}

fn close(outcome: &Outcome, exact: &(Vec<f64>, Vec<f64>, f64)) -> bool {
    let (v, u, loss) = outcome;
    let all = exact.0.iter().chain(&exact.1).chain([&exact.2]);
    v.iter()
        .chain(u)
        .chain([loss])
        .zip(all)
        .all(|(bits, exact)| (f64::from(f32::from_bits(*bits)) - exact).abs() <= 2e-5 * exact.abs().max(1.0))
}

fn windows() -> impl Strategy<Value = Window> {
    (1..=70usize, 1..=12u32, 0..=16usize, 1..=8usize, any::<u64>(), any::<u8>()).prop_flat_map(
        |(dim, words, inputs, targets, seed, labels)| {
            let indices = |len| prop::collection::vec(0..words, len);
            (indices(inputs), indices(targets)).prop_map(move |(inputs, targets)| Window {
                v: numbers(seed, words as usize * dim),
                u: numbers(seed ^ 1, words as usize * dim),
                dim,
                inputs,
                targets,
                labels,
                rate: 0.05,
                pad: false,
            })
        },
    )
}

proptest! {
    /// Also with words that stand twice in the window, and negatives drawn twice.
    #[test]
    fn window_updates_have_the_same_bits_on_every_level(window in windows()) {
        for fused in [false, true] {
            let reference = window.clone().take(simd(Level::Wide, fused)).unwrap();
            for level in levels() {
                let outcome = Window { pad: true, ..window.clone() }.take(simd(level, fused)).unwrap();
                prop_assert_eq!(&outcome, &reference, "{:?}, fused {}", level, fused);
            }
        }
    }

    /// With distinct inputs (a word that stands twice has already moved once when its second turn comes).
    #[test]
    fn window_updates_follow_the_equations(mut window in windows()) {
        window.inputs.sort_unstable();
        window.inputs.dedup();
        let exact = by_equations(&window);
        prop_assert!(close(&window.take(simd(Level::best(), false)).unwrap(), &exact));
    }

    #[test]
    fn pair_updates_follow_the_equations_and_agree_on_every_level(mut window in windows(), more in 0..30usize) {
        window.inputs = vec![0];
        window.targets.resize(window.targets.len() + more, 0);
        let exact = by_equations(&window);
        for fused in [false, true] {
            let reference = Pair(window.clone()).take(simd(Level::Wide, fused));
            prop_assert!(close(&reference, &exact));
            for level in levels() {
                let pair = Pair(Window { pad: true, ..window.clone() });
                prop_assert_eq!(&pair.take(simd(level, fused)), &reference, "{:?}, fused {}", level, fused);
            }
        }
    }
}

struct Pair(Window);

impl Pair {
    fn take(self, machine: impl Machine) -> Outcome {
        let Window { v, u, dim, targets, labels, rate, pad, .. } = self.0;
        let labels = labels.into();
        if pad {
            let slab = |rows: &[f32]| Slab::new(padded(rows, dim), dim, dim.next_multiple_of(LANES)).unwrap();
            let (mut v, mut u) = (slab(&v), slab(&u));
            let v_c = v.row_mut(0).unwrap();
            let update = PairUpdate { v_c, u: &mut u, targets: &targets, labels, rate, with_loss: true };
            let loss = machine.pair(update).unwrap();
            let dense = |slab: Slab<Vec<f32>>| unpadded(&slab.into_inner(), dim);
            return (bits(&dense(v)), bits(&dense(u)), loss.to_bits());
        }
        let (mut v, mut u) = (v, Dense { data: u, dim });
        let v_c = &mut v[..dim];
        let update = PairUpdate { v_c, u: &mut u, targets: &targets, labels, rate, with_loss: true };
        let loss = machine.pair(update).unwrap();
        (bits(&v), bits(&u.data), loss.to_bits())
    }
}

#[test]
fn fixed_arrays_and_slices_run_the_same_update() {
    let mut fixed = FixedModel::<4, 20>::zeros();
    let (v, u) = (numbers(5, 80), numbers(6, 80));
    fixed.center.as_flattened_mut().copy_from_slice(&v);
    fixed.outside.as_flattened_mut().copy_from_slice(&u);
    let (inputs, targets) = (vec![0, 1, 3, 1], vec![2, 0, 0]);
    let window = Window { v, u, dim: 20, inputs, targets, labels: 1, rate: 0.1, pad: true };
    let Model { center: v, outside: u } = &mut fixed;
    let (inputs, targets) = (&window.inputs, &window.targets);
    let update = WindowUpdate { v, u, inputs: [inputs, &[]], targets, labels: 1, rate: 0.1, with_loss: true };
    let loss = simd(Level::best(), false).window(update).unwrap();
    let sliced = window.take(simd(Level::Scalar, false)).unwrap();
    assert_eq!((bits(fixed.center.as_flattened()), bits(fixed.outside.as_flattened()), loss.to_bits()), sliced);
}

#[test]
fn impossible_updates_are_refused_and_move_nothing() {
    let (v, u, inputs, targets) = (numbers(1, 30), numbers(2, 30), vec![0], vec![1, 2]);
    let window = Window { v, u, dim: 10, inputs, targets, labels: 1, rate: 0.1, pad: false };
    let refused = |change: fn(&mut Window)| {
        let mut window = window.clone();
        change(&mut window);
        window.take(simd(Level::best(), false)).unwrap_err()
    };
    assert_eq!(refused(|w| w.inputs = vec![0, 3]), WindowError::NoSuchRow);
    assert_eq!(refused(|w| w.targets = vec![3]), WindowError::NoSuchRow);
    assert_eq!(refused(|w| w.inputs = vec![0; 17]), WindowError::TooLarge);
    assert_eq!(refused(|w| w.targets = vec![0; 9]), WindowError::TooLarge);

    let (mut v, mut u) = (Dense { data: vec![0.0; 20], dim: 10 }, Dense { data: vec![0.0; 36], dim: 12 });
    let (inputs, targets, labels, rate, with_loss) = ([&[0][..], &[]], &[1][..], 1, 0.1, false);
    let update = WindowUpdate { v: &mut v, u: &mut u, inputs, targets, labels, rate, with_loss };
    assert_eq!(simd(Level::best(), false).window(update), Err(WindowError::UnequalRows));
    assert_eq!((v.rows(), v.data), (2, vec![0.0; 20]));
}
