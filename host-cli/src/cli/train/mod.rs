//! `motevec train`: from text to a model file.

pub(super) mod advice;
mod alike;
pub(super) mod arguments;
mod command;
pub(super) mod files;
mod launcher;
mod optimizer;
mod rescue;
mod session;
mod size;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{ArgMatches, value_parser};

use self::arguments::{LearningArgs, MachineArgs, TextArgs};
use self::command::Given;
pub(super) use self::launcher::leave_to_first_rank;
use self::optimizer::OptimizerArgs;
use self::session::Session;
use super::summary::Summary;
use super::{interrupt, progress, report};
use crate::checkpoint::Fingerprint;
use crate::corpus::{self, Corpus, Source};
use crate::format::{self, Format, Rules};
use crate::plot::{self, Kind};
use crate::ranks::Ranks;
use crate::train::{self, MOST_GROUPS, Objective, Settings};
use crate::{Error, Result, Run, Vectors, VectorsRef, output};

/// Learn word vectors from text
///
/// The text has one sentence per line. It is read once, and may be compressed with gzip, zstd, xz or bzip2. The same
/// text, options and seed give the same vectors, bit for bit, on any number of threads.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: motevec train text.txt -o model.bin    (all options: motevec train --help)")]
#[command(after_long_help = "Examples:
  motevec train text.txt -o model.bin
  motevec train *.txt.zst -o model.txt --tokens words --lowercase --dim 300 --epochs 10
  zcat logs.gz | cut -f2 | motevec train - -o model.bin --min-count 20
  motevec train text.txt -o model.bin --plot-loss loss.png
  motevec train text.txt -o model.bin --optimizer adam --lr 0.02
  motevec train text.txt -o model.bin --json | jq .losses
  motevec train monday.txt -o news.safetensors
  motevec train tuesday.txt --resume-from news.safetensors -o news.safetensors
  motevec train text.txt -o model.bin --checkpoint saved --checkpoint-every 10m
  motevec train --resume saved")]
pub(super) struct Args {
    /// Text files, plain or compressed; `-` is standard input
    #[arg(required_unless_present = "resume", value_name = "CORPUS")]
    corpus: Vec<PathBuf>,

    /// The file for the vectors; .safetensors holds a full model, to train further
    #[arg(short, long, value_name = "MODEL", required_unless_present = "resume")]
    output: Option<PathBuf>,

    /// The format of MODEL [default: by its ending]
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    format: Option<Format>,

    /// Print the summary as JSON
    #[arg(long, hide_short_help = true)]
    json: bool,

    #[command(flatten)]
    text: TextArgs,

    /// Write the words and their counts to FILE
    #[arg(long, hide_short_help = true, value_name = "FILE", help_heading = "Text")]
    save_vocab: Option<PathBuf>,

    /// Train MODEL further, on this text
    ///
    /// Its words keep their vectors, their counts add up, and new words join them. A .safetensors or .mote file has all
    /// that training needs of MODEL; where outside vectors or counts are missing, they start anew. MODEL sets the
    /// dimensions, and --subwords with its n-grams; all other options are those of this run. --min-count and
    /// --max-vocab do not remove words that MODEL has.
    #[arg(long, value_name = "MODEL", help_heading = "Learning", conflicts_with = "read_vocab")]
    resume_from: Option<PathBuf>,

    /// Draw how the loss fell, in a .png, .svg or .html file
    #[arg(long, hide_short_help = true, value_name = "FILE", help_heading = "Learning")]
    plot_loss: Option<PathBuf>,

    #[command(flatten)]
    learning: LearningArgs,

    /// Save checkpoints in DIR, for --resume
    ///
    /// The folder is created if it does not exist. The last two checkpoints are kept; each is a .safetensors file with
    /// the vectors so far, which all commands read. They are removed once MODEL is written. Ctrl-C and SIGTERM save a
    /// last one.
    #[arg(long, value_name = "DIR", help_heading = "Checkpoints", group = "saves")]
    checkpoint: Option<PathBuf>,

