//! Steps in integers: against the same in wide integers and plain loops, and against f32.

use motevec_core::fixed_point::Q15;
use motevec_core::model::{Component, FixedModel, Model, Rows, RowsMut, Slab};
use motevec_core::query::nearest;
use motevec_core::sample::{Generator, Negatives};
use motevec_core::simd::{Portable, Scalar, WindowError};
use motevec_core::state::State;
use motevec_core::train::{Dynamic, Fixed, FixedPoint, Shape, Trainer, Update};
use proptest::prelude::*;
use rand_core::Rng;

const ROWS: usize = 12;

/// The matrices of a model, as the bits of numbers.
type Bits = [Vec<Vec<i64>>; 2];

/// Numbers of at most `most` in magnitude, of which some are the largest that there are.
fn random(rng: &mut Generator, dim: usize, most: i64) -> Bits {
    let mut number = || match rng.next_u32() % 64 {
        0 => most,
        1 => -most,
        _ => i64::from(rng.next_u32()) % (2 * most + 1) - most,
    };
    [(); 2].map(|()| (0..ROWS).map(|_| (0..dim).map(|_| number()).collect()).collect())
}

fn write<M: RowsMut>(bits: &[Vec<i64>], matrix: &mut M) {
    for (row, bits) in bits.iter().enumerate() {
        for (to, &x) in matrix.row_mut(row).unwrap().iter_mut().zip(bits) {
            *to = M::Component::from_q15(Q15::from_bits(x as i16));
        }
    }
}

fn bits<M: Rows>(matrix: &M) -> Vec<Vec<i64>> {
    let row = |row| matrix.row(row).unwrap().iter().take(matrix.dim()).map(|x| x.to_q15().to_bits().into()).collect();
    (0..matrix.rows()).map(row).collect()
}

/// σ of a score, times 2^15: on the straight lines between ⅛, ¼ … 8.
fn sigmoid(score: i64) -> i64 {
    let at = |index: i64| (32_768.0 / (1.0 + (-index as f64 / 8.0).exp())).round() as i64;
    let (index, place) = (score.abs() >> 12, (score.abs() >> 2) & 1023);
    let positive = if index < 64 { at(index) + (((at(index + 1) - at(index)) * place) >> 10) } else { 1 << 15 };
    if score < 0 { (1 << 15) - positive } else { positive }
}

/// The step, as the documentation says it, in integers that have room for everything.
fn plain([v, u]: &mut Bits, inputs: &[u32], targets: &[u32], labels: u8, rate: f32) {
    let exponent = rate.log2().floor() as i32 + 1;
    let (factor, shift) = ((f64::from(rate) * f64::from(15 - exponent).exp2()).floor() as i64, 11 - exponent);
    let stir = |seed: u32, number: u32| (seed ^ number).wrapping_mul(0x85EB_CA6B);
    let mut seed = inputs.iter().chain(targets).fold(0, |seed, &row| stir(seed, row));
    let mut errors = Vec::new();
    for &input in inputs {
        for (j, &target) in targets.iter().enumerate() {
            let pairs = v[input as usize].chunks(2).zip(u[target as usize].chunks(2));
            let score: i64 = pairs.map(|(v, u)| v.iter().zip(u).map(|(v, u)| v * u).sum::<i64>() >> 9).sum();
            seed = stir(seed, i32::try_from(score).expect("a score has room") as u32);
            let label = i64::from(labels >> j & 1) << 15;
            errors.push(((label - sigmoid(score)) * factor + (1 << 18)) >> 19);
        }
    }
    let mut dither = i64::from(seed >> (32 - shift));
    let step = i64::from((0x9E37_79B9_u32 >> (32 - shift)) | 1);
    let before = [v.clone(), u.clone()];
    let dim = v[0].len();
    let mut moved = |x: &mut [i64], sum: &dyn Fn(usize) -> i64, block: usize| {
        for k in 16 * block..16 * (block + 1) {
            dither = (dither + step) % (1 << shift);
            if let Some(x) = x.get_mut(k) {
                *x = (*x + ((sum(k) + dither) >> shift)).clamp(-32_767, 32_767);
            }
        }
    };
    for block in 0..dim.div_ceil(16) {
        for (i, &input) in inputs.iter().enumerate() {
            let errors = &errors[i * targets.len()..];
            let sum = |k| targets.iter().zip(errors).map(|(&t, e)| e * before[1][t as usize][k]).sum();
            moved(&mut v[input as usize], &sum, block);
        }
        for (j, &target) in targets.iter().enumerate() {
            let errors = errors[j..].iter().step_by(targets.len());
            let sum = |k| inputs.iter().zip(errors.clone()).map(|(&i, e)| e * before[0][i as usize][k]).sum();
            moved(&mut u[target as usize], &sum, block);
        }
    }
}

