//! What each group reads: its share of the sources, which does not depend on who reads it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::source::{Source, is_compressed};
use crate::{Error, Result};

/// In the name of a file, the number of the group that it belongs to, from 0.
const GROUP: &str = "{group}";

/// How far behind its place a cut may lie to come after a line; otherwise it comes after a word.
const LONGEST_LINE: usize = 1 << 20;

/// The sources of each group.
pub(super) type Shares = Vec<Vec<Source>>;

/// Shares `sources` out among `groups` groups: the files with the number of each in their names; or else parts of about
/// as many bytes, cut behind the end of a line, and compressed files as a whole.
///
/// # Errors
/// If a group would have nothing, or a source is not a file.
pub(super) fn share_out(sources: &[Source], groups: usize) -> Result<Shares> {
    if groups == 1 {
        return Ok(vec![sources.to_vec()]);
    }
    let has_group = |source: &&Source| source.name().to_string_lossy().contains(GROUP);
    if let Some(named) = sources.iter().find(has_group) {
        if let Some(other) = sources.iter().find(|source| !has_group(source)) {
            let (named, other) = (named.name().display(), other.name().display());
            return Err(Error::Usage(format!("{named} names files of groups, {other} does not; name all in one way")));
        }
        let of = |group: usize| {
            let name = |source: &Source| source.name().to_string_lossy().replace(GROUP, &group.to_string());
            sources.iter().map(|source| Source::Path(name(source).into())).collect()
        };
        return Ok((0..groups).map(of).collect());
    }
    let sizes: Vec<u64> = sources.iter().map(size).collect::<Result<_>>()?;
    let total: u64 = sizes.iter().sum();
    let place = |group: usize| (u128::from(total) * group as u128 / groups as u128) as u64;
    let mut shares = vec![Vec::new(); groups];
    let mut before = 0;
    for (source, &size) in sources.iter().zip(&sizes) {
        let (start, end) = (before, before + size);
        before = end;
        if is_compressed(source)? {
            let middle = start + size / 2;
            let group = (1..groups).filter(|&group| place(group) <= middle).count();
            shares.get_mut(group).into_iter().for_each(|share| share.push(source.clone()));
            continue;
        }
        let mut from = 0;
        for (group, share) in shares.iter_mut().enumerate() {
            let until = match place(group + 1) {
                place if place >= end => size,
                place if place <= start => 0,
                place => cut(source, place - start)?,
            };
            if until > from {
                share.push(Source::Part { path: source.name().to_owned(), range: from..until });
                from = until;
            }
        }
    }
    match shares.iter().position(Vec::is_empty) {
        None => Ok(shares),
        Some(group) => Err(Error::setting(
            "groups",
            groups,
            format!(
                "group {group} would have no text: it is too short to be cut after lines, or compressed files, which \
                 are not cut, are too few or of too different sizes; give fewer groups, or more files"
            ),
        )),
    }
}

fn size(source: &Source) -> Result<u64> {
    source.size()?.filter(|_| matches!(source, Source::Path(_))).ok_or_else(|| {
        let name = source.name().display();
        Error::Usage(format!("--groups: {name} is not a file, which could be shared out among groups; save it first"))
    })
}

/// The first place at or behind `place` that follows the end of a line; if that is far, of a word.
fn cut(source: &Source, place: u64) -> Result<u64> {
    let path: &Path = source.name();
    let failed = |error| Error::io(path, error);
    let mut file = File::open(path).map_err(failed)?;
    // The byte before may end a line.
    file.seek(SeekFrom::Start(place.saturating_sub(1))).map_err(failed)?;
    let mut text = Vec::new();
    file.take(LONGEST_LINE as u64).read_to_end(&mut text).map_err(failed)?;
    let end = memchr::memchr(b'\n', &text).or_else(|| memchr::memchr2(b' ', b'\t', &text));
    Ok(place.saturating_sub(1) + end.map_or(text.len(), |end| end + 1) as u64)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn parts(shares: &[Vec<Source>]) -> Vec<Vec<String>> {
        let part = |source: &Source| match source {
            Source::Part { path, range } => {
                let text = fs::read_to_string(path).unwrap();
                text[range.start as usize..range.end as usize].to_owned()
            }
            whole => whole.name().file_name().unwrap().to_str().unwrap().to_owned(),
        };
        shares.iter().map(|share| share.iter().map(part).collect()).collect()
    }

    #[test]
    fn files_are_cut_after_lines_and_compressed_ones_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &[u8]| {
            fs::write(folder.path().join(name), text).unwrap();
            Source::Path(folder.path().join(name))
        };
        let lines = file("lines", b"a b\nc d\ne f\ng h\ni j\nk l\n");
        let shares = share_out(std::slice::from_ref(&lines), 3).unwrap();
        assert_eq!(parts(&shares), [["a b\nc d\n"], ["e f\ng h\n"], ["i j\nk l\n"]]);
        let more = file("more", b"m n o p q r s t u v w x\n");
        let packed = file("packed", &[&[0x28, 0xb5, 0x2f, 0xfd][..], &[0; 20]].concat());
        let shares = share_out(&[lines.clone(), packed.clone(), more], 3).unwrap();
        let whole = "a b\nc d\ne f\ng h\ni j\nk l\n";
        assert_eq!(parts(&shares), [vec![whole], vec!["packed"], vec!["m n o p q r s t u v w x\n"]]);
        let error = share_out(std::slice::from_ref(&packed), 2).unwrap_err().to_string();
        assert!(error.starts_with("groups 2: group 0 would have no text: "), "{error}");
        // Without lines, a cut comes after a word.
        let one = file("one", b"ab cd ef gh");
        assert_eq!(parts(&share_out(&[one], 2).unwrap()), [["ab cd "], ["ef gh"]]);
        let error = share_out(&[lines, Source::Stdin], 2).unwrap_err().to_string();
        assert_eq!(error, "--groups: <stdin> is not a file, which could be shared out among groups; save it first");
    }

    #[test]
    fn files_can_name_their_group() {
        let source = |name: &str| Source::Path(name.into());
        let shares = share_out(&[source("part-{group}.txt"), source("{group}/more")], 2).unwrap();
        let names: Vec<Vec<_>> = shares.iter().map(|share| share.iter().map(Source::name).collect()).collect();
        assert_eq!(names, [["part-0.txt", "0/more"].map(Path::new), ["part-1.txt", "1/more"].map(Path::new)]);
        let error = share_out(&[source("a-{group}"), source("b")], 2).unwrap_err().to_string();
        assert_eq!(error, "a-{group} names files of groups, b does not; name all in one way");
    }
}
