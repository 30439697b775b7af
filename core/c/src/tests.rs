//! Every function once, for Miri (`tests/miri`), which sees what the library does with memory. What it says and refuses
//! is tested in C: tests/api.c.

use core::ffi::{CStr, c_char, c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};
use std::vec::Vec;

use crate::error::{Error, motevec_error_text};
use crate::image::*;
use crate::layout::{Config, Motevec};
use crate::model::*;

/// A model in storage that was never written to, and is as small as possible.
fn model(config: Config) -> (Vec<MaybeUninit<u64>>, *mut Motevec) {
    // SAFETY: everything here lives as long as the calls.
    unsafe {
        let (size, mut model) = (motevec_size(&config), null_mut());
        let mut storage = vec![MaybeUninit::uninit(); size.div_ceil(8)];
        assert_eq!(motevec_init(storage.as_mut_ptr().cast(), size, &config, &mut model), Error::None);
        (storage, model)
    }
}

/// What calls that model has seen.
struct Caller {
    model: *mut Motevec,
    bytes: Vec<u8>,
    events: usize,
}

unsafe extern "C" fn on_notice(context: *mut c_void, _event: Event, word: *const c_char, length: usize) {
    // SAFETY: the library hands out what the header says, and `context` is a caller.
    unsafe {
        let caller = &mut *context.cast::<Caller>();
        assert!(core::slice::from_raw_parts(word.cast::<u8>(), length).is_ascii());
        assert_eq!(motevec_reset(caller.model), Error::Busy);
        caller.events += 1;
    }
}

unsafe extern "C" fn take(context: *mut c_void, bytes: *const u8, length: usize) -> c_int {
    // SAFETY: as above.
    unsafe {
        let caller = &mut *context.cast::<Caller>();
        caller.bytes.extend_from_slice(core::slice::from_raw_parts(bytes, length));
        assert_eq!((motevec_words(caller.model), motevec_reset(caller.model)), (0, Error::Busy));
    }
    0
}

unsafe extern "C" fn give(context: *mut c_void, offset: usize, bytes: *mut u8, length: usize) -> c_int {
    // SAFETY: as above.
    unsafe {
        let caller = &mut *context.cast::<Caller>();
        let Some(piece) = caller.bytes.get(offset..offset + length) else { return 1 };
        bytes.copy_from_nonoverlapping(piece.as_ptr(), length);
        assert_eq!(motevec_reset(caller.model), Error::Busy);
    }
    0
}

fn learn(model: *mut Motevec, text: &str) -> f32 {
    let mut loss = 0.0;
    // SAFETY: all lives as long as the call.
    assert_eq!(unsafe { motevec_learn(model, text.as_ptr().cast(), text.len(), &mut loss) }, Error::None);
    loss
}

