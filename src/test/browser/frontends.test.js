// Figures in the pages of several front ends, and where something fails, in a browser without network.
// The figures are those of the gallery, which the tests of the library write.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { appearances } from './figures.js';
import { launch, open, root } from './offline.js';

const COUNT = 3;
const source = readFileSync(path.join(root, 'target/gallery/light.html'), 'utf8');
const pictures = [...source.matchAll(/<img [^>]*data:image\/png[^>]*>/g)].slice(0, COUNT).map(([tag]) => tag);
const script = /<script>\n\/\/ Draws the interactive plot[^]*?<\/script>/.exec(source)[0];
const packedPlotly = /'([A-Za-z0-9+/=]{1000,})'/.exec(script)[1];
const version = Number(/const version = (\d+);/.exec(script)[1]);

/** The script with other code in place of Plotly. */
const withPlotly = (code) => script.replace(packedPlotly, gzipSync(code).toString('base64'));
const withVersion = (number) => script.replace(`const version = ${version};`, `const version = ${number};`);

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = mkdtempSync(path.join(tmpdir(), 'unroll-pages-'));
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function openPage(body, options) {
  const file = path.join(folder, 'page.html');
  writeFileSync(file, `<!DOCTYPE html><meta charset="utf-8"><title>Page</title><body>${body}</body>`);
  return open(browser, pathToFileURL(file).href, options);
}

/** Waits until the pictures appear as expected, and reports how they appear. */
async function settled(page, expected, count = COUNT) {
  const all = Array(count).fill(expected);
  for (let i = 0; i < 150; i++) {
    if (JSON.stringify(await appearances(page)) === JSON.stringify(all)) break;
    await page.waitForTimeout(100);
  }
  await page.waitForTimeout(300); // it must stay so
  assert.deepEqual(await appearances(page), all);
}

const frontEnds = {
  'JupyterLab 4 (MathJax 3 without Hub)': '<script>window.MathJax = {version: "3.2.2"};</script>',
  'Notebook 6 (MathJax 2 with Hub, RequireJS)': `<script>
    window.MathJax = {version: '2.7.5', Hub: {Config() { throw Error('MathJax is configured'); },
      Queue() { throw Error('MathJax is called'); }, config: {}}};
    window.define = () => { throw Error('a module is defined'); };
    window.define.amd = {};
    window.require = window.requirejs = () => { throw Error('a module is required'); };</script>`,
  'a page with an AMD loader and CommonJS': `<script>
    window.define = () => { throw Error('a module is defined'); };
    window.define.amd = {};
    window.module = {exports: {}}; window.exports = window.module.exports;</script>`,
  'a page with another Plotly': '<script>window.Plotly = {version: "of the page"};</script>',
};

