//! The C interface of the learner: `include/motevec.h` is made from it, and README.md is its guide.
//!
//! Storage is the caller's, sizes are known at run time, nothing is global, and nothing allocates. Nothing panics
//! either: the panic handler calls a function that does not exist, so that a program with a path to a panic does not
//! link.
#![no_std]
#![allow(clippy::missing_safety_doc)] // What all have in common is said once, in `motevec`'s documentation.

mod error;
mod image;
mod layout;
mod model;

use core::ffi::{CStr, c_char};
use core::panic::PanicInfo;
use core::slice;

use error::Error;

unsafe extern "C" {
    /// Not defined anywhere: the linker reports it if a panic can be reached.
    fn motevec_core_has_a_path_to_a_panic() -> !;
}

#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    // SAFETY: a program that calls it does not link, and so is never run.
    unsafe { motevec_core_has_a_path_to_a_panic() }
}

/// The string that C ends with a zero.
///
/// # Safety
/// `text` is null, or such a string that nobody changes for `'a`.
unsafe fn string<'a>(text: *const c_char) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(Error::Null);
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| Error::NotUtf8)
}

/// `length` bytes.
///
/// # Safety
/// `bytes` is null, or points to so many bytes that nobody changes for `'a`.
unsafe fn bytes<'a>(bytes: *const u8, length: usize) -> Result<&'a [u8], Error> {
    if bytes.is_null() || length > isize::MAX as usize {
        return Err(Error::Null);
    }
    // SAFETY: the caller's promise; the length was just checked.
    Ok(unsafe { slice::from_raw_parts(bytes, length) })
}

/// `length` items to write to; none of a null pointer.
///
/// # Safety
/// `items` is null, or points to so many items, which nobody else uses for `'a`.
unsafe fn items<'a, T>(items: *mut T, length: usize) -> Result<&'a mut [T], Error> {
    let aligned =
        items.is_aligned() && length.checked_mul(size_of::<T>()).is_some_and(|len| len <= isize::MAX as usize);
    match items.is_null() || !aligned {
        true if length == 0 => Ok(&mut []),
        true => Err(Error::Null),
        // SAFETY: the caller's promise; alignment and length were just checked.
        false => Ok(unsafe { slice::from_raw_parts_mut(items, length) }),
    }
}

/// Writes `value` where C wants it; nowhere, if that is null.
///
/// # Safety
/// `place` is null, or points to a place for it.
unsafe fn give<T>(place: *mut T, value: T) {
    if !place.is_null() && place.is_aligned() {
        // SAFETY: the caller's promise.
        unsafe { place.write(value) };
    }
}
