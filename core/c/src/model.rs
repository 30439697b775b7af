//! Models: learning, asking, saving.

use core::ffi::{c_char, c_int, c_void};
use core::mem::MaybeUninit;

use motevec_core::image::WriteError;
use motevec_core::query::{self, Neighbor};
use motevec_core::simd::{Portable, Wide};
use motevec_core::train::Loss;
use motevec_learner::command::Words;
use motevec_learner::learner;

use crate::error::Error;
use crate::layout::{Config, Content, Learning, Motevec, lay_out};
use crate::{Output, items, items_mut, string};

/// What became of a word.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// There is no room for it: it is not learned.
    Dropped,
    /// It made room for another.
    Forgotten,
    /// Its vectors grew without end, and were drawn again: the learning rate may be too high.
    Restarted,
}

/// Is told what becomes of words: the context, the event, and the word, which is not ended with a zero.
pub(crate) type Notice = unsafe extern "C" fn(*mut c_void, Event, *const c_char, usize);

/// A word and how similar it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// Its number.
    pub word: u32,
    /// The cosine of the angle between the vectors, from -1 to 1.
    pub similarity: f32,
}

// One is handed out as the other.
const _: () = assert!(size_of::<Near>() == size_of::<Neighbor>() && align_of::<Near>() == align_of::<Neighbor>());

/// The bytes of storage that a model takes; 0 if the configuration is not possible. `MOTEVEC_SIZE` says the same when
/// the program is compiled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_size(config: *const Config) -> usize {
    // SAFETY: C promises what the header says of pointers.
    unsafe { one(config) }.and_then(Config::size).unwrap_or(0)
}

/// The configuration that C passes by its address.
///
/// # Safety
/// `config` is null, or points to one.
unsafe fn one(config: *const Config) -> Result<Config, Error> {
    // SAFETY: the caller's promise.
    unsafe { items(config, 1) }?.first().copied().ok_or(Error::Null)
}

/// Lays a model that knows nothing out in `storage`, `size` bytes aligned to 8, and gives it to `model`. The storage is
/// the model's until nobody uses the model any more; there is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_init(
    storage: *mut c_void,
    size: usize,
    config: *const Config,
    model: *mut *mut Motevec,
) -> Error {
    let init = || {
        if model.is_null() {
            return Err(Error::Null);
        }
        // SAFETY: C promises what the header says of pointers; bytes may be uninitialized, and need no alignment.
        let (config, model, storage) =
            unsafe { (one(config)?, Output::at(model)?, items_mut(storage.cast::<MaybeUninit<u8>>(), size)?) };
        model.give(lay_out(storage, config)?);
        Ok(())
    };
    Error::of(init())
}

/// Forgets everything, and restarts with the same random numbers. The learning rate stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_reset(model: *mut Motevec) -> Error {
    // SAFETY: C promises what the header says of pointers.
    Error::of(unsafe { Motevec::at(model) }.map(|model| model.learner.reset()))
}

/// Has `notice` called, with `context`, for each word that is dropped, forgotten, or restarted; NULL ends that. It must
/// not use the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_on_notice(
    model: *mut Motevec,
    notice: Option<unsafe extern "C" fn(context: *mut c_void, event: Event, word: *const c_char, length: usize)>,
    context: *mut c_void,
) -> Error {
    // SAFETY: C promises what the header says of pointers.
    Error::of(unsafe { Motevec::at(model) }.map(|model| (model.notice, model.context) = (notice, context)))
}

/// Learns from one sentence, `length` bytes of words with blanks or tabs between them. If one has been begun by
/// `motevec_observe`, this is the rest of it. Gives the loss of an average pair of words, before it was learned, to
/// `loss`, unless that is NULL; NaN if there was no pair.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_learn(
    model: *mut Motevec,
    text: *const c_char,
    length: usize,
    loss: *mut f32,
) -> Error {
    let learn = || {
        // SAFETY: C promises what the header says of pointers.
        let (text, loss) = unsafe { (items(text.cast::<u8>(), length)?, Output::at(loss)?) };
        let text = core::str::from_utf8(text).map_err(|_| Error::NotUtf8)?;
        // SAFETY: as above.
        loss.give(unsafe { Motevec::busy(model, |model| learn_from(model, Words::of(text))) }?);
        Ok(())
    };
    Error::of(learn())
}

/// The same, from `count` words, each ended with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_learn_words(
    model: *mut Motevec,
    words: *const *const c_char,
    count: usize,
    loss: *mut f32,
) -> Error {
    let learn = || {
        // SAFETY: C promises what the header says of pointers.
        let (words, loss) = unsafe { (items(words, count)?, Output::at(loss)?) };
        for &word in words {
            // SAFETY: as above.
            unsafe { string(word) }?;
        }
        // SAFETY: as above; all were just checked.
        let words = words.iter().map(|&word| unsafe { string(word) }.unwrap_or_default());
        // SAFETY: as above.
        loss.give(unsafe { Motevec::busy(model, |model| learn_from(model, words)) }?);
        Ok(())
    };
    Error::of(learn())
}

