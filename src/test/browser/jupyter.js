// Opens notebooks in a real JupyterLab 4 or Notebook 7, and counts the figures that are drawn.
//
//   npm run --prefix src/test/browser jupyter -- [OPTION]... NOTEBOOK...
//
// prints a table of the figures that each notebook stores and how they appear.
//   --notebook     in Notebook 7 instead of JupyterLab
//   --untrusted    as a notebook from somewhere else; by default it is trusted
//   --first-cell   after the first code cell has run; the file is not saved
//   --run          after all cells have run; the file is not saved
//   --screenshots FOLDER
// JUPYTER names the command jupyter; by default it is the one on the PATH.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import { appearanceOf } from './figures.js';
import { launch, root } from './offline.js';

const environment = { ...process.env };
if (process.env.JUPYTER) environment.PATH = `${path.dirname(process.env.JUPYTER)}:${process.env.PATH}`;

/** The version of `jupyter lab` or `jupyter notebook`; empty if it is not installed. */
export function version(application = 'lab') {
  const result = spawnSync('jupyter', [application, '--version'], { env: environment, encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
}

/** The number of figures in the outputs of each code cell of a notebook, by the index of the cell. */
export function figuresStored(file) {
  const counts = new Map();
  JSON.parse(readFileSync(file, 'utf8')).cells.forEach((cell, index) => {
    const pictures = (cell.outputs || []).map((output) => output.data?.['image/png']).filter(Boolean);
    const count = pictures.filter((picture) => carriesFigure([picture].flat().join(''))).length;
    if (count > 0) counts.set(index, count);
  });
  return counts;
}

function carriesFigure(base64) {
  const png = Buffer.from(base64, 'base64');
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 21) !== 'zTXtunroll-figure') continue;
    JSON.parse(inflateSync(png.subarray(at + 8 + 'unroll-figure'.length + 2)).toString('latin1'));
    return true;
  }
  return false;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A Jupyter server on `folder`, with a kernel of this project, and a browser that reaches only it. */