#[test]
fn a_model_learns_answers_and_is_saved() {
    let (_storage, model) = model(Config { words: 4, dim: 16, text: 16 });
    let mut caller = Caller { model, bytes: Vec::new(), events: 0 };
    let context = (&raw mut caller).cast();
    // SAFETY: everything lives as long as the calls.
    unsafe {
        assert_eq!(motevec_on_notice(model, Some(on_notice), context), Error::None);
        assert!(learn(model, "door hall  lamp").is_finite());
        let words = [c"tap".as_ptr(), c"door".as_ptr(), c"sink".as_ptr(), c"drain".as_ptr(), c"drain".as_ptr()];
        assert_eq!(motevec_learn_words(model, words.as_ptr(), words.len(), null_mut()), Error::None);
        assert!(caller.events > 0);
        for word in words {
            assert_eq!(motevec_observe(model, word), Error::None);
        }
        assert_eq!(motevec_observe_number(model, 1), Error::None);
        assert_eq!(motevec_end_sentence(model, null_mut()), Error::None);
        assert_eq!(motevec_learn_numbers(model, [0, 1, 0].as_ptr(), 3, null_mut()), Error::None);
        assert_eq!(motevec_set_rate(model, 0.1), Error::None);
        assert!(motevec_loss(model) > 0.0 && motevec_dim(model) == 16 && motevec_words(model) == 4);

        let (mut word, mut length, mut similarity, mut found) = (9, 0, 0.0, 0);
        let mut nearest = [Near { word: 0, similarity: 0.0 }; 2];
        assert_eq!(motevec_find(model, c"door".as_ptr(), &mut word), Error::None);
        let text = motevec_text(model, word, &mut length);
        let vector = core::slice::from_raw_parts(motevec_vector(model, word), 16);
        assert_eq!(motevec_similarity(model, word, 1, &mut similarity), Error::None);
        assert_eq!(motevec_nearest(model, word, nearest.as_mut_ptr(), 2, &mut found), Error::None);
        assert_eq!((core::slice::from_raw_parts(text.cast::<u8>(), length), found), (&b"door"[..], 2));
        assert_eq!(motevec_save(model, Some(take), context), Error::None);
        assert!(motevec_count(model, word) > 1 && vector.iter().any(|&component| component != 0.0));

        let mut image = MaybeUninit::<OpenImage>::uninit();
        let image = image.as_mut_ptr();
        assert_eq!(motevec_image_open(image, caller.bytes.as_ptr(), caller.bytes.len()), Error::None);
        assert_eq!((motevec_image_words(image), motevec_image_dim(image)), (4, 16));
        assert_eq!(motevec_image_find(image, c"door".as_ptr(), &mut word), Error::None);
        let mut copy = [0.0; 16];
        assert_eq!(motevec_image_vector(image, word, copy.as_mut_ptr(), 16), Error::None);
        assert_eq!(vector, copy);
        let near = nearest.as_mut_ptr();
        assert_eq!(motevec_image_nearest(image, copy.as_ptr(), 16, near, 2, &mut found), Error::None);
        assert_eq!((nearest[0].word, motevec_image_count(image, word)), (word, motevec_count(model, word)));
        assert!(!motevec_image_text(image, word, null_mut()).is_null());

        let bits = motevec_bits(model);
        assert_eq!(motevec_load(model, image), Error::None);
        assert_eq!(motevec_bits(model), bits);
        assert_eq!(motevec_load_from(model, Some(give), context), Error::None);
        assert_eq!(motevec_bits(model), bits);
        assert_eq!(motevec_reset(model), Error::None);
        assert_eq!(motevec_adopt(model, image, c"door".as_ptr()), Error::None);
        let mut closed = MaybeUninit::<OpenImage>::zeroed();
        assert_eq!(motevec_image_open(closed.as_mut_ptr(), null(), 0), Error::Image);
        assert_eq!(motevec_load(model, closed.as_ptr()), Error::NoImage);
        assert!(!CStr::from_ptr(motevec_error_text(Error::Busy as i32)).is_empty());
    }
}

#[test]
fn words_may_be_numbers() {
    let (_storage, model) = model(Config { words: 3, dim: 1, text: 0 });
    let mut caller = Caller { model, bytes: Vec::new(), events: 0 };
    let context = (&raw mut caller).cast();
    // SAFETY: everything lives as long as the calls.
    unsafe {
        assert_eq!(motevec_on_notice(model, Some(on_notice), context), Error::None);
        assert_eq!(motevec_learn_numbers(model, [0, 2, 0].as_ptr(), 3, null_mut()), Error::None);
        assert!(learn(model, "0 2 door").is_finite() && caller.events == 1);
        assert_eq!(motevec_save(model, Some(take), context), Error::None);
        assert_eq!(motevec_load_from(model, Some(give), context), Error::None);
        assert_eq!(motevec_count(model, 0), 3);
    }
}

#[test]
fn too_little_storage_is_not_written_to() {
    let (config, mut model) = (Config { words: 2, dim: 17, text: 5 }, null_mut());
    // SAFETY: everything lives as long as the calls.
    unsafe {
        let size = motevec_size(&config);
        let mut storage = vec![MaybeUninit::<u64>::uninit(); size.div_ceil(8) - 1];
        let start = storage.as_mut_ptr().cast();
        assert_eq!(motevec_init(start, size - 8, &config, &mut model), Error::Storage);
        assert!(model.is_null());
    }
}
