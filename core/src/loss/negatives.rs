//! Drawing the negative samples of one outside word.

use rand_core::Rng;

/// How often [`draw_negatives`] draws for one sample before it gives up.
pub const MAX_DRAWS: u32 = 128;

/// Fills `negatives` with words from `draw`, drawing again whenever it gives `outside`, and returns those drawn:
/// the `w_1..w_K` of eq. 9. Repeats are kept, as eq. 12 wants them.
///
/// The result is shorter than `negatives` where [`MAX_DRAWS`] draws in a row gave `outside`. In a vocabulary of one
/// word it is empty: there is nothing to tell `outside` from, and eq. 9 is left with its first term.
pub fn draw_negatives<'a, G: Rng>(
    rng: &mut G,
    mut draw: impl FnMut(&mut G) -> u32,
    outside: u32,
    negatives: &'a mut [u32],
) -> &'a [u32] {
    let mut drawn = 0;
    for negative in negatives.iter_mut() {
        let Some(word) = (0..MAX_DRAWS).map(|_| draw(rng)).find(|&word| word != outside) else { break };
        *negative = word;
        drawn += 1;
    }
    negatives.get(..drawn).unwrap_or_default()
}
