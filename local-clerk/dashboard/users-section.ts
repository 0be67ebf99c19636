import { identifierOf } from '../json/session.ts'
import { imageUrl } from '../json/user.ts'
import type { User } from '../state/schema.ts'
import type { Context } from '../context.ts'
import { type Html, html } from './html.ts'
import { nameOf } from './name.ts'

const shown = 200
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })

function roleChoice(isAdmin: boolean): Html {
  return html`<label>Role <select name="role">
    <option value="member">member</option>
    <option value="admin"${isAdmin ? html` selected` : ''}>admin</option>
  </select></label>`
}

function row(user: User, ctx: Context): Html {
  const name = nameOf(user) ?? user.id
  const isAdmin = user.publicMetadata.role === 'admin'
  const api = `/dashboard/api/users/${user.id}`
  return html`<li>
    <img src="${new URL(imageUrl(user, ctx.url)).pathname}" alt="" width="40" height="40" loading="lazy">
    <details data-keep="user-${user.id}">
      <summary>
        <span class="name"><bdi>${name}</bdi>${isAdmin && html` <span class="tag">admin</span>`}${user.banned && html` <span class="tag gone">banned</span>`}</span>
        <span class="quiet"><bdi>${identifierOf(user)}</bdi></span>
        <time class="quiet" datetime="${new Date(user.createdAt).toISOString()}">${day.format(user.createdAt)}</time>
      </summary>
      <form data-api="${api}" data-method="PATCH">
        <label>First name <input name="firstName" value="${user.firstName}" dir="auto"></label>
        <label>Last name <input name="lastName" value="${user.lastName}" dir="auto"></label>
        <label>Username <input name="username" value="${user.username}"></label>
        ${roleChoice(isAdmin)}
        <div class="actions">
          <button>Save</button>
          <button type="button" class="plain" data-api="${api}/${user.banned ? 'unban' : 'ban'}" data-method="POST">${user.banned ? 'Lift the ban' : 'Ban'}</button>
          <button type="button" class="plain gone" data-api="${api}" data-method="DELETE" data-confirm="Delete ${name}? Nothing brings them back.">Delete</button>
        </div>
        <code class="quiet">${user.id}</code>
      </form>
    </details>
  </li>`
}

/** The newest users, with the forms to create, edit, ban and delete them. */
export function usersSection(ctx: Context): Html {
  const users = ctx.accounts.list().sort((a, b) => b.createdAt - a.createdAt)
  return html`<section id="users">
    <h2>Users <span class="count">${users.length}</span></h2>
    <details class="panel" data-keep="new-user">
      <summary>New user</summary>
      <form data-api="/dashboard/api/users" data-method="POST">
        <label>First name <input name="firstName" dir="auto"></label>
        <label>Last name <input name="lastName" dir="auto"></label>
        <label>Username <input name="username"></label>
        <label>Email <input name="email" type="email"></label>
        <label>Password <input name="password" minlength="8" autocomplete="new-password"></label>
        ${roleChoice(false)}
        <button>Create</button>
      </form>
    </details>
    <ul class="people">${users.slice(0, shown).map(user => row(user, ctx))}</ul>
    ${users.length > shown && html`<p class="quiet">The newest ${shown} are shown.</p>`}
  </section>`
}