fn learn_from<'t>(model: &mut Content, words: impl Iterator<Item = &'t str>) -> f32 {
    mean(model.telling(|learner, tell| learner.learn(words, tell)))
}

/// The same, from `count` words that are known, by their numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_learn_numbers(
    model: *mut Motevec,
    words: *const u32,
    count: usize,
    loss: *mut f32,
) -> Error {
    let learn = || {
        // SAFETY: C promises what the header says of pointers.
        let (words, loss) = unsafe { (items(words, count)?, Output::at(loss)?) };
        let learn = |model: &mut Content| {
            let known = model.learner.vocab().len();
            if words.iter().any(|&word| word as usize >= known) {
                return Err(Error::NoSuchWord);
            }
            for &word in words {
                model.learner.observe_number(word);
            }
            Ok(model.telling(|learner, tell| learner.end_sentence(tell)))
        };
        // SAFETY: as above.
        loss.give(mean(unsafe { Motevec::busy(model, learn) }??));
        Ok(())
    };
    Error::of(learn())
}

/// Learns from the next word of a sentence, which is ended with a zero. After `motevec_end_sentence` the model has the
/// same bits as if it had learned the sentence whole, and never holds more of it than five words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_observe(model: *mut Motevec, word: *const c_char) -> Error {
    let observe = || {
        // SAFETY: C promises what the header says of pointers.
        let word = unsafe { string(word) }?;
        // SAFETY: as above.
        unsafe { Motevec::busy(model, |model| model.telling(|learner, tell| learner.observe(word, tell))) }
    };
    Error::of(observe())
}

/// The same, from a word that is known, by its number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_observe_number(model: *mut Motevec, word: u32) -> Error {
    // SAFETY: C promises what the header says of pointers.
    let model = unsafe { Motevec::at(model) };
    Error::of(model.and_then(|model| model.learner.observe_number(word).then_some(()).ok_or(Error::NoSuchWord)))
}

/// Ends a sentence, and learns from the last words of it. Gives its loss as `motevec_learn` does. Where sentences have
/// no end, call it now and then: only here vectors that grow without end are noticed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_end_sentence(model: *mut Motevec, loss: *mut f32) -> Error {
    let end = || {
        // SAFETY: C promises what the header says of pointers.
        let loss = unsafe { Output::at(loss) }?;
        let end = |model: &mut Content| model.telling(|learner, tell| learner.end_sentence(tell));
        // SAFETY: as above.
        loss.give(mean(unsafe { Motevec::busy(model, end) }?));
        Ok(())
    };
    Error::of(end())
}

/// The loss of an average pair, in single precision: a division of doubles takes a kilobyte of flash.
fn mean(loss: Loss) -> f32 {
    loss.sum as f32 / loss.pairs as f32
}

impl Content {
    /// Does `work`, which tells C what becomes of words.
    fn telling<T>(&mut self, work: impl FnOnce(&mut Learning, &mut dyn FnMut(learner::Notice<'_>)) -> T) -> T {
        let (notice, context) = (self.notice, self.context);
        work(&mut self.learner, &mut |told| tell(notice, context, told))
    }
}

fn tell(notice: Option<Notice>, context: *mut c_void, told: learner::Notice<'_>) {
    let Some(notice) = notice else { return };
    let (event, word) = match told {
        learner::Notice::Dropped(word) => (Event::Dropped, word),
        learner::Notice::Forgotten(word) => (Event::Forgotten, word),
        learner::Notice::Restarted(word) => (Event::Restarted, word),
    };
    // SAFETY: C gave this function for that.
    unsafe { notice(context, event, word.as_ptr().cast(), word.len()) };
}

/// Sets the learning rate, which is 0.05 at first: above 0, at most 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_set_rate(model: *mut Motevec, rate: f32) -> Error {
    // SAFETY: C promises what the header says of pointers.
    let model = unsafe { Motevec::at(model) };
    Error::of(model.and_then(|model| model.learner.set_rate(rate).then_some(()).ok_or(Error::Rate)))
}

/// How many words are known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_words(model: *const Motevec) -> u32 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { Motevec::read(model) }.map_or(0, |model| model.learner.vocab().len() as u32)
}

/// How many components a vector has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_dim(model: *const Motevec) -> usize {
    // SAFETY: C promises what the header says of pointers.
    unsafe { Motevec::read(model) }.map_or(0, |model| model.learner.dim())
}

