/* What the tests in C have in common. */
#ifndef CHECK_H
#define CHECK_H

#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "motevec.h"

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)

enum { WORDS = 8, DIM = 20, TEXT = 40 };

struct image {
    uint8_t bytes[4096];
    size_t length;
    int refuse;
};

static inline int take(void *context, const uint8_t *bytes, size_t length) {
    struct image *image = (struct image *)context;
    if (image->refuse || image->length + length > sizeof image->bytes) return 1;
    memcpy(image->bytes + image->length, bytes, length);
    image->length += length;
    return 0;
}

/* Flash behind a bus, which breaks after so many reads. */
struct flash {
    const struct image *image;
    int reads;
};

static inline int read_flash(void *context, size_t offset, uint8_t *bytes, size_t length) {
    struct flash *flash = (struct flash *)context;
    CHECK(length <= 64);
    if (flash->reads-- == 0 || offset + length > flash->image->length) return 1;
    memcpy(bytes, flash->image->bytes + offset, length);
    return 0;
}

static inline motevec_error load_from(motevec *model, const struct image *image, int reads) {
    struct flash flash = {image, reads};
    return motevec_load_from(model, read_flash, &flash);
}

static inline void count(void *context, motevec_event event, const char *word, size_t length) {
    CHECK(length > 0 && word[0] != ' ');
    ((int *)context)[event]++;
}

static inline motevec_error learn(motevec *model, const char *text) {
    return motevec_learn(model, text, strlen(text), NULL);
}

/* The bytes of whole pages for `size` bytes. */
static inline size_t pages(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

/* `size` bytes, with a page behind them that nobody may touch. */
static inline void *guarded(size_t size) {
    size_t inside = pages(size), all = inside + pages(1);
    char *start = (char *)mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK((void *)start != MAP_FAILED && mprotect(start + inside, all - inside, PROT_NONE) == 0);
    return start + inside - size;
}

static inline void release(void *block, size_t size) {
    CHECK(munmap((char *)block + size - pages(size), pages(size) + pages(1)) == 0);
}

/* In streams.c: sentences that come word by word, words that are numbers, images that come in pieces. */
void check_observe(motevec *model);
uint64_t check_numbers(motevec *named);
void check_pieces(motevec *model);

#endif
