//! PNG files (W3C, Portable Network Graphics, third edition).

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::pixels::Pixels;

/// 8 bits a channel, colors without transparency, and the usual compression, filters and order of rows.
const FORM: [u8; 5] = [8, 2, 0, 0, 0];

/// The filter of each row: none, since drawings have few colors.
const FILTER: [u8; 1] = [0];

/// The file with `pixels`.
pub(super) fn png(pixels: &Pixels) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&pixels.width.to_be_bytes()[..], &pixels.height.to_be_bytes(), &FORM].concat();
    chunk(&mut file, *b"IHDR", &header);
    chunk(&mut file, *b"IDAT", &compressed(pixels).expect("memory takes everything"));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn compressed(pixels: &Pixels) -> std::io::Result<Vec<u8>> {
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in pixels.colors.chunks(pixels.colors.len() / pixels.height as usize) {
        rows.write_all(&FILTER)?;
        rows.write_all(row)?;
    }
    rows.finish()
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(content);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;

    use super::*;

    #[test]
    fn a_file_has_the_pixels() {
        let colors = (0..2 * 3 * 3).collect();
        let file = png(&Pixels { width: 2, height: 3, colors });
        assert!(file.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0"));
        assert!(file.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"));
        let (length, data) = file[33..].split_first_chunk().unwrap();
        assert_eq!(data[..4], *b"IDAT");
        let mut rows = Vec::new();
        ZlibDecoder::new(&data[4..4 + u32::from_be_bytes(*length) as usize]).read_to_end(&mut rows).unwrap();
        assert_eq!(rows, [0, 0, 1, 2, 3, 4, 5, 0, 6, 7, 8, 9, 10, 11, 0, 12, 13, 14, 15, 16, 17]);
    }
}
