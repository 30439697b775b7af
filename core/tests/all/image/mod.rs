//! The flash image: what is written is read back, and what is not an image is refused.

mod pieces;
mod refused;

use std::convert::Infallible;

use motevec_core::image::{Encoding, Header, Image, ImageError, ImageRow, ImageRows, Words, WriteError, Writer};
use motevec_core::model::{Rows as _, Slab};
use motevec_core::query::{Candidates, Neighbor, nearest};
use motevec_core::simd::{Kernel, LANES, Lanes, Level, Portable, Scalar};
use motevec_core::vocab::Vocab;
use proptest::prelude::*;

/// A model as a test makes it: words with counts, and two padded matrices.
#[derive(Clone, Debug)]
struct Model {
    words: Vec<(String, u32)>,
    center: Slab<Vec<f32>>,
    outside: Option<Slab<Vec<f32>>>,
}

impl Words for Model {
    type Word<'a> = &'a str;

    fn words(&self) -> impl Iterator<Item = (&str, u32)> {
        self.words.iter().map(|(word, count)| (word.as_str(), *count))
    }
}

fn slab(rows: &[Vec<f32>]) -> Slab<Vec<f32>> {
    let dim = rows.first().map_or(1, Vec::len);
    let stride = dim.next_multiple_of(LANES);
    let padded = |row: &Vec<f32>| row.iter().copied().chain(std::iter::repeat_n(0.0, stride - dim)).collect::<Vec<_>>();
    Slab::new(rows.iter().flat_map(padded).collect(), dim, stride).unwrap()
}

fn write(model: &Model, encoding: Encoding) -> Result<Vec<u8>, WriteError> {
    let writer = Writer::new(model, &model.center, model.outside.as_ref(), encoding)?;
    let mut image = Vec::new();
    let Ok(()) = writer.write(|piece| {
        image.extend_from_slice(piece);
        Ok::<_, Infallible>(())
    });
    assert_eq!(writer.header().image_len(), image.len() as u64);
    Ok(image)
}

/// Four words, three dimensions, both matrices.
fn small(encoding: Encoding) -> Vec<u8> {
    let words = [("hall", 7), ("door", 0), ("żółw", u32::MAX), ("do", 1)].map(|(word, count)| (word.to_owned(), count));
    let row = |row: u8| vec![f32::from(row), -0.5, 1.0 / 3.0];
    let outside = slab(&[row(4), row(5), row(6), vec![0.0; 3]]);
    let model = Model { words: words.to_vec(), center: slab(&[0, 1, 2, 3].map(row)), outside: Some(outside) };
    write(&model, encoding).unwrap()
}

/// CRC-32, bit by bit.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

/// The same image with `bytes` at `at`, and a checksum that says that all is well.
fn forged(image: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut forged = image[..image.len() - 4].to_vec();
    forged[at..][..bytes.len()].copy_from_slice(bytes);
    forged.extend(checksum(&forged).to_le_bytes());
    forged
}

fn error(bytes: &[u8]) -> ImageError {
    Image::new(bytes).err().unwrap_or_else(|| panic!("taken for an image: {bytes:?}"))
}

#[test]
fn an_image_has_the_bytes_of_its_description() {
    let model = Model {
        words: vec![("tap".to_owned(), 258), ("ox".to_owned(), 3)],
        center: slab(&[vec![1.0, -127.0], vec![0.0, 0.25]]),
        outside: None,
    };
    let expected = [
        b"mote".as_slice(),
        &[1, 1, 2, 0],
        &[2, 0, 0, 0, 5, 0, 0, 0],
        &[2, 1, 0, 0, 3, 0, 0, 0],
        &[3, 5],
        &[1, 0],
        b"tapox",
        &1.0_f32.to_le_bytes(),
        &[1, 129],
        &(0.25_f32 / 127.0).to_le_bytes(),
        &[0, 127],
    ];
    let expected = expected.concat();
    let image = write(&model, Encoding::Int8).unwrap();
    assert_eq!(image[..image.len() - 4], expected);
    assert_eq!(image[image.len() - 4..], checksum(&expected).to_le_bytes());
}

