/** `npm run start:spa` builds the page, and Nest serves it. For development, `npx vite client` in this folder serves it instead. */
export default {
  build: { outDir: '../build/client', emptyOutDir: true },
  server: {
    proxy: { '/api': 'http://localhost:3000', '/logto': 'http://localhost:3000' },
  },
};
