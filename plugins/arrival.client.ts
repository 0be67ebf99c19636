/** So that a page can tell a way back from a new visit. */
export default defineNuxtPlugin({
  name: 'arrival',
  setup: watchArrivals,
})