/// A window of 1 to 4 words, and a center with its negatives; words among them may stand there twice.
#[derive(Clone, Debug)]
struct Window {
    left: Vec<u32>,
    right: Vec<u32>,
    center: u32,
    negatives: Vec<u32>,
}

impl Window {
    fn random(rng: &mut Generator, negatives: usize) -> Self {
        let mut row = || rng.next_u32() % ROWS as u32;
        let mut rows = |count: usize| (0..count).map(|_| row()).collect::<Vec<_>>();
        let sizes = rows(2);
        let (left, right) = (rows(sizes[0] as usize % 3), rows(1 + sizes[1] as usize % 2));
        Self { left, right, center: rows(1)[0], negatives: rows(negatives) }
    }

    fn inputs(&self) -> Vec<u32> {
        [&self.left[..], &self.right].concat()
    }

    fn targets(&self) -> Vec<u32> {
        [&[self.center], &self.negatives[..]].concat()
    }

    /// Takes its step. Gives the loss.
    fn step<V, U, S>(&self, shape: S, model: &mut Model<V, U>, rate: f32) -> Result<f64, WindowError>
    where
        V: RowsMut,
        U: RowsMut<Component = V::Component>,
        S: Shape<V::Component>,
    {
        let mut trainer = Trainer::new(Scalar::<Portable>::new(), model, Given(&self.negatives), shape, rate);
        trainer.center(&self.left, self.center, &self.right)?;
        Ok(trainer.loss.sum)
    }
}

/// The negatives that are given.
struct Given<'a>(&'a [u32]);

impl Negatives for Given<'_> {
    fn draw(&mut self, _: u32, negatives: &mut [u32]) {
        negatives.copy_from_slice(self.0);
    }
}

fn dynamic(negatives: usize) -> FixedPoint {
    FixedPoint(Dynamic::new(2, negatives, Update::Window).unwrap())
}

