// The dashboard's buttons: each form or button with data-api is one JSON request (a button's body is its data-body), then the page is drawn anew.

const message = document.querySelector('#message')

function put(target, path, value) {
  const [name, ...rest] = path
  if (rest.length === 0) target[name] = value
  else put(target[name] ??= /^\d+$/.test(rest[0]) ? [] : {}, rest, value)
}

function valueOf(input) {
  if (input.type === 'checkbox') return input.checked
  if ('list' in input.dataset) return input.value.split(',').map(part => part.trim()).filter(Boolean)
  if (input.value === '') return null
  return input.type === 'number' ? Number(input.value) : input.value
}

function bodyOf(form) {
  const body = {}
  for (const input of form.elements) {
    if (input.name) put(body, input.name.split('.'), valueOf(input))
  }
  return body
}

function say(text, failed) {
  message.textContent = text
  message.className = failed ? 'gone' : 'here'
  message.hidden = false
  clearTimeout(say.timer)
  say.timer = setTimeout(() => {
    message.hidden = true
  }, failed ? 8000 : 2500)
}

async function call(element, body) {
  const { api, method, body: fixedBody = '{}', confirm: question } = element.dataset
  if (question && !confirm(question)) return
  const response = await fetch(api, {
    method,
    headers: { 'content-type': 'application/json' },
    body: method === 'DELETE' ? undefined : body ? JSON.stringify(body) : fixedBody,
  })
  if (!response.ok) {
    const { errors } = await response.json()
    say(errors[0].long_message, true)
    return
  }
  say('Done.', false)
  await redraw(['main'])
}

/** Replaces parts of the page with fresh ones. Open details stay open. */
async function redraw(selectors) {
  const text = await (await fetch('/dashboard')).text()
  const fresh = new DOMParser().parseFromString(text, 'text/html')
  const open = new Set([...document.querySelectorAll('details[open]')].map(each => each.dataset.keep))
  for (const details of fresh.querySelectorAll('details[data-keep]')) details.open = open.has(details.dataset.keep)
  for (const selector of selectors) document.querySelector(selector).replaceWith(fresh.querySelector(selector))
}

document.addEventListener('submit', (event) => {
  event.preventDefault()
  void call(event.target, bodyOf(event.target))
})

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-api]')
  if (button) void call(button)
})

setInterval(() => {
  const idle = ['#presets', '#deliveries'].filter(selector => !document.querySelector(selector).contains(document.activeElement))
  if (!document.hidden) void redraw(idle).catch(() => say('The local Clerk does not answer.', true))
}, 2000)