/// The recent loss of an average pair; NaN before the first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_loss(model: *const Motevec) -> f32 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { Motevec::read(model) }.ok().and_then(|model| model.learner.loss()).unwrap_or(f32::NAN)
}

/// A hash of the bits of all vectors: machines that have learned the same have the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_bits(model: *const Motevec) -> u64 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { Motevec::read(model) }.map_or(0, |model| model.learner.bits())
}

/// Gives the number of a word, which is ended with a zero. It stays the word's until the word is forgotten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_find(model: *const Motevec, text: *const c_char, word: *mut u32) -> Error {
    let find = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, text, word) = unsafe { (Motevec::read(model)?, string(text)?, Output::at(word)?) };
        word.give(model.learner.word(text).ok_or(Error::NoSuchWord)?);
        Ok(())
    };
    Error::of(find())
}

/// The text of a word, and how many bytes it has: it is not ended with a zero. NULL if there is no such word, or words
/// are numbers. It is valid until the model learns, adopts, loads or is reset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_text(model: *const Motevec, word: u32, length: *mut usize) -> *const c_char {
    // SAFETY: C promises what the header says of pointers.
    let Ok(length) = (unsafe { Output::at(length) }) else { return core::ptr::null() };
    // SAFETY: as above.
    let text = unsafe { Motevec::read(model) }.ok().and_then(|model| model.learner.vocab().token(word));
    length.give(text.map_or(0, str::len));
    text.map_or(core::ptr::null(), |text| text.as_ptr().cast())
}

/// How often a word was seen, at least; 0 if there is no such word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_count(model: *const Motevec, word: u32) -> u32 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { Motevec::read(model) }.ok().and_then(|model| model.learner.vocab().count(word)).unwrap_or(0)
}

/// The vector of a word, as many numbers as the model has dimensions; NULL if there is no such word. It is valid until
/// the model learns, adopts, loads or is reset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_vector(model: *const Motevec, word: u32) -> *const f32 {
    // SAFETY: C promises what the header says of pointers.
    let model = unsafe { Motevec::read(model) };
    model.ok().and_then(|model| vector(model, word).ok()).map_or(core::ptr::null(), <[f32]>::as_ptr)
}

fn vector(model: &Content, word: u32) -> Result<&[f32], Error> {
    let known = (word as usize) < model.learner.vocab().len();
    model.learner.vector(word).filter(|_| known).ok_or(Error::NoSuchWord)
}

/// Gives the cosine of the angle between the vectors of two words, from -1 to 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_similarity(model: *const Motevec, a: u32, b: u32, similarity: *mut f32) -> Error {
    let compare = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, similarity) = unsafe { (Motevec::read(model)?, Output::at(similarity)?) };
        similarity.give(query::cosine(Wide::<Portable>::new(), vector(model, a)?, vector(model, b)?));
        Ok(())
    };
    Error::of(compare())
}

/// Writes the words most similar to `word` to `nearest`, the most similar first, at most `room` of them, and gives how
/// many they are to `found`. Where words are numbers, those are left out that never came, or have not come for a long
/// time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_nearest(
    model: *const Motevec,
    word: u32,
    nearest: *mut Near,
    room: usize,
    found: *mut usize,
) -> Error {
    let search = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, found) = unsafe { (Motevec::read(model)?, Output::at(found)?) };
        // SAFETY: as above; the two types have the same fields in C's order.
        let nearest = unsafe { items_mut(nearest.cast::<Neighbor>(), room) }?;
        vector(model, word)?;
        found.give(model.learner.near(word, nearest));
        Ok(())
    };
    Error::of(search())
}

/// Hands an image of the model to `sink`, in pieces of at most 64 bytes; only words may be longer. It gets `context`,
/// and ends the saving by returning anything but 0. What it took is an image only if this returns no error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_save(
    model: *const Motevec,
    sink: Option<unsafe extern "C" fn(context: *mut c_void, bytes: *const u8, length: usize) -> c_int>,
    context: *mut c_void,
) -> Error {
    let save = || {
        let sink = sink.ok_or(Error::Null)?;
        let save = |model: &mut Content| {
            if model.learner.vocab().is_empty() {
                return Err(Error::Empty);
            }
            let saved = model.learner.save(|piece| {
                // SAFETY: C gave this function for that.
                let refused = unsafe { sink(context, piece.as_ptr(), piece.len()) } != 0;
                if refused { Err(Error::Sink) } else { Ok(()) }
            });
            saved.map_err(|error: WriteError| match error {
                WriteError::Numbers { .. } => Error::NotFinite,
                _ => Error::Config,
            })?
        };
        // SAFETY: C promises what the header says of pointers; storage can be written to, and only the state is.
        unsafe { Motevec::busy(model.cast_mut(), save) }?
    };
    Error::of(save())
}
