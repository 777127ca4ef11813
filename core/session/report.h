/* The -o json contract (product.md, man page): pure functions from what is known to JSON values. A
 * new reference each; absent values are null; times are RFC 3339 UTC; strings are sanitised UTF-8.
 */
#ifndef CORE_SESSION_REPORT_H
#define CORE_SESSION_REPORT_H

#include "core/aws/differences.h"
#include "core/session/session.h"

/* "chosen" is the profile that the AWS CLI would take. */
json_t *report_profiles(const struct profiles *profiles, const struct place *place);
/* Where terraform and the AWS CLI disagree: [{"profile","text","hint"}]. `profile` NULL: all. */
json_t *report_differences(const struct differences *differences, const char *profile);
json_t *report_checks(const struct checks *checks, const char *profile);
json_t *report_status(const struct session *session);
/* Reads each one's files; `state_dir` has the aliases of accounts. */
json_t *report_list(const struct deployments *known, const struct estimates *estimates,
                    const char *state_dir);
json_t *report_history(const json_t *lines); /* of history_read */

/* One event of the stream for a change of the run: journal event or terraform event (one is NULL).
 * `stage` is whose terraform spoke. NULL when it is nothing for outside. */
json_t *report_event(const struct run *run, enum stage_id stage, const json_t *journal_event,
                     const struct tf_event *event, int64_t wall_ms);

/* The event that says what EKS says of the cluster. */
json_t *report_cluster(const struct session_cluster *cluster, int64_t wall_ms);

/* The last line. `run` and `outputs` may be NULL, `err` NULL or of kind NONE. */
json_t *report_done(const struct run *run, const struct outputs *outputs, const struct error *err,
                    int exit_code, int64_t wall_ms);

/* The exit code of an error that stopped a verb before a run existed: 2 input, 4 credentials,
 * 5 stopped, 6 busy, else 1. */
int report_exit_code(const struct error *err);

#endif
