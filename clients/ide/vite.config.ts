import { defineConfig } from 'vite';

export default defineConfig({
  base: './', // so that the page also works behind a prefix of a proxy
  build: {
    outDir: 'dist',
    assetsDir: 'ide', // served at /ide/…
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8_000,
    license: { fileName: 'licenses.md' }, // the bundle is handed on inside the released wheel
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      onLog(level, log, handle) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log); // "use client" means nothing here
      },
    },
    target: 'es2022',
  },
});
