//! Sizes as people write them for `sort`, `dd` or `systemd`: `500M`, `1.5G`, `4GiB`, `0`.
//!
//! The crates that read sizes (bytesize, parse-size) take `M` to mean `MB`; in these programs `M` means `MiB`.

/// Reads a number of bytes.
///
/// `K`, `M`, `G` and `T`, alone or followed by `iB`, are powers of 1024; followed by `B`, powers of 1000. Capitals do
/// not matter. A number alone is bytes.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    parse(text).ok_or_else(|| "expected a size such as 500M, 4GiB or 0".to_owned())
}

fn parse(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at(digits);
    let scale: u64 = match &unit.trim_start().to_ascii_lowercase()[..] {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "kb" => 1_000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        "t" | "tib" => 1 << 40,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    match number.parse::<u64>() {
        Ok(number) => number.checked_mul(scale),
        // A cast never overflows; it stops at the largest number there is.
        Err(_) => number.parse::<f64>().ok().map(|number| (number * scale as f64) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        let sizes = [
            ("0", 0),
            ("4096", 4096),
            ("17B", 17),
            ("512M", 512 << 20),
            ("512m", 512 << 20),
            ("2G", 2 << 30),
            ("2GiB", 2 << 30),
            ("2 GiB", 2 << 30),
            ("2gb", 2_000_000_000),
            ("64KB", 64_000),
            ("1.5G", 3 << 29),
            (".5k", 512),
            ("1T", 1 << 40),
            ("99999999999999999999", u64::MAX),
        ];
        for (text, want) in sizes {
            assert_eq!(bytes(text), Ok(want), "{text}");
        }
        for wrong in ["", "M", "-1", "1e9", "inf", "1..5", ".", "5X", "5Mb/s", "5iB", "99999999T", "½G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
