/*
 * Every function of motevec.h, with what it is for and with what it must refuse. C99 and C++17, on POSIX. Sanitizers
 * see what this program does with memory, not what the library does: what the library reads and writes ends where a
 * page begins that nobody may touch. Prints the hashes of what it learned.
 */
#include "check.h"

static uint64_t storage[(MOTEVEC_SIZE(WORDS, DIM, TEXT) + 7) / 8];

/* Nothing is written where there is too little room, or where it does not belong. */
static void check_init(void) {
    motevec_config config = {WORDS, DIM, TEXT}, none = {0, DIM, TEXT}, flat = {WORDS, 0, TEXT};
    motevec *model = NULL;
    CHECK(motevec_size(&config) == MOTEVEC_SIZE(WORDS, DIM, TEXT));
    CHECK(motevec_size(NULL) == 0 && motevec_size(&none) == 0);
    CHECK(motevec_init(NULL, sizeof storage, &config, &model) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, NULL, &model) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, &config, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_init(storage, sizeof storage, &none, &model) == MOTEVEC_ERROR_CONFIG);
    CHECK(motevec_init(storage, sizeof storage, &flat, &model) == MOTEVEC_ERROR_CONFIG);
    CHECK(motevec_init((char *)storage + 1, sizeof storage - 1, &config, &model) != MOTEVEC_ERROR_NONE);
    CHECK(motevec_init(storage, SIZE_MAX, &config, &model) == MOTEVEC_ERROR_LENGTH);
    size_t size = motevec_size(&config);
    char *exact = (char *)guarded(size), *beside = (char *)guarded(size + 1);
    CHECK(motevec_init(beside, size + 1, &config, &model) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_init(exact, size, &config, (motevec **)(beside)) == MOTEVEC_ERROR_ALIGNMENT);
    release(beside, size + 1);
    CHECK(motevec_init(exact, size - 1, &config, &model) == MOTEVEC_ERROR_STORAGE && model == NULL);
    CHECK(motevec_init(exact, size, &config, &model) == MOTEVEC_ERROR_NONE);
    for (int i = 0; i < 50; i++) {
        CHECK(learn(model, "one two three four five six seven eight nine ten") == MOTEVEC_ERROR_NONE);
    }
    CHECK(motevec_words(model) == 8);
    release(exact, size);
    CHECK(learn((motevec *)storage, "a b") == MOTEVEC_ERROR_NO_MODEL);
    CHECK(learn((motevec *)((char *)storage + 1), "a b") == MOTEVEC_ERROR_NO_MODEL);
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
    CHECK(motevec_learn_numbers(NULL, &number, 1, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_observe(NULL, word) == MOTEVEC_ERROR_NULL && motevec_observe_number(NULL, 0) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_end_sentence(NULL, &real) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_set_rate(NULL, 0.1f) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_words(NULL) == 0 && motevec_dim(NULL) == 0 && isnan(motevec_loss(NULL)) && motevec_bits(NULL) == 0);
    CHECK(motevec_find(NULL, word, &number) == MOTEVEC_ERROR_NULL && number == 7);
    CHECK(motevec_text(NULL, 0, NULL) == NULL && motevec_count(NULL, 0) == 0 && motevec_vector(NULL, 0) == NULL);
    CHECK(motevec_similarity(NULL, 0, 0, &real) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_nearest(NULL, 0, NULL, 0, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_save(NULL, take, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_adopt(NULL, &image, word) == MOTEVEC_ERROR_NULL && motevec_load(NULL, &image) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_load_from(NULL, read_flash, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_open(NULL, (const uint8_t *)word, 4) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_open(&image, NULL, 4) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_words(NULL) == 0 && motevec_image_text(NULL, 0, NULL) == NULL);
    CHECK(motevec_image_dim(NULL) == 0 && motevec_image_count(NULL, 0) == 0);
    CHECK(motevec_image_find(NULL, word, &number) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_vector(NULL, 0, &real, 1) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_image_nearest(NULL, &real, 1, NULL, 0, NULL) == MOTEVEC_ERROR_NULL);
}

/* What was never opened, or is not open any more. */
static void check_no_image(motevec *model, const motevec_image *image) {
    uint32_t number = 7;
    float real = 0;
    size_t length = 7;
    CHECK(motevec_image_words(image) == 0 && motevec_image_dim(image) == 0 && motevec_image_count(image, 0) == 0);
    CHECK(motevec_image_text(image, 0, &length) == NULL && length == 0);
    CHECK(motevec_image_find(image, "word", &number) == MOTEVEC_ERROR_NO_IMAGE && number == 7);
    CHECK(motevec_image_vector(image, 0, &real, 1) == MOTEVEC_ERROR_NO_IMAGE);
    CHECK(motevec_image_nearest(image, &real, 1, NULL, 0, NULL) == MOTEVEC_ERROR_NO_IMAGE);
    CHECK(motevec_adopt(model, image, "word") == MOTEVEC_ERROR_NO_IMAGE);
    CHECK(motevec_load(model, image) == MOTEVEC_ERROR_NO_IMAGE);
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
    CHECK(motevec_learn(model, "a b", 3, (float *)((char *)&loss + 1)) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_learn_words(model, sentence, 3, (float *)((char *)&loss + 1)) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_learn_words(model, (const char **)((char *)sentence + 1), 1, NULL) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_learn(model, "a b", SIZE_MAX, NULL) == MOTEVEC_ERROR_LENGTH);
    CHECK(motevec_learn_words(model, sentence, SIZE_MAX, NULL) == MOTEVEC_ERROR_LENGTH && motevec_words(model) == 0);
    CHECK(motevec_learn(model, NULL, 0, &loss) == MOTEVEC_ERROR_NONE && isnan(loss) && motevec_dim(model) == DIM);
    CHECK(motevec_learn_words(model, NULL, 0, &loss) == MOTEVEC_ERROR_NONE && isnan(loss));
    CHECK(learn(model, "") == MOTEVEC_ERROR_NONE && learn(model, " \t ") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_learn(model, "alone", 5, &loss) == MOTEVEC_ERROR_NONE && isnan(loss));
    motevec_reset(model);
    /* Counts fade: 16 for each of 8 words is the most that they add up to. */
    for (int i = 0; i < 200; i++) {
        CHECK(learn(model, "door hall lamp") == MOTEVEC_ERROR_NONE);
        CHECK(motevec_learn_words(model, sentence, 3, &loss) == MOTEVEC_ERROR_NONE);
    }
    CHECK(loss > 0 && loss < 4 && motevec_loss(model) < 4 && motevec_words(model) == 6 && events[0] + events[1] == 0);

    uint32_t tap = 99, sink = 99, door = 99;
    CHECK(motevec_find(model, "tap", &tap) == MOTEVEC_ERROR_NONE && tap == 3 && motevec_count(model, tap) == 13);
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
    motevec_near *near = (motevec_near *)guarded(3 * sizeof *near);
    CHECK(motevec_nearest(model, tap, near, 3, &found) == MOTEVEC_ERROR_NONE && found == 3);
    CHECK(near[0].similarity >= near[1].similarity && near[1].similarity >= near[2].similarity);
    CHECK((near[0].word > 2) && (near[1].word > 2) && near[0].word != tap && near[1].word != tap);
    CHECK(motevec_nearest(model, tap, NULL, 0, &found) == MOTEVEC_ERROR_NONE && found == 0);
    CHECK(motevec_nearest(model, tap, NULL, 3, &found) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_nearest(model, tap, near, SIZE_MAX, &found) == MOTEVEC_ERROR_LENGTH);
    CHECK(motevec_nearest(model, tap, near, 3, (size_t *)((char *)&found + 1)) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_nearest(model, 6, near, 3, &found) == MOTEVEC_ERROR_NO_SUCH_WORD);
    release(near, 3 * sizeof *near);

    CHECK(motevec_set_rate(model, 0) == MOTEVEC_ERROR_RATE && motevec_set_rate(model, NAN) == MOTEVEC_ERROR_RATE);
    CHECK(motevec_set_rate(model, 1.5f) == MOTEVEC_ERROR_RATE && motevec_set_rate(model, 0.05f) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_on_notice(model, NULL, NULL) == MOTEVEC_ERROR_NONE);
}

static void check_image(motevec *model) {
    static struct image saved, again;
    motevec_image image;
    uint32_t lamp = 0, other = 0;
    float *vector = (float *)guarded(DIM * sizeof(float)), short_vector[DIM - 1];
    size_t length = 0, found = 0;
    saved.refuse = 1;
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_SINK);
    CHECK(motevec_save(model, NULL, NULL) == MOTEVEC_ERROR_NULL);
    saved.refuse = 0;
    memset(&image, 0, sizeof image);
    check_no_image(model, &image);
    check_no_image(model, (const motevec_image *)((const char *)&image + 1));
    CHECK(motevec_image_open((motevec_image *)((char *)&image + 1), saved.bytes, 4) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_image_open(&image, NULL, 0) == MOTEVEC_ERROR_IMAGE);
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_NONE);
    for (size_t cut = 0; cut < saved.length; cut++) {
        uint8_t *shorter = (uint8_t *)guarded(cut);
        memcpy(shorter, saved.bytes, cut);
        CHECK(motevec_image_open(&image, shorter, cut) == MOTEVEC_ERROR_IMAGE);
        release(shorter, cut);
    }
    for (size_t place = 0; place < saved.length; place++) {
        saved.bytes[place] ^= 0x10;
        CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_IMAGE);
        saved.bytes[place] ^= 0x10;
    }
    /* Where opening fails, nothing is open, whatever was open before. */
    CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_open(&image, saved.bytes, saved.length - 1) == MOTEVEC_ERROR_IMAGE);
    check_no_image(model, &image);
    CHECK(motevec_image_open(&image, saved.bytes, SIZE_MAX) == MOTEVEC_ERROR_LENGTH);
    CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_words(&image) == 6 && motevec_image_dim(&image) == DIM);
    CHECK(motevec_image_count(&image, 5) == 13 && motevec_image_count(&image, 6) == 0);
    CHECK(motevec_image_find(&image, "lamp", &lamp) == MOTEVEC_ERROR_NONE && lamp == 2);
    CHECK(motevec_image_find(&image, "tub", &other) == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(memcmp(motevec_image_text(&image, lamp, &length), "lamp", 4) == 0 && length == 4);
    CHECK(motevec_image_text(&image, 6, &length) == NULL);
    CHECK(motevec_image_vector(&image, lamp, vector, DIM) == MOTEVEC_ERROR_NONE);
    CHECK(memcmp(vector, motevec_vector(model, lamp), DIM * sizeof(float)) == 0);
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
    CHECK(memcmp(vector, motevec_vector(model, 0), DIM * sizeof(float)) == 0);
    release(vector, DIM * sizeof(float));

    /* A word whose count was used up by one that was dropped is as rare after loading. */
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "a a b c d e f g h i") == MOTEVEC_ERROR_NONE && motevec_words(model) == WORDS);
    CHECK(motevec_count(model, 0) == 1 && motevec_count(model, 7) == 0);
    /* Without room nothing changes. */
    bits = motevec_bits(model);
    CHECK(motevec_adopt(model, &image, "lamp") == MOTEVEC_ERROR_ROOM && motevec_bits(model) == bits);
    CHECK(motevec_count(model, 0) == 1 && motevec_count(model, 7) == 0);
    saved.length = again.length = 0;
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(model, &image) == MOTEVEC_ERROR_NONE && motevec_bits(model) == bits);
    CHECK(motevec_count(model, 0) == 1 && motevec_count(model, 7) == 0);
    CHECK(motevec_save(model, take, &again) == MOTEVEC_ERROR_NONE && again.length == saved.length);
    CHECK(memcmp(saved.bytes, again.bytes, saved.length) == 0);

    /* Other shapes. */
    motevec_config few = {3, DIM, TEXT}, brief = {WORDS, DIM, 7}, flat = {WORDS, 4, TEXT};
    motevec *small = NULL;
    void *room = malloc(MOTEVEC_SIZE(WORDS, DIM, TEXT));
    CHECK(motevec_init(room, motevec_size(&few), &few, &small) == MOTEVEC_ERROR_NONE);
    CHECK(learn(small, "x y") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(small, &image) == MOTEVEC_ERROR_ROOM && motevec_words(small) == 2);
    CHECK(load_from(small, &saved, -1) == MOTEVEC_ERROR_ROOM && motevec_words(small) == 2);
    CHECK(motevec_init(room, motevec_size(&brief), &brief, &small) == MOTEVEC_ERROR_NONE);
    CHECK(learn(small, "x y") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(small, &image) == MOTEVEC_ERROR_ROOM && motevec_words(small) == 2);
    CHECK(load_from(small, &saved, -1) == MOTEVEC_ERROR_ROOM && motevec_words(small) == 2);
    CHECK(motevec_init(room, motevec_size(&flat), &flat, &small) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_load(small, &image) == MOTEVEC_ERROR_DIMENSIONS);
    CHECK(load_from(small, &saved, -1) == MOTEVEC_ERROR_DIMENSIONS);
    CHECK(motevec_adopt(small, &image, "a") == MOTEVEC_ERROR_DIMENSIONS && motevec_words(small) == 0);
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

