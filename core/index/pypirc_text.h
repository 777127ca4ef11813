/* The text of a .pypirc as lines, and where in it our entry belongs. Private to pypirc*.c. */
#ifndef CORE_INDEX_PYPIRC_TEXT_H
#define CORE_INDEX_PYPIRC_TEXT_H

#include "core/base/ini_text.h"
#include "core/index/pypirc.h"

enum pypirc_option { PYPIRC_REPOSITORY, PYPIRC_USER, PYPIRC_PASSWORD, PYPIRC_OPTIONS };
extern const char *const pypirc_option_names[PYPIRC_OPTIONS];

struct pypirc_text { /* an old file, understood */
    struct ini_text file;
    bool has_section, has_distutils, has_servers, listed;
    size_t section, distutils; /* indices into file.ini.sections */
};

/* Views into `bytes`. On failure nothing needs to be finished. */
bool pypirc_text_read(struct pypirc_text *text, struct str bytes, const char *path,
                      struct error *err);
void pypirc_text_finish(struct pypirc_text *text);

/* The whole new file, *len bytes: the caller wipes and frees it. */
char *pypirc_text_merge(const struct pypirc_text *text, const struct pypirc_entry *entry,
                        size_t *len);

/* Whether `bytes` says for everything else what the old text said, and for us what it should. */
bool pypirc_text_agrees(const struct pypirc_text *old, struct str bytes,
                        const struct pypirc_entry *entry);

struct str pypirc_value(const struct pypirc_entry *entry, enum pypirc_option option);

#endif
