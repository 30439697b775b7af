//! Pictures: maps of words, and the loss curve.
//!
//! A [`Selection`] of words gets its places from [`pca`] or [`tsne`], a [`Scatter`] draws them, a [`Sheet`] puts several
//! such pictures side by side, and a [`Picture`] goes into a file of some [`Kind`]. The same vectors give the same picture: nothing is left to chance, and the font is ours.

mod canvas;
mod file;
mod fit;
mod font;
mod labels;
mod loss;
mod pca;
mod scatter;
mod selection;
mod sheet;
mod ticks;
mod tsne;

pub use file::{Kind, Picture};
pub use loss::draw_loss;
pub use pca::{Projection, pca};
pub use scatter::{Axes, Point, Scatter};
pub use selection::{COURSE, Selection};
pub use sheet::Sheet;
pub use tsne::{STEPS, tsne};
