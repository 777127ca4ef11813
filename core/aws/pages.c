/* One page after the other; see pages.h. */
#include "core/aws/pages.h"

#include "core/base/xml.h"

#include "core/base/alloc.h"

const struct aws_paging aws_paging_ec2 = {AWS_EC2, "2016-11-15", "NextToken", "nextToken"};
const struct aws_paging aws_paging_elb = {AWS_ELB, "2012-06-01", "Marker", "NextMarker"};
const struct aws_paging aws_paging_elbv2 = {AWS_ELBV2, "2015-12-01", "Marker", "NextMarker"};
const struct aws_paging aws_paging_iam = {AWS_IAM, "2010-05-08", "Marker", "Marker"};

static void page_done(struct aws_request *request);

void aws_pages_init(struct aws_pages *pages, struct aws *aws, const struct aws_paging *paging,
                    const char *action)
{
    *pages = (struct aws_pages){.paging = paging};
    aws_form_init(&pages->request, aws, paging->service, action, paging->version);
    pages->request.done = page_done;
}

void aws_pages_set(struct aws_pages *pages, const char *name, struct str value)
{
    aws_form_set(&pages->request, name, value);
}

bool aws_pages_send(struct aws_pages *pages, struct error *err)
{
    buf_append(&pages->parameters, buf_str(&pages->request.body));
    return aws_request_send(&pages->request, err);
}

/* False when this was the last page, or the next one cannot be asked for. */
static bool next(struct aws_pages *pages, struct str body)
{
    struct str inner;
    struct buf token = {0};
    bool more = pages->paging->told && xml_find(body, pages->paging->told, &inner);

    if (more)
        xml_text(inner, &token);
    more = token.len > 0;
    if (more && pages->count >= AWS_PAGES_MAX)
        pages->ok = more = aws_request_nonsense(&pages->request, &pages->error);
    if (more) {
        buf_clear(&pages->request.body);
        buf_append(&pages->request.body, buf_str(&pages->parameters));
        aws_form_set(&pages->request, pages->paging->ask, buf_str(&token));
        pages->ok = more = aws_request_send(&pages->request, &pages->error);
    }
    buf_finish(&token);
    return more;
}

static void page_done(struct aws_request *request)
{
    struct aws_pages *pages = container_of(request, struct aws_pages, request);
    struct str body = buf_str(&request->http.response), root;

    pages->ok = request->ok;
    pages->error = request->error;
    pages->count++;
    if (pages->ok) {
        char name[80];
        snprintf(name, sizeof name, "%sResponse", request->action);
        if (!xml_find(body, name, &root))
            pages->ok = aws_request_nonsense(request, &pages->error);
    }
    if (pages->ok) {
        pages->page(pages, root);
        if (next(pages, root))
            return;
    }
    pages->done(pages);
}

void aws_pages_finish(struct aws_pages *pages)
{
    aws_request_finish(&pages->request);
    buf_finish(&pages->parameters);
}
