//! The error for slices whose lengths do not fit each other.

use core::fmt;

/// Slices or indices that do not fit each other. Shapes are checked before anything is computed or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ShapeError {
    /// A vector without components.
    NoComponents,
    /// A slice of the wrong length.
    Length {
        /// Which slice.
        what: &'static str,
        /// Its length, in numbers.
        found: usize,
        /// The length it should have.
        expected: usize,
    },
    /// A matrix whose length is not a multiple of the length of a row.
    Ragged {
        /// Which matrix.
        what: &'static str,
        /// Its length, in numbers.
        found: usize,
        /// The length of a row (D).
        dim: usize,
    },
    /// An index of a row that the matrix does not have.
    Row {
        /// What the index refers to.
        what: &'static str,
        /// The index.
        row: u32,
        /// How many rows there are (|Vocab|).
        rows: usize,
    },
    /// A window with more outside words than lists of negative samples.
    TooFewNegatives,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoComponents => write!(f, "a vector has no components"),
            Self::Length { what, found, expected } => write!(f, "{what}: {found} numbers instead of {expected}"),
            Self::Ragged { what, found, dim } => {
                write!(f, "{what}: {found} numbers are not a whole number of rows of {dim}")
            }
            Self::Row { what, row, rows } => write!(f, "{what}: no row {row} among {rows} (rows count from 0)"),
            Self::TooFewNegatives => write!(f, "the window has more outside words than lists of negative samples"),
        }
    }
}

impl core::error::Error for ShapeError {}

/// Checks that `slice`, which an error calls `what`, has `expected` members.
pub(crate) fn check_len<T>(what: &'static str, slice: &[T], expected: usize) -> Result<(), ShapeError> {
    if slice.len() == expected { Ok(()) } else { Err(ShapeError::Length { what, found: slice.len(), expected }) }
}