#[test]
fn words_are_found_and_named_and_counted() {
    for encoding in [Encoding::F32, Encoding::Int8] {
        let bytes = small(encoding);
        let image = Image::new(&bytes).unwrap();
        assert_eq!((image.len(), image.is_empty(), image.center().dim()), (4, false, 3));
        let words = ["hall", "door", "żółw", "do"];
        assert_eq!([0, 1, 2, 3].map(|word| image.word(word).unwrap()), words);
        assert_eq!(words.map(|word| image.find(word)), [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(["", "d", "doo", "doors", "halldoor", "zolw"].map(|word| image.find(word)), [None; 6]);
        assert_eq!([0, 1, 2, 3, 4].map(|word| image.count(word)), [Some(7), Some(0), Some(u32::MAX), Some(1), None]);
        assert_eq!((image.word(4), image.word(u32::MAX)), (None, None));
        for rows in [image.center(), image.outside().unwrap()] {
            assert!(rows.row(3).is_some() && rows.row(4).is_none() && rows.row(u32::MAX).is_none());
        }
        let mut padded = [f32::NAN; 20];
        image.outside().unwrap().row(2).unwrap().read(&mut padded);
        assert_eq!(padded[0], 6.0);
        assert_eq!(padded[3..], [0.0; 17], "padding");
        let mut short = [f32::NAN; 1];
        image.center().row(3).unwrap().read(&mut short);
        assert_eq!(short, [3.0]);
    }
}

#[test]
fn a_device_writes_the_words_that_it_knows_of_a_larger_matrix() {
    let mut vocab = Vocab::<9, 64>::new();
    for token in ["tap", "sink", "tap", ""] {
        vocab.observe(token).unwrap();
    }
    let (center, outside) = ([[1.5_f32; 5]; 9], [[-1.5; 5]; 9]);
    let mut line = Vec::new();
    let writer = Writer::new(&vocab, &center, Some(&outside), Encoding::F32).unwrap();
    let sent = writer.write(|piece| {
        assert!(piece.len() <= 64);
        line.extend_from_slice(piece);
        Ok::<_, ()>(())
    });
    assert_eq!(sent, Ok(()));
    let image = Image::new(&line).unwrap();
    assert_eq!(["tap", "sink", "", "drain"].map(|token| image.find(token)), [Some(0), Some(1), Some(2), None]);
    assert_eq!([0, 1, 2].map(|word| image.count(word)), [Some(2), Some(1), Some(1)]);

    let mut room = 40;
    let full = writer.write(|piece| {
        room = usize::checked_sub(room, piece.len()).ok_or("the line is down")?;
        Ok(())
    });
    assert_eq!(full, Err("the line is down"));
}

#[test]
fn a_vocabulary_may_be_empty() {
    let (vocab, center) = (Vocab::<2, 8>::new(), [[0.0; 3]; 2]);
    let mut bytes = Vec::new();
    let writer = Writer::new(&vocab, &center, None, Encoding::Int8).unwrap();
    let Ok(()) = writer.write(|piece| {
        bytes.extend_from_slice(piece);
        Ok::<_, Infallible>(())
    });
    let image = Image::new(&bytes).unwrap();
    assert!(image.is_empty() && image.find("").is_none() && image.word(0).is_none() && image.outside().is_none());
    assert!(nearest::<_, _, 3>(Scalar::<Portable>::new(), &image.center(), &[1.0; 3], &[]).is_empty());
}

#[test]
fn what_cannot_be_read_back_is_not_written() {
    let good =
        Model { words: vec![("a".into(), 1), ("b".into(), 1)], center: slab(&[vec![1.0], vec![2.0]]), outside: None };
    let written = |change: &dyn Fn(&mut Model)| {
        let mut model = good.clone();
        change(&mut model);
        write(&model, Encoding::Int8).map(drop)
    };
    assert_eq!(written(&|_| ()), Ok(()));
    assert_eq!(written(&|model| model.words.push(("c".into(), 1))), Err(WriteError::Rows));
    assert_eq!(written(&|model| model.outside = Some(slab(&[vec![1.0]]))), Err(WriteError::Rows));
    assert_eq!(written(&|model| model.outside = Some(slab(&[vec![1.0; 2], vec![1.0; 2]]))), Err(WriteError::Rows));
    assert_eq!(written(&|model| model.words[0].0 = "b".into()), Err(WriteError::Sorted));
    for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(written(&|model| model.center = slab(&[vec![1.0], vec![x]])), Err(WriteError::Numbers { row: 1 }));
        assert_eq!(
            written(&|model| model.outside = Some(slab(&[vec![x], vec![1.0]]))),
            Err(WriteError::Numbers { row: 0 })
        );
    }
    let wide = |dim: usize| written(&|model| model.center = slab(&[vec![1.0; dim], vec![2.0; dim]]));
    assert_eq!((wide(65_535), wide(65_536)), (Ok(()), Err(WriteError::Dimensions)));
    assert_eq!(
        Writer::new(&Vocab::<1, 1>::new(), &[[0.0; 0]; 1], None, Encoding::F32).err(),
        Some(WriteError::Dimensions)
    );
}

/// The ten nearest, on any level.
struct Nearest<'a, M>(&'a M, &'a [f32]);

impl<M: Candidates<Component = f32>> Kernel for Nearest<'_, M> {
    type Output = Vec<Neighbor>;
    fn run<L: Lanes>(self, lanes: L) -> Self::Output {
        nearest::<_, _, 10>(lanes, self.0, self.1, &[1]).to_vec()
    }
}

