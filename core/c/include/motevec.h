// motevec: word vectors learned on a device, in storage that the caller owns.
// Made from core/c/src by cbindgen: `cbindgen --config cbindgen.toml --output include/motevec.h` in core/c.

#ifndef MOTEVEC_H
#define MOTEVEC_H

#include <stddef.h>
#include <stdint.h>

// The bytes of storage that `motevec_init` needs for up to `words` words of `dim` components, whose texts take up to
// `text` bytes, as a constant; aligned to 8 bytes: `static uint64_t storage[(MOTEVEC_SIZE(80, 16, 800) + 7) / 8];`
#define MOTEVEC_SIZE(words, dim, text) \
  ((24 * sizeof(void *) + 363 + (size_t)(text) + \
    (size_t)(words) * (8 * (((size_t)(dim) + 15) / 16 * 16) + ((text) == 0 ? 6 : 10))) / 4 * 4)

// What a function says: `MOTEVEC_ERROR_NONE`, which is 0, or why it did not do all that it was told.
typedef enum {
  MOTEVEC_ERROR_NONE = 0,
  MOTEVEC_ERROR_NULL,
  MOTEVEC_ERROR_CONFIG,
  MOTEVEC_ERROR_STORAGE,
  MOTEVEC_ERROR_ALIGNMENT,
  MOTEVEC_ERROR_NO_MODEL,
  MOTEVEC_ERROR_NOT_UTF8,
  MOTEVEC_ERROR_NO_SUCH_WORD,
  MOTEVEC_ERROR_RATE,
  MOTEVEC_ERROR_IMAGE,
  MOTEVEC_ERROR_DIMENSIONS,
  MOTEVEC_ERROR_ROOM,
  MOTEVEC_ERROR_EMPTY,
  MOTEVEC_ERROR_NOT_FINITE,
  MOTEVEC_ERROR_SINK,
  MOTEVEC_ERROR_NO_IMAGE,
  MOTEVEC_ERROR_LENGTH,
  MOTEVEC_ERROR_BUSY,
  MOTEVEC_ERROR_SOURCE,
} motevec_error;

// What became of a word.
typedef enum {
  // There is no room for it: it is not learned.
  MOTEVEC_EVENT_DROPPED,
  // It made room for another.
  MOTEVEC_EVENT_FORGOTTEN,
  // Its vectors grew without end, and were drawn again: the learning rate may be too high.
  MOTEVEC_EVENT_RESTARTED,
} motevec_event;

// Two matrices, a vocabulary, and all that learning needs, in the storage of whoever called `motevec_init`.
//
// Every function with a model as its first argument takes the pointer that `motevec_init` gave, and returns an error
// or a neutral value for NULL, and for initialized bytes that are not a model. Other pointers must be valid for what
// they are said to hold, not overlap what is written, or be NULL; NULL is also valid for 0 items, and for a single
// result that is not wanted. A model is used by one thread or task at a time; different models have nothing in
// common. It knows where it lies: its storage must not be moved, copied or written to.
//
// A function that a model calls, which is told of words, or takes or reads an image, must return: no `longjmp`, no
// exception.
// Until then every function for that model returns `MOTEVEC_ERROR_BUSY` or a neutral value.
typedef struct motevec motevec;

// An image that was found sound. It is a few pointers into the image's bytes, which must stay.
typedef struct {
  size_t content[24];
} motevec_image;

// A word and how similar it is.
typedef struct {
  // Its number.
  uint32_t word;
  // The cosine of the angle between the vectors, from -1 to 1.
  float similarity;
} motevec_near;

// Sizes of a model.
typedef struct {
  // The most words that it knows at a time. When there are more, the frequent ones keep their places.
  uint16_t words;
  // Components of a vector, at most 16 in a library with the feature `one-block`. Multiples of 16 waste nothing.
  uint16_t dim;
  // The most bytes that the words take, one after another, without zeros at their ends. With 0, words are the
  // numbers below `words`: all are known from the start, and none is forgotten. Where their text is asked for, as in
  // an image, it is decimal.
  uint16_t text;
} motevec_config;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The text of an error: a line without a period, which stays valid.
const char *motevec_error_text(int32_t error);

// Checks the image in `length` bytes, in flash or anywhere else, and makes it ready to be read in place. If it is not
// sound, functions for it return `MOTEVEC_ERROR_NO_IMAGE`, or a neutral value.
motevec_error motevec_image_open(motevec_image *image,
                                 const uint8_t *content,
                                 size_t length);

// How many words an image has.
uint32_t motevec_image_words(const motevec_image *image);

// How many components the vectors of an image have.
size_t motevec_image_dim(const motevec_image *image);

// Gives the number that a word, which is ended with a zero, has in an image.
motevec_error motevec_image_find(const motevec_image *image, const char *text, uint32_t *word);

// The text of a word of an image, and how many bytes it has: it is not ended with a zero. NULL if there is no such
// word. It is valid as long as the image's bytes are.
const char *motevec_image_text(const motevec_image *image,
                               uint32_t word,
                               size_t *length);

// How often a word of an image was seen; 0 if there is no such word.
uint32_t motevec_image_count(const motevec_image *image, uint32_t word);

// Copies the vector of a word of an image to `vector`, `dim` numbers.
motevec_error motevec_image_vector(const motevec_image *image, uint32_t word, float *vector, size_t dim);

// Writes the words of an image most similar to `query`, `dim` numbers, to `nearest`, the most similar first, at most
// `room` of them, and gives how many they are to `found`. The word whose vector it is is among them.
motevec_error motevec_image_nearest(const motevec_image *image,
                                    const float *query,
                                    size_t dim,
                                    motevec_near *nearest,
                                    size_t room,
                                    size_t *found);

