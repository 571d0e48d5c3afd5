"""Holds out a fifth of each class, in whole recordings, where a set has no held-out part.

The choice is deterministic. If every file is a recording by itself, it is every 5th file of a
class."""

from collections import Counter

VAL_EVERY = 5  # every 5th file of a class is held out
TRIED = 8  # the last files, up to so many times the largest recording, are chosen by trying sums


def hold_out(rows, groups):
    """{"train", "val"}: a fifth of the rows of each class is val, in whole recordings.

    rows: sorted;  groups: {row: its recording}; any other row is a recording by itself."""
    of_row = {row: groups.get(row, row) for row in rows}
    files = {}
    for row, name in of_row.items():
        files.setdefault(name, Counter())[row.label] += 1
    held = Choice(files).made()
    return {"train": [row for row in rows if of_row[row] not in held],
            "val": [row for row in rows if of_row[row] in held]}


class Choice:
    """Which recordings are held out.

    files: {recording: {class: number of files}}, in order;  wanted: {class: files to hold out};
    held: {class: files held out so far};  left: {class: recordings not held out}."""

    def __init__(self, files):
        self.files, self.of_class, totals = files, {}, Counter()
        for name, counts in files.items():
            totals.update(counts)
            for label in counts:
                self.of_class.setdefault(label, []).append(name)
        self.wanted = {label: total // VAL_EVERY for label, total in totals.items()}
        self.left = {label: len(names) for label, names in self.of_class.items()}
        self.held, self.chosen = Counter(), set()

    def made(self):
        """The chosen recordings: first those of several classes, then those of one class.

        A class of at least 5 files gets one if it has two, even if that is more than a fifth."""
        for name in every_fifth_first([*self.files]):
            if len(self.files[name]) > 1 and self.gain(name) > 0:
                self.take(name)
        for label, names in self.of_class.items():
            own = {name: self.files[name][label] for name in every_fifth_first(names)
                   if len(self.files[name]) == 1}
            for name in nearest_sum(own, self.wanted[label] - self.held[label]):
                self.take(name)
        for label, names in self.of_class.items():
            if self.wanted[label] and not self.held[label]:
                self.take(max(every_fifth_first(names),
                              key=lambda name: (self.is_free(name), self.gain(name))))
        return self.chosen

    def gain(self, name):
        """How many files nearer to the wanted numbers the classes are with a recording."""
        return sum(abs(self.held[label] - self.wanted[label])
                   - abs(self.held[label] + count - self.wanted[label])
                   for label, count in self.files[name].items())

    def is_free(self, name):
        """Whether a recording is not the last one of a class."""
        return all(self.left[label] > 1 for label in self.files[name])

    def take(self, name):
        """Hold a recording out, if it is free."""
        if self.is_free(name):
            self.chosen.add(name)
            self.held.update(self.files[name])
            for label in self.files[name]:
                self.left[label] -= 1


def every_fifth_first(names):
    """The 5th, 10th, ... name, then the 4th, 9th, ..., and so on."""
    return [name for k in reversed(range(VAL_EVERY)) for name in names[k::VAL_EVERY]]


def nearest_sum(sizes, target):
    """Names whose sizes add up to a target, or as near as possible; earlier names are preferred.

    sizes: {name: size}, in order."""
    names, sums, tried = [], {0: []}, TRIED * max(sizes.values(), default=0)
    for name, size in sizes.items():
        if target > tried:  # trying all sums of a large class would take too long
            names.append(name)
            target -= size
            continue
        if target in sums:
            break
        larger = {total + size: [*some, name] for total, some in sums.items() if total < target}
        sums = larger | sums  # an earlier way to a sum is kept
    return names + sums[min(sums, key=lambda total: (abs(total - target), total))]
