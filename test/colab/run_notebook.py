"""Runs a notebook cell by cell as a page would, and prints all outputs as text.

Usage: run_notebook.py NOTEBOOK KERNEL [--only ID] [--skip ID] [--interrupt TEXT] [NAME=VALUE ...]
NAME=VALUE is typed into the form fields of this name. --interrupt presses the stop button once TEXT was shown.
"""

import argparse
import json
import re
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import ensure_async

parser = argparse.ArgumentParser()
parser.add_argument("notebook")
parser.add_argument("kernel")
parser.add_argument("--only")
parser.add_argument("--skip")
parser.add_argument("--interrupt")
parser.add_argument("fields", nargs="*")
args = parser.parse_intermixed_args()


def typed(source):
    """The cell with the fields filled in, as a form does: only the literal changes."""
    for field in args.fields:
        name, _, value = field.partition("=")
        pattern = rf"^((?:let )?{re.escape(name)} = )(.*?)(;? (?:// )?#@param.*)$"
        source = re.sub(pattern, lambda m: m[1] + literal(m[2], value) + m[3], source, flags=re.M)
    return source


def literal(old, value):
    return json.dumps(value, ensure_ascii=False) if old.startswith('"') else value


class Page(NotebookClient):
    """A page whose person presses stop."""

    stopped = False

    def process_message(self, msg, cell, cell_index):
        text = json.dumps(msg["content"], ensure_ascii=False, default=str)
        if args.interrupt and not self.stopped and args.interrupt in text:
            self.stopped = True
            import asyncio

            asyncio.ensure_future(ensure_async(self.km.interrupt_kernel()))
        return super().process_message(msg, cell, cell_index)


book = nbformat.read(args.notebook, 4)
book.cells = [cell for cell in book.cells if cell.get("id") != args.skip and args.only in (None, cell.get("id"))]
for cell in book.cells:
    cell.source = typed(cell.source)
failed = False
try:
    Page(book, kernel_name=args.kernel, timeout=900).execute()
except CellExecutionError as error:
    failed = True
    print(error)
for cell in book.cells:
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        print(output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", [])))
sys.exit(1 if failed else 0)
