//! Model files: whatever is read can be queried, and is the same after it has been written and read once more.

use motevec::format::{self, Format};
use motevec::{Vectors, query};
use motevec_core::image::{Header, Image};

use super::{Files, assert_clear, split};

/// word2vec's binary format.
pub fn word2vec_binary(data: &[u8]) {
    model(Format::Word2vecBinary, &[("model.bin", data)]);
}

/// word2vec's and fastText's text formats, which are read alike.
pub fn word2vec_text(data: &[u8]) {
    let [one, other] = [(Format::Word2vecText, "model.txt"), (Format::FastText, "model.vec")]
        .map(|(format, name)| model(format, &[(name, data)]));
    match (one, other) {
        (Some(one), Some(other)) => assert_same(&one, &other),
        (one, other) => assert!(one.is_none() && other.is_none()),
    }
}

/// fastText's model format.
pub fn fasttext_model(data: &[u8]) {
    model(Format::FastTextModel, &[("model.bin", data)]);
}

/// GloVe's text format.
pub fn glove(data: &[u8]) {
    model(Format::Glove, &[("model.glove", data)]);
}

/// A NumPy matrix, with a file of words ahead of it, as `split` tells them apart.
pub fn numpy(data: &[u8]) {
    let (words, matrix) = split(data);
    model(Format::Numpy, &[("model.npy", matrix), ("model.vocab", words)]);
}

/// The pair of files of the projector, likewise.
pub fn projector(data: &[u8]) {
    let (words, matrix) = split(data);
    model(Format::Projector, &[("model.tsv", matrix), ("model.metadata.tsv", words)]);
}

/// safetensors.
pub fn safetensors(data: &[u8]) {
    model(Format::SafeTensors, &[("model.safetensors", data)]);
}

/// finalfusion.
pub fn finalfusion(data: &[u8]) {
    model(Format::Finalfusion, &[("model.fifu", data)]);
}

/// The flash image, as core reads it in place and as the host does: as it is, and with a checksum that fits.
pub fn mote(data: &[u8]) {
    let mut forged = data.to_vec();
    if let Some((content, checksum)) = forged.split_last_chunk_mut() {
        let mut sum = flate2::Crc::new();
        sum.update(content);
        *checksum = sum.sum().to_le_bytes();
    }
    for bytes in [data, &forged] {
        let image = Image::new(bytes);
        if let Ok(image) = &image {
            assert_image(image);
        }
        let host = model(Format::Mote, &[("model.mote", bytes)]);
        assert_eq!(host.is_some(), image.is_ok_and(|image| !image.is_empty()), "host and core agree");
    }
}

/// All that an image holds can be had, and is found again.
fn assert_image(image: &Image<'_>) {
    let header: Header = image.header();
    assert_eq!(header.words, image.len());
    for number in 0..image.len() {
        let word = image.word(number).expect("a word for each number");
        assert_eq!(image.find(word), Some(number));
        assert!(image.count(number).is_some());
        for rows in [Some(image.center()), image.outside()].into_iter().flatten() {
            let mut numbers = vec![f32::NAN; rows.dim()];
            rows.row(number).expect("a row for each word").read(&mut numbers);
            assert!(numbers.iter().all(|number| number.is_finite()), "{numbers:?}");
        }
    }
    assert!(image.word(image.len()).is_none() && image.count(image.len()).is_none());
    assert!(image.center().row(image.len()).is_none());
}

/// Reads a model of these files, of which the first is its own, and checks it; `None` if it is refused.
fn model(format: Format, files: &[(&str, &[u8])]) -> Option<Vectors> {
    let folder = Files::new();
    for (name, content) in files {
        folder.write(name, content);
    }
    let (name, content) = files.first()?;
    // As `info` asks, of a file with any name.
    for any in [Format::Word2vecBinary, Format::Word2vecText, Format::Glove, format] {
        let _ = (any.codec().recognizes(content), any.codec().numbers(content));
    }
    let path = folder.path(name);
    let vectors = match format::read(&path, Some(format)) {
        Ok(vectors) => vectors,
        Err(error) => {
            assert_clear(&error);
            return None;
        }
    };
    assert_sound(&vectors);
    let center = format::open(&path, Some(format), None).and_then(|mut file| file.read_center());
    let center = center.expect("what can be read can be read without outside vectors");
    assert!(center.outside.is_none());
    assert_same(&center, &vectors);

    let again = folder.path(&format!("again-{name}"));
    if let Err(error) = format::write(&again, Some(format), vectors.view()) {
        assert_clear(&error);
        // Readers take words with spaces, leave out one mark at the start, and tell `2 0.0` from a header.
        let refused = ["contains white space", "a byte order mark", "the header of another format"];
        assert!(refused.iter().any(|why| error.to_string().contains(why)), "what was read cannot be written: {error}");
        return Some(vectors);
    }
    match format::read(&again, Some(format)) {
        Ok(again) => assert_same_file(format, &again, &vectors),
        // Units and their lengths round, and a word and a number may look like a header.
        Err(_) if format == Format::Finalfusion || (format == Format::Glove && vectors.dim == 1) => {}
        Err(error) => panic!("what was written cannot be read: {error}"),
    }
    Some(vectors)
}

/// A model that can be queried: finite numbers, a row for each word, no word twice.
fn assert_sound(vectors: &Vectors) {
    assert!(vectors.dim > 0 && !vectors.vocabulary.is_empty());
    let numbers = vectors.dim * vectors.vocabulary.len();
    for matrix in [Some(&vectors.data), vectors.outside.as_ref()].into_iter().flatten() {
        assert_eq!(matrix.len(), numbers);
        assert!(matrix.iter().all(|number| number.is_finite()));
    }
    if let Some(subwords) = &vectors.subwords {
        assert_eq!(subwords.words.len(), numbers);
        assert!(subwords.words.iter().chain(subwords.rows()).all(|number| number.is_finite()));
        assert!(vectors.embed("a word that nobody has seen").is_some_and(|vector| vector.len() == vectors.dim));
    }
    for (row, word) in vectors.vocabulary.words().enumerate() {
        assert_eq!(vectors.vocabulary.row(word), Some(row));
        assert!(vectors.embed(word).is_some());
        if row < 8 {
            // A vector of zeros is near to nothing.
            if let Ok(found) = query::neighbors(vectors, &[word], 3) {
                assert!(found.iter().all(|one| one.similarity.abs() <= 1.0), "{found:?}");
            }
        }
    }
}

fn assert_same(one: &Vectors, other: &Vectors) {
    let bits = |vectors: &Vectors| vectors.data.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    assert_eq!((one.dim, bits(one)), (other.dim, bits(other)));
    assert!(one.vocabulary.words().eq(other.vocabulary.words()));
}

fn assert_same_file(format: Format, one: &Vectors, other: &Vectors) {
    match format {
        Format::Finalfusion => {
            assert_eq!(one.dim, other.dim);
            assert!(one.vocabulary.words().eq(other.vocabulary.words()));
        }
        _ => assert_same(one, other),
    }
    // finalfusion keeps no rows of words.
    if format.codec().holds_subwords() && format != Format::Finalfusion {
        assert_eq!(one.subwords, other.subwords);
    }
    if matches!(format, Format::Mote | Format::SafeTensors) {
        assert_eq!(one.outside.is_some(), other.outside.is_some());
        assert_eq!(one.vocabulary.counts(), other.vocabulary.counts());
    }
}
