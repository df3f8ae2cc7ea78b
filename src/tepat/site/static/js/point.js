// Offers to fill in a point on the map from the phone. Without it the numbers are typed.
const box = document.querySelector('[data-point-box]')

if (box && navigator.geolocation) {
  const button = document.createElement('button')
  const said = document.createElement('p')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary'
  button.textContent = box.dataset.say
  said.setAttribute('role', 'status')
  box.append(button, said)
  button.addEventListener('click', () => navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      for (const name of ['latitude', 'longitude']) {
        box.querySelector(`[data-point="${name}"]`).value = coords[name].toFixed(6)
      }
      said.textContent = box.dataset.taken
    },
    () => { said.textContent = box.dataset.failed },
    { enableHighAccuracy: true, timeout: 20000 }
  ))
}
