/*
 * The window update in plain C, as one would write it after the equations: what footprint.py compares motevec's with.
 * firmware-example/footprint/src/kernel.rs does the same work on the same numbers.
 *
 * SIGMOID is 1: expf of the C library; 2: the polynomial that motevec uses; 3: word2vec.c's table of 1,000 values.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "start.h"

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

void run(void) {
    prepare();
    start_clock();
    report("updates", TIMES);
    measure(2, "window 2 ticks", "window 2 sum");
    measure(5, "window 5 ticks", "window 5 sum");
    semihosting(0x18, (const void *)0x20026);
}
