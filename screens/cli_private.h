/* Shared by the cli_*.c files; for nobody else. */
#ifndef SCREENS_CLI_PRIVATE_H
#define SCREENS_CLI_PRIVATE_H

#include "core/session/report.h"
#include "core/session/session_index.h"
#include "screens/cli.h"

struct plain; /* plain.c */

struct cli {
    const struct options *options;
    struct place *place;
    struct loop *loop;
    struct signals signals;
    struct session session;
    struct turn turn;
    void (*step)(struct cli *cli); /* after every turn: is it time for something? */
    int code;
    bool over, prompted;
    bool refused;                   /* the yes that was typed: the credentials end too early */
    bool handed;                    /* what it waits for was given from the environment */
    enum stage_id asked;            /* prompted: for the yes to this one */
    struct session_cluster cluster; /* as it was said last */
    struct watch input;
    char typed[64]; /* of the answer to the review */
    size_t typed_len;
    uint64_t next_line; /* of the log, to be printed */
    struct channel_call call;
    size_t word;        /* publish: which of its arguments is under way */
    void *work;         /* of the verb that is served */
    char waits_for[80]; /* what the cluster was last said to wait for */
    struct plain *plain;
};

/* One line on standard error; returns `code`. */
int cli_complain(const struct error *err, int code);

/* One line on standard output, free of anything that a terminal obeys. */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints and drops the reference: one JSON value on one line. cli_put leaves the flush to whoever
 * says more. */
void cli_print(json_t *value);
void cli_put(json_t *value);

/* Signals, session and loop for verbs that wait. False when they cannot be had (code is set). */
bool cli_open(struct cli *cli);
void cli_close(struct cli *cli);
void cli_end(struct cli *cli, int code); /* the loop stops at the end of this turn */

/* Fills place->dir for verbs that need a deployment; false with code 2 set otherwise. */
bool cli_choose(struct cli *cli);

/* cli_digits.c: begins the checks of the profile that is meant, after the digits that its role may
 * want were asked for on the terminal. The verb may have been ended meanwhile. */
void cli_choose_profile(struct cli *cli);
/* Only these digits, for whose keys a verb takes that checks nothing. As above. */
void cli_digits_first(struct cli *cli);
/* Only these digits, for any choice. True when none are wanted, or nobody can be asked. */
bool cli_digits(const struct place *place, struct loop *loop, struct signals *signals,
                const struct profiles *profiles, const struct profile_choice *choice,
                const char *region, struct error *err);

/* cli_keys.c: the keys of a choice that are not at hand; waits until somebody has given them. */
bool cli_ask_keys(const struct place *place, struct loop *loop, const struct profiles *profiles,
                  const struct profile_choice *choice, const char *role_arn, const char *region,
                  struct creds *creds, struct error *err);

void cli_profiles(struct cli *cli);
void cli_check(struct cli *cli);
void cli_status(struct cli *cli);
void cli_list(struct cli *cli);
void cli_history(struct cli *cli);
void cli_logs(struct cli *cli);
void cli_pods(struct cli *cli);
void cli_run(struct cli *cli); /* plan, apply */
/* cli_follow.c: a yes was typed. One that is refused is complained of, and the plan given back. */
void cli_consent(struct cli *cli);
void cli_destroy(struct cli *cli);
void cli_attach(struct cli *cli);
void cli_stop(struct cli *cli);
void cli_kubeconfig(struct cli *cli);
void cli_pypirc(struct cli *cli);
void cli_publish(struct cli *cli);

/* cli_pypirc.c: the index of the deployment with a password that is known, typed on a terminal if
 * it must be. False with the code set when there is none. */
bool cli_index(struct cli *cli, const char *pypirc, bool password);
void cli_plain(struct cli *cli);

void cli_print_checks(const struct checks *checks);
bool cli_holds_deployment(const char *dir);

/* cli_answers.c: what the next run begins with. False with a sentence that names all that is
 * missing, or the stage that is not here. */
bool cli_take_stages(struct cli *cli, struct error *err);
bool cli_take_answers(struct cli *cli, struct error *err); /* and the secrets */
/* From the environment; with `make` those that nobody gave and that may be made up. */
bool cli_take_secrets(struct cli *cli, bool make, struct error *err);
bool cli_lacks_secret(const struct cli *cli, enum secret_id id);
void cli_show_secrets(const struct cli *cli); /* those that were made; on a terminal alone */

/* cli_follow.c: prints what changes until the run is over, then ends with its code. */
void cli_follow(struct cli *cli);
void cli_follow_step(struct cli *cli);
void cli_done(struct cli *cli, const struct error *err, int code); /* the last event */

#endif
