/* Names and values of stages and steps. */
#include <criterion/criterion.h>

#include "core/base/alloc.h"
#include "core/session/stage.h"

Test(stage, every_name_finds_its_way_back)
{
    for (int i = 0; i < STAGES; i++)
        cr_assert_eq((int)stage_named(str_of(stage_table[i].name)), i);
    for (int i = 0; i <= STAGE_DESTROYED; i++)
        cr_assert_eq((int)stage_state_named(str_of(stage_state_name((enum stage_state)i))), i);
    for (int i = 0; i < STEPS; i++)
        cr_assert_eq((int)step_named(str_of(step_name((enum stage_step)i))), i);
}

Test(stage, strange_names_are_nothing)
{
    cr_assert_eq(stage_named(STR("EKS")), STAGE_NONE);
    cr_assert_eq(stage_named(STR("")), STAGE_NONE);
    cr_assert_eq(stage_state_named(STR("exploded")), STAGE_TODO);
    cr_assert_eq(step_named(STR("ini")), STEP_NONE);
}

Test(stage, only_what_is_here_is_here)
{
    cr_assert(stage_table[STAGE_EKS].here);
    cr_assert_str_eq(stage_table[STAGE_EKS].root, "provision-eks");
    cr_assert(stage_table[STAGE_PYPI].here);
    cr_assert(stage_table[STAGE_DOMAIN].here);
}

Test(stage, a_domain_stands_on_index_and_hub)
{
    bool wanted[STAGES] = {[STAGE_PYPI] = true};
    stage_add_dependants(wanted);
    cr_assert(wanted[STAGE_DOMAIN], "it leads there");
    cr_assert_not(wanted[STAGE_MLHUB]);
    cr_assert(stage_stands_on(&stage_table[STAGE_DOMAIN], STAGE_MLHUB));
    cr_assert_not(stage_stands_on(&stage_table[STAGE_DOMAIN], STAGE_EKS));
}
