//! Output to the emulating machine, over semihosting.

/// Prints a name and a number.
pub(crate) fn report(name: &str, mut number: u32) {
    write(name.as_bytes());
    let mut digits = [b'\n'; 12];
    digits[0] = b' ';
    let mut length = 1;
    let mut divisor = 1;
    while number / divisor >= 10 {
        divisor *= 10;
    }
    while divisor > 0 {
        if let Some(digit) = digits.get_mut(length) {
            *digit = b'0' + (number / divisor) as u8;
        }
        number %= divisor;
        divisor /= 10;
        length += 1;
    }
    write(digits.get(..=length).unwrap_or_default());
}

/// Prints.
pub(crate) fn write(bytes: &[u8]) {
    for byte in bytes {
        // SYS_WRITEC
        semihosting(0x03, &raw const *byte as u32);
    }
}

/// Ends the emulator: ADP_Stopped_ApplicationExit, or a run-time error.
pub(crate) fn end(success: bool) -> ! {
    semihosting(0x18, if success { 0x2_0026 } else { 0x2_0023 });
    loop {
        core::hint::spin_loop();
    }
}

/// Calls the emulator (Arm's semihosting specification).
#[cfg(target_arch = "arm")]
fn semihosting(operation: u32, parameter: u32) {
    // SAFETY: the operations used here read at most the one byte behind their parameter.
    unsafe { core::arch::asm!("bkpt 0xab", inout("r0") operation => _, in("r1") parameter, options(nostack)) }
}

/// The same (RISC-V's semihosting specification): the three instructions must not be compressed, nor cross a page.
#[cfg(target_arch = "riscv32")]
fn semihosting(operation: u32, parameter: u32) {
    // SAFETY: as above.
    unsafe {
        core::arch::asm!(
            ".option push",
            ".option norvc",
            ".balign 16",
            "slli x0, x0, 0x1f",
            "ebreak",
            "srai x0, x0, 7",
            ".option pop",
            inout("a0") operation => _,
            in("a1") parameter,
            options(nostack)
        );
    }
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    end(false)
}

/// Such as a stack overflow into the data.
#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
// SAFETY: cortex-m-rt wants the keyword, because a fault may interrupt anything; this reads no data, and does not
// return.
unsafe fn HardFault(_frame: &cortex_m_rt::ExceptionFrame) -> ! {
    end(false)
}
