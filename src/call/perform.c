/* perform: the one place that makes a socket call on the user's behalf. */
#include <errno.h>
#include <stdlib.h>

#include "call/call_part.h"
#include "language/uncleared.h"

void call_perform(struct call *call) {
  const struct call_row *row = call_row(call);
  UNCLEARED struct call_frame frame;
  frame.count = 0;
  frame.memory = NULL;
  frame.failed = false;
  for (int i = 0; i < CALL_PARTS && row->parts[i].kind != PART_END; i++)
    call_part_classes[row->parts[i].kind].load(call, &row->parts[i], &frame);
  if (frame.failed) {
    call->result = -1;
    call->error = ENOMEM;
    return;
  }
  call->result = call->refused ? -1 : row->make(call, frame.words);
  call->error = call->refused ? call->refused : call->result < 0 ? errno : 0;
  if (row->descriptors == 1 && (row->makes != MAKES_ANYTHING || row->payload == PAYLOAD_FILE))
    call->made[0] = (int)call->result;
  for (int i = 0; row->filled_in && i < CALL_PARTS && row->parts[i].kind != PART_END; i++)
    if (call_part_classes[row->parts[i].kind].store)
      call_part_classes[row->parts[i].kind].store(call, &row->parts[i], &frame);
  free(frame.memory);
}
