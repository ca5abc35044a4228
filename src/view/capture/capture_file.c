#include "view/capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "language/bytes.h"
#include "system/descriptor.h"

enum {
  SNAPSHOT = 262144,          /* larger than any packet; readers refuse larger values */
  FLUSH_INTERVAL = 100000000, /* nanoseconds */
  BUFFER = 65536,
  INTERFACES = 1024, /* a lab has fewer; the packets of those beyond are told of the last one */
  COMMENT = 1000,    /* bytes */
  /* In front of a packet stands its family. Without that, as LINKTYPE_RAW, libpcap refuses more
   * than one interface. */
  LINK_FAMILY = 0,
};

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };

/* Options of all blocks, of a section, an interface, a packet. */
enum { OPTION_END = 0, OPTION_COMMENT = 1, SECTION_PROGRAM = 4 };
enum { INTERFACE_NAME = 2, INTERFACE_DESCRIPTION = 3, INTERFACE_RESOLUTION = 9, PACKET_FLAGS = 2 };

struct capture_file {
  FILE *stream;
  char *path;
  struct bytes block; /* the one that is being written; kept for its memory */
  char **interfaces;  /* their names, by number */
  unsigned interface_count;
  uint64_t count;
  int64_t flushed; /* when it was last flushed, monotonic nanoseconds */
  int problem;     /* the errno of the first failure */
};

/* Numbers are in the order of this machine, which the section's header tells. */
static void put_16(struct bytes *block, uint16_t number) {
  bytes_append(block, &number, sizeof number);
}

static void put_32(struct bytes *block, uint32_t number) {
  bytes_append(block, &number, sizeof number);
}

static void put_padded(struct bytes *block, const void *data, size_t length) {
  static const char zeros[4] = {0};
  bytes_append(block, data, length);
  bytes_append(block, zeros, -length & 3);
}

static void put_option(struct bytes *block, unsigned code, const void *data, size_t length) {
  put_16(block, (uint16_t)code);
  put_16(block, (uint16_t)length);
  put_padded(block, data, length);
}

static void put_text_option(struct bytes *block, unsigned code, const char *text) {
  size_t length = strlen(text);
  if (length > 0)
    put_option(block, code, text, length < COMMENT ? length : COMMENT);
}

static void begin_block(struct capture_file *file, unsigned type) {
  bytes_clear(&file->block);
  put_32(&file->block, type);
  put_32(&file->block, 0); /* its length, once it is known */
}

static void end_block(struct capture_file *file) {
  struct bytes *block = &file->block;
  put_option(block, OPTION_END, "", 0);
  uint32_t length = (uint32_t)block->length + 4;
  put_32(block, length);
  if (block->failed) {
    file->problem = file->problem ? file->problem : ENOMEM;
    return;
  }
  memcpy(block->data + 4, &length, sizeof length);
  if (fwrite(block->data, 1, block->length, file->stream) != block->length && !file->problem)
    file->problem = errno ? errno : EIO;
}

static void put_section(struct capture_file *file) {
  const int64_t unknown = -1; /* the section's length */
  begin_block(file, BLOCK_SECTION);
  put_32(&file->block, 0x1a2b3c4d); /* tells the order of bytes */
  put_16(&file->block, 1);          /* version 1.0 */
  put_16(&file->block, 0);
  bytes_append(&file->block, &unknown, sizeof unknown);
  put_text_option(&file->block, SECTION_PROGRAM, "socksh");
  end_block(file);
}

/* Opens a stream whose descriptor is at the top. Writing to a pipe with a slow reader fails instead
 * of waiting. */
static FILE *open_stream(const char *path, struct error *error) {
  int descriptor =
      descriptor_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY, 0666);
  FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
  if (!stream) {
    error_set_errno(error, errno, _("the capture file %s can't be opened"), path);
    if (descriptor >= 0)
      close(descriptor);
    return NULL;
  }
  setvbuf(stream, NULL, _IOFBF, BUFFER);
  return stream;
}

