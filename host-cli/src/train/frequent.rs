//! How often groups exchange each row.
//!
//! A row that few pairs move can wait: what groups change it by adds up, whenever that is. One that many pairs move
//! goes all its way home in each group by itself, and by the time groups hear of each other they only have means to
//! take.
//! By the rule of the merge a row is on its way for κu ≪ 1, and home for κu ≫ 1. So it takes part in each 2^k-th
//! exchange, k being the *level* that keeps κu below a limit.
//!
//! Measured on 23 million words (100 dimensions, 5 epochs, means of three seeds, or as many as it says; WordSim-353 /
//! SimLex-999 / analogies), with 300 to 320 exchanges an epoch. Seeds scatter by .007 / .004 / .006. One group has .561
//! .334 .315. First, with changes of 32 bits, 16 shards of 4 groups or 4 of 16, one round between exchanges, and two
//! levels, of rows that are exchanged each time and only when all are:
//!
//! | groups | exchanges of all rows an epoch | limit of κu | frequent rows | scores |
//! |---|---|---|---|---|
//! | 4 | 320 | | | .555 .339 .301 |
//! | 4 | 40 | 0.5 (one seed) | 6,400 | .559 .340 .307 |
//! | 4 | 40 | 1 | 3,900 | .550 .340 .301 |
//! | 4 | 40 | 2 | 2,200 | .546 .341 .300 |
//! | 16 | 320 (one seed) | | | .562 .333 .301 |
//! | 16 | 40 | 1 | 3,900 | .552 .339 .303 |
//! | 16 | 40 | 2 | 2,200 | .552 .339 .303 |
//! | 16 | 40 | 8 (one seed) | 690 | .550 .332 .303 |
//! | 16 | 40 | 16 (one seed) | 250 | .529 .325 .278 |
//! | 16 | 10 | 2 (one seed) | 8,200 | .555 .336 .300 |
//! | 16 | 10 | 10 (one seed) | 2,000 | .524 .325 .301 |
//! | 16 | 1 | 14 (one seed) | 8,200 | .483 .311 .229 |
//!
//! Then, with a limit of 1, and 40 exchanges of all rows:
//!
//! | groups | shards × words of a group | rounds between exchanges | bits | levels | rate | scores |
//! |---|---|---|---|---|---|---|
//! | 4 | 16 × 593 | 1 | 32 | two | .025 | .550 .340 .301 |
//! | 4 | 16 × 593 | 1 | 8 | two | .025 | .545 .339 .302 |
//! | 4 | 16 × 593, κ of the exchange halved | 1 | 32 | two | .025 | diverges |
//! | 4 | 16 × 593 | 1 | 32 | two | .03 | .566 .338 .305 |
//! | 4 | 9 × 1000 | 1 | 32 | two | .025 | .546 .342 .309 |
//! | 4 | 9 × 1000, κ of the exchange doubled | 1 | 32 | two | .025 | .550 .343 .310 (2 seeds) |
//! | 4 | 9 × 1000 | 1 | 32 | two | .03, .035 | .555 .337 .314, .569 .331 .316 (2 seeds) |
//! | 4 | 9 × 532 | 2 | 32 | two | .025 | .561 .338 .307 |
//! | 4 | 9 × 532 | 2 | 32 | two | .03 | .573 .338 .313 |
//! | 4 | 9 × 527 | 2 | 8 | two | .025 | .553 .342 .304 (1 seed) |
//! | 4 | 9 × 527 | 2 | 8 | four | .025 | .549 .344 .310 |
//! | 4 | 9 × 527, with a limit of 2 | 2 | 8 | four | .025 | .545 .339 .310 (2 seeds) |
//! | 4 | 9 × 527, heard of a period late | 2 | 8 | four | .025 | .536 .344 .308 (2 seeds) |
//! | 16 | 2 × 1000 | 1 | 32 | two | .03 | .551 .331 .313 (2 seeds) |
//! | 16 | 2 × 593 | 2 | 8 | four | .025 | .534 .339 .300 (1 seed) |
//!
//! Two rounds of half as many shards take 3 % more processor time than one round. With a period late, what was changed
//! in one period is merged at the end of the next, as where ranks exchange rows while they train; each eighth exchange,
//! of all rows, waits. With the same seeds, that costs .011 .001 .002. Groups take means of what frequent rows learned,
//! so a higher rate makes up for the way that these fall short.

use super::grams::Grams;
use super::matrix::{PARTS, part_of, place_of};
use super::merge::Rule;
use super::private::Side;
use super::shard::Common;

/// The κu that a row must not exceed between two exchanges that it takes part in, if there are so many.
const FAR: f64 = 1.0;

/// By part of a matrix, the places of rows, ascending.
pub(super) type Places = Vec<Vec<u32>>;

/// By level, of the matrix of centers, or of what they are made of, and of the outside matrix, which have so many rows:
/// those that cannot wait for the next level. By `words`, how often each is expected to be a center between two
/// exchanges.
///
/// Negatives are taken to come as often as their words, and n-grams to be moved by all pairs of their words: so a few
/// more rows are frequent than need to be.
pub(super) fn levels(
    words: impl Iterator<Item = f64>,
    common: &Common<'_>,
    grams: Option<&Grams>,
    rule: Rule,
    [center, outside]: [usize; 2],
) -> [Vec<Places>; 2] {
    let (mut inputs, mut outputs) = (vec![0.0; center], vec![0.0; outside]);
    for (word, centers) in (0..).zip(words) {
        let mut input = |row: u32| inputs[row as usize] += centers;
        match grams {
            None => input(word),
            Some(grams) => grams.parts(word).iter().for_each(|part| input(part.row)),
        }
        let mut output = |row: u32| outputs[row as usize] += centers;
        match &common.tree {
            None => output(word),
            Some(tree) => tree.path(word).for_each(|(row, _)| output(row)),
        }
    }
    let negatives = if common.tree.is_some() { 0.0 } else { common.negatives as f64 };
    let levels = 1..=common.plan.exchanges_of_all.ilog2();
    [(Side::Center, 0.0, inputs), (Side::Outside, negatives, outputs)].map(|(side, negatives, rows)| {
        let way = |centers: f64| rule.kappa * rule.pairs(side, centers, negatives * centers);
        let ways: Vec<f64> = rows.into_iter().map(way).collect();
        levels.clone().map(|next| too_far(&ways, f64::from(1 << next))).collect()
    })
}

/// The rows that go too far in so many `exchanges`. By row, `ways` has the κu between two.
fn too_far(ways: &[f64], exchanges: f64) -> Places {
    let mut places = vec![Vec::new(); PARTS];
    for (row, way) in (0..).zip(ways) {
        if exchanges * way > FAR {
            places[part_of(row)].push(place_of(row) as u32);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row waits for the next level if it does not go too far until then, and so for all levels before.
    #[test]
    fn rows_wait_as_long_as_they_may() {
        let ways = [0.51, 0.49, 0.26, 0.24, 0.13, 0.12, 0.0];
        let rows = |exchanges| {
            let places = too_far(&ways, exchanges);
            (0..ways.len() as u32).filter(|&row| places[part_of(row)].contains(&(place_of(row) as u32))).collect()
        };
        let levels: [Vec<u32>; 3] = [2.0, 4.0, 8.0].map(rows);
        assert_eq!(levels, [vec![0], vec![0, 1, 2], vec![0, 1, 2, 3, 4]]);
    }
}
