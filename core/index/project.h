/* What a Python project says about itself, where that is written down and not computed: [project]
 * of pyproject.toml, else [metadata] of setup.cfg. No TOML reader: it finds a few texts, and says
 * so when it cannot be sure. https://packaging.python.org/en/latest/specifications/pyproject-toml/
 */
#ifndef CORE_INDEX_PROJECT_H
#define CORE_INDEX_PROJECT_H

#include "core/base/buf.h"
#include "core/base/error.h"

struct project {
    char name[128], version[64], summary[512], requires_python[128];
};

/* ERROR_INPUT with the reason when it is no project, or one that only Python can build. */
bool project_read(struct project *project, const char *dir, struct error *err);

/* The same from the text of a pyproject.toml; *found: it has a [project]. */
bool project_from_toml(struct project *project, struct str text, bool *found, struct error *err);

#endif
