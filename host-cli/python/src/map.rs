//! Maps of words.

use motevec::Error;
use motevec::plot::{self, Axes, Point, Scatter, Selection};

/// Draws the words of a selection by PCA, as the command line does for few words.
pub(crate) fn draw(
    vectors: &motevec::Vectors,
    selection: Selection,
    title: String,
    size: [f64; 2],
) -> Result<plot::Picture, Error> {
    let groups = selection.usual_groups();
    let selection = if groups > 1 { selection.grouped(vectors, groups) } else { selection };
    let Some(projection) = plot::pca(&selection.vectors(vectors)) else {
        return Err(Error::Failed("there are not two words with different vectors to draw".to_owned()));
    };
    let places = selection.rows.iter().zip(&projection.points).zip(&selection.groups);
    let word = |((&row, &place), &group)| Point { word: vectors.vocabulary.word(row), place, group, strong: false };
    let share = 100.0 * projection.shares.iter().sum::<f64>();
    Ok(Scatter {
        title,
        note: format!("PCA: {share:.1} % of the variance of the words shown"),
        points: places.map(word).collect(),
        groups: selection.names.clone(),
        axes: Axes::Components(projection.shares),
        size,
    }
    .draw())
}
