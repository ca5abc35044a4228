/* job_event: what the timeline hears of a job. The session's lock is held in both functions. */
#ifndef SOCKSH_SHELL_JOB_EVENT_H
#define SOCKSH_SHELL_JOB_EVENT_H

#include "shell/job_table.h"

/* It starts, ends, was collected ... */
void job_append_phase(struct runner *runner, const struct job *job, enum event_job_phase phase);

/* Reports a job's error. A job with a body has no source text to point into, so the message names
 * the job. */
void job_report_error(struct runner *runner, const struct job *job, const struct error *error);

#endif
