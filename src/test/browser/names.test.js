// Names that look like formulas and markup are text, in a page with MathJax 3. HostileNamesTest.java writes the page.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { appearances } from './figures.js';
import { launch, open, root } from './offline.js';

const NAME = '$a$ <b>q</b> \\(y\\) & $c$';
const mathjax = fileURLToPath(new URL('node_modules/mathjax/es5/tex-svg.js', import.meta.url));

test('names are text in every view', async (t) => {
  const browser = await launch();
  const folder = mkdtempSync(path.join(tmpdir(), 'unroll-names-'));
  t.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'names.html');
  const page = readFileSync(path.join(root, 'target/names/names.html'), 'utf8').replace('<title>', () =>
    `<script>
      window.hit = () => { window.wasHit = true; };
      window.MathJax = {tex: {inlineMath: [['$', '$'], ['\\\\(', '\\\\)']], processEscapes: true}};
    </script>
    <script src="${pathToFileURL(mathjax)}"></script><title>`).replace('<section>', '<p id="formula">$x^2$</p><section>');
  writeFileSync(file, page);
  const { page: opened, complaints } = await open(browser, pathToFileURL(file).href);
  const count = (await appearances(opened)).length;
  assert.ok(count > 15);
  await opened.waitForFunction(
    (figures) => document.querySelectorAll('.js-plotly-plot .main-svg .infolayer').length >= figures, count, { timeout: 60_000 });
  await opened.locator('#formula mjx-container').waitFor();
  assert.equal(await opened.locator('mjx-container').count(), 1, 'only the formula of the page is one');
  for (let i = 0; i < 100 && (await appearances(opened)).some((state) => state !== 'drawn'); i++) {
    await opened.waitForTimeout(100);
  }
  assert.deepEqual(new Set(await appearances(opened)), new Set(['drawn']));
  assert.equal(await opened.evaluate(() => window.wasHit), undefined, 'a script of a name has run');

  const defects = await opened.evaluate((name) => {
    const found = [];
    document.querySelectorAll('section').forEach((section, i) => {
      const text = [...section.querySelectorAll('th, td, div, pre, svg text, audio')].map((element) => element.textContent).join('\n');
      if (section.querySelector('b:not(div > div > b), img[src="x"], script')) found.push(`section ${i} has markup`);
      // Without its tags, or with only some of its characters, the name was read as something else.
      const inTitle = name.replaceAll('\\', ''); // by jsplot
      const rest = text.replaceAll(name, '').replaceAll(inTitle, '');
      for (const piece of ['$a$', '$c$', '(y)', '&lt;', '&amp;']) {
        const at = rest.indexOf(piece);
        if (at >= 0) found.push(`section ${i}: ${rest.slice(Math.max(0, at - 30), at + 40)}`);
      }
      if (section.querySelector('.js-plotly-plot') && !text.includes(name) && !text.includes(inTitle)) found.push(`plot ${i} lacks the name: ${text.slice(0, 200)}`);
    });
    return found;
  }, NAME);
  assert.deepEqual(defects, []);
  assert.deepEqual(complaints, []);
});
