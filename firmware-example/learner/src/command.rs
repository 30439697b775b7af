//! Parses lines into commands.

/// The most bytes of a token.
pub const MAX_TOKEN: usize = 16;

/// The start of the last line of an answer if a command is refused. No token may be the same: its neighbors would be
/// taken for a refusal.
pub const REFUSAL: &str = "error:";

/// A command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command<'a> {
    /// `learn <tokens>`: learn from a sentence.
    Learn(Tokens<'a>),
    /// `watch <tokens>`: tell what does not belong into a sentence, and learn from it.
    Watch(Tokens<'a>),
    /// `score <tokens>`: how likely each token is among the others.
    Score(Tokens<'a>),
    /// `near <token>`: the most similar words.
    Near(&'a str),
    /// `vector <token>`: the vector of a word.
    Vector(&'a str),
    /// `rate <number>`: set the learning rate.
    Rate(f32),
    /// `adopt <tokens>`: continue training words of the image.
    Adopt(Tokens<'a>),
    /// `keep`: write everything learned into flash.
    Keep,
    /// `save`: send an image of everything learned.
    Save,
    /// `stats`: show how much is learned, and how much room is left.
    Stats,
    /// `demo`: learn the events of a building.
    Demo,
    /// `reset`: forget everything.
    Reset,
    /// `help`: show the commands.
    Help,
    /// `quit`: end the program, in an emulator.
    Quit,
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandError<'a> {
    /// No command has this name.
    Unknown,
    /// A token has more than [`MAX_TOKEN`] bytes.
    LongToken(&'a str),
    /// A token is [`REFUSAL`].
    Refusal,
    /// The command of this name takes tokens.
    NoTokens(&'a str),
    /// The command of this name takes one thing.
    NotOne(&'a str),
    /// The command of this name takes nothing.
    NotNone(&'a str),
    /// This is not a number.
    NoNumber(&'a str),
}

/// Tokens of a line, all checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens<'a>(&'a str);

impl<'a> Tokens<'a> {
    /// The tokens, in order.
    pub fn iter(self) -> Words<'a> {
        Words(self.0)
    }
}

/// The words between blanks and tabs, in order. The standard library's iterators are six times as large, and the stack
/// holds a few of them.
#[derive(Clone, Debug)]
pub struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    /// The words of `text`.
    pub fn of(text: &'a str) -> Self {
        Self(text)
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        // Byte by byte, because blanks have one.
        let is_blank = |byte: u8| BLANKS.contains(&byte.into());
        let start = self.0.bytes().position(|byte| !is_blank(byte))?;
        let rest = self.0.get(start..)?;
        let end = rest.bytes().position(is_blank).unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end)?;
        self.0 = rest;
        Some(word)
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

impl<'a> Command<'a> {
    /// Reads a line.
    ///
    /// # Errors
    /// If it is not a command.
    pub fn parse(line: &'a str) -> Result<Self, CommandError<'a>> {
        let line = line.trim_matches(BLANKS);
        let (name, rest) = line.split_once(BLANKS).unwrap_or((line, ""));
        let one = || {
            let mut words = Words(rest);
            let first = words.next().filter(|_| words.next().is_none()).ok_or(CommandError::NotOne(name))?;
            check(first).map(|()| first)
        };
        let many = || match Words(rest).try_for_each(check) {
            Ok(()) if rest.is_empty() => Err(CommandError::NoTokens(name)),
            checked => checked.map(|()| Tokens(rest)),
        };
        let none = |command| if rest.is_empty() { Ok(command) } else { Err(CommandError::NotNone(name)) };
        match name {
            "learn" => many().map(Self::Learn),
            "watch" => many().map(Self::Watch),
            "score" => many().map(Self::Score),
            "adopt" => many().map(Self::Adopt),
            "near" => one().map(Self::Near),
            "vector" => one().map(Self::Vector),
            "rate" => one().and_then(|word| number(word).map(Self::Rate).ok_or(CommandError::NoNumber(word))),
            "keep" => none(Self::Keep),
            "save" => none(Self::Save),
            "stats" => none(Self::Stats),
            "demo" => none(Self::Demo),
            "reset" => none(Self::Reset),
            "help" => none(Self::Help),
            "quit" => none(Self::Quit),
            _ => Err(CommandError::Unknown),
        }
    }
}

/// Checks that this can be a token.
fn check(token: &str) -> Result<(), CommandError<'_>> {
    match token {
        REFUSAL => Err(CommandError::Refusal),
        _ if token.len() > MAX_TOKEN => Err(CommandError::LongToken(token)),
        _ => Ok(()),
    }
}

/// A number in decimal without a sign, such as `0.05`, whose digits without the point make a number below 2³²; rounded
/// to the nearest f32.
fn number(text: &str) -> Option<f32> {
    let (mut digits, mut scale, mut behind_point) = (0_u32, 1_u32, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                digits = digits.checked_mul(10)?.checked_add((byte - b'0').into())?;
                if behind_point {
                    scale = scale.checked_mul(10)?;
                }
            }
            b'.' if !behind_point => behind_point = true,
            _ => return None,
        }
    }
    let has_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    has_digits.then_some((f64::from(digits) / f64::from(scale)) as f32)
}
