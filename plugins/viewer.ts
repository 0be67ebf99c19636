/** One place asks who is looking, for every page and for the error page too. */
export default defineNuxtPlugin({
  name: 'viewer',
  async setup() {
    await startViewer()
  },
})
