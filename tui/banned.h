/* Calls that have a safer form. tui may not know core, so the list of core/base/banned.h stands
 * here once more; every .c file of tui includes it last. */
#ifndef TUI_BANNED_H
#define TUI_BANNED_H

/* a macro of <stdlib.h> where the compiler has it built in */
#undef alloca
#pragma GCC poison strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atof system popen gets
#pragma GCC poison gmtime localtime ctime asctime tmpnam mktemp alloca

#endif
