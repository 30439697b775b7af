//! CRC-32, as in zip, PNG and Ethernet.

/// The polynomial, lowest bit first.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The checksum of bytes that come in pieces: CRC-32, as in zip, PNG and Ethernet. It finds every change of up to 32
/// bits in a row.
#[derive(Clone, Copy, Debug)]
pub struct Checksum(u32);

impl Default for Checksum {
    fn default() -> Self {
        Self::new()
    }
}

impl Checksum {
    /// The checksum of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(!0)
    }

    /// Takes the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        // Without an operating system, flash matters more than speed.
        self.0 = if cfg!(target_os = "none") { by_nibbles(self.0, bytes) } else { by_eights(self.0, bytes) };
    }

    /// The checksum of all bytes so far.
    #[must_use]
    pub fn value(self) -> u32 {
        !self.0
    }
}

/// The remainder after the lowest `bits` of `value` have been shifted out.
const fn shifted(mut value: u32, bits: u32) -> u32 {
    let mut bit = 0;
    while bit < bits {
        value = (value >> 1) ^ if value & 1 == 1 { POLYNOMIAL } else { 0 };
        bit += 1;
    }
    value
}

/// The sum, half a byte at a time, with 64 bytes of table.
fn by_nibbles(mut sum: u32, bytes: &[u8]) -> u32 {
    #[expect(clippy::indexing_slicing, reason = "runs when core is compiled")]
    const STEPS: [u32; 16] = {
        let mut steps = [0; 16];
        let mut nibble = 0;
        while nibble < 16 {
            steps[nibble] = shifted(nibble as u32, 4);
            nibble += 1;
        }
        steps
    };
    for &byte in bytes {
        sum ^= u32::from(byte);
        for _ in 0..2 {
            sum = (sum >> 4) ^ STEPS.get((sum & 15) as usize).copied().unwrap_or_default();
        }
    }
    sum
}

/// The sum, eight bytes at a time, with 8 KB of tables (Kounavis & Berry 2005).
#[expect(clippy::indexing_slicing, reason = "a byte is an index of 256, and the tables are made when core is compiled")]
fn by_eights(mut sum: u32, bytes: &[u8]) -> u32 {
    /// `TABLES[n][byte]`: what `byte` adds with `n` bytes after it.
    static TABLES: [[u32; 256]; 8] = {
        let mut tables = [[0; 256]; 8];
        let mut byte = 0;
        while byte < 256 {
            let (mut value, mut behind) = (byte as u32, 0);
            while behind < 8 {
                value = shifted(value, 8);
                tables[behind][byte] = value;
                behind += 1;
            }
            byte += 1;
        }
        tables
    };
    let (eights, rest) = bytes.as_chunks::<8>();
    for &eight in eights {
        let mixed = (u64::from_le_bytes(eight) ^ u64::from(sum)).to_le_bytes();
        sum = mixed.iter().zip(TABLES.iter().rev()).fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)]);
    }
    rest.iter().fold(sum, |sum, &byte| (sum >> 8) ^ TABLES[0][usize::from(byte ^ sum as u8)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_check_value_comes_out_in_one_piece_and_in_two() {
        for cut in 0..=9 {
            let (one, other) = b"123456789".split_at(cut);
            let mut checksum = Checksum::new();
            checksum.add(one);
            checksum.add(other);
            assert_eq!(checksum.value(), 0xcbf4_3926);
        }
    }

    #[test]
    fn both_ways_give_the_same_sum() {
        let bytes: [u8; 43] = core::array::from_fn(|place| (place * place * 7 + 3) as u8);
        for start in 0..9 {
            for end in start..=bytes.len() {
                assert_eq!(by_nibbles(!0, &bytes[start..end]), by_eights(!0, &bytes[start..end]), "{start}..{end}");
            }
        }
    }
}
