//! Messages that are longer than a call of MPI takes.

use super::Pieces;

/// Sends `pieces`, and receives those of the `incoming` lengths, in as many calls as the longest of `all` takes, each
/// of at most so many bytes. A call gets the bytes to send and how many of each piece, and room for those to receive
/// and how many of each.
pub(super) fn in_turns(
    most: usize,
    all: &[u64],
    pieces: &Pieces,
    incoming: &[usize],
    into: &mut Pieces,
    call: impl Fn(&[u8], &[i32], &mut [u8], &[i32]),
) {
    let most = most / incoming.len();
    let turns = all.iter().max().map_or(0, |&longest| longest.div_ceil(most as u64)) as usize;
    let counts = |lengths: &[usize]| lengths.iter().map(|&length| length as i32).collect::<Vec<_>>();
    if turns == 1 {
        // Nothing needs to be cut, nor put together.
        into.set_lengths(incoming);
        let out = counts(&pieces.lengths().collect::<Vec<_>>());
        return call(pieces.bytes(), &out, into.bytes_mut(), &counts(incoming));
    }
    let mut received: Vec<_> = incoming.iter().map(|&length| Vec::with_capacity(length)).collect();
    for turn in 0..turns {
        let part = |length: usize| (turn * most).min(length)..((turn + 1) * most).min(length);
        let mut out = Pieces::default();
        pieces.iter().for_each(|piece| out.push([&piece[part(piece.len())]]));
        let coming: Vec<usize> = incoming.iter().map(|&length| part(length).len()).collect();
        into.set_lengths(&coming);
        call(out.bytes(), &counts(&out.lengths().collect::<Vec<_>>()), into.bytes_mut(), &counts(&coming));
        received.iter_mut().zip(into.iter()).for_each(|(all, more)| all.extend_from_slice(more));
    }
    into.clear();
    received.iter().for_each(|piece| into.push([&piece[..]]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pieces: &[&str]) -> Pieces {
        let mut all = Pieces::default();
        pieces.iter().for_each(|piece| all.push([piece.as_bytes()]));
        all
    }

    /// What two ranks send each other arrives whole, however many calls it takes.
    #[test]
    fn long_messages_are_cut_and_put_together() {
        for (sent, calls) in [
            (["", ""], 0),
            (["short", "six"], 1),
            (["longer than six", "six"], 3),
            (["six", "a message of thirty characters"], 5),
        ] {
            let sent = pieces(&sent);
            let lengths: Vec<_> = sent.lengths().collect();
            let all: Vec<_> = lengths.iter().map(|&length| length as u64).collect();
            let (mut into, times) = (pieces(&["what was there before"]), std::cell::Cell::new(0));
            // This rank hears what it says.
            in_turns(12, &all, &sent, &lengths, &mut into, |out, counts, into, coming| {
                assert!(counts == coming && out.len() <= 12, "{counts:?}");
                into.copy_from_slice(out);
                times.set(times.get() + 1);
            });
            assert_eq!((&into, times.get()), (&sent, calls));
        }
    }
}
