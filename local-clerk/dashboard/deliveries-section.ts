import { exampleTypes } from '../deliveries/example.ts'
import type { Attempt, Delivery } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { type Html, html } from './html.ts'
import { nameOf } from './name.ts'

const shown = 60
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

function attemptRow(attempt: Attempt): Html {
  return html`<li>
    <time>${clock.format(attempt.at)}</time>
    <strong class="${attempt.status !== null && attempt.status < 300 ? 'here' : 'gone'}">${attempt.status ?? 'no answer'}</strong>
    <span class="quiet">${attempt.ms} ms${attempt.cause !== 'schedule' && `, ${attempt.cause}`}</span>
    <code>${attempt.answer}</code>
  </li>`
}

function nextAttempt(delivery: Delivery, ctx: Context): Html | '' {
  if (delivery.nextAttemptAt === null || delivery.attempts.length === 0) return ''
  const seconds = Math.max(0, Math.round((delivery.nextAttemptAt - ctx.now()) / 1000))
  return html`<p class="quiet">Next attempt in ${seconds} s.</p>`
}

function row(delivery: Delivery, ctx: Context): Html {
  const state = { 'succeeded': 'here', 'failed': 'gone', 'dropped': 'gone', 'waiting': 'wait', 'not sent': 'quiet' }[delivery.state]
  return html`<li>
    <details data-keep="delivery-${delivery.id}">
      <summary>
        <span class="dot ${state}" aria-hidden="true"></span>
        <span class="name">${delivery.type}</span>
        ${delivery.userId && html`<bdi>${nameOf(ctx.store.users.get(delivery.userId)) ?? delivery.userId}</bdi>`}
        <span class="quiet">${delivery.state}${delivery.attempts.length > 1 && ` after ${delivery.attempts.length} attempts`}</span>
        <time class="quiet">${clock.format(delivery.createdAt)}</time>
      </summary>
      <p><code class="quiet">${delivery.id}</code> <button class="plain" data-api="/dashboard/api/deliveries/${delivery.id}/replay" data-method="POST">Replay</button></p>
      <ol class="attempts">${delivery.attempts.map(attemptRow)}</ol>
      ${nextAttempt(delivery, ctx)}
      <details data-keep="body-${delivery.id}"><summary>Body</summary><pre>${JSON.stringify(JSON.parse(delivery.body), null, 2)}</pre></details>
    </details>
  </li>`
}

/** What was sent, how it was answered, and Replay. */
export function deliveriesSection(ctx: Context): Html {
  const paused = ctx.deliveries.paused()
  const { drop, types } = ctx.faults.get()
  const dropsAll = drop === 1 && types.length === 0
  const deliveries = ctx.deliveries.list()
  return html`<section id="deliveries" data-live>
    <h2>Deliveries <span class="count">${deliveries.length}</span></h2>
    <div class="bar">
      <button class="plain" data-api="/dashboard/api/${paused ? 'resume' : 'pause'}" data-method="POST">${paused ? 'Resume' : 'Pause'}</button>
      <button class="plain" data-api="/dashboard/api/faults" data-method="PATCH" data-body="${JSON.stringify(dropsAll ? { drop: 0 } : { drop: 1, types: [] })}">${dropsAll ? 'Stop dropping' : 'Drop all'}</button>
      <form data-api="/dashboard/api/example" data-method="POST">
        <select name="type" aria-label="Type of the example">${exampleTypes.map(type => html`<option>${type}</option>`)}</select>
        <button class="plain">Send Example</button>
      </form>
    </div>
    ${paused && html`<p class="note">Paused: events wait until you resume.</p>`}
    ${dropsAll && html`<p class="note">Every event from now on is lost for good.</p>`}
    ${deliveries.length === 0 && html`<p class="quiet">Nothing sent yet. Change a user and see it leave.</p>`}
    <ul class="deliveries">${deliveries.slice(0, shown).map(delivery => row(delivery, ctx))}</ul>
    ${deliveries.length > shown && html`<p class="quiet">The newest ${shown} are shown.</p>`}
  </section>`
}
