/* What differs between boards. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>

extern const char *const board_name;

/* Starts the serial line, at 115,200 bits per second. */
void serial_start(void);
/* Waits for a byte. */
char serial_read(void);
/* Sends `length` bytes, and waits until the last is on its way. */
void serial_write(const char *bytes, size_t length);

#endif
