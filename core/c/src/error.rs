//! What can go wrong, as numbers and as texts.

use core::ffi::{CStr, c_char};

/// What a function says: `MOTEVEC_ERROR_NONE`, which is 0, or why nothing has changed.
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
}

impl Error {
    fn text(self) -> &'static CStr {
        match self {
            Self::None => c"no error",
            Self::Null => c"a pointer is null",
            Self::Config => {
                c"a model has 1 to 65535 words, dimensions (16, if built with one-block), and bytes of text"
            }
            Self::Storage => c"the storage is smaller than motevec_size says",
            Self::Alignment => c"the storage is not aligned to 8 bytes",
            Self::NoModel => c"this is not a model: call motevec_init first",
            Self::NotUtf8 => c"a word is not UTF-8",
            Self::NoSuchWord => c"there is no such word",
            Self::Rate => c"a learning rate is above 0 and at most 1",
            Self::Image => c"the image is damaged, or is not one",
            Self::Dimensions => c"the image has vectors of other dimensions than the model",
            Self::Room => c"there is no room for all words",
            Self::Empty => c"nothing is learned yet",
            Self::NotFinite => c"a vector holds a number that is not finite",
            Self::Sink => c"the function that takes the image refused a piece",
        }
    }

    pub(crate) fn of(result: Result<(), Self>) -> Self {
        result.err().unwrap_or(Self::None)
    }
}

/// The text of an error: a line without a period, which stays valid.
#[unsafe(no_mangle)]
pub extern "C" fn motevec_error_text(error: i32) -> *const c_char {
    const ALL: [Error; 15] = [
        Error::None,
        Error::Null,
        Error::Config,
        Error::Storage,
        Error::Alignment,
        Error::NoModel,
        Error::NotUtf8,
        Error::NoSuchWord,
        Error::Rate,
        Error::Image,
        Error::Dimensions,
        Error::Room,
        Error::Empty,
        Error::NotFinite,
        Error::Sink,
    ];
    let known = ALL.into_iter().find(|&known| known as i32 == error);
    known.map_or(c"unknown error", Error::text).as_ptr()
}
