//! Images: models that were saved, read in place.

use core::ffi::{c_char, c_int, c_void};

use motevec_core::image::{Image, ImageError, Source};
use motevec_core::query::{self, Neighbor};
use motevec_core::simd::{Portable, Wide};
use motevec_learner::learner::LoadError;

use crate::error::Error;
use crate::layout::{Content, Motevec};
use crate::model::Near;
use crate::{Output, items, items_mut, string};

/// An image that was found sound. It is a few pointers into the image's bytes, which must stay.
#[repr(C)]
pub struct OpenImage {
    content: [usize; 24],
}

/// What it holds.
struct Opened {
    /// Tells an open image from other bytes.
    magic: u32,
    image: Image<'static>,
}

const MAGIC: u32 = u32::from_le_bytes(*b"mtvi");

const _: () = assert!(size_of::<Opened>() <= size_of::<OpenImage>() && align_of::<Opened>() <= align_of::<OpenImage>());

impl OpenImage {
    /// The image at `place`.
    ///
    /// # Safety
    /// `place` is null, points to bytes, or `motevec_image_open` made it, and the image's bytes are still there.
    unsafe fn at<'a>(place: *const Self) -> Result<&'a Image<'static>, Error> {
        if place.is_null() || !place.is_aligned() {
            return Err(if place.is_null() { Error::Null } else { Error::NoImage });
        }
        let opened = place.cast::<Opened>();
        // SAFETY: the caller's promise. There is no reference before it is known what this is.
        match unsafe { (&raw const (*opened).magic).read() } {
            // SAFETY: the caller's promise; an image was opened here.
            MAGIC => Ok(unsafe { &(*opened).image }),
            _ => Err(Error::NoImage),
        }
    }
}

/// Checks the image in `length` bytes, in flash or anywhere else, and makes it ready to be read in place. If it is not
/// sound, functions for it return `MOTEVEC_ERROR_NO_IMAGE`, or a neutral value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_open(image: *mut OpenImage, content: *const u8, length: usize) -> Error {
    let open = || {
        if image.is_null() || !image.is_aligned() {
            return Err(if image.is_null() { Error::Null } else { Error::Alignment });
        }
        let opened = image.cast::<Opened>();
        // SAFETY: C promises what the header says of pointers; there is room, as was asserted. What was open is closed.
        unsafe { (&raw mut (*opened).magic).write(0) };
        // SAFETY: as above, and C promises that the bytes stay.
        let content: &'static [u8] = unsafe { items(content, length) }?;
        let found = Image::new(content).map_err(|_| Error::Image)?;
        // SAFETY: as above.
        unsafe { opened.write(Opened { magic: MAGIC, image: found }) };
        Ok(())
    };
    Error::of(open())
}

/// How many words an image has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_words(image: *const OpenImage) -> u32 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { OpenImage::at(image) }.map_or(0, Image::len)
}

/// How many components the vectors of an image have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_dim(image: *const OpenImage) -> usize {
    // SAFETY: C promises what the header says of pointers.
    unsafe { OpenImage::at(image) }.map_or(0, |image| image.center().dim())
}

/// Gives the number that a word, which is ended with a zero, has in an image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_find(image: *const OpenImage, text: *const c_char, word: *mut u32) -> Error {
    let find = || {
        // SAFETY: C promises what the header says of pointers.
        let (image, text, word) = unsafe { (OpenImage::at(image)?, string(text)?, Output::at(word)?) };
        word.give(image.find(text).ok_or(Error::NoSuchWord)?);
        Ok(())
    };
    Error::of(find())
}

/// The text of a word of an image, and how many bytes it has: it is not ended with a zero. NULL if there is no such
/// word. It is valid as long as the image's bytes are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_text(image: *const OpenImage, word: u32, length: *mut usize) -> *const c_char {
    // SAFETY: C promises what the header says of pointers.
    let Ok(length) = (unsafe { Output::at(length) }) else { return core::ptr::null() };
    // SAFETY: as above.
    let text = unsafe { OpenImage::at(image) }.ok().and_then(|image| image.word(word));
    length.give(text.map_or(0, str::len));
    text.map_or(core::ptr::null(), |text| text.as_ptr().cast())
}

/// How often a word of an image was seen; 0 if there is no such word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_count(image: *const OpenImage, word: u32) -> u32 {
    // SAFETY: C promises what the header says of pointers.
    unsafe { OpenImage::at(image) }.ok().and_then(|image| image.count(word)).unwrap_or(0)
}