/// What the rows of a matrix are when they are read out.
fn read_out(rows: ImageRows<'_>) -> Vec<Vec<f32>> {
    let read = |row: ImageRow<'_>| {
        let mut vector = vec![f32::NAN; rows.dim()];
        row.read(&mut vector);
        vector
    };
    (0..).map_while(|index| rows.row(index)).map(read).collect()
}

fn bits(rows: &[Vec<f32>]) -> Vec<u32> {
    rows.iter().flatten().map(|x| x.to_bits()).collect()
}

/// The components of a slab, without its padding.
fn dense(slab: &Slab<Vec<f32>>) -> Vec<Vec<f32>> {
    (0..slab.rows()).map(|row| slab.row(row).unwrap()[..slab.dim()].to_vec()).collect()
}

/// Models of up to 40 words, whose places in the text take one byte or two.
fn models(number: impl Strategy<Value = f32> + Clone + 'static) -> impl Strategy<Value = Model> {
    let words = prop::collection::btree_map("[aż ]{0,9}", any::<u32>(), 1..40);
    let words = words.prop_flat_map(|words| Just(words.into_iter().collect::<Vec<_>>()).prop_shuffle());
    (words, 1..40_usize).prop_flat_map(move |(words, dim)| {
        let matrix = prop::collection::vec(prop::collection::vec(number.clone(), dim), words.len());
        (Just(words), matrix.clone(), prop::option::of(matrix)).prop_map(|(words, center, outside)| Model {
            words,
            center: slab(&center),
            outside: outside.map(|rows| slab(&rows)),
        })
    })
}

