//! A model for tests of formats, and what is compared of models.

use motevec::{Vectors, Vocabulary};

/// A model of words in several scripts, with every kind of number: 106 words of 7 components.
///
/// # Panics
/// Never.
#[must_use]
pub fn sample() -> Vectors {
    let words = ["the", "żółw", "日本", "naïve", "l\u{a0}eau", "</s>"].map(str::to_owned);
    let words = words.into_iter().chain((0..100).map(|n| format!("word{n}")));
    let (dim, mut vocabulary, mut data) = (7, Vocabulary::new(), Vec::new());
    let mut state = 1_u64;
    for word in words {
        vocabulary.push(&word, 0).unwrap();
        for _ in 0..dim {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            data.push((state >> 33) as f32 / (1_u32 << 30) as f32 - 1.0);
        }
    }
    data[..7].copy_from_slice(&[0.0, -0.0, 1e-38, 3e38, 1e-45, 16_777_216.0, 0.1]);
    Vectors::new(vocabulary, dim, data)
}

/// A model as other packages see it too: a line per word, with the word and the bits of its numbers.
#[must_use]
pub fn bits(vectors: &Vectors) -> String {
    let numbers = |row: &[f32]| row.iter().map(|number| format!(" {:08x}", number.to_bits())).collect::<String>();
    vectors.vocabulary.words().zip(vectors.rows()).map(|(word, row)| format!("{word}{}\n", numbers(row))).collect()
}
