/* The operator's home in a rehearsal: an ~/.aws with the keys that the simulated AWS knows, and a
 * few more profiles so that there is something to choose from. */
#ifndef CORE_REHEARSAL_HOME_H
#define CORE_REHEARSAL_HOME_H

#include "core/base/error.h"

/* Makes DIR/rehearsal/home/.aws/{credentials,config}; files that are there are left alone, since
 * the program may add profiles to them. */
bool home_write(const char *dir, struct error *err);

#endif
