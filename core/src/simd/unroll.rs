//! Loops that are written out.

/// Repeats a block for `I` = 0, 1, … below a constant of at most 8, with `I` a constant each time.
///
/// Whether a loop is unrolled, and whether an array that it walks stays in registers, is up to the settings of whoever
/// compiles the kernels: with `opt-level = "s"`, loops are left as they are. The inner loops of the kernels are written
/// out, so that nothing depends on that.
macro_rules! unroll {
    ($i:ident in 0..$n:expr => $body:block) => {
        unroll!(@ $i, $n, $body, 0 1 2 3 4 5 6 7)
    };
    (@ $i:ident, $n:expr, $body:block, $($k:literal)*) => {
        $(if const { $k < $n } {
            const $i: usize = $k;
            $body
        })*
    };
}

pub(super) use unroll;
