/* zeros: as many bytes of zero as one packet, or one call, may need. */
#ifndef SOCKSH_LANGUAGE_ZEROS_H
#define SOCKSH_LANGUAGE_ZEROS_H

enum { ZEROS = 65535 };

/* Static memory. */
static inline const void *zeros(void) {
  static const char bytes[ZEROS];
  return bytes;
}

#endif
