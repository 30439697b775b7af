//! Images that are read piece by piece.

use motevec_core::image::{Encoding, Header, Image, ImageError, Pieces, PiecesError, Source};
use proptest::prelude::*;

use super::{any_number, forged, models, small, write};

/// Whether `bytes` begin with a whole image.
fn check(bytes: &[u8]) -> Result<Pieces<&[u8]>, PiecesError<ImageError>> {
    let mut pieces = Pieces::new(bytes)?;
    pieces.check()?;
    Ok(pieces)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Padding is zero, and components without room are left out.
    #[test]
    fn pieces_hold_what_the_image_holds(model in models(any_number()), int8: bool, room in 0..50_usize) {
        let bytes = write(&model, if int8 { Encoding::Int8 } else { Encoding::F32 }).unwrap();
        let (image, mut pieces) = (Image::new(&bytes).unwrap(), check(&bytes).unwrap());
        prop_assert_eq!(pieces.header(), image.header());
        for word in 0..image.len() {
            let mut text = vec![0; pieces.text_len(word).unwrap()];
            pieces.read_text(word, &mut text).unwrap();
            prop_assert_eq!(&text, image.word(word).unwrap().as_bytes());
            prop_assert_eq!(Some(pieces.count(word).unwrap()), image.count(word));
            let mut found = [vec![7.0; room], vec![7.0; room]];
            let [center, outside] = &mut found;
            pieces.read_vectors(word, center, outside).unwrap();
            for (rows, found) in [Some(image.center()), image.outside()].into_iter().zip(found) {
                let mut vector = vec![0.0; room];
                rows.into_iter().for_each(|rows| rows.row(word).unwrap().read(&mut vector));
                let bits = |vector: &[f32]| vector.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                prop_assert_eq!(bits(&found), bits(&vector));
            }
        }
    }
}

#[test]
fn no_piece_but_a_word_is_longer_than_64_bytes() {
    struct Short<'a>(&'a [u8]);
    impl Source for Short<'_> {
        type Error = ImageError;
        fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), ImageError> {
            assert!(bytes.len() <= 64, "{}", bytes.len());
            self.0.read(offset, bytes)
        }
    }
    let image = small(Encoding::F32);
    let mut pieces = Pieces::new(Short(&image)).unwrap();
    pieces.check().unwrap();
    pieces.read_vectors(2, &mut [0.0; 40], &mut [0.0; 40]).unwrap();
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed_in_pieces() {
    for encoding in [Encoding::F32, Encoding::Int8] {
        let mut image = small(encoding);
        for bit in 0..8 * image.len() {
            image[bit / 8] ^= 1 << (bit % 8);
            assert!(check(&image).is_err(), "{bit}");
            image[bit / 8] ^= 1 << (bit % 8);
        }
        for len in 0..image.len() {
            let cut = check(&image[..len]).unwrap_err();
            assert!(matches!(cut, PiecesError::Source(ImageError::Length { found, .. }) if found == len), "{cut:?}");
        }
        assert!(check(&image).is_ok());
    }
}

/// As of `malformed_images_are_refused_whatever_their_checksum_says`.
#[test]
fn malformed_pieces_are_refused_whatever_their_checksum_says() {
    let image = small(Encoding::Int8);
    for (at, bytes, expected) in [(0, &b"Mote"[..], ImageError::NoImage), (4, &[2], ImageError::Version { found: 2 })] {
        assert_eq!(check(&forged(&image, at, bytes)).unwrap_err(), PiecesError::Image(expected));
    }
    for (at, byte, word) in [(32, 99, 0), (33, 3, 1)] {
        let (forged, expected) = (forged(&image, at, &[byte]), PiecesError::Image(ImageError::Word { word }));
        let mut pieces = check(&forged).unwrap();
        assert_eq!((pieces.text_len(word), pieces.read_text(word, &mut [])), (Err(expected), Err(expected)));
    }
    let (scale, infinite) = ((57 + 7, 0.0_f32.to_le_bytes()), (57 + 5 * 4, f32::INFINITY.to_le_bytes()));
    let f32s = small(Encoding::F32);
    for forged in
        [forged(&image, scale.0, &scale.1), forged(&image, 68, &[0x80]), forged(&f32s, infinite.0, &infinite.1)]
    {
        let found = check(&forged).unwrap().read_vectors(1, &mut [0.0; 16], &mut [0.0; 16]);
        assert_eq!(found, Err(PiecesError::Image(ImageError::Numbers { word: 1 })));
    }
}

/// A device finds only this in flash that was never written.
#[test]
fn erased_flash_is_no_image() {
    assert_eq!(check(&[0xFF; 99]).unwrap_err(), PiecesError::Image(ImageError::NoImage));
    assert!(matches!(check(&[0xFF; Header::LEN - 1]).unwrap_err(), PiecesError::Source(_)));
}
