//! How a model lies in the caller's storage: what is written at its start, the two matrices, and the vocabulary.

use core::mem::MaybeUninit;
use core::slice;

use motevec_core::model::{Model, Rows, RowsMut};
use motevec_core::simd::{Block, LANES, Portable, Wide};
use motevec_core::vocab::VocabIn;
use motevec_learner::learner::{Learner, Memory};

use crate::error::Error;

/// Sizes of a model.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The most words that it knows at a time. When there are more, the frequent ones keep their places.
    pub words: u16,
    /// Components of a vector, at most 16 in a library with the feature `one-block`. Multiples of 16 waste nothing.
    pub dim: u16,
    /// The most bytes that the words take, one after another, without zeros at their ends. With 0, words are the
    /// numbers below `words`: all are known from the start, and none is forgotten. Where their text is asked for, as in
    /// an image, it is decimal.
    pub text: u16,
}

/// The learner's memory, in slices of the caller's storage.
pub(crate) type Stored = Memory<Matrix, &'static mut [u8], &'static mut [u16], &'static mut [u32]>;

/// Rows of whole blocks. With the feature `one-block` a row is one, which has the shortest kernels: a promise that
/// `motevec_core::model::Slab`, whose stride is known only at run time, cannot make.
pub(crate) struct Matrix {
    blocks: &'static mut [Block],
    dim: usize,
}

impl Matrix {
    /// Blocks of a row.
    #[inline(always)]
    fn per_row(&self) -> usize {
        if cfg!(feature = "one-block") { 1 } else { self.dim.div_ceil(LANES) }
    }
}

impl Rows for Matrix {
    type Component = f32;

    #[inline(always)]
    fn rows(&self) -> usize {
        self.blocks.len().checked_div(self.per_row()).unwrap_or(0)
    }

    #[inline(always)]
    fn dim(&self) -> usize {
        self.dim
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[f32]> {
        Some(self.blocks.get(index.checked_mul(self.per_row())?..)?.get(..self.per_row())?.as_flattened())
    }
}

impl RowsMut for Matrix {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        let blocks = self.per_row();
        Some(self.blocks.get_mut(index.checked_mul(blocks)?..)?.get_mut(..blocks)?.as_flattened_mut())
    }

    const WHOLE_BLOCKS: bool = true;
    const ONE_BLOCK: bool = cfg!(feature = "one-block");

    #[inline(always)]
    fn as_blocks_mut(&mut self) -> &mut [Block] {
        self.blocks
    }
}

/// Two matrices, a vocabulary, and all that learning needs, in the storage of whoever called `motevec_init`.
///
/// Every function with a model as its first argument takes the pointer that `motevec_init` gave, and returns an error
/// or a neutral value for NULL, and for initialized bytes that are not a model. Other pointers must be valid for what
/// they are said to hold, not overlap what is written, or be NULL; NULL is also valid for 0 items, and for a single
/// result that is not wanted. A model is used by one thread or task at a time; different models have nothing in
/// common. It knows where it lies: its storage must not be moved, copied or written to.
///
/// A function that a model calls, which is told of words, or takes or reads an image, must return: no `longjmp`, no
/// exception.
/// Until then every function for that model returns `MOTEVEC_ERROR_BUSY` or a neutral value.
pub struct Motevec {
    /// Tells a model from other bytes, and whether it is busy. It is beside the content, because callbacks read it
    /// while the content is borrowed.
    state: u32,
    content: Content,
}

/// What functions work with.
pub(crate) struct Content {
    pub(crate) notice: Option<crate::model::Notice>,
    pub(crate) context: *mut core::ffi::c_void,
    pub(crate) learner: Learning,
}

pub(crate) type Learning = Learner<'static, Wide<Portable>, Stored>;

const READY: u32 = u32::from_le_bytes(*b"mtv1");
/// While a callback may run.
const BUSY: u32 = u32::from_le_bytes(*b"mtv!");

/// What the storage of a model begins with.
struct Start {
    model: Motevec,
    memory: Stored,
}

/// What `MOTEVEC_SIZE` adds for it.
const START: usize = 24 * size_of::<usize>() + 360;

const _: () = assert!(size_of::<Start>() <= START && align_of::<Start>() <= 8, "MOTEVEC_SIZE is too small");
const _: () = assert!(START.is_multiple_of(8), "the matrices would not be aligned");

impl Config {
    /// Blocks of a row.
    fn blocks(self) -> usize {
        usize::from(self.dim).div_ceil(LANES)
    }

    /// The bytes that a model takes.
    pub(crate) fn size(self) -> Result<usize, Error> {
        let Self { words, dim, text } = self;
        if words == 0 || dim == 0 || cfg!(feature = "one-block") && self.blocks() > 1 {
            return Err(Error::Config);
        }
        let numbers = size_of::<u32>() + size_of::<u16>() + if text == 0 { 0 } else { 2 * size_of::<u16>() };
        let per_word = 2 * size_of::<Block>() * self.blocks() + numbers;
        let words = usize::from(words).checked_mul(per_word).ok_or(Error::Config)?;
        let size = words.checked_add(START + usize::from(text)).ok_or(Error::Config)?;
        size.checked_next_multiple_of(size_of::<u32>()).ok_or(Error::Config)
    }
}

