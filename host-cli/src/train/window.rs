//! How wide the window of each center is.

use std::convert::Infallible;

#[cfg(feature = "cli")]
use clap::ValueEnum;
use motevec_core::sample::Generator;
use rand_core::{Rng as _, TryRng};

/// How the half-width of a center's window is chosen, up to that of the [settings](super::Settings::window).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
pub enum WindowDraw {
    /// Uniformly from 1 on, as in word2vec: near words count more
    #[default]
    Uniform,
    /// Always all of it: near and far words count alike
    Fixed,
}

impl WindowDraw {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Fixed => "fixed",
        }
    }

    /// How many words a window of half-width `most`, both sides together, has on average.
    pub(crate) fn words(self, most: u32) -> f64 {
        match self {
            Self::Uniform => f64::from(most) + 1.0,
            Self::Fixed => 2.0 * f64::from(most),
        }
    }

    /// The share of windows of half-width `most` that reach as far as `distance`, 1 to `most`.
    pub(crate) fn reaching(self, distance: u64, most: u64) -> f64 {
        match self {
            Self::Uniform => (most - distance + 1) as f64 / most as f64,
            Self::Fixed => 1.0,
        }
    }
}

/// The random numbers that half-widths are drawn by: the largest of all draws the widest window.
pub(super) struct Widths {
    pub(super) draw: WindowDraw,
    pub(super) rng: Generator,
}

impl TryRng for Widths {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(match self.draw {
            WindowDraw::Uniform => self.rng.next_u32(),
            WindowDraw::Fixed => u32::MAX,
        })
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.next_u32()) << 32 | u64::from(self.next_u32()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.chunks_mut(4).for_each(|four| four.copy_from_slice(&self.next_u32().to_le_bytes()[..four.len()]));
        Ok(())
    }
}
