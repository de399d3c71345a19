// A notebook in a real JupyterLab 4: opened, run, stopped, restarted, scrolled through and saved.
// Skipped where JupyterLab is not installed; JUPYTER names its command jupyter.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { figuresStored, startJupyter, version } from './jupyter.js';
import { root } from './offline.js';

const FIGURES = 8;
const lab = version();

// Two dollar signs in one text would be a formula, the tags would be markup.
const HOSTILE = 'oil ($), <b>gas</b> ($) \\\\(x^2\\\\)';
const SHOWN = 'oil ($), <b>gas</b> ($) \\(x^2\\)';

/** The imports of a notebook of the series, and the call that sets up figures. */
function setUp() {
  const notebook = JSON.parse(readFileSync(path.join(root, 'notebooks/01-compare-recurrent-layers.ipynb'), 'utf8'));
  const source = notebook.cells.find((cell) => cell.cell_type === 'code').source.join('');
  return `${source.slice(0, source.indexOf('Notebook.start();'))}
import org.unroll.data.*;
import org.unroll.losses.*;
import org.unroll.optimizers.*;
import org.unroll.training.*;

Notebook.start();`;
}

function cells() {
  const figure = (i) => `Plots.lines("${i}: ${HOSTILE}", "x in $", "y in $", Map.of("${HOSTILE}", new double[] {1, 3, 2}))`;
  const code = [
    setUp(),
    `Table prices = Table.create("${HOSTILE}",
    DoubleColumn.create("${HOSTILE}", 1, 2),
    StringColumn.create("note", "${HOSTILE}", "$x_1$"));
prices`,
    ...Array.from({ length: FIGURES - 2 }, (_, i) => figure(i + 1)),
    `Notebook.show(${figure(FIGURES - 1)});`,
    `double[][][] inputs = new double[64][20][1];
double[][] targets = new double[64][1];
Sequential model = Sequential.seeded(1, input(20, 1), gru(8), dense(1));
model.compile(Optimizers.adam(), Losses.mse());
History history = model.fit(Samples.of(inputs).targets(targets), FitOptions.epochs(100_000));`,
    'history.plot()',
    `int epochs = history.toTable().rowCount();
"stopped after " + (epochs > 0 && epochs < 100_000 ? "some" : "all or no") + " epochs"`,
  ];
  const formula = 'A formula: $x^2$.\n\n';
  const markdown = Array(12).fill('Text between the figures, so that they do not fit into the window. ').join('\n\n');
  return code.flatMap((source, i) => [
    { cell_type: 'markdown', id: `text-${i}`, metadata: {}, source: `## Part ${i}\n\n${i === 0 ? formula : ''}${markdown}` },
    { cell_type: 'code', id: `code-${i}`, metadata: {}, source, outputs: [], execution_count: null },
  ]);
}

function write(file) {
  writeFileSync(file, JSON.stringify({
    cells: cells(),
    metadata: { kernelspec: { name: 'java', display_name: 'Java', language: 'java' } },
    nbformat: 4,
    nbformat_minor: 5,
  }));
}

const skip = !/^4\./.test(lab) && 'JupyterLab 4 is not installed: no "jupyter lab" on the PATH, and JUPYTER does not name one.';

test(`JupyterLab ${lab} draws every figure, before and after a restart`, { skip, timeout: 900_000 }, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'unroll-lab-'));
  const file = path.join(folder, 'small.ipynb');
  write(file);
  const jupyter = await startJupyter(folder);
  t.after(async () => {
    await jupyter.stop();
    rmSync(folder, { recursive: true });
  });
  const drawn = { stored: FIGURES, drawn: FIGURES, static: 0, both: 0, blank: 0, unseen: 0 };

  const runAndStop = async (notebook, run) => {
    await run();
    await notebook.waitForText(/epoch ([3-9]|\d\d+)\/100000/, 120_000);
    await notebook.page.waitForTimeout(2000);
    await notebook.command('kernelmenu:interrupt');
    await notebook.idle(120_000);
    await notebook.waitForText(/stopped after some epochs/);
    await notebook.save();
    const stored = figuresStored(file);
    assert.deepEqual(await notebook.figures(stored, 'drawn'), drawn);
  };

  const notebook = await jupyter.open('small.ipynb');
  await runAndStop(notebook, () => notebook.command('notebook:run-all-cells'));

  // Names are text in tables and in plots.
  await notebook.scroll(-1e9);
  await notebook.page.locator('mjx-container').first().waitFor();
  await notebook.page.waitForTimeout(1000);
  assert.equal(await notebook.page.locator('mjx-container').count(), 1, 'only the formula of the first cell is one');
  const table = notebook.page.locator('.jp-OutputArea table').first();
  await table.scrollIntoViewIfNeeded();
  assert.ok((await table.locator('th').allTextContents()).some((text) => text.startsWith(SHOWN)), await table.innerHTML());
  assert.deepEqual(await table.locator('td').allTextContents(), ['1', SHOWN, '2', '$x_1$']);
  const titles = await notebook.page.locator('.gtitle').allTextContents();
  assert.ok(titles.length > 0 && titles.every((title) => title.endsWith(SHOWN) || title === 'Training history'), titles.join('\n'));

  await runAndStop(notebook, () => notebook.restartAndRunAll());
  assert.deepEqual(notebook.errors, []);
  await notebook.close();

  // Opened again, in another session: run here, so it is trusted.
  const reopened = await jupyter.open('small.ipynb');
  assert.deepEqual(await reopened.figures(figuresStored(file), 'drawn'), drawn);
  assert.deepEqual(reopened.errors, []);
  await reopened.close();

  // From somewhere else: not trusted, so no script runs.
  const copy = path.join(folder, 'copy.ipynb');
  writeFileSync(copy, readFileSync(file, 'utf8').replace('Part 0', 'Part zero'));
  const untrusted = await jupyter.open('copy.ipynb');
  assert.deepEqual(
    await untrusted.figures(figuresStored(copy), 'static'),
    { ...drawn, drawn: 0, static: FIGURES });
  await untrusted.close();
});
