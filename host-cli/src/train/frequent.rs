//! Which rows groups exchange each time, and not only when all rows are.
//!
//! A row that few pairs move can wait: what groups change it by adds up, whenever that is. One that many pairs move
//! goes all its way home in each group by itself, and by the time groups hear of each other they only have means to
//! take.
//! By the rule of the merge a row is on its way for κu ≪ 1, and home for κu ≫ 1.
//!
//! Measured on 23 million words (100 dimensions, 5 epochs, means of three seeds, or one where it says so; WordSim-353 /
//! SimLex-999 / analogies), with 320 exchanges an epoch. Seeds scatter by .007 / .004 / .006. `train imdb.txt -o
//! model.bin --groups 4 --epochs 5 --seed 1` is the third row, with the limit and the number of exchanges of all rows
//! in the source.
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
            Some(grams) => grams.of(word).iter().copied().for_each(input),
        }
        let mut output = |row: u32| outputs[row as usize] += centers;
        match &common.tree {
            None => output(word),
            Some(tree) => tree.path(word).for_each(|(row, _)| output(row)),
        }
    }
    let negatives = if common.tree.is_some() { 0.0 } else { common.negatives as f64 };
    let of_level = |side, negatives: f64, rows: &[f64], exchanges: f64| {
        let mut places = vec![Vec::new(); PARTS];
        for (row, &centers) in (0..).zip(rows) {
            if exchanges * rule.kappa * rule.pairs(side, centers, negatives * centers) > FAR {
                places[part_of(row)].push(place_of(row) as u32);
            }
        }
        places
    };
    let levels = 1..=common.plan.exchanges_of_all.ilog2();
    [(Side::Center, 0.0, inputs), (Side::Outside, negatives, outputs)].map(|(side, negatives, rows)| {
        levels.clone().map(|next| of_level(side, negatives, &rows, f64::from(1 << next))).collect()
    })
}
