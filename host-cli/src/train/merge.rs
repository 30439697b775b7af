//! The end of a round: what the shards learned apart becomes common.
//!
//! For each row that n shards touched, u times in all, `row += s(n, u) · Σ (private − common)`, summed in the order of
//! the shards, with
//!
//! ```text
//! s(n, u) = (1 − e^−κu) / (n · (1 − e^−κu/n))
//! ```
//!
//! Each update moves a row a small part κ of the way to where its neighbors pull it, so one pass of u updates in
//! sequence would go the part 1 − e^−κu of it, and each shard on its own went 1 − e^−κu/n. A rare row (κu ≪ 1) takes the
//! whole sum, s → 1; a row so frequent that every shard alone brings it home takes the mean, s → 1/n.

use std::sync::RwLockReadGuard;

use motevec_core::math::Real;

use super::matrix::{Matrix, place_of};
use super::shard::{Private, Shard};

/// What a thread needs to merge one part after another.
#[derive(Default)]
pub(super) struct Merger {
    /// By place in the part: 1 + the index of the row in `rows`; 0 for a row that nobody touched.
    index: Vec<u32>,
    rows: Vec<Touched>,
    sums: Vec<f32>,
}

#[derive(Clone, Copy)]
struct Touched {
    place: usize,
    shards: u32,
    updates: f64,
}

/// The factor s(n, u), see the module's documentation.
fn scale(shards: u32, updates: f64, kappa: f64) -> f32 {
    let n = f64::from(shards);
    let reach = |updates: f64| 1.0 - Real::exp(-kappa * updates);
    let (together, apart) = (reach(updates), n * reach(updates / n));
    // κu can be so small that both vanish; then nothing is far from home, and the sum is right.
    if apart > 0.0 { (together / apart) as f32 } else { 1.0 }
}

/// Which of the two matrices, and how it lies in the shards' private copies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Center,
    Outside,
}

impl Side {
    fn private(self, private: &Private, local: u32, stride: usize) -> Option<&[f32]> {
        let rows = match self {
            Self::Center => &private.center,
            Self::Outside => &private.outside,
        };
        rows.get(local as usize * stride..)?.get(..stride)
    }

    fn updates(self, private: &Private, local: u32, window: f64, negatives: f64) -> f64 {
        let centers = f64::from(private.centers[local as usize]);
        match self {
            // A word of the text is an input of about as many windows as its own has words.
            Self::Center => centers * window * (1.0 + negatives),
            Self::Outside => (centers + f64::from(private.negatives[local as usize])) * window,
        }
    }
}

impl Merger {
    /// Merges part `part` of one matrix.
    pub(super) fn merge(
        &mut self,
        matrix: &Matrix,
        side: Side,
        part: usize,
        shards: &[RwLockReadGuard<'_, Shard>],
        (stride, window, negatives, kappa): (usize, f64, f64, f64),
    ) {
        matrix.write(part, |common| {
            self.index.resize(self.index.len().max(common.len() / stride), 0);
            self.rows.clear();
            for shard in shards {
                for &local in &shard.private.by_part[part] {
                    if side == Side::Center && local as usize >= shard.private.words {
                        continue;
                    }
                    let place = place_of(shard.private.rows[local as usize]);
                    let index = &mut self.index[place];
                    if *index == 0 {
                        self.rows.push(Touched { place, shards: 0, updates: 0.0 });
                        *index = self.rows.len() as u32;
                    }
                    let row = &mut self.rows[*index as usize - 1];
                    row.shards += 1;
                    row.updates += side.updates(&shard.private, local, window, negatives);
                }
            }
            self.sums.clear();
            self.sums.resize(self.rows.len() * stride, 0.0);
            for shard in shards {
                for &local in &shard.private.by_part[part] {
                    let Some(private) = side.private(&shard.private, local, stride) else { continue };
                    let place = place_of(shard.private.rows[local as usize]);
                    let index = self.index[place] as usize - 1;
                    let common = &mut common[place * stride..][..stride];
                    if self.rows[index].shards == 1 {
                        common.copy_from_slice(private);
                    } else {
                        let sums = &mut self.sums[index * stride..][..stride];
                        for ((sum, private), common) in sums.iter_mut().zip(private).zip(&*common) {
                            *sum += private - common;
                        }
                    }
                }
            }
            for (row, sums) in self.rows.iter().zip(self.sums.chunks_exact(stride)) {
                self.index[row.place] = 0;
                if row.shards > 1 {
                    let s = scale(row.shards, row.updates, kappa);
                    for (common, sum) in common[row.place * stride..][..stride].iter_mut().zip(sums) {
                        *common += s * sum;
                    }
                }
            }
        });
    }
}
