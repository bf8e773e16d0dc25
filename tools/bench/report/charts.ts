import { number } from './table.js';

/** One bar of a group; its parts are stacked. */
export interface Bar {
  label: string;
  parts: { value: number; colour: string; name: string }[];
}

export interface BarGroup {
  title: string;
  bars: Bar[];
}

const WIDTH = 760;
const LABEL = 180;
const FIGURE = 90;
const BAR = 18;
const GAP = 6;
const GROUP_TITLE = 26;
const GROUP_GAP = 14;

/**
 * Horizontal bars in titled groups, on a common scale or a scale for each group. Every bar shows its figure, so there
 * is no axis.
 */
export function barChart(
  groups: BarGroup[],
  options: { unit: string; digits?: number; ownScale?: boolean },
): string {
  const sum = (bar: Bar): number => bar.parts.reduce((total, part) => total + part.value, 0);
  const highest = (bars: Bar[]): number => Math.max(...bars.map(sum), Number.MIN_VALUE);
  const common = highest(groups.flatMap(({ bars }) => bars));
  const shapes: string[] = [];
  let y = 0;
  for (const { title, bars } of groups) {
    shapes.push(`<text x="0" y="${y + 16}" class="group">${escapeHtml(title)}</text>`);
    y += GROUP_TITLE;
    const scale = (WIDTH - LABEL - FIGURE) / (options.ownScale === true ? highest(bars) : common);
    for (const bar of bars) {
      const middle = y + BAR / 2 + 4;
      shapes.push(`<text x="${LABEL - 10}" y="${middle}" class="label">${escapeHtml(bar.label)}</text>`);
      let x = LABEL;
      for (const part of bar.parts) {
        const width = part.value * scale;
        const hint = `${bar.label}, ${part.name}: ${number(part.value, options.digits)} ${options.unit}`;
        shapes.push(
          `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(width, 1).toFixed(1)}" height="${BAR}" rx="2" ` +
            `fill="${part.colour}"><title>${escapeHtml(hint)}</title></rect>`,
        );
        x += width;
      }
      const figure = `${number(sum(bar), options.digits)} ${options.unit}`;
      shapes.push(
        `<text x="${(x + 6).toFixed(1)}" y="${middle}" class="figure">${escapeHtml(figure)}</text>`,
      );
      y += BAR + GAP;
    }
    y += GROUP_GAP;
  }
  return `<svg viewBox="0 0 ${WIDTH} ${y}" role="img">${shapes.join('')}</svg>`;
}

/** A key to the colours of a chart. */
export function legend(entries: { name: string; colour: string }[]): string {
  const items = entries.map(
    ({ name, colour }) => `<span><i style="background:${colour}"></i>${escapeHtml(name)}</span>`,
  );
  return `<p class="legend">${items.join('')}</p>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
