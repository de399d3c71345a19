// Draws the interactive plot in place of each picture that carries a figure (FigurePicture.java).
// The output of Notebook.start() contains this script once per notebook, with Plotly packed inside.
// A page may contain several versions of it: several notebooks in one JupyterLab, or an old output.
(function () {
  'use strict';
  // Raise this with every change: the highest version on a page draws its figures. Version 1 left
  // no number, only `true`.
  const version = 4;
  const predecessor = window.unrollFigures;
  if (predecessor && predecessor.version >= version) return;
  if (predecessor && predecessor.stop) predecessor.stop();

  const packedPlotly = '@PLOTLY@';
  const keyword = 'unroll-figure';
  const idPrefix = 'unroll-figure-'; // in every version, so that a later one finds the plots
  const narrow = 480; // CSS pixels
  const entries = new WeakMap(); // picture -> {source, plot, shown}
  const plots = new WeakSet(); // the plots of this script
  const themed = new Set(); // plots whose text has the color of the page's text
  let plotly = null;
  let count = 0;
  let stopped = false;

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  }

  function unpack(bytes, format) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
    return new Response(stream).text();
  }

  // Plotly must not see the AMD loader of the page, where it would register itself, nor the page's
  // MathJax: labels are text, not formulas. Parameters of the function around its code hide both.
  async function loadPlotly() {
    const code = await unpack(bytesOf(packedPlotly), 'gzip');
    const script = document.createElement('script');
    script.textContent =
      `document.currentScript.run = function (module, exports, define, MathJax) {${code}\n};`;
    document.head.append(script);
    script.remove();
    if (!script.run) throw new Error('the page does not run inline scripts');
    const module = { exports: {} };
    const global = Object.getOwnPropertyDescriptor(window, 'Plotly');
    try {
      script.run(module, module.exports);
    } finally {
      if (global) Object.defineProperty(window, 'Plotly', global);
      else delete window.Plotly;
    }
    return module.exports;
  }

  // A picture in the page itself, or, as Quarto and Jupyter Book store it, in a file of the site.
  function mayCarryFigure(source) {
    if (/^(data:image\/png|blob:)/.test(source)) return true;
    return source.startsWith(location.origin + '/') && /\.png$/i.test(new URL(source).pathname);
  }

  async function bytesFrom(source) {
    const data = /^data:image\/png;base64,(.*)$/s.exec(source);
    if (data) return bytesOf(decodeURIComponent(data[1]).replace(/\s/g, ''));
    return new Uint8Array(await (await fetch(source)).arrayBuffer());
  }

  // PNG: 8 bytes signature, then chunks of length, type, content and checksum.
  async function figureFrom(source) {
    const bytes = await bytesFrom(source);
    const view = new DataView(bytes.buffer);
    const latin1 = new TextDecoder('latin1');
    for (let at = 8; at + 12 <= bytes.length; ) {
      const length = view.getUint32(at);
      const type = latin1.decode(bytes.subarray(at + 4, at + 8));
      const content = bytes.subarray(at + 8, at + 8 + length);
      if (type === 'zTXt') {
        const end = content.indexOf(0);
        if (latin1.decode(content.subarray(0, end)) === keyword) {
          return JSON.parse(await unpack(content.subarray(end + 2), 'deflate'));
        }
      }
      if (type === 'IDAT') return null; // text precedes the pixels
      at += 12 + length;
    }
    return null;
  }

  // Jupyter's pages color text where there is text; around a plot, a dark page has black.
  function textColorOf(element) {
    const style = getComputedStyle(element);
    return style.getPropertyValue('--jp-content-font-color1').trim() || style.color;
  }

  // The text in lines of at most so many characters, broken at spaces.
  function wrapped(text, length) {
    const lines = [];
    for (const word of text.split(' ')) {
      const last = lines.length - 1;
      if (last >= 0 && (lines[last] + word).length < length) lines[last] += ` ${word}`;
      else lines.push(word);
    }
    return lines;
  }

  // On a phone, the legend would take half of the width, and the buttons would cover the title.
  function fitToPhone(figure, available) {
    const { layout } = figure;
    figure.config = Object.assign({}, figure.config, { displayModeBar: false });
    delete layout.width;
    layout.margin = Object.assign({}, layout.margin, { l: 48, r: 16 });
    layout.legend = Object.assign({}, layout.legend, {
      orientation: 'h', x: 0, xanchor: 'left', y: 0, yref: 'container', yanchor: 'bottom',
    });
    for (const trace of figure.data) {
      if (trace.type === 'heatmap' && trace.showscale !== false) {
        trace.colorbar = Object.assign({}, trace.colorbar, { thickness: 10, xpad: 4 });
      }
      // The numbers in the cells of a wide matrix would overlap; they are shown on a tap.
      const columns = trace.type === 'heatmap' ? trace.z[0].length : 0;
      if (columns > 6 && (layout.annotations || []).length >= columns * trace.z.length) {
        layout.annotations = [];
      }
    }
    // Numbers above narrow bars would be too small to read; they are shown on a tap.
    const bars = figure.data.filter((trace) => trace.type === 'bar' && trace.orientation !== 'h');
    if (bars.reduce((count, trace) => count + trace.x.length, 0) > 8) {
      for (const trace of bars) trace.textposition = 'none';
    }
    const { title } = layout;
    if (!title || !title.text) return;
    const lines = wrapped(title.text, Math.floor(available / 7.5));
    const more = 18 * (lines.length - 1);
    layout.title = Object.assign({}, title, { text: lines.join('<br>') });
    layout.title.font = Object.assign({}, title.font, { size: 14 });
    layout.margin.t = (layout.margin.t || 56) + more;
    layout.height = (layout.height || 400) + more;
  }

  // Plotly takes the legend's place from the panels.
  async function makeRoomForLegend(Plotly, plot) {
    const legend = plot.querySelector('.legend .bg');
    if (!legend) return;
    const more = Math.ceil(legend.getBoundingClientRect().height) + 4;
    await Plotly.relayout(plot, { height: plot._fullLayout.height + more });
  }

  function width(element) {
    return new Promise((resolve) => {
      if (element.clientWidth > 0) return resolve();
      const observer = new ResizeObserver(() => {
        if (element.clientWidth > 0) {
          observer.disconnect();
          resolve();
        }
      });
      observer.observe(element);
    });
  }

  function showPictureOrPlot(picture) {
    const entry = entries.get(picture);
    picture.style.display = entry && entry.shown ? 'none' : '';
  }

  async function draw(picture) {
    const source = picture.src;
    const before = entries.get(picture);
    // A cell that was scrolled away and back has its plot next to the picture.
    const complete = before && (!before.plot || before.plot.parentNode === picture.parentNode);
    if (complete && before.source === source) return;
    const entry = { source, plot: null, shown: false };
    entries.set(picture, entry);
    if (before && before.plot) {
      before.plot.remove();
      showPictureOrPlot(picture);
    }
    const isCurrent = () => !stopped && entries.get(picture) === entry && picture.src === source;
    let figure = null;
    try {
      if (mayCarryFigure(source)) figure = await figureFrom(source);
    } catch (unreadable) {
      return; // not one of our pictures
    }
    if (!figure || !isCurrent()) return;
    try {
      plotly = plotly || loadPlotly();
      const Plotly = await plotly;
      if (isCurrent()) await drawFigure(Plotly, figure, picture, entry, isCurrent);
    } catch (failure) {
      console.warn(`Unroll shows a figure as a picture, because Plotly failed: ${failure}`);
    }
    if (!entry.shown && entry.plot) {
      entry.plot.remove();
      entry.plot = null;
    }
  }

  // The plot has no height until it is complete; the picture is visible until then.
  async function drawFigure(Plotly, figure, picture, entry, isCurrent) {
    const plot = document.createElement('div');
    const layout = figure.layout;
    picture.alt = picture.alt || figure.alt || ''; // not every front end takes it from the metadata
    plot.id = `${idPrefix}${version}-${++count}`;
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', picture.alt || 'plot');
    plot.style.cssText = 'width: 100%; height: 0; overflow: hidden';
    plots.add(plot);
    entry.plot = plot;
    picture.after(plot);
    await width(plot);
    // On a transparent plot Plotly would paint its buttons on a gray bar.
    layout.modebar = Object.assign(
      { bgcolor: 'rgba(0,0,0,0)', color: '#999', activecolor: '#0072b2' }, layout.modebar);
    layout.font = layout.font || {};
    if (!layout.font.color) {
      layout.font.color = textColorOf(plot);
      themed.add(plot);
    }
    const isNarrow = plot.clientWidth < narrow;
    if (isNarrow) fitToPhone(figure, plot.clientWidth);
    const fixedWidth = layout.width;
    await Plotly.newPlot(plot, figure.data, layout, figure.config);
    if (isNarrow) await makeRoomForLegend(Plotly, plot);
    if (!isCurrent()) return;
    plot.style.height = `${plot._fullLayout.height}px`;
    plot.style.overflow = '';
    entry.shown = true;
    showPictureOrPlot(picture);
    new ResizeObserver(() => {
      const drawnWidth = plot._fullLayout && plot._fullLayout.width;
      if (plot.isConnected && plot.clientWidth > 0 && !fixedWidth && drawnWidth !== plot.clientWidth) {
        Plotly.relayout(plot, { width: plot.clientWidth }).catch(() => {});
      }
    }).observe(plot);
  }

  // A front end that turns from light to dark changes the style of its page.
  async function followTheme() {
    const Plotly = await plotly;
    for (const plot of themed) {
      const color = textColorOf(plot);
      if (plot.isConnected && plot.layout && plot.layout.font.color !== color) {
        Plotly.relayout(plot, { 'font.color': color }).catch(() => {});
      }
    }
  }

  // A plot of another version of this script, or a copy of one that a front end made.
  function removeForeignPlot(plot) {
    if (plots.has(plot)) return;
    const picture = plot.previousElementSibling;
    plot.remove();
    if (picture && picture.tagName === 'IMG') showPictureOrPlot(picture);
  }

  function scan(node) {
    if (!(node instanceof HTMLElement)) return;
    const selector = `img, [id^="${idPrefix}"]`;
    const found = [...node.querySelectorAll(selector)];
    if (node.matches(selector)) found.push(node);
    found.filter((element) => element.tagName !== 'IMG').forEach(removeForeignPlot);
    found.filter((element) => element.tagName === 'IMG').forEach(draw);
  }

  const added = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'attributes') scan(change.target);
      else change.addedNodes.forEach(scan);
    }
  });
  const theme = new MutationObserver(() => plotly && setTimeout(followTheme, 500));
  window.unrollFigures = {
    version,
    stop() {
      stopped = true;
      added.disconnect();
      theme.disconnect();
    },
  };
  added.observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['src'],
  });
  theme.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-jp-theme-name'],
  });
  scan(document.documentElement);
})();
