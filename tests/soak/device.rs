//! As on a device: core's trainer takes tokens one by one, without end, and answers queries between them. A second
//! model takes the same tokens sentence by sentence, without queries: both must stay the same, bit for bit.

use std::error::Error;
use std::fmt;

use motevec_core::model::FixedModel;
use motevec_core::query;
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::{Portable, Scalar};
use motevec_core::train::{Fixed, Stream, Trainer};
use rand_core::Rng as _;

const WORDS: usize = 80;
const TOPICS: u32 = 10;
const DIM: usize = 16;
const RATE: f32 = 0.05;
/// Sentences of twelve tokens in a lap.
const SENTENCES: u32 = 4_000;

type Model = FixedModel<WORDS, DIM>;

pub(crate) struct Device {
    online: Box<Model>,
    batch: Box<Model>,
    table: AliasTable<Vec<Slot>>,
    text: Generator,
    /// The streams of negatives and of widths.
    negatives: Generator,
    widths: Generator,
    tokens: u64,
    queries: u64,
}

impl Device {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let mut model = Box::new(Model::zeros());
        model.initialize(&mut Generator::new(1, [0]));
        Ok(Self {
            batch: model.clone(),
            online: model,
            table: AliasTable::new(vec![Slot::default(); WORDS], |_| 1).map_err(|error| error.to_string())?,
            text: Generator::new(1, [1]),
            negatives: Generator::new(1, [2]),
            widths: Generator::new(1, [3]),
            tokens: 0,
            queries: 0,
        })
    }

    pub(crate) fn lap(&mut self) -> Result<(), Box<dyn Error>> {
        let sentences: Vec<[u32; 12]> = (0..SENTENCES).map(|_| self.sentence()).collect();
        let lanes = Scalar::<Portable>::new();
        let (mut widths, mut batch_widths) = (self.widths.clone(), self.widths.clone());

        let noise = Unigram { table: &self.table, rng: self.negatives.clone() };
        let mut trainer = Trainer::new(lanes, &mut *self.batch, noise, Fixed::<5, 6>, RATE);
        for sentence in &sentences {
            trainer.sentence(sentence, &mut batch_widths).map_err(|error| error.to_string())?;
        }

        let noise = Unigram { table: &self.table, rng: self.negatives.clone() };
        let mut trainer = Trainer::new(lanes, &mut *self.online, noise, Fixed::<5, 6>, RATE);
        let mut stream = Stream::<11>::new();
        for sentence in &sentences {
            for &token in sentence {
                stream.push(token, &mut trainer, &mut widths).map_err(|error| error.to_string())?;
                self.tokens += 1;
                if self.tokens.is_multiple_of(10) {
                    let center = &trainer.model.center;
                    let found = query::nearest::<_, _, 5>(lanes, center, &center[token as usize], &[token]);
                    self.queries += 1;
                    if found.len() != 5 || found.iter().any(|near| !near.similarity.is_finite()) {
                        return Err(format!("a query after {} tokens found {found:?}", self.tokens).into());
                    }
                }
            }
            stream.end_sentence(&mut trainer, &mut widths).map_err(|error| error.to_string())?;
        }
        (self.widths, self.negatives) = (widths, trainer.objective.rng);
        if bits(&self.online) != bits(&self.batch) {
            return Err(format!("device: after {} tokens the models differ", self.tokens).into());
        }
        Ok(())
    }

    /// Twelve words of one topic.
    fn sentence(&mut self) -> [u32; 12] {
        let topic = self.text.next_u32() % TOPICS;
        std::array::from_fn(|_| self.text.next_u32() % (WORDS as u32 / TOPICS) * TOPICS + topic)
    }

    /// The share of words whose nearest word is of their topic.
    fn topics(&self) -> f64 {
        let lanes = Scalar::<Portable>::new();
        let center = &self.online.center;
        let right = (0..WORDS as u32).filter(|&word| {
            let near = query::nearest::<_, _, 1>(lanes, center, &center[word as usize], &[word]);
            near.first().is_some_and(|near| near.row % TOPICS == word % TOPICS)
        });
        right.count() as f64 / WORDS as f64
    }

    pub(crate) fn is_good(&self) -> bool {
        self.topics() > 0.95
    }
}

fn bits(model: &Model) -> Vec<u32> {
    model.center.iter().chain(&model.outside).flatten().map(|x| x.to_bits()).collect()
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:14}  {:7}  {:6.2}", self.tokens, self.queries, self.topics())
    }
}
