/* line_library: GNU readline, which edits the line at the prompt. It is loaded when a prompt
 * begins, since scripts do without, and loading it is a third of what starting takes. Of a program
 * that is linked with it (configure --enable-linked-readline, or a static one) it is a part. */
#ifndef SOCKSH_SHELL_LINE_LIBRARY_H
#define SOCKSH_SHELL_LINE_LIBRARY_H

#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "language/error.h"

/* What is used of it, functions and variables, by their names there. */
#define LINE_LIBRARY_SYMBOLS(EACH)                                                                 \
  EACH(add_history)                                                                                \
  EACH(clear_history)                                                                              \
  EACH(history_base)                                                                               \
  EACH(history_get)                                                                                \
  EACH(history_length)                                                                             \
  EACH(rl_attempted_completion_function)                                                           \
  EACH(rl_attempted_completion_over)                                                               \
  EACH(rl_callback_handler_install)                                                                \
  EACH(rl_callback_handler_remove)                                                                 \
  EACH(rl_callback_read_char)                                                                      \
  EACH(rl_callback_sigcleanup)                                                                     \
  EACH(rl_catch_signals)                                                                           \
  EACH(rl_catch_sigwinch)                                                                          \
  EACH(rl_change_environment)                                                                      \
  EACH(rl_clear_visible_line)                                                                      \
  EACH(rl_completer_quote_characters)                                                              \
  EACH(rl_completer_word_break_characters)                                                         \
  EACH(rl_completion_append_character)                                                             \
  EACH(rl_completion_display_matches_hook)                                                         \
  EACH(rl_completion_matches)                                                                      \
  EACH(rl_display_match_list)                                                                      \
  EACH(rl_display_prompt)                                                                          \
  EACH(rl_editing_mode)                                                                            \
  EACH(rl_end)                                                                                     \
  EACH(rl_forced_update_display)                                                                   \
  EACH(rl_free_line_state)                                                                         \
  EACH(rl_get_screen_size)                                                                         \
  EACH(rl_getc_function)                                                                           \
  EACH(rl_initialize)                                                                              \
  EACH(rl_input_available_hook)                                                                    \
  EACH(rl_insert_text)                                                                             \
  EACH(rl_line_buffer)                                                                             \
  EACH(rl_on_new_line)                                                                             \
  EACH(rl_outstream)                                                                               \
  EACH(rl_point)                                                                                   \
  EACH(rl_prep_term_function)                                                                      \
  EACH(rl_prep_terminal)                                                                           \
  EACH(rl_readline_name)                                                                           \
  EACH(rl_readline_state)                                                                          \
  EACH(rl_redisplay)                                                                               \
  EACH(rl_redisplay_function)                                                                      \
  EACH(rl_resize_terminal)                                                                         \
  EACH(rl_set_keyboard_input_timeout)                                                              \
  EACH(rl_variable_bind)                                                                           \
  EACH(stifle_history)                                                                             \
  EACH(using_history)

/* A pointer to each, of the type that readline's headers give it, and with its name. */
#define LINE_LIBRARY_MEMBER(name) __typeof__(name) *name;
struct line_library {
  LINE_LIBRARY_SYMBOLS(LINE_LIBRARY_MEMBER)
};
#undef LINE_LIBRARY_MEMBER

/* A function is called as library.rl_redisplay(), a variable is *library.rl_point. All
 * are NULL until line_library_load has been called. */
extern struct line_library library;

/* Loads it, once; it stays until the end of the program. 0, or -1 with the error. */
int line_library_load(struct error *error);

#endif