/// Copies the vector of a word of an image to `vector`, `dim` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_vector(
    image: *const OpenImage,
    word: u32,
    vector: *mut f32,
    dim: usize,
) -> Error {
    let copy = || {
        // SAFETY: C promises what the header says of pointers.
        let (image, vector) = unsafe { (OpenImage::at(image)?, items_mut(vector, dim)?) };
        if image.center().dim() != dim {
            return Err(Error::Dimensions);
        }
        image.center().row(word).ok_or(Error::NoSuchWord)?.read(vector);
        Ok(())
    };
    Error::of(copy())
}

/// Writes the words of an image most similar to `query`, `dim` numbers, to `nearest`, the most similar first, at most
/// `room` of them, and gives how many they are to `found`. The word whose vector it is is among them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_nearest(
    image: *const OpenImage,
    query: *const f32,
    dim: usize,
    nearest: *mut Near,
    room: usize,
    found: *mut usize,
) -> Error {
    let search = || {
        // SAFETY: C promises what the header says of pointers.
        let (image, query, found) = unsafe { (OpenImage::at(image)?, items(query, dim)?, Output::at(found)?) };
        // SAFETY: as above; the two types have the same fields in C's order.
        let nearest = unsafe { items_mut(nearest.cast::<Neighbor>(), room) }?;
        if image.center().dim() != dim {
            return Err(Error::Dimensions);
        }
        found.give(query::nearest_in(Wide::<Portable>::new(), &image.center(), query, &[], nearest));
        Ok(())
    };
    Error::of(search())
}

/// Copies the vectors of a word, which is ended with a zero, from an image to the model, which learns on with them. It
/// gets the count of an average word, if it has less. `MOTEVEC_ERROR_ROOM` if it is new and there is no place for it:
/// no other word makes room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_adopt(model: *mut Motevec, image: *const OpenImage, text: *const c_char) -> Error {
    let adopt = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, image, text) = unsafe { (Motevec::at(model)?, OpenImage::at(image)?, string(text)?) };
        check_dim(model, image)?;
        match model.learner.adopt(image, text) {
            Some(true) => Ok(()),
            Some(false) => Err(Error::Room),
            None => Err(Error::NoSuchWord),
        }
    };
    Error::of(adopt())
}

/// Forgets everything, and takes all words of an image with their counts, to learn on with them.
/// `MOTEVEC_ERROR_ROOM` if there is no room for all: then nothing is forgotten or taken. But where words are numbers
/// and those of the image are not, everything is forgotten.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_load(model: *mut Motevec, image: *const OpenImage) -> Error {
    let load = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, image) = unsafe { (Motevec::at(model)?, OpenImage::at(image)?) };
        load_from(model, &mut image.bytes())
    };
    Error::of(load())
}

/// The same, with an image that is not in the address space: `read` gets `context`, writes `length` bytes of the image
/// from `offset` on to `bytes`, and returns 0, or anything else if it cannot. It is asked for at most 64 bytes at a
/// time, but for a word, and for everything at least twice.
///
/// If the image does not fit, cannot be read, or is damaged, nothing is forgotten or taken. If only reading it again
/// fails, or its checksum is right though it is not a sound image, the model has forgotten everything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_load_from(
    model: *mut Motevec,
    read: Option<unsafe extern "C" fn(context: *mut c_void, offset: usize, bytes: *mut u8, length: usize) -> c_int>,
    context: *mut c_void,
) -> Error {
    let load = || {
        let read = read.ok_or(Error::Null)?;
        // SAFETY: C promises what the header says of pointers.
        unsafe { Motevec::busy(model, |model| load_from(model, &mut Reader { read, context })) }?
    };
    Error::of(load())
}

/// An image that a function of C reads.
struct Reader {
    read: unsafe extern "C" fn(context: *mut c_void, offset: usize, bytes: *mut u8, length: usize) -> c_int,
    context: *mut c_void,
}

impl Source for Reader {
    type Error = ImageError;

    fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), ImageError> {
        // SAFETY: C gave this function for that.
        match unsafe { (self.read)(self.context, offset, bytes.as_mut_ptr(), bytes.len()) } {
            0 => Ok(()),
            _ => Err(ImageError::NoImage),
        }
    }
}

/// Loads from memory or from a function, with the same code for both.
fn load_from(model: &mut Content, source: &mut dyn Source<Error = ImageError>) -> Result<(), Error> {
    model.learner.load(source).map_err(|error| match error {
        LoadError::Source(_) => Error::Source,
        LoadError::Image(_) => Error::Image,
        LoadError::Dimensions => Error::Dimensions,
        LoadError::Room => Error::Room,
    })
}

fn check_dim(model: &Content, image: &Image<'_>) -> Result<(), Error> {
    if model.learner.dim() == image.center().dim() { Ok(()) } else { Err(Error::Dimensions) }
}
