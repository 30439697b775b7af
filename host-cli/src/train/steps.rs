//! How a step is taken: by plain descent or by an optimizer, of a window's words or of their mean.

use motevec_core::model::{RowsMut, Slab};
use motevec_core::optim::Dropout;
use motevec_core::sample::{self, Generator};
use motevec_core::simd::{MAX_INPUTS, Machine, WindowError};
use motevec_core::train::{Cbow, Dynamic, FixedPoint, InputDropout, Optimized, Prediction, Shape, Softmax};

use super::optimizer::OptimizerRows;
use super::settings::{Architecture, Arithmetic};
use super::{Objective, Settings, matrix};
use crate::Result;

type Masks = InputDropout<Generator, Vec<f32>>;

/// What steps work with: what optimizers remember, and room.
pub(super) struct Memory {
    step: Dynamic,
    architecture: Architecture,
    objective: Objective,
    plain: bool,
    fixed_point: bool,
    dim: usize,
    pub(super) center: OptimizerRows,
    pub(super) outside: OptimizerRows,
    pub(super) dropout: Option<Masks>,
    /// What stands for the optimizer of a mean.
    mean: OptimizerRows,
    /// Room for the errors of naive softmax, for two rows of it, and for two rows of CBOW.
    errors: Vec<f32>,
    rows: Vec<f32>,
    room: Vec<f32>,
}

/// The purpose of dropout's random stream.
const DROPOUT: u64 = 4;

impl Memory {
    /// For models of `words` words.
    ///
    /// # Errors
    /// If the settings are impossible, or there is no memory for what the optimizer remembers.
    pub(super) fn new(settings: &Settings, words: usize) -> Result<Self> {
        let (step, dim, stride) = (settings.check()?, settings.dim, matrix::stride(settings.dim));
        let plain = settings.is_plain();
        let state = |rows| match plain {
            true => Ok(OptimizerRows::Subtract),
            false => settings.optimizer.of_rows(rows, dim),
        };
        let masks = |dropout| {
            InputDropout::new(dropout, Generator::new(settings.seed, [DROPOUT]), vec![0.0; MAX_INPUTS * stride])
        };
        let naive = settings.objective == Objective::Softmax;
        Ok(Self {
            step,
            architecture: settings.architecture,
            objective: settings.objective,
            plain,
            fixed_point: settings.arithmetic == Arithmetic::Q15,
            dim,
            center: state(words)?,
            outside: state(settings.objective.outside_rows(words))?,
            dropout: Dropout::new(settings.dropout).filter(|_| settings.dropout > 0.0).map(masks),
            mean: OptimizerRows::Subtract,
            errors: vec![0.0; if naive { words } else { 0 }],
            rows: vec![0.0; 2 * stride],
            room: vec![0.0; 2 * stride],
        })
    }

    /// The steps to take.
    pub(super) fn steps(&mut self) -> Steps<'_> {
        let Self { step, architecture, objective, plain, fixed_point, dim, .. } = self;
        let Self { center, outside, mean, errors, rows, room, .. } = self;
        let dropout = self.dropout.as_mut();
        let base = |center| match objective {
            _ if *fixed_point => Base::FixedPoint(FixedPoint(*step)),
            _ if *plain => Base::Plain(*step),
            Objective::Softmax => Base::Softmax(Softmax::new(step.window(), center, outside, errors, rows, dropout)),
            _ => Base::Optimized(Optimized::with_dropout(*step, center, outside, dropout)),
        };
        match *architecture {
            Architecture::SkipGram => Steps::SkipGram(base(center)),
            Architecture::Cbow(gradient) => {
                let room = Slab::new(&mut room[..], *dim, matrix::stride(*dim)).expect("two whole rows");
                Steps::Cbow(Cbow::new(base(mean), center, room, gradient))
            }
        }
    }
}

/// The [`Shape`] of training: one type for all variants, so that what trains is compiled once for all.
pub(super) enum Steps<'a> {
    SkipGram(Base<'a>),
    Cbow(Cbow<Base<'a>, &'a mut OptimizerRows, Slab<&'a mut [f32]>>),
}

type Rows<'a> = &'a mut OptimizerRows;
type Room<'a> = &'a mut Vec<f32>;

/// How hidden vectors step.
pub(super) enum Base<'a> {
    Plain(Dynamic),
    FixedPoint(FixedPoint),
    Optimized(Optimized<Dynamic, Rows<'a>, Rows<'a>, Option<&'a mut Masks>>),
    Softmax(Softmax<Rows<'a>, Rows<'a>, Room<'a>, Option<&'a mut Masks>>),
}

type Targets = <Dynamic as Shape>::Targets;

impl Shape for Steps<'_> {
    type Targets = Targets;

    fn window(&self) -> u32 {
        match self {
            Self::SkipGram(steps) => steps.window(),
            Self::Cbow(steps) => steps.window(),
        }
    }

    fn targets(&self) -> Targets {
        match self {
            Self::SkipGram(steps) => steps.targets(),
            Self::Cbow(steps) => steps.targets(),
        }
    }

    fn center_predicts(&self) -> bool {
        match self {
            Self::SkipGram(steps) => steps.center_predicts(),
            Self::Cbow(steps) => steps.center_predicts(),
        }
    }

    fn pairs(&self, words: usize) -> usize {
        match self {
            Self::SkipGram(steps) => steps.pairs(words),
            Self::Cbow(steps) => steps.pairs(words),
        }
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, O: sample::Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        targets: &mut Targets,
    ) -> Result<f32, WindowError> {
        match self {
            Self::SkipGram(steps) => steps.predict(machine, prediction, targets),
            Self::Cbow(steps) => steps.predict(machine, prediction, targets),
        }
    }
}

impl Shape for Base<'_> {
    type Targets = Targets;

    fn window(&self) -> u32 {
        match self {
            Self::Plain(steps) => Shape::window(steps),
            Self::FixedPoint(steps) => Shape::<f32>::window(steps),
            Self::Optimized(steps) => steps.window(),
            Self::Softmax(steps) => steps.window(),
        }
    }

    fn targets(&self) -> Targets {
        match self {
            Self::Plain(steps) => steps.targets(),
            Self::FixedPoint(steps) => Shape::<f32>::targets(steps),
            Self::Optimized(steps) => steps.targets(),
            Self::Softmax(_) => Targets::new(),
        }
    }

    fn center_predicts(&self) -> bool {
        match self {
            Self::Plain(steps) => steps.center_predicts(),
            Self::FixedPoint(_) => false,
            Self::Optimized(steps) => steps.center_predicts(),
            Self::Softmax(steps) => steps.center_predicts(),
        }
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, O: sample::Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        targets: &mut Targets,
    ) -> Result<f32, WindowError> {
        match self {
            Self::Plain(steps) => steps.predict(machine, prediction, targets),
            Self::FixedPoint(steps) => steps.predict(machine, prediction, targets),
            Self::Optimized(steps) => steps.predict(machine, prediction, targets),
            Self::Softmax(steps) => steps.predict(machine, prediction, &mut ()),
        }
    }
}