/// Every finite f32.
fn any_number() -> impl Strategy<Value = f32> + Clone {
    any::<u32>().prop_map(f32::from_bits).prop_filter("finite", |x| x.is_finite())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_in_f32_is_read_back_bit_for_bit(model in models(any_number())) {
        let bytes = write(&model, Encoding::F32).unwrap();
        let image = Image::new(&bytes).unwrap();
        for (number, (word, count)) in (0..).zip(&model.words) {
            prop_assert_eq!(image.find(word), Some(number));
            prop_assert_eq!((image.word(number), image.count(number)), (Some(word.as_str()), Some(*count)));
        }
        prop_assert_eq!(bits(&read_out(image.center())), bits(&dense(&model.center)));
        let outside = model.outside.map(|rows| bits(&dense(&rows)));
        prop_assert_eq!(image.outside().map(|rows| bits(&read_out(rows))), outside);
    }

    /// x/s is rounded to an f32 before it is rounded to an integer, so a hair beyond s/2 is possible.
    #[test]
    fn int8_is_within_half_a_scale_of_every_number(model in models(any_number())) {
        let bytes = write(&model, Encoding::Int8).unwrap();
        let image = Image::new(&bytes).unwrap();
        let matrices = [Some((model.center, image.center())), model.outside.zip(image.outside())];
        for (rows, found) in matrices.into_iter().flatten() {
            for (row, found) in dense(&rows).iter().zip(read_out(found)) {
                let largest = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
                let scale = f64::from(largest / 127.0).max(f64::from(f32::MIN_POSITIVE));
                for (x, found) in row.iter().zip(found) {
                    prop_assert!((f64::from(*x) - f64::from(found)).abs() <= 0.500_01 * scale, "{} {}", x, found);
                }
            }
        }
    }

    /// Where every vector has a 127, the scale is a power of two: nothing is lost.
    #[test]
    fn integers_survive_int8(model in models((-127_i8..=127).prop_map(f32::from)), exponent in -100..100_i32) {
        let scaled = |row: &Vec<f32>| {
            let components = row.iter().skip(1).copied();
            std::iter::once(127.0).chain(components).map(|x| x * 2.0_f32.powi(exponent)).collect::<Vec<_>>()
        };
        let rows: Vec<_> = dense(&model.center).iter().map(scaled).collect();
        let bytes = write(&Model { center: slab(&rows), ..model }, Encoding::Int8).unwrap();
        prop_assert_eq!(read_out(Image::new(&bytes).unwrap().center()), rows);
    }

    /// Of f32 to the last bit. Of int8 to the last bit as well, for the integers; those of what is read out differ in
    /// rounding.
    #[test]
    fn neighbors_are_those_of_the_matrix_that_is_read_out(
        model in models(-2.0..2.0_f32),
        query in prop::collection::vec(-2.0..2.0_f32, 40),
    ) {
        for encoding in [Encoding::F32, Encoding::Int8] {
            let bytes = write(&model, encoding).unwrap();
            let image = Image::new(&bytes).unwrap();
            let rows = read_out(image.center());
            let mut plain_query = query.clone();
            plain_query.truncate(rows[0].len());
            let integers: Vec<Vec<f32>> = rows
                .iter()
                .map(|row| {
                    let largest = row.iter().fold(f32::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
                    let integer = |x: &f32| if encoding == Encoding::Int8 { (x / largest * 127.0).round() } else { *x };
                    row.iter().map(integer).collect()
                })
                .collect();
            let (matrix, padded) = (slab(&integers), slab(&[plain_query.clone()]).into_inner());
            let found = Level::Scalar.run(false, Nearest(&image.center(), &plain_query)).unwrap();
            for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
                for fused in [false, true] {
                    let of_image = level.run(fused, Nearest(&image.center(), &plain_query)).unwrap();
                    prop_assert_eq!(&of_image, &level.run(fused, Nearest(&image.center(), &padded)).unwrap());
                    prop_assert_eq!(&of_image, &level.run(fused, Nearest(&matrix, &padded)).unwrap(), "{:?}", level);
                    if !fused {
                        prop_assert_eq!(&of_image, &found);
                    }
                }
            }
            let of_dequantized = Level::Scalar.run(false, Nearest(&slab(&rows), &padded)).unwrap();
            for (one, other) in found.iter().zip(&of_dequantized) {
                prop_assert!((one.similarity - other.similarity).abs() < 1e-5, "{:?} {:?}", found, of_dequantized);
            }
        }
    }

    #[test]
    fn random_bytes_are_no_image(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        error(&bytes);
        // Behind a good beginning, and with a good checksum, they may even be one: then every read must hold.
        let start = [b"mote\x01", &bytes[..]].concat();
        if let Ok(header) = Header::read(&start) {
            prop_assert_eq!(&header.to_bytes()[..], &start[..16]);
        }
        let _ = Image::new(&start);
    }

    /// Anything may be wrong, except the checksum.
    #[test]
    fn a_forged_image_is_refused_or_can_be_read(
        outside in any::<bool>(),
        int8 in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut image = small(if int8 { Encoding::Int8 } else { Encoding::F32 });
        for (at, byte) in changes {
            // Mostly where the structure is.
            let at = at.index(if outside { 60 } else { image.len() - 4 });
            image = forged(&image, at, &[byte]);
        }
        if let Ok(image) = Image::new(&image) {
            for number in 0..image.len() {
                let word = image.word(number).unwrap();
                prop_assert_eq!(image.find(word), Some(number));
                prop_assert!(image.count(number).is_some());
            }
            for rows in [Some(image.center()), image.outside()].into_iter().flatten() {
                let rows = read_out(rows);
                prop_assert_eq!(rows.len(), image.len() as usize);
                prop_assert!(rows.iter().flatten().all(|x| x.is_finite()));
            }
        }
    }
}
