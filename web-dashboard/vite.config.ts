import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/',
  plugins: [react()],
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
