/* A rehearsal's directory: what is made, kept, started over, and never touched. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/paths.h"
#include "tests/core/rehearsal_here.h"

#include "core/base/alloc.h"

TestSuite(rehearsal_place, .init = here_begin, .fini = here_end, .timeout = 60);

Test(rehearsal_place, prepares_a_place_of_its_own)
{
    struct stat st;
    char path[PATH_MAX];
    setenv("AWS_PROFILE", "mine", 1);
    setenv("https_proxy", "http://proxy.example:3128", 1);
    setenv("KUBECONFIG", "/mine", 1);
    cr_assert_not(rehearsal_exists(test_path("deployment")));
    here_open(NULL);
    cr_assert(rehearsal_exists(here.rehearsal.dir));
    cr_assert_str_eq(here.rehearsal.label, "REHEARSAL 20x · player");
    cr_assert(here.rehearsal.player);
    cr_assert_str_eq(rehearsal_lookup("HOME"), here.rehearsal.home);
    cr_assert_str_eq(rehearsal_lookup("EKSHUB_TERRAFORM"), here.rehearsal.terraform);
    cr_assert_null(rehearsal_lookup("AWS_PROFILE"));
    cr_assert_null(rehearsal_lookup("https_proxy"));
    cr_assert_null(rehearsal_lookup("KUBECONFIG"));
    cr_assert(rehearsal_lookup("PATH"));
    cr_assert(path_format(path, NULL, "%s/.aws/credentials", here.rehearsal.home));
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert(path_format(path, NULL, "%s/rehearsal/ca.key", here.rehearsal.dir));
    cr_assert_eq(stat(path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    rehearsal_finish(&here.rehearsal);
    cr_assert_null(rehearsal_lookup("HOME"));
}

Test(rehearsal_place, remembers_speed_faults_and_authority)
{
    struct buf first = {.data = NULL}, second = {.data = NULL};
    struct error err = {.kind = ERROR_NONE};
    here_open((const char *const[]){"apply-error", NULL});
    cr_assert(file_read(here.rehearsal.route.ca_file, 65536, &first, NULL));
    rehearsal_finish(&here.rehearsal);
    struct rehearsal_wish wish = {.dir = test_path("deployment"),
                                  .assets = SOURCE_ASSETS,
                                  .program = "/usr/bin/ekshub-tui",
                                  .speed = 50};
    cr_assert(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err), "%s", err.text);
    cr_assert(settings_has_fault(&here.rehearsal.settings, "apply-error"),
              "kept when none is given");
    cr_assert_eq(here.rehearsal.settings.speed, 50);
    cr_assert(file_read(here.rehearsal.route.ca_file, 65536, &second, NULL));
    cr_assert_str_eq(buf_cstr(&first), buf_cstr(&second));
    rehearsal_finish(&here.rehearsal);
    wish.speed = 0;
    wish.faults = (const char *const[]){NULL};
    cr_assert(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err));
    cr_assert_eq(here.rehearsal.settings.speed, 50);
    cr_assert_eq(here.rehearsal.settings.fault_count, 0);
    rehearsal_finish(&here.rehearsal);
    wish.faults = (const char *const[]){"aply-eror", NULL};
    cr_assert_not(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert(strstr(err.hint, "apply-error"));
    buf_finish(&first);
    buf_finish(&second);
}

Test(rehearsal_place, is_known_as_one_even_when_its_opening_failed)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX];
    cr_assert(path_format(dir, NULL, "%s", test_path("deployment")));
    setenv("EKSHUB_TERRAFORM", "no-such-program", 1);
    struct rehearsal_wish wish = {
        .dir = dir, .assets = SOURCE_ASSETS, .program = "/usr/bin/ekshub-tui"};
    cr_assert_not(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err));
    cr_assert(rehearsal_exists(dir), "else it would look like real work from now on");
    here_open(NULL);
}

Test(rehearsal_place, starts_over_but_never_over_real_work_or_a_run)
{
    struct error err = {.kind = ERROR_NONE};
    char dir[PATH_MAX], path[PATH_MAX];
    cr_assert(rehearsal_start_over(test_path("deployment"), &err), "nothing there is fine");
    here_open(NULL);
    str_copy(str_of(here.rehearsal.dir), dir, sizeof dir);
    rehearsal_finish(&here.rehearsal);
    cr_assert(path_format(path, NULL, "%s/lock", dir));
    int lock = open(path, O_RDWR | O_CREAT, 0600);
    cr_assert_eq(flock(lock, LOCK_EX), 0);
    cr_assert_not(rehearsal_start_over(dir, &err));
    cr_assert_eq(err.kind, ERROR_BUSY);
    close(lock);
    cr_assert(path_format(path, NULL, "%s/mine.txt", dir));
    cr_assert(file_write(path, STR("not yours"), 0600, NULL));
    cr_assert(rehearsal_start_over(dir, &err), "%s", err.text);
    cr_assert_not(rehearsal_exists(dir));
    cr_assert(file_exists(path), "what is not a rehearsal's stays");
    cr_assert(path_format(path, NULL, "%s/provision-eks", dir));
    cr_assert_not(file_exists(path));
    cr_assert(dir_make(path, 0700, NULL));
    cr_assert_not(rehearsal_start_over(dir, &err));
    cr_assert_eq(err.kind, ERROR_INPUT);
    struct rehearsal_wish wish = {.dir = dir, .assets = SOURCE_ASSETS, .program = "/bin/true"};
    cr_assert_not(rehearsal_open(&here.rehearsal, &wish, &here.loop, &err));
    cr_assert(strstr(err.text, "real deployment"));
}
