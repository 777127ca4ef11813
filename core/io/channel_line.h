/* What the two sides of the control socket share: an address without the length limit, and a line
 * that is wiped. Private to channel.c and channel_ask.c. */
#ifndef CORE_IO_CHANNEL_LINE_H
#define CORE_IO_CHANNEL_LINE_H

#include <sys/socket.h>

#include "core/io/channel.h"

enum line_step { LINE_MORE, LINE_DONE, LINE_BROKEN, LINE_TOO_LONG };

/* Binds or connects a new non-blocking socket. -1 with errno set on failure. */
int channel_socket(const char *path,
                   int (*use)(int fd, const struct sockaddr *address, socklen_t len));

/* Reads what is there. LINE_DONE: a line is complete, `len` without its LF and all behind it. */
enum line_step channel_line_read(struct channel_line *line, int fd);
enum line_step channel_line_write(struct channel_line *line, int fd);

/* Becomes the value as one line with its LF. */
void channel_line_set(struct channel_line *line, const json_t *value);
void channel_line_finish(struct channel_line *line); /* wipes; idempotent */

#endif
