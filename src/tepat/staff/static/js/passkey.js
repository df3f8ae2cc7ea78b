// Passkeys: asks the device for one and sends its answer with the form around the button.
// A button says what it does by data-passkey: create, get or login. Without scripts it stays hidden.
const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }))

/** What the server asks, as the browser takes it. */
function read ({ publicKey }) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) }
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) }
  if (asked.excludeCredentials) asked.excludeCredentials = withBytes(asked.excludeCredentials)
  if (asked.allowCredentials) asked.allowCredentials = withBytes(asked.allowCredentials)
  return { publicKey: asked }
}

/** What the browser answers, as the server takes it. */
function written (credential) {
  const answer = credential.response
  const response = { clientDataJSON: text(answer.clientDataJSON) }
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (answer[name]) response[name] = text(answer[name])
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response
  }
}

/** The question stands in the page, except at sign-in, where nobody may need it. */
async function question (button, kind) {
  if (kind !== 'login') return JSON.parse(document.getElementById('js_data').textContent)
  const answer = await fetch(button.form.action, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error(answer.statusText)
  return answer.json()
}

async function use (button, kind) {
  const asked = await question(button, kind)
  if (kind === 'create') {
    const options = read(asked.creation_options)
    Object.assign(options.publicKey.authenticatorSelection ??= {}, {
      residentKey: 'required', requireResidentKey: true, userVerification: 'required'
    })
    return navigator.credentials.create(options)
  }
  return navigator.credentials.get(read(asked.request_options))
}

async function pressed (button) {
  const kind = button.dataset.passkey
  const failed = document.getElementById('passkey-failed')
  failed.hidden = true
  button.disabled = true
  try {
    const credential = await use(button, kind)
    button.form.elements.credential.value = JSON.stringify(written(credential))
    button.form.submit()
  } catch {
    // Cancelled, timed out, or a device without passkeys: said on the page, with the other way.
    failed.hidden = false
    button.disabled = false
    button.focus()
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll('button[data-passkey]')) {
    button.closest('[data-passkey-part]').hidden = false
    button.addEventListener('click', (event) => {
      event.preventDefault()
      pressed(button)
    })
  }
} else {
  for (const part of document.querySelectorAll('[data-passkey-missing]')) part.hidden = false
}