export async function startJupyter(folder, application = 'lab') {
  const port = await freePort();
  const own = mkdtempSync(path.join(tmpdir(), 'unroll-jupyter-'));
  environment.JUPYTERLAB_SETTINGS_DIR = path.join(own, 'settings');
  // Jupyter must not save what only this program ran.
  const documents = path.join(own, 'settings/@jupyterlab/docmanager-extension');
  mkdirSync(documents, { recursive: true });
  writeFileSync(path.join(documents, 'plugin.jupyterlab-settings'), '{"autosave": false}');
  environment.JUPYTERLAB_WORKSPACES_DIR = path.join(own, 'workspaces');
  const notary = `--NotebookNotary.db_file=${path.join(own, 'trusted.db')}`;
  const start = path.join(root, 'notebooks/start');
  const run = (...command) => ['--kernel', 'rapaio', '--run', 'jupyter', ...command];
  const expose = application === 'lab' ? 'LabApp' : 'JupyterNotebookApp';
  const server = spawn(
    start,
    run(application, '--no-browser', `--port=${port}`, '--ServerApp.port_retries=0', '--allow-root', notary,
      '--IdentityProvider.token=unroll', `--ServerApp.root_dir=${path.resolve(folder)}`,
      `--${expose}.expose_app_in_browser=True`, '--LabApp.news_url=', '--ServerApp.log_level=ERROR'),
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let log = '';
  server.stdout.on('data', (data) => (log += data));
  server.stderr.on('data', (data) => (log += data));
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; ; i++) {
    const answer = await fetch(`${url}/api?token=unroll`).catch(() => null);
    if (answer?.ok) break;
    if (server.exitCode !== null || i > 1200) throw new Error(`Jupyter has not started:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const browser = await launch(`127.0.0.1:${port}`);
  return {
    log: () => log,
    trust(file) {
      const result = spawnSync(start, run('trust', notary, path.resolve(file)), { env: environment, encoding: 'utf8' });
      if (result.status !== 0) throw new Error(`${file} cannot be trusted: ${result.stdout}${result.stderr}`);
    },
    async open(name) {
      const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
      await context.addInitScript(`window.appearanceOf = ${appearanceOf};`);
      const page = await context.newPage();
      const errors = [];
      // Jupyter's own: news and extensions that are not reachable, its debugger, and Notebook 7's settings.
      const complain = (text) => /^Failed to load resource|debugger session|reading 'schema'/.test(text) || errors.push(text);
      page.on('pageerror', (error) => complain(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.text().includes('Unroll')) complain(message.text());
      });
      // Without the notebooks of the last session, whose script would draw the figures of this one, too.
      await page.goto(`${url}/${application === 'lab' ? 'lab/tree' : 'notebooks'}/${name}?token=unroll&reset`);
      const notebook = new OpenNotebook(page, errors);
      await notebook.ready();
      return notebook;
    },
    async stop() {
      await browser.close();
      await fetch(`${url}/api/shutdown?token=unroll`, { method: 'POST' }).catch(() => {});
      await new Promise((resolve) => {
        const late = setTimeout(() => process.kill(-server.pid, 'SIGKILL'), 10_000);
        if (server.exitCode !== null) resolve();
        server.on('exit', () => {
          clearTimeout(late);
          resolve();
        });
      });
      rmSync(own, { recursive: true, force: true });
    },
  };
}

/** A notebook in a page of JupyterLab or Notebook 7. */
class OpenNotebook {
  constructor(page, errors) {
    this.page = page;
    this.errors = errors;
  }

  async ready() {
    await this.page.waitForFunction(
      () => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length > 0
        && document.querySelector('.jp-Notebook .jp-Cell'),
      null, { timeout: 120_000 });
    await this.page.waitForFunction(
      () => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.connectionStatus === 'connected',
      null, { timeout: 120_000, polling: 250 });
  }

  /** Executes a command of the front end, such as `notebook:run-all-cells`, without waiting for its end. */
  async command(name) {
    await this.page.evaluate((id) => void window.jupyterapp.commands.execute(id), name);
  }

  /** Restarts the kernel and runs all cells, as the button does that asks before. */
  async restartAndRunAll() {
    await this.command('notebook:restart-run-all');
    await this.page.locator('.jp-Dialog .jp-mod-accept, .jp-Dialog .jp-mod-warn').last().click();
    // The outputs of the run before are gone when no cell has a number.
    await this.page.waitForFunction(() =>
      window.jupyterapp.shell.currentWidget.content.widgets.every((cell) => !cell.model.executionCount));
  }

  /** What the cells have printed and what is shown in words. */
  text() {
    return this.page.evaluate(() =>
      window.jupyterapp.shell.currentWidget.content.widgets
        .flatMap((cell) => cell.model.outputs?.toJSON() || [])
        .map((output) => [output.text, output.data?.['text/plain'] || output.data?.['text/html'], output.traceback].flat().join(''))
        .join('\n'));
  }

  /** Waits until a cell prints or shows a text. */
  async waitForText(pattern, timeout = 120_000) {
    const end = Date.now() + timeout;
    while (!pattern.test(await this.text())) {
      if (Date.now() > end || /Compile error/.test(await this.text())) throw new Error(`No ${pattern} in:\n${await this.text()}`);
      await this.page.waitForTimeout(250);
    }
  }

  /** Waits until all code cells have run. */
  async idle(timeout = 900_000) {
    await this.page.waitForFunction(
      () => {
        const panel = window.jupyterapp.shell.currentWidget;
        return panel.sessionContext.session?.kernel?.status === 'idle' && panel.content.widgets.every(
          (cell) => cell.model.type !== 'code' || !cell.model.sharedModel.getSource().trim()
            || cell.model.executionCount !== null);
      },
      null, { timeout, polling: 250 });
    await this.page.waitForTimeout(500);
  }

  /** Runs the first code cell and waits until it has ended. */
  async runFirstCell() {
    await this.page.evaluate(() => {
      const content = window.jupyterapp.shell.currentWidget.content;
      content.activeCellIndex = content.widgets.findIndex((cell) => cell.model.type === 'code');
      content.activeCell.model.sharedModel.execution_count = null;
    });
    await this.command('notebook:run-cell');
    await this.page.waitForFunction(() => {
      const panel = window.jupyterapp.shell.currentWidget;
      return panel.sessionContext.session?.kernel?.status === 'idle'
        && panel.content.activeCell.model.executionCount !== null;
    }, null, { timeout: 120_000, polling: 250 });
  }

  async save() {
    await this.page.evaluate(() => window.jupyterapp.commands.execute('docmanager:save'));
  }

  /**
   * Scrolls through the notebook and counts how its figures appear. A figure that `wanted` names
   * gets some seconds to appear so.
   */
  async figures(stored, wanted, screenshot) {
    const seen = new Map();
    const look = () =>
      this.page.evaluate(() => {
        const cells = window.jupyterapp.shell.currentWidget.content.widgets;
        return cells.flatMap((cell, index) => {
          const pictures = cell.isDisposed || !cell.node.isConnected ? []
            : [...cell.node.querySelectorAll('.jp-OutputArea img')]
              .filter((image) => /^(data:image\/png|blob:)/.test(image.src));
          return pictures.map((image, number) => {
            const box = cell.node.getBoundingClientRect();
            return { index, number, state: window.appearanceOf(image), inView: box.bottom > 0 && box.top < innerHeight };
          });
        });
      });
    await this.scroll(-1e9);
    for (let step = 0; ; step++) {
      for (let wait = 0; wait < 40; wait++) {
        const missing = (await look()).some(({ state, inView }) => inView && state !== wanted);
        if (!missing && wait > 1) break;
        await this.page.waitForTimeout(250);
      }
      for (const { index, number, state, inView } of await look()) {
        if (inView && number < (stored.get(index) || 0)) seen.set(`${index}/${number}`, state);
      }
      if (screenshot) await this.page.screenshot({ path: `${screenshot}-${String(step).padStart(2, '0')}.png` });
      if (!(await this.scroll(600))) break;
    }
    const counts = { drawn: 0, static: 0, both: 0, blank: 0 };
    for (const state of seen.values()) counts[state]++;
    const total = [...stored.values()].reduce((a, b) => a + b, 0);
    return { stored: total, ...counts, unseen: total - seen.size };
  }

  /** Scrolls down by a number of pixels; true if that was possible. */
  scroll(distance) {
    return this.page.evaluate((by) => {
      const notebook = window.jupyterapp.shell.currentWidget.content.node;
      const scroller = [notebook, ...notebook.querySelectorAll('*')].find(
        (element) => element.scrollHeight > element.clientHeight + 10 && element.querySelector('.jp-Cell')
          && /auto|scroll/.test(getComputedStyle(element).overflowY));
      const before = scroller ? scroller.scrollTop : 0;
      if (scroller) scroller.scrollTop += by;
      return scroller ? scroller.scrollTop > before : false;
    }, distance);
  }

  close() {
    return this.page.context().close();
  }
}

async function main(words) {
  const option = (name) => words.includes(name) && words.splice(words.indexOf(name), 1).length > 0;
  const application = option('--notebook') ? 'notebook' : 'lab';
  const trusted = !option('--untrusted');
  const firstCell = option('--first-cell');
  const run = option('--run');
  const at = words.indexOf('--screenshots');
  const folder = at < 0 ? null : path.resolve(words.splice(at, 2)[1]);
  const files = words.map((file) => path.resolve(file));
  if (files.length === 0) throw new Error('Name the notebooks to open; the head of jupyter.js lists the options.');
  if (folder) mkdirSync(folder, { recursive: true });
  console.log(`${application === 'lab' ? 'JupyterLab' : 'Notebook'} ${version(application)}, `
    + `${trusted ? 'trusted' : 'untrusted'}${run ? ', run' : ''}${firstCell ? ', first cell run' : ''}`);
  const jupyter = await startJupyter(path.dirname(files[0]), application);
  const rows = [];
  try {
    for (const file of files) {
      const name = path.basename(file);
      const stored = figuresStored(file);
      if (trusted) jupyter.trust(file);
      const notebook = await jupyter.open(name);
      if (firstCell) await notebook.runFirstCell();
      if (run) {
        await notebook.command('notebook:run-all-cells');
        await notebook.idle();
      }
      const shown = await notebook.figures(
        stored, trusted || run ? 'drawn' : 'static',
        folder && path.join(folder, name.replace('.ipynb', '')));
      rows.push({ notebook: name, ...shown, errors: notebook.errors.length });
      for (const error of new Set(notebook.errors)) console.log(`${name}: ${error.slice(0, 300)}`);
      await notebook.close();
    }
  } finally {
    await jupyter.stop();
  }
  console.table(rows);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2));
