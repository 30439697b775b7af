//! Files that are often taken for word vectors, by their first bytes.

/// What a file that begins with `start` is, and what to do; `None` for what may be a model.
pub(super) fn advice(start: &[u8]) -> Option<&'static str> {
    let text = start.trim_ascii_start();
    let is_page = [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)));
    if is_page {
        return Some("this is an HTML page, not a model: download the file that the page is about");
    }
    Some(match start {
        // Protocols 2 to 5. Safetensors begin with a length, which may be the same bytes, and then with a brace.
        [0x80, 2..=5, ..] if start.get(8) != Some(&b'{') => {
            "this is a Python pickle, such as gensim's `save` makes: load it in Python, and write it with \
             `wv.save_word2vec_format(\"model.bin\", binary=True)`"
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] if first_member(start).is_some_and(|name| name.ends_with(b".npy")) => {
            "this is an archive of NumPy (.npz): in Python, write the matrix alone with \
             `numpy.save(\"model.npy\", matrix)`"
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => "this is a ZIP archive: unpack it with `unzip`, and read the file inside",
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => {
            "this is a 7z archive: unpack it with `7z x`, and read the file inside"
        }
        [b'R', b'a', b'r', b'!', ..] => "this is a RAR archive: unpack it with `unrar x`, and read the file inside",
        [b'P', b'A', b'R', b'1', ..] => {
            "this is a Parquet file: write its vectors as text, a line for each word, and read them with format glove"
        }
        [0x89, b'H', b'D', b'F', ..] => {
            "this is an HDF5 file: in Python, write the matrix with `numpy.save(\"model.npy\", matrix)`"
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "this is UTF-16 text: convert it with `iconv -f UTF-16 -t UTF-8`",
        _ if start.starts_with(b"version https://git-lfs.github.com/") => {
            "this is a pointer of Git LFS, not the file: fetch that with `git lfs pull`"
        }
        _ if start.get(257..262) == Some(b"ustar") => "this is a tar archive: unpack it with `tar xf`",
        _ if is_dl4j(start) => {
            "this is a text of Deeplearning4j, which encodes words: in Java, write it with \
             `WordVectorSerializer.writeWord2VecModel` as binary, or decode the words after `B64:`"
        }
        _ => return None,
    })
}

/// The name of the first file in a ZIP archive.
fn first_member(start: &[u8]) -> Option<&[u8]> {
    let length = u16::from_le_bytes(*start.get(26..)?.first_chunk()?);
    start.get(30..)?.get(..length.into())
}

/// Whether the first word is in base64, after a header of three numbers.
fn is_dl4j(start: &[u8]) -> bool {
    let mut lines = start.split(|&byte| byte == b'\n');
    let header = lines.next().unwrap_or_default();
    let is_header = header.split(|&byte| byte == b' ').all(|part| part.iter().all(u8::is_ascii_digit));
    is_header && lines.next().is_some_and(|line| line.starts_with(b"B64:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_no_pickle() {
        assert!(advice(b"\x80\x02}q\x01X\x05\0\0\0").is_some_and(|advice| advice.contains("pickle")));
        assert_eq!(advice(b"\x80\x02\0\0\0\0\0\0{\"__metadata__\""), None);
    }
}
