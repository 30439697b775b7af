//! A model file that is opened: which format it is, by its name or its content.

use std::path::{Path, PathBuf};

use super::{Format, Rest, Rules, Source, Visitor, Whole, signature, unknown};
use crate::{Error, Result, Vectors};

/// A model file that has been opened and whose format is known.
pub struct ModelFile {
    format: Format,
    /// Whether somebody asked for this format.
    asked: bool,
    path: PathBuf,
    rules: Rules,
    length: Option<u64>,
    /// `None` once it has been read.
    source: Option<Source>,
}

impl ModelFile {
    /// The same file, to be read by `rules`.
    #[must_use]
    pub fn with(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The format of the file. Reading it may find that it is another than its name says.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The bytes that the file holds; `None` for a pipe, which can be read only once.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The files that are read: this one, and the one beside it if the format has one.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let companion = self.format.codec().companion(&self.path);
        std::iter::once(self.path.clone()).chain(companion).collect()
    }

    /// How the file holds its numbers.
    ///
    /// # Errors
    /// If reading fails.
    pub fn numbers(&mut self) -> Result<&'static str> {
        let start = self.source.as_mut().map(Source::peek).transpose()?;
        Ok(self.format.codec().numbers(start.unwrap_or_default()))
    }

    /// Reads the vectors.
    ///
    /// # Errors
    /// As [`Codec::visit`](super::Codec::visit).
    pub fn read(&mut self) -> Result<Vectors> {
        self.read_into(Whole::with_outside())
    }

    /// Reads the center vectors only.
    ///
    /// # Errors
    /// As [`Codec::visit`](super::Codec::visit).
    pub fn read_center(&mut self) -> Result<Vectors> {
        self.read_into(Whole::default())
    }

    fn read_into(&mut self, mut whole: Whole) -> Result<Vectors> {
        let rest = self.visit(&mut whole)?;
        Ok(whole.finish(rest))
    }

    /// Reads the file, also once more, and shows its rows to `visitor`. If that fails, and another format reads what
    /// the file holds, that is taken where nobody asked for this one, and else named.
    ///
    /// # Errors
    /// As [`Codec::visit`](super::Codec::visit); and if this is a pipe that has been read.
    pub fn visit(&mut self, visitor: &mut dyn Visitor) -> Result<Rest> {
        let mut source = match self.source.take() {
            None if self.length.is_none() => {
                return Err(Error::Failed("a model is read from a pipe once".to_owned()));
            }
            None => Source::open(&self.path)?,
            Some(source) => source,
        }
        .with(self.rules.clone());
        let (codec, start) = (self.format.codec(), source.peek()?);
        let mut content = None;
        if !codec.recognizes(start) {
            if let Some(advice) = signature::advice(start) {
                return Err(Error::input(&self.path, None, advice));
            }
            content = Format::of_content(start).filter(|_| self.length.is_some());
        }
        let error = match codec.visit(source, visitor) {
            Ok(rest) => return Ok(rest),
            Err(error) => error,
        };
        let Some(content) = content else { return Err(error) };
        let again = Source::open(&self.path)?.with(self.rules.clone());
        match content.codec().visit(again, visitor) {
            Ok(rest) if !self.asked => {
                let (path, name) = (self.path.display(), self.format.name());
                let note = format!("{path}: its name says {name}, but it is read as what it holds, {}", content.name());
                self.rules.tell(&note);
                self.format = content;
                Ok(rest)
            }
            Ok(_) => match error {
                Error::Input { path, line, message } => {
                    let hint = format!("its content is that of format {}", content.name());
                    Err(Error::Input { path, line, message: format!("{message} ({hint})") })
                }
                error => Err(error),
            },
            Err(_) => Err(error),
        }
    }
}

/// Opens the model file `path`, in `format` if given: by the `option` of the command line, if there is one.
///
/// # Errors
/// If the file cannot be opened, or its format is unknown.
pub fn open<'a>(path: &Path, format: Option<Format>, option: impl Into<Option<&'a str>>) -> Result<ModelFile> {
    let mut source = Source::open(path)?;
    let asked = format.is_some();
    let start = source.peek()?;
    // Of formats that share an ending, the content tells which it is.
    let named = || Format::all_of_name(path).find(|format| format.codec().recognizes(start));
    let format = match format.or_else(named).or_else(|| Format::of_name(path)) {
        Some(format) => format,
        None => match (Format::of_content(start), signature::advice(start)) {
            (_, Some(advice)) => return Err(Error::input(path, None, advice)),
            (Some(found), None) => found,
            (None, None) => {
                return Err(unknown(path, "neither its name nor its content tells the format", option.into()));
            }
        },
    };
    let (rules, length) = (Rules::default(), source.length());
    Ok(ModelFile { format, asked, path: path.to_owned(), rules, length, source: Some(source) })
}
