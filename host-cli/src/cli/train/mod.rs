//! `motevec train`: from text to a model file.

pub(super) mod arguments;
mod files;
mod optimizer;
mod record;
mod size;

use std::path::{Path, PathBuf};
use std::time::Instant;

use self::arguments::{LearningArgs, MachineArgs, TextArgs};
use self::optimizer::OptimizerArgs;
use super::summary::Summary;
use super::{progress, report};
use crate::corpus::{self, Corpus, Source};
use crate::format::{self, Format};
use crate::plot::Kind;
use crate::{Error, Result, Vectors, VectorsRef, memory, output};

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
  motevec train text.txt -o model.bin --optimizer adam --lr 0.02
  motevec train text.txt -o model.bin --json | jq .losses
  motevec train monday.txt -o news.safetensors
  motevec train tuesday.txt --resume-from news.safetensors -o news.safetensors")]
pub(super) struct Args {
    /// The text: files, plain or compressed; `-` is standard input
    #[arg(required = true, value_name = "CORPUS")]
    corpus: Vec<PathBuf>,

    /// The file to write the vectors to; a `.safetensors` file is a full model, with all that training made
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

    /// Go on with MODEL and this text: its words keep their vectors, their counts add up, and new words join them
    ///
    /// MODEL holds outside vectors and counts: a .safetensors or .mote file of `train`. It gives the dimensions; all other
    /// options are those of this run. --min-count and --max-vocab do not take away words that MODEL has.
    #[arg(long, value_name = "MODEL", help_heading = "Learning", conflicts_with = "read_vocab")]
    resume_from: Option<PathBuf>,

    /// Draw how the loss fell, in a .png, .svg or .html file
    #[arg(long, value_name = "FILE", help_heading = "Learning")]
    plot_loss: Option<PathBuf>,

    #[command(flatten)]
    learning: LearningArgs,

    #[command(flatten)]
    optimizer: OptimizerArgs,

    #[command(flatten)]
    machine: MachineArgs,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        // All that can be known to fail fails now, not after hours of work.
        let mut settings = arguments::settings(&self.learning, &self.machine)?;
        self.optimizer.apply(&self.learning, &mut settings)?;
        let earlier = self.resume_from.as_deref().map(|path| self.read_earlier(path)).transpose()?;
        if let Some(earlier) = &earlier {
            settings.dim = earlier.dim;
        }
        let format = self.format.or_else(|| Format::of_name(&self.output));
        let codec = format::for_output(&self.output, format, "--format")?;
        if settings.dim > codec.most_dimensions() {
            let (dim, output, most) = (settings.dim, self.output.display(), codec.most_dimensions());
            return Err(Error::Usage(format!("--dim {dim}: the format of {output} holds at most {most} dimensions")));
        }
        let sources: Vec<_> = self.corpus.iter().map(Source::from_argument).collect();
        format::check_output(codec, &self.output)?;
        let plot_loss =
            self.plot_loss.as_deref().map(|path| Kind::of_name(path).map(|kind| (path, kind))).transpose()?;
        let companion = codec.companion(&self.output);
        let outputs = [Some(&self.output), companion.as_ref(), self.save_vocab.as_ref(), self.plot_loss.as_ref()];
        files::check(&sources, self.text.read_vocab.as_deref(), outputs.into_iter().flatten())?;

        let mut options = self.text.options(&self.machine, files::folder_for_temporaries(&self.output))?;
        if let Some(earlier) = &earlier {
            options.earlier = Some(earlier.vocabulary.clone());
        }

        let start = Instant::now();
        let corpus = progress::read(&sources, &options)?;
        drop(options);
        let reading = start.elapsed();
        check_neighbors(&corpus)?;
        memory::check(&corpus, &settings)?;
        optimizer::warn(&corpus, &settings);
        if let Some(path) = &self.save_vocab {
            output::write(path, |out| corpus::write_vocab(&corpus.vocabulary, out))?;
        }

        let (trained, training, curve) = progress::train(&corpus, &settings, earlier.as_ref())?;
        let run = record::run(&self.text, &self.learning, self.resume_from.as_deref(), &settings, &corpus, &trained);
        let mut history = earlier.map(|earlier| earlier.history).unwrap_or_default();
        history.push(run);
        let (vocabulary, dim) = (&corpus.vocabulary, settings.dim);
        let (data, outside, history) = (&trained.center, Some(&trained.outside[..]), &history[..]);
        let vectors = VectorsRef { vocabulary, dim, stride: dim, data, outside, history };
        progress::busy("writing", || codec.write(&self.output, vectors))?;
        if let Some((path, kind)) = plot_loss {
            let name = self.output.file_name().unwrap_or(self.output.as_os_str());
            curve.draw(&name.to_string_lossy(), &trained.losses).write(path, kind)?;
        }
        let summary = Summary::new((&self.output, format), &corpus, &settings, &trained, (reading, training));
        report::print(&summary, self.json, Some(&self.output))
    }

    /// Reads the model to go on with.
    fn read_earlier(&self, path: &Path) -> Result<Vectors> {
        let earlier = format::read(path, None)?;
        let lacks =
            |what| Err(Error::input(path, None, format!("it holds no {what}, which training goes on from: {FULL}")));
        if earlier.outside.is_none() {
            return lacks("outside vectors");
        }
        if earlier.vocabulary.counts().iter().all(|&count| count == 0) {
            return lacks("counts of words");
        }
        match self.learning.dim {
            Some(dim) if dim as usize != earlier.dim => Err(Error::Usage(format!(
                "--dim {dim}: {} has {} dimensions; leave --dim out",
                path.display(),
                earlier.dim
            ))),
            _ => Ok(earlier),
        }
    }
}

/// What to do about a model that is not full.
const FULL: &str = "name a .safetensors file that `motevec train` wrote";

/// Words learn from the words beside them: there must be some.
pub(super) fn check_neighbors(corpus: &Corpus) -> Result<()> {
    if corpus.stats.kept_words > corpus.stats.sentences {
        return Ok(());
    }
    let message = "there is nothing to learn: no line holds two words of the vocabulary; put a sentence on each line, \
                   or lower --min-count";
    Err(Error::Failed(message.to_owned()))
}
