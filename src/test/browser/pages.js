// The HTML files in the folders that PAGES names, separated by colons.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './offline.js';

export const pages = (process.env.PAGES || 'target/notebooks')
  .split(':')
  .map((folder) => path.resolve(root, folder))
  .flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.html'))
      .sort()
      .map((name) => path.join(folder, name)));
