/* The sketches of the design, rebuilt from the furniture: the acceptance test of looks. Figures are
 * those of the sketches. */
#include "tests/tui/support.h"

#include <string.h>

#include "tui/choice.h"
#include "tui/dialog.h"
#include "tui/field.h"
#include "tui/form.h"
#include "tui/frame.h"
#include "tui/progress.h"
#include "tui/table.h"
#include "tui/tree.h"

static const struct frame_stage eks_now[] = {
    {.label = "Credentials", .mark = MARK_DONE},
    {.label = "EKS", .mark = MARK_NOW, .current = true},
    {.label = "PyPI"},
    {.label = "MLHub"},
    {.label = "Domain"},
    {.label = "Results"},
};

static struct frame frame_of(const char *sentence, enum role role, const struct press_hint *hints)
{
    static const char *const context[] = {"acme-dev 123456789012", "us-east-2", "$0.10/h", "2h58m",
                                          NULL};
    return (struct frame){.program = "ekshub",
                          .title = "demo-hub",
                          .context = context,
                          .stages = eks_now,
                          .stage_count = 6,
                          .sentence = sentence,
                          .sentence_role = role,
                          .hints = hints};
}

struct row {
    enum mark mark;
    const char *stage, *address, *state, *time, *note;
};

static const struct row apply_rows[] = {
    {MARK_NOW, "eks", "aws_eks_cluster.this[0]", "creating", "6m58s", "of 8–12 min"},
    {MARK_NOW, "vpc", "aws_nat_gateway.this[0]", "creating", "1m40s", "of 2–3 min"},
    {MARK_DONE, "vpc", "aws_route_table.public[0]", "created", "1s", ""},
    {MARK_DONE, "", "38 more", "created", "", ""},
};

static int apply_count(const void *owner)
{
    (void)owner;
    return 4;
}

static void apply_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct row *r = &apply_rows[row];
    const char *const texts[] = {
        mark_glyph(r->mark), r->stage, r->address, r->state, r->time, r->note};
    (void)owner;
    cell->text = texts[column];
    cell->role = column == 0 ? mark_role(r->mark) : column == 5 ? ROLE_DIM : ROLE_NORMAL;
}

