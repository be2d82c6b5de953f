import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.SOCIALCLAW_API ?? 'http://127.0.0.1:8000';
// A page of 127.0.0.1:5173 is another origin to the API, which takes what changes something from its own pages only.
const proxy = {
  target: api,
  configure: (to: { on(event: string, listen: (request: { setHeader(name: string, value: string): void }) => void): void }) =>
    to.on('proxyReq', (request) => request.setHeader('origin', api)),
};

export default defineConfig(({ command }) => ({
  base: command === 'build' ? './' : '/dashboard/', // the server says below which path it is reached
  plugins: [react()],
  build: {
    outDir: process.env.SOCIALCLAW_WEB_OUT ?? '../src/socialclaw/_web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0, // nothing inline: the content security policy has no exception for it
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true, // read and removed by pack.mjs
    license: { fileName: 'assets/licenses.md' },
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/v1', '/auth', '/media', '/sandbox', '/oauth', '/health', '/openapi.json'].map((path) => [path, proxy])),
  },
}));
