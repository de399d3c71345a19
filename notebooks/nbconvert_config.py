"""How `notebooks/start --execute` has nbconvert execute a notebook, store it and make HTML of it.

The stored notebook is the same on every machine but for what its cells computed: no timestamps, no
version of the kernel, printed text in one piece however it arrived.
"""

import re
import sys
import time

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor, Preprocessor
from traitlets import Bool

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class ExecuteNotebook(ExecutePreprocessor):
    """Executes on the kernel 'java', tells how far it is, and shows the cell that fails."""

    enabled = Bool(True)

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
        nb.metadata.language_info = {"name": "java"}
        for cell in nb.cells:
            cell.metadata.pop("execution", None)
            if cell.cell_type == "code":
                cell.outputs = self.joined(cell.outputs)
        return nb, resources

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


c = get_config()  # noqa: F821 (traitlets runs this file with it)
c.ExecutePreprocessor.kernel_name = "java"
c.ExecutePreprocessor.record_timing = False
c.ExecutePreprocessor.startup_timeout = 120
c.NotebookExporter.preprocessors = [ExecuteNotebook, Normalize]

# The template's own scripts would come from elsewhere: figures need none of them, and the script for
# formulas lies beside the page.
c.HTMLExporter.require_js_url = ""
c.HTMLExporter.mathjax_url = "mathjax.js"
