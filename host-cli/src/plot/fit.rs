//! Texts that fit: shortened, in lines, or in fewer words.

use super::font::Ruler;

/// The replacement for the rest of a text.
const REST: char = '…';

/// `text` in letters of `size`, shortened to be at most as wide as `room`.
pub(super) fn shortened(ruler: &Ruler, text: &str, size: f64, room: f64) -> String {
    if ruler.width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - ruler.width(&REST.to_string(), size);
    let fits = |letter: &char| {
        left -= ruler.width(letter.encode_utf8(&mut [0; 4]), size);
        left >= 0.0
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}{REST}", start.trim_end())
}

/// `text` in at most `most` lines that are at most as wide as `room`.
pub(super) fn lines(ruler: &Ruler, text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let last = lines.len() == most;
        match lines.last_mut() {
            Some(line) if last || ruler.width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.into_iter().map(|line| shortened(ruler, &line, size, room)).collect()
}

/// The first of the `texts` that is at most as wide as `room`, or else a part of the last one.
pub(super) fn first<const N: usize>(ruler: &Ruler, texts: [String; N], size: f64, room: f64) -> String {
    let fits = texts.iter().find(|text| ruler.width(text, size) <= room);
    fits.cloned().unwrap_or_else(|| shortened(ruler, texts.last().map_or("", String::as_str), size, room))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_fits_stays() {
        let ruler = Ruler::new();
        assert_eq!(shortened(&ruler, "words", 14.0, 100.0), "words");
        assert_eq!(lines(&ruler, "a few words", 14.0, 100.0, 2), ["a few words"]);
        assert_eq!(first(&ruler, ["long words".to_owned(), "short".to_owned()], 14.0, 50.0), "short");
    }

    #[test]
    fn what_is_too_long_is_broken_and_cut() {
        let ruler = Ruler::new();
        assert_eq!(lines(&ruler, "one two three four five six", 14.0, 60.0, 2), ["one two", "three f…"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "\\PC{0,60}", size in 8.0_f64..30.0, room in 30.0_f64..300.0) {
            let ruler = Ruler::new();
            let lines = lines(&ruler, &text, size, room, 2);
            prop_assert!(lines.len() <= 2);
            for line in lines {
                prop_assert!(ruler.width(&line, size) <= room, "{line}");
            }
        }
    }
}
