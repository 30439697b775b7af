//! probe
#![allow(missing_docs)]
use motevec::corpus::{self, Source};
use motevec::train::{self, Settings};
use std::io::Write;
fn main() {
    let env = |n: &str, d: f64| std::env::var(n).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let a: Vec<String> = std::env::args().collect();
    let t = std::time::Instant::now();
    let c = corpus::read(
        &[Source::Path(a[1].clone().into())],
        &corpus::Options { threads: env("T", 2.0) as usize, ..Default::default() },
        &|_| {},
    )
    .unwrap();
    let read = t.elapsed();
    let mut s = Settings {
        dim: env("D", 100.0) as usize,
        epochs: env("E", 1.0) as u32,
        threads: env("T", 2.0) as usize,
        seed: env("SEED", 1.0) as u64,
        rate: env("LR", 0.025) as f32,
        ..Settings::default()
    };
    if let Ok(l) = std::env::var("LEVEL") {
        s.level = *motevec_core::simd::Level::ALL.iter().find(|x| x.name() == l).unwrap();
    }
    if let Ok(l) = std::env::var("FUSED") {
        s.fused = l == "1";
    }
    if std::env::var("PAIR").is_ok() {
        s.update = motevec_core::train::Update::Pair;
    }
    let t = std::time::Instant::now();
    let m = train::train(&c, &s, &mut |_| {}).unwrap();
    let el = t.elapsed();
    eprintln!(
        "read {read:?} train {el:?} {:.0} kw/s loss {:?}",
        c.stats.words as f64 * f64::from(s.epochs) / el.as_secs_f64() / 1e3,
        m.losses
    );
    let hash = m.center.iter().fold(0u64, |h, x| (h ^ u64::from(x.to_bits())).wrapping_mul(0x100_0000_01b3));
    eprintln!("hash {hash:x}");
    if let Some(o) = a.get(2) {
        let mut f = std::io::BufWriter::new(std::fs::File::create(o).unwrap());
        writeln!(f, "{} {}", c.vocabulary.len(), s.dim).unwrap();
        for (i, w) in c.vocabulary.words().enumerate() {
            write!(f, "{w} ").unwrap();
            for x in &m.center[i * s.dim..(i + 1) * s.dim] {
                f.write_all(&x.to_le_bytes()).unwrap();
            }
            writeln!(f).unwrap();
        }
    }
}
