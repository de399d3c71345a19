// Every figure of the pages is drawn, in a browser without network.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { defectsOf, figuresIn, inkOf } from './figures.js';
import { launch, open, root } from './offline.js';
import { pages } from './pages.js';

let browser;
let blank;
before(async () => {
  browser = await launch();
  blank = await browser.newPage();
});
after(() => browser.close());

test('there are pages', () => assert.ok(pages.length > 0, 'no HTML'));

function typesFormulas(file) {
  const body = readFileSync(file, 'utf8').replace(/<script[^]*?<\/script>|<pre[^]*?<\/pre>/g, '');
  return /\$\$[^$]+\$\$/.test(body);
}

async function assertInk(element, what) {
  await element.scrollIntoViewIfNeeded();
  const ink = await inkOf(blank, await element.screenshot());
  assert.ok(ink.share > 0.005 && ink.colours > 10, `${what} is as good as empty: ${JSON.stringify(ink)}`);
}

for (const file of pages) {
  const figures = figuresIn(file);
  const name = path.relative(root, file);
  const title = (i) => `figure ${i + 1} (${figures[i].layout.title?.text || 'no title'})`;

  test(`${name}: ${figures.length} plots are drawn`, async () => {
    const { context, page, complaints } = await open(browser, pathToFileURL(file).href);
    const plots = page.locator('.js-plotly-plot');
    await page
      .waitForFunction(
        (count) =>
          document.querySelectorAll('.js-plotly-plot .main-svg .xtick, .js-plotly-plot .main-svg .infolayer')
            .length >= count,
        figures.length,
        { timeout: 60_000 })
      .catch(() => {});
    assert.equal(await plots.count(), figures.length, 'plots drawn');
    const defects = [];
    for (let i = 0; i < figures.length; i++) {
      const plot = plots.nth(i);
      for (const defect of await plot.evaluate(defectsOf)) defects.push(`${title(i)}: ${defect}`);
      await assertInk(plot, title(i));
    }
    assert.deepEqual(defects, []);
    if (typesFormulas(file)) assert.ok((await page.locator('mjx-container svg').count()) > 0, 'formulas are set');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test(`${name}: without scripts each figure is a picture`, async () => {
    const { context, page, complaints } = await open(browser, pathToFileURL(file).href, {
      javaScriptEnabled: false,
    });
    const pictures = page.locator('img[src^="data:image/png"]');
    assert.ok((await pictures.count()) >= figures.length);
    for (let i = 0; i < (await pictures.count()); i++) await assertInk(pictures.nth(i), `picture ${i + 1}`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

// Runs in the page.
function coveredOnPhone() {
  const overlaps = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const defects = [];
  for (const plot of document.querySelectorAll('.js-plotly-plot')) {
    const name = plot.getAttribute('aria-label');
    const box = (selector) => plot.querySelector(selector)?.getBoundingClientRect();
    const legend = box('.legend .bg');
    for (const panel of plot.querySelectorAll('.cartesianlayer .plot')) {
      if (legend && overlaps(legend, panel.getBoundingClientRect())) defects.push(`${name}: the legend covers a panel`);
    }
    if (box('.modebar-btn')?.width > 0) defects.push(`${name}: buttons`);
    for (const number of plot.querySelectorAll('.bartext')) {
      if (number.getBoundingClientRect().height < 8) defects.push(`${name}: the number of a bar is too small`);
    }
    const title = box('.gtitle');
    if (title && title.right > plot.getBoundingClientRect().right + 1) defects.push(`${name}: the title is cut off`);
  }
  return defects;
}

for (const file of pages.filter((page) => /gallery.light/.test(page))) {
  test(`${path.relative(root, file)}: at the width of a phone nothing is covered`, async () => {
    const { context, page } = await open(browser, pathToFileURL(file).href, { viewport: { width: 390, height: 844 } });
    const count = figuresIn(file).length;
    await page.waitForFunction(
      (expected) => document.querySelectorAll('.js-plotly-plot .main-svg .infolayer').length >= expected, count);
    await page.waitForTimeout(1000); // the room for legends
    assert.deepEqual(await page.evaluate(coveredOnPhone), []);
    await context.close();
  });
}
