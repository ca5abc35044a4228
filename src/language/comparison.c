#include "language/comparison.h"

bool comparison_holds(enum comparison comparison, int order) {
  switch (comparison) {
  case COMPARISON_EQUAL:
    return order == 0;
  case COMPARISON_UNEQUAL:
    return order != 0;
  case COMPARISON_LESS:
    return order < 0;
  case COMPARISON_LESS_OR_EQUAL:
    return order <= 0;
  case COMPARISON_GREATER:
    return order > 0;
  case COMPARISON_GREATER_OR_EQUAL:
    return order >= 0;
  case COMPARISON_MATCHES:
    break;
  }
  return false;
}
