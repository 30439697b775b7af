//! Pictures: maps of words, and the loss curve.
//!
//! A [`Selection`] of words gets its places from [`pca`] or [`tsne`], a [`Scatter`] draws them, a [`Sheet`] puts
//! several such pictures side by side, and a [`Picture`] goes into a file of some [`Kind`]. The same vectors give the
//! same picture: nothing is random, and the font is built in.

mod canvas;
mod file;
mod fit;
mod font;
mod groups;
mod labels;
mod loss;
mod pca;
mod scatter;
mod selection;
mod sheet;
mod ticks;
mod tsne;

pub use file::{Kind, Picture};
pub use groups::{k_means, typical};
pub use loss::LossCurve;
pub use pca::{Projection, pca};
pub use scatter::{Axes, Point, Scatter};
pub use selection::{COURSE, Selection};
pub use sheet::Sheet;
pub use tsne::{STEPS, tsne};
