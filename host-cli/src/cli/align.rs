//! `motevec align`: two models in one space, and the words that moved between them.

use std::fmt::{self, Display};
use std::path::PathBuf;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::input::only_once;
use super::model::RulesArgs;
use super::progress;
use super::report::{self, Columns};
use crate::align::{self, Moved};
use crate::format::{self, Format};
use crate::output::Files;
use crate::{Error, Result, Vectors, Vocabulary, output};

/// Rotate a model onto another, and list the words that moved
///
/// Vectors of two runs cannot be compared as they are. This finds the rotation (or reflection) of B that brings the
/// words of both models closest together, by orthogonal Procrustes analysis over their directions, which are not
/// centered. It lists the words that are farthest apart even so, by 1 - cosine: those whose use differs between two
/// years or two corpora. With -o it writes B so rotated: all its words, and its outside vectors too.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec align 1950.safetensors 2000.safetensors -o 2000-aligned.safetensors
  motevec align news.bin law.bin --among 5000 --top 50
  motevec align 1950.safetensors 2000.safetensors --min-count 100 --json | jq -r '.moved[].word'")]
pub(super) struct Args {
    /// The model that stays
    a: PathBuf,

    /// The model that is rotated
    b: PathBuf,

    /// Write the rotated model B to FILE
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The format of A and B [default: by their endings, or else by their content]
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    from: Option<Format>,

    /// The format of FILE [default: by its ending]
    #[arg(long, hide_short_help = true, value_name = "NAME", requires = "output")]
    to: Option<Format>,

    #[command(flatten)]
    rules: RulesArgs,

    /// How many of the words that moved most to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: u32,

    /// List only words that are among the N most frequent of both models: vectors of rare words are mostly noise
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    among: u32,

    /// List only words that occurred at least so often for both models, which must hold counts
    #[arg(long, value_name = "COUNT")]
    min_count: Option<u64>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    words: [usize; 2],
    shared: usize,
    dim: usize,
    /// The mean cosine of the shared words' vectors.
    similarity_before: f64,
    similarity: f64,
    moved: Vec<Word<'a>>,
    output: Option<String>,
    file_bytes: Option<u64>,
}

#[derive(Serialize)]
struct Word<'a> {
    word: &'a str,
    /// 1 − cosine.
    distance: f32,
    /// In A and in B, if both are known.
    counts: Option<[u64; 2]>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        only_once([&*self.a, &*self.b])?;
        let open = |path| format::open(path, self.from, "--from").map(|file| file.with(self.rules.rules()));
        let (mut a, mut b) = (open(&self.a)?, open(&self.b)?);
        let mut files = Files::reading(a.files().into_iter().chain(b.files()));
        let output = self.output.as_ref().map(|path| {
            let codec = format::for_output(path, self.to, "--to")?;
            format::check_output(codec, path, &mut files).map(|()| path)
        });
        let output = output.transpose()?;
        let a = progress::busy("reading", || a.read_center())?;
        let mut b = progress::busy("reading", || if output.is_some() { b.read() } else { b.read_center() })?;
        let frequent = self.frequent(&a, &b)?;

        let alignment = progress::busy("aligning", || align::align(&a, &b))?;
        let before = similarity(&alignment.distances(&a, &b));
        progress::busy("rotating", || alignment.apply(&mut b));
        let mut moved = alignment.distances(&a, &b);
        let after = similarity(&moved);
        if let Some(path) = output {
            let to = format::for_model(path, self.to, b.subwords.is_some(), "--to")?;
            progress::busy("writing", || to.codec().write(path, b.view()))?;
            format::lost(to, b.view()).iter().for_each(|lost| report::note(lost));
        }

        moved.retain(|moved| frequent[0][moved.word.a] && frequent[1][moved.word.b]);
        moved.sort_by(|one, other| other.distance.total_cmp(&one.distance).then(one.word.a.cmp(&other.word.a)));
        moved.truncate(self.top as usize);
        let has_counts = has_counts(&a.vocabulary) && has_counts(&b.vocabulary);
        let word = |&Moved { word, distance }: &Moved| Word {
            word: a.vocabulary.word(word.a),
            distance,
            counts: has_counts.then(|| [a.vocabulary.count(word.a), b.vocabulary.count(word.b)]),
        };
        let report = Report {
            words: [a.vocabulary.len(), b.vocabulary.len()],
            shared: alignment.shared().len(),
            dim: a.dim,
            similarity_before: before,
            similarity: after,
            moved: moved.iter().map(word).collect(),
            output: self.output.as_ref().map(|path| path.display().to_string()),
            file_bytes: self.output.as_deref().and_then(output::length),
        };
        report::print(&report, self.json, self.output.as_deref())
    }

    /// Which rows of the models may be listed.
    fn frequent(&self, a: &Vectors, b: &Vectors) -> Result<[Vec<bool>; 2]> {
        if let Some(count) = self.min_count
            && let Some((path, _)) =
                [(&self.a, a), (&self.b, b)].into_iter().find(|(_, model)| !has_counts(&model.vocabulary))
        {
            let path = path.display();
            let message = format!("--min-count {count}: {path} does not hold the counts of its words; use --among");
            return Err(Error::Usage(message));
        }
        Ok([a, b].map(|model| {
            let mut frequent = vec![false; model.vocabulary.len()];
            for row in model.vocabulary.by_count().into_iter().take(self.among as usize) {
                frequent[row] = self.min_count.is_none_or(|least| model.vocabulary.count(row) >= least);
            }
            frequent
        }))
    }
}

fn has_counts(vocabulary: &Vocabulary) -> bool {
    vocabulary.counts().iter().any(|&count| count > 0)
}

/// The mean cosine.
fn similarity(words: &[Moved]) -> f64 {
    words.iter().map(|word| 1.0 - f64::from(word.distance)).sum::<f64>() / words.len() as f64
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.words.map(|words| HumanCount(words as u64));
        writeln!(f, "shared      {} words of {a} and {b}", HumanCount(self.shared as u64))?;
        writeln!(f, "dimensions  {}", self.dim)?;
        writeln!(f, "similarity  {:.4}, before {:.4}", self.similarity, self.similarity_before)?;
        if let Some(output) = &self.output {
            write!(f, "written     {}", report::printable(output))?;
            self.file_bytes.map_or(Ok(()), |bytes| write!(f, ", {}", BinaryBytes(bytes)))?;
            writeln!(f)?;
        }
        let mut columns = Columns::new(["moved", "distance"]);
        for Word { word, distance, .. } in &self.moved {
            columns.row([(*word).to_owned(), format!("{distance:.4}")]);
        }
        write!(f, "\n{columns}")
    }
}
