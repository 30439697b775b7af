//! What was written down and taken up again goes on as if nothing had happened.

use motevec_core::sample::{CumulativeTable, Distribution as _, Generator};
use motevec_core::state::State;
use motevec_core::train::{Dynamic, Stream, Update};
use motevec_core::vocab::Vocab;
use rand_core::Rng;

use crate::training::{Recorder, model, trainer};

fn written(state: &mut impl State) -> Vec<u8> {
    let mut bytes = Vec::new();
    state.visit(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

fn take_up(state: &mut impl State, bytes: &[u8]) {
    let mut rest = bytes;
    // Zeros, where there are too few.
    state.visit(&mut |piece| piece.fill_with(|| rest.split_off_first().copied().unwrap_or(0)));
}

/// Counts tokens, some of which find no place, and draws among them.
fn go_on(vocab: &mut Vocab<6, 40>, table: &mut CumulativeTable<[u16; 6]>, stream: &mut Generator) -> Vec<u32> {
    let mut drawn = Vec::new();
    for _ in 0..200 {
        let token = "x".repeat(stream.next_u32() as usize % 3) + &(stream.next_u32() % 9).to_string();
        vocab.observe_frequent(&token, |_| ());
        if table.is_stale(vocab.total() as u32) {
            table.rebuild(vocab.counts().iter().copied());
        }
        drawn.push(table.draw(stream));
    }
    drawn
}

#[test]
fn counts_weights_and_streams_go_on() {
    let start = || {
        let mut vocab = Vocab::<6, 40>::new();
        vocab.fade_at(50);
        (vocab, CumulativeTable::over([0; 6]), Generator::new(1, [7]))
    };
    let (mut vocab, mut table, mut stream) = start();
    go_on(&mut vocab, &mut table, &mut stream);
    assert!(vocab.dropped() > 0 && vocab.undercount() > 0);
    let bytes = [written(&mut vocab), written(&mut table), written(&mut stream)];
    // What only looks changes nothing.
    assert_eq!(bytes, [written(&mut vocab), written(&mut table), written(&mut stream)]);

    let (mut other_vocab, mut other_table, mut other_stream) = start();
    // Whatever they were.
    go_on(&mut other_vocab, &mut other_table, &mut other_stream);
    go_on(&mut other_vocab, &mut other_table, &mut other_stream);
    take_up(&mut other_vocab, &bytes[0]);
    take_up(&mut other_table, &bytes[1]);
    take_up(&mut other_stream, &bytes[2]);
    assert_eq!((other_vocab.dropped(), other_vocab.text_len()), (vocab.dropped(), vocab.text_len()));
    let goes_on = go_on(&mut vocab, &mut table, &mut stream);
    assert_eq!(go_on(&mut other_vocab, &mut other_table, &mut other_stream), goes_on);
    assert!(vocab.tokens().eq(other_vocab.tokens()) && vocab.counts() == other_vocab.counts());
}

/// Tokens that are numbers have counts, and no text.
#[test]
fn numbers_go_on() {
    let start = || {
        let mut vocab = Vocab::<9, 0>::new();
        vocab.clear();
        vocab.fade_at(20);
        vocab
    };
    let (mut vocab, mut other) = (start(), start());
    for number in (0..30).map(|place| place * place % 9) {
        assert!(vocab.observe_index(number) && other.observe_index(8 - number));
    }
    let bytes = written(&mut vocab);
    assert_eq!(bytes.len(), 2 + 8 + 4 + 4 + 9 * 4);
    take_up(&mut other, &bytes);
    assert_eq!((other.counts(), other.total(), other.len()), (vocab.counts(), vocab.total(), 9));
}

/// Bytes that nobody wrote down make no sense, but neither a panic.
#[test]
fn any_bytes_can_be_taken_up() {
    let mut random = Generator::new(2, [8]);
    for length in 0..300 {
        let mut bytes = vec![0; length];
        random.fill_bytes(&mut bytes);
        let (mut vocab, mut table) = (Vocab::<6, 40>::new(), CumulativeTable::over([0; 6]));
        take_up(&mut vocab, &bytes);
        take_up(&mut table, &bytes);
        let (mut window, mut model, mut recorder) = (Stream::<5>::new(), model(1), Recorder::new(5));
        let mut trainer = trainer(&mut model, &mut recorder, Dynamic::new(2, 2, Update::Window).unwrap(), 0.1);
        take_up(&mut window, &bytes);
        // Its words may be none, which is an error.
        let _ = (0..4).map(|word| window.push(word, &mut trainer, &mut random)).filter(Result::is_ok).count();
        let _ = window.end_sentence(&mut trainer, &mut random);
        assert_eq!(window.push(1, &mut trainer, &mut random), Ok(()), "the next sentence is sound");
        assert!(vocab.len() <= 6 && table.draw(&mut random) < 6);
        let _ = (vocab.tokens().count(), vocab.index("x"), vocab.token(3), vocab.total());
        let _ = (vocab.observe("x"), vocab.observe_frequent("yy", |_| ()));
        vocab.clear();
        assert!(vocab.is_empty());
    }
}
