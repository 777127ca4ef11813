/* What the player says: lines as terraform 1.11.4's machine-readable UI writes them, or only their
 * messages when -json was not asked for.
 * https://developer.hashicorp.com/terraform/internals/machine-readable-ui */
#ifndef CORE_REHEARSAL_PLAY_OUT_H
#define CORE_REHEARSAL_PLAY_OUT_H

#include "core/base/json.h"
#include "core/rehearsal/description.h"

#define PLAY_VERSION "1.11.4"

struct play_out {
    bool json;
    unsigned errors; /* diagnostics said so far */
};

/* One line. `key` and `payload` (stolen) are the type's own member; NULL for none. */
void play_say(struct play_out *out, const char *type, const char *key, json_t *payload,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

void play_say_version(struct play_out *out);
void play_init_output(struct play_out *out, const char *code, const char *message);

/* An error diagnostic; `address` may be NULL. */
void play_diagnose(struct play_out *out, const char *summary, const char *detail,
                   const char *address);

/* A hook line: resource, action (NULL for none), id ("" for none), seconds (-1 for none). */
json_t *play_hook(const struct piece *piece, const char *action, const char *id, int seconds);

json_t *play_resource(const struct piece *piece);

/* "0s", "1m10s", as Go writes a duration. */
const char *play_duration(int seconds, char out[32]);

void play_summary(struct play_out *out, const char *operation, unsigned add, unsigned change,
                  unsigned remove);

#endif
