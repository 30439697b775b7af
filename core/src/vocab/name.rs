//! Texts of tokens, which a vocabulary without text makes of numbers.

use core::cmp::Ordering;
use core::ops::Deref;

/// The most digits that a number of 16 bits has.
pub(super) const DIGITS: usize = 5;

/// The text of a token, stored or made.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(Text<'a>);

#[derive(Clone, Copy, Debug)]
enum Text<'a> {
    Stored(&'a str),
    /// A number, at the end.
    Made([u8; DIGITS], usize),
}

impl<'a> Name<'a> {
    pub(super) fn stored(text: &'a str) -> Self {
        Self(Text::Stored(text))
    }

    /// `number` in decimal.
    pub(super) fn made(mut number: u32) -> Self {
        let (mut digits, mut start) = ([0; DIGITS], DIGITS);
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            if number > 0 || place == DIGITS - 1 {
                (*digit, start, number) = (b'0' + (number % 10) as u8, place, number / 10);
            }
        }
        Self(Text::Made(digits, start))
    }
}

impl Deref for Name<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Stored(text) => text,
            Text::Made(digits, start) => {
                core::str::from_utf8(digits.get(*start..).unwrap_or_default()).unwrap_or_default()
            }
        }
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Name<'_> {}

impl PartialOrd for Name<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

/// The number that `text` is in decimal, as [`Name`] writes it; `None` if it is none of 16 bits.
pub(super) fn number(text: &str) -> Option<u32> {
    let mut number = 0;
    for &digit in text.as_bytes().get(..text.len().min(DIGITS + 1))? {
        number = 10 * number + u32::from(digit).checked_sub(b'0'.into()).filter(|&digit| digit < 10)?;
    }
    let plain = text == "0" || !text.is_empty() && !text.starts_with('0');
    Some(number).filter(|&number| plain && number <= u16::MAX.into())
}

/// The number after `number` in the order of their texts, of those below `end`.
pub(super) fn after(mut number: u32, end: u32) -> Option<u32> {
    // Nothing else begins with a zero.
    if number > 0 && 10 * number < end {
        return Some(10 * number);
    }
    while number % 10 == 9 || number + 1 >= end {
        number /= 10;
        if number == 0 {
            return None;
        }
    }
    Some(number + 1)
}