    /// How often to save one: `10m`, `1h 30m`, `90s`
    #[arg(
        long,
        hide_short_help = true,
        value_name = "TIME",
        help_heading = "Checkpoints",
        default_value = "10m",
        requires = "saves"
    )]
    checkpoint_every: humantime::Duration,

    /// Resume the run whose checkpoints are in DIR, and save more there
    ///
    /// Ends with the same bytes as a run that was never stopped. The text, MODEL and all options are those of that run
    /// unless given again. The text, and options that the vectors depend on, must stay the same; others may change.
    #[arg(long, value_name = "DIR", help_heading = "Checkpoints", group = "saves")]
    resume: Option<PathBuf>,

    /// Groups that train apart, each on its share of the text, and exchange what they learn [default: 1]
    ///
    /// For more than one machine: the ranks of MPI share groups out. N is 64 at most. The vectors depend on the groups,
    /// and not on the ranks. Files are cut after lines; compressed ones stay whole. With `{group}` in the name of a
    /// file, each group has its own: part-0.txt and so on. With skip-gram, --lr is 0.03 by default.
    #[arg(long, hide_short_help = true, value_name = "N", help_heading = "Groups",
          value_parser = value_parser!(u32).range(1..=MOST_GROUPS as i64), allow_negative_numbers = true)]
    groups: Option<u32>,

    /// Exchange about every so many words that subsampling leaves [default: 300 times a pass]
    ///
    /// In whole rounds of all groups together, and at least four times a pass. The vectors depend on it.
    #[arg(long, hide_short_help = true, value_name = "WORDS", help_heading = "Groups",
          value_parser = value_parser!(u64).range(1..), allow_negative_numbers = true)]
    exchange_words: Option<u64>,

    #[command(flatten)]
    optimizer: OptimizerArgs,

    #[command(flatten)]
    machine: MachineArgs,

    /// The options that were given, for the checkpoints.
    #[arg(skip)]
    given: Given,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let ranks = launcher::ranks()?;
        let run = match &self.resume {
            None => self.train(None, &ranks),
            Some(folder) => Session::resume(folder, self.given, &ranks)
                .and_then(|(session, args)| args.train(Some(session), &ranks)),
        };
        launcher::end(&ranks, run)
    }

    /// Takes note of what was given on the command line, for checkpoints.
    pub(super) fn note_command(&mut self, matches: &ArgMatches) {
        if self.saves() {
            self.given = Given::of(matches);
        }
    }

    /// Whether it is a run with checkpoints.
    fn saves(&self) -> bool {
        self.checkpoint.is_some() || self.resume.is_some()
    }

    /// Trains with other `ranks`, of which the first writes; a `session` that was stopped continues where it was.
    fn train(self, session: Option<Session>, ranks: &Ranks) -> Result<()> {
        let is_first = ranks.rank() == 0;
        // Whatever can be known to fail fails now, not after hours of work.
        let mut settings = arguments::settings(&self.learning, &self.machine)?;
        if self.groups.is_none() && self.exchange_words.is_some() {
            return Err(Error::Usage("--exchange-words belongs to --groups".to_owned()));
        }
        (settings.groups, settings.exchange_words) = (self.groups.unwrap_or(1) as usize, self.exchange_words);
        self.optimizer.apply(&self.learning, &mut settings)?;
        settings.ranks = ranks.clone();
        settings.check()?;
        let earlier = self
            .resume_from
            .as_deref()
            .map(|path| self.read_earlier(path, settings.objective == Objective::HierarchicalSoftmax))
            .transpose()?;
        if let Some(earlier) = &earlier {
            settings.dim = earlier.dim;
            let ngrams = earlier.subwords.as_ref().map(|subwords| subwords.ngrams);
            settings.subwords = settings.subwords.or(ngrams);
            settings.check()?;
            train::check(&settings, earlier)?;
        }
        let output = self.output.as_deref().unwrap_or(Path::new(""));
        let format = format::for_model(output, self.format, settings.subwords.is_some(), "--format")?;
        let codec = format.codec();
        if settings.dim > codec.most_dimensions() {
            let (dim, output, most) = (settings.dim, output.display(), codec.most_dimensions());
            return Err(Error::Usage(format!("--dim {dim}: the format of {output} holds at most {most} dimensions")));
        }
        let sources: Vec<_> = self.corpus.iter().map(Source::from_argument).collect();
        let of_groups = corpus::of_groups(&sources, settings.groups)?.map(|shares| shares.concat());
        let plot_loss =
            self.plot_loss.as_deref().map(|path| Kind::of_name(path).map(|kind| (path, kind))).transpose()?;
        let mut files = files::read(of_groups.as_ref().unwrap_or(&sources), self.text.read_vocab.as_deref());
        format::check_output(codec, output, &mut files)?;
        self.save_vocab.iter().chain(&self.plot_loss).try_for_each(|path| files.write(path))?;
        let _claim = is_first.then(|| output::claim(output)).transpose()?;
        // Where there is one group, too, it has those of its number; only training asks for groups, so that no other
        // command takes the first part for all.
        let sources = of_groups.filter(|_| settings.groups == 1).unwrap_or(sources);

        let mut options = self.text.options(&self.machine, files::folder_for_temporaries(output))?;
        (options.groups, options.ranks) = (settings.groups, ranks.clone());
        options.earlier = earlier.as_ref().map(|earlier| earlier.vocabulary.clone());
        let (resumed, words) = (self.resume_from.as_deref(), self.text.read_vocab.as_deref());
        let (resumed, words) = (resumed.map(file_name), words.map(file_name));
        let run_options = |settings: &_| Run::options(&options, resumed.as_deref(), words.as_deref(), settings);
        // Epochs that are not given follow from the text, which a session knows by its fingerprint.
        let mut begun_with = run_options(&settings);
        begun_with.retain(|(name, _)| name != "epochs" || self.learning.epochs.is_some());
        self.check_alike(session.as_ref(), &begun_with, (&options, earlier.as_ref()), ranks)?;
        let mut session = match (session, &self.checkpoint) {
            (None, Some(path)) if is_first => {
                Some(Session::new(path, self.checkpoint_every.into(), &self.given, begun_with.clone())?)
            }
            (session, _) => session,
        };
        if let Some(session) = &mut session {
            session.check_options(&begun_with)?;
            session.check_earlier(self.resume_from.as_deref().zip(earlier.as_ref()))?;
        }

        let start = Instant::now();
        let corpus = progress::read(&sources, &options)?;
        let small_text = self.learning.epochs.is_none() && follow_text(&mut settings, &corpus, earlier.as_ref());
        let run_options = run_options(&settings);
        drop(options);
        let reading = start.elapsed();
        check_neighbors(&corpus)?;
        train::check_memory(&corpus, &settings)?;
        // All ranks take part in that.
        let fingerprint = self.saves().then(|| Fingerprint::of(&corpus, ranks)).transpose()?;
        if let (Some(session), Some(fingerprint)) = (&mut session, &fingerprint) {
            session.check_corpus(fingerprint)?;
        }
        advice::on_text(&corpus);
        optimizer::warn(&corpus, &settings);
        if let Some(path) = self.save_vocab.as_ref().filter(|_| is_first) {
            output::write(path, |out| corpus::write_vocab(&corpus.vocabulary, out))?;
        }

        // Whoever started several ranks may not wait until all have come so far.
        interrupt::answer((ranks.count() > 1).then(|| stopping(session.as_ref())));
        // From here on there is work that a signal must not destroy.
        let patience = interrupt::Patience::begin();
        if ranks.count() > 1 {
            // A signal reaches each rank in its own time: one that gets it last may have ended for it already, and must
            // not die of it while the first one saves a checkpoint.
            patience.keep();
        }
        let run = session::run(&mut session, &corpus, &settings, earlier.as_ref())?;
        interrupt::answer(None);
        if !is_first {
            return Ok(());
        }
        if let (Some(session), Some(signal), true) = (&session, run.signal, run.trained.stopped.is_some()) {
            let how_on = format!("resume with: motevec train --resume {}", session.path().display());
            return Err(session::stopped(signal, &run.trained, &corpus, &settings, &how_on));
        }
        let trained = &run.trained;
        let is_new = earlier.is_none();
        let mut history = earlier.map(|earlier| earlier.history).unwrap_or_default();
        history.push(Run::new(run_options, &corpus, trained));
        let (vocabulary, dim) = (&corpus.vocabulary, settings.dim);
        let (outside, nodes) = trained.outside_or_nodes();
        let (data, history) = (&trained.center, &history[..]);
        let subwords = trained.subwords.as_ref();
        let vectors = VectorsRef { vocabulary, dim, data, outside, nodes, subwords, history };
        format::lost(format, vectors).iter().for_each(|lost| report::note(lost));
        if let Err(error) = progress::busy("writing", || codec.write(output, vectors)) {
            return Err(rescue::rescue(error, (codec, output, vectors), session.as_mut().map(|s| (s, &corpus, &run))));
        }
        if let Some((path, kind)) = plot_loss {
            let name = output.file_name().unwrap_or(output.as_os_str());
            plot::draw_loss(&run.curve, &name.to_string_lossy(), &trained.losses).write(path, kind)?;
        }
        if let Some(session) = session {
            session.end();
        }
        if let Some(signal) = run.signal.or_else(interrupt::signal) {
            let output = output.display();
            let how_on = match trained.stopped {
                Some(_) if !self.saves() => {
                    format!("the vectors so far are in {output}; a run with --checkpoint can be resumed")
                }
                Some(_) => format!("the vectors so far are in {output}"),
                None => format!("the vectors are in {output}"),
            };
            return Err(session::stopped(signal, trained, &corpus, &settings, &how_on));
        }
        let times = (reading, run.time);
        let summary = Summary::new((output, Some(format)), &corpus, (&settings, small_text), trained, times);
        if is_new {
            advice::on_learning(&corpus, &settings, trained, summary.mean_cosine);
        }
        report::print(&summary, self.json, Some(output))
    }

    /// Reads the model to train further.
    fn read_earlier(&self, path: &Path, has_tree: bool) -> Result<Vectors> {
        let rules = Rules { option: None, note: report::note, ..Rules::default() };
        let earlier = format::open(path, None, None)?.with(rules).read()?;
        let starts_with_zeros = match (&earlier.outside, &earlier.nodes) {
            (Some(_), _) => "its outside vectors are those of words; the tree starts with zeros",
            (None, Some(_)) => "its nodes are those of the tree of its own text; that of this one starts with zeros",
            (None, None) => "",
        };
        let no_outside = earlier.outside.is_none() && !(has_tree && earlier.nodes.is_some());
        let missing = match (no_outside, earlier.vocabulary.counts().iter().all(|&count| count == 0)) {
            (true, true) => "outside vectors and counts: training starts with zeros, and with each word seen once",
            (true, false) => "outside vectors: training starts with zeros",
            (false, true) => "counts: training starts with each word seen once",
            (false, false) => "",
        };
        if has_tree && !starts_with_zeros.is_empty() {
            report::note(&format!("{}: {starts_with_zeros}", path.display()));
        }
        if !missing.is_empty() {
            report::note(&format!("{}: it has no {missing}", path.display()));
        }
        match self.learning.dim {
            Some(dim) if dim as usize != earlier.dim => Err(Error::Usage(format!(
                "--dim {dim}: {} has {} dimensions; leave out --dim",
                path.display(),
                earlier.dim
            ))),
            _ => Ok(earlier),
        }
    }
}

