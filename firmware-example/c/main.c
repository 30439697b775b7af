/*
 * A device that learns which words belong together from lines on its serial port, and answers; in C. To the first
 * three, the firmware in Rust (firmware-example/README.md) gives the same answers, to the last digit; errors differ:
 *
 *   learn <words>  learn from a sentence
 *   near <word>    the most similar words
 *   vector <word>  the vector of a word
 *   save           an image of everything learned, the same as the firmware's, but in hexadecimal
 *   bits           a hash of all vectors: machines that have learned the same have the same
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "board.h"
#include "motevec.h"

enum { WORDS = 80, DIM = 16, TEXT = 800, NEIGHBORS = 5, LINE = 128 };

static uint64_t storage[(MOTEVEC_SIZE(WORDS, DIM, TEXT) + 7) / 8];

static void say(const char *text) {
    serial_write(text, strlen(text));
}

/* Sends `number` in decimal or hexadecimal, with at least `least` digits. */
static void say_number(uint64_t number, unsigned base, unsigned least) {
    char digits[20];
    size_t first = sizeof digits;
    while (number > 0 || sizeof digits - first < least) {
        digits[--first] = "0123456789abcdef"[number % base];
        number /= base;
    }
    serial_write(digits + first, sizeof digits - first);
}

static void say_real(float number, unsigned decimals) {
    uint32_t one = 1, bits;
    for (unsigned i = 0; i < decimals; i++) one *= 10;
    /* The sign of negative zero, too. */
    memcpy(&bits, &number, sizeof bits);
    if (bits >> 31 != 0) {
        say("-");
        number = -number;
    }
    uint64_t scaled = (uint64_t)((double)number * one + 0.5);
    say_number(scaled / one, 10, 1);
    say(".");
    say_number(scaled % one, 10, decimals);
}

static void on_notice(void *context, motevec_event event, const char *word, size_t length) {
    static const char *const texts[] = {"no room for ", "forgotten ", "restarted, its vectors grew without end: "};
    (void)context;
    say(texts[event]);
    serial_write(word, length);
    say("\n");
}

static int on_piece(void *context, const uint8_t *bytes, size_t length) {
    (void)context;
    say("= ");
    for (size_t i = 0; i < length; i++) say_number(bytes[i], 16, 2);
    say("\n");
    return 0;
}

static motevec_error near(motevec *model, const char *word) {
    motevec_near nearest[NEIGHBORS];
    uint32_t number;
    size_t found = 0;
    motevec_error error = motevec_find(model, word, &number);
    if (error == MOTEVEC_ERROR_NONE) error = motevec_nearest(model, number, nearest, NEIGHBORS, &found);
    for (size_t i = 0; i < found; i++) {
        size_t length;
        const char *text = motevec_text(model, nearest[i].word, &length);
        serial_write(text, length);
        say(" ");
        say_real(nearest[i].similarity, 4);
        say("\n");
    }
    return error;
}

static motevec_error vector(motevec *model, const char *word) {
    uint32_t number;
    motevec_error error = motevec_find(model, word, &number);
    if (error != MOTEVEC_ERROR_NONE) return error;
    const float *components = motevec_vector(model, number);
    for (int i = 0; i < DIM; i++) {
        say(i == 0 ? "" : " ");
        say_real(components[i], 6);
    }
    say("\n");
    return MOTEVEC_ERROR_NONE;
}

static motevec_error learn(motevec *model, const char *words) {
    float loss;
    motevec_error error = motevec_learn(model, words, strlen(words), &loss);
    /* Without a pair there is no loss: NaN is not equal to itself. */
    if (error == MOTEVEC_ERROR_NONE && loss == loss) {
        say("loss ");
        say_real(loss, 4);
        say("\n");
    }
    return error;
}

/* What follows `command` and a blank in `line`; NULL if that is another command. */
static const char *after(const char *line, const char *command) {
    while (*command != '\0') {
        if (*line++ != *command++) return NULL;
    }
    if (*line == '\0') return line;
    return *line == ' ' ? line + 1 : NULL;
}

static void answer(motevec *model, const char *line) {
    motevec_error error = MOTEVEC_ERROR_NONE;
    const char *rest;
    if ((rest = after(line, "learn")) != NULL) {
        error = learn(model, rest);
    } else if ((rest = after(line, "near")) != NULL) {
        error = near(model, rest);
    } else if ((rest = after(line, "vector")) != NULL) {
        error = vector(model, rest);
    } else if (after(line, "save") != NULL) {
        error = motevec_save(model, on_piece, NULL);
    } else if (after(line, "bits") != NULL) {
        say("bits ");
        say_number(motevec_bits(model), 16, 16);
        say("\n");
    } else {
        say("error: there are learn, near, vector, save and bits\n");
        return;
    }
    if (error == MOTEVEC_ERROR_NONE) {
        say("ok\n");
    } else {
        say("error: ");
        say(motevec_error_text(error));
        say("\n");
    }
}

int main(void) {
    static char line[LINE + 1];
    const motevec_config config = {WORDS, DIM, TEXT};
    motevec *model = NULL;
    size_t length = 0;
    serial_start();
    motevec_error error = motevec_init(storage, sizeof storage, &config, &model);
    if (error == MOTEVEC_ERROR_NONE) error = motevec_on_notice(model, on_notice, NULL);
    say("motevec in C on ");
    say(board_name);
    say(": ");
    say(error == MOTEVEC_ERROR_NONE ? "80 words x 16" : motevec_error_text(error));
    say("\n");
    for (;;) {
        char byte = serial_read();
        if (byte == '\r' || byte == '\n') {
            bool whole = length <= LINE;
            line[whole ? length : 0] = '\0';
            if (!whole) say("error: a line has at most 128 bytes\n");
            else if (length > 0) answer(model, line);
            length = 0;
        } else if (length <= LINE) {
            if (length < LINE) line[length] = byte;
            length++;
        }
    }
}
