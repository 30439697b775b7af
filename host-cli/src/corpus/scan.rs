//! Finding the ASCII white space in a text, sixteen bytes at a time.

/// How many bytes must be readable behind a text that is scanned.
pub(super) const PADDING: usize = 16;

const LOW_7_BITS: u128 = u128::from_le_bytes([0x7f; 16]);
const HIGH_BITS: u128 = u128::from_le_bytes([0x80; 16]);

/// Whether `byte` is ASCII white space: a space, or one of `\t \n \x0b \x0c \r`.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0d)
}

/// The sixteen bytes of `text` from `at`, the first one lowest; 0 where there are fewer.
#[inline(always)]
pub(super) fn load(text: &[u8], at: usize) -> u128 {
    text[at..].first_chunk().map_or(0, |&bytes| u128::from_le_bytes(bytes))
}

/// The distance from the first of sixteen bytes to the first that is ASCII white space; 16 where none is.
///
/// Each step works on the low seven bits of all bytes at once and leaves its answer in the eighth; no sum carries
/// into the next byte.
#[inline(always)]
pub(super) fn first_space(bytes: u128) -> usize {
    let low = bytes & LOW_7_BITS;
    let is_not_blank = (low ^ splat(b' ')) + LOW_7_BITS;
    let from_tab = low + splat(0x80 - 0x09);
    let to_return = splat(0x80 + 0x0d) - low;
    let is_space = (!is_not_blank | (from_tab & to_return)) & !bytes & HIGH_BITS;
    is_space.trailing_zeros() as usize / 8
}

/// Whether all sixteen bytes are ASCII.
#[inline(always)]
pub(super) fn is_ascii(bytes: u128) -> bool {
    bytes & HIGH_BITS == 0
}

/// Whether one of sixteen bytes of UTF-8 starts a character of a block that has white space beyond ASCII: U+0080 to
/// U+00BF and U+1000 to U+3FFF. Most letters of most alphabets lie elsewhere.
#[inline(always)]
pub(super) fn may_hold_unicode_space(bytes: u128) -> bool {
    let has = |lead| {
        let difference = bytes ^ splat(lead);
        let is_other = ((difference & LOW_7_BITS) + LOW_7_BITS) | difference;
        is_other & HIGH_BITS != HIGH_BITS
    };
    has(0xc2) || has(0xe1) || has(0xe2) || has(0xe3)
}

/// The first `len` of sixteen bytes, zeros behind.
#[inline(always)]
pub(super) fn prefix(bytes: u128, len: usize) -> u128 {
    debug_assert!(len < 16);
    bytes & ((1 << (8 * len)) - 1)
}

const fn splat(byte: u8) -> u128 {
    u128::from_le_bytes([byte; 16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_classified_at_every_place() {
        for byte in 0..=255 {
            for (at, others) in (0..16).flat_map(|at| [(at, 0), (at, b'a'), (at, 0x80), (at, 0xff), (at, 0x1f)]) {
                let mut bytes = [others; 16];
                bytes[at] = byte;
                let want = if is_space(byte) { at } else { 16 };
                assert_eq!(first_space(u128::from_le_bytes(bytes)), want, "{bytes:x?}");
            }
        }
    }

    #[test]
    fn every_unicode_space_is_suspected() {
        for c in ('\u{80}'..=char::MAX).filter(|c| c.is_whitespace()) {
            for at in 0..=13 {
                let mut bytes = [b'a'; 16];
                c.encode_utf8(&mut bytes[at..]);
                assert!(may_hold_unicode_space(u128::from_le_bytes(bytes)), "{c:?}");
            }
        }
        for word in ["zażółćgęśl\0", "страница", "λόγος"] {
            let bytes = [word.as_bytes(), &[0; 16]].concat();
            assert!(!may_hold_unicode_space(load(&bytes, 0)), "{word}");
        }
    }

    #[test]
    fn a_prefix_keeps_the_first_bytes() {
        let bytes = load(b"0123456789abcdefg", 1);
        assert_eq!(prefix(bytes, 3), u128::from(b'1') | u128::from(b'2') << 8 | u128::from(b'3') << 16);
        assert_eq!(prefix(bytes, 0), 0);
        assert!(is_ascii(bytes) && !is_ascii(bytes | 0x80 << 40));
    }
}