/// Lays a model out in `storage`.
pub(crate) fn lay_out(storage: &'static mut [MaybeUninit<u8>], config: Config) -> Result<*mut Motevec, Error> {
    let size = config.size()?;
    let storage = storage.get_mut(..size).ok_or(Error::Storage)?;
    if !storage.as_ptr().cast::<u64>().is_aligned() {
        return Err(Error::Alignment);
    }
    // Padding must be zero, and so must whatever is not yet learned. By the byte, this takes 200 bytes more flash.
    let numbers = storage.as_mut_ptr().cast::<MaybeUninit<u32>>();
    // SAFETY: the bytes are as many, aligned, and need not be initialized.
    unsafe { slice::from_raw_parts_mut(numbers, size / size_of::<u32>()) }.fill(MaybeUninit::new(0));
    let (start, mut rest) = storage.split_at_mut_checked(START).ok_or(Error::Storage)?;
    let words = usize::from(config.words);
    let mut rows = || Ok(Matrix { blocks: cut(&mut rest, words * config.blocks())?, dim: config.dim.into() });
    let model = Model { center: rows()?, outside: rows()? };
    let counts = cut::<u32>(&mut rest, words)?;
    let (noise, texts) = (cut(&mut rest, words)?, if config.text == 0 { 0 } else { words });
    let (ends, order) = (cut(&mut rest, texts)?, cut(&mut rest, texts)?);
    let text = cut::<u8>(&mut rest, config.text.into())?;
    let start = start.as_mut_ptr().cast::<Start>();
    // SAFETY: there is room for it, aligned, as was asserted and checked above. `memory` is reached through the learner
    // alone, and stays where it is as long as the storage does, which the caller of `motevec_init` promises.
    unsafe {
        let memory = &raw mut (*start).memory;
        memory.write(Memory::over(model, VocabIn::over(text, ends, order, counts), noise));
        let learner = Learner::new(Wide::new(), &mut *memory);
        let place = &raw mut (*start).model;
        let content = Content { notice: None, context: core::ptr::null_mut(), learner };
        place.write(Motevec { state: READY, content });
        Ok(place)
    }
}

/// Numbers, of which all bits are valid.
trait Number {}
impl Number for u8 {}
impl Number for u16 {}
impl Number for u32 {}
impl Number for Block {}

/// Takes `count` numbers off the front.
fn cut<T: Number>(rest: &mut &'static mut [MaybeUninit<u8>], count: usize) -> Result<&'static mut [T], Error> {
    let front = rest.split_off_mut(..count * size_of::<T>()).ok_or(Error::Storage)?;
    let numbers = front.as_mut_ptr().cast::<T>();
    if !numbers.is_aligned() {
        return Err(Error::Alignment);
    }
    // SAFETY: the bytes are as many, aligned, zero, and nobody else's.
    Ok(unsafe { slice::from_raw_parts_mut(numbers, count) })
}

impl Motevec {
    /// The model at `place`, to change it.
    ///
    /// # Safety
    /// `place` is null, points to bytes, or is what `motevec_init` gave, which nobody else uses meanwhile.
    pub(crate) unsafe fn at<'a>(place: *mut Self) -> Result<&'a mut Content, Error> {
        // SAFETY: the caller's promise.
        unsafe { Self::check(place)? };
        // SAFETY: the caller's promise; it was just found to be a model that nobody borrows.
        Ok(unsafe { &mut (*place).content })
    }

    /// The model at `place`.
    ///
    /// # Safety
    /// `place` is null, points to bytes, or is what `motevec_init` gave, which nobody else changes meanwhile.
    pub(crate) unsafe fn read<'a>(place: *const Self) -> Result<&'a Content, Error> {
        // SAFETY: the caller's promise.
        unsafe { Self::check(place)? };
        // SAFETY: the caller's promise; it was just found to be a model that nobody borrows.
        Ok(unsafe { &(*place).content })
    }

    /// Does `work`, which may call functions of C: meanwhile the model is busy.
    ///
    /// # Safety
    /// As of [`at`](Self::at).
    pub(crate) unsafe fn busy<T>(place: *mut Self, work: impl FnOnce(&mut Content) -> T) -> Result<T, Error> {
        // SAFETY: the caller's promise.
        let content = unsafe { Self::at(place)? };
        // SAFETY: as above; the state is not part of the content.
        let state = unsafe { &raw mut (*place).state };
        // SAFETY: as above.
        unsafe { state.write(BUSY) };
        let done = work(content);
        // SAFETY: as above.
        unsafe { state.write(READY) };
        Ok(done)
    }

    /// Whether there is a model at `place` that is not busy.
    ///
    /// # Safety
    /// As of [`read`](Self::read).
    unsafe fn check(place: *const Self) -> Result<(), Error> {
        if place.is_null() || !place.is_aligned() {
            return Err(if place.is_null() { Error::Null } else { Error::NoModel });
        }
        // SAFETY: the caller's promise. There is no reference before it is known what this is.
        match unsafe { (&raw const (*place).state).read() } {
            READY => Ok(()),
            BUSY => Err(Error::Busy),
            _ => Err(Error::NoModel),
        }
    }
}
