#include "language/chance.h"

static const uint64_t step = 0x9e3779b97f4a7c15u; /* of splitmix64 */

uint64_t chance_mix(uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
  return number ^ (number >> 31);
}

uint64_t chance_stream(uint64_t seed, uint64_t stream) {
  return chance_mix(chance_mix(seed + step) + chance_mix(stream + step));
}

double chance_draw(uint64_t *random) {
  return (double)(chance_mix(*random += step) >> 11) / 9007199254740992.0;
}
