//! The assignment of Stanford's course on natural language processing, exactly: skip-gram with negative
//! sampling on the sentences of the Stanford Sentiment Treebank, 10 numbers per vector, 50 random contexts per step,
//! 40,000 steps, and a picture of 24 words.
//!
//! ```sh
//! cargo run --release --example course -- SENTENCES.tsv
//! ```
//!
//! The gradients are those of `motevec_core::loss`, the steps those of `motevec_core::optim`; `motevec_core::guide`
//! derives them. `data` draws contexts and negatives as the course does, `run` is its loop, `pictures` draws the
//! results.

mod data;
mod pictures;
mod run;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use motevec::output::Files;
use motevec::plot::COURSE;
use motevec::train::Settings;
use motevec::{Error, Result, Vectors, cli, format, train};
use rayon::prelude::*;

use data::Text;
use pictures::{Groups, Method};

/// Words that one solution of the assignment saw side by side in its picture.
const SEEN_TOGETHER: [&str; 4] = ["amazing", "wonderful", "boring", "great"];

/// With fewer words of the course in a text there is nothing to see.
const FEWEST: usize = 6;

/// The size of a map, and of the cells that maps shrink into.
const MAP: [f64; 2] = [900.0, 760.0];
const CELL: [f64; 2] = [540.0, 456.0];
const SMALL_MAP: [f64; 2] = [620.0, 520.0];
const SMALL_CELL: [f64; 2] = [310.0, 260.0];

/// Train as the course's assignment does, and draw its 24 words
#[derive(Debug, Parser)]
#[command(name = "course", max_term_width = 100)]
struct Args {
    /// The sentences, lines `number<TAB>sentence`, plain or compressed (datasetSentences.txt of the Stanford
    /// Sentiment Treebank)
    sentences: PathBuf,

    /// The folder for pictures and vectors
    #[arg(short, long, value_name = "FOLDER", default_value = "course")]
    output: PathBuf,

    /// The seed of all random choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Steps of 50 contexts; the rate halves at every 20,000
    #[arg(long, value_name = "N", default_value_t = 40_000,
          value_parser = clap::value_parser!(u64).range(10..=1_000_000_000))]
    steps: u64,

    /// Runs to compare, with SEED and the seeds after it
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,

    /// Print the running loss every N steps
    #[arg(long, value_name = "N", default_value_t = 4_000,
          value_parser = clap::value_parser!(u64).range(10..=1_000_000_000))]
    print_every: u64,
}

