// Diagrams in a page: the slider over time, with and without scripts, light and dark, and on a phone.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inkOf } from './figures.js';
import { launch, open, root } from './offline.js';

const file = pathToFileURL(path.join(root, 'target/gallery/diagrams.html')).href;
const COUNT = 5;
const SLIDERS = 2;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const images = (page) => page.locator('img.unroll-diagram');
/** The colors of the current drawing, and its texts. */
const drawn = (image) => image.evaluate((img) => decodeURIComponent(img.src));
const waitForImages = (page) =>
  page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));

test('the slider moves through the values of all steps', async () => {
  const { context, page, complaints } = await open(browser, file);
  const slider = page.locator('input[type=range]').first();
  assert.equal(await page.locator('input[type=range]').count(), SLIDERS);
  assert.equal(await slider.inputValue(), '3', 'starts at the first mark');
  const seen = new Set();
  for (let step = 0; step < 20; step++) {
    await slider.fill(String(step));
    await waitForImages(page);
    const svg = await drawn(images(page).first());
    assert.ok(svg.includes(`>step ${step}, unit 1<`), `step ${step}`);
    assert.ok(svg.includes('</svg>'), 'the drawing is complete');
    assert.equal(await slider.getAttribute('aria-valuetext'), `step ${step}`);
    assert.match(await images(page).first().getAttribute('alt'), new RegExp(`^Values at step ${step}, unit 1: `));
    seen.add(svg);
  }
  assert.equal(seen.size, 20);
  await slider.focus();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await slider.inputValue(), '18', 'the keyboard moves it');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('without scripts the plots of all steps are shown', async () => {
  const { context, page } = await open(browser, file, { javaScriptEnabled: false });
  assert.equal(await page.locator('input').count(), 0);
  assert.equal(await images(page).count(), COUNT);
  for (const image of await images(page).all()) assert.ok((await image.boundingBox()).height > 100);
  await context.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`diagrams are drawn on a ${colorScheme} page of a phone`, async () => {
    const viewport = { width: 390, height: 844 };
    const { context, page, complaints } = await open(browser, file, { colorScheme, viewport });
    await waitForImages(page);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'fits the screen');
    const blank = await context.newPage();
    for (const image of await images(page).all()) {
      const box = await image.boundingBox();
      assert.ok(box.height > 100 && box.height < 700, `${box.height} pixels high`);
      const ink = await inkOf(blank, await image.screenshot());
      assert.ok(ink.share > 0.02 && ink.colours > 10, JSON.stringify(ink));
    }
    const corner = await page.evaluate(async () => {
      const image = document.images[0];
      const canvas = document.createElement('canvas');
      const pen = canvas.getContext('2d');
      pen.drawImage(image, 0, 0);
      return pen.getImageData(30, 60, 1, 1).data[0];
    });
    assert.ok(colorScheme === 'dark' ? corner < 60 : corner > 200, `paper ${corner}`);
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
