//! A model file that is opened: which format it is, by its name or its content.

use std::path::{Path, PathBuf};

use super::{Codec, Format, Rules, Source, signature, unknown};
use crate::{Error, Result, Vectors};

/// A model file that has been opened and whose format is known.
pub struct ModelFile {
    format: Format,
    /// Whether somebody asked for this format.
    asked: bool,
    /// `None` once it has been read.
    source: Option<Source>,
}

impl ModelFile {
    /// The same file, to be read by `rules`.
    #[must_use]
    pub fn with(self, rules: Rules) -> Self {
        Self { source: self.source.map(|source| source.with(rules)), ..self }
    }

    /// The format of the file. Reading it may find that it is another than its name says.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The bytes that the file holds; `None` for a pipe.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.source.as_ref()?.length()
    }

    /// The files that are read: this one, and the one beside it if the format has one.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let path = self.source.as_ref().map(|source| source.path().to_owned());
        let companion = path.as_ref().and_then(|path| self.format.codec().companion(path));
        path.into_iter().chain(companion).collect()
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
    /// As [`Codec::read`].
    pub fn read(&mut self) -> Result<Vectors> {
        self.read_with(<dyn Codec>::read)
    }

    /// Reads the center vectors only.
    ///
    /// # Errors
    /// As [`Codec::read`].
    pub fn read_center(&mut self) -> Result<Vectors> {
        self.read_with(<dyn Codec>::read_center)
    }

    /// Reads with `read`. If that fails, and another format reads what the file holds, that is taken where nobody asked
    /// for this one, and else named.
    fn read_with(&mut self, read: impl Fn(&'static dyn Codec, Source) -> Result<Vectors>) -> Result<Vectors> {
        let Some(mut source) = self.source.take() else {
            return Err(Error::Failed("a model is read from its file once".to_owned()));
        };
        let (codec, rules, path) = (self.format.codec(), source.rules.clone(), source.path().to_owned());
        let (is_file, start) = (source.length().is_some(), source.peek()?);
        let mut content = None;
        if !codec.recognizes(start) {
            if let Some(advice) = signature::advice(start) {
                return Err(Error::input(path, None, advice));
            }
            content = Format::of_content(start).filter(|_| is_file);
        }
        let first_rows = |vectors: Vectors| match rules.limit {
            Some(limit) if vectors.vocabulary.len() > limit => vectors.keep(&(0..limit).collect::<Vec<_>>()),
            _ => vectors,
        };
        let error = match read(codec, source) {
            Ok(vectors) => return Ok(first_rows(vectors)),
            Err(error) => error,
        };
        let Some(content) = content else { return Err(error) };
        match Source::open(&path).and_then(|source| read(content.codec(), source.with(rules.clone()))) {
            Ok(vectors) if !self.asked => {
                let (path, name) = (path.display(), self.format.name());
                let note = format!("{path}: its name says {name}, but it is read as what it holds, {}", content.name());
                (rules.note)(&note);
                self.format = content;
                Ok(first_rows(vectors))
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
    Ok(ModelFile { format, asked, source: Some(source) })
}
