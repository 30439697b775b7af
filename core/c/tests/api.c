/*
 * Every function of motevec.h, with what it is for and with what it must refuse. C99 and C++17; to be run under
 * AddressSanitizer and UndefinedBehaviorSanitizer. Prints the hash of what it learned.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motevec.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

enum { WORDS = 8, DIM = 20, TEXT = 40 };

static uint64_t storage[(MOTEVEC_SIZE(WORDS, DIM, TEXT) + 7) / 8];

struct image {
    uint8_t bytes[4096];
    size_t length;
    int refuse;
};

static int take(void *context, const uint8_t *bytes, size_t length) {
    struct image *image = (struct image *)context;
    if (image->refuse || image->length + length > sizeof image->bytes) return 1;
    memcpy(image->bytes + image->length, bytes, length);
    image->length += length;
    return 0;
}

static void count(void *context, motevec_event event, const char *word, size_t length) {
    CHECK(length > 0 && word[0] != ' ');
    ((int *)context)[event]++;
}

static motevec_error learn(motevec *model, const char *text) {
    return motevec_learn(model, text, strlen(text), NULL);
}

/* Nothing is written where there is too little room, or where it does not belong. */
static void check_init(void) {
    motevec_config config = {WORDS, DIM, TEXT}, none = {0, DIM, TEXT}, flat = {WORDS, 0, TEXT}, mute = {WORDS, DIM, 0};
    motevec *model = NULL;
    CHECK(motevec_size(&config) == MOTEVEC_SIZE(WORDS, DIM, TEXT));
    CHECK(motevec_size(NULL) == 0 && motevec_size(&none) == 0);
    CHECK(motevec_init(NULL, sizeof storage, &config, &model) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, NULL, &model) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, &config, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, &none, &model) == MOTEVEC_ERROR_CONFIG);
    CHECK(motevec_init(storage, sizeof storage, &flat, &model) == MOTEVEC_ERROR_CONFIG);
    CHECK(motevec_init(storage, sizeof storage, &mute, &model) == MOTEVEC_ERROR_CONFIG);
    CHECK(motevec_init((char *)storage + 1, sizeof storage - 1, &config, &model) != MOTEVEC_ERROR_NONE);
    /* On the heap, so that a byte too far is found. */
    size_t size = motevec_size(&config);
    char *exact = (char *)malloc(size);
    CHECK(motevec_init(exact, size - 1, &config, &model) == MOTEVEC_ERROR_STORAGE && model == NULL);
    CHECK(motevec_init(exact, size, &config, &model) == MOTEVEC_ERROR_NONE);
    for (int i = 0; i < 50; i++) {
        CHECK(learn(model, "one two three four five six seven eight nine ten") == MOTEVEC_ERROR_NONE);
    }
    CHECK(motevec_words(model) == 8);
    free(exact);
    CHECK(learn((motevec *)storage, "a b") == MOTEVEC_ERROR_NO_MODEL);
}

