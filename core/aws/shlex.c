/* The splitter of shlex.h: one pass, one state. */
#include "core/aws/shlex.h"

#include "core/base/buf.h"

#include "core/base/alloc.h"

struct splitter {
    char **words;
    size_t count, capacity;
    struct buf word;
    bool inside; /* a word has begun, though it may be empty ("") */
    char quote;  /* the one that is open, or 0 */
};

static void end_word(struct splitter *s)
{
    if (!s->inside)
        return;
    alloc_room(&s->words, s->count + 1, &s->capacity, sizeof *s->words);
    s->words[s->count++] = alloc_copy(buf_str(&s->word));
    s->words[s->count] = NULL;
    buf_clear(&s->word);
    s->inside = false;
}

/* Returns how many bytes it took; 0 when an escape has nothing behind it. */
static size_t take(struct splitter *s, struct str rest)
{
    char c = rest.data[0];

    if (s->quote == '\'' || (s->quote && c != '\\')) {
        if (c == s->quote)
            s->quote = 0;
        else
            buf_byte(&s->word, c);
        return 1;
    }
    if (c == '\\') {
        s->inside = true;
        if (rest.len < 2)
            return 0;
        if (s->quote && rest.data[1] != '"' && rest.data[1] != '\\')
            buf_byte(&s->word, c);
        buf_byte(&s->word, rest.data[1]);
        return 2;
    }
    if (memchr(" \t\r\n", c, 4)) {
        end_word(s);
        return 1;
    }
    s->inside = true;
    if (c == '\'' || c == '"')
        s->quote = c;
    else
        buf_byte(&s->word, c);
    return 1;
}

bool shlex_split(struct str text, char ***words, size_t *count)
{
    struct splitter s = {0};
    size_t taken = 1;

    alloc_room(&s.words, 0, &s.capacity, sizeof *s.words);
    s.words[0] = NULL;
    while (text.len > 0 && (taken = take(&s, text)) > 0)
        text = str_skip(text, taken);
    if (taken > 0 && !s.quote)
        end_word(&s);
    buf_finish(&s.word);
    *words = s.words;
    *count = s.count;
    if (taken > 0 && !s.quote)
        return true;
    shlex_free(s.words);
    *words = NULL;
    *count = 0;
    return false;
}

void shlex_free(char **words)
{
    for (char **word = words; word && *word; word++)
        free(*word);
    free(words);
}
