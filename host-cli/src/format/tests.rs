//! What holds for every format.

use std::fs;

use proptest::prelude::*;

use super::rows::testing::any_vectors;
use super::*;
use crate::Subwords;

/// Two words in two dimensions.
fn two_words() -> Vectors {
    let vocabulary = ["state", "union"].map(|word| (word, 0)).into_iter().collect();
    Vectors::new(vocabulary, 2, vec![0.5, -1.25, 3.0, 1e-7])
}

#[test]
fn the_ending_tells_the_format_in_either_case() {
    let format = |name: &str| Format::of_name(Path::new(name));
    assert_eq!(format("a/model.bin"), Some(Format::Word2vecBinary));
    assert_eq!(format("MODEL.TXT"), Some(Format::Word2vecText));
    assert_eq!(format("cc.pl.300.vec"), Some(Format::FastText));
    assert_eq!(format("glove.6B.glove"), Some(Format::Glove));
    assert_eq!(format("model.mote"), Some(Format::Mote));
    assert_eq!(
        (format("model.bin.gz"), format("model.VEC.zst")),
        (Some(Format::Word2vecBinary), Some(Format::FastText))
    );
    assert_eq!((format("model.mote.gz"), format("model.gz"), format(".zst")), (None, None, None));
    assert_eq!((format("model"), format("bin"), format("/")), (None, None, None));
}

#[test]
fn an_unknown_ending_lists_the_known_ones() {
    let message = |option| for_output(Path::new("model.pickle"), None, option).err().unwrap().to_string();
    assert_eq!(
        message(Some("--to")),
        "model.pickle: its name does not tell the format: use a known ending, or --to with one of \
         word2vec-bin (.bin), word2vec-text (.txt), fasttext (.vec), fasttext-bin (.bin), glove (.glove), numpy \
         (.npy), safetensors (.safetensors), finalfusion (.fifu), projector (.tsv), mote (.mote)"
    );
    assert!(message(None).contains(": use a known ending of word2vec-bin (.bin), "));
    assert!(for_output(Path::new("model.pickle"), Some(Format::Word2vecText), None).is_ok());
}

#[test]
fn content_tells_the_format_where_the_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model");
    for format in Format::ALL {
        write(&path, Some(format), two_words().view()).unwrap();
        let mut file = open(&path, None, None).unwrap();
        // But for spaces at the ends of lines, which are of no account, these are one format.
        let alike = format == Format::FastText && file.format() == Format::Word2vecText;
        assert!(file.format() == format || alike);
        assert_eq!(file.length(), Some(fs::metadata(&path).unwrap().len()));
        assert_close(&file.read().unwrap().data, &two_words().data);
    }
    for content in ["", "neither", "12 words\nare no header"] {
        fs::write(&path, content).unwrap();
        assert!(open(&path, None, None).is_err_and(|error| error.exit_code() == 2), "{content:?}");
    }
}

/// finalfusion keeps lengths apart, which rounds.
fn assert_close(one: &[f32], other: &[f32]) {
    assert_eq!(one.len(), other.len());
    assert!(one.iter().zip(other).all(|(one, other)| (one - other).abs() < 1e-6), "{one:?} {other:?}");
}

#[test]
fn compressed_files_are_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL.into_iter().filter(|format| format.codec().compresses()) {
        for ending in ["gz", "zst"] {
            let name = format!("model{}.{ending}", format.codec().endings()[0]);
            let path = folder.path().join(&name);
            write(&path, Some(format), two_words().view()).unwrap();
            let content = fs::read(&path).unwrap();
            assert!(content.starts_with(if ending == "gz" { &[0x1f, 0x8b] } else { &[0x28, 0xb5, 0x2f, 0xfd] }));
            assert_eq!(read(&path, None).unwrap().data, two_words().data, "{name}");
            for cut in [content.len() - 1, content.len() / 2] {
                fs::write(&path, &content[..cut]).unwrap();
                let message = read(&path, None).unwrap_err().to_string();
                assert!(message.contains("the compressed data ends early"), "{name} {cut}: {message}");
            }
        }
    }
}

/// What may happen to a file: bytes that change, and an end that is cut.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    changes: Vec<(prop::sample::Index, u8)>,
    cut: Option<prop::sample::Index>,
}

pub(super) fn any_damage() -> impl Strategy<Value = Damage> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    (changes, prop::option::weighted(0.2, any::<prop::sample::Index>()))
        .prop_map(|(changes, cut)| Damage { changes, cut })
}

impl Damage {
    pub(super) fn change(&self, content: &mut Vec<u8>) {
        for (at, byte) in &self.changes {
            let at = at.index(content.len());
            content[at] = *byte;
        }
        content.truncate(self.cut.map_or(content.len(), |at| at.index(content.len())));
    }
}

/// Checks that a model that has been read can be queried.
pub(super) fn assert_sound(read: &Vectors) {
    assert_eq!(read.data.len(), read.dim * read.vocabulary.len());
    assert!(read.data.iter().chain(read.outside.iter().flatten()).all(|number| number.is_finite()));
    assert!(read.outside.as_ref().is_none_or(|outside| outside.len() == read.data.len()));
    if let Some(subwords) = &read.subwords {
        assert_eq!(subwords.words.len(), read.data.len());
        assert!(subwords.words.iter().chain(subwords.rows()).all(|number| number.is_finite()));
        assert!(read.embed("a word that nobody has seen").is_some());
    }
    for (row, word) in read.vocabulary.words().enumerate() {
        assert_eq!(read.vocabulary.row(word), Some(row));
        let _ = crate::query::neighbors(read, &[word], 3);
    }
}

proptest! {
    // Each case writes a file of each format to the disk, and waits for it.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back_and_no_change_makes_a_reader_panic(
        vectors in any_vectors(),
        damage in any_damage(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let bits = |data: &[f32]| data.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        for format in Format::ALL {
            // Of one dimension, a word that is a number makes a header; and fastText's words end with a zero.
            if format == Format::Glove && vectors.dim == 1
                || format == Format::FastTextModel && vectors.vocabulary.words().any(|word| word.contains('\0'))
            {
                continue;
            }
            let path = folder.path().join("model").with_extension(&format.codec().endings()[0][1..]);
            write(&path, Some(format), vectors.view()).unwrap();
            let found = read(&path, None).unwrap();
            if format == Format::Finalfusion {
                // It keeps no rows of words.
                let rows = |subwords: &Subwords| (subwords.buckets().to_vec(), subwords.rows().to_vec());
                prop_assert_eq!(found.subwords.as_ref().map(rows), vectors.subwords.as_ref().map(rows));
            } else if format.codec().holds_subwords() {
                prop_assert_eq!(&found.subwords, &vectors.subwords);
            }
            prop_assert!(found.vocabulary.words().eq(vectors.vocabulary.words()));
            if format == Format::Finalfusion {
                // It keeps lengths apart, which rounds.
                for (found, written) in found.rows().zip(vectors.rows()) {
                    let far = 1e-6 * crate::query::length(written) + 1e-44;
                    prop_assert!(found.iter().zip(written).all(|(a, b)| f64::from((a - b).abs()) <= far));
                }
            } else {
                prop_assert_eq!((found.dim, bits(&found.data)), (vectors.dim, bits(&vectors.data)));
            }
            let mut content = fs::read(&path).unwrap();
            damage.change(&mut content);
            fs::write(&path, content).unwrap();
            if let Ok(found) = read(&path, None) {
                assert_sound(&found);
            }
        }
    }
}
