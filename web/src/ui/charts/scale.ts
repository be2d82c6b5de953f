// Numbers to places on a chart.

/** Round steps from nothing, or from below it, to at least the greatest: four or five of them. */
export function ticks(least: number, most: number): number[] {
  const span = Math.max(most, 1) - Math.min(least, 0);
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? power * 10);
  const from = Math.floor(Math.min(least, 0) / step);
  const to = Math.ceil(Math.max(most, 1) / step);
  return Array.from({ length: to - from + 1 }, (_, n) => (from + n) * step);
}

/** A line through points; where there is no value the line is interrupted. */
export function line(values: (number | null)[], x: (n: number) => number, y: (value: number) => number): string {
  let pen = 'M';
  return values
    .map((value, n) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const to = `${pen}${x(n).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = 'L';
      return to;
    })
    .join('');
}

const compactly = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
export const compact = (value: number) => (Math.abs(value) < 10_000 ? value.toLocaleString('en') : compactly.format(value));
