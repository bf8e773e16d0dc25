const whole = new Intl.NumberFormat('en');
const rounded = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export interface Shown {
  number: string;
  unit: string;
}

export const numberOf = (value: number): Shown => ({ number: whole.format(Math.round(value)), unit: '' });

export const perSecond = (value: number): Shown => ({
  number: value >= 100 ? whole.format(Math.round(value)) : rounded.format(Math.round(value * 10) / 10),
  unit: 'per s',
});

export function milliseconds(value: number): Shown {
  if (value >= 1_000) return { number: rounded.format(value / 1_000), unit: 's' };
  return {
    number: value >= 10 ? String(Math.round(value)) : rounded.format(Math.round(value * 10) / 10),
    unit: 'ms',
  };
}

export function bytes(value: number): Shown {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let index = 0;
  let left = value;
  while (left >= 1_024 && index < units.length - 1) {
    left /= 1_024;
    index++;
  }
  return { number: rounded.format(left), unit: units[index]! };
}

export const textOf = ({ number, unit }: Shown): string => (unit === '' ? number : `${number} ${unit}`);
