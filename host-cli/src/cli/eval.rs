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
/// The scores are those of gensim's evaluate_word_pairs and evaluate_word_analogies: case is ignored, and entries with
/// unknown words are left out and counted as missing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec eval model.bin --similarity wordsim353.tsv --similarity simlex999.txt
  motevec eval model.bin --analogies questions-words.txt --restrict 50000
  motevec eval model.bin --similarity wordsim353.tsv --json | jq .similarity[0].spearman")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    #[command(flatten)]
    tests: Tests,

    /// Use only the first ROWS words of the model for analogies
    #[arg(long, value_name = "ROWS", default_value_t = 30_000, value_parser = clap::value_parser!(u32).range(1..))]
    restrict: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What to score on: at least one file.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Tests {
    /// Word pairs scored by people: lines `word word score`; may be given several times
    #[arg(long, value_name = "FILE")]
    similarity: Vec<PathBuf>,

    /// Analogy questions: lines `a b c expected`, in sections that begin with `: name`
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
        let vectors = self.model.read_center()?;
        let mut report = Report { similarity: Vec::new(), analogies: None };
        for path in &self.tests.similarity {
            let score = eval::similarity(&vectors, path)?;
            report.similarity.push(Similarity { file: path.display().to_string(), score });
        }
        if let Some(path) = &self.tests.analogies {
            let AnalogyScore { sections, total } = eval::analogies(&vectors, path, self.restrict as usize)?;
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
            let mut columns = Columns::new(["similarity", "spearman", "pairs", "missing"]);
            for Similarity { file, score } in &self.similarity {
                let missing = format!("{} ({:.1} %)", score.missing, 100.0 * score.missing_share());
                columns.row([file.clone(), number(score.spearman), score.pairs.to_string(), missing]);
            }
            columns.fmt(f)?;
        }
        if let Some(analogies) = &self.analogies {
            f.write_str(if self.similarity.is_empty() { "" } else { "\n\n" })?;
            let mut columns = Columns::new(["analogies", "accuracy", "correct", "questions", "missing"]);
            for Section { accuracy, score } in analogies.sections.iter().chain([&analogies.total]) {
                let counts = [score.correct, score.questions, score.missing].map(|count| count.to_string());
                let [correct, questions, missing] = counts;
                columns.row([score.section.clone(), number(*accuracy), correct, questions, missing]);
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
