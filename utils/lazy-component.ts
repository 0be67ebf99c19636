import type { Component, FunctionalComponent, Slots } from 'vue'
import { defineAsyncComponent, h, shallowRef } from 'vue'

const Nothing = () => null

/**
 * What Nuxt makes of `<LazyX>` in the browser, in place of Vue's own `defineAsyncComponent`, which never loads again what it
 * could not load: this shows nothing, and the notice offers to try again. modules/lazy-components.ts
 */
export function lazyComponent(load: () => Promise<Component>): FunctionalComponent {
  const shown = shallowRef<Component>(defineAsyncComponent(async () => {
    let loaded: Component | undefined
    await orTryAgain(load, async () => {
      loaded = await load()
      if (shown.value === Nothing) shown.value = loaded
    })
    if (!loaded) shown.value = Nothing
    return loaded ?? Nothing
  }))
  // What is passed on is passed on once.
  return Object.assign((props: object, { slots }: { slots: Slots }) => h(shown.value, props, slots), { inheritAttrs: false })
}
