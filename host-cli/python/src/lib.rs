//! The native half of the Python package `motevec`: what its classes get their numbers from.
//!
//! Here are vectors, corpora and training as the library has them. Names, defaults and habits of gensim are in Python,
//! in the folder `python/motevec`.

mod array;
mod corpus;
mod error;
mod map;
mod patience;
mod phrases;
mod training;
mod vectors;

use pyo3::prelude::*;

#[pymodule]
fn _motevec(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<array::Array>()?;
    module.add_class::<corpus::Corpus>()?;
    module.add_class::<phrases::Counts>()?;
    module.add_class::<phrases::Phrases>()?;
    module.add_class::<training::Settings>()?;
    module.add_class::<training::Training>()?;
    module.add_class::<vectors::Vectors>()
}
