import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Draft } from '#utils/feed/draft.ts'
import { bodyOf, editDraft, emptyDraft, joinDrafts, mentionAsked, mentionIn } from '#utils/feed/draft.ts'

const ada = { id: 'user_ada', name: 'Ada Stone', username: 'ada', imageUrl: null, status: 'here' } as const
const sam = { ...ada, id: 'user_sam', name: 'Sam' }
const typed = (text: string) => editDraft(emptyDraft(), text)

/** Types `text`, with `person` picked for what stands after the last `@`. */
function pick(text: string, person: typeof ada | typeof sam = ada) {
  const draft = typed(text)
  const asked = mentionAsked(draft, text.length)
  if (!asked) throw new Error(`Nobody is asked for in "${text}".`)
  return mentionIn(draft, asked.start, text.length, person).draft
}

describe('a draft', () => {
  it('has people by name while it is written, and by id when it is sent', () => {
    const draft = pick('Hi @ad')
    expect(draft.text).toBe('Hi @Ada Stone ')
    expect(bodyOf(draft)).toBe('Hi <@user_ada> ')
  })

  it('keeps a mention while the text around it changes, and lets go of one that is changed', () => {
    const draft = pick('Hi @ad')
    expect(bodyOf(editDraft(editDraft(draft, 'Oh, hi @Ada Stone '), 'Oh, hi @Ada Stone, and more'))).toBe('Oh, hi <@user_ada>, and more')
    expect(bodyOf(editDraft(draft, 'Hi @Ada Ston '))).toBe('Hi @Ada Ston ')
    expect(bodyOf(editDraft(draft, ''))).toBe('')
  })

  it('mentions two people with one name apart', () => {
    const first = pick('@ada')
    const text = `${first.text}@ada`
    const { draft } = mentionIn(editDraft(first, text), first.text.length, text.length, { ...ada, id: 'user_other' })
    expect(bodyOf(draft)).toBe('<@user_ada> <@user_other> ')
  })

  it('of what was refused stands above what was typed since', () => {
    expect(bodyOf(joinDrafts(pick('@ad'), pick('And @s', sam)))).toBe('<@user_ada> \n\nAnd <@user_sam> ')
    expect(joinDrafts(emptyDraft(), pick('@ad'))).toEqual(pick('@ad'))
  })

  it.each([
    ['@ad', 'ad'], ['Hi @ad', 'ad'], ['(@Ada', 'Ada'], ['@Ada St', 'Ada St'], ['@春', '春'], ['<@x', 'x'],
    ['@', null], ['a@b', null], ['@Ada ', null], ['@Ada Stone is', null], ['Hi', null], ['@@ada', null],
    ['zoë@a'.normalize('NFD'), null], ['zoe@example', null],
  ])('%j asks for %j', (text, q) => {
    expect(mentionAsked(typed(text), text.length)?.q ?? null).toBe(q)
  })

  it('asks for nobody within a mention that is there', () => {
    const draft = pick('@ad')
    expect(mentionAsked(draft, 4)).toBeNull()
    expect(mentionAsked(draft, '@Ada Stone'.length)).toBeNull()
  })

  it('has its mentions where its text says them, whatever is typed where', () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.string({ maxLength: 4 })), { maxLength: 12 })
    fc.assert(fc.property(edits, fc.constantFrom(ada, sam), (changes, person) => {
      let draft: Draft = pick('One @a', person)
      for (const [at, length, text] of changes) {
        const from = at % (draft.text.length + 1)
        draft = editDraft(draft, draft.text.slice(0, from) + text + draft.text.slice(from + length))
      }
      for (const { start, end } of draft.mentions) expect(draft.text.slice(start, end)).toBe(`@${person.name}`)
      expect(bodyOf({ ...draft, mentions: [] })).toBe(draft.text)
    }))
  })
})
