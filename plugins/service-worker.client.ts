declare global {
  interface Navigator {
    /** In some browsers alone: https://wicg.github.io/netinfo/ */
    readonly connection?: { readonly saveData: boolean }
  }
}

/** Registers the service worker when the page is loaded and idle: it fetches what it keeps. modules/service-worker.ts */
export default defineNuxtPlugin(() => {
  if (!('serviceWorker' in navigator) || navigator.connection?.saveData) return
  // Without it the app is the same, but for what happens offline.
  const register = () => void navigator.serviceWorker.register('/sw.js').catch(() => {})
  onNuxtReady(() => {
    if (document.readyState === 'complete') register()
    else window.addEventListener('load', register, { once: true })
  })
})
