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

/// Who reads what.
pub(super) struct Shares {
    /// The sources of each group.
    pub(super) groups: Vec<Vec<Source>>,
    /// The sizes of the files that were shared out; none where each group has its own.
    pub(super) sizes: Vec<u64>,
}

/// The sources of each group, where they have its number in their names.
///
/// # Errors
/// If only some have.
pub(crate) fn of_groups(sources: &[Source], groups: usize) -> Result<Option<Vec<Vec<Source>>>> {
    let has_group = |source: &&Source| source.name().to_string_lossy().contains(GROUP);
    let Some(named) = sources.iter().find(has_group) else { return Ok(None) };
    if let Some(other) = sources.iter().find(|source| !has_group(source)) {
        let (named, other) = (named.name().display(), other.name().display());
        return Err(Error::Usage(format!("{named} names files of groups, {other} does not; name all in one way")));
    }
    let of = |group: usize| {
        let name = |source: &Source| source.name().to_string_lossy().replace(GROUP, &group.to_string());
        sources.iter().map(|source| Source::Path(name(source).into())).collect()
    };
    Ok(Some((0..groups).map(of).collect()))
}

/// Shares `sources` out among `groups` groups: the files with the number of each in their names; or else parts of about
/// as many bytes, cut behind the end of a line, and compressed files as a whole.
///
/// # Errors
/// If a group would have nothing, or a source is not a file.
pub(super) fn share_out(sources: &[Source], groups: usize) -> Result<Shares> {
    if groups == 1 {
        return Ok(Shares { groups: vec![sources.to_vec()], sizes: Vec::new() });
    }
    if let Some(groups) = of_groups(sources, groups)? {
        return Ok(Shares { groups, sizes: Vec::new() });
    }
    let sizes: Vec<u64> = sources.iter().map(size).collect::<Result<_>>()?;
    let total: u64 = sizes.iter().sum();
    let place = |group: usize| (u128::from(total) * group as u128 / groups as u128) as u64;
    let mut shares = vec![Vec::new(); groups];
    let (mut before, mut whole) = (0, Vec::new());
    for (source, &size) in sources.iter().zip(&sizes) {
        let (start, end) = (before, before + size);
        before = end;
        if is_compressed(source)? {
            let middle = start + size / 2;
            let group = (1..groups).filter(|&group| place(group) <= middle).count();
            shares.get_mut(group).into_iter().for_each(|share| share.push(source.clone()));
            whole.push(start..end);
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
    let Some(group) = shares.iter().position(Vec::is_empty) else { return Ok(Shares { groups: shares, sizes }) };
    let own = place(group)..place(group + 1);
    let message = if whole.len() == sources.len() && whole.len() < groups {
        let files = if whole.len() == 1 { "file" } else { "files" };
        format!(
            "{} compressed {files} cannot be shared out among so many, because compressed files are not cut: give \
             fewer groups, or more files",
            whole.len()
        )
    } else if whole.iter().any(|file| file.start < own.end && own.start < file.end) {
        format!(
            "group {group} would have no text, because compressed files are not cut, and the sizes of these differ too \
             much: give fewer groups, or files of about the same size"
        )
    } else {
        format!("group {group} would have no text, because its lines are too few, or too long: give fewer groups")
    };
    Err(Error::setting("groups", groups, message))
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
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;

    /// What each of so many groups reads: the text of parts, the names of files.
    fn parts(sources: &[Source], groups: usize) -> Vec<Vec<String>> {
        let part = |source: &Source| match source {
            Source::Part { path, range } => {
                let text = fs::read_to_string(path).unwrap();
                text[range.start as usize..range.end as usize].to_owned()
            }
            whole => whole.name().file_name().unwrap().to_str().unwrap().to_owned(),
        };
        let shares = share_out(sources, groups).unwrap_or_else(|error| panic!("{error}"));
        shares.groups.iter().map(|share| share.iter().map(part).collect()).collect()
    }

    fn error(sources: &[Source], groups: usize) -> String {
        share_out(sources, groups).map(drop).unwrap_err().to_string()
    }

    fn file(folder: &TempDir, name: &str, text: &[u8]) -> Source {
        fs::write(folder.path().join(name), text).unwrap();
        Source::Path(folder.path().join(name))
    }

    /// A file that looks as if it were compressed.
    const PACKED: [u8; 24] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn files_are_cut_after_lines_and_compressed_ones_stay_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name, text: &[u8]| file(&folder, name, text);
        let lines = file("lines", b"a b\nc d\ne f\ng h\ni j\nk l\n");
        assert_eq!(parts(std::slice::from_ref(&lines), 3), [["a b\nc d\n"], ["e f\ng h\n"], ["i j\nk l\n"]]);
        let more = file("more", b"m n o p q r s t u v w x\n");
        let packed = file("packed", &PACKED);
        let whole = "a b\nc d\ne f\ng h\ni j\nk l\n";
        let shares = parts(&[lines, packed, more], 3);
        assert_eq!(shares, [vec![whole], vec!["packed"], vec!["m n o p q r s t u v w x\n"]]);
        // Without lines, a cut comes after a word.
        let one = file("one", b"ab cd ef gh");
        assert_eq!(parts(&[one], 2), [["ab cd "], ["ef gh"]]);
    }

    #[test]
    fn what_cannot_be_shared_out_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name, text: &[u8]| file(&folder, name, text);
        let (packed, large) = (file("packed", &PACKED), file("large", &PACKED.repeat(9)));
        let not_cut = "cannot be shared out among so many, because compressed files are not cut: give fewer groups, or \
                       more files";
        assert_eq!(error(std::slice::from_ref(&packed), 2), format!("groups 2: 1 compressed file {not_cut}"));
        assert_eq!(error(&[packed.clone(), large.clone()], 3), format!("groups 3: 2 compressed files {not_cut}"));
        let differ = "groups 3: group 0 would have no text, because compressed files are not cut, and the sizes of \
                      these differ too much: give fewer groups, or files of about the same size";
        let lines = file("lines", b"a b\n");
        for more in [&packed, &lines] {
            assert_eq!(error(&[large.clone(), packed.clone(), more.clone()], 3), differ);
        }
        let short = "would have no text, because its lines are too few, or too long: give fewer groups";
        assert_eq!(error(std::slice::from_ref(&lines), 3), format!("groups 3: group 1 {short}"));
        let line = file("line", &[b'a'; 240]);
        assert_eq!(error(&[packed, line], 3), format!("groups 3: group 1 {short}"));
        let stdin = "--groups: <stdin> is not a file, which could be shared out among groups; save it first";
        assert_eq!(error(&[lines, Source::Stdin], 2), stdin);
    }

    #[test]
    fn files_can_name_their_group() {
        let source = |name: &str| Source::Path(name.into());
        let named = [source("part-{group}.txt"), source("{group}/more")];
        let names = |shares: Vec<Vec<Source>>| {
            let names = |share: &Vec<Source>| share.iter().map(|source| source.name().to_owned()).collect();
            shares.iter().map(names).collect::<Vec<Vec<_>>>()
        };
        let expected = [["part-0.txt", "0/more"], ["part-1.txt", "1/more"]].map(|names| names.map(PathBuf::from));
        assert_eq!(names(share_out(&named, 2).unwrap().groups), expected);
        assert_eq!(names(of_groups(&named, 1).unwrap().unwrap()), expected[..1]);
        let mixed = [source("a-{group}"), source("b")];
        assert_eq!(error(&mixed, 2), "a-{group} names files of groups, b does not; name all in one way");
        assert!(of_groups(&mixed[1..], 1).unwrap().is_none());
    }
}
