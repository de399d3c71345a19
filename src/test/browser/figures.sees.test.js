// The test of figures is tested: what is amiss in a page is seen.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { defectsOf, inkOf } from './figures.js';
import { launch, open } from './offline.js';
import { pages } from './pages.js';

const page01 = pages.find((file) => path.basename(file).startsWith('01-')) ?? pages[0];

const spoilt = {
  'a line without ink': (plot) => {
    for (const path of plot.querySelectorAll('.scatterlayer path')) path.style.strokeOpacity = path.style.fillOpacity = 0;
  },
  'a line that is hidden': (plot) => {
    for (const trace of plot.querySelectorAll('.scatterlayer .trace')) trace.style.display = 'none';
  },
  'a trace that is missing': (plot) => plot.querySelector('.scatterlayer .trace').remove(),
  'bars without height': (plot) => {
    for (const bar of plot.querySelectorAll('.barlayer path')) bar.setAttribute('d', 'M0,0');
  },
  'letters like paper': (plot) => {
    const paper = getComputedStyle(document.body).backgroundColor;
    for (const text of plot.querySelectorAll('.ytick text')) text.style.fill = paper;
  },
};

test('defects of a plot are seen', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  for (const [what, spoil] of Object.entries(spoilt)) {
    const { context, page } = await open(browser, pathToFileURL(page01).href);
    const layer = what.startsWith('bars') ? '.barlayer .trace' : '.scatterlayer .trace';
    // A diagram has points, too, but no axes that could be spoilt.
    const plot = page
      .locator('.js-plotly-plot', { has: page.locator(layer) })
      .filter({ has: page.locator('.xtick text') })
      .first();
    await plot.waitFor();
    assert.deepEqual(await plot.evaluate(defectsOf), [], 'before');
    await plot.evaluate(spoil);
    assert.notDeepEqual(await plot.evaluate(defectsOf), [], what);
    await context.close();
  }
});

test('requests and errors of a page are seen', async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  const { page, complaints } = await open(browser, 'data:text/html,<h1>Page</h1>');
  assert.deepEqual(complaints, []);
  await page.setContent('<img src="https://example.org/logo.png"><script>undefinedName.x</script>');
  await page.waitForTimeout(0);
  assert.ok(complaints.some((text) => text.includes('example.org')), complaints.join());
  assert.ok(complaints.some((text) => text.includes('undefinedName')), complaints.join());
  assert.equal(await page.locator('img').evaluate((image) => image.naturalWidth), 0);
  await page.setContent('<div style="width: 300px; height: 300px"></div>');
  assert.equal((await inkOf(page, await page.locator('div').screenshot())).share, 0);
});
