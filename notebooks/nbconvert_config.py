"""How `notebooks/start --execute` and `--store` have nbconvert execute and convert a notebook.

The stored notebook is the same on every machine but for what its cells computed: no timestamps, no
version of the kernel, printed text in one piece however it arrived.
"""

import os
import re
import signal
import sys
import time

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor, Preprocessor
from traitlets import Bool

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,3}) ", re.MULTILINE)

# The lines of tables in plain text. The fonts of LaTeX have none of these characters.
BOX_LINES = {code: "+" for code in range(0x2500, 0x2580)}
BOX_LINES.update(dict.fromkeys(map(ord, "─━═"), "-"))
BOX_LINES.update(dict.fromkeys(map(ord, "│┃║"), "|"))


class ExecuteNotebook(ExecutePreprocessor):
    """Executes on the kernel 'java', tells how far it is, and shows the cell that fails."""

    enabled = Bool(True)

    def preprocess(self, nb, resources=None, km=None):
        signal.signal(signal.SIGTERM, self.stop)
        return super().preprocess(nb, resources, km)

    def stop(self, number, frame):
        """Ends the kernel, which would outlive this process; it may be in the middle of its start."""
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            self.km.cleanup_connection_file()
        os._exit(128 + number)

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        begin = time.monotonic()
        try:
            result = super().preprocess_cell(cell, resources, index)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            sys.exit(self.failure(cell, index, error))
        seconds = time.monotonic() - begin
        print(f"    cell {index + 1} of {len(self.nb.cells)}: {seconds:.1f} s", flush=True)
        return result

    @staticmethod
    def failure(cell, index, error):
        said = []
        for output in cell.outputs:
            if output.output_type == "stream":
                said.append(output.text.rstrip())
            elif output.output_type == "error":
                # Some kernels leave the traceback, some the name and the value empty.
                said.append("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
        if not isinstance(error, CellExecutionError):
            said.append(f"{type(error).__name__}: {error}")
        source = "\n".join("    | " + line for line in cell.source.splitlines())
        text = COLOURS.sub("", "\n".join(said))
        return f"\nCell {index + 1} failed:\n\n{source}\n\n{text}\n"


class Normalize(Preprocessor):
    """Takes out of an executed notebook what differs from machine to machine and run to run."""

    enabled = Bool(True)

    def preprocess(self, nb, resources):
        nb.metadata.kernelspec = {"name": "java", "display_name": "Java", "language": "java"}
        nb.metadata.language_info = {"name": "java", "file_extension": ".jshell"}
        for cell in nb.cells:
            cell.metadata.pop("execution", None)
            cell.metadata.pop("slideshow", None)
            slide = self.slide_type(cell)
            if slide:
                cell.metadata.slideshow = {"slide_type": slide}
            if cell.cell_type == "code":
                cell.outputs = self.joined(cell.outputs)
        return nb, resources

    @staticmethod
    def slide_type(cell):
        """A slide at headings of levels 1 and 2, one below it at level 3; else the slide goes on."""
        if cell.cell_type != "markdown":
            return None
        levels = [len(heading) for heading in HEADING.findall(CODE_BLOCK.sub("", cell.source))]
        return ("slide" if min(levels) < 3 else "subslide") if levels else None

    @staticmethod
    def joined(outputs):
        """The outputs with neighbouring pieces of printed text in one."""
        result = []
        for output in outputs:
            last = result[-1] if result else None
            if (
                last is not None
                and output.output_type == last.output_type == "stream"
                and output.name == last.name
            ):
                last.text += output.text
            else:
                result.append(output)
        return result


class AsciiTables(Preprocessor):
    """Draws the lines of tables in plain text with characters that LaTeX can print."""

    enabled = Bool(True)

    def preprocess_cell(self, cell, resources, index):
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = output.text.translate(BOX_LINES)
            elif "text/plain" in output.get("data", {}):
                output.data["text/plain"] = output.data["text/plain"].translate(BOX_LINES)
        return cell, resources


c = get_config()  # noqa: F821 (traitlets runs this file with it)
c.ExecutePreprocessor.kernel_name = "java"
c.ExecutePreprocessor.record_timing = False
c.ExecutePreprocessor.startup_timeout = 120
c.NotebookExporter.preprocessors = [ExecuteNotebook, Normalize]

# The template's own scripts would come from elsewhere: figures need none of them, and the script for
# formulas lies beside the page.
c.HTMLExporter.require_js_url = ""
c.HTMLExporter.mathjax_url = "mathjax.js"

# The PDF exporter is a LaTeX exporter.
c.LatexExporter.preprocessors = [AsciiTables]

# Slides that are longer than the screen.
c.SlidesExporter.reveal_scroll = True
