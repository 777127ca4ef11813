/* The debug log of --log FILE: one line an event, sanitised, 0600. Off unless opened. Takes text,
 * never a secret. */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include "core/base/error.h"

bool log_open(const char *path, struct error *err);
void log_close(void);
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
