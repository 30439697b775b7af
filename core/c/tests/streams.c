/* Sentences that come word by word, words that are numbers, and images that come in pieces: see api.c. */
#include "check.h"

/* Sentences word by word leave the bits of whole sentences, also while words are forgotten for others. */
void check_observe(motevec *model) {
    motevec_config config = {WORDS, DIM, TEXT};
    motevec *other = NULL;
    void *room = malloc(motevec_size(&config));
    char words[4][8];
    const char *sentence[4];
    float loss = 0, theirs = 0;
    CHECK(motevec_init(room, motevec_size(&config), &config, &other) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE);
    for (int i = 0; i < 300; i++) {
        for (int word = 0; word < 4; word++) {
            snprintf(words[word], sizeof words[word], "w%d", i % (3 + word * word * word));
            sentence[word] = words[word];
            CHECK(motevec_observe(other, words[word]) == MOTEVEC_ERROR_NONE);
        }
        CHECK(motevec_learn_words(model, sentence, 4, &loss) == MOTEVEC_ERROR_NONE);
        CHECK(motevec_end_sentence(other, &theirs) == MOTEVEC_ERROR_NONE && memcmp(&loss, &theirs, sizeof loss) == 0);
    }
    CHECK(motevec_bits(model) == motevec_bits(other) && motevec_words(model) == WORDS);
    /* A sentence that has begun is ended by the next whole one. */
    CHECK(motevec_observe(other, "w0") == MOTEVEC_ERROR_NONE && learn(other, "w1 w2") == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "w0 w1 w2") == MOTEVEC_ERROR_NONE && motevec_bits(model) == motevec_bits(other));
    uint64_t bits = motevec_bits(model);
    CHECK(motevec_end_sentence(model, &loss) == MOTEVEC_ERROR_NONE && isnan(loss) && motevec_bits(model) == bits);
    CHECK(motevec_end_sentence(model, NULL) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_end_sentence(model, (float *)((char *)&loss + 1)) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_observe(model, "\xff") == MOTEVEC_ERROR_NOT_UTF8);
    CHECK(motevec_observe(model, NULL) == MOTEVEC_ERROR_NULL);
    /* What was begun before a reset is forgotten with the rest. */
    CHECK(motevec_observe(model, "one") == MOTEVEC_ERROR_NONE && motevec_observe(model, "two") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE && motevec_end_sentence(model, &loss) == MOTEVEC_ERROR_NONE);
    CHECK(isnan(loss) && motevec_words(model) == 0);
    /* Words that are known can be named by their numbers. */
    uint32_t numbers[] = {0, 1, 2, 1};
    CHECK(motevec_reset(other) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_learn_numbers(model, numbers, 4, NULL) == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(learn(model, "a b c") == MOTEVEC_ERROR_NONE && learn(other, "a b c") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_learn_numbers(model, numbers, 4, NULL) == MOTEVEC_ERROR_NONE && motevec_count(model, 1) == 3);
    CHECK(learn(other, "a b c b") == MOTEVEC_ERROR_NONE && motevec_bits(model) == motevec_bits(other));
    free(room);
}

