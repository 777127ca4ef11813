/* What is a good answer: one judge a field, for answers.c's table. NULL when the text is fine, else
 * one sentence, static. */
#ifndef CORE_SESSION_ANSWERS_JUDGE_H
#define CORE_SESSION_ANSWERS_JUDGE_H

#include "core/session/answers.h"

const char *judge_cluster_name(const char *text);
const char *judge_kubernetes_version(const char *text);
const char *judge_node_count(const char *text);
const char *judge_instance_type(const char *text);
const char *judge_node_disk(const char *text);
const char *judge_zones(const char *text);
const char *judge_vpc_cidr(const char *text);
const char *judge_endpoint_cidrs(const char *text);
const char *judge_admin_arns(const char *text);
const char *judge_tags(const char *text);
const char *judge_region(const char *text);
const char *judge_account(const char *text);

const char *judge_state_store(const char *text);
const char *judge_state_bucket(const char *text); /* "" is none */
const char *judge_state_region(const char *text);
const char *judge_state_organization(const char *text);
const char *judge_bucket(const char *text);
const char *judge_user_name(const char *text);
const char *judge_pypi_credentials(const char *text);
const char *judge_namespace(const char *text);
const char *judge_pypi_default_read(const char *text);
const char *judge_source_ranges(const char *text);
const char *judge_hub_admin(const char *text);
const char *judge_hub_flavor(const char *text);
const char *judge_storage(const char *text);
const char *judge_workspace_image(const char *text);

const char *judge_zone_name(const char *text);
const char *judge_host(const char *text);
const char *judge_email(const char *text);
const char *judge_acme_server(const char *text);
const char *judge_challenge(const char *text);
/* How the answers of the domain stage go together; false with the sentence, and in *key (unless
 * NULL) the answer that is at fault. */
bool judge_domain(const struct answers *answers, const char **key, struct error *err);

#endif
