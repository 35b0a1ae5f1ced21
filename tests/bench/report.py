"""Figures, goals and the table that shows both."""
import statistics


class Report:
    def __init__(self):
        self.rows = []

    def add(self, what, value, unit, goal=None, note=""):
        """`goal`: ("<=" or ">=", number), in the same unit."""
        met = None
        if goal:
            met = value <= goal[1] if goal[0] == "<=" else value >= goal[1]
        self.rows.append((what, value, unit, goal, met, note))

    def print(self):
        table = [("what", "median", "goal", "met", "beside it")]
        for what, value, unit, goal, met, note in self.rows:
            said = f"{goal[0]} {number(goal[1])}" if goal else "-"
            table.append((what, f"{number(value)} {unit}".strip(), said, {True: "yes", False: "NO", None: "-"}[met], note))
        widths = [max(len(row[column]) for row in table) for column in range(4)]
        for row in table:
            print("  ".join([cell.ljust(width) for cell, width in zip(row, widths)] + [row[4]]).rstrip())


def number(value):
    if isinstance(value, int):
        return f"{value:,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def middle(values):
    return statistics.median(values)


def spread(values, unit=""):
    return f"{number(min(values))}-{number(max(values))}{' ' + unit if unit else ''}"
