/** Lets a page tell the browser's back button from a new visit. */
export default defineNuxtPlugin({
  name: 'arrival',
  setup: watchArrivals,
})
