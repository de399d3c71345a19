// A browser without network, which can only read files of this machine; it records what pages ask for.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {
      // the next one
    }
  }
  throw new Error('No Chromium on the PATH; CHROMIUM can name one.');
}

/** `reachable`: host and port of a server on this machine that pages may ask. */
export function launch(reachable = '') {
  return chromium.launch({
    executablePath: executable(),
    // Nothing listens on the port of this proxy, so every request that leaves fails.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--proxy-server=http://127.0.0.1:9',
      `--proxy-bypass-list=<-loopback>;${reachable}`,
    ],
  });
}

/** Opens a page whose `complaints` collect requests that leave it, errors and error messages. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  await page.goto(url, { waitUntil: 'load' });
  return { context, page, complaints };
}
