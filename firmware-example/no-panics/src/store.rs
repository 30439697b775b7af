//! Storage: `vocab`, `image` and `state`.

use core::hint::black_box;

use motevec_core::image::{Checksum, Encoding, Header, Image, ImageRows, Pieces, Writer};
use motevec_core::query;
use motevec_core::sample::{CumulativeTable, Generator};
use motevec_core::simd::{Portable, Scalar};
use motevec_core::state::State;
use motevec_core::train::{Loss, Stream};
use motevec_core::vocab::Vocab;

use crate::{some, some_mut};

pub(crate) fn all() {
    let mut vocab = Vocab::<4, 32>::new();
    let text = |bytes: &'static [u8; 8]| core::str::from_utf8(some(black_box(bytes))).unwrap_or_default();
    black_box(vocab.observe(text(b"one word"))).ok();
    black_box(vocab.observe_frequent(text(b"two word"), |leaving| {
        black_box(leaving);
    }));
    vocab.fade_at(black_box(20));
    vocab.add(black_box(0), black_box(3));
    vocab.set_count(black_box(1), black_box(2));
    black_box((vocab.capacity(), vocab.text_capacity()));
    black_box((vocab.index(text(b"one word")), vocab.token(black_box(1)), vocab.count(black_box(1))));
    black_box((vocab.len(), vocab.is_empty(), vocab.total(), vocab.text_len(), vocab.dropped(), vocab.undercount()));
    for token in vocab.tokens() {
        black_box(token);
    }
    let center = black_box([[0.5_f32; 5]; 4]);
    let outside = black_box(true).then_some(&center);
    for encoding in [Encoding::F32, Encoding::Int8] {
        let mut flash = Flash { bytes: [0; 512], len: 0 };
        if let Ok(writer) = Writer::new(&vocab, &center, outside, black_box(encoding)) {
            black_box(writer.header());
            black_box(writer.write(|piece| flash.put(piece))).ok();
        }
        let bytes = flash.bytes.get(..flash.len).unwrap_or_default();
        read(bytes);
        black_box(read_in_pieces(some(bytes), &mut vocab));
    }
    let (mut table, mut stream) = (CumulativeTable::over([0; 4]), Generator::new(black_box(1), [2]));
    table.rebuild(vocab.counts().iter().copied());
    let (mut window, mut loss) = (Stream::<5>::new(), Loss::default());
    let mut quantile = query::Quantile::new(black_box(0.0), black_box(0.1), black_box(1.0));
    black_box((quantile.observe(black_box(0.5)), quantile.level()));
    let states: [&mut dyn State; 6] = [&mut vocab, &mut table, &mut stream, &mut window, &mut loss, &mut quantile];
    for state in states {
        let mut checksum = Checksum::new();
        state.visit(&mut |piece| {
            checksum.add(piece);
            piece.fill(black_box(3));
        });
        black_box(checksum.value());
    }
    vocab.clear();
}

/// Room for an image.
struct Flash {
    bytes: [u8; 512],
    len: usize,
}

impl Flash {
    fn put(&mut self, piece: &[u8]) -> Result<(), ()> {
        let room = self.bytes.get_mut(self.len..).and_then(|rest| rest.get_mut(..piece.len())).ok_or(())?;
        room.copy_from_slice(piece);
        self.len += piece.len();
        Ok(())
    }
}

fn read(bytes: &[u8]) {
    if let Ok(header) = Header::read(some(bytes)) {
        black_box((header.image_len(), header.row_len(), header.to_bytes()));
        black_box(ImageRows::of(header, some(bytes)).map(|rows| rows.dim())).ok();
    }
    let Ok(image) = Image::new(some(bytes)) else { return };
    black_box((image.len(), image.is_empty(), image.header(), image.word(black_box(0)), image.count(black_box(0))));
    black_box(core::str::from_utf8(some(bytes)).ok().and_then(|text| image.find(text)));
    for rows in [Some(image.center()), image.outside()].into_iter().flatten() {
        let mut vector = black_box([0.0; 8]);
        if let Some(row) = rows.row(black_box(0)) {
            row.read(some_mut(&mut vector));
        }
        black_box((rows.dim(), query::nearest::<_, _, 2>(Scalar::<Portable>::new(), &rows, some(&vector), &[0])));
    }
}

fn read_in_pieces(bytes: &[u8], vocab: &mut Vocab<4, 32>) -> Option<u32> {
    let mut pieces = Pieces::new(bytes).ok()?;
    pieces.check().ok()?;
    let (header, word) = (black_box(pieces.header()), black_box(3));
    let (len, count) = (pieces.text_len(word).ok()?, pieces.count(word).ok()?);
    let (mut center, mut outside) = (black_box([0.0; 8]), black_box([0.0; 8]));
    pieces.read_vectors(word, some_mut(&mut center), some_mut(&mut outside)).ok()?;
    black_box((header, center, outside));
    vocab.insert(len, count, |text| pieces.read_text(word, text)).ok()?
}
