//! The host's trainer, stopped and resumed all the time, with queries of the model so far: each finished model must
//! have the bits of one that was trained without a stop.

use std::error::Error;
use std::fmt;
use std::ops::ControlFlow::{Break, Continue};

use motevec::corpus::{self, Corpus, Source, Tokenizer};
use motevec::train::{self, Progress, Settings, Trained};
use motevec::{Vectors, query};
use motevec_tests::addresses;

/// Rounds from one stop to the next.
const ROUNDS: u32 = 40;

pub(crate) struct Pieces {
    corpus: Corpus,
    settings: Settings,
    whole: Trained,
    now: Option<Trained>,
    stops: u64,
    models: u64,
}

/// The bundled text so often that it trains in rounds.
fn text() -> Vec<Source> {
    vec![Source::Path(addresses().into()); 3]
}

impl Pieces {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let options = corpus::Options { tokens: Tokenizer::Words, lowercase: true, ..corpus::Options::default() };
        let corpus = corpus::read(&text(), &options, &|_| {})?;
        let settings = Settings { dim: 50, epochs: 2, threads: 1, ..Settings::default() };
        let whole = train::train(&corpus, &settings, &mut |_| Continue(()))?;
        Ok(Self { corpus, settings, whole, now: None, stops: 0, models: 0 })
    }

    /// One piece, and queries of what there is.
    pub(crate) fn lap(&mut self) -> Result<(), Box<dyn Error>> {
        let mut left = ROUNDS;
        let mut observe = |_: &Progress| {
            left -= 1;
            if left == 0 { Break(()) } else { Continue(()) }
        };
        // Other threads each time.
        let settings = Settings { threads: 1 + (self.stops % 3) as usize, ..self.settings.clone() };
        let now = match self.now.take() {
            None => train::train(&self.corpus, &settings, &mut observe)?,
            Some(stopped) => train::resume(stopped, &self.corpus, &settings, &mut observe)?,
        };
        let vectors = Vectors::new(self.corpus.vocabulary.clone(), self.settings.dim, now.center.clone());
        for word in ["freedom", "war", "tax", "school"] {
            query::neighbors(&vectors, &[word], 5)?;
        }
        if now.stopped.is_some() {
            self.stops += 1;
            self.now = Some(now);
            return Ok(());
        }
        self.models += 1;
        let bits = |rows: &[f32]| rows.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let same = bits(&now.center) == bits(&self.whole.center) && bits(&now.outside) == bits(&self.whole.outside);
        if !same || now.losses != self.whole.losses {
            return Err(format!("pieces: model {} differs from the one trained without a stop", self.models).into());
        }
        Ok(())
    }
}

impl fmt::Display for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:13}  {:6}", self.stops, self.models)
    }
}
