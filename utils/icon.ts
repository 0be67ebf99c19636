import { h } from 'vue'

/** An icon whose name is only known when it is drawn: a class, such as `i-lucide-check`. Where it is known, write the class. */
export default ({ name }: { name: string }) => h('span', { 'class': name, 'aria-hidden': 'true' })
