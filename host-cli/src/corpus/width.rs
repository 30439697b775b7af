//! In how many bytes ids are kept.

use super::tokens::SPECIAL_IDS;

/// The bytes of an id: 2, 3 or 4.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Width {
    #[default]
    Two,
    Three,
    Four,
}

impl Width {
    /// What the largest of `ids` needs, besides those with a special meaning.
    pub(super) fn of(ids: &[u32]) -> Self {
        // Adding their number wraps the special ids, which are the highest, around to 0 and 1.
        let above = ids.iter().fold(0, |most, &id| id.wrapping_add(SPECIAL_IDS).max(most));
        match above >> 16 {
            0 => Self::Two,
            1..0x100 => Self::Three,
            _ => Self::Four,
        }
    }

    /// The bytes of `ids` ids.
    pub(super) fn bytes(self, ids: usize) -> u64 {
        let width = match self {
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        };
        width * ids as u64
    }

    /// The bytes of `ids`.
    pub(super) fn pack(self, ids: &[u32]) -> Vec<u8> {
        match self {
            Self::Two => pack(ids, |&id| (id as u16).to_le_bytes()),
            Self::Three => pack(ids, |id| {
                let [low, middle, high, _] = id.to_le_bytes();
                [low, middle, high]
            }),
            Self::Four => pack(ids, |id| id.to_le_bytes()),
        }
    }

    /// Appends the ids that `bytes` are.
    pub(super) fn unpack(self, bytes: &[u8], ids: &mut Vec<u32>) {
        match self {
            Self::Two => unpack(bytes, ids, |&front| u16::from_le_bytes(front).into()),
            Self::Three => unpack(bytes, ids, |&[low, middle, high]| u32::from_le_bytes([low, middle, high, 0])),
            Self::Four => unpack(bytes, ids, |&all| u32::from_le_bytes(all)),
        }
    }
}

fn pack<const WIDTH: usize>(ids: &[u32], bytes: impl Fn(&u32) -> [u8; WIDTH]) -> Vec<u8> {
    ids.iter().map(bytes).collect::<Vec<_>>().into_flattened()
}

fn unpack<const WIDTH: usize>(bytes: &[u8], ids: &mut Vec<u32>, number: impl Fn(&[u8; WIDTH]) -> u32) {
    let highest = !(u64::MAX << (8 * WIDTH)) as u32;
    ids.extend(bytes.as_chunks().0.iter().map(number).map(|id| {
        // Those with a special meaning are the highest of any width.
        if id > highest - SPECIAL_IDS { id | !highest } else { id }
    }));
}

#[cfg(test)]
mod tests {
    use super::super::tokens::{SENTENCE_END, SPOILED};
    use super::*;

    #[test]
    fn ids_take_as_few_bytes_as_the_largest_needs() {
        let of_highest = [
            (0, 2),
            (0xfffd, 2),
            (0xfffe, 3),
            (0xffff, 3),
            (0xff_fffd, 3),
            (0xff_fffe, 4),
            (0xff_ffff, 4),
            (SPOILED - 1, 4),
        ];
        for (highest, bytes) in of_highest {
            let ids = [SENTENCE_END, highest, 0, SPOILED, highest / 2];
            let width = Width::of(&ids);
            let (packed, mut unpacked) = (width.pack(&ids), vec![7]);
            width.unpack(&packed, &mut unpacked);
            assert_eq!((packed.len(), width.bytes(ids.len())), (5 * bytes, 5 * bytes as u64), "{highest}");
            assert_eq!(unpacked, [&[7][..], &ids].concat());
        }
        assert!(Width::of(&[]).pack(&[]).is_empty());
    }
}
