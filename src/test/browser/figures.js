// The figures that pages contain, and what of them is drawn.
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** The figures that the pictures of an HTML file carry, as FigurePicture.java writes them. */
export function figuresIn(file) {
  const figures = [];
  for (const [, base64] of readFileSync(file, 'utf8').matchAll(/src="data:image\/png;base64,([^"]*)"/g)) {
    const png = Buffer.from(base64.replace(/\s/g, ''), 'base64');
    for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
      const content = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
      if (png.toString('latin1', at + 4, at + 8) !== 'zTXt') continue;
      const end = content.indexOf(0);
      if (content.toString('latin1', 0, end) === 'unroll-figure') {
        figures.push(JSON.parse(inflateSync(content.subarray(end + 2)).toString('latin1')));
      }
    }
  }
  return figures;
}

/**
 * How a picture that may carry a figure appears: as a complete plot (drawn), as the picture (static),
 * as both or as nothing (blank). Runs in the page.
 */
export function appearanceOf(image) {
  const plot = image.nextElementSibling;
  const svg = plot && plot.querySelector('.main-svg');
  const drawn = svg && plot.offsetHeight > 50 && svg.getBoundingClientRect().height > 50;
  const visible = image.offsetHeight > 50;
  return drawn ? (visible ? 'both' : 'drawn') : visible ? 'static' : 'blank';
}

/** How the pictures of a page appear. */
export function appearances(page) {
  return page.evaluate(
    `[...document.querySelectorAll('img')].filter((image) => image.src.startsWith('data:image/png')).map(${appearanceOf})`);
}

/** What is wrong with the plot that Plotly has drawn into `plot`; runs in the page. */
export function defectsOf(plot) {
  const defects = [];
  const large = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 || box.height > 1;
  };
  const inked = (element) => {
    const style = getComputedStyle(element);
    const paints = (property) => style[property] !== 'none' && Number(style[`${property}Opacity`]) > 0;
    return (
      style.visibility === 'visible' && Number(style.opacity) > 0 && (paints('stroke') || paints('fill'))
    );
  };
  const marks = {
    scatter: ['.scatterlayer .trace', 'path, text'],
    bar: ['.barlayer .trace', '.point path'],
    histogram: ['.barlayer .trace', '.point path'],
    heatmap: ['.heatmaplayer .hm', 'image'],
    box: ['.boxlayer .trace', 'path'],
  };
  // Some traces show nothing: they carry the texts of a drawing made of shapes, or a scale of colours.
  const carries = (trace) =>
    trace.mode === 'markers' && (trace.marker.opacity === 0 || !trace.y.some(Number.isFinite));
  const visible = plot._fullData.filter((trace) => trace.visible === true);
  const traces = visible.filter((trace) => !carries(trace));
  if (visible.length === 0) defects.push('no trace');
  if (traces.length < visible.length) {
    const drawing = [...plot.querySelectorAll('.shapelayer path, .infolayer .annotation text, .colorbar .cbfills rect')];
    if (!drawing.some((element) => large(element) && inked(element))) defects.push('no drawing');
  }
  for (const type of new Set(traces.map((trace) => trace.type))) {
    if (!marks[type]) {
      defects.push(`the test knows no trace of type ${type}`);
      continue;
    }
    const [group, mark] = marks[type];
    const expected = traces.filter((trace) => trace.type === type).length;
    const drawn = [...plot.querySelectorAll(`.cartesianlayer ${group}`)].filter((trace) =>
      [...trace.querySelectorAll(mark)].some(
        (element) => large(element) && (element.tagName === 'image' || inked(element))));
    if (drawn.length !== expected) defects.push(`${drawn.length} of ${expected} ${type} traces are drawn`);
  }
  if (!large(plot.querySelector('.main-svg'))) defects.push('no size');

  // Letters have to stand out from what is behind them.
  const rgb = (color) => (color.match(/[\d.]+/g) || []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = rgb(color).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = plot;
  while (behind && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
  const paper = luminance(behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)');
  for (const text of plot.querySelectorAll('.gtitle, .xtitle, .ytitle, .xtick text, .ytick text, .legendtext')) {
    const ink = luminance(getComputedStyle(text).fill);
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5) {
      defects.push(`"${text.textContent}" has a contrast of ${contrast.toFixed(1)} only`);
      break;
    }
  }
  return defects;
}

/** The share of pixels that differ from the most frequent colour, and the number of colours; in a page. */
export async function inkOf(page, png) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const counts = new Map();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
    return { share: 1 - Math.max(...counts.values()) / pixels.length, colours: counts.size };
  }, png.toString('base64'));
}
