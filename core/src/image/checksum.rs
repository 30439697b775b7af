//! CRC-32, as zip, PNG and Ethernet compute it. It finds every change of up to 32 bits in a row.

/// The checksum of bytes that come in pieces.
#[derive(Clone, Copy)]
pub(super) struct Checksum(u32);

/// What each value of four bits adds. A table for whole bytes would be faster, and take a kilobyte of flash.
const STEPS: [u32; 16] = {
    /// The polynomial, lowest bit first.
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let mut steps = [0; 16];
    let mut nibble = 0;
    while nibble < 16 {
        let (mut step, mut bit) = (nibble as u32, 0);
        while bit < 4 {
            step = (step >> 1) ^ if step & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "runs when core is compiled")]
        {
            steps[nibble] = step;
        }
        nibble += 1;
    }
    steps
};

impl Checksum {
    pub(super) fn new() -> Self {
        Self(!0)
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 ^= u32::from(byte);
            for _ in 0..2 {
                let step = STEPS.get((self.0 & 15) as usize).copied().unwrap_or_default();
                self.0 = (self.0 >> 4) ^ step;
            }
        }
    }

    pub(super) fn value(self) -> u32 {
        !self.0
    }
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
}
