/*
 * The window update in plain C, as one would write it after the equations: what footprint.py compares motevec's with.
 * firmware-example/footprint/src/kernel.rs does the same work on the same numbers.
 *
 * SIGMOID is 1: expf of the C library; 2: the polynomial that motevec uses; 3: word2vec.c's table of 1,000 values.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { ROWS = 16, D = 16, K = 5, TARGETS = 1 + K, MAX_INPUTS = 10, TIMES = 200 };

#if SIGMOID == 1
static void prepare(void) {}

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }
#elif SIGMOID == 2
static void prepare(void) {}

static float sigmoid(float x) {
    x = x < -87 ? -87 : x > 87 ? 87 : x;
    float shifted = x * -1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
    float r = x + n * 0.6933594f - n * 2.1219444e-4f;
    float p = 1.9875691e-4f;
    p = p * r - 1.3981999e-3f;
    p = p * r + 8.333452e-3f;
    p = p * r - 4.1665796e-2f;
    p = p * r + 1.6666665e-1f;
    p = p * r - 0.5f;
    uint32_t bits;
    float power;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000;
    memcpy(&power, &bits, sizeof power);
    return 1 / (1 + (1 - (p * (r * r) + r)) * power);
}
#else
enum { TABLE = 1000, MAX_EXP = 6 };
static float table[TABLE];

static void prepare(void) {
    for (int i = 0; i < TABLE; i++) {
        float e = expf((i / (float)TABLE * 2 - 1) * MAX_EXP);
        table[i] = e / (e + 1);
    }
}

static float sigmoid(float x) {
    if (x >= MAX_EXP) return 1;
    if (x <= -MAX_EXP) return 0;
    return table[(int)((x + MAX_EXP) * (TABLE / MAX_EXP / 2))];
}
#endif

__attribute__((noinline)) static void window_update(float (*v)[D], float (*u)[D], const uint32_t *inputs, int n,
                                                    const uint32_t *targets, float rate) {
    float errors[MAX_INPUTS][TARGETS];
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < TARGETS; j++) {
            float score = 0;
            for (int k = 0; k < D; k++) score += v[inputs[i]][k] * u[targets[j]][k];
            errors[i][j] = rate * ((j == 0) - sigmoid(score));
        }
    }
    float moves[TARGETS][D] = {{0}};
    for (int i = 0; i < n; i++) {
        float *row = v[inputs[i]];
        float move[D] = {0};
        for (int j = 0; j < TARGETS; j++) {
            for (int k = 0; k < D; k++) {
                move[k] += errors[i][j] * u[targets[j]][k];
                moves[j][k] += errors[i][j] * row[k];
            }
        }
        for (int k = 0; k < D; k++) row[k] += move[k];
    }
    for (int j = 0; j < TARGETS; j++) {
        for (int k = 0; k < D; k++) u[targets[j]][k] += moves[j][k];
    }
}

static float v[ROWS][D], u[ROWS][D];

/* Semihosting: what Arm's emulators and debuggers do for a program. */
static void semihosting(int operation, const void *parameter) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = parameter;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void report(const char *name, uint32_t number) {
    char text[] = "           \n", *end = text + sizeof text - 2;
    do *--end = '0' + number % 10; while (number /= 10);
    *--end = ' ';
    semihosting(0x04, name);
    semihosting(0x04, end);
}

static volatile uint32_t *const systick = (uint32_t *)0xe000e010;

static void measure(int window, const char *ticks, const char *result) {
    static const uint32_t inputs[MAX_INPUTS] = {1, 5, 9, 13, 2, 6, 10, 14, 3, 7};
    uint32_t lists[16][TARGETS], state = 1;
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < D; k++) {
            state = state * 1664525 + 1013904223;
            v[i][k] = ((state >> 8) / 16777216.0f - 0.5f) / 16;
            u[i][k] = 0;
        }
    }
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < TARGETS; j++) lists[i][j] = (i * 7 + j * 11) % ROWS;
    }
    uint32_t start = systick[2];
    for (int i = 0; i < TIMES; i++) window_update(v, u, inputs, 2 * window, lists[i % 16], 0.1f);
    report(ticks, (start - systick[2]) & 0xffffff);
    float sum = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < D; k++) sum += v[i][k];
    }
    uint32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    report(result, bits);
}

__attribute__((noinline)) static void run(void) {
    prepare();
    systick[1] = 0xffffff;
    systick[2] = 0;
    systick[0] = 5;
    report("updates", TIMES);
    measure(2, "window 2 ticks", "window 2 sum");
    measure(5, "window 5 ticks", "window 5 sum");
    semihosting(0x18, (const void *)0x20026);
}

extern uint32_t stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

void reset(void) {
#ifdef __ARM_FP
    /* Turns the floating-point unit on. */
    *(volatile uint32_t *)0xe000ed88 |= 0xf << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");
#endif
    memcpy(data_start, data_load, (char *)data_end - (char *)data_start);
    memset(bss_start, 0, (char *)bss_end - (char *)bss_start);
    run();
    for (;;) {}
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {stack_top, (const void *)reset};
