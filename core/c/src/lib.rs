//! The C interface of the learner: `include/motevec.h` is made from it, and README.md is its guide.
//!
//! Storage is the caller's, sizes are known at run time, nothing is global, and nothing allocates. Nothing panics
//! either: the panic handler calls a function that does not exist, so that a program with a path to a panic does not
//! link.
#![cfg_attr(not(test), no_std)]
#![allow(clippy::missing_safety_doc)] // What all have in common is said once, in `motevec`'s documentation.

mod error;
mod image;
mod layout;
mod model;
#[cfg(test)]
mod tests;

use core::ffi::{CStr, c_char};
use core::ptr::NonNull;
use core::slice;

use error::Error;

#[cfg(not(test))]
unsafe extern "C" {
    /// Not defined anywhere: the linker reports it if a panic can be reached.
    fn motevec_core_has_a_path_to_a_panic() -> !;
}

#[cfg(not(test))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
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

/// Where `length` items begin, if C can have so many there: none are anywhere, even at NULL.
fn start<T>(items: *const T, length: usize) -> Result<*const T, Error> {
    match length.checked_mul(size_of::<T>()) {
        _ if length == 0 => Ok(NonNull::dangling().as_ptr()),
        _ if items.is_null() => Err(Error::Null),
        _ if !items.is_aligned() => Err(Error::Alignment),
        Some(bytes) if bytes <= isize::MAX as usize => Ok(items),
        _ => Err(Error::Length),
    }
}

/// `length` items to read.
///
/// # Safety
/// `items` is null, or points to so many items that nobody changes for `'a`.
unsafe fn items<'a, T>(items: *const T, length: usize) -> Result<&'a [T], Error> {
    // SAFETY: the caller's promise; null, alignment and length are checked.
    Ok(unsafe { slice::from_raw_parts(start(items, length)?, length) })
}

/// `length` items to write to.
///
/// # Safety
/// `items` is null, or points to so many items, which nobody else uses for `'a`.
unsafe fn items_mut<'a, T>(items: *mut T, length: usize) -> Result<&'a mut [T], Error> {
    // SAFETY: the caller's promise; null, alignment and length are checked.
    Ok(unsafe { slice::from_raw_parts_mut(start(items, length)?.cast_mut(), length) })
}

/// Where C wants a value; nowhere, if that is null.
struct Output<T>(*mut T);

impl<T> Output<T> {
    /// # Safety
    /// `place` is null, or points to a place for a value, which stays one until it is given.
    unsafe fn at(place: *mut T) -> Result<Self, Error> {
        if place.is_aligned() { Ok(Self(place)) } else { Err(Error::Alignment) }
    }

    fn give(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: the promise to `at`, which has checked the alignment.
            unsafe { self.0.write(value) };
        }
    }
}