static void draw_apply(struct canvas canvas)
{
    static const struct press_hint hints[] = {{"l", "log", false},
                                              {"p", "pods", false},
                                              {"Tab", "other stage", false},
                                              {"s", "stop…", false},
                                              {"q", "leave it running", false},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    static const struct table_column columns[] = {
        {.min = 1},
        {.min = 6},
        {.min = 16, .elide = TABLE_ELIDE_MIDDLE, .flexible = true, .max = 60},
        {.min = 9},
        {.min = 6, .align = TABLE_RIGHT},
        {.min = 4, .drop = 1},
    };
    struct frame frame =
        frame_of("You may close this terminal: the run goes on, and ekshub-tui comes back to it.",
                 ROLE_NORMAL, hints);
    struct canvas room = frame_draw(&frame, canvas);
    canvas_heading(canvas_cut_top(&room, 1), 0, "Creating the cluster",
                   "7m12s · ready about 14:21–14:27");
    struct progress progress = {.widget = {&progress_ops}, .done = 41, .total = 58};
    widget_draw(&progress.widget, canvas_cut_top(&room, 1), false);
    canvas_cut_top(&room, 1);
    struct table table = {.widget = {&table_ops},
                          .columns = columns,
                          .column_count = 6,
                          .rows = apply_count,
                          .cell = apply_cell,
                          .headless = true,
                          .passive = true};
    struct canvas rows = canvas_cut_top(&room, 5);
    canvas_cut_left(&rows, 2);
    widget_draw(&table.widget, rows, false);
    canvas_text(
        room, 0, 0, ROLE_NORMAL,
        "Meanwhile: PyPI and MLHub are initialised and will start together when EKS is ready.");
    canvas_text(room, 0, 1, ROLE_STRONG, "Cluster");
    canvas_text(room, 10, 1, ROLE_NORMAL, "control plane CREATING · nodes 0 of 3");
}

static const struct tree_node plan[] = {
    {.depth = 0, .open = true, .text = "module.vpc", .right = "23"},
    {.depth = 1,
     .mark = "+",
     .mark_role = ROLE_SUCCESS,
     .text = "aws_vpc.this[0]",
     .note = "10.0.0.0/16"},
    {.depth = 1,
     .mark = "+",
     .mark_role = ROLE_SUCCESS,
     .text = "aws_nat_gateway.this[0]",
     .note = "us-east-2a",
     .right = "$0.045/h"},
    {.depth = 0, .text = "module.eks", .right = "33"},
    {.depth = 1, .mark = "+", .mark_role = ROLE_SUCCESS, .text = "aws_eks_cluster.this[0]"},
    {.depth = 0, .text = "cert-manager", .right = "2"},
    {.depth = 1, .mark = "+", .mark_role = ROLE_SUCCESS, .text = "helm_release.cert_manager[0]"},
};

static int plan_count(const void *owner)
{
    (void)owner;
    return sizeof(plan) / sizeof(plan[0]);
}

static void plan_node(const void *owner, int index, struct tree_node *node)
{
    (void)owner;
    *node = plan[index];
}

static void draw_review(struct canvas canvas)
{
    static const struct press_hint hints[] = {
        {"a", "answer", false},      {"Enter", "unfold", false},          {"/", "find", false},
        {"d", "diff of one", false}, {"e", "answers on one page", false}, {"Esc", "back", true},
        {NULL, NULL, false}};
    struct frame frame = frame_of("Nothing has been created.", ROLE_NORMAL, hints);
    struct canvas room = frame_draw(&frame, canvas);
    char typed[8] = "ye";
    struct field yes = {.widget = {&field_ops}};
    field_lend(&yes, typed, sizeof(typed));
    canvas_heading(canvas_cut_top(&room, 1), 0, "Plan for EKS",
                   "+ 58 create   ~ 0 change   - 0 destroy");
    struct tree tree = {.widget = {&tree_ops}, .count = plan_count, .node = plan_node, .cursor = 2};
    struct canvas line = canvas_cut_bottom(&room, 1);
    int x = canvas_text(line, 0, 0, ROLE_STRONG,
                        "Type yes to create this in acme-dev 123456789012 as kube_admin:");
    canvas_cut_left(&line, x + 1);
    widget_draw(&yes.widget, line, true);
    canvas_wrapped(
        canvas_cut_bottom(&room, 2), 0, ROLE_NORMAL,
        "PyPI and MLHub follow by themselves within this consent: creates only, ≤ $0.55/h.");
    struct canvas facts = canvas_cut_bottom(&room, 6);
    canvas_heading(facts, 0, "Cost while it runs        $0.43/h · $313/month",
                   "prices of 2026-10-01");
    canvas_text(facts, 2, 1, ROLE_DIM,
                "control plane 0.10 · 3 × t3.large 0.25 · NAT gateway 0.045 · disks 0.03");
    canvas_text(facts, 0, 3, ROLE_NORMAL, "Time, from earlier runs               13 to 19 min");
    widget_draw(&tree.widget, room, false);
    tree_finish(&tree);
}

static const char *no_second_login(void *owner, const char *text)
{
    (void)owner;
    return strlen(text) < 40 ? NULL : "At most 40 characters.";
}

static void draw_form(struct canvas canvas)
{
    static const struct press_hint hints[] = {{"Enter", "plan", false}, {"↑↓", "field", false},
                                              {"←→", "change", false},  {"Space", "list", false},
                                              {"F5", "quota", false},   {"Esc", "back", true},
                                              {"F1", "help", true},     {NULL, NULL, false}};
    static const char *const clusters[] = {"new", "existing"};
    static const char *const versions[] = {"1.35", "1.34", "1.33"};
    char name[64] = "demo-hub", nodes[8] = "3", type[32] = "t3.large",
         secret[64] = "hunter2hunter2";
    struct choice cluster = {.widget = {&choice_ops}, .words = clusters, .count = 2};
    struct choice version = {.widget = {&choice_ops}, .words = versions, .count = 3};
    struct field fields[4] = {{.judge = no_second_login}, {.judge = NULL}};
    char *buffers[] = {name, nodes, type, secret};
    size_t sizes[] = {sizeof(name), sizeof(nodes), sizeof(type), sizeof(secret)};
    for (int i = 0; i < 4; i++) {
        fields[i].widget.ops = &field_ops;
        field_lend(&fields[i], buffers[i], sizes[i]);
    }
    fields[3].masked = true;
    struct form_row rows[] = {
        {.label = "Cluster",
         .widget = &cluster.widget,
         .hint = "or one of the 2 that are here already"},
        {.label = "Name",
         .widget = &fields[0].widget,
         .hint = "free: cluster, roles and log group"},
        {.label = "Kubernetes",
         .widget = &version.widget,
         .hint = "standard support until 2027-03-27"},
        {.label = NULL},
        {.label = "Nodes", .widget = &fields[1].widget, .hint = "2 or more: each zone keeps one"},
        {.label = "Type", .widget = &fields[2].widget, .hint = "2 cpu, 8 GiB · $0.083/h each"},
        {.label = "Password",
         .widget = &fields[3].widget,
         .hint = "Ctrl-G makes one, Ctrl-R shows it"},
        {.label = NULL},
        {.label = "Fit",
         .hint = "22 pods take 29 % cpu, 10 % memory and 22 of 105 slots;\n"
                 "room for 3 workspaces of 1 cpu, 4 GiB at a time"},
    };
    struct form form = {.widget = {&form_ops}, .rows = rows, .count = 9, .focus = 1};
    struct frame frame =
        frame_of("3 × t3.large need 6 vCPU; this account may run 5. Take 2 nodes, or F5.",
                 ROLE_WARNING, hints);
    struct canvas room = frame_draw(&frame, canvas);
    canvas_heading(canvas_cut_top(&room, 2), 0, "The cluster",
                   "$0.43/h · $313/month · 13 to 19 min");
    widget_draw(&form.widget, room, true);
}

static void draw_stop(struct canvas canvas)
{
    static const struct press_hint hints[] = {{"Enter", "keep going", false},
                                              {"q", "leave", false},
                                              {"w", "stop after the cluster", false},
                                              {"n", "stop now", false},
                                              {"?", "help", true},
                                              {NULL, NULL, false}};
    static const struct dialog_item items[] = {
        {.code = PRESS_ENTER, .title = "Keep going", .note = "ready about 14:21–14:27"},
        {.code = 'q', .title = "Leave, and let it go on", .note = "ekshub-tui comes back here"},
        {.code = 'w', .title = "Stop when the cluster is up", .note = "in 1–4 min; loses nothing"},
        {.code = 'n',
         .title = "Stop now",
         .note = "one interrupt, then terraform ends",
         .explain = "AWS builds the cluster all the same ($0.10/h); terraform will hold it for "
                    "broken and plan to replace it. ekshub-tui waits until it is ACTIVE and clears "
                    "that mark before the next plan."}};
    struct dialog dialog = {.widget = {&dialog_ops}, .items = items, .count = 4, .spaced = true};
    struct frame frame = frame_of("Nothing has been stopped.", ROLE_NORMAL, hints);
    struct canvas room = frame_draw(&frame, canvas);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Stop this run?", "running 8m40s");
    widget_draw(&dialog.widget, room, true);
}

static const char *const profiles[][4] = {
    {"default", "static", "us-east-1", ""},
    {"kube_admin", "static", "us-east-2", "AKIA…7Q2X"},
    {"analytics", "SSO", "eu-west-1", "signed in, 3h12m left"},
    {"ci", "role", "us-east-2", "via default"},
};

static int profile_count(const void *owner)
{
    (void)owner;
    return 4;
}

static void profile_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    (void)owner;
    cell->text = profiles[row][column];
    cell->role = column == 3 ? ROLE_DIM : ROLE_NORMAL;
}

