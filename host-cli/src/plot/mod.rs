//! Pictures: maps of words, and the loss curve.
//!
//! A [`Selection`] of words gets its places from [`pca`] or [`tsne`], a [`Scatter`] draws them, a [`Sheet`] puts
//! several such pictures side by side, and a [`Picture`] goes into a file of some [`Kind`]. The same vectors give the
//! same picture: nothing is left to chance, and the font is ours.

mod affinities;
mod base64;
mod canvas;
mod eigen;
mod file;
mod fit;
mod font;
mod geometry;
mod labels;
mod letters;
mod loss;
mod pca;
mod pixels;
mod png;
mod quadtree;
mod scale;
mod scatter;
mod selection;
mod sheet;
mod svg;
mod ticks;
mod tsne;

pub(crate) use base64::base64;
pub use file::{Kind, Picture};
pub use loss::draw_loss;
pub use pca::{Projection, pca};
pub use scatter::{Axes, Point, Scatter};
pub use selection::{COURSE, Selection};
pub use sheet::Sheet;
pub(crate) use svg::escaped;
pub use tsne::{STEPS, tsne};
