//! Counts that several ranks make together, each of its own share of the text.

use twox_hash::XxHash3_128;

use super::dictionary::{Dictionary, Full};
use super::encode::too_many_words;
use super::shares::Shares;
use crate::Result;
use crate::ranks::{Common, Pieces, Ranks};

/// Checks that all ranks have found the same files.
///
/// # Errors
/// If one has not.
pub(super) fn check(shares: &Shares, ranks: &Ranks) -> Result<()> {
    let seen = XxHash3_128::oneshot(format!("{:?} {:?}", shares.groups, shares.sizes).as_bytes());
    let text = Common::new("text", "text, by the names and sizes of its files,").with(format!("{seen:032x}"));
    let advice = "all must see the same files, or files whose names have {group} in them, each rank those of its own \
                  groups";
    ranks.agree(&[text], advice)
}

/// The words whose counts this rank adds up, with the sums of what all ranks `counted`.
pub(super) fn sums(counted: &[(&str, u64)], ranks: &Ranks) -> Result<Dictionary> {
    let mut pieces = vec![Vec::new(); ranks.count()];
    for &(word, count) in counted {
        let owner = XxHash3_128::oneshot(word.as_bytes()) % ranks.count() as u128;
        pieces.get_mut(owner as usize).into_iter().for_each(|piece| put(piece, word, count));
    }
    let mut out = Pieces::default();
    pieces.iter().for_each(|piece| out.push([&piece[..]]));
    drop(pieces);
    let [received, _] = ranks.swap(out, Pieces::default());
    collect(&received)
}

/// All words that some rank chooses of those whose counts it adds up.
pub(super) fn all<'a>(chosen: impl Iterator<Item = (&'a str, u64)>, ranks: &Ranks) -> Result<Dictionary> {
    let mut piece = Vec::new();
    chosen.for_each(|(word, count)| put(&mut piece, word, count));
    collect(&ranks.tell(piece))
}

fn put(piece: &mut Vec<u8>, word: &str, count: u64) {
    piece.extend_from_slice(&count.to_le_bytes());
    piece.extend_from_slice(&(word.len() as u32).to_le_bytes());
    piece.extend_from_slice(word.as_bytes());
}

fn collect(pieces: &Pieces) -> Result<Dictionary> {
    let mut dictionary = Dictionary::default();
    for mut rest in pieces.iter() {
        while let Some((&count, more)) = rest.split_first_chunk()
            && let Some((&len, more)) = more.split_first_chunk()
            && let Some((word, more)) = more.split_at_checked(u32::from_le_bytes(len) as usize)
            && let Ok(word) = std::str::from_utf8(word)
        {
            dictionary.add(word, u64::from_le_bytes(count)).map_err(|Full| too_many_words())?;
            rest = more;
        }
    }
    Ok(dictionary)
}
