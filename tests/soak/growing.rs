//! The host's `--resume-from`: a model is trained further on one small text after another, over a book again and again.
//! Its bits are its own, because each batch starts with the rate of a new run; but it must stay as good as a model of
//! the whole book.

use std::error::Error;
use std::ops::ControlFlow::Continue;
use std::{fmt, fs};

use motevec::corpus::{self, Corpus, Source, Tokenizer};
use motevec::train::{self, Settings, Trained};
use motevec::{Vectors, query};
use motevec_core::optim::Schedule;
use motevec_tests::data;

/// Lines of a batch.
const LINES: usize = 200;

pub(crate) struct Growing {
    folder: tempfile::TempDir,
    batches: Vec<String>,
    /// What the whole book teaches, and the loss of its last epoch.
    whole: (Vectors, f64),
    model: Option<Vectors>,
    done: usize,
    /// The losses of the last pass over the book.
    losses: Vec<f64>,
}

fn options() -> corpus::Options {
    // All words, so that the batches have those of the book.
    corpus::Options {
        tokens: Tokenizer::Words,
        lowercase: true,
        min_count: 1,
        threads: 1,
        ..corpus::Options::default()
    }
}

fn settings() -> Settings {
    Settings { dim: 30, epochs: 1, threads: 1, schedule: Schedule::Constant, subsample: 1e-3, ..Settings::default() }
}

fn vectors(corpus: Corpus, trained: Trained) -> Vectors {
    let (data, outside) = (trained.center, Some(trained.outside));
    Vectors { outside, ..Vectors::new(corpus.vocabulary, settings().dim, data) }
}

impl Growing {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let path = data("pan-tadeusz.txt.zst");
        let text = String::from_utf8(zstd::decode_all(fs::File::open(&path)?)?)?;
        let lines: Vec<&str> = text.lines().collect();
        let corpus = corpus::read(&[Source::Path(path)], &options(), &|_| {})?;
        let trained = train::train(&corpus, &Settings { epochs: 10, ..settings() }, &mut |_| Continue(()))?;
        let loss = trained.losses.last().copied().unwrap_or(f64::NAN);
        Ok(Self {
            folder: tempfile::tempdir()?,
            batches: lines.chunks(LINES).map(|lines| lines.join("\n") + "\n").collect(),
            whole: (vectors(corpus, trained), loss),
            model: None,
            done: 0,
            losses: Vec::new(),
        })
    }

    /// One batch, and a query.
    pub(crate) fn lap(&mut self) -> Result<(), Box<dyn Error>> {
        let path = self.folder.path().join("batch.txt");
        fs::write(&path, &self.batches[self.done % self.batches.len()])?;
        self.done += 1;
        // Counts add up, batch after batch; for the frequencies that they stand for, the pass does not matter.
        let earlier = self.model.as_ref().map(|model| model.vocabulary.clone());
        let corpus = corpus::read(&[Source::Path(path)], &corpus::Options { earlier, ..options() }, &|_| {})?;
        let trained = match &self.model {
            None => train::train(&corpus, &settings(), &mut |_| Continue(()))?,
            Some(model) => train::train_from(model, &corpus, &settings(), &mut |_| Continue(()))?,
        };
        self.losses.extend(trained.losses.first());
        let last = self.losses.len().saturating_sub(self.batches.len());
        self.losses.drain(..last);
        let model = vectors(corpus, trained);
        let frequent = model.vocabulary.word(self.done % 20);
        if query::neighbors(&model, &[frequent], 5)?.len() != 5 {
            return Err(format!("growing: `{frequent}` has no five neighbors").into());
        }
        self.model = Some(model);
        Ok(())
    }

    /// The mean loss over the last pass.
    fn loss(&self) -> f64 {
        self.losses.iter().sum::<f64>() / self.losses.len() as f64
    }

    /// Of the ten nearest words of frequent words, the share that the model of the whole book has among its thirty.
    fn agreement(&self) -> f64 {
        let Some(model) = &self.model else { return f64::NAN };
        let (mut same, mut all) = (0_usize, 0_usize);
        for word in self.whole.0.vocabulary.words().take(100).filter(|word| model.vocabulary.row(word).is_some()) {
            let names = |vectors: &Vectors, k| -> Vec<String> {
                let found = query::neighbors(vectors, &[word], k).unwrap_or_default();
                found.iter().map(|near| near.word.to_owned()).collect()
            };
            let batch = names(&self.whole.0, 30);
            let own = names(model, 10);
            all += own.len();
            same += own.iter().filter(|word| batch.contains(word)).count();
        }
        same as f64 / all as f64
    }

    /// Whether the loss is at most a tenth worse than that of the whole book.
    pub(crate) fn is_good(&self) -> bool {
        self.done < 10 * self.batches.len() || self.loss() < 1.1 * self.whole.1
    }
}

impl fmt::Display for Growing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:16}  {:.3} ({:.3})  {:.2}", self.done, self.loss(), self.whole.1, self.agreement())
    }
}
