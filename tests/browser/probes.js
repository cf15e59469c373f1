// What a reader and a finger meet on a page, each as a list of what is wrong; put into every page before it loads.
(() => {
  const words = (element) => [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim()).map((node) => node.data).join(' ');
  const inSight = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
  const folded = (element) => {
    const fold = element.closest('details:not([open])');
    return Boolean(fold) && !(element.matches('summary') && element.parentNode === fold);
  };
  const called = (element) => [element.tagName, element.className.baseVal || element.className, (element.getAttribute('aria-label') || element.textContent).trim().slice(0, 40)].join(' ');
  const PRESSED = '.cz button, .cz a[href], .cz select, .cz input:not([type=file]), .cz summary, .cz [role=button]';
  const pressed = () => [...document.querySelectorAll(PRESSED)].filter((element) => inSight(element) && !folded(element) && !element.matches('.cz-skip'));

  // Words on a canvas: colour and ground of each are noted at the moment they are drawn.
  const drawn = [], written = []; // on canvases of the page; on all, pictures to be saved included
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function fillText(text, x, y, ...rest) {
    written.push(String(text));
    const at = this.getTransform().transformPoint(new DOMPoint(x, y));
    const inside = at.x >= 0 && at.y >= 0 && at.x < this.canvas.width && at.y < this.canvas.height;
    if (inside && this.canvas.isConnected && String(text).trim()) {
      drawn.push({ text: String(text), ink: this.fillStyle, alpha: this.globalAlpha, ground: [...this.getImageData(at.x, at.y, 1, 1).data] });
    }
    return draw.call(this, text, x, y, ...rest);
  };

  const pen = () => { pen.own = pen.own || document.createElement('canvas').getContext('2d', { willReadFrequently: true }); return pen.own; };
  const parse = (colour) => {
    pen().clearRect(0, 0, 1, 1);
    pen().fillStyle = colour;
    pen().fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen().getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => { const [x, y] = [light(one), light(other)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const token = (name) => parse(getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim());

  window.probes = {
    drawn: () => drawn.length,
    written: () => written,

    // Words with less contrast to what is behind them than WCAG AA asks for.
    faint() {
      const found = new Set();
      const note = (text, ink, grounds, large, where) => {
        const worst = Math.min(...grounds.map((ground) => ratio(over(ink, ground), ground)));
        if (worst < (large ? 3 : 4.5) - 0.005) found.add(`${worst.toFixed(2)} ${text.trim().slice(0, 40)} (${where})`);
      };
      document.querySelectorAll('.cz *').forEach((element) => {
        const hint = element.placeholder && !element.value ? element.placeholder : '';
        const text = words(element) || hint;
        if (!text || /^(option|optgroup|title|style|script)$/i.test(element.tagName) || element.closest(':disabled')) return;
        const line = [];
        for (let above = element; above; above = above.parentElement) line.push(getComputedStyle(above));
        if (!inSight(element) || line.some((style) => style.clipPath !== 'none')) return;
        const inSvg = element.namespaceURI.endsWith('svg');
        const style = hint ? getComputedStyle(element, '::placeholder') : line[0];
        const ink = parse(inSvg ? style.fill : style.color);
        ink[3] *= line.reduce((all, one) => all * Number(one.opacity), hint ? Number(style.opacity) : 1);
        const grounds = inSvg ? [token('card'), token('land'), token('bare')] // the map has several
          : [line.slice().reverse().reduce((ground, one) => over(parse(one.backgroundColor), ground), token('ground'))];
        const size = parseFloat(style.fontSize);
        note(text, ink, grounds, size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700), called(element));
      });
      drawn.forEach((word) => {
        const ink = parse(word.ink);
        ink[3] *= word.alpha;
        note(word.text, ink, [over([...word.ground.slice(0, 3), word.ground[3] / 255], token('card'))], false, 'canvas');
      });
      return [...found];
    },

    // What can be pressed and is smaller than a finger tip, in CSS pixels.
    small: (least) => pressed().map((element) => [element, element.getBoundingClientRect()])
      .filter(([, box]) => box.width < least - 0.01 || box.height < least - 0.01)
      .map(([element, box]) => `${box.width.toFixed(0)}x${box.height.toFixed(0)} ${called(element)}`),

    // Words of the map that lie on other words or boxes, or stick out of it.
    crowded() {
      const map = document.querySelector('.cz-map > svg').getBoundingClientRect();
      const boxed = (kind) => (element) => [kind || element.textContent.trim().slice(0, 30), element.getBoundingClientRect(), element];
      const texts = [...document.querySelectorAll('.cz-map text, .cz-map h2, .cz-legend > *')].map(boxed(''));
      const boxes = [...document.querySelectorAll('.cz-map svg rect:not(.focus)')].map(boxed('box'));
      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4; // lines have air
      const within = (a, b) => a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
      const found = texts.filter(([, box]) => !within(box, map)).map(([text]) => 'cut: ' + text);
      const all = [...texts, ...boxes];
      all.forEach(([one, a, first], i) => all.slice(i + 1).forEach(([other, b, second]) => {
        const holds = (one === 'box' || other === 'box') && (within(a, b) || within(b, a));
        if (meet(a, b) && !holds && !first.contains(second) && !second.contains(first)) found.push(one + ' / ' + other);
      }));
      return found;
    },

    // Corners of something opened that are not in sight when it is scrolled to, and words in it that are cut.
    cutOff(name) {
      const box = document.querySelector(name);
      box.scrollIntoView({ block: 'nearest' });
      const { left, top, right, bottom } = box.getBoundingClientRect();
      const corners = { 'top left': [left + 3, top + 4], 'top right': [right - 3, top + 4], 'bottom left': [left + 3, bottom - 4], 'bottom right': [right - 3, bottom - 4] };
      const hidden = Object.entries(corners).filter(([, [x, y]]) => !box.contains(document.elementFromPoint(x, y))).map(([corner]) => corner);
      const cut = [...box.querySelectorAll('*')].filter((element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1);
      return [...hidden, ...cut.map((element) => element.textContent.slice(0, 40))];
    },

    // Controls that something lying over the page still covers when they are brought to the middle of the window.
    covered(name) {
      const lid = document.querySelector(name);
      return pressed().filter((element) => {
        if (element.closest('.cz-dock, .cz-guide')) return false;
        element.scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = element.getBoundingClientRect();
        const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return Boolean(at) && lid.contains(at);
      }).map(called);
    },
  };
})();
