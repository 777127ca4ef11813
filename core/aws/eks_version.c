/* One page of DescribeClusterVersions, asked for one version; see eks_version.h. */
#include "core/aws/eks_version.h"

#include "core/base/json.h"

#include "core/base/alloc.h"

/* Seconds since 1970 in the API; older botocore models have text. */
static void read_date(const json_t *item, char out[16])
{
    const json_t *date = js_get(item, "endOfStandardSupportDate");
    double seconds = json_is_number(date) ? json_number_value(date) : -1;
    char text[CLOCK_TEXT];
    int64_t wall;

    if (seconds > 0 && seconds < 1e11)
        str_copy((struct str){clock_rfc3339((int64_t)(seconds * 1000), text), 10}, out, 16);
    else if (clock_parse_rfc3339(js_str(item, "endOfStandardSupportDate"), &wall))
        str_copy((struct str){clock_rfc3339(wall, text), 10}, out, 16);
}

static void read_version(struct eks_version *version, const json_t *item)
{
    /* `status` is the older name of versionStatus, in lower case with a hyphen */
    struct str status = js_str(item, "versionStatus");

    if (status.len == 0)
        status = js_str(item, "status");
    version->support = str_is(status, "STANDARD_SUPPORT") || str_is(status, "standard-support")
                           ? EKS_STANDARD
                       : str_is(status, "EXTENDED_SUPPORT") || str_is(status, "extended-support")
                           ? EKS_EXTENDED
                           : EKS_NOT_OFFERED;
    read_date(item, version->standard_until);
}

static void done(struct aws_request *request)
{
    struct eks_version *version = container_of(request, struct eks_version, request);
    json_t *json = request->ok ? js_parse(buf_str(&request->http.response), NULL) : NULL;
    const json_t *list = js_get(json, "clusterVersions");

    version->ok = request->ok;
    version->error = request->error;
    if (request->ok && !json_is_array(list))
        version->ok = aws_request_nonsense(request, &version->error);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        if (str_is(js_str(item, "clusterVersion"), version->version))
            read_version(version, item);
    }
    json_decref(json);
    version->done(version);
}

bool eks_version_start(struct eks_version *version, struct aws *aws, const char *number,
                       void (*when_done)(struct eks_version *version), struct error *err)
{
    *version = (struct eks_version){.done = when_done};
    str_copy(str_of(number), version->version, sizeof version->version);
    aws_request_init(&version->request, aws, AWS_EKS, "DescribeClusterVersions", "GET",
                     "/cluster-versions");
    aws_request_query(&version->request, "clusterVersions", str_of(version->version));
    version->request.done = done;
    return aws_request_send(&version->request, err);
}

void eks_version_finish(struct eks_version *version)
{
    aws_request_finish(&version->request);
}
