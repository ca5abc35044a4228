"""A terminal's screen: as much of a VT100 as a line editor uses.

Characters are put where a terminal would put them; of their attributes only "dim" is kept. Lines that
scroll off the top are kept in scrolled_off.
"""

import re
import unicodedata

BLANK = (" ", False)

# One piece of output: a control sequence, another escape sequence, a title or the like, a control
# character. The last alternative of each kind is a sequence whose end has not arrived yet.
PIECE = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<intermediate>[ -/]*)(?P<final>[@-~])"
    r"|\x1b[\]PX^_](?P<string>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<escape>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<unfinished>\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?$)"
    r"|(?P<control>[\x00-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)")


def width_of(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, rows, columns):
        self.rows = rows
        self.columns = columns
        self.cells = [self.blank_row() for _ in range(rows)]
        self.scrolled_off = []
        self.row = 0
        self.column = 0
        self.wrap_pending = False  # the last column is filled; the next character goes to the next line
        self.saved = (0, 0)
        self.dim = False
        self.bracketed_paste = False
        self.bells = 0
        self.title = None
        self.unknown = []  # sequences that this screen does not know, for a test to complain of
        self.unread = ""

    def blank_row(self):
        return [BLANK] * self.columns

    # What can be seen

    def line(self, row):
        """The text of one row, without the blanks at its end."""
        return "".join(character for character, _ in self.cells[row]).rstrip()

    def lines(self):
        """All lines of the screen down to the last that is not empty."""
        lines = [self.line(row) for row in range(self.rows)]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def all_lines(self):
        """The same, after the lines that have scrolled off the top."""
        return self.scrolled_off + self.lines()

    def cursor_line(self):
        return self.line(self.row)

    def before_cursor(self):
        """The text to the left of the cursor, with its blanks."""
        return "".join(character for character, _ in self.cells[self.row][: self.column])

    def absolute_row(self):
        """The cursor's line, counted from the first line ever shown."""
        return len(self.scrolled_off) + self.row

    def is_dim(self, text):
        """Whether text is on the screen with each of its characters dim."""
        for cells in self.cells:
            line = "".join(character for character, _ in cells)
            start = line.find(text)
            while start >= 0:
                if all(dim for character, dim in cells[start : start + len(text)] if character != " "):
                    return True
                start = line.find(text, start + 1)
        return False

    def resize(self, rows, columns):
        """Cuts or pads; a program that edits a line draws it again."""
        while self.row >= rows:
            self.scroll_up()
            self.row -= 1
        self.cells = [(cells + [BLANK] * columns)[:columns] for cells in self.cells[:rows]]
        self.rows, self.columns = rows, columns
        while len(self.cells) < rows:
            self.cells.append(self.blank_row())
        self.column = min(self.column, columns - 1)
        self.wrap_pending = False

    # What a program writes

    def feed(self, text):
        text = self.unread + text
        self.unread = ""
        for piece in PIECE.finditer(text):
            if piece["text"] is not None:
                for character in piece["text"]:
                    self.put(character)
            elif piece["control"] is not None:
                self.control(piece["control"])
            elif piece["final"] is not None:
                self.control_sequence(piece["parameters"], piece["intermediate"], piece["final"])
            elif piece["escape"] is not None:
                self.escape(piece["escape"])
            elif piece["string"] is not None:
                self.title = piece["string"]
            elif piece["unfinished"] is not None:
                self.unread = piece["unfinished"]

    def put(self, character):
        width = width_of(character)
        if width == 0:
            if self.column > 0:
                base, dim = self.cells[self.row][self.column - 1]
                self.cells[self.row][self.column - 1] = (base + character, dim)
            return
        if self.wrap_pending or self.column + width > self.columns:
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = (character, self.dim)
        if width == 2:
            self.cells[self.row][self.column + 1] = ("", self.dim)
        self.wrap_pending = self.column + width == self.columns
        self.column = min(self.column + width, self.columns - 1)

    def control(self, character):
        if character == "\x07":
            self.bells += 1
        elif character == "\b":
            self.move(self.row, self.column - 1)
        elif character == "\t":
            self.move(self.row, (self.column // 8 + 1) * 8)
        elif character in "\n\v\f":
            self.line_feed()
        elif character == "\r":
            self.move(self.row, 0)

    def line_feed(self):
        self.wrap_pending = False
        if self.row == self.rows - 1:
            self.scroll_up()
        else:
            self.row += 1

    def scroll_up(self):
        self.scrolled_off.append(self.line(0))
        del self.cells[0]
        self.cells.append(self.blank_row())

    def move(self, row, column):
        self.row = max(0, min(row, self.rows - 1))
        self.column = max(0, min(column, self.columns - 1))
        self.wrap_pending = False

    def escape(self, sequence):
        if sequence == "7":
            self.saved = (self.row, self.column)
        elif sequence == "8":
            self.move(*self.saved)
        elif sequence == "D":
            self.line_feed()
        elif sequence == "E":
            self.move(self.row, 0)
            self.line_feed()
        elif sequence == "M":
            if self.row == 0:
                self.cells.insert(0, self.blank_row())
                self.cells.pop()
            else:
                self.move(self.row - 1, self.column)
        elif sequence[0] not in "()*+=>":
            self.unknown.append("ESC " + sequence)

    def control_sequence(self, parameters, intermediate, final):
        if parameters[:1] in ("?", ">", "<", "="):
            self.private_mode(parameters, final)
            return
        numbers = [int(number or 0) for number in re.split("[;:]", parameters)]
        count = max(numbers[0], 1)
        cells = self.cells[self.row]
        if final in "ABCD":
            down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[final]
            self.move(self.row + down * count, self.column + right * count)
        elif final in "EF":
            self.move(self.row + (count if final == "E" else -count), 0)
        elif final in "G`":
            self.move(self.row, count - 1)
        elif final == "d":
            self.move(count - 1, self.column)
        elif final in "Hf":
            self.move(count - 1, max((numbers + [1])[1], 1) - 1)
        elif final == "J":
            self.erase_display(numbers[0])
        elif final == "K":
            self.erase_line(numbers[0])
        elif final == "L":
            for _ in range(min(count, self.rows - self.row)):
                self.cells.pop()
                self.cells.insert(self.row, self.blank_row())
        elif final == "M":
            for _ in range(min(count, self.rows - self.row)):
                del self.cells[self.row]
                self.cells.append(self.blank_row())
        elif final == "P":
            self.cells[self.row] = (cells[: self.column] + cells[self.column + count :] + self.blank_row())[: self.columns]
        elif final == "@":
            self.cells[self.row] = (cells[: self.column] + [BLANK] * count + cells[self.column :])[: self.columns]
        elif final == "X":
            end = min(self.column + count, self.columns)
            cells[self.column : end] = [BLANK] * (end - self.column)
        elif final == "S":
            for _ in range(count):
                self.scroll_up()
        elif final == "m":
            self.select_attributes(numbers)
        elif final == "s":
            self.saved = (self.row, self.column)
        elif final == "u":
            self.move(*self.saved)
        elif final not in "nthlrcq":
            self.unknown.append(f"CSI {parameters}{intermediate}{final}")

    def private_mode(self, parameters, final):
        if parameters == "?2004" and final in "hl":
            self.bracketed_paste = final == "h"

    def select_attributes(self, numbers):
        position = 0
        while position < len(numbers):
            number = numbers[position]
            if number in (38, 48):  # a colour by number: its own numbers follow
                position += {5: 2, 2: 4}.get((numbers + [0, 0])[position + 1], 0)
            elif number == 2 or number == 90:  # dim, or the grey that is used for it
                self.dim = True
            elif number in (0, 22, 39):
                self.dim = False
            position += 1

    def erase_line(self, which):
        start = 0 if which in (1, 2) else self.column
        end = self.column + 1 if which == 1 else self.columns
        self.cells[self.row][start:end] = [BLANK] * (end - start)

    def erase_display(self, which):
        if which == 3:
            return
        if which in (1, 2):
            for row in range(0, self.row if which == 1 else self.rows):
                self.cells[row] = self.blank_row()
        if which in (0, 1):
            self.erase_line(which)
        if which == 0:
            for row in range(self.row + 1, self.rows):
                self.cells[row] = self.blank_row()
