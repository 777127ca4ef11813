/* libcurl by dlopen: linked normally it pulls in 37 libraries and four times the start of the
 * program, most of whose starts need no network. */
#include "core/io/curl_api.h"

#include <dlfcn.h>

#include "core/base/alloc.h"
#include "core/base/log.h"

static bool look_up(void *library, const char *symbol, void *function, size_t size)
{
    void *address = dlsym(library, symbol);
    /* ISO C has no cast from an object pointer to a function pointer */
    memcpy(function, &address, size);
    return address != NULL;
}

static bool look_up_all(struct curl_api *api, void *library)
{
    bool ok = true;
#define CURL_API_LOOK_UP(name)                                                                     \
    ok = look_up(library, "curl_" #name, &api->name, sizeof api->name) && ok;
    CURL_API(CURL_API_LOOK_UP)
#undef CURL_API_LOOK_UP
    return ok;
}

bool curl_api_open(struct curl_api *api, const char *const *names, struct error *err)
{
    void *library = NULL;
    for (; *names && !library; names++)
        library = dlopen(*names, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        (void)error_set(err, ERROR_TOOL, "Cannot load libcurl: %s.", why ? why : "unknown reason");
        return error_hint(err, "Install it: the package is libcurl4 on Debian and Ubuntu.");
    }
    if (!look_up_all(api, library) || api->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        dlclose(library);
        (void)error_set(err, ERROR_TOOL, "The installed libcurl is too old or broken.");
        return error_hint(err, "Version 7.74 or later is needed.");
    }
    return true;
}

const struct curl_api *curl_api(struct error *err)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
    static struct curl_api api;
    static bool opened;
    if (!opened)
        opened = curl_api_open(&api, names, err);
    return opened ? &api : NULL;
}
