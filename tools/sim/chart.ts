export interface Line {
  name: string;
  /** Users online at which it reaches 1. */
  at: number;
  use: (online: number) => number;
}

const WIDTH = 860;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 230;
const TOP = 50;
const BOTTOM = 60;
const COLOURS = ['#0b6e99', '#c4554d', '#448361', '#9065b0', '#d9730d', '#787774'];
const FROM = 4;
const TO = 9;
const LEAST = -3;
const MOST = 2;

const x = (online: number) => LEFT + ((Math.log10(online) - FROM) / (TO - FROM)) * (WIDTH - LEFT - RIGHT);
const y = (use: number) => TOP + ((MOST - Math.log10(use)) / (MOST - LEAST)) * (HEIGHT - TOP - BOTTOM);

/** The use of each limit by users online, on logarithmic axes. Above the bold line a limit is exceeded. */
export function chart(lines: Line[], short: (value: number) => string): string {
  const right = WIDTH - RIGHT;
  const columns = Array.from({ length: TO - FROM + 1 }, (_, i) => 10 ** (FROM + i));
  const rows = Array.from({ length: MOST - LEAST + 1 }, (_, i) => 10 ** (LEAST + i));
  const grid = [
    ...columns.map(
      (online) =>
        `<path d="M${x(online)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${x(online)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${short(online)}</text>`,
    ),
    ...rows.map(
      (use) =>
        `<path d="M${LEFT} ${y(use)}H${right}" stroke="${use === 1 ? '#000' : '#ddd'}" stroke-width="${use === 1 ? 2 : 1}"/><text x="${LEFT - 8}" y="${y(use) + 4}" text-anchor="end">${use * 100} %</text>`,
    ),
  ];
  const drawn = lines.map(({ use, at, name }, i) => {
    const points = Array.from({ length: 101 }, (_, step) => 10 ** (FROM + (step / 100) * (TO - FROM)))
      .map((online) => [online, use(online)] as const)
      .filter(([, value]) => value >= 10 ** LEAST && value <= 10 ** MOST)
      .map(([online, value]) => `${x(online).toFixed(1)},${y(value).toFixed(1)}`);
    const colour = COLOURS[i % COLOURS.length]!;
    const label = TOP + 12 + i * 38;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>
<circle cx="${x(at).toFixed(1)}" cy="${y(1).toFixed(1)}" r="4" fill="${colour}"/>
<text x="${right + 16}" y="${label}" fill="${colour}" font-weight="bold">${i + 1}. ${name}</text><text x="${right + 16}" y="${label + 16}">full at ${short(at)} online</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="28" font-size="16" font-weight="bold">What gives way first: use of one machine, by people online</text>
${grid.join('\n')}
${drawn.join('\n')}
<text x="${(LEFT + right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">people online</text>
</svg>
`;
}