/* Words that are numbers, in a model without text. Gives the hash of what was learned. */
uint64_t check_numbers(motevec *named) {
    enum { NUMBERS = 12 };
    static struct image saved, names, again;
    motevec_config config = {NUMBERS, DIM, 0};
    motevec_image image;
    motevec *model = NULL, *other = NULL;
    motevec_near near[NUMBERS];
    const uint32_t low[] = {0, 1, 2, 10}, high[] = {3, 4, 5, 11}, wrong[] = {0, NUMBERS, 1};
    int events[3] = {0, 0, 0};
    size_t found = 9, length = 9;
    uint32_t number = 99;
    float loss = 0;
    CHECK(motevec_size(&config) == MOTEVEC_SIZE(NUMBERS, DIM, 0));
    size_t size = motevec_size(&config);
    void *room = guarded((size + 7) / 8 * 8), *beside = guarded((size + 7) / 8 * 8);
    CHECK(motevec_init(room, size, &config, &model) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_init(beside, size, &config, &other) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_words(model) == NUMBERS && motevec_count(model, 3) == 0 && motevec_vector(model, 11) != NULL);
    CHECK(motevec_nearest(model, 0, near, NUMBERS, &found) == MOTEVEC_ERROR_NONE && found == 0);
    for (int i = 0; i < 64; i++) {
        CHECK(motevec_learn_numbers(model, low, 4, NULL) == MOTEVEC_ERROR_NONE);
        CHECK(motevec_learn_numbers(model, high, 4, &loss) == MOTEVEC_ERROR_NONE && loss > 0);
        /* The same as text, and one by one. */
        CHECK(learn(other, "0 1 2 10") == MOTEVEC_ERROR_NONE);
        for (int word = 0; word < 4; word++) CHECK(motevec_observe_number(other, high[word]) == MOTEVEC_ERROR_NONE);
        CHECK(motevec_end_sentence(other, NULL) == MOTEVEC_ERROR_NONE);
    }
    uint64_t bits = motevec_bits(model);
    CHECK(bits == motevec_bits(other) && motevec_count(model, 10) == 15 && motevec_count(model, 9) == 0);
    CHECK(motevec_nearest(model, 0, near, NUMBERS, &found) == MOTEVEC_ERROR_NONE && found == 7);
    for (int i = 0; i < 3; i++) CHECK(near[i].word == 1 || near[i].word == 2 || near[i].word == 10);
    CHECK(motevec_learn_numbers(model, wrong, 3, NULL) == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(motevec_observe_number(model, NUMBERS) == MOTEVEC_ERROR_NO_SUCH_WORD);
    CHECK(motevec_learn_numbers(model, NULL, 1, NULL) == MOTEVEC_ERROR_NULL);
    CHECK(motevec_learn_numbers(model, low, SIZE_MAX, NULL) == MOTEVEC_ERROR_LENGTH);
    CHECK(motevec_learn_numbers(model, (uint32_t *)((char *)low + 1), 1, NULL) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_learn_numbers(model, low, 1, (float *)((char *)&loss + 1)) == MOTEVEC_ERROR_ALIGNMENT);
    CHECK(motevec_learn_numbers(model, NULL, 0, &loss) == MOTEVEC_ERROR_NONE && isnan(loss));
    CHECK(motevec_bits(model) == bits && motevec_count(model, 0) == 15);
    CHECK(motevec_find(model, "11", &number) == MOTEVEC_ERROR_NONE && number == 11);
    const char *none[] = {"12", "01", "", "+1", "1 ", "70000", "4294967297", "door"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        CHECK(motevec_find(model, none[i], &number) == MOTEVEC_ERROR_NO_SUCH_WORD && number == 11);
    CHECK(motevec_text(model, 3, &length) == NULL && length == 0);
    /* What is not a number is dropped, and takes nothing from others. */
    CHECK(motevec_on_notice(model, count, events) == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "door 12") == MOTEVEC_ERROR_NONE && events[MOTEVEC_EVENT_DROPPED] == 2);
    CHECK(motevec_bits(model) == bits && motevec_count(model, 0) == 15);
    CHECK(motevec_on_notice(model, NULL, NULL) == MOTEVEC_ERROR_NONE);

    /* An image has decimals for words. */
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_open(&image, saved.bytes, saved.length) == MOTEVEC_ERROR_NONE);
    CHECK(motevec_image_words(&image) == NUMBERS && motevec_image_count(&image, 10) == 15);
    for (uint32_t word = 0; word < NUMBERS; word++) {
        char decimal[8];
        snprintf(decimal, sizeof decimal, "%u", (unsigned)word);
        CHECK(motevec_image_find(&image, decimal, &number) == MOTEVEC_ERROR_NONE && number == word);
    }
    CHECK(motevec_reset(other) == MOTEVEC_ERROR_NONE && motevec_count(other, 0) == 0 && motevec_bits(other) != bits);
    CHECK(motevec_adopt(other, &image, "10") == MOTEVEC_ERROR_NONE);
    CHECK(memcmp(motevec_vector(other, 10), motevec_vector(model, 10), DIM * sizeof(float)) == 0);
    CHECK(load_from(other, &saved, -1) == MOTEVEC_ERROR_NONE && motevec_bits(other) == bits);
    CHECK(motevec_load(other, &image) == MOTEVEC_ERROR_NONE && motevec_bits(other) == bits);
    CHECK(motevec_count(other, 11) == 16 && motevec_save(other, take, &again) == MOTEVEC_ERROR_NONE);
    CHECK(again.length == saved.length && memcmp(again.bytes, saved.bytes, saved.length) == 0);
    /* Names are not numbers. */
    CHECK(motevec_reset(named) == MOTEVEC_ERROR_NONE && learn(named, "3 tap") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_save(named, take, &names) == MOTEVEC_ERROR_NONE);
    CHECK(load_from(other, &names, -1) == MOTEVEC_ERROR_ROOM && motevec_count(other, 11) == 0);
    CHECK(motevec_load(named, &image) == MOTEVEC_ERROR_ROOM && motevec_words(named) == 2);
    release(room, (size + 7) / 8 * 8);
    release(beside, (size + 7) / 8 * 8);
    return bits;
}

