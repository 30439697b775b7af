//! What can go wrong, as numbers and as texts.

use core::ffi::{CStr, c_char};

/// What a function says: `MOTEVEC_ERROR_NONE`, which is 0, or why it did not do all that it was told.
#[allow(missing_docs)] // Their texts say it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    None = 0,
    Null,
    Config,
    Storage,
    Alignment,
    NoModel,
    NotUtf8,
    NoSuchWord,
    Rate,
    Image,
    Dimensions,
    Room,
    Empty,
    NotFinite,
    Sink,
    NoImage,
    Length,
    Busy,
    Source,
}

const TEXTS: [(Error, &CStr); 19] = [
    (Error::None, c"no error"),
    (Error::Null, c"a pointer is null"),
    (Error::Config, c"a model has 1 to 65535 words, and as many dimensions (16, if built with one-block)"),
    (Error::Storage, c"the storage is smaller than motevec_size says"),
    (Error::Alignment, c"a pointer is not aligned to what it points to, or the storage not to 8 bytes"),
    (Error::NoModel, c"this is not a model: call motevec_init first"),
    (Error::NotUtf8, c"a word is not UTF-8"),
    (Error::NoSuchWord, c"there is no such word"),
    (Error::Rate, c"a learning rate is above 0 and at most 1"),
    (Error::Image, c"the image is damaged, or is not one"),
    (Error::Dimensions, c"the image has vectors of other dimensions than the model or the numbers given"),
    (Error::Room, c"there is no room for all words"),
    (Error::Empty, c"nothing is learned yet"),
    (Error::NotFinite, c"a vector holds a number that is not finite"),
    (Error::Sink, c"the function that takes the image refused a piece"),
    (Error::NoImage, c"this is not an open image: call motevec_image_open first"),
    (Error::Length, c"a length is more than memory can have"),
    (Error::Busy, c"the model is learning, or being loaded or saved: functions that it calls must not call it"),
    (Error::Source, c"the function that reads the image failed"),
];

impl Error {
    pub(crate) fn of(result: Result<(), Self>) -> Self {
        result.err().unwrap_or(Self::None)
    }
}

/// The text of an error: a line without a period, which stays valid.
#[unsafe(no_mangle)]
pub extern "C" fn motevec_error_text(error: i32) -> *const c_char {
    let known = TEXTS.iter().find(|&&(known, _)| known as i32 == error);
    known.map_or(c"unknown error", |&(_, text)| text).as_ptr()
}
