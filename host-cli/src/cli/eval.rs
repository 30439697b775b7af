//! `motevec eval`: scores on word similarity and analogies.

use std::fmt::{self, Display};
use std::path::PathBuf;

use serde::Serialize;

use super::model::ModelArgs;
use super::report::{self, Columns};
use crate::Result;
use crate::eval::{self, AnalogyScore, SectionScore, SimilarityScore};

/// Score word vectors on word similarity and analogies
///
/// The scores are those of gensim's evaluate_word_pairs and evaluate_word_analogies with their defaults: case is
/// ignored, and only the first 300,000 words of the model are searched (analogies: --restrict). Entries with another
/// word are left out, and counted: as missing if the model lacks a word, and else as beyond. Word similarity also takes
/// vectors that a model has from subwords, for words that it has not seen; gensim leaves them out. SimLex-999,
/// WordSim-353, RW and SimVerb-3500 are read as they are distributed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec eval model.bin --similarity combined.csv --similarity SimLex-999.txt
  motevec eval model.bin --analogies questions-words.txt --restrict 30000
  grep -v '^#' pairs.txt | cut -f1-3 | motevec eval model.bin --similarity -
  motevec eval model.bin --similarity combined.csv --json | jq .similarity[0].spearman")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    tests: Tests,

    /// Use only the first ROWS words of the model for analogies
    #[arg(long, value_name = "ROWS", default_value_t = eval::RESTRICT,
          value_parser = clap::value_parser!(u32).range(1..))]
    restrict: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What to score on: at least one file.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Tests {
    /// Word pairs scored by people: lines `word word score`, `-` for standard input; may be given several times
    ///
    /// Columns are separated by tabs, or else by commas, or else by spaces. The score is in the column with the heading
    /// SimLex999, Human (mean), mean or score, or else in the first column of numbers.
    #[arg(long, value_name = "FILE")]
    similarity: Vec<PathBuf>,

    /// Analogy questions: lines `a b c expected`, in sections that begin with `: name`; `-` for standard input
    #[arg(long, value_name = "FILE")]
    analogies: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    similarity: Vec<Similarity>,
    analogies: Option<Analogies>,
}

#[derive(Serialize)]
struct Similarity {
    file: String,
    #[serde(flatten)]
    score: SimilarityScore,
}

#[derive(Serialize)]
struct Analogies {
    file: String,
    restrict: u32,
    sections: Vec<Section>,
    total: Section,
}

/// A section with its accuracy worked out, for those who read the JSON.
#[derive(Serialize)]
struct Section {
    accuracy: Option<f64>,
    #[serde(flatten)]
    score: SectionScore,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let files = self.tests.similarity.iter().chain(&self.tests.analogies);
        let vectors = self.model.read_center(files.map(PathBuf::as_path))?;
        let mut report = Report { similarity: Vec::new(), analogies: None };
        for path in &self.tests.similarity {
            let score = eval::similarity(&vectors, path, eval::RESTRICT as usize)?;
            report.similarity.push(Similarity { file: path.display().to_string(), score });
        }
        if let Some(path) = &self.tests.analogies {
            let AnalogyScore { sections, total, .. } = eval::analogies(&vectors, path, self.restrict as usize)?;
            report.analogies = Some(Analogies {
                file: path.display().to_string(),
                restrict: self.restrict,
                sections: sections.into_iter().map(Section::from).collect(),
                total: total.into(),
            });
        }
        report::print(&report, self.json, None)
    }
}

impl From<SectionScore> for Section {
    fn from(score: SectionScore) -> Self {
        Self { accuracy: score.accuracy(), score }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.similarity.is_empty() {
            let any_subwords = self.similarity.iter().any(|one| one.score.from_subwords.is_some());
            let from_subwords = any_subwords.then_some("from subwords");
            let headings = ["similarity", "spearman", "pairs"].into_iter().chain(from_subwords);
            let mut columns = Columns::new(headings.chain(["missing", "beyond"]));
            for Similarity { file, score } in &self.similarity {
                let missing = format!("{} ({:.1} %)", score.missing, 100.0 * score.missing_share());
                let cells = [file.clone(), number(score.spearman), score.pairs.to_string()].into_iter();
                let cells = cells.chain(score.from_subwords.map(|pairs| pairs.to_string()));
                columns.row(cells.chain([missing, score.beyond.to_string()]));
            }
            columns.fmt(f)?;
        }
        if let Some(analogies) = &self.analogies {
            f.write_str(if self.similarity.is_empty() { "" } else { "\n\n" })?;
            let mut columns = Columns::new(["analogies", "accuracy", "correct", "questions", "missing", "beyond"]);
            for Section { accuracy, score } in analogies.sections.iter().chain([&analogies.total]) {
                let counts = [score.correct, score.questions, score.missing, score.beyond];
                let cells = [score.section.clone(), number(*accuracy)].into_iter();
                columns.row(cells.chain(counts.map(|count| count.to_string())));
            }
            columns.fmt(f)?;
        }
        Ok(())
    }
}

/// A score, or a dash if there is none.
fn number(score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format!("{score:.4}"))
}
