/* The screens that there are: one symbol each. Only wizard.c uses more than its own. */
#ifndef SCREENS_PLACES_H
#define SCREENS_PLACES_H

#include "screens/screen.h"

extern const struct screen_ops again_screen; /* a rehearsal was begun here: go on or start over */
extern const struct screen_ops welcome_screen;
extern const struct screen_ops credentials_screen;
extern const struct screen_ops profile_screen; /* adds one */
extern const struct screen_ops signin_screen;  /* of session->signin */
extern const struct screen_ops cluster_screen;
extern const struct screen_ops pypi_screen;
extern const struct screen_ops mlhub_screen;
extern const struct screen_ops domain_screen; /* the last form */
extern const struct screen_ops review_screen;
extern const struct screen_ops apply_screen;
extern const struct screen_ops failure_screen;
extern const struct screen_ops results_screen;
extern const struct screen_ops destroy_screen;
extern const struct screen_ops residue_screen;
extern const struct screen_ops stop_screen;
extern const struct screen_ops log_screen;
extern const struct screen_ops pods_screen;
extern const struct screen_ops help_screen;
extern const struct screen_ops quit_screen;

#endif
