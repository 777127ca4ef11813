/* Tar and gzip by hand; see archive.h. */
#include "core/index/archive.h"

#include "core/base/alloc.h"

enum {
    BLOCK = 512,
    STORED_MAX = 65535,
    NAME_MAX_USTAR = 100,
    PREFIX_MAX_USTAR = 155,
    MADE = 315532800, /* 1980-01-01: some readers know no earlier day */
};

struct ustar {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], kind, link[100];
    char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct ustar) == BLOCK, "a tar header is one block");

static bool put_name(struct ustar *head, const char *name)
{
    size_t len = strlen(name), cut = 0;
    if (len > NAME_MAX_USTAR) {
        for (size_t i = 1; i < len && i <= PREFIX_MAX_USTAR; i++)
            if (name[i] == '/' && len - i - 1 <= NAME_MAX_USTAR)
                cut = i;
        if (cut == 0)
            return false;
        memcpy(head->prefix, name, cut);
        name += cut + 1;
    }
    memcpy(head->name, name, strlen(name));
    return true;
}

static void put_octal(char *field, size_t size, unsigned long number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%0*lo", (int)size - 1, number);
    memcpy(field, digits, size - 1);
}

static void put_sum(struct ustar *head)
{
    unsigned long sum = 0;
    memset(head->sum, ' ', sizeof head->sum);
    for (size_t i = 0; i < BLOCK; i++)
        sum += ((const unsigned char *)head)[i];
    put_octal(head->sum, 7, sum);
    head->sum[6] = '\0';
}

bool archive_add(struct buf *tar, const char *name, struct str bytes, struct error *err)
{
    static const char zeros[BLOCK];
    struct ustar head = {.kind = '0', .magic = "ustar", .version = {'0', '0'}};
    if (!put_name(&head, name))
        return error_set(err, ERROR_INPUT, "The path %s is too long for an archive.", name);
    put_octal(head.mode, sizeof head.mode, 0644);
    put_octal(head.uid, sizeof head.uid, 0);
    put_octal(head.gid, sizeof head.gid, 0);
    put_octal(head.size, sizeof head.size, bytes.len);
    put_octal(head.mtime, sizeof head.mtime, MADE);
    put_sum(&head);
    buf_append(tar, (struct str){(const char *)&head, sizeof head});
    buf_append(tar, bytes);
    return buf_append(tar, (struct str){zeros, (BLOCK - bytes.len % BLOCK) % BLOCK}) ||
           error_set(err, ERROR_INPUT, "The project is too large to be packed here.");
}

static uint32_t crc32_of(struct str bytes)
{
    uint32_t table[256], crc = 0xffffffff;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320 : table[i] >> 1;
    }
    for (size_t i = 0; i < bytes.len; i++)
        crc = table[(crc ^ (unsigned char)bytes.data[i]) & 0xff] ^ crc >> 8;
    return ~crc;
}

static void put_little(struct buf *out, uint32_t number, int bytes)
{
    for (; bytes > 0; bytes--, number >>= 8)
        buf_byte(out, (char)(number & 0xff));
}

bool archive_gzip(struct buf *tar, struct buf *out, struct error *err)
{
    static const char zeros[2 * BLOCK];
    buf_append(tar, (struct str){zeros, sizeof zeros});
    struct str rest = buf_str(tar);
    buf_append(out, STR("\x1f\x8b\x08\0\0\0\0\0\0\xff"));
    while (rest.len > 0) {
        struct str block = {rest.data, rest.len < STORED_MAX ? rest.len : STORED_MAX};
        rest = str_skip(rest, block.len);
        buf_byte(out, rest.len == 0);
        put_little(out, (uint32_t)block.len, 2);
        put_little(out, ~(uint32_t)block.len, 2);
        buf_append(out, block);
    }
    put_little(out, crc32_of(buf_str(tar)), 4);
    put_little(out, (uint32_t)tar->len, 4);
    return !(tar->failed || out->failed) ||
           error_set(err, ERROR_INPUT, "The project is too large to be packed here.");
}
