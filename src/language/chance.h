/* chance: repeatable streams of random numbers (splitmix64). */
#ifndef SOCKSH_LANGUAGE_CHANCE_H
#define SOCKSH_LANGUAGE_CHANCE_H

#include <stdint.h>

/* The finalizer of splitmix64: every bit of the result depends on every bit of the number. */
uint64_t chance_mix(uint64_t number);

/* Where a stream begins: at a place that has nothing in common with that of the next seed, or of
 * another stream. */
uint64_t chance_stream(uint64_t seed, uint64_t stream);

/* The next number of a stream, in [0, 1). */
double chance_draw(uint64_t *random);

#endif