for (const [name, setUp] of Object.entries(frontEnds)) {
  test(`figures are drawn in ${name}`, async () => {
    const { context, page, complaints } = await openPage(setUp + pictures.join('') + script);
    await settled(page, 'drawn');
    const left = await page.evaluate(() => [window.Plotly?.version, window.module?.exports?.newPlot]);
    assert.deepEqual(left, [setUp.includes('of the page') ? 'of the page' : undefined, undefined]);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

const failures = {
  'Plotly fails to load': withPlotly('throw new Error("does not load");'),
  'Plotly is not valid JavaScript': withPlotly('this is no script'),
  'Plotly is damaged': script.replace(packedPlotly, packedPlotly.slice(0, 5000)),
  'Plotly exports nothing': withPlotly(''),
  'drawing throws': withPlotly('module.exports = {newPlot(plot) { plot.innerHTML = "half"; throw new Error("no"); }};'),
  'drawing is rejected': withPlotly(
    'module.exports = {newPlot: async (plot) => { plot.innerHTML = "half"; throw new Error("no"); }};'),
  'drawing never ends': withPlotly('module.exports = {newPlot: () => new Promise(() => {})};'),
};

for (const [name, broken] of Object.entries(failures)) {
  test(`the pictures stay where ${name}`, async () => {
    const { context, page, complaints } = await openPage(pictures.join('') + broken);
    await page.waitForTimeout(1000);
    await settled(page, 'static');
    if (!name.includes('never')) assert.equal(await page.locator('[id^="unroll-figure-"]').count(), 0);
    // A syntax error is the browser's to report.
    assert.deepEqual(complaints.filter((text) => !/Unexpected identifier/.test(text)), []);
    await context.close();
  });
}

test('the pictures stay where the browser cannot unpack', async () => {
  const { context, page } = await openPage(
    `<script>delete window.DecompressionStream</script>${pictures.join('')}${script}`);
  await page.waitForTimeout(500);
  await settled(page, 'static');
  await context.close();
});

// As version 1 did: hides each picture and appends a plot, some time after it sees the picture.
const oldOutput = (delay) => `<script>
  window.unrollFigures = true;
  window.Plotly = {version: '1.54.1'};
  window.oldPlots = 0;
  const old = (picture) => setTimeout(() => {
    const plot = document.createElement('div');
    plot.id = 'unroll-figure-' + ++window.oldPlots;
    plot.style.minHeight = '400px';
    picture.after(plot);
    picture.style.display = 'none';
  }, ${delay});
  document.querySelectorAll('img').forEach(old);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => {
    if (node.tagName === 'IMG') old(node);
  }))).observe(document.documentElement, {childList: true, subtree: true});</script>`;

for (const delay of [0, 3000]) {
  test(`the plots replace those that an old output draws after ${delay} ms`, async () => {
    const { context, page, complaints } = await openPage(
      oldOutput(delay) + pictures.join('') + script);
    await page.waitForFunction((count) => window.oldPlots >= count, COUNT);
    await settled(page, 'drawn');
    assert.equal(await page.locator('[id^="unroll-figure-"]').count(), COUNT);
    assert.equal(await page.evaluate(() => window.Plotly.version), '1.54.1');
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

for (const [order, scripts] of Object.entries({
  'older first': [withVersion(version - 0.5), script],
  'newer first': [script, withVersion(version - 0.5)],
  'the same twice': [script, script],
})) {
  test(`the newest version on a page draws: ${order}`, async () => {
    const { context, page, complaints } = await openPage(pictures.join('') + scripts[0]);
    await settled(page, 'drawn');
    await page.evaluate((html) => {
      const script = document.createElement('script');
      script.textContent = html.replace(/^<script>|<\/script>$/g, '');
      document.body.append(script);
    }, scripts[1]);
    const newest = page.locator(`[id^="unroll-figure-${version}-"]`);
    await page.waitForFunction(
      ([prefix, count]) => document.querySelectorAll(`[id^="${prefix}"]`).length === count,
      [`unroll-figure-${version}-`, COUNT]);
    await settled(page, 'drawn');
    assert.equal(await newest.count(), COUNT);
    assert.equal(await page.locator('[id^="unroll-figure-"]').count(), COUNT);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test('a figure is drawn after it was removed, put back, copied or replaced', async () => {
  const { context, page, complaints } = await openPage(`<main>${pictures.join('')}</main>${script}`);
  await settled(page, 'drawn');
  const ids = () => page.locator('[id^="unroll-figure-"]').evaluateAll((plots) => plots.map((plot) => plot.id));
  const before = await ids();

  // A notebook that shows only the cells in view takes the others out of the page.
  await page.evaluate(async () => {
    const main = document.querySelector('main');
    main.remove();
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.body.append(main);
  });
  await settled(page, 'drawn');
  assert.deepEqual(await ids(), before, 'the plots are kept');

  await page.evaluate(() => document.body.append(document.querySelector('main').cloneNode(true)));
  await settled(page, 'drawn', 2 * COUNT);

  // Only the pictures come back.
  await page.evaluate(() => {
    document.querySelectorAll('main')[1].remove();
    document.querySelectorAll('[id^="unroll-figure-"]').forEach((plot) => plot.remove());
    const main = document.querySelector('main');
    main.remove();
    document.body.append(main);
  });
  await settled(page, 'drawn');

  // A live display shows another figure in the same place.
  await page.evaluate(() => {
    const [first, second] = document.querySelectorAll('img');
    first.src = second.src;
  });
  await settled(page, 'drawn');
  const titles = await page.locator('[id^="unroll-figure-"] .gtitle').allTextContents();
  assert.equal(titles[0], titles[1]);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a plot has the alternative text of its picture', async () => {
  const { context, page } = await openPage(pictures.join('').replaceAll(/alt=(''|"[^"]*")/g, '') + script);
  await settled(page, 'drawn');
  for (const image of await page.locator('img').all()) {
    const alt = await image.getAttribute('alt');
    assert.match(alt, /^Figure ".+": .+points\).*axis: /);
    assert.equal(await image.locator('+ div').getAttribute('aria-label'), alt);
  }
  await context.close();
});

test('Plotly is the release', () => {
  const released = new URL('node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js', import.meta.url);
  assert.ok(gunzipSync(Buffer.from(packedPlotly, 'base64')).equals(readFileSync(released)));
});
