/* The environment of a rehearsal: ours without what would reach outside it. */
#ifndef CORE_REHEARSAL_SURROUNDINGS_H
#define CORE_REHEARSAL_SURROUNDINGS_H

/* A copy of our environment with HOME = home and without AWS_*, proxies, KUBECONFIG and what
 * redirects terraform. Free it with surroundings_free. */
char **surroundings_make(const char *home);
void surroundings_free(char **environment); /* NULL is fine */

void surroundings_set(char ***environment, const char *name, const char *value);
const char *surroundings_value(char *const *environment, const char *name); /* NULL: not set */

#endif
