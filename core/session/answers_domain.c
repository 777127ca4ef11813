/* What is a good domain: names by RFC 1035, and what Route 53 and Let's Encrypt want of them. */
#include "core/session/answers.h"
#include "core/session/answers_judge.h"

#include "core/base/alloc.h"

static bool is_label_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_label(struct str label)
{
    for (size_t i = 0; i < label.len; i++)
        if (!is_label_char(label.data[i]))
            return false;
    return label.len > 0 && label.len <= 63 && label.data[0] != '-' &&
           label.data[label.len - 1] != '-';
}

/* At least two labels, and the last one no number. */
static bool is_domain(const char *text)
{
    struct str rest = str_of(text), label = {0};
    size_t labels = 0;
    bool more = rest.len > 0 && rest.len <= 253;
    if (!more)
        return false;
    while (more) {
        more = str_cut(&rest, '.', &label);
        if (!is_label(label))
            return false;
        labels++;
    }
    return labels >= 2 && label.len >= 2 && label.data[0] >= 'a';
}

const char *judge_zone_name(const char *text)
{
    return !*text || is_domain(text)
               ? NULL
               : "The zone is a domain in small letters, such as demo.example.org, with no dot at "
                 "its end.";
}

const char *judge_host(const char *text)
{
    return !*text || is_domain(text)
               ? NULL
               : "A host is a whole name in small letters, such as hub.demo.example.org.";
}

const char *judge_email(const char *text)
{
    const char *at = strchr(text, '@');
    if (!*text)
        return "Let's Encrypt wants an e-mail address to write to.";
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || strchr("<>()\"\\,;:", *c))
            at = NULL;
    const char *dot = at ? strrchr(at, '.') : NULL;
    return at && at > text && !strchr(at + 1, '@') && dot && dot > at + 1 && dot[1]
               ? NULL
               : "The e-mail address must be one, such as ops@example.org.";
}

const char *judge_acme_server(const char *text)
{
    return strcmp(text, "staging") == 0 || strcmp(text, "production") == 0
               ? NULL
               : "Certificates come from staging or from production.";
}

const char *judge_challenge(const char *text)
{
    return strcmp(text, "dns01") == 0 || strcmp(text, "http01") == 0
               ? NULL
               : "The proof must be dns01 or http01.";
}

static bool in_zone(const char *host, const char *zone)
{
    size_t all = strlen(host), part = strlen(zone);
    return all > part + 1 && host[all - part - 1] == '.' && strcmp(host + all - part, zone) == 0;
}

static bool open_to_all(const char *ranges)
{
    struct str rest = str_of(ranges), block;
    while (rest.len) {
        str_cut(&rest, ',', &block);
        if (str_is(str_trim(block), "0.0.0.0/0"))
            return true;
    }
    return false;
}

static bool judge_hosts(const struct answers *answers, const char **key, struct error *err)
{
    char hub[264], pypi[264];
    answers_hub_host(answers, hub);
    answers_pypi_host(answers, pypi);
    bool in = in_zone(hub, answers->domain_zone);
    *key = in ? "domain_pypi_host" : "domain_hub_host";
    if (!in || !in_zone(pypi, answers->domain_zone)) {
        error_set(err, ERROR_INPUT, "The host %.120s is not in the zone %.80s.", in ? pypi : hub,
                  answers->domain_zone);
        return error_hint(err, "Hub and PyPI are both names in the zone, such as hub.%.80s.",
                          answers->domain_zone);
    }
    return strcmp(hub, pypi) != 0 ||
           error_set(err, ERROR_INPUT, "Hub and PyPI need a host each, not both %.120s.", hub);
}

bool judge_domain(const struct answers *answers, const char **key, struct error *err)
{
    const char *ignored;
    key = key ? key : &ignored;
    if (!judge_hosts(answers, key, err))
        return false;
    if (strcmp(answers->domain_challenge, "http01") == 0 &&
        !open_to_all(answers->domain_source_ranges)) {
        *key = "domain_challenge";
        error_set(err, ERROR_INPUT,
                  "With http01 Let's Encrypt comes from anywhere, and %.100s keeps it out.",
                  answers->domain_source_ranges);
        return error_hint(err, "Take dns01, which needs no visit, or open it to 0.0.0.0/0.");
    }
    if (!answers->cert_manager) {
        *key = "cert_manager";
        error_set(err, ERROR_INPUT, "A domain needs cert-manager, which was left out of EKS.");
        return error_hint(err, "Set cert_manager: true and apply EKS again.");
    }
    return true;
}