fn main() -> ExitCode {
    match Args::parse().run(&mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::show_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

impl Args {
    /// Reports to `out`.
    fn run(&self, out: &mut impl Write) -> Result<()> {
        let text = Text::read(&self.sentences)?;
        let known =
            COURSE.iter().flat_map(|(_, words)| *words).filter(|word| text.vocabulary.row(word).is_some()).count();
        if known < FEWEST {
            let message = format!("it has {known} of the course's 24 words, of which a picture needs {FEWEST}");
            return Err(Error::input(&self.sentences, None, message));
        }
        std::fs::create_dir_all(&self.output).map_err(|error| Error::io(&self.output, error))?;
        let file = |name: &str| self.output.join(name);
        let mut files = Files::default();
        ["three.png", "seeds.png", "vectors.bin"].iter().try_for_each(|name| files.write(&file(name)))?;
        say(
            out,
            format_args!(
                "{} sentences, {} words, {} distinct",
                text.sentences.len(),
                text.words(),
                text.vocabulary.len()
            ),
        );

        let start = Instant::now();
        let trained = run::train(&text, self.seed, self.steps, &mut |step, loss| {
            if step % self.print_every.next_multiple_of(run::LOOK_EVERY) == 0 {
                say(out, format_args!("step {step:6}  running loss {loss:.3}"));
            }
        })?;
        say(
            out,
            format_args!(
                "loss {:.3} after {} steps in {:.2} s",
                trained.loss,
                self.steps,
                start.elapsed().as_secs_f64()
            ),
        );
        let first = vectors(&text, trained.center, run::DIM);
        format::write(&file("vectors.bin"), None, first.view())?;

        let own_settings = own_settings(self.seed);
        let own = train::train(&text.corpus(), &own_settings, &mut |_| std::ops::ControlFlow::Continue(()))?;
        let own = vectors(&text, own.center, own_settings.dim);
        self.draw_three(&first, &own)?;
        self.draw_seeds(&text, first, trained.loss, &own, out)?;
        say(
            out,
            format_args!(
                "written {}, {}, {}",
                file("vectors.bin").display(),
                file("three.png").display(),
                file("seeds.png").display()
            ),
        );
        Ok(())
    }

    /// One set of vectors by PCA and by t-SNE, and those of motevec's own trainer.
    fn draw_three(&self, first: &Vectors, own: &Vectors) -> Result<()> {
        let maps = [
            pictures::map(first, "The course's run".to_owned(), Method::Pca, MAP)?,
            pictures::map(first, "The same vectors".to_owned(), Method::Tsne, MAP)?,
            pictures::map(own, "motevec train, same text".to_owned(), Method::Pca, MAP)?,
        ];
        let note = format!(
            "left and middle: {} numbers per word, seed {}, {} steps; right: {} numbers per word, on all sentences",
            first.dim, self.seed, self.steps, own.dim
        );
        pictures::write(
            &self.output.join("three.png"),
            ["The words of the course".to_owned(), note],
            maps.into(),
            3,
            CELL,
        )
    }

    /// The course's picture for one seed after the other, and a table of how well groups hold together in each.
    fn draw_seeds(&self, text: &Text, first: Vectors, loss: f64, own: &Vectors, out: &mut impl Write) -> Result<()> {
        let seed = |run: u64| self.seed.wrapping_add(run);
        let others: Vec<(Vectors, f64)> = (1..self.seeds)
            .into_par_iter()
            .map(|run| {
                let trained = run::train(text, seed(run), self.steps, &mut |_, _| ())?;
                Ok((vectors(text, trained.center, run::DIM), trained.loss))
            })
            .collect::<Result<_>>()?;

        say(
            out,
            format_args!(
                "\n{:22} {:>8} {:>8} {:>10} {:>11}",
                "cosines of two words", "within", "across", "together", "neighbors"
            ),
        );
        let row = |out: &mut _, name: &str, groups: &Groups| {
            let Groups { within, across, together, neighbors, .. } = groups;
            say(out, format_args!("{name:22} {within:8.3} {across:8.3} {together:10.3} {:9.0} %", 100.0 * neighbors));
        };
        let (mut maps, mut shares) = (Vec::new(), Vec::new());
        for (seed, (vectors, loss)) in (0..).map(seed).zip(std::iter::once((first, loss)).chain(others)) {
            let groups = Groups::of(&vectors);
            row(out, &format!("seed {seed}, loss {loss:.3}"), &groups);
            shares.push(100.0 * groups.neighbors);
            maps.push(pictures::map(&vectors, format!("Seed {seed}"), Method::Pca, SMALL_MAP)?);
        }
        let groups = Groups::of(own);
        row(out, "motevec train", &groups);
        let chance = 100.0 * groups.chance;
        say(
            out,
            format_args!(
                "within: of one group; across: of two; together: of {}; all seen from the mean of the words.\n\
             neighbors: words whose nearest one is of their group; by chance {chance:.0} %\n",
                SEEN_TOGETHER.join(", ")
            ),
        );

        let (low, high) =
            shares.iter().fold((100.0, 0.0), |(low, high): (f64, f64), &share| (low.min(share), high.max(share)));
        let note = format!(
            "the course's run, {} steps; the nearest word is of the same group for {low:.0} to {high:.0} % of the \
             words, by chance {chance:.0} %",
            self.steps
        );
        let title = format!("The same words, {} seeds", maps.len());
        pictures::write(&self.output.join("seeds.png"), [title, note], maps, 5, SMALL_CELL)
    }
}

/// Prints a line. A reader that has seen enough and closes the pipe (`| head`) is not an error.
fn say(out: &mut impl Write, line: impl Display) {
    let _ = writeln!(out, "{line}");
}

/// motevec's own trainer, with the passes and the rate that such a short text needs.
fn own_settings(seed: u64) -> Settings {
    Settings { dim: 50, epochs: 40, rate: 0.05, subsample: 1e-3, seed, threads: 1, ..Settings::default() }
}

/// A run's center vectors with their words.
fn vectors(text: &Text, data: Vec<f32>, dim: usize) -> Vectors {
    Vectors::new(text.vocabulary.clone(), dim, data)
}
