//! Soak: trains in small batches, with queries in between, for the given time, and checks three things: that memory
//! stays flat, that everything that must agree with one long run does so to the last bit, and that the rest stays good.
//!
//! ```sh
//! cargo run -p motevec-tests --bin soak -- 60      # minutes
//! cargo run -p motevec-tests --bin soak -- 60 0.3  # working three tenths of the time
//! ```
//!
//! One line per minute goes to stdout; the exit code is 1 if anything drifted.

mod device;
mod growing;
mod pieces;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use device::Device;
use growing::Growing;
use pieces::Pieces;

/// The peak of memory may grow by this share from the first half of the time to the second.
const GROWTH: f64 = 0.05;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let mut number = |default: f64| arguments.next().map_or(Some(default), |text| text.parse().ok());
    let (Some(minutes), Some(share)) = (number(60.0), number(1.0)) else {
        eprintln!("usage: soak [MINUTES [SHARE OF THE TIME TO WORK]]");
        return ExitCode::from(2);
    };
    match soak(Duration::from_secs_f64(minutes * 60.0), share.clamp(0.01, 1.0)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything stayed the same that long.
fn soak(time: Duration, share: f64) -> Result<bool, Box<dyn Error>> {
    let start = Instant::now();
    let (mut device, mut pieces, mut growing) = (Device::new()?, Pieces::new()?, Growing::new()?);
    let mut curve: Vec<(Duration, u64)> = Vec::new();
    let mut next = Duration::ZERO;
    println!(
        "minute  RSS KiB  device: tokens  queries  topics  |  pieces: stops  models  |  growing: batches  loss  \
         neighbors"
    );
    loop {
        let lap = Instant::now();
        device.lap()?;
        pieces.lap()?;
        growing.lap()?;
        thread::sleep(lap.elapsed().mul_f64(1.0 / share - 1.0));
        let now = start.elapsed();
        curve.push((now, resident()?));
        if now >= next || now >= time {
            next = now + Duration::from_secs(60);
            let minute = now.as_secs_f64() / 60.0;
            println!("{minute:6.1}  {:7}  {device}  |  {pieces}  |  {growing}", resident()?);
        }
        if now >= time {
            break;
        }
    }
    // Memory goes up and down with what is being trained; its peaks must not grow. The first tenth is for buffers to
    // reach the size that they need.
    let peak = |from: Duration, to: Duration| {
        curve.iter().filter(|(at, _)| (from..to).contains(at)).map(|&(_, now)| now).max().unwrap_or(0)
    };
    let (early, late) = (peak(time / 10, time / 2), peak(time / 2, Duration::MAX));
    println!("peak RSS: {early} KiB from a tenth to half of the time, {late} KiB after that; {} laps", curve.len());
    let flat = late as f64 <= early as f64 * (1.0 + GROWTH);
    if !flat {
        println!("memory grew by more than {:.0} %", GROWTH * 100.0);
    }
    Ok(flat && growing.is_good() && device.is_good())
}

/// Memory in use, in KiB.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS: this needs Linux")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
