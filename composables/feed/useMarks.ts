import type { InjectionKey } from 'vue'

type Mark = (text: string) => TextPart[]
const key: InjectionKey<Mark> = Symbol('marks')

/** Marks words in all texts within this component. @param mark splits plain text into parts */
export const provideMarks = (mark: Mark): void => provide(key, mark)

/** How a text within marks its words; undefined where nothing is searched for. */
export const useMarks = () => inject(key, undefined)
