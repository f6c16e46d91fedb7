/**
 * Makes an element. Text goes in as text nodes only, so that nothing a server or a person wrote is ever read as markup.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `onclick` and the like become listeners; `false` and `null` are left out.
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
  return made;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}

/**
 * Says something to a screen reader without moving the focus.
 *
 * @param {string} sentence
 */
export function announce(sentence) {
  const announcer = document.getElementById("announcer");
  // The same sentence twice would not be a change, and would not be read again.
  announcer.textContent = announcer.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
