"""Draws what bench.py measured.

    chart.py RESULT.json > docs/pictures/speed.svg
"""

import json
import sys
from pathlib import Path

WIDTH, LEFT, SPACE, ROW, BAR = 820, 200, 380, 46, 14
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="13">
  <title>What a call costs, beside boto3; what a run costs, by the number of streams</title>
  <style>
    text {{ fill: #24292f }} .soft {{ fill: #57606a }} .head {{ font-weight: 600; font-size: 15px }} .line {{ stroke: #d0d7de }}
    .own {{ fill: #0969da }} .other {{ fill: #d8a657 }}
    @media (prefers-color-scheme: dark) {{
      text {{ fill: #e6edf3 }} .soft {{ fill: #9198a1 }} .line {{ stroke: #3d444d }} .own {{ fill: #4493f8 }} .other {{ fill: #9a7b3c }}
    }}
  </style>"""


class Picture:
    def __init__(self):
        self.lines, self.y = [], 0

    def add(self, line):
        self.lines.append("  " + line)

    def text(self, x, y, content, kind="", anchor="start"):
        shown = f' class="{kind}"' if kind else ""
        self.add(f'<text{shown} x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{content}</text>')

    def bar(self, y, width, kind, label):
        self.add(f'<rect class="{kind}" x="{LEFT}" y="{y:.0f}" width="{max(width, 2):.1f}" height="{BAR}" rx="2"/>')
        self.text(LEFT + max(width, 2) + 8, y + BAR - 3, label)

    def panel(self, title, subtitle, rows):
        """rows: (name, [(share of the width, kind, label)])"""
        self.text(24, self.y + 30, title, "head")
        self.text(24, self.y + 50, subtitle, "soft")
        top = self.y = self.y + 66
        for name, bars in rows:
            height = len(bars) * (BAR + 3)
            middle = self.y + (ROW - height) / 2 if len(bars) > 1 else self.y + 8
            self.text(LEFT - 12, middle + height / 2 + 3, name, anchor="end")
            for i, (share, kind, label) in enumerate(bars):
                self.bar(middle + i * (BAR + 3), share * SPACE, kind, label)
            self.y += ROW if len(bars) > 1 else 30
        self.add(f'<line class="line" x1="{LEFT}" y1="{top}" x2="{LEFT}" y2="{self.y}"/>')
        self.y += 14

    def __str__(self):
        return "\n".join([HEAD.format(width=WIDTH, height=self.y), *self.lines, "</svg>"])


def microseconds(value):
    return f"{value:,.0f} µs" if value < 1000 else f"{value / 1000:.1f} ms"


def draw_calls(picture, calls):
    longest = max(cost["boto3"]["cpu_us"] for cost in calls.values())
    rows = []
    for name, cost in calls.items():
        mine, boto = cost["client"]["cpu_us"], cost["boto3"]["cpu_us"]
        label = f"{microseconds(boto)}: {boto / mine:.0f} times as much"
        rows.append((name, [(mine / longest, "own", microseconds(mine)), (boto / longest, "other", label)]))
    picture.panel("The processor's time for a call", "the generated client in C (above) and boto3 (below); the same server, in the same run", rows)


def draw_runs(picture, runs):
    first = [run for run in runs if run["unit"] == "auto" and "first" in run["title"]]
    longest = max(run["cpu"] for run in first)
    rows = [
        (f"{run['streams']:,} streams", [(run["cpu"] / longest, "own", f"{run['cpu'] * 1000:.0f} ms, {run['requests']:,} requests, {run['memory']:.1f} MB")])
        for run in first
    ]  # fmt: skip
    picture.panel("The processor's time for a first run", "a group of so many streams, archived in one task; requests and memory beside it", rows)


def main(path):
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    picture = Picture()
    draw_calls(picture, found["calls"])
    draw_runs(picture, found["runs"])
    print(picture)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
