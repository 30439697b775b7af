//! Finding the ASCII white space in a text, 64 bytes at a time, and looking at short words in a register.

use wide::u8x16;

/// How many bytes of a text are looked at in one go.
pub(super) const CHUNK: usize = 64;

/// How many bytes must be readable after a text that is scanned.
pub(super) const PADDING: usize = CHUNK;

const HIGH_BITS: u128 = u128::from_le_bytes([0x80; 16]);
const LOW_7_BITS: u128 = u128::from_le_bytes([0x7f; 16]);

/// Whether `byte` is ASCII white space: a space, or one of `\t \n \x0b \x0c \r`.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | 0x09..=0x0d)
}

/// Which of the bytes are ASCII white space, the first one in the lowest bit.
#[inline(always)]
pub(super) fn spaces(chunk: &[u8; CHUNK]) -> u64 {
    let (sixteens, _) = chunk.as_chunks();
    sixteens.iter().rev().fold(0, |spaces, &sixteen| {
        let bytes = u8x16::new(sixteen);
        let from_tab = bytes - u8x16::splat(0x09);
        let is_space = bytes.simd_eq(u8x16::splat(b' ')) | from_tab.simd_eq(from_tab.min(u8x16::splat(0x0d - 0x09)));
        spaces << 16 | u64::from(is_space.to_bitmask())
    })
}

/// The sixteen bytes of `text` from `at`, the first one lowest; 0 if there are fewer.
#[inline(always)]
pub(super) fn load(text: &[u8], at: usize) -> u128 {
    text.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |&bytes| u128::from_le_bytes(bytes))
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

/// The first `len` of sixteen bytes, followed by zeros; `len` is less than sixteen.
#[inline(always)]
#[expect(
    clippy::indexing_slicing,
    reason = "a remainder of 16 is an index of 16, and the table is made at compile time"
)]
pub(super) fn prefix(bytes: u128, len: usize) -> u128 {
    /// By length; a table is faster than shifts of 128 bits.
    const MASKS: [u128; 16] = {
        let mut masks = [0; 16];
        let mut len = 1;
        while len < 16 {
            masks[len] = masks[len - 1] << 8 | 0xff;
            len += 1;
        }
        masks
    };
    bytes & MASKS[len % 16]
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
            for (at, others) in (0..CHUNK).flat_map(|at| [(at, 0), (at, b'a'), (at, 0x80), (at, 0xff), (at, 0x1f)]) {
                let mut chunk = [others; CHUNK];
                chunk[at] = byte;
                assert_eq!(spaces(&chunk), u64::from(is_space(byte)) << at, "{chunk:x?}");
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