struct caller {
    motevec *model;
    int calls;
};

/* Calls the model that has called it, with everything. */
static void call_back(struct caller *caller) {
    motevec *model = caller->model;
    motevec_near near;
    uint32_t number = 7;
    const char *word = "word";
    float real = 0;
    CHECK(learn(model, "a b") == MOTEVEC_ERROR_BUSY && motevec_reset(model) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_learn_words(model, &word, 1, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_learn_numbers(model, &number, 1, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_observe(model, word) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_observe_number(model, 0) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_end_sentence(model, &real) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_on_notice(model, NULL, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_set_rate(model, 0.1f) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_find(model, "a", &number) == MOTEVEC_ERROR_BUSY && number == 7);
    CHECK(motevec_similarity(model, 0, 1, &real) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_nearest(model, 0, &near, 1, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_save(model, take, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_load_from(model, read_flash, NULL) == MOTEVEC_ERROR_BUSY);
    CHECK(motevec_words(model) == 0 && motevec_bits(model) == 0 && isnan(motevec_loss(model)));
    CHECK(motevec_text(model, 0, NULL) == NULL && motevec_vector(model, 0) == NULL && motevec_count(model, 0) == 0);
    caller->calls++;
}

static void call_on_notice(void *context, motevec_event event, const char *word, size_t length) {
    (void)event, (void)word, (void)length;
    call_back((struct caller *)context);
}

static int call_on_read(void *context, size_t offset, uint8_t *bytes, size_t length) {
    (void)offset, (void)bytes, (void)length;
    call_back((struct caller *)context);
    return 1;
}

static int call_on_piece(void *context, const uint8_t *bytes, size_t length) {
    (void)bytes, (void)length;
    call_back((struct caller *)context);
    return 0;
}

static void check_callbacks(motevec *model) {
    struct caller caller = {model, 0};
    CHECK(motevec_on_notice(model, call_on_notice, &caller) == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "1 2 3 4 5 6 7 8 9") == MOTEVEC_ERROR_NONE && caller.calls > 0);
    caller.calls = 0;
    CHECK(motevec_save(model, call_on_piece, &caller) == MOTEVEC_ERROR_NONE && caller.calls > 2);
    CHECK(motevec_load_from(model, call_on_read, &caller) == MOTEVEC_ERROR_SOURCE);
    CHECK(motevec_words(model) == WORDS && motevec_on_notice(model, NULL, NULL) == MOTEVEC_ERROR_NONE);
}

int main(void) {
    for (int error = MOTEVEC_ERROR_NONE; error <= MOTEVEC_ERROR_SOURCE; error++)
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
    check_observe(model);
    printf("%016" PRIx64 "\n", check_numbers(model));
    motevec_reset(model);
    check_model(model);
    check_image(model);
    check_pieces(model);
    check_notices(model);
    check_callbacks(model);
    return 0;
}
