/* The rehearsed private index: pypicloud's HTTP interface over files in DIR/rehearsal/packages,
 * which the world lists as pypi_package "NAME VERSION SHA256", address "pypi_package.NAME/FILE".
 * https://pypicloud.readthedocs.io/en/latest/topics/api.html */
#ifndef CORE_REHEARSAL_INDEX_H
#define CORE_REHEARSAL_INDEX_H

#include "core/rehearsal/cloud.h"

void index_answer(const struct request *request, const struct cloud *cloud,
                  struct cloud_reply *reply);

#endif
