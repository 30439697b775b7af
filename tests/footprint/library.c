/*
 * What motevec's library for C takes: the words, the sentences and the questions of firmware-example/footprint, which
 * footprint.py compares it with. As there, what measures and reports is only in programs with MEASURE.
 */
#include "start.h"

#include "motevec.h"

enum { WORDS = 80, DIM = 16, TEXT = 160, SENTENCES = 10, QUERIES = 20 };

static uint64_t storage[(MOTEVEC_SIZE(WORDS, DIM, TEXT) + 7) / 8];

/* Eight words of a letter and a digit: "a0 a1 … a7", and so on. */
__attribute__((noinline)) static void learn(motevec *model) {
    for (int sentence = 0; sentence < SENTENCES; sentence++) {
        char text[24];
        for (int word = 0; word < 8; word++) {
            text[3 * word] = 'a' + sentence;
            text[3 * word + 1] = '0' + word;
            text[3 * word + 2] = ' ';
        }
        float loss;
        motevec_learn(model, text, sizeof text, &loss);
    }
}

__attribute__((noinline)) static void near(motevec *model) {
    motevec_near nearest[5];
    size_t found;
    for (uint32_t word = 0; word < QUERIES; word++) motevec_nearest(model, word, nearest, 5, &found);
}

#ifdef MEASURE
static void measure(const char *name, void (*work)(motevec *), motevec *model) {
    uint32_t start = systick[2];
    work(model);
    report(name, (start - systick[2]) & 0xffffff);
}
#endif

void run(void) {
    const motevec_config config = {WORDS, DIM, TEXT};
    motevec *model;
    if (motevec_init(storage, sizeof storage, &config, &model) != MOTEVEC_ERROR_NONE) return;
    /* The first pass also fills the vocabulary. */
    learn(model);
#ifdef MEASURE
    start_clock();
    measure("learn ticks", learn, model);
    measure("query ticks", near, model);
    report("queries", QUERIES);
    report("bits", (uint32_t)motevec_bits(model));
    semihosting(0x18, (const void *)0x20026);
#else
    for (;;) learn(model), near(model);
#endif
}
