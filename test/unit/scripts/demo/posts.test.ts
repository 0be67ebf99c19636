import { describe, expect, it } from 'vitest'
import { people, peopleIds } from '#local-clerk/seed/people.ts'
import { demoPosts } from '#scripts/demo/posts.ts'

const day = 24 * 60
const posts = demoPosts(peopleIds)
const replies = posts.flatMap(post => post.replies ?? [])

describe('the demo\'s posts', () => {
  it('are about two hundred, by people who have joined already', () => {
    expect(posts.length + replies.length).toBeGreaterThan(190)
    const joined = new Map(people.map(person => [person.id, person.joinedDaysAgo * day]))
    for (const post of [...posts, ...replies]) {
      expect(post.minutesAgo, post.body).toBeLessThanOrEqual(joined.get(post.author) ?? 0)
      expect(post.minutesAgo, post.body).toBeGreaterThanOrEqual(0)
    }
  })

  it('are short enough, not written twice, and liked by others', () => {
    const bodies = [...posts, ...replies].map(post => post.body)
    expect(new Set(bodies).size).toBe(bodies.length)
    for (const body of bodies) expect(body.length).toBeLessThanOrEqual(500)
    for (const post of [...posts, ...replies]) {
      expect(post.likes).not.toContain(post.author)
      expect(new Set(post.likes).size).toBe(post.likes?.length)
    }
  })

  it('are answered after they were written', () => {
    for (const post of posts) {
      for (const reply of post.replies ?? []) expect(reply.minutesAgo).toBeLessThanOrEqual(post.minutesAgo)
    }
  })

  it('give everybody a voice', () => {
    const authors = new Set([...posts, ...replies].map(post => post.author))
    expect(authors.size).toBe(people.length)
  })
})

describe('the people', () => {
  it('are 25, with ids like Clerk\'s, 19 pictures, and the odd ones out', () => {
    expect(people).toHaveLength(25)
    expect(new Set(people.map(person => person.id)).size).toBe(25)
    for (const person of people) expect(person.id).toMatch(/^user_[0-9A-Za-z]{27}$/)
    expect(people.filter(person => person.hasPicture)).toHaveLength(19)
    expect(people.filter(person => !person.email)).toHaveLength(1)
    expect(people.filter(person => !person.firstName && !person.lastName)).toHaveLength(1)
  })
})
