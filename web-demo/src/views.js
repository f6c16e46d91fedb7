/** The views, and which of them the address names. */

const views = new Map();
let current = null;

/**
 * @param {string} name  What the address says after `#`.
 * @param {{ title: string, enter?: () => string | void }} view
 *   `enter` runs before the view shows; a name that it returns is shown instead.
 */
export function addView(name, view) {
  views.set(name, { ...view, section: document.getElementById(`view-${name}`) });
}

/** Shows a view and puts it into the address. @param {string} name */
export function go(name) {
  if (location.hash !== `#${name}`) history.pushState(null, "", `#${name}`);
  show(name);
}

/** Shows what the address names, now and from now on. @param {string} fallback The view without a name in the address. */
export function startViews(fallback) {
  const named = () => location.hash.slice(1);
  // An address that names no view is a jump within the page, such as the skip link's.
  window.addEventListener("hashchange", () => views.has(named()) && show(named()));
  show(views.has(named()) ? named() : fallback, { first: true });
}

function show(name, { first = false } = {}) {
  const view = views.get(name);
  const instead = view.enter?.();
  if (instead) {
    // Replaced, so that "back" does not lead into the same redirection.
    history.replaceState(null, "", `#${instead}`);
    return show(instead, { first });
  }
  for (const [other, { section }] of views) section.hidden = other !== name;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${view.title} · Countersign`;
  const changed = current !== name;
  current = name;
  // The first view is where the browser puts the reader anyway; later ones would leave the focus on something hidden.
  if (!first && changed) {
    const heading = view.section.querySelector("h1");
    heading.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
}