// Copies the vectors of a word, which is ended with a zero, from an image to the model, which learns on with them. It
// gets the count of an average word, if it has less. `MOTEVEC_ERROR_ROOM` if it is new and there is no place for it:
// no other word makes room.
motevec_error motevec_adopt(motevec *model,
                            const motevec_image *image,
                            const char *text);

// Forgets everything, and takes all words of an image with their counts, to learn on with them.
// `MOTEVEC_ERROR_ROOM` if there is no room for all: then nothing is forgotten or taken. But where words are numbers
// and those of the image are not, everything is forgotten.
motevec_error motevec_load(motevec *model,
                           const motevec_image *image);

// The same, with an image that is not in the address space: `read` gets `context`, writes `length` bytes of the image
// from `offset` on to `bytes`, and returns 0, or anything else if it cannot. It is asked for at most 64 bytes at a
// time, but for a word, and for everything at least twice.
//
// If the image does not fit, cannot be read, or is damaged, nothing is forgotten or taken. If only reading it again
// fails, or its checksum is right though it is not a sound image, the model has forgotten everything.
motevec_error motevec_load_from(motevec *model,
                                int (*read)(void *context, size_t offset, uint8_t *bytes, size_t length),
                                void *context);

// The bytes of storage that a model takes; 0 if the configuration is not possible. `MOTEVEC_SIZE` says the same when
// the program is compiled.
size_t motevec_size(const motevec_config *config);

// Lays a model that knows nothing out in `storage`, `size` bytes aligned to 8, and gives it to `model`. The storage is
// the model's until nobody uses the model any more; there is nothing to free.
motevec_error motevec_init(void *storage,
                           size_t size,
                           const motevec_config *config,
                           motevec **model);

// Forgets everything, and restarts with the same random numbers. The learning rate stays.
motevec_error motevec_reset(motevec *model);

// Has `notice` called, with `context`, for each word that is dropped, forgotten, or restarted; NULL ends that. It must
// not use the model.
motevec_error motevec_on_notice(motevec *model,
                                void (*notice)(void *context,
                                               motevec_event event,
                                               const char *word,
                                               size_t length),
                                void *context);

// Learns from one sentence, `length` bytes of words with blanks or tabs between them. If one has been begun by
// `motevec_observe`, this is the rest of it. Gives the loss of an average pair of words, before it was learned, to
// `loss`, unless that is NULL; NaN if there was no pair.
motevec_error motevec_learn(motevec *model,
                            const char *text,
                            size_t length,
                            float *loss);

// The same, from `count` words, each ended with a zero.
motevec_error motevec_learn_words(motevec *model, const char *const *words, size_t count, float *loss);

// The same, from `count` words that are known, by their numbers.
motevec_error motevec_learn_numbers(motevec *model, const uint32_t *words, size_t count, float *loss);

// Learns from the next word of a sentence, which is ended with a zero. After `motevec_end_sentence` the model has the
// same bits as if it had learned the sentence whole, and never holds more of it than five words.
motevec_error motevec_observe(motevec *model,
                              const char *word);

// The same, from a word that is known, by its number.
motevec_error motevec_observe_number(motevec *model, uint32_t word);

// Ends a sentence, and learns from the last words of it. Gives its loss as `motevec_learn` does. Where sentences have
// no end, call it now and then: only here vectors that grow without end are noticed.
motevec_error motevec_end_sentence(motevec *model,
                                   float *loss);

// Sets the learning rate, which is 0.05 at first: above 0, at most 1.
motevec_error motevec_set_rate(motevec *model, float rate);

// How many words are known.
uint32_t motevec_words(const motevec *model);

// How many components a vector has.
size_t motevec_dim(const motevec *model);

// The recent loss of an average pair; NaN before the first.
float motevec_loss(const motevec *model);

// A hash of the bits of all vectors: machines that have learned the same have the same.
uint64_t motevec_bits(const motevec *model);

// Gives the number of a word, which is ended with a zero. It stays the word's until the word is forgotten.
motevec_error motevec_find(const motevec *model, const char *text, uint32_t *word);

// The text of a word, and how many bytes it has: it is not ended with a zero. NULL if there is no such word, or words
// are numbers. It is valid until the model learns, adopts, loads or is reset.
const char *motevec_text(const motevec *model,
                         uint32_t word,
                         size_t *length);

// How often a word was seen, at least; 0 if there is no such word.
uint32_t motevec_count(const motevec *model, uint32_t word);

// The vector of a word, as many numbers as the model has dimensions; NULL if there is no such word. It is valid until
// the model learns, adopts, loads or is reset.
const float *motevec_vector(const motevec *model,
                            uint32_t word);

// Gives the cosine of the angle between the vectors of two words, from -1 to 1.
motevec_error motevec_similarity(const motevec *model, uint32_t a, uint32_t b, float *similarity);

// Writes the words most similar to `word` to `nearest`, the most similar first, at most `room` of them, and gives how
// many they are to `found`. Where words are numbers, those are left out that never came, or have not come for a long
// time.
motevec_error motevec_nearest(const motevec *model,
                              uint32_t word,
                              motevec_near *nearest,
                              size_t room,
                              size_t *found);

// Hands an image of the model to `sink`, in pieces of at most 64 bytes; only words may be longer. It gets `context`,
// and ends the saving by returning anything but 0. What it took is an image only if this returns no error.
motevec_error motevec_save(const motevec *model,
                           int (*sink)(void *context, const uint8_t *bytes, size_t length),
                           void *context);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MOTEVEC_H */
