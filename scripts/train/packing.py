# Packs dialogues into rows of two lengths: many short rows, and long ones for the few long dialogues.
import numpy as np

SHORT, LONG = 128, 512
EMPTY_END = 2


def pack(dialogues, length: int):
    """Rows of length + 1 tokens (input and shifted target). Each open row takes the next dialogue that fits it."""
    rows, open_rows = [], []
    for tokens, weights in dialogues:
        for at, row in enumerate(open_rows):
            if len(row[0]) + len(tokens) <= length + 1:
                break
        else:
            if len(open_rows) >= 64:
                fullest = max(range(len(open_rows)), key=lambda i: len(open_rows[i][0]))
                rows.append(open_rows.pop(fullest))
            row, at = ([], [], []), len(open_rows)
            open_rows.append(row)
        row[0].extend(tokens)
        row[1].extend([(row[1][-1] if row[1] else 0) + 1] * len(tokens))
        row[2].extend(weights)
        if len(row[0]) > length - 12:
            rows.append(open_rows.pop(at))
    rows += open_rows
    tokens = np.full((len(rows), length + 1), EMPTY_END, np.int32)
    segments = np.zeros((len(rows), length + 1), np.int32)
    weight = np.zeros((len(rows), length + 1), np.float32)
    for i, row in enumerate(rows):
        n = len(row[0])
        tokens[i, :n], segments[i, :n], weight[i, :n] = row
    return tokens, segments, weight


def pack_all(dialogues):
    """Short and long rows. Dialogues longer than a long row are left out; their number is returned last."""
    short = [d for d in dialogues if len(d[0]) <= SHORT + 1]
    long = [d for d in dialogues if SHORT + 1 < len(d[0]) <= LONG + 1]
    return pack(short, SHORT), pack(long, LONG), len(dialogues) - len(short) - len(long)
