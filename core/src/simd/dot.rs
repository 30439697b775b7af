//! The dot product and its companion `y += a·x`, in the one order of addition.
#![allow(clippy::indexing_slicing)] // An index here is a constant below the constant length of its array.

use super::unroll::unroll;
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
        // The first products start the lanes: a sum that starts from zero would cost one more addition per lane. To
        // start from −0 is to start from nothing.
        let mut acc = match (a.first(), b.first()) {
            (Some(a), Some(b)) => products(lanes, a, b),
            _ => lanes.splat_block(-0.0),
        };
        let mut block = 1;
        while let (Some(a), Some(b)) = (a.get(block), b.get(block)) {
            add_products(lanes, &mut acc, a, b);
            block += 1;
        }
        if !a_tail.is_empty() {
            let (a, b) = (lanes.load_front(a_tail), lanes.load_front(b_tail));
            unroll!(PART in 0..L::PARTS => { acc[PART] = lanes.mul_add(a[PART], b[PART], acc[PART]); });
        }
        fold(lanes, acc)
    }
}

/// Both slices, cut to the length of the shorter.
#[inline(always)]
fn same_length<'a>(a: &'a [f32], b: &'a [f32]) -> (&'a [f32], &'a [f32]) {
    (a.get(..b.len()).unwrap_or(a), b.get(..a.len()).unwrap_or(b))
}

#[inline(always)]
fn products<L: Lanes>(lanes: L, a: &Block, b: &Block) -> L::Registers {
    let mut acc = lanes.splat_block(0.0);
    unroll!(PART in 0..L::PARTS => { acc[PART] = lanes.mul(lanes.load(a, PART), lanes.load(b, PART)); });
    acc
}

#[inline(always)]
fn add_products<L: Lanes>(lanes: L, acc: &mut L::Registers, a: &Block, b: &Block) {
    unroll!(PART in 0..L::PARTS => {
        acc[PART] = lanes.mul_add(lanes.load(a, PART), lanes.load(b, PART), acc[PART]);
    });
}

/// Folds sixteen lanes 16 → 8 → 4 → 2 → 1. Adding zero turns −0, on which kernels could differ, into 0.
#[inline(always)]
fn fold<L: Lanes>(lanes: L, acc: L::Registers) -> f32 {
    lanes.sum(fold_to_register(lanes, acc)) + 0.0
}

/// Folds the registers of one sum into one; the lanes within it are left to [`Lanes::sum`].
#[inline(always)]
pub(super) fn fold_to_register<L: Lanes>(lanes: L, mut acc: L::Registers) -> L::Vector {
    if const { L::PARTS > 4 } {
        unroll!(PART in 0..4 => { acc[PART] = lanes.add(acc[PART], acc[PART + 4]); });
    }
    if const { L::PARTS > 2 } {
        unroll!(PART in 0..2 => { acc[PART] = lanes.add(acc[PART], acc[PART + 2]); });
    }
    if const { L::PARTS > 1 } {
        acc[0] = lanes.add(acc[0], acc[1]);
    }
    acc[0]
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
        let mut block = 0;
        while let (Some(x), Some(y)) = (x.get(block), y.get_mut(block)) {
            add_scaled(lanes, a, x, y);
            block += 1;
        }
        if !x_tail.is_empty() {
            let (x, mut y) = (lanes.load_front(x_tail), lanes.load_front(y_tail));
            add_scaled_registers(lanes, a, x, &mut y);
            lanes.store_front(y, y_tail);
        }
    }
}

/// `y += a·x` on one block, with `a` in every lane.
#[inline(always)]
pub(super) fn add_scaled<L: Lanes>(lanes: L, a: L::Vector, x: &Block, y: &mut Block) {
    unroll!(PART in 0..L::PARTS => {
        lanes.store(lanes.mul_add(a, lanes.load(x, PART), lanes.load(y, PART)), y, PART);
    });
}

/// [`add_scaled`] in registers.
#[inline(always)]
pub(super) fn add_scaled_registers<L: Lanes>(lanes: L, a: L::Vector, x: L::Registers, y: &mut L::Registers) {
    unroll!(PART in 0..L::PARTS => { y[PART] = lanes.mul_add(a, x[PART], y[PART]); });
}
