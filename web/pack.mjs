// Packs what was built, so that the server need not, and holds it to its budgets.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const BUDGETS = { 'script of the first calendar': 235, 'style of the first calendar': 32, 'any other screen': 40, 'what a screen brings later': 15 }; // kB, gzipped
const FIRST = ['index.html', 'src/app/App.tsx', 'src/calendar/Calendar.tsx'];
const out = process.env.SOCIALCLAW_WEB_OUT ?? new URL('../src/socialclaw/_web', import.meta.url).pathname;
const gzipped = {};

for (const name of readdirSync(`${out}/assets`)) {
  if (!/\.(js|css)$/.test(name)) continue;
  const content = readFileSync(`${out}/assets/${name}`);
  const gz = gzipSync(content, { level: 9 });
  writeFileSync(`${out}/assets/${name}.gz`, gz);
  writeFileSync(`${out}/assets/${name}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  gzipped[`assets/${name}`] = gz.length / 1000;
}

const manifest = JSON.parse(readFileSync(`${out}/.vite/manifest.json`, 'utf8'));
rmSync(`${out}/.vite`, { recursive: true });
const withImports = (keys, found = new Set()) => {
  for (const key of keys) if (!found.has(key) && found.add(key)) withImports(manifest[key].imports ?? [], found);
  return found;
};
const size = (keys) => [...keys].reduce((sum, key) => sum + (gzipped[manifest[key].file] ?? 0), 0);
const first = withImports(FIRST);
// Screens are loaded from what is there first; a screen itself may bring more when somebody opens it.
const loads = (keys) => [...keys].flatMap((key) => manifest[key].dynamicImports ?? []).filter((key) => key.startsWith('src/') && !first.has(key));
const others = [...new Set(loads(first))];
const later = others.flatMap((screen) => {
  const there = new Set([...first, ...withImports([screen])]);
  return loads([...there].filter((key) => !first.has(key))).map((key) => size([...withImports([key])].filter((one) => !there.has(one))));
});
const ofOther = (key) => size([...withImports([key])].filter((one) => !first.has(one)));
const measured = {
  'script of the first calendar': size(first),
  'style of the first calendar': [...new Set([...first].flatMap((key) => manifest[key].css ?? []))].reduce((sum, name) => sum + (gzipped[name] ?? 0), 0),
  'any other screen': Math.max(0, ...others.map(ofOther)),
  'what a screen brings later': Math.max(0, ...later),
};
const largest = [...others].sort((a, b) => ofOther(b) - ofOther(a)).slice(0, 3);
const told = Object.entries(measured).map(([what, kB]) => `${what}: ${kB.toFixed(1)} of ${BUDGETS[what]} kB`);
told.push(`the largest: ${largest.map((key) => `${key} ${ofOther(key).toFixed(1)}`).join(', ')}`);
writeFileSync(`${out}/sizes.txt`, `${told.join('\n')}\n`);
if (Object.entries(measured).some(([what, kB]) => kB > BUDGETS[what])) {
  console.error(`A budget of the dashboard is broken (web/pack.mjs):\n${told.join('\n')}`);
  process.exit(1);
}