static void check_null(void) {
    motevec_image image;
    memset(&image, 0, sizeof image);
    const char *word = "word";
    uint32_t number = 7;
    float real = 0;
    CHECK(motevec_reset(NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_on_notice(NULL, NULL, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(learn(NULL, "a b") == MOTEVEC_ERROR_NULL);
    CHECK(motevec_learn_words(NULL, &word, 1, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_set_rate(NULL, 0.1f) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_words(NULL) == 0 && isnan(motevec_loss(NULL)) && motevec_bits(NULL) == 0);
    CHECK(motevec_find(NULL, word, &number) == MOTEVEC_ERROR_NULL && number == 7);
    CHECK(motevec_text(NULL, 0, NULL) == NULL && motevec_count(NULL, 0) == 0 && motevec_vector(NULL, 0) == NULL);
    CHECK(motevec_similarity(NULL, 0, 0, &real) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_nearest(NULL, 0, NULL, 0, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_save(NULL, take, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_adopt(NULL, &image, word) == MOTEVEC_ERROR_NULL && motevec_load(NULL, &image) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_open(NULL, (const uint8_t *)word, 4) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_open(&image, NULL, 4) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_words(NULL) == 0 && motevec_image_text(NULL, 0, NULL) == NULL);
    CHECK(motevec_image_find(NULL, word, &number) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_vector(NULL, 0, &real, 1) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_nearest(NULL, &real, 1, NULL, 0, NULL) == MOTEVEC_ERROR_NULL);
}

static void check_model(motevec *model) {
    const char *sentence[] = {"tap", "sink", "drain"}, *bad[] = {"tap", "\xff"}, *hole[] = {"tap", NULL};
    float loss = 0, similarity = 0;
    int events[3] = {0, 0, 0};
    CHECK(motevec_save(model, take, NULL) == MOTEVEC_ERROR_EMPTY && isnan(motevec_loss(model)));
    CHECK(motevec_on_notice(model, count, events) == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "\xc3") == MOTEVEC_ERROR_NOT_UTF8 && motevec_learn(model, NULL, 3, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_learn_words(model, bad, 2, NULL) == MOTEVEC_ERROR_NOT_UTF8);
    CHECK(motevec_learn_words(model, hole, 2, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_learn_words(model, NULL, 1, NULL) == MOTEVEC_ERROR_NULL && motevec_words(model) == 0);
    CHECK(learn(model, "") == MOTEVEC_ERROR_NONE && learn(model, " \t ") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_learn(model, "alone", 5, &loss) == MOTEVEC_ERROR_NONE && isnan(loss));
    motevec_reset(model);
    for (int i = 0; i < 200; i++) {
        CHECK(learn(model, "door hall lamp") == MOTEVEC_ERROR_NONE);
        CHECK(motevec_learn_words(model, sentence, 3, &loss) == MOTEVEC_ERROR_NONE);
    }
    CHECK(loss > 0 && loss < 4 && motevec_loss(model) < 4 && motevec_words(model) == 6 && events[0] + events[1] == 0);

    uint32_t tap = 99, sink = 99, door = 99;
    CHECK(motevec_find(model, "tap", &tap) == MOTEVEC_ERROR_NONE && tap == 3 && motevec_count(model, tap) == 200);
    CHECK(motevec_find(model, "sink", &sink) == MOTEVEC_ERROR_NONE && sink == 4);
    CHECK(motevec_find(model, "door", &door) == MOTEVEC_ERROR_NONE && door == 0);
    CHECK(motevec_find(model, "tub", &tap) == MOTEVEC_ERROR_NO_SUCH_WORD && tap == 3);
    CHECK(motevec_find(model, NULL, &tap) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_find(model, "tap", NULL) == MOTEVEC_ERROR_NONE);
    size_t length = 0, found = 0;
    const char *text = motevec_text(model, sink, &length);
    CHECK(length == 4 && memcmp(text, "sink", 4) == 0 && motevec_text(model, sink, NULL) == text);
    CHECK(motevec_text(model, 6, &length) == NULL && length == 0 && motevec_vector(model, 6) == NULL);
    CHECK(motevec_vector(model, UINT32_MAX) == NULL && motevec_count(model, UINT32_MAX) == 0);
    double square = 0;
    for (int i = 0; i < DIM; i++) square += motevec_vector(model, tap)[i] * motevec_vector(model, tap)[i];
    CHECK(square > 0.01);

    CHECK(motevec_similarity(model, tap, tap, &similarity) == MOTEVEC_ERROR_NONE && fabsf(similarity - 1) < 1e-6f);
    CHECK(motevec_similarity(model, tap, 6, &similarity) == MOTEVEC_ERROR_NO_SUCH_WORD);
    motevec_near near[4] = {{0, 0}, {0, 0}, {0, 0}, {77, 0}};
    CHECK(motevec_nearest(model, tap, near, 3, &found) == MOTEVEC_ERROR_NONE && found == 3 && near[3].word == 77);
    CHECK(near[0].similarity >= near[1].similarity && near[1].similarity >= near[2].similarity);
    CHECK((near[0].word > 2) && (near[1].word > 2) && near[0].word != tap && near[1].word != tap);
    CHECK(motevec_nearest(model, tap, NULL, 0, &found) == MOTEVEC_ERROR_NONE && found == 0);
    CHECK(motevec_nearest(model, tap, NULL, 3, &found) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_nearest(model, 6, near, 3, &found) == MOTEVEC_ERROR_NO_SUCH_WORD);

    CHECK(motevec_set_rate(model, 0) == MOTEVEC_ERROR_RATE && motevec_set_rate(model, NAN) == MOTEVEC_ERROR_RATE);
    CHECK(motevec_set_rate(model, 1.5f) == MOTEVEC_ERROR_RATE && motevec_set_rate(model, 0.05f) == MOTEVEC_ERROR_NONE);
}

static void check_image(motevec *model) {
    static struct image saved, again;
    motevec_image image;
    uint32_t lamp = 0, other = 0;
    float vector[DIM], short_vector[DIM - 1];
    size_t length = 0, found = 0;
    saved.refuse = 1;
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_SINK);
    CHECK(motevec_save(model, NULL, NULL) == MOTEVEC_ERROR_NULL);
    saved.refuse = 0;
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_NONE);
    for (size_t cut = 0; cut < saved.length; cut++) {
        uint8_t *shorter = (uint8_t *)malloc(cut + 1);
        memcpy(shorter, saved.bytes, cut);
        CHECK(motevec_image_open(&image, shorter, cut) == MOTEVEC_ERROR_IMAGE);
        free(shorter);
    }
    for (size_t place = 0; place < saved.length; place++) {
        saved.bytes[place] ^= 0x10;
        CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_IMAGE);
        saved.bytes[place] ^= 0x10;
    }
    CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_words(&image) == 6);
    CHECK(motevec_image_find(&image, "lamp", &lamp) == MOTEVEC_ERROR_NONE && lamp == 2);
    CHECK(motevec_image_find(&image, "tub", &other) == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(memcmp(motevec_image_text(&image, lamp, &length), "lamp", 4) == 0 && length == 4);
    CHECK(motevec_image_text(&image, 6, &length) == NULL);
    CHECK(motevec_image_vector(&image, lamp, vector, DIM) == MOTEVEC_ERROR_NONE);
    CHECK(memcmp(vector, motevec_vector(model, lamp), sizeof vector) == 0);
    CHECK(motevec_image_vector(&image, lamp, short_vector, DIM - 1) == MOTEVEC_ERROR_DIMENSIONS);
    CHECK(motevec_image_vector(&image, 6, vector, DIM) == MOTEVEC_ERROR_NO_SUCH_WORD);
    motevec_near near[2];
    CHECK(motevec_image_nearest(&image, vector, DIM, near, 2, &found) == MOTEVEC_ERROR_NONE && found == 2);
    CHECK(near[0].word == lamp && near[1].word < 3);
    CHECK(motevec_image_nearest(&image, vector, DIM - 1, near, 2, &found) == MOTEVEC_ERROR_DIMENSIONS);

    /* What is loaded is what was saved, and goes on from there. */
    uint64_t bits = motevec_bits(model);
    CHECK(motevec_load(model, &image) == MOTEVEC_ERROR_NONE && motevec_bits(model) == bits);
    CHECK(motevec_save(model, take, &again) == MOTEVEC_ERROR_NONE && again.length == saved.length);
    CHECK(memcmp(saved.bytes, again.bytes, saved.length) == 0);
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE && motevec_words(model) == 0 && motevec_bits(model) != bits);
    CHECK(motevec_adopt(model, &image, "lamp") == MOTEVEC_ERROR_NONE && motevec_words(model) == 1);
    CHECK(motevec_adopt(model, &image, "tub") == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(memcmp(vector, motevec_vector(model, 0), sizeof vector) == 0);

    /* Other shapes. */
    motevec_config few = {3, DIM, TEXT}, flat = {WORDS, 4, TEXT};
    motevec *small = NULL;
    void *room = malloc(MOTEVEC_SIZE(WORDS, DIM, TEXT));
    CHECK(motevec_init(room, motevec_size(&few), &few, &small) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(small, &image) == MOTEVEC_ERROR_ROOM && motevec_words(small) == 3);
    CHECK(motevec_init(room, motevec_size(&flat), &flat, &small) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(small, &image) == MOTEVEC_ERROR_DIMENSIONS);
    CHECK(motevec_adopt(small, &image, "lamp") == MOTEVEC_ERROR_DIMENSIONS && motevec_words(small) == 0);
    free(room);
}

/* More words than there is room for. */
static void check_notices(motevec *model) {
    int events[3] = {0, 0, 0};
    char sentence[64];
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE && motevec_on_notice(model, count, events) == MOTEVEC_ERROR_NONE);
    for (int i = 0; i < 300; i++) {
        snprintf(sentence, sizeof sentence, "w%d w%d w%d", i % 7, i % 13, i);
        CHECK(learn(model, sentence) == MOTEVEC_ERROR_NONE && motevec_words(model) <= WORDS);
    }
    CHECK(events[MOTEVEC_EVENT_DROPPED] > 50 && events[MOTEVEC_EVENT_FORGOTTEN] > 5);
    int before = events[MOTEVEC_EVENT_DROPPED];
    CHECK(motevec_on_notice(model, NULL, NULL) == MOTEVEC_ERROR_NONE);
    for (int i = 0; i < 300; i++) {
        snprintf(sentence, sizeof sentence, "x%d", i);
        learn(model, sentence);
    }
    CHECK(events[MOTEVEC_EVENT_DROPPED] == before);
}

int main(void) {
    for (int error = MOTEVEC_ERROR_NONE; error <= MOTEVEC_ERROR_SINK; error++)
        CHECK(strcmp(motevec_error_text(error), "unknown error") != 0);
    CHECK(strcmp(motevec_error_text(-1), "unknown error") == 0 && strcmp(motevec_error_text(99), "unknown error") == 0);
    check_init();
    check_null();
    motevec_config config = {WORDS, DIM, TEXT};
    motevec *model = NULL, *other = NULL;
    CHECK(motevec_init(storage, sizeof storage, &config, &model) == MOTEVEC_ERROR_NONE);
    check_model(model);
    /* Two models do not meet: the other one learns the same from the same, whatever this one has done. */
    void *room = malloc(motevec_size(&config));
    CHECK(motevec_init(room, motevec_size(&config), &config, &other) == MOTEVEC_ERROR_NONE);
    check_model(other);
    CHECK(motevec_bits(model) == motevec_bits(other));
    free(room);
    printf("%016" PRIx64 "\n", motevec_bits(model));
    check_image(model);
    check_notices(model);
    return 0;
}