/* Gives an image the checksum of what it holds. */
static void sign(struct image *image) {
    uint32_t sum = ~0u;
    for (size_t place = 0; place < image->length - 4; place++) {
        sum ^= image->bytes[place];
        for (int bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ (sum & 1 ? 0xedb88320u : 0);
    }
    for (int byte = 0; byte < 4; byte++) image->bytes[image->length - 4 + byte] = (uint8_t)(~sum >> (8 * byte));
}

/* What cannot be loaded leaves the model as it was, or empty, if the flash changes its mind. */
void check_pieces(motevec *model) {
    static struct image saved, other;
    int reads = 0;
    CHECK(motevec_reset(model) == MOTEVEC_ERROR_NONE && learn(model, "tap sink drain") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_save(model, take, &other) == MOTEVEC_ERROR_NONE);
    CHECK(learn(model, "door hall lamp tap") == MOTEVEC_ERROR_NONE);
    CHECK(motevec_save(model, take, &saved) == MOTEVEC_ERROR_NONE);
    uint64_t bits = motevec_bits(model);
    CHECK(motevec_load_from(model, NULL, NULL) == MOTEVEC_ERROR_NULL && motevec_bits(model) == bits);
    const size_t length = other.length;
    for (other.length = 0; other.length < length; other.length++)
        CHECK(load_from(model, &other, -1) == MOTEVEC_ERROR_SOURCE && motevec_bits(model) == bits);
    for (size_t place = 0; place < other.length; place++) {
        other.bytes[place] ^= 0x10;
        CHECK(load_from(model, &other, -1) != MOTEVEC_ERROR_NONE && motevec_bits(model) == bits);
        other.bytes[place] ^= 0x10;
    }
    CHECK(load_from(model, &other, -1) == MOTEVEC_ERROR_NONE && motevec_words(model) == 3);
    CHECK(load_from(model, &saved, -1) == MOTEVEC_ERROR_NONE && motevec_bits(model) == bits);
    uint32_t tap = 9;
    CHECK(motevec_find(model, "tap", &tap) == MOTEVEC_ERROR_NONE && tap == 0 && motevec_count(model, tap) == 2);
    /* The flash breaks at any time. */
    for (; load_from(model, &other, reads) != MOTEVEC_ERROR_NONE; reads++) {
        CHECK(motevec_words(model) == 0 || motevec_bits(model) == bits);
        CHECK(load_from(model, &saved, -1) == MOTEVEC_ERROR_NONE && motevec_bits(model) == bits);
    }
    CHECK(reads > 20 && motevec_words(model) == 3);
    /* A number that is not finite, a word that is not UTF-8, and a word twice, under a checksum that is right. */
    size_t text = 16 + 3 * (4 + 1 + 1), places[] = {other.length - 8, text, text};
    const char *wrong[] = {"\xff\xff\xff\xff", "\xff", "tapdtap"};
    for (int i = 0; i < 3; i++) {
        struct image forged = other;
        memcpy(forged.bytes + places[i], wrong[i], strlen(wrong[i]));
        if (i == 2) memcpy(forged.bytes + 16 + 3 * 4, "\x03\x04\x07", 3);
        sign(&forged);
        CHECK(load_from(model, &saved, -1) == MOTEVEC_ERROR_NONE && motevec_words(model) == 6);
        CHECK(load_from(model, &forged, -1) == MOTEVEC_ERROR_IMAGE && motevec_words(model) == 0);
    }
    sign(&other);
    CHECK(load_from(model, &other, -1) == MOTEVEC_ERROR_NONE && motevec_words(model) == 3);
}
