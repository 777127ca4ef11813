/* What a distribution is called and what is in it; see dist.h. */
#include "core/index/dist.h"

#include <openssl/evp.h>

#include "core/base/paths.h"

#include "core/base/alloc.h"

static bool plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool dist_normalise(struct str name, char joint, char *out, size_t capacity)
{
    size_t len = 0;
    if (name.len == 0 || !plain(name.data[0]) || !plain(name.data[name.len - 1]))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!plain(c) && !(c && strchr("-_.", c)))
            return false;
        if (!plain(c) && len > 0 && out[len - 1] == joint)
            continue;
        if (len + 1 >= capacity)
            return false;
        out[len++] = !plain(c) ? joint : (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    out[len] = '\0';
    return true;
}

static bool version_like(struct str version)
{
    for (size_t i = 0; i < version.len; i++)
        if (!plain(version.data[i]) && !strchr(".+!_-", version.data[i]))
            return false;
    return version.len > 0 && plain(version.data[0]);
}

/* NAME-VERSION: the version begins behind the last "-" that a digit follows. */
static bool cut_sdist(struct str stem, struct str *name, struct str *version)
{
    for (size_t i = stem.len; i-- > 1;) {
        if (stem.data[i] != '-' || i + 1 == stem.len || stem.data[i + 1] < '0' ||
            stem.data[i + 1] > '9')
            continue;
        *name = (struct str){stem.data, i};
        *version = str_skip(stem, i + 1);
        return true;
    }
    return false;
}

/* NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM */
static bool cut_wheel(struct str stem, struct str *name, struct str *version)
{
    struct str rest = stem, part;
    int parts = 1;
    if (!str_cut(&rest, '-', name) || !str_cut(&rest, '-', version))
        return false;
    while (str_cut(&rest, '-', &part))
        parts++;
    return parts == 3 || parts == 4;
}

bool dist_name(struct dist *dist, const char *file, struct error *err)
{
    static const char *const endings[] = {".tar.gz", ".zip", ".whl"};
    struct str stem = {"", 0}, name, version;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(str_of(file), str_of(endings[i]))) {
            stem = (struct str){file, strlen(file) - strlen(endings[i])};
            dist->wheel = i == 2;
        }
    if (stem.len && (dist->wheel ? cut_wheel : cut_sdist)(stem, &name, &version) &&
        dist_normalise(name, '-', dist->name, sizeof dist->name) && version_like(version) &&
        str_copy(version, dist->version, sizeof dist->version) &&
        str_copy(str_of(file), dist->file, sizeof dist->file))
        return true;
    error_set(err, ERROR_INPUT, "%.200s is not called as a Python distribution is.", file);
    return error_hint(err, "Those are called NAME-VERSION.tar.gz, or …-py3-none-any.whl.");
}

void dist_seal(struct dist *dist)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[32] = {0};
    (void)EVP_Digest(dist->bytes.data ? dist->bytes.data : "", dist->bytes.len, digest, NULL,
                     EVP_sha256(), NULL);
    for (size_t i = 0; i < sizeof digest; i++) {
        dist->sha256[2 * i] = hex[digest[i] >> 4];
        dist->sha256[2 * i + 1] = hex[digest[i] & 15];
    }
    dist->sha256[64] = '\0';
}

bool dist_read(struct dist *dist, const char *path, struct error *err)
{
    *dist = (struct dist){.wheel = false};
    buf_init(&dist->bytes, DIST_MAX);
    if (!dist_name(dist, path_basename(path), err))
        return false;
    if (!file_read(path, DIST_MAX, &dist->bytes, err)) {
        dist_finish(dist);
        return false;
    }
    dist_seal(dist);
    return true;
}

void dist_finish(struct dist *dist)
{
    buf_finish(&dist->bytes);
}
