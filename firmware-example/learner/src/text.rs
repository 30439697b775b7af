//! From numbers to text. `core::fmt` would do it too, but takes more flash than the trainer.

/// A destination of text: a serial line, byte by byte, or that of a test.
pub trait Sink {
    /// Sends all of `bytes`, and waits until that is done.
    fn send(&mut self, bytes: &[u8]);

    /// Takes what has come on the line, to hand it out later, unless an interrupt does. Whatever takes long calls it
    /// again and again, and so should `send` while it waits.
    fn listen(&mut self) {}
}

/// A piece of an answer.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// As it is.
    Text(&'a str),
    /// In decimal.
    Number(u32),
    /// With this many decimals, at most 9; or "nan", "inf", "-inf".
    Real(f32, u32),
    /// Sixteen hexadecimal digits.
    Bits(u64),
}

/// Sends `pieces`, one after another.
#[inline(never)]
pub fn send(out: &mut impl Sink, pieces: &[Piece<'_>]) {
    for &piece in pieces {
        match piece {
            Piece::Text(text) => out.send(text.as_bytes()),
            Piece::Number(number) => send_digits(out, number.into(), 10, 1),
            Piece::Real(number, decimals) => send_real(out, number, decimals),
            Piece::Bits(bits) => send_digits(out, bits, 16, 16),
        }
    }
}

/// Sends `number` with at least `least` digits; 20 is the maximum.
#[inline(never)]
fn send_digits(out: &mut impl Sink, mut number: u64, base: u64, least: usize) {
    let mut digits = [b'0'; 20];
    let mut length = 0;
    for digit in digits.iter_mut().rev() {
        if number == 0 && length >= least {
            break;
        }
        let value = number.checked_rem(base).unwrap_or(0) as u8;
        *digit = if value < 10 { b'0' + value } else { b'a' - 10 + value };
        number = number.checked_div(base).unwrap_or(0);
        length += 1;
    }
    out.send(digits.get(digits.len() - length..).unwrap_or_default());
}

fn send_real(out: &mut impl Sink, number: f32, decimals: u32) {
    if number.is_nan() {
        return out.send(b"nan");
    }
    if number.is_sign_negative() {
        out.send(b"-");
    }
    if number.is_infinite() {
        return out.send(b"inf");
    }
    // An f64 holds every f32 below 2⁶⁴ and its decimals; no vector has larger numbers.
    let one = 10_u64.saturating_pow(decimals.min(9));
    let scaled = (f64::from(number.abs()) * one as f64 + 0.5) as u64;
    send_digits(out, scaled.checked_div(one).unwrap_or(0), 10, 1);
    out.send(b".");
    send_digits(out, scaled.checked_rem(one).unwrap_or(0), 10, decimals.min(9) as usize);
}