static void draw_credentials(struct canvas canvas)
{
    static const struct press_hint hints[] = {
        {"↑↓", "profile", false},    {"r", "recheck", false}, {"Enter", "details", false},
        {"n", "new profile", false}, {"Esc", "back", true},   {"F1", "help", true},
        {NULL, NULL, false}};
    static const struct table_column columns[] = {
        {.title = "PROFILE", .min = 14},
        {.title = "KIND", .min = 12},
        {.title = "REGION", .min = 13},
        {.title = "", .min = 8, .flexible = true, .drop = 1}};
    struct table table = {.widget = {&table_ops},
                          .columns = columns,
                          .column_count = 4,
                          .rows = profile_count,
                          .cell = profile_cell,
                          .cursor = 1};
    struct frame frame = frame_of(
        "One check failed. Fix it and press r, or choose another profile.", ROLE_FAILURE, hints);
    frame.badge = "REHEARSAL player 20x";
    struct canvas room = frame_draw(&frame, canvas);
    canvas_heading(canvas_cut_top(&room, 2), 0, "Which AWS profile?",
                   "~/.aws/credentials + config");
    widget_draw(&table.widget, canvas_cut_top(&room, 6), true);
    canvas_heading(canvas_cut_top(&room, 1), 0, "Checks for kube_admin", "9 of 12");
    static const enum mark marks[] = {MARK_DONE, MARK_DONE, MARK_NOW, MARK_WARNED, MARK_FAILED};
    static const char *const names[] = {"terraform 1.11.4", "identity", "permissions", "vCPU quota",
                                        "clock"};
    static const char *const texts[] = {"newer than the 1.11 that write-only secrets need",
                                        "arn:aws:iam::123456789012:user/kube_admin",
                                        "58 of 112 actions simulated",
                                        "5 allowed, 6 needed by 3 × t3.large: F5 asks AWS",
                                        "4 min 12 s behind AWS: run  timedatectl set-ntp true"};
    for (int i = 0; i < 5; i++) {
        canvas_text(room, 2, i, mark_role(marks[i]), mark_glyph(marks[i]));
        canvas_text(room, 4, i, ROLE_NORMAL, names[i]);
        canvas_elided(room, 26, i, room.area.w - 26, ROLE_DIM, texts[i]);
    }
}

const struct scene scenes[] = {
    {"apply", draw_apply}, {"review", draw_review},           {"form", draw_form},
    {"stop", draw_stop},   {"credentials", draw_credentials},
};
const int scene_count = sizeof(scenes) / sizeof(scenes[0]);
