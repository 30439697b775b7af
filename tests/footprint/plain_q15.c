/*
 * The window update in integers, in plain C, as one would write it for a processor without floating point: what
 * footprint.py compares motevec's with. firmware-example/footprint/src/kernel.rs does the same work on the same
 * numbers, and leaves the same bits.
 */
#include <stdint.h>

#include "start.h"

enum { ROWS = 16, D = 16, K = 5, TARGETS = 1 + K, MAX_INPUTS = 10, TIMES = 200 };

/* Fraction bits: of rows, of scores, of errors. */
enum { FRACTION = 12, SCORE = 15, ERROR = 11, LIMIT = 32767 };

/* sigma(x) at 0, 1/8 ... 8, times 2^15. */
static const uint16_t table[65] = {
    16384, 17407, 18421, 19420, 20397, 21344, 22255, 23127, 23955, 24737, 25471, 26155, 26790, 27377, 27917, 28411,
    28862, 29272, 29644, 29979, 30282, 30555, 30799, 31018, 31214, 31389, 31545, 31684, 31807, 31917, 32015, 32102,
    32179, 32247, 32307, 32361, 32408, 32450, 32487, 32520, 32549, 32574, 32597, 32617, 32635, 32650, 32664, 32676,
    32687, 32696, 32705, 32712, 32719, 32725, 32730, 32734, 32738, 32742, 32745, 32747, 32750, 32752, 32754, 32756,
    32757,
};

static int32_t sigmoid(int32_t score) {
    uint32_t x = score < 0 ? -(uint32_t)score : (uint32_t)score, index = x >> (SCORE - 3);
    int32_t positive = 1 << 15;
    if (index < 64) {
        int32_t low = table[index], high = table[index + 1], place = (x >> (SCORE - 13)) & 1023;
        positive = low + ((high - low) * place >> 10);
    }
    return score < 0 ? (1 << 15) - positive : positive;
}

static uint32_t stir(uint32_t seed, uint32_t number) { return (seed ^ number) * 0x85ebca6b; }

/* Adds a move, cut to fewer bits after a dither was added. */
struct cut {
    int shift;
    uint32_t mask, step, dither;
};

static int32_t cut(struct cut *cut, int32_t move) {
    cut->dither = (cut->dither + cut->step) & cut->mask;
    return (move + (int32_t)cut->dither) >> cut->shift;
}

static int16_t add(int16_t x, int32_t move) {
    int32_t sum = x + move;
    return sum > LIMIT ? LIMIT : sum < -LIMIT ? -LIMIT : sum;
}

/* The rate is factor * 2^-15 * 2^(ERROR - shift). */
__attribute__((noinline)) static void window_update(int16_t (*v)[D], int16_t (*u)[D], const uint32_t *inputs, int n,
                                                    const uint32_t *targets, int32_t factor, int shift) {
    int32_t errors[MAX_INPUTS][TARGETS];
    uint32_t seed = 0;
    for (int i = 0; i < n; i++) seed = stir(seed, inputs[i]);
    for (int j = 0; j < TARGETS; j++) seed = stir(seed, targets[j]);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < TARGETS; j++) {
            int32_t score = 0;
            for (int k = 0; k < D; k += 2) {
                int32_t pair = v[inputs[i]][k] * u[targets[j]][k] + v[inputs[i]][k + 1] * u[targets[j]][k + 1];
                score += pair >> 9;
            }
            seed = stir(seed, score);
            int32_t error = (j == 0 ? 1 << 15 : 0) - sigmoid(score);
            errors[i][j] = (error * factor + (1 << (29 - ERROR))) >> (30 - ERROR);
        }
    }
    struct cut c = {shift, (1u << shift) - 1, 0x9e3779b9u >> (32 - shift) | 1, seed >> (32 - shift)};
    int32_t moves[TARGETS][D] = {{0}};
    for (int i = 0; i < n; i++) {
        int16_t *row = v[inputs[i]];
        int32_t move[D] = {0};
        for (int j = 0; j < TARGETS; j++) {
            for (int k = 0; k < D; k++) {
                move[k] += errors[i][j] * u[targets[j]][k];
                moves[j][k] += errors[i][j] * row[k];
            }
        }
        for (int k = 0; k < D; k++) row[k] = add(row[k], cut(&c, move[k]));
    }
    for (int j = 0; j < TARGETS; j++) {
        for (int k = 0; k < D; k++) u[targets[j]][k] = add(u[targets[j]][k], cut(&c, moves[j][k]));
    }
}

static int16_t v[ROWS][D], u[ROWS][D];

static void measure(int window, const char *ticks, const char *result) {
    static const uint32_t inputs[MAX_INPUTS] = {1, 5, 9, 13, 2, 6, 10, 14, 3, 7};
    uint32_t lists[16][TARGETS], state = 1;
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < D; k++) {
            state = state * 1664525 + 1013904223;
            /* ((state >> 8) / 2^24 - 1/2) / 16 * 2^FRACTION, halves to the even number, as floats round. */
            int32_t x = (int32_t)(state >> 8) - (1 << 23), floor = x >> 16, rest = x & 0xffff;
            v[i][k] = floor + (rest > 0x8000 || (rest == 0x8000 && floor & 1));
            u[i][k] = 0;
        }
    }
    for (int i = 0; i < 16; i++) {
        for (int j = 0; j < TARGETS; j++) lists[i][j] = (i * 7 + j * 11) % ROWS;
    }
    /* 0.1 = 26214 * 2^-15 * 2^-3 */
    uint32_t start = systick[2];
    for (int i = 0; i < TIMES; i++) window_update(v, u, inputs, 2 * window, lists[i % 16], 26214, ERROR + 3);
    report(ticks, (start - systick[2]) & 0xffffff);
    int32_t sum = 0;
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < D; k++) sum += v[i][k];
    }
    float value = sum / (float)(1 << FRACTION);
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    report(result, bits);
}

void run(void) {
    start_clock();
    report("updates", TIMES);
    measure(2, "window 2 ticks", "window 2 sum");
    measure(5, "window 5 ticks", "window 5 sum");
    semihosting(0x18, (const void *)0x20026);
}
