/* The serial lines of the boards, and how they start: the same registers as in firmware-example/src/board. */
#include "board.h"

#include <stdint.h>
#include <string.h>

int main(void);

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

#if defined(BOARD_microbit)
/* An nRF51822: its clock, GPIO and UART (nRF51 Series Reference Manual). */
enum { CLOCK = 0x40000000, UART = 0x40002000, GPIO = 0x50000000, TX_PIN = 24, RX_PIN = 25 };

const char *const board_name = "micro:bit";

void serial_start(void) {
    /* The internal oscillator is too inaccurate for a UART: start the crystal, and wait for it. */
    REGISTER(CLOCK) = 1;
    while (REGISTER(CLOCK + 0x100) == 0) {}
    /* The line is high while idle. */
    REGISTER(GPIO + 0x508) = 1u << TX_PIN;
    REGISTER(GPIO + 0x518) = 1u << TX_PIN;
    REGISTER(UART + 0x50C) = TX_PIN;
    REGISTER(UART + 0x514) = RX_PIN;
    REGISTER(UART + 0x524) = 0x01D7E000;
    REGISTER(UART + 0x500) = 4;
    REGISTER(UART) = 1;
    REGISTER(UART + 0x008) = 1;
}

char serial_read(void) {
    while (REGISTER(UART + 0x108) == 0) {}
    REGISTER(UART + 0x108) = 0;
    return (char)REGISTER(UART + 0x518);
}

static void put(char byte) {
    REGISTER(UART + 0x51C) = (uint8_t)byte;
    while (REGISTER(UART + 0x11C) == 0) {}
    REGISTER(UART + 0x11C) = 0;
}
#elif defined(BOARD_virt)
/* QEMU's 16550, which needs no setup: its registers are bytes. */
#define UART ((volatile uint8_t *)0x10000000)
enum { STATUS = 5, RECEIVED = 1, CAN_SEND = 1 << 5 };

const char *const board_name = "virt";

void serial_start(void) {}

char serial_read(void) {
    while ((UART[STATUS] & RECEIVED) == 0) {}
    return (char)UART[0];
}

static void put(char byte) {
    while ((UART[STATUS] & CAN_SEND) == 0) {}
    UART[0] = (uint8_t)byte;
}
#else
/* The serial port of Arm's Cortex-M System Design Kit, which all MPS2 boards have. */
enum { TRANSMIT_FULL = 1, RECEIVE_FULL = 2 };
#if defined(BOARD_an386)
enum { UART = 0x40004000, HZ = 25000000 };

const char *const board_name = "MPS2 AN386";
#elif defined(BOARD_an505)
enum { UART = 0x50200000, HZ = 20000000 };

const char *const board_name = "MPS2 AN505";
#endif

void serial_start(void) {
    REGISTER(UART + 0x10) = HZ / 115200;
    /* Transmit and receive. */
    REGISTER(UART + 0x08) = 3;
}

char serial_read(void) {
    while ((REGISTER(UART + 0x04) & RECEIVE_FULL) == 0) {}
    return (char)REGISTER(UART);
}

static void put(char byte) {
    while ((REGISTER(UART + 0x04) & TRANSMIT_FULL) != 0) {}
    REGISTER(UART) = (uint8_t)byte;
}
#endif

void serial_write(const char *bytes, size_t length) {
    while (length-- > 0) put(*bytes++);
}

/* From memory/c.ld. */
extern uint32_t data_start, data_end, data_load, bss_start, bss_end, stack_top;

void reset(void) {
#if defined(__ARM_FP)
    /* Floats are used from here on: the coprocessors are switched on (ARMv7-M Architecture Reference Manual, CPACR). */
    REGISTER(0xE000ED88) |= 0xFu << 20;
    __asm volatile("dsb\n\tisb" ::: "memory");
#endif
    memcpy(&data_start, &data_load, (size_t)((char *)&data_end - (char *)&data_start));
    memset(&bss_start, 0, (size_t)((char *)&bss_end - (char *)&bss_start));
    main();
    for (;;) {}
}

#if defined(__riscv)
/* The first instructions, which have no stack yet. */
__asm__(".section .vectors, \"ax\"\n\tla sp, stack_top\n\tj reset\n\t.text");
#else
static void fault(void) {
    for (;;) {}
}

/* The stack, the start, and faults; no interrupts are used. */
__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
};
#endif
