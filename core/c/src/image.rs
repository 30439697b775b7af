//! Images: models that were saved, read in place.

use core::ffi::c_char;
use core::mem::MaybeUninit;

use motevec_core::image::Image;
use motevec_core::query::{self, Neighbor};
use motevec_core::simd::{Portable, Wide};

use crate::error::Error;
use crate::layout::Motevec;
use crate::model::{Near, tell};
use crate::{bytes, give, items, string};

/// An image that was found sound. It is a few pointers into the image's bytes, which must stay.
#[repr(C)]
pub struct OpenImage {
    content: [u64; 24],
}

const _: () = assert!(size_of::<Option<Image<'_>>>() <= size_of::<OpenImage>() && align_of::<Image<'_>>() <= 8);

impl OpenImage {
    /// The image at `place`.
    ///
    /// # Safety
    /// `place` is null, or `motevec_image_open` made it, and its bytes are still there.
    unsafe fn at<'a>(place: *const Self) -> Result<&'a Image<'static>, Error> {
        // SAFETY: the caller's promise.
        unsafe { place.cast::<Image<'static>>().as_ref() }.ok_or(Error::Null)
    }
}

/// Checks the image in `length` bytes, in flash or anywhere else, and makes it ready to be read in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_open(image: *mut OpenImage, content: *const u8, length: usize) -> Error {
    let open = || {
        if image.is_null() {
            return Err(Error::Null);
        }
        // SAFETY: C promises what the header says of pointers, and that the bytes stay.
        let content: &'static [u8] = unsafe { bytes(content, length) }?;
        let found = Image::new(content).map_err(|_| Error::Image)?;
        // SAFETY: as above; there is room for it, as was asserted.
        unsafe { image.cast::<MaybeUninit<Image<'static>>>().write(MaybeUninit::new(found)) };
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

/// Gives the number that a word, which is ended with a zero, has in an image.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_find(image: *const OpenImage, text: *const c_char, word: *mut u32) -> Error {
    let find = || {
        // SAFETY: C promises what the header says of pointers.
        let found = unsafe { OpenImage::at(image)?.find(string(text)?) }.ok_or(Error::NoSuchWord)?;
        // SAFETY: as above.
        unsafe { give(word, found) };
        Ok(())
    };
    Error::of(find())
}

/// The text of a word of an image, and how many bytes it has: it is not ended with a zero. NULL if there is no such
/// word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_image_text(image: *const OpenImage, word: u32, length: *mut usize) -> *const c_char {
    // SAFETY: C promises what the header says of pointers.
    let text = unsafe { OpenImage::at(image) }.ok().and_then(|image| image.word(word));
    // SAFETY: as above.
    unsafe { give(length, text.map_or(0, str::len)) };
    text.map_or(core::ptr::null(), |text| text.as_ptr().cast())
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
        let (image, vector) = unsafe { (OpenImage::at(image)?, items(vector, dim)?) };
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
        // SAFETY: C promises what the header says of pointers; the two types have the same fields in C's order.
        let (image, room) = unsafe { (OpenImage::at(image)?, items(nearest.cast::<Neighbor>(), room)?) };
        // SAFETY: as above; nothing is written.
        let query: &[f32] = unsafe { items(query.cast_mut(), dim) }?;
        if image.center().dim() != dim {
            return Err(Error::Dimensions);
        }
        // SAFETY: as above.
        unsafe { give(found, query::nearest_in(Wide::<Portable>::new(), &image.center(), query, &[], room)) };
        Ok(())
    };
    Error::of(search())
}

/// Copies the vectors of a word, which is ended with a zero, from an image to the model, which learns on with them. It
/// gets the count of an average word.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_adopt(model: *mut Motevec, image: *const OpenImage, text: *const c_char) -> Error {
    let adopt = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, image, text) = unsafe { (Motevec::at(model)?, OpenImage::at(image)?, string(text)?) };
        check_dim(model, image)?;
        let (notice, context) = (model.notice, model.context);
        match model.learner.adopt(image, text, &mut |told| tell(notice, context, told)) {
            Some(true) => Ok(()),
            Some(false) => Err(Error::Room),
            None => Err(Error::NoSuchWord),
        }
    };
    Error::of(adopt())
}

/// Forgets everything, and takes all words of an image with their counts, to learn on with them.
/// `MOTEVEC_ERROR_ROOM` if there was no room for all: then the first ones are there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn motevec_load(model: *mut Motevec, image: *const OpenImage) -> Error {
    let load = || {
        // SAFETY: C promises what the header says of pointers.
        let (model, image) = unsafe { (Motevec::at(model)?, OpenImage::at(image)?) };
        check_dim(model, image)?;
        model.learner.load(image).then_some(()).ok_or(Error::Room)
    };
    Error::of(load())
}

fn check_dim(model: &Motevec, image: &Image<'_>) -> Result<(), Error> {
    if model.learner.dim() == image.center().dim() { Ok(()) } else { Err(Error::Dimensions) }
}
