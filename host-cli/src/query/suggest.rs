//! Words that a user may have meant by a word that the model lacks.

use crate::Vocabulary;

/// How many words to suggest.
const MOST: usize = 3;

/// Up to three words within a few edits of `word`, ignoring case: the nearest first, among equals the most frequent
/// (models are sorted by frequency).
pub(super) fn similar<'a>(vocabulary: &'a Vocabulary, word: &str) -> Vec<&'a str> {
    let folded = word.to_lowercase();
    let length = folded.chars().count();
    // One typing error in a short word, up to three in a long one; "cat" is not a way to write "dog".
    let most_edits = (length / 3).clamp(1, 3);
    let letters = letters(&folded);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (row, candidate) in vocabulary.words().enumerate() {
        // An edit changes at most two letters, one lost and one gained. This bound is quick, and rejects nearly all
        // words.
        let changed = (letters ^ self::letters(candidate)).count_ones() as usize;
        if changed > 2 * most_edits || candidate.len().abs_diff(folded.len()) > 4 * most_edits {
            continue;
        }
        let edits = strsim::osa_distance(&folded, &candidate.to_lowercase());
        if edits <= most_edits && edits < length.max(1) {
            found.push((edits, row));
        }
    }
    found.sort_unstable();
    found.into_iter().take(MOST).map(|(_, row)| vocabulary.word(row)).collect()
}

/// The set of ASCII letters in `word`, one bit per letter, ignoring case.
fn letters(word: &str) -> u32 {
    let bit = |byte: u8| if byte.is_ascii_alphabetic() { 1 << (byte & 31) } else { 0 };
    word.bytes().fold(0, |set, byte| set | bit(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestions(word: &str) -> Vec<&'static str> {
        let words = ["the", "Congress", "congresses", "nation", "nations", "national", "notion", "Żółw", "a", "u.s."];
        let vocabulary = words.map(|word| (word, 0)).into_iter().collect();
        let rows: Vec<_> = similar(&vocabulary, word).into_iter().map(|w| words.iter().position(|x| *x == w)).collect();
        rows.into_iter().map(|row| words[row.unwrap()]).collect()
    }

    #[test]
    fn the_nearest_come_first_and_then_the_most_frequent() {
        assert_eq!(suggestions("NATION"), ["nation", "nations", "notion"]);
        assert_eq!(suggestions("congress"), ["Congress", "congresses"]);
        assert_eq!(suggestions("teh"), ["the"], "a swap of neighbors is one edit");
        assert_eq!(suggestions("żółw"), ["Żółw"]);
        assert_eq!(suggestions("zolw"), Vec::<&str>::new());
    }

    #[test]
    fn unlike_words_are_not_suggested() {
        for word in ["", "b", "xyz", "constitution"] {
            assert_eq!(suggestions(word), Vec::<&str>::new(), "{word:?}");
        }
    }
}
