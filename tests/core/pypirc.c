/* Every way in which people write a .pypirc, merged: what is not ours must stay byte for byte. */
#include "core/index/pypirc.h"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/support/turns.h"

#include "core/base/alloc.h"

#define URL  "http://a1b2-123.us-east-2.elb.amazonaws.com/simple/"
#define OURS "[ekspypi]\nrepository = " URL "\nusername = ada\npassword = s3cret%50#;x\n"

static struct secret password;
static struct pypirc_entry entry;
static struct pypirc_change change;
static struct error err;

static void begin(void)
{
    cr_assert(secret_set(&password, STR("s3cret%50#;x"), NULL));
    entry = (struct pypirc_entry){URL, "ada", &password};
}

static void end(void)
{
    secret_finish(&password);
    test_directory_remove();
    no_leaks();
}

TestSuite(pypirc, .init = begin, .fini = end, .timeout = 60);

static const char *file(void)
{
    return test_path(".pypirc");
}

static void write_old(struct str text)
{
    cr_assert(file_write(file(), text, 0644, NULL));
}

static void is_now(const char *path, struct str wanted)
{
    struct buf now = {0};
    struct stat about;
    cr_assert(file_read(path, 1 << 20, &now, &err), "%s", err.text);
    cr_assert(str_eq(buf_str(&now), wanted), "%s\n---- wanted\n%s", buf_cstr(&now), wanted.data);
    buf_finish(&now);
    cr_assert(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
}

static void merge(void)
{
    cr_assert(pypirc_merge(file(), &entry, &change, &err), "%s", err.text);
}

static void becomes(const char *old, const char *new)
{
    write_old(str_of(old));
    merge();
    is_now(file(), str_of(new));
    cr_assert(change.changed && !change.created);
    if (old[0]) {
        is_now(change.backup, str_of(old));
        unlink(change.backup);
    }
    merge();
    cr_assert(!change.changed && !change.listed && !change.replaced && !change.backup[0], "again");
    is_now(file(), str_of(new));
}

static void refuses(struct str old, const char *reason)
{
    write_old(old);
    cr_assert(!pypirc_merge(file(), &entry, &change, &err), "%s", old.data);
    cr_assert(strstr(err.text, reason), "%s", err.text);
    struct buf now = {0};
    cr_assert(file_read(file(), 1 << 20, &now, NULL) && str_eq(buf_str(&now), old));
    buf_finish(&now);
}

Test(pypirc, is_made)
{
    merge();
    cr_assert(change.created && change.changed && change.listed && !change.backup[0]);
    is_now(file(), STR("[distutils]\nindex-servers =\n    pypi\n    ekspypi\n\n" OURS));
    merge();
    cr_assert(!change.changed);
}

Test(pypirc, snippet_is_what_a_new_file_would_hold_but_masked)
{
    struct buf text = {0};
    cr_assert(pypirc_snippet(&entry, &text));
    cr_assert_str_eq(buf_cstr(&text),
                     "[distutils]\nindex-servers =\n    pypi\n    ekspypi\n\n[ekspypi]\n"
                     "repository = " URL "\nusername = ada\npassword = ********\n");
    buf_finish(&text);
}

Test(pypirc, keeps_what_others_wrote)
{
    becomes("", "[distutils]\nindex-servers =\n    pypi\n    ekspypi\n\n" OURS);
    becomes("# mine\n[distutils]\nindex-servers=\n    pypi\n    corp\n\n[pypi]\n; a comment\n"
            "username: __token__\npassword : p=x\n\n[corp]\nrepository=https://c/\n",
            "# mine\n[distutils]\nindex-servers=\n    pypi\n    corp\n    ekspypi\n\n[pypi]\n"
            "; a comment\nusername: __token__\npassword : "
            "p=x\n\n[corp]\nrepository=https://c/\n\n" OURS);
}

Test(pypirc, extends_an_inline_list)
{
    becomes("[distutils]\nindex-servers = pypi corp  \n",
            "[distutils]\nindex-servers = pypi corp ekspypi\n\n" OURS);
    becomes("[distutils]\nIndex-Servers : pypi\n\tcorp\n# end\n",
            "[distutils]\nIndex-Servers : pypi\n\tcorp\n\tekspypi\n# end\n\n" OURS);
    becomes("[distutils]\nindex-servers =\n[x]\na=b",
            "[distutils]\nindex-servers =\n    ekspypi\n[x]\na=b\n\n" OURS);
    becomes("[distutils]\nindex-servers =\n  pypi\n\n  # old one\n  corp",
            "[distutils]\nindex-servers =\n  pypi\n\n  # old one\n  corp\n  ekspypi\n\n" OURS);
}

Test(pypirc, lists_what_is_known_without_a_list)
{
    becomes("[distutils]\n\n[testpypi]\nusername = u\n",
            "[distutils]\nindex-servers =\n    pypi\n    testpypi\n    ekspypi\n\n[testpypi]\n"
            "username = u\n\n" OURS);
    becomes("[pypi]\nusername = u\n",
            "[pypi]\nusername = u\n\n[distutils]\nindex-servers =\n    pypi\n    ekspypi\n\n" OURS);
    becomes("[distutils]", "[distutils]\nindex-servers =\n    pypi\n    ekspypi\n\n" OURS);
}

Test(pypirc, replaces_its_own_section_where_it_stands)
{
    becomes(
        "[ekspypi]\nrepository=http://old.elb.amazonaws.com/simple\n# note\nusername: bob\n"
        "password =\n    old\nca_cert = /x\n[distutils]\nindex-servers =\n    ekspypi\n    pypi\n",
        "[ekspypi]\nrepository=" URL "\n# note\nusername: ada\npassword = s3cret%50#;x\n"
        "ca_cert = /x\n[distutils]\nindex-servers =\n    ekspypi\n    pypi\n");
    write_old(STR("[ekspypi]\nrepository = http://old/\n"));
    merge();
    cr_assert_str_eq(change.was_for, "http://old/");
    cr_assert(change.replaced);
}

Test(pypirc, fills_a_section_that_lacks_something)
{
    becomes("[distutils]\nindex-servers =\n    ekspypi\n[ekspypi]\n  username = ada\n",
            "[distutils]\nindex-servers =\n    ekspypi\n[ekspypi]\n  repository = " URL
            "\n  password = s3cret%50#;x\n  username = ada\n");
    becomes("[distutils]\nindex-servers =\n    ekspypi\n[ekspypi]",
            "[distutils]\nindex-servers =\n    ekspypi\n" OURS);
}

Test(pypirc, keeps_the_line_ends_of_the_file)
{
    becomes(
        "[distutils]\r\nindex-servers =\r\n    pypi\r\n[pypi]\r\nusername = u\r\n",
        "[distutils]\r\nindex-servers =\r\n    pypi\r\n    ekspypi\r\n[pypi]\r\nusername = u\r\n"
        "\r\n[ekspypi]\r\nrepository = " URL "\r\nusername = ada\r\npassword = s3cret%50#;x\r\n");
}

Test(pypirc, refuses_what_cannot_be_done_safely)
{
    refuses(STR("[a]\nx=1\n[a]\n"), "already given");
    refuses(STR("[a]\nx=1\nx=2\n"), "already given");
    refuses(STR("[a]\nx=\xff\n"), "not UTF-8");
    refuses(STR("[a]\nx=\0\n"), "NUL");
    refuses(STR("x=1\n"), "before the first");
    refuses(STR("[DEFAULT]\nindex-servers = pypi\n[distutils]\n"), "[DEFAULT]");
    refuses(STR("[ekspypi]\nrepository = https://upload.pypi.org/legacy/\n"), "another kind");
    refuses(STR("[x]\na = 1\n  [ekspypi]\n  username = y\n[distutils]\n  # \n  x = y\n"),
            "laid out");
    cr_assert(!file_exists(test_path(".pypirc.bak")));
}

Test(pypirc, refuses_values_that_such_a_file_cannot_hold)
{
    static const char *const bad[] = {" x", "x ", "a\nb", "a\tb\x7f", "\xff", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert(secret_set(&password, str_of(bad[i]), NULL));
        cr_assert(!pypirc_merge(file(), &entry, &change, &err));
        cr_assert(!file_exists(file()));
    }
}

Test(pypirc, goes_through_symbolic_links_and_keeps_every_backup)
{
    cr_assert(file_write(test_path("real"), STR("[a]\nx = 1\n"), 0600, NULL));
    cr_assert_eq(symlink("real", file()), 0);
    merge();
    cr_assert(str_ends(str_of(change.backup), STR("/.pypirc.bak")));
    is_now(test_path(".pypirc.bak"), STR("[a]\nx = 1\n"));
    char target[32] = "";
    cr_assert(readlink(file(), target, sizeof target - 1) == 4, "still a link");
    entry.user = "bob";
    merge();
    cr_assert(str_ends(str_of(change.backup), STR("/.pypirc.bak.1")));
    is_now(test_path(".pypirc.bak"), STR("[a]\nx = 1\n"));
}

Test(pypirc, closes_a_file_that_others_could_read)
{
    merge();
    cr_assert_eq(chmod(file(), 0644), 0);
    struct stat about;
    merge();
    cr_assert(!change.changed);
    cr_assert(stat(file(), &about) == 0 && (about.st_mode & 0777) == 0600);
}

Test(pypirc, finds_the_password_of_this_place_and_user_only)
{
    struct secret found = {.data = NULL};
    cr_assert(!pypirc_password(file(), &entry, &found, &err) && err.kind == ERROR_NONE, "no file");
    merge();
    cr_assert(pypirc_password(file(), &entry, &found, &err) && secret_eq(&found, &password));
    entry.user = "bob";
    cr_assert(!pypirc_password(file(), &entry, &found, &err) && err.kind == ERROR_NONE);
    entry = (struct pypirc_entry){"http://other/simple/", "ada", &password};
    cr_assert(!pypirc_password(file(), &entry, &found, &err) && err.kind == ERROR_NONE);
    write_old(STR("nonsense\n"));
    cr_assert(!pypirc_password(file(), &entry, &found, &err) && err.kind == ERROR_INPUT);
    secret_finish(&found);
}

/* Whatever the file is, it is either refused or says what it said before. */
Test(pypirc, survives_every_beginning_of_a_file)
{
    static const char whole[] =
        "# c\r\n[distutils]\nindex-servers = a\n\n  b\n;\n[ekspypi]\n x = y\n"
        " repository : http://o/\n\n [pypi]\npassword =\n   q\n";
    for (size_t len = 0; len < sizeof whole; len++) {
        write_old((struct str){whole, len});
        if (pypirc_merge(file(), &entry, &change, &err))
            cr_assert(change.changed);
        unlink(test_path(".pypirc.bak"));
    }
}
