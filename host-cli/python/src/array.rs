//! Numbers that NumPy looks at where they are.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Numbers that never change, for `numpy.asarray`, which reads `__array_interface__` and keeps this object alive as
/// long as there is an array of it.
///
/// The buffer protocol would do the same, but came into Python's stable interface with 3.11.
#[pyclass(frozen, module = "motevec._motevec")]
pub(crate) struct Array {
    numbers: Numbers,
    shape: Vec<usize>,
}

/// Where the numbers are.
pub(crate) enum Numbers {
    /// In a model: what of it, and all of it, which must not go away meanwhile.
    Model(fn(&motevec::Vectors) -> Option<&[f32]>, Arc<motevec::Vectors>),
    Counts(Arc<motevec::Vectors>),
    Own(Vec<f32>),
}

impl Array {
    /// A row of numbers.
    pub(crate) fn row(numbers: Vec<f32>) -> Self {
        Self { shape: vec![numbers.len()], numbers: Numbers::Own(numbers) }
    }

    /// Rows of `dim` numbers each.
    pub(crate) fn rows(numbers: Numbers, dim: usize) -> Self {
        Self { shape: vec![numbers.place().1 / dim, dim], numbers }
    }

    /// The counts of the words of a model.
    pub(crate) fn counts(vectors: Arc<motevec::Vectors>) -> Self {
        Self { shape: vec![vectors.vocabulary.len()], numbers: Numbers::Counts(vectors) }
    }
}

impl Numbers {
    /// The address of the numbers, and how many there are.
    fn place(&self) -> (usize, usize) {
        match self {
            Self::Model(which, vectors) => {
                let numbers = which(vectors).unwrap_or_default();
                (numbers.as_ptr().addr(), numbers.len())
            }
            Self::Counts(vectors) => {
                let counts = vectors.vocabulary.counts();
                (counts.as_ptr().addr(), counts.len())
            }
            Self::Own(numbers) => (numbers.as_ptr().addr(), numbers.len()),
        }
    }
}

#[pymethods]
impl Array {
    #[getter]
    fn __array_interface__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let interface = PyDict::new(py);
        let kind = if matches!(self.numbers, Numbers::Counts(_)) { "u8" } else { "f4" };
        let order = if cfg!(target_endian = "little") { "<" } else { ">" };
        interface.set_item("version", 3)?;
        interface.set_item("typestr", format!("{order}{kind}"))?;
        interface.set_item("shape", pyo3::types::PyTuple::new(py, &self.shape)?)?;
        // Nobody may write: the library reads these numbers on other threads.
        interface.set_item("data", (self.numbers.place().0, true))?;
        Ok(interface)
    }
}