/// Takes the same steps in all ways, for rows of `D` numbers.
fn agree<const D: usize>(seed: u64, rate: f32, most: i64) {
    let rng = &mut Generator::new(seed, [0]);
    let mut expected = random(rng, D, most);
    let mut fixed = FixedModel::<ROWS, D, Q15>::zeros();
    let mut floats = FixedModel::<ROWS, D>::zeros();
    let slab = || Slab::new(vec![0.0; ROWS * D.next_multiple_of(16)], D, D.next_multiple_of(16)).unwrap();
    let mut padded = Model { center: slab(), outside: slab() };
    let [v, u] = &expected;
    write(v, &mut fixed.center);
    write(u, &mut fixed.outside);
    write(v, &mut floats.center);
    write(u, &mut floats.outside);
    write(v, &mut padded.center);
    write(u, &mut padded.outside);
    for _ in 0..4 {
        let window = Window::random(rng, 5);
        plain(&mut expected, &window.inputs(), &window.targets(), 1, rate);
        let losses = [
            window.step(Fixed::<2, 6>, &mut fixed, rate).unwrap(),
            window.step(dynamic(5), &mut floats, rate).unwrap(),
            window.step(dynamic(5), &mut padded, rate).unwrap(),
        ];
        assert_eq!([bits(&fixed.center), bits(&fixed.outside)], expected);
        assert_eq!([bits(&floats.center), bits(&floats.outside)], expected);
        assert_eq!([bits(&padded.center), bits(&padded.outside)], expected);
        assert!(losses.iter().all(|&loss| loss == losses[0]), "{losses:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing wraps, not even where all numbers are the largest.
    #[test]
    fn steps_are_what_the_documentation_says(
        seed: u64,
        rate in prop_oneof![Just(1e-6_f32), Just(0.0025), Just(0.05), Just(0.999), 0.0001_f32..2.0],
        most in prop_oneof![Just(20_i64), Just(4_000), Just(32_767)],
    ) {
        agree::<1>(seed, rate, most);
        agree::<16>(seed, rate, most);
        agree::<19>(seed, rate, most);
        agree::<45>(seed, rate, most);
    }

    /// With the vectors and rates that training has, a step is that of f32 to a few units of 2^−12, and so is the loss.
    #[test]
    fn steps_are_near_those_of_floats(seed: u64, rate in 0.001_f32..0.2, negatives in 1_usize..8) {
        let rng = &mut Generator::new(seed, [1]);
        let [v, u] = random(rng, 24, 4_000);
        let (mut fixed, mut floats) = (FixedModel::<ROWS, 24, Q15>::zeros(), FixedModel::<ROWS, 24>::zeros());
        write(&v, &mut fixed.center);
        write(&u, &mut fixed.outside);
        write(&v, &mut floats.center);
        write(&u, &mut floats.outside);
        let window = Window::random(rng, negatives);
        // There a word that stands twice in a window has moved once when its second turn comes.
        let inputs = window.inputs();
        prop_assume!((1..inputs.len()).all(|i| !inputs[..i].contains(&inputs[i])));
        let loss = window.step(dynamic(negatives), &mut fixed, rate).unwrap();
        let exact = window.step(dynamic(negatives).0, &mut floats, rate).unwrap();
        prop_assert!((loss - exact).abs() < 1e-3 * exact.max(1.0), "{loss}, not {exact}");
        for (x, exact) in [(&fixed.center, &floats.center), (&fixed.outside, &floats.outside)] {
            for (x, exact) in x.as_flattened().iter().zip(exact.as_flattened()) {
                prop_assert!((x.to_f32() - exact).abs() < 5.0 / 4_096.0, "{x:?}, not {exact}");
            }
        }
    }
}

/// Moves of a tenth of the least difference add up: rounded to the nearest number they would all vanish.
#[test]
fn small_steps_do_not_vanish() {
    let (mut fixed, mut floats) = (FixedModel::<ROWS, 16, Q15>::zeros(), FixedModel::<ROWS, 16>::zeros());
    let rng = &mut Generator::new(1, [2]);
    let [v, u] = random(rng, 16, 400);
    write(&v, &mut fixed.center);
    write(&u, &mut fixed.outside);
    write(&v, &mut floats.center);
    write(&u, &mut floats.outside);
    let start = floats.center;
    for _ in 0..4_000 {
        let window = Window::random(rng, 5);
        window.step(Fixed::<2, 6>, &mut fixed, 0.0005).unwrap();
        window.step(Fixed::<2, 6>, &mut floats, 0.0005).unwrap();
    }
    let square = |x: &[[f32; 16]; ROWS], y: &[[f32; 16]; ROWS]| -> f32 {
        x.as_flattened().iter().zip(y.as_flattened()).map(|(x, y)| (x - y).powi(2)).sum()
    };
    let came_to = fixed.center.map(|row| row.map(Component::to_f32));
    let (moved, apart) = (square(&floats.center, &start), square(&floats.center, &came_to));
    assert!(moved > 1e-3 && apart < 0.1 * moved, "{apart} of {moved}");
}

#[test]
fn what_cannot_be_is_refused() {
    let window = Window { left: vec![0], right: vec![1], center: 2, negatives: vec![3; 5] };
    let mut model = FixedModel::<ROWS, 16, Q15>::zeros();
    let before = model;
    let pairs = FixedPoint(Dynamic::new(2, 5, Update::Pair).unwrap());
    assert_eq!(window.step(pairs, &mut model, 0.1), Err(WindowError::TooLarge));
    let beyond = Window { left: vec![ROWS as u32], ..window.clone() };
    assert_eq!(beyond.step(Fixed::<2, 6>, &mut model, 0.1), Err(WindowError::NoSuchRow));
    let beyond = Window { center: ROWS as u32, ..window.clone() };
    assert_eq!(beyond.step(Fixed::<2, 6>, &mut model, 0.1), Err(WindowError::NoSuchRow));
    let wide = Window { left: vec![0; 4], ..window.clone() };
    assert_eq!(wide.step(Fixed::<2, 6>, &mut model, 0.1), Err(WindowError::TooLarge));
    assert_eq!(model, before, "nothing has moved");
    let mut unequal = Model { center: [[Q15::ZERO; 16]; ROWS], outside: [[Q15::ZERO; 15]; ROWS] };
    assert_eq!(window.step(Fixed::<2, 6>, &mut unequal, 0.1), Err(WindowError::UnequalRows));
    let mut long = Box::new(FixedModel::<4, 1025, Q15>::zeros());
    assert_eq!(window.step(Fixed::<2, 6>, &mut *long, 0.1), Err(WindowError::TooLarge));
    let mut longest = Box::new(FixedModel::<4, 1024, Q15>::zeros());
    longest.center.as_flattened_mut().fill(Q15::from_bits(i16::MAX));
    longest.outside.as_flattened_mut().fill(Q15::from_bits(i16::MIN));
    assert!(window.step(Fixed::<2, 6>, &mut *longest, 0.1).is_ok());
}

#[test]
fn numbers_are_the_nearest() {
    for (x, bits) in [
        (0.0, 0),
        (1.0, 4_096),
        (-1.0, -4_096),
        (0.5 / 4_096.0, 0),
        (1.5 / 4_096.0, 2),
        (-2.5 / 4_096.0, -2),
        (7.9999, 32_767),
        (8.0, 32_767),
        (-8.0, -32_767),
        (f32::INFINITY, 32_767),
        (f32::NEG_INFINITY, -32_767),
        (f32::NAN, 0),
    ] {
        assert_eq!(Q15::from_f32(x).to_bits(), bits, "{x}");
    }
    for bits in -i16::MAX..=i16::MAX {
        let mut number = Q15::from_bits(bits);
        assert_eq!(Q15::from_f32(number.to_f32()), number);
        number.visit(&mut |bytes| assert_eq!(bytes, bits.to_le_bytes()));
        assert_eq!(number.to_bits(), bits);
    }
    // What a state has that was damaged.
    let mut number = Q15::ZERO;
    number.visit(&mut |bytes| bytes.copy_from_slice(&i16::MIN.to_le_bytes()));
    assert_eq!(number.to_bits(), -i16::MAX);
}

#[test]
fn neighbors_are_those_of_the_same_floats() {
    let [v, _] = random(&mut Generator::new(5, [3]), 16, 32_767);
    let (mut fixed, mut floats) = (FixedModel::<ROWS, 16, Q15>::zeros(), FixedModel::<ROWS, 16>::zeros());
    write(&v, &mut fixed.center);
    write(&v, &mut floats.center);
    let lanes = Scalar::<Portable>::new();
    for row in 0..ROWS {
        let ours = nearest::<_, _, 4>(lanes, &fixed.center, &fixed.center[row], &[row as u32]);
        let exact = nearest::<_, _, 4>(lanes, &floats.center, &floats.center[row], &[row as u32]);
        for (ours, exact) in ours.iter().zip(&exact) {
            assert!(ours.row == exact.row && (ours.similarity - exact.similarity).abs() < 1e-6, "{ours:?} {exact:?}");
        }
    }
}
