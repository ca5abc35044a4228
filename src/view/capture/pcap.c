#include "view/capture/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBPCAP

#include <dlfcn.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <unistd.h>

#include "language/escape.h"
#include "system/descriptor.h"
#include "system/file_thread.h"

enum {
  SNAPSHOT = 262144,          /* larger than any packet; readers refuse larger values */
  FLUSH_INTERVAL = 100000000, /* nanoseconds */
  BUFFER = 65536,
};

struct pcap_file {
  pcap_t *handle;
  pcap_dumper_t *dumper;
  FILE *stream; /* owned by the dumper, which closes it */
  char *path;
  uint64_t count;
  int64_t flushed; /* when it was last flushed, monotonic nanoseconds */
  int problem;     /* the errno of the first failure */
};

/* The functions of libpcap that are used. Filled in once, by load_once, and never changed or
 * unloaded. */
static struct library {
  bool loaded;
  char problem[200];
  pcap_t *(*open_dead)(int link_type, int snapshot, u_int precision);
  pcap_dumper_t *(*dump_fopen)(pcap_t *handle, FILE *stream);
  void (*dump)(u_char *dumper, const struct pcap_pkthdr *header, const u_char *bytes);
  void (*dump_close)(pcap_dumper_t *dumper);
  void (*close)(pcap_t *handle);
  char *(*error_text)(pcap_t *handle);
} library;

/* Loading opens files, so it runs in a thread with a descriptor table of its own. */
static void load(void *argument) {
  static const char *const names[] = {"libpcap.so.1", "libpcap.so.0.8"};
  static const struct {
    const char *name;
    void *slot;
  } functions[] = {
      {"pcap_open_dead_with_tstamp_precision", &library.open_dead},
      {"pcap_dump_fopen", &library.dump_fopen},
      {"pcap_dump", &library.dump},
      {"pcap_dump_close", &library.dump_close},
      {"pcap_close", &library.close},
      {"pcap_geterr", &library.error_text},
  };
  void *handle = NULL;
  (void)argument;
  for (size_t i = 0; !handle && i < sizeof names / sizeof *names; i++)
    handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  for (size_t i = 0; handle && i < sizeof functions / sizeof *functions; i++) {
    void *function = dlsym(handle, functions[i].name);
    if (!function) {
      snprintf(library.problem, sizeof library.problem,
               _("libpcap has no %s: it is older than 1.5"), functions[i].name);
      return;
    }
    memcpy(functions[i].slot, &function, sizeof function);
  }
  library.loaded = handle != NULL;
  if (!handle)
    snprintf(library.problem, sizeof library.problem, "%s",
             _("capture files are written by libpcap, which is not installed. On Debian and "
               "Ubuntu: apt-get install libpcap0.8"));
}

static void load_once(void) {
  if (file_thread_run(load, NULL) < 0)
    snprintf(library.problem, sizeof library.problem, _("libpcap can't be loaded: %s"),
             strerrordesc_np(errno));
}

static int require_library(struct error *error) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load_once);
  return library.loaded ? 0 : error_set(error, ERROR_FAILURE, "%s", library.problem);
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

static void discard(struct pcap_file *file) {
  if (file->handle)
    library.close(file->handle);
  free(file->path);
  free(file);
}

struct pcap_file *pcap_file_open(const char *path, struct error *error) {
  if (require_library(error) < 0)
    return NULL;
  struct pcap_file *file = calloc(1, sizeof *file);
  if (file)
    file->path = strdup(path);
  if (file && file->path)
    file->handle = library.open_dead(DLT_RAW, SNAPSHOT, PCAP_TSTAMP_PRECISION_NANO);
  if (!file || !file->handle) {
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
  file->dumper = library.dump_fopen(file->handle, file->stream);
  if (!file->dumper) { /* it has closed the stream */
    error_set(error, ERROR_FAILURE, _("the capture file %s can't be begun: %s"), path,
              library.error_text(file->handle));
    discard(file);
    return NULL;
  }
  return file;
}

void pcap_file_add(struct pcap_file *file, const struct event *event) {
  const struct event_packet *packet = &event->packet;
  if (event->kind != EVENT_PACKET || packet->fate != PACKET_CROSSED)
    return;
  struct pcap_pkthdr header = {.caplen = (bpf_u_int32)packet->length,
                               .len = (bpf_u_int32)packet->total};
  header.ts.tv_sec = (time_t)(event->wall / 1000000000);
  header.ts.tv_usec =
      (suseconds_t)(event->wall %
                    1000000000); /* the file's header says that these are nanoseconds */
  library.dump((u_char *)file->dumper, &header, packet->bytes);
  file->count++;
  if (event->monotonic - file->flushed >= FLUSH_INTERVAL) {
    file->flushed = event->monotonic;
    pcap_file_flush(file);
  }
}

void pcap_file_flush(struct pcap_file *file) {
  if ((fflush(file->stream) != 0 || ferror(file->stream)) && !file->problem)
    file->problem = errno ? errno : EIO;
}

uint64_t pcap_file_count(const struct pcap_file *file) {
  return file->count;
}

int pcap_file_close(struct pcap_file *file, struct error *error) {
  pcap_file_flush(file);
  library.dump_close(file->dumper);
  int status = file->problem
                   ? error_set_errno(error, file->problem,
                                     _("not all packets could be written to %s"), file->path)
                   : 0;
  discard(file);
  return status;
}

#else /* built without libpcap's headers */

struct pcap_file *pcap_file_open(const char *path, struct error *error) {
  error_set(error, ERROR_FAILURE,
            _("%s can't be written: this socksh was built without libpcap. On Debian and Ubuntu: "
              "apt-get install libpcap-dev, then build it again"),
            path);
  return NULL;
}

void pcap_file_add(struct pcap_file *file, const struct event *event) {
  (void)file;
  (void)event;
}

void pcap_file_flush(struct pcap_file *file) {
  (void)file;
}

uint64_t pcap_file_count(const struct pcap_file *file) {
  (void)file;
  return 0;
}

int pcap_file_close(struct pcap_file *file, struct error *error) {
  (void)file;
  (void)error;
  return 0;
}

#endif
