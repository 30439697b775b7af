/* The start of a program in C on a Cortex-M, its clock, and its reports; firmware-example/memory/c.ld goes with it. */
#include <stdint.h>
#include <string.h>

/* What the program does. */
void run(void);

/* Semihosting: what Arm's emulators and debuggers do for a program. */
static void semihosting(int operation, const void *parameter) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = parameter;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

__attribute__((unused)) static void report(const char *name, uint32_t number) {
    char text[] = "           \n", *end = text + sizeof text - 2;
    do *--end = '0' + number % 10; while (number /= 10);
    *--end = ' ';
    semihosting(0x04, name);
    semihosting(0x04, end);
}

static volatile uint32_t *const systick = (uint32_t *)0xe000e010;

__attribute__((unused)) static void start_clock(void) {
    systick[1] = 0xffffff;
    systick[2] = 0;
    systick[0] = 5;
}

extern uint32_t stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

void reset(void) {
#ifdef __ARM_FP
    /* Turns the floating-point unit on. */
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    memcpy(data_start, data_load, (char *)data_end - (char *)data_start);
    /* By the word, as the start of programs in Rust does: memset takes more flash. */
    for (volatile uint32_t *word = bss_start; word < bss_end; word++) *word = 0;
    run();
    for (;;) {}
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {stack_top, (const void *)reset};
