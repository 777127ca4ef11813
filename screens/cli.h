/* The headless face: verbs on the command line. Standard output carries the answer, standard error
 * the talk. Does no work of its own: it asks the session and prints what changes. */
#ifndef SCREENS_CLI_H
#define SCREENS_CLI_H

#include "core/session/session.h"
#include "screens/options.h"

/* Serves any verb but VERB_NONE; returns the exit code of the contract. */
int cli_main(const struct options *options, struct place *place, struct loop *loop);

/* Says why a verb could not even begin; returns `code`. What streams JSON gets its last event. */
int cli_refuse(const struct options *options, const struct error *err, int code);

/* --aws-keys [--rehearse DIR] [--source SURROUNDING] [NAME]: the keys of a profile ("" or none: as
 * the environment says) as a credential_process prints them. Asks nobody for digits: nobody is
 * there. */
int cli_keys(const struct options *options, const struct place *place, struct loop *loop);

/* `token`: files and one HMAC; the loop turns only for profiles that ask somebody. */
int cli_token(const struct options *options, const struct place *place, struct loop *loop);

#endif
