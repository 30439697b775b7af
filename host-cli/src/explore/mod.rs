//! The explorer: one page that shows a map of words, and answers questions from the vectors inside it.
//!
//! The page needs no server and no network. Its parts are the files beside this one; [`page`] joins them with the
//! data. Vectors are stored as bytes: a cosine does not depend on a vector's length, so no scale is kept.

use std::collections::HashSet;

use serde::Serialize;

use crate::plot::{Selection, base64, escaped};
use crate::{Error, Result, Vectors};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPTS: [&str; 7] = [
    include_str!("vectors.js"),
    include_str!("points.js"),
    include_str!("labels.js"),
    include_str!("map.js"),
    include_str!("combobox.js"),
    include_str!("panel.js"),
    include_str!("app.js"),
];

/// The content of a page.
#[derive(Clone, Debug)]
pub struct Explorer<'a> {
    /// The name of the model.
    pub name: &'a str,
    /// The model.
    pub vectors: &'a Vectors,
    /// How many words it has seen; the vectors of those behind them are made of n-grams.
    pub seen: usize,
    /// The words shown, the most important ones first, in groups.
    pub selection: &'a Selection,
    /// Their places: to the right and upwards, in any unit.
    pub places: &'a [[f64; 2]],
    /// What the map shows, in a few words.
    pub note: &'a str,
}

/// The data of a page.
#[derive(Serialize)]
struct Data<'a> {
    name: &'a str,
    note: &'a str,
    /// Words in the model, of which only some are shown.
    total: usize,
    /// How many of the most frequent words are shown; what else is shown was asked for.
    frequent: usize,
    dim: usize,
    words: Vec<&'a str>,
    /// Of each word, its place by frequency, from 1, or 0 if the model has not seen it; empty if they are 1, 2, 3, …
    ranks: Vec<usize>,
    /// Of each word, or empty if no counts are known: then the words are in the order of the model.
    counts: Vec<u64>,
    groups: &'a [usize],
    names: &'a [String],
    /// Thousandths of the map's larger side.
    x: Vec<f64>,
    y: Vec<f64>,
    /// `words × dim` signed bytes, in base64.
    vectors: String,
}

/// The page, as HTML.
///
/// # Errors
/// If the data is no JSON: never, as long as places are finite.
pub fn page(explorer: &Explorer<'_>) -> Result<String> {
    let Explorer { name, vectors, seen, selection, places, note } = *explorer;
    let vocabulary = &vectors.vocabulary;
    let bytes: Vec<u8> = selection.vectors(vectors).into_iter().flat_map(bytes).collect();
    let counts: Vec<_> = selection.rows.iter().map(|&row| vocabulary.count(row)).collect();
    let ranks = ranks(explorer);
    let shown: HashSet<_> = ranks.iter().copied().collect();
    let frequent = (1..).take_while(|rank| shown.contains(rank)).count();
    let unit = unit(places);
    let along = |axis: usize| places.iter().map(|place| (place[axis] / unit * 1e6).round() / 1e3).collect();
    let data = Data {
        name,
        note,
        total: seen,
        frequent,
        dim: vectors.dim,
        words: selection.rows.iter().map(|&row| vocabulary.word(row)).collect(),
        ranks: if ranks.iter().copied().eq(1..=ranks.len()) { Vec::new() } else { ranks },
        counts: if counts.iter().all(|&count| count == 0) { Vec::new() } else { counts },
        groups: &selection.groups,
        names: &selection.names,
        x: along(0),
        y: along(1),
        vectors: base64(&bytes),
    };
    // Only `<` could end or change a script element; in JSON it occurs only in strings.
    let json = serde_json::to_string(&data).map_err(|error| Error::Failed(error.to_string()))?.replace('<', "\\u003c");
    let title = escaped(name);
    // Ours first, so that no name and no word can be taken for a placeholder. That of the title is the first in the
    // page.
    let page = PAGE.replacen("{style}", STYLE, 1).replacen("{script}", &SCRIPTS.concat(), 1);
    Ok(page.replacen("{data}", &json, 1).replacen("{title}", &title, 1))
}

/// Of each word shown, its place among those seen, by frequency, from 1; 0 if it is not one of them.
fn ranks(Explorer { vectors, seen, selection, .. }: &Explorer<'_>) -> Vec<usize> {
    let mut ranks = vec![0; vectors.vocabulary.len()];
    for (row, rank) in vectors.vocabulary.by_count().into_iter().filter(|row| row < seen).zip(1..) {
        ranks[row] = rank;
    }
    selection.rows.iter().map(|&row| ranks[row]).collect()
}

/// `row` as signed bytes that point in nearly the same direction.
fn bytes(row: &[f32]) -> impl Iterator<Item = u8> {
    let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    let scale = if largest > 0.0 { 127.0 / f64::from(largest) } else { 0.0 };
    row.iter().map(move |&number| ((f64::from(number) * scale).round() as i8).cast_unsigned())
}

/// The larger side of the map.
fn unit(places: &[[f64; 2]]) -> f64 {
    let side = |axis: usize| {
        let along = places.iter().map(|place| place[axis]);
        let (low, high) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        high - low
    };
    let side = side(0).max(side(1));
    if side.is_finite() && side > 0.0 { side } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_the_direction() {
        let signed = |row: &[f32]| bytes(row).map(u8::cast_signed).collect::<Vec<_>>();
        assert_eq!(signed(&[0.5, -1.0, 0.0, 0.25]), [64, -127, 0, 32]);
        assert_eq!(signed(&[0.0, -0.0]), [0, 0]);
        assert_eq!(signed(&[f32::MAX, -f32::MAX, 1e-45]), [127, -127, 0]);
        assert_eq!(signed(&[1e-45, 0.0]), [127, 0]);
    }

    #[test]
    fn no_word_ends_the_data() {
        let vocabulary =
            ["</script><b>", "<!--<script>", "{title}", "{data}"].map(|word| (word, 0)).into_iter().collect();
        let vectors = Vectors::new(vocabulary, 1, vec![1.0, 2.0, 3.0, 4.0]);
        let selection = Selection::of_words(&vectors, [(0, "{data}")]).and_frequent(&vectors, 0, 3);
        let places = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 0.5]];
        let explorer = Explorer {
            name: "</title><b>{data}",
            vectors: &vectors,
            seen: 3,
            selection: &selection,
            places: &places,
            note: "{script}",
        };
        let page = page(&explorer).unwrap();
        let data = page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap();
        let data: serde_json::Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
        assert_eq!(data["words"], serde_json::json!(["{data}", "</script><b>", "<!--<script>", "{title}"]));
        assert_eq!((&data["ranks"], &data["frequent"]), (&serde_json::json!([0, 1, 2, 3]), &3.into()));
        assert_eq!((&data["x"][3], &data["note"]), (&1000.0.into(), &"{script}".into()));
        assert!(page.contains("<title>&lt;/title&gt;&lt;b&gt;{data}"));
        assert_eq!(page.matches("<script").count(), 2);
    }
}
