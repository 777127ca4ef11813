/* Calls that have a safer form here. Included by every .c file of the project through alloc.h, so
 * that using one is a compile error and not a matter of memory. */
#ifndef CORE_BASE_BANNED_H
#define CORE_BASE_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atof system popen gets
#pragma GCC poison gmtime localtime ctime asctime tmpnam mktemp

#endif
