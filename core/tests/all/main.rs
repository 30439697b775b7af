//! All tests of core through its public interface, a module for each part of it. They are one program because linking
//! many takes longer than running them.

mod context;
mod family;
mod fixed;
mod fixed_point;
mod gradients;
mod image;
mod kernels;
mod math;
mod negatives;
mod numerically;
mod optim;
mod optimized;
mod query;
mod sampling;
mod shapes;
mod slips;
mod state;
mod statistics;
mod stream;
mod subword;
mod training;
mod vocab;
mod windows;
