//! What is not an image, or not a whole one.

use motevec_core::image::{Encoding, Header, Image, ImageError};

use super::{error, forged, small};

#[test]
fn every_flipped_bit_is_noticed() {
    for encoding in [Encoding::F32, Encoding::Int8] {
        let mut image = small(encoding);
        for bit in 0..8 * image.len() {
            image[bit / 8] ^= 1 << (bit % 8);
            error(&image);
            image[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(Image::new(&image).is_ok());
    }
}

#[test]
fn an_image_that_is_cut_or_goes_on_is_refused_wherever() {
    for encoding in [Encoding::F32, Encoding::Int8] {
        let image = small(encoding);
        for len in 0..image.len() {
            let expected = if len < Header::LEN { 20 } else { image.len() as u64 };
            let cut = ImageError::Length { found: len, expected };
            assert_eq!(error(&image[..len]), if len < 4 { ImageError::NoImage } else { cut });
        }
        for more in 1..9 {
            let longer = [&image[..], &[0xff; 8][..more]].concat();
            assert_eq!(error(&longer), ImageError::Length { found: longer.len(), expected: image.len() as u64 });
        }
    }
}

/// Power fails while an image is written over another of the same size.
#[test]
fn an_image_over_another_is_refused_until_all_of_it_is_there() {
    let (old, mut new) = (small(Encoding::F32), small(Encoding::F32));
    let last = new.len() - 5;
    new = forged(&new, last, &[new[last] ^ 1]);
    new = forged(&new, 16, &[9]);
    for len in 17..new.len() {
        assert_eq!(error(&[&new[..len], &old[len..]].concat()), ImageError::Checksum, "{len}");
    }
}

#[test]
fn malformed_images_are_refused_whatever_their_checksum_says() {
    let image = small(Encoding::Int8);
    // N = 4, T = 17, D = 3, w = 1: counts from 16, ends from 32, index from 36, text from 40, rows of 7 from 57 and 85.
    assert_eq!(image.len(), 57 + 8 * 7 + 4);
    assert!(image[32..40] == [4, 8, 15, 17, 3, 1, 0, 2], "{:?}", &image[32..40]);
    assert!(Image::new(&forged(&image, 0, b"mote")).is_ok());
    let length = |expected: u64| ImageError::Length { found: image.len(), expected };
    let cases: &[(usize, &[u8], ImageError)] = &[
        (0, b"Mote", ImageError::NoImage),
        (4, &[2], ImageError::Version { found: 2 }),
        (4, &[0], ImageError::Version { found: 0 }),
        (5, &[7], ImageError::Flags { found: 7 }),
        (5, &[0x81], ImageError::Flags { found: 0x81 }),
        (6, &[0, 0], ImageError::NoDimensions),
        (5, &[1], length(image.len() as u64 - 28)),
        (6, &[2], length(image.len() as u64 - 8)),
        (8, &[3], length(image.len() as u64 - 20)),
        (8, &[0xff; 8], length(20 + 0xffff_ffff + 0xffff_ffff * (4 + 8 + 14))),
        (32, &[9], ImageError::Word { word: 0 }),
        (33, &[3], ImageError::Word { word: 1 }),
        (33, &[99], ImageError::Word { word: 1 }),
        (33, &[9], ImageError::Word { word: 1 }),
        (35, &[16], ImageError::Text),
        (40, &[0xff], ImageError::Word { word: 0 }),
        (36, &[1, 3], ImageError::Index { place: 1 }),
        (36, &[3, 3], ImageError::Index { place: 1 }),
        (37, &[4], ImageError::Index { place: 1 }),
        (39, &[255], ImageError::Index { place: 3 }),
        (44, b"hall", ImageError::Index { place: 2 }),
        (61, &[0x80], ImageError::Numbers { word: 0 }),
        (85 + 3 * 7, &f32::NAN.to_le_bytes(), ImageError::Numbers { word: 3 }),
        (85 + 7, &f32::INFINITY.to_le_bytes(), ImageError::Numbers { word: 1 }),
        (57 + 7, &0.0_f32.to_le_bytes(), ImageError::Numbers { word: 1 }),
        (57 + 7, &(-1.0_f32).to_le_bytes(), ImageError::Numbers { word: 1 }),
    ];
    for (at, bytes, expected) in cases {
        assert_eq!(error(&forged(&image, *at, bytes)), *expected, "{bytes:?} at {at}");
    }
    let image = small(Encoding::F32);
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(error(&forged(&image, 57 + 5 * 4, &number.to_le_bytes())), ImageError::Numbers { word: 1 });
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let image = small(Encoding::F32);
    assert_eq!(error(&image[..99]).to_string(), "the image is cut short: it has 99 of 157 bytes");
    assert_eq!(error(&[&image[..], b"\n"].concat()).to_string(), "the image ends after 157 bytes, but more follows");
    assert_eq!(
        error(&forged(&image, 4, &[9])).to_string(),
        "this is an image of version 9; only version 1 can be read"
    );
}
