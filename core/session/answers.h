/* Everything the operator chose, secrets excepted: what the forms edit, what ekshub.yaml keeps, and
 * what terraform gets as variables. The profile is not among them: it belongs to the person. */
#ifndef CORE_SESSION_ANSWERS_H
#define CORE_SESSION_ANSWERS_H

#include "core/base/json.h"
#include "core/session/stage.h"

#define ANSWERS_VERSION 1

struct answers {
    char id[16];      /* of the deployment, made once: the tag ekshub:deployment=NAME/ID */
    bool rehearsal;   /* a directory is one or the other, for ever */
    char account[16]; /* 12 digits; "" until known */
    char region[32];
    char cluster_name[101];
    char kubernetes_version[8];
    char node_count[4]; /* as typed: fields edit text, the validator says whether it is a number */
    char instance_type[32];
    char node_disk_gib[8];
    char zones[64]; /* comma separated; "": two are chosen */
    char vpc_cidr[20];
    char endpoint_cidrs[256]; /* comma separated */
    char admin_arns[1024];    /* comma separated; "": only the operator */
    bool cert_manager;
    char tags[512]; /* name=value, comma separated; of every stage */

    char state_store[8]; /* "local", "s3", "hcp" */
    char state_bucket[64];
    char state_region[32];       /* "": the region of the cluster */
    char state_create_bucket[6]; /* "true", "false" */
    char state_organization[64]; /* of HCP Terraform */

    char pypi_bucket_name[64];
    char pypi_create_bucket[6]; /* "true", "false" */
    char pypi_keep_bucket[6]; /* "true", "false": a destroy deletes what it made, with the packages
                               */
    char pypi_admin_user[64];
    char pypi_credentials[8]; /* "role", "keys" */
    char pypi_namespace[64];
    char pypi_default_read[16];   /* "authenticated", "everyone" */
    char pypi_source_ranges[256]; /* comma separated */

    char hub_release[54]; /* and its namespace */
    char hub_flavor[16];  /* "mlhub", "jupyterhub" */
    char hub_admin_user[64];
    char hub_storage[16];      /* "1Gi" */
    char workspace_image[256]; /* "": the chart's */
    char workspace_storage[16];
    char hub_source_ranges[256]; /* comma separated */

    char domain_zone[256];       /* of Route53; "": no domain, plain http */
    char domain_create_zone[6];  /* "true", "false": it is there */
    char domain_hub_host[256];   /* "": hub. in the zone */
    char domain_pypi_host[256];  /* "": pypi. in the zone */
    char domain_acme_email[128]; /* to which Let's Encrypt writes */
    char domain_acme_server[16]; /* "staging", "production" */
    char domain_challenge[8];    /* "dns01", "http01" */
    char domain_source_ranges[256];
};

/* Whether hub and index are to be reached through a domain, and only so. */
static inline bool answers_want_domain(const struct answers *answers)
{
    return answers->domain_zone[0] != '\0';
}
/* "hub.demo.example.org", the hub's host or the index's; "" without a domain. */
void answers_hub_host(const struct answers *answers, char out[264]);
void answers_pypi_host(const struct answers *answers, char out[264]);

/* One answer: where it is in the struct, its key in ekshub.yaml, and who judges it. A form and a
 * headless run use the same table, so no answer has two rules. */
struct answer_field {
    const char *key;      /* of ekshub.yaml, and the name of the member: zones */
    const char *variable; /* of terraform; NULL when terraform never gets it */
    enum stage_id stage;  /* whose root takes the variable, whose form asks */
    const char *label;    /* of the form */
    size_t offset, size;  /* in struct answers; a text */
    enum { ANSWER_TEXT, ANSWER_NUMBER, ANSWER_BOOL, ANSWER_LIST, ANSWER_MAP } shape;
    bool required;
    /* NULL when the text is fine, else the sentence that complains; static or in a static buffer
     * that the next call overwrites. */
    const char *(*judge)(const char *text);
};

/* Whether it decides anything beside the other answers: a bucket of states does when they are
 * kept in one, a host when there is a zone. */
bool answer_matters(const struct answers *answers, const struct answer_field *field);

extern const struct answer_field answer_fields[];
extern const size_t answer_field_count;

/* By key, or by the variable of provision-eks; NULL when there is none. */
const struct answer_field *answer_field(const char *name);
char *answer_text(struct answers *answers, const struct answer_field *field); /* to edit */
const char *answer_read(const struct answers *answers, const struct answer_field *field);

/* The defaults: 3 × t3.large, 100 GiB, and for a rehearsal a name, a region and an address as well.
 * The id is new each time. */
void answers_default(struct answers *answers, bool rehearsal);

/* Sets what the document says; unknown keys and nulls are ignored, a value of the wrong kind is
 * ERROR_INPUT and names the key. */
bool answers_from_json(struct answers *answers, const json_t *value, struct error *err);
json_t *answers_json(const struct answers *answers);

/* The first complaint of the stage's answers, or true. Names every required one that is missing. */
bool answers_judge(const struct answers *answers, enum stage_id stage, struct error *err);

/* The variables of the stage's root that the answers decide, for terraform.tfvars.json;
 * answers_judge must have passed. The tags get ekshub:deployment=NAME/ID. `profile` may be NULL. */
json_t *answers_variables(const struct answers *answers, enum stage_id stage, const char *profile);

/* Reads an answers file (YAML or JSON) or DIR/ekshub.yaml; missing is ERROR_SYSTEM, ENOENT. */
bool answers_read_file(struct answers *answers, const char *path, struct error *err);
/* Whether a destroy deletes the bucket of the packages: made here, and not to be kept. */
bool answers_lose_bucket(const struct answers *answers);

bool answers_write_file(const struct answers *answers, const char *path, struct error *err);

#endif
