//! Training token by token leaves the bits of training on whole sentences.

use motevec_core::sample::Generator;
use motevec_core::simd::WindowError;
use motevec_core::train::{Dynamic, Stream, Update};
use proptest::prelude::*;

use crate::training::{ROWS, Recorder, Task, model, tasks, trainer};

proptest! {
    /// In a span just as wide as the window, and in wider ones.
    #[test]
    fn a_stream_trains_as_sentences_do(task in tasks()) {
        let sentences = task.sentences();
        prop_assert_eq!(&task.stream::<64>(), &sentences);
        prop_assert_eq!(&task.stream::<23>(), &sentences);
        match task.window {
            1 => prop_assert_eq!(&task.stream::<3>(), &sentences),
            2 => prop_assert_eq!(&task.stream::<5>(), &sentences),
            3 => prop_assert_eq!(&task.stream::<7>(), &sentences),
            5 => prop_assert_eq!(&task.stream::<11>(), &sentences),
            _ => {}
        }
    }
}

#[test]
fn windows_wider_than_one_update_too() {
    let sentence: Vec<u32> = (0..90).map(|place| place * 7 % 60).collect();
    let sentences = vec![sentence[..3].to_vec(), sentence.clone(), sentence[5..40].to_vec()];
    for update in [Update::Window, Update::Pair] {
        let task =
            Task { words: 60, sentences: sentences.clone(), window: 30, negatives: 20, update, seed: 1, rate: 0.02 };
        assert_eq!(task.stream::<61>(), task.sentences());
    }
}

/// No span is a panic, though windows are cut to what fits.
#[test]
fn a_span_that_is_too_small_cuts_windows() {
    fn pairs<const SPAN: usize>() -> u64 {
        let task = Task {
            words: 5,
            sentences: vec![vec![0, 1, 2, 3, 4]],
            window: 4,
            negatives: 2,
            update: Update::Window,
            seed: 1,
            rate: 0.1,
        };
        task.stream::<SPAN>().loss.pairs
    }
    assert_eq!([pairs::<0>(), pairs::<1>()], [0, 0]);
    for pairs in [pairs::<2>(), pairs::<3>(), pairs::<4>(), pairs::<8>()] {
        assert!(pairs <= 5 * 4, "{pairs}");
    }
}

#[test]
fn after_a_token_that_is_no_row_the_next_sentence_starts_anew() {
    let mut widths = Generator::new(1, [2]);
    let (mut model, mut recorder) = (model(1), Recorder::new(5));
    let settings = Dynamic::new(2, 2, Update::Window).unwrap();
    let mut trainer = trainer(&mut model, &mut recorder, settings, 0.1);
    let mut stream = Stream::<5>::new();
    let mut train = |tokens: &[u32]| {
        let pushed = tokens.iter().map(|&token| stream.push(token, &mut trainer, &mut widths));
        let pushed: Vec<_> = pushed.collect();
        (pushed, stream.end_sentence(&mut trainer, &mut widths))
    };
    let no_row = ROWS as u32;
    let (pushed, ended) = train(&[0, 1, 2, no_row, no_row, no_row]);
    assert_eq!((pushed[..3].iter().all(Result::is_ok), pushed.last()), (true, Some(&Err(WindowError::NoSuchRow))));
    assert_eq!(ended, Err(WindowError::NoSuchRow));
    let (pushed, ended) = train(&[0, 1, 2, 3, 4]);
    assert!(pushed.iter().all(Result::is_ok) && ended.is_ok(), "nothing is left of the failed sentence: {pushed:?}");
    assert!(model.center.as_flattened().iter().all(|number| number.is_finite()));
}
