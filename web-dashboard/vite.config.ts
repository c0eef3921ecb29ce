import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { apiDocument } from './api-document';
import { mantineStyles } from './mantine-styles';

/**
 * Adds the stock SockJS client, which the platform's `iframe.html` loads, beside the dashboard. It is no part of it:
 * nothing here imports it.
 */
function sockJsClient(): Plugin {
  const home = 'node_modules/sockjs-client';
  return {
    name: 'sockjs-client',
    apply: 'build',
    async generateBundle() {
      const read = (file: string) => this.fs.readFile(`${home}/${file}`, { encoding: 'utf8' });
      const [script, licence] = await Promise.all([read('dist/sockjs.min.js'), read('LICENSE')]);
      // The source map stays behind.
      const program = script.replace(/^\/\/# sourceMappingURL=.*$/m, '').trimEnd();
      const source = `/*!\n${licence.trim()}\n*/\n${program}\n`;
      this.emitFile({ type: 'asset', fileName: 'sockjs-client/sockjs.min.js', source });
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: [react(), apiDocument(), mantineStyles(), sockJsClient()],
  server: {
    // Same origin in development too: the session cookie and the live stream need it.
    proxy: { '/api': { target: 'http://127.0.0.1:6001' } },
  },
  build: {
    // The content policy allows data: images only; nothing else may be inlined.
    assetsInlineLimit: 0,
    // Evergreen browsers only; this also keeps the CSS free of fallbacks.
    target: 'es2022',
  },
  test: {
    environment: 'jsdom',
    setupFiles: './src/test-setup.ts',
    css: false,
    restoreMocks: true,
  },
});