/// What ranks answer to a signal.
fn stopping(session: Option<&Session>) -> String {
    let then = match session {
        Some(session) => {
            format!("to save a checkpoint; resume with: motevec train --resume {}", session.path().display())
        }
        None => "to write the vectors so far; a run with --checkpoint can be resumed".to_owned(),
    };
    format!("stopping after the next exchange of all rows, {then}")
}

fn file_name(path: &Path) -> String {
    path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned()
}

/// Sets the epochs that are good for a text of this size, with what an `earlier` model has learned from. Returns
/// whether they are more than usual.
fn follow_text(settings: &mut Settings, corpus: &Corpus, earlier: Option<&Vectors>) -> bool {
    let before = earlier.map_or(&[][..], |earlier| earlier.vocabulary.counts());
    let words = before.iter().fold(corpus.stats.kept_words, |sum, &count| sum.saturating_add(count));
    let usual = std::mem::replace(&mut settings.epochs, train::epochs(words));
    settings.epochs > usual
}

/// Words learn from their neighbors: there must be some.
pub(super) fn check_neighbors(corpus: &Corpus) -> Result<()> {
    if corpus.stats.kept_words > corpus.stats.sentences {
        return Ok(());
    }
    let advice = match corpus.stats.lacks_spaces() {
        true => corpus::WITHOUT_SPACES,
        false => "put one sentence on each line, or lower --min-count",
    };
    Err(Error::Failed(format!("there is nothing to learn: no line has two words of the vocabulary; {advice}")))
}
