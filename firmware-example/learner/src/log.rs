//! Logs with the feature `defmt`, which cost nothing without it.

/// `defmt::info!`, or nothing.
macro_rules! info {
    ($($argument:expr),+) => {{
        #[cfg(feature = "defmt")]
        defmt::info!($($argument),+);
        #[cfg(not(feature = "defmt"))]
        let _ = ($(&$argument),+);
    }};
}

pub(crate) use info;