static void discard(struct capture_file *file) {
  for (unsigned i = 0; i < file->interface_count; i++)
    free(file->interfaces[i]);
  free(file->interfaces);
  bytes_free(&file->block);
  free(file->path);
  free(file);
}

struct capture_file *capture_file_open(const char *path, struct error *error) {
  struct capture_file *file = calloc(1, sizeof *file);
  if (file) {
    file->path = strdup(path);
    file->interfaces = calloc(INTERFACES, sizeof *file->interfaces);
  }
  if (!file || !file->path || !file->interfaces) {
    if (file)
      discard(file);
    error_set_memory(error);
    return NULL;
  }
  file->stream = open_stream(path, error);
  if (!file->stream) {
    discard(file);
    return NULL;
  }
  put_section(file);
  return file;
}

unsigned capture_file_interface(struct capture_file *file, const char *name,
                                const char *description) {
  static const unsigned char nanoseconds = 9; /* 10 to the power of -9 */
  for (unsigned i = 0; i < file->interface_count; i++)
    if (strcmp(file->interfaces[i], name) == 0)
      return i;
  char *copy = file->interface_count < INTERFACES ? strdup(name) : NULL;
  if (!copy) {
    file->problem = file->problem ? file->problem : ENOMEM;
    return file->interface_count ? file->interface_count - 1 : 0;
  }
  begin_block(file, BLOCK_INTERFACE);
  put_16(&file->block, LINK_FAMILY);
  put_16(&file->block, 0);
  put_32(&file->block, SNAPSHOT);
  put_text_option(&file->block, INTERFACE_NAME, name);
  put_text_option(&file->block, INTERFACE_DESCRIPTION, description);
  put_option(&file->block, INTERFACE_RESOLUTION, &nanoseconds, sizeof nanoseconds);
  end_block(file);
  file->interfaces[file->interface_count] = copy;
  return file->interface_count++;
}

/* Of the packet, by the numbers that all readers know: those of BSD. */
static uint32_t family_of(const struct capture_frame *frame) {
  enum { INET = 2, INET6 = 30 };
  const unsigned char *bytes = frame->bytes;
  return frame->length > 0 && bytes[0] >> 4 == 6 ? INET6 : INET;
}

void capture_file_add(struct capture_file *file, const struct capture_frame *frame) {
  const uint32_t direction = frame->outbound ? 2 : 1;
  const uint64_t time = (uint64_t)frame->wall;
  begin_block(file, BLOCK_PACKET);
  put_32(&file->block, frame->interface);
  put_32(&file->block, (uint32_t)(time >> 32));
  put_32(&file->block, (uint32_t)time);
  put_32(&file->block, (uint32_t)frame->length + 4);
  put_32(&file->block, (uint32_t)frame->total + 4);
  put_32(&file->block, family_of(frame));
  put_padded(&file->block, frame->bytes, frame->length);
  put_text_option(&file->block, OPTION_COMMENT, frame->comment);
  put_option(&file->block, PACKET_FLAGS, &direction, sizeof direction);
  end_block(file);
  file->count++;
  if (frame->monotonic - file->flushed >= FLUSH_INTERVAL) {
    file->flushed = frame->monotonic;
    capture_file_flush(file);
  }
}

void capture_file_flush(struct capture_file *file) {
  if ((fflush(file->stream) != 0 || ferror(file->stream)) && !file->problem)
    file->problem = errno ? errno : EIO;
}

uint64_t capture_file_count(const struct capture_file *file) {
  return file->count;
}

int capture_file_close(struct capture_file *file, struct error *error) {
  capture_file_flush(file);
  fclose(file->stream);
  int status = file->problem
                   ? error_set_errno(error, file->problem,
                                     _("not all packets could be written to %s"), file->path)
                   : 0;
  discard(file);
  return status;
}
