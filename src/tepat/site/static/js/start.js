// Starts what a page holds. Every page works without it: this only adds ease.
// The semicolon stays: Django finds the import by it, and puts the file's hash into the address.
import { initAll } from './govuk-frontend.min.js';

const said = (name) => document.body.dataset[name]

/** MoJ's components are fetched only by a page that has one. */
async function startMoj (scope) {
  if (!scope.querySelector('[data-module^="moj-"]')) return
  const moj = await import('./moj-frontend.min.js')
  moj.initAll({ scope })
  for (const label of scope.querySelectorAll('.moj-multi-select__toggle-label span')) {
    label.textContent = said('selectAll')
    label.classList.remove('govuk-visually-hidden')
  }
}

/** The bulk bar says how many rows are chosen. */
function countChosen (form) {
  const count = form.querySelector('[data-chosen-count]')
  if (!count) return
  const chosen = form.querySelectorAll('tbody input[type="checkbox"]:checked').length
  count.textContent = chosen ? said('chosen').replace('{n}', chosen) : count.dataset.none
}

/** An open menu closes by Escape, and the focus returns to its button. */
function closeMenu (event) {
  const menu = document.querySelector('.tp-menu[open]')
  if (event.key !== 'Escape' || !menu) return
  menu.open = false
  menu.querySelector('summary').focus()
}

initAll()
startMoj(document)
document.addEventListener('keydown', closeMenu)
document.addEventListener('change', (event) => event.target.form && countChosen(event.target.form))
document.addEventListener('click', (event) => {
  const form = event.target.closest('.moj-multi-select__checkbox')?.closest('form')
  if (form) countChosen(form)
})
document.addEventListener('htmx:after:swap', (event) => {
  const scope = event.target
  if (!(scope instanceof Element)) return
  initAll({ scope })
  startMoj(scope)
})
