//! `motevec train`: from text to a model file.

pub(super) mod arguments;
mod files;
mod size;

use std::path::PathBuf;
use std::time::Instant;

use self::arguments::{LearningArgs, MachineArgs, TextArgs};
use super::summary::Summary;
use super::{progress, report};
use crate::corpus::{self, Corpus, Source};
use crate::format::{self, Format};
use crate::plot::Kind;
use crate::{Error, Result, VectorsRef, memory, output};

/// Learn word vectors from text
///
/// The text has a sentence a line. It is read once, and may be compressed with gzip, zstd, xz or bzip2. The same text,
/// options and seed give the same vectors, bit for bit, on any number of threads.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec train text.txt -o model.bin
  motevec train *.txt.zst -o model.txt --tokens words --lowercase --dim 300 --epochs 10
  zcat logs.gz | cut -f2 | motevec train - -o model.bin --min-count 20
  motevec train text.txt -o model.bin --plot-loss loss.png
  motevec train text.txt -o model.bin --json | jq .losses")]
pub(super) struct Args {
    /// The text: files, plain or compressed; `-` is standard input
    #[arg(required = true, value_name = "CORPUS")]
    corpus: Vec<PathBuf>,

    /// The file to write the vectors to; a `.mote` file also holds the outside vectors and the counts
    #[arg(short, long, value_name = "MODEL")]
    output: PathBuf,

    /// The format of MODEL [default: by its ending]
    #[arg(long, value_name = "NAME")]
    format: Option<Format>,

    /// Print the summary as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    text: TextArgs,

    /// Write the words and their counts to FILE
    #[arg(long, value_name = "FILE", help_heading = "Text")]
    save_vocab: Option<PathBuf>,

    /// Draw how the loss fell, in a .png, .svg or .html file
    #[arg(long, value_name = "FILE", help_heading = "Learning")]
    plot_loss: Option<PathBuf>,

    #[command(flatten)]
    learning: LearningArgs,

    #[command(flatten)]
    machine: MachineArgs,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        // All that can be known to fail fails now, not after hours of work.
        let settings = arguments::settings(&self.learning, &self.machine)?;
        let format = self.format.or_else(|| Format::of_name(&self.output));
        let codec = format::for_output(&self.output, format, "--format")?;
        if settings.dim > codec.most_dimensions() {
            let (dim, output, most) = (settings.dim, self.output.display(), codec.most_dimensions());
            return Err(Error::Usage(format!("--dim {dim}: the format of {output} holds at most {most} dimensions")));
        }
        let sources: Vec<_> = self.corpus.iter().map(Source::from_argument).collect();
        let plot_loss =
            self.plot_loss.as_deref().map(|path| Kind::of_name(path).map(|kind| (path, kind))).transpose()?;
        let outputs = [Some(&self.output), self.save_vocab.as_ref(), self.plot_loss.as_ref()];
        files::check(&sources, self.text.read_vocab.as_deref(), outputs.into_iter().flatten())?;

        let start = Instant::now();
        let corpus =
            progress::read(&sources, &self.text.options(&self.machine, files::folder_for_temporaries(&self.output))?)?;
        let reading = start.elapsed();
        check_neighbors(&corpus)?;
        memory::check(&corpus, &settings)?;
        if let Some(path) = &self.save_vocab {
            output::write(path, |out| corpus::write_vocab(&corpus.vocabulary, out))?;
        }

        let (trained, training, curve) = progress::train(&corpus, &settings)?;
        let (dim, data, outside) = (settings.dim, &trained.center, Some(&trained.outside[..]));
        let vectors = VectorsRef { vocabulary: &corpus.vocabulary, dim, stride: dim, data, outside };
        progress::busy("writing", || codec.write(&self.output, vectors))?;
        if let Some((path, kind)) = plot_loss {
            let name = self.output.file_name().unwrap_or(self.output.as_os_str());
            curve.draw(&name.to_string_lossy(), &trained.losses).write(path, kind)?;
        }
        let summary = Summary::new((&self.output, format), &corpus, &settings, &trained, (reading, training));
        report::print(&summary, self.json, Some(&self.output))
    }
}

/// Words learn from the words beside them: there must be some.
pub(super) fn check_neighbors(corpus: &Corpus) -> Result<()> {
    if corpus.stats.kept_words > corpus.stats.sentences {
        return Ok(());
    }
    let message = "there is nothing to learn: no line holds two words of the vocabulary; put a sentence on each line, \
                   or lower --min-count";
    Err(Error::Failed(message.to_owned()))
}
