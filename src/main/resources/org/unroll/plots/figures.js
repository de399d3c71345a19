// Draws the interactive plot in place of each picture that carries a figure (FigurePicture.java).
// Runs once a page: the set-up output of each notebook holds it, with Plotly packed inside.
(function () {
  'use strict';
  if (window.unrollFigures) return;
  window.unrollFigures = true;

  const packedPlotly = '@PLOTLY@';
  const keyword = 'unroll-figure';
  const drawn = new WeakMap(); // picture -> {source, plot}
  const themed = new Set(); // plots whose letters take the colour of the page's
  let plotly = null;
  let count = 0;

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  }

  function unpack(bytes, format) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
    return new Response(stream).text();
  }

  async function loadPlotly() {
    const code = await unpack(bytesOf(packedPlotly), 'gzip');
    // Where there is an AMD loader, Plotly would register with it instead of setting its global.
    const define = window.define;
    const other = window.Plotly;
    const script = document.createElement('script');
    script.textContent = code;
    window.define = undefined;
    try {
      document.head.appendChild(script);
    } finally {
      if (define === undefined) delete window.define;
      else window.define = define;
      script.remove();
    }
    const mine = window.Plotly;
    if (other) window.Plotly = other;
    return mine;
  }

  async function sourceOf(picture) {
    const data = /^data:image\/png;base64,(.*)$/s.exec(picture.src);
    if (data) return bytesOf(decodeURIComponent(data[1]).replace(/\s/g, ''));
    return new Uint8Array(await (await fetch(picture.src)).arrayBuffer());
  }

  // PNG: 8 bytes signature, then chunks of length, type, content and checksum.
  async function figureOf(picture) {
    const bytes = await sourceOf(picture);
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
      if (type === 'IDAT') return null; // the text stands before the pixels
      at += 12 + length;
    }
    return null;
  }

  // Jupyter's pages give text its colour where there is text; around a plot, a dark one has black.
  function inkOf(element) {
    const style = getComputedStyle(element);
    return style.getPropertyValue('--jp-content-font-color1').trim() || style.color;
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

  async function draw(picture) {
    const source = picture.src;
    if (!/^(data:image\/png|blob:)/.test(source)) return;
    const before = drawn.get(picture);
    if (before && before.source === source) return;
    if (before && before.plot) before.plot.remove();
    const entry = { source, plot: null };
    drawn.set(picture, entry);
    let figure;
    try {
      figure = await figureOf(picture);
    } catch (unreadable) {
      return; // a picture of someone else's
    }
    if (!figure || picture.src !== source) return;
    plotly = plotly || loadPlotly();
    const Plotly = await plotly;
    const plot = document.createElement('div');
    plot.id = 'unroll-figure-' + ++count;
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', (figure.layout.title && figure.layout.title.text) || 'plot');
    plot.style.width = '100%';
    plot.style.minHeight = (figure.layout.height || 400) + 'px';
    picture.after(plot);
    picture.style.display = 'none';
    entry.plot = plot;
    await width(plot);
    const layout = figure.layout;
    // On a transparent plot Plotly would paint its buttons on a grey bar.
    layout.modebar = Object.assign(
      { bgcolor: 'rgba(0,0,0,0)', color: '#999', activecolor: '#0072b2' }, layout.modebar);
    layout.font = layout.font || {};
    if (!layout.font.color) {
      layout.font.color = inkOf(plot);
      themed.add(plot);
    }
    await Plotly.newPlot(plot, figure.data, layout, Object.assign({ responsive: true }, figure.config));
    new ResizeObserver(() => {
      if (plot.isConnected && plot.clientWidth > 0 && !layout.width) Plotly.Plots.resize(plot);
    }).observe(plot);
  }

  // A front end that turns from light to dark changes the style of its page, and letters with it.
  async function followTheme() {
    const Plotly = await plotly;
    for (const plot of themed) {
      if (!plot.isConnected) themed.delete(plot);
      else if (plot.layout && plot.layout.font.color !== inkOf(plot)) {
        Plotly.relayout(plot, { 'font.color': inkOf(plot) });
      }
    }
  }

  function drawAll(node) {
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.tagName === 'IMG') draw(node);
    else node.querySelectorAll('img').forEach(draw);
  }

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === 'attributes') drawAll(change.target);
      else change.addedNodes.forEach(drawAll);
    }
  }).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['src'],
  });
  new MutationObserver(() => plotly && setTimeout(followTheme, 500)).observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-jp-theme-name'],
  });
  drawAll(document.documentElement);
})();
