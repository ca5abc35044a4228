#include "shell/job_table.h"

#include <stdlib.h>
#include <string.h>

int jobs_create(struct session *session, job_run *run) {
  session->jobs = calloc(1, sizeof *session->jobs);
  if (!session->jobs)
    return -1;
  session->jobs->run = run;
  return 0;
}

static void job_free(struct job *job) {
  if (job->started)
    pthread_join(job->thread, NULL);
  program_release(job->program);
  result_clear(&job->result);
  free(job->text);
  free(job);
}

void jobs_free(struct session *session) {
  while (session->jobs && session->jobs->jobs) {
    struct job *job = session->jobs->jobs;
    session->jobs->jobs = job->next;
    job_free(job);
  }
  free(session->jobs);
  session->jobs = NULL;
}

size_t job_table_prune(struct job_table *table) {
  size_t count = 0;
  for (struct job **link = &table->jobs; *link;) {
    struct job *job = *link;
    if (job->done && job->collected && job->waiting == 0) {
      *link = job->next;
      job_free(job);
    } else {
      link = &job->next;
      count++;
    }
  }
  return count;
}

struct job *job_find(const struct session *session, unsigned number) {
  struct job *job = session->jobs->jobs;
  while (job && job->number != number)
    job = job->next;
  return job;
}

struct job *job_find_from(const struct session *session, unsigned number) {
  struct job *job = session->jobs->jobs;
  while (job && job->number < number)
    job = job->next;
  return job;
}

static bool has_expectation(const struct statement *statement) {
  for (const struct prefix *prefix = statement->prefixes; prefix; prefix = prefix->next)
    if (prefix->kind == PREFIX_EXPECT)
      return true;
  for (const struct statement *inner = statement->block; inner; inner = inner->next)
    if (has_expectation(inner))
      return true;
  return false;
}

struct job *job_add_text(struct session *session, const char *line, size_t length) {
  struct job *job = calloc(1, sizeof *job);
  char *text = strndup(line, length);
  if (!job || !text) {
    free(job);
    free(text);
    return NULL;
  }
  job->number = ++session->jobs->last_number;
  job->text = text;
  job->phase = JOB_STARTED;
  struct job **link = &session->jobs->jobs;
  while (*link)
    link = &(*link)->next;
  *link = job;
  return job;
}

struct job *job_add(struct session *session, struct program *program,
                    const struct statement *statement) {
  const struct place *place = &statement->place;
  struct job *job =
      job_add_text(session, program->script.source->text + place->offset, place->length);
  if (!job)
    return NULL;
  job->program = program_retain(program);
  job->statement = statement;
  job->expects = has_expectation(statement);
  return job;
}

void job_remove(struct session *session, struct job *job) {
  struct job **link = &session->jobs->jobs;
  while (*link != job)
    link = &(*link)->next;
  *link = job->next;
  job_free(job);
}
