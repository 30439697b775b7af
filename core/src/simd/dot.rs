//! The dot product and its companion `y += a·x`, in the one order of addition.

use super::{Block, Kernel, LANES, Lanes};

/// `Σ_i a_i b_i`, summed in sixteen lanes. Where the lengths differ the surplus is left out.
#[must_use]
pub fn dot<L: Lanes>(lanes: L, a: &[f32], b: &[f32]) -> f32 {
    lanes.enter(Dot { a, b })
}

/// `y += a·x`. Where the lengths differ the surplus is left alone.
pub fn axpy<L: Lanes>(lanes: L, a: f32, x: &[f32], y: &mut [f32]) {
    lanes.enter(Axpy { a, x, y });
}

/// [`dot`] as a kernel, for use inside others.
pub(crate) struct Dot<'a> {
    pub(crate) a: &'a [f32],
    pub(crate) b: &'a [f32],
}

impl Kernel for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f32 {
        let (a, b) = same_length(self.a, self.b);
        let ((a, a_tail), (b, b_tail)) = (a.as_chunks(), b.as_chunks());
        let mut blocks = a.iter().zip(b);
        // The first products start the lanes: a sum that starts from zero would cost an addition a lane more. To start from
        // −0 is to start from nothing.
        let mut acc = match blocks.next() {
            Some((a, b)) => products(lanes, a, b),
            None => [lanes.splat(-0.0); LANES],
        };
        for (a, b) in blocks {
            add_products(lanes, &mut acc, a, b);
        }
        if !a_tail.is_empty() {
            add_products(lanes, &mut acc, &padded(a_tail), &padded(b_tail));
        }
        fold(lanes, acc)
    }
}

/// Both slices, cut to the length of the shorter.
#[inline(always)]
fn same_length<'a>(a: &'a [f32], b: &'a [f32]) -> (&'a [f32], &'a [f32]) {
    (a.get(..b.len()).unwrap_or(a), b.get(..a.len()).unwrap_or(b))
}

/// Sixteen lanes in the first `PARTS` registers; the rest are never touched, and vanish when compiled.
pub(super) type Registers<L> = [<L as Lanes>::Vector; LANES];

#[inline(always)]
fn products<L: Lanes>(lanes: L, a: &Block, b: &Block) -> Registers<L> {
    let mut acc = [lanes.splat(0.0); LANES];
    for (part, acc) in acc.iter_mut().enumerate().take(L::PARTS) {
        *acc = lanes.mul(lanes.load(a, part), lanes.load(b, part));
    }
    acc
}

#[inline(always)]
fn add_products<L: Lanes>(lanes: L, acc: &mut Registers<L>, a: &Block, b: &Block) {
    for (part, acc) in acc.iter_mut().enumerate().take(L::PARTS) {
        *acc = lanes.mul_add(lanes.load(a, part), lanes.load(b, part), *acc);
    }
}

/// Folds sixteen lanes 16 → 8 → 4 → 2 → 1. Adding zero turns −0, on which kernels could differ, into 0.
#[inline(always)]
fn fold<L: Lanes>(lanes: L, acc: Registers<L>) -> f32 {
    lanes.sum(fold_to_register(lanes, acc)) + 0.0
}

/// Folds the registers of one sum into one; the lanes within it are left to [`Lanes::sum`].
#[inline(always)]
pub(super) fn fold_to_register<L: Lanes>(lanes: L, mut acc: Registers<L>) -> L::Vector {
    let mut half = L::PARTS / 2;
    while half > 0 {
        let (low, high) = acc.split_at_mut(half);
        for (low, high) in low.iter_mut().zip(high) {
            *low = lanes.add(*low, *high);
        }
        half /= 2;
    }
    let [first, ..] = acc;
    first
}

/// A row's last, incomplete block, filled up with zeros.
#[inline(always)]
pub(crate) fn padded(tail: &[f32]) -> Block {
    let mut block = [0.0; LANES];
    for (to, from) in block.iter_mut().zip(tail) {
        *to = *from;
    }
    block
}

/// Writes the front of `block` back into a row's last, incomplete block.
#[inline(always)]
pub(crate) fn unpad(block: &Block, tail: &mut [f32]) {
    for (to, from) in tail.iter_mut().zip(block) {
        *to = *from;
    }
}

struct Axpy<'a> {
    a: f32,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Kernel for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let a = lanes.splat(self.a);
        let x = self.x.get(..self.y.len()).unwrap_or(self.x);
        let Some(y) = self.y.get_mut(..x.len()) else { return };
        let ((x, x_tail), (y, y_tail)) = (x.as_chunks(), y.as_chunks_mut());
        for (x, y) in x.iter().zip(y) {
            for part in 0..L::PARTS {
                lanes.store(lanes.mul_add(a, lanes.load(x, part), lanes.load(y, part)), y, part);
            }
        }
        if !x_tail.is_empty() {
            let (x, mut y) = (padded(x_tail), padded(y_tail));
            for part in 0..L::PARTS {
                lanes.store(lanes.mul_add(a, lanes.load(&x, part), lanes.load(&y, part)), &mut y, part);
            }
            unpad(&y, y_tail);
        }
    }
}
