/** Finds out who is looking, for every page and the error page. */
export default defineNuxtPlugin({
  name: 'viewer',
  async setup() {
    await startViewer()
  },
})
